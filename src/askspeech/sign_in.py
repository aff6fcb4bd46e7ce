"""Signing in and out, the first administrator, and one's own password: forms of our own, outside Gradio.

The gate has let in what comes here: from this site's own pages, and, while there are no users, from this machine.
Every signing in begins a session of its own, and ends the one that the browser brought.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from askspeech.devices import DEVICE_SECONDS, Devices
from askspeech.errors import AccountError, AskSpeechError
from askspeech.founding import found
from askspeech.gate import (
    PASSWORD_PATH,
    SIGN_IN_PATH,
    SIGN_OUT_PATH,
    Visit,
    cookie_of,
    device_cookie,
    session_cookie,
    visit_of,
)
from askspeech.limited_body import LimitedBody
from askspeech.printing import printable
from askspeech.refusals import SECONDS_TO_REFUSE_A_PASSWORD
from askspeech.sign_in_page import account_page, first_page, password_page, sign_in_page
from askspeech.telling import told
from askspeech.texts import PageTexts, language_of_reader, page_texts
from askspeech.throttle import Throttle, Try
from askspeech.users import User, Users
from askspeech.workers import BusyError, Workers

__all__ = ["sign_in_routes"]

LARGEST_FORM = 16 * 1024
MOST_FIELDS = 10
# One password is looked at after the other, behind questions; those from where wrong ones came by themselves and behind
# the others, and those of whoever has signed in in the same browser before by themselves as well: whoever guesses from
# many addresses, or from ever new ones, waits for other guesses, and whoever signs in does not.
THREADS = 1
WAITING = 64
NICENESS, NICENESS_AGAIN = 5, 10
SECONDS_WHEN_BUSY = 5

T = TypeVar("T")
Form = Mapping[str, str]
Handler = Callable[[Request, Visit, PageTexts], Awaitable[Response]]


class SignIn:
    """What the forms do.

    Args:
        users: who may sign in; None where nobody can, as nothing is kept.
        pages: the addresses of the pages, to which whoever has signed in goes back.
        late: the seconds after which one is told that a password was not looked at.
    """

    def __init__(self, users: Users | None, pages: frozenset[str], late: float) -> None:
        self._users = users
        self._pages = pages
        self._late = late
        self._throttle = None if users is None else Throttle(users.folder)
        self._devices = None if users is None else Devices(users.folder)
        self._of_known = Workers("askspeech-sign-in-known", THREADS, WAITING, niceness=NICENESS)
        self._workers = Workers("askspeech-sign-in", THREADS, WAITING, niceness=NICENESS)
        self._after_others = Workers("askspeech-sign-in-again", THREADS, WAITING, niceness=NICENESS_AGAIN)
        self._turn = asyncio.Lock()

    # What is shown

    async def shown(self, request: Request, visit: Visit, texts: PageTexts) -> Response:
        """The form for signing in, that for the first administrator, or who is signed in."""
        standing = await run_in_threadpool(visit.standing)
        if not standing.has_users:
            return _page(first_page(texts))
        if standing.user:
            return _page(account_page(texts, standing.user))
        return _page(sign_in_page(texts, after=request.query_params.get("after", "")))

    async def password_shown(self, request: Request, visit: Visit, texts: PageTexts) -> Response:
        """The form for another password; without users there is none to change."""
        if visit.user is None or not visit.session:
            return RedirectResponse(f".{SIGN_IN_PATH}", HTTPStatus.SEE_OTHER)
        return _page(password_page(texts, visit.user))

    # What is done

    async def signed_in(self, request: Request, visit: Visit, texts: PageTexts) -> Response:
        """Begin a session, of the first administrator where there is no user yet."""
        form = await _form_of(request)
        if not visit.has_users and not (await run_in_threadpool(visit.standing)).has_users:
            return await self._founded(request, visit, texts, form)
        name, password = form.get("name", ""), form.get("password", "")
        began = await self._tried(request, visit, name, password)
        if isinstance(began, Refused):
            return began.page(texts, partial(sign_in_page, texts, name=name))
        return await self._let_in(request, visit, began, form.get("to", "") or request.query_params.get("to", ""))

    async def _founded(self, request: Request, visit: Visit, texts: PageTexts, form: Form) -> Response:
        name, password = form.get("name", ""), form.get("password", "")
        if password != form.get("again", ""):
            return _page(first_page(texts, texts.password_differs, name), HTTPStatus.BAD_REQUEST)
        users = self._kept()
        try:
            _, problem = await self._workers.call(partial(found, users, name, password))
        except AccountError as error:
            return _page(first_page(texts, told(error, texts), name), HTTPStatus.BAD_REQUEST)
        if problem:
            sys.stderr.write(f"askspeech: {printable(problem)}\n")
        began = await self._workers.call(lambda: (users.sign_in(name, password),))
        return await self._let_in(request, visit, began[0], "") if began[0] else _to_sign_in()

    async def password_changed(self, request: Request, visit: Visit, texts: PageTexts) -> Response:
        """Give whoever is signed in another password, and a session in place of all others."""
        form = await _form_of(request)
        user = await run_in_threadpool(visit.now)
        if user is None or not visit.session:
            return _to_sign_in()
        if form.get("new", "") != form.get("again", ""):
            return _page(password_page(texts, user, texts.password_differs), HTTPStatus.BAD_REQUEST)
        began = await self._tried(request, visit, user.name, form.get("password", ""))
        if isinstance(began, Refused):
            return began.page(texts, partial(password_page, texts, user))
        users, new = self._kept(), form.get("new", "")
        try:
            await self._workers.call(partial(_set_password, users, user.name, new))
        except AccountError as error:
            await run_in_threadpool(users.end_session, began[1])
            return _page(password_page(texts, user, told(error, texts)), HTTPStatus.BAD_REQUEST)
        again = await self._workers.call(lambda: (users.sign_in(user.name, new),))
        return await self._let_in(request, visit, again[0], SIGN_IN_PATH[1:]) if again[0] else _to_sign_in()

    async def signed_out(self, request: Request, visit: Visit, texts: PageTexts) -> Response:
        """End the session, or all of that user; whoever is not signed in comes to the form for it."""
        form = await _form_of(request)
        if self._users is not None and visit.user is not None and visit.session:
            user, users = visit.user, self._users
            everywhere = bool(form.get("everywhere"))
            ending = partial(users.end_sessions, user.name) if everywhere else partial(users.end_session, visit.session)
            await run_in_threadpool(ending)
        answer = _to_sign_in("?after=out")
        caller = visit.caller
        answer.delete_cookie(
            session_cookie(caller), path="/", secure=caller.is_secure, httponly=True, samesite="strict"
        )
        return answer

    async def back(self, request: Request, visit: Visit, texts: PageTexts) -> Response:
        """To the page with the button for signing out: a link alone signs nobody out."""
        return _to_sign_in()

    # How

    async def _tried(self, request: Request, visit: Visit, name: str, password: str) -> "tuple[User, str] | Refused":
        """A session begun with a name and a password, or why none was."""
        throttle, users, place = self._throttle, self._kept(), visit.caller.network
        if throttle is None:
            return Refused(HTTPStatus.SERVICE_UNAVAILABLE, lambda texts: texts.sign_in_busy)
        one, workers = await self._counted(throttle, place, name, _device_of(request, visit))
        if one.wait:
            await asyncio.sleep(self._late)
            return Refused(
                HTTPStatus.TOO_MANY_REQUESTS, lambda texts: texts.sign_in_wait.format(seconds=one.wait), one.wait
            )
        try:
            (began,) = await workers.call(lambda: (users.sign_in(name, password),), place)
        except (BusyError, AskSpeechError):
            await self._one_by_one(throttle.undo, one)
            raise
        if began is None:
            return Refused(HTTPStatus.UNAUTHORIZED, lambda texts: texts.sign_in_wrong)
        await self._one_by_one(throttle.forget, place, name)
        return began

    async def _counted(self, throttle: Throttle, place: str, name: str, device: str) -> tuple[Try, Workers]:
        """A try that was counted, or that has to wait, and what looks at its password.

        Raises BusyError where it would not be looked at.
        """
        seen = await self._one_by_one(throttle.look, place, name)
        if seen.wait:
            return seen, self._after_others
        known = await self._is_known(name, device)
        if not self._workers_for(seen, known).has_room(place):
            raise BusyError
        one = await self._one_by_one(throttle.begin, place, name)
        return one, self._workers_for(one, known)

    async def _is_known(self, name: str, device: str) -> bool:
        """Whether the user of that name has signed in in this browser."""
        devices = self._devices
        return devices is not None and bool(device) and await run_in_threadpool(devices.knows, name, device)

    def _workers_for(self, one: Try, known: bool) -> Workers:
        """What looks at its password; that of a place from where none came in vain does not wait for the others."""
        if known:
            return self._of_known
        return self._after_others if one.before else self._workers

    async def _one_by_one(self, work: Callable[..., T], *arguments: object) -> T:
        """What reads or writes the tries, one at a time: many that waited for the file would hold all threads."""
        async with self._turn:
            return await run_in_threadpool(work, *arguments)

    async def _let_in(self, request: Request, visit: Visit, began: tuple[User, str], page: str) -> Response:
        """To the page that somebody wanted, with the cookie of a new session; the one before it ends."""
        (user, session), users = began, self._kept()
        if visit.session:
            await run_in_threadpool(users.end_session, visit.session)
        known = f"/{page}" in self._pages or f"/{page}" == SIGN_IN_PATH
        answer, caller = RedirectResponse(f"./{page if known else ''}", HTTPStatus.SEE_OTHER), visit.caller
        kept: dict[str, Any] = {"path": "/", "secure": caller.is_secure, "httponly": True, "samesite": "strict"}
        answer.set_cookie(session_cookie(caller), session, **kept)
        if self._devices is not None:
            device = await run_in_threadpool(self._devices.noted, user.name, _device_of(request, visit))
            answer.set_cookie(device_cookie(caller), device, max_age=DEVICE_SECONDS, **kept)
        return answer

    def _kept(self) -> Users:
        if self._users is None:
            raise AccountError("This server keeps no users.", "这台服务器不保存用户。")
        return self._users


class Refused:
    """Why a password opened nothing: the status, what is said, and when to try again."""

    def __init__(self, status: HTTPStatus, says: Callable[[PageTexts], str], wait: int = 0) -> None:
        self._status = status
        self._says = says
        self._wait = wait

    def page(self, texts: PageTexts, made: Callable[..., str]) -> Response:
        """The form again, with the reason."""
        answer = _page(made(problem=self._says(texts)), self._status)
        if self._wait:
            answer.headers["Retry-After"] = str(self._wait)
        return answer


def sign_in_routes(
    users: Users | None, pages: frozenset[str], late: float = SECONDS_TO_REFUSE_A_PASSWORD
) -> list[Route]:
    """The addresses of the forms, to be put among the routes of the server; refusals are told `late` seconds late."""
    forms, route = SignIn(users, pages, late), partial(_route, late=late)
    return [
        route(SIGN_IN_PATH, forms.shown, "GET"),
        route(SIGN_IN_PATH, forms.signed_in, "POST"),
        route(SIGN_OUT_PATH, forms.back, "GET"),
        route(SIGN_OUT_PATH, forms.signed_out, "POST"),
        route(PASSWORD_PATH, forms.password_shown, "GET"),
        route(PASSWORD_PATH, forms.password_changed, "POST"),
    ]


def _route(path: str, handler: Handler, method: str, late: float) -> Route:
    async def answered(request: Request) -> Response:
        texts = page_texts(language_of_reader(request.headers.get("accept-language"), request.headers.get("cookie")))
        visit = visit_of(request)
        if visit is None:
            return JSONResponse({"message": "There is no gate before this page."}, HTTPStatus.FORBIDDEN)
        try:
            answer = await handler(request, visit, texts)
        except BusyError:
            await asyncio.sleep(late)
            answer = _page(sign_in_page(texts, texts.sign_in_busy), HTTPStatus.SERVICE_UNAVAILABLE)
            answer.headers["Retry-After"] = str(SECONDS_WHEN_BUSY)
        except AskSpeechError as error:
            answer = _page(sign_in_page(texts, told(error, texts)), HTTPStatus.SERVICE_UNAVAILABLE)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    too_long = JSONResponse({"message": "The form is too long."}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    route = Route(path, answered, methods=[method])
    route.app = LimitedBody(route.app, LARGEST_FORM, too_long)
    return route


async def _form_of(request: Request) -> Form:
    """The fields of a form, the last value of each; none of anything but a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    text = (await request.body()).decode("utf-8", "replace")
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # more fields than any form of ours has
        return {}
    return {name: values[-1] for name, values in found.items()}


def _device_of(request: Request, visit: Visit) -> str:
    """The id that a browser keeps once somebody has signed in in it."""
    return cookie_of(request.headers, device_cookie(visit.caller))


def _set_password(users: Users, name: str, password: str) -> bool:
    users.set_password(name, password)
    return True


def _page(html: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return HTMLResponse(html, status)


def _to_sign_in(after: str = "") -> RedirectResponse:
    return RedirectResponse(f".{SIGN_IN_PATH}{after}", HTTPStatus.SEE_OTHER)
