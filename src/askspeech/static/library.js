/* The library page: its buttons and the rows that are chosen reach the server, and the server is asked how things stand.
 *
 * The server's HTML has buttons with a value; we write it into the hidden box #as-library-told, the ids of the chosen
 * rows into #as-library-chosen, whose content is the truth about them, and a number into #as-library-look for every look.
 * Looks are taken while the page is seen: every second while an index is being built, else every five.
 */
(() => {
  "use strict";

  const BUILDING = 1000;
  const IDLE = 5000;

  const words = (() => {
    const all = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content);
    return all[navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"];
  })();
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const field = (box) => one(`${box} textarea, ${box} input`);
  const here = () => Boolean(one("#as-library"));

  let said = 0;
  const say = (box, text) => {
    const found = field(box);
    if (!found) return;
    said += 1; // so that the same may be said twice
    found.value = text(said);
    found.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /* Looks. */

  let looked = Date.now();
  const look = () => {
    looked = Date.now();
    say("#as-library-look", (number) => `${number}`);
  };
  const due = () => Date.now() - looked >= (one("#as-library-now .as-building") ? BUILDING : IDLE) - 50;
  setInterval(() => {
    if (here() && document.visibilityState === "visible" && due()) look();
  }, 500);
  document.addEventListener("visibilitychange", () => {
    if (here() && document.visibilityState === "visible") look();
  });

  /* The chosen rows. */

  const chosen = () => {
    const box = field("#as-library-chosen");
    try {
      return new Set(JSON.parse((box && box.value) || "[]"));
    } catch {
      return new Set();
    }
  };

  const choose = (ids) => {
    say("#as-library-chosen", () => (ids.size ? JSON.stringify([...ids]) : ""));
    paint();
  };

  const toggle = (id) => {
    const ids = chosen();
    if (!ids.delete(id)) ids.add(id);
    choose(ids);
  };

  const toggleAll = () => {
    const ids = chosen();
    const shown = all("#as-library-table .as-choose").map((button) => button.value);
    const every = shown.every((id) => ids.has(id));
    for (const id of shown) {
      if (every) ids.delete(id);
      else ids.add(id);
    }
    choose(ids);
  };

  const checked = (button, state) => {
    if (button.getAttribute("aria-checked") === state) return;
    button.setAttribute("role", "checkbox");
    button.setAttribute("aria-checked", state);
    button.setAttribute("aria-label", button.title);
  };

  const paint = () => {
    const buttons = all("#as-library-table .as-choose");
    if (!buttons.length) return;
    const ids = chosen();
    for (const button of buttons) checked(button, String(ids.has(button.value)));
    const number = buttons.filter((button) => ids.has(button.value)).length;
    const every = number === buttons.length ? "true" : "false";
    checked(one("#as-library-table .as-choose-all"), number && every === "false" ? "mixed" : every);
  };

  /* What assistive technology needs beside. */

  const label = () => {
    for (const title of all("#as-library .as-shelf-title p:not([role])")) {
      title.setAttribute("role", "heading");
      title.ariaLevel = 2;
    }
    for (const head of all("#as-library-table th")) {
      const sort = head.querySelector(".as-sort");
      const order = sort && ["ascending", "descending"].find((name) => sort.classList.contains(`as-${name}`));
      if (sort) head.ariaSort = order || "none";
    }
    for (const button of all("#as-library :is(.as-act, .as-report)[title]:not([aria-label])")) {
      button.setAttribute("aria-label", button.title);
    }
    for (const box of all("#as-library-note, #as-library-added")) box.setAttribute("role", "status");
  };

  /* What is asked before something is done. */

  let asked = false;
  const ask = () => {
    const box = one("#as-library-really");
    const shown = Boolean(box && box.getClientRects().length);
    if (shown && !asked) {
      box.setAttribute("role", "alertdialog");
      box.setAttribute("aria-labelledby", "as-library-really-words");
      one("#as-library-leave").focus();
    }
    asked = shown;
  };

  /* The cleaning report, in a frame in which no script runs. */

  let drawer = null;
  let opener = null;
  let wanted = 0;

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const makeDrawer = () => {
    const root = element("div", "as-reader as-report-drawer");
    root.setAttribute("role", "dialog");
    root.setAttribute("aria-label", words.library_report);
    const head = element("header", "as-reader-head");
    const title = element("h2", "as-reader-title");
    const close = element("button", "as-reader-close", "×");
    close.type = "button";
    close.title = `${words.reader_close} (Esc)`;
    close.setAttribute("aria-label", words.reader_close);
    close.addEventListener("click", closeDrawer);
    const apart = element("a", "as-reader-file", words.library_report_new);
    apart.target = "_blank";
    apart.rel = "noopener";
    const note = element("p", "as-reader-body");
    const frame = element("iframe", "as-report-frame");
    frame.setAttribute("sandbox", "");
    head.append(title, close, apart);
    root.append(head, note, frame);
    document.body.append(root);
    return { root, title, close, apart, note, frame };
  };

  const closeDrawer = () => {
    if (!drawer || drawer.root.hidden) return;
    drawer.root.hidden = true;
    drawer.frame.srcdoc = "";
    document.body.classList.remove("as-reading");
    wanted += 1;
    const same = () => all("button.as-report").find((button) => button.value === opener.value);
    const found = opener && (opener.isConnected ? opener : same());
    if (found) found.focus();
  };

  const fetched = async (address) => {
    try {
      const response = await fetch(address);
      if (response.ok) return { html: await response.text() };
      const answer = await response.json();
      return { problem: answer.message || words.library_report_failed };
    } catch (error) {
      console.warn("askspeech: the cleaning report could not be fetched:", error.message);
      return { problem: words.library_report_failed };
    }
  };

  const openReport = async (button) => {
    drawer = drawer || makeDrawer();
    opener = button;
    const file = button.value;
    const address = new URL("inspection", document.baseURI);
    address.searchParams.set("file", file);
    drawer.root.hidden = false;
    document.body.classList.add("as-reading");
    drawer.title.textContent = words.library_report; // the report itself begins with the file's name
    drawer.apart.href = address;
    drawer.frame.title = button.getAttribute("title");
    drawer.frame.hidden = true;
    drawer.note.hidden = false;
    drawer.note.textContent = words.reader_loading;
    drawer.close.focus();
    const request = (wanted += 1);
    const { html, problem } = await fetched(address);
    if (request !== wanted) return;
    drawer.apart.hidden = !html;
    drawer.note.hidden = Boolean(html);
    drawer.note.textContent = problem || "";
    drawer.frame.hidden = !html;
    drawer.frame.srcdoc = html || "";
  };

  window.askspeechAfterChanges(() => {
    if (!here()) return;
    paint();
    label();
    ask();
  });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element && event.target.closest("#as-library button");
    if (!target) return;
    if (target.matches(".as-act")) say("#as-library-told", (at) => JSON.stringify({ ...JSON.parse(target.value), at }));
    else if (target.matches(".as-choose")) toggle(target.value);
    else if (target.matches(".as-choose-all")) toggleAll();
    else if (target.matches("#as-library-unchoose")) choose(new Set());
    else if (target.matches(".as-report")) openReport(target);
    else if (target.matches(".as-open")) closeDrawer();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (asked) one("#as-library-leave").click();
    else closeDrawer();
  });
})();
