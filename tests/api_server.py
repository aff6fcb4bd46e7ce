"""The REST interface as a real server on loopback, for the tests that call it as programs do."""

from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette

from askspeech.access import Access
from askspeech.api import Handlers
from askspeech.api_application import build_api
from askspeech.live_index import LiveIndex, Opened

__all__ = ["api_alone"]


def api_alone(open_index: Callable[[], Opened], folder: Path, *, threads: int = 2, waiting: int = 4) -> Starlette:
    """REST without the page, with its tokens in a folder."""
    live = LiveIndex(open_index)
    handlers = Handlers(live, threads=threads, waiting=waiting)
    return Starlette(routes=[build_api(live, Access(folder), handlers)])
