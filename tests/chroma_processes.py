"""A Chroma server for tests: the Rust one in a process of its own, a relay that delays, and servers that are none."""

import asyncio
import contextlib
import http.server
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from askspeech.settings import IndexSettings

CHROMA = Path(sysconfig.get_path("scripts")) / "chroma"
SECONDS_TO_START = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Chroma:
    """`chroma run` on a folder and a port that stay the same when it is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> IndexSettings:
        return IndexSettings(chroma_url=self.url)

    def begin(self) -> None:
        """Start it without waiting until it answers."""
        arguments = ["run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        program = [sys.executable, str(CHROMA)] if CHROMA.read_bytes().startswith(b"#!") else [str(CHROMA)]
        self.process = subprocess.Popen(
            [*program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def start(self) -> "Chroma":
        self.begin()
        self.wait()
        return self

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            assert self.process is not None and self.process.poll() is None, "the Chroma server ended"
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5, trust_env=False)
                return
            time.sleep(0.02)
        raise AssertionError(f"the Chroma server did not answer within {SECONDS_TO_START} seconds")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; one that stops it is waited for, since until all its threads have stopped it answers."""
        assert self.process is not None
        self.process.send_signal(number)
        if number == signal.SIGSTOP:
            os.waitpid(self.process.pid, os.WUNTRACED)

    def kill(self) -> None:
        """Kill -9, and wait for the end; nothing happens where it has ended."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def collections(self) -> set[str]:
        answer = httpx.get(f"{self.url}{DATABASE}/collections", params={"limit": 1000}, trust_env=False)
        return {str(one["name"]) for one in answer.raise_for_status().json()}

    def make_collection(self, name: str, **more: object) -> None:
        httpx.post(f"{self.url}{DATABASE}/collections", json={"name": name, **more}, trust_env=False).raise_for_status()

    def remove_collection(self, name: str) -> None:
        httpx.delete(f"{self.url}{DATABASE}/collections/{name}", trust_env=False).raise_for_status()


DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Chroma]:
    server = Chroma(folder)
    try:
        yield server.start()
    finally:
        server.kill()


class Relay:
    """A port that passes everything on to another after `delay` seconds, which may be changed meanwhile."""

    def __init__(self, target: int) -> None:
        self.target, self.delay = target, 0.0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    @property
    def settings(self) -> IndexSettings:
        return IndexSettings(chroma_url=f"http://127.0.0.1:{self.port}")

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._pass_on, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        self._loop.run_forever()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(self._pour(reader, back, delayed=True), self._pour(there, writer, delayed=False))
        except OSError:
            writer.close()

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, delayed: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if delayed:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        writer.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(5)

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_later(0.1, self._loop.stop)


@contextlib.contextmanager
def relayed(server: Chroma) -> Iterator[Relay]:
    relay = Relay(server.port)
    try:
        yield relay
    finally:
        relay.close()


@contextlib.contextmanager
def pretender(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of something that answers every request as the function does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):
                answer(self)

        do_POST = do_GET  # noqa: N815 - what http.server calls

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def reply(handler: http.server.BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
