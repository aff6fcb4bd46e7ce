"""What kind of thing a question asks for."""

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.question_kinds import kind_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("县里和区里的讲话分别提了什么要求？", "comparison"),
        ("哪篇讲话提到了银杏专窗？", "speech"),
        ("青禾县长说门要常串的那句原话是什么？", "quotation"),
        ("银杏专窗管哪三件事？", "list"),
        ("“活封活扣”是什么意思？", "definition"),
        ("为什么要立这部规定？", "reason"),
        ("补助一共发了多少万元？", "figure"),
        ("台账由哪个部门建？", "person"),
        ("银杏专窗开在什么地方？", "fact"),
        ("Which speech mentions the window?", "speech"),
        ("What does the term mean?", "definition"),
        ("Why is the rule needed?", "reason"),
        ("How many windows are open?", "figure"),
        ("Who keeps the ledger?", "person"),
        ("Quote the exact words on friendship.", "quotation"),
        ("Where is the window?", "fact"),
    ],
)
def test_kinds(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@given(any_texts())
def test_every_text_has_a_kind(text: str) -> None:
    assert kind_of(text)
