/* Where the conversation is scrolled to: an answer is read from its question on, which stays at the top while the answer
 * grows, and after that whenever something changes its height, until the reader scrolls. What is refused as no question
 * stands below the last answer, and is shown, too.
 */
(() => {
  "use strict";

  const ABOVE = 30; // px that stay free above the question, for what stands in the corner

  const all = (selector) => document.querySelectorAll(selector);
  const last = (found) => found[found.length - 1];

  let following = false;
  let wasRunning = false;
  let shown = "";
  let placed = null; // where we scrolled to, and how high everything was then

  const measured = (wrap) => ({ top: wrap.scrollTop, height: wrap.clientHeight, whole: wrap.scrollHeight });

  const follow = () => {
    const wrap = document.querySelector("#as-chat .bubble-wrap");
    const questions = all("#as-chat .as-question");
    const answers = all("#as-chat .as-answer");
    if (!wrap || !answers.length) {
      shown = "";
      return;
    }
    watch(wrap);
    const refused = answers.length > questions.length;
    const target = refused ? last(answers) : last(questions);
    const running = Boolean(document.querySelector("#as-chat .as-running"));
    const folded = document.querySelector("#as-chat .as-folded");
    const latest = `${questions.length + Number(folded ? folded.textContent : 0)} ${target.textContent}`;
    if ((running && !wasRunning) || latest !== shown) following = true;
    wasRunning = running;
    shown = latest;
    if (!following) return;
    const by = target.getBoundingClientRect().top - wrap.getBoundingClientRect().top - ABOVE;
    if (Math.abs(by) > 1) wrap.scrollTop += by;
    placed = measured(wrap);
  };

  /* Heights change without a change of the document, too: a box below the chat goes, a font arrives. */
  const heights = new ResizeObserver(() => follow());
  const watched = new Set();
  const watch = (wrap) => {
    for (const old of watched) {
      if (old.isConnected) continue;
      heights.unobserve(old);
      watched.delete(old);
    }
    for (const one of [wrap, ...wrap.children]) {
      if (watched.has(one)) continue;
      watched.add(one);
      heights.observe(one);
    }
  };

  const leave = (event) => {
    if (event.target instanceof Element && event.target.closest("#as-chat, #as-earlier")) following = false;
  };
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(kind, leave, { capture: true, passive: true });
  }

  /* Scrolled by something else, as by a search in the page: where the heights are others, the browser only kept the view
   * within what there is, which is no scrolling of the reader's. */
  const scrolled = (event) => {
    if (!following || !placed || !(event.target instanceof Element) || !event.target.matches("#as-chat .bubble-wrap")) return;
    const now = measured(event.target);
    const same = now.height === placed.height && now.whole === placed.whole;
    if (same && Math.abs(now.top - placed.top) > 2) following = false;
  };
  addEventListener("scroll", scrolled, { capture: true, passive: true });

  window.askspeechAfterChanges(() => {
    follow();
  });
})();
