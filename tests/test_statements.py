"""Texts cut for comparing: words, numbers, clauses, and what stands around a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import CLAUSES

from askspeech.statements import Statement, affinity, clause_text, context, statement
from askspeech.tokens import search_key


def place(of: Statement, words: str) -> tuple[int, int]:
    start = of.text.index(words)
    return start, start + len(words)


def test_words_and_numbers() -> None:
    text = statement("全县减税1.2万元，惠及46家企业。")
    assert [token.text for token in text.tokens if token.quantity] == ["#12000yuan", "#46count"]
    assert statement("减税12000元").tokens[-1].text == "#12000yuan"
    assert text.tokens[0].clause == 0
    assert text.tokens[-1].clause == 1


def test_a_glued_function_word_is_taken_off() -> None:
    assert [token.text for token in statement("部门要念稿子").tokens][:3] == ["部门", "要", "念"]
    assert [token.text for token in statement("墨溪县上半年增长").tokens][-2:] == ["上半年", "增长"]


def test_stock_phrases_weigh_nothing() -> None:
    text = statement("要高度重视，建好台账")
    assert {token.text: token.weight() > 0 for token in text.tokens}["台账"]
    assert all(token.weight() == 0 for token in text.tokens if token.start < text.text.index(","))


def test_spaces_and_width_do_not_matter() -> None:
    assert statement("营商 环境，１２ 家").text == "营商环境,12家"


def test_clauses() -> None:
    text = statement("一口清，三天结；不推。")
    assert [clause_text(text, number) for number in range(4)] == ["一口清,", "三天结;", "不推。", ""]
    assert len(list(text.clauses())) == 3


def test_affinity_tells_places_apart() -> None:
    text = statement("为企业减税3.6亿元，发放补贴2780万元。")
    ours = statement("企业减税3.6亿元")
    mine = context(ours, *place(ours, "3.6亿元"))
    right, wrong = (context(text, *place(text, words)) for words in ("3.6亿元", "2780万元"))
    assert affinity(mine, right) > affinity(mine, wrong) + 0.3
    assert affinity(mine, right) == affinity(right, mine)


@given(st.lists(st.sampled_from(CLAUSES), max_size=5).map("，".join) | st.text(max_size=40))
def test_tokens_are_parts_of_the_key_in_order(text: str) -> None:
    found = statement(text)
    assert found.text == "".join(search_key(text).split())
    ends = 0
    for token in found.tokens:
        assert token.start < token.end <= len(found.text)
        assert token.start >= ends or token.quantity
        ends = token.end
        assert token.quantity or found.text[token.start : token.end] == token.text
        assert found.clause(token.start) == token.clause


@pytest.mark.parametrize("word", ["约谈", "上收", "下放", "报装"])
def test_words_of_the_trade_are_not_cut(word: str) -> None:
    assert word in [token.text for token in statement(f"权限要{word}到县一级").tokens]
