"""The parts of a speech, and its file's name, that say what the speech is: title, head, salutation, opening, signature.

Each is read without white space; every character remembers where it stands, so a fact found there slices back to the
exact words of the source.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from askspeech.datatypes import Fact, Span
from askspeech.folding import simplified
from askspeech.markers import marker_at

__all__ = ["SpeechZones", "Zone", "addressed", "find_zones"]

Locate = Callable[[int, int], Span]

_FULL_WIDTH_DIGITS = {ord("０") + digit: ord("0") + digit for digit in range(10)}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_ADDRESS_END = (
    "们|代表|委员|来宾|嘉宾|朋友|领导|同志|企业家|会长|专家|书记|[省市县区州镇乡局院校]长|主任|主席|先生|女士|记者|乡亲|战友|同学|老师"
    "|校友|乡贤|客商|人士|董事长|总经理|院士|常委|理事|客人|同事|员工|职工"
)
_AUDIENCE = re.compile("同志们|各位|代表们|委员们|朋友们|来宾|女士们|先生们|乡亲们|老师们|同学们|战友们|尊敬的")
_SALUTATION = re.compile(rf"(?:尊敬的)?([^：:；;！!。？?0-9]{{0,56}}(?:{_ADDRESS_END}))(?:[：:]|[；;！!]$)")
_GREETING = re.compile(r"(同志们|朋友们|代表们|各位[^，。；：！!,]{1,6})[，！!,]")
_LAST_SALUTATION = 12
_LONGEST_SALUTATION = 80
_LONGEST_HEAD_LINE = 160
_LONGEST_PLAIN_HEAD_LINE = 60
_MOST_PLAIN_HEAD_LINES = 5
_OPENING_PARAGRAPHS = 4
_LONGEST_OPENING = 600
_SIGNATURE_LINES = 4
_LONGEST_SIGNATURE = 40


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the reading text, or of a file's name, without white space, in simplified characters, ASCII digits.

    `places[i]` is where character i stands in `whole`; `locate` turns a range of the reading text into a span of the
    source, and is None for a file's name.
    """

    text: str
    whole: str
    places: Sequence[int]
    locate: Locate | None

    def fact(self, name: str, value: str, start: int, end: int) -> Fact:
        """A fact that was read from the characters [start, end) of this zone's text.

        A value that stands among them is given as it is written there.
        """
        at = self.text.find(value, start, end)
        value = self.written(at, at + len(value)) if at >= 0 else value
        first, last = self.places[start], self.places[end - 1] + 1
        if self.locate is None:
            return Fact(name, value, "file_name", None, self.whole[first:last])
        return Fact(name, value, "text", self.locate(first, last))

    def derived(self, name: str, value: str, start: int, end: int) -> Fact:
        """A fact that follows from the characters [start, end) of this zone's text and is not among them."""
        return Fact(name, value, "derived", None, f"{self.written(start, end)} → {value}")

    def written(self, start: int, end: int) -> str:
        """The characters [start, end) of this zone's text as they stand in `whole`, but for the digits' width."""
        return "".join(self.whole[at] for at in self.places[start:end]).translate(_FULL_WIDTH_DIGITS)


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
    text: str,
    title: Span | None,
    paragraphs: Sequence[Span],
    file: str,
    locate: Locate,
    plain: str | None = None,
) -> SpeechZones:
    """The zones of a speech whose title and other paragraphs are ranges of a reading text.

    `plain` is the reading text in simplified characters, None where it is in these.
    """
    plain = text if plain is None else plain

    def zone(place: Span, longest: int) -> Zone:
        return _zone(text, plain, place, locate, longest)

    greeting = _salutation_number(plain, paragraphs)
    body = _head_length(plain, paragraphs) if greeting is None else greeting
    head = [place for place in paragraphs[:body] if _is_at_most(text, place, _LONGEST_HEAD_LINE)]
    last = paragraphs[max(body + 1, len(paragraphs) - _SIGNATURE_LINES) :]
    return SpeechZones(
        title=zone(title, _LONGEST_HEAD_LINE) if title else None,
        head=tuple(zone(place, _LONGEST_HEAD_LINE) for place in head),
        salutation=None if greeting is None else zone(paragraphs[greeting], _LONGEST_SALUTATION),
        opening=tuple(zone(place, _LONGEST_OPENING) for place in _opening(plain, paragraphs[body:])),
        signature=tuple(
            zone(place, _LONGEST_SIGNATURE) for place in last if _is_at_most(text, place, _LONGEST_SIGNATURE)
        ),
        name=_zone(stem := PurePosixPath(file).stem, simplified(stem), Span(0, len(stem)), None),
    )


def addressed(zone: Zone) -> tuple[int, int] | None:
    """Where a paragraph that begins with a salutation names the audience, 尊敬的 in front and the colon left out."""
    found = _SALUTATION.match(zone.text) or _GREETING.match(zone.text)
    return found.span(1) if found and _AUDIENCE.search(found[0]) else None


def _zone(whole: str, plain: str, place: Span, locate: Locate | None, longest: int | None = None) -> Zone:
    """The zone of a range of a text, or of its first characters that can be seen."""
    places = list(islice(_seen(whole, *place), longest))
    text = "".join(plain[at] for at in places).translate(_FULL_WIDTH_DIGITS)
    return Zone(text, whole, places, locate)


def _seen(whole: str, start: int, end: int) -> Iterator[int]:
    """Where the characters of a range stand that can be seen."""
    return (at for at in range(start, end) if not whole[at].isspace() and whole[at] not in _INVISIBLE)


def _is_at_most(text: str, place: Span, longest: int) -> bool:
    return place.end - place.start <= longest or next(islice(_seen(text, *place), longest, None), None) is None


def _salutation_number(text: str, paragraphs: Sequence[Span]) -> int | None:
    """The number of the paragraph that begins with a salutation, among the first ones."""
    for number, place in enumerate(paragraphs[:_LAST_SALUTATION]):
        if addressed(_zone(text, text, place, None, _LONGEST_SALUTATION)):
            return number
    return None


def _head_length(text: str, paragraphs: Sequence[Span]) -> int:
    """How many short lines without a sentence or an outline's marker stand at the beginning."""
    for number, place in enumerate(paragraphs[:_MOST_PLAIN_HEAD_LINES]):
        line = _zone(text, text, place, None, _LONGEST_PLAIN_HEAD_LINE + 1).text
        if line[:1] in tuple("。，；、》”）"):
            return 0  # the lines above are the beginning of a sentence that a link has cut
        marked = marker_at(text[slice(*place)].strip()[:_LONGEST_HEAD_LINE])
        if len(line) > _LONGEST_PLAIN_HEAD_LINE or line[-1:] in tuple("。！？!?；;：:") or marked:
            return number
    return min(len(paragraphs), _MOST_PLAIN_HEAD_LINES)


def _opening(text: str, paragraphs: Sequence[Span]) -> Sequence[Span]:
    """The first paragraphs up to the first one that an outline's marker begins."""
    for number, (start, _) in enumerate(paragraphs[:_OPENING_PARAGRAPHS]):
        if number and marker_at(text[start : start + _LONGEST_PLAIN_HEAD_LINE]):
            return paragraphs[:number]
    return paragraphs[:_OPENING_PARAGRAPHS]
