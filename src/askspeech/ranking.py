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
from askspeech.purposes import Purpose, told_purpose
from askspeech.selection import Extract, enumeration_of, extracts_of
from askspeech.token_memory import Known
from askspeech.tokens import bigrams, held

__all__ = ["Candidate", "Ranked", "Tokens", "candidates_of", "ranked"]

Floats = NDArray[np.float32]

_PASSAGE, _WORDS, _TELLING, _AROUND, _TITLE = 5.3, 6.4, 11.0, 6.4, 8.0
_FORM, _FIRST_IN_PASSAGE, _FIRST_HIT, _LENGTH = 2.75, 1.7, 1.2, 0.44
_AS_MANY, _NOT_AS_MANY = 3.0, -2.2
_FORMALITY = -1.5
_PURPOSE = 2.0
_TAKEN_OVER = 0.25
"""How much a word counts that a question takes over from the conversation."""
_USUAL_LENGTH = 40
_LONGEST_QUESTION = 40
_HEADINGS = 2


@dataclass(frozen=True, slots=True)
class Tokens:
    """What makes search keys and token ids of texts, and what the ids mean."""

    known: Callable[[Sequence[str]], Sequence[Known]]
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
        return self.parts[0].text if len(self.parts) == 1 else " ".join(part.text for part in self.parts)


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
    question: str, terms: Sequence[str], candidates: Sequence[Candidate], asked: Asked, tokens: Tokens, before: str = ""
) -> list[Ranked]:
    """The candidates with their scores, best first; equal ones in their order.

    `question` is what was searched for, `terms` are its bigrams; it begins with `before`, what it takes over from the
    conversation, whose words count for less.
    """
    if not candidates:
        return []
    texts = [_texts(candidate) for candidate in candidates]
    different = list(dict.fromkeys(text for each in texts for text in each))
    known = dict(zip(different, tokens.known(different), strict=True))
    own, near, title = _matches((before, question.removeprefix(before)), texts, known, tokens)
    telling = _telling(_counting(terms, before, question), [known[each[0]].key for each in texts])
    best = max(candidate.hit.score for candidate in candidates) or 1.0
    scores = (
        _PASSAGE * np.array([candidate.hit.score / best for candidate in candidates])
        + _WORDS * own
        + _TELLING * telling
        + _AROUND * (near - own)
        + _TITLE * (title - own)
        + np.array([_form(candidate, asked) + _PURPOSE * _serves(candidate, asked) for candidate in candidates])
        + _FIRST_HIT / (1 + np.array([candidate.rank for candidate in candidates]))
        + _FIRST_IN_PASSAGE / (1 + _places(candidates, own + telling))
    )
    order = sorted(range(len(candidates)), key=lambda place: (-scores[place], place))
    both = np.maximum(near, title)
    return [Ranked(candidates[at], float(scores[at]), float(own[at]), float(both[at])) for at in order]


def _matches(
    asked: tuple[str, str], texts: Sequence[Sequence[str]], known: Mapping[str, Known], tokens: Tokens
) -> tuple[Floats, Floats, Floats]:
    """The share of the question that each candidate matches: itself, with what is around it, and with its title.

    `asked` is what the question takes over and itself; `texts` are those of each candidate, as `_texts` gives them,
    and `known` what is known of them.
    """
    taken_over, own_ids = (one.ids for one in tokens.known(asked))
    question_ids = np.concatenate([taken_over, own_ids])
    matches = token_matches(question_ids, [one.ids for one in known.values()], tokens.directions)
    weights = _weights(question_ids, len(taken_over), tokens.directions)
    row = {text: place for place, text in enumerate(known)}
    rows = [[row[text] for text in each] for each in texts]
    own = matches[[places[0] for places in rows]]
    near = np.stack([matches[[places[0], *places[2:]]].max(axis=0) for places in rows])
    title = np.maximum(own, matches[[places[1] for places in rows]])
    return own @ weights, near @ weights, title @ weights


def _weights(question_ids: NDArray[np.uint16], taken_over: int, directions: TokenDirections) -> Floats:
    """What share each token of a question counts, of which so many at its beginning are taken over."""
    weights = question_weights(question_ids, directions)
    if not taken_over:
        return weights
    weights = np.where(np.arange(len(weights)) < taken_over, _TAKEN_OVER * weights, weights)
    return np.asarray(weights / (weights.sum() or 1), dtype=np.float32)


def _counting(terms: Sequence[str], before: str, question: str) -> dict[str, float]:
    """How much each term of a question counts: less where only what it takes over has it."""
    own = frozenset(bigrams(question.removeprefix(before))) if before else frozenset(terms)
    return {term: 1.0 if term in own else _TAKEN_OVER for term in terms}


def _texts(candidate: Candidate) -> list[str]:
    """A candidate's own words, the title of its speech, and what is around it: the sentence before and the headings.

    An enumeration stands for itself.
    """
    own = [candidate.text, candidate.hit.speech.title]
    if candidate.items:
        return own
    before = [candidate.before.text] if candidate.before else []
    return [*own, *before, *candidate.hit.passage.heading_path[-_HEADINGS:]]


def _telling(terms: Mapping[str, float], keys: Sequence[str]) -> Floats:
    """The share of the question's terms that each text holds, each counting by how few of these texts hold it.

    `terms` says how much each counts besides; `keys` are the search keys of the texts.
    """
    found = held(list(terms), keys)
    spread = Counter(term for one in found for term in terms if term in one)
    rarity: Mapping[str, float] = {
        term: counts * math.log1p((len(keys) - spread[term] + 0.5) / (spread[term] + 0.5))
        for term, counts in terms.items()
    }
    total = sum(rarity.values()) or 1.0
    return np.array([sum(rarity[term] for term in terms if term in one) / total for one in found], dtype=np.float32)


def _form(candidate: Candidate, asked: Asked) -> float:
    if candidate.items:
        if asked.count is None:
            return 0.0
        return _AS_MANY if candidate.items == asked.count else _NOT_AS_MANY
    text = candidate.text
    length = math.log(len(text) / _USUAL_LENGTH)
    formality = _FORMALITY if is_formality(text) else 0.0
    return _FORM * answers_kind(text, asked) - _LENGTH * length * length + formality


def _serves(candidate: Candidate, asked: Asked) -> float:
    """Whether a candidate does what is asked for: -1 where it names problems instead of tasks, or tasks for problems.

    1 for a whole list of what is asked for, where no number says which one.
    """
    if asked.purpose is None or asked.of_speeches:
        return 0.0
    told = _told(candidate)
    if told is None:
        return 0.0
    return float(bool(candidate.items) and asked.count is None) if told == asked.purpose else -1.0


def _told(candidate: Candidate) -> Purpose | None:
    """What a sentence does, and what an enumeration by its heading or else by most of its items."""
    path = candidate.hit.passage.heading_path
    told = told_purpose(candidate.parts[0].text, path)
    if told is not None or not candidate.items:
        return told
    items = Counter(told_purpose(part.text.split("。")[0]) for part in candidate.parts[1:])
    most, number = items.most_common(1)[0] if items else (None, 0)
    return most if 2 * number > candidate.items else None


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
        own = scores[inside]
        places[inside] = (own[np.newaxis, :] > own[:, np.newaxis]).sum(axis=1)
    return places
