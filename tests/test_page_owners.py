"""Whose a page is: its id opens nothing to anybody but whoever was the first to use it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from benchmarks.serving import running
from tests import fakes
from tests.gate_walk import PASSWORD, Server, walked_server
from tests.torture.visitors import Page, Reply, Visit, Wire, page_of

from askspeech.gate import SESSION
from askspeech.page_owners import LONGEST_PAGE_ID, PageOwners

QUESTION = fakes.DEBTS.question
WORDS = fakes.DEBTS.text[:8]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return walked_server(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def port(server: Server) -> Iterator[int]:
    with running(server.application) as address:
        yield int(address.rpartition(":")[2])


def signed(port: int, session: str) -> Wire:
    return Wire(port, headers={"Cookie": f"{SESSION}={session}"})


@asynccontextmanager
async def visited(port: int, session: str) -> AsyncIterator[Visit]:
    wire = signed(port, session)
    async with Visit(wire, await page_of(wire)) as visit:
        yield visit


async def all_of(wire: Wire, page: Page, session_hash: str) -> dict[str, Reply]:
    """What somebody gets who sends what a page sends, under that id; a fifth of its events, the asking one among."""
    known = {"session_hash": session_hash, "event_data": None, "trigger_id": None}
    found = {}
    for number in {page.asking, *list(page.events)[::5]}:
        event = page.events[number]
        body = {"data": [page.values[one] for one in event["inputs"]], "fn_index": number, **known}
        for path in ("queue/join", "run/predict"):
            found[f"{path} {number}"] = await wire.request("POST", f"/gradio_api/{path}", body)
    ending = {"session_hash": session_hash, "fn_index": page.asking, "event_id": "x"}
    found["cancel"] = await wire.request("POST", "/gradio_api/cancel", ending)
    found["reset"] = await wire.request("POST", "/gradio_api/reset", ending)
    for path in (
        f"queue/data?session_hash={session_hash}",
        f"queue/data?session_hash=none&session_hash={session_hash}",
    ):
        found[path] = await wire.request("GET", f"/gradio_api/{path}")
    found["heartbeat"] = await wire.request("GET", f"/gradio_api/heartbeat/{session_hash}")
    return found


def test_nobody_uses_the_page_of_another(server: Server, port: int) -> None:
    async def work() -> None:
        async with visited(port, server.session("reader")) as hers:
            asked = await hers.ask(QUESTION)
            assert asked.status == 200 and WORDS in asked.text
            other = signed(port, server.session("administrator"))
            found = await all_of(other, hers.page, hers.session)
            assert {reply.status for reply in found.values()} == {403}, found
            refused = json.loads(found["cancel"].body)
            assert refused["error"]["code"] == "not_your_page" and "reload it" in refused["detail"]
            assert not any(WORDS in reply.text for reply in found.values())
            again = await hers.ask(QUESTION)
            assert again.status == 200 and WORDS in again.text, "she goes on"
            other.close()

    asyncio.run(work())


def test_a_page_goes_on_in_another_session_of_the_same_user(server: Server, port: int) -> None:
    async def work() -> None:
        async with visited(port, server.session("reader")) as hers:
            before = hers.wire
            hers.wire = signed(port, server.session("reader"))
            assert (await hers.ask(QUESTION)).status == 200
            before.close()

    asyncio.run(work())


def test_a_later_user_of_the_same_name_is_another(server: Server, port: int) -> None:
    server.users.add("eve", PASSWORD, "reader")
    first = server.users.sign_in("eve", PASSWORD)
    assert first is not None

    async def work() -> None:
        async with visited(port, first[1]) as hers:
            assert (await hers.ask(QUESTION)).status == 200
            server.users.remove("eve")
            server.users.add("eve", PASSWORD, "reader")
            later = server.users.sign_in("eve", PASSWORD)
            assert later is not None
            namesake = signed(port, later[1])
            found = await all_of(namesake, hers.page, hers.session)
            assert {reply.status for reply in found.values()} == {403}
            namesake.close()

    asyncio.run(work())
    server.users.remove("eve")


def test_nobody_ends_the_event_of_another_by_its_id(server: Server, port: int) -> None:
    queue = server.gradio.get_blocks()._queue
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"origin": f"http://127.0.0.1:{port}"}) as client:
        client.cookies.set(SESSION, server.session("reader"))
        under_way: Any = SimpleNamespace(session_hash="mine")
        queue.event_ids_to_events["under way"] = under_way
        ending = {"session_hash": "other", "fn_index": 0, "event_id": "under way"}
        assert client.post("/gradio_api/cancel", json=ending).status_code == 403
        del queue.event_ids_to_events["under way"]
        assert client.post("/gradio_api/cancel", json=ending).status_code == 200


@pytest.mark.parametrize("number", [-1, -42, 99999, 10**30, True, "0", 0.0, None, [0]])
def test_an_event_that_is_not_there_is_not_found(
    server: Server, port: int, number: object, capfd: pytest.CaptureFixture[str]
) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"origin": f"http://127.0.0.1:{port}"}) as client:
        client.cookies.set(SESSION, server.session("reader"))
        for path in ("/gradio_api/queue/join", "/gradio_api/run/predict"):
            answer = client.post(path, json={"data": [], "fn_index": number, "session_hash": "q"})
            assert answer.status_code == 404 and answer.json()["error"]["code"] == "no_such_event"
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("page", ["", "x" * (LONGEST_PAGE_ID + 1)])
def test_an_id_that_no_page_makes_up_is_refused(
    server: Server, port: int, page: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"origin": f"http://127.0.0.1:{port}"}) as client:
        client.cookies.set(SESSION, server.session("reader"))
        assert client.get("/gradio_api/queue/data", params={"session_hash": page}).status_code == 403
        for path in ("/gradio_api/queue/join", "/gradio_api/run/predict"):
            event = {"data": [], "fn_index": 0, "session_hash": page}
            assert client.post(path, json=event).status_code == 403
    assert "Traceback" not in "".join(capfd.readouterr())


def test_what_is_forgotten_of_a_page_is_dropped_first() -> None:
    dropped: list[str] = []
    owners = PageOwners(dropped.append, most=2)
    assert owners.admits("one", "ann") and owners.admits("two", "ann") and not owners.admits("one", "bob")
    assert owners.admits("one", "ann") and owners.admits("three", "bob") and dropped == ["two"]
    assert not owners.admits("one", "bob") and owners.admits("two", "bob") and dropped == ["two", "one"]


def test_one_user_s_pages_take_the_place_of_their_own_alone() -> None:
    dropped: list[str] = []
    owners = PageOwners(dropped.append, most=9, of_one=2)
    assert owners.admits("ann's", "ann") and all(owners.admits(f"{number}", "bob") for number in (1, 2, 1, 3, 4))
    assert dropped == ["2", "1"] and owners.admits("ann's", "ann") and not owners.admits("ann's", "bob")
    assert all(owners.admits(f"local {number}", "") for number in range(6)) and dropped == ["2", "1"]
    assert owners.admits("local 6", "") and dropped == ["2", "1", "3"], "now the one of them all that was used first"


def test_the_state_of_a_page_can_be_dropped(tmp_path: Path) -> None:
    from askspeech.page_sessions import forget, is_new, page_of_event

    pages = walked_server(tmp_path).gradio.get_blocks()
    assert pages.state_holder["known"] and not is_new(pages, "known")
    forget(pages, "known")
    forget(pages, "never heard of")
    assert is_new(pages, "known") and page_of_event(pages, "none") is None
