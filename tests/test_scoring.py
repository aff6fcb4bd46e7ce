"""The figures: each on a case small enough to count by hand, and all of them against the reference program."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.datatypes import Span
from askspeech.evaluation import Evaluation, prediction_line, read_questions
from askspeech.reporting import evaluation_text
from askspeech.scoring import (
    Extract,
    Prediction,
    Question,
    Quote,
    Texts,
    by_file,
    cited_precision,
    incomplete,
    pieces,
    point_recall,
    reciprocal_rank,
    score,
    summaries,
    summary,
)

TEXT = "第一句话在这里。第二句话在这里。第三句话在这里。第四句话在这里。"
TEXTS = {"a.txt": TEXT}
SECOND = Quote("a.txt", "第二句话在这里")
QUESTION = Question("q1", "第二句？", "zh", "fact", answerable=True, evidence=(SECOND,), answer_points=("第二句话",))
FOUND = Prediction(
    "q1", (Extract("a.txt", (Span(8, 16),)),), "第二句话在这里。", (Extract("a.txt", (Span(8, 15),)),), refused=False
)


def figures(question: Question, prediction: Prediction, texts: dict[str, str] = TEXTS) -> dict[str, float]:
    (row,) = score([question], {prediction.id: prediction}, texts)
    return dict(row.figures)


def test_everything_found_and_cited_scores_one() -> None:
    assert set(figures(QUESTION, FOUND).values()) == {1.0}


def test_question_without_prediction_scores_nothing() -> None:
    row = score([QUESTION], {}, TEXTS)[0]
    assert row.figures["evidence@4000"] == row.figures["mrr"] == 0
    assert "cited_recall" not in row.figures


def test_search_alone_has_no_figures_of_answers() -> None:
    found = figures(QUESTION, Prediction("q1", FOUND.passages))
    assert found["mrr"] == 1
    assert "cited_recall" not in found


def test_rank_counts_passages() -> None:
    nothing = Extract("a.txt", (Span(0, 3),))
    assert reciprocal_rank(Texts(TEXTS), pieces([SECOND]), [nothing, nothing, FOUND.passages[0]]) == pytest.approx(
        1 / 3
    )


def test_evidence_is_found_from_nine_tenths_of_its_characters() -> None:
    texts = {"a.txt": "零一二三四五六七八九"}
    question = replace(QUESTION, evidence=(Quote("a.txt", texts["a.txt"]),))
    nine, eight = (Prediction("q1", (Extract("a.txt", (Span(0, end),)),)) for end in (9, 8))
    assert figures(question, nine, texts)["evidence@1000"] == 1
    assert figures(question, eight, texts)["evidence@1000"] == 0


def test_white_space_need_not_be_covered() -> None:
    texts = {"a.txt": "一二\n\n   \n\n三四"}
    question = replace(QUESTION, evidence=(Quote("a.txt", texts["a.txt"]),))
    prediction = Prediction("q1", (Extract("a.txt", (Span(0, 2), Span(9, 11))),))
    assert figures(question, prediction, texts)["evidence@1000"] == 1


def test_budget_cuts_the_span_that_crosses_it() -> None:
    cut = by_file([Extract("a", (Span(0, 6),)), Extract("b", (Span(0, 6), Span(7, 9)))], budget=10)
    assert cut == {"a": [Span(0, 6)], "b": [Span(0, 4)]}


def test_alternatives_are_one_piece_of_evidence() -> None:
    other = Quote("a.txt", "第四句话在这里", "1")
    question = replace(QUESTION, evidence=(SECOND._replace(alternative="1"), other))
    assert figures(question, FOUND)["complete@1000"] == 1


def test_quote_that_stands_twice_counts_wherever_it_is_found() -> None:
    prediction = replace(FOUND, passages=(Extract("a.txt", (Span(len(TEXT) + 8, len(TEXT) + 15),)),))
    assert figures(QUESTION, prediction, {"a.txt": TEXT + TEXT})["mrr"] == 1


def test_citing_a_sentence_next_to_the_evidence_is_precise() -> None:
    evidence = pieces([SECOND])
    assert cited_precision(Texts(TEXTS), evidence, {"a.txt": [Span(16, 24)]}) == 1
    assert cited_precision(Texts(TEXTS), evidence, {"a.txt": [Span(16, 32)]}) == 0.5
    assert cited_precision(Texts(TEXTS), evidence, {"b.txt": [Span(8, 15)]}) == 0
    assert cited_precision(Texts(TEXTS), evidence, {}) == 0


def test_points_count_by_half_of_their_bigrams() -> None:
    assert point_recall(["一二三", "四五六"], "一二。") == 0.5
    assert point_recall([], "") == 1


def test_evidence_of_a_file_that_is_not_indexed_is_not_found() -> None:
    assert figures(QUESTION, FOUND, {"b.txt": TEXT})["evidence@4000"] == 0


def test_refusals_are_counted_apart() -> None:
    unanswerable = Question("q2", "天气？", "zh", "unanswerable", answerable=False)
    predictions = {"q1": replace(FOUND, refused=True), "q2": Prediction("q2", answer="没有。", refused=True)}
    found = summary(score([QUESTION, unanswerable], predictions, TEXTS))
    assert (found["questions"], found["refused_right"], found["refused_wrong"]) == (2, 1, 1)
    assert found["answer_chars"] == 0


def test_summaries_by_language_then_type() -> None:
    english = replace(QUESTION, id="q2", language="en", type="who")
    rows = score([QUESTION, english], {"q1": FOUND}, TEXTS)
    assert list(summaries(rows)) == ["en", "zh", "fact", "who"]
    assert [row.id for row in incomplete(rows, 2000)] == ["q2"]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6), st.integers(0, 60))
def test_cut_spans_never_exceed_the_budget(bounds: list[tuple[int, int]], budget: int) -> None:
    extract = Extract("a", tuple(Span(min(pair), max(pair)) for pair in bounds))
    everything = sum(end - start for start, end in extract.spans)
    cut = sum(end - start for spans in by_file([extract], budget).values() for start, end in spans)
    assert cut == min(budget, everything)


# The reference program stands beside this repository on the machines where askspeech is developed.


@pytest.fixture(scope="module")
def reference(repository: Path) -> Path:
    program = repository.parent / "shared" / "eval" / "score.py"
    if not program.is_file():
        pytest.skip(f"the reference program ../shared/eval/{program.name} is not here")
    return program


def made_up_text(rng: random.Random) -> str:
    sentences = ("".join(rng.choices("政务服务企业审批窗口欠款帮办", k=rng.randint(4, 40))) for _ in range(200))
    return "".join(sentence + rng.choice(["。", "！", "；", "\n\n", "\r\n", "，"]) for sentence in sentences)


def made_up_spans(rng: random.Random, text: str, longest: int) -> list[list[int]]:
    starts = [rng.randrange(len(text)) for _ in range(rng.randint(1, 3))]
    return [[start, min(len(text), start + rng.randint(1, longest))] for start in starts]


def near(rng: random.Random, texts: dict[str, str], evidence: list[dict[str, Any]]) -> dict[str, Any]:
    """An extract that mostly covers a quote: part of it, all of it, or more."""
    quote = rng.choice(evidence)
    start = texts[quote["file"]].find(quote["quote"])
    end = start + len(quote["quote"])
    return {"file": quote["file"], "spans": [[max(0, start + rng.randint(-9, 5)), end + rng.randint(-5, 20)]]}


def made_up_question(rng: random.Random, number: int, texts: dict[str, str]) -> dict[str, Any]:
    evidence: list[dict[str, Any]] = []
    for _ in range(rng.randint(1, 3)):
        file = rng.choice(sorted(texts))
        start = rng.randrange(len(texts[file]) - 60)
        evidence.append({"file": file, "quote": texts[file][start : start + rng.randint(10, 60)]})
    if rng.random() < 0.3:
        evidence = [{**quote, "alt_group": 1} for quote in evidence]
    answerable = rng.random() < 0.8
    return {
        "id": f"q{number}",
        "question": f"问题{number}？",
        "lang": rng.choice(["zh", "en"]),
        "type": rng.choice(["fact", "who"]) if answerable else "unanswerable",
        "history": [],
        "answerable": answerable,
        "evidence": evidence if answerable else [],
        "answer_points": ["企业审批窗口", "欠款"][: rng.randint(0, 2)],
        "note": "",
    }


def made_up_prediction(rng: random.Random, question: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    def extract(longest: int) -> dict[str, Any]:
        if question["evidence"] and rng.random() < 0.4:
            return near(rng, texts, question["evidence"])
        file = rng.choice(sorted(texts))
        return {"file": file, "spans": made_up_spans(rng, texts[file], longest)}

    return {
        "id": question["id"],
        "passages": [extract(300) for _ in range(rng.randint(0, 15))],
        "answer": "".join(rng.choices("政务服务企业审批窗口欠款帮办", k=rng.randint(0, 200))),
        "citations": [extract(60) for _ in range(rng.randint(0, 4))],
        "refused": rng.random() < 0.3,
    }


def prediction_of(record: dict[str, Any]) -> Prediction:
    def extracts(name: str) -> tuple[Extract, ...]:
        items = record.get(name, ())
        return tuple(Extract(item["file"], tuple(Span(*span) for span in item["spans"])) for item in items)

    return Prediction(
        record["id"], extracts("passages"), record.get("answer"), extracts("citations"), record.get("refused", False)
    )


def write_lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


@pytest.mark.parametrize(("seed", "with_answers"), [(1, True), (2, True), (3, False)])
def test_same_figures_as_the_reference_program(reference: Path, tmp_path: Path, seed: int, with_answers: bool) -> None:
    rng = random.Random(seed)
    texts = {name: made_up_text(rng) for name in ("a.txt", "b.txt")}
    questions = [made_up_question(rng, number, texts) for number in range(40)]
    records = [made_up_prediction(rng, question, texts) for question in questions[:-3]]
    if not with_answers:
        records = [{name: record[name] for name in ("id", "passages")} for record in records]
    (tmp_path / "corpus").mkdir()
    for name, text in texts.items():
        (tmp_path / "corpus" / name).write_bytes(text.encode())
    write_lines(tmp_path / "questions.jsonl", questions)
    predictions = [prediction_of(record) for record in records]
    write_lines(tmp_path / "predictions.jsonl", [json.loads(prediction_line(one)) for one in predictions])

    command = [sys.executable, str(reference), "--by-type", "--misses"]
    for option, path in (("questions", "questions.jsonl"), ("corpus", "corpus"), ("predictions", "predictions.jsonl")):
        command += [f"--{option}", str(tmp_path / path)]
    theirs = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout

    asked = read_questions(tmp_path / "questions.jsonl")
    rows = score(asked, {one.id: one for one in predictions}, texts)
    ours = evaluation_text(Evaluation(asked, tuple(predictions), rows), by_type=True, misses=True)
    assert ours.splitlines() == theirs.splitlines()
