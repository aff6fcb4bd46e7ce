"""Who is said to do what: whether a text says of another person, organ or place what a sentence says of one.

A text is read as it is heard: a clause is about those whom it names, else about those of the clause before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askspeech.faults import Fault
from askspeech.lexicon import likeness
from askspeech.mentions import Mention, find_mentions
from askspeech.quantities import same_quantity
from askspeech.statements import Statement, Token, clause_text

__all__ = ["actor_faults"]

_KINDS = ("person", "organ", "place")
_LEAST_SAID, _ALL_BUT_SAID, _CLEARLY_MORE, _LEAST_WEIGHT = 0.6, 0.8, 0.35, 1.5
_NEAR = 0.75
_SENTENCE_END = re.compile(r"[。!?\n]")
_ENGLISH_ORGAN = re.compile("(?:局|厅|院|部|委|法院|检察院|银行|委员会)$")
_FEWEST = 2

Roster = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """Clauses of one text that are about the same ones, by their names, and what they say."""

    names: frozenset[str]
    tokens: tuple[Token, ...]


def actor_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Names of a sentence of whom the texts say something else, and of another what the sentence says of them."""
    for kind in _KINDS:
        roster = _roster(kind, sentence, evidence)
        if len(roster) < _FEWEST:
            continue
        ours = [part for part in _parts(sentence, roster, kind) if part.names]
        if not ours:
            continue
        theirs = [part for text in evidence for part in _parts(text, roster, kind)]
        for part in ours:
            if fault := _mistaken(part, theirs, roster):
                yield fault
                return


def _roster(kind: str, sentence: Statement, evidence: Sequence[Statement]) -> Roster:
    """The names of one kind that any of the texts has."""
    mentions = (one for of in (*evidence, sentence) for one in find_mentions(of) if one.kind == kind)
    return frozenset(filter(None, map(_name, mentions)))


def _name(mention: Mention) -> str:
    """The name as it is compared; none for halls, companies and the like."""
    if mention.kind != "organ":
        return mention.value
    _, stem, suffix = mention.value.split("|")
    if suffix and not re.search("[局厅委院部]$|公司|集团|银行|协会|商会|中心", suffix):
        return ""
    return stem + suffix


def _parts(of: Statement, roster: Roster, kind: str) -> Iterator[_Part]:
    """The clauses of a text by whom they are about; those in front of the first name in a sentence are about it too."""
    groups: list[tuple[frozenset[str], list[Token]]] = []
    names: frozenset[str] = frozenset()
    waiting: list[Token] = []
    for tokens in of.clauses():
        start = tokens[0].start
        named = _named(of, tokens, roster, kind)
        if not named and clause_text(of, tokens[0].clause).endswith(":"):
            continue
        if named:
            names = named
            groups.append((names, [*waiting, *tokens]))
            waiting = []
        elif groups and not (names and kind == "person" and _SENTENCE_END.search(of.text[max(0, start - 1) : start])):
            groups[-1][1].extend(tokens)
        else:
            waiting.extend(tokens)
    if waiting:
        groups.append((frozenset(), waiting))
    spans = [(one.start, one.end) for one in find_mentions(of) if one.kind in (kind, "office")]
    for who, said in groups:
        kept = (one for one in said if not any(one.start < end and start < one.end for start, end in spans))
        yield _Part(who, tuple(kept))


def _named(of: Statement, tokens: Sequence[Token], roster: Roster, kind: str) -> frozenset[str]:
    said = of.text[tokens[0].start : tokens[-1].end]
    meanings = [meaning for token in tokens for meaning in token.meanings if _ENGLISH_ORGAN.search(meaning)]
    found = {name for name in roster if name in said or any(_is_same(name, meaning) for meaning in meanings)}
    if kind == "organ":
        found |= {_name(one) for one in find_mentions(of) if one.kind == kind and _inside(one, tokens)} & {*roster}
    return frozenset(name for name in found if not any(name != other and name in other for other in found))


def _inside(mention: Mention, tokens: Sequence[Token]) -> bool:
    return tokens[0].start <= mention.start < tokens[-1].end


def _is_same(one: str, other: str) -> bool:
    return one in other or other in one


def _mistaken(ours: _Part, theirs: Sequence[_Part], roster: Roster) -> Fault | None:
    """The fault of a part that the texts say of others, and less of its own."""
    words = [token for token in ours.tokens if _tells(token, roster)]
    total = sum(map(_weight, words))
    if total < _LEAST_WEIGHT:
        return None
    own = [token for part in theirs if _meets(ours.names, part.names) or not part.names for token in part.tokens]
    if not any(_meets(ours.names, part.names) for part in theirs):
        return None
    mine = _said(words, own) / total
    for part in theirs:
        if part.names and not _meets(ours.names, part.names):
            other = _said(words, part.tokens) / total
            more = other - mine
            if (other >= _LEAST_SAID and more >= _CLEARLY_MORE) or (other >= _ALL_BUT_SAID and more * total >= 1):
                return Fault("name_elsewhere", "、".join(sorted(ours.names)))
    return None


def _meets(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(_is_same(name, its) for name in one for its in other)


def _tells(token: Token, roster: Roster) -> bool:
    named = any(text in name or name in text for text in token.texts for name in roster if len(text) > 1)
    return not named and _weight(token) > 0


def _weight(token: Token) -> float:
    return 1.0 if token.quantity is not None and token.quantity.value != 1 else token.weight()


def _said(words: Sequence[Token], tokens: Sequence[Token]) -> float:
    return sum(_weight(word) for word in words if any(_says(word, token) for token in tokens))


def _says(word: Token, token: Token) -> bool:
    if word.quantity is not None or token.quantity is not None:
        return word.quantity is not None and token.quantity is not None and same_quantity(word.quantity, token.quantity)
    return any(likeness(text, token.text) >= _NEAR for text in word.texts)
