import asyncio
from functools import partial
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from askspeech.page_events import Pages

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
