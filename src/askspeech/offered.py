"""What a text offers to a question: figures and blanks with their units, enumerations, explanations, reasons. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askspeech.asked import Asked
from askspeech.blanks import find_blanks
from askspeech.datatypes import Span
from askspeech.markers import marker_at
from askspeech.tokens import search_key

__all__ = [
    "Value",
    "answers_kind",
    "asked_places",
    "blanked_names",
    "enumerations",
    "explains",
    "is_formality",
    "lists_members",
    "names_time",
    "values",
]

_NUMERALS = "零一二两三四五六七八九十百千万亿"
_NUMBER = re.compile(
    rf"百分之[{_NUMERALS}点]+|第\s?(?:\d+|[{_NUMERALS}]+)|\d[\d,.．:]*(?:\s?[—～~-]\s?\d[\d.]*)?(?:\s?[万亿千百]+)?"
    rf"|[{_NUMERALS}]{{2,}}|[{_NUMERALS}](?=[余多]?\s?(?:个|项|条|家|户|件|次|名|人|元|倍|年|月|日|天|成|种|类|位|张|座|所|台|辆|亩|吨))"
)
_QUOTED = re.compile(r"“[^“”]*”|‘[^‘’]*’|《[^《》]*》")
_UNIT_AFTER = re.compile(r"\s?(?:余|多|以上|左右)?\s?(?:[百千万亿]+)?\s?([^\s，。；、！？,.;!?（）()\d]{0,6})")
_UNITS: dict[str, re.Pattern[str]] = {
    "%": re.compile(r"[%％]|个?百分点|成(?!为|立|功|果|员|本|长)"),
    "位": re.compile(r"位|名(?!单)"),
    "元": re.compile(r"美?元|块"),
    "日": re.compile(r"个?(?:工作)?[日天号]"),
    "年": re.compile(r"个?年"),
    "年份": re.compile(r"年"),
    "月": re.compile(r"个?月"),
    "时间": re.compile(r"个?(?:工作)?[日天年月周]|个?(?:小时|分钟|季度|星期)|季|度"),
}
_YEAR_DIGITS = 4
_ORDINAL_MEASURES = tuple("次批届期条章节部种季年天轮类方产")
_TIMES = ("时间", "年", "月", "日")
_DASHES = tuple("—-~～至")
_PERIODS = re.compile(r"每(?:年|季|月|周|天|日|半年|双月)|双周|年底|月底|年内|季末|上半年|下半年|明年|今年")
_CLAUSE_END = re.compile(r"[，,。；;：:！!？?（）()\n]")
_AND = re.compile(r"和|以及|及|与")
_SHORT_UNIT = re.compile(
    r"\s?(?:余|多)?(?:[百千万亿]+)?(?:个百分点|百分点|个工作日|工作日|平方米|公里|小时|分钟|人次|户次|[%％元户家座颗名人次所台辆亩吨斤种类倍场批笔级岁张套项件条位个天日年月分成])"
)
# 聘请企业负责人 gives nobody a task: words that only begin like one, 负责人, 组织部, hold no name in front of them.
_TASK = "牵头(?!人|单位|部门)|负责(?![人任]|同志|干部)|组织(?![部者]|委员)|落实|承办(?!单位|部门)|督办(?!室|单位)|承担"
_WHO = re.compile(rf"(?:由|(?<![聘邀申恳报敬])请|归)(?P<who>[^，。；、：由请归]{{2,24}}?)(?={_TASK})")
_LEADS = re.compile(
    r"牵头|负责(?!任)|由.{2,16}(?:组织|落实|承担|承办|督办|办理)|书记|[省市州县区镇乡]长|主任|局长|厅长|部长"
)
_BODY = re.compile(r"局|办|委|部门|单位|中心|公司|企业|处室|机构|[小专]组|园区|银行|协会|商会|学校|医院")
_BECAUSE = re.compile(
    r"因为|由于|原因|因此|所以|为了|目的|就是要|导致|造成|致使|才能|否则|不然|在于|源于|根源|只有|如果|有利于|能够|有助于|"
    r"受.{0,12}影响|关键是|必须|迫切|难以|不足|出路"
)
_DEFINES = re.compile(r"就是|即[：:，,]|是指|指的是|指|所谓|具体|包括|也就是|意思是|——|：")
_LONGEST_HEADING = 26
_EXPLAINS = re.compile(
    r"[”\"'’」]?[^，。；、]{0,8}?(?:就是|是指|指的?是|即|包括|由|也就是|意思是|——|:|：|（|\(|是(?!我|一|为|当|要|必))"
)
_GOES_ON = re.compile(
    r"[“\"]?(?:[^，。；]{1,6}[”\"][，,]?(?:即|指|就是)|就是|即|也就是|具体|这是|这就是|主要是|一是|一要|第一)"
)
_CALLS = re.compile(r"(?:定为|称为|称之为|称作|叫做|叫作|命名为|形成|概括为|总结为)[“\"]?$")
_OPENING = "“‘\"'「『 "
_LONGEST_TAIL = 8
_FOOTNOTE = re.compile(r"[”\"'’」]?[\[［【〔(（]\d{1,3}[\]］】〕)）]")
_FEW = 5
_SHORTEST_CLAUSE = 3
_FORMALITY = re.compile(
    r"刚才|下面|会前|一会儿|各位|同志们|在这里|最后，?我|今天[，,]?.{0,20}(?:召开|开会|大会|会议|的第一天)|"
    r".{0,12}召开.{0,20}(?:大会|会议|恳谈会|推进会)[，,]"
)
_FIRST_PERSON = re.compile(r"“|”|我|要|决不|绝不")


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of a text, or the blank in place of one, with the unit behind it as the text writes it."""

    span: Span
    text: str
    unit: str
    blank: bool

    def is_of(self, unit: str) -> bool:
        """Whether the figure is of the unit that a question asks for; any figure is of the unit ""."""
        if not unit:
            return True
        if unit == "%":
            return self.text.startswith("百分之") or _UNITS[unit].match(self.unit) is not None
        if unit == "位":
            return _UNITS[unit].match(self.unit) is not None or (
                self.text.startswith("第") and self.unit[:1] not in _ORDINAL_MEASURES
            )
        dated = len(self.text) == _YEAR_DIGITS and self.text.isdecimal()
        if unit in ("年", "年份") and not self.blank and dated != (unit == "年份"):
            return False
        pattern = _UNITS.get(unit)
        return pattern.match(self.unit) is not None if pattern else unit in self.unit[: len(unit) + 1]


def values(text: str) -> list[Value]:
    """The figures and the blanked-out ones of a text, in order; those inside quotation marks are names: left out."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    blanks = [blank.span for blank in find_blanks(text) if blank.kind not in ("place", "person")]
    found = [_blank(text, span) for span in blanks]
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        inside = any(first <= start < last for first, last in quoted)
        counted = number[0].strip("百千万亿") and not any(start < blank.end and blank.start < end for blank in blanks)
        if counted and not inside:
            unit = number[0][-1] if number[0][-1] in "%％" else _unit(text, end)
            found.append(Value(Span(start, end), number[0], unit, blank=False))
    return sorted(found, key=lambda value: value.span)


def _blank(text: str, span: Span) -> Value:
    ordinal = "第" if text[: span.start].rstrip().endswith("第") else ""
    return Value(span, ordinal + text[span.start : span.end], _unit(text, span.end), blank=True)


def _unit(text: str, end: int) -> str:
    found = _UNIT_AFTER.match(text, end)
    return found[1] if found else ""


def blanked_names(text: str) -> list[Span]:
    """The blanks of a text that stand for a name: those that no unit of a figure or of time follows, and no dash."""
    blanks = [blank.span for blank in find_blanks(text) if blank.kind not in ("number", "date")]
    return [span for span in blanks if text[span.end : span.end + 2].strip()[:1] not in _DASHES]


def names_time(text: str, unit: str) -> bool:
    """Whether a text names a time without a figure, 每季度 or 年底, where a question asks for that unit of time."""
    return unit in _TIMES and _PERIODS.search(text) is not None


def enumerations(text: str) -> list[int]:
    """How many things the enumerations within a sentence name: A、B和C is 3; “A”“B” is 2."""
    sizes: list[int] = []
    bare = _QUOTED.sub("“”", text)
    for clause in _CLAUSE_END.split(bare):
        if marks := clause.count("、"):
            sizes.append(marks + 1)
            if _AND.search(clause.rsplit("、", maxsplit=1)[1][1:]):
                sizes.append(marks + 2)
    quoted = _QUOTED.findall(text)
    return [
        *sizes,
        *([len(quoted)] if len(quoted) > 1 else []),
        *(one.count("、") + 1 for one in quoted if "、" in one),
    ]


def explains(term: str, text: str, after: str = "") -> bool:
    """Whether a text says what a term stands for: by 就是, 指, a colon, 定为 before it, or the sentence `after` it.

    A short line that names the term is explained by the sentence behind it.
    """
    key, wanted = search_key(text), search_key(term)
    at = key.find(wanted)
    if at < 0:
        return False
    if _EXPLAINS.match(key, at + len(wanted)) or _CALLS.search(key[:at]):
        return True
    heading = len(text) <= _LONGEST_HEADING or marker_at(text) is not None
    return bool(after) and (_GOES_ON.match(search_key(after)) is not None or heading)


def lists_members(term: str, count: int, text: str, after: str = "") -> bool:
    """Whether a text lists as many things as a term says, right before the term or behind it: A、B和C“三个环节”.

    Behind a term that ends its sentence, they may be in the sentence `after` it. Of many things one or two may be left
    uncounted: those with an 和 of their own. A term with a footnote's number behind it is explained there.
    """
    key, wanted = search_key(text), search_key(term)
    for found in re.finditer(re.escape(wanted), key):
        ahead = _clause_ahead(key[: found.start()])
        behind = key[found.end() :]
        if _FOOTNOTE.match(behind) or _about(count, enumerations(ahead)):
            return True
        if _EXPLAINS.match(behind) and _about(count, _parts(behind)):
            return True
        ends = len(behind.strip("”’」\"'。，：:；; ")) <= _LONGEST_TAIL
        if ends and after and (_about(count, _parts(search_key(after))) or marker_at(after) is not None):
            return True
    return False


def _clause_ahead(text: str) -> str:
    """The last clause of a text, the one before it where the last is as short as 做到 or 形成."""
    clauses = _CLAUSE_END.split(text.rstrip(_OPENING))
    return clauses[-2] if len(clauses) > 1 and len(clauses[-1]) <= _SHORTEST_CLAUSE else clauses[-1]


def _about(count: int, sizes: Sequence[int]) -> bool:
    slack = 2 if count > _FEW else 0
    return any(abs(size - count) <= slack for size in sizes)


def _parts(text: str) -> list[int]:
    """How many things a text lists, by its enumerations, its clauses or its sentences."""
    clauses = len([clause for clause in _CLAUSE_END.split(text) if clause.strip()])
    return [*enumerations(text), clauses, clauses - 1]


def answers_kind(text: str, asked: Asked) -> float:
    """How far a text is of the form that a question asks for, 0 to 1: holds such a figure, such a list, a reason."""
    if asked.kind == "figure":
        return _figures(text, asked.units)
    if asked.kind == "person":
        return 0.6 * bool(_LEADS.search(text)) + 0.4 * bool(_BODY.search(text))
    if asked.kind == "list":
        return _listed(text, asked.count)
    if asked.kind == "definition":
        key = search_key(text)
        return 0.5 * bool(_DEFINES.search(text)) + 0.5 * any(search_key(term.text) in key for term in asked.terms)
    if asked.kind == "reason":
        return float(bool(_BECAUSE.search(text)))
    if asked.kind == "comparison":
        return float("、" in text or marker_at(text) is not None)
    return float(asked.kind == "quotation" and _FIRST_PERSON.search(text) is not None)


def _figures(text: str, units: Sequence[str]) -> float:
    given = [value for value in values(text) if not value.blank]
    named = [unit for unit in units if unit]
    if not given and not any(names_time(text, unit) for unit in named):
        return 0.0
    if not named:
        return 0.7
    met = sum(_given(unit, given, text) for unit in named)
    return 0.4 + 0.6 * met / len(named)


def _given(unit: str, given: Sequence[Value], text: str) -> bool:
    return names_time(text, unit) or any(value.is_of(unit) for value in given)


def _listed(text: str, count: int | None) -> float:
    sizes = enumerations(text)
    if count is not None:
        return 1.0 if count in sizes else 0.3 * (max(sizes, default=0) > 2)
    return 0.6 if max(sizes, default=0) > 2 else 0.3 * bool(sizes)


def asked_places(text: str, asked: Asked) -> list[Span]:
    """Where in a text the figures or the names are that a question asks for; none for other questions."""
    if asked.kind == "figure":
        units = [unit for unit in asked.units if unit] or list(asked.units)
        found = [value for value in values(text) if not value.blank and any(value.is_of(unit) for unit in units)]
        return [Span(value.span.start, value.span.end + _unit_length(text, value)) for value in found]
    if asked.kind == "person":
        return [Span(*found.span("who")) for found in _WHO.finditer(text)]
    return []


def _unit_length(text: str, value: Value) -> int:
    """How many characters behind a figure belong to it: its unit, where it is a short one."""
    found = _SHORT_UNIT.match(text, value.span.end)
    return len(found[0]) if found else 0


def is_formality(text: str) -> bool:
    """Whether a sentence tells how a meeting goes, 刚才 下面 今天我们召开, rather than what it is about."""
    return _FORMALITY.match(text) is not None
