"""What is known of a speech, where its words or its file's name say it; nothing is guessed.

Title and head come first, then signature and opening, then the file's name: where they disagree the text wins.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from askspeech.datatypes import Fact, Span
from askspeech.dates import SaidDate, find_dates, find_dates_in_name
from askspeech.meetings import find_kind, find_meeting, find_opened_meeting, find_report, is_named
from askspeech.offices import find_office, find_title_office
from askspeech.places import Place, find_level, find_places, place_at
from askspeech.reading_text import ReadingText
from askspeech.zones import Locate, SpeechZones, Zone, addressed, find_zones

__all__ = ["find_facts"]

_QUOTED_TITLE = re.compile(r"《[^》]*》?")
_SENTENCE_MARKS = tuple("。！？!?；;：:，,")
_SIGNING_ORGAN = re.compile("(?:中共)?[一-鿿xX×*]{0,16}(?:委员会|委|政府|党组)(?:办公室)?")
_MOST_BESIDE_OFFICE = 12
_TODAY = re.compile(r"(?:今天|今年|现在)是$")
_OPENING_BRACKET = 80
_IN_THE_NAME_OF = re.compile(r"我[^。！？；，,]{0,6}?(?:代表|受)([^。！？；，,]{2,40})")
_CONVENED = re.compile(
    r"((?:[省市州盟县区旗镇乡]|[局厅]党)(?:组|党工委|工委|党委|委))(?:[^。！？；，]{0,20}?)(?:召开|决定)"
)
_OURS = re.compile(r"我们?([省市州盟县区旗镇乡局厅])(?!场|民|域|级|长|面)")
_LEVEL_OF = {"州": "市", "盟": "市", "旗": "县", "镇": "乡镇", "乡": "乡镇", "局": "部门", "厅": "部门"}
_REPORT_OF = re.compile(r"(?:^|年|[^一-鿿])(?!年)([一-鿿]{2,3})(?:人民)?政府工作报告")
_NO_REPORT_PLACE = re.compile("国务|政府|人民|中央|[全我本各]|[省市县区州旗]$")
_SUBJECT = re.compile(
    r"(?:^|[。！？；\n])([一-鿿]{2,6})(?:是|位于|地处|作为)[^。！？\n]{0,120}?[全我]([省市县区州旗镇乡])"
)
_DOCUMENT = re.compile(r"《(?=([一-鿿]{3,12})[^》\n]{2,40}》)")
_SENTENCE = re.compile("[。！？\n]")
_CONTEXT = 80
_OURSELVES = re.compile("今年|我们|[我全][省市县区州旗镇乡]")
_OF_OTHERS = re.compile("学习|借鉴|参照|先进|对标|兄弟|外地|上级|贯彻|落实")
_MOST_SEARCHED = 100_000


def find_facts(
    reading: ReadingText, title: Span | None, paragraphs: Sequence[Span], file: str, locate: Locate
) -> tuple[Fact, ...]:
    """The facts of a speech: kind, occasion, level, place, year, date, office, addressed.

    Title and paragraphs (the title left out) are ranges of the reading text; `locate` turns such a range into a span
    of the source. Whatever neither the text nor the file's name says is left out; several places are several facts.
    """
    zones = find_zones(reading.text, title, paragraphs, file, locate, reading.plain)
    meeting = _meeting(zones)
    level = _level(zones, meeting)
    places = _places(zones, level) or _own_places(reading, paragraphs, level, locate) or _name_places(zones.name)
    found = [
        _kind(zones, meeting),
        _occasion(meeting),
        level,
        *places,
        *_dates(zones),
        _office(zones),
        _addressed(zones),
    ]
    return tuple(fact for fact in found if fact is not None)


@dataclass(frozen=True, slots=True)
class _Words:
    """Words [start, end) of a zone."""

    zone: Zone
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.zone.text[self.start : self.end]


def _first(zones: Iterable[Zone], finder: Callable[[str], tuple[int, int] | None]) -> _Words | None:
    """What a finder finds first in these zones."""
    for zone in zones:
        if found := finder(zone.text):
            return _Words(zone, *found)
    return None


def _title_and_head(zones: SpeechZones) -> tuple[Zone, ...]:
    return (zones.title, *zones.head) if zones.title else zones.head


def _meeting(zones: SpeechZones) -> _Words | None:
    """The meeting that title, subtitle or opening names, else the kind they say, else what the file's name says."""
    said = (_first(_title_and_head(zones), find_meeting), _first(zones.opening, find_opened_meeting))
    found = [words for words in said if words is not None]
    named = [words for words in found if is_named(words.text)]
    return next(iter((*named, *found)), None) or _first((zones.name,), find_meeting)


def _kind(zones: SpeechZones, meeting: _Words | None) -> Fact | None:
    report = _first(_title_and_head(zones), find_report) or _first(
        (*zones.head, *zones.opening), lambda text: find_report(text, spoken=True)
    )
    report = report or _first((zones.name,), find_report)
    if report:
        return report.zone.fact("kind", report.text, report.start, report.end)
    kind = find_kind(meeting.text) if meeting else None
    if meeting is None or kind is None:
        return None
    start, end = meeting.start + kind[0], meeting.start + kind[1]
    return meeting.zone.fact("kind", meeting.zone.text[start:end], start, end)


def _occasion(meeting: _Words | None) -> Fact | None:
    if meeting is None or not is_named(meeting.text):
        return None
    return meeting.zone.fact("occasion", meeting.text, meeting.start, meeting.end)


def _level(zones: SpeechZones, meeting: _Words | None) -> Fact | None:
    """The level that the meeting's name says, else title, subtitle, signature, opening or the file's name."""
    autonomous = any("自治区" in zone.text for zone in (*_title_and_head(zones), *zones.opening))
    for words in _level_sources(zones, meeting):
        if found := find_level(_unquoted(words.text)):
            said = words.text[found.start : found.end]
            level = "省" if autonomous and said in ("全区", "区政府") else found.level
            return _level_fact(words.zone, level, words.start + found.start, words.start + found.end)
    return _our_level(zones) or _name_level(zones.name)


def _level_sources(zones: SpeechZones, meeting: _Words | None) -> Iterator[_Words]:
    """Words of the text that can say the level, the surest first."""
    if meeting and meeting.zone is not zones.name:
        yield meeting
    for zone in (*_title_and_head(zones), *_signatures(zones)):
        yield _Words(zone, 0, len(zone.text))
    for pattern in (_IN_THE_NAME_OF, _CONVENED):
        for zone in zones.opening:
            yield from (_Words(zone, *found.span(1)) for found in pattern.finditer(zone.text))


def _unquoted(text: str) -> str:
    """The text with blanks for the titles of documents in it: their places and years are not the meeting's."""
    return _QUOTED_TITLE.sub(lambda quoted: " " * len(quoted[0]), text)


def _our_level(zones: SpeechZones) -> Fact | None:
    """The level that the opening calls ours, 我县, where it calls no other one so."""
    ours = [(zone, found) for zone in zones.opening for found in _OURS.finditer(zone.text)]
    levels = {_LEVEL_OF.get(found[1], found[1]) for _, found in ours}
    return _level_fact(ours[0][0], levels.pop(), *ours[0][1].span()) if len(levels) == 1 else None


def _name_level(name: Zone) -> Fact | None:
    found = find_level(name.text)
    return _level_fact(name, found.level, found.start, found.end) if found else None


def _level_fact(zone: Zone, level: str, start: int, end: int) -> Fact:
    """Read from the words where the level is among them; 自治区 → 省, 石鸢镇 → 乡镇, 系统 → 部门 are derived."""
    said = zone.written(start, end)
    if level in said and not said.endswith("自治区"):
        return zone.fact("level", level, start, end)
    return zone.derived("level", level, start, end)


def _signatures(zones: SpeechZones) -> list[Zone]:
    """The last lines that are an organ's name, or an office with a name."""
    return [zone for zone in zones.signature if _SIGNING_ORGAN.fullmatch(zone.text) or _is_signed(zone.text)]


def _is_signed(line: str) -> bool:
    office = find_office(line)
    beside = len(line) - (office[1] - office[0]) if office else 0
    return office is not None and beside <= _MOST_BESIDE_OFFICE and line[-1:] not in _SENTENCE_MARKS


def _places(zones: SpeechZones, level: Fact | None) -> list[Fact]:
    """The places that title, subtitle, signature and the opening's 我代表… name; of two names of one the fuller."""
    facts = [*(_title_places(zones.title, level) if zones.title else ())]
    for zone in (*zones.head, *_signatures(zones)):
        facts += _places_in(zone, 0, len(zone.text))
    for zone in zones.opening:
        for found in _IN_THE_NAME_OF.finditer(zone.text):
            facts += _places_in(zone, *found.span(1))
    fuller = [
        fact for fact in facts if not any(fact.value != one.value and one.value.startswith(fact.value) for one in facts)
    ]
    return list({fact.value: fact for fact in reversed(fuller)}.values())[::-1]


def _title_places(title: Zone, level: Fact | None) -> Iterator[Fact]:
    """The places of a title; one inside 《…》 only where it is of the level of the meeting itself."""
    quoted = [found.span() for found in _QUOTED_TITLE.finditer(title.text)]
    for place in find_places(title.text):
        inside = any(start < place.start < end for start, end in quoted)
        if not inside or (level is not None and level.value == place.level):
            yield title.fact("place", place.name, place.start, place.end)
    yield from _report_place(title)


def _report_place(zone: Zone) -> Iterator[Fact]:
    """What stands between the year and 政府工作报告: 2025年广西政府工作报告."""
    found = _REPORT_OF.search(zone.text)
    if found and not _NO_REPORT_PLACE.search(found[1]):
        yield zone.fact("place", found[1], *found.span(1))


def _places_in(zone: Zone, start: int, end: int) -> Iterator[Fact]:
    for place in find_places(zone.text[start:end]):
        yield zone.fact("place", place.name, start + place.start, start + place.end)


def _name_places(name: Zone) -> list[Fact]:
    return [*_places_in(name, 0, len(name.text))] or [*_report_place(name)]


def _own_places(reading: ReadingText, paragraphs: Sequence[Span], level: Fact | None, locate: Locate) -> list[Fact]:
    """The one place of the speech's level that it calls its own: 青檀县是山区县，去年全县…; 今年的《云澜市…方案》."""
    text = reading.plain
    end = min(paragraphs[-1].end, paragraphs[0].start + _MOST_SEARCHED) if paragraphs else 0
    named = (
        [*_subjects(text, paragraphs[0].start, end), *_documents(text, paragraphs[0].start, end)] if paragraphs else []
    )
    own = [place for place in named if level is not None and place.level == level.value]
    if len({place.name for place in own}) != 1:
        return []
    place = own[0]
    return [Fact("place", reading.text[place.start : place.end], "text", locate(place.start, place.end))]


def _subjects(text: str, start: int, end: int) -> Iterator[Place]:
    """Places that a sentence speaks of as 全县, 我县."""
    for found in _SUBJECT.finditer(text, start, end):
        place = place_at(text, found.start(1))
        if place and place.end == found.end(1) and _LEVEL_OF.get(found[2], found[2]) == place.level:
            yield place


def _documents(text: str, start: int, end: int) -> Iterator[Place]:
    """Places whose plans and rules a sentence speaks of as ours or this year's, and not as an example or an order."""
    for found in _DOCUMENT.finditer(text, start, end):
        before = _SENTENCE.split(text[max(start, found.start() - _CONTEXT) : found.start()])[-1]
        after = _SENTENCE.split(text[found.end() : min(end, found.end() + _CONTEXT)])[0]
        place = place_at(text, found.end())
        if place and _OURSELVES.search(before + after) and not _OF_OTHERS.search(before + after):
            yield place


def _dates(zones: SpeechZones) -> list[Fact]:
    """The day or year on which the speech was held, as year and, where a month is said, as date."""
    said = next(_said_dates(zones), None)
    if said is None:
        return []
    zone, date = said
    facts = [zone.fact("year", date.year, date.start, date.start + 4)]
    return facts if date.whole_year else [*facts, zone.fact("date", date.iso, date.start, date.end)]


def _said_dates(zones: SpeechZones) -> Iterator[tuple[Zone, SaidDate]]:
    """Dates that can be the speech's own, the surest first."""
    yield from ((zone, date) for zone in zones.head for date in find_dates(zone.text))
    if zones.title:
        dates = list(find_dates(_unquoted(zones.title.text)))
        yield from ((zones.title, date) for date in dates if len({one.year for one in dates}) == 1)
    for zone in zones.signature:
        dates = [date for date in find_dates(zone.text) if not date.whole_year]
        yield from ((zone, date) for date in dates if zone.text[-1:] not in _SENTENCE_MARKS)
    for number, zone in enumerate(zones.opening):
        for date in find_dates(zone.text):
            before = zone.text[: date.start]
            bracketed = number == 0 and len(before) <= _OPENING_BRACKET and before[-1:] in ("（", "(")
            if _TODAY.search(before) or (bracketed and not date.whole_year):
                yield zone, date
    yield from ((zones.name, date) for date in find_dates_in_name(zones.name.text))


def _office(zones: SpeechZones) -> Fact | None:
    for zone in (*zones.head, *_signatures(zones)):
        if found := find_office(zone.text, find_meeting(zone.text)):
            return zone.fact("office", zone.text[slice(*found)], *found)
    if zones.title and (found := find_title_office(zones.title.text)):
        return zones.title.fact("office", zones.title.text[slice(*found)], *found)
    return None


def _addressed(zones: SpeechZones) -> Fact | None:
    found = addressed(zones.salutation) if zones.salutation else None
    if zones.salutation is None or found is None:
        return None
    return zones.salutation.fact("addressed", zones.salutation.written(*found).replace("尊敬的", ""), *found)
