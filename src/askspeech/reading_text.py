"""Reading text: slices of a source put together, and the way back from it to the source."""

from bisect import bisect_right
from dataclasses import dataclass

from askspeech.datatypes import Span

__all__ = ["ReadingText"]


@dataclass(frozen=True, slots=True)
class ReadingText:
    """Text made of slices of a source; `offsets[i]` is where slice i begins in it."""

    text: str
    slices: tuple[Span, ...]
    offsets: tuple[int, ...]
    paragraphs: tuple[Span, ...]
    """Ranges of the reading text, line breaks between paragraphs left out."""
    plain: str
    """The reading text in simplified characters, whichever it is written in: what patterns are matched on."""

    def source_spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans of the source that the range [start, end) of the reading text was taken from."""
        spans: list[Span] = []
        index = bisect_right(self.offsets, start) - 1
        while start < end:
            piece, offset = self.slices[index], self.offsets[index]
            first = piece.start + start - offset
            last = min(piece.end, piece.start + end - offset)
            if spans and spans[-1].end == first:
                spans[-1] = Span(spans[-1].start, last)
            else:
                spans.append(Span(first, last))
            start += last - first
            index += 1
        return tuple(spans)
