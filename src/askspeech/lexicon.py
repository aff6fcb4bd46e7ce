"""Which words mean the same, which the contrary, and how much a word counts, by the package's lexicon.txt.

Words are search keys (askspeech.tokens.search_key).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TypeVar

__all__ = [
    "Lexicon",
    "Rarity",
    "is_empty",
    "is_known",
    "is_short_for",
    "lexicon",
    "likeness",
    "mates",
    "parse_lexicon",
    "sides",
    "stock_ranges",
    "weight",
]

Rarity = Callable[[str], float]
"""The weight of a word: an inverse document frequency."""

_Number = TypeVar("_Number", int, tuple[int, int])

_SECTIONS = ("stock", "common", "empty", "negating", "same", "opposite", "english")
_KEPT_WORDS, _KEPT_PAIRS = 1 << 14, 1 << 15
_OF_COMMON, _OF_ONE_CHARACTER = 0.5, 0.4
_NO = frozenset("不没未无非")
_TELLS = (
    "强调|指出|要求|提出|表示|认为|坦言|提到|说|称|介绍|明确|谈到|讲到|指明|写道|批评|主张|呼吁|提醒|告诫|警告|倡导|列举|举例|点名|点出|肯定|表扬"
    "|赞扬|称赞|回顾|总结|概括|归纳|分析|解释|说明|表明|透露|通报|宣布|承认|建议|希望|反对|反思|感叹|直言|描述|形容|号召|叮嘱|设问|反问|澄清"
)
_REPORTING = re.compile(
    "(?:讲话|会议|报告|文件|讲话稿|发言|文中|会上|讲话人|讲话者|发言者|发言人|演讲者)"
    f"(?:中|里|上|还|也|同时|特别|则|进一步|并|再次|多次|反复|专门|最后|一开始|随后|坦率地?|坦诚地?|严肃地?|尖锐地?|郑重|一再)*(?:{_TELLS})[了过到出]?"
    "|(?:提醒|告诫|警告|号召|要求|叮嘱|希望)(?:(?:各级|各地|各部门|各单位|大家|有关部门|相关部门|部门|领导|干部|企业家|同志们|与会者|全市|全县|单位|和|、)+)?(?=[,:])"
    "|(?<=[,。;:])(?:并|还|也|意在|借此|以此|用以)?(?:说明|表明|指出|强调|坦言|提到|认为|指明|作比|比喻)(?=[,一-鿿])"
    "|以[一-鿿]{1,8}(?:作比|为例|打比方|为喻)|(?:打|做)了?个?比方|在(?:这次)?(?:会|会议|座谈会|讲话|发言|报告)(?:上|中|里)|提出了?(?:严厉|明确|尖锐|新的?)?(?:表扬|批评|要求|希望|质疑|建议|意见)|被(?:要求|告知|提醒|寄予)"
)
_OBJECT_BEHIND = frozenset("用供缺停欠")  # 用水 and 用电 share nothing that counts
_ENDINGS = frozenset("到了出成好于至为过着得")
_OF_ONE_SIDE, _INSIDE, _OF_FIRST_CHARACTER, _OF_SHARED_CHARACTER = 0.9, 0.9, 0.8, 0.5


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Stock phrases as one pattern, kinds of words, groups and sides by word, Chinese by English word.

    A side is the number of a pair of contraries and 0 or 1.
    """

    stock: re.Pattern[str]
    common: frozenset[str]
    empty: frozenset[str]
    negating: frozenset[str]
    groups: Mapping[str, frozenset[int]]
    members: tuple[tuple[str, ...], ...]
    sides: Mapping[str, frozenset[tuple[int, int]]]
    english: Mapping[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """The lexicon that the package carries."""
    return parse_lexicon(resources.files("askspeech").joinpath("lexicon.txt").read_text(encoding="utf-8"))


def parse_lexicon(text: str) -> Lexicon:
    """The lexicon that a text holds, in the form that the head of lexicon.txt describes.

    Raises ValueError for a line of [opposite] or [english] without both sides.
    """
    lines: dict[str, list[str]] = {section: [] for section in _SECTIONS}
    section = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("[") and line[1:-1] in lines:
            section = line[1:-1]
        elif not line.startswith("#"):
            lines[section].append(line)
    stock = sorted(_words(lines["stock"]), key=len, reverse=True)
    return Lexicon(
        re.compile("|".join(map(re.escape, stock)) or "(?!)"),
        frozenset(_words(lines["common"])),
        frozenset(_words(lines["empty"])),
        frozenset(_words(lines["negating"])),
        _numbers((word, number) for number, line in enumerate(lines["same"]) for word in line.split()),
        tuple(tuple(line.split()) for line in lines["same"]),
        _numbers(pair for number, line in enumerate(lines["opposite"]) for pair in _contraries(line, number)),
        MappingProxyType({word: chinese for line in lines["english"] for word, chinese in _english(line)}),
    )


def weight(word: str, rarity: Rarity | None = None) -> float:
    """How much a word counts: its rarity where that is known, else 1 or less for common and short words."""
    if is_empty(word):
        return 0.0
    if rarity is not None:
        return rarity(word) * (_OF_ONE_CHARACTER if len(word) == 1 else 1)
    if len(word) == 1:
        return _OF_ONE_CHARACTER
    return _OF_COMMON if word in lexicon().common else 1.0


def stock_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Where stock phrases stand in a text, and words that only tell that the speech says something: 讲话批评."""
    yield from (found.span() for found in lexicon().stock.finditer(text))
    yield from (found.span() for found in _REPORTING.finditer(text))


def is_empty(word: str) -> bool:
    """Whether a word says nothing by itself."""
    return word in lexicon().empty


def is_known(word: str) -> bool:
    """Whether the lexicon has groups or contraries of a word."""
    return word in lexicon().groups or word in lexicon().sides


@lru_cache(maxsize=_KEPT_WORDS)
def sides(word: str) -> frozenset[tuple[int, int]]:
    """The sides of the pairs of contraries that a word is on; 增长点 and 同步增长 are on that of 增长."""
    known = lexicon().sides
    parts = (word, word[:2], word[-2:]) if len(word) > 2 and word[0] not in _NO else (word,)
    return next((known[part] for part in parts if part in known), frozenset())


@lru_cache(maxsize=_KEPT_WORDS)
def mates(word: str) -> frozenset[str]:
    """The other words of two characters or more that may stand for a word."""
    numbers = lexicon().groups.get(_without_ending(word), frozenset())
    return frozenset(mate for number in numbers for mate in lexicon().members[number] if len(mate) > 1) - {word}


@lru_cache(maxsize=_KEPT_PAIRS)
def likeness(one: str, other: str) -> float:
    """How near two words are in meaning by their groups and characters alone, 0 to 1; contraries are not near."""
    if one == other:
        return 1.0
    mine, its = _known(one), _known(other)
    if mine.word == its.word:
        return 1.0
    if mine.sides and its.sides:
        if any((number, 1 - side) in its.sides for number, side in mine.sides):
            return 0.0
        if not mine.sides.isdisjoint(its.sides):
            return _OF_ONE_SIDE
    if not mine.groups.isdisjoint(its.groups):
        return 1.0
    return 0.0 if mine.characters.isdisjoint(its.characters) else _by_characters(mine.word, its.word)


def _by_characters(one: str, other: str) -> float:
    if one[0] == other[0] and one[0] in _OBJECT_BEHIND and len(one) == len(other) == 2:
        return 0.0
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if short in long:
        if len(short) == 1:  # 念 of 念稿 is its verb, 门 of 开门 is not
            return _OF_FIRST_CHARACTER if long.startswith(short) else _OF_SHARED_CHARACTER
        return _INSIDE
    if len(short) > 1 and len(long) > len(short) and is_short_for(short, long):  # 纠错 is short for 纠正错误
        return _INSIDE
    return _OF_SHARED_CHARACTER if len(short) == len(long) == 2 else 0.0


@dataclass(frozen=True, slots=True)
class _Known:
    """What likeness needs of a word: itself without an ending, its characters, its groups and its sides."""

    word: str
    characters: frozenset[str]
    groups: frozenset[int]
    sides: frozenset[tuple[int, int]]


@lru_cache(maxsize=_KEPT_WORDS)
def _known(word: str) -> _Known:
    plain = _without_ending(word)
    return _Known(plain, frozenset(plain), lexicon().groups.get(plain, frozenset()), sides(plain))


def _without_ending(word: str) -> str:
    """牵涉 for 牵涉到."""
    return word[:2] if len(word) == 3 and word[2] in _ENDINGS else word


def is_short_for(short: str, long: str) -> bool:
    """Whether all characters of a word stand in another one in their order: 监管局 for 监督管理局."""
    rest = iter(long)
    return all(character in rest for character in short)


def _words(lines: list[str]) -> Iterator[str]:
    return (word for line in lines for word in line.split())


def _contraries(line: str, number: int) -> Iterator[tuple[str, tuple[int, int]]]:
    one, mark, other = line.partition("|")
    if not (mark and one.strip() and other.strip()):
        raise ValueError(f"no pair of contraries in the lexicon: {line!r}; expected: 增加 上升 | 减少 下降")
    yield from ((word, (number, side)) for side, words in enumerate((one, other)) for word in words.split())


def _english(line: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    words, mark, chinese = line.partition("=")
    if not (mark and words.strip() and chinese.strip()):
        raise ValueError(f"no entry for English words in the lexicon: {line!r}; expected: fall fell = 下降 减少")
    yield from ((word, tuple(chinese.split())) for word in words.split())


def _numbers(pairs: Iterator[tuple[str, _Number]]) -> Mapping[str, frozenset[_Number]]:
    found: dict[str, set[_Number]] = {}
    for word, number in pairs:
        found.setdefault(word, set()).add(number)
    return MappingProxyType({word: frozenset(numbers) for word, numbers in found.items()})
