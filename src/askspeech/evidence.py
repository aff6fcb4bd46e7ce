"""Is a question about what the speeches talk of at all, and do the passages found come near its telling words?

Questions on foreign subjects are told by their words: hardly one of them is a word of this index. The limits were set
on 164 answerable questions over two corpora and 100 on foreign subjects.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from askspeech.datatypes import Language
from askspeech.late_interaction import TokenDirections

__all__ = ["Passages", "Unit", "Word", "answers_it", "closeness", "familiarity", "nearness", "rarity"]

_CLOSENESS_SHARE = 0.65
_LEAST: Mapping[Language, float] = MappingProxyType({"zh": 1.06, "en": 1.27})
_LONGEST_WEIGHED = 2


@dataclass(frozen=True, slots=True)
class Word:
    """A word, the number of passages it stands in, and its token ids."""

    text: str
    frequency: int
    token_ids: NDArray[np.uint16]


Unit = Sequence[Sequence[Word]]
"""One thing that a question names: its alternatives, each of several words; none where nothing is known for it."""


@dataclass(frozen=True, slots=True)
class Passages:
    """The best passages together: their text as a search key, its token ids, and how many passages the index holds."""

    text: str
    token_ids: NDArray[np.uint16]
    total: int


def answers_it(language: Language, familiar: float, close: float) -> bool:
    """Whether a question can be answered here, from how familiar its words are and how close the passages come."""
    return familiar + _CLOSENESS_SHARE * close >= _LEAST[language]


def rarity(frequency: int, passages: int) -> float:
    """BM25's inverse document frequency."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def familiarity(units: Sequence[Unit], total: int) -> float:
    """How much of the question is words of this index: the sum of log(1 + frequency) / log(1 + passages).

    Of a unit the best alternative counts. Words of one character are left out; they stand everywhere.
    """
    if not total:
        return 0.0
    return sum(max((_familiar(words, total) for words in unit), default=0.0) for unit in units)


def closeness(units: Sequence[Unit], passages: Passages, tokens: TokenDirections) -> float:
    """How near the passages come to each unit of the question, 0 to 1, averaged with their rarity and length as weight.

    A word that stands in the text counts 1; another one the mean of its tokens' best cosines with the text's tokens,
    weighted by the norms of their vectors. A unit of which nothing is known counts 0.
    """
    if not units or not len(passages.token_ids):
        return 0.0
    known = tokens.directions[np.unique(passages.token_ids)]
    near, weights = [], []
    for unit in units:
        rated = [_rated(words, passages, known, tokens) for words in unit if words]
        best = max(rated, default=(0.0, _LONGEST_WEIGHED * rarity(0, passages.total)))
        near.append(best[0])
        weights.append(best[1])
    return float(np.average(near, weights=weights)) if sum(weights) else 0.0


def _familiar(words: Sequence[Word], total: int) -> float:
    return sum(math.log1p(word.frequency) for word in words if len(word.text) > 1) / math.log1p(total)


def _rated(
    words: Sequence[Word], passages: Passages, known: NDArray[np.float32], tokens: TokenDirections
) -> tuple[float, float]:
    """How near the passages come to some words, and the weight of that."""
    weights = [rarity(word.frequency, passages.total) * min(len(word.text), _LONGEST_WEIGHED) for word in words]
    near = [1.0 if word.text in passages.text else nearness(word.token_ids, known, tokens) for word in words]
    total = sum(weights)
    return (float(np.average(near, weights=weights)) if total else 0.0), total


def nearness(token_ids: NDArray[np.uint16], known: NDArray[np.float32], tokens: TokenDirections) -> float:
    """How near some directions, n × d, come to the tokens of a word: the mean of their best cosines, by their norms."""
    norms = np.sqrt(tokens.weights[token_ids])
    if not norms.any():
        return 0.0
    best = (tokens.directions[token_ids] @ known.T).max(axis=1)
    return float(np.average(best, weights=norms))
