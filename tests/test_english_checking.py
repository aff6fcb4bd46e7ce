"""English sentences over Chinese quotations."""

import pytest

from askspeech.checking import check
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


def test_reporting_words_need_no_support() -> None:
    evidence = ["干部不得收受企业的礼品，不得接受企业宴请。"]
    assert check("Officials were told not to accept gifts or banquets from companies.", evidence).support == "supported"


def test_chinese_in_an_english_sentence_is_a_quotation() -> None:
    evidence = ["我们推行“三个一”工作法，一本账记到底。"]
    assert "quote" in [
        one.kind for one in english_faults("The method is called 先干后说再看.", list(map(statement, evidence)))
    ]
    assert not any(
        one.kind == "quote"
        for one in english_faults("The method is called 三个一工作法.", list(map(statement, evidence)))
    )


def test_every_and_because_need_a_sign() -> None:
    evidence = [statement("今年新建标准厂房30万平方米，企业订单多了。")]
    faults = [one.words for one in english_faults("Every factory was built because orders grew.", evidence)]
    assert "every" in faults
