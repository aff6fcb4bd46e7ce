"""The index that a running server answers from: opened once, followed, given up where it has gone."""

import fcntl
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests import fakes

from askspeech import Answerer, SpeechIndex
from askspeech.errors import AskSpeechError, StoreDamagedError, StoreMissingError
from askspeech.live_index import LiveIndex, Opened, Status

WAIT = 10.0
BEING_OPENED = "The index is being opened."


@dataclass
class Opener:
    """Opens a fake index, unless there is an error to raise; `opened` are those that it opened."""

    error: BaseException | None = None
    entered: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event | None = None
    opened: list["WatchedIndex"] = field(default_factory=list)
    calls: int = 0

    def __call__(self) -> Opened:
        self.calls += 1
        self.entered.set()
        if self.gate is not None:
            assert self.gate.wait(WAIT)
        if self.error is not None:
            raise self.error
        self.opened.append(WatchedIndex(generation=f"generation {len(self.opened) + 1}"))
        return Opened(self.opened[-1], fakes.FakeAnswers())


@dataclass
class WatchedIndex(fakes.FakeIndex):
    """A fake index that counts how often it is asked for a newer generation, and may fail to look for one."""

    refreshed: int = 0
    error: AskSpeechError | None = None

    def refresh(self) -> bool:
        """Nothing newer, an error, or gone."""
        self.refreshed += 1
        if self.error is not None:
            raise self.error
        return super().refresh()


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    opener = Opener()
    LiveIndex(opener)
    assert opener.calls == 0


def test_it_is_opened_once_and_looked_after_at_every_later_use() -> None:
    opener = Opener()
    live = LiveIndex(opener)
    assert live.generation is None
    first = live.current()
    assert live.generation == "generation 1"
    assert opener.opened[0].refreshed == 0
    assert live.current() is first
    assert live.status().generation == "generation 1"
    assert (opener.calls, opener.opened[0].refreshed) == (1, 2)


def test_a_newer_generation_is_said_with_its_notices() -> None:
    opener = Opener()
    live = LiveIndex(opener)
    assert live.status() == Status(generation="generation 1")
    opener.opened[0].generation, opener.opened[0].notices = "generation 7", ("向量索引损坏。",)
    assert live.status() == Status(generation="generation 7", notices=("向量索引损坏。",))
    assert live.status().ready


def test_many_that_ask_at_once_share_one_index() -> None:
    opener = Opener(gate=threading.Event())
    live = LiveIndex(opener)
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(live.current) for _ in range(8)]
        assert opener.entered.wait(WAIT)
        assert opener.gate is not None
        opener.gate.set()
        found = {id(one.result(WAIT)) for one in waiting}
    assert (len(found), opener.calls) == (1, 1)


def test_only_the_quick_status_does_not_wait() -> None:
    opener = Opener(gate=threading.Event())
    live = LiveIndex(opener)
    with ThreadPoolExecutor(2) as threads:
        opening = threads.submit(live.status)
        assert opener.entered.wait(WAIT)
        assert live.status_now() == Status(message=BEING_OPENED)
        assert not live.status_now().ready
        waiting = threads.submit(live.status)
        assert not waiting.done()
        assert opener.gate is not None
        opener.gate.set()
        assert opening.result(WAIT).generation == waiting.result(WAIT).generation == "generation 1"
    assert live.status_now().generation == "generation 1"


@pytest.mark.parametrize(
    ("error", "missing"),
    [
        (StoreMissingError("There is no index. Build one: askspeech build FOLDER"), True),
        (StoreDamagedError("A part is missing. Build the index again."), False),
    ],
)
def test_what_cannot_be_opened_is_said_and_tried_again(error: AskSpeechError, missing: bool) -> None:
    opener = Opener(error)
    live = LiveIndex(opener)
    for ask in (live.status, live.status_now):
        assert ask() == Status(message=str(error), missing=missing)
    with pytest.raises(type(error), match=str(error)):
        live.current()
    assert opener.calls == 3
    opener.error = None
    assert live.status().ready


def test_a_defect_is_hidden_by_nothing_and_locks_nobody_out() -> None:
    opener = Opener(RuntimeError("a defect that nobody foresaw"))
    live = LiveIndex(opener)
    asks: tuple[Callable[[], object], ...] = (live.current, live.status, live.status_now)
    for ask in asks:
        with pytest.raises(RuntimeError, match="nobody foresaw"):
            ask()
    opener.error = None
    assert live.status_now().ready


def test_an_index_that_has_gone_is_opened_anew() -> None:
    opener = Opener()
    live = LiveIndex(opener)
    live.current()
    opener.opened[0].gone = True
    assert live.status() == Status(message="The index has gone.", missing=True)
    assert live.status() == Status(generation="generation 2")
    assert opener.opened[0].refreshed == 1


def test_an_index_that_has_gone_is_closed_once_and_no_other_one() -> None:
    opener = Opener()
    live = LiveIndex(opener)
    live.current()
    opener.opened[0].gone = True
    assert live.status().missing
    assert live.status().ready
    assert [index.closed for index in opener.opened] == [1, 0]


@dataclass
class SlowIndex(WatchedIndex):
    """An index that has gone; the first who looks finds out only when `gate` is set, or never."""

    entered: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    gone_for_the_first: bool = True

    def refresh(self) -> bool:
        """Gone, for the first who asks not before the gate is open."""
        if not self.entered.is_set():
            self.entered.set()
            assert self.gate.wait(WAIT)
            self.gone = self.gone_for_the_first
            return super().refresh()
        raise StoreMissingError("The index has gone.")


@pytest.mark.parametrize("gone", [True, False])
def test_who_finds_late_that_it_has_gone_leaves_the_one_opened_since(gone: bool) -> None:
    old, new = SlowIndex("old", gone_for_the_first=gone), WatchedIndex("new")
    coming = [Opened(old, fakes.FakeAnswers()), Opened(new, fakes.FakeAnswers())]
    live = LiveIndex(lambda: coming.pop(0))
    live.current()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(live.status)
        assert old.entered.wait(WAIT)
        assert live.status().missing
        assert live.current().index is new
        old.gate.set()
        status = slow.result(WAIT)
    assert status.missing is gone
    assert gone or status.generation == new.generation, "nobody gets the one that was closed"
    assert live.current().index is new
    assert (old.closed, new.closed) == (1, 0)


@pytest.fixture
def quick_switching() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("quick_switching")
def test_many_that_ask_while_it_comes_and_goes_get_an_index_or_a_typed_error() -> None:
    opener = Opener()
    live = LiveIndex(opener)

    def ask() -> int:
        got = 0
        for _ in range(300):
            try:
                live.current().index.gone = True  # type: ignore[attr-defined]
                got += 1
            except StoreMissingError:
                continue
        return got

    with ThreadPoolExecutor(8) as threads:
        assert all(one.result(WAIT) for one in [threads.submit(ask) for _ in range(8)])
    assert [index.closed for index in opener.opened[:-1]] == [1] * (len(opener.opened) - 1)


def test_an_index_that_cannot_look_for_a_newer_one_stays_open() -> None:
    opener = Opener()
    live = LiveIndex(opener)
    first = live.current()
    opener.opened[0].error = StoreDamagedError("CURRENT cannot be read. Check the disk.")
    assert live.status() == Status(message="CURRENT cannot be read. Check the disk.")
    opener.opened[0].error = None
    assert live.current() is first
    assert opener.calls == 1


def test_a_real_index_goes_and_comes_back(store: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    opened: list[SpeechIndex] = []

    def open_index() -> Opened:
        opened.append(SpeechIndex.open(place))
        return Opened(opened[-1], Answerer(opened[-1]))

    live = LiveIndex(open_index)
    assert live.status().missing
    assert f"askspeech build FOLDER --store {place}" in live.status().message
    shutil.copytree(store, place)
    found = live.status()
    assert found.ready and found.notices == ()
    place.rename(tmp_path / "elsewhere")
    gone = live.status()
    assert gone.missing and f"askspeech build FOLDER --store {place}" in gone.message
    (tmp_path / "elsewhere").rename(place)
    (seal,) = place.glob("generations/*/readers")
    with seal.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody reads the one that went, so it could be pruned
    assert live.status() == found
    assert len(opened) == 2
    with pytest.raises(StoreMissingError, match="closed"):
        opened[0].speeches()
    opened[1].close()
