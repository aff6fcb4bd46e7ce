"""Figures and names that a source has blanked out: xx, XX, xxx.x, X, **, *%, ××, XXX同志, 某某."""

import re
from collections.abc import Iterator
from typing import Literal

from askspeech.datatypes import Blank, Span

__all__ = ["find_blanks"]

_BLANK = re.compile(
    r"(?<![A-Za-z0-9])[xX×]{1,6}(?:\s?[.．]\s?[xX×]{1,4})?(?![A-Za-z0-9光射线])|(?<![*\w])\*{1,4}(?:\.\*{1,3})?(?![*A-Za-z])|某某"
)
_NUMBER = re.compile(r"\s?(?:%|％|亿|万|元|个|家|项|件|次|名|人|户|天|小时|倍|位|条|公里|亩|吨|平方|分|批|余)")
_PLACE = re.compile(r"\s?(?:省|市|县|区|州|镇|乡|村|街道|园区|新区)")
_PERSON = re.compile(r"\s?(?:同志|书记|市长|县长|省长|区长|州长|主任|局长|部长|主席|总经理|董事长)")
_DATE = re.compile(r"\s?(?:年|月|日)")


def find_blanks(text: str, start: int = 0, end: int | None = None) -> Iterator[Blank]:
    """The blanks in text[start:end], each with the kind of thing blanked where what follows makes it plain."""
    for found in _BLANK.finditer(text, start, len(text) if end is None else end):
        yield Blank(Span(*found.span()), _kind(text, found.end()))


def _kind(text: str, at: int) -> Literal["number", "place", "person", "date", "unknown"]:
    if _DATE.match(text, at):
        return "date"
    if _PERSON.match(text, at):
        return "person"
    if _PLACE.match(text, at):
        return "place"
    return "number" if _NUMBER.match(text, at) else "unknown"
