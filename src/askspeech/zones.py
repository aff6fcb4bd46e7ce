"""The parts of a speech, and its file's name, that say what the speech is: title, head, salutation, opening, signature.

Each is read without white space; every character remembers where it stands, so a fact found there slices back to the
exact words of the source.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from askspeech.datatypes import Fact, Span
from askspeech.markers import marker_at

__all__ = ["SpeechZones", "Zone", "find_zones"]

_FULL_WIDTH_DIGITS = {ord("０") + digit: ord("0") + digit for digit in range(10)}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_AUDIENCE = re.compile(
    "同志们|各位|代表们|委员们|朋友们|来宾|女士们|先生们|企业家们|乡亲们|老师们|同学们|战友们|青年们|尊敬的"
)
_SALUTATION = re.compile(r"(?:尊敬的)?([^：:；;！!。？?0-9]{2,60}?)(?:[：:]|[；;！!]$)")
_GREETING = re.compile(r"(同志们|朋友们|代表们|各位[^，。；：！!,]{1,6}?)[，！!,]")
_LAST_SALUTATION = 12
_LONGEST_HEAD_LINE = 160
_LONGEST_TITLE_LINE = 60
_OPENING_PARAGRAPHS = 3
_OPENING_CHARACTERS = 600
_SIGNATURE_LINES = 4
_LONGEST_SIGNATURE = 40


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the reading text, or of a file's name, without its white space and with ASCII digits.

    `places[i]` is where character i stands in `whole`; `locate` turns a range of the reading text into a span of the
    source, and is None for a file's name.
    """

    text: str
    whole: str
    places: Sequence[int]
    locate: Callable[[int, int], Span] | None

    def fact(self, name: str, value: str, start: int, end: int) -> Fact:
        """A fact that was read from the characters [start, end) of this zone's text."""
        first, last = self.places[start], self.places[end - 1] + 1
        if self.locate is None:
            return Fact(name, value, "file_name", None, self.whole[first:last])
        return Fact(name, value, "text", self.locate(first, last))

    def derived(self, name: str, value: str, start: int, end: int) -> Fact:
        """A fact that follows from the characters [start, end) without being among them."""
        return Fact(name, value, "derived", None, f"{self.text[start:end]} → {value}")


@dataclass(frozen=True, slots=True)
class SpeechZones:
    """Where to look for what a speech is; `head` are the lines between title and salutation."""

    title: Zone | None
    head: tuple[Zone, ...]
    salutation: Zone | None
    opening: tuple[Zone, ...]
    signature: tuple[Zone, ...]
    name: Zone


def find_zones(
    text: str, title: Span | None, paragraphs: Sequence[Span], file: str, locate: Callable[[int, int], Span]
) -> SpeechZones:
    """The zones of a speech whose title and other paragraphs are ranges of a reading text."""

    def zone(start: int, end: int) -> Zone:
        places = [at for at in range(start, end) if not text[at].isspace() and text[at] not in _INVISIBLE]
        return Zone("".join(text[at] for at in places).translate(_FULL_WIDTH_DIGITS), text, places, locate)

    greeting = _salutation_number(text, paragraphs)
    begin = greeting if greeting is not None else _head_length(text, paragraphs)
    head = [place for place in paragraphs[:begin] if place.end - place.start <= _LONGEST_HEAD_LINE]
    salutation = paragraphs[greeting] if greeting is not None else None
    signature = [
        place
        for place in paragraphs[max(begin + 1, len(paragraphs) - _SIGNATURE_LINES) :]
        if place.end - place.start <= _LONGEST_SIGNATURE
    ]
    return SpeechZones(
        title=zone(*title) if title else None,
        head=tuple(zone(*place) for place in head),
        salutation=zone(salutation.start, min(salutation.end, salutation.start + _LONGEST_HEAD_LINE))
        if salutation
        else None,
        opening=tuple(zone(*place) for place in _opening(text, paragraphs, begin)),
        signature=tuple(zone(*place) for place in signature),
        name=_name_zone(file),
    )


def addressed(zone: Zone) -> tuple[int, int] | None:
    """Where in a salutation's zone the audience is named: without 尊敬的 in front and the colon."""
    found = _SALUTATION.match(zone.text) or _GREETING.match(zone.text)
    return found.span(1) if found and _AUDIENCE.search(found[1]) else None


def _name_zone(file: str) -> Zone:
    stem = PurePosixPath(file).stem
    places = [at for at, character in enumerate(stem) if not character.isspace()]
    return Zone("".join(stem[at] for at in places).translate(_FULL_WIDTH_DIGITS), stem, places, None)
