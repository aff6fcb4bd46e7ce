"""What is understood of a document, told in a way that two files of the same speech can be compared by."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from askspeech.datatypes import Document, Section, Speech, slices

__all__ = ["Said", "assert_alike", "said"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a careful reader of a speech would notice, white space aside; places are characters of its reading text."""

    title: str
    text: str
    sections: tuple[tuple[str, int, str, int, int, int | None], ...]
    """Marker, number, heading, begin, end, begin of what it lies in."""
    blanks: tuple[tuple[str, str, int], ...]
    gaps: tuple[tuple[int | None, int], ...]
    facts: tuple[tuple[str, str, str], ...]


def said(document: Document) -> list[Said]:
    """What every speech of a document says."""
    text = document.source.text
    dropped = {at for drop in document.drops for at in range(*drop.span)}
    kept = [at for at, character in enumerate(text) if at not in dropped and not character.isspace()]
    return [_said(document, speech, kept) for speech in document.speeches]


def _said(document: Document, speech: Speech, kept: Sequence[int]) -> Said:
    text = document.source.text
    first, last = (bisect_left(kept, edge) for edge in speech.span)

    def place(at: int) -> int:
        return bisect_left(kept, at) - first

    sections = [section for section in document.sections if section.speech_id == speech.id]
    begins = {section.id: place(section.span.start) for section in sections}
    return Said(
        title=_squeezed(speech.title),
        text="".join(text[at] for at in kept[first:last]),
        sections=tuple(_outlined(section, begins, place) for section in sections),
        blanks=tuple((slices(text, [blank.span]), blank.kind, place(blank.span.start)) for blank in speech.blanks),
        gaps=tuple((gap.characters, place(gap.span.start)) for gap in speech.gaps),
        facts=tuple((fact.name, _squeezed(fact.value), fact.origin) for fact in speech.facts),
    )


def _outlined(
    section: Section, begins: dict[str, int], place: Callable[[int], int]
) -> tuple[str, int, str, int, int, int | None]:
    inside = begins[section.parent_id] if section.parent_id else None
    begin, end = (place(edge) for edge in section.span)
    return _squeezed(section.marker), section.number, _squeezed(section.heading), begin, end, inside


def _squeezed(text: str) -> str:
    return "".join(text.split())


def assert_alike(found: Document, expected: Document) -> None:
    """Whether two documents say the same; what differs is shown speech by speech and part by part."""
    mine, theirs = said(found), said(expected)
    assert [one.title for one in mine] == [one.title for one in theirs]
    for one, other in zip(mine, theirs, strict=True):
        for part, counterpart in zip(astuple(one), astuple(other), strict=True):
            assert part == counterpart
