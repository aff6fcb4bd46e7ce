"""Answers that a chat model writes: every sentence resolved, stripped, checked and attributed before it is shown.

A reader sees nothing of a sentence before it is complete and checked. Where the model fails, the answer that is made of
the speeches' own sentences stands in its place.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from askspeech.attributing import Attributed, Checks, attributed
from askspeech.bilingual import Bilingual
from askspeech.chat_models import ChatModel, Reply, Spent
from askspeech.citing import cite
from askspeech.datatypes import (
    Answer,
    AnswerEvent,
    Citation,
    CitationResolved,
    Done,
    Notice,
    Replaced,
    Sentence,
    SentenceChecked,
    Source,
    TextAdded,
    Turn,
    Usage,
)
from askspeech.errors import ModelError
from askspeech.framing import bare_claim, claims_nothing
from askspeech.handles import Piece, SentenceStream
from askspeech.model_failures import Failure
from askspeech.neutral import neutral, without
from askspeech.phrases import MISSING, NOT_FOUND, not_found
from askspeech.prompting import Offered, Prompt, answer_prompt, offered_sentences, rewrite_prompt
from askspeech.questions import complete, language_of
from askspeech.tokens import search_key
from askspeech.variety import first_of_sections

__all__ = ["CUT_OFF", "INCOMPLETE", "NEAREST", "Task", "rewritten", "written"]

NEAREST = 3
"""How many passages are offered where there is no answer."""
_LONGEST_QUESTION = 200
_LEAST_WORDS = 4
_SHORTEST_REPEATED = 6
_SHORTEST_KEY = 12
"""Servers of one's own are content with keys such as EMPTY or ollama."""
_MOST_UNSUPPORTED = 4
"""One sentence of so many must be carried, or the whole is no answer."""
_FULL_STOPS = ("。", "！", ".", "!")
_AHEAD = re.compile(r"如下|以下|下列|下面|\b(?:follow(?:s|ing)?|below|here)\b", re.IGNORECASE)
CUT_OFF = Bilingual(
    "The answer was cut off at the limit of what the model may write.",
    "回答达到长度上限，没有写完。",
    "The answer was cut off at the limit of what the model may write (回答达到长度上限，没有写完). "
    "Raise ASKSPEECH_CHAT_OUTPUT_TOKENS.",
)
INCOMPLETE = Bilingual(
    "The model found only a part of the answer in the speeches.",
    "模型只在讲话中找到部分答案。",
    "The model found only a part of the answer in the speeches (模型只在讲话中找到部分答案).",
)


@dataclass(frozen=True, slots=True)
class Task:
    """A question for the model, with the answer that stands in where it fails.

    `fallback` is that answer, finished; `began` is when the question came, in seconds of `time.monotonic`; `spent`
    holds what the model has cost until now.
    """

    fallback: Answer
    history: Sequence[Turn]
    source_of: Callable[[str], Source]
    began: float
    spent: Spent = field(default_factory=Spent)

    def usage(self, first_word: float | None) -> Usage:
        """What the answer has cost until now."""
        spent = self.spent
        seconds = time.monotonic() - self.began
        return Usage(
            seconds,
            first_word,
            spent.input_tokens,
            spent.output_tokens,
            spent.estimated,
            rewrite_seconds=spent.rewrite_seconds,
            search_seconds=spent.search_seconds,
            checking_seconds=spent.checking_seconds,
            failure=spent.failure,
        )


def written(task: Task, chat: ChatModel, checks: Checks) -> Iterator[AnswerEvent]:
    """The answer to a question that search has found evidence for, as it comes; the last event is Done.

    A failure of the model is never raised: Replaced then carries the answer made of the speeches' own sentences.
    """
    draft = _Draft(task, chat, checks)
    try:
        yield from draft.events()
    except ModelError as error:
        task.spent.failure = error.kind or "setup"
        yield from _replaced(task, draft, _instead(error))


def _instead(error: ModelError) -> Bilingual:
    """Why the answer is made of the speeches' own sentences."""
    english = "The chat model did not write this answer; it is made of sentences of the speeches"
    chinese = "对话模型没有写出这个回答，以下是讲话原句"
    words = error.words
    return Bilingual(
        f"{english}: {words.english}", f"{chinese}。原因：{words.chinese}", f"{english} ({chinese}): {error}"
    )


def _replaced(task: Task, draft: "_Draft", reason: str) -> Iterator[AnswerEvent]:
    answer = task.fallback
    first_word = time.monotonic() - task.began if draft.first_word is None else draft.first_word
    yield Replaced(answer.text, reason)
    yield from (CitationResolved(citation) for citation in answer.citations)
    yield from (SentenceChecked(index, sentence) for index, sentence in enumerate(answer.sentences))
    notices = (*answer.notices, reason)
    yield Done(replace(answer, notices=notices, usage=task.usage(first_word), removed=tuple(draft.removed)))


class _Draft:
    """An answer that is being written; `first_word` is when its first sentence was released, in seconds."""

    def __init__(self, task: Task, chat: ChatModel, checks: Checks) -> None:
        self.removed: dict[str, None] = {}
        self.first_word: float | None = None
        self._task, self._chat, self._checks = task, chat, checks
        self._question, self._language = task.fallback.question, task.fallback.language
        leans = complete(self._question, task.history) != self._question
        conversation = task.history if leans else ()
        asked = "\n".join((self._question, *(f"{turn.question}\n{turn.answer}" for turn in conversation)))
        hits = task.fallback.search.hits
        self._offered = {one.handle: one for one in offered_sentences(hits, chat.settings.context_characters, asked)}
        self._prompt = answer_prompt(self._question, [*self._offered.values()], self._language, conversation)
        # All of them now: the index may go over to a newer generation while the model writes.
        self._sources = {source: task.source_of(source) for source in {hit.passage.source_id for hit in hits}}
        self._titles = {hit.speech.title for hit in hits}
        self._stars = any("**" in hit.passage.text for hit in hits)
        self._citations: dict[str, Citation] = {}
        self._text: list[str] = []
        self._sentences: list[Sentence] = []
        self._said: set[str] = set()
        self._declined = False

    def events(self) -> Iterator[AnswerEvent]:
        """The events of the answer; raises ModelError where the model fails."""
        seconds = self._chat.settings.seconds
        deadline = self._task.began + seconds
        reply = self._chat.reply(self._prompt, self._task.spent, deadline)
        for piece in self._pieces(reply):
            if time.monotonic() > deadline:  # what came at once, and much of it, takes its time to be checked
                raise self._chat.error(Failure("slow", seconds=seconds))
            yield from self._released(piece)
        if self._declined and not self._carried():
            yield from self._refused()
            return
        if not self._sentences or _MOST_UNSUPPORTED * self._carried() < len(self._sentences):
            raise self._chat.error(Failure("unsupported" if self._sentences else "empty"))
        if self._task.fallback.outcome == "partly":
            yield self._added("\n" + MISSING[self._language])
        notices = [CUT_OFF] * reply.cut_off + [INCOMPLETE] * self._declined
        yield from map(Notice, notices)
        yield Done(self._answer(notices))

    def _carried(self) -> int:
        """How many sentences are carried, at least in part."""
        return sum(sentence.support != "not_found" for sentence in self._sentences)

    def _pieces(self, reply: Reply) -> Iterator[Piece]:
        """The sentences of the reply; one that its limit has cut through is left out."""
        stream = SentenceStream(self._offered.keys())
        with closing(iter(reply)) as texts:
            for text in texts:
                yield from stream.feed(text)
        yield from (piece for piece in stream.finish() if piece.whole or not reply.cut_off)

    def _released(self, piece: Piece) -> Iterator[AnswerEvent]:
        """What a reader sees of a sentence: its citations, its words, and how it was checked."""
        hidden = _hidden(self._prompt, self._chat)
        plain = neutral(piece.text, hidden, stars=self._stars)
        self.removed |= dict.fromkeys((*(without(name, hidden) for name in piece.unknown), *plain.removed))
        if not any(character.isalnum() for character in plain.text) or self._repeats(plain.text):
            return
        if _is_refusal(plain.text):
            self._declined = True
            return
        if not self._sentences and _in_another_language(plain.text, self._language):
            raise self._chat.error(Failure("language"))
        before = piece.before if self._text else ""
        cited = [self._offered[handle] for handle in piece.handles]
        yield from self._checked(before, plain.text, cited)

    def _repeats(self, text: str) -> bool:
        """Whether the model has written this sentence before: a poor one goes round in circles."""
        key = search_key(text)
        repeated = key in self._said
        self._said.add(key)
        return repeated and len(key) >= _SHORTEST_REPEATED

    def _checked(self, before: str, text: str, cited: Sequence[Offered]) -> Iterator[AnswerEvent]:
        """The events of one sentence; those of its text alone where it only leads in to what follows."""
        leads_in = claims_nothing(text, self._question, self._titles) and not _states(text)
        if leads_in and not cited:
            yield self._added(before + text)
            return
        found = self._attributed(text, cited)
        if leads_in and not found.sources:
            yield self._added(before + text)
            return
        numbers = []
        for source in found.sources:
            if source.handle not in self._citations:
                self._citations[source.handle] = self._cited(source)
                yield CitationResolved(self._citations[source.handle])
            numbers.append(self._citations[source.handle].number)
        if self.first_word is None:
            self.first_word = time.monotonic() - self._task.began
        yield self._added(before + text + "".join(f"[{number}]" for number in numbers))
        self._sentences.append(Sentence(text, tuple(numbers), found.support, found.reason))
        yield SentenceChecked(len(self._sentences) - 1, self._sentences[-1])

    def _attributed(self, text: str, cited: Sequence[Offered]) -> Attributed:
        """What carries a sentence; how long that took to find is noted."""
        began = time.monotonic()
        try:
            return attributed(bare_claim(text), cited, [*self._offered.values()], self._checks)
        finally:
            self._task.spent.checking_seconds += time.monotonic() - began

    def _cited(self, source: Offered) -> Citation:
        read = self._sources[source.hit.passage.source_id]
        return cite(len(self._citations) + 1, read, source.hit, source.start, source.end)

    def _added(self, text: str) -> TextAdded:
        self._text.append(text)
        return TextAdded(text)

    def _refused(self) -> Iterator[AnswerEvent]:
        """The events where the model says that the speeches do not answer the question."""
        refusal = not_found(self._language, self._task.fallback.search.kept)
        yield Replaced(refusal, "") if self._text else TextAdded(refusal)
        fallback = self._task.fallback
        first_word = time.monotonic() - self._task.began if self.first_word is None else self.first_word
        yield Done(
            replace(
                fallback,
                text=refusal,
                sentences=(),
                citations=(),
                outcome="not_found",
                nearest=first_of_sections(fallback.search.hits, NEAREST),
                usage=self._task.usage(first_word),
                removed=tuple(self.removed),
            )
        )

    def _answer(self, notices: Sequence[str]) -> Answer:
        fallback = self._task.fallback
        return replace(
            fallback,
            text="".join(self._text),
            sentences=tuple(self._sentences),
            citations=tuple(self._citations.values()),
            outcome="partly" if self._declined else fallback.outcome,
            nearest=(),
            notices=(*fallback.notices, *notices),
            usage=self._task.usage(self.first_word),
            removed=tuple(self.removed),
        )


def _hidden(asked: Prompt, chat: ChatModel) -> tuple[str, ...]:
    """What no reader sees: the line around the material, and keys that are no words that an answer may hold."""
    keys = (key for key in chat.secrets() if len(key) >= _SHORTEST_KEY)
    return (asked.boundary, asked.boundary.strip("= "), *keys)


def _is_refusal(text: str) -> bool:
    """Whether a sentence is the one that a model is told to refuse with, its punctuation aside."""
    return any(search_key(refusal.rstrip("。.")) in search_key(text) for refusal in NOT_FOUND.values())


def _states(text: str) -> bool:
    """Whether a text is a whole sentence that does not point ahead: “答案是三个。” is a claim, “具体如下。” is none."""
    return text.endswith(_FULL_STOPS) and not _AHEAD.search(text)


def _in_another_language(text: str, language: str) -> bool:
    """Whether a sentence has no word of the language that it should be in, and several of another."""
    chinese = sum("㐀" <= character <= "鿿" for character in text)
    others = [word for word in text.split() if any(character.isalpha() for character in word)]
    if language == "zh":
        return not chinese and len(others) >= _LEAST_WORDS
    latin = any("a" <= character <= "z" for character in text.lower())
    return not latin and sum(character.isalpha() for character in text) >= _LEAST_WORDS


def rewritten(question: str, history: Sequence[Turn], chat: ChatModel, spent: Spent) -> str:
    """A Chinese question that stands alone, made of one that leans on the conversation or is in English.

    Raises ModelError where the model fails, is too slow, or writes something else. How long it took is noted.
    """
    began = time.monotonic()
    try:
        return _rewritten(question, history, chat, spent)
    except ModelError as error:
        spent.failure = error.kind or "setup"
        raise
    finally:
        spent.rewrite_seconds = time.monotonic() - began


def _rewritten(question: str, history: Sequence[Turn], chat: ChatModel, spent: Spent) -> str:
    deadline = time.monotonic() + chat.settings.rewrite_seconds
    asked = rewrite_prompt(question, language_of(question), history)
    with closing(iter(chat.reply(asked, spent, deadline))) as texts:
        text = neutral("".join(texts).strip(), _hidden(asked, chat)).text
    line = text.split("：", 1)[-1] if text.startswith(("问题", "改写")) else text
    line = line.strip(" \"'“”「」")
    if (
        not 0 < len(line) <= _LONGEST_QUESTION
        or language_of(line) != "zh"
        or not any("㐀" <= one <= "鿿" for one in line)
    ):
        raise chat.error(Failure("no_question"))
    return line
