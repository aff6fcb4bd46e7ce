/* Tells the style sheet how much stands above the conversation, which fills the rest of the window.
 *
 * Tells assistive technology which of the pages is shown, and what bars are of; ways to other pages stay in this tab.
 */
(() => {
  "use strict";

  const measure = () => {
    const left = document.querySelector("#as-left");
    if (!left) return;
    const above = `${Math.round(left.getBoundingClientRect().top + scrollY)}px`;
    const style = document.documentElement.style;
    if (style.getPropertyValue("--as-above") !== above) style.setProperty("--as-above", above);
  };

  const heights = new ResizeObserver(measure);
  let measured = null;
  const measureHead = () => {
    const head = document.querySelector("#as-head");
    if (!head || head === measured) return;
    if (measured) heights.unobserve(measured);
    measured = head;
    heights.observe(head);
  };

  const mark = () => {
    measureHead();
    const here = document.querySelector("#as-pages .as-here");
    if (here) here.setAttribute("aria-current", "page");
    // Gradio's sanitizer makes every link open a new tab.
    for (const link of document.querySelectorAll("a.as-go[target]")) link.removeAttribute("target");
    for (const bar of document.querySelectorAll("progress.as-bar:not([aria-label])")) {
      bar.setAttribute("aria-label", bar.title);
    }
  };
  window.askspeechAfterChanges(mark);
})();
