"""Answers: found sentences put together, each with its citation, or the plain statement that nothing was found."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from askspeech.composing import Composed, Part, compose
from askspeech.datatypes import (
    Answer,
    AnswerEvent,
    CitationResolved,
    Done,
    Filters,
    Hit,
    Language,
    Notice,
    Outcome,
    SearchResult,
    Sentence,
    SentenceChecked,
    TextAdded,
    Turn,
    Usage,
)
from askspeech.evidence import Passages, Unit, Word, answers_it, closeness, familiarity, rarity
from askspeech.glossary import translate
from askspeech.late_interaction import late_interaction_scores
from askspeech.phrases import NOT_FOUND
from askspeech.questions import asks_for_list, expected_count, language_of, quotations
from askspeech.search import SpeechIndex
from askspeech.selection import Extract, chosen_outline, chosen_sentences, coverage, extracts_of
from askspeech.tokens import question_terms, search_key, words

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

__all__ = ["Answerer"]

_PASSAGES = 12
_NEAREST = 3
_JUDGED = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a question."""

    question: str
    language: Language
    result: SearchResult


class Answerer:
    """Answers questions from an index; without a chat model, with sentences of the speeches alone."""

    def __init__(self, index: SpeechIndex) -> None:
        self.index = index

    def ask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """The whole answer; raises QuestionError for what is no question."""
        for event in self.stream(question, history=history, filters=filters):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("the stream of an answer ended without Done")

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[AnswerEvent]:
        """The answer as it comes; the last event is Done. Raises QuestionError for what is no question."""
        began = time.monotonic()
        found = self._search(question, history, filters)
        yield from (Notice(notice) for notice in found.result.notices)
        composed = self._compose(found)
        first_word = time.monotonic() - began
        yield from _events(composed)
        usage = Usage(time.monotonic() - began, first_word)
        yield Done(_answer(found, composed, usage))

    def as_runnable(self) -> "Runnable[Any, Answer]":
        """The same as a LangChain runnable: a question, or {"question", "history", "filters"}, to an Answer."""
        from langchain_core.runnables import RunnableLambda  # noqa: PLC0415 (takes a second to import)

        return RunnableLambda(self._retrieve, name="retrieve") | RunnableLambda(self._answered, name="compose")

    def _retrieve(self, request: str | Mapping[str, Any]) -> _Found:
        asked: Mapping[str, Any] = {"question": request} if isinstance(request, str) else request
        return self._search(asked["question"], asked.get("history", ()), asked.get("filters"))

    def _answered(self, found: _Found) -> Answer:
        return _answer(found, self._compose(found), Usage())

    def _search(self, question: str, history: Sequence[Turn], filters: Filters | None) -> _Found:
        result = self.index.search(question, k=_PASSAGES, filters=filters, history=history)
        return _Found(question.strip(), language_of(question), result)

    def _compose(self, found: _Found) -> Composed:
        extracts = self._chosen(found)
        texts: dict[str, str] = {}

        def source_text(source_id: str) -> str:
            if source_id not in texts:
                texts[source_id] = self.index.source_text(source_id)
            return texts[source_id]

        if extracts:
            return compose(extracts, found.language, source_text)
        return Composed((Part(NOT_FOUND[found.language]),))

    def _chosen(self, found: _Found) -> list[Extract]:
        """The sentences to answer with; none where the passages do not answer the question."""
        question, hits = found.result.search_question, found.result.hits
        if not hits or not self._answers_it(found, hits):
            return []
        if asks_for_list(found.question) and (
            items := chosen_outline(hits, found.question, expected_count(found.question))
        ):
            return items
        extracts = extracts_of(hits)
        terms = question_terms(question)
        frequencies = self.index.document_frequencies("text_bigrams", terms)
        total = self.index.passage_count()
        rarities = {term: rarity(frequency, total) for term, frequency in frequencies.items()}
        late = self._late(question, [extract.text for extract in extracts])
        held = [coverage(terms, extract.text, rarities) for extract in extracts]
        return chosen_sentences(extracts, [a + b for a, b in zip(late, held, strict=True)])

    def _answers_it(self, found: _Found, hits: Sequence[Hit]) -> bool:
        tokens = self.index.encoders.tokens
        nearest = hits[:_JUDGED]
        passages = Passages(
            text=search_key("\n".join(_with_context(hit) for hit in nearest)),
            token_ids=np.concatenate(tokens.token_ids([search_key(hit.passage.text) for hit in nearest])),
            total=self.index.passage_count(),
        )
        if any(search_key(quoted) in passages.text for quoted in quotations(found.question)):
            return True
        units = self._units(found)
        close = closeness(units, passages, tokens.token_vectors)
        return answers_it(found.language, familiarity(units, passages.total), close)

    def _units(self, found: _Found) -> list[Unit]:
        """What the question names: its words, or the Chinese for the terms of a question in English."""
        names = [[words(name) for name in alternatives] for alternatives in _alternatives(found)]
        flat = list(dict.fromkeys(word for unit in names for alternative in unit for word in alternative))
        frequencies = self.index.document_frequencies("text_words", flat)
        ids = dict(zip(flat, self.index.encoders.tokens.token_ids(flat), strict=True))
        return [[[Word(word, frequencies[word], ids[word]) for word in one] for one in unit] for unit in names]

    def _late(self, question: str, texts: Sequence[str]) -> list[float]:
        tokens = self.index.encoders.tokens
        question_ids, *ids = tokens.token_ids([search_key(text) for text in (question, *texts)])
        return [float(score) for score in late_interaction_scores(question_ids, ids, tokens.token_directions)]


def _alternatives(found: _Found) -> list[tuple[str, ...]]:
    if found.language == "en":
        translation = translate(found.question)
        return [*(term.chinese for term in translation.terms), *(() for _ in translation.unknown)]
    asked = dict.fromkeys(word for word in words(found.result.search_question) if not word.isdecimal())
    return [(word,) for word in asked]


def _with_context(hit: Hit) -> str:
    return " ".join((hit.speech.title, *hit.passage.heading_path, hit.passage.text))


def _apart(hits: Sequence[Hit]) -> Iterator[Hit]:
    """The hits, the first of each section: an outline and its first passage say the same."""
    seen: set[tuple[str, str | None]] = set()
    for hit in hits:
        place = hit.speech.id, hit.passage.section_id
        if place not in seen:
            seen.add(place)
            yield hit


def _events(composed: Composed) -> Iterator[AnswerEvent]:
    index = 0
    for part in composed.parts:
        if part.citation:
            yield CitationResolved(part.citation)
        yield TextAdded(part.text)
        if part.sentence:
            yield SentenceChecked(index, part.sentence)
            index += 1


def _answer(found: _Found, composed: Composed, usage: Usage) -> Answer:
    sentences: tuple[Sentence, ...] = composed.sentences
    outcome: Outcome = "answered" if sentences else "not_found"
    return Answer(
        question=found.question,
        text=composed.text,
        sentences=sentences,
        citations=composed.citations,
        outcome=outcome,
        nearest=() if sentences else tuple(_apart(found.result.hits))[:_NEAREST],
        search=found.result,
        language=found.language,
        notices=found.result.notices,
        usage=usage,
    )
