"""What the security rows share: the program as a process, requests that no client tidies up, and a canary to reach."""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

from tests.conftest import TEXTS

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
QUESTION = "清理拖欠账款由哪个部门牵头？"
"""What the small store answers."""
UNLIMITED: Mapping[str, str] = {f"ASKSPEECH_{name}_PER_MINUTE": "0" for name in ("QUESTIONS", "REQUESTS", "UPLOADS")}
"""Without rates: most rows ask more quickly than anybody may, and a refusal for that would hide what they look for."""


def prepare_store(scratch: Path) -> None:
    """A store over two speeches, in `store`; built once for a row."""
    if not (scratch / "store" / "CURRENT").exists():
        for name, text in TEXTS.items():
            place = scratch / "speeches" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="")
        # No fork: tests call this in a process in which Chroma's threads may be running.
        command = [sys.executable, "-m", "askspeech", "build", str(scratch / "speeches")]
        subprocess.run([*command, "--store", str(scratch / "store")], env=environment(), check=True)


def environment(**more: str) -> dict[str, str]:
    """This process's environment without settings but these and no rates, able to run the program from the clone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASKSPEECH_")}
    paths = os.pathsep.join([str(REPOSITORY / "src"), str(REPOSITORY)])
    return {**kept, "PYTHONPATH": paths, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **UNLIMITED, **more}


@dataclass
class Server:
    """A running `askspeech serve`, and what it has said."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """All that it has written to stdout and stderr."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def program(
    store: Path, folder: Path, *, before: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`askspeech serve` over a store, its data and its log in a folder; `before` is put before the command."""
    log = folder / "server.log"
    command = [*before, sys.executable, "-m", "askspeech", "serve", "--port", "0", "--store", str(store)]
    with log.open("ab") as writing:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            cwd=folder, env=dict(env or environment()),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=writing, start_new_session=True,
        )  # fmt: skip
    assert process.stdout is not None
    rest = threading.Thread(target=_copy, args=(process.stdout, log), daemon=True)
    try:
        line = process.stdout.readline().decode().strip()
        assert line.startswith("http://127.0.0.1:"), f"the server did not start: {log.read_text(encoding='utf-8')}"
        rest.start()
        yield Server(int(line.rpartition(":")[2]), process, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # what it was started through keeps a signal of its own to itself
        process.wait(timeout=30)
        if rest.is_alive():
            rest.join(timeout=30)
        process.stdout.close()


_shared: dict[Path, tuple[contextlib.ExitStack, Server]] = {}


def shared_server(scratch: Path) -> Server:
    """The server over the row's store that all trials of a run share; started again where a trial has ended it."""
    stack, server = _shared.get(scratch, (None, None))
    if stack is None or server is None or server.process.poll() is not None:
        folder = scratch / "shared"
        folder.mkdir(exist_ok=True)
        stack = contextlib.ExitStack()
        server = stack.enter_context(program(scratch / "store", folder))
        atexit.register(stack.close)
        _shared[scratch] = (stack, server)
    return server


def _copy(output: IO[bytes], log: Path) -> None:
    with log.open("ab", buffering=0) as writing:
        for line in output:
            writing.write(line)


@dataclass(frozen=True)
class Reply:
    """What came back: the status, the head and the body, as bytes."""

    status: int
    head: bytes
    body: bytes

    @property
    def kind(self) -> str:
        """The content type."""
        lines = (line.partition(b":") for line in self.head.lower().split(b"\r\n"))
        return next((value.strip().decode() for name, _, value in lines if name == b"content-type"), "")


def raw(
    port: int, target: bytes, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Reply:
    """One request whose target is sent as it is; status 0 where the server hangs up without an answer."""
    named = {"Host": f"127.0.0.1:{port}", "Connection": "close", **(headers or {})}
    if body:
        named["Content-Length"] = str(len(body))
    lines = [
        f"{method} ".encode() + target + b" HTTP/1.1",
        *(f"{name}: {value}".encode() for name, value in named.items()),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        received = bytearray()
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := connection.recv(1 << 16):
                received += part
    head, _, content = bytes(received).partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return Reply(int(words[1]) if len(words) > 1 and words[1].isdigit() else 0, head, content)


@dataclass
class Canary:
    """A server on loopback that nobody has a reason to reach; it notes who does."""

    port: int
    reached: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


SECRET_BODY = b"canary-body-5d1f0a"


@contextlib.contextmanager
def canary() -> Iterator[Canary]:
    """A canary for as long as the block lasts."""
    found = Canary(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.reached.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET_BODY)

        do_POST = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
