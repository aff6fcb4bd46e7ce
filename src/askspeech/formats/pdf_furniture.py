"""What belongs to the pages and not to the speaker: running heads and feet, page numbers, watermarks."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from askspeech.formats.pdf_layout import Line, Piece

__all__ = ["PAGE_NUMBER", "RUNNING_HEAD", "WATERMARK", "furniture_of", "watermark_places"]

PAGE_NUMBER, RUNNING_HEAD, WATERMARK = "page number", "running head", "watermark"

_EDGE_LINES = 3
_LEAST_PAGES = 3
_MOST_PAGES_SHARE = 0.5
_TITLE_SIZE, _SMALL = 1.15, 0.95
_LARGE = 1.6
_LONE_SIZE, _LONE_GAP, _LEAST_LINES = 0.85, 1.5, 4
_NUMBER_GAP = 1.3
_ROMAN = r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_NUMERAL = rf"(?:\d{{1,4}}|{_ROMAN}|{_ROMAN.upper()}|[一二三四五六七八九十百零〇]{{1,5}})"
_SIDE = r"[\s—–―－_·•~～\-*/|\[\]()（）]*"
_NUMBER = re.compile(
    rf"{_SIDE}(?:第\s*)?{_NUMERAL}(?:\s*页)?(?:[\s,，、/／|·]*(?:of|共|总)?\s*{_NUMERAL}\s*页?)?{_SIDE}|"
    rf"(?:Page|PAGE|page|P\.?|p\.?)\s*\d{{1,4}}(?:\s*(?:of|/)\s*\d{{1,4}})?"
)
_MARKED_NUMBER = re.compile(r"[—–―－\-·~第页/]|[Pp]age")
_ITEM_MARK = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")
_FIGURES = re.compile(r"\d+|(?<=第)[一二三四五六七八九十百零〇]+(?=页)")
_SENTENCE = re.compile(r"[。！？!?；;：:，,、]$")

_Place = tuple[str, int, int]


def watermark_places(pages: Sequence[Sequence[Piece]]) -> set[_Place]:
    """Where pale characters stand that are the same on most pages, or far larger than the text; see `place_of`."""
    sizes = Counter(piece.size for pieces in pages for piece in pieces for _ in piece.text if not piece.light)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    counts = Counter(place for pieces in pages for place in {place_of(piece) for piece in pieces if piece.light})
    large = {place_of(one) for pieces in pages for one in pieces if one.light and body and one.size > _LARGE * body}
    least = max(2, _MOST_PAGES_SHARE * len(pages))
    return {place for place, count in counts.items() if count >= least} | large


def place_of(piece: Piece) -> _Place:
    """A piece's characters and where they stand, to half their size."""
    unit = piece.size / 2 or 1.0
    return piece.text, round(piece.left / unit), round(piece.bottom / unit)


def furniture_of(pages: Sequence[Sequence[Line]]) -> list[dict[int, str]]:
    """For every page, the reason of each of its lines, by its index, that is a running head or a page number."""
    edges = [_edges(lines) for lines in pages]
    sizes = Counter(line.size for lines in pages for line in lines for _ in line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    reasons: list[dict[int, str]] = [{} for _ in pages]
    for page, at in _running_heads(pages, edges, body):
        reasons[page][at] = RUNNING_HEAD
    if len(pages) == 1:
        reasons[0].update(dict.fromkeys(_lone_head(pages[0], body), RUNNING_HEAD))
    for page, at in _page_numbers(pages, reasons):
        reasons[page][at] = PAGE_NUMBER
    return reasons


def _edges(lines: Sequence[Line]) -> list[int]:
    """The indices of the highest and the lowest lines of a page."""
    order = sorted(range(len(lines)), key=lambda at: -lines[at].middle)
    return sorted({*order[:_EDGE_LINES], *order[-_EDGE_LINES:]})


def _running_heads(
    pages: Sequence[Sequence[Line]], edges: Sequence[Sequence[int]], body: float
) -> Iterator[tuple[int, int]]:
    """Lines at the edges of pages that say the same at the same height on several of them, figures aside."""
    places: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for page, lines in enumerate(pages):
        for at in edges[page]:
            form = _FIGURES.sub("#", lines[at].text).replace(" ", "")
            if form.strip("#") and _NUMBER.fullmatch(lines[at].text) is None:
                places[form].append((lines[at].middle, page, at))
    for form, found in places.items():
        for level in _levels(sorted(found), pages):
            numbers = sorted({page for _, page, _ in level})
            size = max(pages[page][at].size for _, page, at in level)
            doubtful = bool(_SENTENCE.search(form)) or size > _TITLE_SIZE * body
            if _is_running(numbers, len(pages), doubtful=doubtful, small=size < _SMALL * body):
                yield from ((page, at) for _, page, at in level)


def _levels(
    found: Sequence[tuple[float, int, int]], pages: Sequence[Sequence[Line]]
) -> Iterator[list[tuple[float, int, int]]]:
    """The lines of one wording, those of one height together; lines come in the order of their heights."""
    level: list[tuple[float, int, int]] = []
    for middle, page, at in found:
        if level and middle - level[-1][0] > pages[page][at].size / 2:
            yield level
            level = []
        level.append((middle, page, at))
    if level:
        yield level


def _is_running(pages: Sequence[int], total: int, *, doubtful: bool, small: bool) -> bool:
    """Whether lines that say the same on these pages are heads.

    One that reads like text, or is large like a title, has to be on most pages; one smaller than the text on two.
    """
    if doubtful:
        return len(pages) >= max(_LEAST_PAGES, _MOST_PAGES_SHARE * total)
    if small and len(pages) == 2:
        return total <= 2 * _LEAST_PAGES - 1
    alternate = len(pages) == 2 and total <= 2 * _LEAST_PAGES - 1 and pages[1] - pages[0] == 2
    return len(pages) >= _LEAST_PAGES or alternate


def _lone_head(lines: Sequence[Line], body: float) -> Iterator[int]:
    """The head of a file of one page: nothing repeats it, but it is small and stands well above the text."""
    order = sorted(range(len(lines)), key=lambda at: -lines[at].middle)
    if len(order) < _LEAST_LINES or lines[order[0]].size > _LONE_SIZE * body or _SENTENCE.search(lines[order[0]].text):
        return
    if lines[order[0]].bottom - lines[order[1]].top > _LONE_GAP * body:
        yield order[0]


def _page_numbers(pages: Sequence[Sequence[Line]], reasons: Sequence[dict[int, str]]) -> Iterator[tuple[int, int]]:
    """The lines that hold a page number alone and are the highest or lowest of their page, running heads aside."""
    for page, lines in enumerate(pages):
        order = sorted((at for at in range(len(lines)) if at not in reasons[page]), key=lambda at: -lines[at].middle)
        steps = [one.middle - other.middle for one, other in pairwise(lines[at] for at in order)]
        usual = median(steps) if len(steps) >= _LEAST_LINES else 0.0
        for edge, gap in ((order[:1], steps[:1]), (order[-1:], steps[-1:])):
            if edge and _is_page_number(lines[edge[0]], gap[0] if gap else None, usual):
                yield page, edge[0]


def _is_page_number(line: Line, gap: float | None, usual: float) -> bool:
    """Whether a line is a page number: it looks like nothing else, or stands further from the text than lines do."""
    if _NUMBER.fullmatch(line.text) is None or _ITEM_MARK.fullmatch(line.text):
        return False
    if gap is None or _MARKED_NUMBER.search(line.text):
        return True
    return gap > _NUMBER_GAP * max(usual, line.size)
