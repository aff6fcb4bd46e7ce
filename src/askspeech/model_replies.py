"""What a chat model's server may send: an answer of a bounded size, from the address that was asked, as it is.

No setting names where a redirect leads, and the request holds the question and the passages. A line without an end, or
a few bytes that unpack to gigabytes, would fill the memory before any time-out. A call of a tool would be parsed anew
for every character of its arguments, for hours where they are as long as a line may be; none is offered.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from askspeech.model_failures import RefusedReplyError

__all__ = ["IDENTITY", "admitted"]

IDENTITY = {"Accept-Encoding": "identity"}
"""The header that asks for replies which need no unpacking."""

LARGEST_REPLY = 32 * 1024 * 1024
LARGEST_LINE = 1024 * 1024

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CALLS = ("tool_calls", "function_call")
_MAY_CALL = re.compile(rb"_call|\\u")
"""What a name of those has in it, unless a letter of it is escaped."""


def admitted(response: Any) -> None:
    """Let a response's body be read, up to a size; a hook of HTTP clients, called before anything of it is read.

    Args:
        response: of httpx, or of a library with its interface.

    Raises:
        RefusedReplyError: it leads elsewhere, or its body is packed; reading the body raises it for one too large, and
            for one that calls a tool.
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
    whole, heard = 0, _Heard()
    for part in parts:
        whole += len(part)
        if whole > LARGEST_REPLY:
            raise RefusedReplyError("too_much")
        heard.take(part)
        yield part
    heard.end()


class _Heard:
    """What of a reply has come: lines of JSON, or events of several lines of data, each ended by an empty line.

    Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._held = 0
        self._after_return = False

    def take(self, part: bytes) -> None:
        """Look at the lines that end in this part; raises RefusedReplyError."""
        if not part:
            return
        text = part[1:] if self._after_return and part[:1] == b"\n" else part
        self._after_return = part[-1:] == b"\r"
        first, *others = _LINE_END.split(text)
        self._line += first
        for other in others:
            self._end_line()
            self._line += other
        self._check_length(len(self._line))

    def end(self) -> None:
        """Look at what no end came of; raises RefusedReplyError."""
        self._end_line()
        self._end_event()

    def _end_line(self) -> None:
        line = bytes(self._line).removeprefix(_BYTE_ORDER_MARK)
        self._line.clear()
        self._check_length(len(line))
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value)
            self._held += len(value)
        elif line:
            _check_calls(line)
        else:
            self._end_event()

    def _end_event(self) -> None:
        data = b"\n".join(self._data)
        self._data.clear()
        self._held = 0
        _check_calls(data)

    def _check_length(self, length: int) -> None:
        if max(length, self._held) > LARGEST_LINE:
            raise RefusedReplyError("too_much")


def _check_calls(text: bytes) -> None:
    """Raise RefusedReplyError where a tool is called."""
    if not _MAY_CALL.search(text):
        return
    try:
        values = [json.loads(text.decode("utf-8", "replace"))]
    except (ValueError, RecursionError):  # whoever reads the reply says so
        return
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if any(value.get(name) for name in _CALLS):
                raise RefusedReplyError("tool")
            values += value.values()
        elif isinstance(value, list):
            values += value
