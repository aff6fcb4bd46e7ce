"""What several speeches say in the same words: an answer says it once and names the others. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from askspeech.blanks import find_blanks
from askspeech.datatypes import Hit
from askspeech.phrases import Wording
from askspeech.quantities import Quantity, find_quantities, same_quantity
from askspeech.selection import Extract, sentences_of
from askspeech.tokens import bigrams, search_key

__all__ = ["Shared", "merged", "wording"]

_NO_LETTER = re.compile(r"[\W_]+")
_SAME = 0.8
"""The share of bigrams, of the longer one, that two wordings of a borrowed sentence have in common."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A part of an answer, and where other speeches say the same."""

    extract: Extract
    also: tuple[Extract, ...] = ()


def merged(extracts: Sequence[Extract], copies: Mapping[str, Iterable[Hit]]) -> list[Shared]:
    """The extracts in their order, those in the words of an earlier one of another speech put with it.

    Of equal wordings the one with the fewest blanks is shown. `copies` are near copies of passages, by passage id: the
    same sentence in them is put there, too.
    """
    groups: list[list[Extract]] = []
    for extract in extracts:
        group = next((group for group in groups if _says_same(group[0], extract)), None)
        if group is None:
            groups.append([extract])
        else:
            group.append(extract)
    return [_shared(group, copies) for group in groups]


def _shared(group: Sequence[Extract], copies: Mapping[str, Iterable[Hit]]) -> Shared:
    shown = min(group, key=_blanks)
    others = [other for other in group if other.hit.speech.id != shown.hit.speech.id]
    for hit in copies.get(shown.hit.passage.id, ()):
        others += [sentence for sentence in sentences_of(hit) if _says_same(shown, sentence)][:1]
    by_speech = {other.hit.speech.id: other for other in reversed(others)}
    return Shared(shown, tuple(by_speech.values()))


def wording(shown: Extract, other: Extract) -> Wording:
    """How another speech says what is shown."""
    if _letters(shown.text) == _letters(other.text):
        return "same"
    return "blanked" if _blanks(other) > _blanks(shown) else "near"


def _says_same(one: Extract, other: Extract) -> bool:
    """Whether two sentences of different speeches have nearly all of their words in common, and no other figures."""
    if one.hit.speech.id == other.hit.speech.id:
        return False
    mine, others = set(bigrams(one.text)), set(bigrams(other.text))
    alike = len(mine & others) >= _SAME * max(len(mine), len(others), 1)
    return alike and _figures_agree(one, other) and _figures_agree(other, one)


def _figures_agree(one: Extract, other: Extract) -> bool:
    """Whether the other says every figure of one, or hides it."""
    said = _figures(other.text)
    missed = sum(not any(same_quantity(figure, each) for each in said) for figure in _figures(one.text))
    return missed <= _blanks(other)


def _figures(text: str) -> list[Quantity]:
    """The figures of a text; of xx亿元 none, where 亿 alone is left to be read."""
    behind = {blank.span.end for blank in find_blanks(text)}
    return [each for each in find_quantities(text) if len(text[: each.start].rstrip()) not in behind]


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", search_key(text))


def _blanks(extract: Extract) -> int:
    return sum(1 for _ in find_blanks(extract.text))
