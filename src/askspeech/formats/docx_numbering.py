"""The numbers that Word writes before paragraphs: they stand in no run, and the outline is lost without them.

Styles and lists are resolved as ECMA-376 part 1 (17.7, 17.9) says and Word does: what a paragraph does not say itself
its style says, or the style which that one is based on; all lists of one abstract definition count on together, unless
one is told to start anew.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from askspeech.formats.number_formats import NUMBER_FORMATS, formatted, space_behind
from askspeech.formats.symbols import bullet_of
from askspeech.formats.xml_parts import Element, attribute, child, children

__all__ = ["Numbering", "Style", "Styles", "is_on", "list_reference", "read_numbering", "read_styles"]

Found = TypeVar("Found")

_LEVELS = 9
_LONGEST_CHAIN = 50
_PLACEHOLDER = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says that concerns text: None where it says nothing."""

    name: str = ""
    based_on: str = ""
    hidden: bool | None = None
    list_id: str | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document by their ids; `default` is the id of the paragraphs that name none."""

    by_id: Mapping[str, Style] = field(default_factory=dict)
    default: str = ""

    def name(self, style_id: str) -> str:
        """The name of a style in lower case; built-in styles have English names in every edition of Word."""
        return self.by_id[style_id].name.lower() if style_id in self.by_id else ""

    def nearest(self, style_id: str, value_of: Callable[[Style], Found | None]) -> Found | None:
        """What the style says, or else the nearest of those it is based on."""
        for _ in range(_LONGEST_CHAIN):
            style = self.by_id.get(style_id)
            if style is None:
                return None
            value = value_of(style)
            if value is not None:
                return value
            style_id = style.based_on
        return None


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 0
    number_format: str = "decimal"
    text: str = ""
    only_digits: bool = False
    restarts_after: int | None = None
    suffix: str = "tab"
    hidden: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    abstract: str
    levels: tuple[_Level, ...]
    restarts: Mapping[int, int]


class Numbering:
    """The lists of a document, and how far each has counted while its paragraphs are read in order."""

    def __init__(self, lists: Mapping[str, _List]) -> None:
        self._lists = lists
        self._counts: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[str, int]] = set()
        self.unknown_formats: set[str] = set()

    def level_of_style(self, list_id: str, style_id: str) -> int | None:
        """The level that a list has linked to a paragraph style."""
        levels = self._lists[list_id].levels if list_id in self._lists else ()
        return next((number for number, level in enumerate(levels) if style_id and level.style == style_id), None)

    def marker(self, list_id: str, level: int) -> str:
        """Count one paragraph on, and say what stands before it, the white space behind included."""
        one = self._lists.get(list_id)
        if one is None or not 0 <= level < len(one.levels):
            return ""
        counts = self._counts.setdefault(one.abstract, [None] * _LEVELS)
        self._count(one, list_id, level, counts)
        return _shown(one.levels, level, counts)

    def _count(self, one: _List, list_id: str, level: int, counts: list[int | None]) -> None:
        if level in one.restarts and (list_id, level) not in self._restarted:
            self._restarted.add((list_id, level))
            counts[level] = one.restarts[level]
        else:
            before = counts[level]
            counts[level] = one.levels[level].start if before is None else before + 1
        for deeper in range(level + 1, len(one.levels)):
            last = one.levels[deeper].restarts_after
            if level < (deeper if last is None else last):
                counts[deeper] = None
        name = one.levels[level].number_format
        if name not in NUMBER_FORMATS and "%" in one.levels[level].text:
            self.unknown_formats.add(name)


def _shown(levels: tuple[_Level, ...], level: int, counts: list[int | None]) -> str:
    own = levels[level]
    if own.hidden or (own.number_format == "none" and not own.text):
        return ""
    if own.number_format == "bullet":
        return f"{bullet_of(own.text)} " if own.text.strip() else ""

    def number(found: re.Match[str]) -> str:
        at = int(found.group(1)) - 1
        if at >= len(levels):
            return ""
        count = counts[at]
        return formatted(
            levels[at].start if count is None else count, "decimal" if own.only_digits else levels[at].number_format
        )

    text = _PLACEHOLDER.sub(number, own.text)
    return f"{text}{space_behind(text, own.suffix)}"


def is_on(element: Element | None) -> bool | None:
    """The value of an on-off property such as w:vanish; None where it is not there."""
    return None if element is None else attribute(element, "val", "true") not in ("0", "false", "off")


def list_reference(properties: Element | None) -> tuple[str | None, int | None]:
    """The list and the level that paragraph properties name."""
    reference = child(properties, "numPr")
    list_id, level = child(reference, "numId"), child(reference, "ilvl")
    return (
        None if list_id is None else attribute(list_id, "val"),
        None if level is None else _number(attribute(level, "val")),
    )


def read_styles(root: Element | None) -> Styles:
    """The styles of word/styles.xml."""
    by_id: dict[str, Style] = {}
    default = ""
    for element in () if root is None else children(root, "style"):
        style_id = attribute(element, "styleId")
        list_id, level = list_reference(child(element, "pPr"))
        name, based_on = child(element, "name"), child(element, "basedOn")
        by_id[style_id] = Style(
            "" if name is None else attribute(name, "val"),
            "" if based_on is None else attribute(based_on, "val"),
            is_on(child(element, "rPr", "vanish")),
            list_id,
            level,
        )
        if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
            default = style_id
    return Styles(by_id, default)


def read_numbering(root: Element | None, styles: Styles) -> Numbering:
    """The lists of word/numbering.xml."""
    if root is None:
        return Numbering({})
    abstracts = {attribute(one, "abstractNumId"): one for one in children(root, "abstractNum")}
    numbers = {attribute(one, "numId"): one for one in children(root, "num")}
    lists = {}
    for list_id, element in numbers.items():
        abstract = _abstract_of(element, abstracts, numbers, styles)
        if abstract is not None:
            lists[list_id] = _list(element, abstract)
    return Numbering(lists)


def _abstract_of(
    element: Element, abstracts: Mapping[str, Element], numbers: Mapping[str, Element], styles: Styles
) -> Element | None:
    """The definition behind a list; one that only points to a list style is followed to the list of that style."""
    for _ in range(_LONGEST_CHAIN):
        reference = child(element, "abstractNumId")
        abstract = None if reference is None else abstracts.get(attribute(reference, "val"))
        link = child(abstract, "numStyleLink")
        if link is None:
            return abstract
        linked = styles.nearest(attribute(link, "val"), lambda style: style.list_id)
        if linked is None or linked not in numbers:
            return abstract
        element = numbers[linked]
    return None


def _list(element: Element, abstract: Element) -> _List:
    levels = {_number(attribute(one, "ilvl")): _level(one) for one in children(abstract, "lvl")}
    restarts: dict[int, int] = {}
    for override in children(element, "lvlOverride"):
        number = _number(attribute(override, "ilvl"))
        own, start = child(override, "lvl"), child(override, "startOverride")
        if own is not None:
            levels[number] = _level(own)
        if start is not None:
            restarts[number] = _number(attribute(start, "val"))
            levels[number] = replace(levels.get(number, _Level()), start=restarts[number])
    ordered = tuple(levels.get(number, _Level()) for number in range(_LEVELS))
    return _List(attribute(abstract, "abstractNumId"), ordered, restarts)


def _level(element: Element) -> _Level:
    def value(name: str, default: str) -> str:
        found = child(element, name)
        return default if found is None else attribute(found, "val")

    restart = value("lvlRestart", "")
    number_format = _number_format(element)
    return _Level(
        _number(value("start", "0")),
        number_format,
        value("lvlText", ""),
        bool(is_on(child(element, "isLgl"))),
        _number(restart) if restart else None,
        value("suff", "tab"),
        bool(is_on(child(element, "rPr", "vanish"))),
        value("pStyle", ""),
    )


def _number_format(element: Element) -> str:
    found = child(element, "numFmt")
    if found is None:
        alternative = child(element, "AlternateContent")
        found = child(alternative, "Fallback", "numFmt")
    return "decimal" if found is None else attribute(found, "val")


def _number(written: str) -> int:
    """A whole number as Word writes it; 0 for what is none."""
    return int(written) if re.fullmatch(r"-?\d{1,9}", written) else 0
