/* The language that was chosen on the page, remembered in a cookie: before anything reads the browser's.
 *
 * Gradio and our scripts choose their words by navigator.language, our server by the cookie.
 */
(() => {
  "use strict";

  const chosen = /(?:^|;\s*)askspeech_language=(zh|en)(?:;|$)/.exec(document.cookie);
  if (chosen) {
    const names = chosen[1] === "zh" ? ["zh-CN", "zh"] : ["en"];
    Object.defineProperty(navigator, "language", { get: () => names[0], configurable: true });
    Object.defineProperty(navigator, "languages", { get: () => names, configurable: true });
  }
  document.documentElement.lang = navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
})();
