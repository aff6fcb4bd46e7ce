"""HTML of questions, answers and sources: only our own markup, whatever the text holds."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import fakes

from askspeech.datatypes import Answer, Locator, Sentence, Span, slices
from askspeech.rendering import (
    AnswerView,
    answer_html,
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
from askspeech.texts import CHINESE, ENGLISH

ALLOWED = {
    "article": {"class"},
    "button": {"type", "class", "title", "value"},
    "code": set(),
    "div": {"class"},
    "h2": set(),
    "h3": set(),
    "h4": set(),
    "h5": set(),
    "mark": set(),
    "p": {"class"},
    "pre": set(),
    "section": {"class"},
    "span": {"class", "title"},
}
VOID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class Reader(HTMLParser):
    """Reads HTML as a browser would, and fails at any element or attribute that is not ours."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []
        self.places: list[dict[str, object]] = []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        self.open.append(tag)
        self.places += [json.loads(value or "") for name, value in attrs if name == "value"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"an instruction: {data}")

    @property
    def text(self) -> str:
        return "".join(self.texts)


def as_shown(text: str) -> str:
    """Text as a page can show it: control characters have no form, all line breaks are one."""
    return VOID.sub("\ufffd", re.sub("\r\n|[\r\u0085\u2028\u2029]", "\n", text))


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


def test_marks_become_buttons_that_carry_their_places() -> None:
    html = answer_html(AnswerView.of(fakes.DEBTS), CHINESE)
    reader = Reader(html)
    assert [place["number"] for place in reader.places] == [1, 2, 3, 4]
    assert reader.places[1] == {
        "speech": "speech-1",
        "number": 2,
        "spans": [list(span) for span in fakes.PAYING.spans],
    }
    assert "[1]" not in reader.text
    assert fakes.LEDGER.quote in html.replace("&#", "")
    assert 'class="as-lead"' in html


def test_marks_without_a_citation_stay_text() -> None:
    reader = Reader(answer_html(AnswerView(text="甲[1]，乙[7]，丙[12a]", citations=(fakes.LEDGER,)), CHINESE))
    assert len(reader.places) == 1
    assert reader.text == "甲1，乙[7]，丙[12a]"


def test_what_looks_like_a_mark_in_a_quotation_stays_text() -> None:
    sentence = Sentence("原文写着[1]和[2]。", (2,))
    view = AnswerView(text=f"{sentence.text}[2]", citations=(fakes.LEDGER, fakes.PAYING), sentences=(sentence,))
    reader = Reader(answer_html(view, CHINESE))
    assert "[1]" in reader.text
    assert {place["number"] for place in reader.places} == {2}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("一、清理账款", "item"),
        ("（二）推进改革", "item"),
        ("3. 第三条", "item"),
        ("- 一条", "item"),
        ("《讲话》提出：", "lead"),
        ("两条[1]：", "line"),
        ("普通的一句。", "line"),
    ],
)
def test_lines_are_told_apart(line: str, kind: str) -> None:
    assert f'<p class="as-{kind}">' in answer_html(AnswerView(text=line), CHINESE)


def test_what_lacks_support_says_so_after_the_sentence() -> None:
    sentences = (
        Sentence("第一句。", (1,)),
        Sentence("第二句。", (), "not_found", "没有这样的话"),
        Sentence("第三句。", (1,), "partly"),
    )
    view = AnswerView(text="第一句。[1]第二句。第三句。[1]", citations=(fakes.LEDGER,), sentences=sentences)
    assert Reader(answer_html(view, CHINESE)).text == "第一句。1第二句。没有找到依据第三句。只找到部分依据1"


def test_states_of_an_answer() -> None:
    assert CHINESE.searching in Reader(answer_html(AnswerView(), CHINESE)).text
    assert CHINESE.searching not in Reader(answer_html(AnswerView(text="甲"), CHINESE)).text
    assert ENGLISH.stopped in Reader(answer_html(AnswerView(text="甲", state="stopped"), ENGLISH)).text
    assert ENGLISH.failed in Reader(answer_html(AnswerView(state="failed"), ENGLISH)).text


def test_nearest_passages_are_offered_without_numbers() -> None:
    reader = Reader(answer_html(AnswerView.of(fakes.WEATHER), ENGLISH))
    assert CHINESE.nearest in reader.text, "the answer's language, not the reader's"
    assert [place["number"] for place in reader.places] == [None, None]


def test_an_answer_that_is_no_refusal_shows_no_nearest_passages() -> None:
    found: Answer = replace(fakes.WEATHER, outcome="answered")
    assert CHINESE.nearest not in answer_html(AnswerView.of(found), CHINESE)


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
