"""What several speeches say in the same words: an answer says it once and names the others. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from askspeech.blanks import find_blanks
from askspeech.datatypes import Hit
from askspeech.selection import Extract, sentences_of
from askspeech.tokens import bigrams

__all__ = ["Shared", "merged"]

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


def _says_same(one: Extract, other: Extract) -> bool:
    """Whether two sentences of different speeches have nearly all of their words in common."""
    if one.hit.speech.id == other.hit.speech.id:
        return False
    mine, others = set(bigrams(one.text)), set(bigrams(other.text))
    return len(mine & others) >= _SAME * max(len(mine), len(others), 1)


def _blanks(extract: Extract) -> int:
    return sum(1 for _ in find_blanks(extract.text))
