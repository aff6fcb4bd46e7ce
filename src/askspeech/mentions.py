"""What a text names: places, persons, offices, organs, levels of government, times, 《titles》 and quoted phrases."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import rjieba

from askspeech.lexicon import is_empty, is_known, is_short_for, mates
from askspeech.places import can_be_name, find_places
from askspeech.statements import Statement, Token

__all__ = ["Mention", "MentionKind", "find_mentions", "is_named", "is_surname"]

MentionKind = Literal[
    "title", "quote", "place", "person", "office", "organ", "whole", "rank", "year", "part", "edge", "order", "standing"
]

_HAN = "[一-鿿]"
_SEAT = "[省市县区州镇乡]"
_CORE = (
    "省长|市长|州长|[县区镇乡村](?:长(?![效远期征江途])|委书记)|局长|厅长|部长|处长|科长|所长|站长|队长|组长|会长(?!期)|理事长|院长|检察长|秘书长|行长|校长"
    "|董事长|总经理|总理|主任|主席|书记|负责(?:人|同志)|责任人|一把手|(?<=[要管])领导(?:同志|干部)?"
)
_OFFICE = re.compile(
    rf"(?P<of>{_SEAT}委|党委|党工委|工委|党组|支部|纪委|人大|政协)?(?P<rank>常务副|副|代理|代|主要|分管|直接)?(?P<core>{_CORE})"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆"
    "郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚文裴齐祝卓骆柳尤柯关路岳殷温凌霍童颜梅盛祁鲁葛"
)
_PERSON = re.compile(
    rf"(?P<name>[{_SURNAMES}](?![务委任])(?![副代任县市省区镇乡的由各位党委和与及原新]){_HAN}(?:(?![副代任县市省区镇乡的由各位党委和与及]){_HAN})??)"
    rf"(?=同志|先生|女士|(?:{_SEAT}委|党委)?(?:常务副|副|代理|代)?(?:{_CORE}))"
)
_PARTY = re.compile(
    rf"(?P<level>{_SEAT})(?P<name>委常委会|委(?!员|托|常委|书记|副书记)|人大(?:常委会)?|政协|政府常务会议?|政府办公[厅室]|政府办(?![理事好学公])|委办公[厅室]|政府(?!工作报告)|纪委|监委)"
)
_ORGAN = re.compile(
    rf"(?P<level>国家|{_SEAT})?(?P<stem>{_HAN}{{2}})"
    "(?P<suffix>局(?![限面势部])|(?<![大客餐])厅|[法学]?院(?!士)|(?<![全内外干西东中南北各总支局一下细])部(?![分门署位件队委下])|(?<![常党县市省区州镇乡])委(?!员(?!会)|托)|(?<!科)室|中心(?!城)|部门|银行|公司|集团|商会|协会)"
)
_NO_NAME = re.compile("[由在从向把被将与和及等为到给让至于以每各全本该其的了要]")
_BODY = re.compile(
    f"(?P<level>{_SEAT}(?:级|中级)?)?(?:人民|高级)?"
    "(?P<name>总工会|(?<!总)工会|妇联|共青团|团委|残联|工商联|科协|侨联|红十字会|(?<=[市县级民])法院|检察院|消委会)"
)
_BEFORE_NAME = re.compile("[^和与及由向把,、。;:!?“”《》]{0,12}$")
_NO_STEM = re.compile(
    "[是的和与由在向到为及把被对让使各该本某个家几多所等给再推去来往跟同比按用以其此那这些有没不也都就还又请]|[有相]关|政府|职能|主管|行政|业务|责任|牵头|执法|审批|窗口|组成|党政|经济|工作"
    "|全[县市区省]|民营|上市|国有"
)
_WHOLE = re.compile("[全我]([国省市县区镇乡州旗村])|(?P<inside>(?<!这)[省市县区镇乡村])里(?![程面外])")
_RANK = re.compile("(国家|国|省|市|县|区|乡镇|镇|乡|村|科|处|厅|局)(?:级(?!别)|(?=领导|干部))")
_LEADERS = {
    "一把手": ("主要", "负责人"),
    **dict.fromkeys(("负责同志", "领导", "领导同志", "领导干部"), ("", "负责人")),
}
_TITLE = re.compile("《([^《》]+)》")
_QUOTE = re.compile('“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|"([^"]+)"')
_LETTERS = re.compile(r"[^\W_]")

# Times that are said without a number, by what excludes what.
_TIMES: tuple[tuple[MentionKind, re.Pattern[str]], ...] = (
    (
        "year",
        re.compile(
            "(?P<今年>今年|本年度?)|(?P<去年>去年|(?<![比较])上一?年度?)|(?P<前年>前年)|(?P<明年>明年|来年)|(?P<后年>后年)"
        ),
    ),
    (
        "part",
        re.compile(
            "(?P<上半年>上半年)|(?P<下半年>下半年)|(?P<全年>全年)|(?P<前三季度>前三季度)|(?P<上旬>上旬)|(?P<中旬>中旬)|(?P<下旬>下旬)"
            "|(?P<今后>今后|以后)|(?P<上午>上午)|(?P<下午>下午)|(?P<上月>上个?月)|(?P<本月>本月|这个月)|(?P<下月>下个?月)"
        ),
    ),
    (
        "order",
        re.compile(
            "(?<![提以目先之当今此然最落随其背事午])(?:以|之)?(?:(?P<前>前)|(?P<后>后))"
            "(?![\\d一二两三四五六七八九十几]|[置进退年期面来续者果勤列台沿景提往门段半辈备])"
        ),
    ),
    (
        "standing",
        re.compile(
            "(?P<前列>前(?=[\\d一二三四五六七八九十]+[名位强]))|(?P<后列>[后末倒](?=[\\d一二三四五六七八九十]+[名位]))"
        ),
    ),
    ("edge", re.compile("(?P<初>[年月季]初)|(?P<中>年中|月中)|(?P<底>[年月季][底末])")),
)
_PLACE_ENDING = re.compile("(?:新区|开发区|街道|片区|[省市县区镇乡州旗])$")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something named: its kind, the name in the form that is compared, and where it stands in the search key.

    `whole` is an organ's name with what stands in front of it: 市场监督管理局.
    """

    kind: MentionKind
    value: str
    start: int
    end: int
    whole: str = ""


@lru_cache(maxsize=2048)
def find_mentions(of: Statement) -> tuple[Mention, ...]:
    """What a statement names, kind by kind."""
    return (*_marked(of), *_times(of.text), *_levels(of.text), *_places(of), *_people(of.text), *_organs(of.text))


def is_named(mention: Mention, by: Statement) -> bool:
    """Whether a text names that too, in full or in a usual short form."""
    return _PRESENT[mention.kind](mention, by)


def is_surname(character: str) -> bool:
    """Whether a character is one of the usual surnames."""
    return character in _SURNAMES


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text))


def _marked(of: Statement) -> Iterator[Mention]:
    for found in _TITLE.finditer(of.text):
        yield Mention("title", _letters(found[1]), *found.span())
    for found in _QUOTE.finditer(of.text):
        yield Mention("quote", _letters(next(filter(None, found.groups()))), *found.span())


def _times(text: str) -> Iterator[Mention]:
    for kind, pattern in _TIMES:
        for found in pattern.finditer(text):
            yield Mention(kind, found.lastgroup or "", *found.span())


def _levels(text: str) -> Iterator[Mention]:
    for found in _WHOLE.finditer(text):
        yield Mention("whole", found[1] or found["inside"], *found.span())
    for found in _RANK.finditer(text):
        yield Mention("rank", found[1], *found.span())


def _people(text: str) -> Iterator[Mention]:
    for found in _PERSON.finditer(text):
        yield Mention("person", found["name"], *found.span())
    for found in _OFFICE.finditer(text):
        rank, core = _LEADERS.get(found["core"], (found["rank"] or "", found["core"]))
        yield Mention("office", "|".join((found["of"] or "", found["rank"] or rank, core)), *found.span())


def _organs(text: str) -> Iterator[Mention]:
    for found in _PARTY.finditer(text):
        yield Mention("organ", f"{found['level']}|{found['name']}|", *found.span())
    for found in _BODY.finditer(text):
        yield Mention("organ", f"{(found['level'] or '')[:1]}|{found['name']}|", *found.span())
    for found in _ORGAN.finditer(text):
        stem = found["stem"]
        loose = found["suffix"] not in ("局", "厅", "委", "部") and (is_known(stem) or is_empty(stem))
        verb = found["suffix"] == "部门" and rjieba.tag(stem)[-1][1].startswith(("v", "d"))
        if not (verb or loose or _NO_STEM.search(stem)):
            value = f"{found['level'] or ''}|{stem}|{found['suffix']}"
            yield Mention("organ", value, *found.span(), _in_full(text, found.end()))


def _in_full(text: str, end: int) -> str:
    found = _BEFORE_NAME.search(text, max(0, end - 12), end)
    return found[0] if found else ""


def _places(of: Statement) -> Iterator[Mention]:
    """Names in front of 省, 市, 县 …, as far as words reach: 麦川县 may be cut 麦 川县; and after a comma or 在."""
    for place in find_places(of.text):
        ending = _PLACE_ENDING.search(place.name)
        inside = [token for token in of.tokens if token.start < place.end and token.end > place.start]
        words = [token.text for token in inside if token.end < place.end or token.start > place.start]
        if (
            ending
            and 2 <= ending.start() <= 4
            and not _NO_NAME.search(place.name)
            and not any(is_empty(word) or is_known(word) for word in words)
        ):
            yield Mention("place", place.name[: ending.start()], place.start, place.end)
    for at, token in enumerate(of.tokens):
        ending = _PLACE_ENDING.search(token.text)
        if ending is None or token.quantity or (ending.start() and is_known(token.text)):
            continue
        name, start = token.text[: ending.start()], token.start
        for before in of.tokens[max(0, at - 2) : at][::-1]:
            if len(name) >= 2 or not _joins(before, start):
                break
            name, start = before.text + name, before.start
        if 2 <= len(name) <= 4 and can_be_name(name, ending[0]) and not _NO_NAME.search(name):
            yield Mention("place", name, start, token.end)


def _joins(before: Token, start: int) -> bool:
    joined = before.end == start and before.quantity is None and len(before.text) <= 3
    return joined and not is_empty(before.text)


def _has_letters(mention: Mention, by: Statement) -> bool:
    return mention.value in by.letters


def _has_title(mention: Mention, by: Statement) -> bool:
    return mention.value in by.letters


def _has_place(mention: Mention, by: Statement) -> bool:
    return mention.value in by.letters or mention.value[-2:] in by.letters


def _has_value(mention: Mention, by: Statement) -> bool:
    return any(one.kind == mention.kind and one.value == mention.value for one in find_mentions(by))


def _has_whole(mention: Mention, by: Statement) -> bool:
    return _has_value(mention, by) or re.search(f"[们本该]{mention.value}", by.text) is not None


def _has_office(mention: Mention, by: Statement) -> bool:
    of, rank, core = mention.value.split("|")
    for one in find_mentions(by):
        if one.kind == "office":
            other_of, other_rank, other_core = one.value.split("|")
            same_rank = rank == other_rank or (not rank and other_rank in ("主要", "代理", "代"))
            if core == other_core and same_rank and (of == other_of or not of or not other_of):
                return True
    return False


def _has_organ(mention: Mention, by: Statement) -> bool:
    level, stem, suffix = mention.value.split("|")
    others = [one.value.split("|") for one in find_mentions(by) if one.kind == "organ"]
    same = [
        other for other in others if other[1] == stem or (suffix and other[2] == suffix and _shortens(stem, other[1]))
    ]
    if same:
        return any(not level or not other[0] or other[0] == level for other in same)
    if not suffix:
        return _has_party(level, stem, by)
    shorter = any(other[2] == suffix and is_short_for(other[1] + suffix, mention.whole) for other in others)
    return shorter or stem in by.letters or _abbreviates(stem + suffix, by.text)


def _shortens(stem: str, other: str) -> bool:
    return stem[0] == other[0] and stem[-1] == other[-1]


def _has_party(level: str, name: str, by: Statement) -> bool:
    if not level:
        return name in by.letters or any(mate in by.letters for mate in mates(name))
    if name == "政府":
        return level in by.letters and not re.search(f"{level}(?:委|人大|政协)", by.letters)
    return name.removeprefix("委") in by.letters and (level in by.letters) and name != "委"


def _abbreviates(name: str, text: str) -> bool:
    """Whether a text has the name with more in between: 发改委 for 发展和改革委员会, 住建局 for 住房和城乡建设局."""
    return re.search(f"{_HAN}{{0,4}}".join(map(re.escape, name)), text) is not None


_PRESENT = {
    "title": _has_title,
    "quote": _has_letters,
    "person": _has_letters,
    "place": _has_place,
    "office": _has_office,
    "organ": _has_organ,
    "whole": _has_whole,
    "rank": _has_value,
    "year": _has_value,
    "part": _has_value,
    "edge": _has_value,
    "order": _has_value,
    "standing": _has_value,
}
