"""Modality and scope of a sentence, 必须 可以 力争 全部, against those of the texts that are to carry it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from askspeech.faults import Fault
from askspeech.lexicon import likeness
from askspeech.statements import Statement, clause_text

__all__ = ["Modality", "contradicts", "matching_clause", "modality_faults", "scope_faults"]

Modality = Literal["must", "may", "strive", "done"]
_MODAL_WORDS: Mapping[Modality, re.Pattern[str]] = MappingProxyType(
    {
        "must": re.compile(
            "必须|务必|应当|应该|必得|一定要|强制|一律(?!不)|须(?!知)|(?<![响相反适对供效])应(?=[在由把向按将于及])"
        ),
        "may": re.compile("可以|(?<!不)允许|(?<!不)准许|准予|自愿|鼓励|视情|酌情"),
        "strive": re.compile(
            "力争|争取(?!到|了)|努力(?:实现|达到|做到)|有望|拟(?!定)|计划(?!生育)|打算|目标|预计|预期|希望"
        ),
        "done": re.compile("(?<![不而])已(?!婚)|业已|均已"),
    }
)
# What the clause that a sentence is taken from must not say instead of the sentence's word.
_EXCLUDED_BY: Mapping[Modality, re.Pattern[str]] = MappingProxyType(
    {
        "must": re.compile(
            "可以|可(?=[在由把向按将于延申享自先暂缓免减凭])|允许|力争|争取(?!到)|鼓励|自愿|有望|原则上"
        ),
        "may": re.compile("必须|务必|应当|应该|一律|不得|不准|不许|严禁|禁止|不能|都要|坚决|绝不|决不|谁.{0,12}就"),
        "strive": re.compile("必须|务必|应当|确保|一律|已经|已(?!婚)|达到了|实现了"),
        "done": re.compile(
            "力争|争取(?!到)|目标|计划|拟(?!定)|预计|有望|打算|未|没有|(?<![主重需必])要(?![求素闻])|将"
        ),
    }
)
_DONE = re.compile("已|了|过|完成|达到|[一二三四五六七八九十百千万\\d]+件")
_ALLOWING = re.compile("[可能准允许免]|自愿|鼓励|随时|自主|即|就|直接|都")
_FORBIDDING = re.compile("不得|不准|不许|严禁|禁止|不允许|决不允许|绝不允许")
_ALLOWED = re.compile(
    "(?<!不)可以|可(?=[在由把向按将于延申享自先暂缓免减凭])|(?<![不决绝])允许|(?<!不)准许|准予|自愿|鼓励|随时|能(?=[办做够])|有权|自主|放手"
)
_NOT_TO = re.compile("不|拒绝|免")
_HOPED = re.compile("力争|争取(?!到|了)|有望|拟(?!定)|预计")
_FUTURE = re.compile("力争|争取|努力|有望|拟|计划|打算|目标|预计|预期|希望|要|将|确保|到20")
# Words that a sentence may have only where the texts have such a one too: softening, generalising, singling out.
_NEEDED: tuple[tuple[Literal["modality", "scope"], re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "modality",
        re.compile("尽量|适当|酌情|尽可能|适度|视情况?|尽力"),
        re.compile("尽量|适当|酌情|尽可能|适度|视情|尽力"),
    ),
    ("modality", re.compile("原则上|一般情况下|通常"), re.compile("原则上|一般|通常|基本")),
)
_SCOPES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile("全部|所有|一切|全体|一律|悉数|统统|完全|彻底|任何"),
        re.compile(
            "(?<![健安完齐])全(?![市县省区国镇乡州年面程球社])|所有|一切|任何|一律|凡|每|各|都|均|逐|彻底|清零|一个不|件件|样样|事事|百分之百|100%"
            "|完|统统|悉数|(?<!统)一分不|不管|谁"
        ),
    ),
    (
        re.compile("部分|个别|少数|一些|有的|某些|大多|多数|基本"),
        re.compile("部分|个别|少数|一些|有的|有些|某些|大多|多数|基本|几[个家项]|若干"),
    ),
    (re.compile("最(?=[短大小快慢好差强弱早晚长优佳严难重])"), re.compile("最|第一|首位|首|头号|冠|之")),
)
_RELATED = 0.6
_NUMBER_WEIGHT, _EMPTY_WEIGHT, _FOLLOWING = 2.0, 0.2, 3.0


def modality_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Words like 必须, 可以, 力争 and 已 of the sentence that its clause in the texts contradicts or lacks."""
    for kind, pattern in _MODAL_WORDS.items():
        for found in pattern.finditer(sentence.text):
            near = matching_clause(sentence, sentence.clause(found.start()), evidence, found.end())
            unfounded = kind == "may" and _is_not_allowed(sentence.text[found.end() :], evidence)
            if unfounded or contradicts(kind, near):
                yield Fault("modality", found[0])
    for fault, words, rests in _NEEDED:
        if (found_word := words.search(sentence.text)) and not any(rests.search(text.text) for text in evidence):
            yield Fault(fault, found_word[0])
    yield from _dropped(sentence, evidence)


def _is_not_allowed(allowed: str, evidence: Sequence[Statement]) -> bool:
    """Whether the texts allow nothing, or forbid something and allow nothing, where the sentence allows to do it."""
    if _NOT_TO.match(allowed):
        return False
    if not any(_ALLOWING.search(text.text) for text in evidence):
        return True
    forbidden = any(_FORBIDDING.search(text.text) for text in evidence)
    return forbidden and not any(_ALLOWED.search(text.text) for text in evidence)


def scope_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Words like 全部, 部分 and 最 of the sentence where no text has one of their kind."""
    for pattern, rests in _SCOPES:
        found = pattern.search(sentence.text)
        if found and not any(rests.search(text.text) for text in evidence):
            yield Fault("scope", sentence.text[found.start() : found.end() + (found[0] == "最")])


def contradicts(kind: Modality, clause: str) -> bool:
    """Whether a Chinese clause has another modality than this one, and not this one."""
    if _MODAL_WORDS[kind].search(clause) or (kind == "done" and _DONE.search(clause)):
        return False
    return _EXCLUDED_BY[kind].search(clause) is not None


def _dropped(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """力争 and 争取 left out: a hope told as a fact."""
    if _FUTURE.search(sentence.text) or not any(_HOPED.search(text.text) for text in evidence):
        return
    for clause in range(len(sentence.clause_ends) + 1):
        if found := _HOPED.search(matching_clause(sentence, clause, evidence)):
            yield Fault("dropped", found[0])
            return


def matching_clause(sentence: Statement, clause: int, evidence: Sequence[Statement], after: int | None = None) -> str:
    """The clause of the texts that says most of a sentence's clause; what stands behind `after` counts more."""
    words = [
        (token.texts, weighed * (_FOLLOWING if after is not None and token.start >= after else 1.0))
        for token in sentence.tokens
        if token.clause == clause
        for weighed in [_NUMBER_WEIGHT if token.quantity else token.weight() or _EMPTY_WEIGHT]
    ]
    best, matching = 0.0, ""
    for text in evidence:
        for tokens in text.clauses():
            said = [token.text for token in tokens]
            score = sum(weighed for meanings, weighed in words if _is_said(meanings, said))
            if score > best:
                best, matching = score, clause_text(text, tokens[0].clause)
    return matching


def _is_said(meanings: Sequence[str], words: Sequence[str]) -> bool:
    return any(likeness(meaning, word) >= _RELATED for meaning in meanings for word in words)
