"""How word processors write the numbers of automatic lists: 3 as 三, 叁, ③, iii, C or 3.

The names are those of WordprocessingML (ECMA-376 part 1, 17.18.59, ST_NumberFormat).
"""

import re
from collections.abc import Callable, Mapping

__all__ = ["NUMBER_FORMATS", "format_of_sample", "formatted", "space_behind", "with_marker"]

_DIGITS = "零一二三四五六七八九"
_LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_LEGAL_JAPANESE = "零壱弐参四五六七八九"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LARGEST = 9_999
_NEEDS_NO_SPACE = re.compile(r"[\u2460-\u24ff\u3000-\u9fff\uff00-\uffef]\Z")


def formatted(number: int, name: str) -> str:
    """A number as a list of this format shows it; in digits where the format is unknown or has no more signs."""
    write = NUMBER_FORMATS.get(name)
    if write is None or not 0 <= number <= _LARGEST:
        return str(number)
    return write(number)


def format_of_sample(sample: str) -> str:
    """The name of the format that OpenDocument describes by its first numbers ("一, 二, 三, ..."); "" for none."""
    if not sample:
        return "none"
    if "贰" in sample:
        return "chineseLegalSimplified"
    return _SAMPLES.get(sample.lstrip("(（")[0], "")


def space_behind(text: str, suffix: str) -> str:
    """The space that keeps a number from the words: a tab behind 一、 only lines paragraphs up, one behind 1. does not.

    `suffix` says what the program puts there: "tab", "space" or "nothing".
    """
    if not text or suffix == "nothing" or (suffix == "tab" and _NEEDS_NO_SPACE.search(text)):
        return ""
    return " "


def with_marker(marker: str, text: str) -> str:
    """A paragraph with its number; the number of an empty one has no space behind it."""
    return f"{marker}{text}" if text else marker.rstrip()


def _signs(signs: str, first: int = 1) -> Callable[[int], str]:
    return lambda number: signs[number - first] if 0 <= number - first < len(signs) else str(number)


def _digit_wise(digits: str) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(digit)] for digit in str(number))


def _counted(digits: str, units: str, *, ones: str, zero: str = "") -> Callable[[int], str]:
    """Numbers with 十百千; `ones` says before which units a leading one is left out, `zero` what fills a gap."""

    def write(number: int) -> str:
        if not number:
            return digits[0]
        written, gap = "", False
        for power in (3, 2, 1, 0):
            digit = number // 10**power % 10
            if not digit:
                gap = bool(written)
                continue
            silent = digit == 1 and power and units[power - 1] in ones and (not written or not zero)
            written += (zero if gap else "") + ("" if silent else digits[digit]) + (units[power - 1] if power else "")
            gap = False
        return written

    return write


def _counted_below_hundred(number: int) -> str:
    return _COUNTED(number) if number < 100 else "".join("○一二三四五六七八九"[int(digit)] for digit in str(number))


def _letters(number: int) -> str:
    """The letters a to z, then aa to zz: the letter is repeated."""
    return "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26] * ((number - 1) // 26 + 1) if number else "0"


def _roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        written += sign * (number // value)
        number %= value
    return written


_COUNTED = _counted(_DIGITS, "十百千", ones="十", zero="零")
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_FULL_WIDTH = _digit_wise("０１２３４５６７８９")
NUMBER_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02d}",
    "none": lambda _: "",
    "bullet": lambda _: "",
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerLetter": _letters,
    "decimalFullWidth": _FULL_WIDTH,
    "decimalFullWidth2": _FULL_WIDTH,
    "decimalEnclosedCircle": _signs("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalEnclosedCircleChinese": _signs("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalEnclosedFullstop": _signs("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"),
    "decimalEnclosedParen": _signs("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"),
    "ideographEnclosedCircle": _signs("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"),
    "chineseCounting": _counted_below_hundred,
    "taiwaneseCounting": _counted_below_hundred,
    "chineseCountingThousand": _COUNTED,
    "taiwaneseCountingThousand": _COUNTED,
    "ideographDigital": _digit_wise("〇一二三四五六七八九"),
    "japaneseDigitalTenThousand": _digit_wise("〇一二三四五六七八九"),
    "taiwaneseDigital": _digit_wise("○一二三四五六七八九"),
    "japaneseCounting": _counted("〇一二三四五六七八九", "十百千", ones="十百千"),
    "chineseLegalSimplified": _counted(_LEGAL_SIMPLIFIED, "拾佰仟", ones="", zero="零"),
    "ideographLegalTraditional": _counted(_LEGAL_TRADITIONAL, "拾佰仟", ones="", zero="零"),
    "japaneseLegal": _counted(_LEGAL_JAPANESE, "拾百阡", ones=""),
    "ideographTraditional": _signs(_STEMS),
    "ideographZodiac": _signs(_BRANCHES),
    "ideographZodiacTraditional": lambda number: _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12],
}
_SAMPLES = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "一": "chineseCountingThousand",
    "壹": "ideographLegalTraditional",
    "壱": "japaneseLegal",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "①": "decimalEnclosedCircle",
    "１": "decimalFullWidth",
    "㊀": "ideographEnclosedCircle",
}
