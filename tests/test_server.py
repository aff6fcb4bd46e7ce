"""The server: headers, health, speeches, and what is closed; starting and stopping as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests import fakes
from tests.signed import local_client

from askspeech.errors import StoreDamagedError, StoreMissingError
from askspeech.live_index import Opened
from askspeech.page import EARLY_SCRIPTS
from askspeech.reader_rendering import reader_html
from askspeech.server import SECURITY_HEADERS, address_of, create_application, run_application, serve
from askspeech.settings import IndexSettings, ServerSettings
from askspeech.texts import CHINESE, ENGLISH

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
from askspeech.live_index import Opened
from askspeech.server import create_application, run_application
from askspeech.settings import ServerSettings
from tests import fakes
application = create_application(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
sys.exit(run_application(application, ServerSettings(port=int(sys.argv[1]))))
"""


def missing() -> Opened:
    raise StoreMissingError("There is no index.")


def damaged() -> Opened:
    raise StoreDamagedError("A part is missing.")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with local_client(create_application(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))) as opened:
        yield opened


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/speech/speech-1", "/speech/none", "/static/askspeech/page.js", "/none", "/gradio_api/file=x"],
)
def test_every_response_carries_the_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    policy = response.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "default-src 'self'" in policy


def test_the_policy_is_on_answers_to_events_too(client: TestClient) -> None:
    response = client.post("/gradio_api/queue/join", json={"data": [], "fn_index": 0, "session_hash": "s"})
    assert "content-security-policy" in response.headers


def test_health(client: TestClient) -> None:
    client.get("/speech/speech-1")
    assert client.get("/health").json() == {
        "alive": True,
        "ready": True,
        "generation": fakes.FakeIndex().generation,
        "message": "",
        "notices": [],
    }


def test_health_without_an_index() -> None:
    health = local_client(create_application(missing)).get("/health").json()
    assert (health["alive"], health["ready"], health["generation"]) == (True, False, None)
    assert "There is no index" in health["message"]


def test_a_speech_is_served_as_html_of_its_file(client: TestClient) -> None:
    found = client.get("/speech/speech-2").json()
    assert (found["id"], found["title"]) == ("speech-2", fakes.SECOND_SPEECH.title)
    assert found["html"] == reader_html(fakes.FakeIndex().whole_speech("speech-2"), [], CHINESE)


def test_the_places_of_a_speech_are_marked(client: TestClient) -> None:
    start, end = fakes.HOTLINE.spans[0]
    places = json.dumps([{"number": 4, "spans": [[start, end]], "chosen": True}])
    found = client.get("/speech/speech-2", params={"places": places}).json()
    assert 'id="as-here"' in found["html"] and "<mark" in found["html"]


@pytest.mark.parametrize("places", ["", "{", "[1]", '[{"spans": [["a", 2]], "number": 1, "chosen": true}]', "[" * 9999])
def test_places_that_the_page_never_sends_are_refused(client: TestClient, places: str) -> None:
    answer = client.get("/speech/speech-2", params={"places": places})
    assert answer.status_code == 400
    assert answer.json()["message"] == "无法读取要标出的位置，请刷新页面。"


def test_a_speech_is_served_in_the_language_of_the_page(client: TestClient) -> None:
    english = client.get("/speech/speech-1", headers={"accept-language": "en"}).json()["html"]
    chosen = {"accept-language": "en", "cookie": "a=b; askspeech_language=zh"}
    assert CHINESE.reader in client.get("/speech/speech-1", headers=chosen).json()["html"]
    assert ENGLISH.reader in english and CHINESE.reader not in english


def test_the_language_is_known_before_any_script_of_the_page_runs(client: TestClient) -> None:
    page = client.get("/").text
    for early in EARLY_SCRIPTS:
        assert page.index(early) < page.index("</head>")
    assert page.count("</head>") == 1


def test_a_speech_that_is_not_there(client: TestClient) -> None:
    assert client.get("/speech/none").status_code == 404
    assert client.get("/speech/..%2F..%2Fetc%2Fpasswd").status_code == 404
    assert local_client(create_application(missing)).get("/speech/speech-1").status_code == 503
    assert local_client(create_application(damaged)).get("/speech/speech-1").json() == {
        "message": StoreDamagedError.plainly.chinese
    }


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=http://example.com/",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://example.com/",
        "/file=/etc/passwd",
        "/docs",
        "/openapi.json",
        "/static/askspeech/../server.py",
        "/static/askspeech/%2e%2e/server.py",
    ],
)
def test_what_the_page_does_not_need_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    for host in ("fonts.googleapis.com", "fonts.gstatic.com", "cdnjs", "api.gradio.app"):
        assert host not in page


def test_a_port_in_use_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_application(create_application(missing), ServerSettings(port=port)) == 1
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be used" in complaint


def test_a_host_that_does_not_exist_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_application(create_application(missing), ServerSettings(host="256.1.1.1")) == 1
    assert "256.1.1.1:7860 cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "http://127.0.0.1"), ("0.0.0.0", "http://127.0.0.1"), ("::1", "http://[::1]")]
)
def test_addresses_are_for_a_browser(host: str, address: str) -> None:
    try:
        listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with listener:
        assert address_of(listener) == f"{address}:{listener.getsockname()[1]}"


def test_a_data_folder_that_cannot_be_used_is_named_and_nothing_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = ServerSettings(port=taken.getsockname()[1], data=in_the_way)
        assert serve(IndexSettings(store=tmp_path / "store"), settings) == 1, "it goes on as far as its port"
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == 2
    assert str(in_the_way) in complaints[0] and "works without keeping" in complaints[0]
    assert in_the_way.read_text() == "a file"


def test_a_process_announces_its_address_and_ends_quietly(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "0"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/health", timeout=10) as answer:
            assert answer.status == 200
        # A reader's page keeps this connection open; it must not hold the end up.
        with urllib.request.urlopen(f"{address}/gradio_api/heartbeat/reader", timeout=10):
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert time.monotonic() - started < 15
    assert "Traceback" not in complaints, complaints
    assert list(tmp_path.iterdir()) == [], "the page writes nothing where it was started"
