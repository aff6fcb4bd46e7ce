"""What each may ask of the server: rates, sizes and streams, before an application that counts what reaches it."""

import asyncio
import json
from typing import Any

import pytest

from askspeech.access import PROGRAM
from askspeech.fair_shares import AT_ONCE, MOST_WAITING, FairShares
from askspeech.limited_body import MOST_UNREAD
from askspeech.limits import (
    FILES,
    LARGEST_BODY,
    LARGEST_FORM,
    MOST_STREAMS,
    Limited,
    Limits,
    PageRules,
    mcp_rule,
    program_of,
    rest_rule,
)
from askspeech.rates import Rate
from askspeech.settings import LimitSettings

JOIN = "/gradio_api/queue/join"
FEW = LimitSettings(questions=2, requests=5, uploads=1, upload_megabytes=1)


class Behind:
    """The application behind: it answers 200 to all, and notes what reached it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.opened = asyncio.Event()
        self.waits = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if self.waits:
            await self.opened.wait()
        await send({"type": "http.response.body", "body": b""})


class Sent:
    """A request, and what came back."""

    def __init__(self, path: str, body: bytes = b"", method: str = "POST", **headers: str) -> None:
        named = {"content-length": str(len(body)), **{name.replace("_", "-"): one for name, one in headers.items()}}
        self.scope: dict[str, Any] = {
            "type": "http", "method": method, "path": path, "client": ("10.0.0.9", 1), "state": {},
            "headers": [(name.encode(), value.encode()) for name, value in named.items() if value],
        }  # fmt: skip
        self._parts = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]
        self.read = self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def receive(self) -> dict[str, Any]:
        """A part of the body."""
        if not self._parts:
            await asyncio.sleep(60)
        part = self._parts.pop(0)
        self.read += len(part)
        return {"type": "http.request", "body": part, "more_body": bool(self._parts)}

    async def send(self, message: Any) -> None:
        """A part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


class Pages:
    """The limits of the pages, before that application."""

    def __init__(self, settings: LimitSettings = FEW) -> None:
        self.now, self.behind = 1000.0, Behind()
        self.limits = Limits(settings, lambda: self.now)
        self.known = {"known"}
        rules = PageRules(self.limits, {7}.__contains__, lambda page: page not in self.known)
        self.app = Limited(self.behind, self.limits, rules, lambda scope: str(scope["state"].get("who", "ann")))

    def ask(self, sent: Sent) -> Sent:
        """Send one."""
        asyncio.run(self.app(sent.scope, sent.receive, sent.send))
        return sent


def event(number: object, page: str = "known") -> bytes:
    return json.dumps({"data": [], "fn_index": number, "session_hash": page}).encode()


def test_requests_are_counted_for_each_user() -> None:
    pages = Pages()
    found = [pages.ask(Sent("/config", method="GET")) for _ in range(6)]
    assert [one.status for one in found] == [200] * 5 + [429]
    refused = json.loads(found[5].body)
    assert found[5].headers["retry-after"] == "12" and refused["error"]["code"] == "too_many"
    assert refused["detail"] == refused["message"] == refused["error"]["message"]
    assert "Too many requests: at most 5 a minute. Try again in 12 seconds." in refused["message"]
    assert "每分钟最多 5 次。请 12 秒后再试。" in refused["message"]
    other = Sent("/config", method="GET")
    other.scope["state"]["who"] = "bob"
    assert pages.ask(other).status == 200
    pages.now += 12
    assert pages.ask(Sent("/config", method="GET")).status == 200


def test_what_a_page_is_made_of_is_counted_for_itself() -> None:
    pages = Pages()
    pages.app._shares = FairShares(dict.fromkeys(("request", "page", "file"), 0))  # so many would else take a minute
    paths = ("/assets/a.js", "/static/askspeech/page.js", "/svelte/x", "/theme.css", "/health", "/metrics")
    each = FILES // len(paths)
    assert {pages.ask(Sent(path, method="GET")).status for path in paths * each} == {200}
    refused = pages.ask(Sent(paths[0], method="GET"))
    assert refused.status == 429 and b"Too many files" in refused.body
    assert pages.ask(Sent("/config", method="GET")).status == 200
    unlimited = Pages(LimitSettings(requests=0))
    assert {unlimited.ask(Sent(path, method="GET")).status for path in paths * (each + 1)} == {200}


def test_a_reader_of_pages_gets_a_page() -> None:
    pages = Pages()
    found = [pages.ask(Sent("/", method="GET", accept="text/html,*/*")) for _ in range(6)]
    assert found[5].status == 429 and found[5].body.startswith(b"<!doctype html>")


@pytest.mark.parametrize("number", [7, "7", 7.0, True, None, [7]])
def test_questions_are_counted_besides(number: object) -> None:
    pages = Pages()
    found = [pages.ask(Sent(JOIN, event(number))) for _ in range(3)]
    assert [one.status for one in found] == [200, 200, 429] and b"Too many questions" in found[2].body
    assert pages.ask(Sent(JOIN, event(3))).status == 200, "other events go on"
    assert pages.behind.bodies == [event(number)] * 2 + [event(3)], "what is let through comes whole"


@pytest.mark.parametrize("body", [b"", b"[", b"[1]", b'"x"', b"\xff", b"[" * 100_000, b"{}", b"null"])
def test_what_is_no_event_does_no_harm(body: bytes) -> None:
    assert Pages(LimitSettings()).ask(Sent(JOIN, body)).status == 200


def test_new_pages_are_counted_besides() -> None:
    pages = Pages(LimitSettings())
    found = [pages.ask(Sent(JOIN, event(1, f"page{number}"))).status for number in range(121)]
    assert found == [200] * 120 + [429] and pages.ask(Sent(JOIN, event(1))).status == 200


@pytest.mark.parametrize(
    ("path", "longest"),
    [(JOIN, LARGEST_BODY), ("/gradio_api/cancel", LARGEST_BODY), ("/config", LARGEST_BODY),
     ("/sign-in", LARGEST_FORM), ("/password", LARGEST_FORM), ("/sign-out", LARGEST_FORM),
     ("/gradio_api/upload", 1024 * 1024)],
)  # fmt: skip
@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_not_taken(path: str, longest: int, announced: bool) -> None:
    pages = Pages(LimitSettings(upload_megabytes=1))
    fits = pages.ask(Sent(path, b"x" * longest))
    assert fits.status == 200 and len(pages.behind.bodies[-1]) == longest
    more = {} if announced else {"content_length": "", "transfer_encoding": "chunked"}
    sent = pages.ask(Sent(path, b"x" * (longest + 10 * MOST_UNREAD), **more))
    in_parts = path.endswith("upload") and not announced
    assert sent.status == (411 if in_parts else 413) and len(pages.behind.bodies) == 1
    assert sent.read <= longest + MOST_UNREAD + 2 * 65536, "and little of it is read"
    assert "。" in sent.body.decode()


def test_an_upload_is_handed_on_as_it_comes() -> None:
    pages = Pages(LimitSettings())
    sent = Sent("/gradio_api/upload", b"x" * 300_000)
    assert pages.ask(sent).status == 200 and pages.behind.bodies == [b"x" * 300_000]
    again = [pages.ask(Sent("/gradio_api/upload", b"x")) for _ in range(60)]
    assert again[-1].status == 429 and again[-1].body.startswith(b"Too many uploads")


def test_nobody_has_too_many_streams() -> None:
    async def work() -> tuple[list[int], dict[str, int]]:
        pages = Pages(LimitSettings(requests=0))
        pages.behind.waits = True
        sent = [Sent(f"/gradio_api/heartbeat/{number}", method="GET") for number in range(MOST_STREAMS + 2)]
        tasks = [asyncio.create_task(pages.app(one.scope, one.receive, one.send)) for one in sent]
        await asyncio.sleep(0.05)
        other = Sent("/gradio_api/queue/data", method="GET")
        other.scope["state"]["who"] = "bob"
        tasks.append(asyncio.create_task(pages.app(other.scope, other.receive, other.send)))
        await asyncio.sleep(0.05)
        found = [*(one.status for one in sent), other.status]
        pages.behind.opened.set()
        await asyncio.gather(*tasks)
        return found, dict(pages.limits.streams)

    found, left = asyncio.run(work())
    assert found == [200] * MOST_STREAMS + [429, 429, 200] and left == {}


@pytest.mark.parametrize(
    ("path", "body", "waits"),
    [("/config", b"", True), ("/", b"", True), ("/theme.css", b"", True), ("/gradio_api/info", b"", True),
     (JOIN, b'{"fn_index": 3, "session_hash": "known"}', True), (JOIN, event(7), False), ("/sign-out", b"", True),
     ("/sign-in", b"x=y", False), ("/gradio_api/upload", b"x", False), ("/gradio_api/heartbeat/x", b"", True)],
)  # fmt: skip
def test_many_of_the_same_user_are_handled_a_few_at_once(path: str, body: bytes, waits: bool) -> None:
    async def work() -> tuple[int, int]:
        pages = Pages(LimitSettings(questions=500, uploads=500))
        pages.limits._rates["password"] = Rate(500)
        begun, going_on = [0], asyncio.Event()

        async def behind(*_: Any) -> None:
            begun[0] += 1
            await going_on.wait()

        pages.app._app = behind
        sent = [Sent(path, body, method="POST" if body else "GET") for _ in range(20)]
        tasks = [asyncio.create_task(pages.app(one.scope, one.receive, one.send)) for one in sent]
        await asyncio.sleep(0.05)
        at_once = begun[0]
        going_on.set()
        await asyncio.gather(*tasks)
        return at_once, begun[0]

    assert asyncio.run(work()) == (AT_ONCE if waits else 20, 20)


def test_what_opens_a_page_waits_longer_than_other_requests() -> None:
    rules = PageRules(Limits(), {7}.__contains__, lambda _: False, frozenset({"/", "/library"}))
    kinds = {
        path: rules({"type": "http", "method": "GET", "path": path}).waits_as
        for path in (
            *["/", "/library", "/config", "/gradio_api/info", "/gradio_api/x"],
            "/static/askspeech/page.js",
            "/api/v1/ask",
        )
    }
    assert list(kinds.values()) == ["page"] * 4 + ["request", "file", None]
    for path, waits_as in (("/api/v1/search", "request"), ("/api/v1/ask", None), ("/api/v1/ask/stream", None)):
        assert rest_rule({"path": path}).waits_as == waits_as, path


@pytest.mark.parametrize("path", ["/gradio_api/heartbeat/x", "/config"])
def test_whoever_is_being_answered_keeps_nothing_from_their_other_requests(path: str) -> None:
    async def work() -> int:
        pages = Pages(LimitSettings())
        pages.behind.waits, begun, taken = path != "/config", [0], asyncio.Event()

        async def send(_: Any) -> None:
            begun[0] += 1
            await taken.wait()

        sent = [Sent(path, method="GET") for _ in range(10)]
        asked = [asyncio.create_task(pages.app(one.scope, one.receive, send)) for one in sent]
        await asyncio.sleep(2)
        found = begun[0]
        pages.behind.opened.set()
        taken.set()
        await asyncio.gather(*asked)
        return found

    assert asyncio.run(work()) == 10


def test_whoever_hung_up_while_waiting_is_not_answered() -> None:
    class Impatient(Sent):
        """Hangs up after what it sent."""

        async def receive(self) -> dict[str, Any]:
            """What it sent, then that it has gone."""
            return await super().receive() if self._parts else {"type": "http.disconnect"}

    async def work() -> tuple[list[int], int]:
        pages = Pages(LimitSettings())
        pages.behind.waits = True
        sent = [(Sent, Impatient)[number % 2]("/config", method="GET") for number in range(9)]
        asked = [asyncio.create_task(pages.app(one.scope, one.receive, one.send)) for one in sent]
        await asyncio.sleep(0.05)
        pages.behind.opened.set()
        await asyncio.gather(*asked)
        return [one.status for one in sent], len(pages.behind.bodies)

    assert AT_ONCE == 2 and asyncio.run(work()) == ([200, 200, 200, 0, 200, 0, 200, 0, 200], 6)


def test_what_watches_the_server_is_counted_for_itself() -> None:
    rules = PageRules(Limits(), {7}.__contains__, lambda _: False)
    scope = {"type": "http", "method": "GET", "headers": [], "client": ("10.0.0.9", 1)}
    who = {rules.who({**scope, "path": path}) for path in ("/health/live", "/metrics")}
    assert len(who) == 1 and rules.who({**scope, "path": "/sign-in"}) not in who


def test_more_at_once_than_may_wait_are_refused() -> None:
    async def work() -> list[int]:
        pages = Pages(LimitSettings())
        pages.behind.waits = True
        sent = [Sent("/config", method="GET") for _ in range(MOST_WAITING + 5)]
        tasks = [asyncio.create_task(pages.app(one.scope, one.receive, one.send)) for one in sent]
        await asyncio.sleep(0.5)
        found = [one.status for one in sent if one.status not in (0, 200)]
        assert b"Too many requests at once" in sent[-1].body and sent[-1].headers["retry-after"] == "5"
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return found

    assert asyncio.run(work()) == [429] * 5


def test_programs_are_counted_by_their_tokens() -> None:
    behind, limits = Behind(), Limits(FEW, lambda: 1000.0)
    rest = Limited(behind, limits, rest_rule, program_of)
    mcp = Limited(behind, limits, mcp_rule(1000), program_of)

    def ask(app: Limited, sent: Sent, token: str) -> int:
        sent.scope["state"][PROGRAM] = token
        asyncio.run(app(sent.scope, sent.receive, sent.send))
        return sent.status

    call = json.dumps({"method": "tools/call", "params": {"name": "ask", "arguments": {}}}).encode()
    assert [ask(rest, Sent("/api/v1/ask", b"{}"), "one") for _ in range(3)] == [200, 200, 429]
    assert ask(mcp, Sent("/mcp", call), "one") == 429, "whichever way it asks"
    assert [ask(mcp, Sent("/mcp", call), "two") for _ in range(3)] == [200, 200, 429]
    assert [ask(rest, Sent("/api/v1/ask/stream", b"{}"), "") for _ in range(3)] == [200, 200, 429]
    assert [ask(rest, Sent("/api/v1/index", method="GET"), "three") for _ in range(6)] == [200] * 5 + [429]
    assert ask(mcp, Sent("/mcp", b"x" * 1001), "four") == 413
    told = Sent("/mcp", call)
    assert ask(mcp, told, "two") == 429
    refusal = json.loads(told.body)
    assert refusal["jsonrpc"] == "2.0" and refusal["id"] is None and told.headers["retry-after"] == "30"
    assert refusal["error"]["data"] == {"code": "too_many"} and "提问" in refusal["error"]["message"]
    listed = json.dumps({"method": "tools/list"}).encode()
    assert [ask(mcp, Sent("/mcp", listed), "five") for _ in range(5)] == [200] * 5


def test_without_rates_sizes_count_all_the_same() -> None:
    pages = Pages(LimitSettings(questions=0, requests=0, uploads=0))
    assert {pages.ask(Sent(JOIN, event(7, f"p{number}"))).status for number in range(300)} == {200}
    assert pages.ask(Sent(JOIN, b"x" * (LARGEST_BODY + 1))).status == 413
