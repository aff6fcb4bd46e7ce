"""What carries a sentence that a model wrote: what it cites, else what else it was given, else nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from askspeech.checking import Checked, Judge, best_evidences, check
from askspeech.datatypes import Language, Support
from askspeech.lexicon import Rarity
from askspeech.prompting import Offered
from askspeech.questions import language_of
from askspeech.tokens import bigrams

__all__ = ["Attributed", "Checks", "attributed", "checks_for"]

_RANKS: dict[Support, int] = {"supported": 2, "partly": 1, "not_found": 0}
_LEAST_SHARED, _LEAST_SHARED_CITED = 0.4, 0.15
_MOST_CITED = 6
"""Who cites everything cites nothing."""
_TITLE_MARKS = ("《", "“", '"')


@dataclass(frozen=True, slots=True)
class Checks:
    """How sentences are checked: against evidence, and for the one or two among many sentences that carry them."""

    check: Callable[[str, Sequence[str]], Checked]
    best_evidences: Callable[[str, Sequence[str]], Sequence[int]]


def checks_for(language: Language, rarity: Rarity | None = None, judge: Judge | None = None) -> Checks:
    """The rules of `checking`, for sentences in a language; `rarity` weighs words, `judge` decides where words differ.

    What carries a sentence is looked for by rule alone: a model would have to read every candidate.
    """
    return Checks(
        partial(check, language=language, rarity=rarity, judge=judge),
        partial(best_evidences, language=language, rarity=rarity),
    )


@dataclass(frozen=True, slots=True)
class Attributed:
    """What a sentence rests on; nothing where nothing carries it."""

    sources: tuple[Offered, ...]
    support: Support
    reason: str = ""


def attributed(claim: str, cited: Sequence[Offered], offered: Sequence[Offered], checks: Checks) -> Attributed:
    """What carries a claim: what it cites where that does, else the one or two sentences of those offered that do.

    Args:
        claim: a sentence without marks.
        cited: what it cites.
        offered: all that it could have cited.
        checks: how to check it.
    """
    best: Attributed | None = None
    for sources in _candidates(claim, cited, offered, checks):
        found = checks.check(claim, _evidence(claim, sources))
        if best is None or _RANKS[found.support] > _RANKS[best.support]:
            best = Attributed(tuple(sources), found.support, found.reason)
        if best.support == "supported":
            return _pruned(claim, best, checks)
    if best is None:
        nothing = checks.check(claim, ())
        return Attributed((), "not_found", nothing.reason)
    return best if best.support != "not_found" else Attributed((), "not_found", best.reason)


def _candidates(
    claim: str, cited: Sequence[Offered], offered: Sequence[Offered], checks: Checks
) -> Iterator[list[Offered]]:
    if cited and (language_of(claim) == "en" or _shared(claim, cited) >= _LEAST_SHARED_CITED):
        yield list(cited[:_MOST_CITED])
    found = [offered[number] for number in checks.best_evidences(claim, [one.text for one in offered])]
    if found and _shared(claim, found) >= _LEAST_SHARED:
        yield found


def _shared(claim: str, sources: Sequence[Offered]) -> float:
    """The share of a claim's pairs of characters that its sources have: what nobody cited must be close in words."""
    pairs = bigrams(claim)
    held = {pair for one in sources for pair in bigrams(one.text)}
    return sum(pair in held for pair in pairs) / max(1, len(pairs))


def _pruned(claim: str, found: Attributed, checks: Checks) -> Attributed:
    """Without sources that carry nothing of the claim and without which the others carry it."""
    sources = list(found.sources)
    for one in found.sources:
        others = [other for other in sources if other is not one]
        if (
            others
            and checks.check(claim, _evidence(claim, [one])).support == "not_found"
            and checks.check(claim, _evidence(claim, others)).support == "supported"
        ):
            sources = others
    return Attributed(tuple(sources), found.support, found.reason)


def _evidence(claim: str, sources: Sequence[Offered]) -> list[str]:
    """The words of the sources, and the titles of their speeches where the claim may name one."""
    texts = [one.text for one in sources]
    if any(mark in claim for mark in _TITLE_MARKS):
        texts += dict.fromkeys(f"《{one.hit.speech.title}》" for one in sources)
    return texts
