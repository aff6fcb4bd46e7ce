"""The process of a server keeps little memory: askspeech.process_memory."""

import asyncio
import gc
import platform
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from askspeech.process_memory import OBJECTS_BETWEEN, hand_back, keep_one_heap, settle, settling

BLOCKS, BYTES = 20_000, 5_000
HALF = BLOCKS * BYTES // 2

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps free pages")


# Large pieces with small ones between them, which stay: how many megabytes come back where the large ones are freed?
LATER_PIECES = """
import sys
from askspeech.process_memory import keep_one_heap
from tests.test_process_memory import resident
if sys.argv[1:]:
    assert keep_one_heap()
bytearray(3_000_000)  # once one was freed, glibc takes others from the heap
large, small = [], []
for _ in range(20):
    large.append(bytearray(3_000_000))
    large[-1][::1000] = bytes(3_000)
    small.append(bytearray(200_000))
before = resident()
large.clear()
print((before - resident()) // 1_000_000)
"""


class Ring:
    """What only looking for cycles can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _nothing_left_out() -> Iterator[None]:
    yield
    gc.unfreeze()


def resident() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return 1024 * int(status.split("VmRSS:")[1].split()[0])


def kept_free() -> bytearray:
    """A hundred megabytes are allocated in small pieces and freed; the last piece, which is returned, holds them."""
    blocks = [bytearray(b"x" * BYTES) for _ in range(BLOCKS)]
    return blocks[-1]


def test_free_pages_go_back_to_the_system() -> None:
    last = kept_free()
    before = resident()
    assert hand_back()
    assert resident() < before - HALF
    assert len(last) == BYTES


def test_a_server_hands_them_back_every_now_and_then() -> None:
    async def run() -> None:
        async with settling(lambda: "one", 0.01):
            await asyncio.sleep(0.1)
            last = kept_free()
            before = resident()
            while resident() > before - HALF:
                await asyncio.sleep(0.01)
            assert len(last) == BYTES

    asyncio.run(asyncio.wait_for(run(), 10))


def test_a_start_does_not_wait_for_it() -> None:
    looks: list[object] = []

    async def run() -> None:
        async with settling(lambda: looks.append(None), 3600):
            await asyncio.sleep(0.05)

    frozen = gc.get_freeze_count()
    asyncio.run(run())
    assert looks == [] and gc.get_freeze_count() <= frozen


@pytest.fixture(params=[700, 30_000])
def usual(request: pytest.FixtureRequest) -> Iterator[int]:
    """How many objects are made between two looks before the block."""
    before = gc.get_threshold()
    gc.set_threshold(request.param, 11, 12)
    yield request.param
    gc.set_threshold(*before)


def test_it_ends_with_its_block(usual: int) -> None:
    async def run() -> set[asyncio.Task[object]]:
        async with settling(lambda: "one", 3600):
            await asyncio.sleep(0.01)
            assert gc.get_threshold() == (max(OBJECTS_BETWEEN, usual), 11, 12)
        assert gc.get_threshold() == (usual, 11, 12)
        return asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]

    assert asyncio.run(run()) == set()


def test_large_pieces_go_back_as_they_are_freed() -> None:
    command = [sys.executable, "-c", LATER_PIECES]
    repository = Path(__file__).parents[1]

    def freed(*arguments: str) -> int:
        return int(subprocess.run([*command, *arguments], check=True, capture_output=True, cwd=repository).stdout)

    assert freed() < 30
    assert freed("mapped") > 55
    assert keep_one_heap()


# Threads that all want memory; how many heaps are there then, by glibc's own account (man 3 malloc_info)?
THREADS = """
import ctypes, os, sys, threading
from askspeech.process_memory import keep_one_heap
if sys.argv[1:]:
    assert keep_one_heap()
barrier = threading.Barrier(8)

def work():
    barrier.wait(10)
    kept.append(bytearray(90_000))

kept = []
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads:
    one.start()
for one in threads:
    one.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


def test_threads_have_one_heap() -> None:
    def heaps(*arguments: str) -> int:
        command = [sys.executable, "-c", THREADS, *arguments]
        told = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1]).stdout
        return told.count(b"<heap nr=")

    assert heaps() > 1
    assert heaps("one") == 1


def test_what_is_there_is_left_out_and_cycles_are_freed_once_more() -> None:
    kept, old = Ring(), weakref.ref(Ring())
    settle()
    assert old() is None
    assert gc.get_freeze_count() > 0
    later = weakref.ref(Ring())
    gc.collect()
    assert later() is None
    frozen = weakref.ref(kept)
    del kept
    gc.collect()
    assert frozen() is not None
    settle()
    assert frozen() is None


def test_it_settles_when_the_index_is_another_and_then_not_again() -> None:
    async def run() -> None:
        looks = 0
        generation: list[str | None] = [None]

        def now() -> object:
            nonlocal looks
            looks += 1
            return generation[0]

        async def next_look() -> None:
            seen = looks
            while looks < seen + 2:
                await asyncio.sleep(0.01)

        async with settling(now, 0.01):
            await next_look()
            assert gc.get_freeze_count() == 0
            for name in ("one", "two"):
                generation[0] = name
                await next_look()
                assert gc.get_freeze_count() > 0
                gc.unfreeze()
                await next_look()
                assert gc.get_freeze_count() == 0
        gc.freeze()
        async with settling(lambda: None, 0.01):
            pass
        assert gc.get_freeze_count() == 0

    asyncio.run(asyncio.wait_for(run(), 10))
