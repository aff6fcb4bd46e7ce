"""Whom and what a question in Chinese asks about, which a text that answers it must name. Pure.

That a text is about the same topic and holds a figure does not make it an answer: the yield of wheat is not the GDP. So
the things whose figure, date or place is asked for are read off the words beside the interrogative, and the persons,
places and offices that the question names are told from its topic.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from askspeech.blanks import find_blanks
from askspeech.lexicon import is_empty
from askspeech.mentions import Mention, find_mentions, is_named, is_surname
from askspeech.statements import Statement, Token, statement
from askspeech.tokens import bigrams, stop_words

__all__ = ["NOTHING", "Known", "Sought", "bearer_of", "pairs_of", "sought", "told_by"]

_VALUE = re.compile(
    "(?<!的)百分之(?:多少|几)|(?<!百分之)多少|第几|多[大高长久远重宽深]|哪一?[年天月日]|什么时[候间]|何时|几[点时](?!钟?内)"
    "|(?<![哪之])几(?=[个家户件名位人座所头只张斤吨亩里公辆辈场次台起年月天日号])|在?哪[里儿]|在什么地方"
)
_COUNTED = re.compile(
    "[百千万亿]*(?:平方米|平方公里|公里|公斤|亿元|万元|人次(?!数)|人(?![口家员才数类工民大])|户(?![口籍数])|家(?![庭电])|起(?![步点])"
    "|[元吨亩斤米里钱块%个件条项名位天年月日号点所座头只张场次辆艘支对颗种类笔岁级成台把本])?"
)
_NAMED = re.compile("(?:的?(?:名字|姓名))?(?:叫什么|叫啥|姓什么|是谁|是哪(?:一?位|个人))")
_BARE = re.compile("[全我本][省市县区州镇乡村局院校国]|[省市县区州镇乡村局]里|讲话|报告|大会|会上|[哪每].*|.*篇")
_NO_PLACE = re.compile("[哪天年]")
_NO_CONTENT = ("t", "m", "q", "r", "d", "c", "p", "u", "f", "y", "e", "o", "z", "w", "x")
_MEASURES = re.compile(".+[量额率值价费度]|面积|标准|收入|规模|金额|[人数]数|数[量目]|时间|年龄|工资|距离|比例|总数")
_MOST_OF_ONE_THING = 3
_AT_START = re.compile(r"(?:^|[,。;:!?、\s]|请问|关于|告诉我|想知道|同志|书记|[省市县区镇乡局厅处校院]长|主任|主席)$")
_NAME_LENGTHS = (2, 3)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a text must name: the things that the value is of, the persons, the places, and the office whose bearer is
    asked for.
    """

    things: tuple[tuple[Token, ...], ...] = ()
    persons: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    office: Mention | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """All that may be looked up in an index."""
        return tuple(
            dict.fromkeys((*(word.text for thing in self.things for word in thing), *self.persons, *self.places))
        )


def _never_near(_word: str, _text: str) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is sought and what an index knows of it.

    `nowhere` are the words that no passage of it has; `near` says how near the words of a text come to a word, 0 to 1.
    """

    sought: Sought = Sought()
    nowhere: frozenset[str] = frozenset()
    near: Callable[[str, str], float] = _never_near


NOTHING = Known()
"""Where nothing in particular is sought."""


def sought(question: str) -> Sought:
    """What a text that answers a question in Chinese must name."""
    said = statement(question)
    mentions = find_mentions(said)
    things = tuple(dict.fromkeys(filter(None, map(tuple, _things(said)))))
    places = tuple(dict.fromkeys(_places(mentions))) if _VALUE.search(said.text) else ()
    persons = dict.fromkeys((*(one.value for one in mentions if one.kind == "person"), *_untitled(said)))
    office = next((one for one in mentions if one.kind == "office" and _NAMED.match(said.text, one.end)), None)
    return Sought(things, tuple(persons), places, office)


def told_by(thing: Sequence[Token]) -> Sequence[Token]:
    """The words of a thing that tell what it is, without those for what of it is measured: 小麦 of 小麦产量."""
    return [word for word in thing if not _MEASURES.fullmatch(word.text)] or thing


def pairs_of(word: str) -> list[str]:
    """The pairs of characters of a word: one that no passage has shows that none has the word."""
    return bigrams(word)


def bearer_of(office: Mention, text: str) -> Literal["named", "blank", ""]:
    """Whether a text has a person's name right beside an office, or a blank in place of one.

    For a blank it must be that very office: 县委书记XX does not hide who holds that of the province.
    """
    said = statement(text)
    offices = [one for one in find_mentions(said) if one.kind == "office"]
    names = [(token.start, token.end) for token in said.tokens if token.tag.startswith("nr")]
    alike = [one for one in offices if is_named(office, statement(said.text[one.start : one.end]))]
    if any(_touch(one, span) for one in alike for span in names):
        return "named"
    blanks = [blank.span for blank in find_blanks(said.text)]
    return "blank" if any(_touch(one, span) for one in alike if one.value == office.value for span in blanks) else ""


def _touch(office: Mention, span: tuple[int, int]) -> bool:
    return span[0] == office.end or span[1] == office.start


def _places(mentions: Sequence[Mention]) -> Iterator[str]:
    return (one.value for one in mentions if one.kind == "place" and not _NO_PLACE.search(one.value))


def _things(said: Statement) -> Iterator[list[Token]]:
    """The nouns beside each interrogative of a value: what is counted behind it, else what stands before it."""
    for asked in _VALUE.finditer(said.text):
        end = _after(said.text, asked)
        clause = [token for token in said.tokens if token.clause == said.clause(asked.start())]
        behind = [token for token in clause if token.start >= end]
        if asked[0].startswith(("多少", "几")) and behind and _is_content(behind[0]):
            yield [token for token in _row(behind) if _is_noun(token)][:1]
        else:
            yield list(_before(clause, asked.start()))


def _after(text: str, asked: re.Match[str]) -> int:
    counted = _COUNTED.match(text, asked.end())
    return counted.end() if counted else asked.end()


def _before(clause: Sequence[Token], end: int) -> Iterator[Token]:
    """The nouns of the last row of telling words before a place, with the verbs among them that a noun follows."""
    followed = False
    for token in _row([token for token in reversed(clause) if token.end <= end]):
        if _is_noun(token) or followed:
            yield token
        followed = followed or _is_noun(token)


def _row(tokens: Iterable[Token]) -> list[Token]:
    """The first telling words that stand side by side, in the order in which they come."""
    row: list[Token] = []
    for token in tokens:
        beside = not row or row[-1].start in (token.end, token.start - len(row[-1].text))
        if _is_content(token) and beside and len(row) < _MOST_OF_ONE_THING:
            row.append(token)
        elif row:
            break
    return row


def _is_content(token: Token) -> bool:
    stopped, _ = stop_words()
    empty = token.quantity is not None or token.text in stopped or is_empty(token.text)
    return (
        not empty and len(token.text) > 1 and not token.tag.startswith(_NO_CONTENT) and not _BARE.fullmatch(token.text)
    )


def _is_noun(token: Token) -> bool:
    return token.tag.startswith(("n", "j", "l", "i", "vn"))


def _untitled(said: Statement) -> Iterator[str]:
    """Names of persons without a title, where a clause begins or an office stands before: 王小明的电话."""
    for token in said.tokens:
        named = token.tag.startswith("nr") and len(token.text) in _NAME_LENGTHS and is_surname(token.text[0])
        if named and _AT_START.search(said.text[: token.start]):
            yield token.text
