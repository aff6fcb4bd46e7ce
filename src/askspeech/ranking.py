"""Which sentences and enumerations of the passages found answer a question best. Pure: texts and token ids come in.

A candidate is a sentence of a passage, or for a question for a list all parts of an enumeration. What counts for it:
the passage it stands in, how well its own words match the question, how well those that the other candidates lack do,
what its heading, the sentence before it and the title of its speech add to that, and whether it is of the form that is
asked for. The weights were fitted on the development questions, those about the samples and the tuning half of
`benchmarks/refusing_pairs.jsonl`, and rounded.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from askspeech.asked import Asked
from askspeech.datatypes import Hit
from askspeech.late_interaction import TokenDirections, question_weights, token_matches
from askspeech.offered import answers_kind, is_formality
from askspeech.selection import Extract, enumeration_of, extracts_of
from askspeech.tokens import bigrams, search_key

__all__ = ["Candidate", "Ranked", "Tokens", "candidates_of", "ranked"]

Floats = NDArray[np.float32]

_PASSAGE, _WORDS, _TELLING, _AROUND, _TITLE = 5.3, 6.4, 11.0, 6.4, 8.0
_FORM, _FIRST_IN_PASSAGE, _FIRST_HIT, _LENGTH = 2.75, 1.7, 1.2, 0.44
_AS_MANY, _NOT_AS_MANY = 3.0, -2.2
_FORMALITY = -1.5
_USUAL_LENGTH = 40
_LONGEST_QUESTION = 40
_HEADINGS = 2


@dataclass(frozen=True, slots=True)
class Tokens:
    """What makes token ids of search keys, and what the ids mean."""

    ids: Callable[[Sequence[str]], Sequence[NDArray[np.uint16]]]
    directions: TokenDirections


@dataclass(frozen=True, slots=True)
class Candidate:
    """A part of an answer: a sentence, a question of the speaker with its answer, or an enumeration of `items` items.

    `before` and `behind` are the sentences beside it in its passage; `rank` is the place of its hit.
    """

    parts: tuple[Extract, ...]
    rank: int
    items: int = 0
    before: Extract | None = None
    behind: Extract | None = None

    @property
    def hit(self) -> Hit:
        """The passage that it stands in."""
        return self.parts[0].hit

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score, and the shares of the question that are matched, 0 to 1.

    `own` is matched by its own words, `near` also by its heading, the sentence before it and the title of its speech.
    """

    candidate: Candidate
    score: float
    own: float
    near: float


def candidates_of(hits: Sequence[Hit], asked: Asked) -> list[Candidate]:
    """The sentences of the hits, each place once, and for a list their enumerations."""
    ranks = {id(hit): rank for rank, hit in enumerate(hits)}
    extracts = extracts_of(hits)
    found: list[Candidate] = []
    for at, extract in enumerate(extracts):
        before, behind = _beside(extracts, at, -1), _beside(extracts, at, 1)
        asks = behind is not None and extract.text[-1] in "？?" and len(extract.text) <= _LONGEST_QUESTION
        # A question that a speaker asks says nothing without the answer to it, but it tells what that is about.
        parts = (extract, behind) if asks and behind else (extract,)
        found.append(Candidate(parts, ranks[id(extract.hit)], 0, before, behind))
    if asked.lists:
        outlines = [hit for hit in hits if hit.passage.kind == "outline"]
        found += [Candidate(tuple(enumeration_of(hit)), ranks[id(hit)], hit.passage.items) for hit in outlines]
    return found


def _beside(extracts: Sequence[Extract], at: int, step: int) -> Extract | None:
    """The sentence beside another one, if it stands in the same passage."""
    other = at + step
    inside = 0 <= other < len(extracts) and extracts[other].hit is extracts[at].hit
    return extracts[other] if inside else None


def ranked(
    question: str, terms: Sequence[str], candidates: Sequence[Candidate], asked: Asked, tokens: Tokens
) -> list[Ranked]:
    """The candidates with their scores, best first; equal ones in their order.

    `question` is what was searched for, `terms` are its bigrams.
    """
    if not candidates:
        return []
    own, near, title = _matches(question, candidates, tokens)
    telling = _telling(terms, [candidate.text for candidate in candidates])
    best = max(candidate.hit.score for candidate in candidates) or 1.0
    scores = (
        _PASSAGE * np.array([candidate.hit.score / best for candidate in candidates])
        + _WORDS * own
        + _TELLING * telling
        + _AROUND * (near - own)
        + _TITLE * (title - own)
        + np.array([_form(candidate, asked) for candidate in candidates])
        + _FIRST_HIT / (1 + np.array([candidate.rank for candidate in candidates]))
        + _FIRST_IN_PASSAGE / (1 + _places(candidates, own + telling))
    )
    order = sorted(range(len(candidates)), key=lambda place: (-scores[place], place))
    both = np.maximum(near, title)
    return [Ranked(candidates[at], float(scores[at]), float(own[at]), float(both[at])) for at in order]


def _matches(question: str, candidates: Sequence[Candidate], tokens: Tokens) -> tuple[Floats, Floats, Floats]:
    """The share of the question that each candidate matches: itself, with what is around it, and with its title."""
    texts = list(dict.fromkeys(text for candidate in candidates for text in _texts(candidate)))
    question_ids, *ids = tokens.ids([search_key(text) for text in (question, *texts)])
    matches = token_matches(question_ids, ids, tokens.directions)
    weights = question_weights(question_ids, tokens.directions)
    row = {text: place for place, text in enumerate(texts)}
    rows = [[row[text] for text in _texts(candidate)] for candidate in candidates]
    own = matches[[places[0] for places in rows]]
    near = np.stack([matches[[places[0], *places[2:]]].max(axis=0) for places in rows])
    title = np.maximum(own, matches[[places[1] for places in rows]])
    return own @ weights, near @ weights, title @ weights


def _texts(candidate: Candidate) -> list[str]:
    """A candidate's own words, the title of its speech, and what is around it: the sentence before and the headings.

    An enumeration stands for itself.
    """
    own = [candidate.text, candidate.hit.speech.title]
    if candidate.items:
        return own
    before = [candidate.before.text] if candidate.before else []
    return [*own, *before, *candidate.hit.passage.heading_path[-_HEADINGS:]]


def _telling(terms: Sequence[str], texts: Sequence[str]) -> Floats:
    """The share of the question's terms that each text holds, each counting by how few of these texts hold it."""
    held = [frozenset(bigrams(text)) for text in texts]
    spread = Counter(term for one in held for term in terms if term in one)
    rarity: Mapping[str, float] = {
        term: math.log1p((len(texts) - spread[term] + 0.5) / (spread[term] + 0.5)) for term in terms
    }
    total = sum(rarity.values()) or 1.0
    return np.array([sum(rarity[term] for term in terms if term in one) / total for one in held], dtype=np.float32)


def _form(candidate: Candidate, asked: Asked) -> float:
    if candidate.items:
        if asked.count is None:
            return 0.0
        return _AS_MANY if candidate.items == asked.count else _NOT_AS_MANY
    length = math.log(len(candidate.text) / _USUAL_LENGTH)
    formality = _FORMALITY if is_formality(candidate.text) else 0.0
    return _FORM * answers_kind(candidate.text, asked) - _LENGTH * length * length + formality


def _places(candidates: Sequence[Candidate], scores: Floats) -> Floats:
    """How many candidates of the same passage score higher; an enumeration stands behind none and before one."""
    places = np.zeros(len(candidates), dtype=np.float32)
    by_hit: dict[int, list[int]] = {}
    for at, candidate in enumerate(candidates):
        if candidate.items:
            places[at] = 0.0
        else:
            by_hit.setdefault(candidate.rank, []).append(at)
    for inside in by_hit.values():
        for at in inside:
            places[at] = sum(scores[other] > scores[at] for other in inside)
    return places
