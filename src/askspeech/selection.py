"""The parts of passages that an answer can be made of: sentences, and the parts of enumerations. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from askspeech.citing import first_span, spans_within
from askspeech.datatypes import Hit, Span
from askspeech.markers import marker_at
from askspeech.sentences import sentence_spans

__all__ = ["Extract", "enumeration_of", "extracts_of", "sentences_of"]

_SHORTEST_SENTENCE = 6


@dataclass(frozen=True, slots=True)
class Extract:
    """The range [start, end) of a hit's reading text."""

    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def place(self) -> tuple[str, tuple[Span, ...]]:
        """The source and the spans of the words."""
        return self.hit.passage.source_id, spans_within(self.hit.passage.spans, self.start, self.end)


def extracts_of(hits: Sequence[Hit]) -> list[Extract]:
    """All sentences of the hits, each place once, in the order of the hits."""
    seen: dict[tuple[str, Span], Extract] = {}
    for hit in hits:
        for extract in sentences_of(hit):
            seen.setdefault((hit.passage.source_id, first_span(hit.passage.spans, extract.start, extract.end)), extract)
    return list(seen.values())


def sentences_of(hit: Hit) -> Iterator[Extract]:
    """The sentences of a hit."""
    return (piece for piece in _pieces(hit) if piece.end - piece.start >= _SHORTEST_SENTENCE)


def _pieces(hit: Hit) -> Iterator[Extract]:
    """The sentences of a hit, cut also where something is hidden or an item begins: the two ends are not one."""
    edges = sorted({0, *_gap_offsets(hit), *_item_offsets(hit), len(hit.passage.text)})
    for first, last in pairwise(edges):
        for start, end in sentence_spans(hit.passage.text, first, last):
            yield Extract(hit, start, end)


def _item_offsets(hit: Hit) -> Iterator[int]:
    """Where in the reading text of an outline passage an item begins that does not follow at once in the source."""
    passage, offset = hit.passage, 0
    if passage.kind != "outline":
        return
    for (start, end), (following, _) in pairwise(passage.spans):
        offset += end - start
        if following > end and marker_at(passage.text[offset:]):
            yield offset


def _gap_offsets(hit: Hit) -> Iterator[int]:
    """Where in the reading text of a hit something is hidden."""
    for gap in hit.passage.gaps:
        yield sum(max(0, min(end, gap.span.start) - start) for start, end in hit.passage.spans)


def enumeration_of(hit: Hit) -> list[Extract]:
    """The parts of an outline passage: its heading, the sentence before the first item, and the items, each whole."""
    pieces = list(_pieces(hit))
    first = next((number for number, piece in enumerate(pieces) if number and marker_at(piece.text)), len(pieces))
    items: list[Extract] = []
    for piece in pieces[first:]:
        if marker_at(piece.text):
            items.append(piece)
        else:
            items[-1] = Extract(hit, items[-1].start, piece.end)
    return [*pieces[:1], *pieces[1:first][-1:], *items]
