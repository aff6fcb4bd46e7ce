"""A fair share of the server for each: who asks much at once is answered a few at a time, who goes on so one by one.

All requests are handled by one thread in small steps, taken in turn. Two hundred connections of one user that open a
page again and again would have two hundred times as many of these steps as anybody else, who would wait for seconds;
no number of requests a minute is small enough to keep that from them, and large enough for whoever only clicks quickly.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from askspeech.rates import Rate

__all__ = ["AT_ONCE", "FEWEST", "MOST_WAITING", "QUICKLY", "FairShares", "TooManyAtOnceError", "Turn"]

AT_ONCE = 2
# More at once are refused; as many connections may come from one place (askspeech.connections).
MOST_WAITING = 256
# How many are handled without a pause, of what may come in a minute: one in four, and at once so many, and at least so
# many, for somebody who opens some pages. What takes longer counts for as many as it takes so many seconds.
WITHOUT_PAUSE, QUICKLY, FEWEST = 4, 20, 30
SECONDS_OF_ONE = 0.02
# Then nothing of the same user's is begun for so many times as long as a request took: for so many seconds at least, as
# what comes before a turn takes its time, too; and no longer than a minute has for each of as many as may come in one,
# or than twice what it took.
PAUSE, LONG_PAUSE = 12.0, 2.0
SHORTEST_PAUSE = 0.01
# What takes longer, as writing a long document, goes on beside what comes next.
LONGEST_TURN = 1.0
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
    one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)
    paused_until: float = 0.0


class Turn:
    """While a request is handled.

    Args:
        over: is called once, when the turn ends.
        has_waited: whether it was not given at once.
    """

    def __init__(self, over: Callable[[], None], has_waited: bool = False) -> None:
        self._over: Callable[[], None] | None = over
        self.has_waited = has_waited

    def end(self) -> None:
        """End it before the request is handled to its end; again is the same as once."""
        if self._over is not None:
            over, self._over = self._over, None
            over()


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
    async def turn(self, kind: K | None, who: str) -> AsyncIterator[Turn]:
        """Wait for the turn of a request, which is handled meanwhile; what is of no kind does not wait.

        Raises:
            TooManyAtOnceError: where too many wait.
        """
        if kind is None or not self._per_minute[kind]:
            yield Turn(_nothing)
            return
        crowd = self._crowd(who)
        with ExitStack() as leaving:
            crowd.size += 1
            leaving.callback(_leave, crowd)
            has_waited = crowd.size > AT_ONCE
            await crowd.places.acquire()
            leaving.callback(crowd.places.release)
            crowd.is_slow = crowd.is_slow or bool(self._quick[kind].wait(who))
            if crowd.is_slow:
                has_waited = True
                await crowd.one_by_one.acquire()
                leaving.callback(crowd.one_by_one.release)
                await asyncio.sleep(max(0.0, crowd.paused_until - self._clock()))
            turn = Turn(self._ending(kind, who, crowd, leaving.pop_all()), has_waited)
            late = asyncio.get_running_loop().call_later(LONGEST_TURN, turn.end)
            try:
                yield turn
            finally:
                late.cancel()
                turn.end()

    def _crowd(self, who: str) -> _Crowd:
        """The crowd of a user, in which there is room."""
        now = self._clock()
        crowd = self._crowds.get(who)
        if crowd is None or _is_over(crowd, now):
            for one in [one for one, other in self._crowds.items() if _is_over(other, now)]:
                del self._crowds[one]
            crowd = self._crowds[who] = _Crowd()
        if crowd.size >= MOST_WAITING:
            raise TooManyAtOnceError
        return crowd

    def _ending(self, kind: K, who: str, crowd: _Crowd, held: ExitStack) -> Callable[[], None]:
        """What ends a turn that begins now, and leaves what is held for it."""
        began = self._clock()

        def end() -> None:
            took = self._clock() - began
            for _ in range(int(took / SECONDS_OF_ONE)):
                self._quick[kind].wait(who)
            if crowd.is_slow:
                longest = max(_MINUTE / self._per_minute[kind], LONG_PAUSE * took)
                crowd.paused_until = self._clock() + min(longest, max(SHORTEST_PAUSE, PAUSE * took))
            held.close()

        return end


def _is_over(crowd: _Crowd, now: float) -> bool:
    return not crowd.size and crowd.paused_until <= now


def _leave(crowd: _Crowd) -> None:
    crowd.size -= 1


def _nothing() -> None:
    """Of a request that does not wait."""
