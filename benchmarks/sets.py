"""Retrieval sets: passages, questions, and which passages answer each question.

A set is two files of JSON lines in one folder: `NAME.corpus.jsonl.gz` with `{"id", "text"}`, and
`NAME.queries.jsonl.gz` with `{"question", "positive": [ids of passages]}`.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CUTOFFS = (1, 10)
DEPTH = max(CUTOFFS)
"""How many passages of a ranking are looked at."""
CORPUS, QUERIES = ".corpus.jsonl.gz", ".queries.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Passages, questions, and for each question the rows of the passages that answer it."""

    name: str
    passages: tuple[str, ...]
    questions: tuple[str, ...]
    positives: tuple[frozenset[int], ...]

    def sampled(self, questions: int) -> "Benchmark":
        """The same passages with at most so many questions, evenly spaced; 0 keeps all."""
        if not 0 < questions < len(self.questions):
            return self
        rows = [number * len(self.questions) // questions for number in range(questions)]
        return Benchmark(
            self.name,
            self.passages,
            tuple(self.questions[row] for row in rows),
            tuple(self.positives[row] for row in rows),
        )


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, mode="rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def read_benchmarks(folder: Path) -> Iterator[Benchmark]:
    """Every set of a folder that has both of its files, without the questions that no passage answers."""
    for path in sorted(folder.glob(f"*{CORPUS}")):
        name = path.name.removesuffix(CORPUS)
        queries = folder / f"{name}{QUERIES}"
        if not queries.is_file():
            continue
        passages = list(read_lines(path))
        questions = [row for row in read_lines(queries) if row["positive"]]
        rows = {row["id"]: number for number, row in enumerate(passages)}
        yield Benchmark(
            name,
            tuple(row["text"] for row in passages),
            tuple(row["question"] for row in questions),
            tuple(frozenset(rows[each] for each in row["positive"]) for row in questions),
        )


def best_rows(scores: NDArray[np.float32]) -> list[list[int]]:
    """The rows of the best passages of each question, best first, from scores of questions × passages."""
    ranked: list[list[int]] = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH].tolist()
    return ranked


def recall(ranked: Sequence[Sequence[int]], positives: Sequence[frozenset[int]]) -> tuple[float, ...]:
    """At each cutoff, the share of the questions that have at least one of their passages among the first."""
    found = [[row in wanted for row in rows] for rows, wanted in zip(ranked, positives, strict=True)]
    return tuple(float(np.mean([any(row[:cutoff]) for row in found])) for cutoff in CUTOFFS)
