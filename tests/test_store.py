import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from askspeech.errors import DiskError, StoreDamagedError, StoreLockedError, StoreMissingError
from askspeech.store import HeldGeneration, Store, next_name


def publish(store: Store, content: str) -> Path:
    with store.writer() as writer:
        draft = writer.draft()
        (draft / "part").mkdir()
        (draft / "part" / "content.txt").write_text(content, encoding="utf-8")
        writer.publish(draft)
    return draft


def content(generation: Path) -> str:
    return (generation / "part" / "content.txt").read_text(encoding="utf-8")


def names(store: Store) -> list[str]:
    return sorted(path.name for path in store.generations.iterdir())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_nothing_is_touched_by_looking(store: Store) -> None:
    assert store.current() is None
    assert store.sealed() == []
    assert not store.path.exists()


def test_a_missing_store_names_the_command_that_builds(store: Store) -> None:
    command = re.escape(f"askspeech build FOLDER --store {store.path}")
    with pytest.raises(StoreMissingError, match=command):
        store.open_current()


def test_what_is_published_is_current(store: Store) -> None:
    first = publish(store, "first")
    assert store.current() == first
    second = publish(store, "second")
    with store.open_current() as held:
        assert (held.path, held.name, content(held.path)) == (second, second.name, "second")
    assert store.sealed() == [first, second]
    assert (store.path / "CURRENT").read_text(encoding="utf-8") == f"{second.name}\n"


def test_a_draft_is_nothing_until_it_is_published(store: Store) -> None:
    first = publish(store, "first")
    with store.writer() as writer:
        draft = writer.draft()
        assert list(draft.iterdir()) == []
        assert store.current() == first
    assert not draft.exists()


def test_a_failed_build_leaves_the_old_index_and_no_draft(store: Store) -> None:
    first = publish(store, "first")

    def build() -> None:
        with store.writer() as writer:
            (writer.draft() / "half").write_text("half", encoding="utf-8")
            raise RuntimeError("the embedder failed")

    with pytest.raises(RuntimeError):
        build()
    assert (store.current(), names(store)) == (first, [first.name])


def test_leftovers_of_crashed_builds_are_removed(store: Store) -> None:
    current = publish(store, "current")
    half = store.generations / "20200101T000000000000Z-aaaaaa"
    half.mkdir()
    sealed_but_never_swapped_in = store.generations / "29990101T000000000000Z-bbbbbb"
    sealed_but_never_swapped_in.mkdir()
    (sealed_but_never_swapped_in / "readers").touch()
    (store.generations / "notes of a person").mkdir()
    newest = publish(store, "newest")
    assert names(store) == [current.name, newest.name, "notes of a person"]


def test_only_the_current_generation_and_the_one_before_stay(store: Store) -> None:
    generations = [publish(store, str(number)) for number in range(4)]
    with store.writer() as writer:
        assert writer.prune() == generations[:2]
        assert writer.prune() == []
    assert store.sealed() == generations[2:]


def test_going_back_and_building_again(store: Store) -> None:
    first, second = publish(store, "first"), publish(store, "second")
    with store.writer() as writer:
        assert writer.roll_back() == first
    assert (store.current(), store.sealed()) == (first, [first, second])
    with store.writer() as writer, pytest.raises(StoreMissingError, match="to go back to"):
        writer.roll_back()
    third = publish(store, "third")
    assert store.sealed() == [first, third]


@pytest.mark.parametrize("name", [None, "", "20990101T000000000000Z-aaaaaa"])
def test_going_back_from_what_is_not_there(store: Store, name: str | None) -> None:
    first = publish(store, "first")
    (store.path / "CURRENT").unlink()
    if name is not None:
        (store.path / "CURRENT").write_text(name, encoding="utf-8")
    with store.writer() as writer:
        if name:  # the index in use has been lost: the newest one before it
            assert writer.roll_back() == first == store.current()
        else:
            with pytest.raises(StoreMissingError):
                writer.roll_back()


def test_readers_keep_their_generation_through_publishing_and_pruning(store: Store) -> None:
    first = publish(store, "first")
    held = store.open_current()
    for number in range(3):
        publish(store, str(number))
    with store.writer() as writer:
        assert first not in writer.prune()
        assert content(held.path) == "first"
        held.close()
        held.close()
        assert writer.prune() == [first]
    assert not first.exists()


def test_pruning_a_store_without_an_index(store: Store) -> None:
    with store.writer() as writer:
        assert writer.prune() == []


def test_a_generation_that_has_gone_cannot_be_held(store: Store) -> None:
    with pytest.raises(DiskError):
        HeldGeneration(store.generations / "20200101T000000000000Z-aaaaaa")


@pytest.mark.parametrize("name", ["", "../../etc", "20200101T000000000000Z-aaaaaa", "\x00", "生成"])
def test_a_current_that_names_nothing_is_damage_until_the_next_build(store: Store, name: str) -> None:
    publish(store, "first")
    (store.path / "CURRENT").write_text(name, encoding="utf-8")
    with pytest.raises(StoreDamagedError, match=r"Build the index again: askspeech build"):
        store.open_current()
    second = publish(store, "second")
    assert store.current() == second


def test_a_file_in_place_of_the_store(store: Store) -> None:
    store.path.write_text("", encoding="utf-8")
    with pytest.raises(StoreMissingError):
        store.open_current()
    with pytest.raises(DiskError, match="Could not create"), store.writer():
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(DiskError, match="Make it writable"), Store(tmp_path / "store").writer():
        pass
    tmp_path.chmod(0o755)


def test_a_disk_that_is_full() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    from askspeech.disk import disk_errors

    def fill() -> None:
        with disk_errors(full, "write"), full.open("wb", buffering=0) as file:
            file.write(b"x")

    with pytest.raises(DiskError, match=r"No space left on device\. Free space"):
        fill()


def test_names_sort_by_time_even_where_the_clock_goes_backwards() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    made: list[str] = []
    for year in (2026, 2025, 2027, 2024):
        made.append(next_name(made, now.replace(year=year)))
    assert made == sorted(made)
    assert re.fullmatch(r"20260102T030405000678Z-[0-9a-f]{6}", made[0])
    assert made[1].startswith("20260102T030405000679Z-")


def test_a_second_writer_is_told_who_holds_the_store(store: Store) -> None:
    held = pytest.raises(StoreLockedError, match=f"process {os.getpid()} on .+, since 20")
    with store.writer(), held as caught, store.writer():
        pass
    assert caught.value.exit_status == 75
    publish(store, "the lock is free again")


HOLDER = """
import sys, time
from askspeech.store import Store
with Store(sys.argv[1]).writer() as writer:
    draft = writer.draft()
    (draft / "half").write_text("half")
    print(draft.name, flush=True)
    time.sleep(60)
"""


def python(program: str, *arguments: str) -> "subprocess.Popen[str]":
    path = os.pathsep.join(sys.path)
    environment = os.environ | {"PYTHONPATH": path}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def test_the_lock_of_a_killed_process_is_gone_and_so_is_its_draft(store: Store) -> None:
    first = publish(store, "first")
    child = python(HOLDER, str(store.path))
    assert child.stdout is not None
    draft = child.stdout.readline().strip()
    with pytest.raises(StoreLockedError, match=f"process {child.pid} on"), store.writer():
        pass
    child.kill()
    assert child.wait(10) == -signal.SIGKILL
    child.stdout.close()
    assert draft in names(store)
    assert store.current() == first
    second = publish(store, "second")
    assert names(store) == [first.name, second.name]


READER = """
import sys, time
from askspeech.store import Store
store, until, seen = Store(sys.argv[1]), time.monotonic() + float(sys.argv[2]), set()
while time.monotonic() < until:
    with store.open_current() as held:
        for _ in range(3):
            seen.add((held.path / "part" / "content.txt").read_text())
print(len(seen))
"""


def test_readers_see_whole_generations_while_others_are_published_and_pruned(store: Store) -> None:
    publish(store, "start")
    readers = [python(READER, str(store.path), "2.5") for _ in range(2)]
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        with store.writer() as writer:
            draft = writer.draft()
            (draft / "part").mkdir()
            (draft / "part" / "content.txt").write_text(draft.name, encoding="utf-8")
            writer.publish(draft)
            writer.prune()
    seen = [reader.communicate(timeout=20)[0] for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0]
    assert all(int(count) > 2 for count in seen)
    assert len(store.sealed()) <= 4


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
def test_no_file_stays_open(store: Store) -> None:
    publish(store, "start")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(20):
        publish(store, str(number))
        store.open_current().close()
        with store.writer() as writer:
            writer.prune()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
