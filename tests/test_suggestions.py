"""Questions that an index can surely answer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests import fakes, made

from askspeech import Answerer, SpeechIndex
from askspeech.datatypes import Citation, Section, Span
from askspeech.suggestions import example_questions, next_questions

COUNTY, CITY = made.speech("在青禾县大会上的讲话"), made.speech("在云陵市座谈会上的讲话")


def with_items(heading: str) -> list[Section]:
    parent = made.section("一、", heading)
    return [parent, *(made.section(marker, "短", parent) for marker in ("（一）", "（二）", "（三）"))]


def test_a_section_with_items_is_asked_for_its_items() -> None:
    assert example_questions({COUNTY: with_items("清理拖欠账款")}, 3) == ["“清理拖欠账款”讲了哪几条？"]


def test_a_section_without_items_is_asked_for_what_it_says() -> None:
    assert example_questions({COUNTY: [made.section("二、", "优化窗口服务")]}, 3) == ["“优化窗口服务”具体是怎么说的？"]


def test_speeches_take_turns_and_no_more_come_than_asked_for() -> None:
    one = [made.section("一、", "清理拖欠账款"), made.section("二、", "优化窗口服务")]
    questions = example_questions({COUNTY: one, CITY: [made.section("一、", "破解融资难题")]}, 2)
    assert questions == ["“清理拖欠账款”具体是怎么说的？", "“破解融资难题”具体是怎么说的？"]
    assert example_questions({COUNTY: one, CITY: one}, 9) == [
        "“清理拖欠账款”具体是怎么说的？",
        "“优化窗口服务”具体是怎么说的？",
    ]


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("清欠", id="too short"),
        pytest.param("青禾" * 20, id="too long"),
        pytest.param("税收达到xx亿元", id="blank"),
        pytest.param("有人问：怎么办", id="punctuation"),
        pytest.param("推行“银杏”专窗", id="quotation marks"),
        pytest.param("", id="nothing"),
    ],
)
def test_other_headings_make_no_question(heading: str) -> None:
    assert example_questions({COUNTY: [made.section("一、", heading)]}, 3) == []


def test_without_speeches_there_are_none() -> None:
    assert example_questions({}, 3) == []


ARREARS = made.section("一、", "清理拖欠账款")
WINDOWS = made.section("二、", "优化窗口服务")
FINANCE = made.section("三、", "破解融资难题")
LEDGER = made.section("（一）", "建立欠款台账", ARREARS)
PAYMENT = made.section("（二）", "限期清偿到位", ARREARS)
BUDGET = made.section("（三）", "严防新增欠款", ARREARS)


def placed(*sections: Section) -> list[Section]:
    """An outline in which the sections stand one behind the other, and every parent goes to the end of its last."""
    found = []
    for number, section in enumerate(sections):
        below = [at for at, one in enumerate(sections) if one.parent_id == section.id]
        found.append(replace(section, span=Span(10 * number, 10 * (max(below, default=number) + 1))))
    return found


OUTLINE = placed(ARREARS, LEDGER, PAYMENT, BUDGET, WINDOWS, FINANCE)


def citing(*sections: Section, speech_id: str = "speech", number: int = 1) -> Citation:
    spans = tuple(Span(one.span.start, one.span.start + 2) for one in OUTLINE if one.id in {s.id for s in sections})
    return replace(fakes.LEDGER, number=number, speech_id=speech_id, spans=spans)


def suggested(*cited: Section, count: int = 3, asked: Sequence[str] = ()) -> list[str]:
    return next_questions([citing(*cited)], lambda _: OUTLINE, count, asked=asked)


def test_the_next_sections_come_first_then_those_before_then_the_whole_list() -> None:
    assert suggested(PAYMENT, count=9) == [
        "“严防新增欠款”具体是怎么说的？",
        "“建立欠款台账”具体是怎么说的？",
        "“清理拖欠账款”讲了哪几条？",
        "“优化窗口服务”具体是怎么说的？",
        "“破解融资难题”具体是怎么说的？",
    ]
    assert len(suggested(PAYMENT)) == 3


def test_a_list_that_the_answer_told_is_not_suggested_nor_any_of_its_items() -> None:
    assert suggested(LEDGER, PAYMENT, BUDGET) == ["“优化窗口服务”具体是怎么说的？", "“破解融资难题”具体是怎么说的？"]


def test_what_was_asked_before_is_not_suggested_again() -> None:
    asked = ["“严防新增欠款”具体是怎么说的？", "建立 欠款台账的事，说一说"]
    assert suggested(PAYMENT, asked=asked)[0] == "“清理拖欠账款”讲了哪几条？"


def test_the_places_cited_take_turns() -> None:
    assert suggested(PAYMENT, WINDOWS, count=2) == ["“严防新增欠款”具体是怎么说的？", "“破解融资难题”具体是怎么说的？"]
    both = [citing(PAYMENT), citing(WINDOWS, speech_id="other", number=2)]
    assert next_questions(both, lambda _: OUTLINE, 2) == suggested(PAYMENT, WINDOWS, count=2)


def test_questions_are_in_the_language_of_the_reader() -> None:
    english = next_questions([citing(PAYMENT)], lambda _: OUTLINE, 3, language="en")
    assert english[0] == "What exactly is said about “严防新增欠款”?"
    assert english[2] == "Which points does “清理拖欠账款” list?"


def test_without_citations_or_for_a_speech_that_has_gone_nothing_is_suggested() -> None:
    assert next_questions([], lambda _: OUTLINE, 3) == []
    assert next_questions([citing(PAYMENT)], lambda _: (), 3) == []
    outside = replace(citing(PAYMENT), spans=(Span(900, 902),))
    assert next_questions([outside], lambda _: OUTLINE, 3) == []


def test_an_index_suggests_what_it_can_answer(index: SpeechIndex, answerer: Answerer) -> None:
    question = "政府拖欠企业的账款怎么清理？"
    citations = answerer.ask(question).citations
    questions = index.next_questions(citations, 3, asked=[question])
    assert 0 < len(questions) <= 3
    assert len(set(questions)) == len(questions)
    for one in questions:
        assert not answerer.ask(one).refused
    assert index.next_questions(citations, 3, asked=questions) != questions


def test_an_english_reader_is_offered_english_questions() -> None:
    outlines = {COUNTY: [made.section("二、", "优化窗口服务")]}
    assert example_questions(outlines, 3, "en") == ["What exactly is said about “优化窗口服务”?"]
