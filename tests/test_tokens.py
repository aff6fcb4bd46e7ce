"""Text to search terms."""

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.tokens import FIELDS, bigrams, field_tokens, question_terms, question_tokens, search_key, words


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("ＡＢＣ１２", "abc12", id="full width"),
        pytest.param("㈠、㎡", "(一)、m2", id="compatibility forms"),
        pytest.param("青 禾　县", "青禾县", id="spaces between Chinese characters"),
        pytest.param("青禾 county 县", "青禾 county 县", id="spaces beside Latin words"),
        pytest.param("青\n禾", "青\n禾", id="line breaks"),
        pytest.param("甲\ud800乙", "甲?乙", id="lone surrogate"),
    ],
)
def test_search_key(text: str, key: str) -> None:
    assert search_key(text) == key


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("营商环境", ["营商", "商环", "环境"], id="run"),
        pytest.param("县。市", ["县", "市"], id="lone characters"),
        pytest.param("12345热线", ["12345", "热线"], id="digits"),
        pytest.param("One-stop Window", ["one-stop", "window"], id="English"),
        pytest.param("投资12.5亿", ["投资", "12.5", "亿"], id="decimal"),
        pytest.param("𠮷祥街", ["𠮷祥", "祥街"], id="astral"),
        pytest.param("xx万户、XX.X%", ["万户"], id="blanks are no words"),
        pytest.param("，。 ", [], id="punctuation"),
    ],
)
def test_bigrams(text: str, tokens: list[str]) -> None:
    assert bigrams(text) == tokens


def test_words_leave_out_stop_words_and_blanks() -> None:
    found = words("政府的拖欠账款怎么办，xx万元")
    assert {"政府", "拖欠", "账款"} <= set(found)
    assert not {"的", "怎么", "xx"} & set(found)


def test_a_question_loses_its_question_words() -> None:
    assert "哪些" not in question_terms("对拖欠账款提出了哪些要求？")
    assert {"拖欠", "账款"} <= set(question_terms("对拖欠账款提出了哪些要求？"))


def test_terms_come_once_in_the_order_of_the_question() -> None:
    assert question_terms("台账台账，企业台账") == ["台账", "账台", "企业", "业台"]


def test_every_field_gets_its_tokens() -> None:
    tokens = field_tokens("清理欠款", "一、清欠", "青禾县")
    assert tuple(tokens) == (
        "text_bigrams",
        "heading_bigrams",
        "context_bigrams",
        "text_words",
        "heading_words",
        "context_words",
    )
    assert tokens["context_bigrams"] == ["青禾", "禾县"]
    assert tokens["heading_bigrams"] == ["一", "清欠"]


@given(any_texts())
def test_any_text_gives_tokens_that_a_search_can_take(text: str) -> None:
    asked = question_tokens(text)
    assert set(asked) == set(field_tokens(text, "", text)) == set(FIELDS)
    for tokens in asked.values():
        assert all(token and not token.isspace() and token.encode() for token in tokens)
    assert set(question_terms(text)) == set(asked["text_bigrams"])


@given(any_texts())
def test_every_chinese_character_is_in_a_bigram(text: str) -> None:
    found = "".join(bigrams(text))
    assert all(character in found for character in search_key(text) if "一" <= character <= "龥")
