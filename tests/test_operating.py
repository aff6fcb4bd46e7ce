"""What whoever runs the server sees of it: health, figures, a line for each request and question; R14 in short."""

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests import fakes
from tests.chat_server import KEY, Asked, serving
from tests.signed import local_client

from askspeech import Answerer, SpeechIndex
from askspeech.access import Access
from askspeech.chat_models import ChatModel
from askspeech.choosing import server_notice
from askspeech.datatypes import Turn, Usage
from askspeech.errors import StoreMissingError
from askspeech.live_index import LiveIndex, Opened
from askspeech.logs import Logs
from askspeech.metrics import Metrics
from askspeech.observing import Observer
from askspeech.operations import Operations
from askspeech.server import create_application
from askspeech.settings import ChatSettings, LogSettings
from askspeech.users import Users

QUESTION = "清理拖欠账款由哪个部门牵头？"
NAME, PASSWORD = "ann", "a long enough password"


def missing() -> Opened:
    raise StoreMissingError("There is no index.")


def scripted() -> Opened:
    return Opened(fakes.FakeIndex(), fakes.FakeAnswers())


def figures(text: str) -> dict[str, float]:
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines()) if name[:1] != "#"
    }


def figure(metrics: Metrics, name: str) -> float:
    return figures(metrics.text().decode())[name]


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """The lines of the log, as they are written."""

    class Kept(io.StringIO):
        def write(self, text: str) -> int:
            told.append(json.loads(text))
            return len(text)

    told: list[dict[str, Any]] = []
    with Logs(LogSettings("json", "info"), Kept()).loggers():
        yield told


# Health


def test_health_for_whoever_restarts_and_whoever_sends_questions() -> None:
    with local_client(create_application(missing)) as client:
        assert (client.get("/health/live").status_code, client.get("/health/live").json()) == (200, {"alive": True})
        assert (client.get("/health/ready").status_code, client.get("/health/ready").json()) == (503, {"ready": False})
    with local_client(create_application(scripted)) as client:
        client.get("/speech/speech-1")
        assert (client.get("/health/ready").status_code, client.get("/health/ready").json()) == (200, {"ready": True})
        assert client.get("/health/ready").headers["cache-control"] == "no-store"


def test_health_is_open_and_tells_strangers_nothing(tmp_path: Path) -> None:
    Users(tmp_path).add(NAME, PASSWORD, "administrator")
    application = create_application(scripted, access=Access(tmp_path), users=Users(tmp_path))
    with TestClient(application, base_url="https://example.org", client=("203.0.113.9", 5)) as client:
        for path in ("/health/live", "/health/ready"):
            assert set(client.get(path).json()) <= {"alive", "ready"}
        assert client.get("/metrics").status_code == 401


# Who reads the figures


def test_without_users_the_machine_itself_reads_the_figures(tmp_path: Path) -> None:
    application = create_application(scripted, access=Access(tmp_path), users=Users(tmp_path))
    with local_client(application) as client:
        answer = client.get("/metrics")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=")
        assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    with TestClient(application, base_url="http://localhost", client=("203.0.113.9", 5)) as client:
        assert client.get("/metrics").status_code == 401


def test_with_users_administrators_read_the_figures(tmp_path: Path) -> None:
    users, access = Users(tmp_path), Access(tmp_path)
    users.add(NAME, PASSWORD, "administrator")
    users.add("bob", PASSWORD, "reader")
    application = create_application(scripted, access=access, users=users)
    tokens = {role: access.add(role)[1] for role in ("reader", "administrator")}  # type: ignore[arg-type]
    with local_client(application) as client:
        assert client.get("/metrics").status_code == 401, "with users, the machine itself signs in too"
        for name, status in ((NAME, 200), ("bob", 403)):
            began = users.sign_in(name, PASSWORD)
            assert began is not None
            assert client.get("/metrics", headers={"Cookie": f"askspeech_session={began[1]}"}).status_code == status
        for token, status in ((tokens["administrator"], 200), (tokens["reader"], 403), ("ask_1_2", 401), ("", 401)):
            assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == status


# What is counted and written down


def test_every_way_in_is_counted_and_written_down(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    with local_client(create_application(scripted, access=Access(tmp_path), users=Users(tmp_path))) as client:
        for question in (fakes.DEBTS.question, fakes.WEATHER.question, "？"):
            client.post("/api/v1/ask", json={"question": question})
        call = {"name": "ask", "arguments": {"question": fakes.DEBTS.question}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        client.post("/mcp", json=body, headers={"Accept": "application/json, text/event-stream"})
        client.get("/speech/speech-1?places=[]&secret=canary")
        client.get("/canary/nowhere")
        told = client.get("/metrics").text
    counted = figures(told)
    assert counted['askspeech_questions_total{outcome="answered",way="rest"}'] == 1
    assert counted['askspeech_questions_total{outcome="not_found",way="rest"}'] == 1
    assert counted['askspeech_questions_total{outcome="answered",way="mcp"}'] == 1
    assert counted['askspeech_questions_total{outcome="answered",way="page"}'] == 0
    assert counted['askspeech_refusals_total{way="rest"}'] == 1
    assert counted['askspeech_questions_running{way="rest"}'] == 0
    assert counted['askspeech_http_requests_total{method="POST",route="/api/v1/ask",status="200"}'] == 2
    assert counted['askspeech_http_requests_total{method="POST",route="/api/v1/ask",status="400"}'] == 1
    assert counted["askspeech_passages"] == fakes.FakeIndex().passage_count() and counted["askspeech_ready"] == 1
    assert counted["process_resident_memory_bytes"] > 0 or sys.platform != "linux"
    assert "_created" not in told and "canary" not in told
    questions = [line for line in lines if line["message"] == "question"]
    # Of a question it is written down once it has been answered: the next one may overtake that.
    assert sorted((one["way"], one["outcome"]) for one in questions) == [
        ("mcp", "answered"), ("rest", "answered"), ("rest", "not_found"),
    ]  # fmt: skip
    assert {one["generation"] for one in questions} == {fakes.FakeIndex().generation}
    assert [one["outcome"] for one in questions if one.get("refused")] == ["not_found"]
    requests = [line for line in lines if line["message"] == "request"]
    assert [one["route"] for one in requests] == [*["/api/v1/ask"] * 3, "/mcp", "/speech/{speech_id}", "-", "/metrics"]
    assert all(re.fullmatch(r"[0-9a-f]{16}", one["request"]) and one["ms"] >= 0 for one in requests)
    everything = json.dumps(lines, ensure_ascii=False)
    for private in (fakes.DEBTS.question, fakes.WEATHER.question, "canary", "speech-1"):
        assert private not in everything


def test_names_and_questions_are_written_only_where_that_is_wanted(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    logs = LogSettings(questions=True, users=True)
    users = Users(tmp_path)
    users.add(NAME, PASSWORD, "administrator")
    for wanted in (None, logs):
        began = users.sign_in(NAME, PASSWORD)
        assert began is not None
        application = create_application(scripted, access=Access(tmp_path), users=users, logs=wanted)
        with local_client(application) as client:
            client.get("/speech/speech-1", headers={"Cookie": f"askspeech_session={began[1]}"})
        observer = Observer(Metrics(), with_texts=bool(wanted and wanted.questions))
        list(observer.of(LiveIndex(scripted), "page").current().answers.stream(fakes.DEBTS.question))
    assert [line.get("user") for line in lines if line["message"] == "request"] == [None, NAME]
    assert [line.get("text") for line in lines if line["message"] == "question"] == [None, fakes.DEBTS.question]


def test_the_id_of_a_request_goes_out_and_none_comes_in() -> None:
    with local_client(create_application(scripted)) as client:
        first, second = (client.get("/health", headers={"X-Request-ID": "forged"}) for _ in range(2))
    identities = {first.headers["x-request-id"], second.headers["x-request-id"]}
    assert len(identities) == 2 and "forged" not in identities


def test_tries_to_sign_in_are_counted(tmp_path: Path) -> None:
    Users(tmp_path).add(NAME, PASSWORD, "administrator")
    with local_client(create_application(scripted, access=Access(tmp_path), users=Users(tmp_path))) as client:
        origin = {"Origin": "http://localhost", "Cookie": ""}
        for _ in range(6):
            client.post("/sign-in", data={"name": "bob", "password": "wrong wrong"}, headers=origin)
        client.post("/sign-in", data={"name": NAME, "password": PASSWORD}, headers=origin, follow_redirects=False)
        _, token = Access(tmp_path).add("administrator")
        counted = figures(client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text)
    tries = {outcome: counted[f'askspeech_sign_ins_total{{outcome="{outcome}"}}'] for outcome in ("done", "refused")}
    assert tries == {"done": 1, "refused": 5}
    assert counted['askspeech_sign_ins_total{outcome="locked"}'] == 1


def test_answers_that_end_otherwise_are_counted_too(lines: list[dict[str, Any]]) -> None:
    metrics = Metrics()
    answers = Observer(metrics).of(LiveIndex(scripted), "page").current().answers
    started: Any = answers.stream(fakes.DEBTS.question)
    next(started)
    assert figure(metrics, 'askspeech_questions_running{way="page"}') == 1
    started.close()
    with pytest.raises(RuntimeError):
        list(answers.stream("defect"))
    assert figure(metrics, 'askspeech_questions_total{outcome="stopped",way="page"}') == 1
    assert figure(metrics, 'askspeech_questions_running{way="page"}') == 0
    assert [line["outcome"] for line in lines] == ["stopped"], "what raises before it begins is a request that failed"


def test_answers_without_vectors_are_counted() -> None:
    weather = replace(fakes.WEATHER, search=replace(fakes.WEATHER.search, notices=(server_notice(),)))
    metrics = Metrics()
    metrics.answered("page", weather, keyword_only=False)
    assert figure(metrics, "askspeech_keyword_only_total") == 0
    live = LiveIndex(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers(answers=(weather,))))
    list(Observer(metrics).of(live, "page").current().answers.stream(weather.question))
    assert figure(metrics, "askspeech_keyword_only_total") == 1


def test_the_stages_of_an_answer(index: SpeechIndex) -> None:
    def good(asked: Asked) -> str:
        if not asked.sentences:
            return "清理拖欠账款的台账什么时候建立？"
        return f"由县财政局牵头，六月底前建立台账[{asked.handle('县财政局牵头')}]。"

    with serving(good) as server:
        answerer = Answerer(index, ChatModel(ChatSettings("openai:qwen3", server.url, KEY)))
        follow_up = answerer.ask("那什么时候建立？", history=[Turn(QUESTION, "由县财政局牵头。")]).usage
        server.manner, server.status = "status", 429
        refused = answerer.ask(QUESTION).usage
    for usage in (follow_up, refused):
        assert 0 < usage.search_seconds < usage.seconds
    assert (follow_up.failure, refused.failure) == ("", "busy")
    assert follow_up.rewrite_seconds > 0 and follow_up.checking_seconds > 0
    assert follow_up.rewrite_seconds + follow_up.search_seconds + follow_up.checking_seconds < follow_up.seconds
    assert (refused.rewrite_seconds, refused.checking_seconds) == (0, 0)
    own = Answerer(index).ask(QUESTION).usage
    assert own == Usage(own.seconds, own.seconds_to_first_word, search_seconds=own.search_seconds)


def test_the_figures_of_the_index_and_its_builds(index: SpeechIndex, store: Path) -> None:
    live = LiveIndex(lambda: Opened(index, Answerer(index)))
    operations = Operations(live, store=store)
    operations.wait_for(rest=lambda: 3)
    live.current()
    told = figures(operations.metrics.text().decode())
    assert told['askspeech_questions_waiting{way="rest"}'] == 3 == operations.work().left()
    assert told[f'askspeech_generation_info{{generation="{index.generation}"}}'] == 1
    assert 0 < told["askspeech_generation_age_seconds"] < 24 * 3600
    assert told["askspeech_passages"] == index.passage_count()
    assert told["askspeech_build_running"] == 0
    assert told['askspeech_last_build_outcome{outcome="done"}'] == 1
    assert time.time() - told["askspeech_last_build_timestamp_seconds"] < 24 * 3600
    (store / "last-build.json").rename(store / "away")
    try:
        assert "askspeech_last_build_outcome" not in operations.metrics.text().decode()
    finally:
        (store / "away").rename(store / "last-build.json")


# R14 in short: as many kinds as there are


@pytest.mark.timeout(300)
def test_chat_models_that_fail(tmp_path: Path, repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", "R14", "--output", str(tmp_path)],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(repository / "src"), str(repository)])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "R14.json").read_text(encoding="utf-8"))
    assert (result["trials"], result["failures"]) == (11, [])
