"""Answers that are being made: each in a thread of its own, so that a reader can end one while a model says nothing."""

import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

from askspeech.chat import Exchange

__all__ = ["Ending", "RunningAnswer", "RunningAnswers", "with_news"]

Ending = Literal["", "stopped", "cleared", "left"]
SECONDS_TO_WAIT = 10.0
# An answer that is whole within the first is shown whole; one that grows, every so often. Each update costs the server
# about as much as a tenth of an answer.
SECONDS_BEFORE_PARTS, SECONDS_BETWEEN_PARTS = 0.3, 0.1


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing in a queue; `error` is what the answer's thread died of."""

    error: BaseException | None = None


class RunningAnswer:
    """The exchanges of an answer that is being made; `ending` says what ended it, nothing where it came to its end."""

    def __init__(self, exchanges: Generator[Exchange, None, None]) -> None:
        self.ending: Ending = ""
        self._exchanges = exchanges
        self._news: SimpleQueue[Exchange | _End] = SimpleQueue()
        self._over = threading.Event()

    def follow(self) -> Iterator[Exchange]:
        """The exchange as its answer grows, until that is over or has been ended; the latest one where several wait.

        What follows may be slower than the answer: it is never behind it. Raises what making the answer raised.
        """
        threading.Thread(target=self._make, name="askspeech-answer", daemon=True).start()
        end: _End | None = None
        due = time.monotonic() + SECONDS_BEFORE_PARTS
        try:
            while end is None and not self.ending:
                newest, end = self._what_is_new(due)
                due = time.monotonic() + SECONDS_BETWEEN_PARTS
                if newest is not None and not self.ending:
                    yield newest
            if end is not None and end.error is not None:
                raise end.error
        finally:
            self._over.set()

    def _what_is_new(self, due: float) -> tuple[Exchange | None, _End | None]:
        """Wait for news, and until they are due: the newest exchange, without those it made old; the end at once."""
        news, newest = self._news.get(), None
        try:
            while not isinstance(news, _End):
                newest = news
                news = self._news.get(timeout=max(0.0, due - time.monotonic()))
        except Empty:
            return newest, None
        return newest, news

    def end(self, ending: Ending) -> None:
        """End it now; the answer's thread ends with the next event of the answer."""
        self.ending = ending
        self._over.set()
        self._news.put(_End())

    def _make(self) -> None:
        error: BaseException | None = None
        try:
            with closing(self._exchanges) as exchanges:
                for exchange in exchanges:
                    if self._over.is_set():
                        break
                    self._news.put(exchange)
        except BaseException as raised:  # raised again by `follow`, in the thread that follows
            error = raised
        self._news.put(_End(error))


class RunningAnswers:
    """The answers that are being made, by the page that asked; a page has one at a time."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[RunningAnswer, threading.Event]] = {}

    @contextmanager
    def running(self, page: str, answer: RunningAnswer) -> Iterator[None]:
        """For as long as the block lasts, that answer is the page's."""
        self.end(page, "stopped")
        mine = (answer, threading.Event())
        self._running[page] = mine
        try:
            yield
        finally:
            if self._running.get(page) is mine:
                del self._running[page]
            mine[1].set()

    def end(self, page: str, ending: Ending) -> bool:
        """End the page's answer and wait until its last update has been shown; False where there is none."""
        running = self._running.get(page)
        if running is None:
            return False
        answer, shown = running
        answer.end(ending)
        shown.wait(SECONDS_TO_WAIT)
        return True

    def __len__(self) -> int:
        """How many answers are being made."""
        return len(self._running)

    def end_all(self, ending: Ending, seconds: float) -> None:
        """End every page's answer, and wait that long at most until their last updates have been shown."""
        deadline, all_of_them = time.monotonic() + seconds, list(self._running.values())
        for answer, _ in all_of_them:
            answer.end(ending)
        for _, shown in all_of_them:
            shown.wait(max(0.0, deadline - time.monotonic()))


def with_news(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, bool]]:
    """Each exchange, and whether it has more citations than the one before."""
    known = 0
    for exchange in exchanges:
        cited = len(exchange.view.citations)
        yield exchange, cited > known
        known = cited
