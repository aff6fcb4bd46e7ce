"""Late interaction: how well a passage answers a question, token by token, over static token vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["late_interaction_scores"]

Floats = NDArray[np.float32]
TokenIds = NDArray[np.uint16]


def late_interaction_scores(
    question_ids: TokenIds, passages_ids: Sequence[TokenIds], token_vectors: NDArray[np.float32]
) -> Floats:
    """Score every passage for the question, 0 (nothing alike) to 1 (every token of the question is in the passage).

    Every token of the question is matched with the most similar token (cosine) of the passage; a token that nothing in
    the passage resembles counts 0, never less. The similarities are averaged with the norm of the question token's
    vector as weight, because training gives telling tokens longer vectors. A token that the question repeats counts as
    often as it stands there; a token that the passage repeats counts once. A question or a passage without tokens, or
    with none but tokens of zero vectors, scores 0.

    `token_vectors` is vocabulary × dimension, and the ids are its rows. The result has one score for each passage, in
    their order; scores do not depend on the other passages beyond float32 rounding. After ColBERT's MaxSim (Khattab
    and Zaharia, 2020), with static vectors and weights.
    """
    scores = np.zeros(len(passages_ids), dtype=np.float32)
    tokens, counts = np.unique(question_ids, return_counts=True)
    norms = np.linalg.norm(token_vectors[tokens], axis=1)
    telling = norms > 0
    lengths = np.array([len(ids) for ids in passages_ids], dtype=np.intp)
    filled = np.flatnonzero(lengths)
    if not telling.any() or not len(filled):
        return scores
    tokens, norms, counts = tokens[telling], norms[telling], counts[telling]
    weights = (norms * counts).astype(np.float32)
    questions = token_vectors[tokens] / norms[:, None]
    similarities, columns = _similarities(questions, np.concatenate(passages_ids), token_vectors)
    starts = (np.cumsum(lengths) - lengths)[filled]
    best = np.maximum.reduceat(similarities[columns], starts, axis=0)
    scores[filled] = np.minimum(best @ (weights / weights.sum()), 1.0)
    return scores


def _similarities(questions: Floats, ids: TokenIds, token_vectors: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Cosines, not below 0, of the different tokens among the ids (rows) with the question's, and each id's row."""
    present = np.zeros(len(token_vectors), dtype=bool)
    present[ids] = True
    vectors = token_vectors[present]
    norms = np.sqrt(np.einsum("td,td->t", vectors, vectors))
    similarities = (vectors @ questions.T) / np.where(norms > 0, norms, 1)[:, None]
    rows = np.cumsum(present, dtype=np.intp) - 1
    return np.maximum(similarities, 0), rows[ids]
