"""Which sentences of the passages found answer a question."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.selection import chosen_outline, chosen_sentences, coverage, extracts_of

FIRST = made.hit("各部门要建立台账。县财政局负责汇总。", score=2.0)
SECOND = made.hit("利率不高于百分之四。好。", start=100, score=1.0)
OUTLINE = made.hit("办好两件事。\n一是摸清底数。\n二是限时清偿。", start=200, kind="outline", score=3.0, items=2)


def test_extracts_are_the_sentences_of_the_hits_in_order() -> None:
    found = extracts_of([FIRST, SECOND])
    assert [extract.text for extract in found] == ["各部门要建立台账。", "县财政局负责汇总。", "利率不高于百分之四。"]


def test_a_place_found_twice_is_one_extract() -> None:
    again = made.hit("县财政局负责汇总。", start=9)
    assert len(extracts_of([FIRST, again])) == 2


@pytest.mark.parametrize(
    ("text", "share"),
    [("县里建台账", 0.75), ("企业", 0.25), ("企业建台账", 1.0), ("别的话", 0.0)],
)
def test_coverage_weighs_terms_by_rarity(text: str, share: float) -> None:
    assert coverage(["台账", "企业"], text, {"台账": 3.0, "企业": 1.0}) == pytest.approx(share)


def test_a_question_without_terms_is_not_covered() -> None:
    assert coverage([], "台账", {}) == 0.0


def test_the_items_of_an_outline_come_complete_and_in_order() -> None:
    items = [extract.text for extract in chosen_outline([OUTLINE, FIRST], "讲了哪几条？", None)]
    assert items == ["办好两件事。", "一是摸清底数。", "二是限时清偿。"]


def test_an_outline_of_the_expected_number_comes_first() -> None:
    other = made.hit("办好三件事。\n一是甲。\n二是乙。\n三是丙。", start=300, kind="outline", items=3)
    assert chosen_outline([other, OUTLINE], "讲了哪几条？", 2)[0].hit is OUTLINE
    assert chosen_outline([OUTLINE, other], "讲了哪几条？", 3)[0].hit is other


def test_without_an_outline_no_items() -> None:
    assert chosen_outline([FIRST, SECOND], "讲了哪几条？", None) == []
    assert chosen_outline([FIRST, SECOND], "讲了哪几条？", 2) == []


def test_the_best_sentences_are_chosen_and_weak_ones_left_out() -> None:
    extracts = extracts_of([FIRST, SECOND])
    assert [extract.text for extract in chosen_sentences(extracts, [0.2, 1.0, 0.1])] == ["县财政局负责汇总。"]


def test_equal_wordings_are_chosen_once() -> None:
    copy = made.hit("各部门要建立台账！", start=500, score=2.0)
    assert len(chosen_sentences(extracts_of([FIRST, copy]), [1.0, 0.0, 1.0])) == 1


@given(st.lists(st.floats(0, 2), min_size=3, max_size=3), st.integers(1, 5))
def test_there_is_always_a_best_sentence_and_never_more_than_asked_for(scores: list[float], most: int) -> None:
    extracts = extracts_of([FIRST, SECOND])
    chosen = chosen_sentences(extracts, scores, most)
    assert 1 <= len(chosen) <= min(most, 3)
    assert set(map(id, chosen)) <= set(map(id, extracts))


def test_of_no_sentences_none_is_chosen() -> None:
    assert chosen_sentences([], []) == []


def test_the_outline_whose_heading_is_quoted_comes_first() -> None:
    other = made.hit("一、抓审批。\n（一）减材料。\n（二）减时限。", kind="outline", items=2)
    wanted = made.hit("二、抓落实。\n（一）定责任。\n（二）定时限。", kind="outline", start=100, items=2)
    hits = [
        replace(other, passage=replace(other.passage, heading_path=("一、抓审批",))),
        replace(wanted, passage=replace(wanted.passage, heading_path=("二、强化责任抓落实",))),
    ]
    chosen = chosen_outline(hits, "“强化责任抓落实”讲了哪几条？", None)
    assert [extract.text for extract in chosen] == ["二、抓落实。", "（一）定责任。", "（二）定时限。"]


def test_of_the_lead_of_an_outline_only_the_last_sentence_stays() -> None:
    outline = made.hit(
        "一、抓审批。去年办了很多事。今年难度更大。重点做两件事：一是减材料。二是减时限。", kind="outline", items=2
    )
    texts = [extract.text for extract in chosen_outline([outline], "哪几件", None)]
    assert texts == ["一、抓审批。", "重点做两件事：一是减材料。", "二是减时限。"]


def test_a_heading_and_a_question_bring_the_sentence_behind_them() -> None:
    passage = made.hit("一要抓审批。把时限压到三十天。为什么先抓它？因为企业等不起。大家都要支持。")
    extracts = extracts_of([passage])
    assert [extract.text for extract in chosen_sentences(extracts, [1.0, 0.0, 0.9, 0.0, 0.0], most=4)] == [
        "一要抓审批。",
        "把时限压到三十天。",
        "为什么先抓它？",
        "因为企业等不起。",
    ]


def test_an_item_keeps_the_sentence_behind_its_catchword() -> None:
    outline = made.hit("办好两件事。\n一是减材料。能共享的不再要。\n二是减时限。", kind="outline", items=2)
    assert [extract.text for extract in chosen_outline([outline], "哪两件事？", 2)] == [
        "办好两件事。",
        "一是减材料。能共享的不再要。",
        "二是减时限。",
    ]
