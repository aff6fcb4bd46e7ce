"""Is a question about what the speeches talk of?"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.evidence import QuestionWord, answers_it, closeness, familiarity, rarity

VECTORS = np.array([[0, 0], [1, 0], [0, 1], [3, 3]], dtype=np.float32)


def word(text: str, frequency: int = 1, *ids: int) -> QuestionWord:
    return QuestionWord(text, frequency, np.array(ids, dtype=np.uint16))


def ids(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
    return np.array(numbers, dtype=np.uint16)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_rarer_the_more(frequency: int, passages: int) -> None:
    assert math.isfinite(rarity(frequency, passages))
    assert rarity(frequency, passages) > rarity(frequency + 1, passages)


def test_familiar_words_are_those_of_the_index() -> None:
    assert familiarity([word("台账", 99), word("企业", 99)], 99) == pytest.approx(2)
    assert familiarity([word("火锅", 0)], 99) == 0
    assert familiarity([word("县", 99)], 99) == 0
    assert familiarity([word("台账", 1)], 0) == 0


def test_a_word_that_stands_in_the_text_is_as_close_as_can_be() -> None:
    assert closeness([word("台账", 1, 1)], "建立台账", ids(2), VECTORS, 9) == pytest.approx(1)


@pytest.mark.parametrize(
    ("own", "near"),
    [
        pytest.param((1,), 1.0, id="the same token"),
        pytest.param((3,), math.sqrt(0.5), id="half way"),
        pytest.param((2,), 0.0, id="nothing like it"),
        pytest.param((0,), 0.0, id="a token that says nothing"),
        pytest.param((), 0.0, id="no token"),
    ],
)
def test_another_word_is_as_close_as_its_tokens(own: tuple[int, ...], near: float) -> None:
    assert closeness([word("火锅", 1, *own)], "建立台账", ids(1, 1), VECTORS, 9) == pytest.approx(near, abs=1e-6)


def test_without_words_or_text_nothing_is_close() -> None:
    assert closeness([], "建立台账", ids(1), VECTORS, 9) == 0
    assert closeness([word("台账", 1, 1)], "", ids(), VECTORS, 9) == 0


def test_more_evidence_never_turns_an_answer_into_a_refusal() -> None:
    steps = [number / 10 for number in range(21)]
    for familiar in steps:
        judged = [answers_it(familiar, close) for close in steps]
        assert judged == sorted(judged)
    assert answers_it(2, 1)
    assert not answers_it(0, 0)
