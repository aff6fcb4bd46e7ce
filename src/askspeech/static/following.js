/* Where the conversation is scrolled to: an answer is read from its question on, which stays at the top while the answer
 * grows, until the reader scrolls. What is refused as no question stands below the last answer, and is shown, too.
 */
(() => {
  "use strict";

  const ABOVE = 30; // px that stay free above the question, for what stands in the corner

  const all = (selector) => document.querySelectorAll(selector);
  const last = (found) => found[found.length - 1];

  const SETTLED = 1500; // ms after an answer's end in which what stands below it is shown

  let following = false;
  let wasRunning = false;
  let shown = "";
  let placed = 0; // where we scrolled to: elsewhere, somebody else did
  let settling = 0;

  const follow = () => {
    const wrap = document.querySelector("#as-chat .bubble-wrap");
    const questions = all("#as-chat .as-question");
    const answers = all("#as-chat .as-answer");
    if (!wrap || !answers.length) {
      shown = "";
      return;
    }
    const refused = answers.length > questions.length;
    const target = refused ? last(answers) : last(questions);
    const running = Boolean(document.querySelector("#as-chat .as-running"));
    const begins = (running && !wasRunning) || target.textContent !== shown;
    wasRunning = running;
    shown = target.textContent;
    if (begins) following = true;
    else if (Math.abs(wrap.scrollTop - placed) > 2) following = false;
    if (!following) return;
    const by = target.getBoundingClientRect().top - wrap.getBoundingClientRect().top - ABOVE;
    if (Math.abs(by) > 1) wrap.scrollTop += by;
    placed = wrap.scrollTop;
    clearTimeout(settling);
    if (!running) settling = setTimeout(() => (following = false), SETTLED);
  };

  const leave = (event) => {
    if (event.target instanceof Element && event.target.closest("#as-chat, #as-earlier")) following = false;
  };
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(kind, leave, { capture: true, passive: true });
  }

  window.askspeechAfterChanges(() => {
    follow();
  });
})();
