"""Tables of the file that says who may use the server: tokens, users, their sessions and browsers, wrong tries."""

from pathlib import Path

from askspeech.data_files import DataFile, FileKind

__all__ = ["ACCESS", "WITH_DEVICES", "WITH_OWNERS", "WITH_USERS", "access_file"]

ACCESS = "access.db"
WITH_USERS = 2
"""The first layout that has users."""
WITH_OWNERS = 3
"""The first layout in which what belongs to a user is not called by the user's name."""
WITH_DEVICES = 4
"""The first layout that has the browsers in which users have signed in."""

_SECONDS_TO_WAIT = 5.0
_TOKENS = (
    "CREATE TABLE tokens (id TEXT PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL,"
    " created_on TEXT NOT NULL, used_on TEXT)"
)
# `key` is the name as it is compared. `hash` of a user is Argon2's, of a session the SHA-256 of its random id. Times
# are in seconds since 1970.
_USERS = (
    "CREATE TABLE users (key TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,"
    " created_at REAL NOT NULL, signed_in_at REAL)",
    "CREATE TABLE sessions (hash BLOB PRIMARY KEY, user TEXT NOT NULL REFERENCES users (key) ON DELETE CASCADE,"
    " created_at REAL NOT NULL, used_at REAL NOT NULL)",
    "CREATE INDEX sessions_of_user ON sessions (user)",
    "CREATE TABLE tries (place TEXT NOT NULL, user BLOB NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX tries_at_place ON tries (place, at)",
)
# `owner` is random, and so is never that of a later user of the same name. Of users from before it was kept, it is the
# name, under which their conversations are.
_OWNERS = ("ALTER TABLE users ADD COLUMN owner TEXT NOT NULL DEFAULT ''", "UPDATE users SET owner = name")
# `hash` is the SHA-256 of a browser's random id.
_DEVICES = (
    "CREATE TABLE devices (hash BLOB NOT NULL, user TEXT NOT NULL REFERENCES users (key) ON DELETE CASCADE,"
    " used_at REAL NOT NULL, PRIMARY KEY (hash, user))",
    "CREATE INDEX devices_of_user ON devices (user)",
)
_KIND = FileKind(
    application=0x41736B41,
    layout=WITH_DEVICES,
    tables=(_TOKENS, *_USERS, *_OWNERS, *_DEVICES),
    upgrades={1: _USERS, 2: _OWNERS, 3: _DEVICES},
    things="tokens and users",
    remedy=(
        "Nobody is let in until they can: put a copy of that file back, or move it away and make new tokens and users."
    ),
    unreadable_zh="无法读写令牌和用户，请检查磁盘。",
    damaged_zh="令牌和用户文件无法使用，请恢复备份，或移走后重新添加。",
    connecting=("PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON", "PRAGMA synchronous = EXTRA"),
)


def access_file(folder: Path) -> DataFile:
    """The file in a folder."""
    return DataFile(folder / ACCESS, _KIND, _SECONDS_TO_WAIT)
