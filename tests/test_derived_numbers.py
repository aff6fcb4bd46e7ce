"""Numbers that follow from others: sums, shares, round ones, and how many a sentence names."""

import pytest

from askspeech.derived_numbers import is_derived
from askspeech.english_quantities import find_english_quantities
from askspeech.statements import Statement, statement

CUT = "办理时限从15个工作日压缩到5个工作日。"
ASKED = "这次访问了600家企业，有120家对审批表示不满。"


def derived(sentence: str, *evidence: str) -> bool:
    ours = statement(sentence)
    return is_derived(ours.quantities[-1], [statement(text) for text in evidence], ours)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("办理时限压缩到三分之一。", CUT),
        ("办理时限压缩了六成多。", CUT),
        ("五分之一的企业不满。", ASKED),
        ("两成企业不满。", ASKED),
        ("预算翻了一番。", "今年技改资金预算5000万元，去年是2500万元。"),
        ("净增7家。", "企业数从21家提高到28家。"),
        ("全年减税突破十亿元。", "全年累计减税10.4亿元。"),
        ("网办率超过九成。", "网办率达到93.5%。"),
        ("近四百人参训。", "这次参训的一共392人。"),
    ],
)
def test_what_follows_from_two(sentence: str, evidence: str) -> None:
    assert derived(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("办理时限压缩了一半。", CUT),
        ("三分之一的企业不满。", ASKED),
        ("超过一半的企业不满。", ASKED),
        ("全年减税突破十亿元。", "全年累计减税9.4亿元。"),
        ("全年减税突破十亿元。", "全年累计减税13亿元。"),
        ("近四百人参训。", "这次参训的一共312人。"),
        ("参训的有412人。", "这次参训的一共392人。"),
        ("一半的企业满意。", "2020年有企业1010家。"),
    ],
)
def test_what_does_not(sentence: str, evidence: str) -> None:
    assert not derived(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "counted"),
    [
        ("讲话提到两个县：云溪县设服务日，石桥县建帮办队伍。", True),
        ("讲话提出两项举措：设立服务中心，开展入企活动。", True),
        ("用工、用地和用电三件事都要办。", True),
        ("讲话提到三个县：云溪县设服务日，石桥县建帮办队伍。", False),
        ("有两个县走在前面。", False),
    ],
)
def test_what_a_sentence_counts_itself(sentence: str, counted: bool) -> None:
    ours = statement(sentence)
    assert is_derived(ours.quantities[0], [], ours) is counted


def test_english_round_numbers() -> None:
    text = "the district registered more than 4,000 new firms"
    ours = Statement(text, text, (), tuple(find_english_quantities(text)), ())
    assert is_derived(ours.quantities[0], [statement("全区新登记企业4127户。")], ours)
    assert not is_derived(ours.quantities[0], [statement("全区新登记企业5127户。")], ours)
