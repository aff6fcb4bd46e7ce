"""Measure an embedder's folder on the benchmark sets: mean pooling alone and late interaction alone.

    python -m training.evaluate_embedder --benchmarks DIR [--model src/askspeech/embedding_model]

R@k is the share of the questions that have at least one of their passages among the first k. The measuring itself is
that of `benchmarks/`, which also compares with BM25 and others.
"""

import argparse
from pathlib import Path

from benchmarks.retrieval import Figures, embedder_figures, table_of_figures
from benchmarks.sets import read_benchmarks

from askspeech.embedder import StaticEmbedder

BUILTIN = Path(__file__).parent.parent / "src" / "askspeech" / "embedding_model"


def evaluate(embedder: StaticEmbedder, folder: Path) -> list[Figures]:
    """Both ways on every set of a folder."""
    return [figures for each in read_benchmarks(folder) for figures in embedder_figures(each, embedder)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder with NAME.corpus and NAME.queries")
    parser.add_argument("--model", type=Path, default=BUILTIN, help="model folder (default: the built-in one)")
    arguments = parser.parse_args()
    print(table_of_figures(evaluate(StaticEmbedder(arguments.model), arguments.benchmarks)))


if __name__ == "__main__":
    main()
