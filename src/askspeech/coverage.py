"""How much of a sentence's telling words the evidence has, clause by clause."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import rjieba

from askspeech.faults import Fault
from askspeech.lexicon import Rarity, is_empty, likeness, mates
from askspeech.statements import Context, Statement, Token, affinity, context, tells

__all__ = ["ClauseCoverage", "Similarity", "clause_coverage", "is_held", "word_faults"]

Similarity = Callable[[str, str], float]
"""How near two words are in meaning, 0 to 1, where a model knows."""

Words = Mapping[str, Token]

_PARTIAL = 0.9
_SIMILAR = 0.6
_LEAST_SHARE = 0.5
_LEAST_TOTAL = 0.3
# How much weight a clause may lack, at which share of it there: half of it, or nearly all.
_MISSING = ((2.0, 0.5), (1.5, 0.3))
# From which agreement of their surroundings on another noun stands in the place of ours; verbs have too many synonyms.
_SWAPPED, _COMMON_SWAPPED = 0.42, 0.65
_NOUN_TAGS = ("n", "j", "s", "x", "t")
_MOST_NAMED = 3
_LISTED = re.compile("分别是|即|包括|一是|一个是")
_CAUSE = re.compile(
    "因为|(?:原因|根源|根子|症结|关键)(?:就|还|主要|都)?(?:是|在于?|出在)|主要(?:是|在于|出在)|得益于|归功于|源于|缘于|由于"
)
_LEAST_PAIRS, _LEAST_PAIRS_OF_LITTLE, _LEAST_PAIRS_OF_SOME = 0.5, 0.45, 0.34
_TELLS_LITTLE, _TELLS_SOME, _MOST_OF = 2.0, 3.0, 0.7


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """One clause: the weight of its words, how much of that the evidence has, and the words that it lacks."""

    weight: float
    covered: float
    missing: tuple[Token, ...]
    leads_in: bool = False
    """Whether it ends in a colon and says only what follows: 两县各有办法：…"""
    cause: "ClauseCoverage | None" = None
    """The coverage of what it gives as the cause of the rest."""

    @property
    def share(self) -> float:
        """The covered share of the weight; 1 where the clause has no telling words."""
        return self.covered / self.weight if self.weight else 1.0


def clause_coverage(
    sentence: Statement,
    evidence: Sequence[Statement],
    rarity: Rarity | None = None,
    similarity: Similarity | None = None,
) -> Iterator[ClauseCoverage]:
    """The coverage of each clause of a sentence by the texts together."""
    texts = [text.text for text in evidence]
    words = {token.text: token for text in evidence for token in text.tokens if not token.quantity}
    for clause in sentence.clauses():
        rated = [(token, token.weight(rarity)) for token in clause]
        found = [(token, weighed, _best_found(token, words, texts, similarity)) for token, weighed in rated if weighed]
        if any(share < _SIMILAR for _, _, share in found):
            found = [
                (token, weighed, share if share >= _SIMILAR else max(share, _in_short(at, found, evidence)))
                for at, (token, weighed, share) in enumerate(found)
            ]
        start = _cause(sentence, clause)
        behind = [one for one in found if one[0].start >= start] if start >= 0 else []
        yield _covered(found, _leads_in(sentence, clause), _covered(behind) if behind else None)


def _covered(
    found: Sequence[tuple[Token, float, float]], leads_in: bool = False, cause: ClauseCoverage | None = None
) -> ClauseCoverage:
    return ClauseCoverage(
        sum(weighed for _, weighed, _ in found),
        sum(weighed * share for _, weighed, share in found),
        tuple(token for token, _, share in found if share < 0.5),
        leads_in,
        cause,
    )


def is_held(token: Token, text: Statement) -> bool:
    """Whether a text has a word, another one that means the same, or most of its parts."""
    words = {one.text: one for one in text.tokens if not one.quantity}
    return _best_found(token, words, [text.text], None) >= _SIMILAR


def _cause(sentence: Statement, clause: Sequence[Token]) -> int:
    """Where the words begin that a clause gives as the cause: 原因是…; -1 where it gives none."""
    found = _CAUSE.search(sentence.text, clause[0].start, clause[-1].end)
    return found.end() if found else -1


def _in_short(at: int, found: Sequence[tuple[Token, float, float]], evidence: Sequence[Statement]) -> float:
    """How far a word is there in a short form, or is one: 参加培训 as 参训, 入园 as 进入园区."""
    token = found[at][0]
    if len(token.text) < 2:
        return 0.0
    ours = [(one, other) for one, other in _neighbours([one for one, _, _ in found]) if token in (one, other)]
    short = [one for text in evidence for one in text.tokens if len(one.text) == 2 and one.quantity is None]
    if any(_is_short(one.text, *pair) for one in short for pair in ours):
        return _PARTIAL
    theirs = (pair for text in evidence for pair in _neighbours(text.tokens))
    return _PARTIAL if len(token.text) == 2 and any(_is_short(token.text, *pair) for pair in theirs) else 0.0


def _neighbours(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    return ((one, other) for one, other in pairwise(tokens) if one.clause == other.clause and one.end == other.start)


def _is_short(word: str, one: Token, other: Token) -> bool:
    return min(len(one.text), len(other.text)) > 1 and word[0] == one.text[0] and word[1] in other.text


def _leads_in(sentence: Statement, clause: Sequence[Token]) -> bool:
    last = clause[-1].clause
    if last >= len(sentence.clause_ends):
        return False
    end = sentence.clause_ends[last]
    return sentence.text[end - 1] == ":" or _LISTED.match(sentence.text, end) is not None


def word_faults(
    sentence: Statement,
    evidence: Sequence[Statement],
    rarity: Rarity | None = None,
    similarity: Similarity | None = None,
) -> Iterator[Fault]:
    """What of a sentence's words the evidence does not carry: all of it, a clause of it, or a word put for another."""
    clauses = list(clause_coverage(sentence, evidence, rarity, similarity))
    total = sum(clause.weight for clause in clauses)
    unit = total / max(1, sum(1 for token in sentence.tokens if token.weight(rarity)))
    if total and sum(clause.covered for clause in clauses) < _LEAST_TOTAL * total:
        yield Fault("nothing", _named(sentence, [token for clause in clauses for token in clause.missing]))
        return
    if not tells(sentence):
        yield Fault("nothing", _named(sentence, sentence.tokens))
        return
    scale = unit if rarity is not None else 1.0
    if _is_mere_talk(sentence, total, sum(clause.covered for clause in clauses), scale, evidence):
        yield Fault("nothing", _named(sentence, sentence.tokens))
        return
    for clause in clauses:
        if clause.leads_in:
            continue
        if _lacks(clause, scale):
            yield Fault("words", _named(sentence, clause.missing))
        elif clause.cause is not None and clause.cause.share < _LEAST_SHARE and clause.cause.weight >= scale:
            yield Fault("words", _named(sentence, clause.cause.missing))
        else:
            nouns = [token for token in clause.missing if _is_noun(token)]
            if sum(token.weight(rarity) >= scale for token in nouns) > 1:
                yield Fault("words", _named(sentence, nouns))
            elif swapped := [token for token in nouns if _is_swapped(token, sentence, evidence)]:
                yield Fault("swapped", _named(sentence, swapped))


def _lacks(clause: ClauseCoverage, scale: float) -> bool:
    missing = clause.weight - clause.covered
    return any(missing >= most * scale and clause.share <= share for most, share in _MISSING)


def _is_mere_talk(
    sentence: Statement, total: float, covered: float, scale: float, evidence: Sequence[Statement]
) -> bool:
    """Whether a sentence of few words shares too little with the texts as it stands: 以下是关于窗口的回答."""
    if total and sentence.quantities:
        return False
    shared = _shared_pairs(sentence, evidence)
    if total <= _TELLS_LITTLE * scale:
        return shared < (_LEAST_PAIRS_OF_LITTLE if total else _LEAST_PAIRS)
    return total <= _TELLS_SOME * scale and covered < _MOST_OF * total and shared < _LEAST_PAIRS_OF_SOME


def _shared_pairs(sentence: Statement, evidence: Sequence[Statement]) -> float:
    """The share of a sentence's pairs of characters that the texts have: for sentences of stock phrases alone."""
    pairs = [sentence.letters[at : at + 2] for at in range(len(sentence.letters) - 1)]
    found = sum(any(pair in text.letters for text in evidence) for pair in pairs)
    return found / len(pairs) if pairs else float(bool(evidence))


def _named(sentence: Statement, tokens: Sequence[Token]) -> str:
    """The first words, as they stand in the sentence."""
    return "、".join(sentence.text[token.start : token.end] for token in tokens[:_MOST_NAMED])


def _is_noun(token: Token) -> bool:
    return len(token.text) > 1 and token.tag.startswith(_NOUN_TAGS)


def _is_swapped(token: Token, sentence: Statement, evidence: Sequence[Statement]) -> bool:
    """Whether the evidence has another word, which the sentence lacks, in the same surroundings."""
    around = context(sentence, token.start, token.end)
    least = _SWAPPED if token.weight() >= 1 else _COMMON_SWAPPED
    return any(_stands_for(other, text, around, sentence, least) for text in evidence for other in text.tokens)


def _stands_for(other: Token, text: Statement, around: Context, sentence: Statement, least: float) -> bool:
    if other.quantity or len(other.text) < 2 or is_empty(other.text):
        return False
    if any(likeness(token.text, other.text) >= _SIMILAR for token in sentence.tokens):
        return False
    return affinity(around, context(text, other.start, other.end)) >= least


def _best_found(token: Token, words: Words, texts: Sequence[str], similarity: Similarity | None) -> float:
    return max(_found(word, _is_noun(token), words, texts, similarity) for word in token.texts)


def _found(word: str, noun: bool, words: Words, texts: Sequence[str], similarity: Similarity | None) -> float:
    """How far the texts have a word, 0 to 1: itself, one that means the same, or parts of it."""
    if len(word) > 1 and any(word in text for text in texts):
        return 1.0
    if any(mate in text for mate in mates(word) for text in texts):
        return 1.0
    best = 0.0
    for other, token in words.items():
        like = likeness(word, other)
        # A shared character says little where the one is a thing and the other is done: 设备 and 设立.
        best = max(best, like if like > _LEAST_SHARE or noun == _is_noun(token) else 0.0)
    if len(word) > 1 and not rjieba.has_word(word):  # cut out of what the dictionary does not know: 个人奖
        best = max(best, _PARTIAL * sum(any(one in text for text in texts) for one in word) / len(word))
    if len(word) > 2:
        pairs = [word[at : at + 2] for at in range(len(word) - 1)]
        best = max(best, _PARTIAL * sum(any(pair in text for text in texts) for pair in pairs) / len(pairs))
    if best < _SIMILAR and similarity is not None:
        best = max(best, max((similarity(word, other) for other in words), default=0.0))
    return best
