"""Dates as speeches and the names of files write them: 2023年3月5日, 二〇二六年一月, 2023-03-05."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from askspeech.markers import chinese_number

__all__ = ["SaidDate", "find_dates", "find_dates_in_name"]

_YEAR = "(?:19|20)[0-9]{2}"
_CHINESE_YEAR = "[一二][九〇○零][〇○零一二三四五六七八九]{2}"
_NUMERAL = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_WRITTEN = re.compile(
    rf"(?<![0-9〇○零一二三四五六七八九])(?P<year>{_YEAR}|{_CHINESE_YEAR})年(?:(?P<month>{_NUMERAL})月(?:(?P<day>{_NUMERAL})日?)?)?"
)
_BRACKETED = re.compile(
    rf"[（(](?P<year>{_YEAR})[.\-/．](?P<month>[0-9]{{1,2}})(?:[.\-/．](?P<day>[0-9]{{1,2}}))?[）)]"
)
_STAMP_BEFORE = re.compile(r"(?:时间|日期|来源|发布|更新|发表|上传|录入|编辑|浏览)(?:于|[:：])?$")
_STAMP_AFTER = re.compile(r"[0-9]{1,2}[时点:：]|来源|发布|更新")
_STAMP_CHARACTERS = 6
_NO_SPEECH_BEFORE = re.compile(r"(?:过去的|截至|截止|自|从|到|至|[-—–~～、和])$")
_NO_SPEECH_AFTER = re.compile(
    r"代|以来|以前|前|底|年?末|至|到|[-—–~～、和]|远景|度?[^，。]{0,12}?(?:总结|述职|考核|表彰|回顾|规划)"
)
_IN_NAME = re.compile(
    rf"(?<![0-9A-Za-z])(?P<year>{_YEAR})(?:[.\-_．](?P<month>0?[1-9]|1[0-2])(?:[.\-_．](?P<day>0?[1-9]|[12][0-9]|3[01]))?"
    r"|(?P<packed>(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])))?(?![0-9A-Za-z字篇条份元号例句个人期])"
)
_DIGITS = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date, whole or in part, and where it stands; `iso` is 2023, 2023-03 or 2023-03-05."""

    iso: str
    start: int
    end: int

    @property
    def year(self) -> str:
        """The year in four digits."""
        return self.iso[:4]

    @property
    def whole_year(self) -> bool:
        """Whether nothing but the year is said."""
        return len(self.iso) == 4


def find_dates(text: str) -> Iterator[SaidDate]:
    """The dates in a text without white space that may be a speech's own, in order.

    The time stamps of a web page are none, nor are years that something is counted from, planned for or summed up.
    """
    for found in sorted((*_WRITTEN.finditer(text), *_BRACKETED.finditer(text)), key=lambda found: found.start()):
        date = _date(found)
        before = text[max(0, date.start - _STAMP_CHARACTERS) : date.start]
        if _STAMP_BEFORE.search(before) or _STAMP_AFTER.match(text, found.end()):
            continue
        if date.whole_year and (_NO_SPEECH_BEFORE.search(before) or _NO_SPEECH_AFTER.match(text, found.end())):
            continue
        yield date


def find_dates_in_name(name: str) -> list[SaidDate]:
    """The dates in a file's name, in order; none where it names several years."""
    dates = [_date(found) for found in (*_WRITTEN.finditer(name), *_IN_NAME.finditer(name))]
    dates.sort(key=lambda date: (-len(date.iso), date.start))
    return dates if len({date.year for date in dates}) == 1 else []


def _date(found: re.Match[str]) -> SaidDate:
    parts = found.groupdict()
    iso = "".join(_DIGITS.get(character, character) for character in parts["year"])
    packed = parts.get("packed") or ""
    month = _number(parts["month"] or packed[:2], 12)
    day = _number(parts["day"] or packed[2:], 31)
    if month:
        iso += f"-{month:02}" + (f"-{day:02}" if day else "")
    return SaidDate(iso, found.start("year"), found.end())


def _number(numeral: str, most: int) -> int:
    number = chinese_number(numeral) if numeral else 0
    return number if 0 < number <= most else 0
