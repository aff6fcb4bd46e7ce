/* Kept conversations: the address names the one that is shown, and what is said of citations reaches the server.
 *
 * The server writes the shown conversation's id into #as-current ("new" for none that is kept). We write into the hidden
 * boxes #as-opening and #as-pointing, whose changes the server hears. The id stands after `#c=`, which no server's
 * log has.
 */
(() => {
  "use strict";

  const NEW = "new";
  const ROOMY = "(min-width: 1100px)";
  const NARROW = "(max-width: 768px)";

  const words = (() => {
    const all = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content);
    return all[navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"];
  })();

  let shown = null; // the conversation that the server last said is shown
  let said = 0;
  let unfolded = false;
  let begun = ""; // the conversation whose first answer is being made, and that no list has yet

  const say = (box, text) => {
    const field = document.querySelector(`${box} textarea, ${box} input`);
    if (!field) return;
    said += 1; // so that the same may be said twice
    field.value = text(said);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /* The address. */

  const parameters = () => new URLSearchParams(location.hash.slice(1));
  const named = () => parameters().get("c") || NEW;

  const address = (id) => {
    const after = parameters();
    if (id === NEW) after.delete("c");
    else after.set("c", id);
    const hash = after.toString();
    return `${location.pathname}${location.search}${hash ? `#${hash}` : ""}`;
  };

  const open = (id) => {
    if (id === shown) return;
    say("#as-opening", (number) => `${id} ${number}`);
  };

  const follow = () => {
    const mark = document.querySelector("#as-current .prose");
    const id = mark ? mark.textContent.trim() : "";
    if (!id || id === shown) return;
    // A list as it was before a question gave the address its conversation can come after that.
    if (id === NEW && named() !== NEW && document.querySelector("#as-chat .as-question")) return;
    const first = shown === null;
    const from = shown;
    shown = id;
    if (first && id === NEW && named() !== NEW) {
      open(named()); // the page was loaded with a conversation's address
    } else if (id !== named()) {
      // A new conversation that gets its name stays the same page; another one is a page to come back from.
      if (first || from === NEW) history.replaceState(null, "", address(id));
      else history.pushState(null, "", address(id));
    }
  };

  /* While its first answer is being made, the address names a conversation already. */
  const begin = () => {
    const home = document.querySelector("#as-chat .as-home");
    if (shown === begun) begun = ""; // by now the list has it
    if (home && named() === NEW) {
      begun = home.title;
      history.replaceState(null, "", address(begun));
    } else if (begun && !home && !document.querySelector("#as-chat .as-question")) {
      if (named() === begun) history.replaceState(null, "", address(NEW)); // it was cleared
      begun = "";
    }
  };

  /* The list. */

  const toggle = () => document.querySelector("#as-keeping .toggle-button");
  const isOpen = () => Boolean(document.querySelector("#as-keeping.open"));

  const unfold = () => {
    if (unfolded || shown === null || !toggle()) return;
    unfolded = true;
    if (matchMedia(ROOMY).matches && !isOpen() && document.querySelector("#as-search-kept")) toggle().click();
  };

  const relabel = () => {
    const button = toggle();
    if (button && button.title !== words.keeping_show) {
      button.setAttribute("aria-label", words.keeping_show);
      button.title = words.keeping_show;
    }
    if (button) button.setAttribute("aria-expanded", String(isOpen()));
  };

  /* The thumbs: Gradio names them for their own look, "Liked" once pressed, in its own words. */
  const relabelThumbs = () => {
    for (const thumbs of document.querySelectorAll("#as-chat .message-buttons-left")) {
      const [down, up] = thumbs.querySelectorAll("button");
      for (const [button, label, pressed] of [[down, words.thumb_down, "Disliked"], [up, words.thumb_up, "Liked"]]) {
        if (!button || button.title === label) continue;
        button.setAttribute("aria-pressed", String(button.title === pressed));
        button.setAttribute("aria-label", label);
        button.title = label;
      }
    }
  };

  window.askspeechAfterChanges(() => {
    follow();
    begin();
    unfold();
    relabel();
    relabelThumbs();
    for (const button of document.querySelectorAll("#as-sources button.as-judge")) {
      button.setAttribute("aria-pressed", String(button.classList.contains("as-chosen")));
    }
  });

  /* The sources of an earlier answer stand beside it once one of its numbers was clicked. */
  const pointAt = (number) => {
    const answers = [...document.querySelectorAll("#as-chat .as-answer")];
    const folded = document.querySelector("#as-chat .as-folded");
    const place = answers.indexOf(number.closest(".as-answer"));
    const turn = place + Number(folded ? folded.textContent : 0);
    if (place >= 0) say("#as-pointing", (at) => JSON.stringify({ turn, at }));
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const judge = target.closest("#as-sources button.as-judge");
    if (judge) say("#as-pointing", (at) => JSON.stringify({ ...JSON.parse(judge.value), at }));
    const number = target.closest("#as-chat button.as-cite");
    if (number) pointAt(number);
    const chosen = target.closest("#as-kept label, #as-new");
    const outside = !target.closest("#as-keeping");
    if ((chosen || outside) && isOpen() && matchMedia(NARROW).matches) toggle().click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen() && matchMedia(NARROW).matches) toggle().click();
  });
  /* The list that stood beside the conversation would cover all of it. */
  matchMedia(NARROW).addEventListener("change", (event) => {
    if (event.matches && isOpen()) toggle().click();
  });
  addEventListener("hashchange", () => open(named()));
  addEventListener("popstate", () => open(named()));
})();
