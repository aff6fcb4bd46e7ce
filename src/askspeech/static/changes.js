/* What the page's other scripts do whenever something in it has changed, at most once a frame. Loaded before them. */
(() => {
  "use strict";

  const works = [];
  let pending = false;
  const run = () => {
    pending = false;
    for (const work of works) work();
  };
  new MutationObserver(() => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(run);
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });

  /* Calls `work` after every change. */
  window.askspeechAfterChanges = (work) => works.push(work);
})();
