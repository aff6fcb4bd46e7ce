"""Connections of a real server: heads that are too large, and whoever sends or takes too slowly."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from askspeech import connections
from askspeech.callers import networks
from askspeech.connections import LARGEST_HEAD, bounded

PIECE = b"x" * 65536


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers at once at /early, much at /much, else how long the body was."""
    length, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(800 if scope["path"] == "/much" else 0):
        await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b"%d" % length})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server with these limits in shorter times."""
    patch = pytest.MonkeyPatch()
    for name, seconds in {
        "HEAD_SECONDS": 0.5,
        "BODY_SECONDS": 1.0,
        "ENDING_SECONDS": 0.4,
        "TAKING_SECONDS": 0.6,
        "REFUSING_SECONDS": 0.3,
    }.items():
        patch.setattr(connections, name, seconds)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=bounded(), ws="none", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    patch.undo()


def told(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What a connection hears that sends these parts."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                heard += part
                if b"\r\n0\r\n\r\n" in heard or (b" 200 " in heard and b"\r\n\r\n0\r\n" in heard):
                    break
    return heard


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


def test_what_is_right_is_let_through(port: int) -> None:
    assert told(port, HEAD + b"\r\n").endswith(b"0\r\n0\r\n\r\n".replace(b"0\r\n0", b"1\r\n0\r\n0", 1))
    body = b"x" * 500_000
    assert b"500000" in told(port, HEAD + b"Content-Length: 500000\r\n\r\n", body)
    long = b"X: " + b"a" * (LARGEST_HEAD - 200) + b"\r\n"
    assert b" 200 " in told(port, HEAD + long + b"\r\n")
    two = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + HEAD + b"Content-Length: 3\r\n\r\nabc"
    assert told(port, two).count(b"HTTP/1.1 200") >= 1


@pytest.mark.parametrize(
    "head",
    [b"X: " + b"a" * 65_536 + b"\r\n\r\n", b"".join(b"X%d: %s\r\n" % (one, b"a" * 56) for one in range(1000)) + b"\r\n",
     b"X: " + b"a" * 300_000, b"X\x80" * 40_000, b"Cookie: " + b"a=b; " * 14_000 + b"\r\n\r\n"],
)  # fmt: skip
def test_a_head_that_is_too_large_is_refused(port: int, head: bytes) -> None:
    heard = told(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + head)
    assert heard.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 ")) and b"connection: close" in heard
    assert told(port, b"GET /" + b"a" * 65_536 + b" HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("first", "drip", "most"),
    [(b"", b"", 2), (b"", b"\r\n", 2), (b"GET / HTTP/1.1\r\n", b"X: y\r\n", 2), (b"G", b"", 2),
     (HEAD + b"Content-Length: 9999\r\n\r\n", b"x", 3), (HEAD + b"Content-Length: 9999\r\n\r\n", b"", 3),
     (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 3),
     (b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n", b"x", 2)],
)  # fmt: skip
def test_whoever_sends_slowly_is_hung_up_on(port: int, first: bytes, drip: bytes, most: float) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=0.05) as connection:
        connection.sendall(first)
        while time.monotonic() - began < 15:
            try:
                if not connection.recv(4096):
                    break
            except TimeoutError:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(drip)
            except ConnectionError:
                break
    assert time.monotonic() - began < most + 4, "some seconds more on a busy machine"


def test_a_body_that_comes_steadily_may_take_longer(port: int) -> None:
    parts = [b"x" * 40_000] * 8  # a second and a half, with more than 16 KiB a second
    heard = told(port, HEAD + b"Content-Length: 320000\r\n\r\n", *parts, pause=0.2)
    assert b"320000" in heard


def test_a_connection_that_is_used_again_is_kept(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for _ in range(4):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
            heard = b""
            while not heard.endswith(b"0\r\n\r\n"):
                heard += connection.recv(4096)
            assert b" 200 " in heard
            time.sleep(0.3)


def test_little_is_taken_of_what_is_sent_on_after_the_answer(port: int) -> None:
    head = b"POST /early HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece, sent = b"10000\r\n" + PIECE + b"\r\n", 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        with contextlib.suppress(ConnectionError):
            while sent < 1600 * len(PIECE):
                connection.sendall(piece)
                sent += len(PIECE)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 "), "the answer is heard all the same"
    assert sent < 400 * len(PIECE), "what the system itself holds for both, and little more"


def test_whoever_does_not_take_the_answer_is_hung_up_on(port: int) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2.5)
        taken = 0
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(1 << 20):
                taken += len(part)
    assert taken < 800 * len(PIECE), "the rest of the answer is not kept for it"


def test_an_upgrade_is_answered_as_any_request(port: int) -> None:
    socketed = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
    assert b" 200 " in told(port, socketed)


class Transport:
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        self.address, self.aborted = address, False

    def get_extra_info(self, name: str) -> Any:
        """Where it comes from."""
        return {"peername": (self.address, 1), "sockname": ("10.0.0.1", 80)}.get(name)

    def abort(self) -> None:
        """Hang up."""
        self.aborted = True

    def is_closing(self) -> bool:
        """Whether it was hung up on."""
        return self.aborted


def test_no_place_has_too_many_connections() -> None:
    async def work() -> None:
        config = uvicorn.Config(application, lifespan="off")
        config.load()
        protocol, state = bounded(networks("10.9.0.0/16"), most=2), uvicorn.server.ServerState()

        def opened(address: str) -> tuple[Any, Transport]:
            one, transport = protocol(config, state, {}), Transport(address)
            one.connection_made(transport)  # type: ignore[arg-type]
            return one, transport

        first, _ = opened("8.8.8.8")
        assert not opened("8.8.8.8")[1].aborted
        third, refused = opened("8.8.8.8")
        assert refused.aborted and not opened("8.8.4.4")[1].aborted
        third.connection_lost(ConnectionError())
        first.connection_lost(ConnectionError())
        assert not opened("8.8.8.8")[1].aborted, "those that have ended do not count"
        for address in ("127.0.0.1", "10.9.1.1", "::1"):
            assert not any(opened(address)[1].aborted for _ in range(5)), address
        household = [opened(f"2001:db8::{number}")[1].aborted for number in range(3)]
        assert household == [False, False, True]
        for one in list(state.connections):
            one.connection_lost(ConnectionError())  # type: ignore[union-attr]

    asyncio.run(work())
