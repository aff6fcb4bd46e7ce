/* The reader: a speech beside the page, scrolled to the words that were cited.
 *
 * A button with class as-cite or as-open carries its place as JSON: {speech, number, spans}. Spans count Unicode code
 * points of the source's canonical text, as Python does. Text reaches the page only through textContent.
 */
(() => {
  "use strict";

  const PLACE = "button.as-cite, button.as-open";
  const ANSWER = ".as-answer, .as-sources";

  const words = (() => {
    const all = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content);
    return all[navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"];
  })();

  let panel = null; // the reader's elements, made at its first use
  let opener = null; // what had the focus before the reader was opened
  let trail = []; // the places that can be gone through with keys: those that the answer cites, by number
  let at = 0; // which of them is shown
  let asked = 0; // a later click makes an earlier answer of the server void

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const makePanel = () => {
    const root = element("div", "as-reader");
    root.setAttribute("role", "dialog");
    root.setAttribute("aria-label", words.reader);
    root.setAttribute("aria-keyshortcuts", "Escape Alt+ArrowDown Alt+ArrowUp n p");
    root.hidden = true;
    const head = element("header", "as-reader-head");
    const title = element("h2", "as-reader-title");
    const file = element("p", "as-reader-file");
    const close = element("button", "as-reader-close", "×");
    close.type = "button";
    close.title = `${words.reader_close} (Esc)`;
    close.setAttribute("aria-label", words.reader_close);
    close.addEventListener("click", closeReader);
    const body = element("div", "as-reader-body");
    body.tabIndex = 0;
    head.append(title, close, file);
    root.append(head, body);
    document.body.append(root);
    return { root, title, file, close, body };
  };

  const closeReader = () => {
    if (!panel || panel.root.hidden) return;
    panel.root.hidden = true;
    document.body.classList.remove("as-reading");
    dispatchEvent(new Event("resize")); // Gradio measures the list again, which was not there meanwhile
    asked += 1;
    focusOpener();
  };

  /* What opened the reader; Gradio may have made it anew meanwhile. */
  const focusOpener = () => {
    const same = () => [...document.querySelectorAll(PLACE)].find((button) => button.value === opener.value);
    const found = opener && (opener.isConnected ? opener : same());
    const box = document.querySelector("#as-ask textarea");
    if (found) found.focus();
    else if (box) box.focus();
  };

  const showMessage = (title, message) => {
    panel.title.textContent = title;
    panel.file.textContent = "";
    panel.body.replaceChildren(element("p", "as-note", message));
  };

  const openReader = (button) => {
    panel = panel || makePanel();
    opener = button;
    panel.root.hidden = false;
    document.body.classList.add("as-reading"); // makes room for the reader
    panel.body.focus({ preventScroll: true });
    showMessage(words.reader, words.reader_loading);
    trail = trailOf(button);
    show(trail.indexOf(button.value));
  };

  /* Show a place of the trail; what is shown stays until the place is there. */
  const show = async (place) => {
    at = place;
    const chosen = JSON.parse(trail[at]);
    const request = (asked += 1);
    let speech = null;
    let problem = words.reader_failed;
    try {
      const address = new URL(`speech/${encodeURIComponent(chosen.speech)}`, document.baseURI);
      address.searchParams.set("places", JSON.stringify(placesOf(chosen)));
      const response = await fetch(address);
      if (response.ok) speech = await response.json();
      else if (response.status === 404) problem = words.reader_gone;
    } catch (error) {
      console.warn("askspeech: the speech could not be fetched:", error.message);
    }
    if (request !== asked) return;
    if (speech) showSpeech(speech, chosen);
    else showMessage(words.reader, problem);
  };

  /* The places that the button's answer cites, by number; the button's own alone where it is none of them. */
  const trailOf = (button) => {
    const answer = button.closest(ANSWER);
    const cited = [...(answer ? answer.querySelectorAll("button.as-cite[value]") : [])].map((one) => one.value);
    const found = [...new Set(cited)].sort((a, b) => JSON.parse(a).number - JSON.parse(b).number);
    return found.includes(button.value) ? found : [button.value];
  };

  /* The places of the same speech, the chosen one among them. */
  const placesOf = (chosen) =>
    trail
      .map((value, place) => ({ ...JSON.parse(value), chosen: place === at }))
      .filter((place) => place.speech === chosen.speech)
      .map(({ number, spans, chosen: here }) => ({ number, spans, chosen: here }));

  const step = (by) => {
    if (trail[at + by] !== undefined) show(at + by);
  };

  /* The server's HTML, in which everything from the corpus is escaped; a parsed document runs no script. */
  const showSpeech = (speech, chosen) => {
    const parsed = new DOMParser().parseFromString(speech.html, "text/html");
    panel.body.replaceChildren(...parsed.body.childNodes);
    const here = document.getElementById("as-here");
    if (here) here.scrollIntoView({ block: "center" });
    panel.body.querySelector(".as-whole-text").focus({ preventScroll: true });
    panel.root.dataset.number = chosen.number ?? "";
  };

  const placeNumbered = (number) => {
    const speech = JSON.parse(trail[at]).speech;
    const same = (value) => JSON.parse(value).speech === speech && JSON.parse(value).number === number;
    return Math.max(trail.findIndex(same), 0);
  };

  /* Scroll to a place of the reader's text by its id, and mark the line that it is in. */
  const jumpTo = (id) => {
    const target = document.getElementById(id);
    if (!target) return;
    const row = target.closest(".as-row");
    const text = target.closest(".as-whole-text");
    for (const fold of document.querySelectorAll(".as-folds details[open]")) fold.open = false;
    for (const other of text.querySelectorAll(".as-arrived")) other.classList.remove("as-arrived");
    if (row) row.classList.add("as-arrived");
    const cited = id === "as-here" || id.startsWith("as-cited");
    for (const number of cited ? document.querySelectorAll("button.as-number") : []) {
      number.classList.toggle("as-current", number.value === id);
      number.ariaCurrent = number.value === id ? "true" : null;
      if (number.value === id) at = placeNumbered(Number(number.textContent));
    }
    target.scrollIntoView({ block: id.startsWith("as-section") ? "start" : "center" });
    text.focus({ preventScroll: true });
  };

  /* Gradio labels a message with its HTML source, its send and stop buttons with nothing, and calls buttons a list. */
  const relabel = () => {
    for (const list of document.querySelectorAll("#as-chat .examples[role=list]")) list.setAttribute("role", "group");
    for (const [title, level] of [["#as-title p", 1], ["#as-sources-title p", 2]]) {
      const heading = document.querySelector(`${title}:not([role])`);
      if (heading) {
        heading.setAttribute("role", "heading");
        heading.ariaLevel = level;
      }
    }
    for (const message of document.querySelectorAll("#as-chat [data-testid][aria-label*='<']")) {
      message.removeAttribute("aria-label");
    }
    for (const [name, label] of [["submit", words.send], ["stop", words.stop]]) {
      for (const button of document.querySelectorAll(`#as-ask .${name}-button:not([aria-label])`)) {
        button.setAttribute("aria-label", label);
        button.title = label;
      }
    }
  };

  window.askspeechAfterChanges(() => {
    relabel();
  });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target && target.closest(PLACE);
    if (button && button.value) openReader(button);
    const jump = target && target.closest("button.as-jump");
    if (jump) jumpTo(jump.value);
    for (const fold of document.querySelectorAll(".as-folds details[open]")) {
      if (!fold.contains(target)) fold.open = false; // one at a time, and none over what is read
    }
    const box = target && target.closest("#as-ask .submit-button") && document.querySelector("#as-ask textarea");
    if (box && !box.value.trim()) box.focus(); // nothing was asked: go on typing
  });
  document.addEventListener("keydown", (event) => {
    const open = panel && !panel.root.hidden;
    const typing = event.target instanceof Element && event.target.closest("textarea, input, select");
    const reading = open && !typing && panel.root.contains(event.target);
    const plain = reading && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Escape" && !event.defaultPrevented) closeReader();
    else if (open && event.altKey && event.key === "ArrowDown") step(1);
    else if (open && event.altKey && event.key === "ArrowUp") step(-1);
    else if (plain && event.key === "n") step(1);
    else if (plain && event.key === "p") step(-1);
    else return;
    if (event.key !== "Escape") event.preventDefault();
  });
})();
