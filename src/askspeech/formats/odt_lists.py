"""The numbers that an OpenDocument text shows before paragraphs and headings (OpenDocument 1.3 part 3, 16.29 to 16.35).

A list counts anew unless it says that it goes on; headings outside lists are counted by the outline of the document.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from askspeech.formats.number_formats import format_of_sample, formatted, space_behind
from askspeech.formats.symbols import bullet_of
from askspeech.formats.xml_parts import Element, attribute, child, local_name

__all__ = ["OUTLINE", "Counter", "Level", "ListStyle", "Lists", "list_style", "whole"]

OUTLINE = "outline"
_MOST_LEVELS = 10
_PLACEHOLDER = re.compile(r"%(\d{1,2})%")
_SUFFIXES = {"listtab": "tab", "space": "space", "nothing": "nothing"}


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered.

    `sample` is how the file names the format ("一, 二, 三, ..."), `number_format` its name, empty where it is unknown;
    `pattern` is LibreOffice's "第%1%章", which replaces prefix and suffix.
    """

    sample: str = ""
    number_format: str = "none"
    prefix: str = ""
    suffix: str = ""
    pattern: str = ""
    bullet: str = ""
    shown_levels: int = 1
    start: int = 1
    followed_by: str = "tab"


ListStyle = Mapping[int, Level]
"""The levels of a list style, counted from 1."""


@dataclass(slots=True)
class Counter:
    """How far a list has counted on each level."""

    style: str
    counts: dict[int, int] = field(default_factory=dict)

    def count(self, level: int, start: int, restart: int | None = None) -> None:
        """One more paragraph on a level; deeper levels begin anew."""
        fresh = start if level not in self.counts else self.counts[level] + 1
        self.counts[level] = fresh if restart is None else restart
        for deeper in [one for one in self.counts if one > level]:
            del self.counts[deeper]


class Lists:
    """The list styles of a document, and the lists met so far."""

    def __init__(self, styles: Mapping[str, ListStyle]) -> None:
        self._styles = styles
        self._by_id: dict[str, Counter] = {}
        self._latest: dict[str, Counter] = {}
        self._outline = Counter(OUTLINE)
        self.unknown_formats: set[str] = set()

    def begin(self, element: Element, style: str) -> Counter:
        """The counter of an outermost list: a new one, or that of the list it continues."""
        continued = self._by_id.get(attribute(element, "continue-list"))
        if continued is None and attribute(element, "continue-numbering") == "true":
            continued = self._latest.get(style)
        counter = Counter(style, {} if continued is None else continued.counts)
        self._latest[style] = counter
        if list_id := attribute(element, "id"):
            self._by_id[list_id] = counter
        return counter

    def numbered(self, list_id: str, style: str) -> Counter:
        """The counter of the list that a numbered paragraph belongs to."""
        return self._by_id.setdefault(list_id, Counter(style))

    def marker(self, counter: Counter | None, level: int, restart: int | None = None) -> str:
        """Count one paragraph on, and say what stands before it; without a counter the outline counts."""
        counter = counter or self._outline
        levels = self._styles.get(counter.style, {})
        own = levels.get(level)
        if own is None:
            return ""
        counter.count(level, own.start, restart)
        if own.bullet:
            return f"{bullet_of(own.bullet)} "
        text = self._pattern_filled(levels, own, counter) if own.pattern else self._joined(levels, level, counter)
        return f"{text}{space_behind(text, own.followed_by)}"

    def _joined(self, levels: ListStyle, level: int, counter: Counter) -> str:
        own = levels[level]
        if own.number_format == "none":
            return ""
        first = max(1, level - own.shown_levels + 1)
        numbers = (self._number(levels, one, counter) for one in range(first, level + 1))
        return f"{own.prefix}{'.'.join(number for number in numbers if number)}{own.suffix}"

    def _pattern_filled(self, levels: ListStyle, own: Level, counter: Counter) -> str:
        if own.number_format == "none" and _PLACEHOLDER.fullmatch(own.pattern):
            return ""
        return _PLACEHOLDER.sub(lambda found: self._number(levels, int(found.group(1)), counter), own.pattern)

    def _number(self, levels: ListStyle, level: int, counter: Counter) -> str:
        one = levels.get(level)
        if one is None or one.bullet:
            return ""
        if not one.number_format:
            self.unknown_formats.add(one.sample)
        return formatted(counter.counts.get(level, one.start), one.number_format)


def list_style(element: Element) -> ListStyle:
    """The levels of a text:list-style or text:outline-style."""
    return {
        level: _level(one)
        for one in element
        if local_name(one) in _LEVEL_NAMES and 1 <= (level := whole(attribute(one, "level"), 0)) <= _MOST_LEVELS
    }


_LEVEL_NAMES = frozenset(
    ("list-level-style-number", "list-level-style-bullet", "list-level-style-image", "outline-level-style")
)


def _level(element: Element) -> Level:
    alignment = child(element, "list-level-properties", "list-level-label-alignment")
    followed = "tab" if alignment is None else _SUFFIXES.get(attribute(alignment, "label-followed-by"), "tab")
    bullet = attribute(element, "bullet-char") or ("•" if local_name(element).endswith("image") else "")
    return Level(
        attribute(element, "num-format"),
        format_of_sample(attribute(element, "num-format")),
        attribute(element, "num-prefix"),
        attribute(element, "num-suffix"),
        attribute(element, "num-list-format"),
        bullet,
        whole(attribute(element, "display-levels"), 1),
        whole(attribute(element, "start-value"), 1),
        followed,
    )


def whole(written: str, otherwise: int) -> int:
    """A whole number as the file writes it."""
    return int(written) if re.fullmatch(r"\d{1,9}", written) else otherwise
