"""Negations: what they govern, and when a sentence turns one around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.negation import denials, negation_faults, says_no
from askspeech.statements import statement


def governed(text: str) -> list[tuple[str, list[str]]]:
    return [(denial.said, [token.text for token in denial.governed]) for denial in denials(statement(text))]


def faults(sentence: str, *evidence: str) -> list[str]:
    return [fault.kind for fault in negation_faults(statement(sentence), [statement(text) for text in evidence])]


@pytest.mark.parametrize(
    ("text", "said", "word"),
    [
        ("依法不予处罚", "不予", "处罚"),
        ("严禁向企业摊派", "严禁", "企业"),
        ("高耗能项目坚决不上", "坚决不", "耗能"),
        ("涉及安全的除外", "除外", "安全"),
        ("没有退还", "没有", "退还"),
        ("免抽查", "免", "抽查"),
    ],
)
def test_what_is_denied(text: str, said: str, word: str) -> None:
    found = governed(text)
    assert any(word in "".join(words) for _, words in found), found
    assert any(said.endswith(other) or other.endswith(said[-1]) for other, _ in found)


@pytest.mark.parametrize(
    "text",
    ["不断优化服务", "不仅要快", "未来三年", "无论是谁", "不得超过两次", "租金全免", "不得不停产", "并未禁止收费"],
)
def test_these_deny_nothing(text: str) -> None:
    assert governed(text) == []


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("依法予以处罚", "依法不予处罚"),
        ("财政不给予贴息", "财政给予贴息"),
        ("保证金已经退还", "保证金没有退还"),
        ("具备网办条件的事项要设兜底窗口", "暂不具备网办条件的事项要设兜底窗口"),
        ("逾期的视为不同意", "逾期的视为同意"),
        ("涉及安全的权限也下放", "权限全部下放，涉及安全的除外"),
        ("部门要念稿子", "部门不念稿子"),
    ],
)
def test_a_turned_negation_is_a_fault(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("禁止向企业摊派", "严禁以任何名义向企业摊派"),
        ("不准陪同", "不许陪同、不许吃请"),
        ("坚决不上高耗能项目", "高耗能项目坚决不上"),
        ("不得评优", "取消评优资格"),
        ("关停两家企业", "关停两家企业，却没有一家企业上访"),
        ("跨省通办尚未破题", "跨省通办还没有破题"),
        ("除涉及安全的以外都下放", "全部下放，涉及安全的除外"),
        ("检查最多两次", "检查不得超过两次"),
    ],
)
def test_a_reworded_negation_is_none(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []


def test_where_both_are_said_the_surroundings_decide() -> None:
    evidence = "涉企行政处罚要慎重，首次违法、及时改正的，依法不予处罚。"
    assert faults("首次违法、及时改正的，依法予以处罚", evidence) == ["not_negated"]
    assert faults("涉企行政处罚要慎重", evidence) == []


def test_says_no() -> None:
    assert says_no(statement("不得超过两次"))
    assert not says_no(statement("加快办理"))


@given(st.text(max_size=60))
def test_a_text_never_contradicts_itself(text: str) -> None:
    assert faults(text, text) == []


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("并未禁止节假日停止服务", "节假日一律不得停止服务"),
        ("凡是合同禁止的，都可以做", "凡是合同没有禁止的，都可以做"),
        ("可以附加保险条件", "发放贷款时，严禁附加保险条件、搭售理财"),
        ("多跑路就等于服务好", "多跑路并不等于服务好"),
    ],
)
def test_double_negations_and_lists(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("不得对经营一时有困难的企业随意断供", "对有困难的企业，不得随意断供、断电"),
        ("系统不通，企业不得不反复提交", "系统不通，企业只好反复提交"),
        ("让群众少跑路", "不要让群众跑路"),
        ("反对各扫门前雪", "不能各扫门前雪"),
        ("未经园区同意，不得入园检查", "入园检查都得先经过园区同意"),
    ],
)
def test_a_negation_in_other_words_is_none(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []
