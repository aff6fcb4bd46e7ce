"""What a chat model's server may send: an answer of a bounded size, from the address that was asked, as it is.

No setting names where a redirect leads, and the request holds the question and the passages. A line without an end, or
a few bytes that unpack to gigabytes, would fill the memory before any time-out.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from askspeech.model_failures import RefusedReplyError

__all__ = ["IDENTITY", "admitted"]

IDENTITY = {"Accept-Encoding": "identity"}
"""The header that asks for replies which need no unpacking."""

LARGEST_REPLY = 32 * 1024 * 1024
LARGEST_LINE = 1024 * 1024


def admitted(response: Any) -> None:
    """Let a response's body be read, up to a size; a hook of HTTP clients, called before anything of it is read.

    Args:
        response: of httpx, or of a library with its interface.

    Raises:
        RefusedReplyError: it leads elsewhere, or its body is packed; reading the body raises it for one too large.
    """
    if 300 <= response.status_code < 400:
        raise RefusedReplyError("redirected", _host_of(response))
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise RefusedReplyError("packed", encoding)
    response.stream = _bounded(response.stream)


def _host_of(response: Any) -> str:
    """Where a redirect leads: the host with its port, none of the rest, in which anything may stand."""
    try:
        elsewhere = urlsplit(str(response.request.url.join(response.headers.get("location", ""))))
        port = f":{elsewhere.port}" if elsewhere.port else ""
    except Exception as error:
        raise RefusedReplyError("redirected", "") from error
    return f"{elsewhere.hostname or ''}{port}"


def _bounded(stream: Any) -> Any:
    """The stream with limits for all of it and for each line."""
    # The clients look for this class, each of its own library.
    base = next(kind for kind in type(stream).__mro__ if kind.__name__ == "SyncByteStream")
    methods = {"__iter__": lambda _: _within(stream), "close": lambda _: stream.close()}
    return type("Bounded", (base,), methods)()


def _within(parts: Any) -> Iterator[bytes]:
    whole = line = 0
    for part in parts:
        first, *others = map(len, part.split(b"\n"))
        whole, line = whole + len(part), line + first
        if whole > LARGEST_REPLY or max(line, *others, 0) > LARGEST_LINE:
            raise RefusedReplyError("too_much")
        line = others[-1] if others else line
        yield part
