"""One measured run in a process of its own: python -m benchmarks.scale_runs build|bare|search ARGUMENTS, JSON out.

Memory is that of the process and all that it has started, sampled five times a second; where the system does not tell
(no /proc), it is the largest of the process alone.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from askspeech import IndexSettings, SpeechIndex, build_index
from askspeech.catalog import CATALOG, Catalog
from askspeech.datatypes import Way
from askspeech.disk import folder_bytes
from askspeech.settings import ENGINES, EngineName
from askspeech.store import Store
from benchmarks.memory import ROOT, peak_megabytes, tree_megabytes
from benchmarks.search_speed import percentile

__all__ = ["run"]

_SECONDS_BETWEEN_SAMPLES = 0.2
_WAYS: tuple[Way, ...] = ("keyword", "dense", "hybrid")
_WRITING = {"batch_size": 2, "sync_threshold": 2}
GRAPHS: dict[str, dict[str, Any]] = {
    "defaults": {"space": "cosine"},
    "ours": {"space": "cosine", "max_neighbors": 24, "ef_construction": 100, "ef_search": 200, **_WRITING},
}
"""With Chroma's own settings, and with those of `askspeech.vectors`."""


def run(what: str, *arguments: str) -> dict[str, Any]:
    """The figures of a run in a child process."""
    command = [sys.executable, "-m", "benchmarks.scale_runs", what, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


@dataclass(slots=True)
class Stages:
    """A progress callback that notes how long each stage takes."""

    seconds: dict[str, float] = field(default_factory=dict)
    _stage: str = "starting"
    _since: float = field(default_factory=time.perf_counter)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note a step."""
        self.end()
        self._stage = f"after {stage}" if total and done >= total else stage

    def end(self) -> None:
        """Note that the stage has come to its end."""
        now = time.perf_counter()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._since = now


def build(folder: Path, store: Path, engine: EngineName, workers: int) -> dict[str, Any]:
    """Build an index of a folder."""
    stages = Stages()
    settings = IndexSettings(engine=engine, workers=workers)
    with _measured() as figures:
        report = build_index([folder], store=store, settings=settings, progress=stages)
        stages.end()
    generation = Store(store).current()
    assert generation is not None
    parts = {part.name: (folder_bytes(part) if part.is_dir() else part.stat().st_size) for part in generation.iterdir()}
    with Catalog.open(generation / CATALOG) as catalog:
        characters = sum(len(source.text) for source in catalog.sources(with_text=True))
    return figures | {
        "stages": {name: round(seconds, 2) for name, seconds in stages.seconds.items()},
        "files": len(report.files),
        "speeches": report.speeches,
        "passages": report.passages,
        "characters": characters,
        "logical_hash": report.logical_hash,
        "bytes": {name: size for name, size in parts.items() if size},
    }


def bare(store: Path, place: Path, graph: str) -> dict[str, Any]:
    """What Chroma alone takes to add the vectors of an index with the same facts."""
    import chromadb  # noqa: PLC0415 - no other run needs it
    from chromadb.config import Settings  # noqa: PLC0415

    generation = Store(store).current()
    assert generation is not None
    client = chromadb.PersistentClient(path=place, settings=Settings(anonymized_telemetry=False))
    configuration: Any = {"hnsw": GRAPHS[graph]}
    made = client.create_collection("bare", embedding_function=None, configuration=configuration)
    with Catalog.open(generation / CATALOG) as catalog:
        pages = [(page.ids, page.vectors, page.speech_ids) for page in catalog.vector_pages()]
    with _measured() as figures:
        for ids, vectors, speeches in pages:
            made.add(ids=ids, embeddings=vectors, metadatas=[{"speech": speech} for speech in speeches])
    return figures | {"passages": made.count(), "bytes": folder_bytes(place)}


def search(store: Path, questions: Path, rounds: int) -> dict[str, Any]:
    """How long a question takes, in milliseconds by the clock and of the processor, each way and in all."""
    asked = json.loads(questions.read_text(encoding="utf-8"))
    began = time.perf_counter()
    with SpeechIndex.open(store) as index:
        opened = time.perf_counter() - began
        taken: dict[str, list[tuple[float, float]]] = {way: [] for way in _WAYS}
        for question in asked:
            index.search(question)
        for _ in range(rounds):
            for way in _WAYS:
                taken[way] += [_took(partial(index.search, question, way=way)) for question in asked]
        return {
            "open_seconds": opened,
            "rss_mb": peak_megabytes(),
            "ways": {way: _summary(each) for way, each in taken.items()},
        }


def _took(work: Callable[[], object]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)


def _summary(taken: Sequence[tuple[float, float]]) -> dict[str, float]:
    clock, processor = zip(*taken, strict=True)
    return {
        "queries": len(taken),
        "median_ms": statistics.median(clock),
        "p95_ms": percentile(clock, 0.95),
        "processor_median_ms": statistics.median(processor),
        "processor_p95_ms": percentile(processor, 0.95),
    }


@contextmanager
def _measured() -> Iterator[dict[str, Any]]:
    """Fills in how long the block took, by the clock and of all processors, and the most memory meanwhile."""
    figures: dict[str, Any] = {}
    over, peak = threading.Event(), [0.0]

    def sample() -> None:
        while not over.wait(_SECONDS_BETWEEN_SAMPLES):
            peak[0] = max(peak[0], tree_megabytes())

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    began, processor = time.perf_counter(), _processor_seconds()
    try:
        yield figures
    finally:
        over.set()
        thread.join()
        figures["seconds"] = time.perf_counter() - began
        figures["processor_seconds"] = _processor_seconds() - processor
        figures["peak_mb"] = peak[0] or peak_megabytes()
        figures["own_peak_mb"] = peak_megabytes()


def _processor_seconds() -> float:
    """Of this process and of those that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one run and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_runs", description=main.__doc__)
    runs = parser.add_subparsers(dest="run", required=True)
    for name, paths in {"build": "folder store", "bare": "store place", "search": "store questions"}.items():
        one = runs.add_parser(name)
        for path in paths.split():
            one.add_argument(path, type=Path)
    runs.choices["build"].add_argument("engine", choices=ENGINES)
    runs.choices["build"].add_argument("workers", type=int)
    runs.choices["bare"].add_argument("graph", choices=sorted(GRAPHS))
    runs.choices["search"].add_argument("rounds", type=int)
    values = vars(parser.parse_args(arguments))
    works: dict[str, Callable[..., dict[str, Any]]] = {"build": build, "bare": bare, "search": search}
    print(json.dumps(works[values.pop("run")](**values)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
