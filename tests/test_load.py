"""Many at once: the load rows in their short forms, and the load benchmark, whose processes share one store.

`make torture ROW=L1` and so on run the rows in full. Here limits go with how fast this machine is at the moment, and
are twice what is asked for: five times slower fails, a noisy neighbour does not.
"""

import os
import random
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from benchmarks import load
from benchmarks.load import measured, servers
from tests.torture.load_rows import LOAD_ROWS
from tests.torture.load_world import prepare_load
from tests.torture.rows import Trial

PASSAGES, SCALE = 400, 0.06
SECONDS: Mapping[str, float] = {"L1": 3, "L2": 4, "L4": 4, "L5": 2, "L6": 5, "L7": 6}
LIMITS: Mapping[str, Mapping[str, float]] = {
    "L1": {"largest p50 in ms": 150, "largest p95 in ms": 300},
    "L2": {"largest p95 in ms": 2000, "largest p99 in ms": 4000},
    "L3": {"largest p95 in ms": 1500},
    "L4": {"largest p99 of refusals in ms": 300},
    "L5": {"largest p95 in ms": 4000},
    "L6": {"largest p95 in ms": 1000},
    "L7": {"largest p95 in ms": 2000},
    "L8": {"largest seconds to the first answer": 15},
}
QUIET = 0.08
"""How many seconds `pace` works on a machine that has nothing else to do."""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of the rows, with a small store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORTURE_PASSAGES", str(PASSAGES))
        folder = tmp_path_factory.mktemp("load") / "rows"
        folder.mkdir()
        prepare_load(folder)
    return folder


def pace() -> float:
    """How many times slower than on a quiet machine this one is now: for one thread, and where many want to run."""
    began = time.perf_counter()
    sum(number * number % 7 for number in range(1_000_000))
    return max(1.0, (time.perf_counter() - began) / QUIET, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="visitors come from addresses 127.x.x.x")
@pytest.mark.parametrize("row", list(LOAD_ROWS))
def test_many_are_answered(row: str, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"PASSAGES": PASSAGES, "SCALE": SCALE, "SECONDS": SECONDS.get(row, 0), "SLACK": 1000, "SHARED": 1}
    for name, value in settings.items():
        monkeypatch.setenv(f"TORTURE_{name}", str(value))
    kind = LOAD_ROWS[row].kinds(scratch)[-1 if row == "L8" else 0]
    before = pace()
    figures = LOAD_ROWS[row].trial(Trial(tmp_path, scratch, random.Random(row), kind)) or {}
    slower = 2 * max(before, pace())
    missed = {name: figures[name] for name, limit in LIMITS[row].items() if figures[name] > limit * slower}
    assert not missed, f"{missed} on a machine that is {slower / 2:.1f} times slower than a quiet one: {figures}"


def test_users_are_answered_by_several_processes_on_one_store(samples_store: Path) -> None:
    with servers(samples_store, 2) as addresses:
        taken, errors = measured(addresses, ["市里年初定的五场硬仗是哪五场？", "谁来督办？"], users=4, seconds=1.0)
    assert len(set(addresses)) == 2
    assert len(taken) >= 4
    assert errors == 0


def test_a_server_that_cannot_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SECONDS_TO_START", 0.5)
    with pytest.raises(TimeoutError, match="could not answer"), servers(tmp_path / "nothing", 1):
        pass


def test_failures_are_counted() -> None:
    assert measured(["http://127.0.0.1:9"], ["谁来督办？"], users=1, seconds=1.0)[1] > 0
