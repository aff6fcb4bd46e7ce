"""Numbers that a sentence works out itself: sums, differences, shares of two others, round ones, how many it names."""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from askspeech.mentions import find_mentions
from askspeech.quantities import Quantity, figures
from askspeech.statements import Statement

__all__ = ["is_derived"]

_CALCULATED = re.compile("比|较|相差|差|少|多|合计|一共|总共|共|总计|加起来|净增|净减|两者|三者|之和")
_MOST_SUMMED = 8
_MOST_COUNTED = 12
_SIMPLE = 10
"""The largest denominator of a share that one says in words."""
_ABOVE = re.compile("(?:超过?|突破|逾|高于|多于|大于|过)[了]?$|(?:more than|over|exceed(?:s|ed|ing)?|above) $")
_ABOVE_BEHIND = re.compile("多|余|以上")
_BELOW = re.compile(
    "(?:不到|不足|低于|少于|接近|将近|近|约|大约)[了]?$|(?:nearly|almost|close to|about|around|under|less than) $"
)
_ROUND, _STEP = 2, Fraction(11, 10)
"""How many figures a round number has at most, and how far from the exact one it may be."""
_CLOSE = Fraction(1, 100)
_SHARED = frozenset(["ratio", "倍"])
_NO_AMOUNT = frozenset(["ratio", "倍", "year", "date", "quarter", "ordinal", "weekday", "百分点"])
# Items: a list behind a colon, or one in front of 两位.
_LIST_BEHIND = re.compile("[^,。;:!?]{0,12}[:,](?:即|包括|分别是|一是)?(?P<items>[^。;:!?]+)")
_LIST_BEFORE = re.compile("(?:^|[,。;:!?])(?P<items>[^。;:!?]+?)(?:等|这)?$")
_JOINT = re.compile("、|,|(?<=[一-鿿”》])(?:和|与|及|以及)(?=[一-鿿“《])")


def is_derived(ours: Quantity, evidence: Sequence[Statement], sentence: Statement) -> bool:
    """Whether a number that no text has follows from those that they have, or counts what the sentence names."""
    theirs = [one for text in evidence for one in text.quantities]
    return (
        _is_rounded(ours, theirs, sentence)
        or _is_sum(ours, theirs, sentence)
        or _is_share(ours, theirs)
        or _is_count(ours, sentence)
    )


def _is_rounded(ours: Quantity, theirs: Sequence[Quantity], sentence: Statement) -> bool:
    """Whether a round number has an exact one on the side that is said: 超过九成 for 93.5%, 近800家 for 790."""
    before, after = sentence.text[max(0, ours.start - 10) : ours.start], sentence.text[ours.end : ours.end + 2]
    above = _ABOVE.search(before) or _ABOVE_BEHIND.match(after)
    below = not above and _BELOW.search(before)
    if not (above or below) or figures(ours) > _ROUND:
        return False
    low, high = (1, _STEP) if above else (1 / _STEP, 1)
    exact = (one.value for one in theirs if _is_kin(ours, one) and not one.firm)
    return any(ours.value * low <= value <= ours.value * high for value in exact)


def _is_sum(ours: Quantity, theirs: Sequence[Quantity], sentence: Statement) -> bool:
    """Whether a number is said to be the difference or the sum of two: 比前年少了3家."""
    if not _CALCULATED.search(sentence.text, max(0, ours.start - 8), ours.start):
        return False
    kin = [one.value for one in theirs if one.family == ours.family][:_MOST_SUMMED]
    return any(ours.value in (abs(one - other), one + other) for one, other in combinations(kin, 2))


def _is_share(ours: Quantity, theirs: Sequence[Quantity]) -> bool:
    """Whether a share or a multiple is that of two amounts of one kind: of 600家, 400家 are two thirds."""
    if ours.family not in _SHARED:
        return False
    amounts = [one for one in theirs if one.family not in _NO_AMOUNT and one.value][:_MOST_SUMMED]
    for one, other in combinations(amounts, 2):
        low, high = sorted((one.value, other.value))
        if (
            _is_kin(one, other)
            and low != high
            and any(_agrees(ours, share) for share in _shares(ours.family, low, high))
        ):
            return True
    return False


def _is_kin(one: Quantity, other: Quantity) -> bool:
    return one.family == other.family or {one.family, other.family} == {"", "count"}


def _shares(family: str, low: Fraction, high: Fraction) -> tuple[Fraction, ...]:
    return (low / high, (high - low) / high, (high - low) / low) if family == "ratio" else (high / low,)


def _agrees(ours: Quantity, share: Fraction) -> bool:
    simple = ours.value.denominator <= _SIMPLE
    near = abs(share - ours.value) <= _CLOSE * ours.value * (5 if ours.bound == "about" else 1)
    if ours.bound == "least" and simple:
        return ours.value <= share < ours.value + Fraction(1, 10)
    if ours.bound == "most" and simple:
        return ours.value - Fraction(1, 10) < share <= ours.value
    return near


def _is_count(ours: Quantity, sentence: Statement) -> bool:
    """Whether a number counts what the sentence names itself: 两个典型：甲县的…和乙县的…, 甲和乙两位."""
    if ours.family != "count" or ours.value.denominator != 1 or not 2 <= ours.value <= _MOST_COUNTED or ours.bound:
        return False
    named: dict[str, set[str]] = {}
    for one in find_mentions(sentence):
        named.setdefault(one.kind, set()).add(one.value)
    if any(len(named.get(kind, ())) == ours.value for kind in ("place", "person", "quote", "title")):
        return True
    behind = _LIST_BEHIND.match(sentence.text, ours.end)
    before = _LIST_BEFORE.search(sentence.text[: ours.start])
    return any(found and len(_JOINT.findall(found["items"])) + 1 == ours.value for found in (behind, before))
