"""Where the characters of a page stand, and what follows from it: lines, columns, the order they are read in.

Pure geometry, the same for the characters of a PDF and for those recognised in a picture. Coordinates grow to the right
and upwards, in whatever unit the page has; sizes of type are in the same unit.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median

__all__ = [
    "Line",
    "Piece",
    "downwards_as_lines",
    "is_wide",
    "joined",
    "lines_in_order",
    "turned_box",
    "without_copies",
    "written_downwards",
]

_SAME_LINE = 0.5
"""The share of the lower piece's height that two pieces of one line have in common."""
_LEAST_LIKENESS = 0.4
"""A piece that is lower than this share of another one's height is on another line, if it is not its superscript."""
_WORD_GAP, _WIDE_GAP, _CELL_GAP = 0.15, 0.6, 1.0
_OVERPRINT = 0.15
"""How far a copy lies from its original at most, in sizes of its type; the narrowest characters are 0.22 wide."""
_LEAST_GUTTER, _NARROWEST_COLUMN, _NARROWEST_SHARE = 0.6, 8.0, 0.2
_MOST_CROSSING, _LEAST_FILL, _LEAST_LINES = 0.25, 0.55, 3
_STACKED_SHARE, _LEAST_STACKED = 0.5, 8

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters that stand side by side on a page, and the box they fill; `size` is that of their type.

    `light` says that they are printed in a pale colour, `spaced` that a space follows them.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    light: bool = False
    spaced: bool = False

    @property
    def middle(self) -> float:
        """The height of the middle of the piece."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column; `column` is 0 for what runs across the page, else the column's number from the left.

    `size` is that of most of its characters; `spaced` says that a space ends the line.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    column: int = 0
    spaced: bool = False

    @property
    def middle(self) -> float:
        """The height of the middle of the line."""
        return (self.bottom + self.top) / 2


def is_wide(character: str) -> bool:
    """Whether a character fills a square of its own, as Chinese ones do: nothing separates it from its neighbours."""
    return character >= "\u2e80" or character in "“”‘’—…·"


def joined(before: str, after: str, *, gap: bool) -> str:
    """What stands between two stretches of one line or paragraph: a space where there is a gap between words."""
    if not before or not after or not gap or before[-1].isspace() or after[0].isspace():
        return ""
    return "" if is_wide(before[-1]) or is_wide(after[0]) else " "


def without_copies(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces without those that are printed over themselves, as some producers make type bold."""
    kept: list[Piece] = []
    seen: dict[tuple[str, int, int], list[Piece]] = {}
    for piece in pieces:
        unit = _OVERPRINT * piece.size or 1.0
        across, up = round(piece.left / unit), round(piece.bottom / unit)
        near = ((piece.text, across + one, up + other) for one in (-1, 0, 1) for other in (-1, 0, 1))
        others = (other for place in near for other in seen.get(place, ()))
        if not any(abs(one.left - piece.left) < unit and abs(one.bottom - piece.bottom) < unit for one in others):
            seen.setdefault((piece.text, across, up), []).append(piece)
            kept.append(piece)
    return kept


def turned(piece: Piece, quarters: int) -> Piece:
    """The piece as it stands when the page is turned clockwise by that many quarters."""
    left, bottom, right, top = turned_box((piece.left, piece.bottom, piece.right, piece.top), quarters)
    return replace(piece, left=left, bottom=bottom, right=right, top=top)


def turned_box(box: Box, quarters: int) -> Box:
    """A box (left, bottom, right, top) after a turn of the page clockwise by that many quarters."""
    left, bottom, right, top = box
    if quarters == 1:
        return bottom, -right, top, -left
    if quarters == 2:
        return -right, -top, -left, -bottom
    return (-top, left, -bottom, right) if quarters == 3 else box


def written_downwards(pieces: Sequence[Piece]) -> bool:
    """Whether characters stand below each other, as in books of old, and not beside each other."""
    stacked = sum(_below(one, other) for one, other in pairwise(pieces))
    return stacked >= max(_LEAST_STACKED, _STACKED_SHARE * len(pieces))


def downwards_as_lines(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces of a page that is written downwards, turned so that each column becomes a line."""
    return [turned(_in_its_cell(piece), 3) for piece in pieces]


def _in_its_cell(piece: Piece) -> Piece:
    """A piece no smaller than its type: punctuation stands in the upper corner of the square that a character has."""
    middle, half = (piece.left + piece.right) / 2, piece.size / 2
    left, right = min(piece.left, middle - half), max(piece.right, middle + half)
    return replace(piece, left=left, right=right, bottom=min(piece.bottom, piece.top - piece.size))


def _below(one: Piece, other: Piece) -> bool:
    """Whether the second piece, a character or two, stands right under the first."""
    short = len(one.text) <= 2 and len(other.text) <= 2
    aligned = abs(one.left + one.right - other.left - other.right) <= one.size / 2
    return short and aligned and -0.4 * one.size <= one.bottom - other.top <= 0.6 * one.size


def lines_in_order(pieces: Sequence[Piece]) -> list[Line]:
    """The lines of a page in the order they are read in: the columns of a band from left to right, then the next band.

    Every piece is in exactly one line. A space is put where words stand apart.
    """
    rows = [_fragments(row) for row in _rows(pieces)]
    gutters = _gutters(rows, median(piece.size for piece in pieces)) if pieces else []
    if not gutters:
        return [_line([piece for fragment in row for piece in fragment], 0) for row in rows]
    lines: list[Line] = []
    band: list[Line] = []
    for row in rows:
        if any(_crosses(fragment, gutters) for fragment in row):
            lines += sorted(band, key=_column)
            band = []
            lines.append(_line([piece for fragment in row for piece in fragment], 0))
        else:
            for column, parts in groupby(row, lambda fragment: bisect(gutters, fragment[0].left) + 1):
                band.append(_line([piece for part in parts for piece in part], column))
    return lines + sorted(band, key=_column)


def _column(line: Line) -> int:
    return line.column


def _rows(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """The pieces by the height they stand at, from the top; a row's pieces from left to right."""
    rows: list[list[Piece]] = []
    anchors: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.middle, piece.left)):
        near = [at for at in range(max(0, len(rows) - 4), len(rows)) if _level(anchors[at], piece)]
        if not near:
            rows.append([piece])
            anchors.append(piece)
            continue
        best = min(near, key=lambda at: abs(anchors[at].middle - piece.middle))
        rows[best].append(piece)
        if piece.size > anchors[best].size:
            anchors[best] = piece
    for row in rows:
        row.sort(key=lambda piece: piece.left)
    return rows


def _level(one: Piece, other: Piece) -> bool:
    """Whether two pieces can stand on one line."""
    low, high = sorted((one.top - one.bottom, other.top - other.bottom))
    common = min(one.top, other.top) - max(one.bottom, other.bottom)
    return low >= _LEAST_LIKENESS * high and common >= _SAME_LINE * low


def _fragments(row: Sequence[Piece]) -> list[list[Piece]]:
    """A row, cut where its pieces stand further apart than words do."""
    fragments = [[row[0]]]
    right = row[0].right
    for piece in row[1:]:
        if piece.left - right > _CELL_GAP * piece.size:
            fragments.append([])
        fragments[-1].append(piece)
        right = max(right, piece.right)
    return fragments


def _crosses(fragment: Sequence[Piece], gutters: Sequence[float]) -> bool:
    right = max(piece.right for piece in fragment)
    return any(fragment[0].left < gutter < right for gutter in gutters)


def _gutters(rows: Sequence[Sequence[Sequence[Piece]]], size: float) -> list[float]:
    """Where the white between columns runs, from the left; empty where the page has one column."""
    extents = [(part[0].left, max(piece.right for piece in part)) for row in rows for part in row]
    found = list(_white_stripes(extents, _MOST_CROSSING * len(rows), _LEAST_GUTTER * size))
    while found:
        weak = _not_columns(extents, found, size)
        if weak is None:
            return found
        del found[min(weak, len(found) - 1)]
    return []


def _white_stripes(extents: Sequence[tuple[float, float]], most: float, least_width: float) -> Iterator[float]:
    """The middles of upright stripes that at most so many of the extents cross, with extents on either side."""
    changes = Counter(left for left, _ in extents)
    changes.subtract(Counter(right for _, right in extents))
    places = sorted(changes)
    crossing = 0
    stripe: list[tuple[int, float, float]] = []
    for start, end in pairwise(places):
        crossing += changes[start]
        if crossing <= most:
            stripe.append((crossing, start, end))
            continue
        yield from _middle(stripe, extents, least_width)
        stripe = []
    yield from _middle(stripe, extents, least_width)


def _middle(
    stripe: Sequence[tuple[int, float, float]], extents: Sequence[tuple[float, float]], least_width: float
) -> Iterator[float]:
    wide = [part for part in stripe if part[2] - part[1] >= least_width]
    if not wide:
        return
    _, start, end = min(wide, key=lambda part: (part[0], part[1] - part[2]))
    middle = (start + end) / 2
    if any(right <= middle for _, right in extents) and any(left >= middle for left, _ in extents):
        yield middle


def _not_columns(extents: Sequence[tuple[float, float]], gutters: Sequence[float], size: float) -> int | None:
    """The first of the columns between the gutters that does not look like one of running text; None if all do."""
    columns: list[list[tuple[float, float]]] = [[] for _ in range(len(gutters) + 1)]
    for left, right in extents:
        number = bisect(gutters, left)
        if number == bisect(gutters, right):
            columns[number].append((left, right))
    widths = [
        max((right for _, right in one), default=0) - min((left for left, _ in one), default=0) for one in columns
    ]
    whole = max(right for _, right in extents) - min(left for left, _ in extents)
    for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
        # The last column may end after a line or two, where it is as wide as the others.
        filled = [right - left >= _LEAST_FILL * width for left, right in column]
        enough = len(column) >= _LEAST_LINES or (at == len(gutters) and width >= 0.7 * max(widths))
        wide = width >= max(_NARROWEST_COLUMN * size, _NARROWEST_SHARE * whole)
        if not (column and enough and wide and sum(filled) * 2 >= len(filled)):
            return at
    return None


def _line(pieces: Sequence[Piece], column: int) -> Line:
    """The pieces of one line, from left to right, as a line."""
    text = ""
    before: Piece | None = None
    sizes: Counter[float] = Counter()
    for piece in pieces:
        if before is not None:
            text += _between(before, piece)
        text += piece.text
        sizes[piece.size] += len(piece.text)
        before = piece
    main = sizes.most_common(1)[0][0]
    body = [piece for piece in pieces if piece.size == main]
    bottom, top = min(piece.bottom for piece in body), max(piece.top for piece in body)
    right = max(piece.right for piece in pieces)
    return Line(text.strip(), pieces[0].left, bottom, right, top, main, column, pieces[-1].spaced)


def _between(before: Piece, after: Piece) -> str:
    """What stands between two pieces of a line: nothing between Chinese characters unless they stand well apart."""
    gap = (after.left - before.right) / after.size
    if gap > _WIDE_GAP:
        return " "
    return joined(before.text, after.text, gap=before.spaced or gap > _WORD_GAP)
