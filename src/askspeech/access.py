"""Who may call the server from a program: tokens, kept as hashes in one SQLite file, and the rule that asks for them.

Until there is a token, programs on this machine are let in and nobody else; from the first token on, every request
needs one. The file is read for every request, so that a running server notices a token that is added or removed.

A token's secret is 256 random bits, so its hash is a plain SHA-256: there is nothing to guess, and a slow hash, which
a password needs, would only make every request slow.
"""

import hmac
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from askspeech.data_files import connected, marks_of
from askspeech.disk import disk_errors, flush
from askspeech.errors import AskSpeechError, DataError, DiskError

__all__ = ["ACCESS", "ROLES", "Access", "Refusal", "RequiresToken", "Role", "Token"]

Role = Literal["reader", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
ACCESS = "access.db"
PREFIX = "ask"
LONGEST_NAME = 100

_LAYOUT = 1
_APPLICATION = 0x41736B41  # by which SQLite's `application_id` tells our file from any other
_TABLES = (
    "CREATE TABLE tokens (id TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL,"
    " created_on TEXT NOT NULL, used_on TEXT)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_LAYOUT}",
)
_CONNECTING = ("PRAGMA secure_delete = ON", "PRAGMA synchronous = EXTRA")
_SECONDS_TO_WAIT = 5.0
_SECRET_BYTES = 32
_DISK_CODES = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_FORWARDING = frozenset({"forwarded", "x-real-ip", "via"})
_MAKE_ONE = (
    "Make one on that machine with `askspeech token add --role reader` and send it as the header "
    "`Authorization: Bearer ask_…`. 请先用 askspeech token add 生成令牌，再随请求头发送。"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: everything but its secret. Days are those of UTC."""

    id: str
    role: Role
    name: str
    created_on: date
    used_on: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in, as HTTP says it."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def response(self) -> JSONResponse:
        """The refusal as every program gets it."""
        error = {"error": {"code": self.code, "message": self.message}}
        return JSONResponse(error, self.status, headers=dict(self.headers))


class Access:
    """The tokens in one folder, and the rule; nothing is written before there is a token.

    Every method but `allowed` raises DiskError where the disk is full, read-only or failing, and DataError where the
    file is damaged, of a newer version, or held by others for too long.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / ACCESS

    def add(self, role: Role, name: str = "") -> tuple[Token, str]:
        """Make a token; gives it, and what its program sends, which is kept nowhere."""
        identity, secret = secrets.token_hex(4), secrets.token_hex(_SECRET_BYTES)
        token = Token(identity, role, _plain(name), _today())
        with self._writing() as database:
            database.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL)",
                (token.id, token.role, token.name, _hash(secret), token.created_on.isoformat()),
            )
        return token, f"{PREFIX}_{identity}_{secret}"

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, the oldest first."""
        with self._reading() as database:
            statement = "SELECT id, role, name, created_on, used_on FROM tokens ORDER BY created_on, rowid"
            rows = database.execute(statement).fetchall() if database else []
            return tuple(self._token(*row) for row in rows)

    def remove(self, token_id: str) -> bool:
        """Remove a token, which opens nothing from then on; False where there is none with this id."""
        if not self._exists():
            return False
        with self._writing() as database:
            return database.execute("DELETE FROM tokens WHERE id = ?", (_plain(token_id),)).rowcount > 0

    def allowed(self, scope: Scope) -> Refusal | None:
        """None where a request may go on, else why it may not; `scope` is that of ASGI, of HTTP or a web socket.

        It reads the disk, and may wait for another process to write there: event loops call it in a thread.
        """
        try:
            return self._allowed(scope)
        except AskSpeechError as error:
            return Refusal(503, "access_unknown", str(error))

    def _allowed(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        identity, secret = _sent(headers)
        with self._reading() as database:
            needed = database is not None and database.execute("SELECT 1 FROM tokens LIMIT 1").fetchone()
            if database is None or not needed:
                return None if _local(scope, headers) else _unauthorized(f"Only programs on the machine itself {_OPEN}")
            row = database.execute("SELECT hash, used_on FROM tokens WHERE id = ?", (identity,)).fetchone()
        known, used_on = row or (b"", None)
        if not isinstance(known, bytes):
            raise self._damaged(f"the hash of the token {identity!r} is none")
        if not hmac.compare_digest(known, _hash(secret)):
            found = "The token sent is not known here" if secret else "This server asks programs for a token"
            return _unauthorized(f"{found}. {_MAKE_ONE}")
        if used_on != _today().isoformat():
            self._note_use(identity)
        return None

    def _note_use(self, identity: str) -> None:
        # A disk that cannot be written, or that is busy, must keep nobody out: the day is for people who tidy up.
        with suppress(DataError, DiskError), self._writing(wait=0.0) as database:
            database.execute("UPDATE tokens SET used_on = ? WHERE id = ?", (_today().isoformat(), identity))

    def _token(self, identity: str, role: str, name: str, created_on: str, used_on: str | None) -> Token:
        known: Any = role
        try:
            if not (isinstance(identity, str) and isinstance(name, str)):
                raise TypeError("its id and its name are texts")
            used = date.fromisoformat(used_on) if used_on else None
            return Token(identity, ROLES[ROLES.index(known)], name, date.fromisoformat(created_on), used)
        except (TypeError, ValueError) as error:
            raise self._damaged(f"the token {identity!r} cannot be read ({error})") from error

    # The file

    def _exists(self) -> bool:
        with disk_errors(self.path, "read"):
            return self.path.exists()

    @contextmanager
    def _writing(self, wait: float = _SECONDS_TO_WAIT) -> Iterator[sqlite3.Connection]:
        """One transaction that all of the block is in, or nothing of it."""
        with disk_errors(self.path, "write"):
            if not self.path.exists():
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
                flush(self.path.parent)
        with self._errors("write"), closing(self._connect(wait)) as database:
            database.execute("BEGIN IMMEDIATE")
            if self._is_new(database):
                for statement in _TABLES:
                    database.execute(statement)
            yield database
            database.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """One state of the file for all of the block; None where no token has been made yet."""
        if not self._exists():
            yield None
            return
        with self._errors("read"), closing(self._connect()) as database:
            database.execute("BEGIN")
            yield None if self._is_new(database) else database

    def _connect(self, wait: float = _SECONDS_TO_WAIT) -> sqlite3.Connection:
        return connected(self.path, _CONNECTING, wait)

    def _is_new(self, database: sqlite3.Connection) -> bool:
        """Whether the file is still empty; raises DataError where it is none of ours, or another version's."""
        marks = marks_of(database)
        if marks.is_new:
            return True
        application, layout, _ = marks
        if (application, layout) != (_APPLICATION, _LAYOUT):
            raise self._damaged(f"its application_id is {application} and its layout {layout}")
        return False

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        """Turn what SQLite raises in the block into our errors."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where a damaged file names what is no text
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _DISK_CODES:
                raise DiskError(
                    f"Could not {doing} the tokens in {self.path}: {error}. Check the disk, and that this user may "
                    "write there, or name another folder with ASKSPEECH_DATA. 无法读写令牌，请检查磁盘。"
                ) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise DataError(
                    f"Another program has held the tokens in {self.path} for more than {_SECONDS_TO_WAIT:.0f} seconds. "
                    "Try again. 请稍后再试。"
                ) from error
            raise self._damaged(f"{type(error).__name__}: {error}") from error

    def _damaged(self, found: str) -> DataError:
        return DataError(
            f"The tokens in {self.path} cannot be used: {found}; expected what this askspeech wrote. Nobody is let in "
            "until they can: put a copy of that file back, or move it away and make new tokens. "
            "令牌文件无法使用，请恢复备份，或移走后重新生成。"
        )


_OPEN = (
    "may call this server until it has a token: under the name localhost or 127.0.0.1, not through a proxy, and not "
    f"from another site's page. {_MAKE_ONE}"
)


class RequiresToken:
    """An ASGI application that lets through to another only what `access` allows; others get the refusal as JSON."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        refusal = None
        if scope["type"] in ("http", "websocket"):
            refusal = await run_in_threadpool(self._access.allowed, scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal.response()(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def _unauthorized(message: str) -> Refusal:
    return Refusal(401, "unauthorized", message, {"WWW-Authenticate": 'Bearer realm="askspeech"'})


def _sent(headers: Headers) -> tuple[str, str]:
    """The id and the secret of the token that a request brings; nothing where it brings none that could be one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    parts = token.strip().split("_")
    if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != PREFIX or not all(map(str.isalnum, parts)):
        return "", ""
    return _plain(parts[1]), parts[2]


def _local(scope: Scope, headers: Headers) -> bool:
    """Whether a request comes from this machine, under its own name, and neither through a proxy nor from a site.

    The name keeps out a site whose own name leads here (DNS rebinding), the origin what a page of any other site sends.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1 or any(name in _FORWARDING or name.startswith("x-forwarded") for name in headers):
        return False
    own = f"{'https' if scope['scheme'] in ('https', 'wss') else 'http'}://{hosts[0]}".lower()
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return False
    return _host_name(hosts[0]) in _LOCAL_NAMES and _is_loopback((scope.get("client") or ("",))[0])


def _host_name(host: str) -> str:
    """The name of a `Host` header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() and name else host).lower()


def _is_loopback(address: str) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    inner = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    return (inner or known).is_loopback


def _hash(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()


def _plain(text: str) -> str:
    """Text that SQLite can hold and a terminal can show, whatever came in."""
    return " ".join(text.encode(errors="replace").decode().replace("\0", " ").split())[:LONGEST_NAME]


def _today() -> date:
    return datetime.now(UTC).date()
