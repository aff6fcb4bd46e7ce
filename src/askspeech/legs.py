"""The ways of finding passages: keyword, dense, late and hybrid, four functions of one signature."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from askspeech.datatypes import Way
from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.errors import StoreDamagedError
from askspeech.fusion import FIELD_WEIGHTS, WEIGHTS, Scored, fuse
from askspeech.generation import Generation
from askspeech.late_interaction import late_interaction_scores
from askspeech.tokens import question_tokens, search_key

__all__ = ["DEPTH", "WAYS", "Encoders", "Leg", "Query", "dense", "hybrid", "keyword", "late"]

DEPTH = 300
"""How many passages each leg brings; the order of the first hits does not depend on how many are asked for."""

_SCORED_AT_ONCE = 4096
"""Passages that late interaction scores at once where it scores all: their similarities are held in memory."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: the question, whether it asks for a list, and the speeches to look in."""

    question: str
    lists: bool = False
    speeches: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Encoders:
    """The embedder of the dense leg, and the built-in one, whose token vectors late interaction compares."""

    embedder: Embedder
    tokens: StaticEmbedder


Leg = Callable[[Generation, Encoders, Query], list[Scored]]


def keyword(generation: Generation, encoders: Encoders, query: Query) -> list[Scored]:
    """BM25 over bigrams and words of text, headings and speech."""
    scores = _keyword_scores(generation, query)
    return _single(scores, "keyword")


def dense(generation: Generation, encoders: Encoders, query: Query) -> list[Scored]:
    """Cosine of the embedder's vectors; raises StoreDamagedError where the vector index is damaged."""
    return _single(_dense_scores(generation, encoders, query), "dense")


def late(generation: Generation, encoders: Encoders, query: Query) -> list[Scored]:
    """Late interaction with every passage of the speeches, not only with what the other legs bring.

    A passage in which nothing resembles the question is not found.
    """
    chosen = None if query.speeches is None else frozenset(query.speeches)
    identities = sorted(row.id for row in generation.rows.values() if chosen is None or row.speech_id in chosen)
    scores: dict[str, float] = {}
    for start in range(0, len(identities), _SCORED_AT_ONCE):
        scores |= _late_scores(generation, encoders, query, identities[start : start + _SCORED_AT_ONCE])
    return _single({identity: score for identity, score in scores.items() if score}, "late interaction")[:DEPTH]


def hybrid(generation: Generation, encoders: Encoders, query: Query) -> list[Scored]:
    """Both legs, their candidates scored again by late interaction, fused; one leg where the vectors are damaged."""
    keyword_scores = _keyword_scores(generation, query)
    try:
        dense_scores = _dense_scores(generation, encoders, query)
    except StoreDamagedError:
        dense_scores = {}  # the generation knows what is wrong, and the search says so in a notice
    candidates = sorted({*keyword_scores, *dense_scores})
    late_scores = _late_scores(generation, encoders, query, candidates)
    outlines = {one for one in candidates if query.lists and generation.rows[one].kind == "outline"}
    return fuse(keyword_scores, dense_scores, late_scores, outlines, WEIGHTS)


WAYS: Mapping[Way, Leg] = MappingProxyType({"keyword": keyword, "dense": dense, "late": late, "hybrid": hybrid})


def _keyword_scores(generation: Generation, query: Query) -> dict[str, float]:
    return dict(generation.keywords.query(question_tokens(query.question), FIELD_WEIGHTS, DEPTH, query.speeches))


def _dense_scores(generation: Generation, encoders: Encoders, query: Query) -> dict[str, float]:
    vector = encoders.embedder.embed_question(search_key(query.question))
    return generation.nearest(vector, DEPTH, query.speeches)


def _late_scores(
    generation: Generation, encoders: Encoders, query: Query, candidates: Sequence[str]
) -> dict[str, float]:
    question_ids = encoders.tokens.token_ids([search_key(query.question)])[0]
    scores = late_interaction_scores(question_ids, generation.token_ids(candidates), encoders.tokens.token_vectors)
    return {identity: float(score) for identity, score in zip(candidates, scores, strict=True)}


def _single(scores: Mapping[str, float], name: str) -> list[Scored]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Scored(identity, score, (f"{name} {rank}",)) for rank, (identity, score) in enumerate(ordered, 1)]
