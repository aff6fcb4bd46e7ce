"""What each may ask of the server: how often, how much at once, and how many streams; more gets 429 or 413, unread.

Whose limit it is: the user's, a token's, or of whoever is neither the address's. What slow senders may do, and how much
stands before a body, is `askspeech.connections`.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.access import PROGRAM
from askspeech.callers import network_of
from askspeech.fair_shares import FairShares, TooManyAtOnceError, Turn
from askspeech.gate import PASSWORD_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, is_for_programs, visit_of
from askspeech.limited_body import (
    body_of,
    is_announced_longer,
    json_of,
    received_body,
    receiving_again,
)
from askspeech.rates import Rate
from askspeech.refusals import (
    LENGTH_REQUIRED,
    MEBIBYTE,
    TOO_MANY_AT_ONCE,
    TOO_MANY_STREAMS,
    UPLOAD_PATH,
    Kind,
    Refused,
    longer_than,
    told_refused,
    too_many,
)
from askspeech.settings import LimitSettings

__all__ = [
    "DATA", "EVENTS", "FILES", "HEARTBEAT", "STREAMS", "UNLIMITED",
    "Limited", "Limits", "PageRules", "Rule", "mcp_rule", "program_of", "rest_rule",
]  # fmt: skip

UNLIMITED = LimitSettings(questions=0, requests=0, uploads=0)
"""Without rates, as where one program measures another; sizes have their limits all the same."""

LARGEST_BODY = 1024 * 1024
LARGEST_FORM = 16 * 1024
MOST_STREAMS = 128
# A minute: pages opened, passwords tried (of which few may be wrong: askspeech.throttle), and files that pages are made
# of (a browser that opens a page for the first time takes a hundred or so).
PAGES, PASSWORDS, FILES = 120, 60, 6000
# Whoever has not taken a part of an answer by then waits for it beside their other requests.
SECONDS_TO_TAKE = 0.1

_AS_COSTLY_AS_PAGES = ("/config", "/gradio_api/info")
HEARTBEAT, DATA = "/gradio_api/heartbeat/", "/gradio_api/queue/data"
STREAMS = (HEARTBEAT, DATA, "/gradio_api/upload_progress")
"""Where the pages' answers that go on and on begin."""
EVENTS = ("/gradio_api/queue/join", "/gradio_api/run/predict")
_WATCHED = ("/health", "/metrics")
# What has no rate of requests, but that of files: also what watches the server asks for.
_FILES: tuple[str, ...] = (
    *_WATCHED,
    *("/static/", "/assets/", "/svelte/", "/favicon.ico", "/manifest.json", "/robots.txt"),
    *("/theme.css", "/gradio_api/theme.css"),
)


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


class Limits:
    """The counts of one server; used in its event loop alone."""

    def __init__(self, settings: LimitSettings = UNLIMITED, clock: Callable[[], float] = time.monotonic) -> None:
        self.upload_bytes = settings.upload_megabytes * MEBIBYTE
        pages, passwords, files = (PAGES, PASSWORDS, FILES) if settings.requests else (0, 0, 0)
        amounts: dict[Kind, int] = {"request": settings.requests, "question": settings.questions}
        amounts |= {"upload": settings.uploads, "page": pages, "password": passwords, "file": files}
        self._rates = {kind: Rate(amount, clock) for kind, amount in amounts.items()}
        self.streams: Counter[str] = Counter()
        self._new_shares = partial(FairShares[Kind], amounts, clock)

    def new_shares(self) -> FairShares[Kind]:
        """Shares of what one application answers, those of programs for themselves."""
        return self._new_shares()

    def refused(self, kinds: Iterable[Kind], who: str) -> Refused | None:
        """Count what somebody does; the refusal, where it is too often."""
        for kind in kinds:
            if wait := self._rates[kind].wait(who):
                return too_many(kind, self._rates[kind].per_minute, wait)
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
        self._shares = limits.new_shares()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        rule = self._rule_of(scope) if scope["type"] == "http" else _UNTOUCHED
        if rule is _UNTOUCHED:
            await self._app(scope, receive, send)
            return
        who = self._who(scope)
        refused = self._limits.refused(rule.kinds, who) or _too_large(scope, rule)
        messages = deque[Message]()
        if refused is None and rule.longest is not None and not rule.in_parts:
            received = await received_body(receive, rule.longest)
            if received is None:
                refused = longer_than(rule.longest)
            else:
                messages = received
        if refused is not None:
            await told_refused(refused, scope, receive, send)
            return
        try:
            async with self._shares.turn(rule.waits_as, who) as turn:
                if not await _has_gone(messages, turn, scope, receive):
                    again = receiving_again(messages, receive)
                    await self._handle(turn, rule, who, body_of(messages), scope, again, send)
        except TooManyAtOnceError:
            await told_refused(TOO_MANY_AT_ONCE, scope, receive, send)

    async def _handle(
        self, turn: Turn, rule: Rule, who: str, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Handle a request whose turn it is."""
        told = tuple(rule.told(body))
        if "question" in told:
            turn.end()  # which has a queue of its own
        refused = self._limits.refused(told, who)
        if refused is not None:
            turn.end()
            await told_refused(refused, scope, receive, send)
        elif rule.is_stream:
            await self._streamed(who, scope, receive, _beginning(turn, send))
        else:
            await self._app(scope, receive, _sending(turn, send))

    async def _streamed(self, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request whose answer is a stream, of which nobody has too many at once."""
        open_ones = self._limits.streams
        if open_ones[who] >= MOST_STREAMS:
            await told_refused(TOO_MANY_STREAMS, scope, receive, send)
            return
        open_ones[who] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            open_ones[who] -= 1
            if not open_ones[who]:
                del open_ones[who]


async def _has_gone(messages: Sequence[Message], turn: Turn, scope: Scope, receive: Receive) -> bool:
    """Whether whoever sent these messages has hung up, then or while the turn was waited for."""
    if messages and messages[-1]["type"] == "http.disconnect":
        return True
    return turn.has_waited and await Request(scope, receive).is_disconnected()


def _sending(turn: Turn, send: Send) -> Send:
    """What sends an answer, and ends the turn after it.

    Whoever takes an answer slowly, or is told late that it is refused, keeps nothing from their other requests.
    """

    async def send_on(message: Message) -> None:
        late = asyncio.get_running_loop().call_later(SECONDS_TO_TAKE, turn.end)
        try:
            await send(message)
        finally:
            late.cancel()
        if message["type"] == "http.response.body" and not message.get("more_body"):
            turn.end()

    return send_on


def _beginning(turn: Turn, send: Send) -> Send:
    """What sends an answer that goes on and on, and ends the turn when it begins."""

    async def send_on(message: Message) -> None:
        turn.end()
        await send(message)

    return send_on


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
        if path == UPLOAD_PATH:
            return self._upload
        if path in (SIGN_IN_PATH, PASSWORD_PATH) and not looking:
            return self._password
        if path == SIGN_OUT_PATH:
            return self._form
        if path in EVENTS:
            return self._event
        if path.startswith(STREAMS):
            return self._stream
        if path in self._pages or path in _AS_COSTLY_AS_PAGES:
            return self._page
        return self._file if path.startswith(_FILES) else self._usual

    def who(self, scope: Scope) -> str:
        """Whose limits a request counts towards: a user's, else the address's."""
        visit = visit_of(Request(scope))
        if scope["path"].startswith(_WATCHED):
            # What watches the server is not kept waiting by visitors from the same place.
            return f"watch {visit.caller.network if visit else _place(scope)}"
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
    """The rule for a request of REST, which has looked at its size."""
    asks = scope["path"].rstrip("/").endswith(("/ask", "/ask/stream"))
    return Rule(("request", "question"), waits_as=None) if asks else Rule()


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
        return longer_than(rule.longest)
    if rule.in_parts and "transfer-encoding" in Headers(scope=scope):
        return LENGTH_REQUIRED
    return None
