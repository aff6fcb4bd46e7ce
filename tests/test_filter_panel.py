"""The filters on the page, without a browser: what there is to choose from, and what the events do."""

from dataclasses import replace
from typing import Any, cast

import gradio as gr
import pytest
from tests import fakes, made

from askspeech.datatypes import Filters
from askspeech.errors import StoreMissingError
from askspeech.filter_panel import OFFERED, FilterHandlers, chosen_filters, filter_choices
from askspeech.live_index import LiveIndex, Opened
from askspeech.texts import CHINESE, ENGLISH

NOTHING: tuple[list[str], ...] = ([], [], [], [], [], [])


def handlers(index: fakes.FakeIndex | None = None) -> FilterHandlers:
    opened = Opened(index or fakes.FakeIndex(), fakes.FakeAnswers())
    return FilterHandlers(LiveIndex(lambda: opened))


def filled(of: FilterHandlers, generation: str = "", *chosen: list[str]) -> tuple[list[dict[str, Any]], object]:
    *updates, newest = of.filled(generation, *(chosen or NOTHING))
    return cast(list[dict[str, Any]], updates), newest


def test_choices_are_the_facts_of_the_index() -> None:
    updates, generation = filled(handlers())
    titles = [(fakes.FIRST_SPEECH.title, "speech-1"), (fakes.SECOND_SPEECH.title, "speech-2")]
    assert [update["choices"] for update in updates] == [
        titles,
        [("县 (2)", "县")],
        [("柳溪县 (2)", "柳溪县")],
        [("2023 (1)", "2023")],
        [("大会 (1)", "大会"), ("座谈会 (1)", "座谈会")],
        [(f"{fakes.FIRST_SPEECH.file} (2)", fakes.FIRST_SPEECH.file)],
    ]
    assert generation == fakes.FakeIndex().generation


def test_a_field_of_which_nothing_is_known_is_not_offered() -> None:
    index = fakes.FakeIndex(all_speeches=(fakes.speech(1, "讲话", fakes.FIRST, level="县"),))
    assert [update["visible"] for update in filled(handlers(index))[0]] == [True, True, False, False, False, True]


def test_speeches_of_one_title_are_told_apart() -> None:
    speeches = [made.speech("讲话", "甲.txt"), made.speech("讲话", "乙.txt"), made.speech("另一篇", "丙.txt")]
    shown = [name for name, _ in filter_choices(speeches)[0]]
    assert shown == ["讲话 · 甲.txt", "讲话 · 乙.txt", "另一篇"]


@pytest.mark.parametrize("title", fakes.HOSTILE)
def test_titles_are_one_line_that_gradio_does_not_translate(title: str) -> None:
    ((shown, _),) = filter_choices([made.speech(title)])[0]
    assert "\n" not in shown and "\x00" not in shown and "__i18n__" not in shown


def test_a_new_index_brings_its_own_choices_and_what_it_lost_is_chosen_no_more() -> None:
    index = fakes.FakeIndex()
    panel = handlers(index)
    known = index.generation
    assert filled(panel, known) == ([gr.skip()] * len(OFFERED), gr.skip())
    index.generation, index.all_speeches = "newer", (fakes.SECOND_SPEECH,)
    updates, newest = filled(panel, known, ["speech-1", "speech-2"], ["县"], [], ["2023"], ["座谈会"], [])
    assert newest == "newer"
    assert [update.get("value") for update in updates] == [["speech-2"], ["县"], None, [], ["座谈会"], None]
    assert updates[4]["choices"] == [("座谈会 (1)", "座谈会")]


def test_without_an_index_the_filters_stay_as_they_are() -> None:
    def missing() -> Opened:
        raise StoreMissingError("There is no index.")

    assert filled(FilterHandlers(LiveIndex(missing))) == ([gr.skip()] * len(OFFERED), gr.skip())


def test_what_is_chosen_becomes_filters() -> None:
    assert chosen_filters(NOTHING) == Filters()
    assert not chosen_filters(())
    assert not chosen_filters([None, 5, "县", {}, None]), "what no dropdown sends"
    chosen = chosen_filters([["speech-1"], ["县", "市"], [], ["2023"], []])
    assert chosen == Filters(speech=("speech-1",), level=("县", "市"), year=("2023",))


def test_filters_are_named_for_a_reader() -> None:
    filters = Filters(speech=("speech-1", "gone"), level=("县",))
    assert handlers().named(filters) == (("speech", fakes.FIRST_SPEECH.title), ("speech", "gone"), ("level", "县"))


def test_the_heading_says_how_many_are_chosen() -> None:
    panel = handlers()
    assert panel.labelled(CHINESE, *NOTHING)["label"] == CHINESE.filters
    assert "2" in panel.labelled(ENGLISH, ["speech-1"], ["县"], [], [], [], [])["label"]


def test_the_heading_follows_what_sets_several_at_once() -> None:
    panel = handlers()
    assert "2" in panel.heading(CHINESE, [{"value": ["speech-1"]}, {"value": ["县"]}, {"value": []}])["label"]
    assert panel.heading(CHINESE, panel.cleared())["label"] == CHINESE.filters
    first = panel.filled("", *NOTHING)
    assert "label" not in panel.heading(CHINESE, first), "what a link has chosen meanwhile is not known here"


def test_clearing_empties_every_dropdown() -> None:
    assert [update["value"] for update in handlers().cleared()] == [[]] * len(OFFERED)


def test_a_speech_whose_title_changes_keeps_its_choice() -> None:
    index = fakes.FakeIndex()
    index.generation, index.all_speeches = "newer", (replace(fakes.FIRST_SPEECH, title="改过的标题"),)
    updates, _ = filled(handlers(index), "", ["speech-1"], [], [], [], [], [])
    assert (updates[0]["choices"], updates[0]["value"]) == ([("改过的标题", "speech-1")], ["speech-1"])
