"""Passages, speeches and hits made by hand, for tests of what works on them."""

from collections.abc import Sequence

from askspeech.datatypes import LINES, Fact, Gap, Hit, Layout, Passage, PassageKind, Section, Source, Span, Speech


def speech(title: str = "在青禾县大会上的讲话", file: str = "青禾.txt", **facts: str) -> Speech:
    """A speech whose id is its title, with facts by name."""
    known = tuple(Fact(name, value, "derived") for name, value in facts.items())
    return Speech(title, "source", file, title, Span(0, 1000), facts=known)


def section(marker: str, heading: str, parent: Section | None = None) -> Section:
    """A section whose id is its marker and heading."""
    spans = (Span(0, len(heading)),)
    return Section(
        marker + heading, "speech", parent.id if parent else None, marker, 1, marker + heading, spans, spans[0]
    )


def hit(
    text: str,
    *,
    start: int = 0,
    kind: PassageKind = "text",
    score: float = 1.0,
    of: Speech | None = None,
    items: int = 0,
    path: Sequence[str] = (),
    gaps: Sequence[Gap] = (),
) -> Hit:
    """A hit whose passage is one span of the source, beginning at `start`."""
    told = of or speech()
    spans = (Span(start, start + len(text)),)
    passage = Passage(
        f"{kind} {start}", "source", told.id, None, told.file, kind, text, spans, tuple(path), (), tuple(gaps), items
    )
    return Hit(passage, told, score)


def source(text: str, layout: Layout = LINES) -> Source:
    """A source of that text."""
    return Source("source-1", "讲话.txt", text, "0" * 64, "text", "1", "utf-8", layout=layout)
