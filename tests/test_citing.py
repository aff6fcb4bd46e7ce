"""From ranges of reading text back to the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.citing import cite, cite_gap, first_span, locate, spans_within
from askspeech.datatypes import LINES, Gap, Layout, Span, slices


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, tuple[Span, ...]]:
    text = draw(st.text(min_size=2, max_size=60))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=8)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return text, tuple(Span(start, end) for start, end in pairs)


@given(texts_with_spans(), st.data())
def test_a_range_maps_back_to_exactly_its_characters(drawn: tuple[str, tuple[Span, ...]], data: st.DataObject) -> None:
    text, spans = drawn
    reading = slices(text, spans)
    start = data.draw(st.integers(0, len(reading)))
    end = data.draw(st.integers(start, len(reading)))
    found = spans_within(spans, start, end)
    assert slices(text, found) == reading[start:end]
    assert all(span.start < span.end for span in found)
    assert all(any(outer.start <= inner.start and inner.end <= outer.end for outer in spans) for inner in found)


@given(texts_with_spans(), st.data())
def test_the_first_span_is_the_first_of_all(drawn: tuple[str, tuple[Span, ...]], data: st.DataObject) -> None:
    text, spans = drawn
    length = len(slices(text, spans))
    start = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(start + 1, length))
    assert first_span(spans, start, end) == spans_within(spans, start, end)[0]


def test_there_is_no_first_span_behind_all() -> None:
    with pytest.raises(ValueError, match="behind the 5 characters"):
        first_span((Span(10, 15),), 5, 6)


@pytest.mark.parametrize(
    ("start", "end", "spans"),
    [
        pytest.param(0, 5, (Span(10, 15),), id="first span"),
        pytest.param(3, 7, (Span(13, 15), Span(20, 22)), id="over the edge"),
        pytest.param(5, 10, (Span(20, 25),), id="second span"),
        pytest.param(4, 4, (), id="nothing"),
        pytest.param(8, 99, (Span(23, 25),), id="past the end"),
    ],
)
def test_spans_within(start: int, end: int, spans: tuple[Span, ...]) -> None:
    assert spans_within((Span(10, 15), Span(20, 25)), start, end) == spans


@pytest.mark.parametrize(
    ("spans", "first", "last"),
    [
        pytest.param((Span(0, 2),), 1, 1, id="first line"),
        pytest.param((Span(3, 5),), 2, 2, id="second line"),
        pytest.param((Span(0, 1), Span(6, 8)), 1, 3, id="several"),
    ],
)
def test_lines(spans: tuple[Span, ...], first: int, last: int) -> None:
    located = locate("甲乙\n丙丁\n戊己", LINES, spans)
    assert (located.unit, located.first, located.last) == ("line", first, last)


@pytest.mark.parametrize(
    ("spans", "first", "last"),
    [([(0, 2)], 1, 1), ([(2, 4)], 1, 2), ([(3, 4)], 2, 2), ([(1, 7)], 1, 3), ([(0, 1), (6, 8)], 1, 3)],
)
def test_pages_are_counted_by_where_they_start(spans: list[tuple[int, int]], first: int, last: int) -> None:
    layout = Layout("page", (0, 3, 6))
    located = locate("甲乙\n丙丁\n戊己", layout, [Span(*span) for span in spans])
    assert (located.unit, located.first, located.last) == ("page", first, last)


def test_a_citation_quotes_the_source() -> None:
    text = "开头。各部门要建立台账。结尾。"
    found = made.hit("各部门要建立台账。", start=3)
    citation = cite(2, made.source(text), found, 3, 9)
    assert (citation.number, citation.quote, citation.spans) == (2, "要建立台账。", (Span(6, 12),))
    assert (citation.passage_id, citation.speech_title) == (found.passage.id, found.speech.title)


def test_a_gap_is_cited_by_the_words_that_tell_of_it() -> None:
    text = "开头。各部门要建立台账。\n---此处隐藏9字---\n结尾。"
    found = made.hit("各部门要建立台账。", start=3)
    note = Span(13, text.index("\n结尾"))
    citation = cite_gap(2, made.source(text), found, Gap(note, 9))
    assert (citation.number, citation.quote, citation.spans) == (2, "---此处隐藏9字---", (note,))
    assert (citation.passage_id, citation.locator.first) == (found.passage.id, 2)
