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
  let asked = 0; // a later click makes an earlier answer of the server void

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const makePanel = () => {
    const root = element("aside", "as-reader");
    root.setAttribute("role", "dialog");
    root.setAttribute("aria-label", words.reader);
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
    asked += 1;
    if (opener && opener.isConnected) opener.focus();
  };

  const showMessage = (title, message) => {
    panel.title.textContent = title;
    panel.file.textContent = "";
    panel.body.replaceChildren(element("p", "as-note", message));
  };

  const openReader = async (button) => {
    const chosen = JSON.parse(button.value);
    const request = (asked += 1);
    panel = panel || makePanel();
    if (panel.root.hidden) opener = button;
    panel.root.hidden = false;
    document.body.classList.add("as-reading"); // makes room for the reader
    panel.body.focus({ preventScroll: true });
    showMessage(words.reader, words.reader_loading);
    let speech = null;
    let problem = words.reader_failed;
    try {
      const response = await fetch(new URL(`speech/${encodeURIComponent(chosen.speech)}`, document.baseURI));
      if (response.ok) speech = await response.json();
      else if (response.status === 404) problem = words.reader_gone;
    } catch (error) {
      console.warn("askspeech: the speech could not be fetched:", error.message);
    }
    if (request !== asked) return;
    if (speech) showSpeech(speech, placesOf(button, chosen), chosen);
    else showMessage(words.reader, problem);
  };

  /* The places of the same speech that the same answer cites, the chosen one among them. */
  const placesOf = (button, chosen) => {
    const places = new Map([[button.value, chosen]]);
    const answer = button.closest(ANSWER);
    for (const other of answer ? answer.querySelectorAll("button.as-cite") : []) {
      const place = JSON.parse(other.value);
      if (place.speech === chosen.speech) places.set(other.value, place);
    }
    return [...places].map(([key, place]) => ({ ...place, chosen: key === button.value }));
  };

  const showSpeech = (speech, places, chosen) => {
    panel.title.textContent = speech.title;
    panel.file.textContent = speech.file;
    panel.body.replaceChildren(...marked(speech, places));
    const first = panel.body.querySelector("mark.as-chosen");
    if (first) first.scrollIntoView({ block: "center" });
    else panel.body.scrollTop = 0;
    panel.root.dataset.number = chosen.number ?? "";
  };

  /* The speech's text as text nodes and marks. */
  const marked = (speech, places) => {
    const spans = places.flatMap((place) =>
      place.spans.map(([start, end], at) => ({
        start: start - speech.start,
        end: end - speech.start,
        chosen: place.chosen,
        number: at === place.spans.length - 1 ? place.number : null,
      })),
    );
    const edges = [...new Set(spans.flatMap((span) => [span.start, span.end]))].sort((a, b) => a - b);
    const cuts = unitsAt(speech.text, edges);
    const nodes = [];
    let from = 0;
    for (let i = 0; i < cuts.length; i += 1) {
      nodes.push(...piece(speech.text.slice(from, cuts[i]), covering(spans, edges[i - 1], edges[i]), edges[i]));
      from = cuts[i];
    }
    nodes.push(document.createTextNode(speech.text.slice(from)));
    return nodes;
  };

  const covering = (spans, start, end) =>
    start === undefined ? [] : spans.filter((span) => span.start <= start && end <= span.end);

  const piece = (text, spans, end) => {
    if (!text) return [];
    if (!spans.length) return [document.createTextNode(text)];
    const mark = element("mark", spans.some((span) => span.chosen) ? "as-chosen" : "as-cited", text);
    const numbers = spans.filter((span) => span.end === end && span.number !== null).map((span) => span.number);
    if (numbers.length) mark.dataset.numbers = numbers.join(" ");
    return [mark];
  };

  /* Offsets in UTF-16 units of ascending offsets in code points; those outside the text are moved to its ends. */
  const unitsAt = (text, points) => {
    const found = [];
    let unit = 0;
    let point = 0;
    for (const wanted of points) {
      while (point < wanted && unit < text.length) {
        unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
        point += 1;
      }
      found.push(unit);
    }
    return found;
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
    }
    target.scrollIntoView({ block: id.startsWith("as-section") ? "start" : "center" });
    text.focus({ preventScroll: true });
  };

  /* Gradio labels a message with its HTML source, and its send and stop buttons with nothing. */
  const relabel = () => {
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

  let pending = false;
  new MutationObserver(() => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      relabel();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

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
    if (event.key === "Escape") closeReader();
  });
})();
