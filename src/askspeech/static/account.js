/* Who is signed in, with the button for signing out, at the head of every page; and the way back in where a session has
 * ended meanwhile. The form is the browser's own: a link alone signs nobody out. */
(() => {
  "use strict";

  const words = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content)[
    navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"
  ];

  /* What the server tells whoever is let in; null where it does not answer. */
  const health = async () => {
    try {
      const answer = await fetch(new URL("health", document.baseURI), { cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // connection.js says so
    }
  };

  let user = "";
  let asked = false;
  let known = null;
  /* The name of whoever is signed in, empty where nobody is; null where the server does not say. */
  window.askspeechUser = new Promise((resolve) => {
    known = resolve;
  });

  const shown = () => {
    const head = document.querySelector("#as-head");
    if (!head || !user || head.querySelector(".as-signed-in")) return;
    const form = document.createElement("form");
    form.method = "post";
    form.action = "./sign-out";
    form.className = "as-signed-in";
    const name = document.createElement("span");
    name.textContent = user;
    name.title = user;
    const button = document.createElement("button");
    button.type = "submit";
    button.textContent = words.sign_out;
    form.append(name, button);
    head.append(form);
  };

  let leaving = false; // a second way out would break the first one off
  const signInAgain = async () => {
    const told = leaving ? null : await health();
    if (!told || "ready" in told || leaving) return;
    leaving = true;
    const page = location.pathname.split("/").pop();
    location.assign(`./sign-in?after=end${page ? `&to=${encodeURIComponent(page)}` : ""}${location.hash}`);
  };

  // Whatever of the page asks the server: Gradio does not show every refusal.
  const ask = window.fetch;
  window.fetch = async (...request) => {
    const answer = await ask.apply(window, request);
    if (answer.status === 401) signInAgain();
    return answer;
  };

  const seen = new WeakSet();
  window.askspeechAfterChanges(() => {
    shown();
    // An event that the server refused, as one of nobody's, ends in one of Gradio's errors.
    for (const toast of document.querySelectorAll(".toast-body.error")) {
      if (seen.has(toast)) continue;
      seen.add(toast);
      signInAgain();
    }
    if (asked || !document.querySelector("#as-head")) return;
    asked = true;
    health().then((told) => {
      // A browser may show a page that it kept from before somebody signed out.
      if (told && !("ready" in told)) signInAgain();
      user = (told && told.user) || "";
      known(told && "ready" in told ? user : null);
      shown();
    });
  });

  // Signing out leads there by itself.
  addEventListener("submit", () => {
    leaving = true;
  });
  // Or the page just as it was, without loading anything.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    signInAgain();
  });
})();
