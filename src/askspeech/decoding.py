"""Bytes to text: which encoding a text file is in, without ever losing or replacing a character."""

from dataclasses import dataclass
from functools import cache

from askspeech.errors import ReadError

__all__ = ["Decoded", "common_share", "decode"]

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LEGACY = ("gb18030", "utf-16-le", "utf-16-be")
_LEAST_COMMON_SHARE = 0.7
_ALLOWED_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a file, newlines and byte order mark untouched, and the encoding they came in."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """Decode the bytes of a text file: byte order mark, else UTF-8, else the likeliest of GB18030 and UTF-16.

    Raises ReadError where no encoding gives text without loss.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(_strict(data, encoding), encoding)
    text = _strict(data, "utf-8")
    if text is not None and not _binary(text):
        return Decoded(text, "utf-8")
    candidates = [(common_share(text), name, text) for name in _LEGACY if (text := _strict(data, name)) is not None]
    share, encoding, text = max(candidates, key=lambda candidate: candidate[0], default=(0.0, "", None))
    if text is None or share < _LEAST_COMMON_SHARE:
        raise ReadError(
            "it is not text in UTF-8, UTF-16 or GB18030. Save it as UTF-8 text, or leave it out of the folder."
        )
    return _checked(text, encoding)


def common_share(text: str) -> float:
    """The share of characters, white space aside, that ordinary Chinese or English text is made of."""
    seen = [character for character in text if not character.isspace() and character != "\ufeff"]
    if not seen or _binary(text):
        return 0.0
    return sum(character in _common_characters() for character in seen) / len(seen)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _checked(text: str | None, encoding: str) -> Decoded:
    if text is None:
        raise ReadError(f"its byte order mark says {encoding}, but its bytes are not. Save it again as UTF-8 text.")
    if _binary(text):
        raise ReadError("it holds control characters, so it is not a text file. Leave it out of the folder.")
    return Decoded(text, encoding)


def _binary(text: str) -> bool:
    return any(character < " " and character not in _ALLOWED_CONTROLS for character in text)


@cache
def _common_characters() -> frozenset[str]:
    """ASCII, the punctuation of Chinese text, and the 3,755 characters of GB 2312 level 1."""
    level_one = (
        bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)
    )
    punctuation = "，。、；：？！“”‘’（）《》〈〉【】—…·％＋－．～「」『』〔〕①②③④⑤⑥⑦⑧⑨⑩×Ⅰ"
    full_width = (chr(code) for code in range(0xFF01, 0xFF5F))
    ascii_characters = (chr(code) for code in range(0x20, 0x7F))
    return frozenset("".join((*level_one, punctuation, *full_width, *ascii_characters)))
