"""Late interaction: equal to its definition, and sound where there is nothing to match."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askspeech.late_interaction import (
    LEADING,
    PHRASE,
    late_interaction_scores,
    question_weights,
    token_directions,
    token_matches,
)

Ids = NDArray[np.uint16]
VOCABULARY, DIMENSION = 50, 8
VECTORS = np.random.default_rng(1).normal(size=(VOCABULARY, DIMENSION)).astype(np.float32)
VECTORS[0] = 0
TABLE = token_directions(VECTORS)


def tokens(*numbers: int) -> Ids:
    return np.array(numbers, dtype=np.uint16)


ids = st.lists(st.integers(0, VOCABULARY - 1), max_size=12).map(lambda numbers: tokens(*numbers))


def matches_by_definition(question: Ids, passage: Ids) -> list[float]:
    """The matches as the docstring says it, token by token."""
    norms = np.linalg.norm(VECTORS, axis=1)
    units = VECTORS / np.where(norms > 0, norms, 1)[:, None]

    def alike(asked: int, place: int) -> float:
        inside = 0 <= asked < len(question) and 0 <= place < len(passage)
        return max(0.0, float(units[question[asked]] @ units[passage[place]])) if inside else 0.0

    def match(asked: int, place: int) -> float:
        beside = max(alike(asked - 1, place - 1), alike(asked + 1, place + 1)) if len(question) > 1 else 1.0
        return alike(asked, place) * (1 - PHRASE + PHRASE * beside)

    return [max((match(asked, place) for place in range(len(passage))), default=0.0) for asked in range(len(question))]


def by_definition(question: Ids, passage: Ids) -> float:
    """The score as the docstring says it."""
    weights = [float(np.square(VECTORS[token]).sum()) for token in question]
    best = matches_by_definition(question, passage)
    return sum(weight * value for weight, value in zip(weights, best, strict=True)) / (sum(weights) or 1)


@settings(max_examples=200, deadline=None)
@given(question=ids, passages=st.lists(ids, max_size=6))
def test_equals_its_definition(question: Ids, passages: list[Ids]) -> None:
    scores = late_interaction_scores(question, passages, TABLE)
    assert scores.dtype == np.float32
    assert scores.shape == (len(passages),)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores == pytest.approx([by_definition(question, passage) for passage in passages], abs=1e-5)


@settings(max_examples=200, deadline=None)
@given(question=ids, passages=st.lists(ids, max_size=6))
def test_matches_of_each_token_equal_their_definition(question: Ids, passages: list[Ids]) -> None:
    matches = token_matches(question, passages, TABLE)
    assert matches.shape == (len(passages), len(question))
    assert ((matches >= 0) & (matches <= 1)).all()
    for row, passage in zip(matches, passages, strict=True):
        assert row.tolist() == pytest.approx(matches_by_definition(question, passage), abs=1e-5)


@given(question=ids)
def test_the_weights_of_a_question_are_shares(question: Ids) -> None:
    weights = question_weights(question, TABLE)
    telling = [token for token in question if token]
    assert weights.shape == question.shape
    assert (weights[question == 0] == 0).all()
    assert weights.sum() == pytest.approx(1 if telling else 0, abs=1e-5)


def test_a_passage_that_holds_the_question_scores_one() -> None:
    for question in (tokens(3), tokens(3, 9), tokens(3, 9, 3)):
        passage = np.concatenate([tokens(7), question, tokens(8)])
        assert late_interaction_scores(question, [passage], TABLE)[0] == pytest.approx(1)


def test_tokens_in_their_order_score_more_than_the_same_tokens_apart() -> None:
    together, apart = tokens(7, 3, 9, 8), tokens(3, 7, 8, 9)
    scores = late_interaction_scores(tokens(3, 9), [together, apart], TABLE)
    assert scores[0] == pytest.approx(1)
    assert scores[1] < 0.8


def test_the_end_of_a_passage_is_no_neighbour_of_the_next_one() -> None:
    question = tokens(3, 9)
    across = late_interaction_scores(question, [tokens(7, 3), tokens(9, 8)], TABLE)
    alone = [late_interaction_scores(question, [passage], TABLE)[0] for passage in (tokens(7, 3), tokens(9, 8))]
    assert across.tolist() == pytest.approx(alone)


def test_a_token_with_a_longer_vector_weighs_more() -> None:
    table = token_directions(np.array([[2, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32))
    scores = late_interaction_scores(tokens(0, 1), [tokens(0), tokens(1), tokens(2)], table)
    assert scores.tolist() == pytest.approx([0.4, 0.1, 0])  # four to one; halved, for the neighbour is missing


def test_a_repeated_question_token_counts_as_often_as_it_stands_there() -> None:
    once = late_interaction_scores(tokens(3, 9), [tokens(3), tokens(9)], TABLE)
    thrice = late_interaction_scores(tokens(3, 9, 3, 5, 3), [tokens(3), tokens(9)], TABLE)
    assert thrice[0] / thrice[1] > once[0] / once[1]


def test_only_the_leading_numbers_are_compared() -> None:
    vectors = np.zeros((2, LEADING + 1), dtype=np.float32)
    vectors[:, 0], vectors[0, -1] = 1, 5
    assert late_interaction_scores(tokens(0), [tokens(1)], token_directions(vectors)).tolist() == pytest.approx([1])
    vectors[0, 0] = 0
    assert late_interaction_scores(tokens(0), [tokens(0)], token_directions(vectors)).tolist() == [0]


@pytest.mark.parametrize("question", [[], [0], [0, 0]], ids=["empty", "zero vector", "zero vectors"])
def test_a_question_without_telling_tokens_scores_nothing(question: list[int]) -> None:
    assert late_interaction_scores(tokens(*question), [tokens(1, 2), tokens()], TABLE).tolist() == [0, 0]


def test_empty_passages_score_nothing_and_leave_the_others_alone() -> None:
    question, full, empty = tokens(3, 9), tokens(9, 4), tokens()
    alone = late_interaction_scores(question, [full], TABLE)[0]
    scores = late_interaction_scores(question, [empty, full, empty, full, empty], TABLE)
    assert scores.tolist() == pytest.approx([0, alone, 0, alone, 0])
    assert late_interaction_scores(question, [], TABLE).shape == (0,)
