"""Free memory goes back to the system: askspeech.free_memory."""

import asyncio
import platform
from pathlib import Path

import pytest

from askspeech.free_memory import hand_back, handing_back

BLOCKS, BYTES = 20_000, 5_000
HALF = BLOCKS * BYTES // 2

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps free pages")


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
        async with handing_back(0.01):
            await asyncio.sleep(0.1)
            last = kept_free()
            before = resident()
            while resident() > before - HALF:
                await asyncio.sleep(0.01)
            assert len(last) == BYTES

    asyncio.run(asyncio.wait_for(run(), 10))


def test_it_ends_with_its_block() -> None:
    async def run() -> set[asyncio.Task[object]]:
        async with handing_back(3600):
            await asyncio.sleep(0.01)
        return asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]

    assert asyncio.run(run()) == set()
