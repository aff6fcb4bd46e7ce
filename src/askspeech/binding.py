"""Whether the numbers, names and directions of a sentence are in the evidence, and said there of the same thing.

A number that the evidence says of something else is as wrong as one that it does not have: where another one of the
evidence fits the words around it clearly better, the sentence has mixed them up.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from askspeech.blanks import find_blanks
from askspeech.derived_numbers import is_derived
from askspeech.faults import Fault, FaultKind
from askspeech.lexicon import is_known, likeness, sides
from askspeech.mentions import Mention, find_mentions, is_named
from askspeech.negation import denials, is_near
from askspeech.quantities import Quantity, same_quantity
from askspeech.statements import Context, Statement, Token, affinity, context

__all__ = ["agent_faults", "direction_faults", "name_faults", "number_faults"]

# From which fit on which margin counts: a middling fit must be much better than that of the same.
_CLEARLY_BETTER = ((0.5, 0.08), (0.38, 0.25))
_OPPOSITE_FIT = 0.17
_KIN_FIT = 0.2
_FAULT_OF: dict[str, FaultKind] = {
    "title": "title",
    "quote": "quote",
    "office": "office",
    "year": "time",
    "part": "time",
    "edge": "time",
    "order": "direction",
    "standing": "direction",
}
_TOLERATED = frozenset(["year", "part", "edge", "order", "standing", "whole", "rank"])
"""Kinds that a text may leave unsaid: only another one of the kind contradicts."""
_SAID_BESIDE = 0.5
_SAME_VERB = 0.75
_DOES = frozenset(("买单", "牵头", "负责", "承担", "兜底"))  # what the dictionary has as nouns
_ANY_BODY = frozenset(("部门", "单位", "机关", "机构", "同志"))
_NAME_TAGS = ("ns", "nt")


def number_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Numbers of the sentence that the evidence does not have, has of something else, or has with another limit."""
    quoted = [(one.start, one.end) for one in find_mentions(sentence) if one.kind in ("title", "quote")]
    for ours in sentence.quantities:
        said = sentence.text[ours.start : ours.end]
        if said in ("年度", "全年") or any(start <= ours.start < end for start, end in quoted):
            continue
        theirs = [(text, one) for text in evidence for one in text.quantities]
        same = [(text, one) for text, one in theirs if same_quantity(ours, one)]
        others = [(text, one) for text, one in theirs if _rivals(ours, one) and not _in_range(text, one, same)]
        around = context(sentence, ours.start, ours.end)
        if not same:
            if is_derived(ours, evidence, sentence):
                continue
            if not _is_article(ours, said) or _best(others, around) >= _SAID_BESIDE:
                yield Fault("blank" if _is_blanked(evidence) else "number", said)
        elif _mixed_up(around, same, others):
            yield Fault("number_elsewhere", said)
        elif _other_bound(ours, [one for _, one in same], sentence):
            yield Fault("bound", said)
    yield from _misordered(sentence, evidence)


def _misordered(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """分别下降18.6%、12.1% where the evidence has the two numbers side by side in the other order."""
    theirs = [pair for text in evidence for pair in pairwise(text.quantities) if _listed(text, *pair)]
    for pair in pairwise(sentence.quantities):
        if "分别" in sentence.text and _listed(sentence, *pair) and not same_quantity(*pair):
            straight = any(same_quantity(pair[0], one) and same_quantity(pair[1], two) for one, two in theirs)
            turned = any(same_quantity(pair[0], two) and same_quantity(pair[1], one) for one, two in theirs)
            if turned and not straight:
                yield Fault("number_elsewhere", sentence.text[pair[0].start : pair[1].end])


def _listed(of: Statement, one: Quantity, other: Quantity) -> bool:
    return one.family == other.family and of.text[one.end : other.start] in ("、", "和", "与", "及", ",")


def name_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Names, offices, times, titles and quoted phrases that the evidence does not have, or has of something else."""
    theirs = [(text, one) for text in evidence for one in find_mentions(text)]
    for ours in find_mentions(sentence):
        kin = [(text, one) for text, one in theirs if one.kind == ours.kind]
        named = any(is_named(ours, text) for text in evidence)
        if not named and (ours.kind not in _TOLERATED or _contradicts(sentence, ours, kin)):
            yield Fault(_FAULT_OF.get(ours.kind, "name"), _said(sentence, ours))
        elif named:
            same = [(text, one) for text, one in kin if _same_name(ours, one)]
            others = [(text, one) for text, one in kin if not _same_name(ours, one)]
            if (
                same
                and not _share_number(sentence, ours, same)
                and _mixed_up(context(sentence, ours.start, ours.end), same, others)
            ):
                yield Fault("name_elsewhere", _said(sentence, ours))


def agent_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """由谁承担: who is to do something where the evidence says of another that he is to do it."""
    theirs = [agent for text in evidence for agent in _agents(text)]
    for named, verb in _agents(sentence):
        words = [word for word in named if word not in _ANY_BODY] or named
        rivals = [others for others, does in theirs if likeness(verb, does) >= _SAME_VERB]
        if rivals and not any(is_near(word, others) for others in rivals for word in words):
            yield Fault("name", "".join(words))


def _agents(of: Statement) -> Iterator[tuple[list[str], str]]:
    """The words between 由 and the verb behind it, and that verb."""
    for at, token in enumerate(of.tokens):
        words: list[str] = []
        if token.text != "由":
            continue
        for after in of.tokens[at + 1 : at + 8]:
            if after.clause != token.clause or after.quantity:
                break
            if words and (after.tag.startswith("v") or after.text in _DOES):
                yield words, after.text
                break
            if len(after.text) > 1:
                words.append(after.text)


def proper_name_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Words of the sentence that the dictionary has as names, or does not know, and that the evidence lacks."""
    for token in sentence.tokens:
        name = token.tag.startswith(_NAME_TAGS) and 1 < len(token.text) <= 3 and not is_known(token.text)
        if name and not any(token.text in text.text for text in evidence):
            yield Fault("name", token.text)


def direction_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Words of direction, 增长 for 下降, where the evidence says the contrary of the same thing."""
    english = any(token.meanings for token in sentence.tokens)  # its negations are compared elsewhere
    tokens = [(text, token, _sides(token, None if english else text)) for text in evidence for token in text.tokens]
    for ours in sentence.tokens:
        for number, side in _sides(ours, None if english else sentence):
            same = [(text, one) for text, one, on in tokens if (number, side) in on]
            others = [(text, one) for text, one, on in tokens if (number, 1 - side) in on]
            if not others or (not same and any(ours.text in text.text for text in evidence)):
                continue
            around = context(sentence, ours.start, ours.end)
            if _mixed_up(around, same, others) if same else _best(others, around) >= _OPPOSITE_FIT:
                yield Fault("direction", ours.text)
                return


def _sides(token: Token, of: Statement | None) -> frozenset[tuple[int, int]]:
    """The sides of pairs of contraries that a word is on; 不收取 is on the side of 免收."""
    found = sides(token.texts[0])
    if found and of is not None and any(token is one for denial in denials(of) for one in denial.governed):
        return frozenset((number, 1 - side) for number, side in found)
    return found


_Located = Mention | Quantity | Token


def _best(found: Sequence[tuple[Statement, _Located]], around: Context) -> float:
    return max((affinity(around, context(text, one.start, one.end)) for text, one in found), default=0.0)


def _mixed_up(
    around: Context, same: Sequence[tuple[Statement, _Located]], others: Sequence[tuple[Statement, _Located]]
) -> bool:
    """Whether another one of the evidence fits what stands around ours clearly better than the same one does."""
    other = _best(others, around)
    more = other - _best(same, around)
    return any(other >= fit and more > margin for fit, margin in _CLEARLY_BETTER)


def _contradicts(sentence: Statement, ours: Mention, kin: Sequence[tuple[Statement, Mention]]) -> bool:
    """Whether another one of a kind that may be left unsaid stands in the place of ours."""
    if ours.value == "今后":
        return False
    if ours.kind in ("year", "part"):
        return not all(_is_measure(text, one) for text, one in kin)
    return _best(kin, context(sentence, ours.start, ours.end)) >= _KIN_FIT


def _is_measure(text: Statement, time: Mention) -> bool:
    """Whether a time is only what another one is measured by: 去年同期, 比上年."""
    before, after = text.text[: time.start], text.text[time.end : time.end + 2]
    return after == "同期" or before.endswith(("比", "较", "同比", "相比"))


def _share_number(sentence: Statement, ours: Mention, same: Sequence[tuple[Statement, Mention]]) -> bool:
    """Whether a time stands in one clause with the same number here and there: 今年的目标是5亿美元."""
    if ours.kind not in _TOLERATED:
        return False
    here = [one for one in sentence.quantities if sentence.clause(one.start) == sentence.clause(ours.start)]
    return any(
        same_quantity(one, other)
        for text, mention in same
        for other in text.quantities
        if text.clause(other.start) == text.clause(mention.start)
        for one in here
    )


def _rivals(ours: Quantity, other: Quantity) -> bool:
    kin = ours.family == other.family or {ours.family, other.family} == {"", "count"}
    return kin and not same_quantity(ours, other)


def _in_range(text: Statement, other: Quantity, same: Sequence[tuple[Statement, Quantity]]) -> bool:
    """Whether the other one is the other end of a range that ours is one end of: 3至5家."""
    return any(text is its and max(one.start, other.start) - min(one.end, other.end) <= 1 for its, one in same)


def _is_article(quantity: Quantity, said: str) -> bool:
    """一个, 一家: a Chinese article more than a number."""
    return (
        said[0] in "一首头第" and quantity.value == 1 and quantity.family in ("count", "ordinal") and not quantity.firm
    )


def _is_blanked(evidence: Sequence[Statement]) -> bool:
    return any(any(find_blanks(text.text)) for text in evidence)


def _other_bound(ours: Quantity, same: Sequence[Quantity], sentence: Statement) -> bool:
    contrary = {"least": "most", "most": "least"}.get(ours.bound)
    if contrary and all(one.bound == contrary for one in same):
        return True
    if ours.firm and contrary:
        return all(one.bound == "" for one in same)
    bounded = any(one.firm for one in sentence.quantities)
    return not bounded and all(one.firm and one.bound in ("least", "most") for one in same) and ours.bound == ""


def _same_name(one: Mention, other: Mention) -> bool:
    if one.kind == "organ":
        (level, *name), (other_level, *other_name) = one.value.split("|"), other.value.split("|")
        return name == other_name and (not level or not other_level or level == other_level)
    if one.kind == "office":
        return one.value.split("|")[1:] == other.value.split("|")[1:]
    return one.value in other.value or other.value in one.value


def _said(sentence: Statement, mention: Mention) -> str:
    said = sentence.text[mention.start : mention.end]
    return said.strip('《》“”「」『』"')
