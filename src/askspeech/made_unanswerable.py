"""The rules by which questions are made that a corpus cannot answer: one function per kind, each a stream of drafts.

They ask for a figure that the source has blanked out, for a property of which no file has a word, or for a place or a
matter that no file names.
"""

import re
from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType

from askspeech.blanks import find_blanks
from askspeech.made_material import Material, SpokenParts
from askspeech.made_rules import UNITS, VERB_LED, Draft, Rule, asked_for, how_many, is_title
from askspeech.made_wording import is_askable, plain, telling_clause

__all__ = ["UNANSWERABLE_RULES"]

_BLANK_FIGURE = re.compile(rf"\s?(?:(?P<sign>[%％])|(?P<unit>{UNITS}))")
_THING = re.compile(
    r"“[^“”，。、；！？\s\d一二三四五六七八九十]{2,10}(?:”(?P<after>平台|专窗|窗口|产业园|大厅|服务中心|热线|公司)"
    r"|(?P<within>平台|专窗|窗口|产业园|大厅|服务中心|热线|公司)”)"
)
_PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "电话号码": "{}的电话号码是多少？",
        "邮箱": "想给{}提意见，可以发到哪个邮箱？",
        "揭牌": "{}是哪一天揭牌的？",
        "外包": "{}外包给了哪家公司？",
        "造价": "{}的造价是多少？",
    }
)
_PROPERTIES_OF_ROOMS: Mapping[str, str] = MappingProxyType(
    {
        "停车位": "{}有多少停车位？",
        "门牌": "{}在哪条路上，门牌是几号？",
        "午休": "{}中午休息吗，午休到几点？",
        "建筑面积": "{}的建筑面积有多大？",
    }
)
_ROOMS = ("窗口", "专窗", "大厅", "服务中心", "产业园", "公司")
_PROPERTIES_OF_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "常住人口": "{}的常住人口有多少？",
        "平均气温": "{}的年平均气温是多少度？",
        "森林覆盖率": "{}的森林覆盖率是多少？",
        "房价": "{}去年的房价涨了多少？",
        "地铁": "{}的地铁什么时候通车？",
    }
)
_FAR_PLACES = (
    "三沙市", "漠河市", "喀什地区", "延吉市", "阿里地区", "珲春市", "琼海市", "瑞丽市", "满洲里市", "东兴市",
    "凭祥市", "敦煌市", "舟山市", "攀枝花市", "格尔木市", "伊宁市", "雅安市", "嘉峪关市", "丽江市", "防城港市",
)  # fmt: skip
_FAR_MATTERS = (
    "大熊猫保护", "载人航天", "核电站选址", "远洋捕捞", "冰雪运动", "填埋场渗漏", "校园足球", "高校招生", "地震预警",
    "杂交育种", "文物走私", "森林防火", "极地科考", "流感疫苗", "共享单车", "殡葬改革", "围填海", "彩票发行",
    "驾驶证换领", "婚姻登记", "宠物饲养", "机场扩建", "瓦斯治理", "血吸虫病", "海上风电", "盲道改造",
)  # fmt: skip


def blanked_figures(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for a figure that the source has blanked out, where no other passage tells it."""
    for said in material.sentences[part.speech.id]:
        for blank in find_blanks(said.text):
            found = _BLANK_FIGURE.match(said.text, blank.span.end)
            if found is None or blank.kind != "number":
                continue
            if asked := asked_for(material, said, (blank.span.start, found.end()), how_many(found)):
                yield asked


def missing_properties(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for a property, of which no file has a word, of something or of a place that the speech names."""
    for place in part.speech.values("place"):
        yield from _unknown(material, place, _PROPERTIES_OF_PLACES, random)
    things = (found for said in material.sentences[part.speech.id] for found in _THING.finditer(said.text))
    for thing, kind in dict.fromkeys((found[0], found["after"] or found["within"]) for found in things):
        more = _PROPERTIES_OF_ROOMS if kind in _ROOMS else {}
        if is_askable(thing):
            yield from _unknown(material, thing, {**_PROPERTIES, **more}, random)


def _unknown(material: Material, subject: str, properties: Mapping[str, str], random: Random) -> Iterator[Draft]:
    absent = [asked for term, asked in properties.items() if not material.holds(term)]
    if absent:
        yield Draft("unanswerable", random.choice(absent).format(subject))


def far_places(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for what a place does about a topic of the speech, where no file names the place."""
    absent = [place for place in _FAR_PLACES if not material.holds(place.removesuffix("市").removesuffix("地区"))]
    for section in part.sections:
        topic = telling_clause(section.heading, material.rarity)
        if absent and topic and not re.search("[“\\d]", topic) and is_title(section) and VERB_LED.match(topic):
            place = random.choice(absent)
            asked = random.choice((f"{place}是怎么{plain(topic)}的？", f"{place}在{plain(topic)}上有什么做法？"))
            yield Draft("unanswerable", asked)


def far_matters(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for matters that no file mentions: the same for every speech, so made once."""
    if part is not material.parts[0]:
        return
    for matter in _FAR_MATTERS:
        if not material.holds(matter) and not material.holds(matter[:2]):
            asked = random.choice(
                (f"哪篇讲话讲到了{matter}？", f"讲话里对{matter}提了什么要求？", f"{matter}由哪个部门负责？")
            )
            yield Draft("unanswerable", asked)


UNANSWERABLE_RULES: tuple[Rule, ...] = (blanked_figures, far_places, missing_properties, far_matters)
