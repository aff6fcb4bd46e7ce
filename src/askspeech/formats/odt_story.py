"""The text of one story of an OpenDocument text (body, header, note): what it shows, in order.

Names are those of OpenDocument 1.3 part 3. The parser admits no nesting beyond 256 elements, so recursion is bounded.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from askspeech.formats.number_formats import with_marker
from askspeech.formats.odt_lists import Counter, Lists, whole
from askspeech.formats.stories import CONTENTS, Findings, Line, row_lines, visible
from askspeech.formats.xml_parts import Element, attribute, children, local_name

__all__ = ["Story", "TextStyle"]

_SPACE = re.compile(r"[ \t\r\n]+")
_SILENT = frozenset((
    "annotation-end", "bookmark", "bookmark-start", "bookmark-end", "change", "change-start", "change-end", "desc",
    "event-listeners", "forms", "glue-point", "note-citation", "ruby-text", "script", "sequence-decls",
    "soft-page-break", "title", "user-field-decls", "variable-decls", "dde-connection-decls",
    "alphabetical-index-auto-mark-file", "alphabetical-index-mark", "toc-mark",
))  # fmt: skip
_DRAWN = frozenset(("custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "path", "connector"))
_INDEXES = frozenset((
    "table-of-content", "illustration-index", "table-index", "object-index", "user-index", "alphabetical-index",
))  # fmt: skip
_MOST_SPACES = 10_000


@dataclass(frozen=True, slots=True)
class TextStyle:
    """What a style of paragraphs or words says that concerns text."""

    parent: str = ""
    hidden: bool | None = None


@dataclass(slots=True)
class _Paragraph:
    style: str = ""
    parts: list[str] = field(default_factory=list)
    boxes: list[Line] = field(default_factory=list)
    open_to_space: bool = False
    """Whether a space of the markup would count: not at the beginning, and not behind another one."""


@dataclass(slots=True)
class _Place:
    """Where blocks stand: the list they are items of, its depth, and whether the next one takes the number."""

    counter: Counter | None = None
    level: int = 0
    numbered: bool = False
    restart: int | None = None
    furniture: str = ""


class Story:
    """Reads stories one after the other; `notes` gathers the bodies of foot- and endnotes."""

    def __init__(self, styles: Mapping[tuple[str, str], TextStyle], lists: Lists, findings: Findings) -> None:
        self._styles, self._lists, self._findings = styles, lists, findings
        self.notes: list[Element] = []

    def lines(self, root: Element) -> list[Line]:
        """The lines of a story, whose root is the text, a header, a note's body."""
        lines: list[Line] = []
        self._blocks(root, lines, _Place())
        return lines

    def _blocks(self, parent: Element, lines: list[Line], place: _Place) -> None:
        for element in parent:
            name = local_name(element)
            if name in ("p", "h"):
                self._paragraph(element, lines, place)
            elif name == "list":
                self._list(element, lines, place)
            elif name == "numbered-paragraph":
                self._numbered_paragraph(element, lines)
            elif name == "table":
                self._table(element, lines, place)
            elif name == "tracked-changes":
                self._changes(element)
            elif name == "section" and attribute(element, "display") == "none":
                self._findings.hidden += visible("".join(element.itertext()))
            elif name in _INDEXES:
                self._blocks(element, lines, _Place(furniture=CONTENTS))
            elif name == "frame" or name in _DRAWN:
                lines.extend(self._drawn(element))
            elif name == "annotation":
                self._findings.comments += 1
            elif name not in _SILENT and not name.endswith("-source"):
                self._blocks(element, lines, place)

    def _paragraph(self, element: Element, lines: list[Line], place: _Place) -> None:
        paragraph = _Paragraph(attribute(element, "style-name"))
        self._inline(element, paragraph)
        text = "".join(paragraph.parts)
        hidden = self._is_hidden("paragraph", paragraph.style) or any(
            attribute(one, "is-hidden") == "true" for one in element.iter("{*}hidden-paragraph")
        )
        if hidden:
            self._findings.hidden += visible(text)
            lines.extend(paragraph.boxes)
            return
        lines.append(Line(with_marker(self._marker(element, place), text), place.furniture))
        lines.extend(paragraph.boxes)

    def _marker(self, element: Element, place: _Place) -> str:
        if place.counter is not None:
            first, place.numbered = place.numbered, False
            return self._lists.marker(place.counter, place.level, place.restart) if first else ""
        if local_name(element) != "h" or attribute(element, "is-list-header") == "true":
            return ""
        again = attribute(element, "restart-numbering") == "true"
        restart = whole(attribute(element, "start-value"), 1) if again else None
        return self._lists.marker(None, whole(attribute(element, "outline-level"), 1), restart)

    def _list(self, element: Element, lines: list[Line], place: _Place) -> None:
        counter = place.counter
        style = attribute(element, "style-name") or ("" if counter is None else counter.style)
        if counter is None:
            counter = self._lists.begin(element, style)
        elif style != counter.style:
            counter = Counter(style, counter.counts)
        for item in element:
            if local_name(item) in ("list-item", "list-header"):
                start = attribute(item, "start-value")
                inner = _Place(counter, place.level + 1, local_name(item) == "list-item", furniture=place.furniture)
                inner.restart = whole(start, 1) if start else None
                self._blocks(item, lines, inner)

    def _numbered_paragraph(self, element: Element, lines: list[Line]) -> None:
        counter = self._lists.numbered(attribute(element, "list-id"), attribute(element, "style-name"))
        start = attribute(element, "start-value")
        place = _Place(counter, whole(attribute(element, "level"), 1), numbered=True)
        place.restart = whole(start, 1) if start else None
        self._blocks(element, lines, place)

    def _table(self, element: Element, lines: list[Line], place: _Place) -> None:
        for row in _rows(element):
            cells = []
            for cell in children(row, "table-cell"):
                inside: list[Line] = []
                self._blocks(cell, inside, _Place(furniture=place.furniture))
                cells.append(inside)
            lines.extend(row_lines(cells))

    def _changes(self, element: Element) -> None:
        """The store of tracked changes: deleted text is counted, insertions stand in the text."""
        for one in element.iter("{*}deletion", "{*}insertion"):
            if local_name(one) == "insertion":
                self._findings.inserted = True
            else:
                paragraphs = one.iter("{*}p", "{*}h")
                self._findings.deleted += sum(visible("".join(paragraph.itertext())) for paragraph in paragraphs)

    def _inline(self, parent: Element, paragraph: _Paragraph) -> None:
        _add(parent.text, paragraph)
        for element in parent:
            name = local_name(element)
            taken = self._INLINE.get(name)
            if taken is not None:
                taken(self, element, paragraph)
            elif name in _DRAWN or name in ("frame", "g"):
                paragraph.boxes.extend(self._drawn(element))
            elif name not in _SILENT:
                self._inline(element, paragraph)
            _add(element.tail, paragraph)

    def _span(self, element: Element, paragraph: _Paragraph) -> None:
        if not self._is_hidden("text", attribute(element, "style-name")):
            self._inline(element, paragraph)
            return
        hidden, noted = _Paragraph(), len(self.notes)
        self._inline(element, hidden)
        del self.notes[noted:]
        self._findings.hidden += visible("".join(hidden.parts))

    def _is_hidden(self, family: str, name: str) -> bool:
        for _ in range(50):
            style = self._styles.get((family, name))
            if style is None:
                return False
            if style.hidden is not None:
                return style.hidden
            name = style.parent
        return False

    def _spaces(self, element: Element, paragraph: _Paragraph) -> None:
        _exactly(" " * min(whole(attribute(element, "c"), 1), _MOST_SPACES), paragraph)

    def _note(self, element: Element, _: _Paragraph) -> None:
        self.notes.extend(children(element, "note-body"))

    def _comment(self, element: Element, _: _Paragraph) -> None:
        self._findings.comments += 1

    def _hidden_text(self, element: Element, paragraph: _Paragraph) -> None:
        if attribute(element, "is-hidden") == "true":
            self._findings.hidden += visible(attribute(element, "string-value"))
        else:
            self._inline(element, paragraph)

    def _drawn(self, element: Element) -> list[Line]:
        """The lines of a frame or shape; of the things in a frame the first one is shown, the others replace it."""
        name = local_name(element)
        if name == "g":
            return [line for one in element if local_name(one) not in _SILENT for line in self._drawn(one)]
        if name in _DRAWN:
            return [line for line in self.lines(element) if line.text.strip()]
        content = next((one for one in element if local_name(one) not in _SILENT), None) if name == "frame" else element
        if content is None:
            return []
        if local_name(content) == "text-box":
            return [line for line in self.lines(content) if line.text.strip()]
        if local_name(content) == "image":
            self._findings.pictures += 1
        elif local_name(content) in ("object", "object-ole", "applet", "plugin"):
            self._findings.embedded += 1
        else:
            return [line for line in self.lines(content) if line.text.strip()]
        return []

    _INLINE: ClassVar[Mapping[str, Callable[["Story", Element, _Paragraph], None]]] = {
        "span": _span,
        "s": _spaces,
        "tab": lambda self, _, paragraph: _exactly("\t", paragraph),
        "line-break": lambda self, _, paragraph: _exactly("\n", paragraph),
        "note": _note,
        "annotation": _comment,
        "hidden-text": _hidden_text,
    }


def _add(text: str | None, paragraph: _Paragraph) -> None:
    """Add characters of the markup: white space counts once, and not at the beginning of a paragraph."""
    if not text:
        return
    collapsed = _SPACE.sub(" ", text)
    if not paragraph.open_to_space:
        collapsed = collapsed.removeprefix(" ")
    if collapsed:
        paragraph.parts.append(collapsed)
        paragraph.open_to_space = collapsed[-1] != " "


def _exactly(text: str, paragraph: _Paragraph) -> None:
    paragraph.parts.append(text)
    paragraph.open_to_space = True


def _rows(table: Element) -> Iterator[Element]:
    for element in table:
        if local_name(element) == "table-row":
            yield element
        elif local_name(element) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(element)
