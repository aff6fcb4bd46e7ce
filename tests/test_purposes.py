"""Problems or what is to be done: what a question asks for, and what a part of a speech does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.purposes import asked_purpose, told_purpose


@pytest.mark.parametrize(
    ("question", "purpose"),
    [
        ("优化营商环境要抓好哪些工作？", "measures"),
        ("清理欠款有什么措施？", "measures"),
        ("什么措施解决欠款问题？", "measures"),
        ("审批慢怎么解决？", "measures"),
        ("营商环境存在哪些问题？", "problems"),
        ("队伍里有哪三种毛病？", "problems"),
        ("不足有哪些？", "problems"),
        ("区里承认有哪些事没干好？", "problems"),
        ("What problems were named?", "problems"),
        ("What measures were taken?", "measures"),
        ("为什么说时间不多了？", None),
        ("台账由谁建？", None),
        ("水稻产量是多少？", None),
    ],
)
def test_what_a_question_asks_for(question: str, purpose: str | None) -> None:
    assert asked_purpose(question) == purpose


@pytest.mark.parametrize(
    ("text", "headings", "purpose"),
    [
        ("有的窗口态度生硬。", ["一、正视存在的问题"], "problems"),
        ("有的窗口态度生硬。", ["一、看清形势", "二是服务意识有待提升"], "problems"),
        ("吃拿卡要的现象依然存在。", ["二、抓好五项任务"], "problems"),
        ("把时限压到十八天。", ["二、突出重点，抓好五项任务"], "measures"),
        ("要认真整改。", [], "measures"),
        ("时限从四十天压到十八天。", [], None),
        ("要整治吃拿卡要问题。", ["（一）坚决整治作风问题"], "measures"),
        ("营商环境就是生产力。", ["一、提高认识，增强责任感"], None),
        ("", [], None),
    ],
)
def test_what_a_part_of_a_speech_does(text: str, headings: list[str], purpose: str | None) -> None:
    assert told_purpose(text, headings) == purpose


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_does_one_thing_or_none(text: str, headings: list[str]) -> None:
    assert told_purpose(text, headings) in ("problems", "measures", None)
    assert asked_purpose(text) in ("problems", "measures", None)
