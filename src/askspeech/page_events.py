"""How events of pages are handled: as Gradio does it, but no address is fetched, and what stays is not made anew."""

import copy
import logging
import math
import time
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from types import NoneType
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import postprocess_update_dict
from gradio.components import Component
from gradio.processing_utils import async_move_files_to_cache
from gradio.state_holder import SessionState

from askspeech.logs import event
from askspeech.sent_files import names_an_address

__all__ = ["Pages"]

_log = logging.getLogger(__name__)
# Properties that a part keeps just as they are given to it, and whose values Gradio itself makes ready to be sent.
KEPT_AS_GIVEN = frozenset({"__type__", "value", "feedback_value", "submit_btn", "stop_btn"})
PLAIN_PARTS = frozenset({gr.Textbox, gr.Dropdown, gr.Checkbox})
NOT_TAKEN = "This page no longer fits the server: reload it. 页面内容已过期，请刷新页面后重试。"
FAILED = "Something went wrong on the server, whose log says what. 服务器出错，详情见日志。"
SECONDS_BETWEEN_TRACEBACKS, MOST_TRACEBACKS = 60.0, 100
PLAIN = (str, bool, int, float, NoneType)
LONGEST_CHOICE = 500
"""How many characters one of several choices may have, such as the path of a file."""


class _Tracebacks:
    """Which tracebacks were written lately: a page can bring about the same one a thousand times a minute."""

    def __init__(self) -> None:
        self._written = OrderedDict[tuple[str, str, int], float]()

    def is_due(self, error: Exception) -> bool:
        """Whether an error's traceback is to be written now, as none like it was for a minute; it counts as written."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        key, now = (type(error).__name__, last.filename, last.lineno or 0), time.monotonic()
        if now - self._written.get(key, -math.inf) < SECONDS_BETWEEN_TRACEBACKS:
            return False
        self._written[key] = now
        self._written.move_to_end(key)
        while len(self._written) > MOST_TRACEBACKS:
            self._written.popitem(last=False)
        return True


_tracebacks = _Tracebacks()


class Pages(gr.Blocks):
    """Pages whose events bring no address to be fetched; Gradio itself checks the paths of their files."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], state: Any, *rest: Any, **named: Any) -> Any:
        """As Gradio does it; raises `gradio.Error` for what the parts do not take, without what it was.

        So it does where a value names an address in place of an uploaded file, and for more letters and more choices
        than a part may hold, which Gradio leaves to the browser.
        """
        if names_an_address(inputs):
            raise gr.Error(
                "A file is sent by its address; send the file. 请上传文件，不要填写网址。", print_exception=False
            )
        if not all(map(_holds, block_fn.inputs, inputs)):
            event(_log, "event_not_taken", number=block_fn._id, error="TooMuch")
            raise gr.Error(NOT_TAKEN, print_exception=False)
        if isinstance(state, SessionState) and _are_plain(block_fn, inputs):
            # Gradio would hand each of them to a thread: 20 for a question, a twentieth of the time of its answer.
            with suppress(Exception):  # of which Gradio, asked once more below, says which event it is about
                return [_taken(part, value, state) for part, value in zip(block_fn.inputs, inputs, strict=True)]
        try:
            return await super().preprocess_data(block_fn, inputs, state, *rest, **named)
        except Exception as error:
            # Gradio would write what was sent into the log, which may be a question, a name or a million letters.
            event(_log, "event_not_taken", number=block_fn._id, error=type(error).__name__)
            raise gr.Error(NOT_TAKEN, print_exception=False) from None

    async def call_function(self, block_fn: Any, *arguments: Any, **named: Any) -> Any:
        """As Gradio does it; what a handler dies of is written once a minute, however often a page brings it about."""
        try:
            return await super().call_function(block_fn, *arguments, **named)
        except gr.Error:
            raise
        except Exception as error:
            again = not _tracebacks.is_due(error)
            event(_log, "event_failed", event=getattr(block_fn, "_id", None), error=type(error).__name__, again=again)
            if not again:
                _log.exception("An event of a page failed.")
            raise gr.Error(FAILED, print_exception=False) from None

    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: Any, state: SessionState | None
    ) -> list[Any]:
        """As Gradio does it, for the parts that an event changes.

        It would make each part anew that the event leaves as it is, filters with thousands of choices among them: that
        took a tenth of the time of an answer; and each part of which only a value is told.
        """
        outputs = block_fn.outputs
        if not isinstance(predictions, list | tuple) or len(predictions) != len(outputs) or len(outputs) < 2:
            return await super().postprocess_data(block_fn, predictions, state)
        told: list[Any] = [None if part.stateful else gr.skip() for part in outputs]
        changed = []
        for at, (part, one) in enumerate(zip(outputs, predictions, strict=True)):
            if isinstance(part, Component) and state is not None and _only_sets(part, one):
                told[at] = await _updated(part, one, state, postprocess=block_fn.postprocess)
            elif not _stays(one):
                changed.append(at)
        if changed:
            values = [predictions[at] for at in changed]
            made = await super().postprocess_data(_of(block_fn, changed), values if values[1:] else values[0], state)
            for at, one in zip(changed, made, strict=True):
                told[at] = one
        return told


def _holds(part: Any, value: Any) -> bool:
    """Whether a part may hold so much: letters as its `max_length` says, choices as its `max_choices`."""
    if isinstance(part, gr.Textbox):
        return part.max_length is None or not isinstance(value, str) or len(value) <= part.max_length
    if isinstance(part, gr.Dropdown):
        values = value if isinstance(value, list) else [value]
        few = part.max_choices is None or len(values) <= part.max_choices
        return few and all(isinstance(one, PLAIN) and len(str(one)) <= LONGEST_CHOICE for one in values)
    return True


def _are_plain(block_fn: BlockFunction, inputs: Sequence[Any]) -> bool:
    """Whether an event brings nothing but what its parts take as it is sent: states, texts, choices and switches."""
    if len(inputs) != len(block_fn.inputs) or block_fn.component_prop_inputs or not block_fn.preprocess:
        return False
    parts = zip(block_fn.inputs, inputs, strict=True)
    return all(part.stateful or (type(part) in PLAIN_PARTS and _is_plain(value)) for part, value in parts)


def _is_plain(value: Any) -> bool:
    return isinstance(value, PLAIN) or (isinstance(value, list) and all(isinstance(one, PLAIN) for one in value))


def _taken(part: Any, value: Any, state: SessionState) -> Any:
    """What a handler gets of a part: what it holds for its page, or what was sent, if it may hold that."""
    return state[part._id] if part.stateful else state.get(part._id, part).preprocess(value)


def _stays(prediction: Any) -> bool:
    """Whether an event leaves a part as it is."""
    return isinstance(prediction, dict) and prediction == gr.skip()


def _only_sets(part: Component, prediction: Any) -> bool:
    """Whether an event tells a part nothing but what the part keeps as it is told."""
    is_update = isinstance(prediction, dict) and prediction.get("__type__") == "update"
    return is_update and not part.stateful and len(prediction) > 1 and prediction.keys() <= KEPT_AS_GIVEN


async def _updated(part: Component, update: dict[str, Any], state: SessionState, *, postprocess: bool) -> Any:
    """What a page is told of such an update, the same as by Gradio, which would make the whole part anew."""
    known = state.get(part._id, part)
    kept = {name: value for name, value in update.items() if name not in ("__type__", "value") and value is not None}
    if kept:
        known = copy.copy(known)
        vars(known).update(kept, _constructor_args=[known.constructor_args | kept])
        state[part._id] = known
    told = {name: update[name] for name in ("__type__", "value") if name in update} | kept
    return await async_move_files_to_cache(postprocess_update_dict(known, told, postprocess), known, postprocess=True)


def _of(block_fn: BlockFunction, outputs: Sequence[int]) -> BlockFunction:
    """An event as if it changed these of its outputs alone."""
    fewer = copy.copy(block_fn)
    fewer.outputs = [block_fn.outputs[at] for at in outputs]
    return fewer
