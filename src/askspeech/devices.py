"""The browsers in which somebody has signed in, so that they need not wait there behind what strangers try.

Device cookies, as in https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies; here they
open nothing and allow no further try: a password is looked at sooner.
"""

import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from askspeech.access_records import WITH_DEVICES, access_file
from askspeech.users import user_key

__all__ = ["DEVICE_SECONDS", "Devices"]

DEVICE_SECONDS = 180 * 24 * 3600
"""After how long without signing in a browser is forgotten."""
MOST_OF_A_USER = 20
_ID_BYTES = 32


class Devices:
    """The browsers of all users, by secret ids that they keep.

    Its methods raise what the file of the users raises.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = access_file(folder)
        self._clock = clock

    def knows(self, name: str, device: str) -> bool:
        """Whether that user has signed in in the browser with that id."""
        statement = "SELECT 1 FROM devices WHERE hash = ? AND user = ? AND used_at > ?"
        with self._file.reading(WITH_DEVICES) as database:
            row = database and database.execute(statement, (_hash(device), user_key(name), self._oldest())).fetchone()
        return bool(row)

    def noted(self, name: str, device: str) -> str:
        """The id that a browser keeps from now on, in which that user has signed in.

        Always another one, as somebody else may have planted the `device` that it had; whoever else signed in in that
        browser is known by the new one as well.
        """
        fresh, key = secrets.token_urlsafe(_ID_BYTES), user_key(name)
        with self._file.writing() as database:
            database.execute("UPDATE devices SET hash = ? WHERE hash = ?", (_hash(fresh), _hash(device)))
            database.execute(
                "INSERT OR REPLACE INTO devices SELECT ?, key, ? FROM users WHERE key = ?",
                (_hash(fresh), self._clock(), key),
            )
            database.execute("DELETE FROM devices WHERE used_at <= ?", (self._oldest(),))
            database.execute(
                "DELETE FROM devices WHERE user = ? AND hash NOT IN"
                " (SELECT hash FROM devices WHERE user = ? ORDER BY used_at DESC LIMIT ?)",
                (key, key, MOST_OF_A_USER),
            )
        return fresh

    def _oldest(self) -> float:
        return self._clock() - DEVICE_SECONDS


def _hash(device: str) -> bytes:
    return sha256(device.encode()).digest()
