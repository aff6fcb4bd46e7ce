"""Which speeches a question describes: by words that stand all over a speech, and by level, place or year.

People seldom name the passage that they look for, but often the speech: the county that runs a campaign, the meeting
at New Year, what the bureau says. No single passage holds all of that, so whole speeches are scored as well.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from askspeech.datatypes import Hit, Speech

__all__ = [
    "SpeechTerms",
    "Told",
    "by_fact",
    "described_levels",
    "named_facts",
    "named_places",
    "of_named_places",
    "speech_terms",
]

_TITLE_TIMES = 2
"""How often the words of a title count among those of its speech."""

_SATURATION, _LENGTH = 1.2, 0.75
"""The usual parameters of BM25."""

_LEVELS = MappingProxyType({"州": "市", "局": "部门", "厅": "部门", "镇": "乡镇", "乡": "乡镇", "街道": "乡镇"})
_LEVEL = r"(省|市|州|县|区|局|厅|镇|乡|街道)"
_DESCRIBED = re.compile(
    rf"{_LEVEL}(?:里|领导|机关)|(?:那个|这个){_LEVEL}|([市州县区镇乡局厅])(?:委书记|长(?![期远久]))|"
    r"([市县区局厅])会议|全([局厅])"
)
_TELLING = ("level", "place", "year")
_PLACE_ENDING = re.compile(r"(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区|新区|区|县|州|镇|乡)$")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ENGLISH_LEVELS = MappingProxyType(
    {
        "provincial": "省",
        "province": "省",
        "city": "市",
        "municipal": "市",
        "county": "县",
        "district": "区",
        "bureau": "部门",
        "department": "部门",
        "township": "乡镇",
        "town": "乡镇",
    }
)
_ENGLISH_LEVEL = re.compile(rf"\b({'|'.join(_ENGLISH_LEVELS)})\b", re.IGNORECASE)


Told = tuple[str, str]
"""The name and the value of a fact."""


@dataclass(frozen=True, slots=True)
class SpeechTerms:
    """The weight of every token in every speech that holds it, ordered by token.

    Those of token `t` are at `offsets[t]` to `offsets[t + 1]`: `speeches` are places in `ids`, `weights` BM25's.
    """

    ids: tuple[str, ...]
    offsets: NDArray[np.int64]
    speeches: NDArray[np.int64]
    weights: NDArray[np.float64]

    def fits(self, question_ids: Iterable[int]) -> Mapping[str, float]:
        """How well each speech as a whole fits a question, 0 to 1 (the best one); BM25 over tokens, each counted once.

        Empty where no speech holds any of the tokens, or nothing was kept to compare.
        """
        if not self.ids:
            return {}
        scores = np.zeros(len(self.ids))
        for token in sorted(set(map(int, question_ids))):
            here = slice(self.offsets[token], self.offsets[token + 1])
            scores[self.speeches[here]] += self.weights[here]
        best = scores.max(initial=0)
        return dict(zip(self.ids, (scores / best).tolist(), strict=True)) if best else {}


def speech_terms(
    tokens: Mapping[str, Sequence[NDArray[np.uint16]]], titles: Mapping[str, NDArray[np.uint16]], vocabulary: int
) -> SpeechTerms:
    """The terms of all speeches, from the token ids of each one's passages and of its title, by its id.

    `vocabulary` is how many token ids there are.
    """
    ids = tuple(sorted(tokens))
    held = [np.concatenate([*tokens[one], *[titles[one]] * _TITLE_TIMES]).astype(np.int64) for one in ids]
    keys, counts = _counted(held, len(ids))
    terms, speeches = np.divmod(keys, max(len(ids), 1))
    lengths = np.array([len(each) for each in held], dtype=np.float64)
    spread = np.bincount(terms, minlength=vocabulary)
    rarity = np.log1p((len(ids) - spread + 0.5) / (spread + 0.5))
    room = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / max(lengths.mean(), 1)) if ids else lengths
    weights = rarity[terms] * counts * (_SATURATION + 1) / (counts + room[speeches])
    return SpeechTerms(ids, np.concatenate([[0], np.cumsum(spread)]), speeches, weights)


def _counted(held: Sequence[NDArray[np.int64]], speeches: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different pairs of token and speech as numbers, token × speeches + speech, ascending, and their counts."""
    if not held:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    keys = np.concatenate([tokens * speeches + number for number, tokens in enumerate(held)])
    found, counts = np.unique(keys, return_counts=True)
    return found, counts.astype(np.int64)


def described_levels(question: str) -> frozenset[str]:
    """The levels of government, as facts of speeches have them, that a question says a speech is of: 县里, the city."""
    chinese = {next(filter(None, found.groups())) for found in _DESCRIBED.finditer(question)}
    english = {_ENGLISH_LEVELS[found[1].lower()] for found in _ENGLISH_LEVEL.finditer(question)}
    return frozenset({_LEVELS.get(level, level) for level in chinese} | english)


def by_fact(speeches: Iterable[Speech]) -> dict[Told, frozenset[str]]:
    """The ids of the speeches of each level, place and year; what is true of all speeches tells nothing."""
    found: dict[Told, set[str]] = {}
    known = list(speeches)
    for speech in known:
        for fact in speech.facts:
            if fact.name in _TELLING:
                found.setdefault((fact.name, fact.value), set()).add(speech.id)
    return {told: frozenset(ids) for told, ids in found.items() if len(ids) < len(known)}


def named_facts(question: str, known: Iterable[Told]) -> list[Told]:
    """Those places and years of the index that a question names, in their order; 广东 names 广东省."""
    years = set(_YEAR.findall(question))
    return [
        (name, value)
        for name, value in known
        if (name == "year" and value in years) or (name == "place" and _names_place(question, value))
    ]


def named_places(question: str, hits: Sequence[Hit]) -> frozenset[str]:
    """The places that a question names and that a speech among the hits is of."""
    return frozenset(place for hit in hits for place in hit.speech.values("place") if _names_place(question, place))


def of_named_places(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits of speeches of a place that the question names, and those whose words name it; all where it names none.

    Only places that a speech among the hits is of count.
    """
    places = named_places(question, hits)
    if not places:
        return list(hits)
    return [
        hit
        for hit in hits
        if places.intersection(hit.speech.values("place"))
        or any(_names_place(hit.speech.title + hit.passage.text, place) for place in places)
    ]


def _names_place(question: str, place: str) -> bool:
    short = _PLACE_ENDING.sub("", place)
    name = short if len(short) > 1 else place
    return len(name) > 1 and name in question
