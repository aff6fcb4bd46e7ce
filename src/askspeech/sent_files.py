"""Files that a page's event names: only what was uploaded before, never an address that the server would fetch.

Gradio fetches whatever public address stands where an event may hold a file, in any of its values and before the event
is handled, for whoever may open a page.
"""

import re
from typing import Any

import gradio as gr

__all__ = ["Pages", "names_an_address"]

_ADDRESS = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:/")


class Pages(gr.Blocks):
    """Pages whose events bring no address to be fetched; Gradio itself checks the paths of their files."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> Any:
        """As Gradio does it; raises `gradio.Error` where a value names an address in place of an uploaded file."""
        if names_an_address(inputs):
            raise gr.Error(
                "A file is sent by its address; send the file. 请上传文件，不要填写网址。", print_exception=False
            )
        return await super().preprocess_data(block_fn, inputs, *rest, **named)


def names_an_address(values: Any) -> bool:
    """Whether anything among the values, however deep, is a file that is named by an address."""
    waiting = [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("path"), str) and _ADDRESS.match(value["path"]):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False
