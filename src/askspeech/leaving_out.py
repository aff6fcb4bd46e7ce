"""A document without some of its speeches: what is left is as if they had never been read. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from askspeech.datatypes import Document, Drop, Span

__all__ = ["EXCLUDED", "excluded_spans", "without_speeches"]

EXCLUDED = "excluded"
"""The reason of the drop that a speech becomes which somebody has removed from the index."""
_MOSTLY = 0.5


def excluded_spans(drops: Sequence[Drop]) -> tuple[Span, ...]:
    """The spans of the speeches that were left out of a document with these drops."""
    return tuple(drop.span for drop in drops if drop.reason == EXCLUDED)


def without_speeches(document: Document, spans: Sequence[Span]) -> Document:
    """The document without the speeches that lie at these spans; each becomes one drop, so that all still tiles.

    A speech is meant by a span that it has more than half in common with: rules that find a speech's edges get better,
    and what was removed must not return because of it.
    """
    gone = [speech for speech in document.speeches if any(_is_meant(speech.span, span) for span in spans)]
    if not gone:
        return document
    ids = {speech.id for speech in gone}
    left_out = [speech.span for speech in gone]
    drops = [drop for drop in document.drops if not _inside(drop.span, left_out)]
    drops += [Drop(span, EXCLUDED) for span in left_out]
    return replace(
        document,
        drops=tuple(sorted(drops, key=_place)),
        gaps=tuple(gap for gap in document.gaps if not _inside(gap.span, left_out)),
        speeches=tuple(speech for speech in document.speeches if speech.id not in ids),
        sections=tuple(section for section in document.sections if section.speech_id not in ids),
        passages=tuple(passage for passage in document.passages if passage.speech_id not in ids),
    )


def _is_meant(speech: Span, span: Span) -> bool:
    common = min(speech.end, span.end) - max(speech.start, span.start)
    return common > _MOSTLY * max(speech.end - speech.start, span.end - span.start)


def _inside(inner: Span, outer: Sequence[Span]) -> bool:
    return any(span.start <= inner.start and inner.end <= span.end for span in outer)


def _place(drop: Drop) -> Span:
    return drop.span
