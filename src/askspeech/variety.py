"""Which speeches come first: no single one fills the list, and a comparison begins with each. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from askspeech.datatypes import Hit

__all__ = ["CLOSE", "FIRST", "MOST_OF_ONE", "each_speech_first", "first_of_sections", "varied"]

FIRST = 8
"""The places that are looked at: as many hits as a search brings by default."""

MOST_OF_ONE = 6
"""How many of them passages of one speech may have, where there are others."""

CLOSE = 0.7
"""What share of the best score a passage has that is worth standing for its speech."""

T = TypeVar("T")


def varied(ranked: Sequence[T], speech_of: Callable[[T], str]) -> list[T]:
    """The same in order, but for the first places, where passages of a speech that has had its share stand back."""
    first: list[T] = []
    behind: list[T] = []
    taken: Counter[str] = Counter()
    for place, item in enumerate(ranked):
        if len(first) == FIRST:
            return [*first, *behind, *ranked[place:]]
        speech = speech_of(item)
        taken[speech] += 1
        (first if taken[speech] <= MOST_OF_ONE else behind).append(item)
    return [*first, *behind]


def each_speech_first(ranked: Sequence[T], speech_of: Callable[[T], str], score_of: Callable[[T], float]) -> list[T]:
    """The best passage of each speech, where it scores at least 0.7 of the best of all, then the others in order."""
    if not ranked:
        return []
    least = CLOSE * score_of(ranked[0])
    seen: set[str] = set()
    first: list[T] = []
    others: list[T] = []
    for item in ranked:
        speech = speech_of(item)
        stands_for_it = speech not in seen and score_of(item) >= least
        seen.add(speech)
        (first if stands_for_it else others).append(item)
    return [*first, *others]


def first_of_sections(hits: Sequence[Hit], most: int) -> tuple[Hit, ...]:
    """The best hits, the first of each section: an outline and its first passage say the same."""
    first: dict[tuple[str, str | None], Hit] = {}
    for hit in hits:
        first.setdefault((hit.speech.id, hit.passage.section_id), hit)
    return tuple(first.values())[:most]
