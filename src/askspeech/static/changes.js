/* What the page's other scripts do whenever something in it has changed, at most once a frame. Loaded before them. */
(() => {
  "use strict";

  const works = [];
  let pending = false;
  const run = () => {
    pending = false;
    for (const work of works) work();
  };
  const soon = () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(run);
  };
  new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true, characterData: true });

  /* Calls `work` after every change, and soon: on a slow machine the last change may come before the script. */
  window.askspeechAfterChanges = (work) => {
    works.push(work);
    soon();
  };
})();
