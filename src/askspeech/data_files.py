"""The SQLite files of ASKSPEECH_DATA: how one is opened, and whose it says it is."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["Marks", "connected", "marks_of"]


class Marks(NamedTuple):
    """What a file says of itself: its program, the version of its layout, and how many parts it has."""

    application: int
    layout: int
    parts: int

    @property
    def is_new(self) -> bool:
        """Whether nothing has been written to it yet."""
        return self == (0, 0, 0)


def connected(path: Path, statements: Iterable[str], seconds_to_wait: float) -> sqlite3.Connection:
    """A connection to a file that is there, prepared by these statements; transactions are begun by hand."""
    database = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=seconds_to_wait, isolation_level=None
    )
    try:
        for statement in statements:
            database.execute(statement)
    except sqlite3.Error:
        database.close()
        raise
    return database


def marks_of(database: sqlite3.Connection) -> Marks:
    """What the file of a connection says of itself."""
    statements = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    return Marks(*(database.execute(statement).fetchone()[0] for statement in statements))
