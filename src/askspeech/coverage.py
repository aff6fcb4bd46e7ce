"""How much of a sentence's telling words the evidence has, clause by clause."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import rjieba

from askspeech.faults import Fault
from askspeech.lexicon import Rarity, is_empty, likeness, mates
from askspeech.statements import Context, Statement, Token, affinity, context

__all__ = ["ClauseCoverage", "Similarity", "clause_coverage", "word_faults"]

Similarity = Callable[[str, str], float]
"""How near two words are in meaning, 0 to 1, where a model knows."""

Words = Mapping[str, Token]

_PARTIAL = 0.9
_SIMILAR = 0.6
_LEAST_SHARE = 0.5
_LEAST_TOTAL = 0.3
_MOST_MISSING = 1.5
# From which agreement of their surroundings on another noun stands in the place of ours; verbs have too many synonyms.
_SWAPPED, _COMMON_SWAPPED = 0.42, 0.65
_NOUN_TAGS = ("n", "j", "s", "x", "t")
_MOST_NAMED = 3
_LEAST_PAIRS = 0.5


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """One clause: the weight of its words, how much of that the evidence has, and the words that it lacks."""

    weight: float
    covered: float
    missing: tuple[Token, ...]

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
        yield ClauseCoverage(
            sum(weighed for _, weighed, _ in found),
            sum(weighed * share for _, weighed, share in found),
            tuple(token for token, _, share in found if share < 0.5),
        )


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
    if not total and _shared_pairs(sentence, evidence) < _LEAST_PAIRS:
        yield Fault("nothing", _named(sentence, sentence.tokens))
        return
    scale = unit if rarity is not None else 1.0
    for clause in clauses:
        if clause.weight - clause.covered >= _MOST_MISSING * scale and clause.share <= _LEAST_SHARE:
            yield Fault("words", _named(sentence, clause.missing))
        else:
            nouns = [token for token in clause.missing if _is_noun(token)]
            if sum(token.weight(rarity) >= scale for token in nouns) > 1:
                yield Fault("words", _named(sentence, nouns))
            elif swapped := [token for token in nouns if _is_swapped(token, sentence, evidence)]:
                yield Fault("swapped", _named(sentence, swapped))


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
