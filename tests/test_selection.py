"""The parts of passages that an answer can be made of."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.datatypes import Gap, Span
from askspeech.selection import Extract, enumeration_of, extracts_of, sentences_of

FIRST = made.hit("各部门要建立台账。县财政局负责汇总。", score=2.0)
SECOND = made.hit("利率不高于百分之四。好。", start=100, score=1.0)
OUTLINE = made.hit("办好两件事。\n一是摸清底数。\n二是限时清偿。", start=200, kind="outline", score=3.0, items=2)


def texts(extracts: list[Extract]) -> list[str]:
    return [extract.text for extract in extracts]


def test_extracts_are_the_sentences_of_the_hits_in_order() -> None:
    assert texts(extracts_of([FIRST, SECOND])) == ["各部门要建立台账。", "县财政局负责汇总。", "利率不高于百分之四。"]


def test_a_place_found_twice_is_one_extract() -> None:
    again = made.hit("县财政局负责汇总。", start=9)
    assert len(extracts_of([FIRST, again])) == 2


def test_an_extract_knows_its_source_and_the_spans_of_its_words() -> None:
    assert Extract(SECOND, 2, 10).place == ("source", (Span(102, 110),))


def test_a_sentence_ends_where_a_part_of_it_is_hidden() -> None:
    torn = made.hit("各部门要建立台账并且按月汇总报告。", start=50, gaps=[Gap(Span(58, 58), 9)])
    assert texts(list(sentences_of(torn))) == ["各部门要建立台账", "并且按月汇总报告。"]
    beside = made.hit("各部门要建立台账。", start=50, gaps=[Gap(Span(40, 50), 9), Gap(Span(59, 70), 9)])
    assert texts(list(sentences_of(beside))) == ["各部门要建立台账。"]


def test_the_items_of_an_outline_come_complete_and_in_order() -> None:
    assert texts(enumeration_of(OUTLINE)) == ["办好两件事。", "一是摸清底数。", "二是限时清偿。"]


def test_of_the_lead_of_an_outline_the_heading_and_the_last_sentence_stay() -> None:
    outline = made.hit(
        "一、抓审批。去年办了很多事。今年难度更大。重点做两件事：一是减材料。二是减时限。", kind="outline", items=2
    )
    assert texts(enumeration_of(outline)) == ["一、抓审批。", "重点做两件事：一是减材料。", "二是减时限。"]


def test_an_item_keeps_the_sentences_behind_its_catchword() -> None:
    outline = made.hit("办好两件事。\n一是减材料。能共享的不再要。\n二是减时限。", kind="outline", items=2)
    assert texts(enumeration_of(outline)) == ["办好两件事。", "一是减材料。能共享的不再要。", "二是减时限。"]


def test_an_item_whose_lead_has_no_full_stop_does_not_run_into_the_next() -> None:
    outline = made.hit("办好两件事。（一）保要素。有以下几个方面：（二）讲法治。", kind="outline")
    spans = (Span(0, 6), Span(9, 24), Span(40, 47))
    outline = replace(outline, passage=replace(outline.passage, spans=spans))
    items = ["（一）保要素。有以下几个方面：", "（二）讲法治。"]
    assert texts(enumeration_of(outline)) == ["办好两件事。", *items]
    assert items[1] in texts(sentences_of(outline))


def test_without_items_an_outline_is_its_heading_and_its_last_sentence() -> None:
    assert texts(enumeration_of(made.hit("一、抓审批。去年办了事。今年再办。", kind="outline"))) == [
        "一、抓审批。",
        "今年再办。",
    ]
    assert texts(enumeration_of(made.hit("只有一句话。", kind="outline"))) == ["只有一句话。"]


PASSAGES = st.lists(
    st.sampled_from(["一是减材料。", "抓审批", "，", "。", "\n", "二要提速；", " ", "好！", "由县里办"])
).map("".join)


@given(PASSAGES, st.lists(st.integers(0, 60)))
def test_sentences_slice_back_in_order_and_none_goes_over_a_hidden_part(text: str, gaps: list[int]) -> None:
    noted = [Gap(Span(at, at), 1) for at in sorted(gaps) if at <= len(text)]
    found = list(sentences_of(made.hit(text, gaps=noted)))
    at = 0
    for sentence in found:
        assert at <= sentence.start < sentence.end <= len(text)
        assert sentence.text == text[sentence.start : sentence.end]
        assert not any(sentence.start < gap.span.start < sentence.end for gap in noted)
        at = sentence.end


@given(PASSAGES.filter(str.strip))
def test_the_parts_of_an_enumeration_are_in_order_and_apart(text: str) -> None:
    parts = enumeration_of(made.hit(text, kind="outline"))
    assert parts
    assert all(one.end <= other.start for one, other in pairwise(parts))
