"""The index that a running server answers from: opened when it is there, followed when it is rebuilt."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from askspeech.datatypes import AnswerEvent, Citation, Filters, Language, Passage, SearchResult, Source, Speech, Turn
from askspeech.errors import AskSpeechError, StoreMissingError
from askspeech.glance import TermUses
from askspeech.whole_speech import WholeSpeech


class Index(Protocol):
    """What the page needs of an index; any number of threads use it at once."""

    @property
    def generation(self) -> str:
        """The name of the generation in use."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What readers should know about the index: what is damaged, and what repairs it."""

    def search(
        self, question: str, *, k: int = 8, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> SearchResult:
        """The k passages that answer a question best; raises QuestionError for what is no question."""

    def passage_count(self) -> int:
        """How many passages the index holds."""

    def source(self, source_id: str) -> Source:
        """A source with its text and layout; raises NotInIndexError where there is none with this id."""

    def speeches(self) -> list[Speech]:
        """All speeches, by file and place."""

    def speech(self, speech_id: str) -> Speech:
        """One speech; raises NotInIndexError where there is none with this id."""

    def whole_speech(self, speech_id: str) -> WholeSpeech:
        """All that a reader is shown of a speech; raises NotInIndexError where there is none with this id."""

    def passages(self, speech_id: str) -> list[Passage]:
        """A speech's passages, in order; none where there is no speech with this id."""

    def uses(self, term: str, filters: Filters | None = None) -> TermUses:
        """Where the speeches that pass the filters use a term; raises QuestionError for what is no term."""

    def example_questions(self, count: int, language: Language = "zh") -> list[str]:
        """Questions that this index can answer, at most `count`."""

    def next_questions(
        self, citations: Sequence[Citation], count: int = 3, *, asked: Sequence[str] = (), language: Language = "zh"
    ) -> list[str]:
        """Questions that lead on from what an answer cites; none asked before."""

    def refresh(self) -> bool:
        """Go over to a newer generation where there is one; raises StoreMissingError where the store has gone."""

    def close(self) -> None:
        """Let the index go; calls under way end on it, later ones raise StoreMissingError."""


class Answers(Protocol):
    """What the page needs to answer from an index."""

    @property
    def has_chat_model(self) -> bool:
        """Whether a chat model writes the answers, unless they are asked for without it."""

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        literal: bool = False,
        quotations: bool = False,
    ) -> Iterator[AnswerEvent]:
        """The answer, event by event; raises QuestionError for what is no question.

        `literal` asks without the conversation and without a rewrite, `quotations` without the chat model.
        """


@dataclass(frozen=True, slots=True)
class Opened:
    """An open index, and what answers from it."""

    index: Index
    answers: Answers


@dataclass(frozen=True, slots=True)
class Status:
    """Whether questions can be answered: the generation in use, or a sentence that says why there is none."""

    generation: str | None = None
    message: str = ""
    missing: bool = False
    notices: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self.generation is not None


class LiveIndex:
    """Opens the index at the first use that finds one, and looks for a newer generation at every later use."""

    def __init__(self, open_index: Callable[[], Opened]) -> None:
        self._open_index = open_index
        self._opening = threading.Lock()
        self._opened: Opened | None = None

    def current(self) -> Opened:
        """The open index in its newest generation; waits while another thread opens it.

        Raises:
            StoreMissingError: no index has been built, or it has gone since.
            AskSpeechError: it cannot be opened.
        """
        while True:
            with self._opening:
                opened = self._opened
                if opened is None:
                    self._opened = opened = self._open_index()
                    return opened
            self._refresh(opened)
            if self._opened is opened:
                return opened
            # Another thread has found meanwhile that its store had gone, and let go of it.

    def _refresh(self, opened: Opened) -> None:
        try:
            opened.index.refresh()
        except StoreMissingError:
            self._let_go(opened)
            raise

    def _let_go(self, opened: Opened) -> None:
        """Close an index whose store has gone, once, and leave alone what another thread has opened since."""
        with self._opening:
            if self._opened is not opened:
                return
            self._opened = None
        opened.index.close()

    def status(self) -> Status:
        """Try to have the index open, and say how that went; waits while another thread opens it."""
        try:
            index = self.current().index
            return Status(generation=index.generation, notices=index.notices)
        except StoreMissingError as error:
            return Status(message=error.words, missing=True)
        except AskSpeechError as error:
            return Status(message=error.words)

    @property
    def generation(self) -> str | None:
        """The name of the generation in use, without looking for a newer one; None where nothing is open."""
        opened = self._opened
        return None if opened is None else opened.index.generation

    def status_now(self) -> Status:
        """As `status`, but without waiting for an index that is being opened."""
        if self._opening.locked():
            return Status(message="The index is being opened.")
        return self.status()
