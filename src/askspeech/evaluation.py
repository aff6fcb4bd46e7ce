"""How well an index answers a set of questions with gold evidence: ask them all, keep what came back, score it.

The format of the questions, one JSON object a line (`history` holds the earlier questions of the conversation):

    {"id": "dev-001", "question": "…", "lang": "zh", "type": "fact", "history": [], "answerable": true,
     "evidence": [{"file": "a.txt", "quote": "…", "alt_group": 1}], "answer_points": ["…"]}

and of the predictions (search alone leaves out answer, citations and refused):

    {"id": "dev-001", "passages": [{"file": "a.txt", "spans": [[120, 410], [455, 530]]}], "answer": "…",
     "citations": [{"file": "a.txt", "spans": [[130, 170]]}], "refused": false}
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from askspeech.comparing import Comparison, compare
from askspeech.datatypes import Answer, Filters, Hit, SearchResult, Span, Turn, Way
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
    questions = [_question(line, where) for where, line in _lines(path, "questions", "question")]
    _refuse_repeated([question.id for question in questions], path, "question")
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


def read_predictions(path: Path, questions: Sequence[Question]) -> tuple[Prediction, ...]:
    """The predictions that an earlier run over these questions wrote; some may be of other questions.

    Raises:
        QuestionError: the file cannot be read, a line of it is no prediction of the format above, or none of them is
            of one of the questions.
    """
    predictions = tuple(_prediction(line, where) for where, line in _lines(path, "predictions", "prediction"))
    _refuse_repeated([prediction.id for prediction in predictions], path, "prediction")
    if {question.id for question in questions}.isdisjoint(prediction.id for prediction in predictions):
        found = f"its first one is of {predictions[0].id}" if predictions else "it is empty"
        raise QuestionError(
            f"{path} holds no prediction of the {len(questions)} questions asked ({found}, the first question is "
            f"{questions[0].id}). Name a file that `askspeech evaluate --predictions` wrote for the same questions."
        )
    return predictions


def compare_with(evaluation: Evaluation, earlier: Sequence[Prediction], texts: Mapping[str, str]) -> Comparison:
    """What changed from an earlier run over the same questions, its predictions scored again over these texts."""
    before = {prediction.id: prediction for prediction in earlier}
    known = [question for question in evaluation.questions if question.id in before]
    asked = {question.id for question in known}
    comparison = compare(score(known, before, texts), evaluation.rows)
    return replace(comparison, only_before=tuple(name for name in before if name not in asked))


def question_line(question: Question) -> str:
    """A question as one line of JSON."""
    record = {
        "id": question.id,
        "question": question.text,
        "lang": question.language,
        "type": question.type,
        "history": list(question.history),
        "answerable": question.answerable,
        "evidence": [_quote_record(quote) for quote in question.evidence],
        "answer_points": list(question.answer_points),
    }
    return json.dumps(record, ensure_ascii=False)


def write_questions(path: Path, questions: Iterable[Question]) -> None:
    """Write a new file of questions, one JSON object a line; one that is there already is left alone.

    Raises:
        QuestionError: there is such a file already.
        DiskError: the file cannot be written.
    """
    text = "".join(question_line(question) + "\n" for question in questions)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise QuestionError(
            f"{path} is there already, and its questions may have been edited. Name a new file, or delete that one."
        ) from error
    except OSError as error:
        raise DiskError(
            f"The questions cannot be written to {path} ({error.strerror or error}). "
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


def _lines(path: Path, things: str, thing: str) -> list[tuple[str, str]]:
    """The lines of a file that hold something, each with where it stands."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(
            f"The {things} in {path} cannot be read ({error}). Name a file in UTF-8 with one {thing} a line."
        ) from error
    return [(f"{path}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]


def _refuse_repeated(ids: Sequence[str], path: Path, thing: str) -> None:
    if twice := sorted(name for name, times in Counter(ids).items() if times > 1):
        raise QuestionError(f"{path} holds more than one {thing} with the id {', '.join(twice)}. Make the ids unique.")


def _prediction(line: str, where: str) -> Prediction:
    try:
        record = json.loads(line)
        answer = record.get("answer")
        return Prediction(
            id=str(record["id"]),
            passages=tuple(_extract(one) for one in record["passages"]),
            answer=None if answer is None else str(answer),
            citations=tuple(_extract(one) for one in record.get("citations", ())),
            refused=bool(record.get("refused", False)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(
            f"{where} is no prediction ({type(error).__name__}: {error}). Each line is a JSON object with id and "
            "passages: name a file that `askspeech evaluate --predictions` wrote, not one of questions."
        ) from error


def _extract(record: Mapping[str, Any]) -> Extract:
    return Extract(str(record["file"]), tuple(Span(int(start), int(end)) for start, end in record["spans"]))


def _quote_record(quote: Quote) -> dict[str, str]:
    record = {"file": quote.file, "quote": quote.text}
    return record if quote.alternative is None else record | {"alt_group": quote.alternative}


def _quote(record: Mapping[str, Any]) -> Quote:
    alternative = record.get("alt_group")
    return Quote(record["file"], record["quote"], None if alternative is None else str(alternative))


def _missing(questions: Iterable[Question], texts: Texts) -> tuple[str, ...]:
    return tuple(
        question.id
        for question in questions
        if question.answerable and not any(texts.places(quote) for quote in question.evidence)
    )
