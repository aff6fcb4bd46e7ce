"""The SQLite files of ASKSPEECH_DATA: how one is opened, made, brought up to date, and what its errors are called.

Every call opens the file, does its work in one transaction and closes it again: so any number of threads and processes
share it, a killed process leaves what was there before or after its call, and the folder may be moved or restored under
a running server. It is a file with SQLite's rollback journal, which unlike its WAL works on shared folders and leaves a
single file to copy; the busy time-out lets writers wait for each other.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from askspeech.disk import flush
from askspeech.errors import DataError, DiskError

__all__ = ["DataFile", "FileKind"]

_DISK_CODES = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
_BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class FileKind:
    """What is in a file: its tables, by which SQLite's `application_id` tells it from others, and its users' words."""

    application: int
    layout: int
    tables: tuple[str, ...]
    # What is in it, such as "conversations"; then what to do where it is damaged, and two short sentences in Chinese.
    things: str
    remedy: str
    unreadable_zh: str
    damaged_zh: str
    connecting: tuple[str, ...] = ("PRAGMA secure_delete = ON", "PRAGMA synchronous = EXTRA")
    # By the layout that they begin from, the statements that make the next one of it.
    upgrades: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


class _Marks(NamedTuple):
    """What a file says of itself: its program, the version of its layout, and how many parts it has."""

    application: int
    layout: int
    parts: int


class DataFile:
    """One file; nothing is written before there is something to keep.

    Everything raises DiskError where the disk is full, read-only or failing, and DataError where the file is damaged,
    of a newer version, or held by others for too long; what is in it is then left as it is.
    """

    def __init__(self, path: Path, kind: FileKind, seconds_to_wait: float) -> None:
        self.path = path
        self._kind = kind
        self._seconds = seconds_to_wait

    def require_writable(self) -> None:
        """Raise DiskError where nothing could be kept; nothing is written."""
        there = next(place for place in (self.path, *self.path.absolute().parents) if place.exists())
        if (there.is_file() and there != self.path) or not os.access(there, os.W_OK):
            raise self._disk_error("write", f"{there} cannot be written", full=False)

    def exists(self) -> bool:
        """Whether there is a file."""
        with self._errors("read"):
            return self.path.exists()

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction that all of the block is in, or nothing of it; `wait` is in seconds."""
        with self._errors("write"):
            if not self.path.exists():
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
                flush(self.path.parent)
            with closing(self._connected(wait)) as database:
                database.execute("BEGIN IMMEDIATE")
                self._bring_up_to_date(database)
                yield database
                database.execute("COMMIT")

    @contextmanager
    def reading(self, layout: int = 1) -> Iterator[sqlite3.Connection | None]:
        """One state of the file for all of the block; None where nothing has been kept yet in that layout or later."""
        if not self.exists():
            yield None
            return
        with self._errors("read"), closing(self._connected(None)) as database:
            database.execute("BEGIN")
            yield database if self._layout_of(database) >= layout else None

    def damaged(self, found: str) -> DataError:
        """The error that says what cannot be used in the file, and what to do."""
        return DataError(
            f"The {self._kind.things} in {self.path} cannot be used: {found}; expected what askspeech wrote. "
            f"{self._kind.remedy} {self._kind.damaged_zh}"
        )

    def _connected(self, wait: float | None) -> sqlite3.Connection:
        """A connection to the file, which is there; transactions are begun by hand."""
        seconds = self._seconds if wait is None else wait
        database = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=seconds)
        database.isolation_level = None
        try:
            for statement in self._kind.connecting:
                database.execute(statement)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _bring_up_to_date(self, database: sqlite3.Connection) -> None:
        layout = self._layout_of(database)
        if layout == 0:
            marks = (f"PRAGMA application_id = {self._kind.application}", f"PRAGMA user_version = {self._kind.layout}")
            for statement in (*self._kind.tables, *marks):
                database.execute(statement)
            return
        for older in range(layout, self._kind.layout):
            for statement in (*self._kind.upgrades[older], f"PRAGMA user_version = {older + 1}"):
                database.execute(statement)

    def _layout_of(self, database: sqlite3.Connection) -> int:
        """The layout of the file, 0 where it is still empty; raises DataError where it is none of ours, or newer."""
        marks = _marks_of(database)
        if marks == (0, 0, 0):
            return 0
        if marks.application != self._kind.application:
            raise self.damaged(f"it is another program's database (application_id {marks.application})")
        if marks.layout > self._kind.layout:
            raise DataError(
                f"The {self._kind.things} in {self.path} have layout {marks.layout}, expected {self._kind.layout} at "
                "most: a newer askspeech wrote them, and they are left as they are. Use that version, or name another "
                "folder with ASKSPEECH_DATA. 请升级 askspeech，或用 ASKSPEECH_DATA 另指定文件夹。"
            )
        if marks.layout < self._kind.layout and marks.layout not in self._kind.upgrades:
            raise self.damaged(f"it has layout {marks.layout}, expected {self._kind.layout}")
        return marks.layout

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        """Turn what SQLite and the system raise in the block into our errors."""
        try:
            yield
        except OSError as error:
            raise self._disk_error(doing, error.strerror or str(error), full=error.errno in _FULL_ERRORS) from error
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where a damaged file names what is no text
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _DISK_CODES:
                raise self._disk_error(doing, str(error), full=code == sqlite3.SQLITE_FULL) from error
            if code in _BUSY_CODES:
                raise DataError(
                    f"Another program has held the {self._kind.things} in {self.path} for more than "
                    f"{self._seconds:g} seconds. Try again; where a copy of them is being made, wait until it is done. "
                    "请稍后再试。"
                ) from error
            raise self.damaged(f"{type(error).__name__}: {error}") from error

    def _disk_error(self, doing: str, reason: str, *, full: bool) -> DiskError:
        remedy = (
            "Free space on that disk and try again"
            if full
            else "Check the disk, and that this user may write there, or name another folder with ASKSPEECH_DATA"
        )
        return DiskError(
            f"Could not {doing} the {self._kind.things} in {self.path}: {reason}. {remedy}; what was kept before is "
            f"untouched. {self._kind.unreadable_zh}"
        )


def _marks_of(database: sqlite3.Connection) -> _Marks:
    statements = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    return _Marks(*(database.execute(statement).fetchone()[0] for statement in statements))
