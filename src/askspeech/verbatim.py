"""Whether a text has a sentence word for word, whatever the commas, and nothing around it turns the meaning."""

import re
from collections.abc import Iterator
from functools import lru_cache

from askspeech.statements import Statement, tells

__all__ = ["is_verbatim"]

_ENDS = "。.!?;,:、…\"'“”"
_NUMERAL = frozenset("0123456789零〇一二两三四五六七八九十百千万亿%")
_NUMERAL_BEFORE = re.compile("(?:\\d[.,]|[\\d零〇一二两三四五六七八九十百千万亿])$")
_NUMERAL_AFTER = re.compile("[.,]\\d|[\\d零〇一二两三四五六七八九十百千万亿%]")
# What stands in front of cut-out words, or behind them, and may turn their meaning around.
_TURNING_BEFORE = re.compile("[不没未无勿莫非免禁除拟若]|力争|争取|计划|如果|假如|可以|原则上|预计|目标|杜绝|防止|避免")
_TURNING_AFTER = re.compile("除外|以外|之外|的[,]?不|不[得予准许能]|未必|[没未]有?")
_BREAK = re.compile(r"[,。;:!?\n]")
# Marks that a sentence may lack, or have more of, and still be the same words; between digits they belong to a number.
_MARK = re.compile("[,。;:!?…\"'“”‘’()]")
_BETWEEN_NUMERALS = re.compile("(?<=[\\d零〇一二两三四五六七八九十百千万亿])[,.、:](?=[\\d零〇一二两三四五六七八九十])")


def is_verbatim(ours: Statement, text: Statement) -> bool:
    """Whether a text has the sentence word for word, and nothing of its clause around turns the meaning.

    A sentence that says nothing by itself (好的) must be a clause of its own there.
    """
    said = ours.text.strip(_ENDS)
    if not said:
        return False
    places = _found(said, text)
    if not tells(ours):
        return any(_is_whole(start, end, text) for start, end in places)
    return any(_stands_alone(start, end, text) for start, end in places)


def _found(said: str, text: Statement) -> Iterator[tuple[int, int]]:
    """Where a text has the words: as they stand, then without the marks on either side."""
    at = text.text.find(said)
    while at >= 0:
        yield at, at + len(said)
        at = text.text.find(said, at + 1)
    bare, _ = _unmarked(said)
    all_bare, places = _unmarked(text.text)
    at = all_bare.find(bare) if bare else -1
    while at >= 0:
        yield places[at], places[at + len(bare) - 1] + 1
        at = all_bare.find(bare, at + 1)


@lru_cache(maxsize=256)
def _unmarked(text: str) -> tuple[str, tuple[int, ...]]:
    """A text without its marks, and where each character that is left stood."""
    kept = {found.start() for found in _BETWEEN_NUMERALS.finditer(text)}
    places = tuple(at for at, character in enumerate(text) if at in kept or not _MARK.match(character))
    return "".join(text[at] for at in places), places


def _is_whole(start: int, end: int, text: Statement) -> bool:
    before, after = text.text[:start], text.text[end:]
    return (not before or before[-1] in _ENDS + "\n(") and (not after or after[0] in _ENDS + "\n)")


def _stands_alone(start: int, end: int, text: Statement) -> bool:
    before, after = text.text[:start], text.text[end:]
    if text.text[start] in _NUMERAL and _NUMERAL_BEFORE.search(before):
        return False
    if text.text[end - 1] in _NUMERAL and _NUMERAL_AFTER.match(after):
        return False
    clause = _BREAK.split(before)[-1]
    rest = _BREAK.split(after)[0]
    return not _TURNING_BEFORE.search(clause) and not _TURNING_AFTER.search(rest)
