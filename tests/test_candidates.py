"""The markers of a paragraph that may begin an item."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.candidates import candidates
from askspeech.datatypes import Span


def found(paragraph: str) -> list[tuple[str, bool]]:
    """The words of every marker of a paragraph, and whether it leads."""
    marked = candidates(paragraph, Span(0, len(paragraph)), 0)
    return [(paragraph[one.marker.start : one.marker.end], one.leads) for one in marked]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        pytest.param("一、办好三件实事。", [("一、", True)], id="leading"),
        pytest.param("　　（二）清理欠款", [("（二）", True)], id="behind an indent"),
        pytest.param("重点有两条：一是摸底；二是清偿。", [("一是", False), ("二是", False)], id="inside"),
        pytest.param("1. 分两步走：①摸底；②清偿。", [("1. ", True), ("①", False), ("②", False)], id="both"),
        pytest.param("第一，一是摸底，二是清偿。", [("第一，", True), ("一是", False), ("二是", False)], id="two"),
        pytest.param("一来路远，人手不够。二来天热。", [("一来", True), ("二来", False)], id="parallel"),
        pytest.param("老乡说“先等等。一是等，二是看”。", [], id="quoted"),
        pytest.param("窗口办得好，一家一家来。", [], id="ordinary words"),
        pytest.param("", [], id="nothing"),
        pytest.param(" 　", [], id="white space"),
    ],
)
def test_the_markers_of_a_paragraph(paragraph: str, expected: list[tuple[str, bool]]) -> None:
    assert found(paragraph) == expected


def test_a_line_break_below_the_indent_is_no_second_beginning() -> None:
    assert found("\n（一）清理欠款") == [("（一）", True)]


def test_positions_are_those_of_the_text_and_the_number_is_the_paragraphs() -> None:
    text = "导语。\n讲两点：一是快，二是准。\n一、结尾"
    marked = list(candidates(text, Span(4, 16), 7))
    assert [(text[one.marker.start : one.marker.end], one.paragraph) for one in marked] == [("一是", 7), ("二是", 7)]
    assert [one.marker.number for one in marked] == [1, 2]


AROUND = st.sampled_from(("", "\n", "导语：", "一、甲。\n", "老乡说“", "第", "一是乙；", "，"))


@given(AROUND, any_texts(), AROUND, st.integers(0, 99))
def test_what_stands_around_a_paragraph_changes_nothing(before: str, text: str, after: str, number: int) -> None:
    alone = list(candidates(text, Span(0, len(text)), number))
    among = list(candidates(before + text + after, Span(len(before), len(before) + len(text)), number))
    moved = [
        replace(one.marker, start=one.marker.start + len(before), end=one.marker.end + len(before)) for one in alone
    ]
    assert [one.marker for one in among] == moved
    assert [(one.paragraph, one.leads) for one in among] == [(number, one.leads) for one in alone]


@given(any_texts(), st.data())
def test_markers_lie_in_the_paragraph_one_after_another_and_the_first_alone_may_lead(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    marked = list(candidates(text, Span(start, end), 0))
    assert all(start <= one.marker.start < one.marker.end <= end for one in marked)
    assert all(first.marker.end <= second.marker.start for first, second in pairwise(marked))
    assert not any(one.leads for one in marked[1:])
    assert all(not text[start : one.marker.start].strip() for one in marked if one.leads)
