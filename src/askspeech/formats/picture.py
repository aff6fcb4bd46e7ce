"""Photographs and scans as picture files: their pages are recognised."""

import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.pdf import assembled
from askspeech.formats.recognition import check_installed, recognised
from askspeech.formats.scan import RecognisedPage, notices_of, of_recognised

if TYPE_CHECKING:
    from askspeech.formats.recognition import Picture

__all__ = ["read"]

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
_MOST_PIXELS = 64_000_000
"""A sheet of A3 at 600 dots per inch has 70 million; four bytes for each have to fit several times over."""
_LONGEST_SIDE = 4000
_MOST_PAGES = 500
_OPAQUE = "RGBA"


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Recognise the text of a picture; a TIFF may have several pages.

    Raises ReadError where it is no picture, has too many pixels, shows no words, or the extra `ocr` is not installed.
    """
    check_installed()
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(data), formats=_FORMATS) as image:
            warnings.simplefilter("ignore")
            announce(_pages(image))
            pages = [RecognisedPage(number, recognised(one)) for number, one in enumerate(_pictures(image), 1)]
    except (Image.DecompressionBombError, MemoryError) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, ArithmeticError) as error:
        raise ReadError(
            "it is not a picture that can be opened: it is damaged, cut off, or something else under the name of one. "
            "Save it again as PNG or JPEG.",
            "图片打不开：文件已损坏、不完整，或者其实是别的格式。请另存为 PNG 或 JPEG。",
        ) from error
    if not any(page.recognised.pieces for page in pages):
        raise ReadError(
            "no words are recognised in it. Leave it out, or take a sharper picture.",
            "没有在图片中识别出文字。请移出此文件，或换一张更清晰的图片。",
        )
    return assembled([of_recognised(page.recognised, 1.0) for page in pages], notices_of(pages))


def _pages(image: Image.Image) -> int:
    # Only the pages of a TIFF are pages; what else has several holds an animation, or a phone's second view.
    pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if pages > _MOST_PAGES:
        raise ReadError(
            f"it has {pages} pages, and {_MOST_PAGES} are read at most. Split it.",
            f"图片有 {pages} 页，最多读取 {_MOST_PAGES} 页。请拆成几个文件。",
        )
    return int(pages)


def _pictures(image: Image.Image) -> Iterator["Picture"]:
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= _pages(image):
            return
        if frame.width * frame.height > _MOST_PIXELS:
            raise _too_large()
        yield _array(frame)


def _array(frame: Image.Image) -> "Picture":
    """The picture as it is meant to be seen, in blue, green and red, on white where it is transparent."""
    import numpy  # noqa: PLC0415 - comes with the extra

    if frame.format == "JPEG":
        frame.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
    seen = ImageOps.exif_transpose(frame)
    if seen.has_transparency_data:
        clear = seen.convert(_OPAQUE)
        seen = Image.new(_OPAQUE, clear.size, "white")
        seen.alpha_composite(clear)
    elif seen.mode.startswith("I;16"):
        seen = seen.point(lambda value: value / 256).convert("L")
    seen = seen.convert("RGB")
    seen.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return numpy.ascontiguousarray(numpy.asarray(seen)[:, :, ::-1])


def _too_large() -> ReadError:
    return ReadError(
        f"it has more than {_MOST_PIXELS // 1_000_000} million pixels, which is more than a page needs. "
        "Save it at 300 dots per inch.",
        f"图片超过 {_MOST_PIXELS // 10_000} 万像素，超出一页所需。请以 300 dpi 另存。",
    )
