"""The quality of search and answers on the speeches that come with the project: no figure may fall below these."""

import json
from pathlib import Path

import pytest

from askspeech import Answerer, SpeechIndex
from askspeech.evaluation import evaluate, read_questions
from askspeech.scoring import summary

QUESTIONS = Path(__file__).parent / "data" / "samples.questions.jsonl"


@pytest.fixture(scope="module")
def figures(samples_index: SpeechIndex) -> dict[str, float]:
    """The figures over the questions in Chinese."""
    questions = [question for question in read_questions(QUESTIONS) if question.language == "zh"]
    return summary(evaluate(samples_index, Answerer(samples_index), questions).rows)


def test_the_samples_hold_what_the_questions_quote(samples: Path) -> None:
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        for quote in json.loads(line)["evidence"]:
            lines = (samples / quote["file"]).read_text(encoding="utf-8").splitlines()
            assert any(quote["quote"] in text for text in lines), quote


@pytest.mark.parametrize(
    ("figure", "least"),
    [("evidence@2000", 0.88), ("mrr", 0.76), ("cited_recall", 0.60), ("cited_precision", 0.46)],
)
def test_quality_in_chinese(figures: dict[str, float], figure: str, least: float) -> None:
    assert figures[figure] >= least, figures
