"""Cutting text into sentences and clauses."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.sentences import clause_spans, leading_sentence_end, sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("一句。两句！三句？四句；五句", ["一句。", "两句！", "三句？", "四句；", "五句"], id="marks"),
        pytest.param("他说：“办好它。”大家鼓掌。", ["他说：“办好它。”", "大家鼓掌。"], id="closing quotation mark"),
        pytest.param("真的吗？！好。", ["真的吗？！", "好。"], id="two marks"),
        pytest.param("一、标题\n正文。\n", ["一、标题", "正文。"], id="line break"),
        pytest.param("  前后有空格。 　后面。  ", ["前后有空格。", "后面。"], id="white space"),
        pytest.param("投资12.5亿元, 是去年的2倍.", ["投资12.5亿元, 是去年的2倍."], id="half-width stops"),
        pytest.param(" \n ", [], id="nothing"),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_clauses() -> None:
    text = "摸清底数，限时清偿；不再新欠。"
    assert [text[start:end] for start, end in clause_spans(text)] == ["摸清底数，", "限时清偿；", "不再新欠。"]


@given(any_texts(), st.data())
def test_pieces_cover_all_but_white_space(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for cut in (sentence_spans, clause_spans):
        spans = list(cut(text, start, end))
        assert all(start <= span.start < span.end <= end for span in spans)
        assert all(first.end <= second.start for first, second in pairwise(spans))
        assert not any(text[span.start].isspace() or text[span.end - 1].isspace() for span in spans)
        edges = [start, *(edge for span in spans for edge in span), end]
        assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()


@pytest.mark.parametrize(
    ("text", "longest", "leading"),
    [
        pytest.param("清理欠款。先摸底。", 20, "清理欠款。", id="sentence"),
        pytest.param("清理欠款\n先摸底。", 20, "清理欠款", id="line"),
        pytest.param("没有句号", 20, "没有句号", id="no end"),
        pytest.param("甲乙丙，丁戊己，庚辛壬癸子丑寅卯。", 10, "甲乙丙，丁戊己，", id="last clause that fits"),
        pytest.param("甲乙丙丁戊己庚辛壬癸子丑寅卯。", 10, "甲乙丙丁戊己庚辛壬癸", id="no clause"),
        pytest.param("甲乙丙丁戊己庚辛壬癸\n子丑", 10, "甲乙丙丁戊己庚辛壬癸", id="just fits"),
    ],
)
def test_leading_sentence(text: str, longest: int, leading: str) -> None:
    assert text[: leading_sentence_end(text, 0, len(text), longest)] == leading


@given(any_texts(), st.integers(1, 120))
def test_leading_sentence_lies_inside_and_is_no_longer_than_asked_for(text: str, longest: int) -> None:
    for start in range(0, len(text), 97):
        assert start <= leading_sentence_end(text, start, len(text), longest) <= min(len(text), start + longest)
