"""How events of pages are handled: as Gradio does it, but no address is fetched, and what stays is not made anew."""

import copy
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.state_holder import SessionState

from askspeech.sent_files import names_an_address

__all__ = ["Pages"]


class Pages(gr.Blocks):
    """Pages whose events bring no address to be fetched; Gradio itself checks the paths of their files."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> Any:
        """As Gradio does it; raises `gradio.Error` where a value names an address in place of an uploaded file."""
        if names_an_address(inputs):
            raise gr.Error(
                "A file is sent by its address; send the file. 请上传文件，不要填写网址。", print_exception=False
            )
        return await super().preprocess_data(block_fn, inputs, *rest, **named)

    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: Any, state: SessionState | None
    ) -> list[Any]:
        """As Gradio does it, for the parts that an event changes.

        It would make each part anew that the event leaves as it is, filters with thousands of choices among them: that
        took a tenth of the time of an answer.
        """
        outputs = block_fn.outputs
        if not isinstance(predictions, list | tuple) or len(predictions) != len(outputs) or len(outputs) < 2:
            return await super().postprocess_data(block_fn, predictions, state)
        changed = [at for at, one in enumerate(predictions) if not _stays(one)]
        told: list[Any] = [None if part.stateful else gr.skip() for part in outputs]
        if changed:
            values = [predictions[at] for at in changed]
            made = await super().postprocess_data(_of(block_fn, changed), values if values[1:] else values[0], state)
            for at, one in zip(changed, made, strict=True):
                told[at] = one
        return told


def _stays(prediction: Any) -> bool:
    """Whether an event leaves a part as it is."""
    return isinstance(prediction, dict) and prediction == gr.skip()


def _of(block_fn: BlockFunction, outputs: Sequence[int]) -> BlockFunction:
    """An event as if it changed these of its outputs alone."""
    fewer = copy.copy(block_fn)
    fewer.outputs = [block_fn.outputs[at] for at in outputs]
    return fewer
