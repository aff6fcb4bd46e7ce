"""Claims that need words of their own: causes, exclusiveness, records, certainty, order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import CLAUSES

from askspeech.statements import statement
from askspeech.strong_claims import strong_claim_faults


def faults(sentence: str, *evidence: str) -> list[str]:
    return [one.kind for one in strong_claim_faults(statement(sentence), [statement(text) for text in evidence])]


@pytest.mark.parametrize(
    ("sentence", "evidence", "kind"),
    [
        ("用电量下降，是因为电价上涨。", "去年用电量下降5%，电价同期上涨。", "words"),
        ("人才公寓只面向博士。", "今年再建人才公寓1200套。", "scope"),
        ("这是全省首创。", "甘泉县设了帮办点。", "scope"),
        ("青川县率先推行一件事。", "青川县推行企业开办一件事。", "scope"),
        ("今年必将进入前列。", "今年要力争进入前列。", "modality"),
        ("云溪县在石桥县之前通了气。", "云溪县和石桥县都通了气。", "direction"),
        ("先罚款再教育。", "先教育、后处罚，能不罚的不罚。", "direction"),
    ],
)
def test_a_claim_without_its_words_is_a_fault(sentence: str, evidence: str, kind: str) -> None:
    assert kind in faults(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("审批慢是因为作风不行。", "审批为什么慢？说到底是作风不行。"),
        ("人才公寓只面向博士。", "人才公寓专供博士。"),
        ("这是全省首创。", "这件事我们在全省开了先河。"),
        ("一季度必须退完。", "今年第一季度必须退完。"),
        ("先教育再处罚。", "先教育、后处罚，能不罚的不罚。"),
        ("云溪县在石桥县之前通了气。", "云溪县比石桥县早一年通了气。"),
        ("只用三天就办完了。", "三天办完。"),
    ],
)
def test_a_claim_with_a_sign_of_it_is_none(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []


@given(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=4).map("，".join))
def test_a_text_carries_its_own_claims(text: str) -> None:
    assert faults(text, text) == []
