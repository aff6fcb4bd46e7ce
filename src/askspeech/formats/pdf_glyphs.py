"""PDFium's side of reading PDFs: opening a document, and the characters of a page as pieces with their places.

PDFium is called through its C functions, since two calls for each character decide how long a page takes. One thread
at a time may use it.
"""

import ctypes
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from math import hypot
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from askspeech.errors import ReadError
from askspeech.formats.pdf_fonts import box_font
from askspeech.formats.pdf_layout import Piece, joined, turned_box

__all__ = ["Glyphs", "glyphs_on", "opened", "page_open"]

SLANTED = 4
"""What stands for the direction of characters that run neither along the page's edges nor across them."""

_PASSWORD_ERRORS = (c.FPDF_ERR_PASSWORD, c.FPDF_ERR_SECURITY)
_EASTERN_CHARSETS = (128, 129, 134, 136)
_IMPOSSIBLE_CATEGORIES = ("Cn", "Co", "Cs", "Cc")
_REPLACEMENT = "\ufffd"
_HYPHEN = 2
"""What PDFium makes of a hyphen at the end of a line."""
_LEVEL, _OVERLAP, _STEP, _SAME_SIZE, _WORD_GAP = 0.3, 0.5, 1.0, 0.02, 0.15
_UPRIGHT, _FAR, _SMALLEST = 0.05, 1e6, 0.1
_MOST_SPACES = 4
_PALE = 150
# The radicals that fonts give for characters, where Unicode knows of no equivalence.
_RADICALS = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
        "母民虎西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
        strict=True,
    )
)

_Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Glyphs:
    """What a page shows as characters: pieces by the direction they run in, and how many characters are impossible.

    Directions count quarters of a turn against the clock; `SLANTED` is any other. Boxes of the four directions are
    those on a page that is turned until they run from left to right.
    """

    pieces: dict[int, list[Piece]] = field(default_factory=dict)
    characters: int = 0
    impossible: int = 0

    def add(self, direction: int, piece: Piece) -> None:
        """Add a piece of that direction."""
        self.pieces.setdefault(direction, []).append(piece)


@contextmanager
def opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """The document that these bytes are; raises ReadError where they are none, or need a password."""
    _use_box_font()
    # pypdfium2 asks for the last error also of a document that it opened and that has no page: it is another one's.
    # PDFium reads from the bytes as long as the document is open: they are held here until then.
    raw = c.FPDF_LoadMemDocument64(data, len(data), None)
    if not raw:
        if c.FPDF_GetLastError() in _PASSWORD_ERRORS:
            raise ReadError(
                "it is a PDF that opens with a password only. Save a copy without a password.",
                "这个 PDF 需要密码才能打开。请另存一份不带密码的文件。",
            )
        raise ReadError(
            "it is not a PDF that can be opened: it is damaged, cut off, or something else under the name of one. "
            "Ask for another copy.",
            "这个 PDF 打不开：文件已损坏、不完整，或者其实是别的格式。请重新获取一份。",
        )
    document = pdfium.PdfDocument(raw)
    try:
        yield document
    finally:
        document.close()


@contextmanager
def page_open(document: pdfium.PdfDocument, number: int) -> Iterator[object | None]:
    """PDFium's handle of the page with that index; None where the page cannot be loaded."""
    page = c.FPDF_LoadPage(document, number)
    try:
        yield page or None
    finally:
        if page:
            c.FPDF_ClosePage(page)


def glyphs_on(page: object) -> Glyphs:
    """The characters of a page, of its text and of that in its forms."""
    text = c.FPDFText_LoadPage(page)
    if not text:
        return Glyphs()
    try:
        return _Collector(text).collected()
    finally:
        c.FPDFText_ClosePage(text)


@dataclass(frozen=True, slots=True)
class _Style:
    """Which way a character runs, and the size of its type."""

    direction: int
    size: float


class _Collector:
    """Puts characters that stand side by side into pieces, in the order in which the page's content has them."""

    def __init__(self, text: object) -> None:
        self._text = text
        self._glyphs = Glyphs()
        self._matrix = c.FS_MATRIX()
        self._colour = tuple(ctypes.c_uint() for _ in range(4))
        self._letters: list[str] = []
        self._box: _Box = (0.0, 0.0, 0.0, 0.0)
        self._style = _Style(0, 1.0)
        self._light = False
        self._spaces = ""

    def collected(self) -> Glyphs:
        """All characters of the page."""
        box_at, rectangle = c.FPDFText_GetLooseCharBox, c.FS_RECTF()
        place = ctypes.byref(rectangle)
        seen = self._box
        for index, code in self._codes():
            character, possible = _character(code)
            if character.isspace():
                self._space(index, character)
                continue
            self._glyphs.characters += 1
            if not possible:
                character = self._judged(index, code)
            box_at(self._text, index, place)
            box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            if not (-_FAR < box[0] <= box[2] < _FAR and -_FAR < box[1] <= box[3] < _FAR):
                box = (0.0, 0.0, 0.0, 0.0)
            # A line's characters have one bottom and top, or one left and right: they need not all be asked for more.
            same = (seen[1] == box[1] and seen[3] == box[3]) or (seen[0] == box[0] and seen[2] == box[2])
            style = self._style if same and self._letters else self._style_at(index)
            self._add(index, character, turned_box(box, style.direction) if style.direction else box, style)
            seen = box
        self._finish()
        return self._glyphs

    def _codes(self) -> Iterator[tuple[int, int]]:
        """The characters with their index in the page; PDFium gives those beyond U+FFFF in two halves."""
        text, code_at = self._text, c.FPDFText_GetUnicode
        high = 0
        for index in range(c.FPDFText_CountChars(text)):
            code = code_at(text, index)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if high and 0xDC00 <= code < 0xE000:
                code += 0x10000 - 0xDC00 + ((high - 0xD800) << 10)
            high = 0
            yield index, code

    def _judged(self, index: int, code: int) -> str:
        if code == _HYPHEN and c.FPDFText_IsHyphen(self._text, index):
            return "-"
        self._glyphs.impossible += 1
        return _character(code)[0]

    def _space(self, index: int, character: str) -> None:
        """White space in the file is kept; what PDFium makes up is not, it only parts slanted characters."""
        if not c.FPDFText_IsGenerated(self._text, index):
            self._spaces += character
        elif self._style.direction == SLANTED and character == "\n":
            self._finish()

    def _style_at(self, index: int) -> _Style:
        c.FPDFText_GetMatrix(self._text, index, ctypes.byref(self._matrix))
        matrix = self._matrix
        height = c.FPDFText_GetFontSize(self._text, index)
        size = abs(height) * hypot(matrix.c, matrix.d)
        sign = -1 if height < 0 else 1
        return _Style(_direction(sign * matrix.a, sign * matrix.b), round(size, 1) if _SMALLEST <= size < _FAR else 1.0)

    def _add(self, index: int, character: str, box: _Box, style: _Style) -> None:
        if self._letters and self._goes_on(box, style):
            self._letters.append(self._before(character, box))
            left, bottom, right, top = self._box
            self._box = (min(left, box[0]), min(bottom, box[1]), max(right, box[2]), max(top, box[3]))
        else:
            self._finish()
            self._box, self._style = box, style
            self._light = self._is_light(index)
        self._letters.append(character)
        self._spaces = ""

    def _goes_on(self, box: _Box, style: _Style) -> bool:
        """Whether a character stands right after the ones before it, in type of the same size."""
        if style is not self._style:
            if style.direction != self._style.direction or abs(style.size / self._style.size - 1) > _SAME_SIZE:
                return False
            if style.direction == SLANTED:
                return True
        _, bottom, right, top = self._box
        if abs(bottom + top - box[1] - box[3]) > 2 * _LEVEL * style.size:
            return False
        widest = _STEP + min(len(self._spaces), _MOST_SPACES)
        return -_OVERLAP * style.size <= box[0] - right <= widest * style.size

    def _before(self, character: str, box: _Box) -> str:
        """What stands between the character and the one before it."""
        if self._spaces:
            return "".join(" " if one < "\u2000" else one for one in self._spaces[:_MOST_SPACES])
        gap = box[0] - self._box[2]
        return joined(self._letters[-1], character, gap=gap > _WORD_GAP * self._style.size) if gap > 0 else ""

    def _is_light(self, index: int) -> bool:
        """Whether a character is printed in a pale colour, or one that shines through."""
        red, green, blue, alpha = self._colour
        if not c.FPDFText_GetFillColor(self._text, index, red, green, blue, alpha):
            return False
        luminance = 0.3 * red.value + 0.59 * green.value + 0.11 * blue.value
        return 255 - (255 - luminance) * alpha.value / 255 > _PALE

    def _finish(self) -> None:
        if self._letters:
            piece = Piece("".join(self._letters), *self._box, self._style.size, self._light, bool(self._spaces))
            self._glyphs.add(self._style.direction, piece)
        self._letters, self._spaces = [], ""


def _direction(across: float, up: float) -> int:
    """Quarters of a turn against the clock of a line of text whose direction is that; `SLANTED` for others."""
    if abs(up) <= _UPRIGHT * abs(across):
        return 0 if across >= 0 else 2
    if abs(across) <= _UPRIGHT * abs(up):
        return 1 if up > 0 else 3
    return SLANTED


@cache
def _character(code: int) -> tuple[str, bool]:
    """The character of a code, and whether a text can hold it; what it cannot hold at all becomes U+FFFD."""
    if code == 0 or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE or code > 0x10FFFF:
        return _REPLACEMENT, False
    character = chr(code)
    if character.isspace():
        return character, True
    if 0x2E80 <= code < 0x2FE0:
        return _RADICALS.get(character) or unicodedata.normalize("NFKC", character), True
    possible = code != 0xFFFD and unicodedata.category(character) not in _IMPOSSIBLE_CATEGORIES
    return (character if possible or code >= 0xE000 else _REPLACEMENT), possible


def _use_box_font() -> None:
    """Let PDFium take the box font wherever it would look for one of the system's, from now on in this process."""
    c.FPDF_SetSystemFontInfo(ctypes.byref(_font_source()))


@cache
def _font_source() -> ctypes.Structure:
    """What PDFium asks for fonts; those of the West it has itself, with the widths that their names promise."""
    font = box_font()

    def mapped(_me: object, _weight: int, _slanted: int, charset: int, *_rest: object) -> int | None:
        return 1 if charset in _EASTERN_CHARSETS else None

    def copied(_me: object, _font: object, table: int, buffer: Any, room: int) -> int:
        if table:
            return 0
        if buffer and room >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    source: ctypes.Structure = c.FPDF_SYSFONTINFO(version=1)
    callbacks = {
        "EnumFonts": lambda *_: None,
        "MapFont": mapped,
        "GetFont": lambda *_: None,
        "GetFontData": copied,
        "GetFaceName": lambda *_: 0,
        "GetFontCharset": lambda *_: 1,
        "DeleteFont": lambda *_: None,
    }
    types = dict(c.FPDF_SYSFONTINFO._fields_)
    for name, callback in callbacks.items():
        setattr(source, name, types[name](callback))
    return source
