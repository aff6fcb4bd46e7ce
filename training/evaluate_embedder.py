"""Measure an embedder's folder on the benchmark sets: mean pooling alone and late interaction alone.

    python training/evaluate_embedder.py --benchmarks DIR [--model src/askspeech/embedding_model]

R@k is the share of the questions that have at least one of their passages among the first k.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pairs import read_lines

from askspeech.embedder import StaticEmbedder
from askspeech.late_interaction import late_interaction_scores

CUTOFFS = (1, 10)
BUILTIN = Path(__file__).parent.parent / "src" / "askspeech" / "embedding_model"


@dataclass(frozen=True, slots=True)
class Figures:
    """Recall at the cutoffs of one way on one set."""

    set_name: str
    way: str
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Passages, questions, and for each question the rows of the passages that answer it."""

    name: str
    passages: tuple[str, ...]
    questions: tuple[str, ...]
    positives: tuple[frozenset[int], ...]


def read_benchmarks(folder: Path) -> Iterator[Benchmark]:
    """Every set of a folder that has both `NAME.corpus.jsonl.gz` and `NAME.queries.jsonl.gz`."""
    for path in sorted(folder.glob("*.corpus.jsonl.gz")):
        name = path.name.removesuffix(".corpus.jsonl.gz")
        passages = list(read_lines(path))
        questions = [row for row in read_lines(folder / f"{name}.queries.jsonl.gz") if row["positive"]]
        rows = {row["id"]: number for number, row in enumerate(passages)}
        yield Benchmark(
            name,
            tuple(row["text"] for row in passages),
            tuple(row["question"] for row in questions),
            tuple(frozenset(rows[each] for each in row["positive"]) for row in questions),
        )


def recall(scores: NDArray[np.float32], positives: Sequence[frozenset[int]]) -> tuple[float, ...]:
    """The recall at each cutoff, from scores of questions × passages."""
    ranked = np.argsort(-scores, axis=1, kind="stable")[:, : max(CUTOFFS)]
    found = [[row in wanted for row in rows] for rows, wanted in zip(ranked.tolist(), positives, strict=True)]
    return tuple(float(np.mean([any(row[:cutoff]) for row in found])) for cutoff in CUTOFFS)


def mean_pooled_scores(benchmark: Benchmark, embedder: StaticEmbedder) -> NDArray[np.float32]:
    """Cosines of questions × passages."""
    scores: NDArray[np.float32] = (
        embedder.embed_passages(benchmark.questions) @ embedder.embed_passages(benchmark.passages).T
    )
    return scores


def late_scores(benchmark: Benchmark, embedder: StaticEmbedder) -> NDArray[np.float32]:
    """Late interaction of questions × passages, over every passage."""
    passages, vectors = embedder.token_ids(benchmark.passages), embedder.token_vectors
    return np.stack(
        [late_interaction_scores(ids, passages, vectors) for ids in embedder.token_ids(benchmark.questions)]
    )


def evaluate(embedder: StaticEmbedder, folder: Path) -> list[Figures]:
    """Both ways on every set of a folder."""
    ways = (("mean-pooled", mean_pooled_scores), ("late interaction", late_scores))
    return [
        Figures(each.name, way, recall(scores(each, embedder), each.positives))
        for each in read_benchmarks(folder)
        for way, scores in ways
    ]


def table_of_figures(figures: Sequence[Figures]) -> str:
    """A Markdown table, one line for each set and way."""
    lines = ["| set | way | R@1 | R@10 |", "| --- | --- | --- | --- |"]
    lines += [f"| {each.set_name} | {each.way} | {each.recall[0]:.3f} | {each.recall[1]:.3f} |" for each in figures]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder with NAME.corpus and NAME.queries")
    parser.add_argument("--model", type=Path, default=BUILTIN, help="model folder (default: the built-in one)")
    arguments = parser.parse_args()
    print(table_of_figures(evaluate(StaticEmbedder(arguments.model), arguments.benchmarks)))


if __name__ == "__main__":
    main()
