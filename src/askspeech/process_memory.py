"""What the process of a server keeps of memory: large pieces and free pages go back to the system, cycles are few.

Where one index takes the place of another both are open for a moment, and glibc keeps the pages that the old one
leaves, among what is in use. NumPy asks for pages of 2 MB where an array is large (numpy.org, "global state"); once an
array's place belongs to the heap, each small piece there takes such a page. And glibc gives threads heaps of their own
("arenas"), of which each keeps what is free at its end, whatever is handed back. Among 10,000 passages a server took
570 MB in place of 675, and did not grow by 20 MB and more with each change of the index, once large pieces were mapped
for themselves and all threads had one heap: one of them computes at a time anyway.

Python looks for cycles among all objects whenever a quarter more have stayed: a quarter of a second among 10,000
passages, in which nobody is answered. What an open index consists of is left out of that (`gc.freeze`), and the look is
taken more rarely, when what answers under way are made of is mostly gone: it took a twentieth of a busy server's time,
and a hundredth since.
"""

import asyncio
import contextlib
import ctypes
import gc
from collections.abc import AsyncIterator, Callable

__all__ = ["hand_back", "keep_one_heap", "settle", "settling"]

SECONDS_BETWEEN = 15.0
"""It takes four milliseconds after a change of the index and a quarter of one after nothing happened."""
OBJECTS_BETWEEN = 5_000
"""Python's own figure is 700, for the youngest (docs.python.org, `gc.set_threshold`)."""
LARGE = 1 << 20
MOST_FREE_AT_THE_TOP = 64 << 20
"""Handed back every now and then only: with glibc's 128 KB each answer would ask for 2,500 pages anew, for 5 ms."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Of malloc.h; glibc would raise the first two with the first large piece that is freed (man 3 mallopt)."""


def keep_one_heap() -> bool:
    """Have every large piece of memory mapped for itself from now on, and all others in one heap.

    For a process that has no other thread yet. False where the C library has no `mallopt`.
    """
    set_option = _of_the_c_library("mallopt")
    wanted = ((M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, MOST_FREE_AT_THE_TOP))
    return set_option is not None and all(set_option(name, value) == 1 for name, value in wanted)


def hand_back() -> bool:
    """Hand free pages back to the system; False where the C library has no `malloc_trim` (man 3 malloc_trim)."""
    trim = _of_the_c_library("malloc_trim")
    if trim is not None:
        trim(0)
    return trim is not None


def settle() -> None:
    """Free what is in cycles, then look for them only among what is made from now on."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextlib.asynccontextmanager
async def settling(generation: Callable[[], object], seconds: float = SECONDS_BETWEEN) -> AsyncIterator[None]:
    """A block in which free memory is handed back every so many seconds, after settling where the index is another.

    Cycles are looked for more rarely in it.

    Args:
        generation: the name of the index in use; it must not wait.
        seconds: how long after one look the next one is.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(OBJECTS_BETWEEN, before[0]), *before[1:])
    task = asyncio.create_task(_again_and_again(generation, seconds))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        gc.set_threshold(*before)
        gc.unfreeze()


async def _again_and_again(generation: Callable[[], object], seconds: float) -> None:
    settled = None
    while True:
        await asyncio.sleep(seconds)  # at the start somebody is waiting for the first answer
        known = generation()
        if known != settled:
            await asyncio.to_thread(settle)
            settled = known
        await asyncio.to_thread(hand_back)


def _of_the_c_library(name: str) -> Callable[..., int] | None:
    try:
        function: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return None
    return function
