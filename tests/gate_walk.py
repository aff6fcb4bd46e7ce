"""The gate as it is walked: every route of the real application, and who is let in at each, as every kind of visitor.

The routes are taken from the application itself; the tables say what each is. `tests/test_gate.py` walks some of them,
the row S5 of the torture all.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from argon2 import PasswordHasher
from fastapi import FastAPI
from gradio.routes import App
from starlette.types import Scope
from tests import fakes

from askspeech.access import Access, Role
from askspeech.conversations import Conversations
from askspeech.gate import SESSION
from askspeech.live_index import Opened
from askspeech.passwords import Passwords
from askspeech.server import create_application
from askspeech.users import IDLE_SECONDS, Users

Kind = Literal["open", "told", "page", "signed", "administrators", "programs", "closed"]
Visitor = Literal["anonymous", "wrong", "expired", "reader", "administrator"]
VISITORS: tuple[Visitor, ...] = ("anonymous", "wrong", "expired", "reader", "administrator")
PASSWORD = "correct horse"
WEAK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

# What each route is: open to all; open, and telling only some; a page, which sends whoever is not signed in to sign
# in; for the signed in; for administrators; for programs with tokens; or closed to everybody.
ROUTES: Mapping[str, Kind] = {
    "/health": "open", "/health/live": "open", "/health/ready": "open", "/metrics": "told",
    "/sign-in": "open", "/sign-out": "open", "/password": "page",
    "/": "page", "/library": "page", "/glance": "page", "/people": "page",
    "/static/askspeech": "signed", "/speech/{speech_id}": "signed", "/inspection": "signed",
    "/export/{conversation_id}.{kind}": "signed",
    "/mcp": "programs", "/api/v1/openapi.json": "programs", "/api/v1/search": "programs", "/api/v1/ask": "programs",
    "/api/v1/ask/stream": "programs", "/api/v1/speeches": "programs", "/api/v1/speeches/{speech_id}": "programs",
    "/api/v1/sources/{source_id}/text": "programs", "/api/v1/index": "programs",
    "/config": "signed", "/favicon.ico": "signed", "/theme.css": "signed", "/robots.txt": "signed",
    "/manifest.json": "signed", "/static/{path:path}": "signed", "/assets/{path:path}": "signed",
    "/svelte/{path:path}": "signed", "/gradio_api/heartbeat/{session_hash}": "signed",
    "/gradio_api/app_id": "signed", "/gradio_api/cancel": "signed", "/gradio_api/info": "signed",
    "/gradio_api/queue/data": "signed", "/gradio_api/queue/join": "signed", "/gradio_api/reset": "signed",
    "/gradio_api/run/{api_name}": "signed", "/gradio_api/startup-events": "signed",
    "/gradio_api/theme.css": "signed",
    "/gradio_api/upload": "administrators", "/gradio_api/upload_progress": "administrators",
}  # fmt: skip
CLOSED = frozenset(
    {
        "/login", "/logout", "/library/", "/glance/", "/people/", "/config/", "/pwa_icon", "/pwa_icon/{size}",
        "/monitoring", "/monitoring/summary", "/monitoring/{key}", "/gradio_api/deep_link", "/gradio_api/user",
        "/gradio_api/login_check", "/gradio_api/token", "/gradio_api/dev/reload", "/gradio_api/runs",
        "/gradio_api/openapi.json", "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
        "/gradio_api/proxy={url_path:path}", "/gradio_api/file={path_or_url:path}", "/gradio_api/file/{path:path}",
        "/gradio_api/stream/{event_id}", "/gradio_api/stream/{event_id}/close",
        "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",
        "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",
        "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file",
        "/gradio_api/api/{api_name}", "/gradio_api/call/v2/{api_name}", "/gradio_api/call/{api_name}",
        "/gradio_api/call/v2/{api_name}/{event_id}", "/gradio_api/call/{api_name}/{event_id}",
        "/gradio_api/component_server", "/gradio_api/queue/status", "/gradio_api/process_recording",
        "/gradio_api/vibe-edit", "/gradio_api/undo-vibe-edit", "/gradio_api/vibe-code",
        "/gradio_api/vibe-starter-queries",
    }
)  # fmt: skip
EXAMPLES = {"api_name": "predict", "path": "none", "kind": "md"}
CLOSED_ANSWER = "There is nothing here"


class CountedIndex(fakes.FakeIndex):
    """The fake index, with what the figures tell of it."""

    def passage_count(self) -> int:
        """One."""
        return 1


@dataclass
class Clock:
    """A time that tests set."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass(frozen=True)
class Server:
    """The whole application over fakes, with two users, and its data."""

    application: FastAPI
    users: Users
    clock: Clock
    folder: Path

    def session(self, visitor: Visitor) -> str:
        """The cookie of a new session of a visitor's; empty for none."""
        if visitor == "anonymous":
            return ""
        if visitor == "wrong":
            return "x" * 43
        role: Role = "administrator" if visitor == "administrator" else "reader"
        began = self.users.sign_in(role, PASSWORD)
        assert began is not None
        if visitor == "expired":
            database = self.users._file
            with database.writing() as connection:
                connection.execute("UPDATE sessions SET used_at = used_at - ?", (IDLE_SECONDS + 1,))
        return began[1]

    @property
    def gradio(self) -> App:
        """The part of the application that is Gradio's."""
        found = [route.app for route in self.application.routes if isinstance(getattr(route, "app", None), App)]
        return found[0]


def walked_server(folder: Path, clock: Clock | None = None) -> Server:
    """The application over fakes, with its data in a folder: two users, a reader and an administrator."""
    clock = clock or Clock()
    users = Users(folder, WEAK, clock)
    users.add("administrator", PASSWORD, "administrator", first=True)
    users.add("reader", PASSWORD, "reader")
    application = create_application(
        lambda: Opened(CountedIndex(), fakes.FakeAnswers()),
        kept=Conversations(folder), access=Access(folder), users=users, store=folder / "store",
    )  # fmt: skip
    return Server(application, users, clock, folder)


# Routes


@dataclass(frozen=True)
class Found:
    """A route of the application."""

    path: str
    methods: frozenset[str] = field(default=frozenset({"GET"}))


def all_routes(routes: Any, prefix: str = "") -> Iterator[Found]:
    """The routes with all that is mounted or included, however deep."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from all_routes(route.effective_candidates(), prefix)
            continue
        inner = getattr(route, "app", None)
        while inner is not None and not hasattr(inner, "routes") and type(route).__name__ == "Mount":
            inner = getattr(inner, "_app", None) or getattr(inner, "app", None)
        path = prefix + route.path
        if type(route).__name__ == "Mount" and inner is not None:
            yield from all_routes(inner.routes, path)
        else:
            yield Found(path, frozenset(getattr(route, "methods", None) or {"GET", "POST"}))


def kind_of(path: str) -> Kind | None:
    """What a route is by the tables; None for one that is in none of them."""
    if path in CLOSED or (path.endswith("/") and path.rstrip("/") in CLOSED | ROUTES.keys() and path != "/"):
        return "closed"
    return ROUTES.get(path)


@dataclass
class Answer:
    """How an answer begins."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def begun(application: FastAPI, scope: Scope) -> Answer:
    """How the answer to a request begins, which is then broken off: some go on for ever."""
    answer, sent = Answer(), False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.sleep(30)
        sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")
            done.set()

    done = asyncio.Event()
    task = asyncio.create_task(application(scope, receive, send))
    task.add_done_callback(lambda _: done.set())
    await asyncio.wait_for(done.wait(), 20)
    task.cancel()
    with suppress(BaseException):
        await task
    return answer


def asked(path: str, method: str = "GET", session: str = "", client: str = "10.0.0.9", **headers: str) -> Scope:
    """A request from another machine, as ASGI has it."""
    sent = {"host": "speeches.example", "cookie": f"{SESSION}={session}" if session else "a=b"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    query = f"session_hash=x{session[:9]}&upload_id=x".encode()  # a page's id is of one user alone
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode("utf-8", "replace"), "query_string": query,
        "root_path": "", "client": (client, 50000), "server": ("10.0.0.1", 80), "state": {},
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
    }  # fmt: skip


@asynccontextmanager
async def started(server: Server) -> Any:
    async with server.application.router.lifespan_context(server.application):
        yield


def expected(kind: Kind, visitor: Visitor, method: str) -> set[str]:
    signed = visitor in ("reader", "administrator")
    if kind == "closed":
        return {"closed"}
    if kind == "open":
        return {"in"}
    if kind == "told":
        return {"in"} if visitor == "administrator" else {"refused"}
    if kind == "programs":
        return {"refused"}
    if kind == "administrators" and visitor == "reader":
        return {"refused"}
    if signed:
        return {"in"}
    return {"to sign in"} if kind == "page" and method in ("GET", "HEAD") else {"refused"}


def outcome(answer: Answer) -> str:
    if answer.status == 404 and CLOSED_ANSWER.encode() in answer.body:
        return "closed"
    if answer.status == 303 and answer.headers.get("location", "").startswith("./sign-in?to="):
        return "to sign in"
    if answer.status == 303 and answer.headers.get("location") == "./sign-in":
        return "to sign in"
    return "refused" if answer.status in (401, 403) else "in"


METHODS = ("GET", "HEAD", "POST", "OPTIONS", "DELETE", "BREW")


async def wrongly_met(
    server: Server, visitor: Visitor, methods: Sequence[str] = METHODS
) -> tuple[int, list[tuple[str, str, str, str, int]]]:
    """How many requests one visitor made to all routes, and those that were not met as the tables say."""
    wrong, count, examples = [], 0, {**EXAMPLES, "session_hash": f"page-of-{visitor}"}
    for route in {route.path: route for route in all_routes(server.application.routes)}.values():
        kind = kind_of(route.path)
        path = re.sub(r"{(\w+)(?::path)?}", lambda name: examples.get(name[1], "x"), route.path)
        for method in sorted({*route.methods, *methods}):
            count += 1
            answer = await begun(server.application, asked(path, method, server.session(visitor)))
            assert "content-security-policy" in answer.headers, path
            if kind is None or not _is_as_told(kind, visitor, method, route.path, answer):
                wrong.append((method, path, visitor, outcome(answer), answer.status))
    return count, wrong


def _is_as_told(kind: Kind, visitor: Visitor, method: str, path: str, answer: Answer) -> bool:
    if outcome(answer) in expected(kind, visitor, method):
        return True
    if kind == "open" and outcome(answer) == "to sign in":
        return True  # what /sign-out does
    if path in ("/sign-in", "/password") and method == "POST" and answer.status == 401:
        return True  # let in, and its password is wrong
    return kind == "told" and method not in ("GET", "HEAD") and answer.status in (404, 405)
