"""How well an index answers a set of questions with gold evidence: ask them all, keep what came back, score it.

The format of the questions, one JSON object a line (`history` holds the earlier questions of the conversation):

    {"id": "dev-001", "question": "…", "lang": "zh", "type": "fact", "history": [], "answerable": true,
     "evidence": [{"file": "a.txt", "quote": "…", "alt_group": 1}], "answer_points": ["…"]}

and of the predictions (search alone leaves out answer, citations and refused):

    {"id": "dev-001", "passages": [{"file": "a.txt", "spans": [[120, 410], [455, 530]]}], "answer": "…",
     "citations": [{"file": "a.txt", "spans": [[130, 170]]}], "refused": false}
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from askspeech.datatypes import Answer, Filters, Hit, SearchResult, Turn, Way
from askspeech.errors import DiskError, QuestionError
from askspeech.progress import Progress, silent
from askspeech.scoring import Extract, Prediction, Question, Quote, Row, Texts, score

HITS = 40
PASSAGE_CHARACTERS = 4000


class Searcher(Protocol):
    """What is evaluated: a `SpeechIndex`, or anything that searches and holds texts like one."""

    def search(
        self,
        question: str,
        *,
        k: int = 8,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        way: Way = "hybrid",
    ) -> SearchResult:
        """The passages found for a question, best first."""

    def source_texts(self) -> Mapping[str, str]:
        """The canonical texts by file."""


class Asker(Protocol):
    """What answers: an `Answerer`, or anything that answers like one."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """The answer to a question."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came back for every question, its figures, and the evidence that the index does not hold."""

    questions: tuple[Question, ...]
    predictions: tuple[Prediction, ...]
    rows: tuple[Row, ...]
    missing: tuple[str, ...] = ()
    """Ids of the questions of whose evidence no word-for-word copy stands in the indexed texts."""


def read_questions(path: Path, language: str | None = None) -> tuple[Question, ...]:
    """The questions of a file, in its order; of one language where that is given.

    Raises:
        QuestionError: the file cannot be read, or a line of it is no question of the format above.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(
            f"The questions in {path} cannot be read ({error}). Name a file in UTF-8 with one question a line."
        ) from error
    questions = [_question(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    ids = [question.id for question in questions]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise QuestionError(f"{path} holds more than one question with the id {', '.join(twice)}. Make the ids unique.")
    chosen = tuple(question for question in questions if language in (None, question.language))
    if not chosen:
        wanted = f" in the language {language}" if language else ""
        raise QuestionError(f"{path} holds no question{wanted}. Name a file that does.")
    return chosen


def evaluate(
    index: Searcher,
    answerer: Asker | None,
    questions: Sequence[Question],
    *,
    way: Way = "hybrid",
    progress: Progress = silent,
) -> Evaluation:
    """Ask every question and score what comes back over the index's own canonical texts.

    Args:
        index: what is searched, with its default settings.
        answerer: what answers; None evaluates the search alone.
        questions: what is asked.
        way: how to search. An answer rests on the hybrid way, so the others are evaluated without answers.
        progress: told after every question.

    Raises:
        QuestionError: a question cannot be asked.
    """
    asker = answerer if way == "hybrid" else None
    predictions = []
    for number, question in enumerate(questions):
        progress("asking", number, len(questions))
        predictions.append(predict(index, asker, question, way=way))
    progress("asking", len(questions), len(questions))
    texts = index.source_texts()
    rows = score(questions, {prediction.id: prediction for prediction in predictions}, texts)
    return Evaluation(tuple(questions), tuple(predictions), rows, _missing(questions, Texts(texts)))


def predict(index: Searcher, answerer: Asker | None, question: Question, *, way: Way = "hybrid") -> Prediction:
    """What a question finds and, where something answers, its answer."""
    history = tuple(Turn(earlier) for earlier in question.history)
    passages = extracts(index.search(question.text, k=HITS, history=history, way=way))
    if answerer is None:
        return Prediction(question.id, passages)
    answer = answerer.ask(question.text, history=history)
    citations = tuple(Extract(citation.file, citation.spans) for citation in answer.citations)
    return Prediction(question.id, passages, answer.text, citations, answer.refused)


def extracts(hits: Iterable[Hit], characters: int = PASSAGE_CHARACTERS) -> tuple[Extract, ...]:
    """The hits with all their spans, in rank order, until that many characters are reached."""
    taken: list[Extract] = []
    used = 0
    for hit in hits:
        if used >= characters:
            break
        taken.append(Extract(hit.passage.file, hit.spans))
        used += sum(end - start for start, end in hit.spans)
    return tuple(taken)


def prediction_line(prediction: Prediction) -> str:
    """A prediction as one line of JSON."""
    record: dict[str, Any] = {"id": prediction.id, "passages": [_extract_record(one) for one in prediction.passages]}
    if prediction.answer is not None:
        record["answer"] = prediction.answer
        record["citations"] = [_extract_record(one) for one in prediction.citations]
        record["refused"] = prediction.refused
    return json.dumps(record, ensure_ascii=False)


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Write the predictions, one JSON object a line.

    Raises:
        DiskError: the file cannot be written.
    """
    text = "".join(prediction_line(prediction) + "\n" for prediction in predictions)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DiskError(
            f"The predictions cannot be written to {path} ({error.strerror or error}). "
            "Name a file in a folder that exists and can be written."
        ) from error


def _extract_record(extract: Extract) -> dict[str, Any]:
    return {"file": extract.file, "spans": [list(span) for span in extract.spans]}


def _question(line: str, where: str) -> Question:
    try:
        record = json.loads(line)
        question = Question(
            id=str(record["id"]),
            text=record["question"],
            language=record["lang"],
            type=record["type"],
            answerable=bool(record["answerable"]),
            history=tuple(record.get("history", ())),
            evidence=tuple(_quote(quote) for quote in record.get("evidence", ())),
            answer_points=tuple(record.get("answer_points", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(
            f"{where} is no question ({type(error).__name__}: {error}). "
            "Each line is a JSON object with id, question, lang, type, answerable and, where answerable, evidence."
        ) from error
    if question.answerable and not question.evidence:
        raise QuestionError(f"{where}: an answerable question without evidence. Add the quotes that answer it.")
    return question


def _quote(record: Mapping[str, Any]) -> Quote:
    alternative = record.get("alt_group")
    return Quote(record["file"], record["quote"], None if alternative is None else str(alternative))


def _missing(questions: Iterable[Question], texts: Texts) -> tuple[str, ...]:
    return tuple(
        question.id
        for question in questions
        if question.answerable and not any(texts.places(quote) for quote in question.evidence)
    )
