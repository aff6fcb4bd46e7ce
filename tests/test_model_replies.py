"""What a chat model's server may send: from the address that was asked, as it is, and no more than memory holds."""

import gzip
import json
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from tests.chat_server import KEY, serving

from askspeech.bilingual import said_in
from askspeech.chat_models import ChatModel, Spent
from askspeech.errors import ModelError
from askspeech.model_failures import RefusedReplyError
from askspeech.model_replies import LARGEST_LINE, LARGEST_REPLY, admitted
from askspeech.prompting import Prompt
from askspeech.settings import ChatSettings

ANSWER = Callable[[BaseHTTPRequestHandler], None]
MODELS = ("openai:qwen3", "ollama:qwen3")
MEBIBYTE = b"A" * (1024 * 1024)
PACKED = gzip.compress(b"data: " + MEBIBYTE * 64)


@dataclass
class Hostile:
    """A server that answers as it likes, and what it was sent."""

    address: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def hostile(answer: ANSWER) -> Iterator[Hostile]:
    found = Hostile()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            with suppress(OSError):  # whoever asked has gone
                answer(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.address = f"127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def asked(model: str, address: str) -> ModelError:
    """The failure of a model at an address."""
    url = f"http://{address}" + ("/v1" if model.startswith("openai") else "")
    chat = ChatModel(ChatSettings(model, url=url, key=KEY))
    with pytest.raises(ModelError) as raised:
        list(chat.reply(Prompt("the rules", "the passages", "boundary"), Spent(), time.monotonic() + 20))
    return raised.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("model", MODELS)
def test_no_redirect_is_followed(model: str, status: int) -> None:
    with serving("elsewhere") as elsewhere:
        host = elsewhere.url.removeprefix("http://").removesuffix("/v1")

        def sent_on(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", f"http://{host}{handler.path}?key=canary-in-a-link")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with hostile(sent_on) as server:
            error = asked(model, server.address)
        assert elsewhere.requests == [], "no question and no passage went there"
    assert error.kind == "redirected" and "ASKSPEECH_CHAT_URL" in str(error) and f"to {host} came" in str(error)
    assert "canary-in-a-link" not in str(error) and KEY not in str(error)
    assert host not in said_in(error.words, "en") + said_in(error.words, "zh"), "that is for administrators"


def endless_line(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    handler.wfile.write(b"data: ")
    while True:
        handler.wfile.write(MEBIBYTE)


def endless_lines(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    while True:
        handler.wfile.write((b": " + b"A" * 65000 + b"\n\n") * 16)


def packed(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(PACKED)))
    handler.end_headers()
    handler.wfile.write(PACKED)


def nested(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    handler.wfile.write(b"data: " + b"[" * 500_000 + b"\n\n")


def long_refusal(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(500)
    handler.end_headers()
    while True:
        handler.wfile.write(MEBIBYTE)


CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "x", "arguments": "{" * 200_000}}


def calls_a_tool(handler: BaseHTTPRequestHandler) -> None:
    """A call whose arguments the client would parse anew for each of their letters, without an end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    is_openai = handler.path.endswith("/chat/completions")
    message = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    reply = {"choices": [{"index": 0, "delta": message}]} if is_openai else {"message": message, "done": False}
    handler.wfile.write((b"data: " if is_openai else b"") + json.dumps(reply).encode() + b"\n\n")


@pytest.mark.parametrize(
    "answer, kind",
    [
        (endless_line, "too_much"),
        (endless_lines, "too_much"),
        (packed, "packed"),
        (nested, "nonsense"),
        (long_refusal, "too_much"),
        (calls_a_tool, "tool"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_no_reply_fills_the_memory(model: str, answer: ANSWER, kind: str) -> None:
    if model.startswith("ollama") and answer is endless_lines:
        kind = "nonsense"  # its protocol has no comments: the first one is no reply
    ChatModel(ChatSettings(model, url="http://127.0.0.1:1")).load()  # what is imported takes memory as well
    with hostile(answer) as server:
        tracemalloc.start()
        error = asked(model, server.address)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert error.kind == kind
    assert most < 24 * 1024 * 1024 + LARGEST_REPLY * (answer is endless_lines), f"{most:,} bytes"
    assert server.headers[0]["accept-encoding"] == "identity"


def response(*parts: bytes, **headers: str) -> httpx.Response:
    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield from parts

    return httpx.Response(200, stream=Body(), headers=headers, request=httpx.Request("POST", "http://127.0.0.1:1"))


def test_lines_and_replies_may_be_long_but_not_longer() -> None:
    half, rest = b"A" * (LARGEST_LINE // 2), b"A" * (LARGEST_LINE - LARGEST_LINE // 2)
    lines = response(*([half, rest + b"\n" + half, b"\n"] * 3))
    admitted(lines)
    assert len(lines.read()) == 3 * (LARGEST_LINE + 1 + LARGEST_LINE // 2 + 1)
    for parts in ([half, rest, b"A"], [b"x\n" + half, rest + b"A\n"], [b"x\n" + half + rest + b"A\nx"]):
        line = response(*parts)
        admitted(line)
        with pytest.raises(RefusedReplyError, match="too_much"):
            line.read()
    whole = response(*([b"A" * 65535 + b"\n"] * (LARGEST_REPLY // 65536 + 1)))
    admitted(whole)
    with pytest.raises(RefusedReplyError, match="too_much"):
        whole.read()


CALLING = b'{"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "{{"}}]}}]}'
CALMER = (
    b'{"choices": [{"delta": {"content": "\\"tool_calls\\": [1] \\u6211", "tool_calls": [], "function_call": null}}]}'
)


@pytest.mark.parametrize(
    "text",
    [
        b"data: " + CALLING + b"\n\n",
        b"data:" + CALLING + b"\r\r",
        b"\xef\xbb\xbfdata: " + CALLING,
        b"data: " + CALLING.replace(b", ", b",\ndata: ").replace(b": [", b":\r\ndata: [") + b"\n\n",
        b"data: " + CALLING.replace(b"tool_c", b"tool\\u005fc") + b"\n\n",
        b"data: " + CALLING.replace(b"{{", b"\xff") + b"\n\n",
        b"data: {}\n\n: a comment\n" + CALLING + b"\n",
        b"{}\n" + CALLING.replace(b"tool_calls", b"function_call"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_call_of_a_tool_is_found_however_it_comes(text: bytes, size: int) -> None:
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    found = response(*parts)
    admitted(found)
    with pytest.raises(RefusedReplyError, match="tool"):
        found.read()
    spoken = response(*[part.replace(b"tool", b"fool").replace(b"function", b"") for part in [text]])
    admitted(spoken)
    assert spoken.read()


@pytest.mark.parametrize("text", [b"data: " + CALMER + b"\n\n", CALMER, b"data: tool_calls\n\n", b"tool_calls", b""])
def test_words_about_tools_are_words(text: bytes) -> None:
    found = response(text)
    admitted(found)
    assert found.read() == text


@pytest.mark.parametrize(
    "location", ["", "//", "http://[", "\x00", "javascript:alert(1)", "http://evil.example:99999/"]
)
def test_odd_redirects_are_refused_too(location: str) -> None:
    found = httpx.Response(
        307, headers={b"location": location.encode()}, request=httpx.Request("POST", "http://127.0.0.1:1")
    )
    with pytest.raises(RefusedReplyError, match="redirected"):
        admitted(found)
