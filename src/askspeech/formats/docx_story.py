"""The text of one story of a Word file (body, header, note): what Word shows, in order, and nothing else.

Names are those of WordprocessingML (ECMA-376 part 1, clause 17). The parser admits no nesting beyond 256 elements, so
recursion is bounded.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from askspeech.formats.docx_fields import Field, Fields, mark_unclosed, shown_without_result
from askspeech.formats.docx_numbering import Numbering, Styles, is_on, list_reference
from askspeech.formats.number_formats import with_marker
from askspeech.formats.stories import CONTENTS, Findings, Line, row_lines, visible
from askspeech.formats.symbols import symbol
from askspeech.formats.xml_parts import Element, attribute, child, children, local_name

__all__ = ["Story"]

_PAGE_BREAK = "\f"
_PROPERTIES = frozenset((
    "pPr", "rPr", "sectPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "rubyPr", "rt",
    "fldData", "ffData", "smartTagPr", "customXmlPr", "delText", "delInstrText", "ctrlPr", "fPr", "dPr", "naryPr",
    "sSupPr", "sSubPr",
))  # fmt: skip


@dataclass(slots=True)
class _Paragraph:
    style: str = ""
    parts: list[str] = field(default_factory=list)
    boxes: list[Line] = field(default_factory=list)
    outside_contents: bool = False

    @property
    def text(self) -> str:
        """Its characters; a page break counts where words stand on both sides of it."""
        return "".join(self.parts).strip(_PAGE_BREAK).replace(_PAGE_BREAK, "\n")


@dataclass(slots=True)
class _Container:
    """Body, cell or text box; `open` is a paragraph whose mark is deleted or hidden, so that the next one goes on."""

    lines: list[Line] = field(default_factory=list)
    open: _Paragraph | None = None


class Story:
    """Reads stories one after the other; `notes` gathers the foot- and endnotes they refer to, by kind and id."""

    def __init__(self, styles: Styles, numbering: Numbering, findings: Findings) -> None:
        self._styles, self._numbering, self._findings = styles, numbering, findings
        self._fields = Fields()
        self.notes: list[tuple[str, str]] = []

    def lines(self, root: Element) -> list[Line]:
        """The lines of a story, whose root is the body, a header, a note."""
        mark_unclosed(root)
        self._fields = Fields()
        return self._contained(root)

    def _contained(self, parent: Element) -> list[Line]:
        container = _Container()
        self._blocks(parent, container)
        if container.open is not None:
            self._close(container, container.open, None)
        return container.lines

    def _blocks(self, parent: Element, container: _Container) -> None:
        for element in parent:
            name = local_name(element)
            if name == "p":
                self._paragraph(element, container)
            elif name == "tbl":
                self._table(element, container)
            elif name == "AlternateContent":
                self._blocks(_chosen(element), container)
            elif name in ("del", "moveFrom"):
                self._removed(element)
            elif name in ("altChunk", "subDoc"):
                self._findings.embedded += 1
            elif name not in _PROPERTIES:
                self._findings.inserted |= name == "ins" and len(element) > 0
                self._blocks(element, container)

    def _paragraph(self, element: Element, container: _Container) -> None:
        properties = child(element, "pPr")
        style = child(properties, "pStyle")
        paragraph = container.open or _Paragraph()
        paragraph.style = self._styles.default if style is None else attribute(style, "val")
        self._inline(element, paragraph)
        mark = child(properties, "rPr")
        removed = child(mark, "del") is not None or child(mark, "moveFrom") is not None
        container.open = paragraph
        if not removed and not self._is_hidden(mark, paragraph.style):
            container.open = None
            self._close(container, paragraph, properties)

    def _close(self, container: _Container, paragraph: _Paragraph, properties: Element | None) -> None:
        text = with_marker(self._marker(properties, paragraph.style), paragraph.text)
        in_contents = bool(text.strip()) and not paragraph.outside_contents
        by_style = self._styles.name(paragraph.style).startswith("toc ")
        container.lines.append(Line(text, CONTENTS if in_contents or by_style else ""))
        container.lines.extend(paragraph.boxes)

    def _marker(self, properties: Element | None, style: str) -> str:
        list_id, level = list_reference(properties)
        if list_id is None:
            list_id = self._styles.nearest(style, lambda one: one.list_id)
            if list_id is not None and level is None:
                level = self._numbering.level_of_style(list_id, style)
        if level is None:
            level = self._styles.nearest(style, lambda one: one.level)
        return "" if list_id in (None, "0") else self._numbering.marker(str(list_id), level or 0)

    def _table(self, element: Element, container: _Container) -> None:
        for row in _inside(element, "tr"):
            if child(row, "trPr", "del") is not None:
                self._removed(row)
                continue
            cells = []
            for cell in _inside(row, "tc"):
                if child(cell, "tcPr", "cellDel") is not None:
                    self._removed(cell)
                else:
                    cells.append(self._contained(cell))
            container.lines.extend(row_lines(cells))

    def _inline(self, parent: Element, paragraph: _Paragraph) -> None:
        for element in parent:
            name = local_name(element)
            taken = self._INLINE.get(name)
            if taken is not None:
                taken(self, element, paragraph)
            elif name not in _PROPERTIES:
                self._inline(element, paragraph)

    def _add(self, text: str, paragraph: _Paragraph) -> None:
        if self._fields.in_code:
            return
        self._fields.note_shown()
        paragraph.parts.append(text)
        if text.strip() and not self._fields.in_contents:
            paragraph.outside_contents = True

    def _run(self, element: Element, paragraph: _Paragraph) -> None:
        if not self._is_hidden(child(element, "rPr"), paragraph.style):
            self._inline(element, paragraph)
            return
        hidden, noted = _Paragraph(paragraph.style), len(self.notes)
        self._inline(element, hidden)
        del self.notes[noted:]
        self._findings.hidden += visible(hidden.text) + sum(visible(line.text) for line in hidden.boxes)

    def _is_hidden(self, properties: Element | None, style: str) -> bool:
        hidden = is_on(child(properties, "vanish"))
        own = child(properties, "rStyle")
        if hidden is None and own is not None:
            hidden = self._styles.nearest(attribute(own, "val"), lambda one: one.hidden)
        if hidden is None:
            hidden = self._styles.nearest(style, lambda one: one.hidden)
        return bool(hidden)

    def _words(self, element: Element, paragraph: _Paragraph) -> None:
        text = str(element.text or "").replace("\r\n", " ").replace("\n", " ").replace("\r", " ")
        kept = attribute(element, "space") == "preserve"
        self._add(text if kept else text.strip(" \t"), paragraph)

    def _break(self, element: Element, paragraph: _Paragraph) -> None:
        self._add(_PAGE_BREAK if attribute(element, "type") in ("page", "column") else "\n", paragraph)

    def _symbol(self, element: Element, paragraph: _Paragraph) -> None:
        code = attribute(element, "char")
        try:
            sign = symbol(attribute(element, "font"), int(code, 16))
        except ValueError:
            sign = ""
        if not sign:
            self._findings.symbols += 1
        self._add(sign, paragraph)

    def _field_mark(self, element: Element, paragraph: _Paragraph) -> None:
        ended = self._fields.turn(element)
        if ended is not None and not ended.has_shown:
            shown = shown_without_result(ended.code)
            self._findings.fields += shown is None
            self._add(shown or "", paragraph)

    def _simple_field(self, element: Element, paragraph: _Paragraph) -> None:
        self._fields.enter(Field(attribute(element, "instr"), in_result=True))
        self._inline(element, paragraph)
        self._fields.leave()

    def _code(self, element: Element, _: _Paragraph) -> None:
        self._fields.add_code(str(element.text or ""))

    def _inserted(self, element: Element, paragraph: _Paragraph) -> None:
        self._findings.inserted |= len(element) > 0
        self._inline(element, paragraph)

    def _left_out(self, element: Element, _: _Paragraph) -> None:
        self._removed(element)

    def _removed(self, element: Element) -> None:
        """Deleted text is counted; moved text is not, for it stands where it was moved to."""
        if local_name(element) != "moveFrom":
            self._findings.deleted += sum(visible(one.text or "") for one in element.iter("{*}delText", "{*}t"))

    def _box(self, element: Element, paragraph: _Paragraph) -> None:
        if not self._fields.in_code:
            paragraph.boxes.extend(line for line in self._contained(element) if line.text.strip())

    def _word_art(self, element: Element, paragraph: _Paragraph) -> None:
        text = attribute(element, "string")
        if text.strip():
            paragraph.boxes.append(Line(text, art=True))

    def _note(self, element: Element, _: _Paragraph) -> None:
        kind = local_name(element).removesuffix("Reference")
        self.notes.append((kind, attribute(element, "id")))

    def _comment(self, element: Element, _: _Paragraph) -> None:
        self._findings.comments += 1

    def _picture(self, element: Element, _: _Paragraph) -> None:
        self._findings.pictures += 1

    def _embedded(self, element: Element, _: _Paragraph) -> None:
        self._findings.embedded += 1

    def _alternatives(self, element: Element, paragraph: _Paragraph) -> None:
        self._inline(_chosen(element), paragraph)

    def _fraction(self, element: Element, paragraph: _Paragraph) -> None:
        for number, part in enumerate(children(element, name) for name in ("num", "den")):
            if number:
                self._add("/", paragraph)
            for one in part:
                self._inline(one, paragraph)

    def _delimited(self, element: Element, paragraph: _Paragraph) -> None:
        opening, closing = (child(element, "dPr", name) for name in ("begChr", "endChr"))
        self._add("(" if opening is None else attribute(opening, "val"), paragraph)
        self._inline(element, paragraph)
        self._add(")" if closing is None else attribute(closing, "val"), paragraph)

    _INLINE: ClassVar[Mapping[str, Callable[["Story", Element, _Paragraph], None]]] = {
        "r": _run,
        "t": _words,
        "tab": lambda self, _, paragraph: self._add("\t", paragraph),
        "ptab": lambda self, _, paragraph: self._add("\t", paragraph),
        "br": _break,
        "cr": lambda self, _, paragraph: self._add("\n", paragraph),
        "noBreakHyphen": lambda self, _, paragraph: self._add("-", paragraph),
        "sym": _symbol,
        "fldChar": _field_mark,
        "fldSimple": _simple_field,
        "instrText": _code,
        "ins": _inserted,
        "del": _left_out,
        "moveFrom": _left_out,
        "txbxContent": _box,
        "textpath": _word_art,
        "footnoteReference": _note,
        "endnoteReference": _note,
        "commentReference": _comment,
        "pic": _picture,
        "imagedata": _picture,
        "chart": _embedded,
        "relIds": _embedded,
        "AlternateContent": _alternatives,
        "f": _fraction,
        "d": _delimited,
    }


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """The rows of a table or cells of a row, those in content controls and the like included."""
    for element in parent:
        own = local_name(element)
        if own == name:
            yield element
        elif own not in _PROPERTIES and own not in ("del", "moveFrom", "p", "tbl"):
            yield from _inside(element, name)


def _chosen(alternatives: Element) -> Element:
    """The first alternative that holds text; the first of all where none does."""
    return next((one for one in alternatives if _has_text(one)), alternatives[0] if len(alternatives) else alternatives)


def _has_text(element: Element) -> bool:
    words = any(one.text and one.text.strip() for one in element.iter("{*}t"))
    return words or any(attribute(one, "string").strip() for one in element.iter("{*}textpath"))
