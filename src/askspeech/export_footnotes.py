"""Real footnotes for a Word file: the part that holds them, and the runs that refer to them.

ECMA-376, part 1, 17.11: notes live in a part of their own, with two that are the lines above them; the settings name
these two. A note referred to again is a NOTEREF field on the bookmark around its first reference, so that the word
processor keeps the number right wherever the text is pasted.
"""

from collections.abc import Mapping
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree

__all__ = ["Element", "element", "field_runs", "footnotes", "reference_runs", "run", "settings"]

Element = Any
"""An element of lxml, which has no types."""

_REFERENCE, _TEXT = "FootnoteReference", "FootnoteText"
_LINES = {-1: "separator", 0: "continuationSeparator"}
"""The notes that every document has: the line above the notes, and the one above what a page continues."""
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WORD_2013 = {"name": "compatibilityMode", "uri": "http://schemas.microsoft.com/office/word", "val": "15"}


def footnotes(notes: Mapping[int, str]) -> bytes:
    """The part that holds the notes, by their numbers from 1."""
    lines = (
        element("footnote", element("p", _single_spaced(), element("r", element(kind))), type=kind, id=number)
        for number, kind in _LINES.items()
    )
    texts = (
        element(
            "footnote",
            element(
                "p",
                element("pPr", element("pStyle", val=_TEXT)),
                run(element("footnoteRef"), style=_REFERENCE),
                run(f" {text}"),
            ),
            id=number,
        )
        for number, text in notes.items()
    )
    root = element("footnotes", *lines, *texts)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _single_spaced() -> Element:
    return element("pPr", element("spacing", before=0, after=0, line=240, lineRule="auto"))


def settings() -> list[Element]:
    """What the settings of a document with notes hold, in the order of the schema."""
    return [
        element("zoom", percent=100),
        element("defaultTabStop", val=420),
        element("characterSpacingControl", val="compressPunctuation"),
        element("footnotePr", *(element("footnote", id=number) for number in _LINES)),
        element("compat", element("compatSetting", **_WORD_2013)),
        element("themeFontLang", val="en-US", eastAsia="zh-CN"),
    ]


def reference_runs(number: int, *, first: bool) -> list[Element]:
    """A note's raised number; `first` where it is the one that the note belongs to, else it repeats that one."""
    bookmark = f"_RefNote{number}"
    if not first:
        return field_runs(f" NOTEREF {bookmark} \\f \\h ", str(number), style=_REFERENCE)
    return [
        element("bookmarkStart", id=number, name=bookmark),
        run(element("footnoteReference", id=number), style=_REFERENCE),
        element("bookmarkEnd", id=number),
    ]


def field_runs(instruction: str, shown: str, *, style: str = "") -> list[Element]:
    """A field that the word processor computes, with what it shows until then; no words of a corpus come in here."""
    instructed = element("instrText")
    instructed.text = instruction
    instructed.set(_SPACE, "preserve")
    begin, separate, end = (element("fldChar", fldCharType=kind) for kind in ("begin", "separate", "end"))
    return [run(part, style=style) for part in (begin, instructed, separate, shown, end)]


def run(content: str | Element, *, style: str = "", color: str = "") -> Element:
    """Words of one look, or one element of another kind; the words may be any that XML can hold."""
    properties = element("rPr")
    if style:
        properties.append(element("rStyle", val=style))
    if isinstance(content, str):
        words = element("t")
        words.text = content
        words.set(_SPACE, "preserve")
        if any("㐀" <= character <= "鿿" for character in content):
            # Without it, quotation marks and dashes among Chinese words get the narrow Latin font.
            properties.append(element("rFonts", hint="eastAsia"))
        content = words
    if color:
        properties.append(element("color", val=color))
    return element("r", properties, content) if len(properties) else element("r", content)


def element(name: str, /, *children: Element, **attributes: str | int) -> Element:
    """An element of WordprocessingML."""
    made: Element = OxmlElement(f"w:{name}", {qn(f"w:{key}"): str(value) for key, value in attributes.items()})
    made.extend(children)
    return made
