"""The ways of finding passages: keyword, dense, late and hybrid, four functions of one signature."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import PassageRow
from askspeech.datatypes import Way
from askspeech.described import named_facts
from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.errors import StoreDamagedError, StoreUnreachableError
from askspeech.fusion import FIELD_WEIGHTS, LIST_WITHOUT_NUMBER, WEIGHTS, Scored, Signals, best_of, fuse
from askspeech.generation import Generation
from askspeech.late_interaction import late_interaction_scores
from askspeech.token_memory import TokenMemory
from askspeech.tokens import question_tokens, search_key

__all__ = ["DEPTH", "SCORED_AGAIN", "WAYS", "Encoders", "Leg", "Query", "dense", "hybrid", "keyword", "late"]

DEPTH = 300
"""How many passages each leg brings; the order of the first hits does not depend on how many are asked for."""

SCORED_AGAIN = 200
"""How many of the legs' candidates late interaction scores again; with 100 as with all, the same came first."""

_SCORED_AT_ONCE = 4096
"""Passages that late interaction scores at once where it scores all: their similarities are held in memory."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: the question, the form of what it asks for, and the speeches that it is about.

    `count` is how many items the list has that it asks for, `levels` are those of the speeches that it describes, and
    `speeches` the only ones to look in.
    """

    question: str
    lists: bool = False
    count: int | None = None
    levels: frozenset[str] = frozenset()
    speeches: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Encoders:
    """The embedder of the dense leg, and the built-in one, whose token vectors late interaction compares.

    `memory` holds token ids of texts that answers are made of.
    """

    embedder: Embedder
    tokens: StaticEmbedder
    memory: TokenMemory = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Begin to remember."""
        object.__setattr__(self, "memory", TokenMemory(self.tokens.token_ids))


Leg = Callable[[Generation, Encoders, Query], list[Scored]]


def keyword(generation: Generation, encoders: Encoders, query: Query) -> list[Scored]:
    """BM25 over bigrams and words of text, headings and speech."""
    scores = _keyword_scores(generation, query)
    return _single(scores, "keyword")


def dense(generation: Generation, encoders: Encoders, query: Query) -> list[Scored]:
    """Cosine of the embedder's vectors; StoreDamagedError or StoreUnreachableError where they cannot be asked."""
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
    """Both legs fused, the best of them scored again by late interaction; one leg where the vectors cannot be asked."""
    keyword_scores = _keyword_scores(generation, query)
    try:
        dense_scores = _dense_scores(generation, encoders, query)
    except (StoreDamagedError, StoreUnreachableError):
        dense_scores = {}  # the generation knows what is wrong, and the search says so in a notice
    candidates = sorted({*keyword_scores, *dense_scores})
    nearest = sorted(best_of(Signals(keyword_scores, dense_scores, {}), WEIGHTS, SCORED_AGAIN))
    question_ids = _question_ids(encoders, query)
    signals = Signals(
        keyword_scores,
        dense_scores,
        _late_scores(generation, encoders, query, nearest),
        form={one: fit for one in candidates if (fit := _form(generation.rows[one], query))},
        speech=_by_speech(generation, candidates, generation.speech_terms.fits(question_ids)),
        told=_told(generation, candidates, query),
    )
    return fuse(signals, WEIGHTS)


def _form(row: PassageRow, query: Query) -> float:
    """How well the form of a passage is what the question asks for: an enumeration of as many items as it says."""
    if not query.lists or row.kind != "outline":
        return 0.0
    return LIST_WITHOUT_NUMBER if query.count is None else float(row.items == query.count)


def _by_speech(generation: Generation, candidates: Sequence[str], fits: Mapping[str, float]) -> dict[str, float]:
    return {one: fits.get(generation.rows[one].speech_id, 0.0) for one in candidates}


def _told(generation: Generation, candidates: Sequence[str], query: Query) -> dict[str, str]:
    """The passages of speeches of the level, the place or the year that the question names, with what it names."""
    known = generation.speeches_told
    named = [*(("level", level) for level in sorted(query.levels)), *named_facts(query.question, known)]
    reasons: dict[str, str] = {}
    for name, value in named:
        for speech in known.get((name, value), ()):
            reasons[speech] = f"{reasons[speech]}, {name} {value}" if speech in reasons else f"{name} {value}"
    places = ((one, generation.rows[one].speech_id) for one in candidates)
    return {one: reasons[speech] for one, speech in places if speech in reasons}


WAYS: Mapping[Way, Leg] = MappingProxyType({"keyword": keyword, "dense": dense, "late": late, "hybrid": hybrid})


def _keyword_scores(generation: Generation, query: Query) -> dict[str, float]:
    return dict(generation.keywords.query(question_tokens(query.question), FIELD_WEIGHTS, DEPTH, query.speeches))


def _dense_scores(generation: Generation, encoders: Encoders, query: Query) -> dict[str, float]:
    vector = encoders.embedder.embed_question(search_key(query.question))
    return generation.nearest(vector, DEPTH, query.speeches)


def _late_scores(
    generation: Generation, encoders: Encoders, query: Query, candidates: Sequence[str]
) -> dict[str, float]:
    question_ids = _question_ids(encoders, query)
    scores = late_interaction_scores(question_ids, generation.token_ids(candidates), encoders.tokens.token_directions)
    return {identity: float(score) for identity, score in zip(candidates, scores, strict=True)}


def _question_ids(encoders: Encoders, query: Query) -> NDArray[np.uint16]:
    return encoders.tokens.token_ids([search_key(query.question)])[0]


def _single(scores: Mapping[str, float], name: str) -> list[Scored]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Scored(identity, score, (f"{name} {rank}",)) for rank, (identity, score) in enumerate(ordered, 1)]
