"""The REST interface as a real server on loopback, for the tests that call it as programs do."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from askspeech.access import Access
from askspeech.api import Handlers
from askspeech.api_application import build_api
from askspeech.live_index import LiveIndex, Opened

__all__ = ["api_alone", "running"]


@contextlib.contextmanager
def running(application: ASGIApp) -> Iterator[str]:
    """An application in a thread, at a free port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(application, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def api_alone(open_index: Callable[[], Opened], folder: Path, *, threads: int = 2, waiting: int = 4) -> Starlette:
    """REST without the page, with its tokens in a folder."""
    live = LiveIndex(open_index)
    handlers = Handlers(live, threads=threads, waiting=waiting)
    return Starlette(routes=[build_api(live, Access(folder), handlers)])
