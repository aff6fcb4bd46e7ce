/* Exporting: a panel that asks what to take along and in which format, and saves what the server makes of it.
 *
 * A button with class as-export carries its answer as JSON: {conversation, turn}, turns counted from 1. Text reaches the
 * page only through textContent.
 */
(() => {
  "use strict";

  const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  const words = JSON.parse(document.querySelector('meta[name="askspeech-words"]').content)[language];
  const FORMATS = [
    ["docx", words.export_word],
    ["md", words.export_markdown],
  ];

  let panel = null; // its elements, made at its first use
  let answer = null; // which one it was opened for
  let opener = null; // what had the focus before

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const choice = (type, name, value, text, checked = false) =>
    element("label", {}, element("input", { type, name, value, defaultChecked: checked }), element("span", { textContent: text }));

  const makePanel = () => {
    const heading = element("h2", { id: "as-export-heading", textContent: words.export_heading });
    const close = element("button", { type: "button", className: "as-export-close", textContent: "×" });
    close.title = `${words.export_close} (Esc)`;
    close.setAttribute("aria-label", words.export_close);
    const what = element(
      "fieldset",
      {},
      element("legend", { textContent: words.export_what }),
      choice("radio", "what", "answer", words.export_answer, true),
      choice("radio", "what", "conversation", words.export_conversation),
    );
    const question = element("p", { className: "as-export-question" });
    const formats = FORMATS.map(([value, textContent]) => element("button", { type: "button", value, textContent }));
    const unsupported = choice("checkbox", "unsupported", "1", words.export_unsupported);
    const status = element("p", { className: "as-export-said" });
    status.setAttribute("role", "status");
    const form = element(
      "form",
      { method: "dialog" },
      heading,
      close,
      question,
      what,
      unsupported,
      element("div", { className: "as-export-formats" }, ...formats),
      status,
    );
    const root = element("dialog", { id: "as-exporting" }, form);
    root.setAttribute("aria-labelledby", heading.id);
    form.addEventListener("submit", (event) => event.preventDefault());
    close.addEventListener("click", () => root.close());
    formats.forEach((button) => button.addEventListener("click", () => save(button.value)));
    root.addEventListener("click", (event) => event.target === root && root.close()); // beside the panel
    root.addEventListener("keydown", (event) => event.stopPropagation()); // its keys are not those of the page
    root.addEventListener("close", () => opener && opener.isConnected && opener.focus());
    document.body.append(root);
    return { root, form, question, formats, status, unsupported };
  };

  const open = (button) => {
    panel = panel || makePanel();
    answer = JSON.parse(button.value);
    opener = button;
    panel.form.reset();
    // Nothing to offer where every sentence is supported; what is folded away may hold one that is not.
    const doubtful = document.querySelector("#as-chat .as-doubt, #as-chat .as-folded");
    panel.unsupported.style.display = doubtful ? "" : "none";
    panel.status.textContent = "";
    panel.question.textContent = questionOf(button);
    panel.root.showModal();
    panel.formats[0].focus();
  };

  /* The question above the answer that a button belongs to. */
  const questionOf = (button) => {
    const questions = [...document.querySelectorAll("#as-chat .as-question")];
    const above = (one) => one.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING;
    const found = questions.filter(above).at(-1);
    return found ? found.textContent : "";
  };

  const addressOf = (format) => {
    const address = new URL(`export/${encodeURIComponent(answer.conversation)}.${format}`, document.baseURI);
    const chosen = new FormData(panel.form);
    if (chosen.get("what") === "answer") address.searchParams.set("turn", answer.turn);
    if (chosen.get("unsupported")) address.searchParams.set("unsupported", "1");
    return address;
  };

  const save = async (format) => {
    panel.status.textContent = words.export_making;
    panel.formats.forEach((button) => (button.disabled = true));
    try {
      const response = await fetch(addressOf(format));
      if (!response.ok) throw new Error((await response.json()).message);
      const name = nameOf(response, format);
      download(await response.blob(), name);
      panel.status.textContent = words.export_done.replace("{name}", () => name);
    } catch (error) {
      panel.status.textContent = words.export_failed.replace("{reason}", () => error.message);
    }
    panel.formats.forEach((button) => (button.disabled = false));
  };

  const nameOf = (response, format) => {
    const said = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") || "");
    return said ? decodeURIComponent(said[1]) : `askspeech.${format}`;
  };

  const download = (blob, name) => {
    const link = element("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000); // some browsers read it late
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.as-export") : null;
    if (button) open(button);
  });
})();
