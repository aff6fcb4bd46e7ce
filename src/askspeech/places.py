"""Names of places and words for levels of government, read off Chinese text by their form alone.

No list of places is kept: a name is what stands between a boundary (在, 2023年, a bracket …) and 省, 市, 县 … A text is
one line or paragraph without white space; positions are characters of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["LevelWords", "Place", "can_be_name", "find_level", "find_places", "place_at"]

_HAN = "[一-鿿]"
_BOUNDARY = re.compile(
    rf"^|(?<=[^一-鿿])(?={_HAN})(?![年月日届次号期版])|(?<=[在年月日向上届])(?={_HAN})|(?<=代表|中共|我们|关于)(?={_HAN})"
)
_NOT_AFTER = {
    "省": "级|直|长|会(?!议)|外|内|际|城|份",
    "市": "场|民(?!营|族|政|生|间|办|宗)|值|面|容|政(?!府|协)|域|直|属|级|价|况|井|监|长|区|县|圈",
    "盟": "友|主|员",
    "州": "市|省|区|县|新|级|直|长",
    "县": "域|级|直|长|城(?!关)|乡|区|市|里|外|内|处",
    "区": "域|级|直|长|间|块|别|位|划|县|市",
    "旗": "区|县|镇|帜|舰|下|号",
    "镇": "级|长|村|街|区|县|市|乡",
    "乡": "市|县|镇|村|长|亲|愁|土|级|贤|音",
}
_ENDING = "|".join(f"{ending}(?!{after})" for ending, after in _NOT_AFTER.items())
_NAME = re.compile(
    rf"(?P<long>{_HAN}{{2,12}}?)(?P<autonomous>特别行政区|自治区|自治州|自治县|自治旗)"
    rf"|(?P<zone>{_HAN}{{2,4}}?)(?P<zoned>新区|(?:经济技术|高新技术产业)开发区|街道)"
    rf"|(?P<usual>{_HAN}{{2,5}}?)(?P<ending>{_ENDING})"
    rf"|(?P<short>{_HAN})(?P<county>县(?!{_NOT_AFTER['县']}))"
)
_LEVEL_OF_ENDING = (
    ("省", ("省", "自治区", "特别行政区")),
    ("市", ("市", "州", "盟")),
    ("县", ("县", "旗")),
    ("区", ("区",)),
    ("乡镇", ("镇", "乡", "街道")),
)
_NO_LAST = frozenset("全我各本该某每两几这那邻省市县区镇乡级甲乙丙丁个多的级辖")
_NO_LAST_OF = {
    "市": frozenset("集超股门楼夜"),
    "区": frozenset("园小社地景灾库校厂矿老特片牧林边"),
    "县": frozenset("强大小穷困点外贫弱富"),
    "镇": frozenset("城集小重强"),
    "乡": frozenset("城家老故下返水入离还"),
    "省": frozenset("外弟"),
}
_NO_FIRST = frozenset("在年赴到与对把让给请访援全我各本该某每这那于就为及的")
_NO_PART = re.compile(
    "优化|深化|推进|推动|加快|加强|全面|全国|营商|招商|创建|建设|打造|支持|服务|民营|企业|工业|农业|乡村|城乡|城镇|经济|党建|组织|宣传|安全"
    "|生态|文明|创新|教育|卫生|卫健|科技|文化|扶贫|脱贫|贫困|国家|省级|市级|县级|区级|第[一二三四五六七八九十]|新时代|新型|重点|试点|试验"
    "|示范|边境|沿海|西部|东部|中部|特色|产业|自由贸易|综合|现代|高质|数字|智慧|美丽|富民|领导|干部|调研|考察|视察|座谈|参加|出席|中心|主城"
    "|老城|国际|森林|园林|旅游|品质|海绵|韧性|宜居|首批|特大|革命|边远|偏远|直辖|地级|兄弟|统筹|基层|参会|人民|政府|主席|代表|委员|解读|报告|会议|讲话|各地|今天|今年|去年|明年|工作"
)
_OTHER_UNIT = re.compile("^中共|^关于|自治|[省县届]")
_DEPARTMENT = re.compile(
    r"(?<!政府|党委|党政|信息|生态|操作|管理|金融|应用)系统(?!性|化|工程|观念|谋划|思维|推进|治理|集成)"
    r"|[全我本](?:局|厅|院|校|处|系统)(?!面|部|长|势)|[局厅](?:党组|机关|系统)"
)
_NAMED_LEVELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("国家", re.compile(r"全国(?=人民代表大会|代表大会|党代会)|国务院|中央人民政府|(?<!地方)中央委员会")),
    (
        "国家",
        re.compile(
            r"(?:^|(?<=[在向]))全国(?!文明|卫生|双拥|百强|一流|最|第|统一|示范|试点|先进|性|人大代表|政协委员|两会|各|上下|范围|重点|优秀|劳)"
        ),
    ),
    ("省", re.compile(r"自治区")),
)
_UNIT = "(省|市|县|区|州|旗|盟|镇|乡)"
_SAID_LEVELS = (
    re.compile(rf"全{_UNIT}(?!域|场|面)"),
    re.compile(rf"{_UNIT}(?:党工委|工委|党委|委)(?!办|宣传|组织|统战|政法|党校|老干)"),
    re.compile(rf"{_UNIT}(?:人民)?政府(?!网|办)"),
    re.compile(rf"(?:(?<![A-Za-z])[xX×*]{{1,4}}|某某?){_UNIT}(?!场|民|域|级|直|长)"),
    re.compile(rf"(?:^|(?<=[在、，])){_UNIT}第[一二三四五六七八九十xX×*\d]+[次届]"),
)
_LEVEL_OF = {"州": "市", "盟": "市", "旗": "县", "镇": "乡镇", "乡": "乡镇"}


@dataclass(frozen=True, slots=True)
class Place:
    """A name of a place as the text has it, and the level of government that its last characters say."""

    name: str
    start: int
    end: int
    level: str


@dataclass(frozen=True, slots=True)
class LevelWords:
    """Words that say a level of government, and where they stand."""

    level: str
    start: int
    end: int


def find_places(text: str) -> list[Place]:
    """The places named after a boundary, and those named right after such a one: 江垣省云澜市."""
    places: list[Place] = []
    for boundary in _BOUNDARY.finditer(text):
        at = boundary.end()
        if places and at < places[-1].end:
            continue
        while (place := place_at(text, at)) is not None:
            places.append(place)
            at = place.end
    return places


def place_at(text: str, at: int) -> Place | None:
    """The place whose name begins exactly there."""
    found = _NAME.match(text, at)
    if found is None:
        return None
    name, ending = (part for part in found.groups() if part)
    if not can_be_name(name, ending):
        return None
    level = next(level for level, endings in _LEVEL_OF_ENDING if ending.endswith(endings))
    return Place(found[0], found.start(), found.end(), level)


def can_be_name(name: str, ending: str) -> bool:
    """Whether what stands before 省, 市, 县 … can be a place's name by its form: 青禾, not 全 or 重点工业园."""
    denied = name[0] in _NO_FIRST or name[-1] in _NO_LAST or name[-1] in _NO_LAST_OF.get(ending[-1], ())
    return not (denied or _NO_PART.search(name) or _OTHER_UNIT.search(name))


def find_level(text: str) -> LevelWords | None:
    """The level that a meeting or an office is of: a department where one is named, else what is named first."""
    if found := _DEPARTMENT.search(text):
        return LevelWords("部门", found.start(), found.end())
    return min(_level_words(text), key=lambda words: (words.start, -words.end), default=None)


def _level_words(text: str) -> Iterator[LevelWords]:
    places = find_places(text)
    followed = {place.start for place in places}
    for place in places:
        if place.end not in followed:
            yield LevelWords(place.level, _row_start(places, place), place.end)
    for level, named in _NAMED_LEVELS:
        yield from (LevelWords(level, *found.span()) for found in named.finditer(text))
    for said in _SAID_LEVELS:
        yield from (LevelWords(_LEVEL_OF.get(found[1], found[1]), *found.span()) for found in said.finditer(text))


def _row_start(places: list[Place], last: Place) -> int:
    """Where a row of names without a gap begins whose last one is given."""
    start = last.start
    for place in reversed(places):
        if place.end == start:
            start = place.start
    return start
