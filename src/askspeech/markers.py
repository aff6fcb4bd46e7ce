"""What the lines of a speech begin with: enumeration markers, salutations, titles.

Everything here is a pure function of one line or paragraph; sequences of markers are judged in `outline`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Marker",
    "Style",
    "chinese_number",
    "inline_markers",
    "is_bare_line",
    "is_closing",
    "is_collection",
    "is_salutation",
    "is_title",
    "marker_at",
]

Style = Literal[
    "part",
    "article",
    "comma",
    "bracket",
    "digit",
    "digit_bracket",
    "circled",
    "ordinal",
    "each",
    "counting",
    "parallel",
]
"""part 第一章; article 第一条; comma 一、; bracket （一）; digit 1.; digit_bracket （1）; circled ①; ordinal 第一，
第一件，; each 其一，; counting 一是 一要; parallel 一来…二来…三来…, any one character that goes with each number."""

_NUMERAL = "[一二三四五六七八九十百零〇两]"
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_ADVERBS = ("首先", "其次", "再次")
_ADVERB = "其次"
"""The form of the adverbs: 首先 may be followed by 第二, but 第一 not by 其次."""
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_ARTICLE = re.compile(rf"第({_NUMERAL}+|\d{{1,3}})\s?条(?:之{_NUMERAL})?(?![款项规之和与至到的中内及、？?]|第)")

_LINE_STYLES: tuple[tuple[Style, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第({_NUMERAL}+|\d{{1,3}})\s?[编章节部](?:分)?(?![一-鿿]*[，。])")),
    ("article", _ARTICLE),
    ("comma", re.compile(rf"({_NUMERAL}{{1,4}})\s?[、]\s*")),
    ("bracket", re.compile(rf"[（(]\s?({_NUMERAL}{{1,4}})\s?[）)]\s*[、.]?")),
    ("digit_bracket", re.compile(r"[（(]\s?(\d{1,2})\s?[）)]\s*")),
    (
        "digit",
        re.compile(
            r"(\d{1,2})\s?(?:[.．](?:(?=\s?20\d\d\s?年)|(?![\d\sxX*×]*[\d%亿万]))|．(?=\d{1,3}(?![%％亿万千百倍个元度点])[一-鿿])|、)\s*"
        ),
    ),
    ("circled", re.compile(rf"([{_CIRCLED}])\s*")),
)
_MEASURE = "(?:个?方面|(?:个|点|件|项|条|层|本|步|类|关|句|招|笔|道|张|份|仗)(?:事|意思|话|题|关)?)?"
# What follows a number as its measure, or makes another word of it, is no mark of a series.
_NO_FORM = f"{_NUMERAL[1:-1]}个年月日季天周次级等项户家人名元万亿号期批把样种些旦直切定般边面方"
_SENTENCE_STYLES: tuple[tuple[Style, re.Pattern[str]], ...] = (
    ("article", _ARTICLE),
    ("parallel", re.compile(rf"({_NUMERAL})(?P<form>(?![{_NO_FORM}])[一-鿿])")),
)
_INLINE_STYLES: tuple[tuple[Style, re.Pattern[str]], ...] = (
    ("ordinal", re.compile(rf"第({_NUMERAL}{{1,3}})\s?(?P<form>{_MEASURE})(?:[，,、：:是]|就是)")),
    ("ordinal", re.compile(r"(首先|其次|再次)[，,要是]")),
    ("each", re.compile(rf"其({_NUMERAL}{{1,3}})[，,、：:是]")),
    ("counting", re.compile(rf"({_NUMERAL}{{1,3}})(?:要|则|(?:就)?是(?!\1))")),
    ("bracket", re.compile(rf"[（(]\s?({_NUMERAL}{{1,3}})\s?[）)]\s*")),
    ("digit_bracket", re.compile(r"[（(]\s?(\d{1,2})\s?[）)]\s*")),
    ("circled", re.compile(rf"([{_CIRCLED}])\s*")),
)
_SENTENCE_START_STYLES = (*_SENTENCE_STYLES[:1], *_INLINE_STYLES, *_SENTENCE_STYLES[1:])
_CLAUSE_START = re.compile(r"(?<=[。；;！!？?：:，,\n])\s*")

_SALUTATION = re.compile(
    r"(?:尊敬的|亲爱的)?[^，。；！？\n]{0,40}?"
    r"(?:同志们|各位\S{0,12}|代表们|委员们|朋友们|来宾们?|女士们|先生们|企业家们?|乡亲们|老师们|同学们|[^，。！？\n]{1,10}(?:书记|市长|县长|省长|区长|主席|主任|局长))"
    r"[^。！？\n]{0,40}?[：:；;]\s*"
)
_CLOSING = re.compile(
    r"(?:尊敬的)?(?:同志们|代表们|委员们|朋友们|企业家们|各位[^，。！：]{1,12})[，,！!、]|(?:最后|总之|总的来说|总而言之)[，,]|让我们"
    r"|(?:同时|但是?)?[，,]?我们(?:也|还|更)?(?:必须|要|应当?)?(?:充分|清醒|深刻)地?(?:认识|看)到"
    r"|在(?:充分)?(?:看到|肯定|总结)[^，。]{1,12}的同时"
    r"|(?:这些|上述|以上)[^，。]{0,6}(?:成绩|成就)|[^，。]{0,16}(?:成绩|成就)(?:的取得|来之不易)"
    r"|(?:结束语|结语|名词解释|附\s?[件录表]\s?[\d一二三四五六七八九十]{0,2}(?:[ :：　]\S{0,20})?)\s*$"
)
_BARE_LINE = re.compile(r"[^。！？!?；;：:，,、…—]{4,30}$")
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
    form: str = ""
    """What goes with the number in all items of a series."""

    def precedes(self, other: "Marker") -> bool:
        """Whether the other one can be the next of the same series."""
        adverb = other.form == _ADVERB and self.form != _ADVERB
        alike = self.form == other.form or (self.style == "ordinal" and "" in (self.form, other.form) and not adverb)
        return self.style == other.style and alike and self.number + 1 == other.number


def chinese_number(numeral: str) -> int:
    """The value of a Chinese or Arabic numeral up to 999, of 首先 其次 再次 as 1 2 3; -1 where it is none."""
    if numeral in _ADVERBS:
        return _ADVERBS.index(numeral) + 1
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


def marker_at(paragraph: str, *, parallel: bool = False) -> Marker | None:
    """The marker that a paragraph begins with, leading white space aside; parallel ones only where asked for."""
    indent = len(paragraph) - len(paragraph.lstrip())
    styles = (*_LINE_STYLES, *_INLINE_STYLES[:4], *(_SENTENCE_STYLES[1:] if parallel else ()))
    return _first_match(styles, paragraph, indent)


def inline_markers(paragraph: str) -> list[Marker]:
    """The markers inside a paragraph, each at the start of a clause and outside quotation marks, in order."""
    markers: list[Marker] = []
    for clause in _CLAUSE_START.finditer(paragraph):
        at = clause.end()
        if at >= len(paragraph) or (markers and markers[-1].start == at) or _inside_quotation(paragraph, at):
            continue
        styles = _INLINE_STYLES if paragraph[clause.start() - 1] in "，," else _SENTENCE_START_STYLES
        if marker := _first_match(styles, paragraph, at):
            markers.append(marker)
    return markers


def _first_match(styles: Iterable[tuple[Style, re.Pattern[str]]], paragraph: str, at: int) -> Marker | None:
    for style, pattern in styles:
        if found := pattern.match(paragraph, at):
            form = _ADVERB if found[1] in _ADVERBS else found.groupdict().get("form") or ""
            return Marker(at, found.end(), style, chinese_number(found[1]), form)
    return None


def is_salutation(paragraph: str) -> bool:
    """Whether a paragraph begins by addressing the audience, as a speech does: 同志们： 各位代表："""
    found = _SALUTATION.match(paragraph.strip())
    return found is not None and found.end() <= _LONGEST_SALUTATION


def is_closing(text: str, start: int, end: int) -> bool:
    """Whether a paragraph text[start:end] begins what no enumeration goes on in.

    That is words to the whole audience, a look back at the year, or the heading of an end matter.
    """
    return _CLOSING.match(text, start, end) is not None


def is_bare_line(text: str, start: int, end: int) -> bool:
    """Whether a paragraph text[start:end] is a short line without any mark of a sentence."""
    return _BARE_LINE.match(text, start, end) is not None


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
