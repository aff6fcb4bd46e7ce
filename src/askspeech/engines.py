"""Where files are prepared: in this process, in worker processes of this machine, or on a Ray cluster.

The outcome is the same wherever: each file is prepared alone, and one process alone writes.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.table import Format
from askspeech.prepared import Outcome, Recipe, Task
from askspeech.preparing import Preparer
from askspeech.ray_workers import RayWorkers
from askspeech.reading_pool import ReadingPool
from askspeech.settings import EngineName
from askspeech.spool import Spool
from askspeech.worker_pool import WorkerPool

__all__ = ["Adaptive", "Engine", "Serial", "Workshop", "engine_of", "processors", "workshop"]

Key = TypeVar("Key")

_PATIENCE_SECONDS = 1.0
"""After so long, worker processes are worth their start, which takes about as long."""
_MOST_WORKERS = 16
_BYTES_PER_WORKER = 1 << 30
"""Of memory, that there should be: a worker takes a quarter of it, and what reads a hostile file for it the rest."""


class Engine(Protocol):
    """What prepares files."""

    def map(self, tasks: Iterable[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Outcome | None]]:
        """What became of each task, in their order; None where there was no task. Items are taken as needed.

        Raises:
            ModelError, SettingsError: nothing can be prepared.
        """

    def close(self) -> None:
        """End what was started; it starts again when there is something to prepare."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What files are prepared by and where, and where they then wait to be written."""

    recipe: Recipe
    engine: Engine
    spool: Spool


@contextmanager
def workshop(
    recipe: Recipe, name: EngineName = "auto", workers: int = 0, folder: Path | None = None
) -> Iterator[Workshop]:
    """A workshop that is closed at the end; what waits lies on the disk of the folder.

    Raises:
        SettingsError: the engine's library is not installed.
    """
    engine = engine_of(name, workers, recipe)
    with Spool(folder) as spool:
        try:
            yield Workshop(recipe, engine, spool)
        finally:
            engine.close()


class Serial:
    """Prepares in this process, one thing at a time; files are read ahead of it in children."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._preparer: Preparer | None = None

    def map(self, tasks: Iterable[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Outcome | None]]:
        """See `Engine.map`."""
        with ReadingPool() as pool:
            for (key, task), read in pool.read_ahead(((key, task), _file(task)) for key, task in tasks):
                yield key, None if task is None else self._outcome(task, read)

    def close(self) -> None:
        """Let go of what was loaded."""
        self._preparer = None

    def _outcome(self, task: Task, read: Extracted | ReadError | None) -> Outcome:
        if self._preparer is None:
            self._preparer = Preparer(self._recipe)
        return Outcome.unpacked(self._preparer.prepare(task, read))


class Adaptive:
    """Prepares in this process for a second, and what is then left in workers: small builds need none."""

    def __init__(self, recipe: Recipe, workers: int, patience: float = _PATIENCE_SECONDS) -> None:
        self._here, self._there = Serial(recipe), WorkerPool(recipe, workers)
        self._patience = patience

    def map(self, tasks: Iterable[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Outcome | None]]:
        """See `Engine.map`."""
        rest = iter(tasks)
        yield from self._here.map(_until(time.monotonic() + self._patience, rest))
        self._here.close()
        yield from self._there.map(rest)

    def close(self) -> None:
        """End the workers."""
        self._here.close()
        self._there.close()


def engine_of(name: EngineName, workers: int, recipe: Recipe) -> Engine:
    """The engine of that name; `workers` is 0 for as many as there are processors and memory for them.

    Raises:
        SettingsError: its library is not installed.
    """
    wanted = workers or processors()
    if name == "ray":
        return RayWorkers(recipe, wanted)
    if name == "pool":
        return WorkerPool(recipe, wanted)
    return Adaptive(recipe, wanted) if name == "auto" and wanted > 1 else Serial(recipe)


def processors() -> int:
    """How many workers this machine has processors and memory for."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(available, _MOST_WORKERS, memory // _BYTES_PER_WORKER))


def _file(task: Task | None) -> tuple[Format, bytes] | None:
    return (task.file.format, task.file.data) if task is not None and task.file is not None else None


def _until(deadline: float, items: Iterator[Key]) -> Iterator[Key]:
    """Items as long as there is time, the first one in any case not less than that."""
    while time.monotonic() < deadline:
        try:
            yield next(items)
        except StopIteration:
            return
