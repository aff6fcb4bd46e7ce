"""Hits with what stands around them in the index: neighbouring sentences, and the other items of an enumeration."""

from collections.abc import Sequence
from dataclasses import replace

from askspeech.datatypes import Hit, Passage, Span
from askspeech.fusion import Scored
from askspeech.generation import Generation
from askspeech.surroundings import leans, neighbours, siblings
from askspeech.wanted import Wanted

__all__ = ["with_surroundings"]

_WITH_SIBLINGS = 3
"""How many hits bring the other items of their enumeration along, where a list is asked for."""


def with_surroundings(
    generation: Generation, hits: Sequence[Hit], first: Sequence[tuple[Scored, tuple[str, ...]]], asked: Wanted
) -> tuple[Hit, ...]:
    """The hits with what belongs to them: neighbouring sentences, and for a list of so many items an item's siblings.

    The first hits alone bring siblings, and none that one of the first shows anyway.
    """
    shown = generation.catalog.passages([one.id for one, _ in first])
    counts = [asked.count if asked.lists and rank < _WITH_SIBLINGS else None for rank in range(len(hits))]
    return tuple(
        replace(hit, added=_surroundings(generation, hit.passage, count, shown))
        for hit, count in zip(hits, counts, strict=True)
    )


def _surroundings(
    generation: Generation, passage: Passage, count: int | None, shown: Sequence[Passage]
) -> tuple[Span, ...]:
    added = neighbours(passage, *generation.catalog.texts_beside(passage)) if leans(passage.text) else ()
    if count is None or passage.section_id is None:
        return added
    (section,) = generation.catalog.sections_by_id([passage.section_id])
    outlines = generation.catalog.outlines_of(passage.speech_id, [section.id, section.parent_id])
    return added + siblings(passage, outlines, count, shown, added)
