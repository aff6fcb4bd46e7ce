"""How often somebody may try a password in vain: counted for all processes, in the file of the users.

A try counts from its beginning, so that many at once are no more than as many one after the other; one that opens is
forgotten again.
"""

import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from askspeech.access_records import WITH_USERS, access_file
from askspeech.users import user_key

__all__ = ["Throttle", "Try"]

WINDOW_SECONDS = 300.0
_SECONDS_APART = 60.0
TRIES_FOR_A_NAME = 5
TRIES_FROM_A_PLACE = 50


@dataclass(frozen=True, slots=True)
class Try:
    """A try.

    Args:
        number: under which it was counted, 0 where it was not.
        wait: in how many seconds one may be made, 0 for now.
        before: how many that still count were made before it from the same place.
    """

    number: int = 0
    wait: int = 0
    before: int = 0


class Throttle:
    """The wrong tries of the last five minutes: at most 5 for a name from one place, 50 from one place.

    Whoever reaches a limit waits until the tries are old enough, with the right password too; others are not affected.
    Its methods raise what the file of the users raises.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = access_file(folder)
        self._clock = clock

    def look(self, place: str, name: str) -> Try:
        """What a try would be if it were made now; it only reads, so that guessing on costs little."""
        with self._file.reading(WITH_USERS) as database:
            return _standing(database, self._clock(), place, name) if database else Try()

    def begin(self, place: str, name: str) -> Try:
        """Count a try, unless it has to wait."""
        with self._file.writing() as database:
            now = self._clock()  # not before others have written: theirs would seem to lie in the future
            standing = _standing(database, now, place, name)
            if standing.wait:
                return standing
            database.execute("DELETE FROM tries WHERE at <= ? OR at > ?", _counting(now))
            row = database.execute("INSERT INTO tries VALUES (?, ?, ?)", (place, _hash(name), now)).lastrowid
        return replace(standing, number=row or 0)

    def undo(self, one: Try) -> None:
        """Forget a try that could not be made."""
        with self._file.writing() as database:
            database.execute("DELETE FROM tries WHERE rowid = ?", (one.number,))

    def forget(self, place: str, name: str) -> None:
        """Forget the tries for a name from one place: the right password has come."""
        with self._file.writing() as database:
            database.execute("DELETE FROM tries WHERE place = ? AND user = ?", (place, _hash(name)))


def _standing(database: sqlite3.Connection, now: float, place: str, name: str) -> Try:
    """A try that is not counted: there may have been too many for a name, or too many from a place."""
    wait = max(
        _wait(database, now, TRIES_FOR_A_NAME, "place = ? AND user = ?", place, _hash(name)),
        _wait(database, now, TRIES_FROM_A_PLACE, "place = ?", place),
    )
    statement = "SELECT count(*) FROM tries WHERE place = ? AND at > ? AND at <= ?"
    (before,) = database.execute(statement, (place, *_counting(now))).fetchone()
    return Try(0, wait, before)


def _wait(database: sqlite3.Connection, now: float, most: int, condition: str, *values: str | bytes) -> int:
    """In how many seconds there will be fewer tries than `most`."""
    statement = (
        f"SELECT CAST(at AS REAL) FROM tries WHERE {condition} AND at > ? AND at <= ? ORDER BY at DESC LIMIT 1 OFFSET ?"
    )
    row = database.execute(statement, (*values, *_counting(now), most - 1)).fetchone()
    return 0 if row is None else max(1, math.ceil(row[0] + WINDOW_SECONDS - now))


def _counting(now: float) -> tuple[float, float]:
    """After when, and until when, a try counts.

    Not one from the future, as the clock was set back; but those of machines whose clocks are a little ahead.
    """
    return now - WINDOW_SECONDS, now + _SECONDS_APART


def _hash(name: str) -> bytes:
    """What stands for a name: people type their passwords into the wrong box."""
    return sha256(user_key(name).encode()).digest()
