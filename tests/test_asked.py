"""What a question asks for in detail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.asked import Term, asked_for
from askspeech.question_kinds import kind_of


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("窗口办件满意率是百分之多少？", {"%"}),
        ("青禾县的评价排第几？", {"位"}),
        ("这笔补贴一共多少万元？", {"元"}),
        ("开工手续要几个工作日办结？", {"日"}),
        ("哪一年建成货运班列？", {"年份"}),
        ("联络员要驻几年？", {"年"}),
        ("台账几月建好？", {"月"}),
        ("欠款什么时候还清？", {"时间"}),
        ("去年新登记商户多少户？", {"户"}),
        ("银杏专窗去年办了多少？", {""}),
        ("新登记多少户，增长百分之多少？", {"户", "%"}),
        ("How many working days does it take?", {"日"}),
        ("What share of the taxes do they pay?", {"%"}),
        ("要抓好哪几条？", set()),
        ("谁牵头清理欠款？", set()),
        ("今年安排多少校园食堂改造资金？", {"元", ""}),
    ],
)  # fmt: skip
def test_units_of_the_figures_asked_for(question: str, units: set[str]) -> None:
    assert {unit for unit in asked_for(question, kind_of(question)).units if unit} == units - {""}
    assert units - set(asked_for(question, kind_of(question)).units) == set()


def test_a_figure_of_whatever_unit_is_asked_for_beside_those_named() -> None:
    assert asked_for("一共多少万元？", "figure").units == ("元", "")
    assert asked_for("一共多少万元？", "fact").units == ("元",)


def test_what_lists_are_counted_in_is_no_unit() -> None:
    assert asked_for("定了几条意见？", "figure").units == ("",)
    assert asked_for("一共有多少条意见？", "figure").units == ("条", "")


def test_units_are_not_read_out_of_quotations_and_titles() -> None:
    assert asked_for("“几个月办成一件事”的活动是谁提的？", "person").units == ()
    assert asked_for("《多少企业在等我们》是谁讲的？", "person").units == ()


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("“五带头”是哪五个带头？", (Term("五带头", 5),)),
        ("“7个专项行动”是哪些？", (Term("7个专项行动", 7),)),
        ("“三减四办”指什么？", (Term("三减四办"),)),
        ("“银杏帮办”和“银杏帮办”专窗是什么意思？", (Term("银杏帮办"),)),
        ("“一、二、三”是什么？", (Term("一、二、三"),)),
        ("“三个专班是”后面怎么讲？", (Term("三个专班是"),)),
        ("“一网通办”是什么意思？", (Term("一网通办"),)),
        ("《青禾“四办”条例》讲什么？", ()),
        ("台账由谁建？", ()),
        ("“要把企业的三件事当成自己的事来办”这句话怎么说的？", (Term("要把企业的三件事当成自己的事来办"),)),
    ],
)  # fmt: skip
def test_terms_that_a_question_quotes_and_how_many_things_they_name(question: str, terms: tuple[Term, ...]) -> None:
    assert asked_for(question, "definition").terms == terms


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("共享仓库交给了哪家公司？", True),
        ("这个专窗叫什么名字？", True),
        ("谁来牵头？", True),
        ("谁的责任最大？", False),
        ("Which company runs the warehouse?", True),
        ("为什么要建台账？", False),
    ],
)  # fmt: skip
def test_names(question: str, names: bool) -> None:
    assert asked_for(question, "fact").names is names


@pytest.mark.parametrize(
    ("question", "of_speeches"),
    [
        ("各篇讲话怎样看待企业家？", True),
        ("青禾县大会和云陵市座谈会上分别怎么说？", True),
        ("县里和市里的要求有什么不同？", True),
        ("四项帮扶分别是什么？", False),
        ("两项帮扶有什么区别？", False),
        ("What do the speeches say about debts?", True),
    ],
)  # fmt: skip
def test_what_several_speeches_say_is_not_what_parts_of_one_thing_are(question: str, of_speeches: bool) -> None:
    assert asked_for(question, "comparison").of_speeches is of_speeches


def test_lists_with_their_number_and_the_language() -> None:
    asked = asked_for("要抓好哪四项帮扶？", "list")
    assert (asked.kind, asked.lists, asked.count, asked.language) == ("list", True, 4, "zh")
    english = asked_for("Who settles the debts?", "person")
    assert (english.lists, english.count, english.language) == (False, None, "en")


@given(st.text(alphabet="“”《》一二三几多少个户元百分之率年月日、是x9 ", max_size=40))
def test_any_text_can_be_asked(question: str) -> None:
    asked = asked_for(question, kind_of(question))
    assert len(set(asked.units)) == len(asked.units)
    assert all(term.text in question and term.count >= 0 for term in asked.terms)
