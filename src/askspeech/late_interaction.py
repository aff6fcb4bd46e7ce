"""Late interaction: how well a passage answers a question, token by token, over static token vectors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEADING",
    "PHRASE",
    "TokenDirections",
    "late_interaction_scores",
    "question_weights",
    "token_directions",
    "token_matches",
]

LEADING = 192
"""How many leading numbers of a vector are compared: training turns the vectors so that these tell most."""

PHRASE = 0.5
"""The share of a match that depends on the neighbours: whether they, too, are matched, side by side."""

Floats = NDArray[np.float32]
TokenIds = NDArray[np.uint16]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TokenDirections:
    """What late interaction compares: a row for each token id, of unit length or zeros, and what each token counts."""

    directions: Floats
    weights: Floats


def token_directions(token_vectors: Floats) -> TokenDirections:
    """The directions of token vectors, vocabulary × dimension; a token counts as much as its vector's squared norm.

    Training gives telling tokens longer vectors.
    """
    leading = token_vectors[:, :LEADING]
    norms = np.linalg.norm(leading, axis=1)
    directions = (leading / np.where(norms > 0, norms, 1)[:, None]).astype(np.float32)
    weights = np.where(norms > 0, np.square(token_vectors).sum(axis=1), 0).astype(np.float32)
    for values in (directions, weights):
        values.setflags(write=False)
    return TokenDirections(directions, weights)


def late_interaction_scores(
    question_ids: TokenIds, passages_ids: Sequence[TokenIds], tokens: TokenDirections
) -> Floats:
    """Score every passage for the question, 0 (nothing alike) to 1 (the question stands in the passage).

    The sum of its tokens' best matches (`token_matches`), each counting its share (`question_weights`). A question or a
    passage without tokens, or with none but tokens of zero vectors, scores 0.

    The ids are rows of `tokens`. The result has one score for each passage, in their order; scores do not depend on
    the other passages beyond float32 rounding. After ColBERT's MaxSim (Khattab and Zaharia, 2020), with static vectors
    and weights; such vectors do not know their context, so that the neighbours are compared here.
    """
    matches = token_matches(question_ids, passages_ids, tokens)
    scores = matches @ question_weights(question_ids, tokens)
    return np.asarray(np.clip(scores, 0, 1), dtype=np.float32)


def question_weights(question_ids: TokenIds, tokens: TokenDirections) -> Floats:
    """What share each token of a question counts; zeros where none of them has a weight."""
    weights = tokens.weights[question_ids]
    total = weights.sum()
    return np.asarray(weights / total if total else weights, dtype=np.float32)


def token_matches(question_ids: TokenIds, passages_ids: Sequence[TokenIds], tokens: TokenDirections) -> Floats:
    """How well each passage matches each token of the question, passages × tokens, 0 to 1.

    Every token of the question is matched with a token of the passage by their cosine, never below 0. Half of a match
    depends on the neighbours (`PHRASE`): it counts whole where the token before or behind the question's is matched
    just before or behind it in the passage, and half where neither is.
    """
    matches = np.zeros((len(passages_ids), len(question_ids)), dtype=np.float32)
    lengths = np.array([len(ids) for ids in passages_ids], dtype=np.intp)
    filled = np.flatnonzero(lengths)
    if not len(question_ids) or not len(filled):
        return matches
    starts = (np.cumsum(lengths) - lengths)[filled]
    rows = _matches(question_ids, np.concatenate(passages_ids), starts, tokens.directions)
    bounds = starts + np.arange(len(starts))
    for place, row in enumerate(_with_neighbours(rows)):
        matches[filled, place] = np.maximum.reduceat(row, bounds)
    return np.clip(matches, 0, 1, out=matches)


def _matches(question_ids: TokenIds, tokens: TokenIds, starts: Places, directions: Floats) -> Iterator[Floats]:
    """For each token of the question, its cosines, not below 0, with the passages' tokens.

    A zero stands before every passage and behind the last, so that a token's neighbours are always of its own passage.
    """
    present = np.zeros(len(directions), dtype=bool)
    present[tokens] = True
    cosines = np.maximum(directions[question_ids] @ directions[present].T, 0)
    places = (np.cumsum(present, dtype=np.intp) - 1)[tokens]
    places = np.append(np.insert(places, starts, -1), -1)
    for row in np.pad(cosines, ((0, 0), (0, 1))):
        yield row[places]


def _with_neighbours(rows: Iterator[Floats]) -> Iterator[Floats]:
    """The matches of each token of the question, lessened where its neighbours are not matched beside them.

    They come one after the other: those of a long question would not fit into the memory together.
    """
    before: Floats | None = None
    row: Floats | None = next(rows)
    behind = next(rows, None)
    if behind is None and row is not None:
        yield row
        return
    while row is not None:
        beside = np.zeros_like(row)
        if before is not None:
            beside[1:] = before[:-1]
        if behind is not None:
            np.maximum(beside[:-1], behind[1:], out=beside[:-1])
        yield row * ((1 - PHRASE) + PHRASE * beside)
        before, row, behind = row, behind, next(rows, None)
