"""What is known of a speech, taken from its title, its opening and its file's name; nothing is guessed."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from askspeech.datatypes import Fact, Span

__all__ = ["find_facts"]

_YEAR = re.compile(r"(?<![\d])((?:19|20)\d{2})\s?年?(?!\d)")
_YEAR_IN_TEXT = re.compile(r"(?<![\d])((?:19|20)\d{2})\s?年")
_LEVELS = (
    ("国家", re.compile(r"全国(?!人大|政协|一流|统一|第一|各地|最)|国务院政府工作报告")),
    ("省", re.compile(r"全省|全自治区|省委(?:、省政府)?(?:决定)?召开|省政府工作报告")),
    ("市", re.compile(r"全市|全州|市委(?:、市政府)?(?:决定)?召开")),
    ("县", re.compile(r"全县|县委(?:、县政府)?(?:决定)?召开|在县委")),
    ("区", re.compile(r"全区|我区|示范区|新区|区委(?:、区政府)?(?:决定)?召开")),
    ("乡镇", re.compile(r"全镇|全乡|镇党委|乡党委")),
    ("部门", re.compile(r"全局|全系统|系统|局党组|厅党组")),
)
_KIND = re.compile(
    r"(动员大会|动员会|推进会|推进大会|座谈会|恳谈会|现场会|表彰大会|总结会|总结大会|专题会|工作会议|部署会|启动仪式|新闻发布会|培训班|代表大会|全体会议|会议|大会|政府工作报告)"
)
_PLACE = re.compile(r"([一-鿿]{2,4}?(?:省|自治区|市|县|区|州|旗|镇|乡))")
_NO_PLACE = re.compile(r"^(?:全|我|本|各|在|县|市|区|省|州|乡|镇|示范|开发|园|高新|新)|[在全各我](?:省|市|县|区|州)$")
_OPENING = 400


def find_facts(
    text: str, title: Sequence[Span], body: Span, file: str, locate: Callable[[int, int], Span]
) -> tuple[Fact, ...]:
    """The facts of a speech in a reading text; `locate` turns a range of it into a span of the source."""
    areas = [*title, Span(body.start, min(body.end, body.start + _OPENING))]
    stem = PurePosixPath(file).stem
    finders = (
        ("year", lambda part: _first(_YEAR, part), lambda part: _first(_YEAR_IN_TEXT, part)),
        ("kind", lambda part: _first(_KIND, part), lambda part: _first(_KIND, part)),
        ("place", _place, lambda part: None),
    )
    facts = [_level(text, areas, stem, locate)]
    facts += [
        _found(name, text, areas if name != "place" else title, stem, of_name, of_text, locate)
        for name, of_name, of_text in finders
    ]
    return tuple(fact for fact in facts if fact is not None)


_Finder = Callable[[str], tuple[str, int, int] | None]


def _found(
    name: str,
    text: str,
    areas: Sequence[Span],
    stem: str,
    of_name: _Finder,
    of_text: _Finder,
    locate: Callable[[int, int], Span],
) -> Fact | None:
    for number, area in enumerate(areas):
        finder = of_name if (number == 0 and len(areas) > 1) or name == "place" else of_text
        if found := finder(text[area.start : area.end]):
            value, start, end = found
            return Fact(name, value, "text", locate(area.start + start, area.start + end))
    if found := of_name(stem):
        return Fact(name, found[0], "file_name", None, stem[found[1] : found[2]])
    return None


def _level(text: str, areas: Sequence[Span], stem: str, locate: Callable[[int, int], Span]) -> Fact | None:
    for area in areas:
        for value, start, end in _levels(text[area.start : area.end]):
            return Fact("level", value, "text", locate(area.start + start, area.start + end))
    for value, start, end in _levels(stem):
        return Fact("level", value, "file_name", None, stem[start:end])
    return None


def _levels(part: str) -> Iterator[tuple[str, int, int]]:
    """The levels named in a text, the one named first in front."""
    found = [(match.start(), match.end(), value) for value, pattern in _LEVELS if (match := pattern.search(part))]
    yield from ((value, start, end) for start, end, value in sorted(found))


def _first(pattern: re.Pattern[str], part: str) -> tuple[str, int, int] | None:
    found = pattern.search(part)
    return (found[1], found.start(1), found.end(1)) if found else None


def _place(part: str) -> tuple[str, int, int] | None:
    for found in _PLACE.finditer(part):
        if not _NO_PLACE.search(found[1]):
            return found[1], found.start(1), found.end(1)
    return None
