"""The chat page as a real server and a browser to open it with: what benchmarks of the page and browser tests share."""

import contextlib
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from askspeech.conversations import Conversations
from askspeech.live_index import Opened
from askspeech.server import create_application

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SHELL = "chromium-headless-shell"
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)


def browser_program(*, complete: bool = True) -> str | None:
    """Where Chromium or Chrome is; None where there is none.

    Not `complete` prefers one without windows: the same engine, which opens a page in half the time.
    """
    found = (shutil.which(name) for name in ((*NAMES, SHELL) if complete else (SHELL, *NAMES)))
    return next((path for path in (*found, *PLACES) if path and Path(path).exists()), None)


@contextlib.contextmanager
def running(application: ASGIApp, port: int = 0) -> Iterator[str]:
    """An application in a thread, on loopback, at a free port unless one is named; gives its address."""
    with socket.create_server(("127.0.0.1", port)) as listener:
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


def serving(
    open_index: Callable[[], Opened], port: int = 0, kept: Conversations | None = None
) -> contextlib.AbstractContextManager[str]:
    """The server with the chat page, as `running`."""
    return running(create_application(open_index, build_command="askspeech build FOLDER", kept=kept), port)
