"""Numbers as Chinese text says them, made comparable: 1.2万户 = 12000户, 三成 = 30%, 六月底 = 6月底, 翻一番 = 两倍.

Texts are search keys (askspeech.tokens.search_key): width, case and characters are folded already. A number that is
blanked out (xx, **) is none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from askspeech.numerals import DIGIT, DIGITS, FREQUENCIES, NUMERAL, TIMES, UNIT, UNITS, chinese_value

__all__ = ["Bound", "Quantity", "figures", "find_quantities", "same_quantity"]

Bound = Literal["", "least", "most", "about"]

_WEEKDAYS = {character: value for value, character in enumerate("一二三四五六日", 1)} | {"天": 7}
# Written with numerals, but no numbers: 一些, 一律, 十分, 十四五, 第一，第二，; 一是 …, 二要 ….
_IDIOM = re.compile(
    "一(?:些|律|定|般|样|切|直|贯|旦|致|体|把手|带一路|时(?!间)|再|味|向|举|手|心|流|方面|揽子|条龙|条心|系列|大批|次性|下|面|边|起|抓到底"
    "|点[也都儿]|口气|以贯之|视同仁|目了然|步到位|线|对一)|[一两二三四五个]位数|进一步|十分(?!钟|之)|万一(?!千)|千万[不要别]|[三四五六七八九]上[三四五六七八九]下"
    "|千方百计|千家万户|万众一心|百姓|百货|四通八达|十[二三四五]五|(?:(?<=[,。;:!?\\n])|^)第[一二三四五六七八九十]+(?=[,、:])"
    "|(?:(?<=[,。;:、!?\\n])|^)[一二三四五六七八九十](?=是|要|、)"
)
_MOST_WORDS = (
    "不(?:得|能|可|应|准|许|要|会|再)?(?:超过|高于|多于|大于|突破|超出|迟于|晚于|超)"
    "|最多|至多|最高|最迟|最晚|最长|上限|不足|不到|低于|少于|小于|封顶"
)
_LEAST_WORDS = (
    "不(?:得|能|可|应|要|会)?(?:少于|低于|小于|短于)"
    "|至少|最少|最低|最短|起码|保底|超过|高于|多于|大于|突破|超出|逾|超|过(?=$)"
)
# 最多 and 至少 may stand some words in front of the number: 最多跑一次, 至少上门一次.
_BEFORE = re.compile(
    f"(?:(?P<most>{_MOST_WORDS})|(?P<least>{_LEAST_WORDS})|(?P<about>将近|接近|大约|约|近))"
    "(?:了|为|到|(?<=[多少高低长短迟晚])(?:(?!的)[一-鿿]){0,4}|(?<=[过于])[一-鿿]?)?$"
)
_BOUND_CHARACTERS = 12
# A 块 is a piece or, in speech, a yuan.
_COMPARABLE = ({"", "count"}, {"块", "count"}, {"块", "yuan"})
_NEARLY = Fraction(1, 250)
_AFTER = re.compile(
    "的?(?:(?P<most>以内|之内|以下|之下|封顶|内(?![部外容]))|(?P<least>及?以上|往上|起步)|(?P<about>左右|上下))"
)
_RISE = re.compile("(?:增长|增加|提高|扩大|上升|多|高)[了出]?$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the family of its unit, counted in the family's smallest unit, and where it stands in the text.

    `family` is "count" for counted things and "" for a bare number. `upper` is the exclusive limit of a rounded number
    (四十多 is 40 up to 50). `bound` says 至少, 最多 or 约; `firm` that a word like 至少 says so, not a mere 多 or 内.
    """

    value: Fraction
    family: str
    start: int
    end: int
    bound: Bound = ""
    firm: bool = False
    upper: Fraction | None = None


def find_quantities(text: str) -> list[Quantity]:
    """The numbers of a Chinese text, in order; of a range, both ends."""
    taken = bytearray(len(text) + 1)
    found: list[Quantity] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            if not any(taken[match.start() : match.end()]):
                quantities = read(match)
                found += quantities or ()
                if quantities is not None:
                    taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    found.sort(key=lambda quantity: quantity.start)
    return [_bounded(text, quantity) for quantity in found]


def same_quantity(one: Quantity, other: Quantity) -> bool:
    """Whether two say the same number of the same kind, bounds aside; a rounded number equals what it rounds."""
    if one.family != other.family and {one.family, other.family} not in _COMPARABLE:
        return _same_span(one, other)
    if one.family == "ratio" and _is_periodic(one.value) != _is_periodic(other.value):
        return abs(one.value - other.value) < _NEARLY  # a third is about 33.3%
    return one.value == other.value or _rounds(one, other) or _rounds(other, one)


def _is_periodic(value: Fraction) -> bool:
    return 10**12 % value.denominator != 0


def _same_span(one: Quantity, other: Quantity) -> bool:
    """半个月 is 15天, 一个月 30天."""
    if (one.family, other.family) == ("minute", "month"):
        one, other = other, one
    return (one.family, other.family) == ("month", "minute") and one.value * 30 * 1440 == other.value


def _rounds(rounded: Quantity, exact: Quantity) -> bool:
    if rounded.upper is not None:
        return exact.upper is None and rounded.value <= exact.value < rounded.upper
    nearly = exact.value < rounded.value <= exact.value * Fraction(11, 10)
    return nearly and rounded.bound == "about" and exact.bound == "" and figures(rounded) < figures(exact)


def figures(quantity: Quantity) -> int:
    """How many figures a number has without zeros at its ends: 50 has one, 46 two."""
    return len(f"{float(quantity.value):.12g}".replace(".", "").strip("0"))


Reader = Callable[[re.Match[str]], list[Quantity] | None]


def _one(value: Fraction | None, family: str, match: re.Match[str]) -> list[Quantity]:
    return [] if value is None else [Quantity(value, family, *match.span())]


def _idiom(match: re.Match[str]) -> list[Quantity]:
    return []


def _percent(match: re.Match[str]) -> list[Quantity]:
    value = chinese_value(match[1])
    return _one(None if value is None else value / 100, "ratio", match)


def _fraction(match: re.Match[str]) -> list[Quantity]:
    below, above = chinese_value(match[1]), chinese_value(match[2])
    return _one(above / below if above is not None and below else None, "ratio", match)


def _date(match: re.Match[str]) -> list[Quantity]:
    day = chinese_value(match[2]) if match[2] else None
    return _one(chinese_value(match[1]), "date", match) + _one(day and day * 1440, "minute", match)


def _doubled(match: re.Match[str]) -> list[Quantity]:
    value = chinese_value(match[1]) if match[1] else Fraction(1)
    return _one(None if value is None else Fraction(2) ** int(value), "倍", match)


def _frequency(match: re.Match[str]) -> list[Quantity]:
    family, size = FREQUENCIES[match[1]]
    return _one(size, family, match)


def _half_of(match: re.Match[str]) -> list[Quantity]:
    family, size = UNITS[match[1]]
    return _one(size / 2, family, match)


def _pair(match: re.Match[str]) -> list[Quantity] | None:
    """三四个, 七八十家: both ends of a range."""
    first, second = DIGITS[match[1]], DIGITS[match[2]]
    if second != first + 1 or not first:
        return None
    family, size = UNITS[match[4]]
    size *= TIMES.get(match[3] or "", 1)
    return _one(first * size, family, match) + _one(second * size, family, match)


def _range(match: re.Match[str]) -> list[Quantity] | None:
    """3至5家, 三到五万元: both ends; what the first does not say it has of the second."""
    values = chinese_value(match[1]), chinese_value(match[3])
    family, size = UNITS[match[5]]
    if values[0] is None or values[1] is None or not values[0] < values[1] * TIMES.get(match[4] or "", 1):
        return None
    power = re.search("[万亿]$", match[3]) if values[0] < 100 else None
    first = size * TIMES.get(match[2] or match[4] or (power[0] if power else ""), 1)
    second = size * TIMES.get(match[4] or "", 1)
    return [
        Quantity(values[0] * first, family, match.start(1), match.end(2) if match[2] else match.end(1)),
        Quantity(values[1] * second, family, match.start(3), match.end()),
    ]


def _general(match: re.Match[str]) -> list[Quantity] | None:
    """A numeral with what rounds it, a power and a unit: 8000多万元, 三百余家, 一年半, 40%多, 12388."""
    value = chinese_value(match["number"])
    unit = match["unit"] or ""
    bare = not unit and match["number"][0] not in "0123456789"
    if value is None or (bare and len(match["number"]) == 1):
        return None
    family, size = UNITS.get(unit, ("", Fraction(1)))
    scale = size * TIMES.get(match["times"] or "", 1)
    value += Fraction(1, 2) if match["half"] or match["and_half"] else 0
    if family == "倍" and _RISE.search(match.string, max(0, match.start() - 4), match.start()):
        value += 1
    rounded = match["more"] or match["later"] or match["still"]
    upper = (value + _step(match["number"], value)) * scale if rounded else None
    return [Quantity(value * scale, family, *match.span(), upper=upper)]


def _step(numeral: str, value: Fraction) -> Fraction:
    """How far a rounded number reaches: 四十多 up to 50, 1200多 up to 1300, 三百多 up to 400, 3.6多 up to 3.7."""
    if value.denominator != 1:
        return Fraction(1, value.denominator)
    step = 1
    while value and value % (step * 10) == 0:
        step *= 10
    return Fraction(step)


def _quarter_end(match: re.Match[str]) -> list[Quantity]:
    """三季度末 is 9月底."""
    value = chinese_value(match[1])
    return _one(None if value is None else 3 * value, "date", match)


def _read_as(family: str) -> Reader:
    return lambda match: _one(chinese_value(match[1]), family, match)


_RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_IDIOM, _idiom),
    (re.compile(f"百分之({NUMERAL})"), _percent),
    (re.compile(f"({NUMERAL})分之({NUMERAL})"), _fraction),
    (
        re.compile(
            rf"(?<![\d.])((?:19|20)\d\d|[一二][九〇零○]{DIGIT}{{2}})(?:年(?!内|之内|以上|限)|(?=[-/.](?:0?\d|1[0-2])(?!\d)|[至到-](?:19|20)\d\d年))"
        ),
        _read_as("year"),
    ),
    (
        re.compile(
            r"(?<![个\d几数])(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份|(\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?"
        ),
        _date,
    ),
    (
        re.compile("(?:(?<![一二两三四五六\\d几])周|星期|礼拜)([一二三四五六日天])(?![体般些年])"),
        lambda match: _one(Fraction(_WEEKDAYS[match[1]]), "weekday", match),
    ),
    (re.compile("(?<![个前])第?([一二三四1-4])季度(?=[末底])"), _quarter_end),
    (re.compile("(?<![个前])第?([一二三四1-4])季度"), _read_as("quarter")),
    (re.compile(f"第({NUMERAL})"), _read_as("ordinal")),
    (
        re.compile(f"({DIGIT})成([一二三四五六七八九半])(?![一-鿿]?[成倍])"),
        lambda match: _one(Fraction(10 * DIGITS[match[1]] + DIGITS.get(match[2], 5), 100), "ratio", match),
    ),
    (
        re.compile("[首头](?=[批个家次条项届例座位创])|头一(?=[批个家次条项届例座位])"),
        lambda match: _one(Fraction(1), "ordinal", match),
    ),
    (re.compile("一半|半数|过半|减半|对半|对折|半价"), lambda match: _one(Fraction(1, 2), "ratio", match)),
    (re.compile(rf"翻(?:了)?({DIGIT}|\d)?番"), _doubled),
    (re.compile("每个?(半年|年度|季度|星期|[年季月旬周天日])(?!人|均)"), _frequency),
    (re.compile("(?:(?<=[一-鿿])|全)(年度?)(?<=年度)|全(年)"), lambda match: _one(Fraction(12), "month", match)),
    (re.compile("(?<![个上下])半个?(天|年|小时|月)"), _half_of),
    (re.compile(rf"({NUMERAL})(万亿|亿|万|千)?[到至\-—–~～]({NUMERAL})(万亿|亿|万|千)?({UNIT})"), _range),
    (re.compile(f"({DIGIT})({DIGIT})([十百千万])?({UNIT})"), _pair),
    (
        re.compile(
            rf"(?P<number>{NUMERAL})(?P<more>余|多|来)?(?P<times>万亿|亿|百万|千万|万|千|百)?(?P<later>余|多|来)?\s?"
            rf"(?:个?(?P<half>半)(?=月|小时|年))?(?:(?P<unit>{UNIT})(?P<still>多|余)?(?P<and_half>(?<=[年天月])半(?![年天月]))?)?"
        ),
        _general,
    ),
)


def _bounded(text: str, quantity: Quantity) -> Quantity:
    """The quantity with what the words around it say of at least, at most and about."""
    before = _BEFORE.search(text, max(0, quantity.start - _BOUND_CHARACTERS), quantity.start)
    after = _AFTER.match(text, quantity.end, quantity.end + 6)
    if before and before[0] == "过" and text[quantity.start] not in "亿万千百":
        before = None  # 过亿元 says more than; 走过三天 says nothing of it
    for match, firm in ((before, True), (after, False)):
        for bound in ("most", "least", "about"):
            if match and match[bound]:
                return replace(
                    quantity, bound=bound, firm=(firm and bound != "about") or match[bound] in ("以上", "以下")
                )
    return replace(quantity, bound="least") if quantity.upper is not None else quantity
