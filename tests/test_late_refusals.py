"""Refusals that are told late: to whom, of what, and how late; by a real server in tests/test_security_service.py."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from askspeech import late_refusals
from askspeech.callers import networks
from askspeech.late_refusals import MOST_A_SECOND, MOST_WAITING, REFUSALS_AT_ONCE, SECONDS, LateRefusals


class Server:
    """Answers with one status after the other; notes how late each was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, proxies: str = "") -> None:
        self.now, self.status, self.late = 1000.0, 429, list[float]()
        self._app = LateRefusals(self._answer, networks(proxies), lambda: self.now)

        async def sleep(seconds: float) -> None:
            self.late.append(seconds)

        monkeypatch.setattr(late_refusals.asyncio, "sleep", sleep)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def ask(self, path: str = "/config", *, source: str = "10.0.0.9", told: str = "", method: str = "GET") -> float:
        """How late the answer is told."""
        headers = [(b"host", b"x"), *([(b"x-forwarded-for", told.encode())] if told else [])]
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "scheme": "http"}
        sent = list[Any]()

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            raise AssertionError("nothing is read")

        self.late.clear()
        asyncio.run(self._app({**scope, "headers": headers, "client": (source, 1)}, receive, send))
        assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
        assert sent[0]["status"] == self.status
        return sum(self.late)

    def flood(self, **named: Any) -> None:
        """As many refusals as are told at once."""
        assert not any(self.ask(**named) for _ in range(REFUSALS_AT_ONCE))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def test_many_refusals_are_told_late_and_not_all_together(server: Server) -> None:
    server.flood()
    late = [server.ask() for _ in range(100)]
    assert min(late) >= SECONDS / 2 and max(late) <= 1.5 * SECONDS
    assert max(b - a for a, b in zip(sorted(late), sorted(late)[1:], strict=False)) < SECONDS / 30
    assert server.ask(source="10.0.0.8") == 0, "another place"
    server.now += 60
    server.flood()
    assert server.ask() > 0


@pytest.mark.parametrize("status", [200, 206, 304, 500, 503])
def test_what_is_no_refusal_is_never_late(server: Server, status: int) -> None:
    server.flood()
    server.status = status
    assert [server.ask() for _ in range(2 * REFUSALS_AT_ONCE)] == [0] * 2 * REFUSALS_AT_ONCE
    server.status = 429
    assert server.ask() > 0, "and counts for nothing"


@pytest.mark.parametrize(
    ("path", "method", "status", "is_late"),
    [("/", "GET", 303, True), ("/sign-in", "POST", 303, False), ("/nothing", "GET", 404, True),
     ("/api/v1/ask", "POST", 401, True), ("/mcp", "POST", 429, True), ("/api/v1/speeches/gone", "GET", 404, False),
     ("/api/v1/ask", "POST", 422, False), ("/sign-in", "POST", 401, False), ("/sign-in", "POST", 429, False),
     ("/sign-in", "POST", 413, True), ("/password", "POST", 401, False), ("/sign-in", "GET", 429, True)],
)  # fmt: skip
def test_what_is_a_refusal(server: Server, path: str, method: str, status: int, is_late: bool) -> None:
    server.flood()
    server.status = status
    assert (server.ask(path, method=method) > 0) is is_late


def test_places_are_those_that_a_trusted_proxy_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch, "10.0.0.1")
    server.flood(source="10.0.0.1", told="203.0.113.9")
    assert server.ask(source="10.0.0.1", told="203.0.113.9") > 0
    assert server.ask(source="10.0.0.1", told="203.0.113.8") == 0
    server.flood(source="10.0.0.2", told="203.0.113.7")
    assert server.ask(source="10.0.0.2", told="203.0.113.6") > 0, "what others tell is not believed"


SCOPE: dict[str, Any] = {
    "type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": [], "client": ("10.0.0.9", 1),
}  # fmt: skip


async def nothing(*_: Any) -> Any:
    return None


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 429, "headers": []})


def test_the_more_wait_the_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    late, over = list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        late.append(seconds)
        await over.wait()

    async def flood(app: LateRefusals, count: int) -> None:
        asked = [asyncio.create_task(app(SCOPE, nothing, nothing)) for _ in range(count)]
        while len(late) < count - REFUSALS_AT_ONCE:
            await asyncio.get_running_loop().run_in_executor(None, int)
        over.set()
        await asyncio.gather(*asked)

    monkeypatch.setattr(late_refusals.asyncio, "sleep", sleep)
    asyncio.run(flood(LateRefusals(refuse), REFUSALS_AT_ONCE + 4 * MOST_A_SECOND))
    few, many = late[:MOST_A_SECOND], late[-MOST_A_SECOND:]
    assert max(few) <= 1.5 * SECONDS
    assert 3.5 < sum(many) / len(many) < 4 and max(late) <= 6


def test_not_too_many_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_refusals, "REFUSALS_AT_ONCE", 1)
    monkeypatch.setattr(late_refusals, "MOST_A_SECOND", MOST_WAITING)
    told = list[int]()

    async def refuse_and_note(*request: Any) -> None:
        await refuse(*request)
        told.append(1)

    async def flood(app: LateRefusals) -> list[int]:
        asked = [asyncio.create_task(app(SCOPE, nothing, nothing)) for _ in range(MOST_WAITING + 11)]
        await asyncio.sleep(0.2)
        before = len(told)
        for one in asked[:100]:  # they hang up
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        late = asyncio.create_task(app(SCOPE, nothing, nothing))
        await asyncio.sleep(0.2)
        return [before, len(told), late.done()]

    assert asyncio.run(flood(LateRefusals(refuse_and_note))) == [11, MOST_WAITING + 11 - 99, False]


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_others_are_handed_on(kind: str) -> None:
    seen = list[Sequence[Any]]()

    async def app(*arguments: Any) -> None:
        seen.append(arguments)

    given: Any = ({"type": kind}, object(), object())
    asyncio.run(LateRefusals(app)(*given))
    assert seen == [given]
