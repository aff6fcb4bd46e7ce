"""The lines of a text and what each one is: a speaker's words, or something to drop and why."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from askspeech.cleaning_rules import Rules
from askspeech.datatypes import Drop, Gap, Span
from askspeech.inline_cleaning import without_block_mark
from askspeech.markers import is_salutation, is_title, marker_at

__all__ = ["LINE_END", "REPEATED_LINE", "Line", "classified_lines", "watermarks"]

LINE_BREAKS = "\n\r\f\v\x85\u2028\u2029"
LINE_END = re.compile(f"\r\n|[{LINE_BREAKS}]")
REPEATED_LINE = "repeated line"

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_LONGEST_RULED_LINE = 600
_REPEATS = 3
_MOST_WATERMARKS = 50
_SHORTEST_REPEATED, _LONGEST_REPEATED = 3, 40
_OPENING, _CLOSING = tuple("《〈“‘（「『"), tuple("》〉”’）」』")
_NUMBER = re.compile(r"\d{1,4}")
_TILED = re.compile(r"(\S{2,15})(?:\s*\1){2,}")
_EDGE_NUMBER = re.compile(r"^\W*\d{1,4}\W*\s|\s\W*\d{1,4}\W*$|(?<=[^\d\s])\s*[·•|—-]\s*\d{1,4}$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source, trimmed; `reason` says why it is dropped, empty where it is kept."""

    start: int
    end: int
    text: str
    reason: str = ""
    gap: Gap | None = None

    @property
    def words(self) -> str:
        """The text without the Markdown marks in front of it."""
        return without_block_mark(self.text)


def classified_lines(text: str, rules: Rules, furniture: Sequence[Drop] = ()) -> list[Line]:
    """All lines that hold more than white space, in order; `furniture` is what is known not to be a speaker's."""
    lines = list(_lines(text, furniture))
    counts = Counter(_repeated_form(line.text) for line in lines if _could_repeat(line.text))
    numbers = Counter(line.text for line in lines if _NUMBER.fullmatch(line.text))
    seen: set[str] = set()
    classified = []
    for number, line in enumerate(lines):
        if line.reason:
            classified.append(line)
            continue
        form = _repeated_form(line.text)
        before = lines[number - 1].text if number else ""
        after = lines[number + 1].text if number + 1 < len(lines) else ""
        if _inside_sentence(line.text, before, after) or _is_figure(line.text, before, numbers):
            classified.append(line)
            continue
        repeated = counts[form] >= _REPEATS and _is_furniture(line.words)
        classified.append(
            _classified(line, rules, repeated=repeated and not (form not in seen and is_title(line.words)))
        )
        seen.add(form)
    return classified


def watermarks(lines: Sequence[Line]) -> frozenset[str]:
    """The commonest wordings of repeated lines, which may also stand inside other lines."""
    repeated = (line.text for line in lines if line.reason == REPEATED_LINE and len(line.text) > _SHORTEST_REPEATED)
    return frozenset(text for text, _ in Counter(repeated).most_common(_MOST_WATERMARKS))


def _lines(text: str, furniture: Sequence[Drop]) -> Iterator[Line]:
    start = 0
    starts = [drop.span.start for drop in furniture]
    ends = [(found.start(), found.end()) for found in LINE_END.finditer(text)]
    for end, following in (*ends, (len(text), len(text))):
        content = text[start:end]
        trimmed = content.strip().strip(_INVISIBLE).strip()
        if trimmed:
            begin = start + content.index(trimmed)
            known = bisect_right(starts, begin) - 1
            inside = known >= 0 and begin < furniture[known].span.end
            yield Line(begin, begin + len(trimmed), trimmed, furniture[known].reason if inside else "")
        start = following


def _classified(line: Line, rules: Rules, *, repeated: bool) -> Line:
    if len(line.text) > _LONGEST_RULED_LINE:
        return line
    for rule in rules.gaps:
        if found := rule.match(line.words):
            size = next((int(group) for group in found.groups() if group), None)
            return replace(line, reason=rule.reason, gap=Gap(Span(line.start, line.end), size))
    for rule in rules.lines:
        if rule.match(line.words):
            return replace(line, reason=rule.reason)
    tiled = _TILED.fullmatch(line.text) is not None and _is_furniture(line.words)
    return replace(line, reason=REPEATED_LINE) if repeated or tiled else line


def _inside_sentence(line: str, before: str, after: str) -> bool:
    """Whether a line is cut out of a sentence, as a link's words are: 《 ends the one before, 》 begins the next."""
    brackets = before[-1:] in _OPENING or after[:1] in _CLOSING
    return brackets or line[0] in _CLOSING or line[-1] in _OPENING


def _is_figure(line: str, before: str, numbers: Counter[str]) -> bool:
    """Whether a bare number belongs to a sentence: M 2, PM 10, or one that stands there more often than a page has."""
    if _NUMBER.fullmatch(line) is None:
        return False
    return numbers[line] >= _REPEATS or (before[-1:].isascii() and before[-1:].isupper())


def _could_repeat(line: str) -> bool:
    return _SHORTEST_REPEATED <= len(line) <= _LONGEST_REPEATED


def _repeated_form(line: str) -> str:
    """A line without a page number at its edge: running heads differ by that alone."""
    if len(line) > 2 * _LONGEST_REPEATED:
        return line
    bare = _EDGE_NUMBER.sub("", line)
    return bare if len(bare) > _SHORTEST_REPEATED else line


def _is_furniture(line: str) -> bool:
    """Whether a line, if it stands there again and again, is no speaker's: no sentence, no item, no salutation."""
    return line[-1] not in "。！？!?；;：:，,、" and marker_at(line) is None and not is_salutation(line)
