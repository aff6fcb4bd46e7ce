"""Whether a question can be answered here: words of the index are familiar, and passages come close to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.evidence import Passages, Word, answers_it, closeness, familiarity, rarity
from askspeech.late_interaction import token_directions

# Four tokens: two alike, one across, one without a vector.
TOKENS = token_directions(np.array([[1, 0], [2, 0.2], [0, 3], [0, 0]], dtype=np.float32))


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.uint16)


def word(text: str, frequency: int, *tokens: int) -> Word:
    return Word(text, frequency, ids(*tokens))


def test_rare_words_weigh_more() -> None:
    assert rarity(0, 100) > rarity(1, 100) > rarity(50, 100) > rarity(100, 100) > 0


def test_words_of_the_index_are_familiar_and_single_characters_are_not() -> None:
    assert familiarity([[[word("企业", 100, 0)]]], 100) == pytest.approx(1)
    assert familiarity([[[word("下雨", 0, 0)]], [[word("好", 100, 0)]]], 100) == 0
    assert familiarity([[[word("企业", 3, 0)]]], 0) == 0


def test_of_alternatives_the_best_counts() -> None:
    unit = [[word("账款", 10, 0)], [word("欠款", 100, 0)], []]
    assert familiarity([unit], 100) == pytest.approx(1)


def test_a_word_that_stands_in_the_text_is_close() -> None:
    passages = Passages("清理企业欠款", ids(2), 10)
    assert closeness([[[word("欠款", 1, 0)]]], passages, TOKENS) == pytest.approx(1)


def test_another_word_is_as_close_as_its_tokens() -> None:
    near = closeness([[[word("账款", 1, 0)]]], Passages("无关", ids(1, 2), 10), TOKENS)
    far = closeness([[[word("账款", 1, 0)]]], Passages("无关", ids(2), 10), TOKENS)
    assert near > 0.9
    assert far == pytest.approx(0)


def test_what_nothing_is_known_of_pulls_down() -> None:
    passages = Passages("清理企业欠款", ids(2), 10)
    known = [[word("欠款", 1, 0)]]
    assert closeness([known, []], passages, TOKENS) < closeness([known], passages, TOKENS)


def test_without_words_or_text_nothing_is_close() -> None:
    assert closeness([], Passages("文", ids(0), 1), TOKENS) == 0
    assert closeness([[[word("欠款", 1, 0)]]], Passages("", ids(), 1), TOKENS) == 0


@given(st.floats(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_more_evidence_never_refuses(familiar: float, close: float, more: float) -> None:
    if answers_it("zh", familiar, close):
        assert answers_it("zh", familiar + more, min(1, close + more))


def test_a_token_without_a_vector_is_near_nothing() -> None:
    assert closeness([[[word("欠款", 1, 3)]]], Passages("文", ids(0, 3), 9), TOKENS) == 0
