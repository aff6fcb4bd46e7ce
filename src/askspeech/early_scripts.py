"""Scripts of ours that run before any of Gradio's, which puts what its `head` names into the page only later."""

from collections.abc import Collection, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["EarlyScripts"]

_END_OF_HEAD = b"</head>"
_MANIFEST = b'<link rel="manifest"'


class EarlyScripts:
    """Puts scripts at the end of the head of the pages at these paths; their manifest is asked for as the reader."""

    def __init__(self, app: ASGIApp, sources: Sequence[str], paths: Collection[str] = ("/",)) -> None:
        self._app = app
        self._paths = paths
        self._scripts = "".join(f'<script src="{source}"></script>' for source in sources).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] not in self._paths or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        # What is compressed could not be added to.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        parts: list[bytes] = []

        async def send_added(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(parts)
            if Headers(raw=start["headers"]).get("content-type", "").startswith("text/html"):
                body = body.replace(_END_OF_HEAD, self._scripts + _END_OF_HEAD, 1)
                # Without it the browser asks for the manifest as nobody, who is refused.
                body = body.replace(_MANIFEST, _MANIFEST + b' crossorigin="use-credentials"', 1)
            MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app({**scope, "headers": headers}, receive, send_added)
