"""Questions that refer to an item of the list that the question before them asked for."""

import pytest

from askspeech import Answerer, SpeechIndex, Turn
from askspeech.errors import QuestionError
from askspeech.follow_ups import referred

FOUR = [Turn("要抓好哪四件实事？")]


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        ("第二件具体怎么做？", "清理拖欠账款。 第二件具体怎么做？"),
        ("第一条呢？", "推行帮办代办。 第一条呢？"),
        (" 最后一项由谁牵头？ ", "降低物流成本。 最后一项由谁牵头？"),
        ("What about the third one?", "选派驻企联络员。 What about the third one?"),
    ],
)
def test_the_words_of_the_item_come_in_front(index: SpeechIndex, question: str, completed: str) -> None:
    assert referred(index, question, FOUR) == completed


@pytest.mark.parametrize("question", ["第九件怎么做？", "第0件怎么做？", "台账由谁建？", "第一个报告讲了什么？"])
def test_a_question_that_refers_to_no_item_is_left_alone(index: SpeechIndex, question: str) -> None:
    assert referred(index, question, FOUR) is None


def test_without_a_question_before_it_nothing_is_referred_to(index: SpeechIndex) -> None:
    assert referred(index, "第二件具体怎么做？", []) is None


def test_where_no_list_is_found_nothing_is_referred_to(index: SpeechIndex) -> None:
    assert referred(index, "第二件具体怎么做？", [Turn("民营经济增加值占比多少？")]) is None


def test_what_was_no_question_before_is_refused(index: SpeechIndex) -> None:
    with pytest.raises(QuestionError):
        referred(index, "第二件具体怎么做？", [Turn(" ")])


def test_the_answer_is_that_of_the_item(answerer: Answerer) -> None:
    answer = answerer.ask("第二件由哪个部门牵头？", history=FOUR)
    assert "县财政局" in answer.text
    assert "清理拖欠账款" in answer.search.search_question


def test_a_list_may_itself_refer_to_the_question_before_it(answerer: Answerer) -> None:
    history = [Turn("青禾县要抓好哪四件实事？"), Turn("这四件事都有哪些？")]
    assert "清理拖欠账款" in answerer.ask("第二件由谁牵头？", history=history).search.search_question
