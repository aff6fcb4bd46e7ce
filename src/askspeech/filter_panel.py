"""The filters on the page: their components, what there is to choose from, and their events."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from askspeech.datatypes import Filters, Speech
from askspeech.errors import AskSpeechError
from askspeech.filtering import known_values
from askspeech.live_index import LiveIndex
from askspeech.printing import printable
from askspeech.rendering import shown_file
from askspeech.settings import MAX_FILTER_VALUES
from askspeech.texts import PageTexts

__all__ = ["OFFERED", "FilterHandlers", "FilterPanel", "chosen_filters", "filter_choices", "filter_panel", "one_line"]

OFFERED = ("speech", "level", "place", "year", "kind", "file")
"""The fields of `Filters` that the page offers, in the order of its dropdowns."""

_TITLE_CHARACTERS = 80

Choices = list[tuple[str, str]]
"""What a dropdown offers: the words shown, and the value that they stand for."""
Update = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """The components: what folds the others away, a dropdown for each field, and the generation they were filled from.

    The dropdowns are those of `OFFERED`, in that order.
    """

    accordion: gr.Accordion
    dropdowns: tuple[gr.Dropdown, ...]
    clear: gr.Button
    generation: gr.State


def filter_panel(words: gr.I18n) -> FilterPanel:
    """The folded panel, made where Gradio is building; its dropdowns are empty until they are filled."""
    with gr.Accordion(words("filters"), open=False, elem_id="as-filters") as accordion:
        with gr.Row():
            dropdowns = {name: _dropdown(words, name) for name in ("speech", "file")}
        with gr.Row():
            dropdowns |= {name: _dropdown(words, name) for name in OFFERED if name not in dropdowns}
        clear = gr.Button(words("filters_clear"), size="sm", elem_id="as-filters-clear")
    return FilterPanel(accordion, tuple(dropdowns[name] for name in OFFERED), clear, gr.State(""))


def _dropdown(words: gr.I18n, name: str) -> gr.Dropdown:
    return gr.Dropdown(
        [],
        multiselect=True,
        max_choices=MAX_FILTER_VALUES,
        # Before it is filled it takes any value: a page that has outlived a restart of the server keeps its filters.
        allow_custom_value=True,
        label=words(f"filter_{name}"),
        elem_id=f"as-filter-{name}",
        min_width=120,
    )


def chosen_filters(chosen: Sequence[object]) -> Filters:
    """The filters of the dropdowns' values, in the order of `OFFERED`; none where there are no values."""
    values = (one if isinstance(one, list) else [] for one in chosen)
    return Filters(**{name: tuple(str(value) for value in some) for name, some in zip(OFFERED, values, strict=False)})


def filter_choices(speeches: Sequence[Speech]) -> tuple[Choices, ...]:
    """What each dropdown offers, in the order of `OFFERED`: titles, and values with how many speeches have them."""
    return (list(_titles(speeches)), *(_values(speeches, name) for name in OFFERED[1:]))


def _values(speeches: Sequence[Speech], name: str) -> Choices:
    """The values of a field; files that were added through the page by their own names, where no other has that."""
    known = known_values(speeches, name)
    shown = {value: shown_file(value) if name == "file" else value for value in known}
    often = Counter(shown.values())
    return [
        (f"{one_line(shown[value] if often[shown[value]] == 1 else value)} ({count})", value)
        for value, count in known.items()
    ]


def _titles(speeches: Sequence[Speech]) -> Iterator[tuple[str, str]]:
    """The speeches' titles and ids; speeches of one title are told apart by their files."""
    titles = [one_line(speech.title) for speech in speeches]
    often = Counter(titles)
    for speech, title in zip(speeches, titles, strict=True):
        yield (f"{title} · {one_line(shown_file(speech.file))}" if often[title] > 1 else title), speech.id


def one_line(text: str) -> str:
    """Text of the corpus in one line, without what would steer the page: Gradio translates what bears its mark."""
    line = " ".join(printable(text, keep="\n\t").split()).replace("__i18n__", "_ _i18n_ _")
    return line if len(line) <= _TITLE_CHARACTERS else line[:_TITLE_CHARACTERS] + "…"


class FilterHandlers:
    """What the panel's events do; every method can be called without a browser."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def filled(self, generation: str, *chosen: object) -> tuple[Update | str, ...]:
        """The choices of the index in use, and its generation; nothing changes where it is the generation known.

        What was chosen stays chosen where the index still has it.
        """
        unchanged = (gr.skip(),) * (len(OFFERED) + 1)
        try:
            index = self._live.current().index
            newest = index.generation
            if newest == generation:
                return unchanged
            choices = filter_choices(index.speeches())
        except AskSpeechError:
            # The page says so in its conversation, and the filters are filled when there is an index.
            return unchanged
        values = [one if isinstance(one, list) else [] for one in chosen]
        return (*(_filled(offered, value) for offered, value in zip(choices, values, strict=True)), newest)

    def heading(self, texts: PageTexts, updates: Sequence[object]) -> Update:
        """The panel's heading after updates of the dropdowns; unchanged where none of them says what is chosen."""
        said = [update["value"] for update in updates if isinstance(update, dict) and "value" in update]
        return self.labelled(texts, *said) if said else gr.skip()

    def labelled(self, texts: PageTexts, *chosen: object) -> Update:
        """The panel's heading, which says how many values are chosen."""
        count = sum(len(one) for one in chosen if isinstance(one, list))
        return gr.update(label=texts.filters_chosen.format(number=count) if count else texts.filters)

    def cleared(self) -> tuple[Update, ...]:
        """Nothing chosen."""
        return tuple(gr.update(value=[]) for _ in OFFERED)

    def named(self, filters: Filters) -> tuple[tuple[str, str], ...]:
        """The chosen values for a reader, each with its field: of a speech its title, while the index has it."""
        return tuple(
            (name, self._title(value) if name == "speech" else value)
            for name in OFFERED
            for value in getattr(filters, name)
        )

    def _title(self, speech_id: str) -> str:
        try:
            return self._live.current().index.speech(speech_id).title
        except AskSpeechError:
            # The search itself says what is wrong.
            return speech_id


def _filled(offered: Choices, value: Sequence[str]) -> Update:
    known = {one for _, one in offered}
    kept = [one for one in value if one in known]
    # Where nothing was chosen, what a link has chosen meanwhile stays.
    chosen: dict[str, Any] = {"value": kept} if value else {}
    return gr.update(choices=offered, visible=bool(offered), allow_custom_value=False, **chosen)
