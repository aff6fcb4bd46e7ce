"""Does what a sentence of an answer cites carry it? By rules, without a model; a model may sharpen the middle cases.

Numbers, names, titles, quoted phrases, negation, modality and direction must agree; of its telling words the evidence
must have most. Stock phrases count for little.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from askspeech.actors import actor_faults
from askspeech.binding import agent_faults, direction_faults, name_faults, number_faults, proper_name_faults
from askspeech.coverage import Similarity, clause_coverage, word_faults
from askspeech.datatypes import Language, Support
from askspeech.english_checking import english_faults, english_statement
from askspeech.faults import Fault, reason_of, support_of
from askspeech.lexicon import Rarity, stock_ranges
from askspeech.modality import modality_faults, scope_faults
from askspeech.negation import negation_faults
from askspeech.roles import role_faults
from askspeech.statements import Statement, statement
from askspeech.strong_claims import strong_claim_faults
from askspeech.verbatim import is_verbatim

__all__ = ["Checked", "Judge", "best_evidence", "best_evidences", "check"]

Judge = Callable[[str, str], float]
"""A model of inference: evidence and sentence to the probability, 0 to 1, that the one entails the other."""

_LATIN, _HAN = re.compile("[A-Za-z]"), re.compile("[㐀-鿿]")
# How many candidates are tried alone, and how many in pairs.
_MOST_TRIED, _MOST_PAIRED = 12, 5
_ENTAILED, _NOT_ENTAILED = 0.75, 0.2
# Kinds of faults that a judge may overrule: they rest on words, not on facts.
_DISPUTABLE = frozenset(["words", "swapped", "nothing", "not_comparable", "scope", "dropped"])
_FRAME = re.compile(
    "^(?:[-*•·]|[(]?[一二三四五六七八九十\\d]{1,2}[)、.](?!\\d)|[一二三四五六七八九十][是要](?=[^,])|第[一二三四五六七八九十]+[,、])?"
    "(?:(?:这篇|该|本次|此次|这次|在)?(?:讲话|会议|报告|文件|文中|讲话稿|发言|讲话人|讲话者|发言者|发言人|演讲者)(?:中|里|还|也|上|同时|明确|特别|则|坦言|进一步)*"
    "(?:强调|指出|要求|提出|表示|认为|坦言|提到|说|称|介绍|明确|谈到|讲到|指明|写道)?[,:]?)?(?=.)"
)
_ENDS = "。.!?;,:、…\"'“”"


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the evidence carries a sentence, and what exactly is missing; no reason where it is supported."""

    support: Support
    reason: str = ""


def check(
    sentence: str,
    evidence: Sequence[str],
    *,
    language: Language = "zh",
    rarity: Rarity | None = None,
    similarity: Similarity | None = None,
    judge: Judge | None = None,
) -> Checked:
    """Whether the quoted texts together carry a sentence.

    `language` is that of the sentence and of the reason. `rarity` weighs words (an inverse document frequency over the
    index); `similarity` of two words, 0 to 1, lets a word stand for another; `judge` decides where only words differ.
    """
    texts = [statement(text) for text in evidence if text.strip()]
    ours = _unframed(sentence)
    if any(is_verbatim(ours, text) for text in texts):
        return Checked("supported")
    if _is_english(sentence):
        faults = list(english_faults(sentence, texts, rarity))
    else:
        faults = list(_faults(ours, texts, rarity, similarity))
    faults = _judged(faults, sentence, evidence, judge)
    return Checked(support_of(faults), reason_of(faults, language))


def best_evidence(
    sentence: str,
    candidates: Sequence[str],
    *,
    language: Language = "zh",
    rarity: Rarity | None = None,
    similarity: Similarity | None = None,
    judge: Judge | None = None,
) -> int | None:
    """Which one of the candidates carries a sentence; None where none does by itself."""
    found = best_evidences(
        sentence, candidates, language=language, rarity=rarity, similarity=similarity, judge=judge, most=1
    )
    return found[0] if found else None


def best_evidences(
    sentence: str,
    candidates: Sequence[str],
    *,
    language: Language = "zh",
    rarity: Rarity | None = None,
    similarity: Similarity | None = None,
    judge: Judge | None = None,
    most: int = 2,
) -> tuple[int, ...]:
    """The candidate, or where `most` is 2 the pair of candidates, that carries a sentence; empty where none does.

    Of several that do, the one with most of the sentence's words, then the first.
    """
    ours = english_statement(sentence) if _is_english(sentence) else _unframed(sentence)
    if not ours.letters:
        return ()
    shares = [_share(ours, statement(text), rarity) for text in candidates]
    order = sorted((at for at, share in enumerate(shares) if share > 0), key=lambda at: (-shares[at], at))[:_MOST_TRIED]
    tried = [(at,) for at in order] + (list(combinations(order[:_MOST_PAIRED], 2)) if most > 1 else [])
    for places in tried:
        quotes = [candidates[at] for at in places]
        checked = check(sentence, quotes, language=language, rarity=rarity, similarity=similarity, judge=judge)
        if checked.support == "supported":
            return tuple(sorted(places))
    return ()


def _share(ours: Statement, text: Statement, rarity: Rarity | None) -> float:
    clauses = list(clause_coverage(ours, [text], rarity))
    total = sum(clause.weight for clause in clauses)
    if not total:
        return float(ours.letters in text.letters)
    return sum(clause.covered for clause in clauses) / total


def _unframed(sentence: str) -> Statement:
    """The sentence without its list marker and without 讲话指出 in front."""
    whole = statement(sentence)
    frame = _FRAME.match(whole.text)
    if frame is None or not frame.end():
        return whole
    end = max(frame.end(), *(last for first, last in stock_ranges(whole.text) if first < frame.end() < last), 0)
    rest = whole.text[end:].lstrip(",:")
    return statement(rest) if rest.strip(_ENDS) else whole


def _is_english(sentence: str) -> bool:
    """Whether a sentence is written in letters, Chinese quotations in it aside."""
    return len(_LATIN.findall(sentence)) > 2 * len(_HAN.findall(sentence))


def _faults(
    ours: Statement, texts: Sequence[Statement], rarity: Rarity | None, similarity: Similarity | None
) -> Iterator[Fault]:
    yield from number_faults(ours, texts)
    yield from name_faults(ours, texts)
    yield from proper_name_faults(ours, texts)
    yield from agent_faults(ours, texts)
    yield from actor_faults(ours, texts)
    yield from direction_faults(ours, texts)
    yield from role_faults(ours, texts)
    yield from negation_faults(ours, texts)
    yield from modality_faults(ours, texts)
    yield from scope_faults(ours, texts)
    yield from strong_claim_faults(ours, texts)
    yield from word_faults(ours, texts, rarity, similarity)


def _judged(faults: list[Fault], sentence: str, evidence: Sequence[str], judge: Judge | None) -> list[Fault]:
    """The faults after the judge was asked, who is heard only where no number, name or negation is wrong."""
    if judge is None or any(fault.kind not in _DISPUTABLE for fault in faults):
        return faults
    entailed = judge("\n".join(evidence), sentence)
    if faults:
        return [] if entailed >= _ENTAILED else faults
    return [Fault("judge")] if entailed <= _NOT_ENTAILED else faults
