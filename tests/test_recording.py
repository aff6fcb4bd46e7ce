"""Builds that others watch and end: the record while they run, how they end, and what is left of those that die."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from askspeech import SpeechIndex, build_index
from askspeech.build_record import Building, ask_to_cancel, building, known, last_build
from askspeech.errors import BuildCancelledError, CorpusError
from askspeech.progress import Progress
from askspeech.recording import Started
from askspeech.store import Store

STAGES = ("reading", "comparing", "embedding", "adding vectors", "adding keywords", "verifying", "publishing")
SECONDS_TO_END = 5


def speech(place: str) -> str:
    words = f"{place}县的窗口服务要再上一个台阶，企业的事要一件一件办好，拖欠的账款要一笔一笔清。" * 6
    return f"在{place}县优化营商环境会议上的讲话\n\n同志们：\n\n一、提高认识。{words}\n\n二、抓好落实。{words}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus and the store of its index."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "speeches").mkdir()
    (folder / "speeches" / "一.txt").write_text(speech("青禾"), encoding="utf-8")
    build_index([folder / "speeches"], store=folder / "store")
    return folder


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    """A store with an index, and an upload that the index does not know yet."""
    store = Path(shutil.copytree(built / "store", tmp_path / "store"))
    (store / "uploads").mkdir()
    (store / "uploads" / "二.txt").write_text(speech("云陵"), encoding="utf-8")
    return store


def left(store: Path) -> list[str]:
    """What lies in a store beside what always does."""
    return sorted({path.name for path in store.iterdir()} - {"CURRENT", "lock", "generations", "uploads"})


def running(store: Path) -> Building:
    now = building(store)
    assert now is not None
    return now


def at(stage: str, act: Callable[[], None], *, done: bool = False) -> Progress:
    """A progress callback that acts once, when a stage begins or ends."""
    acted: list[bool] = []

    def tell(name: str, count: int, total: int) -> None:
        if name == stage and (count == total) == done and not acted:
            acted.append(True)
            act()

    return tell


def test_a_build_shows_how_far_it_is_and_how_it_ended(store: Path) -> None:
    seen: list[Building] = []

    def look(stage: str, done: int, total: int) -> None:
        if not done:
            time.sleep(0.6)  # as long as real work; the record follows four times a second
            seen.append(running(store))

    report = build_index(store=store, progress=look, started=Started("王芳"))
    assert [one.stage for one in seen if one.stage != "copying"] == list(STAGES)
    assert {(one.by, one.pid, one.cancelling) for one in seen} == {("王芳", os.getpid(), False)}
    assert len({one.id for one in seen}) == 1
    last = last_build(store)
    assert last is not None and last.report == report and last.message == ""
    assert (last.id, last.started, last.by, last.outcome) == (seen[0].id, seen[0].started, "王芳", "done")
    assert last.started < last.ended
    assert building(store) is None
    assert left(store) == ["known.json", "last-build.json"]
    build_index(store=store)
    last = last_build(store)
    assert last is not None and (last.outcome, last.by) == ("unchanged", "")


POINTS = {
    "reading": ("reading", False),
    "embedding": ("embedding", False),
    "writing": ("adding vectors", False),
    "verifying": ("verifying", False),
    "just before publishing": ("verifying", True),
}


@pytest.mark.parametrize(("point", "where"), [*((one, "main thread") for one in POINTS), ("writing", "another thread")])
def test_a_cancelled_build_leaves_the_old_index_and_nothing_else(store: Path, point: str, where: str) -> None:
    before = Store(store).current_name()
    asked: list[float] = []

    def cancel() -> None:
        ask_to_cancel(store, running(store).id)
        assert running(store).cancelling
        asked.append(time.monotonic())
        # In another thread, long work ends at the next report of progress; here it is interrupted.
        time.sleep(30 if where == "main thread" else 1)

    stage, done = POINTS[point]
    ended = ended_build(store, at(stage, cancel, done=done), in_thread=where != "main thread")
    assert isinstance(ended, BuildCancelledError) and "已取消" in str(ended)
    assert time.monotonic() - asked[0] < SECONDS_TO_END
    last = last_build(store)
    assert last is not None and (last.outcome, last.message, last.report) == ("cancelled", str(ended), None)
    assert building(store) is None
    assert Store(store).current_name() == before
    assert [path.name for path in (store / "generations").iterdir()] == [before]
    assert left(store) == ["known.json", "last-build.json"]
    with SpeechIndex.open(store) as index:
        assert {hit.passage.file for hit in index.search("窗口服务")} == {"一.txt"}
    assert build_index(store=store).speeches == 2


def ended_build(store: Path, progress: Progress, *, in_thread: bool) -> BaseException | None:
    """What a build raises that runs in this thread or in another one."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            build_index(store=store, progress=progress)
        except BuildCancelledError as error:
            raised.append(error)

    if in_thread:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    else:
        run()
        assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL
    return raised[0] if raised else None


def test_it_is_too_late_once_the_index_is_being_published(store: Path) -> None:
    def cancel() -> None:
        ask_to_cancel(store, running(store).id)
        time.sleep(1)

    report = build_index(store=store, progress=at("publishing", cancel))
    last = last_build(store)
    assert last is not None and last.outcome == "done" and Store(store).current_name() == report.generation
    assert left(store) == ["known.json", "last-build.json"]


def test_a_stale_or_wrong_request_ends_no_other_build(store: Path) -> None:
    ask_to_cancel(store, "another")  # none runs
    (store / "cancel").write_text("another", encoding="utf-8")
    build = at("reading", lambda: (ask_to_cancel(store, "yet another"), time.sleep(0.5))[1])
    assert build_index(store=store, progress=build).speeches == 2
    assert left(store) == ["known.json", "last-build.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, CorpusError, ZeroDivisionError])
def test_how_a_build_failed_is_written_down(store: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        raise error("of a sort")

    with pytest.raises(error):
        build_index(store=store, progress=at("embedding", fail))
    last = last_build(store)
    stopped = error is KeyboardInterrupt
    assert last is not None and last.outcome == ("cancelled" if stopped else "failed")
    assert ("was cancelled" if stopped else "of a sort") in last.message
    assert building(store) is None and left(store) == ["known.json", "last-build.json"]


def test_a_build_that_was_killed_is_lost(store: Path) -> None:
    (store / "build.log").write_text("askspeech: of another build", encoding="utf-8")
    child = os.fork()
    if not child:  # nothing of Chroma is open here
        build_index(
            store=store,
            progress=at("embedding", lambda: (time.sleep(1), os.kill(os.getpid(), signal.SIGKILL))[1]),
            started=Started("李明"),
        )
    os.waitpid(child, 0)
    assert building(store) is None
    last = last_build(store)
    assert last is not None and (last.outcome, last.by, last.report) == ("lost", "李明", None)
    assert "embedding" in last.message and "意外中止" in last.message
    build_index(store=store)
    last = last_build(store)
    assert last is not None and last.outcome == "done"
    assert left(store) == ["known.json", "last-build.json"]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"id": 3}', "null", "\x00"])
def test_records_that_a_power_cut_has_halved_say_nothing(store: Path, content: str) -> None:
    for name in ("building.json", "last-build.json", "known.json"):
        (store / name).write_text(content, encoding="utf-8")
    assert building(store) is None and last_build(store) is None and known(store) is None
    assert build_index(store=store).speeches == 2
    assert left(store) == ["known.json", "last-build.json"]


def test_what_an_index_was_made_from_is_known_of_that_index_alone(store: Path) -> None:
    report = build_index(store=store)
    found = known(store)
    assert found is not None and found.report == report and list(found.uploads) == ["uploads/二.txt"]
    with Store(store).writer() as writer:
        writer.roll_back()
    assert known(store) is None


def test_a_build_that_cannot_be_recorded_goes_on(store: Path, caplog: pytest.LogCaptureFixture) -> None:
    shutil.rmtree(store / "last-build.json", ignore_errors=True)
    (store / "last-build.json").unlink(missing_ok=True)
    (store / "last-build.json").mkdir()
    assert build_index(store=store).speeches == 2
    assert "not recorded" in caplog.text


def test_records_are_read_while_they_are_written(store: Path) -> None:
    over = threading.Event()
    seen: list[list[bool]] = [[], [], []]

    def look(mine: list[bool]) -> None:
        while not over.is_set():
            mine.append(building(store) is not None)

    threads = [threading.Thread(target=look, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    build_index(store=store)
    over.set()
    for thread in threads:
        thread.join()
    for mine in seen:  # from the first look that sees it to the last one, every look sees it
        first, last = mine.index(True), len(mine) - mine[::-1].index(True)
        assert all(mine[first:last])
    assert json.loads((store / "last-build.json").read_text(encoding="utf-8"))["outcome"] == "done"
