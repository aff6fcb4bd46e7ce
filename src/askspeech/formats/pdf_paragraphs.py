"""Undoing hard wraps: which lines of a column are one paragraph, judged by where they stand."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median, median_low

from askspeech.formats.pdf_layout import Line, is_wide

__all__ = ["EXACT", "RECOGNISED", "Tolerances", "paragraphs"]

_INDENT = "　　"
"""What the indent of a paragraph becomes, whatever its width on the page."""
_LEAST_INDENT, _DEEPEST_INDENT, _CENTRED = 1.0, 5.0, 2.6
_SAME_MARGIN, _DEEPEST_SHIFT, _PAGES_AROUND = 1.0, 6.0, 12
_LONG_COLUMN, _OTHER_SIZE = 8, 0.1
_SHARED = 0.08
"""The share of its lines that a column's margin is seen from: a head or a foot may reach beyond it."""
_CLOSING = re.escape("，。、；：！？）)”’》〉」』％%,;:!?.")
_TOKEN = re.compile(rf"[（(“‘《〈「『]*(?:[!-~]+|.)[{_CLOSING}]*")
_SENTENCE_END = re.compile(r"[。！？!?；;：:][”’』」）)》]*$")
_FEW_INDENTS = 0.02
_HEADING = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}(?:[）)]|、)|第[一二三四五六七八九十百]{1,4}[章节条]")
_FREE_END = 0.8
_RAGGED = 1.1
"""How far apart full lines end that are not justified: a character and what must stay with it goes to the next one."""
_ITEM = re.compile(r"[•·●■◆▪○◇➢–-]|[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)、.．]")
_WORD = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far off places may be, in sizes of type, and from which ratio on sizes and distances count as different."""

    place: float
    slack: float
    size: float
    distance: float


EXACT = Tolerances(place=0.5, slack=0.6, size=1.08, distance=1.25)
RECOGNISED = Tolerances(place=0.8, slack=1.2, size=1.5, distance=1.5)


@dataclass(frozen=True, slots=True)
class _Margins:
    """Where the lines of a column begin and end; `sure` where more than one line shows its right margin."""

    left: float
    right: float
    size: float
    lines: int
    sure: bool
    leading: float = 0.0

    @property
    def width(self) -> float:
        """From the left margin to the right one."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class _Columns:
    """What is known of a page's columns: their margins by number, and whether paragraphs are indented in them."""

    margins: Mapping[int, _Margins]
    tolerances: Tolerances
    indents: bool


_Key = tuple[int, int]
"""Of a column of a page: how many columns the page has, and the number of this one."""


def paragraphs(pages: Sequence[Sequence[Line]], tolerances: Sequence[Tolerances]) -> list[list[str]]:
    """The paragraphs of each page, from its lines in reading order and how exact their places are.

    A paragraph that a page break cuts stays cut. An indented one begins with two full-width spaces; between wrapped
    lines nothing is put in Chinese and one space between words of Latin letters.
    """
    own = [_margins_of(lines, exactness) for lines, exactness in zip(pages, tolerances, strict=True)]
    margins = [_corrected(one, own, number) for number, one in enumerate(own)]
    indents = _uses_indents(pages, margins)
    return [
        list(_joined(lines, _Columns(margins[number], tolerances[number], indents)))
        for number, lines in enumerate(pages)
    ]


def _uses_indents(pages: Sequence[Sequence[Line]], margins: Sequence[Mapping[int, _Margins]]) -> bool:
    """Whether paragraphs begin with an indent in this file, so that a line without one begins none."""
    lines = [(line, own[line.column]) for page, own in zip(pages, margins, strict=True) for line in page]
    return sum(_is_indented(line, own) for line, own in lines) > _FEW_INDENTS * len(lines)


def _by_column(lines: Iterable[Line]) -> Mapping[int, list[Line]]:
    columns: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        columns[line.column].append(line)
    return columns


def _margins_of(lines: Sequence[Line], tolerances: Tolerances) -> dict[_Key, _Margins]:
    columns = _by_column(lines)
    number = max(columns, default=0)
    return {(number, column): _margins(part, tolerances) for column, part in columns.items()}


def _margins(lines: Sequence[Line], tolerances: Tolerances) -> _Margins:
    size = median_low([line.size for line in lines])
    near = tolerances.place * size
    left = _edge([line.left for line in lines], near) if len(lines) >= _LONG_COLUMN else None
    right = _edge([-line.right for line in lines], _RAGGED * size)
    steps = [one.middle - other.middle for one, other in pairwise(lines) if one.size == other.size]
    downwards = [step for step in steps if step > 0]
    leading = median(downwards) if len(downwards) > 1 else 0.0
    farthest = max(line.right for line in lines)
    return _Margins(
        min(line.left for line in lines) if left is None else left,
        farthest if right is None else -right,
        size,
        len(lines),
        right is not None,
        leading,
    )


def _edge(places: Sequence[float], near: float) -> float | None:
    """The lowest place, or nearly it, that some of the lines share; None where each has its own."""
    places = sorted(places)
    least = max(2, _SHARED * len(places))
    ends = (bisect_right(places, place + near) for place in places)
    return next((place for at, (place, end) in enumerate(zip(places, ends, strict=True)) if end - at >= least), None)


def _corrected(
    margins: Mapping[_Key, _Margins], everywhere: Sequence[Mapping[_Key, _Margins]], page: int
) -> dict[int, _Margins]:
    """The margins of a page's columns, moved out to where the other pages have them: its own lines may be short."""
    return {key[1]: _with_neighbours(key, own, everywhere, page) for key, own in margins.items()}


def _with_neighbours(key: _Key, own: _Margins, everywhere: Sequence[Mapping[_Key, _Margins]], page: int) -> _Margins:
    for step, deepest in ((2, _DEEPEST_SHIFT), (1, _CENTRED)):
        others = [one[key] for one in _near(everywhere, page, step) if key in one and one[key].lines >= _LONG_COLUMN]
        if others:
            return _moved_out(own, others, deepest)
    return own


def _near(everywhere: Sequence[Mapping[_Key, _Margins]], page: int, step: int) -> Sequence[Mapping[_Key, _Margins]]:
    """The pages around one; with step 2 those on the same side of a sheet, which have the same margins."""
    first = max(page % step, page - _PAGES_AROUND)
    return [everywhere[at] for at in range(first, min(len(everywhere), page + _PAGES_AROUND + 1), step)]


def _moved_out(own: _Margins, others: Sequence[_Margins], deepest: float) -> _Margins:
    """The margins, moved out to those of other pages unless these lie elsewhere: another kind of page keeps its own."""
    left, right = median(one.left for one in others), median(one.right for one in others)
    if not -_SAME_MARGIN * own.size <= own.left - left <= deepest * own.size or right <= own.left:
        return own
    leading = own.leading or median(one.leading for one in others)
    return replace(own, left=min(left, own.left), right=max(own.right, right), sure=True, leading=leading)


def _joined(lines: Sequence[Line], page: _Columns) -> Iterator[str]:
    """The paragraphs of a page's lines."""
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and not _continues(paragraph, line, page):
            yield _text(paragraph, page.margins[paragraph[0].column])
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield _text(paragraph, page.margins[paragraph[0].column])


def _continues(paragraph: Sequence[Line], line: Line, page: _Columns) -> bool:
    """Whether a line goes on with the paragraph that the lines before it make."""
    last, tolerances = paragraph[-1], page.tolerances
    here, there = page.margins[last.column], page.margins[line.column]
    if _set_apart(last, line, here, tolerances) or _ends_short(last, line, here, tolerances):
        return False
    indent, before = line.left - there.left, last.left - here.left
    least = max(_LEAST_INDENT, tolerances.place) * line.size
    if indent >= least:
        return indent <= _DEEPEST_INDENT * line.size and _hangs(paragraph, indent - before, line.size, tolerances)
    if not page.indents and _reads_like_a_break(last, line, here):
        return False
    return here.sure or before >= least or len(paragraph) > 1


def _set_apart(last: Line, line: Line, margins: _Margins, tolerances: Tolerances) -> bool:
    """Whether two lines differ in size, stand further apart than lines do, or in columns that do not follow."""
    if max(line.size, last.size) > tolerances.size * min(line.size, last.size):
        return True
    if line.column != last.column:
        return not last.column or line.column != last.column + 1
    return margins.leading > 0 and last.middle - line.middle > tolerances.distance * margins.leading


def _reads_like_a_break(last: Line, line: Line, margins: _Margins) -> bool:
    """Whether the words say that a paragraph begins, in a file that sets neither indents nor space between them."""
    if _HEADING.match(line.text):
        return True
    room = margins.right - last.right
    return _SENTENCE_END.search(last.text) is not None and (
        room > _FREE_END * last.size or bool(_ITEM.match(line.text))
    )


def _ends_short(last: Line, line: Line, margins: _Margins, tolerances: Tolerances) -> bool:
    """Whether what the next line begins with would have had room on the last one."""
    token = _TOKEN.match(line.text)
    ems = sum(1.0 if is_wide(character) else 0.5 for character in token[0]) if token else 1.0
    room = margins.right - last.right
    return room > min(ems * line.size, margins.width / 2) + tolerances.slack * line.size


def _hangs(paragraph: Sequence[Line], deeper: float, size: float, tolerances: Tolerances) -> bool:
    """Whether an indented line goes on in the indent of those before it, or hangs below the mark of an item."""
    last = paragraph[-1]
    same = abs(deeper) <= tolerances.place * size
    if same and len(paragraph) > 1:
        return True
    if _SENTENCE_END.search(last.text):
        return False
    return same or (len(paragraph) == 1 and deeper > 0 and _ITEM.match(last.text) is not None)


def _text(paragraph: Sequence[Line], margins: _Margins) -> str:
    first = paragraph[0]
    text = first.text
    wide = sum(map(is_wide, "".join(line.text for line in paragraph))) * 2
    chinese = wide > sum(len(line.text) for line in paragraph)
    for before, after in pairwise(paragraph):
        text += _wrap(before, after, chinese=chinese) + after.text
    return (_INDENT if _is_indented(first, margins) else "") + text


def _is_indented(line: Line, margins: _Margins) -> bool:
    indent, rest = line.left - margins.left, margins.right - line.right
    other = abs(line.size / margins.size - 1) > _OTHER_SIZE
    centred = (other or indent > _CENTRED * line.size) and abs(indent - rest) <= line.size
    return _LEAST_INDENT * line.size <= indent <= _DEEPEST_INDENT * line.size and not centred


def _wrap(before: Line, after: Line, *, chinese: bool) -> str:
    """What stands where a line was wrapped: a space between words, but none inside a figure that wrapping has cut."""
    end, start = before.text[-1:], after.text[:1]
    if not end or not start or is_wide(end) or is_wide(start) or end == "-":
        return ""
    if before.spaced or not chinese:
        return " "
    return " " if _WORD.match(end) and _WORD.match(start) else ""
