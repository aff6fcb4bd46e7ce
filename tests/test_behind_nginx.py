"""nginx with the very configuration of docs/operating.md before a real server: asked through in a browser, over TLS."""

import contextlib
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import fakes
from tests.browser import ANSWER, ASK, Watch, ask, marks, playwright_api
from tests.chroma_processes import free_port

from askspeech.conversations import Conversations
from askspeech.users import Users

ROOT = Path(__file__).resolve().parents[1]
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
NAME, PASSWORD = "ann", "a long enough password"
pytestmark = [
    *marks,
    pytest.mark.skipif(NGINX is None or shutil.which("openssl") is None, reason="nginx or openssl is not installed"),
]
SCRIPT = """
import sys, threading, time
from pathlib import Path
from askspeech.access import Access
from askspeech.callers import networks
from askspeech.conversations import Conversations
from askspeech.live_index import Opened
from askspeech.server import create_application, run_application
from askspeech.settings import ServerSettings
from askspeech.users import Users
from tests import fakes

folder = Path(sys.argv[1])
gate = threading.Event()

def wait():
    while not (folder / "go on").exists():
        time.sleep(0.02)
    gate.set()

threading.Thread(target=wait, daemon=True).start()
application = create_application(
    lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers(gate=gate)),
    kept=Conversations(folder), access=Access(folder), users=Users(folder), proxies=networks("127.0.0.1"),
)
sys.exit(run_application(application, ServerSettings(port=int(sys.argv[2]))))
"""


def configuration(folder: Path, port: int, server_port: int) -> str:
    """The configuration of the page, with places and ports of this test."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    found = re.search(r"```nginx\n(.*?)```", page, re.DOTALL)
    assert found is not None
    text = found[1]
    for said, instead in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "speeches.example.org": "localhost",
        "/etc/ssl/askspeech": str(folder / "askspeech"),
        "http://127.0.0.1:7860": f"http://127.0.0.1:{server_port}",
    }.items():
        assert said in text, f"{said} is no more in the page"
        text = text.replace(said, instead)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
        daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{}}
        http {{ access_log {folder}/access.log; {places} {text} }}
    """


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with log.open("w") as writing:
        process = subprocess.Popen(command, cwd=log.parent, env=environment, stdout=writing, stderr=writing)
    try:
        deadline = time.monotonic() + 90
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
                break
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where nginx is; behind it the server, with one administrator."""
    port, server_port = free_port(), free_port()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-keyout", str(folder / "askspeech.key"), "-out", str(folder / "askspeech.pem")),
        ],
        check=True,
        capture_output=True,
    )
    Users(folder / "data").add(NAME, PASSWORD, "administrator")
    (folder / "nginx.conf").write_text(configuration(folder, port, server_port), encoding="utf-8")
    (folder / "data" / "go on").symlink_to(folder / "go on")
    server = [sys.executable, "-c", SCRIPT, str(folder / "data"), str(server_port)]
    with (
        running(server, server_port, folder / "server.log"),
        running([str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")], port, folder / "nginx.log"),
    ):
        yield f"https://localhost:{port}"


def got(url: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    context = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, named), timeout=30, context=context) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_what_is_open_and_what_is_not(address: str) -> None:
    assert got(f"{address}/health/live") == (200, b'{"alive":true}')
    assert got(f"{address}/health") == (200, b'{"alive":true}')
    assert got(f"{address}/config")[0] == 401
    assert got(f"{address}/metrics")[0] == 401, "for the machine itself, and then for administrators"
    assert got(f"{address}/metrics", X_Forwarded_For="127.0.0.1")[0] == 401
    body = json.dumps({"question": "台账"}).encode()
    assert got(f"{address}/api/v1/ask", body, Content_Type="application/json")[0] == 401


def test_large_requests_end_at_nginx(address: str) -> None:
    status, told = got(f"{address}/sign-in", b"x" * 1_100_000)
    assert (status, b"nginx" in told) == (413, True)
    assert got(f"{address}/gradio_api/upload", b"x" * 1_100_000)[0] == 401, "uploads may be large, but not by anybody"


def test_the_page_signed_in_over_tls(browser: playwright_api.Browser, address: str, folder: Path) -> None:
    context = browser.new_context(locale="zh-CN", ignore_https_errors=True)
    page = context.new_page()
    page.set_default_timeout(40_000)
    watch = Watch(address)
    watch.follow(page)
    page.goto(address)
    page.wait_for_url("**/sign-in**")
    page.fill("input[name=name]", NAME)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(ASK)
    (session,) = [one for one in context.cookies() if one["name"] == "__Host-askspeech_session"]
    assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Strict")
    page.wait_for_selector(".as-welcome")
    # The beginning of an answer is there while the server still holds its end back: nothing waits for a buffer.
    page.fill(ASK, fakes.DEBTS.question)
    page.press(ASK, "Enter")
    page.wait_for_selector(f"{ANSWER}.as-running button.as-cite")
    assert not (folder / "go on").exists()
    (folder / "go on").touch()
    page.wait_for_selector(f"{ANSWER}.as-done")
    page.wait_for_selector("#as-ask .submit-button")
    ask(page, fakes.OFFICERS.question)
    owner = Users(folder / "data").owner_of(NAME)
    (kept,) = Conversations(folder / "data").list(owner)
    assert len(Conversations(folder / "data").get(owner, kept.id).turns) == 2
    assert watch.complaints == []
    context.close()
