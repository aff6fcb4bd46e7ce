"""HTML of questions and sources: only our own markup, whatever the text holds."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import fakes
from tests.html_reader import Reader, as_shown

from askspeech.answer_rendering import AnswerView, answer_html
from askspeech.datatypes import Locator, Span, slices
from askspeech.rendering import (
    escape,
    excerpt,
    locator_text,
    note_html,
    place_value,
    problem_html,
    question_html,
    sources_html,
    welcome_html,
)
from askspeech.texts import CHINESE


@given(st.text())
def test_escaped_text_shows_itself_and_holds_no_markup(text: str) -> None:
    escaped = escape(text)
    assert Reader(f"<p>{escaped}</p>").text == as_shown(text)
    assert not re.search(r"[<>\n\r*_`\[\]()!~|\\$@./:\"']", re.sub(r"&#\d+;", "", escaped))


@pytest.mark.parametrize("payload", fakes.HOSTILE)
def test_hostile_text_is_only_text(payload: str) -> None:
    index, answers = fakes.hostile()
    number = fakes.HOSTILE.index(payload)
    view = AnswerView.of(answers.answers[0])
    near = AnswerView.of(answers.answers[1])
    for html in (
        question_html(payload),
        problem_html(payload),
        note_html(payload),
        welcome_html(payload, payload, command=payload),
        answer_html(replace(view, notices=(payload,), text=f"{payload} [1]"), CHINESE),
        answer_html(replace(near, nearest=near.nearest[number : number + 1]), CHINESE),
        sources_html(view.citations[number : number + 1], index.source_text, CHINESE),
    ):
        assert "\n" not in html
        assert as_shown(payload) in Reader(html).text


def test_sources_are_grouped_by_speech_with_the_words_marked() -> None:
    html = sources_html(fakes.DEBTS.citations, fakes.FakeIndex().source_text, CHINESE)
    reader = Reader(html)
    assert html.count("<section") == 2
    assert html.count("<h3>") == 2
    assert "第 13–14 行" in reader.text
    assert "一、清理拖欠账款" in reader.text
    assert f"<mark>{escape(slices(fakes.TEXT, fakes.LEDGER.spans))}</mark>" in html


def test_excerpt_shows_the_paragraph_without_the_line_breaks_of_its_page() -> None:
    text = "前面一段。\n今天的会\n\n议很重要，请大家听\n清楚。\n后面一段。"
    span = fakes.span_of("议很重要", text)
    assert excerpt(text, [span]) == [("今天的会", False), ("议很重要", True), ("，请大家听清楚。", False)]


def test_excerpt_ends_where_a_numbered_paragraph_begins() -> None:
    text = "青禾文稿网\n（二）清理账款。县财政局\n牵头。\n青禾文稿网\n（三）减少检查。"
    span = fakes.span_of("清理账款。", text)
    assert excerpt(text, [span]) == [("（二）", False), ("清理账款。", True), ("县财政局牵头。", False)]
    assert excerpt(text, [fakes.span_of("减少", text)])[0] == ("（三）", False)


def test_excerpt_leaves_out_what_the_speaker_did_not_say() -> None:
    text = (
        "在大会上的讲话\n更新时间:2023-02 来源:网友投稿\n同志们:刚才**通报**了5起典型案例;大家\n- 3 -\n看了片子。\n"
        "责任编辑：甲\n"
    )
    words = ("在大会上的讲话", "更新时间:2023-02 来源:网友投稿", "**", "- 3 -", "责任编辑：甲")
    unsaid = [fakes.span_of(one, text) for one in words]
    unsaid.append(Span(text.index("**了"), text.index("了5起")))
    pieces = excerpt(text, [fakes.span_of("了5起典型案例;", text)], unsaid=unsaid)
    assert pieces == [("同志们:刚才通报", False), ("了5起典型案例;", True), ("大家看了片子。", False)]
    spans = [fakes.span_of("刚才", text), fakes.span_of("通报", text)]
    assert excerpt(text, spans, unsaid=unsaid)[1:3] == [("刚才", True), ("通报", True)]


def test_excerpt_cuts_long_surroundings_and_bridges_gaps() -> None:
    text = "甲" * 50 + "乙" + "丙" * 5 + "丁" + "戊" * 50 + "己" + "庚" * 50
    spans = [fakes.span_of(word, text) for word in "乙丁己"]
    pieces = excerpt(text, spans, margin=3, bridge=10)
    assert [piece.text for piece in pieces] == ["…甲甲甲", "乙", "丙" * 5, "丁", " …… ", "己", "庚庚庚…"]


@given(st.text(alphabet="甲乙。\n 𠮷a", max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_marked_pieces_are_exactly_the_slices(text: str, cuts: list[int]) -> None:
    edges = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    pieces = excerpt(text, spans, margin=5, bridge=3)
    assert "".join(piece.text for piece in pieces if piece.marked) == slices(text, spans)


def test_places_survive_the_attribute() -> None:
    value = place_value('a"b<c>', (Span(1, 2),), 3)
    assert Reader(f'<button value="{value}"></button>').places == [{"speech": 'a"b<c>', "number": 3, "spans": [[1, 2]]}]


@pytest.mark.parametrize(
    ("locator", "shown"),
    [(Locator("page", 3, 3), "第 3 页"), (Locator("paragraph", 1, 2), "第 1–2 段"), (Locator("line", 9, 9), "第 9 行")],
)
def test_locators_are_for_people(locator: Locator, shown: str) -> None:
    assert locator_text(locator, CHINESE) == shown


def test_long_questions_are_shown_shortened() -> None:
    assert len(Reader(question_html("问" * 10_000)).text) == 2001
