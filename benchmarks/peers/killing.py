"""What survives a kill: an index is brought up to date, the process is killed, and the index is opened again.

The index of an earlier state of the corpus lies on disk (the last file not there yet, the first one half as long). A
program begins to build the index of the corpus as it is now, over the earlier one, as a user would, and gets SIGKILL:
in one half of the trials at any moment of the build, in the other half at any moment after the first change on disk.
Then the index is opened as the documentation says, and what it answers to the same questions is compared.
"""

import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.children import Child, ChildError

PROBES = 30
PROBE_DEPTH = 20
LOOK_EVERY = 0.001
PATIENCE = 600.0
NOTE_CHARACTERS = 80
OLD, NEW, MIXED, NOTHING, ERROR = "old index", "new index", "silently incomplete", "nothing", "error"
VERDICTS = (OLD, NEW, MIXED, NOTHING, ERROR)
Answers = tuple[tuple[str, ...], ...]
"""For each question, the words of the passages found, in any order."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A build that was let finish: how long it took, when it first changed the disk, what both indexes answer."""

    seconds: float
    first_change: float
    before: Answers
    after: Answers


def verdict(answers: Answers, before: Answers, after: Answers) -> str:
    """What an index that could be opened is, by what it answers."""
    if answers == before:
        return OLD
    if answers == after:
        return NEW
    return MIXED if any(answers) else NOTHING


def moments(trials: int, rehearsal: Rehearsal, chance: random.Random) -> list[tuple[str, float]]:
    """When to kill: seconds after the build began, or after the first change on disk, in turns."""
    writing = max(0.0, rehearsal.seconds - rehearsal.first_change)
    return [
        ("written", chance.uniform(0, writing)) if number % 2 else ("begun", chance.uniform(0, rehearsal.seconds))
        for number in range(trials)
    ]


def earlier_corpus(corpus: Path, folder: Path) -> Path:
    """A copy of a corpus as it might have been before: without its last file, the first one cut in half."""
    names = sorted(path.name for path in corpus.iterdir() if path.is_file())
    folder.mkdir(parents=True)
    for name in names[:-1] or names:
        shutil.copy(corpus / name, folder / name)
    first = folder / names[0]
    text = first.read_text(encoding="utf-8")
    first.write_text(text[: len(text) // 2], encoding="utf-8")
    return folder


def signature(folder: Path) -> frozenset[tuple[str, int, int]]:
    """What lies in a folder: names, sizes and times of change; files that vanish while one looks are left out."""
    seen = set()
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        seen.add((str(path), status.st_size, status.st_mtime_ns))
    return frozenset(seen)


def until_changed(folder: Path, before: frozenset[Any], running: Callable[[], bool]) -> None:
    """Wait until something in the folder changes, or the process has ended."""
    end = time.monotonic() + PATIENCE
    while running() and time.monotonic() < end and signature(folder) == before:
        time.sleep(LOOK_EVERY)


def told(error: str) -> str:
    """An error in one short line, without the numbers in which it differs from time to time."""
    return re.sub(r"\d+", "…", " ".join(error.split()))[:NOTE_CHARACTERS]


class Torture:
    """The trials of one pipeline with one choice of settings."""

    def __init__(
        self,
        start: Callable[[], Child],
        settings: Mapping[str, Any],
        corpus: Path,
        questions: Sequence[str],
        work: Path,
    ) -> None:
        self._start, self._settings, self._corpus, self._work = start, settings, corpus, work
        self._questions = questions[:: max(1, len(questions) // PROBES)]

    def trials(self, count: int, seed: int = 1) -> tuple[dict[str, int], list[str]]:
        """How often which verdict came, and the different errors that were told; raises `ChildError` before any."""
        # The same folder in both states: pipelines keep the paths of their files.
        folder = earlier_corpus(self._corpus, self._work / "corpus")
        kept = self._work / "earlier-store"
        kept.mkdir()
        with self._started() as child:
            child.do("build", corpus=folder, store=kept)
        shutil.copytree(self._corpus, folder, dirs_exist_ok=True)
        self._corpus = folder
        # Of two, the one that less else on the machine held up: kills are to come before the end of the build.
        rehearsal = min((self._rehearse(kept) for _ in range(2)), key=lambda one: one.seconds)
        if rehearsal.before == rehearsal.after:
            raise ChildError("the corpus and its earlier state are answered alike, so that nothing can be told apart")
        verdicts: Counter[str] = Counter()
        notes: list[str] = []
        for number, (since, delay) in enumerate(moments(count, rehearsal, random.Random(seed))):
            store = self._work / f"trial-{number}"
            shutil.copytree(kept, store)
            self._killed(store, since, delay)
            said, note = self._opened(store, rehearsal)
            verdicts[said] += 1
            if note and note not in notes:
                notes.append(note)
            shutil.rmtree(store, ignore_errors=True)
        return dict(verdicts), notes

    @contextmanager
    def _started(self) -> Iterator[Child]:
        with self._start() as child:
            child.do("start", settings=self._settings)
            yield child

    def _rehearse(self, kept: Path) -> Rehearsal:
        store = self._work / "rehearsal"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(kept, store)
        before = self._answers(kept)
        with self._started() as child:
            lying = signature(store)
            began = time.monotonic()
            child.send(do="build", corpus=self._corpus, store=store)
            until_changed(store, lying, lambda: child.running)
            changed = time.monotonic() - began
            child.answer()
            seconds = time.monotonic() - began
        return Rehearsal(seconds, min(changed, seconds), before, self._answers(store))

    def _killed(self, store: Path, since: str, delay: float) -> None:
        with self._started() as child:
            lying = signature(store)
            child.send(do="build", corpus=self._corpus, store=store)
            if since == "written":
                until_changed(store, lying, lambda: child.running)
            time.sleep(delay)
            child.kill()

    def _opened(self, store: Path, rehearsal: Rehearsal) -> tuple[str, str]:
        try:
            return verdict(self._answers(store), rehearsal.before, rehearsal.after), ""
        except ChildError as error:
            return ERROR, told(str(error).replace(str(self._work), "…"))

    def _answers(self, store: Path) -> Answers:
        with self._started() as child:
            child.do("open", store=store)
            asked = [child.do("ask", question=one, k=PROBE_DEPTH)["found"] for one in self._questions]
        return tuple(tuple(sorted("".join("".join(found["pieces"]).split()) for found in every)) for every in asked)
