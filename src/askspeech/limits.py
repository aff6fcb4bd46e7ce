"""What each may ask of the server: how often, how much at once, and how many streams; more gets 429 or 413, unread.

Whose limit it is: the user's, a token's, or of whoever is neither the address's. What slow senders may do, and how much
stands before a body, is `askspeech.connections`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any, Literal

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.access import PROGRAM
from askspeech.bilingual import Bilingual
from askspeech.callers import network_of
from askspeech.fair_shares import FairShares, TooManyAtOnceError
from askspeech.gate import PASSWORD_PATH, PROGRAMS, SIGN_IN_PATH, SIGN_OUT_PATH, is_for_programs, visit_of
from askspeech.limited_body import (
    body_of,
    has_body,
    is_announced_longer,
    json_of,
    received_body,
    receiving_again,
    refuse,
)
from askspeech.rates import Rate
from askspeech.settings import LimitSettings

__all__ = [
    "DATA", "EVENTS", "FILES", "HEARTBEAT", "JSON_RPC_ERROR", "SECONDS_TO_REFUSE_A_PASSWORD", "STREAMS", "UNLIMITED",
    "Limited", "Limits", "PageRules", "Refused", "Rule", "mcp_rule", "program_of", "rest_rule",
]  # fmt: skip

Kind = Literal["request", "question", "upload", "page", "password", "file"]

UNLIMITED = LimitSettings(questions=0, requests=0, uploads=0)
"""Without rates, as where one program measures another; sizes have their limits all the same."""

JSON_RPC_ERROR = -32603
"""JSON-RPC's code for what the server cannot do."""

LARGEST_BODY = 1024 * 1024
LARGEST_FORM = 16 * 1024
MEBIBYTE = 1024 * 1024
MOST_STREAMS = 128
# A minute: pages opened, passwords tried (of which few may be wrong: askspeech.throttle), and files that pages are made
# of (a browser that opens a page for the first time takes a hundred or so).
PAGES, PASSWORDS, FILES = 120, 60, 6000
# Whoever guesses on is answered late, as by login(1): a refused guess costs less than others notice, hundreds do not.
SECONDS_TO_REFUSE_A_PASSWORD = 5.0

_UPLOAD, _CONFIG = "/gradio_api/upload", "/config"
HEARTBEAT, DATA = "/gradio_api/heartbeat/", "/gradio_api/queue/data"
STREAMS = (HEARTBEAT, DATA, "/gradio_api/upload_progress")
"""Where the pages' answers that go on and on begin."""
EVENTS = ("/gradio_api/queue/join", "/gradio_api/run/predict")
# What has no rate of requests, but that of files: also what watches the server asks for.
_FILES: tuple[str, ...] = (
    *("/static/", "/assets/", "/svelte/", "/health", "/metrics", "/favicon.ico", "/manifest.json", "/robots.txt"),
    *("/theme.css", "/gradio_api/theme.css"),
)
_TOO_MANY: Mapping[Kind, tuple[str, str]] = {
    "request": ("requests", "请求"),
    "question": ("questions", "提问"),
    "upload": ("uploads", "上传"),
    "page": ("newly opened pages", "新打开的页面"),
    "password": ("tries to sign in", "登录尝试"),
    "file": ("files", "文件请求"),
}


def _nothing(_: bytes) -> Iterable[Kind]:
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What one request counts as, and how much it may send."""

    kinds: Sequence[Kind] = ("request",)
    longest: int | None = LARGEST_BODY
    """How many bytes its body may have; None where what is behind looks at that, and reads it."""
    in_parts: bool = False
    """Whether its body goes on as it comes, and has to say how long it is; else it is awaited first."""
    is_stream: bool = False
    """Whether its answer goes on and on."""
    waits_as: Kind | None = "request"
    """As what it waits while many of the same user's are handled; what has limits or a queue of its own does not."""
    told: Callable[[bytes], Iterable[Kind]] = _nothing
    """What it counts as besides, by its body."""


_UNTOUCHED = Rule((), None, waits_as=None)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not handled, and in how many seconds it would be."""

    status: HTTPStatus
    code: str
    message: Bilingual
    wait: int = 0
    late: float = 0.0
    """After how many seconds it is said."""

    def answer(self, scope: Scope) -> Response:
        """The refusal as whoever asks can show it: a page, Gradio's words for an upload, JSON, or JSON-RPC's."""
        headers = {"Retry-After": str(self.wait)} if self.wait else {}
        headers["Cache-Control"] = "no-store"
        text = str(self.message)
        if scope["path"] == _UPLOAD:
            return PlainTextResponse(text, self.status, headers)
        if scope["path"] == PROGRAMS[0]:
            # Of which question is not known here: JSON-RPC 2.0, section 5, has null for that.
            error = {"code": JSON_RPC_ERROR, "message": text, "data": {"code": self.code}}
            return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, self.status, headers)
        if "text/html" in Headers(scope=scope).get("accept", ""):
            shown = "".join(f"<p>{escape(line)}</p>" for line in (self.message.english, self.message.chinese))
            page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>AskSpeech</title><body>{shown}</body>'
            return HTMLResponse(f"{page}</html>", self.status, headers)
        content: dict[str, Any] = {"error": {"code": self.code, "message": text}}
        if not is_for_programs(scope["path"]):
            # `message` is what the pages' scripts show, `detail` what Gradio does.
            content |= {"message": text, "detail": text}
        return JSONResponse(content, self.status, headers)


class Limits:
    """The counts of one server; used in its event loop alone."""

    def __init__(self, settings: LimitSettings = UNLIMITED, clock: Callable[[], float] = time.monotonic) -> None:
        self.upload_bytes = settings.upload_megabytes * MEBIBYTE
        pages, passwords, files = (PAGES, PASSWORDS, FILES) if settings.requests else (0, 0, 0)
        amounts: dict[Kind, int] = {"request": settings.requests, "question": settings.questions}
        amounts |= {"upload": settings.uploads, "page": pages, "password": passwords, "file": files}
        self._rates = {kind: Rate(amount, clock) for kind, amount in amounts.items()}
        self.streams: Counter[str] = Counter()
        shared: tuple[Kind, ...] = ("request", "file", "page")
        self.shares = FairShares({kind: amounts[kind] for kind in shared}, clock)

    def refused(self, kinds: Iterable[Kind], who: str) -> Refused | None:
        """Count what somebody does; the refusal, where it is too often."""
        for kind in kinds:
            if wait := self._rates[kind].wait(who):
                return _too_many(kind, self._rates[kind].per_minute, wait)
        return None


class Limited:
    """The ASGI application that lets through to another what the limits allow.

    Args:
        app: what is behind.
        limits: the counts.
        rule_of: the rule for a request.
        who: whose limits a request counts towards.
    """

    def __init__(
        self, app: ASGIApp, limits: Limits, rule_of: Callable[[Scope], Rule], who: Callable[[Scope], str]
    ) -> None:
        self._app, self._limits, self._rule_of, self._who = app, limits, rule_of, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        rule = self._rule_of(scope) if scope["type"] == "http" else _UNTOUCHED
        who = self._who(scope) if rule is not _UNTOUCHED else ""
        refused, waits_as = self._limits.refused(rule.kinds, who) or _too_large(scope, rule), rule.waits_as
        if refused is None and rule.longest is not None and not rule.in_parts and has_body(scope):
            messages = await received_body(receive, rule.longest)
            if messages is None:
                refused = _longer_than(rule.longest)
            elif messages[-1]["type"] == "http.disconnect":
                return
            else:
                told = tuple(rule.told(body_of(messages)))
                refused = self._limits.refused(told, who)
                waits_as = None if "question" in told else waits_as
                receive = receiving_again(messages, receive)
        if refused is not None:
            await asyncio.sleep(refused.late)
            await refuse(refused.answer(scope), scope, receive, send)
        elif rule.is_stream:
            await self._streamed(who, scope, receive, send)
        else:
            await self._in_turn(waits_as, who, scope, receive, send)

    async def _in_turn(self, kind: Kind | None, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request when it is its turn."""
        try:
            async with self._limits.shares.turn(kind, who) as end:

                async def send_and_end(message: Message) -> None:
                    end()
                    await send(message)

                await self._app(scope, receive, send_and_end)
        except TooManyAtOnceError:
            await refuse(_too_many_at_once().answer(scope), scope, receive, send)

    async def _streamed(self, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request whose answer is a stream, of which nobody has too many at once."""
        open_ones = self._limits.streams
        if open_ones[who] >= MOST_STREAMS:
            await refuse(_too_many_streams().answer(scope), scope, receive, send)
            return
        open_ones[who] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            open_ones[who] -= 1
            if not open_ones[who]:
                del open_ones[who]


class PageRules:
    """The rules of the pages.

    Args:
        limits: for the size of uploads.
        asks: whether the event with a number asks a question.
        is_new: whether a page's own id has not been heard of.
        pages: at which addresses pages are.
    """

    def __init__(
        self, limits: Limits, asks: Callable[[int], bool], is_new: Callable[[str], bool], pages: Container[str] = ()
    ) -> None:
        self._asks, self._is_new, self._pages = asks, is_new, pages
        self._upload = Rule(("upload",), limits.upload_bytes, in_parts=True, waits_as=None)
        self._stream, self._form, self._usual = Rule(is_stream=True), Rule(longest=LARGEST_FORM), Rule()
        self._password = Rule(("password",), LARGEST_FORM, waits_as=None)
        self._file, self._page = Rule(("file",), waits_as="file"), Rule(waits_as="page")
        self._event = Rule(told=self._told)

    def __call__(self, scope: Scope) -> Rule:
        """The rule for a request to the pages; programs have their own."""
        path, looking = scope["path"], scope["method"] in ("GET", "HEAD")
        if is_for_programs(path):
            return _UNTOUCHED
        if path == _UPLOAD:
            return self._upload
        if path in (SIGN_IN_PATH, PASSWORD_PATH) and not looking:
            return self._password
        if path == SIGN_OUT_PATH:
            return self._form
        if path in EVENTS:
            return self._event
        if path.startswith(STREAMS):
            return self._stream
        if path in self._pages or path == _CONFIG:
            return self._page
        return self._file if path.startswith(_FILES) else self._usual

    def who(self, scope: Scope) -> str:
        """Whose limits a request counts towards: a user's, else the address's."""
        visit = visit_of(Request(scope))
        if visit is None:
            return _place(scope)
        return f"user {visit.user.name}" if visit.user and visit.session else f"place {visit.caller.network}"

    def _told(self, body: bytes) -> Iterable[Kind]:
        """What an event counts as besides; one that cannot be read will not be handled, or counts as asking."""
        found = json_of(body)
        if not isinstance(found, dict):
            return
        number, page = found.get("fn_index"), found.get("session_hash")
        if type(number) is not int or self._asks(number):
            yield "question"
        if isinstance(page, str) and self._is_new(page):
            yield "page"


def rest_rule(scope: Scope) -> Rule:
    """The rule for a request of REST, which looks at sizes itself."""
    asks = scope["path"].rstrip("/").endswith(("/ask", "/ask/stream"))
    return Rule(("request", "question"), None, waits_as=None) if asks else Rule(longest=None)


def mcp_rule(longest: int) -> Callable[[Scope], Rule]:
    """The rule for requests of MCP, with bodies of so many bytes at most."""
    rule = Rule(longest=longest, told=_called)
    return lambda _: rule


def program_of(scope: Scope) -> str:
    """Whose limits a program's request counts towards: its token's, else its address's."""
    token = scope.get("state", {}).get(PROGRAM)
    return f"token {token}" if token else _place(scope)


def _called(body: bytes) -> Iterable[Kind]:
    """Questions among the calls of a request."""
    found = json_of(body)
    for call in found if isinstance(found, list) else [found]:
        named = call.get("params") if isinstance(call, dict) else None
        if isinstance(named, dict) and named.get("name") == "ask":
            yield "question"


def _place(scope: Scope) -> str:
    return f"place {network_of((scope.get('client') or ('',))[0])}"


def _too_large(scope: Scope, rule: Rule) -> Refused | None:
    if rule.longest is None:
        return None
    if is_announced_longer(scope, rule.longest):
        return _longer_than(rule.longest)
    if rule.in_parts and "transfer-encoding" in Headers(scope=scope):
        message = Bilingual("A request says how long it is: send its length.", "请求须注明长度。")
        return Refused(HTTPStatus.LENGTH_REQUIRED, "length_required", message)
    return None


def _longer_than(longest: int) -> Refused:
    size = f"{longest // MEBIBYTE} MiB" if longest >= MEBIBYTE else f"{longest // 1024} KiB"
    message = Bilingual(
        f"This is more than the {size} that may be sent at once: send less, or in several parts.",
        f"一次最多发送 {size}，请减少内容或分批发送。",
    )
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)


def _too_many(kind: Kind, per_minute: int, wait: int) -> Refused:
    english, chinese = _TOO_MANY[kind]
    message = Bilingual(
        f"Too many {english}: at most {per_minute} a minute. Try again in {wait} second{'s' if wait > 1 else ''}.",
        f"{chinese}过于频繁：每分钟最多 {per_minute} 次。请 {wait} 秒后再试。",
    )
    late = SECONDS_TO_REFUSE_A_PASSWORD if kind == "password" else 0.0
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", message, wait, late)


def _too_many_at_once() -> Refused:
    message = Bilingual("Too many requests at once: wait for some of their answers.", "同时请求过多，请稍候。")
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", message, 5)


def _too_many_streams() -> Refused:
    message = Bilingual("Too many open pages: close some of them.", "打开的页面过多，请关闭一些。")
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", message, 5)
