"""Late interaction: equal to its definition, and sound where there is nothing to match."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askspeech.late_interaction import late_interaction_scores

VOCABULARY, DIMENSION = 50, 8
VECTORS = np.random.default_rng(1).normal(size=(VOCABULARY, DIMENSION)).astype(np.float32)
VECTORS[0] = 0

ids = st.lists(st.integers(0, VOCABULARY - 1), max_size=12).map(lambda numbers: np.array(numbers, dtype=np.uint16))


def by_definition(question: NDArray[np.uint16], passage: NDArray[np.uint16]) -> float:
    """The score as the docstring says it, token by token."""
    norms = np.linalg.norm(VECTORS, axis=1)
    units = VECTORS / np.where(norms > 0, norms, 1)[:, None]
    total = float(sum(norms[token] for token in question))
    best = [max((float(units[token] @ units[other]) for other in passage), default=0.0) for token in question]
    weighted = [float(norms[token]) * max(0.0, value) for token, value in zip(question, best, strict=True)]
    return sum(weighted) / (total or 1)


@settings(max_examples=200, deadline=None)
@given(question=ids, passages=st.lists(ids, max_size=6))
def test_equals_its_definition(question: NDArray[np.uint16], passages: list[NDArray[np.uint16]]) -> None:
    scores = late_interaction_scores(question, passages, VECTORS)
    assert scores.dtype == np.float32
    assert scores.shape == (len(passages),)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores == pytest.approx([by_definition(question, passage) for passage in passages], abs=1e-5)


def test_a_passage_that_holds_every_token_scores_one() -> None:
    question = np.array([3, 9, 3], dtype=np.uint16)
    passage = np.array([9, 1, 3], dtype=np.uint16)
    assert late_interaction_scores(question, [passage], VECTORS)[0] == pytest.approx(1)


def test_a_repeated_question_token_counts_as_often_as_it_stands_there() -> None:
    has_three, has_nine = np.array([3], dtype=np.uint16), np.array([9], dtype=np.uint16)
    once = late_interaction_scores(np.array([3, 9], dtype=np.uint16), [has_three, has_nine], VECTORS)
    thrice = late_interaction_scores(np.array([3, 3, 3, 9], dtype=np.uint16), [has_three, has_nine], VECTORS)
    assert thrice[0] > once[0]
    assert thrice[1] < once[1]


def test_a_token_with_a_longer_vector_weighs_more() -> None:
    vectors = np.array([[4, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    question = np.array([0, 1], dtype=np.uint16)
    passages = [np.array([0], dtype=np.uint16), np.array([1], dtype=np.uint16), np.array([2], dtype=np.uint16)]
    assert late_interaction_scores(question, passages, vectors).tolist() == pytest.approx([0.8, 0.2, 0])


@pytest.mark.parametrize("question", [[], [0], [0, 0]], ids=["empty", "zero vector", "zero vectors"])
def test_a_question_without_telling_tokens_scores_nothing(question: list[int]) -> None:
    passages = [np.array([1, 2], dtype=np.uint16), np.zeros(0, dtype=np.uint16)]
    assert late_interaction_scores(np.array(question, dtype=np.uint16), passages, VECTORS).tolist() == [0, 0]


def test_empty_passages_score_nothing_and_leave_the_others_alone() -> None:
    question, full, empty = (np.array(each, dtype=np.uint16) for each in ([3, 9], [9, 4], []))
    alone = late_interaction_scores(question, [full], VECTORS)[0]
    assert late_interaction_scores(question, [empty, full, empty, full, empty], VECTORS).tolist() == pytest.approx(
        [0, alone, 0, alone, 0]
    )
    assert late_interaction_scores(question, [], VECTORS).shape == (0,)
