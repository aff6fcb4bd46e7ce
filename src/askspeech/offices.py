"""The office that a speaker holds, as a subtitle, a signature or a title names it; names of persons are not read."""

import re
from collections.abc import Iterator

from askspeech.places import can_be_name

__all__ = ["find_office", "find_title_office"]

Range = tuple[int, int]

_HAN = "[一-鿿]"
_RANK = "(?:代理|常务副|副|代)?"
_SEAT = "(?:省|市|州|盟|县|区|旗|镇|乡|自治区)"
_COMMITTEE = "(?:新区|开发区|高新区|街道)?(?:党工委|工委|党委|纪委|政法委|委)"

# Words that go on behind 县, 市 … or behind the office: 长效, 长远, 长江; 县长热线, 市长座谈会. Where 江 is a person's
# name and no river, the name ends soon, and what such a person does follows.
_DOES = "(?:同志|先生|女士|兼|在|于|向|就|代表|作|做|主持|讲话|致|发言|的|和|与|及|宣读|出席)"
_NO_NAME = (
    "[效远期足征途久短处项度势辈者线篇存假跑廊城治河款年]"
    "|助理|热线|信箱|专线|办公|接待|质量|座谈|会议|[医护药技]师|科员"
)
_RIVER_OR_NAME = f"[江安沙春龙乐](?!{_HAN}?[街路镇乡县区市村站桥]){_HAN}{{1,2}}(?:(?!{_HAN})|{_DOES})"
_HOLDER = f"(?:(?!们|{_NO_NAME}|[江安沙春龙乐])|(?={_RIVER_OR_NAME}))"
_GOVERNOR = f"(?<![全我各本该])(?:省长|市长|州长|盟长|县长|区长|旗长|镇长|乡长){_HOLDER}"

_ORGAN = rf"(?<!{_HAN})(?P<organ>(?:(?!书记|主任|主席|{_SEAT}长|[局厅部]长|兼|同志|在|的){_HAN}){{1,24}}?)"
_OF_ORGAN = (
    rf"(?:局{_RANK}局长|厅{_RANK}厅长|管委会{_RANK}主任|部{_RANK}部长"
    rf"|(?:[局厅部委办院会]|政府|政协)党[组委]{_RANK}书记)"
)
_OFFICES = (
    rf"国务院{_RANK}总理",
    rf"自治区(?:人民政府)?{_RANK}主席(?!团|台)",
    rf"{_SEAT}?政协{_RANK}主席(?!团|台)",
    rf"(?:{_SEAT}人大|人大)(?:常委会)?{_RANK}主任",
    rf"(?:{_SEAT}?{_COMMITTEE}|党组){_RANK}书记",
    rf"{_SEAT}委常委",
    rf"(?:(?<!{_HAN}){_SEAT}(?:人民)?政府)?{_RANK}{_GOVERNOR}",
)
_OFFICE = "(?:" + "|".join(_OFFICES) + ")"
_LATER = (
    f"(?:{_OFFICE}|{_ORGAN.replace('?P<organ>', '?:')}{_OF_ORGAN}"
    f"|{_RANK}(?:局长|厅长|部长|主任|主席|院长|检察长|秘书长|行长|校长|董事长|总经理){_HOLDER})"
)
_OFFICE_WORDS = re.compile(f"(?:{_OFFICE}|{_ORGAN}{_OF_ORGAN})(?:、{_LATER})*")

_ZONE = "(?:(?:经济技术|高新技术产业|经济)?开发|高新|经开|新|保税|度假|特别行政)区"
_OVER_PLACE = re.compile(f"中共|{_HAN}{{2,10}}?总局(?={_HAN})")
_PLACE = re.compile(rf"({_HAN}{{1,6}}?)({_ZONE}|自治[区州县旗]|街道|[省市州盟县区旗镇乡])")
_ZONE_AT_END = re.compile(f"{_ZONE}$")

_SPEAKER = re.compile(r"^([^。！？；，《》]{2,30}?)在[^。！？；]{2,70}?(?:会|会议|式|论坛|班)上")


def find_office(line: str, skipped: Range | None = None) -> Range | None:
    """The first office named in a line, the range of the meeting's name left out.

    The place's name is no part of it, the level of an organ is: 青禾县县长 → 县长, 青禾县税务局局长 → 县税务局局长.
    Offices that are held together are one: 党组书记、局长.
    """
    for start, end in _offices(line, len(line)):
        if skipped is None or end <= skipped[0] or skipped[1] <= start:
            return start, end
    return None


def find_title_office(title: str) -> Range | None:
    """The office that a title names in front of 在…会上: 县委书记×××在…会上的讲话."""
    speaker = _SPEAKER.match(title)
    return next(_offices(title, speaker.end(1)), None) if speaker else None


def _offices(line: str, end: int) -> Iterator[Range]:
    for found in _OFFICE_WORDS.finditer(line, 0, end):
        yield (found.start() if found["organ"] is None else _organ_start(line, *found.span("organ"))), found.end()


def _organ_start(line: str, start: int, end: int) -> int:
    """Where an organ's name begins without the party, the general office and the places that it is of.

    The level of the last place stays.
    """
    over = _OVER_PLACE.match(line, start, end)
    own = at = over.end() if over else start
    while (place := _PLACE.match(line, at, end)) and _names_place(*place.groups()):
        own, at = place.start(2), place.end()
    return own if own == start else _organ_start(line, own, end)


def _names_place(name: str, level: str) -> bool:
    """Whether the characters in front of a level are a place's: 青禾县, 青县, 市中区; not 城市, 市城市, 开发区."""
    if len(name) == 1 and level != "县":
        return False
    if re.match("[省市州盟县区旗镇乡]", name) and (name[0], level) != ("市", "区"):
        return False
    whole = level == "区" and _ZONE_AT_END.search(name + level)
    return not whole and can_be_name(name, level)
