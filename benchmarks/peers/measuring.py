"""One row of the table: build, open, ask every question, and what all that takes."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from askspeech.scoring import Extract, Question
from benchmarks.peers.children import Child, ChildError
from benchmarks.peers.environments import Environment
from benchmarks.peers.placing import Places
from benchmarks.peers.quality import DEPTH, figures
from benchmarks.peers.rows import Row

SHOWN = 8
"""How many passages are asked for where time is measured."""
WARM_UP = 5


@dataclass(slots=True)
class Measured:
    """What a row came to, or its problem; sizes in bytes, times in seconds."""

    row: str
    peer: str
    second: bool
    settings: Mapping[str, Any]
    problem: str = ""
    quality: dict[str, dict[str, float]] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    kill_notes: list[str] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Task:
    """What every row is given: a folder of files, its texts, and questions about it."""

    corpus: Path
    texts: Mapping[str, str]
    questions: Sequence[Question]

    def asked(self, question: Question) -> str:
        """What is sent: the question, after the earlier ones of its conversation, a line each."""
        return "\n".join((*question.history, question.text))


def measure(row: Row, place: Environment, task: Task, store: Path) -> tuple[Measured, dict[str, tuple[Extract, ...]]]:
    """A row measured, with what it found for each question; a row with a problem where its program fails."""
    measured = Measured(row.name, row.peer.name, row.second, row.settings)
    if place.problem:
        measured.problem = place.problem
        return measured, {}
    try:
        found = _asked_all(row, place, task, store, measured)
    except ChildError as error:
        measured.problem = str(error)
        return measured, {}
    measured.quality = figures(task.questions, found, task.texts)
    return measured, found


def _asked_all(
    row: Row, place: Environment, task: Task, store: Path, measured: Measured
) -> dict[str, tuple[Extract, ...]]:
    store.mkdir(parents=True)
    began = time.perf_counter()
    with Child(place.python, row.peer.module) as child:
        child.do("start", settings=row.settings)
        measured.costs["start_seconds"] = time.perf_counter() - began
        measured.costs["build_seconds"] = child.do("build", corpus=task.corpus, store=store)["seconds"]
        measured.costs["build_megabytes"] = child.do("memory")["peak_megabytes"]
    measured.costs["disk_bytes"] = float(sum(file.stat().st_size for file in store.rglob("*") if file.is_file()))
    with Child(place.python, row.peer.module) as child:
        child.do("start", settings=row.settings)
        measured.costs["open_seconds"] = child.do("open", store=store)["seconds"]
        measured.costs |= _times(child, task)
        found = _found(child, task)
        measured.costs["asking_megabytes"] = child.do("memory")["peak_megabytes"]
    measured.costs["peak_megabytes"] = max(measured.costs["build_megabytes"], measured.costs["asking_megabytes"])
    measured.costs["setup_bytes"] = float(place.all_bytes if row.second else place.first_bytes)
    measured.costs["torch_bytes"] = float(place.torch_bytes)
    return found


def _times(child: Child, task: Task) -> dict[str, float]:
    """The median and the 95th percentile of a question, after a few that do not count."""
    for question in task.questions[:WARM_UP]:
        child.do("ask", question=task.asked(question), k=SHOWN)
    taken = [child.do("ask", question=task.asked(question), k=SHOWN)["seconds"] for question in task.questions]
    return {"question_median": statistics.median(taken), "question_p95": percentile(taken, 0.95)}


def _found(child: Child, task: Task) -> dict[str, tuple[Extract, ...]]:
    places = Places(task.texts)
    return {
        question.id: places.extracts(child.do("ask", question=task.asked(question), k=DEPTH)["found"])
        for question in task.questions
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(share * len(ordered) + 0.999999) - 1))]


def stamp() -> str:
    """The date, as the report gives it."""
    return time.strftime("%Y-%m-%d", time.gmtime())
