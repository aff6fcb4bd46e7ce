"""How long a search takes, beside one bare query of Chroma and one of tantivy over the same index, in one run.

    python -m benchmarks.search_speed --store DIR --questions QUESTIONS.jsonl [--rounds 3] [--share 0.01] [--json FILE]

Any index that was built with the built-in embedder will do; the questions are in the format of `askspeech evaluate`.
Every question is asked once to warm up. Then so many rounds are timed, in each of which one kind of query after the
other is asked all questions, so that what else the machine does falls on all of them alike.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from askspeech import SpeechIndex
from askspeech.catalog import CATALOG, Catalog
from askspeech.datatypes import Filters
from askspeech.embedder import builtin_embedder
from askspeech.errors import AskSpeechError
from askspeech.evaluation import read_questions
from askspeech.fusion import FIELD_WEIGHTS
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.legs import DEPTH
from askspeech.store import Store
from askspeech.tokens import question_tokens, search_key
from askspeech.vectors import VECTORS, VectorIndex
from benchmarks.tables import markdown

SEED = 1
Work = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Timed:
    """How long one kind of query took, in milliseconds, over so many queries."""

    what: str
    queries: int
    median: float
    p95: float


def timed(works: dict[str, Work], questions: Sequence[str], rounds: int) -> list[Timed]:
    """Each kind of query over all questions, in turns; the first time of each is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        for question in questions:
            work(question)
    for _ in range(rounds):
        for name, work in works.items():
            for question in questions:
                began = time.perf_counter()
                work(question)
                taken[name].append(1000 * (time.perf_counter() - began))
    return [Timed(name, len(each), statistics.median(each), percentile(each, 0.95)) for name, each in taken.items()]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000 * len(ordered)) // 1000) - 1))]


def filter_of(catalog: Catalog, share: float) -> tuple[Filters, int]:
    """A filter by speeches, chosen at random, that keeps about this share of the passages, and how many it keeps."""
    sizes: dict[str, int] = {}
    for row in catalog.passage_rows():
        sizes[row.speech_id] = sizes.get(row.speech_id, 0) + 1
    speeches = sorted(sizes)
    random.Random(SEED).shuffle(speeches)
    wanted, kept = share * sum(sizes.values()), 0
    chosen: list[str] = []
    for speech in speeches:
        if kept + sizes[speech] <= wanted or not chosen:
            chosen.append(speech)
            kept += sizes[speech]
    return Filters(speech=tuple(chosen)), kept


def measure(store: Path, questions: Sequence[str], rounds: int, share: float) -> tuple[str, list[Timed]]:
    """A sentence on the index, and the times of every kind of query."""
    embedder = builtin_embedder()
    with (
        Store(store).open_current() as held,
        SpeechIndex.open(store) as index,
        Catalog.open(held.path / CATALOG) as catalog,
        KeywordIndex.open(held.path / KEYWORDS) as keywords,
        VectorIndex.open(held.path / VECTORS) as vectors,
    ):
        filters, kept = filter_of(catalog, share)
        total = index.passage_count()
        works: dict[str, Work] = {
            "whole search": lambda question: index.search(question, k=8),
            f"whole search, a filter that keeps {100 * kept / total:.1f} %": lambda question: index.search(
                question, k=8, filters=filters
            ),
            f"one Chroma query, {DEPTH} results": lambda question: vectors.query(
                embedder.embed_question(search_key(question)), DEPTH
            ),
            f"one tantivy query, {DEPTH} results": lambda question: keywords.query(
                question_tokens(question), FIELD_WEIGHTS, DEPTH
            ),
        }
        about = f"{total:,} passages of {len(index.speeches()):,} speeches, {len(questions)} questions"
        return about, timed(works, questions, rounds)


def table(found: Sequence[Timed]) -> str:
    """A Markdown table, with how many times as long the search takes as the two bare queries together."""
    rows = [(each.what, f"{each.median:.1f} ms", f"{each.p95:.1f} ms") for each in found]
    bare = found[2].median + found[3].median
    rows.append(("whole search against the two bare queries", f"{found[0].median / bare:.1f} times", ""))
    return markdown(("query", "median", "p95"), rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the arguments name; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search_speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--store", type=Path, required=True, metavar="DIR")
    parser.add_argument("--questions", type=Path, required=True, metavar="QUESTIONS.jsonl")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--share", type=float, default=0.01, help="what the filter keeps (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args(argv)
    try:
        questions = [question.text for question in read_questions(options.questions)]
        about, found = measure(options.store, questions, options.rounds, options.share)
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    print(f"{about}, {options.rounds} rounds\n\n{table(found)}")
    if options.json is not None:
        figures = {"about": about, "times": [asdict(each) for each in found]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
