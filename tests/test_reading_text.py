"""The way back from reading text to its source."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from askspeech.datatypes import Span, slices
from askspeech.reading_text import ReadingText


@st.composite
def readings(draw: st.DrawFn) -> tuple[str, ReadingText]:
    """A source and a reading text made of slices of it."""
    source = draw(st.text(min_size=1, max_size=60))
    edges = sorted(draw(st.sets(st.integers(0, len(source)), min_size=2)))
    pieces = [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    offsets, length = [], 0
    for piece in pieces:
        offsets.append(length)
        length += piece.end - piece.start
    text = slices(source, pieces)
    return source, ReadingText(text, tuple(pieces), tuple(offsets), (Span(0, length),), plain=text)


@given(readings(), st.data())
def test_a_range_slices_back_to_the_same_words(made: tuple[str, ReadingText], data: st.DataObject) -> None:
    source, reading = made
    start = data.draw(st.integers(0, len(reading.text)))
    end = data.draw(st.integers(start, len(reading.text)))
    spans = reading.source_spans(start, end)
    assert slices(source, spans) == reading.text[start:end]
    assert all(before.end < after.start for before, after in pairwise(spans))
