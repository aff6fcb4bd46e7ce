"""What a question asks for in detail: figures of which units, how many items, which named terms. Pure.

`question_kinds` says what kind of thing it is; this says what must stand in a text that answers it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from askspeech.datatypes import Language, QuestionKind
from askspeech.described import described_levels
from askspeech.markers import chinese_number
from askspeech.purposes import Purpose, asked_purpose
from askspeech.questions import (
    asks_for_list,
    compares,
    compares_speeches,
    expected_count,
    language_of,
)

__all__ = ["Asked", "Term", "asked_for"]

_NUMERAL = "[二两三四五六七八九十]|(?<![\\d.])\\d{1,2}(?![A-Za-z\\d.])"
_LONGEST_NUMBERED = 10
_QUOTED = re.compile(r"[“\"‘『「]([^”\"’』」]{2,24})[”\"’』」]")
_TITLE = re.compile(r"《[^》]*》")
_NUMBERED = re.compile(rf"({_NUMERAL})")
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "%",
        re.compile(
            r"百分之(?:多少|几)|百分比|几成|比例|占比|增幅|增速|增长率|率(?:是|有|达|多)|"
            r"percent|what (?:share|rate|proportion)",
            re.I,
        ),
    ),
    ("分", re.compile(r"(?:总分|得分|分数|评分)[^，。]{0,4}(?:多少|几)|多少分(?![了成别])")),
    ("位", re.compile(r"第几|排名|名次|位次|(?<!安)排多少|rank", re.I)),
    (
        "元",
        re.compile(
            r"多少钱|多少[^，。？]{0,10}(?:资金|投资|经费|补贴)|金额|(?:多少|几)(?:百|千|万)*[万亿]*元|(?:多少|几)[万百千]*亿|"
            r"(?:投资|收入|资金|支出|总值|总量|GDP|产值|销售额|贷款|利润|税收|赤字|规模|奖补|欠款)[^，。]{0,6}(?:多少|多大)|"
            r"how much (?:money|funding|investment)",
            re.I,
        ),
    ),
    (
        "日",
        re.compile(
            r"几[天日号]|多少(?:个)?(?:工作日|天)|哪一?天|几个工作日|多少个工作日|how many (?:working )?days|what date",
            re.I,
        ),
    ),
    ("年份", re.compile(r"哪一?年|what year|which year", re.I)),
    ("年", re.compile(r"[^哪]几年(?!前)|多少年|how many years", re.I)),
    ("月", re.compile(r"几个?月|哪个?月|多少个月|how many months|which month", re.I)),
    ("时间", re.compile(r"什么时候|何时|多久|多长时间|什么时间|哪天|by when|^when\b|how long|how often", re.I)),
)
_OWN_UNIT = re.compile(
    r"(?:多少|几)(?:来|多)?\s?(?:百|千|万|亿)*\s?余?\s?(?P<unit>户|家|座|颗|名|人次|人|次|所|台|辆|亩|吨|斤|公里|平方米|种|类|倍|场|批|笔|级|岁|张|套|项|件|条|位|个)(?![工月])"
)
_NAME = re.compile(
    r"叫什么|名字|名称|是谁|谁(?!的)|哪(?:一)?(?:位|个(?:人|地方|县|市|区|村|镇|省|企业|公司|单位|部门|局|厅|委|院|项目)|家|座|所)|"
    r"\bwho\b|\bwhat is .* called\b|\bwhich (?:company|department|person|city|county|village)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A term that a question quotes, and of how many things it says that it is made up; `count` 0 where it does not."""

    text: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    `of_speeches` says whether it asks what several speeches say, or which does; `units` are those of the figures asked
    for, "" for a figure of any unit; `terms` what it quotes; `names` says whether it asks for a name; `purpose` whether
    it asks for problems or for what is to be done.
    """

    kind: QuestionKind
    language: Language
    lists: bool
    count: int | None
    units: tuple[str, ...]
    terms: tuple[Term, ...]
    names: bool
    of_speeches: bool
    purpose: Purpose | None = None


def asked_for(question: str, kind: QuestionKind) -> Asked:
    """What a question of that kind asks for."""
    return Asked(
        kind=kind,
        language=language_of(question),
        lists=asks_for_list(question),
        count=expected_count(question),
        units=tuple(dict.fromkeys(_units(question, kind))),
        terms=tuple(Term(text, _made_up_of(text)) for text in dict.fromkeys(_QUOTED.findall(_TITLE.sub("", question)))),
        names=_NAME.search(question) is not None,
        of_speeches=compares_speeches(question) or (compares(question) and len(described_levels(question)) > 1),
        purpose=asked_purpose(question),
    )


def _units(question: str, kind: QuestionKind) -> Iterator[str]:
    bare = _QUOTED.sub("", _TITLE.sub("", question))
    yield from (name for name, pattern in _UNITS if pattern.search(bare))
    yield from (
        found["unit"]
        for found in _OWN_UNIT.finditer(bare)
        if found[0].startswith("多少") or found["unit"] not in _COUNTING_WORDS
    )
    if kind == "figure":
        yield ""


_COUNTING_WORDS = ("种", "类", "条", "项", "件", "位")
"""What lists are counted in, too: 几条 asks for the items, not for their number."""


def _made_up_of(term: str) -> int:
    """How many things a term says that it is made up of: 五限时 5, 7个专项行动 7; 0 where it names none or several."""
    if term.endswith("是") or "、" in term or len(term) > _LONGEST_NUMBERED:
        return 0
    numbers = [chinese_number(found) for found in _NUMBERED.findall(term)]
    return numbers[0] if len(numbers) == 1 and numbers[0] and numbers[0] > 1 else 0
