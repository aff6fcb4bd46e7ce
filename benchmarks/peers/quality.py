"""How good what was found is, by the measures of `askspeech evaluate`, and at a number of passages."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from askspeech.scoring import (
    FOUND_SHARE,
    Extract,
    Prediction,
    Question,
    Row,
    Texts,
    by_file,
    is_covered,
    pieces,
    score,
    summaries,
    summary,
)

PASSAGES = (2, 5)
"""The numbers of passages that quality is measured at, beside the budgets of characters."""
DEPTH = 40
"""How many passages are asked for where quality is measured: enough for every budget."""


def read_texts(corpus: Path) -> dict[str, str]:
    """The canonical texts of a corpus of plain files in UTF-8, by name, newlines untouched."""
    texts = {}
    for path in sorted(corpus.iterdir()):
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                texts[path.name] = file.read()
    return texts


def figures(
    questions: Sequence[Question], found: Mapping[str, tuple[Extract, ...]], texts: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """The scorer's averages, by `all`, by language and by type, and those at a number of passages."""
    predictions = {name: Prediction(name, extracts) for name, extracts in found.items()}
    rows = score(questions, predictions, texts)
    groups = {"all": summary(rows), **summaries(rows), **_types_in(rows, "zh")}
    at_passages = _at_passages(questions, found, Texts(texts))
    for name, group in groups.items():
        ids = [row.id for row in rows if row.answerable and _belongs(row, name)]
        for measure in next(iter(at_passages.values()), {}):
            group[measure] = round(statistics.fmean(at_passages[one][measure] for one in ids), 3)
    return groups


def _types_in(rows: Sequence[Row], language: str) -> dict[str, dict[str, float]]:
    """A summary for each type of the questions in one language."""
    chosen = [row for row in rows if row.language == language and row.answerable]
    types = sorted({row.type for row in chosen})
    return {f"{language}:{kind}": summary([row for row in chosen if row.type == kind]) for kind in types}


def _belongs(row: Row, group: str) -> bool:
    return group in ("all", row.language, row.type, f"{row.language}:{row.type}")


def _at_passages(
    questions: Sequence[Question], found: Mapping[str, tuple[Extract, ...]], texts: Texts
) -> dict[str, dict[str, float]]:
    """For each answerable question: the share of its evidence in the first k passages, and how long these are."""
    measured: dict[str, dict[str, float]] = {}
    for question in questions:
        if not question.answerable:
            continue
        evidence = pieces(question.evidence)
        measured[question.id] = {}
        for k in PASSAGES:
            spans = by_file(found.get(question.id, ())[:k])
            covered = [is_covered(texts, piece, spans, FOUND_SHARE) for piece in evidence]
            measured[question.id][f"evidence@k={k}"] = sum(covered) / len(covered)
            length = sum(end - start for every in spans.values() for start, end in every)
            measured[question.id][f"characters@k={k}"] = float(length)
    return measured
