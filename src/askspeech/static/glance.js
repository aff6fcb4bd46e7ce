/* At a glance: the address says what is shown, and the server is told of every address.
 *
 * The bars of the charts and the links of the tables are addresses with all of it behind `#`. We write what stands there
 * into the hidden box #as-told, whose changes the server hears.
 */
(() => {
  "use strict";

  const NARROW = "(max-width: 859px)";
  const BOX = "#as-told textarea, #as-told input";
  const PATIENCE = 3000; // ms in which an answer is there, where nothing went wrong
  const TERM = "#as-term textarea, #as-term input";

  const words = (() => {
    const all = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content);
    return all[navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"];
  })();
  const one = (selector) => document.querySelector(selector);

  let told = 0;
  let ready = null; // the mark of the server that it hears us; a later one is of a newer index

  const tell = () => {
    const box = one(BOX);
    if (!box || !ready) return;
    told += 1; // so that the same may be told twice
    box.value = `${location.hash || "#"}&told=${told}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const look = () => {
    const mark = one("#as-said .as-glance-ready");
    if (!mark || mark.title === ready) return;
    ready = mark.title;
    tell();
    setTimeout(again, PATIENCE);
  };

  /* The mark goes with the first answer; where the box was told before Gradio listened to it, there is none. */
  const again = () => {
    if (!one("#as-said .as-glance-ready")) return;
    tell();
    setTimeout(again, PATIENCE);
  };

  /* The term that was typed; what is listed is of the term before. */
  const find = () => {
    const box = one(TERM);
    if (!box) return;
    const term = box.value.trim();
    const before = new URLSearchParams(location.hash.slice(1));
    const after = new URLSearchParams();
    if (term) after.set("term", term);
    for (const key of ["by", "measure"]) if (term && before.has(key)) after.set(key, before.get(key));
    const hash = `#${after}`;
    if (hash === (location.hash || "#")) tell();
    else location.hash = hash;
  };

  /* Gradio opens links in a window of their own; those of ours stay in this one. */
  const follow = (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    location.assign(new URL(link.getAttribute("href"), document.baseURI));
  };

  /* On a narrow window the list is below the charts: go there once it shows what was chosen. */
  let chosen = "";
  const arrive = () => {
    const shown = one("#as-sources .as-selected");
    const now = shown ? shown.textContent : "";
    if (now === chosen) return;
    chosen = now;
    if (!shown) return;
    one("#as-right").scrollTop = 0;
    if (matchMedia(NARROW).matches) one("#as-right").scrollIntoView({ block: "start" });
  };

  /* Gradio labels the button beside the box with nothing. */
  const relabel = () => {
    for (const button of document.querySelectorAll("#as-term .submit-button:not([aria-label])")) {
      button.setAttribute("aria-label", words.glance_find);
      button.title = words.glance_find;
    }
  };

  /* In the library, `#find=` stands in the search box once the table is there. */
  let searched = false;
  const search = () => {
    const box = one("#as-library-search textarea, #as-library-search input");
    const words = new URLSearchParams(location.hash.slice(1)).get("find");
    if (searched || !words || !box || !one("#as-library-table table")) return;
    searched = true;
    box.value = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  if (/\/library\/?$/.test(location.pathname)) window.askspeechAfterChanges(search);
  if (!/\/glance\/?$/.test(location.pathname)) return;
  addEventListener("hashchange", tell);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const link = target && target.closest("#as-columns a[href]");
    if (link) follow(event, link);
    if (target && target.closest("#as-term .submit-button")) find();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches(TERM);
    if (typing && event.key === "Enter" && !event.isComposing) find();
  });
  window.askspeechAfterChanges(() => {
    look();
    arrive();
    relabel();
  });
})();
