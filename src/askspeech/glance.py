"""A corpus at a glance: how many speeches there are of each year, level, place and kind, and where a term is used.

A term is looked for in the reading text of the speeches, so that one which the page broke is found as well; every use
maps back to exact characters of the source. Width, case, traditional characters, quotation marks and spaces inside
Chinese make no difference. Pure.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from askspeech.datatypes import Drop, Passage, Source, Span, Speech
from askspeech.errors import QuestionError
from askspeech.filtering import known_values
from askspeech.reading_text import ReadingText
from askspeech.tokens import search_key

__all__ = [
    "FACTS",
    "MAX_TERM_CHARACTERS",
    "SpeechUses",
    "Tally",
    "TermUses",
    "UsedPassage",
    "speech_tallies",
    "speech_uses",
    "term_pattern",
    "used_passages",
]

FACTS = ("year", "level", "place", "kind")
"""What speeches are counted by."""

MAX_TERM_CHARACTERS = 100
PER_CHARACTERS = 10_000

_QUOTATION_MARKS = '"＂“”„‟〝〞「」『』'
_SPACES = r"[^\S\n]*"
_LATIN = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_CHINESE = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_PLANES_WITH_FORMS = range(0x30000)

Place = tuple[Span, ...]
"""One use of a term: the spans of the source that hold it, several where the page broke it."""


@dataclass(frozen=True, slots=True)
class SpeechUses:
    """A speech with the places where it uses a term, in their order."""

    speech: Speech
    places: tuple[Place, ...]

    @property
    def count(self) -> int:
        """How often the term is used."""
        return len(self.places)

    @property
    def per_10000(self) -> float:
        """Uses per 10,000 characters of the speech; 0 for one without any."""
        return _per_10000(self.count, self.speech.characters)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted over the speeches that share a value of a fact, or, where it is None, do not tell it.

    `using` of the `speeches` use the term, `uses` times together; their characters are those of all `speeches`.
    Where no term is asked for, `using` and `uses` are 0.
    """

    value: str | None
    speeches: int
    characters: int
    using: int = 0
    uses: int = 0

    @property
    def per_10000(self) -> float:
        """Uses per 10,000 characters."""
        return _per_10000(self.uses, self.characters)


@dataclass(frozen=True, slots=True)
class TermUses:
    """Where a term is used over the speeches that were searched.

    `speeches` are those that use it, the one that does so most often first; `searched` are all, by file and place.
    """

    term: str
    speeches: tuple[SpeechUses, ...]
    searched: tuple[Speech, ...]

    @property
    def count(self) -> int:
        """How often the term is used in all of them together."""
        return sum(one.count for one in self.speeches)

    def tallies(self, name: str) -> tuple[Tally, ...]:
        """The uses by year, level, place or kind, in the order of `speech_tallies`, values without a use included."""
        uses = {one.speech.id: one.count for one in self.speeches}
        return tuple(
            Tally(
                value=value,
                speeches=len(held),
                characters=sum(speech.characters for speech in held),
                using=sum(speech.id in uses for speech in held),
                uses=sum(uses.get(speech.id, 0) for speech in held),
            )
            for value, held in _by_value(self.searched, name)
        )


@dataclass(frozen=True, slots=True)
class UsedPassage:
    """A passage that uses a term, with its uses; without a passage, uses in a title or between passages."""

    passage: Passage | None
    places: tuple[Place, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans of all uses, in order."""
        return tuple(span for place in self.places for span in place)


def speech_tallies(speeches: Sequence[Speech], name: str) -> tuple[Tally, ...]:
    """How many speeches have each year, level, place or kind; those that tell none come last, as None.

    Years come from the earliest, levels from the highest, places and kinds from the most frequent. A speech that tells
    several values counts for each.
    """
    return tuple(
        Tally(value, len(held), sum(speech.characters for speech in held)) for value, held in _by_value(speeches, name)
    )


def _by_value(speeches: Sequence[Speech], name: str) -> Iterator[tuple[str | None, list[Speech]]]:
    if name not in FACTS:
        raise ValueError(f"{name!r} is none of {', '.join(FACTS)}")
    known = known_values(speeches, name)
    groups: dict[str, list[Speech]] = {value: [] for value in (reversed(known) if name == "year" else known)}
    untold: list[Speech] = []
    for speech in speeches:
        told = dict.fromkeys(speech.values(name))
        for value in told:
            groups[value].append(speech)
        if not told:
            untold.append(speech)
    yield from groups.items()
    if untold:
        yield None, untold


def _per_10000(uses: int, characters: int) -> float:
    return PER_CHARACTERS * uses / characters if characters else 0.0


# Where a term is used


def term_pattern(term: str) -> re.Pattern[str]:
    """What finds a term in text as it was written, whatever its width, its case, and its characters' forms.

    Words in Latin letters and numbers are found whole: "AI" is not in "said". Raises QuestionError for what holds no
    letter or digit, or more than 100 characters.
    """
    key = " ".join(search_key(term).split())
    if len(key) > MAX_TERM_CHARACTERS:
        raise QuestionError(
            f"The term has {len(key)} characters; at most {MAX_TERM_CHARACTERS} are looked for: shorten it.",
            f"用词太长（{len(key)} 字），请缩短到 {MAX_TERM_CHARACTERS} 字以内。",
        )
    if not any(character.isalnum() for character in key):
        raise QuestionError(
            "There is no word to look for: type a term, for instance 营商环境.", "请输入一个词，例如“营商环境”。"
        )
    parts = [_either(key[0])]
    for before, character in pairwise(key):
        if _CHINESE.match(before) and _CHINESE.match(character):
            parts.append(_SPACES)
        parts.append(_either(character))
    begins = f"(?<![{_LATIN}])" if _is_latin(key[0]) else ""
    ends = f"(?![{_LATIN}])" if _is_latin(key[-1]) else ""
    return re.compile(f"{begins}{''.join(parts)}{ends}")


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _either(character: str) -> str:
    """A pattern of the characters that are the same one when searching."""
    if character == " ":
        return r"[^\S\n]+"
    same = _QUOTATION_MARKS if character in _QUOTATION_MARKS else character + _forms().get(character, "")
    return f"[{re.escape(same)}]" if len(same) > 1 else re.escape(same)


@cache
def _forms() -> dict[str, str]:
    """For every character of search keys, the other characters that become it."""
    written = [chr(code) for code in _PLANES_WITH_FORMS if not 0xD800 <= code < 0xE000 and not chr(code).isspace()]
    forms: dict[str, str] = {}
    # Line by line, so that a sign which combines with the one before it has none.
    for character, key in zip(written, search_key("\n".join(written)).split("\n"), strict=True):
        if len(key) == 1 and key != character:
            forms[key] = forms.get(key, "") + character
    return forms


def speech_uses(pattern: re.Pattern[str], speech: Speech, source: Source, drops: Sequence[Drop]) -> SpeechUses:
    """The uses of what a pattern finds in a speech.

    Args:
        pattern: from `term_pattern`.
        speech: the speech.
        source: the source that it is in, with its text.
        drops: what no reading text of the source contains, in order.
    """
    reading = _reading(source.text, speech.span, drops)
    return SpeechUses(speech, tuple(reading.source_spans(*found.span()) for found in pattern.finditer(reading.text)))


def _reading(text: str, whole: Span, drops: Sequence[Drop]) -> ReadingText:
    """The reading text of a stretch of a source."""
    kept: list[Span] = []
    at = whole.start
    for start, end in (drop.span for drop in drops):
        if end <= at:
            continue
        if start >= whole.end:
            break
        if start > at:
            kept.append(Span(at, start))
        at = end
    if at < whole.end:
        kept.append(Span(at, whole.end))
    parts = [text[start:end] for start, end in kept]
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    joined = "".join(parts)
    return ReadingText(joined, tuple(kept), tuple(offsets[:-1]), (), joined)


def used_passages(places: Collection[Place], passages: Sequence[Passage]) -> tuple[UsedPassage, ...]:
    """The passages of a speech that hold these uses of a term, with the uses in each, in the order of the speech.

    A use in a text passage is given to that; one elsewhere to an outline that shows it, or to none.
    """
    ordered = sorted(passages, key=lambda passage: passage.kind != "text")
    holders = [(span, passage) for passage in ordered for span in passage.spans]
    groups: dict[str | None, tuple[Passage | None, list[Place]]] = {}
    for place in places:
        at = place[0].start
        passage = next((one for span, one in holders if span.start <= at < span.end), None)
        groups.setdefault(passage.id if passage else None, (passage, []))[1].append(place)
    return tuple(UsedPassage(passage, tuple(held)) for passage, held in groups.values())
