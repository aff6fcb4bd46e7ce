"""Questions made of an index: fair, repeatable, and read by `evaluate`."""

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import TEXTS
from tests.spoken import parts_of
from tests.strategies import CLAUSES, MARKERS

from askspeech.evaluation import evaluate
from askspeech.made_questions import SpokenParts, made_questions
from askspeech.scoring import Question, summary

if TYPE_CHECKING:
    from askspeech import SpeechIndex


@pytest.fixture(scope="module")
def sample_parts(samples_index: "SpeechIndex") -> list[SpokenParts]:
    return [
        SpokenParts(speech, samples_index.sections(speech.id), tuple(samples_index.passages(speech.id)))
        for speech in samples_index.speeches()
    ]


@pytest.fixture(scope="module")
def sample_questions(sample_parts: list[SpokenParts], samples_index: "SpeechIndex") -> tuple[Question, ...]:
    return made_questions(sample_parts, samples_index.source_texts(), 40)


def test_as_many_as_asked_for_one_of_five_unanswerable(sample_questions: tuple[Question, ...]) -> None:
    assert len(sample_questions) == 40
    assert sum(not question.answerable for question in sample_questions) == 8
    kinds = Counter(question.type for question in sample_questions)
    assert set(kinds) >= {"list", "number", "fact", "which_speech", "who", "define", "unanswerable"}
    assert max(kinds.values()) <= 10


def test_every_question_is_new_and_every_quote_stands_in_its_file(
    sample_questions: tuple[Question, ...], samples_index: "SpeechIndex"
) -> None:
    texts = samples_index.source_texts()
    assert len({question.text for question in sample_questions}) == 40
    for question in sample_questions:
        assert question.answerable == bool(question.evidence)
        assert all(quote.text in texts[quote.file] for quote in question.evidence)


def test_no_question_is_a_copy_of_its_evidence(sample_questions: tuple[Question, ...]) -> None:
    for question in sample_questions:
        assert not any("".join(quote.text.split()) in question.text for quote in question.evidence)


def test_the_search_finds_most_of_them_and_misses_no_evidence(
    sample_questions: tuple[Question, ...], samples_index: "SpeechIndex"
) -> None:
    evaluation = evaluate(samples_index, None, sample_questions, way="keyword")
    assert evaluation.missing == ()
    assert summary(evaluation.rows)["evidence@4000"] >= 0.9


def test_same_seed_same_questions(sample_parts: list[SpokenParts], samples_index: "SpeechIndex") -> None:
    texts = samples_index.source_texts()
    first, again = (made_questions(parts, texts, 20, 5) for parts in (sample_parts, sample_parts[::-1]))
    assert first == again
    assert made_questions(sample_parts, texts, 20, 6) != first


def test_fewer_where_the_speeches_yield_no_more() -> None:
    questions = made_questions(parts_of(TEXTS), TEXTS, 500)
    assert 20 < len(questions) < 500
    assert [question.id for question in questions[:2]] == ["made-001", "made-002"]
    assert made_questions([], {}, 5) == ()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(("", *MARKERS)), st.sampled_from(CLAUSES)), max_size=20), st.integers(0, 9))
def test_whatever_the_speech_the_questions_hold(lines: list[tuple[str, str]], seed: int) -> None:
    text = "在青禾县优化营商环境大会上的讲话\n\n同志们：\n\n" + "\n\n".join(
        f"{marker}{clause}。" for marker, clause in lines
    )
    texts = {"a.txt": text}
    questions = made_questions(parts_of(texts), texts, 15, seed)
    assert len(questions) <= 15
    assert len({question.text for question in questions}) == len(questions)
    assert all(quote.text in text for question in questions for quote in question.evidence)
