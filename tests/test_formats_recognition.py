"""Scans and photographs: recognised for real where the extra `ocr` and a Chinese font are there."""

import io
import struct
import sys
import zlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from tests import pdfs

from askspeech.datatypes import slices
from askspeech.errors import ReadError
from askspeech.formats import picture, scan
from askspeech.formats.extracted import Extracted
from askspeech.formats.pdf_layout import Piece
from askspeech.formats.recognition import Recognised, _engine, recognised
from askspeech.formats.scan import RecognisedPage, notices_of

TITLE = "在全市优化营商环境大会上的讲话"
SPEECH = (
    "同志们：",
    "今天召开全市优化营商环境大会，主要任务是总结去年工作，部署今年任务，推动营商环境再上新台阶。",
    "去年以来，全市新登记经营主体12.5万户，同比增长8.6%，政务服务事项网上可办率达到98%。",
)
FONTS = sorted(
    font
    for folder in (Path("/usr/share/fonts"), Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    for pattern in ("**/NotoSansCJK-Regular.ttc", "**/wqy-*.ttc", "**/PingFang.ttc", "**/STHeiti*.ttc")
    for font in folder.glob(pattern)
)
needs_package = pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra ocr is not installed")
needs_font = pytest.mark.skipif(not FONTS, reason="no Chinese font to draw pictures with")
SIZE, WIDTH = 32, 900


def drawn(paragraphs: Sequence[str], title: str = "", number: str = "") -> Image.Image:
    """A page as a scanner sees it."""
    page = Image.new("RGB", (WIDTH + 200, 900), "white")
    pen = ImageDraw.Draw(page)
    down = 60
    if title:
        font = ImageFont.truetype(str(FONTS[0]), 48)
        pen.text(((page.width - pen.textlength(title, font)) / 2, down), title, "black", font)
        down += 110
    font = ImageFont.truetype(str(FONTS[0]), SIZE)
    for paragraph in paragraphs:
        for indent, line in pdfs.wrapped(paragraph, WIDTH, SIZE):
            pen.text((100 + indent, down), line, "black", font)
            down += 54
    if number:
        pen.text((page.width / 2 - 40, 840), number, "black", font)
    return page


def encoded(page: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, kind, **options)
    return buffer.getvalue()


def kept_lines(extracted: Extracted) -> list[str]:
    dropped = [slices(extracted.text, [drop.span]) for drop in extracted.layout.furniture]
    return [line.strip() for line in extracted.text.splitlines() if line.strip() and line not in dropped]


@needs_package
@needs_font
def test_a_scanned_page_gives_its_paragraphs(capfd: pytest.CaptureFixture[str]) -> None:
    extracted = picture.read(encoded(drawn(SPEECH, TITLE, "— 3 —")))
    assert kept_lines(extracted) == [TITLE, *SPEECH]
    assert [drop.reason for drop in extracted.layout.furniture] == ["page number"]
    assert extracted.layout.unit == "page" and len(extracted.layout.confidences) == 1
    assert extracted.layout.confidences[0] > 0.9 and not extracted.layout.notices
    assert capfd.readouterr() == ("", "")


@needs_package
@needs_font
def test_a_photograph_that_says_how_it_was_held() -> None:
    page = drawn(SPEECH).rotate(90, expand=True)
    turned = Image.Exif()
    turned[0x0112] = 6
    assert kept_lines(picture.read(encoded(page, "JPEG", exif=turned, quality=90))) == list(SPEECH)


@needs_package
@needs_font
@pytest.mark.parametrize("degrees", [180, 270])
def test_a_page_that_was_scanned_the_wrong_way(degrees: int) -> None:
    assert kept_lines(picture.read(encoded(drawn(SPEECH).rotate(degrees, expand=True)))) == list(SPEECH)


@needs_package
@needs_font
def test_a_picture_with_pages() -> None:
    data = encoded(drawn(SPEECH[:2]), "TIFF", save_all=True, append_images=[drawn(SPEECH[2:]).convert("1")])
    pages: list[int] = []
    extracted = picture.read(data, pages.append)
    assert pages == [2]
    assert kept_lines(extracted) == list(SPEECH)
    assert extracted.text[extracted.layout.starts[1] :].strip() == SPEECH[2]


@needs_package
@needs_font
def test_a_transparent_picture() -> None:
    page = drawn(SPEECH[:1]).convert("L")
    ink = Image.new("RGBA", page.size, (0, 0, 0, 0))
    ink.putalpha(page.point(lambda value: 255 - value))
    assert kept_lines(picture.read(encoded(ink))) == [SPEECH[0]]


@needs_package
@needs_font
def test_a_pdf_of_text_and_pictures() -> None:
    from reportlab.lib.utils import ImageReader

    page, buffer = pdfs.canvas()
    for row, (indent, line) in enumerate(line for one in SPEECH[:2] for line in pdfs.wrapped(one, 400)):
        pdfs.draw(page, 72 + indent, 760 - 20 * row, line)
    page.showPage()
    page.drawImage(ImageReader(drawn(SPEECH[2:])), 0, 0, pdfs.WIDTH, pdfs.WIDTH * 900 / 1100)
    page.showPage()
    extracted = scan.read(pdfs.finished(page, buffer))
    assert kept_lines(extracted) == list(SPEECH)
    assert extracted.layout.confidences[0] == 1.0 and 0.9 < extracted.layout.confidences[1] < 1.0
    assert not extracted.recognisable


@needs_package
def test_a_picture_without_words() -> None:
    with pytest.raises(ReadError, match="no words are recognised"):
        picture.read(encoded(Image.new("RGB", (400, 300), "white")))


@needs_package
def test_too_many_pixels() -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))

    for side in (9_000, 60_000):
        header = chunk(b"IHDR", struct.pack(">LLBBBBB", side, side, 8, 2, 0, 0, 0))
        body = chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")
        with pytest.raises(ReadError, match="million pixels"):
            picture.read(b"\x89PNG\r\n\x1a\n" + header + body)


@needs_package
@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(40), b"%PDF-1.7", b"\xff\xd8\xff\xe0cut"]
)
def test_no_picture(data: bytes) -> None:
    with pytest.raises(ReadError, match="not a picture"):
        picture.read(data)


@needs_package
def test_a_picture_that_is_cut_off() -> None:
    whole = encoded(Image.effect_noise((300, 300), 60))
    with pytest.raises(ReadError, match="not a picture"):
        picture.read(whole[: len(whole) // 2])


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    _engine.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    for read in (picture.read, scan.read):
        with pytest.raises(ReadError, match=r"pip install 'askspeech\[ocr\]'.*需要 OCR"):
            read(b"anything")


def test_low_confidence_is_named_with_its_figure() -> None:
    piece = Piece("字", 0, 0, 10, 10, 10)
    pages = [
        RecognisedPage(2, Recognised((piece,), 0.61)),
        RecognisedPage(3, Recognised((piece,), 0.72, scraps=4)),
        RecognisedPage(5, Recognised((piece,), 0.99)),
        RecognisedPage(6, Recognised((), 1.0)),
    ]
    low, scraps, wordless = notices_of(pages)
    assert "Pages 2–3" in low and "第 2–3 页" in low and low.count("61%") == 2
    assert "4 places" in scraps and "4 处" in scraps
    assert "Page 6" in wordless


@needs_package
def test_nothing_is_found_on_white() -> None:
    import numpy

    assert recognised(numpy.full((200, 300, 3), 255, numpy.uint8)) == Recognised((), 1.0)
