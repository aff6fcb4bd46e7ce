"""Who does it to whom, and which is the more."""

import pytest

from askspeech.roles import role_faults
from askspeech.statements import statement


def faults(sentence: str, *evidence: str) -> list[str]:
    return [one.kind for one in role_faults(statement(sentence), [statement(text) for text in evidence])]


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("企业要主动为政府服务。", "政府要主动为企业服务，当好店小二。"),
        ("干部给企业打分。", "每半年请企业给各部门评分。"),
        ("大企业的账被小企业拖欠。", "大企业拖欠小企业的账款。"),
        ("甘泉县的企业比柳林县的企业多。", "柳林县的企业比甘泉县的企业多800家。"),
        ("东渚区的电价比西渚区低。", "东渚区的电价比西渚区还高两分。"),
    ],
)
def test_turned_around_is_a_fault(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == ["direction"]


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("政府为企业服务。", "政府要主动为企业服务，当好店小二。"),
        ("小企业的账被大企业拖欠。", "大企业拖欠小企业的账款。"),
        ("企业给部门打分。", "每半年请企业给各部门评分。"),
        ("柳林县的企业比甘泉县的企业多。", "柳林县的企业比甘泉县的企业多800家。"),
        ("甘泉县的企业比柳林县的企业少。", "柳林县的企业比甘泉县的企业多800家。"),
        ("与周边相比，物流成本偏高，占比低。", "物流成本比周边高。"),
    ],
)
def test_the_same_in_other_words_is_none(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []
