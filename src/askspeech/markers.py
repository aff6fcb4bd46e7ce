"""What the lines of a speech begin with: enumeration markers, salutations, titles.

Everything here is a pure function of one line or paragraph; sequences of markers are judged in `outline`.
"""

import re
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Marker",
    "Style",
    "chinese_number",
    "inline_markers",
    "is_collection",
    "is_salutation",
    "is_title",
    "marker_at",
]

Style = Literal["part", "article", "comma", "bracket", "digit", "digit_bracket", "circled", "ordinal", "counting"]
"""part 第一章; article 第一条; comma 一、; bracket （一）; digit 1.; digit_bracket （1）; circled ①;
ordinal 第一，; counting 一是/一要."""

_NUMERAL = "[一二三四五六七八九十百零〇两]"
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_LINE_STYLES: tuple[tuple[Style, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第({_NUMERAL}+|\d{{1,3}})\s?[编章节部](?:分)?(?![一-鿿]*[，。])")),
    ("article", re.compile(rf"第({_NUMERAL}+|\d{{1,3}})\s?条(?:之{_NUMERAL})?[\s：:　]")),
    ("comma", re.compile(rf"({_NUMERAL}{{1,4}})\s?[、]\s*")),
    ("bracket", re.compile(rf"[（(]\s?({_NUMERAL}{{1,4}})\s?[）)]\s*[、.]?")),
    ("digit_bracket", re.compile(r"[（(]\s?(\d{1,2})\s?[）)]\s*")),
    ("digit", re.compile(r"(\d{1,2})\s?(?:[.．](?![\d\sxX*×]*[\d%亿万])|、)\s*")),
    ("circled", re.compile(rf"([{_CIRCLED}])\s*")),
)
_INLINE_STYLES: tuple[tuple[Style, re.Pattern[str]], ...] = (
    ("ordinal", re.compile(rf"第({_NUMERAL}{{1,3}})\s?(?:[，,、：:]|(?:个?方面|点|件事|项)?(?:[，,、：:是]|就是))")),
    ("counting", re.compile(rf"({_NUMERAL}{{1,3}})(?:是|要|则|就是)(?!{_NUMERAL})")),
    ("bracket", re.compile(rf"[（(]\s?({_NUMERAL}{{1,3}})\s?[）)]\s*")),
    ("digit_bracket", re.compile(r"[（(]\s?(\d{1,2})\s?[）)]\s*")),
    ("circled", re.compile(rf"([{_CIRCLED}])\s*")),
)
_CLAUSE_START = re.compile(r"(?<=[。；;！!？?：:，,\n])\s*")

_SALUTATION = re.compile(
    r"(?:尊敬的|亲爱的)?[^，。；！？\n]{0,40}?"
    r"(?:同志们|各位\S{0,12}|代表们|委员们|朋友们|来宾们?|女士们|先生们|企业家们?|乡亲们|老师们|同学们|[^，。！？\n]{1,10}(?:书记|市长|县长|省长|区长|主席|主任|局长))"
    r"[^。！？\n]{0,40}?[：:；;]\s*"
)
_LONGEST_SALUTATION = 60
_TITLE_END = re.compile(
    r"(?:讲话|讲话稿|发言|发言稿|致辞|致词|演讲|报告|总结|主持词|说明|意见|方案|通知|决定|规划|提纲|倡议书|公开信|贺信|寄语|党课)"
    r"(?:[（(][^（）()]{1,30}[）)])?$"
)
_LONGEST_TITLE = 70
_COLLECTION_END = re.compile(
    r"(?:合集|汇编|选编|文集|大全|精选|(?:范文)?\d+\s*篇|目\s*录)(?:[（(][^（）()]{1,30}[）)])?$"
)
_SENTENCE_INSIDE = re.compile(r"[。！？!?；;]")
_LONGEST_QUOTATION = 119


@dataclass(frozen=True, slots=True)
class Marker:
    """An enumeration marker: where it starts and ends in the text given, its style and its number."""

    start: int
    end: int
    style: Style
    number: int


def chinese_number(numeral: str) -> int:
    """The value of a Chinese or Arabic numeral up to 999; -1 where it is none."""
    if numeral.isdecimal():
        return int(numeral)
    if numeral in _CIRCLED:
        return _CIRCLED.index(numeral) + 1
    total = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            return -1
    return total + digit


def marker_at(paragraph: str) -> Marker | None:
    """The marker that a paragraph begins with, leading white space aside."""
    indent = len(paragraph) - len(paragraph.lstrip())
    for style, pattern in (*_LINE_STYLES, *_INLINE_STYLES[:2]):
        if found := pattern.match(paragraph, indent):
            return Marker(indent, found.end(), style, chinese_number(found[1]))
    return None


def inline_markers(paragraph: str) -> list[Marker]:
    """The markers inside a paragraph, each at the start of a clause and outside quotation marks, in order."""
    markers = []
    for clause in _CLAUSE_START.finditer(paragraph):
        at = clause.end()
        if at >= len(paragraph) or _inside_quotation(paragraph, at):
            continue
        for style, pattern in _INLINE_STYLES:
            if found := pattern.match(paragraph, at):
                markers.append(Marker(at, found.end(), style, chinese_number(found[1])))
                break
    return markers


def is_salutation(paragraph: str) -> bool:
    """Whether a paragraph begins by addressing the audience, as a speech does: 同志们： 各位代表："""
    found = _SALUTATION.match(paragraph.strip())
    return found is not None and found.end() <= _LONGEST_SALUTATION


def is_title(paragraph: str) -> bool:
    """Whether a line of its own reads like the title of one speech (and not of a collection of them)."""
    line = paragraph.strip().strip("《》")
    if not 4 <= len(line) <= _LONGEST_TITLE or _SENTENCE_INSIDE.search(line) or marker_at(line) is not None:
        return False
    return _TITLE_END.search(line) is not None and _COLLECTION_END.search(line) is None


def is_collection(paragraph: str) -> bool:
    """Whether a line of its own names a collection of speeches rather than one."""
    line = paragraph.strip().strip("《》")
    return (
        len(line) <= _LONGEST_TITLE and not _SENTENCE_INSIDE.search(line) and _COLLECTION_END.search(line) is not None
    )


def _inside_quotation(paragraph: str, at: int) -> bool:
    opened = paragraph.rfind("“", max(0, at - _LONGEST_QUOTATION), at)
    return opened >= 0 and "”" not in paragraph[opened:at]
