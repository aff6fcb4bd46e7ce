"""Whoever is refused again and again hears of it late.

A refusal takes the server a millisecond. Two hundred connections that send anew as soon as they are refused would make
everybody else wait sixty times as long; where they have to wait themselves, the longer the more they are, nobody
notices them.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.callers import Caller, Network
from askspeech.gate import PASSWORD_PATH, SIGN_IN_PATH, is_for_programs
from askspeech.rates import Rate

__all__ = ["MOST_A_SECOND", "MOST_WAITING", "REFUSALS_AT_ONCE", "SECONDS", "LateRefusals"]

# So many refusals a minute are told at once to one place, more after about so many seconds, and later where many wait:
# no more than about so many a second are told late.
REFUSALS_AT_ONCE = 60
SECONDS = 1.0
MOST_A_SECOND = 50
# So many wait at once at most: each holds a connection, of which a process may have a thousand or so.
MOST_WAITING = 512
# Multiples of this, without their whole part, are spread evenly, however many there are: those who wait together do not
# all come back together.
_GOLDEN_RATIO = 0.618034
_FIRST_ERROR, _FIRST_FAULT_OF_OURS = 400, 500
# A program may look for a thousand speeches that are gone, or send what it has to correct.
_TO_PROGRAMS = (
    HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.TOO_MANY_REQUESTS,
)  # fmt: skip
# Who guesses passwords is made to wait by what looks at them (askspeech.limits, askspeech.sign_in).
_TO_GUESSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)


class LateRefusals:
    """The ASGI application that hands on what another answers, refusals late where they are many.

    Busy is no refusal (503): whoever finds no place hears of it at once.

    Args:
        app: what is behind.
        proxies: whose word on where a request came from is believed.
        clock: the time in seconds, from wherever.
    """

    def __init__(
        self, app: ASGIApp, proxies: Sequence[Network] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._proxies = app, proxies
        self._refusals, self._spread = Rate(REFUSALS_AT_ONCE, clock), 0.0
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_refusal(scope, message["status"]):
                await self._wait(Caller.of(scope, self._proxies).network)
            await send(message)

        await self._app(scope, receive, send_late if scope["type"] == "http" else send)

    async def _wait(self, place: str) -> None:
        """Wait until a place hears of a refusal."""
        if not self._refusals.wait(place) or self._waiting >= MOST_WAITING:
            return
        self._spread = (self._spread + _GOLDEN_RATIO) % 1
        self._waiting += 1
        try:
            await asyncio.sleep(max(SECONDS, self._waiting / MOST_A_SECOND) * (0.5 + self._spread))
        finally:
            self._waiting -= 1


def _is_refusal(scope: Scope, status: int) -> bool:
    """Whether an answer refuses a request, or sends whoever made it to sign in."""
    if is_for_programs(scope["path"]):
        return status in _TO_PROGRAMS
    sends = scope["method"] == "POST"
    if sends and scope["path"] in (SIGN_IN_PATH, PASSWORD_PATH) and status in _TO_GUESSES:
        return False
    sent_away = status == HTTPStatus.SEE_OTHER and not sends
    return sent_away or _FIRST_ERROR <= status < _FIRST_FAULT_OF_OURS
