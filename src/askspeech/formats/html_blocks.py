"""A web page as lines: what a browser shows on a line of its own becomes one, and nothing else does.

The tree is that of the HTML standard (lexbor builds it), so broken markup reads as it does in a browser. Style sheets
are not looked at, only the style attribute.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from selectolax.lexbor import LexborNode

from askspeech.formats.html_elements import (
    SKIPPED,
    Numbering,
    Style,
    Zone,
    inherited,
    is_block,
    is_hidden,
    numbering,
    whole_number,
)
from askspeech.formats.number_formats import formatted

__all__ = ["Line", "PageText", "page_text", "prose", "visible"]

_WORD_MARKER = re.compile(r"mso-list\s*:\s*ignore")
_NUMBERING = re.compile(r"\d|[一二三四五六七八九十百甲乙丙丁①-⑳㈠-㈩]|[A-Za-z]{1,6}[.．、)）]")
_ENUMERATED = re.compile(
    r"[（(【]?(?:\d{1,3}|[一二三四五六七八九十百]{1,4}|[A-Za-z])[】)）]?[、.．:：)）]|[①-⑳㈠-㈩]"
    r"|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十百\d]{1,4}"
)
_WIDE = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—·"
_WIDE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\f]*[\r\n][ \t\r\n\f]*(?=[{_WIDE}])")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BREAK = "\n"
_SENTENCE = re.compile(r"[。！？；!?;]")
_SHORTEST_PROSE, _LONG = 15, 60
_MOST_REVEALED = 8
"""How many hidden elements are looked into, one inside the other; what is hidden inside that is shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page. `linked` of its visible characters are links to the places `links`; `heading` is 1 to 6."""

    text: str
    linked: int = 0
    links: tuple[str, ...] = ()
    zone: Zone | None = None
    heading: int = 0


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page, none of them blank.

    `hidden` characters are left out because nobody sees them; one hidden element holds `hidden_prose` of prose.
    """

    lines: tuple[Line, ...]
    hidden: int
    hidden_prose: int


def page_text(root: LexborNode, *, reveal: int | None = None) -> PageText:
    """What a browser shows of an element, and the hidden ones that have at least `reveal` characters of prose.

    With 0 everything is taken.
    """
    walk = _Walk(Style(revealed=reveal == 0), reveal)
    walk.take(root)
    return PageText(tuple(walk.lines), walk.hidden, walk.hidden_prose)


def prose(line: Line) -> int:
    """How many characters a line has, if it reads like a sentence or a part of a text; else 0."""
    size = visible(line.text)
    if size >= _LONG and line.linked < size / 2 and "，" in line.text:
        return size
    return size if size >= _SHORTEST_PROSE and _SENTENCE.search(line.text) else 0


def visible(text: str) -> int:
    """How many characters are no white space."""
    return len("".join(text.split()))


@dataclass(slots=True)
class _Open:
    """An element that has begun and not ended."""

    tag: str
    style: Style
    block: bool


@dataclass(slots=True)
class _Row:
    """A row of a table: at which line it begins, and each of its cells."""

    start: int
    cells: list[int] = field(default_factory=list)


class _Walk:
    """Goes through the tree without recursion, because a page may nest as deeply as it likes."""

    def __init__(self, style: Style, reveal: int | None) -> None:
        self.reveal = reveal
        self.lines: list[Line] = []
        self.hidden = self.hidden_prose = self._revealed = 0
        self._pieces: list[tuple[str, Style]] = []
        self._open: list[_Open] = [_Open("", style, block=True)]
        self._lists: list[Numbering] = []
        self._rows: list[_Row] = []
        self._marker = ""
        self._quotations = 0

    def take(self, root: LexborNode) -> None:
        """Take the text of an element and of all inside it, in order."""
        node: LexborNode | None = root
        while node is not None:
            entered = self._enter(node, top=len(self._open) == 1)
            child = node.first_child if entered else None
            if entered and child is None:
                self._leave()
            node = child or self._after(node)
        self._flush()

    def _after(self, node: LexborNode) -> LexborNode | None:
        """The node behind one and all inside it; ends the elements that end with it."""
        while len(self._open) > 1:
            if (following := node.next) is not None:
                return following
            parent = node.parent
            assert parent is not None
            node = parent
            self._leave()
        return None

    def _enter(self, node: LexborNode, *, top: bool) -> bool:
        if node.is_text_node:
            self._pieces.append((node.text_content or "", self._open[-1].style))
            return False
        tag = node.tag or ""
        if not node.is_element_node or tag in SKIPPED:
            return False
        if tag == "br":
            self._flush(whole_style=self._open[-1].style)
            return False
        attributes = {name: value or "" for name, value in node.attributes.items()} if tag != "img" else {}
        css = attributes.get("style", "").lower()
        revealed = self._open[-1].style.revealed
        if not (top or revealed) and is_hidden(tag, attributes, css):
            revealed = self._reveals(page_text(node, reveal=0).lines)
            if not revealed:
                return False
        if _WORD_MARKER.search(css):
            self._add_word_marker(node)
            return False
        self._begin(node, tag, attributes, css)
        if revealed and self._revealed > _MOST_REVEALED:
            self._open[-1].style = replace(self._open[-1].style, revealed=True)
        return True

    def _reveals(self, lines: Sequence[Line]) -> bool:
        """Whether what an element hides is to be read all the same; else it is counted."""
        size = sum(map(prose, lines))
        if self.reveal is not None and size >= self.reveal:
            self._revealed += 1
            return True
        self.hidden += sum(visible(line.text) for line in lines)
        self.hidden_prose = max(size, self.hidden_prose)
        return False

    def _add_word_marker(self, node: LexborNode) -> None:
        """The number that Word has put before a paragraph of a list; its bullets are no characters of the text."""
        marker = "".join(node.text(deep=True).split())
        if _NUMBERING.search(marker):
            space = " " if marker[-1] in ".)" else ""
            self._pieces.append((marker + space, self._open[-1].style))

    def _begin(self, node: LexborNode, tag: str, attributes: dict[str, str], css: str) -> None:
        outer = self._open[-1].style
        block = is_block(tag, css)
        if block:
            self._flush()
        style = inherited(outer, tag, attributes, css)
        self._open.append(_Open(tag, style, block))
        match tag:
            case "ol" | "ul" | "menu" | "dir":
                self._lists.append(numbering(node, tag, attributes, css))
            case "li":
                self._number(attributes)
            case "tr":
                self._rows.append(_Row(len(self.lines)))
            case "td" | "th" if self._rows:
                self._rows[-1].cells.append(len(self.lines))
            case "q":
                self._pieces.append(("“" if self._quotations % 2 == 0 else "‘", style))
                self._quotations += 1

    def _leave(self) -> None:
        ended = self._open.pop()
        if ended.tag == "q":
            self._quotations -= 1
            self._pieces.append(("”" if self._quotations % 2 == 0 else "’", ended.style))
        if ended.block:
            self._flush()
        match ended.tag:
            case "ol" | "ul" | "menu" | "dir":
                self._lists.pop()
            case "li":
                self._marker = ""
            case "tr" if self._rows:
                self._end_row(self._rows.pop())

    def _number(self, attributes: dict[str, str]) -> None:
        if not self._lists or self._lists[-1].format == "none":
            return
        current = self._lists[-1]
        number = whole_number(attributes.get("value", ""), current.number)
        current.number = number + current.step
        written = formatted(number, current.format)
        self._marker += f"{written}、" if current.format.startswith(("chinese", "ideograph")) else f"{written}. "

    def _end_row(self, row: _Row) -> None:
        """Put the cells of a row on one line with tabs, where none of them has more than one."""
        bounds = [*row.cells, len(self.lines)]
        sizes = [end - start for start, end in pairwise(bounds)]
        if sum(sizes) < 2 or max(sizes) > 1 or row.cells[0] != row.start:
            return
        filled = self.lines[row.start :]
        all_links = [line.linked >= visible(line.text) for line in filled]
        if any(line.zone is not filled[0].zone for line in filled) or (any(all_links) and not all(all_links)):
            return
        cells = [self.lines[start].text if size else "" for start, size in zip(row.cells, sizes, strict=True)]
        links = tuple(link for line in filled for link in line.links)
        merged = Line("\t".join(cells).rstrip("\t"), sum(line.linked for line in filled), links, filled[0].zone)
        self.lines[row.start :] = [merged]

    def _flush(self, whole_style: Style | None = None) -> None:
        """End the line that has been collected; one that shows nothing is none."""
        if not self._pieces:
            return
        pieces, self._pieces = self._pieces, []
        text = _collapsed(pieces)
        style = next((style for piece, style in pieces if piece.strip()), whole_style or pieces[0][1])
        linked = [(visible(piece), one.link) for piece, one in pieces if one.link]
        links = tuple(dict.fromkeys(link for size, link in linked if size))
        for words in text.split(_BREAK):
            if words.strip():
                self._add(
                    Line(
                        words if style.pre else words.strip(" "),
                        sum(size for size, _ in linked),
                        links,
                        style.zone,
                        style.heading,
                    )
                )

    def _add(self, line: Line) -> None:
        marker, self._marker = self._marker, ""
        if marker and not _ENUMERATED.match(line.text.strip()):
            line = replace(line, text=marker + line.text)
        self.lines.append(line)


def _collapsed(pieces: list[tuple[str, Style]]) -> str:
    """The text of a line with the white space that a browser shows, and breaks where they are preformatted."""
    if all(not style.pre for _, style in pieces):
        return _without_breaks("".join(text for text, _ in pieces)).strip(" ")
    return "".join(
        text if style.pre not in ("", "pre-line") else _collapsed_part(text, style.pre) for text, style in pieces
    )


def _collapsed_part(text: str, pre: str) -> str:
    if pre == "pre-line":
        return _BREAK.join(_without_breaks(line) for line in text.split("\n"))
    return _without_breaks(text)


def _without_breaks(text: str) -> str:
    return _SPACES.sub(" ", _WIDE_BREAK.sub("", text))
