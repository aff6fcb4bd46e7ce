"""The table of speeches as a reader looks at it: what was searched for, in which order, and which part of it."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from askspeech.folding import fold
from askspeech.library import LibraryRow

__all__ = ["COLUMNS", "ROWS_SHOWN", "Part", "View", "part_of"]

ROWS_SHOWN = 50

_Key = Callable[[LibraryRow], tuple[object, ...]]


def _words(name: str) -> _Key:
    """By a text; rows without one come behind those that have one."""

    def key(row: LibraryRow) -> tuple[object, ...]:
        value: str = getattr(row, name)
        return not value, value

    return key


def _number(name: str) -> _Key:
    def key(row: LibraryRow) -> tuple[object, ...]:
        return False, getattr(row, name)

    return key


def _date(row: LibraryRow) -> tuple[object, ...]:
    value = row.date or row.year
    return not value, value


COLUMNS: dict[str, _Key] = {
    "title": _words("title"),
    "file": _words("file"),
    "place": _words("place"),
    "date": _date,
    "level": _words("level"),
    "kind": _words("kind"),
    "characters": _number("characters"),
    "passages": _number("passages"),
    "dropped": _number("dropped"),
    "copies": lambda row: (False, len(row.copies) + len(row.alike)),
}
"""The columns, and by what of a row each sorts."""


@dataclass(frozen=True, slots=True)
class View:
    """How one reader looks at the table; `by` is a column, empty for the order of the files."""

    words: str = ""
    by: str = ""
    descending: bool = False
    page: int = 0

    def sorted_by(self, column: str) -> "View":
        """By a column; by the one that it is sorted by already, the other way round."""
        if column not in COLUMNS:
            return self
        return replace(self, by=column, descending=self.by == column and not self.descending, page=0)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that are shown, where the first of them stands among those found, and how many there are."""

    rows: tuple[LibraryRow, ...]
    first: int
    found: int
    total: int
    page: int
    copies: int = 0
    """How many of those found are copies of others."""

    @property
    def has_earlier(self) -> bool:
        """Whether rows come before these."""
        return self.first > 0

    @property
    def has_later(self) -> bool:
        """Whether rows come behind these."""
        return self.first + len(self.rows) < self.found


def part_of(rows: Sequence[LibraryRow], view: View, most: int = ROWS_SHOWN) -> Part:
    """The rows that a view shows: those that hold all its words, in its order, at most so many of them."""
    words = _folded(view.words).split()
    found = [row for row in rows if _holds(row, words)] if words else list(rows)
    if key := COLUMNS.get(view.by):
        known = sorted((row for row in found if not key(row)[0]), key=key, reverse=view.descending)
        found = known + [row for row in found if key(row)[0]]
    last_page = max(0, (len(found) - 1) // most)
    page = min(max(view.page, 0), last_page)
    shown, copies = tuple(found[page * most : (page + 1) * most]), sum(bool(row.copy_of) for row in found)
    return Part(shown, page * most, len(found), len(rows), page, copies)


def _holds(row: LibraryRow, words: Sequence[str]) -> bool:
    values = (row.title, row.file, *row.copies, *row.alike, row.place, row.date, row.year, row.level, row.kind)
    text = _folded("\n".join(values))
    return all(word in text for word in words)


def _folded(text: str) -> str:
    """Characters that a reader takes for the same ones: width, case, traditional and simplified."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return fold(unicodedata.normalize("NFKC", whole).casefold())
