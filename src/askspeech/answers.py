"""Answers: found sentences put together, each with its citation, or the plain statement that nothing was found."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from askspeech.attributing import Checks, checks_for
from askspeech.chat_models import ChatModel, Spent, limited
from askspeech.composing import Composed
from askspeech.datatypes import (
    Answer,
    AnswerEvent,
    CitationResolved,
    Done,
    Filters,
    Language,
    Notice,
    SearchResult,
    SentenceChecked,
    TextAdded,
    Turn,
    Usage,
)
from askspeech.entailment import Sharpener
from askspeech.evidence import rarity
from askspeech.extracting import PASSAGES, extracted
from askspeech.follow_ups import referred
from askspeech.ledger import Ledger, Totals
from askspeech.questions import language_of
from askspeech.search import SpeechIndex
from askspeech.variety import first_of_sections
from askspeech.wanted import Rewrite
from askspeech.writing import NEAREST, Task, rewritten, written

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

__all__ = ["Answerer"]


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a question."""

    question: str
    language: Language
    result: SearchResult
    history: Sequence[Turn] = ()
    began: float = 0.0
    spent: Spent = field(default_factory=Spent)
    chat: ChatModel | None = None
    """What writes the answer; None for the speeches' own sentences."""


class Answerer:
    """Answers questions from an index; without a chat model, with sentences of the speeches alone.

    `chat_model` is a LangChain chat model, or one with limits of its own (`ChatModel`); `sharpener` a model
    that decides whether a sentence of it is carried where the rules cannot say.
    """

    def __init__(
        self,
        index: SpeechIndex,
        chat_model: "ChatModel | BaseChatModel | None" = None,
        *,
        sharpener: Sharpener | None = None,
    ) -> None:
        self.index = index
        self._sharpener = sharpener
        self._chat = limited(chat_model)
        self._ledger = Ledger()

    @property
    def has_chat_model(self) -> bool:
        """Whether a chat model writes the answers, unless they are asked for without it."""
        return self._chat is not None

    @property
    def totals(self) -> Totals:
        """What all answers until now have cost together."""
        return self._ledger.totals

    def ask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """The whole answer; raises QuestionError for what is no question."""
        for event in self.stream(question, history=history, filters=filters):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("the stream of an answer ended without Done")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        literal: bool = False,
        quotations: bool = False,
    ) -> Iterator[AnswerEvent]:
        """The answer as it comes; the last event is Done. Raises QuestionError for what is no question.

        Args:
            question: what is asked.
            history: the earlier turns, which it may lean on.
            filters: which speeches to search.
            literal: ask as if there were no history, and let nothing rewrite the question.
            quotations: answer with the speeches' own sentences, even where there is a chat model.
        """
        chat = None if quotations else self._chat
        found = self._search(question, () if literal else history, filters, chat, literal=literal)
        yield from (Notice(notice) for notice in found.result.notices)
        yield from self._ledger.counted(self._made(found))

    def _made(self, found: _Found) -> Iterator[AnswerEvent]:
        """The events of an answer: the chat model's where there is one and evidence for it, else the speeches' own."""
        composed = self._compose(found)
        task = Task(_answer(found, composed, Usage()), found.history, self.index.source, found.began, found.spent)
        if found.chat is not None and not task.fallback.refused:
            yield from (self._with_problem(event) for event in written(task, found.chat, self._checks(found)))
            return
        first_word = time.monotonic() - found.began
        yield from _events(composed)
        yield Done(_answer(found, composed, task.usage(first_word)))

    def _with_problem(self, event: AnswerEvent) -> AnswerEvent:
        """The event; the finished answer with why its sentences were checked by rule alone, where a model failed."""
        problem = self._sharpener.problem if self._sharpener else ""
        if not problem or not isinstance(event, Done):
            return event
        return Done(replace(event.answer, notices=(*event.answer.notices, problem)))

    def _checks(self, found: _Found) -> Checks:
        total = self.index.passage_count()

        @cache
        def weight(word: str) -> float:
            return rarity(self.index.document_frequencies("text_words", [word])[word], total)

        return checks_for(found.language, weight, self._sharpener)

    def as_runnable(self) -> "Runnable[Any, Answer]":
        """The same as a LangChain runnable: a question, or {"question", "history", "filters"}, to an Answer."""
        from langchain_core.runnables import RunnableLambda  # noqa: PLC0415 (takes a second to import)

        return RunnableLambda(self._retrieve, name="retrieve") | RunnableLambda(self._answered, name="compose")

    def _retrieve(self, request: str | Mapping[str, Any]) -> _Found:
        asked: Mapping[str, Any] = {"question": request} if isinstance(request, str) else request
        return self._search(asked["question"], asked.get("history", ()), asked.get("filters"), self._chat)

    def _answered(self, found: _Found) -> Answer:
        *_, last = self._ledger.counted(self._made(found))
        if not isinstance(last, Done):
            raise AssertionError("the events of an answer ended without Done")
        return last.answer

    def _search(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        chat: ChatModel | None,
        *,
        literal: bool = False,
    ) -> _Found:
        began, spent = time.monotonic(), Spent()
        rewrite = partial(rewritten, chat=chat, spent=spent) if chat else self._by_rule(question, history)
        if literal:
            rewrite = None
        result = self.index.search(question, k=PASSAGES, filters=filters, history=history, rewrite=rewrite)
        spent.search_seconds = time.monotonic() - began - spent.rewrite_seconds
        return _Found(question.strip(), language_of(question), result, history, began, spent, chat)

    def _by_rule(self, question: str, history: Sequence[Turn]) -> Rewrite | None:
        """What completes a question that refers to an item of a list; None where it does not."""
        completed = referred(self.index, question, history)
        return None if completed is None else lambda *_: completed

    def _compose(self, found: _Found) -> Composed:
        said = found.history[-1].citations if found.history else ()
        return extracted(self.index, found.question, found.result, said)


def _events(composed: Composed) -> Iterator[AnswerEvent]:
    index = 0
    for part in composed.parts:
        yield from (CitationResolved(citation) for citation in part.citations)
        yield TextAdded(part.text)
        if part.sentence:
            yield SentenceChecked(index, part.sentence)
            index += 1


def _answer(found: _Found, composed: Composed, usage: Usage) -> Answer:
    nothing = composed.outcome == "not_found"
    return Answer(
        question=found.question,
        text=composed.text,
        sentences=composed.sentences,
        citations=composed.citations,
        outcome=composed.outcome,
        nearest=first_of_sections(found.result.hits, NEAREST) if nothing else (),
        search=found.result,
        language=found.language,
        notices=found.result.notices,
        usage=usage,
    )
