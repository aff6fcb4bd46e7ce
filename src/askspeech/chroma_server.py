"""Chroma's collections on a Chroma server: the Rust one of `chroma run`, never the Python one (CVE-2026-45829).

Chroma's own client waits without end for a server that does not answer; here every request has a limit, and a block
may set one for all its requests together (`within`).
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx

from askspeech.egress import CHROMA_ALONE
from askspeech.errors import AskSpeechError, StoreDamagedError, StoreMismatchError, StoreUnreachableError
from askspeech.settings import ChromaServer

if TYPE_CHECKING:
    from chromadb.api import ServerAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

__all__ = ["Connection", "ServerHome", "ServerPlace", "collection_prefix", "remove_collections", "within"]

SECONDS_TO_CONNECT = 2.0
SECONDS_TO_BE_GREETED = 4.0
LONGEST_SECONDS = 600.0
"""The limit of a request that a block sets none for: a build adds thousands of vectors in one."""
_STALLING_SECONDS = 1.0
"""How long an answer that has begun may stand still."""

RUST_VERSION = "1.0.0"
"""What every Rust server from 1.0 to 1.5.9 says that its version is, whatever it is; the Python server says its own."""

_ROWS = 5000
_CALL_BYTES = 8_000_000
"""About how large one call may be; the server takes 40 MiB."""
_BYTES_PER_NUMBER = 5.4
_LISTED_AT_ONCE = 500
_LONGEST_REASON = 300

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all requests of the block together take so many seconds, or what a block around it leaves."""
    until, outer = time.monotonic() + seconds, _until.get()
    token = _until.set(until if outer is None else min(until, outer))
    try:
        yield
    finally:
        _until.reset(token)


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """The collections of one generation on a server, and the interface that the server had when they were made."""

    server: ChromaServer
    prefix: str
    interface: str = ""


def collection_prefix(store_id: str, generation: str = "") -> str:
    """What the names of the collections of a store, or of one of its generations, begin with."""
    return f"askspeech-{store_id}-{generation}"


class Connection:
    """A connection to a server that has said which it is; `closing` ends it.

    Raises:
        StoreUnreachableError: the server does not answer, or not as a Chroma server does.
        StoreMismatchError: it is a server of another version, or not the Rust one.
    """

    def __init__(self, server: ChromaServer, closing: ExitStack) -> None:
        self.server = server
        with self.errors():
            self.api, session = _opened(server, closing)
            with within(SECONDS_TO_BE_GREETED):
                self.version = str(self.api.get_version())
                self._check_version()
                self.interface = _interface(session, server)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn whatever goes wrong with the server in the block into our errors.

        Raises:
            StoreDamagedError: what is asked for is not there.
            StoreUnreachableError: anything else.
        """
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - slow to import, and most processes do without it

        try:
            yield
        except AskSpeechError:
            raise
        except NotFoundError as error:
            raise StoreDamagedError(
                f"The Chroma server {self.server.url} does not hold what a build put there ({_short(error)}). Start "
                "the one that does, or build the index again: askspeech build --store STORE"
            ) from error
        except Exception as error:
            raise StoreUnreachableError(
                f"The Chroma server {self.server.url} does not answer as expected ({_short(error)}). Start it, or see "
                "its log; to keep the vectors in files, unset ASKSPEECH_CHROMA_URL and build the index again."
            ) from error

    def _check_version(self) -> None:
        if self.version == RUST_VERSION:
            return
        raise StoreMismatchError(
            f"The Chroma server {self.server.url} says that its version is {self.version[:40]!r}, expected "
            f"{RUST_VERSION!r}, which every Rust server says (chroma run, Chroma 1.0 to 1.5). Start that one, of the "
            "version that constraints.txt names; never the Python server, which anyone can take over (CVE-2026-45829)."
        )


def _opened(server: ChromaServer, closing: ExitStack) -> tuple["ServerAPI", httpx.Client]:
    from chromadb.api import ServerAPI  # noqa: PLC0415 - as above
    from chromadb.config import Settings, System  # noqa: PLC0415

    system = System(
        Settings(
            **CHROMA_ALONE,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=server.url,
            chroma_server_http_port=0,  # it is part of the address
            chroma_server_headers={"Authorization": f"Bearer {server.token}"} if server.token else None,
        )
    )
    api: Any = system.instance(cast("Any", ServerAPI))
    waiting_without_end: httpx.Client = api._session
    waiting_without_end.close()
    # With a transport of ours, httpx takes no proxy from the environment: the server is a neighbour.
    session = httpx.Client(transport=_Patient(), headers=waiting_without_end.headers)
    closing.callback(session.close)
    api._session = session
    return api, session


def _interface(session: httpx.Client, server: ChromaServer) -> str:
    """The hash of what the server says that it can do, which changes with its version; empty where a proxy hides it."""
    answer = session.get(f"{server.url}/openapi.json")
    try:
        described = json.dumps(answer.raise_for_status().json(), sort_keys=True)
    except (httpx.HTTPStatusError, ValueError):
        return ""
    return hashlib.sha256(described.encode()).hexdigest()[:16]


class _Remaining(dict[str, float]):
    """The limits of one request, as the transport asks for them: what is left at that moment."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until
        self.at_once = LONGEST_SECONDS
        """The longest that the transport may wait in one go."""

    def get(self, key: str, default: Any = None) -> Any:
        left = min(max(0.001, self.until - time.monotonic()), self.at_once)
        return min(left, SECONDS_TO_CONNECT) if key == "connect" else left


class _Patient(httpx.HTTPTransport):
    """Requests that end when their time is over, however slowly the server sends its answer."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        until = _until.get()
        limits = _Remaining(time.monotonic() + LONGEST_SECONDS if until is None else until)
        request.extensions["timeout"] = limits
        if time.monotonic() > limits.until:
            raise httpx.ReadTimeout("the time is over", request=request)
        response = super().handle_request(request)
        if until is not None:
            limits.at_once = _STALLING_SECONDS  # it is asked for once for the whole answer
        parts = []
        try:
            for part in cast("httpx.SyncByteStream", response.stream):
                parts.append(part)
                if time.monotonic() > limits.until:
                    raise httpx.ReadTimeout("the answer came too slowly", request=request)
        finally:
            response.close()
        return httpx.Response(response.status_code, headers=response.headers, content=b"".join(parts))


def _short(error: Exception) -> str:
    words = "".join(character for character in " ".join(str(error).split()) if character.isprintable())
    return f"{type(error).__name__}: {words[:_LONGEST_REASON]}" if words else type(error).__name__


class ServerHome:
    """The collections of one generation on a server; `closing` ends the connection.

    Raises:
        StoreUnreachableError: the server does not answer.
        StoreMismatchError: it is of another version than the one that they were made on.
    """

    def __init__(self, place: ServerPlace, closing: ExitStack) -> None:
        self.name = f"{place.server.url} ({place.prefix})"
        self._prefix = place.prefix
        self._connection = Connection(place.server, closing)
        self.errors: Callable[[], Any] = self._connection.errors
        found = self._connection.interface
        if place.interface and found and place.interface != found:
            raise StoreMismatchError(
                f"The Chroma server {place.server.url} is of another version than the one that the index was built "
                f"with (its interface is {found}, expected {place.interface}). Start the version that built it, or "
                "build the index again, which embeds nothing: askspeech build --store STORE"
            )

    def rows(self, dimension: int) -> int:
        """How many rows the server takes in one call."""
        return max(1, min(_ROWS, int(_CALL_BYTES / (_BYTES_PER_NUMBER * max(1, dimension)))))

    def make(self, kind: str, configuration: Mapping[str, Any], facts: Mapping[str, Any]) -> "ChromaCollection":
        """A new collection."""
        from chromadb.api.models.Collection import Collection  # noqa: PLC0415 - as above

        api: Any = self._connection.api
        model = api.create_collection(name=self._named(kind), configuration=configuration, metadata=dict(facts))
        return Collection(client=api, model=model, embedding_function=None)

    def get(self, kind: str) -> "ChromaCollection":
        """A collection that is there."""
        from chromadb.api.models.Collection import Collection  # noqa: PLC0415 - as above

        api = self._connection.api
        return Collection(client=api, model=api.get_collection(self._named(kind)), embedding_function=None)

    def remove(self, kind: str) -> None:
        """Remove a collection."""
        self._connection.api.delete_collection(self._named(kind))

    def _named(self, kind: str) -> str:
        return f"{self._prefix}-{kind}"


def remove_collections(server: ChromaServer, store_id: str, kept: Collection[str]) -> list[str]:
    """Remove the collections of a store but those of the generations that are kept; returns the names removed.

    Raises:
        StoreUnreachableError: the server does not answer.
        StoreMismatchError: it is of another version.
    """
    own = collection_prefix(store_id)
    staying = tuple(f"{collection_prefix(store_id, name)}-" for name in kept)
    with ExitStack() as closing:
        connection = Connection(server, closing)
        with connection.errors():
            names = [name for name in _names(connection.api) if name.startswith(own) and not name.startswith(staying)]
            for name in names:
                connection.api.delete_collection(name)
    return names


def _names(api: "ServerAPI") -> list[str]:
    names: list[str] = []
    while True:
        page = [model.name for model in api.list_collections(limit=_LISTED_AT_ONCE, offset=len(names))]
        names += page
        if len(page) < _LISTED_AT_ONCE:
            return names
