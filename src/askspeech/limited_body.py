"""An upper limit for what a request may send."""

from collections import deque

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LimitedBody"]


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
        announced = Headers(scope=scope).get("content-length", "")
        received = None if announced.isdecimal() and int(announced) > self._limit else await self._received(receive)
        if received is None:
            await self._refusal(scope, receive, send)
            return

        async def receive_again() -> Message:
            return received.popleft() if received else await receive()

        await self._app(scope, receive_again, send)

    async def _received(self, receive: Receive) -> deque[Message] | None:
        """The messages with the body; None where it is too long."""
        messages: deque[Message] = deque()
        length, more = 0, True
        while more:
            message = await receive()
            messages.append(message)
            length += len(message.get("body", b""))
            if length > self._limit:
                return None
            more = bool(message.get("more_body"))
        return messages
