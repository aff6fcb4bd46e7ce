"""The gate: every route and every event of the real application, tried as anonymous, reader and administrator.

The routes and the events are taken from the application itself: one that is not in the tables, here and in
`tests/gate_walk.py`, fails.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import gradio as gr
import pytest
from starlette.testclient import TestClient
from starlette.types import Scope
from tests import fakes
from tests.gate_walk import (
    METHODS,
    PASSWORD,
    ROUTES,
    VISITORS,
    WEAK,
    Answer,
    Clock,
    CountedIndex,
    Server,
    all_routes,
    asked,
    begun,
    kind_of,
    started,
    walked_server,
    wrongly_met,
)
from tests.signed import local_client

from askspeech.access import Access
from askspeech.callers import networks
from askspeech.gate import SESSION
from askspeech.live_index import Opened
from askspeech.server import create_application
from askspeech.users import Users

# Who may call each event. The reader's call of one for administrators is made and seen to be refused.
EVENTS: Mapping[str, Literal["anyone", "administrator"]] = {
    "Handlers.opened": "anyone", "Handlers.asked": "anyone", "Handlers.picked": "anyone", "Handlers.again": "anyone",
    "Handlers.literally": "anyone", "Handlers.failed": "anyone", "Handlers.edited": "anyone",
    "Handlers.earlier": "anyone", "Handlers.unedited": "anyone", "Handlers.left": "anyone",
    "Handlers.cleared": "anyone", "Handlers.stopped": "anyone", "Handlers.filled": "anyone", "Handlers.over": "anyone",
    "Handlers.labelled": "anyone", "Handlers.cleared_filters": "anyone", "Handlers.linked": "anyone",
    "Handlers.refiltered": "anyone",
    "ToolHandlers.switches": "anyone", "KeepingEvents.chosen": "anyone", "KeepingEvents.opened": "anyone",
    "KeepingEvents.new": "anyone", "KeepingEvents.deleted": "anyone", "KeepingEvents.listed": "anyone",
    "KeepingEvents.searched": "anyone", "KeepingEvents.more": "anyone", "KeepingEvents.liked": "anyone",
    "KeepingEvents.commented": "anyone", "KeepingEvents.pointed": "anyone", "KeepingHandlers.renamed": "anyone",
    "KeepingHandlers.renaming": "anyone", "_hidden": "anyone", "_password_type": "anyone",
    "_connect_tools.<locals>.<lambda>": "anyone",
    "GlanceHandlers.opened": "anyone", "GlanceHandlers.shown": "anyone",
    "LibraryLooks.opened": "anyone", "LibraryLooks.looked": "anyone", "LibraryHandlers.chosen": "anyone",
    "LibraryHandlers.failed": "anyone",
    "LibraryHandlers.searched": "anyone", "LibraryHandlers.earlier": "anyone", "LibraryHandlers.later": "anyone",
    "LibraryHandlers.more_files": "anyone", "_connect_removing.<locals>.<lambda>": "anyone",
    "LibraryHandlers.build": "administrator", "LibraryHandlers.cancel": "administrator",
    "LibraryHandlers.added": "administrator", "LibraryHandlers.ask_speeches": "administrator",
    "LibraryHandlers.ask_files": "administrator", "LibraryHandlers.told": "administrator",
    "LibraryHandlers.confirmed": "administrator",
    "PeopleHandlers.opened": "anyone", "PeopleHandlers.added": "administrator",
    "PeopleHandlers.role_set": "administrator", "PeopleHandlers.reset": "administrator",
    "PeopleHandlers.sessions_ended": "administrator", "PeopleHandlers.removing": "administrator",
    "PeopleHandlers.removed": "administrator",
}  # fmt: skip
REFUSED = re.compile("Only an administrator|只有管理员")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return walked_server(tmp_path_factory.mktemp("data"))


# Routes


def test_every_route_is_known(server: Server) -> None:
    found = {route.path for route in all_routes(server.application.routes)}
    assert len(found) > 60, "Gradio's own and those of REST are among them"
    assert not {path for path in found if kind_of(path) is None}, "put it into the tables of this file"
    assert not ROUTES.keys() - found - {"/gradio_api/run/{api_name}"}, "these are there no more"


def test_every_route_lets_in_whom_it_should(server: Server) -> None:
    async def work() -> None:
        async with started(server):
            for visitor in VISITORS:
                count, wrong = await wrongly_met(server, visitor, METHODS)
                assert not wrong and count > 300

    asyncio.run(work())


STRANGE = (
    "//sign-in", "/sign-in/", "/sign-in/../", "/./sign-in", "/Sign-In", "/SIGN-IN", "/sign-in\n", "/sign-in\0",
    "/sign-in;x", "/sign-in%2f..", "/static/askspeech/sign-in.css/", "/static/askspeech/../askspeech/page.js",
    "/static/askspeech/sign-in.css\n", "//", "/.", "", "*", "http://speeches.example/", "/health/../people",
    "/health/", "/mcp/", "/mcp\n", "/api/v1", "/api//v1/index", "/API/v1/index", "/speech/../health",
    "/library\n", "/library//", "\\library", "/%6cibrary", "/gradio_api/upload\n", "/gradio_api//upload",
    "/gradio_api/upload/", "/gradio_api/Upload", "/./gradio_api/upload", "/static/../gradio_api/upload",
    "/gradio_api/queue/join/", "/export/../health", "/config\u2028",
)  # fmt: skip


def test_no_odd_address_opens_anything(server: Server) -> None:
    async def work() -> None:
        async with started(server):
            for path in STRANGE:
                for method in ("GET", "POST", "HEAD", "OPTIONS"):
                    answer = await begun(server.application, asked(path, method))
                    assert answer.status in (401, 404), (method, path, answer)
            for path in (path for path in STRANGE if "upload" in path):
                reader = asked(path, "POST", server.session("reader"), content_type="multipart/form-data; boundary=x")
                answer = await begun(server.application, reader)
                assert answer.status in (401, 403, 404, 405, 415), (path, answer)

    asyncio.run(work())


def test_a_web_socket_needs_a_session(server: Server) -> None:
    scope = asked("/gradio_api/queue/join") | {"type": "websocket", "scheme": "ws"}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    asyncio.run(server.application(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


# Who asks


def answers(server: Server, *scopes: Scope) -> list[Answer]:
    async def work() -> list[Answer]:
        async with started(server):
            return [await begun(server.application, scope) for scope in scopes]

    return asyncio.run(work())


FOREIGN: tuple[dict[str, str], ...] = (
    {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "https://speeches.example"},
    {"origin": "http://speeches.example:81"}, {"origin": "http://speeches.example.evil.example"}, {"origin": ""},
    {"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"sec_fetch_site": "strange"},
)  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN)
def test_no_other_site_acts_for_a_user(server: Server, headers: dict[str, str]) -> None:
    session = server.session("administrator")
    paths = ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/upload", "/sign-out", "/password")
    tried = [asked(path, "POST", session, **headers) for path in (*paths, "/sign-in")]
    found = answers(server, *tried, asked("/config", session=session, **headers))
    assert {answer.status for answer in found} == {403}
    assert server.users.standing(session).user is not None, "nobody was signed out"


def test_a_link_on_another_site_opens_a_page(server: Server) -> None:
    session = server.session("reader")
    followed = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    found = answers(
        server,
        asked("/library", session=session, **followed),
        asked("/sign-in", **followed),
        asked("/speech/speech-1", session=session, **followed),
    )
    assert [answer.status for answer in found] == [200, 200, 403]


@pytest.mark.parametrize(
    "claim",
    [
        {"x_forwarded_host": "evil.example"}, {"x_forwarded_proto": "https"}, {"x_gradio_server": "http://evil.example"},
        {"x_forwarded_host": "evil.example", "x_forwarded_proto": "https", "forwarded": "host=evil.example"},
    ],
)  # fmt: skip
def test_nobody_but_a_trusted_proxy_says_where_the_server_is(server: Server, claim: dict[str, str]) -> None:
    session = server.session("reader")
    (plain, claimed) = answers(server, asked("/config", session=session), asked("/config", session=session, **claim))
    assert claimed.status == 200
    assert json.loads(claimed.body)["root"] == json.loads(plain.body)["root"]


@pytest.mark.parametrize("hosts", [[], [b""], [b" "], [b"speeches.example", b"evil.example"], [b"a", b"a"]])
def test_one_host_has_to_be_named(server: Server, hosts: list[bytes]) -> None:
    scope = asked("/", session=server.session("reader"))
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"host"] + [(b"host", host) for host in hosts]
    assert answers(server, scope)[0].status == 403


def test_two_sessions_are_none(server: Server) -> None:
    one, two = server.session("reader"), server.session("administrator")
    scope = asked("/config")
    both, twice, apart = (dict(scope) for _ in range(3))
    both["headers"] = [*scope["headers"], (b"cookie", f"{SESSION}={one}; {SESSION}={two}".encode())]
    apart["headers"] = [
        *scope["headers"], (b"cookie", f"{SESSION}={one}".encode()), (b"cookie", f"{SESSION}={two}".encode()),
    ]  # fmt: skip
    twice["headers"] = [*scope["headers"], (b"cookie", f"{SESSION}={one}; {SESSION}={one}".encode())]
    assert [answer.status for answer in answers(server, both, apart, twice)] == [401, 401, 200]


def test_whoever_is_not_signed_in_learns_only_that_the_server_lives(server: Server) -> None:
    told = [
        json.loads(answer.body) for answer in answers(server, asked("/health"), asked("/health", client="127.0.0.1"))
    ]
    assert told == [{"alive": True}] * 2
    (signed,) = answers(server, asked("/health", session=server.session("reader")))
    assert json.loads(signed.body)["user"] == "reader" and "ready" in json.loads(signed.body)


def test_no_browser_keeps_what_only_the_signed_in_may_see(server: Server) -> None:
    session = server.session("reader")
    paths = ("/", "/library", "/config", "/speech/speech-1", "/export/x.md", "/inspection")
    found = answers(server, *(asked(path, session=session) for path in paths))
    assert [answer.headers.get("cache-control") for answer in found] == ["no-store"] * len(paths)
    (script,) = answers(server, asked("/static/askspeech/page.js", session=session))
    assert "no-store" not in script.headers.get("cache-control", "")


def test_pages_lead_to_signing_in_and_back(server: Server) -> None:
    found = answers(server, asked("/"), asked("/people"), asked("/people", "HEAD"), asked("/people", "POST"))
    assert [answer.headers.get("location") for answer in found[:3]] == [
        "./sign-in", "./sign-in?to=people", "./sign-in?to=people",
    ]  # fmt: skip
    assert found[3].status == 401


def test_a_damaged_file_lets_nobody_in(tmp_path: Path) -> None:
    users = Users(tmp_path, WEAK)
    users.add("ann", PASSWORD, "administrator", first=True)
    application = create_application(lambda: Opened(CountedIndex(), fakes.FakeAnswers()), users=users)
    (tmp_path / "access.db").write_bytes(b"damaged" * 99)
    client = local_client(application)
    assert client.get("/").status_code == 503 and client.get("/config").status_code == 503


# Without users


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder, clock = tmp_path_factory.mktemp("none"), Clock()
    users = Users(folder, WEAK, clock)
    application = create_application(
        lambda: Opened(CountedIndex(), fakes.FakeAnswers()),
        access=Access(folder), users=users, store=folder / "store",
        proxies=networks("10.0.0.0/8"),
    )  # fmt: skip
    return Server(application, users, clock, folder)


HERE: tuple[dict[str, str], ...] = (
    {"host": "localhost"}, {"host": "LOCALHOST:7860"}, {"host": "127.0.0.1:7860"}, {"host": "[::1]:7860"},
    {"host": "localhost:7860", "origin": "http://localhost:7860"},
)  # fmt: skip
ELSEWHERE: tuple[dict[str, str], ...] = (
    {"host": "evil.example"}, {"host": "localhost."}, {"host": "localhost.evil.example"}, {"host": ""},
    {"host": "0.0.0.0:7860"}, {"host": "[::ffff:127.0.0.1]"}, {"host": "localhost@evil.example"},
    {"host": "localhost", "x_forwarded_for": "127.0.0.1"}, {"host": "localhost", "forwarded": "for=127.0.0.1"},
    {"host": "localhost", "x_real_ip": "127.0.0.1"}, {"host": "localhost", "via": "1.1 proxy"},
    {"host": "localhost", "x_forwarded_proto": "https"}, {"host": "localhost", "origin": "http://evil.example"},
    {"host": "localhost", "origin": "null"},
)  # fmt: skip
PRIVATE_PATHS = ("/", "/library", "/people", "/config", "/speech/speech-1", "/sign-in", "/static/askspeech/page.js")


def test_without_users_whoever_is_at_the_machine_is_let_in(alone: Server) -> None:
    for headers in HERE:
        for client in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
            found = answers(alone, *(asked(path, client=client, **headers) for path in PRIVATE_PATHS))
            assert {answer.status for answer in found} == {200}, (headers, client)


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_without_users_nobody_else_is(alone: Server, headers: dict[str, str]) -> None:
    tried = [asked(path, client="127.0.0.1", **headers) for path in (*PRIVATE_PATHS, "/sign-out")]
    tried += [asked(path, "POST", client="127.0.0.1", **headers) for path in ("/sign-in", "/gradio_api/queue/join")]
    assert {answer.status for answer in answers(alone, *tried)} == {403}
    (health,) = answers(alone, asked("/health", client="127.0.0.1", **headers))
    assert json.loads(health.body) == {"alive": True}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_without_users_another_site_gets_no_figures(alone: Server, site: str) -> None:
    here = {"host": "localhost", "client": "127.0.0.1"}
    sent = {"sec_fetch_site": site, "sec_fetch_mode": "no-cors"}
    plain, figures, health = answers(
        alone, asked("/metrics", **here), asked("/metrics", **here, **sent), asked("/health", **here, **sent)
    )
    assert (plain.status, figures.status) == (200, 401)
    assert json.loads(health.body) == {"alive": True}


@pytest.mark.parametrize("client", ["10.0.0.9", "192.168.1.2", "8.8.8.8", "fe80::1", "", "testclient"])
def test_without_users_no_other_machine_is(alone: Server, client: str) -> None:
    found = answers(alone, *(asked(path, client=client, host="localhost") for path in PRIVATE_PATHS))
    assert {answer.status for answer in found} == {403}
    assert "askspeech user add" in found[0].body.decode() and "askspeech user add" in found[3].body.decode()


# Events


def test_every_event_is_known(server: Server) -> None:
    events = {getattr(one.fn, "__qualname__", "") for one in server.gradio.get_blocks().fns.values()}
    assert not events - EVENTS.keys(), "put it into the table of this file"
    kept_only = {"KeepingEvents.liked", "KeepingEvents.commented", "KeepingEvents.pointed"}
    assert not EVENTS.keys() - events - kept_only, "these are there no more"


# What they hold is looked at before anything is done with it: a question, a link, an address, a choice of rows.
BOUNDED_BY_THEIR_HANDLERS = {"as-ask", "as-linked", "as-told", "as-library-chosen"}


def test_what_readers_send_has_bounds(server: Server) -> None:
    fns = server.gradio.get_blocks().fns.values()
    events = [one for one in fns if EVENTS.get(getattr(one.fn, "__qualname__", "")) != "administrator"]
    parts = [part for event in events for part in event.inputs]
    texts = {part.elem_id for part in parts if isinstance(part, gr.Textbox) and part.max_length is None}
    choices = {part.elem_id for part in parts if isinstance(part, gr.Dropdown) and part.max_choices is None}
    assert texts == BOUNDED_BY_THEIR_HANDLERS and not choices


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[TestClient]:
    with TestClient(server.application, base_url="http://speeches.example", client=("10.0.0.9", 50000)) as opened:
        yield opened


def called(client: TestClient, session: str, number: int, inputs: int) -> str:
    """What a page hears of an event that it calls, with nothing in its boxes."""
    client.cookies.set(SESSION, session, domain="speeches.example")
    body = {"data": [None] * inputs, "fn_index": number, "session_hash": f"s{number}{session[:4]}", "event_data": None}
    joined = client.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return f"status {joined.status_code}"
    heard: str = client.get("/gradio_api/queue/data", params={"session_hash": body["session_hash"]}).text
    return heard


def test_readers_cannot_manage(server: Server, client: TestClient) -> None:
    before, tried = (server.folder / "access.db").read_bytes(), 0
    for number, event in server.gradio.get_blocks().fns.items():
        if EVENTS.get(getattr(event.fn, "__qualname__", "")) != "administrator":
            continue
        tried += 1
        session = server.session("reader")
        heard = called(client, session, number, len(event.inputs))
        # As JSON writes it, whatever escapes it uses.
        heard = heard.encode().decode("unicode_escape", "replace") + heard
        assert REFUSED.search(heard), (event.fn.__qualname__, heard[:600])
        server.users.end_sessions("reader")
        assert called(client, session, number, len(event.inputs)) == "status 401"
    assert tried >= 10
    assert [user.name for user in server.users.all()] == ["administrator", "reader"]
    assert len(before) > 0 and not (server.folder / "store").exists()


def test_a_session_that_ends_while_an_event_waits_does_nothing(server: Server) -> None:
    # The gate has let the request in; the handler looks again.
    from tests.signed import asked_by

    from askspeech.people_page import PeopleHandlers

    handlers = PeopleHandlers(server.users)
    updates = handlers.added("eve", PASSWORD, "administrator", asked_by(None, accept_language="en"))
    assert "signed out" in updates[0]["value"]
    assert "eve" not in [user.name for user in server.users.all()]
