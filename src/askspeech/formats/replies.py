"""What the children that read files say to their parent: frames of JSON, and what was read as such a message.

Never pickle: a child that a file has taken over can give a wrong text, but cannot reach its parent.
"""

import struct
from itertools import pairwise

from askspeech.bilingual import Bilingual, packed, unpacked
from askspeech.datatypes import Drop, Layout, Span, Unit
from askspeech.formats.extracted import Extracted

__all__ = ["HEADER", "described", "extracted_of", "frame", "readable", "whole_number"]

_LONGEST_MESSAGE = 2_000

HEADER = struct.Struct(">Q")
"""The length in front of a frame."""

_UNITS: dict[object, Unit] = {"page": "page", "paragraph": "paragraph", "line": "line"}


def frame(content: bytes) -> bytes:
    """The content with its length in front."""
    return HEADER.pack(len(content)) + content


def described(extracted: Extracted) -> dict[str, object]:
    """All but the text of what was read, as JSON can hold it."""
    layout = extracted.layout
    return {
        "encoding": extracted.encoding,
        "unit": layout.unit,
        "starts": layout.starts,
        "furniture": [(*drop.span, drop.reason) for drop in layout.furniture],
        "confidences": layout.confidences,
        "notices": packed(layout.notices),
        "recognisable": extracted.recognisable,
    }


def extracted_of(message: dict[str, object], text: str) -> Extracted:
    """The reverse of `described`; raises KeyError, TypeError or ValueError where the message is no such thing."""
    furniture = [_drop(*_list(one)) for one in _list(message["furniture"])]
    layout = Layout(
        unit=_UNITS[message["unit"]],
        starts=tuple(whole_number(start) for start in _list(message["starts"])),
        furniture=tuple(furniture),
        confidences=tuple(_share(confidence) for confidence in _list(message["confidences"])),
        notices=tuple(_words(notice) for notice in _list(message["notices"])),
    )
    # Page numbers repeat where a page is empty, so places may; stretches may not overlap.
    _check_ascending([0, *layout.starts, len(text)])
    _check_ascending([0, *(edge for drop in furniture for edge in drop.span), len(text)])
    return Extracted(text, _string(message["encoding"]), layout, message["recognisable"] is True)


def readable(message: object) -> str:
    """What a child says, in one language or in two, as a line of bounded length."""
    said = unpacked(message) if isinstance(message, dict) else message
    if isinstance(said, Bilingual):
        return Bilingual(readable(said.english), readable(said.chinese), readable(str(said)))
    return " ".join(str(said).split())[:_LONGEST_MESSAGE]


def whole_number(value: object) -> int:
    """The value, which must be an integer; TypeError where it is not."""
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def _drop(start: object, end: object, reason: object) -> Drop:
    return Drop(Span(whole_number(start), whole_number(end)), _string(reason))


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(value)
    return float(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _words(value: object) -> str:
    """A text, or what is said in two languages."""
    return _string(unpacked(value) if isinstance(value, dict) else value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _check_ascending(places: list[int]) -> None:
    for earlier, later in pairwise(places):
        if later < earlier:
            raise ValueError((earlier, later))
