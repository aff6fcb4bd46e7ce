"""Checking an English sentence against Chinese quotations: numbers across languages, words by the glossary."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askspeech.actors import actor_faults
from askspeech.binding import direction_faults, number_faults
from askspeech.coverage import clause_coverage
from askspeech.english_polarity import english_polarity_faults
from askspeech.english_quantities import find_english_quantities
from askspeech.faults import Fault
from askspeech.glossary import find_terms
from askspeech.lexicon import Rarity, lexicon
from askspeech.quantities import Quantity
from askspeech.statements import Statement, Token
from askspeech.strong_claims import strong_claim_faults
from askspeech.tokens import bigrams, search_key

__all__ = ["english_faults", "english_statement"]

_CLAUSE_END = re.compile(r"[,;:.!?](?=\s|$)|\n")
_LIST_NUMBER = re.compile(r"^\W*\d{1,2}[.)]\s+")
_ORGAN = re.compile("..(?:局|厅|院|部|委|办公室|部门|银行|法院)$|书记|[省市县区镇]长|主任|主席")
_WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*")
# Words that only tell that the speech says something; who is told so is an official or a department as a rule.
_REPORTING = re.compile(
    r"\b(?:according to (?:the|this) (?:speech|speaker|report|meeting|document|text)"
    r"|(?:the|this|his|her) (?:speech|speaker|report|meeting|document|text|address) (?:\w+ly |also |then )?"
    r"(?:says?|said|notes?|noted|stress\w*|emphasi[sz]\w*|states?|stated|argu\w+|criticis\w+|criticiz\w+"
    r"|calls? (?:for|on)|called (?:for|on)"
    r"|points? out|pointed out|mention\w*|explain\w*|warn\w*(?: against)?|urg\w+|insist\w*|adds?|added"
    r"|describ\w+|sums? up|summed up"
    r"|summari[sz]\w+|compar\w+|demand\w*|ask\w*|report\w*|cit\w+|list\w*|promis\w+|propos\w+|admit\w*|uses?|used|likens?|likened)"
    r"|(?:(?:officials|departments|cadres|leaders|authorities|units|they) )?(?:are|were|is|was) (?:also )?"
    r"(?:told|asked|urged|warned(?: against)?|instructed|reminded|called (?:on|upon)|advised))\b"
)
_LEAST_COVERED, _LEAST_RELATED = 0.5, 0.3
_LEAST_KNOWN = 2
_MOST_NAMED = 3
_CHINESE = re.compile("[一-鿿]{2,}")
_LEAST_QUOTED = 0.6
_FEW = re.compile("one|two|three|four|five|six|seven|eight|nine|ten|once|twice")
_OFTEN = re.compile("annual(?:ly)?|yearly|monthly|weekly|daily|quarterly")
_COUNTED, _PERIODS = frozenset(("count", "")), frozenset(("month", "minute"))


@dataclass(frozen=True, slots=True)
class _English:
    """An English sentence with Chinese for its words, and how many of its content words nothing is known for."""

    statement: Statement
    known: int
    unknown: int


def english_faults(sentence: str, evidence: Sequence[Statement], rarity: Rarity | None = None) -> Iterator[Fault]:
    """What Chinese texts together do not carry of an English sentence; names written in letters are not compared."""
    english = _english(sentence)
    ours = english.statement
    yield from _numbers(ours, evidence)
    yield from actor_faults(ours, evidence)
    yield from direction_faults(ours, evidence)
    yield from english_polarity_faults(ours, evidence)
    yield from strong_claim_faults(ours, evidence)
    yield from _quoted(ours, evidence)
    yield from _word_faults(english, evidence, rarity)


def _numbers(ours: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Wrong numbers; two sides and annual reports name no number that Chinese would have to say."""
    families = {quantity.family for text in evidence for quantity in text.quantities}
    for fault in number_faults(ours, evidence):
        few, often = _FEW.fullmatch(fault.words), _OFTEN.fullmatch(fault.words)
        unsaid = (few and not families & _COUNTED) or (often and not families & _PERIODS)
        if fault.kind != "number" or not unsaid:
            yield fault


def _quoted(ours: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Chinese words in the sentence that no text has."""
    for found in _CHINESE.finditer(ours.text):
        pairs = bigrams(found[0])
        held = sum(any(pair in text.letters for text in evidence) for pair in pairs)
        if held < _LEAST_QUOTED * len(pairs):
            yield Fault("quote", found[0])


def english_statement(sentence: str) -> Statement:
    """An English sentence prepared for comparing: its numbers, and the words that Chinese is known for."""
    return _english(sentence).statement


def _word_faults(english: _English, evidence: Sequence[Statement], rarity: Rarity | None) -> Iterator[Fault]:
    clauses = list(clause_coverage(english.statement, evidence, rarity))
    total = sum(clause.weight for clause in clauses)
    covered = sum(clause.covered for clause in clauses)
    missing = [token for clause in clauses for token in clause.missing]
    if organs := [token for token in missing if any(_ORGAN.search(meaning) for meaning in token.meanings[:1])]:
        yield Fault("name", english.statement.text[organs[0].start : organs[0].end])
    named = ", ".join(english.statement.text[token.start : token.end] for token in missing[:_MOST_NAMED])
    if english.known < _LEAST_KNOWN or english.known < english.unknown:
        yield Fault("not_comparable")
    elif covered < _LEAST_RELATED * total:
        yield Fault("nothing", named)
    elif covered < _LEAST_COVERED * total:
        yield Fault("words", named)


def _english(sentence: str) -> _English:
    key = _LIST_NUMBER.sub("", search_key(sentence))
    quantities = find_english_quantities(key)
    ends = tuple(found.end() for found in _CLAUSE_END.finditer(key))
    frames = [found.span() for found in _REPORTING.finditer(key)]
    words = [token for token in _terms(key, ends) if not _inside(token, quantities) and not _framed(token, frames)]
    numbers = [_number(quantity, ends) for quantity in quantities]
    known = [token for token in words if token.meanings]
    tokens = tuple(sorted((*known, *numbers), key=lambda token: token.start))
    statement = Statement(key, "".join(filter(str.isalnum, key)), tokens, tuple(quantities), ends)
    return _English(statement, len(known), len(words) - len(known))


def _number(quantity: Quantity, ends: Sequence[int]) -> Token:
    said = f"#{quantity.value}{quantity.family or 'count'}"
    return Token(said, quantity.start, quantity.end, bisect_right(ends, quantity.start), False, quantity)


def _inside(token: Token, quantities: Sequence[Quantity]) -> bool:
    return any(token.start < quantity.end and quantity.start < token.end for quantity in quantities)


def _framed(token: Token, frames: Sequence[tuple[int, int]]) -> bool:
    return any(start <= token.start < end for start, end in frames)


def _terms(key: str, ends: Sequence[int]) -> Iterator[Token]:
    """The content words and terms, each with the Chinese that the glossary and the lexicon have for it."""
    english = lexicon().english
    at = 0
    for start, end, chinese in find_terms(key):
        yield from _lexicon_words(key, at, start, ends)
        yield _word(key, start, end, ends, (*english.get(key[start:end], ()), *chinese))
        at = end
    yield from _lexicon_words(key, at, len(key), ends)


def _lexicon_words(key: str, start: int, end: int, ends: Sequence[int]) -> Iterator[Token]:
    """Words that the glossary ignores and the lexicon knows."""
    for found in _WORD.finditer(key, start, end):
        if chinese := lexicon().english.get(found[0]):
            yield _word(key, *found.span(), ends, chinese)


def _word(key: str, start: int, end: int, ends: Sequence[int], chinese: Sequence[str]) -> Token:
    return Token(key[start:end], start, end, bisect_right(ends, start), meanings=tuple(dict.fromkeys(chinese)))
