"""Figures and names that a source has blanked out: xx, XX, xxx.x, X, **, *%, ××, XXX同志, 某某."""

import re
from collections.abc import Iterator
from typing import Literal

from askspeech.datatypes import Blank, Span
from askspeech.folding import simplified

__all__ = ["find_blanks"]

_BLANK = re.compile(
    r"(?<![A-Za-z0-9+])[xX×]{1,6}(?:\s?[.．]\s?[xX×]{1,4})?(?![A-Za-z0-9光射线])|(?<![*A-Za-z0-9_])\*{1,4}(?:\.\*{1,3})?(?![*A-Za-z])|某某"
)
_UNITS = (
    "%|％|亿|万|元|个|家|项|件|次|名|人|户|天|小时|倍|位|条|公里|亩|吨|平方|分|批|余|笔|张|类|种|所|台|套|起|株|款|场|期|度|岁|处|"
    "辆|座|间|只|头|篇|封|份|门|道|步|层|级|排|号线"
)
_NUMBER = re.compile(rf"\s?(?:{_UNITS})")
_PLACE = re.compile(r"\s?(?:省|市|县|区|州|镇|乡|村|街道|园区|新区)")
_PERSON = re.compile(r"\s?(?:同志|书记|主任|局长|部长|主席|总经理|董事长|总(?![量额数投产值])|副?[省市县区州镇乡]长)")
_OFFICE_BEFORE = re.compile(r"(?:书记|主任|主席|局长|厅长|部长|[省市县区州镇乡]长)\s*$")
_DATE = re.compile(r"\s?(?:年|月|日)")
_CONTEXT = 8


def find_blanks(text: str, start: int = 0, end: int | None = None) -> Iterator[Blank]:
    """The blanks in text[start:end], each with the kind of thing blanked where what follows makes it plain."""
    for found in _BLANK.finditer(text, start, len(text) if end is None else end):
        yield Blank(Span(*found.span()), _kind(text, *found.span()))


def _kind(text: str, start: int, at: int) -> Literal["number", "place", "person", "date", "unknown"]:
    before, after = simplified(text[max(0, start - 4) : start]), simplified(text[at : at + _CONTEXT])
    if _DATE.match(after):
        return "date"
    if _PERSON.match(after):
        return "person"
    if _PLACE.match(after):
        return "place"
    if _NUMBER.match(after) or before[-2:].rstrip()[-1:] == "第":
        return "number"
    return "person" if _OFFICE_BEFORE.search(before) else "unknown"
