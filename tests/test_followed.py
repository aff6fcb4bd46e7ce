"""Streams end where whoever asked for them may read on no more; those of others go on."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from benchmarks.serving import running
from fastapi import FastAPI
from gradio.routes import App
from tests import fakes
from tests.gate_walk import PASSWORD, WEAK, CountedIndex
from tests.torture.visitors import Page, Visit, Wire, page_of

from askspeech.access import Access
from askspeech.followed import Followed, Follower
from askspeech.gate import SESSION
from askspeech.live_index import Opened
from askspeech.server import create_application
from askspeech.users import Users

SOON = 4.0
LATER_WORDS = fakes.DEBTS.text[-8:]


@dataclass(frozen=True)
class World:
    """A server whose answers wait in their middle until the gate is opened."""

    port: int
    users: Users
    access: Access
    gate: threading.Event
    application: FastAPI

    def wire(self, name: str) -> Wire:
        """The connections of a user who has just signed in."""
        began = self.users.sign_in(name, PASSWORD)
        assert began is not None
        return Wire(self.port, headers={"Cookie": f"{SESSION}={began[1]}"})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    users, access, gate = Users(tmp_path, WEAK), Access(tmp_path), threading.Event()
    users.add("boss", PASSWORD, "administrator", first=True)
    users.add("ann", PASSWORD, "reader")
    answers = fakes.FakeAnswers(gate=gate)
    application = create_application(lambda: Opened(CountedIndex(), answers), access=access, users=users)
    with running(application) as address:
        try:
            yield World(int(address.rpartition(":")[2]), users, access, gate, application)
        finally:
            gate.set()


def removed(world: World, wire: Wire) -> None:
    world.users.remove("ann")


def given_another_password(world: World, wire: Wire) -> None:
    world.users.set_password("ann", PASSWORD + " 2")


def given_another_role(world: World, wire: Wire) -> None:
    world.users.set_role("ann", "administrator")


def signed_out(world: World, wire: Wire) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{world.port}"}
    headers = {"cookie": wire._headers["Cookie"], **form}
    answer = httpx.post(f"http://127.0.0.1:{world.port}/sign-out", content="", headers=headers)
    assert answer.status_code == 303


async def until_it_ends(wire: Wire, path: str, opened: asyncio.Event) -> tuple[float, bytes]:
    """When a stream ended, and what came."""
    received = b""
    async with wire.stream(path) as (status, parts):
        assert status == 200
        opened.set()
        async for part in parts:
            received += part
    return time.monotonic(), received


async def joined(wire: Wire, page: Page, session_hash: str) -> None:
    """Ask, without listening to the answer."""
    visit = Visit(wire, page)
    event = page.events[page.asking]
    values = {**page.values, event["inputs"][0]: fakes.DEBTS.question}
    data = [values[one] for one in event["inputs"]]
    body = {"data": data, "fn_index": page.asking, "session_hash": session_hash, "event_data": None}
    assert (await visit.wire.request("POST", "/gradio_api/queue/join", body)).status == 200


@pytest.mark.parametrize("end", [removed, given_another_password, given_another_role, signed_out])
def test_the_streams_of_a_page_end_with_the_session(world: World, end: Callable[[World, Wire], None]) -> None:
    async def work() -> None:
        hers, other = world.wire("ann"), world.wire("boss")
        page = await page_of(hers)
        await joined(hers, page, "hers")
        begun = [asyncio.Event() for _ in range(3)]
        streams = [
            asyncio.create_task(until_it_ends(hers, "/gradio_api/heartbeat/hers", begun[0])),
            asyncio.create_task(until_it_ends(hers, "/gradio_api/queue/data?session_hash=hers", begun[1])),
        ]
        others = asyncio.create_task(until_it_ends(other, "/gradio_api/heartbeat/other", begun[2]))
        await asyncio.gather(*(one.wait() for one in begun))
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await asyncio.to_thread(end, world, hers)
        found = await asyncio.wait_for(asyncio.gather(*streams), SOON + 10)
        assert max(when for when, _ in found) - began < SOON
        assert not any(LATER_WORDS.encode() in received for _, received in found), "the answer had not come to its end"
        await asyncio.sleep(1.5)
        assert not others.done(), "those of others go on"
        others.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await others

    asyncio.run(work())
    mounted = (getattr(one, "app", None) for one in world.application.routes)
    gradio = next(one for one in mounted if isinstance(one, App))
    state = gradio.state_holder.session_data.get("hers")
    assert state is None or state.is_closed, "what Gradio keeps of the page goes within a minute"


def test_the_stream_of_a_program_ends_with_its_token(world: World) -> None:
    token, secret = world.access.add("reader", "gone")
    _, kept = world.access.add("reader", "kept")

    def ask(bearer: str, heard: list[tuple[float, str]]) -> None:
        headers = {"Authorization": f"Bearer {bearer}"}
        url, body = f"http://127.0.0.1:{world.port}/api/v1/ask/stream", {"question": fakes.DEBTS.question}
        with httpx.stream("POST", url, json=body, headers=headers, timeout=30) as answer:
            heard.append((time.monotonic(), str(answer.status_code)))
            heard.extend((time.monotonic(), line) for line in answer.iter_lines() if line.startswith("event"))
        heard.append((time.monotonic(), "end"))

    gone: list[tuple[float, str]] = []
    stays: list[tuple[float, str]] = []
    threads = [threading.Thread(target=ask, args=one) for one in ((secret, gone), (kept, stays))]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while not (gone and stays) and time.monotonic() < deadline:
        time.sleep(0.05)
    began = time.monotonic()
    world.access.remove(token.id)
    threads[0].join(SOON + 10)
    assert gone[0][1] == "200" and gone[-1][1] == "end" and gone[-1][0] - began < SOON
    assert "event: done" not in [line for _, line in gone]
    assert stays[-1][1] != "end", "that of another goes on"
    world.gate.set()
    threads[1].join(10)
    assert "event: done" in [line for _, line in stays]


def test_an_open_page_alone_keeps_nobody_signed_in(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    users = Users(tmp_path, WEAK, lambda: now[0])
    users.add("boss", PASSWORD, "administrator", first=True)
    began = users.sign_in("boss", PASSWORD)
    assert began is not None
    now[0] += 11.9 * 3600
    assert users.standing(began[1], noted=False).user is not None
    now[0] += 0.2 * 3600
    assert users.standing(began[1], noted=False).user is None


def test_nothing_is_looked_up_while_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askspeech.followed.SECONDS_BETWEEN_LOOKS", 0.02)
    file, looks = tmp_path / "access.db", [0]
    file.write_text("one")

    def still() -> bool:
        looks[0] += 1
        return file.read_text() != "three"

    async def work() -> None:
        follower = Follower(tmp_path)
        lost = follower.follow(still)
        await asyncio.sleep(0.3)
        assert looks[0] == 1, "once, for what was written just before"
        file.write_text("three")
        await asyncio.wait_for(lost.wait(), 5)
        follower.leave(lost)
        other = follower.follow(lambda: False)
        await asyncio.wait_for(other.wait(), 5)

    asyncio.run(work())


def test_whoever_is_signed_out_before_an_answer_begins_is_told_so() -> None:
    sent: list[Any] = []

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def receive() -> Any:
        await asyncio.sleep(30)

    async def send(message: Any) -> None:
        sent.append(message)

    async def work() -> None:
        app = Followed(waits, Follower(), lambda _: lambda: False)
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await asyncio.wait_for(app(scope, receive, send), 10)

    asyncio.run(work())
    assert sent[0]["status"] == 401
