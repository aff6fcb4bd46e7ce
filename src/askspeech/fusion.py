"""How the scores of the legs become one: a weighted sum, each leg brought to the same scale first.

Reciprocal rank fusion hurt the good leg where legs are of unequal strength; a sum did better (measured on the
development questions). All weights of the search are here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

__all__ = ["FIELD_WEIGHTS", "RERANKED", "WEIGHTS", "Scored", "Weights", "fuse", "reranked"]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each leg counts: keyword scores are divided by the best one, the others are cosines."""

    keyword: float
    dense: float
    late: float
    outline: float
    """Added for outline passages where the question asks for a list."""


WEIGHTS = Weights(keyword=1.0, dense=1.0, late=1.5, outline=0.25)

RERANKED = 50
"""How many of the best passages a reranker judges: beyond them it costs more time than it finds."""

FIELD_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "text_bigrams": 1.0,
        "text_words": 1.0,
        "heading_bigrams": 0.4,
        "heading_words": 0.4,
        "context_bigrams": 0.15,
        "context_words": 0.15,
    }
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's id with its score (higher is better) and what found it."""

    id: str
    score: float
    found_by: tuple[str, ...] = ()


def fuse(
    keyword: Mapping[str, float],
    dense: Mapping[str, float],
    late: Mapping[str, float],
    outlines: Collection[str],
    weights: Weights,
) -> list[Scored]:
    """Every passage that a leg found, best first; equal scores in the order of their ids."""
    best = max(keyword.values(), default=0.0) or 1.0
    ranks = {
        name: _ranks(scores) for name, scores in (("keyword", keyword), ("dense", dense), ("late interaction", late))
    }
    found = []
    for identity in sorted({*keyword, *dense, *late}):
        score = (
            weights.keyword * keyword.get(identity, 0.0) / best
            + weights.dense * dense.get(identity, 0.0)
            + weights.late * late.get(identity, 0.0)
            + weights.outline * (identity in outlines)
        )
        reasons = [f"{name} {places[identity]}" for name, places in ranks.items() if identity in places]
        found.append(Scored(identity, score, (*reasons, *(["outline"] if identity in outlines else []))))
    return sorted(found, key=lambda scored: (-scored.score, scored.id))


def reranked(found: Sequence[Scored], scores: Sequence[float]) -> list[Scored]:
    """The passages with the first of them, as many as there are scores, in the order of those scores, best first.

    Equal ones stay in their order. A passage takes over the score of the place that it moves to: what a reranker gives
    is on no common scale, and whoever compares the scores of hits must not see where its judgement ends.
    """
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    moved = [
        replace(found[old], score=found[new].score, found_by=(*found[old].found_by, f"rerank {new + 1}"))
        for new, old in enumerate(order)
    ]
    return [*moved, *found[len(scores) :]]


def _ranks(scores: Mapping[str, float]) -> Mapping[str, int]:
    ordered = sorted(scores, key=lambda identity: (-scores[identity], identity))
    return {identity: rank for rank, identity in enumerate(ordered, 1)}
