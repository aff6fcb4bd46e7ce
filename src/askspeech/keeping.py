"""What is kept of a conversation: its questions and answers, frozen with the words that they cite, and what was thought
of them. Pure; `conversations` puts it on the disk.

A citation is kept as it was shown: its number, its quoted words, and the identities by which the index knew its place.
So an old answer reads the same after any rebuild, and `gone` says whether a place can still be opened.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from askspeech.datatypes import (
    Answer,
    Citation,
    Filters,
    Hit,
    Language,
    Outcome,
    Passage,
    QuestionKind,
    SearchResult,
    Sentence,
    Span,
    Speech,
    Turn,
    Usage,
    slices,
)
from askspeech.errors import NotInIndexError
from askspeech.scoring import Question, Quote

__all__ = [
    "Judgement",
    "KeptConversation",
    "KeptPassage",
    "KeptSummary",
    "KeptTurn",
    "answer_of",
    "gone",
    "judged_questions",
    "kept_turn",
    "short_title",
    "turn_of",
]

TurnState = Literal["done", "stopped", "failed"]
Verdict = Literal["", "good", "bad", "right", "wrong"]

LONGEST_TITLE = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class KeptPassage:
    """A passage that was offered where nothing was found, with what opens its place."""

    speech_id: str
    speech_title: str
    source_id: str
    file: str
    passage_id: str
    text: str
    spans: tuple[Span, ...] = ()
    heading_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question with what was answered; `asked_at` in seconds since 1970 (UTC).

    An answer that did not come to its end (`state`) has no outcome, and `problem` says why where that is known.
    """

    question: str
    asked_at: float
    filters: Filters = field(default_factory=Filters)
    filtered_by: tuple[tuple[str, str], ...] = ()
    """The filters as they were shown: each value with the field that it is of."""
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    outcome: Outcome | None = None
    language: Language = "zh"
    kind: QuestionKind = "fact"
    notices: tuple[str, ...] = ()
    nearest: tuple[KeptPassage, ...] = ()
    removed: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    search_question: str = ""
    """What was searched for."""
    generation: str = ""
    """The name of the index that answered."""
    state: TurnState = "done"
    problem: str = ""
    suggestions: tuple[str, ...] = ()
    """Questions that lead on from the answer."""
    literal: bool = False
    """Whether it was asked as it was typed, without what the conversation adds."""
    quotations: bool = False
    """Whether it was to be answered with the speeches' own sentences, whatever chat model there is."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader thinks of an answer (good, bad), or of the citation of that number in it (right, wrong).

    Without a verdict it is a comment alone; without either it stands for no judgement.
    """

    turn: int
    """The answer's place in its conversation, counted from 0."""
    verdict: Verdict = ""
    comment: str = ""
    citation: int | None = None
    given_at: float = 0.0
    """When, in seconds since 1970 (UTC); set where it is kept."""

    @property
    def allowed(self) -> bool:
        """Whether the verdict is one for what is judged."""
        return self.verdict in (("", "good", "bad") if self.citation is None else ("", "right", "wrong"))


@dataclass(frozen=True, slots=True)
class KeptSummary:
    """A conversation in a list; times in seconds since 1970 (UTC), `changed_at` that of its latest question."""

    id: str
    title: str
    turns: int
    created_at: float
    changed_at: float


@dataclass(frozen=True, slots=True)
class KeptConversation:
    """A whole conversation, its turns in their order."""

    id: str
    title: str
    created_at: float
    changed_at: float
    turns: tuple[KeptTurn, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    def judgement(self, turn: int, citation: int | None = None) -> Judgement | None:
        """What was thought of an answer, or of one citation in it."""
        return next((one for one in self.judgements if (one.turn, one.citation) == (turn, citation)), None)


def kept_turn(
    answer: Answer,
    *,
    asked_at: float,
    generation: str,
    filters: Filters | None = None,
    filtered_by: tuple[tuple[str, str], ...] = (),
    suggestions: tuple[str, ...] = (),
    literal: bool = False,
    quotations: bool = False,
) -> KeptTurn:
    """A finished answer as it is kept; the filters are those that were searched with where none are given."""
    return KeptTurn(
        question=answer.question,
        asked_at=asked_at,
        filters=answer.search.filters if filters is None else filters,
        filtered_by=filtered_by,
        text=answer.text,
        sentences=answer.sentences,
        citations=answer.citations,
        outcome=answer.outcome,
        language=answer.language,
        kind=answer.search.kind,
        notices=answer.notices,
        nearest=tuple(_kept_passage(hit) for hit in answer.nearest),
        removed=answer.removed,
        usage=answer.usage,
        search_question=answer.search.search_question,
        generation=generation,
        suggestions=suggestions,
        literal=literal,
        quotations=quotations,
    )


def answer_of(turn: KeptTurn) -> Answer | None:
    """The answer that was kept, without the hits it was made of; None for one that did not come to its end."""
    if turn.outcome is None:
        return None
    search = SearchResult((), (), turn.search_question, turn.filters, turn.notices, turn.kind)
    return Answer(
        question=turn.question,
        text=turn.text,
        sentences=turn.sentences,
        citations=turn.citations,
        outcome=turn.outcome,
        nearest=tuple(_hit(passage) for passage in turn.nearest),
        search=search,
        language=turn.language,
        notices=turn.notices,
        usage=turn.usage,
        removed=turn.removed,
    )


def turn_of(turn: KeptTurn) -> Turn:
    """What later questions may refer to."""
    finished = turn.outcome is not None
    return Turn(turn.question, turn.text if finished else None, turn.citations if finished else ())


def gone(citation: Citation, source_text: Callable[[str], str]) -> bool:
    """Whether the index no longer holds the place of a kept citation with the very words that were quoted.

    Args:
        citation: as it was kept.
        source_text: the canonical text of a source by its id; raises NotInIndexError where there is none.
    """
    try:
        text = source_text(citation.source_id)
    except NotInIndexError:
        return True
    within = all(0 <= start <= end <= len(text) for start, end in citation.spans)
    return not within or slices(text, citation.spans) != citation.quote


def short_title(text: str, longest: int = LONGEST_TITLE) -> str:
    """A text as a title: one line of at most that many characters, the last of them … where it was longer."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    # No half of a joined emoji before the dots.
    return line if len(line) <= longest else line[: longest - 1].rstrip(" \u200d") + "…"


def judged_questions(conversation: KeptConversation) -> Iterator[Question]:
    """The questions whose answers were judged good, to evaluate with.

    What the answer cites is the evidence, but for citations judged wrong; what it said in figures and names that were
    asked for are the points. A refusal judged good makes an unanswerable question. A good answer that cites nothing
    else makes none.
    """
    for position, turn in enumerate(conversation.turns):
        judgement = conversation.judgement(position)
        if judgement is None or judgement.verdict != "good" or turn.outcome is None:
            continue
        refused = turn.outcome in ("blanked_out", "part_hidden", "not_found")
        evidence = () if refused else tuple(_evidence(conversation, position))
        if refused or evidence:
            yield Question(
                id=f"{conversation.id}-{position + 1}",
                text=_writable(turn.question),
                language=turn.language,
                type=turn.kind,
                answerable=not refused,
                history=tuple(_writable(one.question) for one in conversation.turns[:position] if one.outcome),
                evidence=evidence,
                answer_points=() if refused else _points(turn.sentences),
            )


def _evidence(conversation: KeptConversation, position: int) -> Iterator[Quote]:
    wrong = {one.citation for one in conversation.judgements if one.turn == position and one.verdict == "wrong"}
    quotes = [
        Quote(_writable(citation.file), _writable(words))
        for citation in conversation.turns[position].citations
        if citation.number not in wrong
        for words in _unbroken(citation)
    ]
    return iter(dict.fromkeys(quotes))


def _unbroken(citation: Citation) -> Iterator[str]:
    """The quoted words, each stretch that stands in the source without a break: only those are found there again."""
    lengths = [span.end - span.start for span in citation.spans]
    ends = [sum(lengths[: number + 1]) for number in range(len(lengths))]
    breaks = [
        end for end, (one, next_one) in zip(ends, pairwise(citation.spans), strict=False) if one[1] != next_one[0]
    ]
    for start, end in pairwise([0, *breaks, len(citation.quote)]):
        words = citation.quote[start:end].strip()
        if any(character.isalnum() for character in words):
            yield words


def _points(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    marked = [_writable(one.text[start:end]) for one in sentences for start, end in one.marked]
    return tuple(dict.fromkeys(words for words in marked if words))


def _writable(text: str) -> str:
    """Text that a file in UTF-8 can hold."""
    return _SURROGATE.sub("\ufffd", text)


def _kept_passage(hit: Hit) -> KeptPassage:
    passage = hit.passage
    return KeptPassage(
        hit.speech.id,
        hit.speech.title,
        passage.source_id,
        passage.file,
        passage.id,
        passage.text,
        passage.spans,
        passage.heading_path,
    )


def _hit(kept: KeptPassage) -> Hit:
    """The passage as a hit that shows the same; of its speech there is the title alone."""
    passage = Passage(
        kept.passage_id, kept.source_id, kept.speech_id, None, kept.file, "text", kept.text, kept.spans,
        kept.heading_path,
    )  # fmt: skip
    return Hit(passage, Speech(kept.speech_id, kept.source_id, kept.file, kept.speech_title, Span(0, 0)), 0.0)
