"""How the scores of the legs become one: a weighted sum, each leg brought to the same scale first.

Reciprocal rank fusion hurt the good leg where legs are of unequal strength; a sum did better (measured on the
development questions). All weights of the search are here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

__all__ = [
    "FIELD_WEIGHTS",
    "LIST_WITHOUT_NUMBER",
    "RERANKED",
    "WEIGHTS",
    "Scored",
    "Signals",
    "Weights",
    "best_of",
    "fuse",
    "reranked",
]


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts. Keyword scores are divided by the best one; all are 0 to 1 then."""

    keyword: float
    dense: float
    late: float
    form: float
    """How well a passage's form is what the question asks for: an enumeration for a list."""
    speech: float
    """How well the whole speech fits the question."""
    told: float
    """Whether the speech is of the level of government, the place or the year that the question names."""


WEIGHTS = Weights(keyword=1.0, dense=1.0, late=1.5, form=0.6, speech=0.4, told=0.7)
"""Tried on the development questions and on those about the samples, one weight at a time, in coarse steps."""

LIST_WITHOUT_NUMBER = 0.4
"""How well an enumeration fits a question for a list that does not say of how many items."""

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


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of the passages found, each 0 to 1 but for the keyword scores; what is not there counts 0."""

    keyword: Mapping[str, float]
    dense: Mapping[str, float]
    late: Mapping[str, float]
    form: Mapping[str, float] = field(default_factory=dict)
    speech: Mapping[str, float] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    """What a passage's speech is that the question names, in words; it counts 1."""


def fuse(signals: Signals, weights: Weights) -> list[Scored]:
    """Every passage that a leg found, best first; equal scores in the order of their ids."""
    legs = {"keyword": signals.keyword, "dense": signals.dense, "late interaction": signals.late}
    ranks = {name: _ranks(scores) for name, scores in legs.items()}
    found = []
    for identity, score in _summed(signals, weights):
        reasons = [f"{name} {places[identity]}" for name, places in ranks.items() if identity in places]
        found.append(Scored(identity, score, (*reasons, *_other_reasons(signals, identity))))
    return found


def best_of(signals: Signals, weights: Weights, count: int) -> list[str]:
    """The ids of the first passages that `fuse` gives."""
    return [identity for identity, _ in _summed(signals, weights)[:count]]


def _summed(signals: Signals, weights: Weights) -> list[tuple[str, float]]:
    best = max(signals.keyword.values(), default=0.0) or 1.0
    scores = {
        identity: (
            weights.keyword * signals.keyword.get(identity, 0.0) / best
            + weights.dense * signals.dense.get(identity, 0.0)
            + weights.late * signals.late.get(identity, 0.0)
            + weights.form * signals.form.get(identity, 0.0)
            + weights.speech * signals.speech.get(identity, 0.0)
            + weights.told * (identity in signals.told)
        )
        for identity in {*signals.keyword, *signals.dense, *signals.late}
    }
    return sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))


def _other_reasons(signals: Signals, identity: str) -> Iterator[str]:
    if signals.form.get(identity):
        yield "outline"
    if signals.speech.get(identity) == 1:
        yield "speech 1"
    if identity in signals.told:
        yield signals.told[identity]


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
