"""A line in the log and a count for every request: what was asked for by route, never by address.

An address may hold a speech's id or a conversation's, its query a question; the template of its route holds neither.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.logs import event, request_id
from askspeech.metrics import Metrics, SignInOutcome

__all__ = ["REQUEST_ID", "AccessLog", "RouteNote"]

REQUEST_ID = "X-Request-ID"
NO_ROUTE = "-"
_NOTE = "askspeech.note"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SIGN_IN = ("POST", "/sign-in")
_SIGN_INS: Mapping[int, SignInOutcome] = MappingProxyType({303: "done", 401: "refused", 429: "locked"})
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Note:
    """What is found out about a request while it is answered, further in."""

    route: str = NO_ROUTE
    user: str = ""


class AccessLog:
    """An ASGI application around all others: it gives every request an id, and writes it down when it is over.

    The id is the server's own, and goes out with the response; one that comes in may be anything.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, with_users: bool = False) -> None:
        self._app, self._metrics, self._with_users = app, metrics, with_users

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, note, identity, status = time.monotonic(), _Note(), uuid4().hex[:16], 0
        before = request_id.set(identity)

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = identity
            await send(message)

        try:
            await self._app({**scope, _NOTE: note}, receive, send_noted)
        except BaseException:
            status = status or 500
            raise
        finally:
            self._write(scope["method"], note, status, time.monotonic() - began)
            request_id.reset(before)

    def _write(self, method: str, note: _Note, status: int, seconds: float) -> None:
        method = method if method in _METHODS else "OTHER"
        self._metrics.request_ended(method, note.route, status)
        if (method, note.route) == _SIGN_IN and status in _SIGN_INS:
            self._metrics.sign_in_ended(_SIGN_INS[status])
        user = note.user if self._with_users and note.user else None
        event(_log, "request", method=method, route=note.route, status=status, ms=round(1000 * seconds, 1), user=user)


class RouteNote:
    """An ASGI application right before the routes, which notes the one that was taken, and for whom."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        try:
            await self._app(scope, receive, send)
        finally:
            note = scope.get(_NOTE)
            if isinstance(note, _Note):
                note.route, note.user = _template(scope), getattr(scope.get("state", {}).get("user"), "name", "")


def _template(scope: Scope) -> str:
    """The route that a request took, such as `/api/v1/speeches/{speech_id}`; `-` where there is none."""
    within, endpoint = scope.get("root_path", "").removeprefix(scope.get("app_root_path", "")), scope.get("endpoint")
    # FastAPI names its own routes, and leaves it to us to find those of Starlette.
    routes: list[Any] = [scope["route"]] if "route" in scope else getattr(scope.get("app"), "routes", [])
    for route in routes:
        if "route" in scope or (endpoint is not None and getattr(route, "endpoint", None) is endpoint):
            return f"{within}{getattr(route, 'path', '')}" or NO_ROUTE
    return f"{within}/{{path}}" if within else NO_ROUTE
