"""How often a password may be tried: limits by name and by place, for all processes, whatever the clock does."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.clock import Clock

from askspeech.access_records import ACCESS
from askspeech.errors import DataError
from askspeech.throttle import TRIES_FOR_A_NAME, TRIES_FROM_A_PLACE, WINDOW_SECONDS, Throttle, Try

HERE, THERE = "10.0.0.1", "10.0.0.2"
ATTEMPT = """
import sys
from pathlib import Path
from askspeech.throttle import Throttle
print(Throttle(Path(sys.argv[1])).begin("10.0.0.1", "ann").wait)
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(tmp_path: Path, clock: Clock) -> Throttle:
    return Throttle(tmp_path, clock)


def tried(throttle: Throttle, times: int, place: str = HERE, name: str = "ann") -> list[int]:
    return [throttle.begin(place, name).wait for _ in range(times)]


def test_five_tries_may_be_made_and_then_none(throttle: Throttle) -> None:
    assert tried(throttle, 7) == [0] * 5 + [300] * 2


def test_what_a_try_would_be_is_told_without_writing(throttle: Throttle, clock: Clock, tmp_path: Path) -> None:
    assert throttle.look(HERE, "ann") == Try() and not list(tmp_path.iterdir())
    for done in range(5):
        assert throttle.look(HERE, "ann") == Try(before=done), done
        tried(throttle, 1)
        clock.now += 10
    written = (tmp_path / ACCESS).read_bytes()
    assert throttle.look(HERE, "ANN") == Try(wait=250, before=5)
    assert throttle.look(HERE, "bob") == Try(before=5) and throttle.look(THERE, "ann") == Try()
    clock.now += 250
    assert throttle.look(HERE, "ann") == Try(before=4) and (tmp_path / ACCESS).read_bytes() == written


def test_a_try_says_how_many_came_from_its_place_before_it(throttle: Throttle, clock: Clock) -> None:
    assert [throttle.begin(HERE, name).before for name in ("ann", "bob", "ann")] == [0, 1, 2]
    throttle.forget(HERE, "ann")
    assert throttle.begin(HERE, "ann").before == 1 and throttle.begin(THERE, "ann").before == 0
    clock.now += WINDOW_SECONDS
    assert throttle.begin(HERE, "ann").before == 0


def test_neither_another_user_nor_another_place_waits(throttle: Throttle) -> None:
    tried(throttle, 6)
    assert tried(throttle, 1, name="bob") == [0] and tried(throttle, 1, place=THERE) == [0]


@pytest.mark.parametrize("name", ["ANN", "ａｎｎ", " ann ", "Ann\n"])
def test_a_name_is_the_same_however_it_is_written(throttle: Throttle, name: str) -> None:
    tried(throttle, 5)
    assert tried(throttle, 1, name=name) == [300]


@pytest.mark.parametrize("name", ["", "\0", "\ud800", "x" * 100_000, "'; DROP TABLE tries; --"])
def test_any_name_is_counted(throttle: Throttle, name: str) -> None:
    assert tried(throttle, 6, name=name) == [0] * 5 + [300]


def test_a_place_has_a_limit_of_its_own(throttle: Throttle) -> None:
    assert [tried(throttle, 1, name=f"user {number}") for number in range(TRIES_FROM_A_PLACE)] == [[0]] * 50
    assert tried(throttle, 1, name="another") == [300] and tried(throttle, 1, place=THERE, name="another") == [0]


def test_the_lock_ends_when_the_tries_are_old_enough(throttle: Throttle, clock: Clock) -> None:
    for _ in range(5):
        tried(throttle, 1)
        clock.now += 10
    (wait,) = tried(throttle, 1)
    assert wait == 250
    clock.now += wait - 1
    assert tried(throttle, 1) == [1]
    clock.now += 1
    assert tried(throttle, 2) == [0, 10], "the second try is ten seconds younger"


def test_tries_that_are_refused_do_not_make_the_lock_longer(throttle: Throttle, clock: Clock) -> None:
    tried(throttle, 5)
    for _ in range(30):
        clock.now += 9.9
        assert tried(throttle, 1)[0] > 0
    clock.now += 3
    assert tried(throttle, 1) == [0]


def test_the_right_password_forgets_the_tries_for_that_name_alone(throttle: Throttle) -> None:
    tried(throttle, 4)
    tried(throttle, 5, name="bob")
    tried(throttle, 5, place=THERE)
    throttle.forget(HERE, "Ann")
    assert tried(throttle, 6) == [0] * 5 + [300]
    assert tried(throttle, 1, name="bob") == tried(throttle, 1, place=THERE) == [300]


def test_a_try_that_could_not_be_made_is_undone(throttle: Throttle) -> None:
    tried(throttle, 4)
    throttle.undo(throttle.begin(HERE, "ann"))
    assert tried(throttle, 2) == [0, 300]


def test_undoing_one_that_was_refused_undoes_nothing(throttle: Throttle) -> None:
    tried(throttle, 5)
    throttle.undo(throttle.begin(HERE, "ann"))
    assert tried(throttle, 1) == [300]


def test_a_clock_that_is_set_far_back_locks_nobody_out(throttle: Throttle, clock: Clock) -> None:
    tried(throttle, 5)
    clock.now -= 7 * 24 * 3600
    assert tried(throttle, 6) == [0] * 5 + [300]


def test_clocks_that_differ_a_little_forget_nothing(tmp_path: Path) -> None:
    """Several threads read the time before one of them may write; several machines have clocks of their own."""

    def backwards() -> Iterator[float]:
        for number in range(100):
            yield 1_800_000_000.0 - number * 0.01

    times = backwards()
    throttle = Throttle(tmp_path, lambda: next(times))
    waits = tried(throttle, 7)
    assert waits[:5] == [0] * 5 and all(300 <= wait <= WINDOW_SECONDS + 60 for wait in waits[5:])


def test_many_at_once_are_no_more_than_one_after_the_other(tmp_path: Path) -> None:
    throttles = [Throttle(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda number: throttles[number % 8].begin(HERE, "ann").wait, range(24)))
    assert waits.count(0) == TRIES_FOR_A_NAME


def test_all_processes_count_together(tmp_path: Path) -> None:
    tried(Throttle(tmp_path), 5)
    done = subprocess.run([sys.executable, "-c", ATTEMPT, str(tmp_path)], capture_output=True, text=True, check=True)
    assert 290 <= int(done.stdout) <= 300


def test_no_name_is_written_down(throttle: Throttle, tmp_path: Path) -> None:
    tried(throttle, 1, name="my secret passphrase")
    assert b"passphrase" not in (tmp_path / "access.db").read_bytes()


def test_old_tries_do_not_pile_up(throttle: Throttle, clock: Clock, tmp_path: Path) -> None:
    for _ in range(40):
        tried(throttle, 1)
        clock.now += 100
    with sqlite3.connect(tmp_path / "access.db") as database:
        assert database.execute("SELECT count(*) FROM tries").fetchone()[0] <= 3


def test_a_damaged_file_lets_nobody_try(throttle: Throttle, tmp_path: Path) -> None:
    (tmp_path / "access.db").write_bytes(b"damaged" * 99)
    with pytest.raises(DataError, match="put a copy of that file back"):
        throttle.begin(HERE, "ann")
