"""Where the text of an RTF story gathers: paragraphs, and the cells of tables that RTF marks only at their ends."""

from dataclasses import dataclass, field

from askspeech.formats.number_formats import space_behind, with_marker
from askspeech.formats.stories import CONTENTS, Line, row_lines

__all__ = ["Sink"]

_PAGE_BREAK = "\f"


@dataclass(slots=True)
class _Table:
    cells: list[list[Line]] = field(default_factory=list)
    cell: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Sink:
    """One story (body, header, note, text box); `kind` is the RTF word that began it."""

    kind: str = ""
    lines: list[Line] = field(default_factory=list)
    boxes: list[Line] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    marker: str | None = None
    outside_contents: bool = False
    _tables: dict[int, _Table] = field(default_factory=dict)

    def add(self, text: str, *, in_contents: bool) -> None:
        """Add characters to the open paragraph."""
        self.parts.append(text)
        self.outside_contents |= not in_contents and bool(text.strip())

    def end_paragraph(self, level: int, *, in_contents: bool) -> None:
        """The paragraph ends; `level` is how many tables it lies in."""
        ended = self._taken(in_contents=in_contents)
        if level:
            self._table(level).cell.extend(ended)
        else:
            self._close_tables(1)
            self.lines.extend(ended)

    def end_cell(self, level: int, *, in_contents: bool) -> None:
        """A cell of the table of this level ends, and its last paragraph with it."""
        self._close_tables(level + 1)
        table = self._table(level)
        table.cell.extend(self._taken(in_contents=in_contents))
        table.cells.append(table.cell)
        table.cell = []

    def end_row(self, level: int) -> None:
        """A row of the table of this level ends."""
        self._close_tables(level)

    def end(self, level: int, *, in_contents: bool) -> list[Line]:
        """The story ends: all its lines."""
        if self.parts or self.boxes or self.marker:
            self.end_paragraph(level, in_contents=in_contents)
        self._close_tables(1)
        return self.lines

    def _taken(self, *, in_contents: bool) -> list[Line]:
        text = "".join(self.parts).strip(_PAGE_BREAK).replace(_PAGE_BREAK, "\n")
        text = _with_marker(self.marker or "", text)
        furniture = CONTENTS if text.strip() and (in_contents or not self.outside_contents) else ""
        taken = [Line(text, furniture), *self.boxes]
        self.parts, self.boxes, self.marker, self.outside_contents = [], [], None, False
        return taken

    def _table(self, level: int) -> _Table:
        return self._tables.setdefault(level, _Table())

    def _close_tables(self, level: int) -> None:
        """Put the open rows of this level and of those inside it into the cells or lines around them."""
        for one in sorted((known for known in self._tables if known >= level), reverse=True):
            table = self._tables.pop(one)
            cells = [*table.cells, table.cell] if table.cell else table.cells
            around = self._table(one - 1).cell if one > 1 else self.lines
            if cells:
                around.extend(row_lines(cells))


def _with_marker(marker: str, text: str) -> str:
    """A paragraph with the number that the file keeps for programs which cannot count."""
    bare = marker.strip()
    suffix = "nothing" if marker == bare else "tab" if marker.endswith("\t") else "space"
    return with_marker(f"{bare}{space_behind(bare, suffix)}", text)
