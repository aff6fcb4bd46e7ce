"""Passwords of users: which may be one, and their hashes by Argon2id, a few at a time.

A hash takes 64 MiB while it is made, so a flood of sign-ins would take all memory if any number were made at once.
"""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from askspeech.errors import AccountError

__all__ = ["LONGEST_PASSWORD", "SHORTEST_PASSWORD", "Passwords", "checked_password"]

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
AT_ONCE = 2

_making = threading.BoundedSemaphore(AT_ONCE)


class Passwords:
    """Makes and checks hashes; `hasher` holds the parameters of Argon2.

    Where none is given, they are those of the library in one lane: a hash costs whoever guesses as much, and leaves the
    other processors to those who ask questions meanwhile.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(parallelism=1)
        self._nobodys = ""

    def hashed(self, password: str) -> str:
        """The hash of a password, with its parameters and salt."""
        with _making:
            return self._hasher.hash(_encoded(password))

    def fits(self, known: str | None, password: str) -> bool:
        """Whether a hash is that of a password; without one it takes as long, and it is not."""
        if not self._nobodys:  # made for known names too, so that the first time tells nothing
            self._nobodys = self.hashed("nobody's")
        with _making:
            try:
                found = self._hasher.verify(known or self._nobodys, _encoded(password))
            except (
                VerificationError,
                InvalidHashError,
                UnicodeEncodeError,
            ):  # the last where a damaged hash is not ASCII
                return False
        return found and known is not None

    def is_outdated(self, known: str) -> bool:
        """Whether a hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(known)


def checked_password(password: str, name: str) -> str:
    """The password, where it may be that of a user of this name; raises AccountError otherwise."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(
            f"The password has {len(password)} characters, expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}: choose "
            "another.",
            f"密码应为 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 个字符。",
        )
    if _folded(password) == _folded(name):
        raise AccountError("The password is the name: choose another.", "密码不能与用户名相同。")
    return password


def _encoded(password: str) -> bytes:
    """What is hashed: the same bytes for the same characters, whatever keyboard made them, and for half ones too."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
