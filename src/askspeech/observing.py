"""The index as one of the ways in sees it, with every answer counted and one line in the log for it."""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from threading import Lock

from askspeech.choosing import server_notice
from askspeech.datatypes import Answer, AnswerEvent, Done, Filters, Turn
from askspeech.errors import AskSpeechError, QuestionError
from askspeech.live_index import Answers, LiveIndex, Opened, Status
from askspeech.logs import event
from askspeech.metrics import Metrics, Way, stages_of

__all__ = ["Observer", "WatchedIndex"]

_log = logging.getLogger(__name__)

_VECTORS_DAMAGED = "The vector index is damaged"


class Observer:
    """What counts answers and writes a line about each, whichever way the questions came.

    Args:
        metrics: where they are counted.
        with_texts: whether the lines hold the questions' texts.
    """

    def __init__(self, metrics: Metrics, *, with_texts: bool = False) -> None:
        self._metrics = metrics
        self._with_texts = with_texts
        self._lock = Lock()
        self._running = 0

    @property
    def running(self) -> int:
        """How many answers are being made now."""
        return self._running

    def of(self, live: LiveIndex, way: Way) -> "WatchedIndex":
        """The index as that way in sees it."""
        return WatchedIndex(live, lambda opened: _WatchedAnswers(opened, self, way))

    def followed(
        self, events: Iterator[AnswerEvent], question: str, generation: str, way: Way
    ) -> Generator[AnswerEvent, None, None]:
        """The same events; how they end is counted and written down."""
        self._begun(way)
        outcome, answer, error = "stopped", None, ""
        try:
            for one in events:
                if isinstance(one, Done):
                    answer, outcome = one.answer, one.answer.outcome
                yield one
        except AskSpeechError as raised:
            outcome = "no_question" if isinstance(raised, QuestionError) else "failed"
            error = type(raised).__name__
            raise
        except GeneratorExit:
            raise
        except BaseException as raised:
            outcome, error = "failed", type(raised).__name__
            raise
        finally:
            self._ended(way, outcome, answer)
            _write(question if self._with_texts else None, generation, way, outcome, answer, error)

    def _begun(self, way: Way) -> None:
        with self._lock:
            self._running += 1
        self._metrics.question_begun(way)

    def _ended(self, way: Way, outcome: str, answer: Answer | None) -> None:
        with self._lock:
            self._running -= 1
        self._metrics.question_ended(way, outcome)
        if answer is not None:
            self._metrics.answered(way, answer, keyword_only=_by_keywords_alone(answer))


class WatchedIndex(LiveIndex):
    """A live index, with something put before what answers from it."""

    def __init__(self, live: LiveIndex, watched: Callable[[Opened], Answers]) -> None:
        self._live, self._watched = live, watched

    def current(self) -> Opened:
        """As `LiveIndex.current`."""
        opened = self._live.current()
        return Opened(opened.index, self._watched(opened))

    def status(self) -> Status:
        """As `LiveIndex.status`."""
        return self._live.status()

    def status_now(self) -> Status:
        """As `LiveIndex.status_now`."""
        return self._live.status_now()


class _WatchedAnswers:
    """What answers, with an observer before it."""

    def __init__(self, opened: Opened, observer: Observer, way: Way) -> None:
        self._answers, self._index, self._observer, self._way = opened.answers, opened.index, observer, way

    @property
    def has_chat_model(self) -> bool:
        """As `Answers.has_chat_model`."""
        return self._answers.has_chat_model

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        literal: bool = False,
        quotations: bool = False,
    ) -> Iterator[AnswerEvent]:
        """As `Answers.stream`."""
        generation = self._index.generation
        events = self._answers.stream(
            question, history=history, filters=filters, literal=literal, quotations=quotations
        )
        return self._observer.followed(events, question, generation, self._way)


def _by_keywords_alone(answer: Answer) -> bool:
    return any(notice == server_notice() or notice.startswith(_VECTORS_DAMAGED) for notice in answer.search.notices)


def _write(question: str | None, generation: str, way: Way, outcome: str, answer: Answer | None, error: str) -> None:
    """One line about a question: nothing in it says what was asked, unless that is wanted."""
    stages = {} if answer is None else {f"{stage}_ms": 1000 * one for stage, one in stages_of(answer).items()}
    usage = None if answer is None else answer.usage
    event(
        _log,
        "question",
        way=way,
        outcome=outcome,
        refused=None if answer is None else answer.refused,
        error=error or None,
        generation=generation,
        sentences=None if answer is None else len(answer.sentences),
        citations=None if answer is None else len(answer.citations),
        hits=None if answer is None else len(answer.search.hits),
        input_tokens=(usage and usage.input_tokens) or None,
        output_tokens=(usage and usage.output_tokens) or None,
        chat_failure=(usage and usage.failure) or None,
        text=question,
        **{name: round(amount, 1) for name, amount in stages.items()},
    )
