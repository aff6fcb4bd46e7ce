import threading
import time
from collections.abc import Generator

import pytest

from askspeech.chat import Exchange
from askspeech.running import SECONDS_BEFORE_PARTS, RunningAnswer, RunningAnswers


def exchanges(count: int) -> Generator[Exchange, None, None]:
    for number in range(count):
        yield Exchange(str(number))


def silent(closed: threading.Event, release: threading.Event) -> Generator[Exchange, None, None]:
    """One exchange, then nothing until it is released."""
    try:
        yield Exchange("first")
        release.wait(30)
        yield Exchange("late")
        yield Exchange("never made where the answer was ended")
    finally:
        closed.set()


def test_it_comes_in_order_to_its_end() -> None:
    answer = RunningAnswer(exchanges(50))
    shown = [int(one.question) for one in answer.follow()]
    assert shown == sorted(set(shown))
    assert shown[-1] == 49
    assert answer.ending == ""


def test_a_slow_reader_is_shown_the_latest_at_once() -> None:
    all_made, read = threading.Event(), threading.Event()

    def quick() -> Generator[Exchange, None, None]:
        yield Exchange("first")
        read.wait(30)
        yield from exchanges(1000)
        all_made.set()

    following = RunningAnswer(quick()).follow()
    assert next(following).question == "first"
    read.set()
    assert all_made.wait(30)
    assert [one.question for one in following] == ["999"]


def test_what_is_whole_at_once_is_shown_once() -> None:
    def quick() -> Generator[Exchange, None, None]:
        for one in exchanges(4):
            time.sleep(SECONDS_BEFORE_PARTS / 100)
            yield one

    assert [one.question for one in RunningAnswer(quick()).follow()] == ["3"]


def test_what_grows_is_shown_in_parts() -> None:
    more = threading.Event()

    def slow() -> Generator[Exchange, None, None]:
        for one in exchanges(3):
            yield one
            more.wait(30)
            more.clear()

    shown = []
    for one in RunningAnswer(slow()).follow():
        shown.append(one.question)
        more.set()
    assert shown == ["0", "1", "2"]


def test_what_making_it_raised_is_raised() -> None:
    def failing() -> Generator[Exchange, None, None]:
        yield Exchange("first")
        raise ValueError("a defect")

    shown = []
    with pytest.raises(ValueError, match="a defect"):
        shown.extend(RunningAnswer(failing()).follow())
    answer = RunningAnswer(failing()).follow()
    assert next(answer).question == "first"
    with pytest.raises(ValueError, match="a defect"):
        next(answer)


def test_it_can_be_ended_while_the_model_says_nothing() -> None:
    closed, release = threading.Event(), threading.Event()
    answer = RunningAnswer(silent(closed, release))
    following = answer.follow()
    assert next(following).question == "first"
    threading.Timer(0.1, answer.end, ["stopped"]).start()
    began = time.monotonic()
    assert list(following) == []
    assert time.monotonic() - began < 5
    assert answer.ending == "stopped"
    assert not closed.is_set(), "the model is still silent"
    release.set()
    assert closed.wait(10), "the answer is closed when the model says something"


def test_what_came_after_the_end_is_not_shown() -> None:
    answer = RunningAnswer(exchanges(1000))
    following = answer.follow()
    next(following)
    time.sleep(0.1)  # the rest lies in the queue
    answer.end("cleared")
    assert list(following) == []


def test_a_reader_who_leaves_ends_it() -> None:
    closed, release = threading.Event(), threading.Event()
    following = RunningAnswer(silent(closed, release)).follow()
    next(following)
    following.close()  # type: ignore[attr-defined] # what Gradio does when the page is closed
    release.set()
    assert closed.wait(10)


def test_ending_waits_until_the_last_update_was_shown() -> None:
    answers = RunningAnswers()
    closed, release = threading.Event(), threading.Event()
    shown: list[str] = []
    began = threading.Event()

    def ask() -> None:
        answer = RunningAnswer(silent(closed, release))
        with answers.running("page", answer):
            for one in answer.follow():
                shown.append(one.question)
                began.set()
            time.sleep(0.2)
            shown.append(f"ended: {answer.ending}")

    asking = threading.Thread(target=ask)
    asking.start()
    assert began.wait(10)
    assert not answers.end("another page", "stopped")
    assert answers.end("page", "stopped")
    assert shown == ["first", "ended: stopped"]
    asking.join(10)
    assert not answers.end("page", "stopped"), "it has ended"
    release.set()


def test_a_second_question_of_a_page_ends_the_first() -> None:
    answers = RunningAnswers()
    closed, release = threading.Event(), threading.Event()
    first = RunningAnswer(silent(closed, release))
    began = threading.Event()

    def ask() -> None:
        with answers.running("page", first):
            for _ in first.follow():
                began.set()

    asking = threading.Thread(target=ask)
    asking.start()
    assert began.wait(10)
    with answers.running("page", RunningAnswer(exchanges(1))):
        assert first.ending == "stopped"
        asking.join(10)
        assert not asking.is_alive()
    release.set()
