"""From ranked candidates to the parts of an answer."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.answer_parts import MOST_SENTENCES, MOST_SPEECHES, answer_parts, to_the_point
from askspeech.asked import asked_for
from askspeech.citing import cite
from askspeech.datatypes import Citation, Hit
from askspeech.ranking import Candidate, Ranked, candidates_of

PLAIN = asked_for("台账由谁建？", "person")
LIST = asked_for("要抓好哪些事？", "list")
THREE = asked_for("要抓好哪三件事？", "list")
EACH = asked_for("各篇讲话怎么说？", "comparison")
DEBTS = made.hit("各部门要建立台账。县财政局负责汇总。企业可以查询进度。")
OUTLINE = made.hit(
    "二、抓好实事\n一是减少申报材料。\n二是压缩办理时限。", start=200, kind="outline", items=2, path=["二、抓好实事"]
)


def of_speech(number: int, text: str) -> Hit:
    return made.hit(text, start=1000 * number, of=made.speech(f"第{number}次讲话"))


def scored(hits: list[Hit], *scores: float) -> list[Ranked]:
    """The candidates of a list question over the hits, with those scores in their order, best first."""
    found = [Ranked(one, score, 0.5, 0.5) for one, score in zip(candidates_of(hits, LIST), scores, strict=True)]
    return sorted(found, key=lambda one: -one.score)


def texts(ranked: list[Ranked], asked: object = PLAIN, better: Candidate | None = None) -> list[str]:
    return [extract.text for extract in answer_parts(ranked, asked, better).extracts]  # type: ignore[arg-type]


def test_the_best_sentence_and_those_near_it_are_taken() -> None:
    assert texts(scored([DEBTS], 9, 10, 1)) == ["县财政局负责汇总。", "各部门要建立台账。"]
    assert texts([]) == []


def test_what_says_it_without_blanks_stands_in_place_of_the_best() -> None:
    ranked = scored([DEBTS], 9, 10, 1)
    assert texts(ranked, better=ranked[2].candidate) == ["企业可以查询进度。"]


def test_a_heading_a_question_and_a_colon_bring_the_sentence_behind_them() -> None:
    passage = made.hit("一要抓审批。把时限压到三十天。为什么先抓它？因为企业等不起。具体要求如下：\n大家都要支持。")
    assert texts(scored([passage], 10, 1, 1, 1, 1, 1)) == ["一要抓审批。", "把时限压到三十天。"]
    assert texts(scored([passage], 1, 1, 10, 9, 1, 1)) == ["为什么先抓它？", "因为企业等不起。"]
    assert texts(scored([passage], 1, 1, 1, 1, 10, 1)) == ["具体要求如下：", "大家都要支持。"]
    assert texts(scored([passage], 1, 10, 1, 1, 1, 1)) == ["把时限压到三十天。"]


def test_a_reason_behind_the_best_sentence_comes_along_where_a_reason_is_asked_for() -> None:
    hits = [made.hit("老粮站八月先试。因为它屋梁高、地坪硬。作坊随后进驻。")]
    ranked = scored(hits, 9.0, 1.0, 1.0)
    why = asked_for("为什么先试老粮站？", "reason")
    assert texts(ranked, why) == ["老粮站八月先试。", "因为它屋梁高、地坪硬。"]
    assert texts(ranked) == ["老粮站八月先试。"]


def test_equal_wordings_of_one_speech_are_taken_once_and_of_two_speeches_from_both() -> None:
    again = made.hit("各部门要建立台账！", start=500)
    other = of_speech(2, "各部门要建立台账。")
    chosen = answer_parts(scored([DEBTS, again, other], 10, 1, 1, 9, 9), PLAIN).extracts
    assert [extract.hit for extract in chosen] == [DEBTS, other]


def test_the_best_enumeration_comes_whole_without_the_heading_that_stands_above_it() -> None:
    chosen = answer_parts(scored([OUTLINE, DEBTS], 1, 1, 1, 1, 1, 1, 10), LIST)
    assert chosen.enumeration
    assert [extract.text for extract in chosen.extracts] == ["一是减少申报材料。", "二是压缩办理时限。"]


def test_an_enumeration_keeps_the_sentence_that_introduces_it() -> None:
    led = made.hit(
        "一、抓审批。重点做两件事：\n一是减材料。\n二是减时限。", kind="outline", items=2, path=["一、抓审批"]
    )
    unheaded = made.hit("重点做两件事。\n一是减材料。\n二是减时限。", kind="outline", items=2)
    assert texts(scored([led], 1, 1, 1, 1, 9), LIST) == ["重点做两件事：", "一是减材料。", "二是减时限。"]
    assert texts(scored([unheaded], 1, 1, 1, 9), LIST) == ["重点做两件事。", "一是减材料。", "二是减时限。"]


def test_an_item_that_is_best_brings_its_enumeration_if_it_has_as_many_items_as_asked_for() -> None:
    ranked = scored([OUTLINE], 1, 10, 1, 9)
    assert answer_parts(ranked, LIST).enumeration
    assert not answer_parts(ranked, THREE).enumeration
    assert not answer_parts(scored([OUTLINE], 1, 10, 1, 5), LIST).enumeration
    assert not answer_parts(scored([OUTLINE, DEBTS], 1, 1, 1, 10, 1, 1, 9), LIST).enumeration


def test_a_sentence_that_counts_its_items_brings_the_enumeration_that_it_introduces() -> None:
    text = "抓实服务。\n重点抓好三件小事。\n一是修路灯。\n二是接电。\n三是办证。"
    hits = [made.hit(text, kind="outline", items=3)]
    found = candidates_of(hits, LIST)
    lead = next(one for one in found if one.text == "重点抓好三件小事。")
    (items,) = [one for one in found if one.items]
    ranked = [Ranked(lead, 12.0, 0.5, 0.5), Ranked(items, 3.0, 0.5, 0.5)]
    assert texts(ranked, LIST) == ["重点抓好三件小事。", "一是修路灯。", "二是接电。", "三是办证。"]


def test_a_comparison_takes_the_best_sentence_of_each_speech() -> None:
    speeches = [of_speech(number, f"第{number}处要建立台账。第{number}处要有人负责。") for number in range(1, 4)]
    assert texts(scored(speeches, 10, 9, 8, 9, 1, 2), EACH) == ["第1处要建立台账。", "第2处要有人负责。"]
    assert texts(scored(speeches, 10, 9, 1, 2, 1, 1), EACH) == ["第1处要建立台账。", "第2处要有人负责。"]


def test_a_comparison_of_so_many_speeches_takes_as_many() -> None:
    asked = asked_for("哪三篇讲话提到台账，各怎么说？", "comparison")
    speeches = [of_speech(number, f"第{number}处要建立台账。") for number in range(1, 8)]
    assert len(texts(scored(speeches, *[10] * 7), asked)) == 3
    assert len(texts(scored(speeches, *[10] * 7), EACH)) == MOST_SPEECHES


@given(st.lists(st.floats(0, 20), min_size=7, max_size=7), st.sampled_from([PLAIN, LIST, THREE, EACH]))
def test_there_is_always_a_part_none_twice_and_never_too_many(scores: list[float], asked: object) -> None:
    ranked = scored([OUTLINE, DEBTS], *scores)
    chosen = answer_parts(ranked, asked)  # type: ignore[arg-type]
    assert chosen.extracts
    assert len({extract.place for extract in chosen.extracts}) == len(chosen.extracts)
    assert chosen.enumeration or len(chosen.extracts) <= 2 * MOST_SENTENCES


def test_a_heading_is_answered_by_the_items_under_it() -> None:
    heads = made.hit("一、正视存在的问题\n二、抓好实事\n三、严明纪律", start=400)
    ranked = scored([heads, OUTLINE], 7, 10, 6, 1, 1, 1, 1)
    chosen = answer_parts(ranked, LIST)
    assert not chosen.enumeration
    own = made.hit("二、抓好实事\n一是减少申报材料。\n二是压缩办理时限。", start=200, path=["二、抓好实事"])
    chosen = answer_parts(scored([own, OUTLINE], 10, 2, 1, 5), LIST)
    assert chosen.enumeration
    assert [extract.text for extract in chosen.extracts] == ["一是减少申报材料。", "二是压缩办理时限。"]


def point(question: str, ranked: list[Ranked], said: Sequence[Citation] = ()) -> list[str]:
    return [one.candidate.text for one in to_the_point(ranked, question, said)]


def test_a_question_that_leans_on_another_wants_a_word_of_its_own() -> None:
    ranked = scored([DEBTS], 10, 8, 7)
    assert point("那进度怎么查询？", ranked) == ["企业可以查询进度。"]
    assert point("那怎么监督？", ranked) == [one.candidate.text for one in ranked]
    assert point("那进度怎么查询？", scored([DEBTS], 20, 8, 7))[0] == "各部门要建立台账。"


def test_where_it_has_none_what_was_quoted_is_not_quoted_again() -> None:
    ranked = scored([DEBTS], 10, 8, 7)
    said = [cite(1, made.source(DEBTS.passage.text), DEBTS, start, end) for start, end in ((0, 9), (9, 18))]
    assert point("还有呢？", ranked, said) == ["各部门要建立台账。", "企业可以查询进度。"]
    assert point("还有呢？", ranked) == [one.candidate.text for one in ranked]
