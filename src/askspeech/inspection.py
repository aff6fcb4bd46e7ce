"""What a source was read as: its whole text in stretches, each with what was made of it. Pure."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from askspeech.datatypes import Document, Section, Span, Speech

__all__ = ["Stretch", "reasons", "stretches"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the source over which nothing changes; the stretches of a document tile its text.

    `dropped` is the reason, empty where it is kept; `depth` is 1 for the outermost headings, 0 outside headings;
    `begins` is the speech that begins here.
    """

    text: str
    dropped: str = ""
    title: bool = False
    depth: int = 0
    blank: str = ""
    gap: bool = False
    begins: Speech | None = None


def stretches(document: Document) -> list[Stretch]:
    """The whole text of a document's source, cut wherever something begins or ends."""
    text = document.source.text
    layers = _Layers(document)
    edges = sorted({0, len(text), *layers.edges()})
    return [layers.stretch(text, start, end) for start, end in pairwise(edges) if start < end]


def reasons(document: Document) -> dict[str, int]:
    """How many characters were dropped for each reason, most first."""
    counts: dict[str, int] = {}
    for drop in document.drops:
        counts[drop.reason] = counts.get(drop.reason, 0) + drop.span.end - drop.span.start
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


class _Layer:
    """Disjoint spans with a value each."""

    def __init__(self, items: list[tuple[Span, str]]) -> None:
        self.items = sorted(items)
        self.starts = [span.start for span, _ in self.items]

    def at(self, position: int) -> str:
        """The value of the span that holds a position, empty where none does."""
        index = bisect_right(self.starts, position) - 1
        if index < 0 or self.items[index][0].end <= position:
            return ""
        return self.items[index][1]


class _Layers:
    def __init__(self, document: Document) -> None:
        depths = _depths(document.sections)
        self.drops = _Layer([(drop.span, drop.reason) for drop in document.drops])
        self.titles = _Layer([(span, "title") for speech in document.speeches for span in speech.title_spans])
        self.headings = _Layer([(s, str(depths[one.id])) for one in document.sections for s in one.heading_spans])
        self.blanks = _Layer([(blank.span, blank.kind) for speech in document.speeches for blank in speech.blanks])
        self.gaps = _Layer([(gap.span, "gap") for gap in document.gaps])
        self.speeches = {speech.span.start: speech for speech in document.speeches}

    def edges(self) -> Iterator[int]:
        for layer in (self.drops, self.titles, self.headings, self.blanks, self.gaps):
            for span, _ in layer.items:
                yield from span
        yield from self.speeches

    def stretch(self, text: str, start: int, end: int) -> Stretch:
        return Stretch(
            text=text[start:end],
            dropped=self.drops.at(start),
            title=bool(self.titles.at(start)),
            depth=int(self.headings.at(start) or 0),
            blank=self.blanks.at(start),
            gap=bool(self.gaps.at(start)),
            begins=self.speeches.get(start),
        )


def _depths(sections: tuple[Section, ...]) -> dict[str, int]:
    depths: dict[str | None, int] = {None: 0}
    for section in sections:
        depths[section.id] = depths[section.parent_id] + 1
    return {identity: depth for identity, depth in depths.items() if identity is not None}
