"""Where there is no place, a question is turned away before anything else is looked at, at hardly any cost.

Behind this each request is looked up and routed twice; hundreds that come at once would wait for that, only to hear
that they cannot be answered.
"""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from askspeech.bilingual import said_in
from askspeech.callers import Caller, Network
from askspeech.limited_body import body_of, is_announced_longer, json_of, received_body, receiving_again, refuse
from askspeech.metrics import Way
from askspeech.refusals import JSON_RPC_ERROR
from askspeech.texts import language_of_reader
from askspeech.turns import BUSY, COMING, SECONDS_TO_RETRY, BusyError, Turns

__all__ = ["Overflow"]

LONGEST_LOOKED_AT = 64 * 1024
_JOIN, _MCP, _ASK = "/gradio_api/queue/join", "/mcp", ("/api/v1/ask", "/api/v1/ask/stream")
_HEADERS = {"Retry-After": str(SECONDS_TO_RETRY), "Cache-Control": "no-store"}


class Overflow:
    """The ASGI application that lets requests through to another, but for questions where there is no place.

    Args:
        app: what is behind.
        turns: the places.
        asks: whether the page's event with a number asks a question.
        proxies: the addresses that are believed about where a request comes from.
    """

    def __init__(
        self, app: ASGIApp, turns: Turns, asks: Callable[[int], bool], proxies: Sequence[Network] = ()
    ) -> None:
        self._app, self._turns, self._asks, self._proxies = app, turns, asks, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope["path"] if scope["type"] == "http" and scope["method"] == "POST" else ""
        if path in _ASK:
            await self._asked("rest", {}, scope, receive, send)
        elif path in (_JOIN, _MCP) and _is_short(scope):
            messages = await received_body(receive, sys.maxsize) or deque()
            found = json_of(body_of(messages))
            way: Way = "mcp" if path == _MCP else "page"
            handled = partial(self._asked, way, found) if self._is_question(way, found) else self._app
            await handled(scope, receiving_again(messages, receive), send)
        else:
            await self._app(scope, receive, send)

    def _is_question(self, way: Way, found: Any) -> bool:
        if not isinstance(found, dict):
            return False
        number, called = found.get("fn_index"), found.get("params")
        if way == "page":
            return type(number) is int and self._asks(number)
        return isinstance(called, dict) and called.get("name") == "ask"

    async def _asked(self, way: Way, found: dict[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        try:
            coming = self._turns.coming(way, Caller.of(scope, self._proxies).network, _shown(Headers(scope=scope)))
        except BusyError:
            await refuse(_told(_content(way, found, Headers(scope=scope))), scope, receive, send)
            return
        try:
            await self._app({**scope, COMING: coming}, receive, send)
        finally:
            coming.leave()


def _shown(headers: Headers) -> bytes:
    """What a request shows to be known by: a hash of it, and nothing where it shows nothing."""
    shown = [headers.get(name, "") for name in ("authorization", "cookie")]
    return sha256("\n".join(shown).encode()).digest() if any(shown) else b""


def _content(way: Way, found: dict[str, Any], headers: Headers) -> dict[str, Any]:
    """What whoever finds no place is told, in the form of the way that was taken."""
    if way == "rest":
        return {"error": {"code": "busy", "message": BUSY}}
    if way == "mcp":
        return {"jsonrpc": "2.0", "id": found.get("id"), "error": {"code": JSON_RPC_ERROR, "message": BUSY}}
    return {"detail": said_in(BUSY, language_of_reader(headers.get("accept-language"), headers.get("cookie")))}


def _is_short(scope: Scope) -> bool:
    """Whether a request says how long its body is, and that it is short: the server reads no more than that."""
    return "content-length" in Headers(scope=scope) and not is_announced_longer(scope, LONGEST_LOOKED_AT)


def _told(content: dict[str, Any]) -> Response:
    return JSONResponse(content, 503, _HEADERS)
