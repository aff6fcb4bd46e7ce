"""Changes that keep a file mostly well-formed: pieces are left out, repeated, moved, exchanged, or made extreme."""

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["changed"]

NUMBER = re.compile(rb"-?\d+")
EXTREMES = (
    b"0", b"-1", b"1", b"65535", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"99999999999999999999",
    b"1e309", b"NaN", b"\xc2\xb2", "٣".encode(), "一".encode(), b"9" * 5_000, b"0.0000001",
)  # fmt: skip
ODD = (
    "\u202e", "\0", "\ufeff", "\ufffe", "\U0010ffff", "𠮷", "\x85", "\u2028", "\x0c", "&#0;", "&#xD800;", "&lt;", "]]>",
    "<!--", "<![CDATA[", "<?x?>", "<!DOCTYPE x>", "\\u-1?", "\\'ff", "{", "}", "(", ")", "\r", "\ud800", "㊀", "١",
)  # fmt: skip
MOST_REPEATS = 300

Change = Callable[[random.Random, list[bytes], Sequence[bytes]], list[bytes]]


def changed(data: bytes, pieces: re.Pattern[bytes], seeds: Sequence[bytes], chance: random.Random, most: int) -> bytes:
    """The data after one to four changes, cut to so many bytes."""
    found = pieces.findall(data) or [b""]
    for _ in range(chance.choice((1, 1, 2, 4))):
        found = chance.choice(CHANGES)(chance, found, pieces.findall(chance.choice(seeds))) or [b""]
    return b"".join(found)[:most]


def _range(chance: random.Random, found: Sequence[bytes]) -> slice:
    start = chance.randrange(len(found))
    return slice(start, start + min(chance.choice((1, 1, 2, 5, 20, 100)), len(found) - start))


def _left_out(chance: random.Random, found: list[bytes], _: Sequence[bytes]) -> list[bytes]:
    place = _range(chance, found)
    return found[: place.start] + found[place.stop :]


def _repeated(chance: random.Random, found: list[bytes], _: Sequence[bytes]) -> list[bytes]:
    place, times = _range(chance, found), chance.choice((2, 3, 10, MOST_REPEATS))
    return found[: place.start] + found[place] * times + found[place.stop :]


def _moved(chance: random.Random, found: list[bytes], _: Sequence[bytes]) -> list[bytes]:
    place = _range(chance, found)
    rest = found[: place.start] + found[place.stop :]
    to = chance.randrange(len(rest) + 1)
    return rest[:to] + found[place] + rest[to:]


def _exchanged(chance: random.Random, found: list[bytes], others: Sequence[bytes]) -> list[bytes]:
    """A piece gives way to another of this file or of a seed."""
    at = chance.randrange(len(found))
    found[at] = chance.choice(others or found) if chance.random() < 0.5 else chance.choice(found)
    return found


def _spliced(chance: random.Random, found: list[bytes], others: Sequence[bytes]) -> list[bytes]:
    if not others:
        return found
    at = chance.randrange(len(found))
    return found[:at] + list(others[_range(chance, others)]) + found[at:]


def _extreme(chance: random.Random, found: list[bytes], _: Sequence[bytes]) -> list[bytes]:
    numbered = [at for at, piece in enumerate(found) if NUMBER.search(piece)]
    if numbered:
        at = chance.choice(numbered)
        found[at] = NUMBER.sub(chance.choice(EXTREMES), found[at], count=1)
    return found


def _odd(chance: random.Random, found: list[bytes], _: Sequence[bytes]) -> list[bytes]:
    at = chance.randrange(len(found))
    place = chance.randrange(len(found[at]) + 1)
    odd = chance.choice(ODD).encode("utf-8", "surrogatepass")
    found[at] = found[at][:place] + odd + found[at][place:]
    return found


def _one_byte(chance: random.Random, found: list[bytes], _: Sequence[bytes]) -> list[bytes]:
    at = chance.randrange(len(found))
    piece = bytearray(found[at] or b" ")
    piece[chance.randrange(len(piece))] = chance.randrange(256)
    found[at] = bytes(piece)
    return found


CHANGES: tuple[Change, ...] = (_left_out, _repeated, _moved, _exchanged, _spliced, _extreme, _odd, _one_byte)
