"""Figures and names that a source has blanked out."""

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.blanks import find_blanks


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("实现税收xx亿元", [("xx", "number")]),
        ("增长xx.x%", [("xx.x", "number")]),
        ("同比增长 X.X %", [("X.X", "number")]),
        ("排在第 xx 位", [("xx", "number")]),
        ("税收**亿元，增长*%，排第*名", [("**", "number"), ("*", "number"), ("*", "number")]),
        ("上市企业××家", [("××", "number")]),
        ("XXX同志主持", [("XXX", "person")]),
        ("刚才**书记讲了", [("**", "person")]),
        ("在XX县召开", [("XX", "place")]),
        ("XXXX年X月", [("XXXX", "date"), ("X", "date")]),
        ("看了某某食品厂", [("某某", "unknown")]),
    ],
)
def test_blanks(text: str, blanks: list[tuple[str, str]]) -> None:
    assert [(text[slice(*blank.span)], blank.kind) for blank in find_blanks(text)] == blanks


@pytest.mark.parametrize(
    "text",
    ["X光检查", "taxes and excises", "7×24小时服务", "3x4", "“1+3+X”政策体系", "税收12.5亿元", "a*b*c", "X射线", ""],
)
def test_what_is_no_blank(text: str) -> None:
    assert list(find_blanks(text)) == []


def test_a_part_of_a_text_is_searched() -> None:
    text = "xx家，xx家，xx家"
    assert [tuple(blank.span) for blank in find_blanks(text, 3, 8)] == [(4, 6)]


@given(any_texts())
def test_blanks_are_ranges_in_order(text: str) -> None:
    at = 0
    for blank in find_blanks(text):
        assert at <= blank.span.start < blank.span.end <= len(text)
        at = blank.span.end


def test_what_follows_in_traditional_characters_says_the_kind_too() -> None:
    text = "xx億元、x個、XXX書記、X縣、縣長XX。"
    assert [blank.kind for blank in find_blanks(text)] == ["number", "number", "person", "place", "person"]
