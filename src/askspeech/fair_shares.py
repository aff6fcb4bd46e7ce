"""A fair share of the server for each: who asks much at once is answered a few at a time, who goes on so one by one.

All requests are handled by one thread in small steps, taken in turn. Two hundred connections of one user that open a
page again and again would have two hundred times as many of these steps as anybody else, who would wait for seconds;
no number of requests a minute is small enough to keep that from them, and large enough for whoever only clicks quickly.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from askspeech.rates import Rate

__all__ = ["AT_ONCE", "FEWEST", "MOST_WAITING", "QUICKLY", "FairShares", "TooManyAtOnceError"]

AT_ONCE = 2
# More at once are refused; as many connections may come from one place (askspeech.connections).
MOST_WAITING = 256
# How many are handled without a pause, of what may come in a minute: one in four, and at once so many, and at least so
# many, for somebody who opens some pages.
WITHOUT_PAUSE, QUICKLY, FEWEST = 4, 20, 30
# Then nothing of the same user's is begun for so many times as long as a request took, and for so many seconds at
# least, as what comes before a turn takes its time, too; but no longer than makes as many a minute as there may be.
PAUSE = 12.0
SHORTEST_PAUSE = 0.01
_MINUTE = 60.0

K = TypeVar("K")


class TooManyAtOnceError(Exception):
    """As many requests of one user are handled and wait as may."""


@dataclass(slots=True)
class _Crowd:
    """The requests of one user that are handled or wait."""

    size: int = 0
    is_slow: bool = False
    """Whether they have been too many, and are handled one by one until none is left."""
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    pauses: asyncio.Lock = field(default_factory=asyncio.Lock)


class FairShares(Generic[K]):
    """Who is answered now, and who waits; used in one event loop alone.

    Args:
        per_minute: how many requests of a kind there may be a minute; 0 for any number, which never wait.
        clock: the time in seconds, from wherever.
    """

    def __init__(self, per_minute: Mapping[K, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._per_minute = clock, per_minute
        self._quick = {
            kind: Rate(math.ceil(number / WITHOUT_PAUSE), clock, at_once=max(FEWEST, number // QUICKLY))
            for kind, number in per_minute.items()
        }
        self._crowds: dict[str, _Crowd] = {}

    @asynccontextmanager
    async def turn(self, kind: K | None, who: str) -> AsyncIterator[Callable[[], None]]:
        """Wait for the turn of a request, which is handled meanwhile; what is of no kind does not wait.

        It gives what ends the turn before the request is handled to its end, as when its answer begins: whoever takes
        an answer slowly keeps nothing from their other requests.

        Raises:
            TooManyAtOnceError: where too many wait.
        """
        if kind is None or not self._per_minute[kind]:
            yield _nothing
            return
        crowd = self._crowds.setdefault(who, _Crowd())
        if crowd.size >= MOST_WAITING:
            raise TooManyAtOnceError
        crowd.size += 1
        try:
            async with _left_once(crowd.places) as leave:
                crowd.is_slow = crowd.is_slow or bool(self._quick[kind].wait(who))
                if crowd.is_slow:
                    async with crowd.pauses, self._paused(_MINUTE / self._per_minute[kind]):
                        yield leave
                else:
                    yield leave
        finally:
            crowd.size -= 1
            if not crowd.size:
                del self._crowds[who]

    @asynccontextmanager
    async def _paused(self, longest: float) -> AsyncIterator[None]:
        """After what is done meanwhile, leave the others some time, in seconds."""
        began = self._clock()
        try:
            yield
        finally:
            pause = PAUSE * (self._clock() - began)
            await asyncio.sleep(min(longest, max(SHORTEST_PAUSE, pause)))


@asynccontextmanager
async def _left_once(places: asyncio.Semaphore) -> AsyncIterator[Callable[[], None]]:
    """Take a place, which is left at the end or before, when what it gives is called."""
    await places.acquire()
    is_taken = True

    def leave() -> None:
        nonlocal is_taken
        if is_taken:
            is_taken = False
            places.release()

    try:
        yield leave
    finally:
        leave()


def _nothing() -> None:
    """Of a request that does not wait."""
