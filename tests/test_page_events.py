import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from askspeech.page_events import LONGEST_CHOICE, NOT_TAKEN, Pages

SKIP = gr.skip()


def after(*predictions: Any) -> tuple[list[Any], list[str]]:
    """What a page is told after an event that gave this, and which of its parts were made anew."""
    with Pages() as pages:
        parts = [gr.Textbox(), gr.Dropdown(["甲", "乙"]), gr.Button("问"), gr.State(0)][: len(predictions)]
        parts[0].change(lambda: None, None, parts if len(parts) > 1 else parts[0])
    session = SessionState(pages)
    given = predictions if len(predictions) > 1 else predictions[0]
    told = asyncio.run(pages.postprocess_data(pages.fns[0], given, session))
    return told, [type(part).__name__ for part in parts if not part.stateful and session[part._id] is not part]


@pytest.mark.parametrize(
    ("predictions", "told", "made"),
    [
        (("好", SKIP, SKIP, SKIP), ["好", SKIP, SKIP, None], []),
        ((SKIP, SKIP, SKIP, SKIP), [SKIP, SKIP, SKIP, None], []),
        ((SKIP, gr.update(value="乙"), SKIP, 3), [SKIP, gr.update(value="乙"), SKIP, None], []),
        ((SKIP, gr.update(label="问"), SKIP, 3), [SKIP, gr.update(label="问"), SKIP, None], ["Dropdown"]),
        (("好", "乙"), ["好", "乙"], []),
        (("好",), ["好"], []),
    ],
)
def test_what_an_event_leaves_is_left(predictions: tuple[Any, ...], told: list[Any], made: list[str]) -> None:
    assert after(*predictions) == (told, made)


def test_what_an_event_gives_too_much_or_too_little_is_gradios_to_say() -> None:
    with Pages() as pages:
        parts = [gr.Textbox(), gr.Textbox()]
        parts[0].change(lambda: None, None, parts)
    with pytest.raises(ValueError, match="enough output values"):
        asyncio.run(pages.postprocess_data(pages.fns[0], ("one",), SessionState(pages)))


@pytest.mark.parametrize(
    ("make", "update"),
    [
        (gr.Chatbot, gr.update(value=[{"role": "user", "content": "问"}], feedback_value=["Like", None])),
        (gr.Chatbot, gr.update(value=[{"role": "assistant", "content": "答"}])),
        (gr.Chatbot, gr.update(value=None, feedback_value=[])),
        (gr.Textbox, gr.update(submit_btn=False, stop_btn=True)),
        (gr.Textbox, gr.update(value="", submit_btn=True, stop_btn=None)),
        (gr.HTML, gr.update(value="<p>源</p>")),
        (partial(gr.Dropdown, ["甲", "乙"], multiselect=True), gr.update(value=["甲"])),
    ],
)
def test_a_part_that_is_not_made_anew_is_told_the_same(make: Any, update: dict[str, Any]) -> None:
    def told(blocks: type[gr.Blocks]) -> tuple[Any, Any, Any]:
        with blocks() as pages:
            parts = [make(), gr.Textbox()]
            parts[0].change(lambda: None, None, parts)
        session = SessionState(pages)
        first = asyncio.run(pages.postprocess_data(pages.fns[0], [dict(update), SKIP], session))
        later = asyncio.run(pages.postprocess_data(pages.fns[0], [gr.update(visible=False), SKIP], session))
        known = {key: value for key, value in session[parts[0]._id].constructor_args.items() if key != "render"}
        return first, later, known

    assert told(Pages) == told(gr.Blocks)


PARTS = (gr.Textbox, partial(gr.Dropdown, ["甲", "乙"], multiselect=True), gr.Checkbox, partial(gr.State, ["状态"]))


def taken(blocks: type[gr.Blocks], inputs: list[Any], parts: Sequence[Any] = PARTS) -> tuple[Any, list[str]]:
    """What a handler gets, or the error; and in which threads values were looked at."""
    with blocks() as pages:
        made = [part() for part in parts]
        made[0].change(lambda *_: None, made, None)
    threads: list[str] = []

    def seen(look: Callable[[Any], Any], value: Any) -> Any:
        threads.append(threading.current_thread().name)
        return look(value)

    for part in made:
        part.preprocess = partial(seen, part.preprocess)
    try:
        got: Any = asyncio.run(pages.preprocess_data(pages.fns[0], inputs, SessionState(pages)))
    except Exception as error:
        got = (type(error), str(error).splitlines()[0])
    return got, threads


@pytest.mark.parametrize(
    "inputs",
    [
        ["问", ["甲"], True, None],
        [None, [], False, None],
        [3, None, None, None],
        ["问", ["丙"], True, None],
        ["问", [["甲"]], True, None],
        [{"a": 1}, ["甲"], True, None],
        ["问", ["甲"], True],
        ["问", ["甲"], True, None, "more"],
    ],
)
def test_what_is_sent_is_taken_as_gradio_takes_it(inputs: list[Any]) -> None:
    ours, theirs = taken(Pages, list(inputs))[0], taken(gr.Blocks, list(inputs))[0]
    if isinstance(theirs, tuple):  # refused, without what was sent
        theirs = (gr.Error, repr(NOT_TAKEN))
    assert ours == theirs


def test_plain_values_need_no_thread() -> None:
    got, threads = taken(Pages, ["问", ["甲"], True, None])
    assert got == ["问", ["甲"], True, ["状态"]]
    assert threads == ["MainThread"] * 3
    assert set(taken(gr.Blocks, ["问", ["甲"], True, None])[1]) != {"MainThread"}
    assert taken(Pages, ["问", 3], (gr.Textbox, gr.Number))[1] != ["MainThread"] * 2


FEW = partial(gr.Dropdown, [], multiselect=True, allow_custom_value=True, max_choices=3)


@pytest.mark.parametrize(
    ("part", "value", "is_taken"),
    [
        (partial(gr.Textbox, max_length=5), "五个字符的", True),
        (partial(gr.Textbox, max_length=5), "六个字符的了", False),
        (gr.Textbox, "没有说多少" * 20_000, True),
        (FEW, ["甲", "乙", "丙"], True),
        (FEW, ["甲", "乙", "丙", "丁"], False),
        (FEW, ["长" * LONGEST_CHOICE], True),
        (FEW, ["长" * (LONGEST_CHOICE + 1)], False),
        (FEW, "长" * (LONGEST_CHOICE + 1), False),
        (FEW, [["甲"]], False),
    ],
)
def test_no_part_takes_more_than_it_may_hold(part: Any, value: Any, is_taken: bool) -> None:
    got, threads = taken(Pages, [value, "问"], [part, gr.Textbox])
    assert got == ([value, "问"] if is_taken else (gr.Error, repr(NOT_TAKEN))) and (is_taken or not threads)


def test_what_a_handler_dies_of_is_written_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    def dies(value: str) -> str:
        return {"one": 1 // 0, "other": ""}[value] if value == "one" else str(int(value))

    with Pages() as pages:
        part = gr.Textbox()
        part.change(dies, part, part)
    with caplog.at_level("INFO", logger="askspeech"):
        for value in ("one", "one", "two", "one", "two"):
            with pytest.raises(gr.Error, match="服务器出错"):
                asyncio.run(pages.call_function(pages.fns[0], [value]))
    written = [record.levelname for record in caplog.records]
    assert written == ["INFO", "ERROR", "INFO", "INFO", "ERROR", "INFO", "INFO"]
    caplog.clear()
    assert asyncio.run(pages.call_function(pages.fns[0], ["3"]))["prediction"] == "3" and not caplog.records


def test_what_may_not_be_chosen_is_refused() -> None:
    got, _ = taken(Pages, ["问", ["丙"], True, None])
    assert got[0] is gr.Error


@pytest.mark.parametrize("inputs", [["一个问题"], ["x", "一个问题", True, None], ["x", [["一个问题"]], True, None]])
def test_the_log_holds_nothing_of_what_is_refused(
    inputs: list[Any], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO, "askspeech"):
        (kind, told), _ = taken(Pages, inputs)
    assert (kind, told) == (gr.Error, repr(NOT_TAKEN))
    assert [record.message for record in caplog.records] == ["event_not_taken"]
    assert "问题" not in f"{vars(caplog.records[0])}{capfd.readouterr()}"


def test_an_address_in_place_of_a_file_is_refused() -> None:
    got, _ = taken(Pages, [{"path": "http://127.0.0.1/", "meta": {"_type": "gradio.FileData"}}, [], True, None])
    assert got[0] is gr.Error
