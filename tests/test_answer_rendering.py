"""HTML of answers: numbers that open places, what was checked, values in bold, comparisons as a table."""

from dataclasses import replace

import pytest
from tests import fakes
from tests.html_reader import Reader

from askspeech.answer_rendering import AnswerView, answer_html
from askspeech.datatypes import Answer, Sentence, Span
from askspeech.texts import CHINESE, ENGLISH


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


def test_values_that_were_asked_for_are_bold() -> None:
    sentence = Sentence("投入 3 亿元，办了 12 件。", (1,), marked=(Span(3, 7), Span(11, 15)))
    view = AnswerView(text=f"{sentence.text}[1]", citations=(fakes.LEDGER,), sentences=(sentence,))
    html = answer_html(view, CHINESE)
    assert "<strong>3 亿元</strong>" in html
    assert "<strong>12 件</strong>" in html
    assert Reader(html).text == f"{sentence.text}1"


def test_a_comparison_is_a_table_with_a_row_for_each_speech() -> None:
    text = "《甲讲话》：\n多办实事。[1]\n\n《乙讲话》：\n少开会。[2]"
    sentences = (Sentence("多办实事。", (1,)), Sentence("少开会。", (2,)))
    citations = (replace(fakes.LEDGER, number=1), replace(fakes.PAYING, number=2))
    html = answer_html(AnswerView(text, citations, sentences, kind="comparison"), CHINESE)
    assert html.count("<tr>") == 2
    assert html.count("<table") == 1
    assert Reader(html).text == "《甲讲话》多办实事。1《乙讲话》少开会。2"


def test_a_comparison_that_found_nothing_is_no_table() -> None:
    html = answer_html(replace(AnswerView.of(fakes.WEATHER), kind="comparison"), CHINESE)
    assert "<table" not in html


def test_a_finished_answer_says_what_was_checked() -> None:
    quote = Sentence(fakes.LEDGER.quote, (1,))
    own = Sentence("没有依据的话。", (), "not_found")
    view = AnswerView(text=f"{quote.text}[1]", citations=(fakes.LEDGER,), sentences=(quote,), state="done")
    assert Reader(answer_html(view, CHINESE)).text.endswith(CHINESE.checked_quotes)
    both = replace(view, text=f"{quote.text}[1]{own.text}", sentences=(quote, own))
    assert Reader(answer_html(both, ENGLISH)).text.endswith(ENGLISH.checked.format(sentences=2, supported=1))
    assert CHINESE.checked_quotes not in answer_html(replace(view, state="running"), CHINESE)
