"""The rules by which questions are made that a corpus answers: one function per kind, each a stream of drafts.

Every draft quotes where its answer stands; `telling` are the words that must single that place out.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from askspeech.blanks import find_blanks
from askspeech.datatypes import Section
from askspeech.made_material import Material, Place, Said, SpokenParts
from askspeech.made_wording import (
    asking,
    clauses,
    is_askable,
    is_whole,
    plain,
    shortened,
    telling_clause,
    trimmed,
    without_marker,
)
from askspeech.scoring import Quote

__all__ = ["ANSWERABLE_RULES", "UNITS", "VERB_LED", "Draft", "Rule", "asked_for", "how_many", "is_title"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that may be asked: its words, what answers it, and the places that it may mean.

    `telling` are the words that must single out these places; none where that is plain already.
    """

    type: str
    text: str
    evidence: tuple[Quote, ...] = ()
    points: tuple[str, ...] = ()
    telling: str = ""
    places: tuple[Place, ...] = ()


Rule = Callable[[Material, SpokenParts, Random], Iterator[Draft]]

_NUMERALS = "零一二三四五六七八九十"
_MOST_ITEMS = 9
_MEASURES = "个方面|件事|件|条|项|点|种|类|步|招|场|个|大"
_LONGEST_QUOTE = 120
_LONGEST_TITLE = 24
_FIRST_SENTENCES = 4
_LONGEST_LEAD = 14
_LEAST_TELLING = 9
_LEAST_ASKED, _LONGEST_ASKED = 8, 36
_CLAUSE_ENDS = ("，", ",", "：", ":")
_RANGE_MARKS = ("以", "左", "、", "-", "—", "至", "到", "（", "”")
_LEAST_AROUND = 12
_BEFORE_FIGURE = 4

UNITS = (
    "平方公里|平方米|公里|工作日|个工作日|个百分点|小时|分钟|万元|亿元|万户|万人|万家|万亩|万吨|元|户|家|人次|人|名|个|项|件|条|亩|吨|"
    "台|套|张|次|倍|天|所|处|座|辆|笔|批"
)
_FIGURE = re.compile(
    rf"(?:百分之(?P<percent>[{_NUMERALS}百点]+)|(?P<sign>\d[\d,.]*)\s?[%％]"
    rf"|(?<![第这那前后\d.])(?P<digits>\d[\d,.]*|(?=[^十百千]{{0,3}}[十百千])[{_NUMERALS}百千万亿两]{{2,}}(?!次))(?P<more>余|多)?\s?(?P<unit>{UNITS}))(?![年月日])"
)
_LEANING = re.compile("占|同比|比上年|其中|居|增幅|完成率|分别")
_BEFORE_ITS_FIGURE = re.compile("(?:仅有|仅|高达|达到|达|共有|共|有|为)$")
_OTHER_FIGURE = re.compile("\\d|百分之|多少")
_LEADER = re.compile("(?:由|(?<![聘邀])请)(?P<who>[一-鿿、]{2,20}?)(?P<does>牵头负责|牵头|负责(?!人|同志)|组织)")
_TERM = re.compile(
    "(?:(?P<verb>设立|开设|建立|推行|实行|落实|实施|开展|搞好|建好|用好|推广)(?:了|好)?)?“(?P<term>[^“”，。、；！？\\s]{3,12})”"
    "(?P<kind>工作机制|机制|制度|平台|窗口|专窗|行动|工程|改革|模式|办法|清单|体系|服务)?(?=[，,：:])"
)
_REASONS = (
    re.compile("(?:之所以)(?P<what>[^，。；]{6,30})，(?P<reason>(?:(?:就|正)?是)?(?:因为|由于|为了)[^。]+)"),
    re.compile(
        "(?P<what>[^，。；]{6,30})，(?:其)?(?:根本)?(?P<reason>(?:目的|原因|根子|根源)(?:就)?(?:是|在于|在)[^。]+)"
    ),
    re.compile("(?:因为|由于)(?P<reason>[^，。；]{6,40})，(?:所以|因此|导致|致使)(?P<what>[^，。；]{6,30})"),
)
VERB_LED = re.compile(
    "^(?:推|建|抓|强|优|提|完善|落实|打|加|深化|开|整治|清理|规范|严|选|设|培|支持|保|解决|健全|创建|创新(?!型)|拓|降|实施|做|用好|搭|营造|发挥|突出|"
    "树|压实|聚焦|破|构|畅|坚持|敢|守|净|转变|改(?!革)|精|高标准|高质量|简|统筹|围绕|统一|凝|扩|稳|盘活|引|帮(?!办)|服务|当好|扛|紧盯|把握)"
)
_ACTION = re.compile("要|必须|由|请|建立|推行|推进|开展|实行|实施|落实|严格|严禁|加强|完善")


def lists(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for the items of a section: heading → items."""
    speech = part.speech
    for section, items in _series(part.sections):
        topic = telling_clause(section.heading, material.rarity)
        quotes = [material.quote(speech.file, item.heading_spans) for item in items]
        blanked = any(any(find_blanks(item.heading)) for item in items)
        if topic is None or blanked or not all(quotes):
            continue
        evidence = tuple(Quote(speech.file, quote) for quote in quotes if quote)
        points = tuple(telling_clause(item.heading, material.rarity) or without_marker(item.heading) for item in items)
        place = Place(speech.file, speech.id, section.span)
        topic = _short(material, topic, (place,))
        yield Draft("list", _list_question(topic, len(items), random), evidence, points, topic, (place,))


def outlines(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for the parts of a speech that only its title describes: all of them, or one."""
    speech, title = part.speech, _called(part)
    same = [one for one in material.parts if _called(one).endswith(title)]
    tops = [section for section in part.sections if section.parent_id is None]
    counted = [section.number for section in tops] == [*range(1, len(tops) + 1)] and 2 <= len(tops) <= _MOST_ITEMS
    quotes = [material.quote(speech.file, section.heading_spans) for section in tops]
    blanked = any(any(find_blanks(text)) for text in (title, *(section.heading for section in tops)))
    if len(same) > 1 or not counted or blanked or not all(quotes) or not is_whole(title):
        return
    evidence = tuple(Quote(speech.file, quote) for quote in quotes if quote)
    points = tuple(without_marker(section.heading) for section in tops)
    yield Draft("list", random.choice((f"{title}分哪几个部分？", f"{title}一共讲了哪几点？")), evidence, points)
    number = random.randrange(len(tops))
    yield Draft("fact", f"{title}，第{_NUMERALS[number + 1]}点讲的是什么？", evidence[number:][:1], points[number:][:1])


def manners(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for how something is to be done: an item's heading → the sentence that follows it."""
    parents = {section.parent_id for section in part.sections}
    for section in part.sections:
        topic = telling_clause(section.heading, material.rarity)
        if section.id in parents or topic is None or not is_title(section):
            continue
        said = _first_said(material.sentences[part.speech.id], section, acting=bool(VERB_LED.match(topic)))
        if said is None or said.is_blanked:
            continue
        place = Place(part.speech.file, part.speech.id, section.span)
        topic = _short(material, topic, (place,))
        yield Draft("fact", _manner_question(topic, random), material.evidence(said), (), topic, (place,))


def numbers(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for a figure: its clause with the figure asked for."""
    for said in material.sentences[part.speech.id]:
        for found in _FIGURE.finditer(said.text):
            if asked := asked_for(material, said, found.span(), how_many(found)):
                yield replace(asked, type="number", evidence=material.evidence(said), points=(found[0],))


def leaders(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for who is to do something."""
    for said in material.sentences[part.speech.id]:
        found = _LEADER.search(said.text)
        if found is None or said.is_blanked:
            continue
        if matter := telling_clause(said.text[: found.start()] + "，" + said.text[found.end() :], material.rarity):
            matter = _short(material, matter, _places(material, said))
            does = found["does"].removesuffix("负责") or "负责"
            asked = random.choice((f"{plain(matter)}，由谁{does}？", f"哪个单位{does}{plain(matter)}？"))
            yield Draft("who", asked, material.evidence(said), (found["who"],), matter, _places(material, said))


def terms(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for what a coined term stands for, where only one sentence uses it."""
    for said in material.sentences[part.speech.id]:
        found = _TERM.search(said.text)
        around = len(said.text) - len(found[0]) if found else 0
        if found is None or said.is_blanked or around < _LEAST_AROUND or not (found["verb"] or found["kind"]):
            continue
        if material.is_only_in(found["term"], said):
            name = f"“{found['term']}”{found['kind'] or ''}"
            asked = random.choice((f"{name}是怎么回事？", f"{name}具体指什么？", f"讲话里说的{name}是怎么个做法？"))
            yield Draft("define", asked, material.evidence(said))


def reasons(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for a reason that a sentence gives."""
    for said in material.sentences[part.speech.id]:
        for pattern in _REASONS:
            found = pattern.search(said.text)
            what = trimmed(found["what"]) if found else ""
            if found and is_askable(what, 6, 30) and not said.is_blanked:
                asked = random.choice((f"为什么{plain(what)}？", f"为什么说{plain(what)}？"))
                yield Draft("why", asked, material.evidence(said), (), what, _places(material, said))
                break


def speeches(material: Material, part: SpokenParts, random: Random) -> Iterator[Draft]:
    """Questions for which speech says something that no other one says."""
    if len(material.parts) == 1:
        return
    speech = part.speech
    phrases = _telling_phrases(material, part)
    everywhere = (Place(speech.file, speech.id, speech.span),)
    for whole, said in phrases[: (len(phrases) + 1) // 2]:
        phrase = _short(material, whole, everywhere)
        asked = random.choice(
            (
                f"哪篇讲话提到{plain(phrase)}？",
                f"记得有篇讲话讲到{plain(phrase)}，是哪一篇？",
                f"{plain(phrase)}，这是哪篇讲话里说的？",
            )
        )
        yield Draft("which_speech", asked, material.evidence(said), (speech.title,), phrase, everywhere)


ANSWERABLE_RULES: tuple[Rule, ...] = (lists, numbers, manners, speeches, outlines, leaders, terms, reasons)


def _called(part: SpokenParts) -> str:
    """A speech's title as a person says it: without a remark in brackets, 录音整理, behind it."""
    return re.sub("[（(][^（）()]*[）)]$", "", "".join(part.speech.title.split()))


def _telling_phrases(material: Material, part: SpokenParts) -> list[tuple[str, Said]]:
    """What only this speech says, the most telling first."""
    found: list[tuple[str, Said]] = []
    for said in material.sentences[part.speech.id]:
        phrase = telling_clause(said.text, material.rarity)
        fit = phrase and len(phrase) >= _LEAST_TELLING and not _OTHER_FIGURE.search(phrase)
        if phrase and fit and not said.is_blanked and material.speakers(said) == {part.speech.id}:
            found.append((phrase, said))
    return sorted(found, key=lambda one: (-material.rarity(one[0]), one[1].place.span))


def _series(sections: Sequence[Section]) -> Iterator[tuple[Section, list[Section]]]:
    """The sections with three to nine items that are counted from one without a gap."""
    items: dict[str | None, list[Section]] = {}
    for section in sections:
        items.setdefault(section.parent_id, []).append(section)
    for section in sections:
        below = items.get(section.id, [])
        if 3 <= len(below) <= _MOST_ITEMS and [item.number for item in below] == [*range(1, len(below) + 1)]:
            yield section, below


def _list_question(topic: str, count: int, random: Random) -> str:
    number = _NUMERALS[count]
    if counted := re.search(f"{number}(?P<measure>{_MEASURES})", topic):
        return f"{plain(topic)}，具体是哪{number}{counted['measure']}？"
    if topic.startswith(("为什么", "怎么", "如何")):
        return f"{topic.rstrip('?？')}？讲了哪几条？"
    topic = plain(topic)
    if VERB_LED.match(topic):
        return random.choice(
            (f"{topic}要抓哪几条？", f"{topic}，提了哪些具体要求？", f"怎么{topic}？列了哪{number}条？")
        )
    return random.choice((f"说到{topic}，讲了哪{number}点？", f"围绕{topic}，提了哪几条？", f"{topic}，分哪几个方面？"))


def _manner_question(topic: str, random: Random) -> str:
    topic = plain(topic)
    if VERB_LED.match(topic):
        return random.choice((f"{topic}具体怎么做？", f"怎么{topic}？", f"{topic}有什么办法？"))
    return random.choice((f"{topic}，具体是怎么说的？", f"说到{topic}，讲了些什么？"))


def is_title(section: Section) -> bool:
    """Whether a section's heading is a title, not the first words of what is said there."""
    return len(without_marker(section.heading)) <= _LONGEST_TITLE


def _first_said(sentences: Sequence[Said], section: Section, *, acting: bool) -> Said | None:
    """Of the first sentences behind a section's heading, one that is long enough; `acting`: that says what to do."""
    after = section.heading_spans[-1].end
    inside = [said for said in sentences if after <= said.place.span.start and said.place.span.end <= section.span.end]
    return next(
        (
            said
            for said in inside[:_FIRST_SENTENCES]
            if _LEAST_AROUND <= len(said.text) <= _LONGEST_QUOTE and (not acting or _ACTION.search(said.text))
        ),
        None,
    )


def how_many(found: re.Match[str]) -> str:
    """What asks for a figure: 百分之多少 or 多少 with its unit; the match has the groups `sign` and `unit`."""
    groups = found.groupdict()
    if groups["sign"] or groups.get("percent"):
        return "百分之多少"
    unit = groups["unit"] or ""
    return f"多少{'个' if unit == '工作日' else ''}{unit}"


def asked_for(material: Material, said: Said, at: tuple[int, int], how_many: str) -> Draft | None:
    """A question for the figure at that place of a sentence, of the words around it; unanswerable as it stands."""
    left, right = _around(said.text, at)
    fit = len(left) >= _BEFORE_FIGURE and len(left + right) >= _LEAST_ASKED and is_whole(left)
    places = _places(material, said)
    if not fit or _OTHER_FIGURE.search(left + right):
        return None
    if len(left) > _LEAST_ASKED:
        left = shortened(left, lambda part: not _LEANING.match(part) and material.is_telling(part + right, places))
    asked = asking(plain(f"{left}{how_many}{right}"))
    if not is_askable(asked, longest=_LONGEST_ASKED):
        return None
    return Draft("unanswerable", f"{asked}？", telling=left + right, places=places)


def _around(sentence: str, at: tuple[int, int]) -> tuple[str, str]:
    """The words of a figure's clause before and behind it; nothing where the figure cannot be asked for.

    Where the clause begins with little more than 增长, the clause before it says what of.
    """
    before, after = list(clauses(sentence[: at[0]])), next(clauses(sentence[at[1] :] or "。"), "")
    if not before or after.startswith(_RANGE_MARKS):
        return "", ""
    opening = "" if before[-1].endswith(_CLAUSE_ENDS) else before[-1]
    if len(trimmed(opening)) < _BEFORE_FIGURE or _LEANING.match(opening):
        whole = before[-2 if opening else -1] if len(before) > bool(opening) else ""
        lead = _BEFORE_ITS_FIGURE.sub("", trimmed(_FIGURE.sub("", whole)))
        opening = lead + opening if 0 < len(lead) <= _LONGEST_LEAD else ""
    return trimmed(opening), trimmed("。" + after).lstrip("。")


def _short(material: Material, topic: str, places: tuple[Place, ...]) -> str:
    return shortened(topic, lambda part: material.is_telling(part, places))


def _places(material: Material, said: Said) -> tuple[Place, ...]:
    return tuple(one.place for one in material.same(said))
