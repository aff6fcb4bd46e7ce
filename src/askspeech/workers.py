"""The threads that do what requests ask for, a few at a time, so that no request holds up the others or the page."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass
from queue import Full, Queue
from typing import TypeVar

__all__ = ["BusyError", "Workers"]

T = TypeVar("T")


class BusyError(Exception):
    """All threads work, and as many requests wait as may."""


@dataclass(frozen=True, slots=True)
class _End:
    """The last news of a job; `error` is what it died of."""

    error: BaseException | None = None


class Workers:
    """A few threads, started when they are first needed, and a queue of the jobs that wait for one.

    The threads are daemons: one that waits for a chat model does not hold up the end of the server.
    """

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._name = name
        self._threads = threads
        self._jobs: Queue[Callable[[], None]] = Queue(waiting)
        self._starting = threading.Lock()
        self._started = False

    async def call(self, work: Callable[[], T]) -> T:
        """What `work` returns; raises BusyError, and what `work` raises."""

        def once() -> Generator[T, None, None]:
            yield work()

        async with aclosing(self.each(once)) as results:
            async for result in results:
                if result is not None:
                    return result
        raise AssertionError("a job ended without a result")

    async def each(
        self, work: Callable[[], Generator[T, None, None]], beat: float | None = None
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

        self._begin(job)
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

    def _begin(self, job: Callable[[], None]) -> None:
        with self._starting:
            if not self._started:
                self._started = True
                for number in range(self._threads):
                    threading.Thread(target=self._work, name=f"{self._name} {number}", daemon=True).start()
        try:
            self._jobs.put_nowait(job)
        except Full:
            raise BusyError from None

    def _work(self) -> None:
        while True:
            self._jobs.get()()


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
