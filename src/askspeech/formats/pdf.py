"""PDF with a text layer: hard wraps undone by geometry, what belongs to the pages marked."""

from collections.abc import Callable, Iterator, Sequence
from ctypes import c_float
from dataclasses import dataclass, replace

import pypdfium2.raw as c

from askspeech.bilingual import Bilingual, with_command
from askspeech.errors import ReadError
from askspeech.formats.extracted import INSTALL_RECOGNITION, Extracted, RecognitionNeeded, TextBuilder
from askspeech.formats.pdf_furniture import WATERMARK, furniture_of, place_of, watermark_places
from askspeech.formats.pdf_glyphs import SLANTED, Glyphs, glyphs_on, opened, page_open
from askspeech.formats.pdf_layout import (
    Line,
    Piece,
    downwards_as_lines,
    lines_in_order,
    without_copies,
    written_downwards,
)
from askspeech.formats.pdf_paragraphs import EXACT, RECOGNISED, paragraphs

__all__ = ["PageContent", "assembled", "page_content", "page_names", "read"]

_MOST_IMPOSSIBLE = 0.05
_LEAST_IMPOSSIBLE = 3
_STAMP = 50
"""A page with no more characters than this, most of which a picture covers, is the picture, stamped by a scanner."""
_COVERED = 0.5
_OUTLINES = 200
"""So many shapes on a page without characters are characters, drawn as outlines."""
_MOST_OBJECTS = 2000
_NAMED_PAGES = 12
_DOWNWARDS = 3
_INSTALLED = "Or have the recognition of characters installed on the server, and update the library."
_INSTALLED_CHINESE = "如要识别，需要先在服务器上安装文字识别，再更新资料库。"
"""The direction of a line that runs from the top of the page to its foot."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page holds: the pieces of its text, turned upright, and what runs across it in another direction.

    `unread` says that its characters are in pictures, or in a font that does not say which ones it shows;
    `unreadable` is the second of these, `damaged` that the page cannot be opened at all. `confidence` is that of the
    recognition where the page was recognised.
    """

    pieces: tuple[Piece, ...] = ()
    slanted: tuple[Piece, ...] = ()
    unread: bool = False
    unreadable: bool = False
    damaged: bool = False
    impossible: int = 0
    confidence: float | None = None


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of a PDF, page by page.

    Raises ReadError where it cannot be opened or its characters cannot be told, RecognitionNeeded where all its pages
    are pictures. Pages that are pictures in a PDF that has text are named in the notices.
    """
    try:
        contents = list(_contents(data, announce))
        _check(contents)
        return assembled(contents)
    except MemoryError as error:
        raise ReadError(
            "it needs more memory than reading a PDF may take. Split it into smaller files.",
            "读取这个 PDF 需要的内存超出限度。请拆成几个较小的文件。",
        ) from error


def _contents(data: bytes, announce: Callable[[int], None]) -> Iterator[PageContent]:
    with opened(data) as document:
        announce(len(document))
        for number in range(len(document)):
            with page_open(document, number) as page:
                yield page_content(page)


def page_content(page: object | None) -> PageContent:
    """What a page of an open document holds; None is a page that could not be opened."""
    if page is None:
        return PageContent(damaged=True)
    glyphs = glyphs_on(page)
    unreadable = _is_unreadable(glyphs)
    unread = unreadable or (glyphs.characters <= _STAMP and _is_picture(page, glyphs.characters))
    main = max(
        (direction for direction in glyphs.pieces if direction != SLANTED),
        key=lambda direction: sum(len(piece.text) for piece in glyphs.pieces[direction]),
        default=0,
    )
    upright, turned = glyphs.pieces.pop(main, []), []
    if main == 0 and written_downwards(upright):
        # Figures and Latin words lie on their side there, as they do on a page that is turned.
        upright, turned = downwards_as_lines(upright), glyphs.pieces.pop(_DOWNWARDS, [])
    pieces = without_copies([*upright, *turned])
    # On the page as it is turned for its main text, the rest is at most a mark across it.
    slanted = [piece for others in glyphs.pieces.values() for piece in others]
    return PageContent(tuple(pieces), tuple(slanted), unread, unreadable, impossible=glyphs.impossible)


def _is_unreadable(glyphs: Glyphs) -> bool:
    return glyphs.impossible >= max(_LEAST_IMPOSSIBLE, _MOST_IMPOSSIBLE * glyphs.characters)


def _is_picture(page: object, characters: int) -> bool:
    """Whether a page with so few characters shows pictures: any where there are none, else most of the page."""
    images, shapes = 0.0, 0
    for item in _objects(page):
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            images += _area(item)
        shapes += kind == c.FPDF_PAGEOBJ_PATH
    if not characters:
        return images > 0 or shapes >= _OUTLINES
    return bool(images >= _COVERED * c.FPDF_GetPageWidthF(page) * c.FPDF_GetPageHeightF(page))


def _objects(page: object) -> Iterator[object]:
    """The objects of a page and of the forms that stand right on it, as many as are worth looking at."""
    for index in range(min(c.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        item = c.FPDFPage_GetObject(page, index)
        yield item
        if c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_FORM:
            for inner in range(min(c.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)):
                yield c.FPDFFormObj_GetObject(item, inner)


def _area(item: object) -> float:
    edges = [c_float() for _ in range(4)]
    if not c.FPDFPageObj_GetBounds(item, *edges):
        return 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    return max(0.0, right - left) * max(0.0, top - bottom)


def _check(contents: Sequence[PageContent]) -> None:
    """Raise the error that says what to do with a PDF of which nothing can be read."""
    if not contents or all(content.damaged for content in contents):
        raise ReadError(
            "none of its pages can be opened: the PDF is damaged. Ask for another copy.",
            "这个 PDF 没有一页能打开，文件已损坏。请重新获取一份。",
        )
    full = [content for content in contents if not content.damaged and (content.pieces or content.unread)]
    if not full:
        raise ReadError(
            "its pages are empty. Check that it is the right file.", "这个 PDF 的各页都是空白的。请核对是否选对了文件。"
        )
    if any(not content.unread for content in full):
        return
    if all(content.unreadable for content in full):
        raise RecognitionNeeded(
            with_command(
                "its fonts do not say which characters they show, so that its text comes out as nonsense. Ask for the "
                f"Word file. {_INSTALLED}",
                f"这个 PDF 的字体没有字符对照表，提取出来是乱码。请索取 Word 原件。{_INSTALLED_CHINESE}",
                INSTALL_RECOGNITION,
            )
        )
    raise RecognitionNeeded(
        with_command(
            f"its pages are pictures without a text layer. Ask for the Word file. {_INSTALLED}",
            f"这个 PDF 是扫描件，页面都是图片，无文本层，需要 OCR（文字识别）。请索取 Word 原件。{_INSTALLED_CHINESE}",
            INSTALL_RECOGNITION,
        )
    )


def assembled(contents: Sequence[PageContent], notices: Sequence[str] = ()) -> Extracted:
    """The text of all pages, with the places of the pages and what belongs to them rather than to the speaker.

    Layout.confidences is filled where at least one page was recognised.
    """
    marks = watermark_places([content.pieces for content in contents])
    pages = [lines_in_order([one for one in content.pieces if place_of(one) not in marks]) for content in contents]
    reasons = furniture_of(pages)
    kept = [
        [line for at, line in enumerate(lines) if at not in dropped]
        for lines, dropped in zip(pages, reasons, strict=True)
    ]
    tolerances = [EXACT if content.confidence is None else RECOGNISED for content in contents]
    builder = TextBuilder("page")
    for content, lines, dropped, texts in zip(contents, pages, reasons, paragraphs(kept, tolerances), strict=True):
        pale = [one.text for one in content.pieces if place_of(one) in marks]
        _add_page(builder, lines, dropped, texts, [*pale, *(one.text for one in content.slanted)])
    recognised = any(content.confidence is not None for content in contents)
    confidences = tuple(1.0 if one.confidence is None else one.confidence for one in contents) if recognised else ()
    unread = any(content.unread for content in contents)
    extracted = builder.extracted(confidences=confidences, notices=(*_notices(contents), *notices))
    return replace(extracted, recognisable=unread)


def _add_page(
    builder: TextBuilder, lines: Sequence[Line], dropped: dict[int, str], texts: Sequence[str], marks: Sequence[str]
) -> None:
    """Add a page: its heads, its text, its feet, then the watermarks over it."""
    builder.begin_page()
    highest = max((line.middle for at, line in enumerate(lines) if at not in dropped), default=None)
    heads = {at for at in dropped if highest is None or lines[at].middle > highest}
    for at in sorted(heads):
        builder.add(lines[at].text, dropped[at])
    for text in texts:
        builder.add(text)
    for at in sorted(dropped.keys() - heads):
        builder.add(lines[at].text, dropped[at])
    for mark in marks:
        builder.add(mark, WATERMARK)


def _notices(contents: Sequence[PageContent]) -> Iterator[str]:
    pictures = [at for at, one in enumerate(contents, 1) if one.unread and not one.unreadable]
    if pictures:
        english, chinese = page_names(pictures)
        yield (
            with_command(
                f"{english} hold pictures only: their words are not in the text. {_INSTALLED}",
                f"{chinese}只有图片，其中的文字没有收入。{_INSTALLED_CHINESE}",
                INSTALL_RECOGNITION,
            )
        )
    unreadable = [at for at, one in enumerate(contents, 1) if one.unreadable]
    if unreadable:
        english, chinese = page_names(unreadable)
        yield (
            Bilingual(
                f"{english}: the fonts do not say which characters they show; the text there may be nonsense.",
                f"{chinese}的字体没有字符对照表，文字可能是乱码。",
            )
        )
    doubtful = [at for at, one in enumerate(contents, 1) if one.impossible and not one.unreadable]
    if doubtful:
        count = sum(contents[at - 1].impossible for at in doubtful)
        english, chinese = page_names(doubtful)
        yield (
            Bilingual(
                f"{english}: {count} characters that their font does not name.", f"{chinese}有 {count} 个字符无法辨认。"
            )
        )
    damaged = [at for at, one in enumerate(contents, 1) if one.damaged]
    if damaged:
        english, chinese = page_names(damaged)
        yield Bilingual(
            f"{english} cannot be opened: the file is damaged there.", f"{chinese}无法打开，文件在此处已损坏。"
        )


def page_names(pages: Sequence[int]) -> tuple[str, str]:
    """The numbers of pages, counted from 1 and ascending, in words: "Pages 3–5, 9" and "第 3–5、9 页"."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    named = [str(first) if first == last else f"{first}–{last}" for first, last in ranges[:_NAMED_PAGES]]
    more = len(ranges) > _NAMED_PAGES
    word = "Page" if len(pages) == 1 else "Pages"
    return f"{word} {', '.join(named)}{' and more' if more else ''}", f"第 {'、'.join(named)} {'等' if more else ''}页"
