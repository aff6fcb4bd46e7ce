"""Characters in pictures: RapidOCR, which carries its models and needs no network."""

from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

from askspeech.bilingual import with_command
from askspeech.errors import ReadError
from askspeech.formats.extracted import INSTALL_RECOGNITION
from askspeech.formats.pdf_layout import Piece, is_wide

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Picture = NDArray[numpy.uint8]

__all__ = ["LEAST_CONFIDENCE", "Recognised", "check_installed", "recognised"]

LEAST_CONFIDENCE = 0.85
"""A page whose mean confidence is lower is worth a warning."""

_LEAST_PIECE_CONFIDENCE = 0.3
_UPRIGHT_SHARE, _UPRIGHT_RATIO = 0.5, 1.5
_SURE = 0.7
_LONG_PIECE = 6.0
_ALIKE = 0.25
_BOX_HEIGHT = 1.25
"""How much higher than the type the boxes of the detection are."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was recognised in a picture: pieces in its pixels, upwards from its lower edge, and their mean confidence.

    The mean is over characters and 1 where there are none; `scraps` counts what was found and could not be made out.
    """

    pieces: tuple[Piece, ...]
    confidence: float
    scraps: int = 0


def check_installed() -> None:
    """Raise ReadError where the package that recognises characters is not installed."""
    _engine()


def recognised(picture: "Picture") -> Recognised:
    """Recognise the characters of a picture: rows, columns, then blue, green and red from 0 to 255.

    A picture that lies on its side or stands on its head is turned: characters the wrong way up are recognised with
    little confidence. Raises ReadError where the package is missing or fails.
    """
    import numpy  # noqa: PLC0415 - comes with the extra

    found, boxes = _found(picture)
    on_its_side = sum(_is_upright(box) for box in boxes) > _UPRIGHT_SHARE * len(boxes)
    if not boxes or (found.confidence >= _SURE and not on_its_side):
        return found
    # Lines on their side may be recognised as well, but come in no order.
    tried = [] if on_its_side else [found]
    for quarters in (1, 3) if on_its_side else (2,):
        found, _ = _found(numpy.ascontiguousarray(numpy.rot90(picture, quarters)))
        tried.append(found)
        if found.confidence >= _SURE:
            break
    return max(tried, key=_certainty)


def _certainty(found: Recognised) -> float:
    """How much was recognised with what confidence; a few scraps are no page."""
    return found.confidence * sum(len(piece.text) for piece in found.pieces)


_Rectangle = tuple[float, float, float, float]


def _found(picture: "Picture") -> tuple[Recognised, list[_Rectangle]]:
    """What is recognised in a picture as it lies, and the boxes of all that was found."""
    try:
        # Turning lines one by one would set a page upright whose lines then come in the wrong order.
        result = _engine()(picture, use_cls=False)
    except (RuntimeError, ValueError, ArithmeticError, OSError, IndexError) as error:
        raise _failed(error) from error
    if result.boxes is None or result.txts is None:
        return Recognised((), 1.0), []
    height = float(picture.shape[0])
    boxes = [_rectangle(corners, height) for corners in result.boxes.tolist()]
    read = [
        (text.strip(), box, float(score))
        for text, box, score in zip(result.txts, boxes, result.scores, strict=True)
        if text.strip() and score >= _LEAST_PIECE_CONFIDENCE
    ]
    weights = sum(len(text) for text, _, _ in read)
    mean = sum(len(text) * score for text, _, score in read) / weights if weights else 1.0
    return Recognised(tuple(_pieces([(text, box) for text, box, _ in read])), mean, len(boxes) - len(read)), boxes


def _rectangle(corners: list[list[float]], height: float) -> _Rectangle:
    across, down = zip(*corners, strict=True)
    return min(across), height - max(down), max(across), height - min(down)


def _is_upright(box: _Rectangle) -> bool:
    left, bottom, right, top = box
    return top - bottom > _UPRIGHT_RATIO * (right - left)


def _pieces(read: list[tuple[str, _Rectangle]]) -> list[Piece]:
    """The pieces of a picture; those about as large as most are given one size, since boxes are not exact."""
    sizes = [_size(text, box) for text, box in read]
    long = [size for size, (text, _) in zip(sizes, read, strict=True) if _width(text) >= _LONG_PIECE]
    usual = median(long or sizes) if sizes else 1.0
    return [
        Piece(text, *box, round(usual if abs(size / usual - 1) <= _ALIKE else size, 1) or 1.0)
        for size, (text, box) in zip(sizes, read, strict=True)
    ]


def _size(text: str, box: _Rectangle) -> float:
    """The size of type: by the width of a long piece, by the height of a short one."""
    left, bottom, right, top = box
    width = _width(text)
    return (right - left) / width if width >= _LONG_PIECE else (top - bottom) / _BOX_HEIGHT


def _width(text: str) -> float:
    """The width of a text in sizes of its type."""
    return sum(1.0 if is_wide(character) else 0.5 for character in text)


@cache
def _engine() -> Any:
    """The recogniser, which loads its models when it is first used; it logs nothing."""
    try:
        from rapidocr import RapidOCR  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        raise ReadError(
            with_command(
                "its words are in pictures, and what recognises them is not installed on the server. Ask for a copy "
                "with text; or have the recognition of characters installed there, and update the library.",
                "文字在图片里，无文本层，需要 OCR（文字识别），而服务器上没有安装。请索取文字版；"
                "如要识别，需要先在服务器上安装文字识别，再更新资料库。",
                INSTALL_RECOGNITION,
            )
        ) from error
    return RapidOCR(params={"Global.log_level": "critical", "Global.text_score": 0.0})


def _failed(error: Exception) -> ReadError:
    return ReadError(
        f"the characters in its pictures cannot be recognised ({type(error).__name__}). Save the pictures as PNG and "
        "try again.",
        f"图片中的文字识别失败（{type(error).__name__}）。请把图片另存为 PNG 后再试。",
    )
