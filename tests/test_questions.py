"""What a question is, and what it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.datatypes import Turn
from askspeech.errors import QuestionError
from askspeech.questions import (
    asks_for_list,
    asks_for_speech,
    checked_question,
    compares_speeches,
    complete,
    expected_count,
    language_of,
    ordinal_of,
)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        *(("", "empty"), (" \n　", "empty"), ("？！。", "no word"), ("……", "no word"), ("😀", "no word")),
        *(("\ud800", "empty"), ("青" * 2001, "2,001 characters"), ("问" * 10_000, "shorten")),
        ("\ufdfa" * 230, "stand for many more each"),
    ],
)
def test_what_is_no_question_is_refused(question: str, reason: str) -> None:
    with pytest.raises(QuestionError, match=reason):
        checked_question(question)


def test_an_earlier_question_whose_characters_stand_for_many_more_is_left_out() -> None:
    assert complete("它由谁负责？", [Turn("\ufdfa" * 2000)]) == "它由谁负责？"
    assert complete("它由谁负责？", [Turn("\ufdfa台账是什么？")]) == "\ufdfa台账是什么？ 它由谁负责？"


@pytest.mark.parametrize(
    "question", ["台账由谁建？", "  who?  ", "1", "𠮷", "青" * 2000, " " * 3000 + "台账", "①…" * 600]
)
def test_what_is_a_question_is_taken_without_white_space(question: str) -> None:
    assert checked_question(question) == question.strip()


@pytest.mark.parametrize(
    ("question", "taken"),
    [
        ("台账\u202e由谁建？\u2066", "台账由谁建？"),
        ("台\u200b账\u00ad由谁建？\ud800", "台账由谁建？"),
        ("台账\x00由\x07谁建？\x1b", "台账 由 谁建？"),
        ("一、台账\n二、\t清欠", "一、台账\n二、\t清欠"),
        ("\ue000字怎么写？", "\ue000字怎么写？"),
    ],
)
def test_what_nobody_sees_is_no_part_of_a_question(question: str, taken: str) -> None:
    assert checked_question(question) == taken


@given(st.one_of(any_texts(), st.text(max_size=2500)))
def test_any_text_is_a_question_or_a_typed_error(text: str) -> None:
    try:
        question = checked_question(text)
    except QuestionError as error:
        assert str(error)
        return
    assert 0 < len(question) <= 2000
    assert language_of(question) in ("zh", "en")
    assert asks_for_list(question) in (True, False)
    assert asks_for_speech(question) in (True, False)
    assert expected_count(question) in (None, *range(2, 21))
    assert complete(question, [Turn("上一个问题")]).endswith(question)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        *(("台账由谁建？", "zh"), ("Who keeps the ledger?", "en"), ("12345", "zh")),
        *(("VIP 窗口在哪里？", "zh"), ("Who runs the 银杏 window in Qinghe county?", "en")),
    ],
)
def test_language(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        *(("要办好哪些实事？", True), ("驻企联络员要做哪几件事？", True), ("办好哪四件事？", True)),
        *(("What are the duties?", True), ("Which five problems were named?", True), ("提出了几条要求？", True)),
        *(("台账由谁建？", False), ("Who keeps the ledger?", False), ("利率是多少？", False)),
    ],
)
def test_lists(question: str, expected: bool) -> None:
    assert asks_for_list(question) is expected


@pytest.mark.parametrize(
    ("question", "count"),
    [
        *(("办好哪四件事？", 4), ("哪两个市先试点？", 2), ("哪10条举措？", 10), ("Which five problems?", 5)),
        *(("要办好哪些实事？", None), ("第三个问题怎么说？", None), ("十五个工作日内谁来答复？", None), ("Who?", None)),
    ],
)
def test_how_many_are_asked_for(question: str, count: int | None) -> None:
    assert expected_count(question) == count


@pytest.mark.parametrize(
    ("question", "expected"),
    [("哪篇讲话提到了台账？", True), ("是哪几篇讲的？", True), ("Which speech says so?", True), ("谁讲的？", False)],
)
def test_which_speech(question: str, expected: bool) -> None:
    assert asks_for_speech(question) is expected


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        pytest.param("这个窗口归谁管？", "银杏专窗在哪里？ 这个窗口归谁管？", id="leans on it"),
        pytest.param("它什么时候开？", "银杏专窗在哪里？ 它什么时候开？", id="pronoun"),
        pytest.param("由谁管？", "银杏专窗在哪里？ 由谁管？", id="no subject"),
        pytest.param("台账由谁建？", "台账由谁建？", id="stands alone"),
    ],
)
def test_a_question_that_leans_on_the_last_one_is_completed(question: str, completed: str) -> None:
    history = [Turn("台账由谁建？"), Turn(" 银杏专窗在哪里？ ")]
    assert complete(question, history) == completed
    assert complete(question, []) == question


def test_a_question_that_quotes_a_heading_stands_alone() -> None:
    question = "“为什么要在这个时候开这个会”讲了哪几条？"
    assert complete(question, [Turn("驻企联络员制度是怎么安排的？")]) == question


def test_a_follow_up_of_a_follow_up_brings_both_questions_before_it() -> None:
    history = [Turn("台账由谁建？"), Turn("银杏专窗管哪三件事？"), Turn("第二件怎么办？")]
    assert complete("那由谁负责？", history) == "银杏专窗管哪三件事？ 第二件怎么办？ 那由谁负责？"
    chain = [Turn("银杏专窗管哪三件事？"), *[Turn(f"那第{number}件呢？") for number in "一二三"]]
    assert complete("还有呢？", chain) == "那第一件呢？ 那第二件呢？ 那第三件呢？ 还有呢？"


@pytest.mark.parametrize(
    ("question", "number"),
    [
        *(("第二条具体怎么做？", 2), ("第十个由谁办？", 10), ("第3项呢？", 3), ("第三件事怎么办？", 3)),
        *(("前者呢？", 1), ("后者怎么办？", -1), ("最后一条呢？", -1), ("第二个方面讲什么？", 2)),
        *(("What about the second one?", 2), ("And the last one?", -1), ("the former?", 1)),
        *(("第一个报告讲了什么？", None), ("第二次大会说了什么？", None), ("台账由谁建？", None), ("Who?", None)),
    ],
)
def test_which_item_a_question_refers_to(question: str, number: int | None) -> None:
    assert ordinal_of(question) == number


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        *(("各篇讲话怎么说？", True), ("两篇都讲了什么？", True), ("几次讲话分别怎么要求？", True)),
        *(("动员大会和推进会上分别怎么说？", True), ("What do both speeches say?", True)),
        *(("四项帮扶分别是什么？", False), ("两个办法有什么不同？", False), ("How do the two measures differ?", False)),
    ],
)
def test_comparing_speeches_is_more_than_asking_for_parts_of_one_thing(question: str, expected: bool) -> None:
    assert compares_speeches(question) is expected
