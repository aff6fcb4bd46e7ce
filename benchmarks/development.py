"""How much of the evidence of questions each way of searching finds, alone, in an index built of their corpus."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from askspeech.datatypes import Way
from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.evaluation import Evaluation, evaluate, read_questions, write_predictions
from askspeech.indexing import build_index
from askspeech.scoring import summary
from askspeech.search import SpeechIndex
from benchmarks.rivals import Rival
from benchmarks.tables import markdown

WAYS: tuple[tuple[Way, str], ...] = (
    ("keyword", "keyword"),
    ("dense", "dense"),
    ("late", "late interaction"),
    ("hybrid", "hybrid"),
)
SHOWN = ("evidence@2000", "complete@2000", "mrr")
LANGUAGES = {"zh": "Chinese", "en": "English"}


@dataclass(frozen=True, slots=True)
class WayFigures:
    """The figures of one way over the questions in one language; none where the way could not be tried."""

    language: str
    way: str
    figures: dict[str, float]


@contextmanager
def in_place_of_the_builtin(model: StaticEmbedder) -> Iterator[None]:
    """Let builds and searches use the token vectors of this model.

    askspeech leaves no choice there, on purpose; only measuring a model that may become the built-in one needs it.
    """
    with ExitStack() as changes:
        for module in ("indexing", "search"):
            changes.enter_context(patch(f"askspeech.{module}.builtin_embedder", lambda: model))
        yield


def development_figures(
    corpus: Path, questions: Path, model: StaticEmbedder, rivals: Sequence[Rival], predictions: Path | None = None
) -> list[WayFigures]:
    """Every way with the model, and the dense one with each rival; every language by itself.

    `questions` is a file in the format of `askspeech evaluate`. What each way found is written into the folder
    `predictions`, where one is given. Raises the errors of `build_index`, `read_questions` and `write_predictions`.
    """
    measuring = _Measuring(corpus, questions, predictions)
    with in_place_of_the_builtin(model):
        found = measuring.with_embedder(model, WAYS)
        for rival in rivals:
            if rival.embedder is None:
                found += [(f"dense, {rival.name}: {rival.problem}", None)]
            else:
                found += measuring.with_embedder(rival.embedder, [("dense", f"dense, {rival.name}")])
    return [
        WayFigures(language, way, {} if evaluation is None else _figures(evaluation, language))
        for language in measuring.languages
        for way, evaluation in found
    ]


class _Measuring:
    """The same questions, asked of an index for each embedder."""

    def __init__(self, corpus: Path, questions: Path, predictions: Path | None) -> None:
        self.corpus, self.predictions = corpus, predictions
        self.questions = read_questions(questions)
        languages = {question.language for question in self.questions}
        # Chinese first, which the speeches are in.
        self.languages = sorted(languages, key=lambda language: (language != "zh", language))

    def with_embedder(self, embedder: Embedder, ways: Sequence[tuple[Way, str]]) -> list[tuple[str, Evaluation | None]]:
        with tempfile.TemporaryDirectory() as store:
            build_index([self.corpus], store=store, embedder=embedder)
            with SpeechIndex.open(store, embedder=embedder) as index:
                return [(name, self._asked(index, way, name)) for way, name in ways]

    def _asked(self, index: SpeechIndex, way: Way, name: str) -> Evaluation:
        evaluation = evaluate(index, None, self.questions, way=way)
        if self.predictions is not None:
            file = f"{name.replace(', ', '-').replace(' ', '-')}.jsonl"
            write_predictions(self.predictions / file, evaluation.predictions)
        return evaluation


def _figures(evaluation: Evaluation, language: str) -> dict[str, float]:
    return summary([row for row in evaluation.rows if row.language == language])


def table_of_ways(figures: Sequence[WayFigures]) -> str:
    """A Markdown table, one line for each language and way."""
    rows = [
        (
            LANGUAGES.get(each.language, each.language),
            each.way,
            *(f"{each.figures[name]:.3f}" if name in each.figures else "–" for name in SHOWN),
        )
        for each in figures
    ]
    return markdown(("questions", "way", *SHOWN), rows)
