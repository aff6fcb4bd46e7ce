"""Who may call the server from a program: tokens, kept as hashes in one SQLite file, and the rule that asks for them.

Until there is a token or a user, programs on this machine are let in and nobody else; from the first one on, every
program needs a token. The file is read for every request, so that a running server notices a token that is added or
removed.

A token's secret is 256 random bits, so its hash is a plain SHA-256: there is nothing to guess, and a slow hash, which
a password needs, would only make every request slow.
"""

import hmac
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from askspeech.access_records import ACCESS, WITH_USERS, access_file
from askspeech.callers import Caller
from askspeech.errors import AskSpeechError, DataError, DiskError
from askspeech.limited_body import refuse
from askspeech.telling import told_to_callers

__all__ = ["ACCESS", "PROGRAM", "ROLES", "Access", "Refusal", "RequiresToken", "Role", "Token"]

Role = Literal["reader", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "ask"
PROGRAM = "askspeech_program"
"""Where the state of a request holds the id of the token that let it in."""
LONGEST_NAME = 100

_SECRET_BYTES = 32
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
        self._file = access_file(folder)

    def add(self, role: Role, name: str = "") -> tuple[Token, str]:
        """Make a token; gives it, and what its program sends, which is kept nowhere."""
        identity, secret = secrets.token_hex(4), secrets.token_hex(_SECRET_BYTES)
        token = Token(identity, role, _plain(name), _today())
        with self._file.writing() as database:
            database.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL)",
                (token.id, token.role, token.name, _hash(secret), token.created_on.isoformat()),
            )
        return token, f"{PREFIX}_{identity}_{secret}"

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, the oldest first."""
        with self._file.reading() as database:
            statement = "SELECT id, role, name, created_on, used_on FROM tokens ORDER BY created_on, rowid"
            rows = database.execute(statement).fetchall() if database else []
            return tuple(self._token(*row) for row in rows)

    def remove(self, token_id: str) -> bool:
        """Remove a token, which opens nothing from then on; False where there is none with this id."""
        if not self._file.exists():
            return False
        with self._file.writing() as database:
            return database.execute("DELETE FROM tokens WHERE id = ?", (_plain(token_id),)).rowcount > 0

    def allowed(self, scope: Scope) -> Refusal | None:
        """None where a request may go on, else why it may not; `scope` is that of ASGI, of HTTP or a web socket.

        It reads the disk, and may wait for another process to write there: event loops call it in a thread.
        """
        admitted = self.admitted(scope)
        return admitted if isinstance(admitted, Refusal) else None

    def admitted(self, scope: Scope) -> Refusal | str:
        """The id of the token that lets a request in, empty where none is needed; else why it may not go on."""
        try:
            return self._admitted(scope)
        except AskSpeechError as error:
            return Refusal(503, "access_unknown", told_to_callers(error))

    def _admitted(self, scope: Scope) -> Refusal | str:
        headers = Headers(scope=scope)
        identity, secret = _sent(headers)
        with self._file.reading() as database:
            if database is None or not _needs_token(database):
                caller = Caller.of(scope)
                local = caller.is_local and not caller.is_from_elsewhere
                return "" if local else _unauthorized(f"Only programs on the machine itself {_OPEN}")
            row = database.execute("SELECT hash, used_on FROM tokens WHERE id = ?", (identity,)).fetchone()
        known, used_on = row or (b"", None)
        if not isinstance(known, bytes):
            raise self._file.damaged(f"the hash of the token {identity!r} is none")
        if not hmac.compare_digest(known, _hash(secret)):
            found = "The token sent is not known here" if secret else "This server asks programs for a token"
            return _unauthorized(f"{found}. {_MAKE_ONE}")
        if used_on != _today().isoformat():
            self._note_use(identity)
        return identity

    def role(self, scope: Scope) -> Role | None:
        """The role of the token that a request brings; None where none opens anything. Reads the disk."""
        identity, secret = _sent(Headers(scope=scope))
        with self._file.reading() as database:
            statement = "SELECT hash, role FROM tokens WHERE id = ?"
            row = database.execute(statement, (identity,)).fetchone() if database and secret else None
        if row is None or not isinstance(row[0], bytes) or not hmac.compare_digest(row[0], _hash(secret)):
            return None
        return next((role for role in ROLES if role == row[1]), None)

    def _note_use(self, identity: str) -> None:
        # A disk that cannot be written, or that is busy, must keep nobody out: the day is for people who tidy up.
        with suppress(DataError, DiskError), self._file.writing(wait=0.0) as database:
            database.execute("UPDATE tokens SET used_on = ? WHERE id = ?", (_today().isoformat(), identity))

    def _token(self, identity: str, role: str, name: str, created_on: str, used_on: str | None) -> Token:
        known: Any = role
        try:
            if not (isinstance(identity, str) and isinstance(name, str)):
                raise TypeError("its id and its name are texts")
            used = date.fromisoformat(used_on) if used_on else None
            return Token(identity, ROLES[ROLES.index(known)], name, date.fromisoformat(created_on), used)
        except (TypeError, ValueError) as error:
            raise self._file.damaged(f"the token {identity!r} cannot be read ({error})") from error


_OPEN = (
    "may call this server until it has a token or a user: under the name localhost or 127.0.0.1, not through a proxy, "
    f"and not from another site's page. {_MAKE_ONE}"
)


class RequiresToken:
    """An ASGI application that lets through to another only what `access` allows; others get the refusal as JSON."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        admitted: Refusal | str = ""
        if scope["type"] in ("http", "websocket"):
            admitted = await run_in_threadpool(self._access.admitted, scope)
        if isinstance(admitted, str):
            # In the scope itself, in which what stands around this looks for the route that was taken.
            scope.setdefault("state", {})[PROGRAM] = admitted
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refuse(admitted.response(), scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def _needs_token(database: sqlite3.Connection) -> bool:
    tables = ["tokens"]
    (layout,) = database.execute("PRAGMA user_version").fetchone()
    if layout >= WITH_USERS:
        tables.append("users")
    return any(database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)


def _unauthorized(message: str) -> Refusal:
    return Refusal(401, "unauthorized", message, {"WWW-Authenticate": 'Bearer realm="askspeech"'})


def _sent(headers: Headers) -> tuple[str, str]:
    """The id and the secret of the token that a request brings; nothing where it brings none that could be one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    parts = token.strip().split("_")
    if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != PREFIX or not all(map(str.isalnum, parts)):
        return "", ""
    return _plain(parts[1]), parts[2]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()


def _plain(text: str) -> str:
    """Text that SQLite can hold and a terminal can show, whatever came in."""
    return " ".join(text.encode(errors="replace").decode().replace("\0", " ").split())[:LONGEST_NAME]


def _today() -> date:
    return datetime.now(UTC).date()
