"""A server on loopback that speaks the chat completions protocol of OpenAI, streaming; what it does is scripted.

It speaks Ollama's own protocol too, as a good model alone.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Manner = Literal[
    "good",
    "drip",
    "status",
    "cut",
    "html",
    "not_json",
    "silent",
    "no_bytes",
    "no_end",
    "length",
    "uncounted",
    "flood",
    "keep_alive",
]
SENTENCE = re.compile(r"^\[([a-z]\d[a-z]{2})\] (.+)$", re.MULTILINE)
KEY = "sk-canary-3f9d1c77aa5e40b2"


@dataclass(frozen=True)
class Asked:
    """A request as a model sees it."""

    body: dict[str, Any]
    authorization: str

    @property
    def system(self) -> str:
        """The rules."""
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        """The question with its material."""
        return str(self.body["messages"][-1]["content"])

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """The handles with their sentences."""
        return SENTENCE.findall(self.user)

    def handle(self, words: str) -> str:
        """The handle of the first sentence that holds those words."""
        return next(handle for handle, text in self.sentences if words in text)

    def text(self, words: str) -> str:
        """The first sentence that holds those words."""
        return next(text for _, text in self.sentences if words in text)


Script = Callable[[Asked], str]


@dataclass
class ChatServer:
    """What the server says and how: `script` writes the reply, `manner` is how it is sent."""

    script: Script
    manner: Manner = "good"
    status: int = 200
    piece: int = 3
    pause: float = 0.0
    cut_after: int = 0
    requests: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @property
    def last(self) -> Asked:
        """The last request."""
        return self.requests[-1]


class Handler(BaseHTTPRequestHandler):
    """Answers one request as its server is told to."""

    protocol_version = "HTTP/1.1"
    chat: ChatServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(body, self.headers.get("Authorization", ""))
        self.chat.requests.append(asked)
        try:
            self._ollama(asked) if self.path == "/api/chat" else getattr(self, f"_{self.chat.manner}")(asked)
        except OSError:
            pass  # whoever asked has gone
        finally:
            self.chat.ended.set()
            self.close_connection = True

    def _begin(self, kind: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _write(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, delta: dict[str, Any], finish: str | None = None, usage: dict[str, int] | None = None) -> None:
        choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish}]
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": choices}
        self._write(f"data: {json.dumps(chunk | ({'usage': usage} if usage else {}), ensure_ascii=False)}\n\n")

    def _text(self, asked: Asked) -> None:
        text = self.chat.script(asked)
        self._begin()
        self._send({"role": "assistant", "content": ""})
        for start in range(0, len(text), self.chat.piece):
            time.sleep(self.chat.pause)
            self._send({"content": text[start : start + self.chat.piece]})

    def _end(self, asked: Asked, finish: str = "stop", *, counted: bool = True) -> None:
        self._send({}, finish)
        if counted and asked.body.get("stream_options", {}).get("include_usage"):
            self._send({}, usage={"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366})
        self._write("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _good(self, asked: Asked) -> None:
        self._text(asked)
        self._end(asked)

    _drip = _good

    def _ollama(self, asked: Asked) -> None:
        self._begin("application/x-ndjson")
        line = {"model": "scripted", "created_at": "2026-01-01T00:00:00Z"}
        for character in self.chat.script(asked):
            part = {"message": {"role": "assistant", "content": character}, "done": False}
            self._write(json.dumps(line | part, ensure_ascii=False) + "\n")
        end = {"done": True, "done_reason": "stop", "prompt_eval_count": 321, "eval_count": 45}
        self._write(json.dumps(line | end | {"message": {"role": "assistant", "content": ""}}) + "\n")
        self.wfile.write(b"0\r\n\r\n")

    def _uncounted(self, asked: Asked) -> None:
        self._text(asked)
        self._end(asked, counted=False)

    def _length(self, asked: Asked) -> None:
        self._text(asked)
        self._end(asked, "length")

    def _no_end(self, asked: Asked) -> None:
        self._text(asked)
        self.wfile.write(b"0\r\n\r\n")

    def _flood(self, asked: Asked) -> None:
        text = self.chat.script(asked)
        self._begin()
        while True:
            self._send({"content": text * 50})

    def _keep_alive(self, _: Asked) -> None:
        self._begin()
        while True:
            self._write(": still here\n\n")
            time.sleep(0.05)

    def _cut(self, asked: Asked) -> None:
        text = self.chat.script(asked)[: self.chat.cut_after]
        self._begin()
        for character in text:
            self._send({"content": character})
        self.connection.close()

    def _status(self, asked: Asked) -> None:
        message = f"Refused. You sent {asked.authorization}; look at https://evil.example/{KEY}"
        body = json.dumps({"error": {"message": message, "type": "error", "code": self.chat.status}}).encode()
        self.send_response(self.chat.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _html(self, _: Asked) -> None:
        self._begin("text/html")
        self._write("<html><body><h1>It works!</h1></body></html>")
        self.wfile.write(b"0\r\n\r\n")

    def _not_json(self, _: Asked) -> None:
        self._begin()
        self._write("data: <<this is no JSON>>\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _silent(self, asked: Asked) -> None:
        self._begin()
        self._end(asked)

    def _no_bytes(self, _: Asked) -> None:
        time.sleep(self.chat.pause)


@contextmanager
def serving(script: Script | str, manner: Manner = "good", **how: Any) -> Iterator[ChatServer]:
    """A server that is up for as long as the block lasts; it says what the script says, or that text."""
    chat = ChatServer(script if callable(script) else lambda _: script, manner, **how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"chat": chat}))
    server.daemon_threads = True
    chat.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
