"""Recall on retrieval sets, of each way of finding passages alone (BM25, mean pooling, late interaction) and of all."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.fusion import FIELD_WEIGHTS, WEIGHTS, Signals, fuse
from askspeech.keywords import KeywordIndex
from askspeech.late_interaction import late_interaction_scores
from askspeech.legs import DEPTH as CANDIDATES
from askspeech.legs import SCORED_AGAIN
from askspeech.tokens import FIELDS, field_tokens, question_tokens
from benchmarks.rivals import Rival
from benchmarks.sets import DEPTH, Benchmark, best_rows, recall
from benchmarks.tables import markdown

BIGRAMS = {"text_bigrams": 1.0}
BIGRAMS_AND_WORDS = {"text_bigrams": 1.0, "text_words": 1.0}
Ranking = Callable[[Benchmark], list[list[int]]]
"""The rows of the best passages of each question, best first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Recall at the cutoffs of one way on one set, over so many questions; none where the way could not be tried."""

    set_name: str
    way: str
    recall: tuple[float, ...]
    questions: int = 0


def mean_pooled(benchmark: Benchmark, embedder: Embedder) -> list[list[int]]:
    """By the cosine of the embedder's vectors."""
    scores: NDArray[np.float32] = (
        embedder.embed_passages(benchmark.questions) @ embedder.embed_passages(benchmark.passages).T
    )
    return best_rows(scores)


def late_interaction(benchmark: Benchmark, embedder: StaticEmbedder) -> list[list[int]]:
    """By late interaction over every passage."""
    passages, questions = embedder.token_ids(benchmark.passages), embedder.token_ids(benchmark.questions)
    table = embedder.token_directions
    return best_rows(np.stack([late_interaction_scores(ids, passages, table) for ids in questions]))


def keyword_rankings(benchmark: Benchmark, every_weights: Sequence[Mapping[str, float]]) -> Iterator[list[list[int]]]:
    """By BM25 of askspeech's own keyword index, for each choice of fields and weights; the index is built once."""
    with keyword_index(benchmark) as index:
        tokens = [question_tokens(question) for question in benchmark.questions]
        for weights in every_weights:
            yield [[int(row) for row, _ in index.query(each, weights, DEPTH)] for each in tokens]


@contextmanager
def keyword_index(benchmark: Benchmark) -> Iterator[KeywordIndex]:
    """The keyword index of askspeech over the passages, each under its number; it is gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        with KeywordIndex.create(Path(folder) / "keywords", FIELDS) as writing:
            for number, text in enumerate(benchmark.passages):
                writing.add(str(number), "", field_tokens(text, "", ""))
            writing.commit()
        with KeywordIndex.open(Path(folder) / "keywords") as index:
            yield index


def whole_search(benchmark: Benchmark, embedder: StaticEmbedder) -> list[list[int]]:
    """By all ways fused, as a search fuses the candidates of its legs; there are no speeches and no outlines here."""
    passages, questions = embedder.token_ids(benchmark.passages), embedder.token_ids(benchmark.questions)
    cosines = embedder.embed_token_ids(questions) @ embedder.embed_token_ids(passages).T
    ranked = []
    with keyword_index(benchmark) as index:
        for number, question in enumerate(benchmark.questions):
            keyword = dict(index.query(question_tokens(question), FIELD_WEIGHTS, CANDIDATES))
            nearest = np.argsort(-cosines[number], kind="stable")[:CANDIDATES]
            dense = {str(row): float(cosines[number, row]) for row in nearest}
            candidates = [scored.id for scored in fuse(Signals(keyword, dense, {}), WEIGHTS)[:SCORED_AGAIN]]
            ids = [passages[int(row)] for row in candidates]
            late = late_interaction_scores(questions[number], ids, embedder.token_directions)
            signals = Signals(keyword, dense, dict(zip(candidates, late.tolist(), strict=True)))
            ranked.append([int(scored.id) for scored in fuse(signals, WEIGHTS)[:DEPTH]])
    return ranked


def keyword_figures(benchmark: Benchmark) -> Iterator[Figures]:
    """BM25 over bigrams, and over bigrams and words."""
    ways = {"BM25, bigrams": BIGRAMS, "BM25, bigrams and words": BIGRAMS_AND_WORDS}
    rankings = keyword_rankings(benchmark, list(ways.values()))
    for way, ranked in zip(ways, rankings, strict=True):
        yield figures_of(benchmark, way, ranked)


def embedder_figures(benchmark: Benchmark, embedder: StaticEmbedder) -> Iterator[Figures]:
    """Both ways of static token vectors, and all ways fused."""
    ways: dict[str, Ranking] = {
        "mean-pooled": partial(mean_pooled, embedder=embedder),
        "late interaction": partial(late_interaction, embedder=embedder),
        "whole search": partial(whole_search, embedder=embedder),
    }
    for way, ranking in ways.items():
        yield figures_of(benchmark, way, ranking(benchmark))


def rival_figures(benchmark: Benchmark, rival: Rival, questions: int) -> Figures:
    """Mean pooling of another embedder, over at most so many questions (0 for all); or why there is none."""
    if rival.embedder is None:
        return Figures(benchmark.name, f"{rival.name}: {rival.problem}", ())
    sample = benchmark.sampled(questions)
    left_out = len(benchmark.questions) - len(sample.questions)
    way = f"{rival.name} ({len(sample.questions)} questions, evenly spaced)" if left_out else rival.name
    return figures_of(sample, way, mean_pooled(sample, rival.embedder))


def figures_of(benchmark: Benchmark, way: str, ranked: Sequence[Sequence[int]]) -> Figures:
    """The recall of a ranking."""
    return Figures(benchmark.name, way, recall(ranked, benchmark.positives), len(benchmark.questions))


def table_of_figures(figures: Sequence[Figures]) -> str:
    """A Markdown table, one line for each set and way."""
    rows = [
        (each.set_name, each.way, *(f"{value:.3f}" for value in each.recall or ()), *(["–"] * 2 * (not each.recall)))
        for each in figures
    ]
    return markdown(("set", "way", "R@1", "R@10"), rows)
