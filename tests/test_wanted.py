"""What a question wants."""

from collections.abc import Sequence

import pytest

from askspeech.datatypes import Turn
from askspeech.errors import ModelError, QuestionError
from askspeech.wanted import wanted

ALONE = "台账由哪个部门牵头建？"
HISTORY = [Turn("银杏专窗管哪三件事？")]
FOLLOW_UP = "第二件怎么办？"


def never(question: str, history: Sequence[Turn]) -> str:
    raise AssertionError(f"{question!r} stands alone and is left alone")


def test_a_question_that_stands_alone_is_left_alone() -> None:
    found = wanted(f" {ALONE} ", HISTORY, never)
    assert found.completed == found.search_question == ALONE
    assert (found.lists, found.count, found.compares, found.of_speeches, found.notices) == (
        False,
        None,
        False,
        False,
        (),
    )


def test_a_follow_up_is_completed_by_rule_but_keeps_its_own_form() -> None:
    found = wanted(FOLLOW_UP, HISTORY)
    assert found.search_question == f"{HISTORY[0].question} {FOLLOW_UP}"
    assert (found.lists, found.count) == (False, None), "the list was asked for before"


def test_the_form_levels_and_speeches_that_a_question_asks_for() -> None:
    found = wanted("县里和区里的讲话分别提了哪三条要求？")
    assert (found.kind, found.lists, found.count) == ("comparison", True, 3)
    assert found.levels == {"县", "区"}
    assert found.compares
    assert found.of_speeches
    which = wanted("哪篇讲话提到了银杏专窗？")
    assert which.of_speeches
    assert not which.compares


def test_a_rewritten_question_is_searched_for_in_place_of_the_rules_result() -> None:
    asked: list[tuple[str, Sequence[Turn]]] = []

    def rewrite(question: str, history: Sequence[Turn]) -> str:
        asked.append((question, history))
        return "银杏专窗的第二件事怎么办？"

    assert wanted(FOLLOW_UP, HISTORY, rewrite).search_question == "银杏专窗的第二件事怎么办？"
    assert wanted("How many windows are there?", (), rewrite).search_question == "银杏专窗的第二件事怎么办？"
    assert asked == [(FOLLOW_UP, HISTORY), ("How many windows are there?", ())]


def test_a_question_in_english_is_searched_with_the_chinese_of_its_terms() -> None:
    found = wanted("Who supervises the business environment?")
    assert found.completed == "Who supervises the business environment?"
    assert "营商环境" in found.search_question


@pytest.mark.parametrize("failure", [ModelError("the server is away"), "", "？？"], ids=["error", "empty", "no words"])
def test_where_rewriting_fails_the_rule_decides_and_a_notice_says_so(failure: ModelError | str) -> None:
    def rewrite(question: str, history: Sequence[Turn]) -> str:
        if isinstance(failure, ModelError):
            raise failure
        return failure

    found = wanted(FOLLOW_UP, HISTORY, rewrite)
    assert found.search_question == f"{HISTORY[0].question} {FOLLOW_UP}"
    (notice,) = found.notices
    assert "completed by rule" in notice
    assert ("the server is away" in notice) is isinstance(failure, ModelError)


def test_what_is_no_question_is_refused_before_anything_is_rewritten() -> None:
    with pytest.raises(QuestionError):
        wanted("？", HISTORY, never)
