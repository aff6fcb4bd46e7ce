"""The rows of the torture plan: each is a kind of trial that raises where the store does not hold what it promises."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.torture.points import changed_points, points
from tests.torture.world import Corpus, base_store, build, clean_hash, corpus, look, run, start, tidy

from askspeech.datatypes import SearchResult

Figures = Mapping[str, float] | None
"""What a trial counted; a row adds its trials' figures up, of those named "largest …" it keeps the largest, of those
named "smallest …" the smallest."""
IDLE_SECONDS = 3


class SkippedError(Exception):
    """This trial cannot be done on this machine."""


class MissedError(AssertionError):
    """This trial did not reach what it should; it has figures all the same."""

    def __init__(self, figures: Mapping[str, float], missed: str) -> None:
        super().__init__(missed)
        self.figures = figures


@dataclass(frozen=True)
class Trial:
    """A trial's own folder, the folder of the whole row, its chance, and which kind of trial it is."""

    folder: Path
    scratch: Path
    chance: random.Random
    kind: str

    def store(self) -> Path:
        """A copy of the base store, which holds the old corpus."""
        return Path(shutil.copytree(self.scratch / "base-store", self.folder / "store"))

    @property
    def corpus(self) -> Path:
        """The folder of the new corpus; not to be changed."""
        return self.scratch / "new"

    def expected_hash(self) -> str:
        """The logical hash of a clean build of the new corpus."""
        return (self.scratch / "new-hash").read_text(encoding="utf-8")


OLD = corpus("old")
NEW = OLD.with_file("讲话1.txt", random.Random("changed")).with_file("新讲话.txt", random.Random("added"))
VERSIONS = (OLD, NEW)


def prepare(scratch: Path) -> None:
    """What all trials share: the old corpus built into a store, the new one with its hash; made once for all rows."""
    common = scratch.parent / "common"
    if not (common / "new-hash").exists():
        shutil.rmtree(common, ignore_errors=True)
        common.mkdir()
        prepare_versions(common, *VERSIONS)
    if not (scratch / "new-hash").exists():
        shutil.copytree(common, scratch, dirs_exist_ok=True)


def prepare_versions(folder: Path, old: Corpus, new: Corpus) -> None:
    """A store with the old corpus, and the new corpus with the hash of a clean build."""
    if not (folder / "new-hash").exists():
        base_store(folder, old.write(folder / "old"))
        found = clean_hash(new.write(folder / "new"), folder)
        (folder / "new-hash").write_text(found, encoding="utf-8")


def one_kind(scratch: Path) -> Sequence[str]:
    return ["any"]


@dataclass(frozen=True)
class Row:
    """A row of the plan; `kinds` are what its trials go through in turn."""

    what: str
    trial: Callable[[Trial], Figures]
    kinds: Callable[[Path], Sequence[str]] = one_kind
    prepare: Callable[[Path], None] = prepare


def after_a_crash(trial: Trial, store: Path) -> None:
    """The old or the new index answers, wholly; building again gives the very index of a clean build."""
    seen = run(look(store, VERSIONS)).wanted()
    assert seen["version"] is not None and not seen["notices"], f"neither the old nor the new index answers: {seen}"
    again = run(build(store, trial.corpus)).wanted()
    assert again["hash"] == trial.expected_hash(), "building again gave another index"
    tidy(store)


# R1


def killed_at_any_time(trial: Trial) -> Figures:
    store = trial.store()
    duration = build_seconds(trial)
    child = start(build(store, trial.corpus))
    time.sleep(trial.chance.uniform(0, duration * 1.05))
    child.kill()
    outcome = child.wait()
    after_a_crash(trial, store)
    return {"killed": int(outcome.signal == signal.SIGKILL)}


def build_seconds(trial: Trial) -> float:
    """How long a build takes here and now; measured once for a row."""
    path = trial.scratch / "build-seconds"
    if not path.exists():
        seconds = []
        for number in range(2):
            store = Path(shutil.copytree(trial.scratch / "base-store", trial.folder / f"timed-store-{number}"))
            outcome = run(build(store, trial.corpus))
            outcome.wanted()
            seconds.append(outcome.seconds)
        path.write_text(str(min(seconds)), encoding="utf-8")
    return float(path.read_text(encoding="utf-8"))


# R2


def killed_at_a_point(trial: Trial) -> Figures:
    store = trial.store()
    wanted = int(trial.kind.split()[0])
    passed = iter(range(10**6))

    def kill_there(point: str, at: Path) -> None:
        if next(passed) == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    outcome = run(build(store, trial.corpus, kill_there))
    assert outcome.signal == signal.SIGKILL, f"the build did not come to the point: {outcome}"
    after_a_crash(trial, store)
    return None


# R3


def cycle_on_one_store(trial: Trial) -> Figures:
    """Kill and build again, always on the same store, the corpus changing each time."""
    store, folder = trial.scratch / "store", trial.scratch / "cycling"
    if not store.exists():
        shutil.copytree(trial.scratch / "base-store", store)
    first = sum(1 for path in (trial.scratch / "base-store").rglob("*") if path.is_file())
    (OLD if trial.chance.random() < 0.5 else NEW).write(folder)
    child = start(build(store, folder))
    time.sleep(trial.chance.uniform(0, build_seconds(trial)))
    child.kill()
    child.wait()
    seen = run(look(store, VERSIONS)).wanted()
    assert seen["version"] is not None and not seen["notices"], f"neither the old nor the new index answers: {seen}"
    again = run(build(store, trial.corpus)).wanted()
    assert again["hash"] == trial.expected_hash(), "building again gave another index"
    tidy(store)
    files = sum(1 for path in store.rglob("*") if path.is_file())
    assert files <= 3 * first, f"{files} files lie in the store, {first} in a store that was built once"
    return None


# R4


def interrupted(trial: Trial) -> Figures:
    store = trial.store()
    log = trial.folder / "log.txt"
    number = {"Ctrl-C": signal.SIGINT, "SIGTERM": signal.SIGTERM}[trial.kind]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "askspeech", "build", str(trial.corpus), "--store", str(store)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdout=output,
            stderr=output,
        )
        while f'"pid": {child.pid},' not in (store / "lock").read_text(encoding="utf-8") and child.poll() is None:
            time.sleep(0.01)
        time.sleep(trial.chance.uniform(0, 3))
        ended = child.poll() is not None
        began = time.monotonic()
        child.send_signal(number)
        child.wait(30)
    seconds = time.monotonic() - began
    said = log.read_text(encoding="utf-8")
    assert seconds <= 5, f"it took {seconds:.1f} s to end"
    # Python itself ends `-m` by the signal where that met a statement that a library runs from a string, as dataclasses
    # do while they are imported (exit_sigint in CPython's main.c). To a shell both are 130.
    by_itself = {-number} if trial.kind == "Ctrl-C" else set()
    assert ended or child.returncode in {0, 128 + number} | by_itself, f"exit status {child.returncode}: {said}"
    assert ended or child.returncode == 0 or "Interrupted 已中断" in said, f"it said only {said!r}"
    assert "Traceback" not in said, said
    after_a_crash(trial, store)
    return {"interrupted": int(not ended and child.returncode != 0)}


# R8


def several_builds_at_once(trial: Trial) -> Figures:
    store = trial.store()
    count = int(trial.kind.split()[0])
    children = [start(build(store, trial.corpus)) for _ in range(count)]
    outcomes = [child.wait() for child in children]
    pids = [child.pid for child in children]
    won = [pid for pid, outcome in zip(pids, outcomes, strict=True) if not outcome.error and not outcome.signal]
    lost = [outcome for outcome in outcomes if outcome.error]
    assert won and len(won) + len(lost) == count, f"{outcomes}"
    for outcome in lost:
        assert outcome.error == "StoreLockedError", f"{outcome}"
        assert outcome.seconds <= 2 + (0.5 * count), f"it took {outcome.seconds:.1f} s to say that the store is locked"
        named = any(f"process {pid} " in outcome.message for pid in won)
        assert named or "just starting" in outcome.message, outcome.message
    assert {outcome.value["hash"] for outcome in outcomes if outcome.value} == {trial.expected_hash()}
    killed = start(build(store, trial.scratch / "old"))
    time.sleep(trial.chance.uniform(0, 1))
    killed.kill()
    killed.wait()
    after_a_crash(trial, store)  # a lock that stayed would stop it
    return {"refused": len(lost)}


# R9


def questions_during_builds(trial: Trial) -> Figures:
    store = trial.store()
    begin, end = trial.folder / "begin", trial.folder / "end"
    readers = [start(asking(store, begin, end, trial.chance.random())) for _ in range(2)]
    time.sleep(IDLE_SECONDS)
    begin.touch()
    swaps = 4
    for number in range(swaps):
        run(build(store, trial.scratch / ("new", "old")[number % 2])).wanted()
    end.touch()
    told = [reader.wait().wanted() for reader in readers]
    assert all(one["generations"] >= 2 for one in told), f"a reader never went over to the new index: {told}"
    return {
        "questions": sum(one["questions"] for one in told),
        "swaps": swaps,
        "largest p95 in ms before the builds": max(one["idle"] for one in told),
        "largest p95 in ms during them": max(one["busy"] for one in told),
    }


def asking(store: Path, begin: Path, end: Path, seed: float) -> Callable[[], Any]:
    """A function that asks until the end; every answer is wholly the old index's or wholly the new one's."""

    def ask() -> dict[str, int]:
        from askspeech import SpeechIndex

        chance = random.Random(seed)
        probes = [(question, words) for one in VERSIONS for question, words in one.probes.items()]
        generations: set[str] = set()
        seconds: dict[bool, list[float]] = {False: [], True: []}
        with SpeechIndex.open(store) as index:
            while not end.exists():
                question, words = chance.choice(probes)
                busy = begin.exists()
                began = time.monotonic()
                index.refresh()
                result = index.search(question, k=8)
                seconds[busy].append(time.monotonic() - began)
                generations.add(index.generation)
                check_of_one_version(result, question, words)
                time.sleep(0.02)
        return {
            "questions": sum(map(len, seconds.values())),
            "generations": len(generations),
            "idle": p95_milliseconds(seconds[False]),
            "busy": p95_milliseconds(seconds[True]),
        }

    return ask


def check_of_one_version(result: SearchResult, question: str, words: str) -> None:
    assert result.hits, f"no answer to {question}"
    assert not result.notices, result.notices
    codes = {match for hit in result for match in re.findall("代号(.{6})", hit.passage.text)}
    wholes = [
        version
        for version in VERSIONS
        if codes <= {phrase.removeprefix("代号") for phrase in version.probes.values()}
        and (question not in version.probes or words.removeprefix("代号") in codes)
    ]
    assert wholes, f"the answer to {question} is of no one generation: {codes}"


def p95_milliseconds(seconds: Sequence[float]) -> int:
    return round(1000 * sorted(seconds)[int(0.95 * len(seconds))]) if seconds else 0


# R15


def edits(trial: Trial) -> Figures:
    """Edit, build, edit again: the last index is that of a clean build, and holds nothing that was taken out."""
    folder = OLD.write(trial.folder / "speeches")
    store = trial.store()
    gone: list[str] = []
    for _ in range(trial.chance.randint(1, 4)):
        for _ in range(trial.chance.randint(1, 3)):
            gone += edit(folder, trial.chance)
        report = run(build(store, folder)).wanted()
    assert report["hash"] == clean_hash(folder, trial.folder), "the index is not that of a clean build"
    left = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.txt"))
    live = b"".join(
        path.read_bytes() for path in (store / "generations" / report["generation"]).rglob("*") if path.is_file()
    )
    for word in gone:
        assert word in left or word.encode() not in live, f"{word} was taken out and is still in the index"
    before = written(store)
    again = run(build(store, folder)).wanted()
    assert again == {**report, "embedded": 0}, "a build with no change made another generation"
    assert written(store) == before, "a build with no change wrote something"
    return None


def written(store: Path) -> dict[Path, tuple[int, int]]:
    """When each file was written last, and its size, but for those that name the builder and tell of the last build."""
    telling = {store / name for name in ("lock", "last-build.json", "known.json")}
    files = (path for path in store.rglob("*") if path.is_file() and path not in telling)
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


def edit(folder: Path, chance: random.Random) -> list[str]:
    """One change of a corpus; returns the words that may be gone by it."""
    from tests.torture.world import code_of, speech

    files = sorted(folder.glob("*.txt"))
    change = chance.choice(["add", "add", "change", "remove", "rename", "copy"])
    one = chance.choice(files)
    text = one.read_text(encoding="utf-8")
    if change == "add" or len(files) < 2:
        (folder / f"添加{chance.randrange(1000)}.txt").write_text(speech(chance), encoding="utf-8")
        return []
    if change == "change":
        one.write_text(speech(chance), encoding="utf-8")
        return [code_of(text)]
    if change == "remove":
        one.unlink()
        return [code_of(text)]
    if change == "rename":
        one.rename(folder / f"改名{chance.randrange(1000)}.txt")
        return []
    (folder / f"复制{chance.randrange(1000)}.txt").write_text(text, encoding="utf-8")
    return []


CRASH_ROWS: Mapping[str, Row] = {
    "R1": Row("a build killed at a random time", killed_at_any_time),
    "R2": Row("a build killed at each named point", killed_at_a_point, points),
    "R2-short": Row("a build killed wherever the store has changed", killed_at_a_point, changed_points),
    "R3": Row("killed and built again, always the same store", cycle_on_one_store),
    "R4": Row("Ctrl-C and SIGTERM in a build", interrupted, lambda scratch: ["Ctrl-C", "SIGTERM"]),
    "R8": Row("several builds at once", several_builds_at_once, lambda scratch: ["2 builds", "5 builds"]),
    "R9": Row("questions during builds", questions_during_builds),
    "R15": Row("sequences of edits", edits),
}
