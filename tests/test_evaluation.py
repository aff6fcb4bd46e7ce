"""Evaluation: what is taken of a search, what is written, and which files of questions are refused."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from askspeech.datatypes import Answer, Citation, Filters, Hit, Locator, Passage, SearchResult, Span, Speech, Turn, Way
from askspeech.errors import DiskError, QuestionError
from askspeech.evaluation import (
    compare_with,
    evaluate,
    extracts,
    prediction_line,
    read_predictions,
    read_questions,
    write_predictions,
    write_questions,
)
from askspeech.scoring import Extract, Question, Quote, summary

if TYPE_CHECKING:
    from askspeech import Answerer, SpeechIndex

TEXT = "由县财政局牵头，六月底前建立台账。" * 3
QUESTION = Question(
    "q1", "谁牵头？", "zh", "who", True, ("台账是什么？",), (Quote("a.txt", "由县财政局牵头"),), ("财政局",)
)
LINE = (
    '{"id": "q1", "question": "谁牵头？", "lang": "zh", "type": "who", "history": ["台账是什么？"], "answerable": true,'
    ' "evidence": [{"file": "a.txt", "quote": "由县财政局牵头"}], "answer_points": ["财政局"], "note": ""}\n'
)


def hit(*spans: Span, added: tuple[Span, ...] = ()) -> Hit:
    speech = Speech("s1", "c1", "a.txt", "讲话", Span(0, len(TEXT)))
    passage = Passage("p1", "c1", "s1", None, "a.txt", "text", TEXT, spans)
    return Hit(passage, speech, 1.0, added)


@dataclass
class ListedIndex:
    """An index that finds the same hits for every question and writes down how it was asked."""

    hits: tuple[Hit, ...]
    asked: list[tuple[str, int, tuple[Turn, ...], Way]] = field(default_factory=list)

    def search(
        self,
        question: str,
        *,
        k: int = 8,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        way: Way = "hybrid",
    ) -> SearchResult:
        self.asked.append((question, k, tuple(history), way))
        return SearchResult(self.hits[:k], (), question, filters or Filters())

    def source_texts(self) -> Mapping[str, str]:
        return {"a.txt": TEXT}


class OneAnswer:
    """Gives the same answer, with one citation, to every question."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        quote = "由县财政局牵头"
        spans = (Span(0, len(quote)),)
        citation = Citation(1, "c1", "a.txt", "s1", "讲话", "p1", spans, quote, Locator("line", 1, 1))
        search = SearchResult((), (), question, Filters())
        return Answer(question, "由县财政局牵头。[1]", (), (citation,), "answered", (), search)


def test_takes_hits_until_the_characters_are_reached() -> None:
    hits = [hit(Span(0, 3000), added=(Span(5000, 5900),)), hit(Span(0, 200)), hit(Span(0, 9))]
    assert extracts(hits) == (Extract("a.txt", (Span(0, 3000), Span(5000, 5900))), Extract("a.txt", (Span(0, 200),)))
    assert extracts([]) == ()


def test_asks_with_forty_hits_and_the_history() -> None:
    index = ListedIndex((hit(Span(0, 20)),))
    evaluation = evaluate(index, OneAnswer(), [QUESTION])
    assert index.asked == [("谁牵头？", 40, (Turn("台账是什么？"),), "hybrid")]
    figures = summary(evaluation.rows)
    assert (figures["mrr"], figures["cited_recall"], figures["cited_precision"]) == (1, 1, 1)
    assert evaluation.missing == ()


def test_single_leg_is_measured_without_answers() -> None:
    index = ListedIndex((hit(Span(0, 20)),))
    evaluation = evaluate(index, OneAnswer(), [QUESTION], way="keyword")
    assert index.asked[0][3] == "keyword"
    assert evaluation.predictions[0].answer is None
    assert "cited_recall" not in summary(evaluation.rows)


def test_names_the_evidence_that_is_not_indexed() -> None:
    other = Question("q2", "？", "zh", "who", True, evidence=(Quote("b.txt", "没有"),))
    assert evaluate(ListedIndex(()), None, [QUESTION, other]).missing == ("q2",)


def test_tells_how_far_it_is() -> None:
    calls: list[tuple[str, int, int]] = []
    evaluate(ListedIndex(()), None, [QUESTION], progress=lambda *call: calls.append(call))
    assert calls == [("asking", 0, 1), ("asking", 1, 1)]


def test_prediction_is_written_in_the_format_of_the_reference(tmp_path: Path) -> None:
    evaluation = evaluate(ListedIndex((hit(Span(0, 20)),)), OneAnswer(), [QUESTION])
    write_predictions(tmp_path / "p.jsonl", evaluation.predictions)
    assert json.loads((tmp_path / "p.jsonl").read_text(encoding="utf-8")) == {
        "id": "q1",
        "passages": [{"file": "a.txt", "spans": [[0, 20]]}],
        "answer": "由县财政局牵头。[1]",
        "citations": [{"file": "a.txt", "spans": [[0, 7]]}],
        "refused": False,
    }


def test_search_alone_writes_no_answer() -> None:
    (prediction,) = evaluate(ListedIndex(()), None, [QUESTION]).predictions
    assert set(json.loads(prediction_line(prediction))) == {"id", "passages"}


def test_predictions_into_a_missing_folder_are_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="cannot be written"):
        write_predictions(tmp_path / "nowhere" / "p.jsonl", [])


def test_reads_questions_of_one_language(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\ufeff" + LINE + "\n" + LINE.replace("q1", "q2").replace('"zh"', '"en"'), encoding="utf-8")
    assert read_questions(path, "zh") == (QUESTION,)
    assert [question.id for question in read_questions(path)] == ["q1", "q2"]


def test_a_line_separator_inside_a_question_is_no_new_line(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(LINE.replace("谁牵头", "谁\u2028牵头"), encoding="utf-8")
    assert read_questions(path)[0].text == "谁\u2028牵头？"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "no question", id="empty"),
        pytest.param("谁牵头？", "line 1", id="not JSON"),
        pytest.param("[1]", "line 1", id="not an object"),
        pytest.param('{"id": "q1"}', "line 1 is no question", id="fields missing"),
        pytest.param(
            LINE.replace('[{"file": "a.txt", "quote": "由县财政局牵头"}]', "[]"), "without evidence", id="no evidence"
        ),
        pytest.param(LINE.replace('"file": "a.txt", ', ""), "line 1 is no question", id="evidence without file"),
        pytest.param(LINE + LINE, "more than one question", id="twice the same id"),
    ],
)
def test_refuses_what_is_no_file_of_questions(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(QuestionError, match=message):
        read_questions(path)


def test_refuses_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "gbk.jsonl").write_bytes("问题".encode("gb18030"))
    for name in ("nothing.jsonl", "gbk.jsonl"):
        with pytest.raises(QuestionError, match="cannot be read"):
            read_questions(tmp_path / name)


def test_refuses_a_language_without_questions(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(LINE, encoding="utf-8")
    with pytest.raises(QuestionError, match="language en"):
        read_questions(path, "en")


# On the real index of the test corpus.


def question(number: int, file: str, quote: str, text: str) -> Question:
    return Question(f"t{number}", text, "zh", "fact", True, evidence=(Quote(file, quote),))


def test_finds_the_evidence_in_a_real_index(index: "SpeechIndex", answerer: "Answerer") -> None:
    questions = [
        question(1, "county/opening.txt", "设立“银杏帮办专窗”", "帮办代办的专窗叫什么？"),
        question(2, "forum.txt", "最高三百万元的无抵押信用贷款", "小微企业最多能贷多少无抵押信用贷款？"),
    ]
    evaluation = evaluate(index, answerer, questions)
    assert summary(evaluation.rows)["evidence@4000"] == 1
    assert all(prediction.answer for prediction in evaluation.predictions)
    texts = index.source_texts()
    for prediction in evaluation.predictions:
        for citation in prediction.citations:
            assert all(0 <= start < end <= len(texts[citation.file]) for start, end in citation.spans)


@pytest.mark.parametrize("way", ["keyword", "dense", "late", "hybrid"])
def test_first_eight_of_forty_hits_are_the_eight_that_every_caller_gets(index: "SpeechIndex", way: Way) -> None:
    forty, eight = (index.search("谁牵头清理拖欠企业账款？", k=k, way=way).hits for k in (40, 8))
    assert forty[:8] == eight


def test_questions_and_predictions_are_read_as_they_were_written(tmp_path: Path) -> None:
    either = Question(
        "q2", "谁？", "zh", "who", True, evidence=(Quote("a.txt", "台账", "1"), Quote("b.txt", "台账", "1"))
    )
    write_questions(tmp_path / "q.jsonl", [QUESTION, either])
    assert read_questions(tmp_path / "q.jsonl") == (QUESTION, either)
    evaluation = evaluate(ListedIndex((hit(Span(0, 20)),)), OneAnswer(), [QUESTION])
    write_predictions(tmp_path / "p.jsonl", evaluation.predictions)
    assert read_predictions(tmp_path / "p.jsonl", [QUESTION]) == evaluation.predictions


def test_an_earlier_run_is_scored_again_over_the_texts_of_now(tmp_path: Path) -> None:
    nothing = evaluate(ListedIndex(()), None, [QUESTION])
    index = ListedIndex((hit(Span(0, 20)),))
    comparison = compare_with(evaluate(index, OneAnswer(), [QUESTION]), nothing.predictions, index.source_texts())
    assert comparison.without_answers == "the earlier run"
    assert {change.name: (change.before, change.after) for change in comparison.figures}["mrr"] == (0, 1)
    foreign = [*nothing.predictions, replace(nothing.predictions[0], id="other")]
    assert compare_with(nothing, foreign, index.source_texts()).only_before == ("other",)
