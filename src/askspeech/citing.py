"""From parts of passages to citations: which characters of which source, and where they stand for a person."""

from bisect import bisect_right
from collections.abc import Sequence

from askspeech.datatypes import Citation, Gap, Hit, Layout, Locator, Source, Span, slices
from askspeech.lines import LINE_BREAKS

__all__ = ["cite", "cite_gap", "first_span", "line_of", "locate", "spans_within"]


def spans_within(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The source spans of the range [start, end) of a reading text that was taken from `spans`."""
    found, offset = [], 0
    for first, last in spans:
        length = last - first
        if offset >= end:
            break
        begin, stop = max(start - offset, 0), min(end - offset, length)
        if begin < stop:
            found.append(Span(first + begin, first + stop))
        offset += length
    return tuple(found)


def first_span(spans: Sequence[Span], start: int, end: int) -> Span:
    """The first of `spans_within`; the range is not empty."""
    offset = 0
    for first, last in spans:
        if start < offset + last - first:
            return Span(first + start - offset, min(first + end - offset, last))
        offset += last - first
    raise ValueError(f"[{start}, {end}) begins behind the {offset} characters of the spans")


def locate(text: str, layout: Layout, spans: Sequence[Span]) -> Locator:
    """The pages, paragraphs or lines of a source that spans stand on, counted from 1."""
    if not layout.starts:
        return line_of(text, spans)
    first, last = (bisect_right(layout.starts, place) for place in (spans[0].start, spans[-1].end - 1))
    return Locator(layout.unit, max(first, 1), max(last, 1))


def line_of(text: str, spans: Sequence[Span]) -> Locator:
    """The lines of a source's text that spans stand on, counted from 1."""
    first = _line_ends(text, 0, spans[0].start) + 1
    return Locator("line", first, first + _line_ends(text, spans[0].start, spans[-1].end))


def _line_ends(text: str, start: int, end: int) -> int:
    ends = sum(text.count(character, start, end) for character in LINE_BREAKS)
    return ends - text.count("\r\n", start, end)


def cite(number: int, source: Source, hit: Hit, start: int, end: int) -> Citation:
    """A citation of the range [start, end) of a hit's reading text."""
    return _citation(number, source, hit, spans_within(hit.passage.spans, start, end))


def cite_gap(number: int, source: Source, hit: Hit, gap: Gap) -> Citation:
    """A citation of the words by which a source says that a part of a hit's passage is missing."""
    return _citation(number, source, hit, (gap.span,))


def _citation(number: int, source: Source, hit: Hit, spans: tuple[Span, ...]) -> Citation:
    return Citation(
        number=number,
        source_id=hit.passage.source_id,
        file=hit.passage.file,
        speech_id=hit.speech.id,
        speech_title=hit.speech.title,
        passage_id=hit.passage.id,
        spans=spans,
        quote=slices(source.text, spans),
        locator=locate(source.text, source.layout, spans),
        heading_path=hit.passage.heading_path,
        title_derived=hit.speech.title_derived,
    )
