"""A text as it is compared: its search key cut into words and numbers, clause by clause, and what is around each."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import rjieba

from askspeech.lexicon import Rarity, likeness, stock_ranges, weight
from askspeech.quantities import Quantity, find_quantities
from askspeech.tokens import search_key

__all__ = ["Context", "Statement", "Token", "affinity", "clause_text", "context", "statement", "tells"]

_CLAUSE_END = re.compile(r"[,。;:!?\n…]")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]")
_GLUED = frozenset("对有要每须可将已被把向由从在到于不未再更且均为就也都仅")
_GLUED_BEHIND = frozenset("时后前的者")
_FIXED = re.compile("(上收(?!入)|下放|约谈|报装|[上下]半年|[今去前明]年|年[初底末]|月[初底末])")
_VERBS = frozenset(("上收", "下放", "约谈", "报装"))
_KEPT, _CONTEXTS_KEPT = 512, 1 << 12

_REACH = 7
_TELLING = 1.0
_FADE = 0.7
# Who it is about, where nobody is named; empty for coverage, telling beside a number.
_SUBJECTS = re.compile("我们|他们|它们|人家|我|[我本全][市县省区]")
_SUBJECT_WEIGHT = 0.6
_FLATTENED = 0.35
_NEXT_CLAUSE, _NEXT_ITEM = 0.35, 0.5
_EMPTY_WEIGHT, _NUMBER_WEIGHT, _ARTICLE_WEIGHT = 0.12, 1.5, 0.3
_OTHER_SIDE = 0.4


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number of a statement; `stock` where it is part of a stock phrase, `quantity` where it is a number.

    `meanings` are Chinese words for it where it is English.
    """

    text: str
    start: int
    end: int
    clause: int
    stock: bool = False
    quantity: Quantity | None = None
    meanings: tuple[str, ...] = ()
    tag: str = ""
    """Its part of speech: n noun, v verb, ns place, nr person …"""

    @property
    def texts(self) -> tuple[str, ...]:
        """What it is compared by: its meanings, or itself."""
        return self.meanings or (self.text,)

    def weight(self, rarity: Rarity | None = None) -> float:
        """How much the word counts; numbers are weighed elsewhere."""
        return 0.0 if self.stock or self.quantity is not None else weight(self.texts[0], rarity)


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A text's search key, its letters and digits alone, its words and numbers, and where its clauses end.

    Compared by identity: what is found in one is cached under it.
    """

    text: str
    letters: str
    tokens: tuple[Token, ...]
    quantities: tuple[Quantity, ...]
    clause_ends: tuple[int, ...]

    def clause(self, at: int) -> int:
        """The number of the clause that a position lies in."""
        return bisect_right(self.clause_ends, at)

    def clauses(self) -> Iterator[tuple[Token, ...]]:
        """The tokens of each clause that has some."""
        at = 0
        while at < len(self.tokens):
            end = at
            while end < len(self.tokens) and self.tokens[end].clause == self.tokens[at].clause:
                end += 1
            yield self.tokens[at:end]
            at = end


@lru_cache(maxsize=_KEPT)
def statement(text: str) -> Statement:
    """A text prepared for comparing."""
    key = _SPACE.sub("", search_key(text))
    quantities = tuple(find_quantities(key))
    ends = tuple(found.end() for found in _CLAUSE_END.finditer(key))
    stock = [*stock_ranges(key)]
    tokens = tuple(_tokens(key, quantities, ends, stock))
    return Statement(key, "".join(_WORD.findall(key)), tokens, quantities, ends)


def tells(of: Statement) -> bool:
    """Whether a text says anything: a number, a stock phrase or a telling word; 好的 and 是的 do not."""
    if of.quantities or any(token.stock for token in of.tokens):
        return True
    return sum(token.weight() for token in of.tokens) >= _TELLING


def clause_text(of: Statement, number: int) -> str:
    """The words of a clause, by its number."""
    ends = (0, *of.clause_ends, len(of.text))
    return of.text[ends[number] : ends[number + 1]]


def _tokens(
    key: str, quantities: Sequence[Quantity], ends: Sequence[int], stock: Sequence[tuple[int, int]]
) -> Iterator[Token]:
    at = 0
    for quantity in quantities:
        if quantity.start >= at:
            yield from _words(key, at, quantity.start, ends, stock)
        said = f"#{quantity.value}{quantity.family or 'count'}"
        yield Token(said, quantity.start, quantity.end, bisect_right(ends, quantity.start), False, quantity)
        at = quantity.end
    yield from _words(key, at, len(key), ends, stock)


def _words(key: str, start: int, end: int, ends: Sequence[int], stock: Sequence[tuple[int, int]]) -> Iterator[Token]:
    for word, tag in _cut(key[start:end]):
        if _WORD.match(word):
            stocked = any(first <= start and start + len(word) <= last for first, last in stock)
            yield Token(word, start, start + len(word), bisect_right(ends, start), stocked, tag=tag)
        start += len(word)


def _cut(text: str) -> Iterator[tuple[str, str]]:
    """The words with their parts of speech; a function word glued to an unknown one is taken off: 要念 → 要, 念."""
    for at, part in enumerate(_FIXED.split(text)):
        if at % 2 and part in _VERBS:
            yield part, "v"
        else:
            yield from _unglued(part)


def _unglued(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for word, tag in rjieba.tag(text):
        if len(word) in (2, 3) and word[0] in _GLUED and not rjieba.has_word(word):
            yield word[0], "p"
            yield from _unglued(text[at + 1 :])
            return
        if len(word) == 3 and word[2] in _GLUED_BEHIND and not rjieba.has_word(word):
            yield from (*rjieba.tag(word[:2]), (word[2], "f"))
            at += 3
            continue
        yield word, tag
        at += len(word)


class _Near(NamedTuple):
    """A word beside a place: how much it counts there, and how well it serves as a counterpart; both fade."""

    texts: tuple[str, ...]
    counted: float
    strength: float


Side = tuple[_Near, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """The words on both sides of a place, the nearest first."""

    left: Side
    right: Side


@lru_cache(maxsize=_CONTEXTS_KEPT)
def context(of: Statement, start: int, end: int) -> Context:
    """What stands around [start, end) of a statement; it fades with distance, and more at commas."""
    first = bisect_left(of.tokens, start + 1, key=lambda token: token.end)
    last = bisect_left(of.tokens, end, key=lambda token: token.start)
    clause = of.clause(start)
    left = _side(of, of.tokens[max(0, first - _REACH) : first][::-1], clause)
    return Context(left, _side(of, of.tokens[last : last + _REACH], clause))


def _side(of: Statement, tokens: Sequence[Token], clause: int) -> Side:
    words = []
    inside = nearness = 1.0
    for token in tokens:
        if token.clause != clause:
            inside *= _NEXT_CLAUSE
            clause = token.clause
        # As a counterpart a word may stand anywhere in the same clause: there distance counts little.
        words.append(_Near(token.texts, _counted(token) * inside * nearness, inside * nearness**_FLATTENED))
        nearness *= _FADE
        if "、" in (of.text[token.start - 1 : token.start], of.text[token.end : token.end + 1]):
            inside *= _NEXT_ITEM
    return tuple(words)


def _counted(token: Token) -> float:
    if token.quantity is not None:
        return _NUMBER_WEIGHT if token.quantity.value != 1 else _ARTICLE_WEIGHT
    if _SUBJECTS.fullmatch(token.text):
        return _SUBJECT_WEIGHT
    return weight(token.texts[0]) or _EMPTY_WEIGHT


def affinity(one: Context, other: Context) -> float:
    """How well the surroundings of something in a sentence agree with those of something in a text, 0 to 1.

    Either may say more than the other: what each says is looked for in the other, and the mean counts.
    """
    return (_found(one, other) + _found(other, one)) / 2


def _found(one: Context, other: Context) -> float:
    total = found = 0.0
    for side, same, opposite in ((one.left, other.left, other.right), (one.right, other.right, other.left)):
        for word in side:
            total += word.counted
            best = _best(word.texts, same, 0.0)
            found += word.counted * max(best, _OTHER_SIDE * _best(word.texts, opposite, best / _OTHER_SIDE))
    return found / total if total else 0.0


def _best(texts: tuple[str, ...], side: Side, least: float) -> float:
    """How near the likest word of a side is, where it is nearer than `least`; their strength only falls."""
    best = least
    for others, _, strength in side:
        if strength <= best:
            break
        for text in texts:
            for other in others:
                near = strength if text == other else strength * likeness(text, other)
                best = max(best, near)
    return best if best > least else 0.0
