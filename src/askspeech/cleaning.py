"""Canonical text to reading text: cleaning deletes, it never rewrites.

The reading text is the concatenation of slices of its source, in order; every other character belongs to a drop with a
reason, so slices and drops tile the source exactly.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from askspeech.cleaning_rules import Rules, default_rules
from askspeech.datatypes import LINES, Drop, Gap, Layout, Span, slices
from askspeech.folding import simplified
from askspeech.inline_cleaning import HIDDEN, has_blank_asterisks, hidden_characters, inline_drops
from askspeech.joining import Joiner, hard_wrapped
from askspeech.lines import LINE_END, Line, classified_lines, watermarks
from askspeech.reading_text import ReadingText

__all__ = ["BLANK_SPACE", "LINE_BREAK", "Cleaned", "clean"]

LINE_BREAK = "line break"
BLANK_SPACE = "blank space"
PAGE_NUMBER = "page number"
_LEAST_PAGE_NUMBERS = 2


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A source's reading text, what was dropped, and the gaps with the reading offset at which each one lies."""

    reading: ReadingText
    drops: tuple[Drop, ...]
    gaps: tuple[tuple[int, Gap], ...]


def clean(text: str, rules: Rules | None = None, layout: Layout = LINES) -> Cleaned:
    """Take the reading text out of a canonical text that lay so in its file."""
    plain = simplified(text)
    lines, inner = _with_inner_drops(plain, classified_lines(plain, rules or default_rules(), layout.furniture))
    known = sorted(
        (*inner, *(Drop(Span(line.start, line.end), line.reason) for line in lines if line.reason)), key=_start
    )
    reading = _reading_text(plain, layout, lines, inner)
    drops, gaps = tuple(_drops(plain, reading.slices, known)), tuple(_gaps(plain, reading, lines, inner))
    return Cleaned(replace(reading, text=slices(text, reading.slices)), drops, gaps)


def _start(drop: Drop) -> int:
    return drop.span.start


def _with_inner_drops(text: str, lines: Sequence[Line]) -> tuple[list[Line], list[Drop]]:
    """The lines, and what is dropped inside the kept ones; a line of which nothing is left is dropped as a whole."""
    bold = not has_blank_asterisks(text)
    marks = watermarks(lines)
    judged: list[Line] = []
    inner: list[Drop] = []
    for line in lines:
        drops = [] if line.reason else list(inline_drops(text, line.start, line.end, bold=bold, watermarks=marks))
        if drops and not slices(text, list(_kept(line, drops))).strip():
            gap = next(_noted(text, drops), None)
            judged.append(replace(line, reason=HIDDEN if gap else drops[0].reason, gap=gap))
        else:
            judged.append(line)
            inner += drops
    return judged, inner


def _reading_text(text: str, layout: Layout, lines: Sequence[Line], inner: Sequence[Drop]) -> ReadingText:
    """The kept stretches of the kept lines, with one character kept between two lines where they are not joined."""
    joins = _joins(text, layout, lines, inner)
    kept = [line for line in lines if not line.reason]
    starts = [drop.span.start for drop in inner]
    slices: list[Span] = []
    breaks: list[int] = []
    for number, line in enumerate(kept):
        if number:
            before = kept[number - 1]
            separator = _separator(text, before.end, line.start, joined=joins[number])
            if separator is not None:
                slices.append(Span(separator, separator + 1))
            if not joins[number]:
                breaks.append(len(slices) - 1)
        within = inner[bisect_right(starts, line.start - 1) : bisect_right(starts, line.end - 1)]
        slices.extend(_kept(line, within))
    return _assembled(text, slices, breaks)


def _kept(line: Line, drops: Sequence[Drop]) -> Iterator[Span]:
    edges = [line.start, *(edge for drop in drops for edge in drop.span), line.end]
    yield from (Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end)


def _assembled(text: str, slices: Sequence[Span], breaks: Sequence[int]) -> ReadingText:
    offsets, length = [], 0
    for piece in slices:
        offsets.append(length)
        length += piece.end - piece.start
    edges = [-1, *(offsets[index] for index in breaks), length]
    paragraphs = tuple(Span(start + 1, end) for start, end in pairwise(edges) if start + 1 < end)
    joined = "".join(text[start:end] for start, end in slices)
    return ReadingText(joined, tuple(slices), tuple(offsets), paragraphs, plain=joined)


def _joins(text: str, layout: Layout, lines: Sequence[Line], inner: Sequence[Drop]) -> list[bool]:
    """For every kept line, whether it goes on from the kept line before it; never across a hidden part."""
    joiner = Joiner(text)
    cuts = _Cuts(layout, lines, joiner)
    hidden = {edge for drop in inner if drop.reason == HIDDEN for edge in drop.span}
    joins: list[bool] = []
    previous: Line | None = None
    for line in lines:
        if line.gap is not None or line.start in hidden or (previous is not None and previous.end in hidden):
            previous = None
        if line.reason:
            continue
        begins = bool(joins) and not joins[-1]
        indent = _indent(text, line)
        joins.append(
            previous is not None
            and joiner.joined(previous.words, line.words, indent, begins=begins, cut=cuts.between(previous, line))
        )
        previous = line
    return joins


class _Cuts:
    """Where lines may have been cut inside a word: anywhere in plain text, at the page's end in a file of pages.

    The lines of other files are paragraphs, unless they show that cut lines were pasted into it.
    """

    def __init__(self, layout: Layout, lines: Sequence[Line], joiner: Joiner) -> None:
        kept = [line.words for line in lines if not line.reason]
        pasted = layout.unit == "paragraph" and (_has_page_numbers(layout, lines) or joiner.cut_inside_words(kept))
        self._anywhere = layout.unit == "line" or pasted or hard_wrapped(kept)
        self._pages = layout.starts if layout.unit == "page" else ()

    def between(self, line: Line, following: Line) -> bool:
        """Whether the two may be one line that was cut."""
        return self._anywhere or bisect_right(self._pages, line.start) < bisect_right(self._pages, following.start)


def _has_page_numbers(layout: Layout, lines: Sequence[Line]) -> bool:
    """Whether page numbers stand among the paragraphs, which no word processor puts there."""
    furniture = {drop.span.start for drop in layout.furniture}
    numbers = [line for line in lines if line.reason == PAGE_NUMBER and line.start not in furniture]
    return len(numbers) >= _LEAST_PAGE_NUMBERS


def _indent(text: str, line: Line) -> int:
    """How many columns of white space stand before a line; a full-width space takes two."""
    begin = line.start
    while begin and text[begin - 1] in " \t　":
        begin -= 1
    return sum(2 if character in "　\t" else 1 for character in text[begin : line.start])


def _separator(text: str, start: int, end: int, *, joined: bool) -> int | None:
    """The one character kept between two lines: a line break between paragraphs, white space between Latin words."""
    if joined:
        if not (_is_latin(text[start - 1]) and _is_latin(text[end])):
            return None
        spaces = [at for at in (start, end - 1) if text[at] in " \t"]
        if spaces:
            return spaces[0]
    found = LINE_END.search(text, start, end)
    assert found is not None
    return found.end() - 1


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _drops(text: str, slices: Sequence[Span], known: Sequence[Drop]) -> Iterator[Drop]:
    """The complement of the slices: the known drops, and the white space between them."""
    at = position = 0
    for piece in (*slices, Span(len(text), len(text))):
        while position < len(known) and known[position].span.start < piece.start:
            drop = known[position]
            yield from _space(text, at, drop.span.start)
            yield drop
            at = drop.span.end
            position += 1
        yield from _space(text, at, piece.start)
        at = piece.end


def _space(text: str, start: int, end: int) -> Iterator[Drop]:
    if start < end:
        yield Drop(Span(start, end), LINE_BREAK if LINE_END.search(text, start, end) else BLANK_SPACE)


def _gaps(text: str, reading: ReadingText, lines: Sequence[Line], inner: Sequence[Drop]) -> Iterator[tuple[int, Gap]]:
    """The hidden parts that lines, or notes within a line, tell of, with where they lie in the reading text."""
    of_lines = (line.gap for line in lines if line.gap is not None)
    for gap in sorted((*of_lines, *_noted(text, inner)), key=lambda gap: gap.span):
        index = bisect_right(reading.slices, Span(gap.span.start, gap.span.start))
        yield (reading.offsets[index] if index < len(reading.offsets) else len(reading.text)), gap


def _noted(text: str, drops: Sequence[Drop]) -> Iterator[Gap]:
    """The hidden parts that those of the drops tell of that are notes within a line."""
    return (Gap(drop.span, hidden_characters(slices(text, [drop.span]))) for drop in drops if drop.reason == HIDDEN)
