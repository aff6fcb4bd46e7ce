"""The row about floods (S7): too large, too much or too slow is refused before it is read; others are answered."""

import contextlib
import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gradio
from benchmarks.serving import browser_program
from tests.torture.other_people import Others, others
from tests.torture.rows import Figures, Row, SkippedError, Trial
from tests.torture.security_world import QUESTION, prepare_store
from tests.torture.service_world import (
    ADMINISTRATOR,
    FORM,
    MEBIBYTE,
    READER,
    Heard,
    Service,
    Visitor,
    service,
)

MOST_GROWTH = 50 * MEBIBYTE
MOST_RATIO = 2.0
# Of fewer answers, the time within which 95 of 100 came is that of the slowest.
ENOUGH = 100
# Over how many connections pages are opened, heads sent, and messages in parts (from one address, no more than 256 may
# be); how many pages between two quiet times.
CONNECTIONS, FEWER, FEWEST = 200, 50, 24
TURN = 2000
NOISY: Mapping[str, str] = {"ASKSPEECH_QUESTIONS_PER_MINUTE": "6000"}
"""Whoever is timed asks more quickly than anybody does."""


@contextlib.contextmanager
def flooded(trial: Trial, **settings: str) -> Iterator[tuple[Service, Visitor, Others]]:
    """A server, a flooder, who is signed in as an administrator, and the times of others; checked at the end."""
    with service(trial.scratch, trial.folder, **{**NOISY, **settings}) as running:
        flooder = running.visitor("127.0.0.9")
        assert flooder.sign_in(ADMINISTRATOR).status == 303
        for _ in range(3):
            flooder.ask(running.token), flooder.get("/config")
        before = running.memory()
        with others(running) as met:
            yield running, flooder, met
        grown = running.memory() - before
        assert grown <= MOST_GROWTH, f"the server grew by {grown / MEBIBYTE:.0f} MiB"
        assert met.ratio <= MOST_RATIO, met.figures()
        trial.folder.joinpath("grown").write_text(str(max(0, grown // MEBIBYTE)), encoding="ascii")


def told(trial: Trial, met: Others, **counted: int) -> Figures:
    """The figures of a trial."""
    grown = int(trial.folder.joinpath("grown").read_text(encoding="ascii"))
    return {**counted, "largest growth in MiB": grown, **met.figures()}


def sending(
    running: Service, path: str, headers: Mapping[str, str], length: int, *, chunked: bool = False
) -> tuple[int, int]:
    """Send a body that is too long; the status, and how many bytes had been sent when the answer was there."""
    named = {"Host": f"127.0.0.1:{running.port}", "Origin": f"http://127.0.0.1:{running.port}", **headers}
    named |= {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(length)}
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named.items()) + "\r\n"
    part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n" if chunked else b"x" * 0x10000
    sent = 0
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
        connection.sendall(head.encode())
        if chunked:
            with contextlib.suppress(ConnectionError):
                while sent < length:
                    connection.sendall(part)
                    sent += 0x10000
        heard = connection.recv(1 << 16)
    return int(heard.split(b" ", 2)[1]), sent


def until_enough(met: Others, enough: int, misbehave: Callable[[], int]) -> Iterator[int]:
    """What it gives each time, until others were answered so often while it was loud; it is quiet after each."""
    while True:
        yield misbehave()
        met.breathe()
        if len(met.during) >= enough:
            return


def messages(trial: Trial, enough: int = ENOUGH) -> Figures:
    """Messages of 100 MB to everything that takes one, with their length and, many at once, without."""
    with flooded(trial) as (running, flooder, met), ThreadPoolExecutor(FEWEST) as pool:
        cookie = {"Cookie": flooder.headers["Cookie"]}
        bearer = {"Authorization": f"Bearer {running.token}"}
        json_kind = {"Content-Type": "application/json"}
        targets = (
            ("/gradio_api/queue/join", cookie | json_kind), ("/gradio_api/run/predict", cookie | json_kind),
            ("/gradio_api/cancel", cookie | json_kind), ("/sign-in", {"Content-Type": FORM}),
            ("/password", cookie | {"Content-Type": FORM}), ("/api/v1/ask", bearer | json_kind),
            ("/api/v1/search", bearer | json_kind), ("/mcp", bearer | json_kind),
        )  # fmt: skip
        in_parts = targets[::3] * (FEWEST // 3)

        def send_in_parts(target: tuple[str, Mapping[str, str]]) -> tuple[int, int]:
            return sending(running, *target, 100 * MEBIBYTE, chunked=True)

        def send_all() -> int:
            for path, headers in targets:
                status, sent = sending(running, path, headers, 100 * MEBIBYTE)
                assert (status, sent) == (413, 0), f"{path}: {status} after {sent} bytes"
            for (path, _), (status, sent) in zip(in_parts, pool.map(send_in_parts, in_parts), strict=True):
                assert status == 413 and sent < 50 * MEBIBYTE, f"{path} in parts: {status} after {sent} bytes"
            return len(targets) + len(in_parts)

        count = sum(until_enough(met, enough, send_all))
    return told(trial, met, **{"messages of 100 MiB": count})


def uploads(trial: Trial, enough: int = ENOUGH) -> Figures:
    """Uploads of 200 MiB, with their length and without, and more of them than may be."""
    with flooded(trial) as (running, flooder, met):
        headers = {"Cookie": flooder.headers["Cookie"], "Content-Type": "multipart/form-data; boundary=x"}

        def send_ten() -> Counter[tuple[int, int]]:
            longest = 200 * MEBIBYTE + 200
            return Counter(sending(running, "/gradio_api/upload", headers, longest) for _ in range(10))

        assert set(first := send_ten()) == {(413, 0)}, first
        status, _ = sending(running, "/gradio_api/upload", headers, 200 * MEBIBYTE, chunked=True)
        assert status == 411, f"{status} in parts"
        found = Counter(_uploaded(flooder, "x" * 10).status for _ in range(100))
        assert found[200] and found[429] and set(found) == {200, 429}, found
        refused = _uploaded(flooder, "x")
        assert int(refused.headers["retry-after"]) >= 1 and "上传".encode() in refused.body

        def send_more() -> int:
            again = send_ten()
            assert set(again) <= {(413, 0), (429, 0)}, again
            return again.total()

        count = 11 + sum(until_enough(met, enough, send_more))
    return told(trial, met, **{"uploads of 200 MiB": count})


def _uploaded(visitor: Visitor, text: str) -> Heard:
    body = f'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n{text}\r\n--x--\r\n'
    return visitor.send("POST", "/gradio_api/upload", body.encode(), Content_Type="multipart/form-data; boundary=x")


def pages(trial: Trial, count: int = 10_000) -> Figures:
    """Pages opened by the ten thousand over as many connections as may be, and more streams of them than may be."""
    with flooded(trial) as (running, flooder, met), ThreadPoolExecutor(CONNECTIONS) as pool:
        cookie = {"Cookie": flooder.headers["Cookie"]}
        opening = [running.visitor("127.0.0.9", **cookie) for _ in range(CONNECTIONS)]

        def open_some(share: tuple[Visitor, Sequence[int]]) -> Counter[int]:
            visitor, numbers = share
            events = ({"data": [], "fn_index": 1, "session_hash": f"flood{one}", "event_data": None} for one in numbers)
            return Counter(visitor.post("/gradio_api/queue/join", event).status for event in events)

        found: Counter[int] = Counter()
        for start in range(0, count, TURN):
            numbers = range(start, min(count, start + TURN))
            shares = [numbers[one::CONNECTIONS] for one in range(CONNECTIONS)]
            found.update(sum(pool.map(open_some, zip(opening, shares, strict=True)), Counter()))
            met.breathe()
        assert found[429] > count // 2 and set(found) <= {200, 429, 503}, found
        streams = _streams(running, flooder.headers["Cookie"], 300)
        assert streams[200] <= 128 and streams[429] >= 172, streams
    return told(trial, met, **{"pages opened": count, "of which refused": found[429] + found[503]})


def strangers(trial: Trial, rounds: int = 4, most: int = CONNECTIONS) -> Figures:
    """People who are not signed in, at addresses of pages, of programs and of nothing, over as many connections."""
    with flooded(trial) as (running, _, met), ThreadPoolExecutor(most) as pool:
        asking = [running.visitor("127.0.0.9") for _ in range(most)]
        ways: Sequence[Callable[[Visitor], Heard]] = (
            lambda visitor: visitor.get("/"), lambda visitor: visitor.get("/config"),
            lambda visitor: visitor.get("/nothing"), lambda visitor: visitor.ask("wrong"),
            lambda visitor: visitor.post("/gradio_api/queue/join", {}), lambda visitor: visitor.post("/mcp", {}),
        )  # fmt: skip

        def go_through(visitor: Visitor) -> set[int]:
            return {way(visitor).status for way in ways}

        for _ in range(rounds):
            found = set[int]().union(*pool.map(go_through, asking))
            assert found - {503} == {303, 401, 404}, found
            met.breathe()
    return told(trial, met, **{"requests of strangers": rounds * most * len(ways)})


def granted(trial: Trial, most: int = CONNECTIONS) -> Figures:
    """What anybody may ask for, over as many connections: pages, their files, what programs ask; none is refused."""
    with flooded(trial) as (running, flooder, met), ThreadPoolExecutor(CONNECTIONS) as pool:
        cookie = {"Cookie": flooder.headers["Cookie"]}
        bearer = {"Authorization": f"Bearer {running.second_token}"}
        heaviest = max(Path(gradio.__file__).parent.glob("templates/frontend/assets/*.js"), key=_size).name
        # How many of them wait half a minute at most; the last ones of more would wait longer.
        half, twice = most // 2, 2 * most
        ways: Sequence[tuple[int, Mapping[str, str], Callable[[Visitor], Heard]]] = (
            (half, cookie, lambda visitor: visitor.get("/")), (half, cookie, lambda visitor: visitor.get("/config")),
            (twice, cookie, lambda visitor: visitor.get("/static/askspeech/page.css")),
            (most, cookie, lambda visitor: visitor.get(f"/assets/{heaviest}")),
            (most, {}, lambda visitor: visitor.get("/sign-in")), (most, {}, lambda visitor: visitor.get("/health")),
            (most, {}, lambda visitor: visitor.get("/static/askspeech/sign-in.css")),
            (most, bearer, lambda visitor: visitor.post("/api/v1/search", {"question": QUESTION})),
            (most, bearer, lambda visitor: visitor.get("/api/v1/index")),
        )  # fmt: skip
        for count, headers, way in ways:
            asking = [running.visitor("127.0.0.9", **headers) for _ in range(count)]
            found = Counter(heard.status for heard in pool.map(way, asking))
            assert found == {200: count}, found
            met.breathe()
    return told(trial, met, **{"requests that are granted": sum(count for count, *_ in ways)})


def _size(path: Path) -> int:
    return path.stat().st_size


def _streams(running: Service, cookie: str, count: int) -> Counter[int]:
    """The statuses of that many streams at once."""
    found, opened = Counter[int](), []
    # A quarter of a minute's requests are left for it.
    with contextlib.ExitStack() as stack:
        for number in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=30))
            head = f"GET /gradio_api/heartbeat/s{number} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
            connection.sendall(f"{head}Cookie: {cookie}\r\n\r\n".encode())
            opened.append(connection)
        for connection in opened:
            found[int(connection.recv(4096).split(b" ", 2)[1])] += 1
    return found


def slow(trial: Trial, count: int = 200) -> Figures:
    """Two hundred who send a byte now and then: of the head, of a form, of a message; and who send nothing at all."""
    with flooded(trial) as (running, flooder, met):
        forms = _slow_forms(running, flooder.headers["Cookie"])
        with ThreadPoolExecutor(count) as pool:
            began = list(pool.map(lambda number: _dripped(running.port, *forms[number % len(forms)]), range(count)))
        assert max(began) <= 35, f"one was listened to for {max(began):.0f} s"
    return told(trial, met, **{"slow senders": count, "largest time listened to in s": round(max(began))})


def _slow_forms(running: Service, cookie: str) -> Sequence[tuple[bytes, bytes]]:
    """What each begins with, and what it goes on with."""
    head = f"Host: 127.0.0.1:{running.port}\r\nOrigin: http://127.0.0.1:{running.port}\r\nCookie: {cookie}\r\n"
    length = "Content-Length: 9999\r\n"
    join = f"POST /gradio_api/queue/join HTTP/1.1\r\n{head}{length}Content-Type: application/json\r\n\r\n"
    form = f"POST /sign-in HTTP/1.1\r\n{head}{length}Content-Type: {FORM}\r\n\r\n"
    stranger = f"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\n{length}\r\n"
    upload = f"POST /gradio_api/upload HTTP/1.1\r\n{head}{length}Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    begun = f"GET / HTTP/1.1\r\n{head}"
    forms = ((begun, "X: y\r\n"), ("", "\r\n"), ("", ""), (join, "x"), (form, "x"), (stranger, "x"), (upload, "x"))
    return [(one.encode(), drip.encode()) for one, drip in forms]


def _dripped(port: int, first: bytes, drip: bytes) -> float:
    """Send slowly until the server hangs up; how long that took."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(first)
        while time.monotonic() - began < 60:
            with contextlib.suppress(TimeoutError):
                try:
                    if drip:
                        connection.sendall(drip)
                    if not connection.recv(4096):
                        break
                except ConnectionError:
                    break
    return time.monotonic() - began


def heads(trial: Trial, enough: int = ENOUGH) -> Figures:
    """Heads of 64 KB: one header, many, the address; and ones that never end."""
    forms = (
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65_536 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: %s\r\n" % (one, b"a" * 56) for one in range(1000)) + b"\r\n",
        b"GET /" + b"a" * 65_536 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a=b; " * 14_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000,
    )
    with flooded(trial) as (running, _, met), ThreadPoolExecutor(FEWER) as pool:

        def send(form: bytes) -> None:
            with socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
                connection.sendall(form)
                assert connection.recv(4096).startswith(b"HTTP/1.1 431 "), form[:40]

        def send_all() -> int:
            return len(list(pool.map(send, forms * FEWER)))

        count = sum(until_enough(met, enough, send_all))
    return told(trial, met, **{"heads of 64 KB": count})


def rates(trial: Trial) -> Figures:
    """More questions and requests than may be, in the page, by REST and by MCP: 429, when to come back, and then so."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    call["params"] = {"name": "ask", "arguments": {"question": QUESTION}}
    accepts = {"Accept": "application/json, text/event-stream"}
    with service(trial.scratch, trial.folder, ASKSPEECH_QUESTIONS_PER_MINUTE="6") as running:
        bearer = {"Authorization": f"Bearer {running.token}"}
        program, reader, count = running.visitor(), running.visitor(), 0
        assert reader.sign_in(READER).status == 303
        asking = {"data": [], "fn_index": _asking(reader), "session_hash": "rates", "event_data": None}
        ways: Mapping[str, Callable[[], Heard]] = {
            "the page": lambda: reader.post("/gradio_api/queue/join", asking),
            "REST": lambda: program.post("/api/v1/ask", {"question": QUESTION}, **bearer),
            "MCP": lambda: program.post("/mcp", call, **bearer, **accepts),
        }
        for way, ask in ways.items():
            found = [ask() for _ in range(8)]
            count += len(found)
            refused = [one for one in found if one.status == 429]
            # REST and MCP count together, as they show the same token.
            assert len(refused) == (8 if way == "MCP" else 2), (way, [one.status for one in found])
            assert (
                "Too many questions" in refused[0].body.decode()
                and "提问" in json.loads(refused[0].body)["error"]["message"]
            )
        time.sleep(int(refused[-1].headers["retry-after"]) + 0.5)
        assert program.post("/api/v1/ask", {"question": QUESTION}, **bearer).status == 200, "after the time it said"
        assert program.get("/api/v1/index", **bearer).status == 200 and reader.get("/config").status == 200
        other = running.visitor("127.0.0.6")
        assert other.sign_in(ADMINISTRATOR).status == 303
        assert other.post("/gradio_api/queue/join", {**asking, "session_hash": "other"}).status == 200, "others may"
    return {"questions": count}


def _asking(visitor: Visitor) -> int:
    """The number of the event that asks."""
    config = json.loads(visitor.get("/config").body)
    box = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "as-ask")
    return next(one["id"] for one in config["dependencies"] if [box, "submit"] in one["targets"])


def ordinary(trial: Trial) -> Figures:
    """A person in a browser clicks through all pages, uploads fifty files and asks, for a while: nothing is refused."""
    if browser_program() is None:
        raise SkippedError("there is no browser")
    from tests.torture.ordinary_person import clicked_through

    with service(trial.scratch, trial.folder) as running:
        return clicked_through(running, trial.folder)


FLOODS: Mapping[str, Callable[[Trial], Figures]] = {
    "messages of 100 MB": messages, "uploads of 200 MB": uploads, "10,000 pages": pages, "strangers": strangers,
    "what is granted": granted, "slow senders": slow, "heads of 64 KB": heads, "more than may be asked": rates,
    "an ordinary person": ordinary,
}  # fmt: skip


def flood_kinds(_: Path) -> Sequence[str]:
    return tuple(FLOODS)


def withstood(trial: Trial) -> Figures:
    """One kind of flood."""
    return FLOODS[trial.kind](trial)


FLOOD_ROWS = {
    "S7": Row(
        "messages, uploads, heads, pages and rates beyond what may be, strangers and slow senders",
        withstood,
        flood_kinds,
        prepare_store,
    )
}
