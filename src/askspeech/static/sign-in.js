/* The pages for signing in: the other language, and the way on for whoever is signed in already. */
(() => {
  "use strict";

  const language = document.querySelector("#language");
  language.addEventListener("click", () => {
    document.cookie = `askspeech_language=${language.lang}; path=/; max-age=31536000; samesite=lax`;
    // To load what a form gave would send the form again.
    if (document.querySelector(".problem")) location.assign(location.pathname + location.search);
    else location.reload();
  });

  /* A browser that follows a link from another site sends no session with it, though it has one. */
  const to = new URLSearchParams(location.search).get("to");
  const form = document.querySelector('input[autocomplete="current-password"]');
  if (!form || !location.pathname.endsWith("/sign-in") || document.querySelector(".problem")) return;
  fetch(new URL("health", document.baseURI), { cache: "no-store" })
    .then((answer) => answer.json())
    .then((health) => {
      if (!("ready" in health)) return;
      const page = /^[a-z-]{1,40}$/.test(to || "") ? to : "";
      location.replace(`./${page}${location.hash}`);
    })
    .catch((error) => console.info("askspeech: the server does not answer:", error.message));
})();
