"""Canonical text to reading text: cleaning deletes, it never rewrites.

The reading text is the concatenation of slices of its source, in order; every other character belongs to a drop with a
reason, so slices and drops tile the source exactly.
"""

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from askspeech.datatypes import Drop, Gap, Span
from askspeech.joining import Joiner
from askspeech.markers import is_salutation, is_title, marker_at

__all__ = ["Cleaned", "LineRule", "ReadingText", "Rules", "clean", "default_rules"]

LINE_BREAK = "line break"
BLANK_SPACE = "blank space"
REPEATED_LINE = "repeated line"

_LINE_END = re.compile("\r\n|[\n\r\f\v\x85\u2028\u2029]")
_INVISIBLE = "\ufeff\u200b"
_LONGEST_RULED_LINE = 600
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class LineRule:
    """Lines that are dropped for one reason."""

    reason: str
    patterns: tuple[re.Pattern[str], ...]

    def match(self, line: str) -> re.Match[str] | None:
        """The match of the first pattern that fits the whole line."""
        return next((found for pattern in self.patterns if (found := pattern.fullmatch(line))), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """What cleaning drops by line, and what it takes for a hidden part."""

    lines: tuple[LineRule, ...]
    gaps: tuple[LineRule, ...]


@dataclass(frozen=True, slots=True)
class ReadingText:
    """Text made of slices of a source; `offsets[i]` is where slice i begins in it."""

    text: str
    slices: tuple[Span, ...]
    offsets: tuple[int, ...]
    paragraphs: tuple[Span, ...]
    """Ranges of the reading text, line breaks between paragraphs left out."""

    def source_spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans of the source that the range [start, end) of the reading text was taken from."""
        spans: list[Span] = []
        index = bisect_right(self.offsets, start) - 1
        while start < end:
            piece, offset = self.slices[index], self.offsets[index]
            first = piece.start + start - offset
            last = min(piece.end, piece.start + end - offset)
            if spans and spans[-1].end == first:
                spans[-1] = Span(spans[-1].start, last)
            else:
                spans.append(Span(first, last))
            start += last - first
            index += 1
        return tuple(spans)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A source's reading text, what was dropped, and the gaps with the reading offset at which each one lies."""

    reading: ReadingText
    drops: tuple[Drop, ...]
    gaps: tuple[tuple[int, Gap], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    reason: str = ""
    gap: Gap | None = None


@cache
def default_rules() -> Rules:
    """The rules that the package carries, in cleaning_rules.toml."""
    data = tomllib.loads(resources.files("askspeech").joinpath("cleaning_rules.toml").read_text(encoding="utf-8"))
    return Rules(lines=_line_rules(data.get("line", ())), gaps=_line_rules(data.get("gap", ())))


def clean(text: str, rules: Rules | None = None) -> Cleaned:
    """Take the reading text out of a canonical text."""
    lines = list(_classified(list(_lines(text)), rules or default_rules()))
    pieces, joins = _pieces(text, lines)
    reading = _reading_text(text, pieces, joins)
    return Cleaned(reading, tuple(_drops(text, reading.slices, lines)), tuple(_gaps(reading, lines)))


def _line_rules(tables: Sequence[dict[str, object]]) -> tuple[LineRule, ...]:
    rules = []
    for table in tables:
        patterns = table["patterns"]
        assert isinstance(patterns, list)
        rules.append(LineRule(str(table["reason"]), tuple(re.compile(pattern) for pattern in patterns)))
    return tuple(rules)


def _lines(text: str) -> Iterator[_Line]:
    """The lines that hold more than white space, trimmed."""
    start = 0
    ends = [(found.start(), found.end()) for found in _LINE_END.finditer(text)]
    for end, following in (*ends, (len(text), len(text))):
        content = text[start:end]
        trimmed = content.strip().strip(_INVISIBLE).strip()
        if trimmed:
            begin = start + content.index(trimmed)
            yield _Line(begin, begin + len(trimmed), trimmed)
        start = following


def _classified(lines: Sequence[_Line], rules: Rules) -> Iterator[_Line]:
    counts = Counter(line.text for line in lines if 3 <= len(line.text) <= 30)
    seen: set[str] = set()
    for line in lines:
        yield _classify(line, rules, repeated=counts[line.text] >= _REPEATS, first=line.text not in seen)
        seen.add(line.text)


def _classify(line: _Line, rules: Rules, *, repeated: bool, first: bool) -> _Line:
    if len(line.text) > _LONGEST_RULED_LINE:
        return line
    for rule in rules.gaps:
        if found := rule.match(line.text):
            size = next((int(group) for group in found.groups() if group), None)
            return _Line(line.start, line.end, line.text, rule.reason, Gap(Span(line.start, line.end), size))
    for rule in rules.lines:
        if rule.match(line.text):
            return _Line(line.start, line.end, line.text, rule.reason)
    if repeated and _is_watermark(line.text) and not (first and is_title(line.text)):
        return _Line(line.start, line.end, line.text, REPEATED_LINE)
    return line


def _is_watermark(line: str) -> bool:
    return line[-1] not in "。！？!?；;：:，,、" and marker_at(line) is None and not is_salutation(line)


def _pieces(text: str, lines: Sequence[_Line]) -> tuple[list[_Line], list[bool]]:
    """The kept lines, and for each one whether it goes on from the kept line before it."""
    kept = [line for line in lines if not line.reason]
    joiner = Joiner(text)
    joins = []
    previous: _Line | None = None
    for line in lines:
        if line.gap is not None:
            previous = None
        if line.reason:
            continue
        joins.append(previous is not None and joiner.joined(previous.text, line.text, _indent(text, line)))
        previous = line
    return kept, joins


def _indent(text: str, line: _Line) -> int:
    """How many full-width columns of white space stand before a line."""
    begin = line.start
    while begin and text[begin - 1] in " \t　":
        begin -= 1
    return sum(2 if character in "　\t" else 1 for character in text[begin : line.start])


def _reading_text(text: str, kept: Sequence[_Line], joins: Sequence[bool]) -> ReadingText:
    slices: list[Span] = []
    for number, line in enumerate(kept):
        if number:
            separator = _separator(text, slices[-1].end, line.start, joined=joins[number])
            if separator is not None:
                slices.append(Span(separator, separator + 1))
        slices.append(Span(line.start, line.end))
    offsets, paragraphs, length = [], [], 0
    breaks = {index for index, piece in enumerate(slices) if piece.end - piece.start == 1 and _is_break(text, piece)}
    begin = 0
    for index, piece in enumerate(slices):
        offsets.append(length)
        if index in breaks:
            paragraphs.append(Span(begin, length))
            begin = length + 1
        length += piece.end - piece.start
    if length:
        paragraphs.append(Span(begin, length))
    return ReadingText("".join(text[a:b] for a, b in slices), tuple(slices), tuple(offsets), tuple(paragraphs))


def _is_break(text: str, piece: Span) -> bool:
    return _LINE_END.fullmatch(text[piece.start : piece.end]) is not None


def _separator(text: str, start: int, end: int, *, joined: bool) -> int | None:
    """The one character kept between two lines: a line break between paragraphs, a space between Latin words."""
    between = text[start:end]
    if joined:
        latin = text[start - 1].isascii() and text[start - 1].isalpha() and text[end].isascii() and text[end].isalpha()
        spaces = [at for at, character in enumerate(between) if character in " \t"] if latin else []
        return start + spaces[0] if spaces else None
    found = _LINE_END.search(between)
    assert found is not None
    return start + found.end() - 1


def _drops(text: str, slices: Sequence[Span], lines: Sequence[_Line]) -> Iterator[Drop]:
    """The complement of the slices, cut where a dropped line begins or ends."""
    dropped = [line for line in lines if line.reason]
    at = 0
    position = 0
    for piece in (*slices, Span(len(text), len(text))):
        while position < len(dropped) and dropped[position].start < piece.start:
            line = dropped[position]
            yield from _space(text, at, line.start)
            yield Drop(Span(line.start, line.end), line.reason)
            at = line.end
            position += 1
        yield from _space(text, at, piece.start)
        at = piece.end


def _space(text: str, start: int, end: int) -> Iterator[Drop]:
    if start < end:
        yield Drop(Span(start, end), LINE_BREAK if _LINE_END.search(text, start, end) else BLANK_SPACE)


def _gaps(reading: ReadingText, lines: Sequence[_Line]) -> Iterator[tuple[int, Gap]]:
    for line in lines:
        if line.gap is not None:
            index = bisect_right(reading.slices, Span(line.start, line.start))
            yield (reading.offsets[index] if index < len(reading.offsets) else len(reading.text)), line.gap
