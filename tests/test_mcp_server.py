"""The tools for agents, called by the client of the `mcp` package over both transports, and what keeps others out."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from mcp import Client, MCPError, StdioServerParameters, stdio_client, types
from mcp.client.streamable_http import streamable_http_client
from tests import fakes

from askspeech import SpeechIndex, build_index
from askspeech.access import Access
from askspeech.errors import ModelError, StoreDamagedError, StoreMissingError
from askspeech.live_index import LiveIndex, Opened
from askspeech.mcp_server import LARGEST_REQUEST, THREADS, WAITING, mcp_server
from askspeech.server import create_application

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "拖欠账款怎么清理？"
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
JSON = {"accept": "application/json"}
SECRET_PLACE = "/srv/secret-place/store"

Calling = Callable[[Client], Awaitable[None]]


@contextmanager
def serving(store: Path, data: Path) -> Iterator[str]:
    """The address of a real server over a store, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "askspeech", "serve", "--port", "0", "--store", str(store), "--data", str(data)],
        env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def address(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server without tokens."""
    with serving(store, tmp_path_factory.mktemp("data")) as opened:
        yield opened


@pytest.fixture(scope="module")
def with_token(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Access]]:
    """The address of a server with a token, the token, and what holds it."""
    access = Access(tmp_path_factory.mktemp("data"))
    _, token = access.add("reader", "agent")
    with serving(store, access.path.parent) as opened:
        yield opened, token, access


def stdio(store: Path) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "askspeech", "mcp", "--store", str(store)], env=ENVIRONMENT
    )


@asynccontextmanager
async def sending(url: str, **headers: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


def made(index: Any = None, answers: Any = None) -> Client:
    """A client of a server in this process, over an index made by hand."""
    opened = Opened(index or fakes.FakeIndex(), answers or fakes.FakeAnswers())
    return Client(mcp_server(LiveIndex(lambda: opened)))


def failing(error: Exception) -> Client:
    """A client of a server in this process whose index cannot be opened."""

    def fail() -> Opened:
        raise error

    return Client(mcp_server(LiveIndex(fail)))


def run(client: Client, calling: Calling) -> None:
    async def connected() -> None:
        async with client as opened:
            await calling(opened)

    asyncio.run(connected())


def called(client: Client, tool: str, arguments: dict[str, Any]) -> types.CallToolResult:
    results: list[types.CallToolResult] = []

    async def calling(opened: Client) -> None:
        results.append(await opened.call_tool(tool, arguments))

    run(client, calling)
    return results[0]


def text_of(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


def code_of(result: types.CallToolResult) -> str:
    """The code of an error, once its shape has been looked at: a code, a sentence in both languages, no traceback."""
    assert result.is_error
    error = result.structured_content["error"]
    assert set(error) == {"code", "message"}
    assert text_of(result) == f"{error['code']}: {error['message']}"
    assert any("一" <= character <= "鿿" for character in error["message"])
    assert "Traceback" not in error["message"]
    return str(error["code"])


# Both transports


async def calls_every_tool(client: Client) -> None:
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == ["search", "ask", "speeches", "read"]
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)

    found = (await client.call_tool("search", {"question": "融资难怎么破解", "k": 2})).structured_content
    assert [passage["number"] for passage in found["passages"]] == [1, 2]
    listed = (await client.call_tool("speeches", {"filters": {"level": "县"}})).structured_content
    assert listed["total"] == 1 and listed["next_offset"] is None
    whole = (await client.call_tool("read", {"speech_id": listed["speeches"][0]["speech_id"]})).structured_content
    assert whole["text"].startswith("在青禾县优化营商环境动员大会上的讲话")

    answer = await client.call_tool("ask", {"question": QUESTION})
    said, shown = answer.structured_content, text_of(answer)
    assert said["outcome"] == "answered" and "[1]" in said["text"]
    for citation in said["citations"]:
        for part in ("title", "file", "quote", "source_id"):
            assert citation[part] in shown
        assert citation["locator"]["text"] in shown
        (start, _), (_, end) = citation["spans"][0], citation["spans"][-1]
        place = {"source_id": citation["source_id"], "start": start, "end": end}
        opened = (await client.call_tool("read", place)).structured_content
        assert "".join(opened["text"][a - start : b - start] for a, b in citation["spans"]) == citation["quote"]
        assert opened["titles"] == [citation["title"]]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_tool_over_stdio(store: Path, mode: str) -> None:
    run(Client(stdio_client(stdio(store)), mode=mode), calls_every_tool)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_tool_over_http(address: str, mode: str) -> None:
    run(Client(f"{address}/mcp", mode=mode), calls_every_tool)


def test_calls_at_once_are_answered(address: str) -> None:
    async def calling(client: Client) -> None:
        questions = [f"第{number}个问题：{QUESTION}" for number in range(8)]
        results = await asyncio.gather(*(client.call_tool("search", {"question": one}) for one in questions))
        assert [result.structured_content["question"] for result in results] == questions

    run(Client(f"{address}/mcp"), calling)


# What an agent gets wrong


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("search", {}, "question: Field required"),
        ("search", {"question": "问" * 2001}, "question: String should have at most 2000 characters"),
        ("search", {"question": "问题", "k": 51}, "k: Input should be less than or equal to 50"),
        ("search", {"question": "问题", "k": 0}, "k: "),
        ("search", {"question": "问题", "top_k": 3}, "top_k: Extra inputs are not permitted"),
        ("search", {"question": 3.5, "filters": {"town": ["x"]}}, "filters.town: "),
        ("ask", {"question": "问题", "history": "none"}, "history: "),
        ("ask", {"question": "问题", "history": [{"question": "问"}] * 21}, "history: List should have at most 20"),
        ("speeches", {"limit": 201}, "limit: "),
        ("read", {"speech_id": "x", "start": -1}, "start: "),
        ("read", {"speech_id": "x", "context": 5000}, "context: "),
    ],
)
def test_wrong_arguments_are_named(tool: str, arguments: dict[str, Any], named: str) -> None:
    result = called(made(), tool, arguments)
    assert code_of(result) == "invalid_request"
    assert named in text_of(result)


def test_of_many_wrong_arguments_few_are_named() -> None:
    told = text_of(called(made(), "search", {"question": "问题", **{f"k{number}" * 90: 1 for number in range(3000)}}))
    assert "Extra inputs are not permitted" not in told[1500:] and "and 2995 more" in told and len(told) < 2000


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("ask", {"question": "？！"}, "question_refused"),
        ("search", {"question": "  "}, "question_refused"),
        ("read", {}, "question_refused"),
        ("read", {"speech_id": "none"}, "not_found"),
        ("read", {"source_id": "../../etc/passwd"}, "not_found"),
    ],
)
def test_what_cannot_be_found_is_said(index: SpeechIndex, tool: str, arguments: dict[str, Any], code: str) -> None:
    from askspeech import Answerer

    client = Client(mcp_server(LiveIndex(lambda: Opened(index, Answerer(index)))))
    assert code_of(called(client, tool, arguments)) == code


@pytest.mark.parametrize(
    "place",
    [
        {"source_id": "source-1", "start": 10**6},
        {"source_id": "source-1", "start": 9, "end": 9},
        {"source_id": "another", "speech_id": "speech-1"},
    ],
)
def test_places_that_are_not_there(place: dict[str, Any]) -> None:
    assert code_of(called(made(), "read", place)) == "question_refused"


def test_a_tool_that_is_not_there(store: Path) -> None:
    async def calling(client: Client) -> None:
        with pytest.raises(MCPError, match="没有这个工具; there are: search, ask, speeches, read") as refused:
            await client.call_tool("delete", {})
        assert refused.value.error.code == types.INVALID_PARAMS

    run(Client(stdio_client(stdio(store))), calling)


# What the tools give


def test_filters_and_history_reach_the_answers() -> None:
    answers = fakes.FakeAnswers()
    history = [{"question": "哪三件事？", "answer": "一、二、三"}, {"question": "第一件呢？", "answer": None}]
    arguments = {"question": "第二件呢？", "filters": {"level": ["县"], "year": 2023}, "history": history}
    called(made(answers=answers), "ask", arguments)
    (turns,), (filters,) = answers.histories, answers.filters
    assert [(turn.question, turn.answer) for turn in turns] == [("哪三件事？", "一、二、三"), ("第一件呢？", None)]
    assert filters is not None and (filters.level, filters.year) == (("县",), ("2023",))


def test_an_answer_that_is_not_there_says_so_and_offers_passages() -> None:
    result = called(made(), "ask", {"question": fakes.WEATHER.question})
    said = result.structured_content
    assert (said["outcome"], said["citations"], len(said["nearest"])) == ("not_found", [], 2)
    assert "they do not answer it" in text_of(result)


def test_sentences_without_support_are_named() -> None:
    doubted = replace(fakes.OFFICERS.sentences[0], support="partly")
    answers = fakes.FakeAnswers((replace(fakes.OFFICERS, sentences=(doubted,)),))
    shown = text_of(called(made(answers=answers), "ask", {"question": fakes.OFFICERS.question}))
    assert f"- {doubted.text} (partly)" in shown


def test_a_long_text_is_read_in_parts() -> None:
    index = fakes.FakeIndex(text="".join(chr(0x4E00 + number % 20000) for number in range(50_000)))

    async def calling(client: Client) -> None:
        parts, start = [], 0
        while start is not None:
            result = await client.call_tool("read", {"source_id": "source-1", "start": start})
            part = result.structured_content
            assert len(part["text"]) <= 20_000
            parts.append(part["text"])
            start = part["next_start"]
            assert (f"start={start}" in text_of(result)) == (start is not None)
        assert len(parts) == 3 and "".join(parts) == index.text

    run(made(index), calling)


def test_the_context_of_a_place_is_read_with_it() -> None:
    start, end = fakes.HOTLINE.spans[0]
    place = {"source_id": "source-1", "start": start, "end": end, "context": 4}
    assert called(made(), "read", place).structured_content["text"] == fakes.TEXT[start - 4 : end + 4]


def test_speeches_are_listed_in_pages() -> None:
    async def calling(client: Client) -> None:
        first = (await client.call_tool("speeches", {"limit": 1})).structured_content
        assert (first["total"], first["next_offset"]) == (2, 1)
        second = (await client.call_tool("speeches", {"limit": 1, "offset": 1})).structured_content
        assert second["next_offset"] is None
        assert [first["speeches"][0]["title"], second["speeches"][0]["title"]] == [
            fakes.FIRST_SPEECH.title,
            fakes.SECOND_SPEECH.title,
        ]
        unknown = (await client.call_tool("speeches", {"filters": {"level": ["国"]}})).structured_content
        assert unknown["total"] == 0 and "没有层级是“国”的讲话" in "".join(unknown["notices"])

    run(made(), calling)


def test_a_file_whose_name_is_no_text_is_listed() -> None:
    index = fakes.FakeIndex(all_speeches=(replace(fakes.FIRST_SPEECH, file="县\udcff.txt"),))
    result = called(made(index), "speeches", {})
    assert result.structured_content["speeches"][0]["file"] == "县\\udcff.txt"
    assert "县\\udcff.txt" in text_of(result)


def test_no_speech_steers_a_terminal() -> None:
    index, answers = fakes.hostile()
    shown = text_of(called(made(index, answers), "ask", {"question": fakes.HOSTILE_QUESTION}))
    assert not {character for character in shown if ord(character) < 32} - {"\n", "\t"}


# What goes wrong


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreMissingError(f"There is no index in {SECRET_PLACE}."), "index_missing"),
        (StoreDamagedError(f"{SECRET_PLACE} is damaged."), "index_unusable"),
        (ModelError(f"{SECRET_PLACE} holds no model."), "model_failed"),
        (RuntimeError(f"a defect in {SECRET_PLACE}"), "internal"),
    ],
)
@pytest.mark.parametrize("tool", ["search", "ask", "speeches", "read"])
def test_errors_are_typed_and_name_no_place(
    error: Exception, code: str, tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {"search": {"question": "问"}, "ask": {"question": "问"}, "read": {"source_id": "x"}}.get(tool, {})
    result = called(failing(error), tool, arguments)
    assert code_of(result) == code
    assert "secret" not in result.model_dump_json()
    logged = capsys.readouterr().err
    assert (SECRET_PLACE in logged) == (code != "index_missing"), "whoever runs the server reads why"


def test_without_an_index_over_stdio(tmp_path: Path) -> None:
    result = called(Client(stdio_client(stdio(tmp_path / "none"))), "ask", {"question": "问题"})
    assert code_of(result) == "index_missing"
    assert str(tmp_path) not in result.model_dump_json()


def test_a_defect_while_answering_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    result = called(made(), "ask", {"question": "defect"})
    assert code_of(result) == "internal"
    assert "secret detail" not in text_of(result)
    assert "secret detail" in capsys.readouterr().err


def test_an_answer_that_nobody_waits_for_is_ended() -> None:
    answers = fakes.FakeAnswers(gate=threading.Event())

    async def calling(client: Client) -> None:
        asking = asyncio.create_task(client.call_tool("ask", {"question": fakes.DEBTS.question}))
        while not answers.histories:
            await asyncio.sleep(0.01)
        asking.cancel()
        assert await asyncio.to_thread(answers.closed.wait, 10)

    run(made(answers=answers), calling)


def test_too_many_calls_are_told_so() -> None:
    gate = threading.Event()
    answers = fakes.FakeAnswers(gate=gate)

    async def calling(client: Client) -> None:
        asked = [client.call_tool("ask", {"question": fakes.DEBTS.question}) for _ in range(THREADS + WAITING + 1)]
        asking = [asyncio.create_task(one) for one in asked]
        first, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        gate.set()
        results = await asyncio.gather(*asking)
        assert code_of(first.pop().result()) == "busy"
        assert sum(result.is_error for result in results) <= THREADS + 1

    run(made(answers=answers), calling)


# Over HTTP


def test_tokens_are_asked_for_once_there_is_one(with_token: tuple[str, str, Access]) -> None:
    address, token, _ = with_token
    url = f"{address}/mcp"
    wrong = f"{token[:-1]}{'0' if token[-1] != '0' else '1'}"
    for headers in ({}, {"Authorization": f"Bearer {wrong}"}, {"Authorization": token}):
        for method in ("tools/list", "initialize", "tools/call"):
            refused = httpx2.post(url, json=LIST | {"method": method}, headers=JSON | headers)
            assert refused.status_code == 401
            assert refused.json()["error"]["code"] == "unauthorized"
            assert "search" not in refused.text

    async def with_the_token() -> None:
        async with sending(url, Authorization=f"Bearer {token}") as client:
            await calls_every_tool(client)

    async def without() -> None:
        async with sending(url) as client:
            await client.list_tools()

    asyncio.run(with_the_token())
    with pytest.raises(ExceptionGroup) as refusal:
        asyncio.run(without())
    assert refusal.group_contains(MCPError)


def test_a_token_opens_the_server_under_any_name(with_token: tuple[str, str, Access]) -> None:
    address, token, _ = with_token
    headers = JSON | {"Host": "speeches.example", "Authorization": f"Bearer {token}"}
    assert httpx2.post(f"{address}/mcp", json=LIST, headers=headers).status_code == 200


def test_a_removed_token_opens_nothing(with_token: tuple[str, str, Access]) -> None:
    address, _, access = with_token
    token, secret = access.add("reader")
    headers = JSON | {"Authorization": f"Bearer {secret}"}
    assert httpx2.post(f"{address}/mcp", json=LIST, headers=headers).status_code == 200
    access.remove(token.id)
    assert httpx2.post(f"{address}/mcp", json=LIST, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"X-Forwarded-For": "10.0.0.1"}],
    ids=["name", "site", "proxy"],
)
def test_without_a_token_only_this_machine_is_let_in(address: str, headers: dict[str, str]) -> None:
    assert httpx2.post(f"{address}/mcp", json=LIST, headers=JSON).status_code == 200
    more = headers | {"Authorization": "Bearer any"}
    assert httpx2.post(f"{address}/mcp", json=LIST, headers=JSON | headers).status_code == 401
    assert httpx2.post(f"{address}/mcp", json=LIST, headers=JSON | more).status_code == 401


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_nothing_but_calls(address: str, method: str) -> None:
    answer = httpx2.request(method, f"{address}/mcp", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_large_requests_are_refused(address: str) -> None:
    headers = JSON | {"Content-Type": "application/json"}
    assert httpx2.post(f"{address}/mcp", content=b" " * (LARGEST_REQUEST + 1), headers=headers).status_code == 413


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"jsonrpc":"2.0","id":1}', "[" * 100_000])
def test_what_is_no_request_is_an_error_without_a_trace(address: str, body: str) -> None:
    answer = httpx2.post(f"{address}/mcp", content=body, headers=JSON | {"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text and "site-packages" not in answer.text


def test_half_a_character_is_an_error_without_a_trace(address: str) -> None:
    call = LIST | {"method": "tools/call", "params": {"name": "search", "arguments": {"question": "\ud800"}}}
    version = {"MCP-Protocol-Version": "2026-07-28"}
    for headers in (JSON, JSON | version):
        more = headers | {"Content-Type": "application/json"}
        answer = httpx2.post(f"{address}/mcp", content=json.dumps(call), headers=more)
        assert answer.status_code in (200, 400)
        assert "Traceback" not in answer.text


def test_without_tokens_at_all_other_names_are_misdirected() -> None:
    application = create_application(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
    with TestClient(application, base_url="http://127.0.0.1:7860") as client:
        assert client.post("/mcp", json=LIST, headers=JSON).status_code == 200
        for headers in ({"Host": "evil.example"}, {"Host": "evil.example", "Authorization": "Bearer x"}):
            assert client.post("/mcp", json=LIST, headers=JSON | headers).status_code == 421
        assert client.post("/mcp", json=LIST, headers=JSON | {"Origin": "http://evil.example"}).status_code == 403
    answer = TestClient(application, base_url="http://127.0.0.1:7860").post("/mcp", json=LIST, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "starting")


def test_a_caller_who_leaves_ends_the_answer() -> None:
    answers = fakes.FakeAnswers(gate=threading.Event())
    application = create_application(lambda: Opened(fakes.FakeIndex(), answers))
    params = {"name": "ask", "arguments": {"question": fakes.DEBTS.question}}
    body = json.dumps(LIST | {"method": "tools/call", "params": params}).encode()
    headers = {"host": "127.0.0.1", "accept": "application/json", "content-type": "application/json"}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/mcp", "raw_path": b"/mcp", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def ask_and_leave() -> None:
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            if message := next(messages, None):
                return message
            while not answers.histories:
                await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}

        async def send(_: Any) -> None:
            raise AssertionError("nobody listens any more")

        async with application.router.lifespan_context(application):
            await application(scope, receive, send)
            assert await asyncio.to_thread(answers.closed.wait, 10)

    asyncio.run(ask_and_leave())


def test_nothing_is_left_of_a_call() -> None:
    application = create_application(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))

    async def call_often() -> None:
        here = httpx2.ASGITransport(application)
        async with (
            application.router.lifespan_context(application),
            httpx2.AsyncClient(transport=here, base_url="http://127.0.0.1", headers=JSON) as client,
        ):
            before = len(asyncio.all_tasks())
            call = LIST | {"method": "tools/call", "params": {"name": "speeches", "arguments": {}}}
            answers = await asyncio.gather(*(client.post("/mcp", json=call) for _ in range(30)))
            assert {answer.status_code for answer in answers} == {200}
            async with asyncio.timeout(20):  # a call's own end comes after its answer
                while len(asyncio.all_tasks()) > before:
                    await asyncio.sleep(0.01)

    asyncio.run(call_often())


def test_a_new_generation_is_noticed(corpus: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build_index([corpus], store=store)

    async def calling(client: Client) -> None:
        before = (await client.call_tool("speeches", {})).structured_content
        more = tmp_path / "more"
        more.mkdir()
        (more / "third.txt").write_text("在柳溪县会议上的讲话\n\n同志们：\n\n要种好每一棵银杏树。\n", encoding="utf-8")
        await asyncio.to_thread(build_index, [corpus, more], store=store)
        after = (await client.call_tool("speeches", {})).structured_content
        assert (before["total"], after["total"]) == (2, 3)
        assert before["generation"] != after["generation"]

    run(Client(stdio_client(stdio(store))), calling)


# Over stdio


def begun(store: Path) -> "subprocess.Popen[str]":
    """A process that has answered the first request over stdio."""
    process = subprocess.Popen(
        [sys.executable, "-m", "askspeech", "mcp", "--store", str(store)],
        env={**os.environ, **ENVIRONMENT}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # What a shell starts in the background ignores Ctrl-C, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads are begun here
    )  # fmt: skip
    asked = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": asked}) + "\n")
    process.stdin.write('no JSON at all\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "askspeech"
    return process


@pytest.mark.parametrize(
    ("ending", "status"), [(None, 0), (signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["end of input", "TERM", "INT"]
)
def test_stdio_ends_at_once(store: Path, ending: signal.Signals | None, status: int) -> None:
    process = begun(store)
    if ending is not None:
        process.send_signal(ending)
        process.wait(timeout=10)
    output, complaints = process.communicate(timeout=10)
    assert process.returncode == status, complaints
    assert output == "" and "Traceback" not in complaints


def test_only_answers_are_written_on_stdout(store: Path) -> None:
    process = begun(store)
    assert process.stdin is not None and process.stdout is not None
    for number, tool in enumerate(("ask", "search"), 1):
        params = {"name": tool, "arguments": {"question": QUESTION}}
        process.stdin.write(json.dumps({**LIST, "id": number, "method": "tools/call", "params": params}) + "\n")
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    assert {answer["id"] for answer in answers} == {1, 2}
    output, _ = process.communicate(timeout=10)
    assert output == ""
