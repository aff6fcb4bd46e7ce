"""Is a question about what the speeches talk of at all, and do the passages found come near its telling words?

Questions on foreign subjects are told by their words: hardly one of them is a word of this index. The two limits were
set on 130 answerable questions over two corpora and 60 on foreign subjects, of which they refuse 2 and 60.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["QuestionWord", "answers_it", "closeness", "familiarity", "rarity"]

_CLOSENESS_SHARE = 0.65
_LEAST = 1.06
_LONGEST_WEIGHED = 2


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of a question, the number of passages it stands in, and its token ids."""

    text: str
    frequency: int
    token_ids: NDArray[np.uint16]


def answers_it(familiar: float, close: float) -> bool:
    """Whether a question can be answered here, from how familiar its words are and how close the passages come."""
    return familiar + _CLOSENESS_SHARE * close >= _LEAST


def rarity(frequency: int, passages: int) -> float:
    """BM25's inverse document frequency."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def familiarity(words: Sequence[QuestionWord], passages: int) -> float:
    """How much of the question is words of this index: the sum of log(1 + frequency) / log(1 + passages).

    Words of one character are left out; they stand everywhere.
    """
    if not passages:
        return 0.0
    return sum(math.log1p(word.frequency) for word in words if len(word.text) > 1) / math.log1p(passages)


def closeness(
    words: Sequence[QuestionWord],
    text: str,
    text_ids: NDArray[np.uint16],
    token_vectors: NDArray[np.float32],
    passages: int,
) -> float:
    """How near a text comes to each word of the question, 0 to 1, averaged with the words' rarity and length as weight.

    A word that stands in the text counts 1; another one the mean of its tokens' best cosines with the text's tokens,
    weighted by the norms of their vectors.
    """
    if not words or not len(text_ids):
        return 0.0
    known = _unit(token_vectors[np.unique(text_ids)])
    weights = [rarity(word.frequency, passages) * min(len(word.text), _LONGEST_WEIGHED) for word in words]
    near = [1.0 if word.text in text else _nearness(token_vectors[word.token_ids], known) for word in words]
    return float(np.average(near, weights=weights))


def _nearness(vectors: NDArray[np.float32], known: NDArray[np.float32]) -> float:
    norms = np.linalg.norm(vectors, axis=1)
    if not norms.any():
        return 0.0
    best = (_unit(vectors) @ known.T).max(axis=1)
    return float(np.average(best, weights=norms))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)
