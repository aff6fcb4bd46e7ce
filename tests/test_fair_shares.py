"""Who is answered now and who waits, by a clock that the tests set; what others notice is in tests/torture."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import pytest

from askspeech import fair_shares
from askspeech.fair_shares import (
    AT_ONCE,
    FEWEST,
    LONG_PAUSE,
    MOST_WAITING,
    PAUSE,
    SECONDS_OF_ONE,
    SHORTEST_PAUSE,
    FairShares,
    TooManyAtOnceError,
)  # fmt: skip

PER_MINUTE = {"request": 1200, "page": 120, "file": 0}
QUICK = 60  # of 1,200 a minute
_sleep = asyncio.sleep


class Server:
    """Handles requests in turn; notes how long it paused."""

    def __init__(self) -> None:
        self.now, self.took = 1000.0, 0.0
        self.shares = FairShares(PER_MINUTE, lambda: self.now)
        self.pauses: list[float] = []
        self.handled: list[str] = []
        self.at_once = self.most = 0
        self.ending: asyncio.Event | None = None

    async def sleep(self, seconds: float) -> None:
        """Pause, by the clock."""
        if seconds:
            self.pauses.append(round(seconds, 9))
        self.now += seconds
        await _sleep(0)

    async def ask(self, name: str = "", who: str = "ann", kind: str | None = "request") -> None:
        """One request, that takes its time."""
        async with self.shares.turn(kind, who):
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.now += self.took
            await _sleep(0)
            if self.ending is not None:
                await self.ending.wait()
            self.handled.append(name)
            self.at_once -= 1

    def one_by_one(self, count: int, who: str = "ann", kind: str | None = "request") -> list[float]:
        """So many, each after the answer to the one before; the pauses."""
        self.pauses.clear()

        async def work() -> None:
            for _ in range(count):
                await self.ask(who=who, kind=kind)

        asyncio.run(work())
        return list(self.pauses)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    monkeypatch.setattr(fair_shares.asyncio, "sleep", made.sleep)
    yield made
    made.now += 60
    made.one_by_one(1, who="eve")
    assert set(made.shares._crowds) == {"eve"}, "nobody is remembered for what is over"


def together(*asked: Callable[[], Awaitable[None]]) -> None:
    """All at once."""

    async def work() -> None:
        await asyncio.gather(*(one() for one in asked))

    asyncio.run(work())


def test_whoever_clicks_quickly_waits_for_nothing(server: Server) -> None:
    assert server.one_by_one(QUICK) == []
    server.now += 60
    assert server.one_by_one(QUICK) == []
    assert server.one_by_one(FEWEST, kind="page") == [], "pages are counted for themselves"


def test_whoever_goes_on_is_answered_one_by_one_with_pauses(server: Server) -> None:
    server.one_by_one(QUICK)
    assert server.one_by_one(5) == [SHORTEST_PAUSE] * 4
    assert server.one_by_one(QUICK, who="bob") == [], "others are not"
    server.took = 0.002
    assert server.one_by_one(2) == [SHORTEST_PAUSE, PAUSE * 0.002]
    server.took = 0.01
    assert server.one_by_one(2) == [PAUSE * 0.002, 60 / 1200], "nearly as many a minute as there may be"
    server.took = 0.4
    assert server.one_by_one(2) == [60 / 1200, LONG_PAUSE * 0.4], "unless they take long"


def test_what_takes_long_counts_for_many(server: Server) -> None:
    server.took = 10 * SECONDS_OF_ONE
    assert len(server.one_by_one(20)) == 20 - QUICK // 10 - 1
    server.took = SECONDS_OF_ONE / 2
    assert server.one_by_one(FEWEST, who="bob", kind="page") == []
    server.took = 0.02
    assert server.one_by_one(3, who="bob", kind="page") == [PAUSE * 0.02] * 2


def test_a_few_at_once_in_the_order_in_which_they_came(server: Server) -> None:
    names = [str(number) for number in range(40)]
    together(*(lambda name=name: server.ask(name) for name in names))
    assert server.most == AT_ONCE and server.handled == names and server.pauses == []


def test_a_crowd_is_slow_until_none_of_it_is_left(server: Server) -> None:
    together(*([server.ask] * MOST_WAITING))
    assert len(server.handled) == MOST_WAITING and server.most <= AT_ONCE
    assert len(server.pauses) == MOST_WAITING - QUICK - 1, "though time goes on meanwhile"


def test_of_too_many_at_once_some_are_refused(server: Server) -> None:
    refused: list[int] = []

    async def asked() -> None:
        try:
            await server.ask()
        except TooManyAtOnceError:
            refused.append(1)

    async def other() -> None:
        await server.ask(who="bob")

    together(*([asked] * (MOST_WAITING + 9)), other)
    assert len(refused) == 9 and len(server.handled) == MOST_WAITING + 1
    server.now += 60
    assert server.one_by_one(3) == []


@pytest.mark.parametrize("kind", [None, "file"])
def test_what_has_no_limit_does_not_wait(server: Server, kind: str | None) -> None:
    together(*([lambda: server.ask(kind=kind)] * 400))
    assert server.most == 400 and server.pauses == []


def test_a_turn_ends_when_the_answer_begins(server: Server) -> None:
    async def work() -> int:
        taken = asyncio.Event()

        async def slow() -> None:
            async with server.shares.turn("request", "ann") as turn:
                turn.end()
                turn.end()  # again is the same as once
                await taken.wait()

        slow_ones = [asyncio.create_task(slow()) for _ in range(3 * AT_ONCE)]
        await asyncio.gather(*(server.ask() for _ in range(5)))
        answered = len(server.handled)
        taken.set()
        await asyncio.gather(*slow_ones)
        await asyncio.gather(*(server.ask() for _ in range(5)))
        return answered

    assert asyncio.run(work()) == 5 and server.most <= AT_ONCE, "no place is left twice"


@pytest.mark.parametrize("quick", [True, False])
def test_what_takes_long_does_not_keep_others_of_the_same_user_waiting(
    server: Server, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    monkeypatch.setattr(fair_shares, "LONGEST_TURN", 0.05)
    server.one_by_one(0 if quick else QUICK)

    async def work() -> int:
        server.ending = asyncio.Event()
        long_ones = [asyncio.create_task(server.ask()) for _ in range(3 * AT_ONCE)]
        await _sleep(0.6)
        handled = server.at_once
        server.ending.set()
        await asyncio.gather(*long_ones)
        return handled

    assert asyncio.run(work()) == 3 * AT_ONCE


def test_a_turn_that_ends_early_is_paused_after_all_the_same(server: Server) -> None:
    server.one_by_one(QUICK)

    async def work() -> None:
        async def soon() -> None:
            async with server.shares.turn("request", "ann") as turn:
                turn.end()

        await asyncio.gather(soon(), soon(), soon())

    asyncio.run(work())
    assert server.pauses == [SHORTEST_PAUSE] * 2


def test_those_who_hang_up_leave_their_places(server: Server) -> None:
    async def work() -> None:
        server.ending = asyncio.Event()
        asked = [asyncio.create_task(server.ask()) for _ in range(QUICK + 20)]
        for _ in range(5):
            await _sleep(0)
        for one in asked:
            one.cancel()
        for one in asked:
            with suppress(asyncio.CancelledError):
                await one
        server.ending.set()
        server.at_once = 0
        await asyncio.gather(*(server.ask() for _ in range(QUICK)))

    asyncio.run(work())
    assert len(server.handled) == QUICK


def test_a_request_that_fails_pauses_and_leaves_its_place(server: Server) -> None:
    server.one_by_one(QUICK)

    async def work() -> None:
        for _ in range(3 * AT_ONCE):
            with suppress(ZeroDivisionError):
                async with server.shares.turn("request", "ann"):
                    raise ZeroDivisionError

    asyncio.run(work())
    assert server.pauses == [SHORTEST_PAUSE] * (3 * AT_ONCE - 1)
