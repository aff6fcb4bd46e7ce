/* Asking: the words behind a number on a card beside it, links that hold a question, the language, and keys.
 *
 * Text reaches the page only through textContent.
 */
(() => {
  "use strict";

  const NUMBER = "#as-chat button.as-cite";
  const FIELDS = ["q", "speech", "file", "level", "place", "year", "kind"];
  const MARGIN = 8;
  const SLOW = 180; // ms in which the pointer can go from a number to its card

  const english = !navigator.language.toLowerCase().startsWith("zh");
  const words = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content)[english ? "en" : "zh"];
  const one = (selector) => document.querySelector(selector);

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  /* The card. A number's title holds the same words, for where there is no script; the browser would show it, too. */

  let card = null;
  let shownOf = null;
  let leaving = 0;

  const hideCard = () => {
    clearTimeout(leaving);
    if (!shownOf) return false;
    shownOf.title = card.dataset.title;
    shownOf.removeAttribute("aria-describedby");
    shownOf = null;
    card.hidden = true;
    return true;
  };

  const makeCard = () => {
    card = element("div", "as-card");
    card.id = "as-card";
    card.setAttribute("role", "tooltip");
    card.hidden = true;
    card.addEventListener("pointerenter", () => clearTimeout(leaving));
    card.addEventListener("pointerleave", leave);
    document.body.append(card);
  };

  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hideCard, SLOW);
  };

  const showCard = (number) => {
    clearTimeout(leaving);
    if (number === shownOf) return;
    hideCard();
    if (!number.title) return;
    if (!card) makeCard();
    const [heading, ...quoted] = number.title.split("\n");
    card.dataset.title = number.title;
    card.replaceChildren(element("p", "as-card-head", heading), element("p", "as-card-words", quoted.join("\n")));
    card.hidden = false;
    number.removeAttribute("title");
    number.setAttribute("aria-describedby", card.id);
    shownOf = number;
    place(number.getBoundingClientRect(), card.getBoundingClientRect());
  };

  const place = (at, size) => {
    const above = at.top - size.height - MARGIN;
    const left = Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - MARGIN);
    card.style.top = `${above >= MARGIN ? above : Math.min(at.bottom + MARGIN, innerHeight - size.height - MARGIN)}px`;
    card.style.left = `${Math.max(MARGIN, left)}px`;
  };

  const numberAt = (target) => (target instanceof Element ? target.closest(NUMBER) : null);

  /* Only a pointer that moved points: what comes to lie under one at rest, as the page changes, was not pointed at. */
  let pointer = "";
  document.addEventListener("pointerover", (event) => {
    const moved = pointer !== (pointer = `${event.clientX} ${event.clientY}`);
    const number = event.pointerType === "touch" ? null : numberAt(event.target);
    if (number && moved) showCard(number);
    else if (shownOf && number !== shownOf && !card.contains(event.target) && document.activeElement !== shownOf) leave();
  });
  document.addEventListener("focusin", (event) => {
    const number = numberAt(event.target);
    if (number && number.matches(":focus-visible")) showCard(number);
    else hideCard();
  });
  document.addEventListener("pointermove", (event) => (pointer = `${event.clientX} ${event.clientY}`), { passive: true });
  /* The card goes with its number, as long as that can be seen. */
  const follow = (event) => {
    if (!shownOf || event.target === card) return;
    const at = shownOf.getBoundingClientRect();
    if (document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2) !== shownOf) hideCard();
    else place(at, card.getBoundingClientRect());
  };
  document.addEventListener("scroll", follow, { capture: true, passive: true });

  /* Links. */

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text); // only where the page came by https or from this machine
      return true;
    } catch {
      const box = element("textarea", "as-aside");
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  };

  const copyLink = async (button) => {
    const link = `${location.origin}${location.pathname}${location.search}${button.value}`;
    tellCopied(button, (await copied(link)) ? words.link_copied : `${words.link_failed} ${link}`);
  };

  /* Both forms of an answer, with its paragraphs and raised numbers for word processors. */
  const copiedForms = async ({ text, html }) => {
    const forms = { "text/plain": text, "text/html": html };
    try {
      const blobs = Object.entries(forms).map(([type, form]) => [type, new Blob([form], { type })]);
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]); // as for links
      return true;
    } catch {
      let taken = false;
      const take = (event) => {
        for (const [type, form] of Object.entries(forms)) event.clipboardData.setData(type, form);
        event.preventDefault();
        event.stopPropagation();
        taken = true;
      };
      document.addEventListener("copy", take, { capture: true, once: true });
      document.execCommand("copy");
      document.removeEventListener("copy", take, { capture: true });
      return taken || copied(text);
    }
  };

  const copyAnswer = async (button) => {
    const done = await copiedForms(JSON.parse(button.value));
    tellCopied(button, done ? words.answer_copied : words.answer_not_copied);
  };

  const tellCopied = (button, said) => {
    button.focus();
    let status = button.parentElement.querySelector("[role=status]");
    if (!status) {
      status = element("span", "as-link-said");
      status.setAttribute("role", "status");
      button.parentElement.append(status);
    }
    status.textContent = said;
  };

  const asks = (hash) => [...new URLSearchParams(hash.slice(1)).keys()].some((key) => FIELDS.includes(key));

  /* Say to the server what the address asks for: Gradio hears the box once it shows what the server said first. */
  let told = "";
  const tell = () => {
    const box = one("#as-linked textarea, #as-linked input");
    if (!box || told === location.hash || !one("#as-chat :is(.as-welcome, .as-answer)")) return;
    told = location.hash;
    if (!asks(told)) return;
    box.value = told;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    const ask = one("#as-ask textarea");
    if (ask) ask.focus();
  };

  /* Once something was asked, the address no longer says what to ask. */
  const forget = () => {
    if (told !== location.hash || !asks(location.hash) || !one("#as-chat .as-answer:not(.as-problem)")) return;
    const left = new URLSearchParams(location.hash.slice(1));
    for (const field of FIELDS) left.delete(field);
    told = left.size ? `#${left}` : "";
    history.replaceState(history.state, "", `${location.pathname}${location.search}${told}`);
  };

  addEventListener("hashchange", tell);

  /* The other language. */

  const changeLanguage = () => {
    const language = english ? "zh" : "en";
    document.cookie = `askspeech_language=${language}; path=/; max-age=31536000; samesite=lax`;
    location.reload();
  };

  /* Clicks and keys. */

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const link = target.closest("button.as-link");
    if (link) copyLink(link);
    const answer = target.closest("button.as-copy");
    if (answer) copyAnswer(answer);
    if (numberAt(target)) hideCard();
    if (target.closest("#as-language")) changeLanguage();
    if (target.closest("#as-edit, #as-unedit") && one("#as-ask textarea")) one("#as-ask textarea").focus();
    if (target.closest("#as-earlier")) one("#as-chat .bubble-wrap").scrollTo(0, 0);
    if (target.closest("#as-to-sources")) one("#as-right").scrollIntoView({ block: "start" });
  });

  /* Escape takes away the card, then what page.js has opened, then ends the answer that is running. */
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      const stop = one("#as-ask .stop-button");
      const busy = one(".as-reader:not([hidden]), [role=listbox], .as-folds details[open]");
      if (hideCard()) event.stopPropagation();
      else if (stop && !busy && one("#as-chat .as-running")) stop.click();
    },
    true,
  );

  window.askspeechAfterChanges(() => {
    tell();
    forget();
    if (shownOf && !shownOf.isConnected) hideCard();
  });
})();
