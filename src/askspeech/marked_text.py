"""Text as rows of HTML, with any marks around any of its characters: one pass over the sorted edges.

Marks may overlap, so nothing nests across an edge: every stretch between two edges has its own elements. Without its
markup each result is the text, escaped as `rendering.escape` does; each is one line.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from askspeech.lines import LINE_END
from askspeech.rendering import escape

__all__ = ["Cited", "Mark", "line_target", "marked_rows"]


class Mark(NamedTuple):
    """A range of the text with the class and title of the element around it; of two, the earlier one is outside."""

    start: int
    end: int
    kind: str
    title: str = ""


class Cited(NamedTuple):
    """A range of the text that is cited: a citation may have several, `last` says that this is the last one."""

    start: int
    end: int
    number: int | None
    chosen: bool
    last: bool
    title: str = ""


class _Piece(NamedTuple):
    """A stretch over which nothing changes, and what stands around it, outermost first."""

    start: int
    end: int
    cited: tuple[Cited, ...]
    marks: tuple[Mark, ...]


def line_target(line: int) -> str:
    """The id of the row of a line."""
    return f"as-line-{line}"


def marked_rows(
    text: str,
    marks: Sequence[Mark | Cited],
    targets: Mapping[int, Sequence[str]],
    first_line: int,
    label: Callable[[int, int], str] = lambda _, line: str(line),
) -> Iterator[str]:
    """The lines of a text as paragraphs, each with its line break at its end and its place as an attribute.

    Args:
        text: what is shown.
        marks: ranges of it, of at least one character each, that cut no CR LF in two.
        targets: ids to jump to, by where in the text they are.
        first_line: the number of its first line.
        label: the words for the place of a row, from where it starts in the text and its line; empty for none.
    """
    rows = [0, *(found.end() for found in LINE_END.finditer(text)), len(text)]
    edges = sorted({*rows, *(edge for mark in marks for edge in mark[:2]), *targets})
    pieces = groupby(_pieces(edges, marks), lambda piece: bisect_right(rows, piece.start))
    for line, (_, row) in enumerate(pieces, first_line):
        parts = list(row)
        yield _row_html(text, parts, targets, line, label(parts[0].start, line))


def _pieces(edges: Sequence[int], marks: Sequence[Mark | Cited]) -> Iterator[_Piece]:
    """The stretches between the edges, each with the marks around it in the order in which they were given."""
    opening: dict[int, list[int]] = {}
    for number, mark in enumerate(marks):
        opening.setdefault(mark.start, []).append(number)
    around: list[int] = []
    for start, end in pairwise(edges):
        around = sorted([*(number for number in around if marks[number].end > start), *opening.get(start, ())])
        known = [marks[number] for number in around]
        cited = tuple(mark for mark in known if isinstance(mark, Cited))
        yield _Piece(start, end, cited, tuple(mark for mark in known if isinstance(mark, Mark)))


def _row_html(text: str, row: Sequence[_Piece], targets: Mapping[int, Sequence[str]], line: int, label: str) -> str:
    inside = "".join(
        _cited_html(cited, list(run), text, targets) for cited, run in groupby(row, lambda piece: piece.cited)
    )
    if text[row[0].start : row[-1].end].isspace():
        return f'<p class="as-row">{inside}</p>'
    place = f' data-line="{escape(label)}"' if label else ""
    return f'<p class="as-row" id="{line_target(line)}"{place}>{inside}</p>'


def _cited_html(cited: Sequence[Cited], run: Sequence[_Piece], text: str, targets: Mapping[int, Sequence[str]]) -> str:
    inside = "".join(_piece_html(piece, text, targets) for piece in run)
    if not cited:
        return inside
    kind = "as-chosen" if any(one.chosen for one in cited) else "as-cited"
    title = " · ".join(dict.fromkeys(one.title for one in cited if one.title))
    ending = [str(one.number) for one in cited if one.last and one.end == run[-1].end and one.number is not None]
    numbers = f' data-numbers="{" ".join(ending)}"' if ending else ""
    return f'<mark class="{kind}"{_title_attribute(title)}{numbers}>{inside}</mark>'


def _piece_html(piece: _Piece, text: str, targets: Mapping[int, Sequence[str]]) -> str:
    shown = escape(text[piece.start : piece.end])
    for mark in reversed(piece.marks):
        shown = f'<span class="{mark.kind}"{_title_attribute(mark.title)}>{shown}</span>'
    anchors = (f'<span class="as-anchor" id="{target}"></span>' for target in targets.get(piece.start, ()))
    return "".join(anchors) + shown


def _title_attribute(title: str) -> str:
    return f' title="{escape(title)}"' if title else ""
