"""A server that is asked more than it can answer: who is turned away, how that is said, and who notices nothing."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.busy_server import PLACES, QUESTION, WAYS, WORDS, Held, by_rest, counted, held, on_the_page, taken
from tests.torture.visitors import Visit, Wire, ask_by_rest, page_of

from askspeech.access import Access


@pytest.mark.parametrize("way", list(WAYS))
def test_whoever_finds_no_place_is_told_so_at_once(way: str, tmp_path: Path) -> None:
    async def run(server: Held) -> None:
        tasks = await taken(server, [by_rest(server, number + 1) for number in range(PLACES)])
        refused = await WAYS[way](server, 100)
        assert refused.status == 503
        assert refused.headers["retry-after"] == "2"
        assert "系统繁忙，请稍后再试" in refused.text
        assert "is busy" in refused.text or way == "page"  # a page is told in its reader's language
        assert refused.headers["content-security-policy"]
        assert await asyncio.to_thread(counted, server, "askspeech_busy_total", way=way) == 1
        server.gate.set()
        assert all(WORDS in reply.text for reply in await asyncio.gather(*tasks))
        assert WORDS in (await WAYS[way](server, 101)).text

    with held(tmp_path) as server:
        asyncio.run(run(server))


@pytest.mark.parametrize("way", list(WAYS))
def test_one_visitor_cannot_take_all_places(way: str, tmp_path: Path) -> None:
    async def run(server: Held) -> None:
        tasks = await taken(server, [WAYS[way](server, 1) for _ in range(PLACES // 2)])
        refused = await WAYS[way](server, 1)
        assert refused.status == 503
        assert refused.headers["retry-after"] == "2"
        assert "系统繁忙，请稍后再试" in refused.text
        another = asyncio.ensure_future(WAYS[way](server, 2))
        await asyncio.sleep(0.3)
        assert not another.done()
        server.gate.set()
        assert all(WORDS in reply.text for reply in await asyncio.gather(another, *tasks))

    with held(tmp_path) as server:
        asyncio.run(run(server))


@pytest.mark.parametrize("has_asked", [True, False])
def test_of_two_behind_one_address_one_does_not_hold_up_the_other(tmp_path: Path, has_asked: bool) -> None:
    """Half of the places of all who come from there are taken by questions of which the rest does not come."""
    flooding, asking = ({"Authorization": f"Bearer {Access(tmp_path).add('reader')[1]}"} for _ in range(2))

    async def slow(server: Held) -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, local_addr=("127.0.7.1", 0))
        heads = {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/json", "Content-Length": "9"}
        lines = [f"{name}: {value}" for name, value in (heads | flooding).items()]
        writer.write("\r\n".join(["POST /api/v1/ask HTTP/1.1", *lines, "", ""]).encode())
        return writer

    async def run(server: Held) -> None:
        server.gate.set()
        for headers in (flooding, asking)[: 1 + has_asked]:
            assert (await ask_by_rest(Wire(server.port, "127.0.7.1", headers), QUESTION)).status == 200
        slow_ones = [await slow(server) for _ in range(PLACES)]
        await asyncio.sleep(0.3)
        assert (await ask_by_rest(Wire(server.port, "127.0.7.1", flooding), QUESTION)).status == 503
        assert (await ask_by_rest(Wire(server.port, "127.0.7.1", asking), QUESTION)).status == 200
        for one in slow_ones:
            one.close()

    with held(tmp_path) as server:
        asyncio.run(run(server))


@pytest.mark.parametrize(("header", "said"), [("zh-CN,zh;q=0.9", "系统繁忙"), ("en-US", "The server is busy")])
@pytest.mark.parametrize("others", [PLACES, PLACES // 2])
def test_a_page_is_told_in_its_readers_language(header: str, said: str, others: int, tmp_path: Path) -> None:
    """Whether every place is taken, or only as many as one visitor may have."""

    async def run(server: Held) -> None:
        # From the address of the reader where there is place for others.
        tasks = await taken(server, [by_rest(server, 9 if others < PLACES else one + 1) for one in range(others)])
        wire = Wire(server.port, "127.0.7.9", {"Accept-Language": header})
        page = await page_of(wire)
        async with Visit(wire, page) as visit:
            refused = await visit.ask(QUESTION)
        assert (refused.status, list(json.loads(refused.body))) == (503, ["detail"])
        assert said in json.loads(refused.body)["detail"]
        server.gate.set()
        await asyncio.gather(*tasks)

    with held(tmp_path) as server:
        asyncio.run(run(server))


def test_a_page_that_is_closed_gives_its_places_back(tmp_path: Path) -> None:
    async def run(server: Held) -> None:
        pages = [asyncio.ensure_future(on_the_page(server, number + 1)) for number in range(PLACES)]
        await taken(server, pages)
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        server.gate.set()
        async with asyncio.timeout(20):
            while (await by_rest(server, 50)).status == 503:
                await asyncio.sleep(0.1)

    with held(tmp_path) as server:
        asyncio.run(run(server))


def test_other_requests_go_on_while_questions_wait(tmp_path: Path) -> None:
    async def run(server: Held) -> None:
        tasks = await taken(server, [by_rest(server, number + 1) for number in range(PLACES)])
        wire = Wire(server.port, "127.0.7.60")
        assert (await wire.request("GET", "/api/v1/index")).status == 200
        listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        accept = {"Accept": "application/json, text/event-stream"}
        assert (await wire.request("POST", "/mcp", b"{", accept)).status == 400
        assert (await wire.request("POST", "/mcp", listing, accept)).status == 200
        async with Visit(wire, await page_of(wire)) as visit:
            replies = [await visit.send(event) for event in visit.page.at_load()]
        assert [reply.status for reply in replies] == [200] * len(replies)
        server.gate.set()
        await asyncio.gather(*tasks)

    with held(tmp_path) as server:
        asyncio.run(run(server))


@pytest.mark.parametrize("way", ["rest", "page"])
def test_quotations_do_not_wait_for_a_chat_model(way: str, tmp_path: Path) -> None:
    async def run(server: Held) -> None:
        tasks = await taken(server, [WAYS[way](server, number + 1) for number in range(20)])
        wire = Wire(server.port, "127.0.7.60")
        if way == "rest":
            reply = await ask_by_rest(wire, QUESTION, quotations=True)
        else:
            async with Visit(wire, await page_of(wire)) as visit:
                reply = await visit.ask(QUESTION, quotations=True)
        assert reply.status == 200
        assert WORDS in reply.text
        assert not any(task.done() for task in tasks)
        server.gate.set()
        assert all(WORDS in reply.text for reply in await asyncio.gather(*tasks))

    with held(tmp_path, 64, model=True) as server:
        asyncio.run(run(server))
