/* The connection: the page says when it is lost, in its own words, and what was typed or asked outlives a reload.
 *
 * Gradio notices a connection that breaks under an answer, hears nothing more from the page, and loads it again once the
 * server is back. A connection that only falls silent we notice ourselves, while an answer is running.
 * What is kept for the reload stands in the tab's own storage, which no server sees; whoever signs out takes it away, and
 * nobody else is given it.
 */
(() => {
  "use strict";

  const KEPT = "askspeech-unasked";
  const LOST = "askspeech-connection-lost";
  const LOOK = 5000; // ms between two looks at the server, and how long one may take
  const SILENT = 30000; // ms without news after an outage that make an answer a lost one
  const SETTLED = 2500; // ms in which a kept conversation is shown after a load
  const SHOWN = 12000; // ms that the page says that it was loaded again

  const words = (() => {
    const all = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content);
    return all[navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"];
  })();
  const one = (selector) => document.querySelector(selector);
  const box = () => one("#as-ask textarea");
  const running = () => one("#as-chat .as-running");

  /* The storage of a tab may be closed to us, as where cookies are. */
  const stored = (work) => {
    try {
      return work(sessionStorage);
    } catch (error) {
      console.info("askspeech: nothing can be kept in this browser for a reload:", error.name);
      return null;
    }
  };

  /* The banner. */

  let banner = null;
  let hiding = 0;

  const say = (text, kind) => {
    clearTimeout(hiding);
    if (!banner) {
      banner = document.createElement("p");
      banner.setAttribute("role", "status");
      document.body.append(banner);
    }
    banner.className = `as-connection as-${kind}`;
    banner.textContent = text;
    banner.hidden = false;
  };

  const hide = () => {
    if (banner) banner.hidden = true;
  };

  let lost = false;
  let doubtful = false; // whether the answer that is running may have lost its connection for good
  const lose = () => {
    if (lost) return;
    lost = true;
    document.documentElement.classList.add("as-offline");
    stored((tab) => tab.setItem(LOST, "1"));
    say(words.connection_lost, "lost");
  };

  const find = () => {
    if (!lost) return;
    lost = false;
    doubtful = Boolean(running());
    document.documentElement.classList.remove("as-offline");
    stored((tab) => tab.removeItem(LOST));
    hide();
  };

  /* A question that found no place in the queue: Gradio says so in English alone. */
  const FULL = "This application is currently busy";
  const translate = (toast) => {
    const said = [...toast.querySelectorAll("*")].find((part) => !part.children.length && part.textContent.includes(FULL));
    if (said) said.textContent = words.busy;
  };

  /* Gradio's own words for it are English; once they are there, it loads the page again by itself. */
  let reloading = false;
  const notice = () => {
    for (const toast of document.querySelectorAll(".toast-body.error")) {
      translate(toast);
      if (!toast.textContent.includes("Connection to the server was lost")) continue;
      toast.classList.add("as-said");
      reloading = true;
      lose();
    }
  };

  /* Looks at the server while an answer is running, or the connection is lost. */

  let news = Date.now(); // when the conversation last changed
  const reachable = async () => {
    try {
      const asked = fetch(new URL("health", document.baseURI), { signal: AbortSignal.timeout(LOOK), cache: "no-store" });
      return (await asked).ok;
    } catch {
      return false;
    }
  };

  const look = async () => {
    if (!running()) doubtful = false;
    if (reloading || !(lost || (running() && Date.now() - news > LOOK))) return;
    if (!(await reachable())) lose();
    else if (doubtful && Date.now() - news > SILENT) location.reload();
    else find();
  };

  setInterval(look, LOOK);
  addEventListener("offline", lose);
  addEventListener("online", look);

  /* What was typed, and what was being answered. */

  let user = null; // null until it is known
  let signingOut = false;
  addEventListener("submit", ({ target }) => {
    signingOut = target instanceof Element && target.matches(".as-signed-in");
  });

  const keep = () => {
    if (signingOut) {
      stored((tab) => tab.removeItem(KEPT));
      return;
    }
    const typed = box() ? box().value : "";
    const questions = running() ? [...document.querySelectorAll("#as-chat .as-question")] : [];
    const asked = questions.length ? questions[questions.length - 1].textContent : "";
    stored((tab) => (typed || asked ? tab.setItem(KEPT, JSON.stringify({ typed, asked, user })) : tab.removeItem(KEPT)));
  };

  const type = (text) => {
    if (!text || !box() || box().value) return;
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  };

  const linked = () => new URLSearchParams(location.hash.slice(1)).has("q");

  const restore = async () => {
    const found = stored((tab) => tab.getItem(KEPT));
    const again = stored((tab) => tab.getItem(LOST));
    stored((tab) => {
      tab.removeItem(KEPT);
      tab.removeItem(LOST);
    });
    if (again) {
      say(words.connection_back, "back");
      hiding = setTimeout(hide, SHOWN);
    }
    if (!found || linked()) return;
    const { typed, asked, user: typist } = JSON.parse(found);
    const reader = await window.askspeechUser;
    // Where nobody signs in, it need not have been known.
    if (typist !== reader && (reader || typist)) return;
    type(typed);
    if (!asked) return;
    setTimeout(() => {
      const shown = [...document.querySelectorAll("#as-chat .as-question")].map((question) => question.textContent);
      if (shown[shown.length - 1] !== asked) type(asked); // the server did not keep it
    }, SETTLED);
  };

  addEventListener("pagehide", keep);
  window.askspeechUser.then((name) => {
    user = name;
  });

  let ready = false;
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target instanceof Element && target.closest("#as-chat"))) news = Date.now();
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.askspeechAfterChanges(() => {
    notice();
    if (ready || !box() || !one("#as-chat :is(.as-welcome, .as-answer)")) return;
    ready = true;
    restore();
  });
})();
