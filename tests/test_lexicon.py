"""The lexicon of the checker: the form of its file, and what it says of words."""

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.lexicon import is_empty, is_known, lexicon, likeness, mates, parse_lexicon, sides, stock_ranges, weight
from askspeech.tokens import search_key

TEXT = resources.files("askspeech").joinpath("lexicon.txt").read_text(encoding="utf-8")
WORDS = st.sampled_from(sorted(lexicon().groups)) | st.sampled_from(sorted(lexicon().sides))


def test_words_are_search_keys() -> None:
    words = {*lexicon().groups, *lexicon().sides, *lexicon().common, *lexicon().empty, *lexicon().negating}
    assert [word for word in words if search_key(word) != word] == []


def test_groups_have_several_words() -> None:
    assert [members for members in lexicon().members if len(members) < 2] == []


def test_no_pair_of_contraries_is_a_group() -> None:
    pairs = [(one, other) for members in lexicon().members for one in members for other in members]
    wrong = [pair for pair in pairs if any((number, 1 - side) in sides(pair[1]) for number, side in sides(pair[0]))]
    assert wrong == [], "a group joins words that [opposite] parts"


@pytest.mark.parametrize("line", ["增加 上升", "增加 |", "| 下降"])
def test_contraries_need_both_sides(line: str) -> None:
    with pytest.raises(ValueError, match="no pair of contraries"):
        parse_lexicon(f"[opposite]\n{line}\n")


def test_english_words_need_their_chinese() -> None:
    with pytest.raises(ValueError, match="no entry for English words"):
        parse_lexicon("[english]\nfall fell\n")
    assert parse_lexicon("# remark\n[english]\nfall fell = 下降 减少\n").english["fell"] == ("下降", "减少")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("建立", "设立"),
        ("企业", "公司"),
        ("取消", "废除"),
        ("牵涉到", "涉及"),
        ("增长", "提高"),
        ("纠错", "纠正错误"),
        ("念", "念稿"),
    ],
)
def test_words_that_mean_the_same(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one) >= 0.75


@pytest.mark.parametrize(("one", "other"), [("增长", "下降"), ("免收", "收取"), ("财政局", "医院"), ("门", "开门")])
def test_words_that_do_not(one: str, other: str) -> None:
    assert likeness(one, other) < 0.6


@given(WORDS, WORDS)
def test_likeness_has_no_direction_and_a_scale(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1
    assert likeness(one, one) == 1


def test_a_longer_word_is_on_the_side_of_its_part() -> None:
    assert sides("增长点") == sides("增长") == sides("同步增长") != frozenset()
    assert sides("不收费") == frozenset() != sides("收费")


def test_weights() -> None:
    assert weight("的") == 0 == weight("必须")
    assert weight("台账") > weight("企业") > 0
    assert weight("台账") > weight("砍") > 0
    assert weight("台账", lambda word: 5.0) == 5.0
    assert is_empty("我们")
    assert is_known("建立")
    assert "设立" in mates("建立")
    assert "建立" not in mates("建立")


def test_stock_phrases_are_found() -> None:
    text = "要切实加强组织领导，设立基金"
    assert [text[start:end] for start, end in stock_ranges(text)] == ["切实加强"]
