"""Rows about who is let in: every route of the application (S5), every name and origin (S6)."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from tests.gate_walk import ROUTES, VISITORS, Server, all_routes, kind_of, started, walked_server, wrongly_met
from tests.torture.rows import Figures, Row, Trial
from tests.torture.security_world import UNLIMITED, prepare_store, raw
from tests.torture.service_world import FORM, READER, Service, service
from tests.torture.service_world import PASSWORD as SERVICE_PASSWORD

from askspeech.access import Access

# S5

TOKENS, KNOWN = "tokens of programs", "routes that are in no table"
LISTED: Sequence[str] = (
    "",
    "x",
    "Bearer",
    "Bearer x",
    "Basic YTpi",
    "bearer ask_1_2",
    "Token {good}",
    "Bearer {good}x",
)
PROGRAM_ROUTES = tuple(path for path, kind in ROUTES.items() if kind == "programs")
TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


def route_kinds(_: Path) -> Sequence[str]:
    return (*VISITORS, TOKENS, KNOWN)


def nothing(_: Path) -> None:
    """There is nothing to be made first."""


def walked(trial: Trial) -> Figures:
    """Every route, by one kind of visitor."""
    if trial.kind == TOKENS:
        return by_token(trial)
    server = walked_server(trial.folder)
    if trial.kind == KNOWN:
        found = {route.path for route in all_routes(server.application.routes)}
        assert len(found) > 60, "Gradio's own and those of REST are among them"
        unknown = sorted(path for path in found if kind_of(path) is None)
        assert not unknown, f"these are in no table: {unknown}"
        return {"routes": len(found)}
    count, wrong = asyncio.run(_walk(server, trial.kind))
    assert not wrong, wrong
    return {"requests": count}


async def _walk(server: Server, visitor: str) -> tuple[int, list[tuple[str, str, str, str, int]]]:
    async with started(server):
        return await wrongly_met(server, visitor)  # type: ignore[arg-type]


def by_token(trial: Trial) -> Figures:
    """Programs' routes with every token but a good one, `tools/list` among them: 401, and nothing is told."""
    access = Access(trial.folder / "data")
    removed, gone = access.add("reader", "removed")
    access.remove(removed.id)
    with service(prepared(trial), trial.folder, **UNLIMITED) as running:
        sent = [one.format(good=running.token) for one in LISTED] + [f"Bearer {gone}"]
        sent += [f"Bearer {running.token[:-1]}{'0' if running.token[-1] != '0' else '1'}"]
        cookie = running.visitor()
        assert cookie.sign_in(READER, SERVICE_PASSWORD).status == 303
        count = 0
        for path in PROGRAM_ROUTES:
            for bearer in sent:
                for visitor in (running.visitor(), cookie):
                    heard = visitor.post(path, TOOLS, **({"Authorization": bearer} if bearer else {}))
                    assert heard.status == 401, (path, bearer, heard.status)
                    assert b"tools" not in heard.body and b"paths" not in heard.body
                    count += 1
        accepts = "application/json, text/event-stream"
        listed = cookie.post("/mcp", TOOLS, Authorization=f"Bearer {running.token}", Accept=accepts)
        assert listed.status == 200 and b"inputSchema" in listed.body, "a good token is let in"
    return {"requests": count}


def prepared(trial: Trial) -> Path:
    """The scratch folder with the store, which only one of the trials needs."""
    prepare_store(trial.scratch)
    return trial.scratch


# S6

HOSTS = (
    "127.0.0.1:{port}", "localhost:{port}", "speeches.example.org", "evil.example", "evil.example:{port}",
    "speeches.example.org.evil.example", "evil.speeches.example.org", "127.0.0.1.evil.example", "localhost.",
    "169.254.169.254", "user@127.0.0.1", "",
)  # fmt: skip
"""The first three are let in, where the third is a name that the settings list."""
GOOD_HOSTS = 3
ORIGINS = (
    None, "http://{host}", "https://{host}", "http://evil.example", "null", "", "http://{host}:81",
    "http://{host}.evil.example", "http://evil.example/{host}", "file://", "http://127.0.0.1", "chrome-extension://abc",
)  # fmt: skip
"""The first two are let in: no page's, and this page's own."""
GOOD_ORIGINS = 2
SITES = ("cross-site", "same-site", "strange")
TYPES = ("text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain; x=json")
CHANGING: Sequence[tuple[str, str, bytes]] = (
    ("/gradio_api/queue/join", "application/json", b'{"data": [], "fn_index": 1, "session_hash": "forged"}'),
    ("/gradio_api/run/predict", "application/json", b'{"data": [], "fn_index": 1, "session_hash": "forged"}'),
    ("/gradio_api/cancel", "application/json", b'{"session_hash": "forged", "fn_index": 0, "event_id": "x"}'),
    ("/gradio_api/upload", "multipart/form-data; boundary=x",
     b'--x\r\nContent-Disposition: form-data; name="files"; filename="forged.txt"\r\n\r\nforged\r\n--x--\r\n'),
    ("/password", FORM, b"password=x&new=y&again=y"),
    ("/sign-out", FORM, b"everywhere=1"),
    ("/sign-in", FORM, b"name=forged&password=forged"),
)  # fmt: skip
MATRIX, FORGED, UNSET = "names and origins", "forged posts", "names where none is set"


def host_kinds(_: Path) -> Sequence[str]:
    return (MATRIX, FORGED, UNSET)


def named(trial: Trial) -> Figures:
    """One way of coming under another name, or for another site."""
    setting = {} if trial.kind == UNSET else {"ASKSPEECH_ALLOWED_HOSTS": "speeches.example.org"}
    with service(trial.scratch, trial.folder, **UNLIMITED, **setting) as running:
        session = running.visitor()
        assert session.sign_in("administrator", SERVICE_PASSWORD).status == 303
        cookie = session.headers["Cookie"]
        if trial.kind == FORGED:
            return forged(running, cookie)
        return matrix(running, cookie, is_set=trial.kind == MATRIX)


def matrix(running: Service, cookie: str, *, is_set: bool) -> Figures:
    """Every name with every origin, at a page, at Gradio's settings, by REST and MCP; only good ones are let in."""
    wrong, count = [], 0
    bearer = {"Authorization": f"Bearer {running.token}"}
    targets = (("GET", b"/config", {"Cookie": cookie}, b""), ("GET", b"/library", {"Cookie": cookie}, b""))
    programs = (("GET", b"/api/v1/index", bearer, b""), ("POST", b"/mcp", bearer, json.dumps(TOOLS).encode()))
    good_hosts = (0, 1, 2) if is_set else (0, 1, 9)  # an address is no name that another site could have
    for position, host_form in enumerate(HOSTS):
        host = host_form.format(port=running.port)
        for number, origin in enumerate(ORIGINS):
            headers = {"Host": host} | ({} if origin is None else {"Origin": origin.format(host=host)})
            for method, target, more, body in (*targets, *programs):
                is_program = (method, target, more, body) in programs
                # A program's token is let in from anywhere: no site can make a browser send it.
                named_well = position in good_hosts or (is_program and not is_set)
                good = named_well and (is_program or number < GOOD_ORIGINS)
                kind = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
                heard = raw(running.port, target, method=method, headers={**headers, **more, **kind}, body=body)
                count += 1
                shared = (
                    b"access-control-allow-origin: " in heard.head.lower() and number != 1
                )  # with itself is nothing
                if (heard.status == 200) != good or shared:
                    wrong.append((host, origin, target, heard.status))
    assert not wrong, wrong[:10]
    return {"requests": count}


def forged(running: Service, cookie: str) -> Figures:
    """What changes something, for another site or as what a form of another site can send: nothing is changed."""
    own, count = f"http://127.0.0.1:{running.port}", 0
    for path, kind, body in CHANGING:
        for origin in ("http://evil.example", "null", f"{own}.evil.example"):
            count += _refused(running, path, body, {"Cookie": cookie, "Origin": origin, "Content-Type": kind})
        for site in SITES:
            headers = {"Cookie": cookie, "Origin": own, "Sec-Fetch-Site": site, "Content-Type": kind}
            count += _refused(running, path, body, headers)
        for other in TYPES:
            if other.partition(";")[0] != kind.partition(";")[0]:
                headers = {"Cookie": cookie, "Origin": own} | ({"Content-Type": other} if other else {})
                count += _refused(running, path, body, headers)
    still = running.visitor()
    still.headers["Cookie"] = cookie
    assert json.loads(still.get("/health").body)["user"] == "administrator", "nobody was signed out"
    assert still.sign_in("administrator", SERVICE_PASSWORD).status == 303, "and the password is the same"
    return {"requests": count}


def _refused(running: Service, path: str, body: bytes, headers: dict[str, str]) -> int:
    heard = raw(running.port, path.encode(), method="POST", headers=headers, body=body)
    assert heard.status in (403, 415), f"{path} with {headers}: {heard.status} {heard.body[:100]!r}"
    return 1


ROUTES_ROWS = {
    "S5": Row(
        "every route of the application, by anonymous, wrong, expired and others, and by token",
        walked,
        route_kinds,
        nothing,
    ),
    "S6": Row("12 names with 12 origins, and posts forged for another site", named, host_kinds, prepare_store),
}
