"""PDF whose pages are pictures, all or some: those without a text layer are rendered and recognised."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pypdfium2.raw as c

from askspeech.bilingual import Bilingual
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.pdf import PageContent, assembled, page_content, page_names
from askspeech.formats.pdf_glyphs import opened, page_open
from askspeech.formats.recognition import LEAST_CONFIDENCE, Recognised, check_installed, recognised

if TYPE_CHECKING:
    from askspeech.formats.recognition import Picture

__all__ = ["RecognisedPage", "notices_of", "read"]

_POINTS_PER_INCH = 72
_DOTS_PER_INCH = 200
_LONGEST_SIDE = 4000
_WHITE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The number of a page that was recognised, counted from 1, and what came of it."""

    number: int
    recognised: Recognised


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of a PDF; pages that hold it as pictures only are recognised.

    Layout.confidences has the mean confidence of each of these; low ones are named in the notices. Raises ReadError
    where the PDF cannot be opened, nothing is recognised in it, or the extra `ocr` is not installed.
    """
    check_installed()
    try:
        pages: list[RecognisedPage] = []
        contents = list(_contents(data, announce, pages))
    except MemoryError as error:
        raise ReadError(
            "its pages need more memory than recognising them may take. Split it, or scan it at 300 dots per inch.",
            "识别这个 PDF 需要的内存超出限度。请拆成几个文件，或以 300 dpi 重新扫描。",
        ) from error
    if not any(content.pieces for content in contents):
        raise ReadError(
            "no words are recognised on its pages. Check that it is the right file, or scan it again.",
            "没有在这个 PDF 的页面上识别出文字。请核对文件，或重新扫描。",
        )
    return assembled(contents, notices_of(pages))


def _contents(data: bytes, announce: Callable[[int], None], pages: list[RecognisedPage]) -> Iterator[PageContent]:
    with opened(data) as document:
        announce(len(document))
        for number in range(len(document)):
            with page_open(document, number) as page:
                content = page_content(page)
                if page is not None and content.unread:
                    picture, scale = _rendered(page)
                    result = recognised(picture)
                    pages.append(RecognisedPage(number + 1, result))
                    content = of_recognised(result, scale)
                yield content


def of_recognised(result: Recognised, scale: float) -> PageContent:
    """A recognised picture as a page; `scale` is pixels per unit of the page."""
    pieces = tuple(
        replace(
            piece,
            left=piece.left / scale,
            bottom=piece.bottom / scale,
            right=piece.right / scale,
            top=piece.top / scale,
            size=round(piece.size / scale, 1) or 1.0,
        )
        for piece in result.pieces
    )
    return PageContent(pieces, confidence=result.confidence)


def _rendered(page: object) -> tuple["Picture", float]:
    """The picture of a page, in blue, green and red, and how many pixels a point takes."""
    import numpy  # noqa: PLC0415 - comes with the extra

    width, height = c.FPDF_GetPageWidthF(page), c.FPDF_GetPageHeightF(page)
    scale = min(_DOTS_PER_INCH / _POINTS_PER_INCH, _LONGEST_SIDE / max(width, height, 1.0))
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    picture = numpy.empty((down, across, 3), dtype=numpy.uint8)
    bitmap = c.FPDFBitmap_CreateEx(across, down, c.FPDFBitmap_BGR, picture.ctypes.data, picture.strides[0])
    if not bitmap:
        raise MemoryError
    try:
        c.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, _WHITE)
        c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, c.FPDF_ANNOT)
    finally:
        c.FPDFBitmap_Destroy(bitmap)
    return picture, scale


def notices_of(pages: Sequence[RecognisedPage]) -> list[str]:
    """What a reader of recognised pages should know: low confidence, with figures; words not made out; no words."""
    return [*_low(pages), *_scraps(pages), *_wordless(pages)]


def _low(pages: Sequence[RecognisedPage]) -> Iterator[str]:
    low = [page for page in pages if page.recognised.confidence < LEAST_CONFIDENCE]
    if low:
        english, chinese = page_names([page.number for page in low])
        least = min(page.recognised.confidence for page in low)
        yield (
            Bilingual(
                f"{english}: recognised with little confidence (at worst {least:.0%}); compare them with the pictures.",
                f"{chinese}文字识别的把握较低（最低 {least:.0%}），请与原图核对。",
            )
        )


def _scraps(pages: Sequence[RecognisedPage]) -> Iterator[str]:
    torn = [page for page in pages if page.recognised.scraps]
    if torn:
        english, chinese = page_names([page.number for page in torn])
        count = sum(page.recognised.scraps for page in torn)
        yield Bilingual(f"{english}: {count} places could not be made out.", f"{chinese}有 {count} 处文字没能识别。")


def _wordless(pages: Sequence[RecognisedPage]) -> Iterator[str]:
    empty = [page.number for page in pages if not page.recognised.pieces]
    if empty:
        english, chinese = page_names(empty)
        yield Bilingual(f"{english}: no words were found in the picture.", f"{chinese}的图片中没有识别出文字。")
