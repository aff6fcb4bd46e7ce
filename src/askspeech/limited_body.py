"""An upper limit for what a request may send."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "LimitedBody", "body_of", "has_body", "is_announced_longer", "json_of", "received_body", "receiving_again",
    "refuse",
]  # fmt: skip

# Whoever is refused while still sending is listened to for a moment: hanging up at once would lose the answer.
SECONDS_TO_HEAR = 2.0
MOST_UNREAD = 1024 * 1024


class LimitedBody:
    """Lets through requests whose body is no longer than `limit` bytes; others get `refusal`, and are read no further.

    The application behind it begins once the body has come whole, so that no slow sender holds up what it does.
    """

    def __init__(self, app: ASGIApp, limit: int, refusal: Response) -> None:
        self._app = app
        self._limit = limit
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        too_long = is_announced_longer(scope, self._limit)
        received = None if too_long else await received_body(receive, self._limit)
        if received is None:
            await refuse(self._refusal, scope, receive, send)
        else:
            await self._app(scope, receiving_again(received, receive), send)


def has_body(scope: Scope) -> bool:
    """Whether a request says that it has a body."""
    headers = Headers(scope=scope)
    return headers.get("content-length", "0").strip() != "0" or "transfer-encoding" in headers


def is_announced_longer(scope: Scope, limit: int) -> bool:
    """Whether a request says that its body is longer than so many bytes."""
    announced = Headers(scope=scope).get("content-length", "")
    return announced.isdecimal() and int(announced) > limit


async def received_body(receive: Receive, limit: int) -> deque[Message] | None:
    """The messages with the body; None where it is longer than so many bytes."""
    messages: deque[Message] = deque()
    length, more = 0, True
    while more:
        message = await receive()
        messages.append(message)
        length += len(message.get("body", b""))
        if length > limit:
            return None
        more = bool(message.get("more_body"))
    return messages


def receiving_again(messages: deque[Message], receive: Receive) -> Receive:
    """What gives these messages, then what comes after them."""

    async def receive_again() -> Message:
        return messages.popleft() if messages else await receive()

    return receive_again


async def refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose body has not been read, and pass over some of that body meanwhile."""

    async def send_and_hear(message: Message) -> None:
        if message["type"] != "http.response.body" or message.get("more_body") or not has_body(scope):
            await send(message)
            return
        await send({**message, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_HEAR):
                await _passed_over(receive)
        await send({"type": "http.response.body", "body": b""})

    await answer(scope, receive, send_and_hear)


async def _passed_over(receive: Receive) -> None:
    left = MOST_UNREAD
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


def body_of(messages: Iterable[Message]) -> bytes:
    """The body that was received."""
    return b"".join(message.get("body", b"") for message in messages)


def json_of(body: bytes) -> Any:
    """What a body holds; None for what is no JSON, which whoever handles the request says."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
