"""The end of a server process: answers are finished or ended and kept, streams closed, its pages come back."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import IncompleteRead
from pathlib import Path
from typing import IO, Any

import pytest
from tests import fakes
from tests.browser import ANSWER, ASK, Page, ask, marks, opened, playwright_api
from tests.chroma_processes import free_port

from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.keeping import KeptTurn
from askspeech.texts import CHINESE

ROOT = Path(__file__).resolve().parents[1]
# Its answers wait in their middle until there is a file named "go on".
SCRIPT = """
import sys, threading, time
from pathlib import Path
from askspeech.access import Access
from askspeech.conversations import Conversations
from askspeech.live_index import Opened
from askspeech.logs import Logs
from askspeech.server import create_application, run_application
from askspeech.settings import LogSettings, ServerSettings
from tests import fakes

folder, port, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
gate = threading.Event()

def wait():
    while not (folder / "go on").exists():
        time.sleep(0.02)
    gate.set()

threading.Thread(target=wait, daemon=True).start()
with Logs(LogSettings(form="json")).everywhere():
    application = create_application(
        lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers(gate=gate)),
        kept=Conversations(folder / "data"),
        access=Access(folder / "data"),
    )
    status = run_application(application, ServerSettings(port=port, seconds_to_finish=seconds))
sys.exit(status)
"""
FETCHING = ("ERR_", "Failed to fetch", "network error", "AbortError")
GRADIOS_OWN = (*FETCHING, "cancel scope", "errored out", "Unexpected error")
BANNER = ".as-connection"


@dataclass
class Running:
    """A server process: where its pages are, and the file of its log."""

    process: "subprocess.Popen[str]"
    address: str
    log: Path

    def end(self, seconds: float) -> float:
        """Ask it to end; how long that took, at most so many seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds)
        return time.monotonic() - began

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@contextlib.contextmanager
def server(folder: Path, *, seconds: float, port: int = 0) -> Iterator[Running]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    log = folder / "log"
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder), str(port), str(seconds)],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        yield Running(process, process.stdout.readline().strip(), log)
    finally:
        process.kill()
        process.wait(30)


def asked(address: str, path: str = "/api/v1/ask/stream") -> IO[bytes]:
    """The answer to a question as it comes; its beginning has come."""
    body = json.dumps({"question": fakes.DEBTS.question}).encode()
    request = urllib.request.Request(f"{address}{path}", body, {"Content-Type": "application/json"})
    answer: IO[bytes] = urllib.request.urlopen(request, timeout=60)
    assert answer.readline().startswith(b"event:")
    return answer


def later(folder: Path, seconds: float) -> None:
    """Let the answers go on after a while."""
    threading.Timer(seconds, (folder / "go on").touch).start()


def test_a_running_answer_is_finished_and_nothing_new_begun(tmp_path: Path) -> None:
    with server(tmp_path, seconds=60) as running, asked(running.address) as answer:
        later(tmp_path, 1.0)
        running.process.send_signal(signal.SIGTERM)
        host, port = running.address.removeprefix("http://").split(":")
        deadline = time.monotonic() + 5
        refused = False
        while not refused and time.monotonic() < deadline:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
                time.sleep(0.02)
            except ConnectionRefusedError:
                refused = True
        assert refused and running.process.poll() is None, "it takes nothing new while it finishes the answer"
        told = answer.read().decode()
        assert "event: done" in told and fakes.DEBTS.text[-20:] in told.replace("\\n", "\n")
        assert running.process.wait(30) == 0
    assert any(line["message"] == "stopping" and line["answers"] == 1 for line in running.lines())
    assert not any(line["message"] == "ending answers" for line in running.lines())


def test_an_answer_that_takes_too_long_is_cut_off(tmp_path: Path) -> None:
    with server(tmp_path, seconds=1.0) as running, asked(running.address) as answer:
        took = running.end(60)
        with pytest.raises(IncompleteRead) as cut:
            answer.read()
        assert b"event: done" not in cut.value.partial
    assert running.process.returncode == 0
    assert 1.0 <= took < 20, "the seconds to finish, and few more to close"
    assert not any(line["level"] == "error" for line in running.lines())


def test_an_idle_server_ends_at_once_whatever_its_pages_hold_open(tmp_path: Path) -> None:
    with (
        server(tmp_path, seconds=60) as running,
        urllib.request.urlopen(f"{running.address}/gradio_api/heartbeat/reader", timeout=10),
    ):
        assert running.end(90) < 30, "nothing to wait for"
    assert running.process.returncode == 0
    assert not any("Traceback" in line["message"] for line in running.lines())


# In a browser


@contextlib.contextmanager
def page_of(browser: playwright_api.Browser, address: str) -> Iterator[Page]:
    with opened(browser, address, expected=GRADIOS_OWN) as page:
        page.set_default_timeout(40_000)
        yield page


def kept_turn(folder: Path) -> KeptTurn:
    store = Conversations(folder / "data")
    (summary,) = store.list(LOCAL_OWNER)
    (turn,) = store.get(LOCAL_OWNER, summary.id).turns
    return turn


def begin(page: Page) -> None:
    page.fill(ASK, fakes.DEBTS.question)
    page.press(ASK, "Enter")
    page.wait_for_selector(f"{ANSWER}.as-running button.as-cite")


@marks[0]
@marks[1]
def test_a_page_gets_the_whole_answer_which_is_kept(browser: playwright_api.Browser, tmp_path: Path) -> None:
    with server(tmp_path, seconds=60) as running, page_of(browser, running.address) as page:
        begin(page)
        later(tmp_path, 1.0)
        running.end(60)
        assert running.process.returncode == 0
        page.wait_for_selector(f"{ANSWER}.as-done")
        assert kept_turn(tmp_path).state == "done"


@marks[0]
@marks[1]
def test_an_ended_answer_is_kept_and_the_page_comes_back(browser: playwright_api.Browser, tmp_path: Path) -> None:
    port = free_port()
    with server(tmp_path, seconds=1.0, port=port) as running, page_of(browser, running.address) as page:
        begin(page)
        took = running.end(60)
        assert (running.process.returncode, took < 25) == (0, True)
        turn = kept_turn(tmp_path)
        assert turn.state == "stopped" and CHINESE.cut_off in turn.notices
        page.wait_for_selector(f"{ANSWER}.as-stopped")
        (tmp_path / "go on").touch()
        with server(tmp_path, seconds=1.0, port=port):
            page.wait_for_function(
                "([banner, words]) => document.querySelector(banner + ':not([hidden])')?.textContent === words",
                arg=[BANNER, CHINESE.connection_back],
            )
            assert CHINESE.cut_off in str(page.locator(f"{ANSWER}.as-stopped").text_content())
            ask(page, fakes.OFFICERS.question)
            assert page.locator(f"{ANSWER}.as-done").count() == 1
