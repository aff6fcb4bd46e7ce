"""What can be done with an answer on the page, and what decides how the next one is made: components and handlers.

Which of the buttons can be seen follows from what the conversation shows; the style sheet says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from askspeech.chat import FOLD, Conversation
from askspeech.datatypes import Filters
from askspeech.errors import AskSpeechError
from askspeech.filter_panel import OFFERED, FilterHandlers
from askspeech.links import parsed_fragment
from askspeech.live_index import LiveIndex
from askspeech.rendering import escape
from askspeech.showing import UNCHANGED, Shown, Update, shown
from askspeech.texts import PageTexts

__all__ = [
    "AnswerTools",
    "ToolHandlers",
    "answer_tools",
    "earlier_button",
    "link_box",
    "model_switch",
    "picked",
]

UNFOLDED_AT_ONCE = 2 * FOLD
_UNCHANGED_FILTERS = (gr.skip(),) * (len(OFFERED) + 1)


@dataclass(frozen=True, slots=True)
class AnswerTools:
    """The buttons below the conversation; they are about its latest answer."""

    retry: gr.Button
    edit: gr.Button
    unedit: gr.Button
    literally: gr.Button


def answer_tools(words: gr.I18n) -> AnswerTools:
    """The buttons, made where Gradio is building."""
    with gr.Row(elem_id="as-tools"):
        names = {"retry": "retry", "edit": "edit_question", "unedit": "edit_cancel", "literally": "search_literally"}
        buttons = {
            name: gr.Button(words(word), size="sm", scale=0, min_width=0, elem_id=f"as-{name}")
            for name, word in names.items()
        }
        gr.Button(words("to_sources"), size="sm", scale=0, min_width=0, elem_id="as-to-sources")
    return AnswerTools(**buttons)


def earlier_button(words: gr.I18n) -> gr.Button:
    """The button above the conversation that shows what has been folded away; seen where something has."""
    return gr.Button(words("show_earlier"), size="sm", scale=0, min_width=0, elem_id="as-earlier")


def model_switch(words: gr.I18n) -> gr.Checkbox:
    """Whether answers are made of the speeches' own words alone; shown where there is a chat model."""
    return gr.Checkbox(
        False, label=words("quotations_only"), container=False, visible=False, elem_id="as-quotations-only"
    )


def link_box() -> gr.Textbox:
    """Where the page's script puts what stands behind `#` in the page's address."""
    return gr.Textbox(elem_id="as-linked", visible="hidden", show_label=False, container=False)


def picked(choice: gr.SelectData) -> str:
    """The question that an example or a suggestion asks."""
    value = choice.value
    return str(value["text"] if isinstance(value, dict) else value)


class ToolHandlers:
    """What the events of these components do; every method can be called without a browser."""

    def __init__(self, live: LiveIndex, filters: FilterHandlers) -> None:
        self._live = live
        self._filters = filters

    def switches(self) -> Update:
        """The switch between the chat model and quotations: shown where there is a chat model."""
        try:
            there = self._live.current().answers.has_chat_model
        except AskSpeechError:
            # The page says so in its conversation, and asks again.
            there = False
        update: Update = gr.update(visible=there)
        return update

    def edited(self, conversation: Conversation, texts: PageTexts) -> Shown:
        """The latest question back in the box; what is asked next takes its place."""
        if not conversation.exchanges or conversation.running:
            return UNCHANGED
        question = conversation.exchanges[-1].question
        return shown(replace(conversation, editing=True), texts, box={"value": question})

    def earlier(self, conversation: Conversation, texts: PageTexts) -> Shown:
        """More of what has been folded away, unless an answer is running, whose next update would fold it again."""
        if not conversation.folded or conversation.running:
            return UNCHANGED
        return shown(replace(conversation, unfolded=conversation.unfolded + UNFOLDED_AT_ONCE), texts)

    def unedited(self, conversation: Conversation, texts: PageTexts) -> Shown:
        """Leave the latest question as it is."""
        return shown(replace(conversation, editing=False), texts, box={"value": ""})

    def linked(self, link: str, texts: PageTexts, warn: Callable[[str], Any] = gr.Warning) -> tuple[Any, ...]:
        """The question and the filters of a link, and the generation of the index that has them.

        Where there is no index yet, the filters are chosen as they are, and `filled` looks at them when there is one.
        """
        asked = parsed_fragment(link)
        question = gr.update(value=asked.question) if asked.question else gr.skip()
        if not asked.filters:
            return question, *_UNCHANGED_FILTERS
        return question, *self._chosen(asked.filters, texts, warn)

    def restored(
        self, conversation: Conversation, texts: PageTexts, warn: Callable[[str], Any] = gr.Warning
    ) -> tuple[Any, ...]:
        """The filters of the conversation's latest question, and the generation of the index that has them.

        What is asked next goes on from that one: none of its filters may go, and no other come, without a word.
        """
        if not conversation.exchanges or conversation.running:
            return _UNCHANGED_FILTERS
        return self._chosen(conversation.exchanges[-1].filters, texts, warn)

    def _chosen(self, filters: Filters, texts: PageTexts, warn: Callable[[str], Any]) -> tuple[Any, ...]:
        """These filters in the dropdowns, and no others."""
        chosen = [list(getattr(filters, name)) for name in OFFERED]
        if not self._live.status().ready:
            return *(gr.update(value=values) for values in chosen), ""
        *dropdowns, generation = self.filled("", texts, chosen, warn)
        return *({"value": []} | update for update in dropdowns), generation

    def filled(
        self, generation: str, texts: PageTexts, chosen: Sequence[object], warn: Callable[[str], Any] = gr.Warning
    ) -> tuple[Any, ...]:
        """The choices of the index in use and its generation, as the panel's handlers give them.

        A warning names what was chosen before and is not in the index.
        """
        filled = self._filters.filled(generation, *chosen)
        values = [[str(value) for value in one] if isinstance(one, list) else [] for one in chosen]
        lost = _lost(values, filled)
        if lost:
            warn(escape(texts.link_lost.format(values=", ".join(lost))))
        return filled


def _lost(chosen: Sequence[list[str]], filled: Sequence[Any]) -> list[str]:
    """The chosen values that are not among those filled in."""
    return [
        value
        for values, update in zip(chosen, filled, strict=False)
        for value in values
        if "value" in update and value not in update["value"]
    ]
