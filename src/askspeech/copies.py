"""Passages that say the same in nearly the same words: speeches borrow paragraphs, and the copies differ in blanks.

MinHash over character shingles finds candidates (Broder, 1997; locality-sensitive hashing by datasketch); their exact
likeness decides. Whether two passages are near copies depends on these two alone, so what a build knows of passages
that stay can be used again, and gives the same groups as comparing all of them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from askspeech.datatypes import Passage
from askspeech.tokens import search_key

__all__ = [
    "PASSAGES",
    "SPEECHES",
    "Groups",
    "Measure",
    "copies_among",
    "near_copies",
    "regrouped",
    "sketch",
    "sketch_of",
    "sketch_of_all",
]

_SHINGLE = 4
_SHORTEST = 40
_PERMUTATIONS = 64

Groups = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Measure:
    """When two texts are copies: what is not compared, how like they are at least, and how like their sketches."""

    ignored: re.Pattern[str]
    likeness: float
    candidates: float


# Blanks and figures are what borrowed paragraphs differ in; punctuation and white space come from whoever typed them.
PASSAGES = Measure(re.compile(r"[\d\W_xX×*]+"), likeness=0.6, candidates=0.5)
"""Near copies: the same in other words here and there."""
SPEECHES = Measure(re.compile(r"[\W_]+"), likeness=0.9, candidates=0.85)
"""Copies of whole speeches: typed or converted twice, with the same figures."""


def copies_among(passages: Iterable[Passage]) -> Groups:
    """Groups of passages that are near copies: texts of texts, outlines of outlines, each group sorted by id."""
    kinds: dict[str, dict[str, str]] = {}
    for passage in passages:
        kinds.setdefault(passage.kind, {})[passage.id] = passage.text
    return sorted(group for texts in kinds.values() for group in near_copies(texts))


def near_copies(texts: Mapping[str, str]) -> Groups:
    """Groups of at least two ids whose texts are near copies of one another, each sorted, in sorted order."""
    sketches = {identity: found for identity, text in texts.items() if (found := sketch(text))}
    return regrouped(sketches, set(sketches), (), texts.__getitem__)


def sketch(text: str) -> bytes | None:
    """What near copies of a text are found by (256 bytes); None where it is too short to have any."""
    return sketch_of(search_key(text))


def sketch_of(key: str) -> bytes | None:
    """The sketch of a text whose search key is at hand."""
    shingles = _shingles(key)
    if not shingles:
        return None
    made = MinHash(num_perm=_PERMUTATIONS, seed=1)
    made.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in sorted(shingles)])
    return bytes(made.hashvalues.astype("<u4").tobytes())


def regrouped(
    sketches: Mapping[str, bytes],
    changed: Collection[str],
    groups: Iterable[Sequence[str]],
    text_of: Callable[[str], str],
    measure: Measure = PASSAGES,
) -> Groups:
    """Groups of copies, by a measure, among all that have sketches, where those of `changed` are new.

    `groups` are the groups of an earlier comparison; of those that lost a member, the rest is compared again.
    """
    renewed = set(changed)
    parents = {identity: identity for identity in sketches}
    for group in groups:
        if all(identity in sketches and identity not in renewed for identity in group):
            parents.update(dict.fromkeys(group, group[0]))
        else:
            renewed.update(identity for identity in group if identity in sketches)
    shingles = cache(lambda identity: _shingles(search_key(text_of(identity)), measure.ignored))

    def alike(one: str, other: str) -> bool:
        return _likeness(shingles(one), shingles(other)) >= measure.likeness

    for bucket in _candidates(sketches, renewed, measure.candidates):
        _join(parents, bucket, renewed, alike)
    found: dict[str, list[str]] = {}
    for identity in sorted(sketches):
        found.setdefault(_root(parents, identity), []).append(identity)
    return sorted(tuple(group) for group in found.values() if len(group) > 1)


def sketch_of_all(sketches: Iterable[bytes]) -> bytes | None:
    """The sketch of several texts taken as one, from theirs; None where none of them has one."""
    found = [np.frombuffer(one, "<u4") for one in sketches]
    return bytes(np.minimum.reduce(found).tobytes()) if found else None


def _shingles(key: str, ignored: re.Pattern[str] = PASSAGES.ignored) -> frozenset[str]:
    """The shingles of a text, by its search key; none where it is too short to be compared."""
    compared = ignored.sub("", key)
    if len(compared) < _SHORTEST:
        return frozenset()
    return frozenset(compared[at : at + _SHINGLE] for at in range(len(compared) - _SHINGLE + 1))


def _join(
    parents: dict[str, str], bucket: Sequence[str], renewed: Collection[str], alike: Callable[[str, str], bool]
) -> None:
    """Join the groups of what is alike in a bucket.

    What is in one group already is not compared again: a text that says the same a thousand times would take a million
    comparisons.
    """
    parts: list[list[str]] = []
    for other in bucket:
        own, apart = [other], []
        for part in parts:
            root = _root(parents, part[0])
            pairs = (one for one in part if one in renewed or other in renewed)
            if root == _root(parents, other) or any(alike(one, other) for one in pairs):
                parents[_root(parents, other)] = root
                part.extend(own)
                own = part
            else:
                apart.append(part)
        parts = [*apart, own]


def _candidates(sketches: Mapping[str, bytes], renewed: Collection[str], likeness: float) -> Iterator[list[str]]:
    """Those whose sketches agree in a whole band, at least two of them and one of them renewed."""
    identities = sorted(sketches)
    is_new = np.array([identity in renewed for identity in identities], dtype=bool)
    if not is_new.any():
        return
    table = np.frombuffer(b"".join(sketches[identity] for identity in identities), "<u4")
    table = table.reshape(len(identities), _PERMUTATIONS)
    banding = MinHashLSH(threshold=likeness, num_perm=_PERMUTATIONS)
    for band in range(banding.b):
        for bucket in _buckets(table[:, band * banding.r : (band + 1) * banding.r], is_new):
            yield [identities[row] for row in bucket]


def _buckets(values: NDArray[np.uint32], is_new: NDArray[np.bool_]) -> Iterator[list[int]]:
    """The rows of equal values, at least two of them and one of them new."""
    keys = np.ascontiguousarray(values).view(np.dtype((np.void, values.shape[1] * values.itemsize))).ravel()
    _, numbers = np.unique(keys, return_inverse=True)
    touched = np.bincount(numbers, is_new) > 0
    wanted = np.flatnonzero((touched & (np.bincount(numbers) > 1))[numbers])
    buckets: dict[int, list[int]] = {}
    for row in wanted.tolist():
        buckets.setdefault(int(numbers[row]), []).append(row)
    yield from buckets.values()


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity."""
    return len(one & other) / max(1, len(one | other))


def _root(parents: dict[str, str], identity: str) -> str:
    while parents[identity] != identity:
        parents[identity] = parents[parents[identity]]
        identity = parents[identity]
    return identity
