"""The connections of the server: how long the head and the body of a request may take, and how large the head may be.

What comes too slowly is hung up on, so that nobody can hold connections by sending a byte now and then; so is whoever
does not take the answer. uvicorn itself limits neither.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from askspeech.callers import Network, is_loopback, is_within, network_of

__all__ = ["LARGEST_HEAD", "bounded"]

LARGEST_HEAD = 32 * 1024
HEAD_SECONDS = 10.0
# So long for any body, and longer the more of it has come: at least 16 KiB a second.
BODY_SECONDS = 20.0
SLOWEST = 16 * 1024
# How long an answer may wait for whoever asked to take it; and a body after its answer, to be sent to its end.
TAKING_SECONDS = 60.0
ENDING_SECONDS = 2.0
# How much of that body is taken: whoever sends on and on would else take the time of all others.
LARGEST_REST = 256 * 1024
MOST_FROM_ONE_PLACE = 256
# When it is told that a head is too large: whoever sends one after the other would else take the time of all others.
REFUSING_SECONDS = 1.0

_log = logging.getLogger(__name__)


def bounded(proxies: Sequence[Network] = (), most: int = MOST_FROM_ONE_PLACE) -> type[HttpToolsProtocol]:
    """The protocol for uvicorn.

    Args:
        proxies: from whose addresses any number of connections may come, as from this machine.
        most: how many may come from any other address, or household of IPv6, at once.
    """
    places: Counter[str] = Counter()

    class Bounded(_Bounded):
        """With the counts of one server."""

        def _place(self) -> str:
            address = self.client[0] if self.client else ""
            return "" if not address or is_loopback(address) or is_within(address, proxies) else network_of(address)

        def _count(self, number: int) -> bool:
            place = self._place()
            if place:
                places[place] += number
                if not places[place]:
                    del places[place]
            return places[place] <= most if place else True

    return Bounded


class _Bounded(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        # Of a request, that is coming: none, head, body; the rest of one answered; or it is refused, and told so.
        self._part = "none"
        self._head = self._body = 0  # how many bytes of it have come
        self._began = 0.0
        self._is_too_large = False

    def _count(self, number: int) -> bool:
        """Count connections from the same place; whether there are not too many."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and wait for a request."""
        super().connection_made(transport)
        if not self._count(1):
            transport.abort()
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._count(-1)
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, as long as the head is not too large."""
        if self._part in ("refused", "told") or self.transport.is_closing():
            return
        if self._part == "none" and self._timer is None and self._is_idle():
            self._wait(HEAD_SECONDS)
        before = self._part
        super().data_received(data)
        self._head += len(data) if before in ("none", "head") else 0
        if self._part == "head" and self._head > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse_head()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._part, self._head, self._body = "head", 0, 0
        self._wait(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Its head is there."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > LARGEST_HEAD:
            self._is_too_large = True
            raise ValueError("the head is too large")
        self._part, self._began = "body", self.loop.time()
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of its body is there."""
        self._body += len(body)
        super().on_body(body)
        if self._part == "rest" and self._body > LARGEST_REST:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """All of it is there."""
        if self._part == "rest":
            self.flow.resume_reading()
        self._part = "none"
        super().on_message_complete()
        if self._is_idle():
            self._wait(HEAD_SECONDS)  # answered before: for the next one
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """It is answered; what of it has not come may come for a moment longer."""
        super().on_response_complete()
        # One that was sent without waiting for this answer has a body of its own.
        if self._part == "body" and self._is_idle() and not self.transport.is_closing():
            self._part, self._body = "rest", 0
            self._wait(ENDING_SECONDS)

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no request, or one with too large a head."""
        if self._is_too_large:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        """Whoever asked does not take the answer as fast as it is made."""
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The answer is being taken."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing here is upgraded to anything; a line for each try would only fill the log."""

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        """Hang up, unless what comes comes fast enough, we ourselves do not take it, or a refusal is yet to be told."""
        self._timer = None
        if self.transport.is_closing():
            return
        if self._part == "body":
            left = BODY_SECONDS + self._body / SLOWEST - (self.loop.time() - self._began)
            if left > 0 or self.flow.read_paused:
                self._wait(max(left, 1.0))
                return
        if self._part == "refused":
            self._tell_of_head()
            return
        if self._part == "head":
            self._answer(b"408 Request Timeout", "The request came too slowly. 请求发送过慢。")
        self.transport.close()

    def _refuse_head(self) -> None:
        self._part = "refused"
        self._wait(REFUSING_SECONDS)

    def _tell_of_head(self) -> None:
        self._answer(
            b"431 Request Header Fields Too Large",
            f"The address and the headers are longer than {LARGEST_HEAD // 1024} KiB. 请求头过大。",
        )
        # Hanging up on what is still being sent would lose the answer.
        self.transport.write_eof()
        self._part = "told"
        self._wait(ENDING_SECONDS)

    def _answer(self, status: bytes, text: str) -> None:
        body = text.encode()
        head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d" % len(body)
        self.transport.write(b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\n\r\n" + body)
