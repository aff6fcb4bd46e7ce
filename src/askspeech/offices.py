"""The office that a speaker holds, as a subtitle, a signature or a title names it; names of persons are not read."""

import re

__all__ = ["find_office", "find_title_office"]

Range = tuple[int, int]

_RANK = "(?:代理|常务副|副|代)?"
_SEAT = "(?:省|市|州|盟|县|区|旗|镇|乡|自治区)"
_COMMITTEE = "(?:新区|开发区|高新区|街道)?(?:党工委|工委|党委|纪委|政法委|委)"
_OFFICES = (
    rf"国务院{_RANK}总理",
    rf"自治区(?:人民政府)?{_RANK}主席(?!团|台)",
    rf"{_SEAT}?政协{_RANK}主席(?!团|台)",
    rf"(?:{_SEAT}人大|人大)(?:常委会)?{_RANK}主任",
    rf"(?:{_SEAT}?{_COMMITTEE}|党组){_RANK}书记",
    rf"{_SEAT}委常委",
    rf"(?:(?<![一-鿿]){_SEAT}(?:人民)?政府)?{_RANK}(?:省长|市长|州长|盟长|县长|区长|旗长|镇长|乡长)(?!们)",
    rf"(?:(?<![一-鿿])[一-鿿]{{1,8}}?)?(?:局{_RANK}局长|厅{_RANK}厅长|管委会{_RANK}主任|部{_RANK}部长)",
)
_OFFICE = "(?:" + "|".join(_OFFICES) + ")"
_OFFICE_WORDS = re.compile(rf"{_OFFICE}(?:、{_OFFICE})*")
_SPEAKER = re.compile(r"^([^。！？；，《》]{2,30}?)在[^。！？；]{2,70}?(?:会|会议|式|论坛|班)上")


def find_office(line: str, skipped: Range | None = None) -> Range | None:
    """The first office named in a line, the range of the meeting's name left out; the place's name is no part of it."""
    for found in _OFFICE_WORDS.finditer(line):
        if skipped is None or found.end() <= skipped[0] or skipped[1] <= found.start():
            return found.span()
    return None


def find_title_office(title: str) -> Range | None:
    """The office that a title names in front of 在…会上: 县委书记×××在…会上的讲话."""
    speaker = _SPEAKER.match(title)
    found = _OFFICE_WORDS.search(title, 0, speaker.end(1)) if speaker else None
    return found.span() if found else None
