"""The users of the server, their passwords' hashes and their sessions, in the file that holds the tokens too.

Until there is a user nobody signs in; the first one is an administrator, and there is one as long as there are users.
The file is read for every request, so that a removed user or an ended session opens nothing from then on.
"""

import re
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from askspeech.access import ROLES, Role
from askspeech.access_records import WITH_OWNERS, WITH_USERS, access_file
from askspeech.conversations import LOCAL_OWNER
from askspeech.errors import AccountError, DataError, DiskError
from askspeech.passwords import Passwords, checked_password

__all__ = ["LOCAL_USER", "KeptUser", "Standing", "User", "Users", "user_key"]

LONGEST_USER_NAME = 40
IDLE_SECONDS = 12 * 3600.0
LONGEST_SESSION = 7 * 24 * 3600.0

_SECONDS_BETWEEN_NOTES = 60.0
_SESSION_BYTES = 32
_OWNER_BYTES = 16
_LONGEST_SESSION_ID = 100
# Letters and marks that show nothing: fillers, joiners, selectors of a variant. With them two names would look alike.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who uses the server, and what that person may do."""

    name: str
    role: Role
    owner: str = field(default="", repr=False, compare=False)
    """What the user's conversations are kept under; no later user of the same name has it."""


LOCAL_USER = User(LOCAL_OWNER, "administrator", LOCAL_OWNER)
"""Whoever is at the machine while there are no users."""


@dataclass(frozen=True, slots=True)
class KeptUser:
    """A user as administrators see one; times are in seconds since 1970."""

    name: str
    role: Role
    created_at: float
    signed_in_at: float | None
    sessions: int
    owner: str = field(default="", repr=False, compare=False)

    @property
    def user(self) -> User:
        """Who that is."""
        return User(self.name, self.role, self.owner)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a request that brings a session, or none, may count on: whether there are users, and who it is from."""

    has_users: bool
    user: User | None = None


class Users:
    """The users in one folder; nothing is written before there is one.

    Every method raises DiskError where the disk is full, read-only or failing, and DataError where the file is
    damaged, of a newer version, or held by others for too long.

    Args:
        folder: where the file is.
        passwords: how hashes are made.
        clock: the time in seconds since 1970.
    """

    def __init__(
        self, folder: Path, passwords: Passwords | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self._file = access_file(folder)
        self._passwords = passwords or Passwords()
        self._clock = clock

    # Users

    def exist(self) -> bool:
        """Whether there is a user."""
        return self.standing("").has_users

    def all(self) -> tuple[KeptUser, ...]:
        """All users, the oldest first."""
        alive = self._alive()
        with self._file.reading(WITH_USERS) as database:
            column = _owner_column(database)
            statement = (
                "SELECT name, role, created_at, signed_in_at, (SELECT count(*) FROM sessions WHERE sessions.user ="
                f" users.key AND sessions.used_at > ? AND sessions.created_at > ?), {column}"
                " FROM users ORDER BY created_at, rowid"
            )
            rows = database.execute(statement, alive).fetchall() if database else []
            return tuple(self._kept(*row) for row in rows)

    def owner_of(self, name: str) -> str:
        """What the conversations of a user are kept under; empty where there is none of that name."""
        return next((user.owner for user in self.all() if user_key(user.name) == user_key(name)), "")

    def add(self, name: str, password: str, role: Role, *, first: bool = False) -> User:
        """Add a user.

        Args:
            name: of 1 to 40 characters, that no other has, whatever its width or case.
            password: of 8 to 200 characters, and not the name.
            role: what the user may do.
            first: only where there is no user yet.

        Raises:
            AccountError: the name, the password or the role cannot be one, or there is a user already.
        """
        user = User(_checked_name(name), role, secrets.token_hex(_OWNER_BYTES))
        if role != "administrator" and not self.exist():  # before a file is made; again below, where it counts
            raise _not_first()
        hashed = self._passwords.hashed(checked_password(password, user.name))
        with self._file.writing() as database:
            others = _count(database, "SELECT count(*) FROM users")
            if others and first:
                raise AccountError("There are users already: sign in.", "已有用户，请登录。")
            if not others and role != "administrator":
                raise _not_first()
            values = (user_key(user.name), user.name, role, hashed, self._clock(), user.owner)
            try:
                database.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, NULL, ?)", values)
            except sqlite3.IntegrityError as error:
                raise AccountError(
                    f"There is a user {user.name!r} already: choose another name.", "用户名已存在。"
                ) from error
        return user

    def remove(self, name: str) -> bool:
        """Remove a user, whose sessions end; False where there is none of that name.

        Raises AccountError where others would be left without an administrator.
        """
        if not self.exist():
            return False
        with self._file.writing() as database:
            others = _count(database, "SELECT count(*) FROM users WHERE key != ?", user_key(name))
            if others:
                self._require_another_administrator(database, name)
            return database.execute("DELETE FROM users WHERE key = ?", (user_key(name),)).rowcount > 0

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role, and end the sessions; raises AccountError where there is none of that name.

        Raises AccountError where nobody would be left as an administrator, too.
        """
        self._require_some(name)
        with self._file.writing() as database:
            self._require(database, name)
            if role != "administrator":
                self._require_another_administrator(database, name)
            database.execute("UPDATE users SET role = ? WHERE key = ?", (role, user_key(name)))
            _end_sessions(database, name)

    def set_password(self, name: str, password: str) -> None:
        """Give a user another password, and end the sessions; raises AccountError where that cannot be."""
        self._require_some(name)
        hashed = self._passwords.hashed(checked_password(password, _normal(name)))
        with self._file.writing() as database:
            self._require(database, name)
            database.execute("UPDATE users SET hash = ? WHERE key = ?", (hashed, user_key(name)))
            _end_sessions(database, name)

    # Sessions

    def sign_in(self, name: str, password: str) -> tuple[User, str] | None:
        """Begin a session: the user, and the secret id that the browser sends from then on; None for a wrong password.

        It takes as long where there is no such user.
        """
        with self._file.reading(WITH_USERS) as database:
            found = (
                database.execute("SELECT hash FROM users WHERE key = ?", (user_key(name),)).fetchone()
                if database
                else None
            )
        known = None if found is None else str(found[0])
        fits = self._passwords.fits(known, password)
        if known is None or not fits:
            return None
        fresh = self._passwords.hashed(password) if self._passwords.is_outdated(known) else known
        return self._begin(name, known, fresh)

    def _begin(self, name: str, known: str, fresh: str) -> tuple[User, str] | None:
        """Begin a session unless the user has got another password, or has been removed, since `known` was read."""
        identity, now = secrets.token_urlsafe(_SESSION_BYTES), self._clock()
        with self._file.writing() as database:
            condition = "WHERE key = ? AND hash = ?"
            row = database.execute(
                f"SELECT name, role, owner FROM users {condition}", (user_key(name), known)
            ).fetchone()
            if row is None:
                return None
            user = self._user(*row)
            database.execute(
                f"UPDATE users SET signed_in_at = ?, hash = ? {condition}", (now, fresh, user_key(name), known)
            )
            database.execute("DELETE FROM sessions WHERE NOT (used_at > ? AND created_at > ?)", self._alive())
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_hash(identity), user_key(name), now, now))
        return user, identity

    def standing(self, session_id: str, *, noted: bool = True) -> Standing:
        """Whether there are users, and whose session this is; that it was used is noted, unless not wanted."""
        with self._file.reading(WITH_USERS) as database:
            if database is None or not database.execute("SELECT 1 FROM users LIMIT 1").fetchone():
                return Standing(has_users=False)
            column = _owner_column(database)
            statement = (
                f"SELECT users.name, users.role, {column}, sessions.used_at"
                " FROM sessions JOIN users ON users.key = sessions.user"
                " WHERE sessions.hash = ? AND sessions.used_at > ? AND sessions.created_at > ?"
            )
            row = database.execute(statement, (_hash(session_id), *self._alive())).fetchone()
        if row is None or not session_id:
            return Standing(has_users=True)
        if noted and (not isinstance(row[3], float) or self._clock() - row[3] > _SECONDS_BETWEEN_NOTES):
            self._note_use(session_id)
        return Standing(has_users=True, user=self._user(*row[:3]))

    def end_session(self, session_id: str) -> None:
        """End one session, if there is such a one."""
        if self.exist():
            with self._file.writing() as database:
                database.execute("DELETE FROM sessions WHERE hash = ?", (_hash(session_id),))

    def end_sessions(self, name: str) -> None:
        """End all sessions of a user."""
        if self.exist():
            with self._file.writing() as database:
                _end_sessions(database, name)

    # Rows

    def _alive(self) -> tuple[float, float]:
        """After which times a living session was used, and begun."""
        now = self._clock()
        return now - IDLE_SECONDS, now - LONGEST_SESSION

    def _note_use(self, session_id: str) -> None:
        # A disk that cannot be written, or that is busy, must keep nobody out who is signed in.
        with suppress(DataError, DiskError), self._file.writing(wait=0.0) as database:
            database.execute("UPDATE sessions SET used_at = ? WHERE hash = ?", (self._clock(), _hash(session_id)))

    def _require(self, database: sqlite3.Connection, name: str) -> None:
        if not _count(database, "SELECT count(*) FROM users WHERE key = ?", user_key(name)):
            raise _unknown(name)

    def _require_some(self, name: str) -> None:
        """Without any user there is nothing to change, and no file is made for it."""
        if not self.exist():
            raise _unknown(name)

    def _require_another_administrator(self, database: sqlite3.Connection, name: str) -> None:
        statement = "SELECT count(*) FROM users WHERE role = 'administrator' AND key != ?"
        if not _count(database, statement, user_key(name)):
            raise AccountError(
                f"{name!r} is the only administrator: make another user one first.",
                "这是唯一的管理员，请先另设一名管理员。",
            )

    def _kept(self, name: Any, role: Any, created_at: Any, signed_in_at: Any, sessions: int, owner: Any) -> KeptUser:
        user = self._user(name, role, owner)
        if not isinstance(created_at, float) or not isinstance(signed_in_at, float | None):
            raise self._file.damaged(f"the times of the user {name!r} are none")
        return KeptUser(user.name, user.role, created_at, signed_in_at, sessions, user.owner)

    def _user(self, name: Any, role: Any, owner: Any) -> User:
        if not isinstance(name, str) or role not in ROLES:
            raise self._file.damaged(f"the user {name!r} has the role {role!r}")
        if not isinstance(owner, str) or not owner:
            raise self._file.damaged(f"the user {name!r} owns nothing by the name of {owner!r}")
        return User(name, role, owner)


def _owner_column(database: sqlite3.Connection | None) -> str:
    """Where it is kept what a user's conversations are called by: a file that was only read may be of before it was."""
    layout = database.execute("PRAGMA user_version").fetchone()[0] if database else WITH_OWNERS
    return "users.owner" if layout >= WITH_OWNERS else "users.name"


def _unknown(name: str) -> AccountError:
    return AccountError(f"There is no user {name!r}: choose one that is listed.", "没有这个用户。")


def _not_first() -> AccountError:
    return AccountError(
        "The first user has to be an administrator, who adds the others: choose that role.", "第一个用户必须是管理员。"
    )


def _end_sessions(database: sqlite3.Connection, name: str) -> None:
    """Whoever ends them all may no longer trust the browsers either."""
    for table in ("sessions", "devices"):
        database.execute(f"DELETE FROM {table} WHERE user = ?", (user_key(name),))


def _count(database: sqlite3.Connection, statement: str, *values: str) -> int:
    return int(database.execute(statement, values).fetchone()[0])


def _checked_name(name: str) -> str:
    """The name as it is shown; raises AccountError where it cannot be one."""
    shown = _normal(name)
    if not 1 <= len(shown) <= LONGEST_USER_NAME:
        raise AccountError(
            f"The name has {len(shown)} characters, expected 1 to {LONGEST_USER_NAME}: choose another.",
            f"用户名应为 1 至 {LONGEST_USER_NAME} 个字符。",
        )
    if any(unicodedata.category(character).startswith("C") or _UNSEEN.match(character) for character in shown):
        raise AccountError("The name holds a character that cannot be seen: type it anew.", "用户名含有不可见的字符。")
    if user_key(shown) == user_key(LOCAL_OWNER):
        raise AccountError(f"{LOCAL_OWNER!r} is not a user's name here: choose another.", "请换一个用户名。")
    return shown


def _normal(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def user_key(name: str) -> str:
    """A name as it is compared, which SQLite can hold whatever came in."""
    folded = unicodedata.normalize("NFKC", _normal(name).casefold())
    return folded.encode(errors="replace").decode().replace("\0", " ")[: 4 * LONGEST_USER_NAME]


def _hash(session_id: str) -> bytes:
    return sha256(session_id[:_LONGEST_SESSION_ID].encode(errors="replace")).digest()
