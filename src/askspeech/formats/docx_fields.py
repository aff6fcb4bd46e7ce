"""Fields of Word: which text is a field's code, which its result, and what a field without a result shows."""

import re
from dataclasses import dataclass

from askspeech.formats.number_formats import formatted
from askspeech.formats.xml_parts import Element, attribute, local_name

__all__ = ["Field", "Fields", "mark_unclosed", "shown_without_result"]

_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)
_DISPLAYED = re.compile(r"\s*(?:EQ|SYMBOL|LISTNUM|AUTONUM|AUTONUMLGL|AUTONUMOUT|SHAPE)\b", re.IGNORECASE)
_ENCLOSED = re.compile(r"\\o\s*\\ac\s*\(\s*([^,，\\]{1,3}?)\s*[,，]\s*([^,，()\\]{1,4})\s*\)", re.IGNORECASE)
_ANNOTATED = re.compile(r"\\o\s*\\a[dlrc]\s*\(\s*\\s\s*\\up\s*\d+\s*\([^()]*\)\s*[,，]\s*([^()]*)\)", re.IGNORECASE)
_BUTTON = re.compile(r"\s*MACROBUTTON\s+\S+\s+(.*)", re.IGNORECASE | re.DOTALL)
_UNCLOSED = "unclosed"


@dataclass(slots=True)
class Field:
    """A field that is open: its code so far, whether its result has begun, and whether that has shown anything."""

    code: str = ""
    in_result: bool = False
    has_shown: bool = False


class Fields:
    """The fields that are open at one place of a story, the innermost last."""

    def __init__(self) -> None:
        self._open: list[Field] = []

    @property
    def in_code(self) -> bool:
        """Whether text here belongs to a field's code, which is not shown."""
        return any(not field.in_result for field in self._open)

    @property
    def in_contents(self) -> bool:
        """Whether text here belongs to a table of contents."""
        return any(field.in_result and _CONTENTS.match(field.code) for field in self._open)

    def note_shown(self) -> None:
        """Text of a result was taken."""
        for field in self._open:
            field.has_shown = True

    def add_code(self, text: str) -> None:
        """A piece of the innermost field's code."""
        if self._open and not self._open[-1].in_result:
            self._open[-1].code += text

    def enter(self, field: Field) -> None:
        """A field begins."""
        self._open.append(field)

    def leave(self) -> Field | None:
        """The innermost field ends."""
        return self._open.pop() if self._open else None

    def turn(self, element: Element) -> Field | None:
        """Take a w:fldChar into account; the field that it ends, if any."""
        kind = attribute(element, "fldCharType")
        if kind == "begin" and not attribute(element, _UNCLOSED):
            self.enter(Field())
        elif kind == "separate" and self._open:
            self._open[-1].in_result = True
        elif kind == "end":
            return self.leave()
        return None


def shown_without_result(code: str) -> str | None:
    """What Word shows for a field that keeps no result: a number in a circle, the words of a button.

    "" where it shows nothing, None where what it shows is not known.
    """
    if found := _ENCLOSED.search(code):
        return _enclosed(found.group(1), found.group(2).strip())
    if found := _ANNOTATED.search(code) or _BUTTON.match(code):
        return found.group(1).strip()
    return None if _DISPLAYED.match(code) else ""


def _enclosed(frame: str, inner: str) -> str:
    """A character in a frame: as one character where there is one."""
    if frame in "○〇◯" and inner.isascii() and inner.isdigit():
        return formatted(int(inner), "decimalEnclosedCircle")
    place = "一二三四五六七八九十".find(inner)
    return "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"[place] if frame in "○〇◯" and len(inner) == 1 and place >= 0 else f"({inner})"


def mark_unclosed(story: Element) -> None:
    """Mark the fields of a story that never end: they are no fields, or the rest of the text would be their code."""
    stack: list[Element] = []
    for element in story.iter("{*}fldChar"):
        if any(local_name(above) in ("del", "moveFrom") for above in element.iterancestors()):
            continue
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            stack.append(element)
        elif kind == "end" and stack:
            stack.pop()
    for element in stack:
        element.set(_UNCLOSED, "true")
