"""Modality and scope: 必须, 可以, 力争, 已, 原则上, 全部, 部分, 最."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.modality import matching_clause, modality_faults, scope_faults
from askspeech.statements import statement


def faults(sentence: str, evidence: str) -> list[tuple[str, str]]:
    ours, theirs = statement(sentence), [statement(evidence)]
    return [(one.kind, one.words) for one in (*modality_faults(ours, theirs), *scope_faults(ours, theirs))]


@pytest.mark.parametrize(
    ("sentence", "evidence", "kind", "words"),
    [
        ("情况复杂的必须延长", "情况复杂的可以延长", "modality", "必须"),
        ("出台前可以听取意见", "出台前必须听取意见", "modality", "可以"),
        ("今年已引进项目15个", "今年力争引进项目15个", "modality", "已"),
        ("今年引进项目15个", "今年力争引进项目15个", "dropped", "力争"),
        ("一季度争取退完", "一季度必须退完", "modality", "争取"),
        ("尽量不上高耗能项目", "坚决不上高耗能项目", "modality", "尽量"),
        ("原则上不批准动工", "任何人不得批准动工", "modality", "原则上"),
        ("权限部分下放", "权限全部下放", "scope", "部分"),
        ("取消所有收费", "取消收费", "scope", "所有"),
        ("审批部门可以增加条件", "审批部门一律不许自己加条件", "modality", "可以"),
        ("通关时间全省最短", "通关时间全省靠前", "scope", "最短"),
    ],
)
def test_another_modality_is_a_fault(sentence: str, evidence: str, kind: str, words: str) -> None:
    assert (kind, words) in faults(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("必须清零", "要全部清零"),
        ("应当听取意见", "必须听取意见"),
        ("争取引进15个项目", "力争引进15个项目"),
        ("今年要引进15个项目", "今年力争引进15个项目"),
        ("已办结2097件", "去年受理2184件，办结2097件"),
        ("可以免费办理", "可免费办理"),
        ("一律不得收费", "任何部门不得收费"),
        ("企业可以打市长热线", "企业就直接打市长热线"),
    ],
)
def test_a_reworded_modality_is_none(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []


def test_the_matching_clause_says_most() -> None:
    evidence = [statement("要建好台账，年底前还清欠款。"), statement("窗口要早开门。")]
    assert matching_clause(statement("欠款年底前还清"), 0, evidence) == "年底前还清欠款。"
    assert matching_clause(statement("天气"), 0, evidence) == ""


@given(st.text(max_size=60))
def test_a_text_never_contradicts_itself(text: str) -> None:
    assert [kind for kind, _ in faults(text, text) if kind == "scope"] == []
