"""How good predictions are, measured against questions with gold evidence: pure functions over texts and spans.

A span is `[start, end)` in characters of a file's canonical text. Figures are macro-averaged over the questions that
they apply to:

    evidence@B       share of a question's evidence covered by the first B characters of its ranked passages
    complete@B       share of the questions whose evidence is covered in full by the first B characters
    mrr              1 / rank of the first passage that covers any piece of evidence
    cited_recall     share of the evidence that the answer's citations cover
    cited_precision  share of the cited characters that lie in the evidence or in a sentence next to it
    point_recall     share of the expected answer points whose wording the answer carries (character bigrams)
    answer_chars     median length of the answers given to answerable questions
    refused_right    share of the unanswerable questions that were refused
    refused_wrong    share of the answerable questions that were refused
"""

import bisect
import math
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from askspeech.datatypes import Span

BUDGETS = (1000, 2000, 4000)
FIGURES = (
    *(f"{name}@{budget}" for budget in BUDGETS for name in ("evidence", "complete")),
    "mrr",
    "cited_recall",
    "cited_precision",
    "point_recall",
)
FOUND_SHARE = 0.9
CITED_SHARE = 0.6
SENTENCE_END = re.compile(r"[。！？!?；;]|\n\s*\n")


class Quote(NamedTuple):
    """A verbatim quote of a file; quotes of one `alternative` group are one piece of evidence, any of them will do."""

    file: str
    text: str
    alternative: str | None = None


class Extract(NamedTuple):
    """Spans of one file: a passage that was found, or a citation."""

    file: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what it should find; `history` is the earlier questions of its conversation, oldest first."""

    id: str
    text: str
    language: str
    type: str
    answerable: bool
    history: tuple[str, ...] = ()
    evidence: tuple[Quote, ...] = ()
    answer_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system found for a question, best first, and what it answered; `answer` is None for a search alone."""

    id: str
    passages: tuple[Extract, ...] = ()
    answer: str | None = None
    citations: tuple[Extract, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one question; none for an unanswerable one."""

    id: str
    type: str
    language: str
    answerable: bool
    refused: bool = False
    answer_characters: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)


class Texts:
    """The files' canonical texts, as quotes and spans address them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._cuts: dict[str, list[int]] = {}

    def places(self, quote: Quote) -> list[Span]:
        """Every span at which the quote stands in its file; none where the file is not there."""
        text = self._texts.get(quote.file, "")
        return [Span(*match.span()) for match in re.finditer(re.escape(quote.text), text)]

    def covered(self, file: str, place: Span, spans: Iterable[Span], share: float) -> bool:
        """Whether spans of the same file hold at least that share of the place's characters other than white space."""
        text = self._texts[file]
        wanted = {index for index in range(*place) if not text[index].isspace()}
        held = {index for start, end in spans for index in range(max(start, place.start), min(end, place.end))}
        return len(wanted & held) >= share * len(wanted)

    def zone(self, file: str, place: Span) -> Span:
        """The sentences that the place touches, with one more on either side."""
        cuts = self._sentence_cuts(file)
        first = bisect.bisect_right(cuts, place.start) - 1
        last = bisect.bisect_left(cuts, place.end)
        return Span(cuts[max(0, first - 1)], cuts[min(len(cuts) - 1, last + 1)])

    def _sentence_cuts(self, file: str) -> list[int]:
        if file not in self._cuts:
            text = self._texts[file]
            self._cuts[file] = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
        return self._cuts[file]


def pieces(evidence: Sequence[Quote]) -> list[list[Quote]]:
    """The pieces of evidence: each a list of alternative quotes."""
    groups: dict[tuple[str, str | int], list[Quote]] = {}
    for number, quote in enumerate(evidence):
        key = ("one", number) if quote.alternative is None else ("alternative", quote.alternative)
        groups.setdefault(key, []).append(quote)
    return list(groups.values())


def by_file(extracts: Iterable[Extract], budget: int | None = None) -> dict[str, list[Span]]:
    """The extracts' spans by file, cut off once the budget of characters has been used."""
    spans: dict[str, list[Span]] = defaultdict(list)
    left: float = math.inf if budget is None else budget
    for file, extract in extracts:
        for start, end in extract:
            length = int(min(end - start, left))
            if length > 0:
                spans[file].append(Span(start, start + length))
                left -= length
    return dict(spans)


def is_covered(texts: Texts, piece: Sequence[Quote], spans: Mapping[str, Sequence[Span]], share: float) -> bool:
    """Whether the spans cover one of the piece's quotes, wherever it stands in its file."""
    return any(
        texts.covered(quote.file, place, spans[quote.file], share)
        for quote in piece
        if quote.file in spans
        for place in texts.places(quote)
    )


def bigrams(text: str) -> set[str]:
    """The pairs of neighbouring letters and digits of a text, or the text itself where it has fewer than two."""
    text = re.sub(r"[\W_]+", "", text)
    return {text[index : index + 2] for index in range(len(text) - 1)} or {text}


def reciprocal_rank(texts: Texts, evidence: Sequence[Sequence[Quote]], passages: Sequence[Extract]) -> float:
    """1 / rank of the first passage that covers any piece of evidence; 0 where none does."""
    for rank, passage in enumerate(passages, 1):
        spans = by_file([passage])
        if any(is_covered(texts, piece, spans, FOUND_SHARE) for piece in evidence):
            return 1 / rank
    return 0.0


def cited_precision(texts: Texts, evidence: Sequence[Sequence[Quote]], cited: Mapping[str, Sequence[Span]]) -> float:
    """Share of the cited characters that lie in the evidence, in its sentences or in a sentence next to these."""
    zones: dict[str, set[int]] = defaultdict(set)
    for quote in (quote for piece in evidence for quote in piece):
        for place in texts.places(quote):
            zones[quote.file].update(range(*texts.zone(quote.file, place)))
    total = inside = 0
    for file, spans in cited.items():
        for start, end in spans:
            total += end - start
            inside += sum(index in zones[file] for index in range(start, end))
    return inside / total if total else 0.0


def point_recall(points: Sequence[str], answer: str) -> float:
    """Share of the answer points of which the answer carries at least half of the bigrams; 1 where there are none."""
    said = bigrams(answer)
    carried = [len(bigrams(point) & said) >= 0.5 * len(bigrams(point)) for point in points]
    return statistics.fmean(carried) if carried else 1.0


def search_figures(texts: Texts, evidence: Sequence[Sequence[Quote]], passages: Sequence[Extract]) -> dict[str, float]:
    """The figures of the ranked passages of one question."""
    figures: dict[str, float] = {}
    for budget in BUDGETS:
        spans = by_file(passages, budget)
        found = [is_covered(texts, piece, spans, FOUND_SHARE) for piece in evidence]
        figures[f"evidence@{budget}"] = sum(found) / len(found)
        figures[f"complete@{budget}"] = float(all(found))
    figures["mrr"] = reciprocal_rank(texts, evidence, passages)
    return figures


def answer_figures(
    texts: Texts, evidence: Sequence[Sequence[Quote]], points: Sequence[str], prediction: Prediction
) -> dict[str, float]:
    """The figures of the answer to one question."""
    cited = by_file(prediction.citations)
    return {
        "cited_recall": sum(is_covered(texts, piece, cited, CITED_SHARE) for piece in evidence) / len(evidence),
        "cited_precision": cited_precision(texts, evidence, cited),
        "point_recall": point_recall(points, prediction.answer or ""),
    }


def score_question(question: Question, prediction: Prediction, texts: Texts, *, with_answers: bool) -> Row:
    """The figures of one question."""
    figures: dict[str, float] = {}
    evidence = pieces(question.evidence)
    if question.answerable:
        figures |= search_figures(texts, evidence, prediction.passages)
        if with_answers:
            figures |= answer_figures(texts, evidence, question.answer_points, prediction)
    return Row(
        id=question.id,
        type=question.type,
        language=question.language,
        answerable=question.answerable,
        refused=prediction.refused,
        answer_characters=len(prediction.answer or ""),
        figures=figures,
    )


def score(
    questions: Iterable[Question], predictions: Mapping[str, Prediction], texts: Mapping[str, str]
) -> tuple[Row, ...]:
    """A row of figures for each question; a question without a prediction counts as nothing found.

    Args:
        questions: what was asked; an answerable question has evidence.
        predictions: by question id. If any has an answer, one without counts as an empty answer.
        texts: canonical texts by file.
    """
    with_answers = any(prediction.answer is not None for prediction in predictions.values())
    addressed = Texts(texts)
    return tuple(
        score_question(
            question, predictions.get(question.id, Prediction(question.id)), addressed, with_answers=with_answers
        )
        for question in questions
    )


def summary(rows: Sequence[Row]) -> dict[str, float]:
    """The averages over the rows, rounded to three places, in the order in which they are printed."""
    answerable = [row for row in rows if row.answerable]
    unanswerable = [row for row in rows if not row.answerable]
    figures: dict[str, float] = {"questions": len(rows)}
    for name in FIGURES:
        values = [row.figures[name] for row in answerable if name in row.figures]
        if values:
            figures[name] = round(statistics.fmean(values), 3)
    if "cited_recall" in figures:
        lengths = [row.answer_characters for row in answerable if not row.refused]
        figures["answer_chars"] = statistics.median(lengths or [0])
        figures["refused_wrong"] = round(statistics.fmean(row.refused for row in answerable), 3)
        if unanswerable:
            figures["refused_right"] = round(statistics.fmean(row.refused for row in unanswerable), 3)
    return figures


def summaries(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """A summary for each language, then for each type of question, that has an answerable question."""
    parts: dict[str, dict[str, float]] = {}
    for group in ("language", "type"):
        for value in sorted({getattr(row, group) for row in rows if row.answerable}):
            parts[value] = summary([row for row in rows if getattr(row, group) == value])
    return parts


def incomplete(rows: Iterable[Row], budget: int) -> list[Row]:
    """The answerable questions whose evidence is not complete within the budget."""
    return [row for row in rows if row.answerable and row.figures[f"complete@{budget}"] < 1]
