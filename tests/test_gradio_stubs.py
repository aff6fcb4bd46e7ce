"""Gradio's type stubs are not looked through when a server starts."""

import subprocess
import sys

import gradio.component_meta

from askspeech.gradio_stubs import FUNCTION, MODULE

PROGRAM = """
import sys
from askspeech.gradio_stubs import without_stubs

before = list(sys.meta_path)
with without_stubs():
    import gradio
assert sys.meta_path == before
import ast, gradio.component_meta

def parsed(*_, **__):
    raise AssertionError("a component's source was read")

ast.parse = parsed
class Box(gradio.Textbox):
    pass
print(Box(value="县").value, gradio.component_meta.__file__.endswith("component_meta.py"))
"""


def test_components_are_made_without_their_sources_being_read() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout, done.returncode) == ("县 True\n", 0), done.stderr


def test_gradio_still_has_what_is_left_out() -> None:
    """Where this fails, Gradio writes no stubs any more, and the module has had its day."""
    assert gradio.component_meta.__name__ == MODULE
    assert hasattr(gradio.component_meta, FUNCTION)
