"""Visitors of the server, as many at once as are wanted: on the page, by the protocol of its browser, and by REST.

Written on asyncio's streams: a client that costs as much as the server would measure itself on a machine of two cores.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Page", "Reply", "Visit", "Wire", "ask_by_agent", "ask_by_rest", "page_of"]

LONGEST_WAIT = 120.0
_CONFIG = b"window.gradio_config = "


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request got: its status, its headers by their names in small letters, its body, and after how long."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The body as text, with what JSON escapes written out."""
        try:
            return json.dumps(json.loads(self.body), ensure_ascii=False)
        except ValueError:
            return self.body.decode("utf-8", "replace")


class _HungUpError(ConnectionError):
    """The other side has closed the connection without a word.

    One that was kept may have been idle for too long just when it was to be used again: browsers then take another one
    (RFC 9112, section 9.3.1).
    """


class Wire:
    """One visitor's connections to a server, from an address of loopback of the visitor's own.

    A connection is used again, one request after the other, as browsers do.
    """

    def __init__(self, port: int, source: str = "127.0.0.1", headers: Mapping[str, str] | None = None) -> None:
        self.port, self.source = port, source
        host = f"127.0.0.1:{port}"
        self._headers = {"Host": host, "Origin": f"http://{host}", **(headers or {})}
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A request and its whole answer; status 0 where the connection broke."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                return await self._asked(self._written(method, path, body, headers), began)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            return Reply(0, body=repr(error).encode(), seconds=time.perf_counter() - began)

    async def _asked(self, written: bytes, began: float) -> Reply:
        while kept := self._kept():
            with contextlib.suppress(_HungUpError):
                return await self._answered(*kept, written, began)
        return await self._answered(*await self._new(), written, began)

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, written: bytes, began: float
    ) -> Reply:
        try:
            writer.write(written)
            status, headers = await _head(reader)
            content = b"".join([part async for part in _body(reader, headers)])
        except BaseException:
            writer.close()
            raise
        if headers.get("connection") == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return Reply(status, headers, content, time.perf_counter() - began)

    @contextlib.asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """The status of a request, and the parts of its answer as they come; closed at the end of the block."""
        reader, writer = await self._new()
        try:
            writer.write(self._written("GET", path, None))
            status, headers = await _head(reader)
            yield status, _body(reader, headers)
        finally:
            writer.close()

    def _kept(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """A connection that was used before and is open yet, as far as is known here."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None

    async def _new(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.source, 0), limit=1 << 20)

    def _written(self, method: str, path: str, body: Any, more: Mapping[str, str] | None = None) -> bytes:
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self._headers, "Content-Length": str(len(content)), "Content-Type": "application/json"}
        headers |= more or {}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + content

    def close(self) -> None:
        """Close what is open."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError) as error:
        if getattr(error, "partial", b""):
            raise
        raise _HungUpError from error
    pairs = (line.partition(":") for line in head[1:] if line)
    return int(head[0].split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
    if headers.get("transfer-encoding") != "chunked":
        yield await reader.readexactly(int(headers.get("content-length", "0")))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)


async def ask_by_rest(wire: Wire, question: str, **more: Any) -> Reply:
    """The answer to a question by REST."""
    return await wire.request("POST", "/api/v1/ask", {"question": question, **more})


async def ask_by_agent(wire: Wire, question: str) -> Reply:
    """The answer to a question by MCP, as one request."""
    call = {"name": "ask", "arguments": {"question": question}}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return await wire.request("POST", "/mcp", request, headers)


@dataclass(frozen=True)
class Page:
    """What a browser is told of the page: the values of its components, and its events."""

    values: Mapping[int, Any]
    events: Mapping[int, Mapping[str, Any]]
    asking: int
    """The event that asks a question."""
    quotations: int
    """The component that leaves the chat model out."""

    def at_load(self) -> list[int]:
        """The events of a page that is opened."""
        return [number for number, one in self.events.items() if any(name == "load" for _, name in one["targets"])]

    def after(self, event: int) -> list[int]:
        """The events that follow one that went well."""
        return [
            number
            for number, one in self.events.items()
            if one["trigger_after"] == event and not one["trigger_only_on_failure"]
        ]


async def page_of(wire: Wire) -> Page:
    """The page as it is now."""
    reply = await wire.request("GET", "/")
    assert reply.status == 200, f"no page: {reply.status} {reply.body[:200]!r}"
    text = reply.body[reply.body.index(_CONFIG) + len(_CONFIG) :].decode()
    config = json.JSONDecoder().raw_decode(text)[0]
    named = {one["props"].get("elem_id"): one["id"] for one in config["components"]}
    events = {one["id"]: one for one in config["dependencies"]}
    asking = next(number for number, one in events.items() if [named["as-ask"], "submit"] in one["targets"])
    # What holds text holds an empty one in a browser where the server says nothing.
    texts = ("textbox", "markdown")
    values = {
        one["id"]: one["props"].get("value") or ("" if one["type"] in texts else one["props"].get("value"))
        for one in config["components"]
    }
    return Page(values, events, asking, named["as-quotations-only"])


_SESSIONS = itertools.count()


class Visit:
    """One open page: its session, its heartbeat, and the events that it sends."""

    def __init__(self, wire: Wire, page: Page) -> None:
        self.wire, self.page = wire, page
        self.session = f"{time.time_ns():x}{next(_SESSIONS)}"
        self._alive: asyncio.Task[None] | None = None
        self._after: set[asyncio.Task[None]] = set()
        self._ends: dict[str, asyncio.Future[bytes]] = {}
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Visit":
        self._alive = asyncio.create_task(self._beat())
        await asyncio.gather(*(self.send(event) for event in self.page.at_load()))
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [task for task in (self._alive, self._listening, *self._after) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.wire.close()

    async def _beat(self) -> None:
        """The stream that keeps a session: the server forgets it when this is closed."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            async with self.wire.stream(f"/gradio_api/heartbeat/{self.session}") as (_, parts):
                async for _ in parts:
                    pass

    async def ask(self, question: str, *, quotations: bool = False, leave_after: float | None = None) -> Reply:
        """Ask as the box for questions does; the body is what the page is shown at the end.

        Status 0 where the page was not answered. With `leave_after` the visitor goes away after so many seconds.
        """
        values = {self.page.events[self.page.asking]["inputs"][0]: question, self.page.quotations: quotations}
        try:
            async with asyncio.timeout(leave_after or LONGEST_WAIT):
                reply = await self.send(self.page.asking, values)
        except TimeoutError:
            return Reply(0, body=b"left" if leave_after else b"no answer in time")
        if reply.status == 200:
            for event in self.page.after(self.page.asking):
                task = asyncio.create_task(self._follow(event))
                self._after.add(task)
                task.add_done_callback(self._after.discard)
        return reply

    async def _follow(self, event: int) -> None:
        await self.send(event)

    async def send(self, event: int, values: Mapping[int, Any] | None = None) -> Reply:
        """Send an event with the values of the page's components, and wait for its end."""
        known = {**self.page.values, **(values or {})}
        data = [known[number] for number in self.page.events[event]["inputs"]]
        body = {"data": data, "fn_index": event, "session_hash": self.session, "trigger_id": None, "event_data": None}
        began = time.perf_counter()
        if not self.page.events[event]["queue"]:
            return await self.wire.request("POST", "/gradio_api/run/predict", body)
        joined = await self.wire.request("POST", "/gradio_api/queue/join", body)
        if joined.status != 200:
            return joined
        told = await self._ended(json.loads(joined.body)["event_id"])
        succeeded = b'"success":true' in told
        return Reply(200 if succeeded else 0, joined.headers, told, time.perf_counter() - began)

    async def _ended(self, identity: str) -> bytes:
        """The last message about an event; the session's one stream tells of all its events."""
        ended = self._ends.setdefault(identity, asyncio.get_running_loop().create_future())
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        try:
            return await asyncio.wait_for(asyncio.shield(ended), LONGEST_WAIT)
        except TimeoutError:
            return b"no answer in time"
        finally:
            self._ends.pop(identity, None)

    async def _listen(self) -> None:
        """Read the stream for as long as events are waited for."""
        while any(not one.done() for one in self._ends.values()):
            try:
                async with self.wire.stream(f"/gradio_api/queue/data?session_hash={self.session}") as (_, parts):
                    await self._read(parts)
            except (OSError, asyncio.IncompleteReadError) as error:
                for one in self._ends.values():
                    if not one.done():
                        one.set_result(repr(error).encode())

    async def _read(self, parts: AsyncIterator[bytes]) -> None:
        received = b""
        async for part in parts:
            *messages, received = (received + part).split(b"\n\n")
            for message in messages:
                if b'"msg":"close_stream"' in message:
                    return
                if b'"msg":"process_completed"' in message or b'"msg":"unexpected_error"' in message:
                    content = json.loads(message.removeprefix(b"data: "))
                    for identity in [content["event_id"]] if content.get("event_id") else list(self._ends):
                        one = self._ends.setdefault(identity, asyncio.get_running_loop().create_future())
                        if not one.done():
                            one.set_result(message.removeprefix(b"data: "))
