"""The threads that do what requests ask for, a few at a time, so that no request holds up the others or the page."""

import asyncio
import os
import sys
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass
from typing import TypeVar

from askspeech.turns import BusyError, Enter, Place, Turns, in_turn

__all__ = ["BusyError", "Workers"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    """The last news of a job; `error` is what it died of."""

    error: BaseException | None = None


class _Job:
    """Something to be done, for whom, and the place that it holds."""

    def __init__(self, work: Callable[[], None], visitor: str, place: Place) -> None:
        self.work, self.visitor, self.place = work, visitor, place


class Workers:
    """A few threads, started when they are first needed, and the jobs that wait for one, in turns by visitor.

    The threads are daemons: one that waits for a chat model does not hold up the end of the server.

    Args:
        name: of the threads.
        threads: how many.
        waiting: how many jobs may wait beside those that are done.
        enter: takes the place of a job, in place of that number.
        niceness: how far the threads step back for others where processors are short, 0 to 19; on Linux alone, where a
            thread has a priority of its own.
    """

    def __init__(
        self, name: str, threads: int, waiting: int = 0, enter: Enter | None = None, niceness: int = 0
    ) -> None:
        self._name = name
        self._threads = threads
        self._niceness = niceness
        self._enter = enter or Turns(threads + waiting).enter
        self._jobs: list[_Job] = []
        self._running: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._started = False

    @property
    def waiting(self) -> int:
        """How many jobs wait for a thread."""
        return len(self._jobs)

    def has_room(self, visitor: str = "") -> bool:
        """Whether a job of this visitor would be taken now; others may be quicker."""
        try:
            self._enter(visitor).leave()
        except BusyError:
            return False
        return True

    async def call(self, work: Callable[[], T], visitor: str = "") -> T:
        """What `work` returns; raises BusyError, and what `work` raises."""

        def once() -> Generator[T, None, None]:
            yield work()

        async with aclosing(self.each(once, visitor=visitor)) as results:
            async for result in results:
                if result is not None:
                    return result
        raise AssertionError("a job ended without a result")

    async def each(
        self, work: Callable[[], Generator[T, None, None]], beat: float | None = None, visitor: str = ""
    ) -> AsyncGenerator[T | None, None]:
        """What `work` yields, as it comes, and None whenever nothing has come for `beat` seconds.

        Where this is closed before its end, `work` is closed when it yields next, or never begun.

        Raises BusyError at its first step, later what `work` raises.
        """
        loop, news, over = asyncio.get_running_loop(), asyncio.Queue[T | _End](), threading.Event()

        def tell(thing: T | _End) -> None:
            with suppress(RuntimeError):  # the loop has ended, and with it whoever would listen
                loop.call_soon_threadsafe(news.put_nowait, thing)

        def job() -> None:
            tell(_done(work, tell, over))

        self._begin(job, visitor)
        try:
            while True:
                try:
                    thing = await asyncio.wait_for(news.get(), beat)
                except TimeoutError:
                    yield None
                    continue
                if isinstance(thing, _End):
                    if thing.error is not None:
                        raise thing.error
                    return
                yield thing
        finally:
            over.set()

    def _begin(self, work: Callable[[], None], visitor: str) -> None:
        place = self._enter(visitor)
        with self._changed:
            if not self._started:
                self._started = True
                for number in range(self._threads):
                    threading.Thread(target=self._work, name=f"{self._name} {number}", daemon=True).start()
            self._jobs.append(_Job(work, visitor, place))
            self._jobs = in_turn(self._jobs, lambda job: job.visitor, self._running)
            self._changed.notify()

    def _work(self) -> None:
        _step_back(self._niceness)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
                job = self._jobs.pop(0)
                self._running[job.visitor] += 1
            try:
                job.work()
            finally:
                with self._changed:
                    self._running[job.visitor] -= 1
                    if not self._running[job.visitor]:
                        del self._running[job.visitor]
                job.place.leave()


def _step_back(niceness: int) -> None:
    """Lower the priority of this thread alone; elsewhere than on Linux it would be that of the whole process."""
    if niceness and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, min(19, os.getpriority(os.PRIO_PROCESS, 0) + niceness))


def _done(work: Callable[[], Generator[T, None, None]], tell: Callable[[T], None], over: threading.Event) -> _End:
    """Do a job for as long as anyone wants it; what it died of is raised again where it is awaited."""
    try:
        if not over.is_set():
            with closing(work()) as things:
                for thing in things:
                    if over.is_set():
                        break
                    tell(thing)
    except BaseException as error:
        return _End(error)
    return _End()
