"""Negation and modality of English sentences against Chinese texts."""

import pytest

from askspeech.checking import check


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("First-time minor violations are punished.", "首次违法、情节轻微的，依法不予处罚。"),
        ("Departments may impose levies on enterprises.", "严禁任何部门向企业摊派。"),
        ("All departments may reply to complaints within three working days.", "各部门必须在三个工作日内答复投诉。"),
        ("Enterprises did not pay the taxes.", "企业缴纳了税款。"),
        ("Inspections of enterprises may exceed two per year.", "对企业的检查每年不得超过两次。"),
    ],
)
def test_another_polarity_is_caught(sentence: str, evidence: str) -> None:
    assert check(sentence, [evidence], language="en").support != "supported"


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("First-time minor violations are not punished.", "首次违法、情节轻微的，依法不予处罚。"),
        ("Inspections of enterprises must not exceed two per year.", "对企业的检查每年不得超过两次。"),
        ("All departments must reply to complaints within three working days.", "各部门必须在三个工作日内答复投诉。"),
        ("No more than two inspections of enterprises a year.", "对企业的检查每年不得超过两次。"),
    ],
)
def test_the_same_polarity_is_not(sentence: str, evidence: str) -> None:
    assert check(sentence, [evidence], language="en").support == "supported"
