"""Answers that go on and on, ended where whoever asked may read on no more: signed out, removed, a token taken back.

The gate looks at a request once, when it comes; a stream that it let in goes on for as long as a page is open.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.access import Access, Refusal
from askspeech.access_records import ACCESS
from askspeech.errors import AskSpeechError
from askspeech.gate import visit_of
from askspeech.limits import STREAMS
from askspeech.users import Standing

__all__ = ["Followed", "Follower", "still_admitted", "still_signed_in"]

SECONDS_BETWEEN_LOOKS = 1.0
# Where nothing has been written meanwhile, only time may have ended what somebody may do.
SECONDS_UNSEEN = 30.0

Still = Callable[[], bool]
"""Whether somebody may read on; reads the disk."""


class Follower:
    """Looks after all streams of a server at once, in its event loop.

    Args:
        folder: where tokens, users and sessions are; without it, every look looks at all of them.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = folder / ACCESS if folder else None
        self._followed: dict[asyncio.Event, Still] = {}
        self._new: list[asyncio.Event] = []
        self._looking: asyncio.Task[None] | None = None

    def follow(self, still: Still) -> asyncio.Event:
        """Look after one stream until `leave`; what is given is set when it has to end."""
        lost = asyncio.Event()
        self._followed[lost] = still
        self._new.append(lost)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return lost

    def leave(self, lost: asyncio.Event) -> None:
        """Look after it no longer."""
        self._followed.pop(lost, None)

    async def _look(self) -> None:
        before, looked = await run_in_threadpool(self._stamp), time.monotonic()
        while self._followed:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            stamp = await run_in_threadpool(self._stamp)
            wanted, self._new = self._new, []  # those that have come since: what was let in may have ended right after
            if stamp is None or stamp != before or time.monotonic() >= looked + SECONDS_UNSEEN:
                wanted, before, looked = list(self._followed), stamp, time.monotonic()
            looks = {lost: self._followed[lost] for lost in wanted if lost in self._followed}
            for lost in await run_in_threadpool(_ended, looks) if looks else ():
                lost.set()

    def _stamp(self) -> tuple[int, int, int] | None:
        """What changes whenever something is written into that file; None where it is not known."""
        if self._file is None:
            return None
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return 0, 0, 0
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def _ended(followed: dict[asyncio.Event, Still]) -> list[asyncio.Event]:
    return [lost for lost, still in followed.items() if not still()]


class Followed:
    """The ASGI application that lets requests through to another, and hangs up on those who may read on no more.

    Args:
        app: what is behind.
        follower: looks after them.
        still: for a request, what says whether whoever sent it may read on; None for one that is not looked after.
    """

    def __init__(self, app: ASGIApp, follower: Follower, still: Callable[[Scope], Still | None]) -> None:
        self._app, self._follower, self._still = app, follower, still

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        still = self._still(scope) if scope["type"] == "http" else None
        if still is None:
            await self._app(scope, receive, send)
            return
        lost = self._follower.follow(still)
        try:
            await _while_admitted(self._app, lost, scope, receive, send)
        finally:
            self._follower.leave(lost)


async def _while_admitted(app: ASGIApp, lost: asyncio.Event, scope: Scope, receive: Receive, send: Send) -> None:
    """Handle a request; for what answers it, whoever asked has gone away once `lost` is set."""
    coming: list[Message] = []
    changed, begun, over = asyncio.Event(), False, False

    async def hear() -> None:
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await receive()
            coming.append(message)
            changed.set()

    async def heard() -> Message:
        while not coming:
            changed.clear()
            await changed.wait()
        # Several may ask: to each of them, whoever asked has gone.
        return coming[0] if coming[0]["type"] == "http.disconnect" else coming.pop(0)

    async def hang_up() -> None:
        await lost.wait()
        coming[:] = [{"type": "http.disconnect"}]
        changed.set()

    async def sent(message: Message) -> None:
        nonlocal begun, over
        if lost.is_set():
            return
        begun = begun or message["type"] == "http.response.start"
        over = message["type"] == "http.response.body" and not message.get("more_body")
        await send(message)

    tasks = asyncio.create_task(hear()), asyncio.create_task(hang_up())
    try:
        await app(scope, heard, sent)
    finally:
        for task in tasks:
            task.cancel()
    if lost.is_set() and not begun:
        await _GONE(scope, receive, send)
    elif lost.is_set() and not over:
        await send({"type": "http.response.body", "body": b""})


_GONE = JSONResponse(
    {"error": {"code": "signed_out", "message": "You may ask no more here. 您已不能在这里提问。"}}, 401
)


def still_signed_in(scope: Scope) -> Still | None:
    """For a stream of a page, what says whether whoever asked for it is still signed in, as the same user."""
    if not scope["path"].startswith(STREAMS):
        return None
    visit = visit_of(Request(scope))
    user = visit.user if visit else None
    if visit is None or user is None or visit.users is None:
        return None
    users, session = visit.users, visit.session

    def still() -> bool:
        try:
            standing: Standing = users.standing(session, noted=False)
        except AskSpeechError:
            return True  # the disk is busy or failing; no new request is let in meanwhile
        if not standing.has_users:
            return not session
        return standing.user is not None and (standing.user.owner, standing.user.role) == (user.owner, user.role)

    return still


def still_admitted(access: Access, scope: Scope) -> Still | None:
    """For a stream that a program asked for, what says whether the program would still be let in."""
    if not scope["path"].endswith("/stream"):
        return None

    def still() -> bool:
        admitted = access.admitted(scope)
        return not isinstance(admitted, Refusal) or admitted.status != 401

    return still
