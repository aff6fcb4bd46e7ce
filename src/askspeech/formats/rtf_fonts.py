"""Which characters the bytes of an RTF file stand for: that depends on the font (RTF 1.9.1, "Font Table").

A decoding that would lose or replace a character is refused.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from askspeech.errors import ReadError
from askspeech.formats.symbols import symbol

__all__ = ["Font", "codec_of_page", "decoded"]

_WESTERN = "cp1252"
_CHINESE = "gb18030"
_DOUBLE_BYTE = frozenset((_CHINESE, "cp950", "cp932", "cp949"))
_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*")
"""Bytes in which every high one has a partner, as in Chinese and as never in Western text."""

_PAGES = {936: _CHINESE, 54936: _CHINESE, 10008: _CHINESE, 10002: "cp950", 10000: "mac_roman", 65001: "utf-8"}
_CHARSETS: Mapping[int, str] = {
    77: "mac_roman", 78: "cp932", 79: "cp949", 80: "cp950", 81: "cp950", 82: _CHINESE,
    128: "cp932", 129: "cp949", 130: "johab", 134: _CHINESE, 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_ANSI, _SYMBOLS = 0, 2


@dataclass(slots=True)
class Font:
    """A font of the font table; `charset` 1 says that the file's own code page counts."""

    name: str = ""
    charset: int = 1
    page: int = 0

    @property
    def family(self) -> str:
        """The name without the semicolon that ends it in the file."""
        return self.name.split(";")[0].strip()

    @property
    def codec(self) -> str:
        """The encoding of its bytes; empty where the font does not say it."""
        return codec_of_page(self.page) if self.page else _CHARSETS.get(self.charset, "")

    @property
    def has_symbols(self) -> bool:
        """Whether its bytes are places in a symbol font."""
        return self.charset == _SYMBOLS


def codec_of_page(page: int) -> str:
    """The encoding of a code page, Western where it is unknown."""
    name = _PAGES.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return _WESTERN
    return name


def decoded(data: bytes, font: Font, eastern: Font | None, page: str) -> tuple[str, int]:
    """The characters of bytes set in a font, and how many signs have none.

    `eastern` is the font for Chinese that is set beside it, `page` the encoding of the file. Raises ReadError where the
    bytes are none of that encoding.
    """
    if data.isascii() and not font.has_symbols:
        return data.decode("ascii"), 0
    if font.has_symbols:
        signs = [symbol(font.family, byte) if byte > 0x20 else chr(byte) for byte in data]
        return "".join(signs), signs.count("")
    for name in _likely(data, font, eastern, page):
        try:
            return data.decode(name), 0
        except UnicodeError:
            continue
    raise ReadError(
        f"some of its bytes ({data[:6].hex(' ')}) are no characters of the encoding that it names ({page}). "
        "Open it in Word and save it as docx.",
        f"文件里有字节（{data[:6].hex(' ')}）不属于它所声明的编码 {page}。请用 Word 打开后另存为 docx。",
    )


def _likely(data: bytes, font: Font, eastern: Font | None, page: str) -> list[str]:
    """The encodings to try. Chinese set in a font that calls itself Western is common; the pairs of bytes tell it."""
    own = font.codec
    beside = eastern.codec if eastern is not None else ""
    if own:
        return [own]
    double = next((name for name in (beside, page) if name in _DOUBLE_BYTE), "")
    if font.charset == _ANSI:
        paired = _PAIRS.fullmatch(data) is not None
        return [double, _WESTERN] if double and paired else [_WESTERN]
    return [page]
