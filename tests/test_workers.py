"""Threads that do what requests ask for: in turns by visitor, as many as may wait, at a priority of their own."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import aclosing

import pytest

from askspeech.workers import BusyError, Workers


def blocked(workers: Workers) -> tuple[asyncio.Task[bool], threading.Event]:
    """A job that holds the only thread until the event is set."""
    go = threading.Event()
    return asyncio.create_task(workers.call(lambda: go.wait(30), "somebody")), go


def test_what_waits_is_done_in_turns_and_no_more_than_may_wait() -> None:
    done: list[str] = []

    def noted(name: str) -> Callable[[], bool]:
        return lambda: not done.append(name)

    async def work() -> None:
        workers = Workers("test", 1, waiting=8)
        first, go = blocked(workers)
        await asyncio.sleep(0.1)
        names = ["many 1", "many 2", "many 3", "one 1"]
        waiting = []
        for name in names:
            waiting.append(asyncio.create_task(workers.call(noted(name), name.split()[0])))
            await asyncio.sleep(0)
        assert workers.waiting == 4 and workers.has_room("many") and workers.has_room("another")
        more = [asyncio.create_task(workers.call(noted(f"more {number}"), f"more {number}")) for number in range(4)]
        await asyncio.sleep(0)
        assert not workers.has_room("another")
        with pytest.raises(BusyError):
            await workers.call(lambda: True, "another")
        go.set()
        await asyncio.gather(first, *waiting, *more)

    asyncio.run(work())
    assert done == ["many 1", "one 1", "more 0", "more 1", "more 2", "more 3", "many 2", "many 3"]


def test_what_nobody_waits_for_any_more_is_never_begun() -> None:
    begun = list[int]()

    def job() -> Generator[int, None, None]:
        begun.append(1)
        yield 1

    async def work() -> None:
        workers = Workers("test", 1, waiting=2)
        first, go = blocked(workers)
        await asyncio.sleep(0.1)
        async with aclosing(workers.each(job, beat=0.01)) as left:
            assert await anext(left) is None
        go.set()
        await first
        assert await workers.call(lambda: True) and workers.has_room()

    asyncio.run(work())
    assert not begun


def test_what_a_job_dies_of_is_raised_where_it_is_awaited() -> None:
    def dies() -> bool:
        raise ValueError("of this")

    with pytest.raises(ValueError, match="of this"):
        asyncio.run(Workers("test", 1).call(dies))


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux alone")
def test_threads_that_step_back_do_so_alone() -> None:
    def priority() -> tuple[int, str]:
        return os.getpriority(os.PRIO_PROCESS, 0), threading.current_thread().name

    async def work() -> None:
        usual, stepping_back = Workers("usual", 1), Workers("behind", 1, niceness=3)
        before = os.getpriority(os.PRIO_PROCESS, 0)
        assert await stepping_back.call(priority) == (min(19, before + 3), "behind 0")
        assert await usual.call(priority) == (before, "usual 0")
        assert os.getpriority(os.PRIO_PROCESS, 0) == before

    asyncio.run(work())
