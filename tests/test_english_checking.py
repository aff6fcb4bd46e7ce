"""English sentences over Chinese quotations."""

import pytest

from askspeech.english_checking import english_faults
from askspeech.statements import statement

EVIDENCE = [statement("县财政局要在六月底前建立拖欠企业账款台账，全市新增经营主体2.4万户，民营企业占三成。")]


def kinds(sentence: str) -> list[str]:
    return [fault.kind for fault in english_faults(sentence, EVIDENCE)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The county finance bureau must set up a ledger of arrears owed to enterprises by the end of June.",
        "The city added 24,000 new market entities; thirty percent are private enterprises.",
        "1. The county finance bureau sets up a ledger of arrears of enterprises.",
    ],
)
def test_what_is_said_is_found(sentence: str) -> None:
    assert kinds(sentence) == []


def test_numbers_are_compared_across_languages() -> None:
    assert kinds("The city added 240,000 new market entities.") == ["number"]
    assert kinds("The ledger of arrears of enterprises is set up by the end of March.") == ["number"]


def test_offices_are_named_by_the_glossary() -> None:
    assert "name" in kinds("The county audit bureau must set up a ledger of arrears owed to enterprises.")


def test_another_subject_is_nothing() -> None:
    assert "nothing" in kinds("Tourism, culture and education are the pillars of the health industry.")


def test_unknown_words_cannot_be_compared() -> None:
    assert kinds("Zyzzyva quux frobnicate.") == ["not_comparable"]
