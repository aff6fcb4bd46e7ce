"""The gate before everything: who is let in to the pages and what belongs to them, and as whom.

Without users, whoever is at the machine itself is, as its administrator, and nobody else. With users, whoever brings a
session of one. Only what is named here is open at all; programs, on REST and MCP, show tokens (askspeech.access).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.access import Role
from askspeech.callers import Caller, Network
from askspeech.conversations import LOCAL_OWNER
from askspeech.errors import AskSpeechError, NotAllowedError
from askspeech.hosts import ANY_HOST, Hosts
from askspeech.limited_body import has_body, refuse
from askspeech.people_texts import LOCAL_ONLY, OTHER_HOST
from askspeech.telling import told_to_callers
from askspeech.users import LOCAL_USER, Standing, User, Users

__all__ = [
    "DEVICE",
    "PASSWORD_PATH",
    "SECURE_DEVICE",
    "SECURE_SESSION",
    "SESSION",
    "SIGN_IN_PATH",
    "SIGN_OUT_PATH",
    "Gate",
    "Visit",
    "cookie_of",
    "device_cookie",
    "is_for_programs",
    "owner_of",
    "require_administrator",
    "role_of",
    "session_cookie",
    "user_of",
    "visit_of",
]

SESSION = "askspeech_session"
"""The cookie with the id of a session."""
SECURE_SESSION = f"__Host-{SESSION}"
"""The same over https: browsers let no other host, and nothing that came by http, set a cookie of such a name."""
DEVICE = "askspeech_device"
SECURE_DEVICE = f"__Host-{DEVICE}"

SIGN_IN_PATH, SIGN_OUT_PATH, PASSWORD_PATH = "/sign-in", "/sign-out", "/password"
HEALTH_PATHS = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})
"""For whoever watches the server, from wherever: each decides itself what it tells whom."""
OPEN_PATHS = frozenset(
    {
        SIGN_IN_PATH,
        SIGN_OUT_PATH,
        *HEALTH_PATHS,
        "/static/askspeech/sign-in.css",
        "/static/askspeech/sign-in.js",
    }
)
"""What everybody gets, who is signed in or not; each says itself what it tells whom."""

ADMINISTRATORS_PATHS = frozenset({"/gradio_api/upload", "/gradio_api/upload_progress"})
OWN_PATHS = frozenset({PASSWORD_PATH, "/inspection", "/mcp"})
OWN_FOLDERS = ("/static/askspeech/", "/speech/", "/export/", "/api/v1/")
# Of Gradio's own, what its pages ask for; the rest would fetch any address, run code, or tell of the inside.
GRADIO_PATHS = frozenset(
    {
        "/config",
        "/favicon.ico",
        "/gradio_api/app_id",
        "/gradio_api/cancel",
        "/gradio_api/info",
        "/gradio_api/queue/data",
        "/gradio_api/queue/join",
        "/gradio_api/reset",
        "/gradio_api/run/predict",
        "/gradio_api/startup-events",
        "/gradio_api/theme.css",
        "/manifest.json",
        "/robots.txt",
        "/theme.css",
    }
)
GRADIO_FOLDERS = ("/assets/", "/gradio_api/heartbeat/", "/static/", "/svelte/")
PRIVATE_PATHS = frozenset({"/config", "/inspection"})
PRIVATE_FOLDERS = ("/speech/", "/export/")
PROGRAMS = ("/mcp", "/api/v1/")

_LOOKING = ("GET", "HEAD")
_STATE = "askspeech_visit"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that was let in: from whom, and by which session."""

    user: User | None
    caller: Caller
    session: str = field(default="", repr=False)
    users: Users | None = field(default=None, repr=False)
    has_users: bool = False
    """Whether there were users when it was let in; once there are, there always are."""

    def standing(self) -> Standing:
        """Whether there are users as of now, and whose session this is; raises what reading them does."""
        return self.users.standing(self.session) if self.users else Standing(has_users=False)

    def now(self) -> User | None:
        """Who it is from as of now; None where that session has ended since, or cannot be looked up."""
        try:
            standing = self.standing()
        except AskSpeechError:
            return None
        if standing.has_users:
            return standing.user
        return self.user if self.user == LOCAL_USER else None


def visit_of(request: Any) -> Visit | None:
    """The visit that a request is; None for one that passed no gate.

    Args:
        request: of Gradio, FastAPI or Starlette.
    """
    inner = getattr(request, "request", request)
    visit = getattr(inner, "scope", {}).get("state", {}).get(_STATE)
    return visit if isinstance(visit, Visit) else None


def user_of(request: Any) -> User | None:
    """Who asks, looked up anew; None for nobody, or somebody who has been signed out since."""
    visit = visit_of(request)
    return None if visit is None else visit.now()


def role_of(request: Any) -> Role | None:
    """What whoever asks may do, looked up anew; None for nobody."""
    user = user_of(request)
    return None if user is None else user.role


def owner_of(request: Any) -> str:
    """Whose conversations a request is about."""
    visit = visit_of(request)
    return visit.user.owner if visit and visit.user else LOCAL_OWNER


def require_administrator(request: Any) -> User:
    """The administrator who asks; raises NotAllowedError for anybody else."""
    user = user_of(request)
    if user is None:
        raise NotAllowedError(
            "You are signed out: sign in again, then do it once more.", "您已退出登录，请重新登录后再做一次。"
        )
    if user.role != "administrator":
        raise NotAllowedError("Only an administrator may do this: ask one to.", "只有管理员可以这样做，请找管理员。")
    return user


class Gate:
    """The ASGI application that lets through to another what its rules allow, with a `Visit` in its state.

    Args:
        app: what is behind the gate.
        users: who may sign in; None for nobody, as where nobody has been added.
        pages: the addresses of the pages, from which whoever is not signed in is sent to sign in.
        proxies: whose word on where a request came from is believed.
        hosts: the names under which the server answers.
    """

    def __init__(
        self,
        app: ASGIApp,
        users: Users | None,
        pages: Collection[str],
        proxies: Sequence[Network] = (),
        hosts: Hosts = ANY_HOST,
    ) -> None:
        self._app = app
        self._users = users
        self._pages = frozenset(pages) | {PASSWORD_PATH}
        self._proxies = proxies
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        decided = await run_in_threadpool(self._decided, scope)
        if isinstance(decided, Visit):
            state = {**scope.get("state", {}), _STATE: decided, "user": decided.user}
            kept_back = _unstored(send) if self._is_private(scope["path"]) else send
            # Programs are looked at once more where their tokens are (askspeech.access); web sockets lead nowhere.
            as_it_is = scope["type"] != "http" or is_for_programs(scope["path"])
            told = {} if as_it_is else decided.caller.believed(scope)
            await self._app({**scope, **told, "state": state}, receive, kept_back)
        elif scope["type"] == "http":
            await refuse(decided, scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _decided(self, scope: Scope) -> Visit | Response:
        """The visit that a request is, or the answer that it gets instead."""
        path, caller = scope["path"], Caller.of(scope, self._proxies)
        session = cookie_of(Headers(scope=scope), session_cookie(caller))
        if not self._is_known(path):
            return _refusal(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here. 这里什么也没有。")
        if is_for_programs(path):
            return Visit(None, caller) if self._hosts.allows_program(scope) else _misnamed(as_page=False)
        try:
            standing = self._users.standing(session) if self._users else Standing(has_users=False)
        except AskSpeechError as error:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "access_unknown", told_to_callers(error))
        if path not in HEALTH_PATHS and (refusal := self._refused(scope, caller, standing)):
            return refusal
        if not standing.has_users:
            # A link on another site may open a page; what a browser sends for that site gets no figures.
            local = caller.is_local and not (path in HEALTH_PATHS and caller.is_from_elsewhere)
            return Visit(LOCAL_USER if local else None, caller, users=self._users)
        return Visit(standing.user, caller, session if standing.user else "", self._users, has_users=True)

    def _is_known(self, path: str) -> bool:
        known = path in OPEN_PATHS | ADMINISTRATORS_PATHS | OWN_PATHS | GRADIO_PATHS or path in self._pages
        return known or path.startswith((*OWN_FOLDERS, *GRADIO_FOLDERS))

    def _is_private(self, path: str) -> bool:
        """Whether it shows what only whoever is signed in may see, and no longer than that."""
        return path in self._pages or path in PRIVATE_PATHS or path.startswith(PRIVATE_FOLDERS)

    def _refused(self, scope: Scope, caller: Caller, standing: Standing) -> Response | None:
        path, method = scope["path"], scope.get("method", "")
        opens_page = method in _LOOKING and (path in self._pages or path == SIGN_IN_PATH)
        may_be_followed = opens_page or (method in _LOOKING and path in OPEN_PATHS)
        if not standing.has_users and not caller.is_local:
            return _local_only(as_page=opens_page)
        if not self._hosts.allows(scope):
            return _misnamed(as_page=opens_page)
        if caller.is_foreign or (caller.is_from_elsewhere and not may_be_followed):
            return _refusal(
                HTTPStatus.FORBIDDEN, "another_site", "Another site sent this request. 请求来自其他网站，已拒绝。"
            )
        if standing.has_users and standing.user is None and path not in OPEN_PATHS:
            return _to_sign_in(path) if opens_page else _signed_out()
        if method not in _LOOKING and not _is_of_the_right_kind(scope):
            said = "No page here sends that kind of content. 不接受这种内容类型。"
            return _refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "wrong_kind", said)
        if path in ADMINISTRATORS_PATHS and standing.user and standing.user.role != "administrator":
            return _refusal(
                HTTPStatus.FORBIDDEN, "administrators_only", "Only an administrator may. 只有管理员可以这样做。"
            )
        return None


def _is_of_the_right_kind(scope: Scope) -> bool:
    """Whether a body is of the kind that the pages send there: other sites can send some kinds without asking."""
    path, kind = scope["path"], Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    if not kind and not has_body(scope):
        return True
    if path in (SIGN_IN_PATH, SIGN_OUT_PATH, PASSWORD_PATH):
        return kind == "application/x-www-form-urlencoded"
    return kind == ("multipart/form-data" if path in ADMINISTRATORS_PATHS else "application/json")


def _unstored(send: Send) -> Send:
    """As `send`, with answers that no browser keeps: going back after signing out would show them."""

    async def send_unstored(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        await send(message)

    return send_unstored


def is_for_programs(path: str) -> bool:
    """Whether programs call that address, with tokens of their own."""
    return path == PROGRAMS[0] or path.startswith(PROGRAMS[1])


def session_cookie(caller: Caller) -> str:
    """The name of the cookie that a session of this caller's is kept in."""
    return SECURE_SESSION if caller.is_secure else SESSION


def device_cookie(caller: Caller) -> str:
    """The name of the cookie by which a browser is known in which somebody has signed in."""
    return SECURE_DEVICE if caller.is_secure else DEVICE


def cookie_of(headers: Headers, cookie: str) -> str:
    """The value of a cookie that a request brings; none where it brings several, of which some may be another's."""
    found = set()
    for header in headers.getlist("cookie"):
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == cookie:
                found.add(value.strip())
    return found.pop() if len(found) == 1 else ""


def _refusal(status: HTTPStatus, code: str, message: str) -> JSONResponse:
    # `message` alone is what the pages' scripts show.
    return JSONResponse({"error": {"code": code, "message": message}, "message": message}, status)


def _signed_out() -> JSONResponse:
    return _refusal(HTTPStatus.UNAUTHORIZED, "signed_out", "You are signed out: sign in again. 您未登录，请先登录。")


def _to_sign_in(path: str) -> RedirectResponse:
    """To the page for signing in, and back; relative, for a server that is mounted below another address."""
    back = f"?to={path[1:]}" if path != "/" else ""
    return RedirectResponse(f".{SIGN_IN_PATH}{back}", HTTPStatus.SEE_OTHER)


def _local_only(*, as_page: bool) -> Response:
    return _said(HTTPStatus.FORBIDDEN, "local_only", LOCAL_ONLY, as_page=as_page)


def _misnamed(*, as_page: bool) -> Response:
    return _said(HTTPStatus.MISDIRECTED_REQUEST, "other_host", OTHER_HOST, as_page=as_page)


def _said(status: HTTPStatus, code: str, lines: str, *, as_page: bool) -> Response:
    if not as_page:
        return _refusal(status, code, lines)
    shown = "".join(f"<p>{line}</p>" for line in lines.splitlines())
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>AskSpeech</title><body>{shown}</body></html>'
    return Response(page, status, media_type="text/html")
