"""PDFs for tests, made with reportlab; STSong-Light is a font that every reader has and no file holds."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

SONG, WESTERN = "STSong-Light", "Helvetica"
WIDTH, HEIGHT = A4
SIZE, LEADING = 12.0, 20.0
LEFT, RIGHT, TOP, BOTTOM = 72.0, WIDTH - 72.0, HEIGHT - 80.0, 80.0
NOT_FIRST, NOT_LAST = "，。、；：！？）”’》」』％", "（“‘《「『"


Mark = Callable[[Canvas, int], None]
"""Draws a watermark on a page with that number."""


def canvas(*, encrypt: object = None) -> tuple[Canvas, io.BytesIO]:
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    buffer = io.BytesIO()
    return Canvas(buffer, pagesize=A4, encrypt=encrypt, pageCompression=1, invariant=1), buffer


def finished(page: Canvas, buffer: io.BytesIO) -> bytes:
    page.save()
    return buffer.getvalue()


def width_of(text: str, size: float) -> float:
    return sum(size if ord(one) > 0x2000 else pdfmetrics.stringWidth(one, WESTERN, size) for one in text)


def draw(page: Canvas, x: float, y: float, text: str, size: float = SIZE) -> None:
    """Draw a line; Chinese and Latin characters each in a font of theirs, as word processors do."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (text[at] < "\u2000") != (text[start] < "\u2000"):
            page.setFont(WESTERN if text[start] < "\u2000" else SONG, size)
            page.drawString(x, y, text[start:at])
            x += width_of(text[start:at], size)
            start = at


def tokens(text: str) -> list[str]:
    """What a line break never cuts: Latin words, and characters with the punctuation that stays with them."""
    found: list[str] = []
    for one in text:
        latin = found and found[-1][-1].isascii() and found[-1][-1] != " " and one.isascii() and one != " "
        if found and (latin or one in NOT_FIRST or found[-1][-1] in NOT_LAST):
            found[-1] += one
        else:
            found.append(one)
    return found


def wrapped(paragraph: str, width: float, size: float = SIZE, indent: float = 2.0) -> list[tuple[float, str]]:
    """The lines of a paragraph and how far each is indented."""
    lines, line, room = [], "", width - indent * size
    for token in tokens(paragraph):
        if line and width_of(line + token.rstrip(), size) > room:
            lines.append(line)
            line, room = "", width
        line += token if line or token != " " else ""
    lines.append(line)
    return [(0.0 if at else indent * size, one) for at, one in enumerate(lines)]


@dataclass
class Setting:
    """How a speech is set: its margins, what stands on every page, how many columns."""

    heads: Callable[[int], str] | None = None
    numbers: Callable[[int], str] | None = None
    columns: int = 1
    gutter: float = 2 * SIZE
    indent: float = 2.0
    title: str = ""
    watermark: Mark | None = None
    rotate: int = 0
    shuffle: Callable[[list[tuple[float, float, str]]], None] | None = None
    lines: list[tuple[float, float, str]] = field(default_factory=list)


def speech(paragraphs: Iterable[str], setting: Setting | None = None, *, encrypt: object = None) -> bytes:
    """A speech as a PDF, hard-wrapped as every PDF is."""
    setting = setting or Setting()
    page, buffer = canvas(encrypt=encrypt)
    width = (RIGHT - LEFT - (setting.columns - 1) * setting.gutter) / setting.columns
    queue = [line for paragraph in paragraphs for line in wrapped(paragraph, width, indent=setting.indent)]
    number = 0
    while queue:
        number += 1
        top = TOP
        lines: list[tuple[float, float, str]] = []
        if number == 1 and setting.title:
            draw(page, (WIDTH - width_of(setting.title, 20)) / 2, top - 10, setting.title, 20)
            top -= 60
        for column in range(setting.columns):
            y = top
            while queue and y > BOTTOM:
                indent, text = queue.pop(0)
                lines.append((LEFT + column * (width + setting.gutter) + indent, y, text))
                y -= LEADING
        if setting.shuffle:
            setting.shuffle(lines)
        for x, y, text in lines:
            draw(page, x, y, text)
        furnish(page, number, setting)
        page.showPage()
    return finished(page, buffer)


def furnish(page: Canvas, number: int, setting: Setting) -> None:
    if setting.heads and (head := setting.heads(number)):
        draw(page, LEFT, HEIGHT - 45, head, 9)
    if setting.numbers:
        text = setting.numbers(number)
        draw(page, (WIDTH - width_of(text, 10)) / 2, 40, text, 10)
    if setting.watermark:
        setting.watermark(page, number)
    if setting.rotate:
        page.setPageRotation(setting.rotate)


def slanting(text: str) -> Mark:
    """A watermark across the page, several times."""

    def drawn(page: Canvas, _: int) -> None:
        for x, y in ((150, 200), (300, 400), (200, 600)):
            page.saveState()
            page.translate(x, y)
            page.rotate(40)
            page.setFillGray(0.8)
            draw(page, 0, 0, text, 30)
            page.restoreState()

    return drawn


def pale(text: str, y: float) -> Mark:
    """A watermark that runs as the text does, right over its lines."""

    def drawn(page: Canvas, _: int) -> None:
        page.saveState()
        page.setFillGray(0.85)
        draw(page, 200, y, text, SIZE)
        page.restoreState()

    return drawn


def pages_of(texts: Sequence[Sequence[tuple[float, float, str, float]]]) -> bytes:
    """Pages with lines at given places: x, y, text, size."""
    page, buffer = canvas()
    for lines in texts:
        for x, y, text, size in lines:
            draw(page, x, y, text, size)
        page.showPage()
    return finished(page, buffer)


def objects(*bodies: bytes, root: int = 1) -> bytes:
    """A PDF of raw objects, numbered from 1, with a right table of them."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return out + b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), extra) + content + b"\nendstream"
