"""Passages that say the same in nearly the same words: speeches borrow paragraphs, and the copies differ in blanks.

MinHash over character shingles finds candidates (Broder, 1997; locality-sensitive hashing by datasketch); their exact
likeness decides.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from datasketch import MinHash, MinHashLSH

from askspeech.datatypes import Passage
from askspeech.tokens import search_key

__all__ = ["copies_among", "near_copies"]

_SHINGLE = 4
_SHORTEST = 40
_LIKENESS = 0.6
_CANDIDATE_LIKENESS = 0.5
_PERMUTATIONS = 64
# Blanks and figures are what copies differ in; punctuation and white space come from whoever typed them.
_IGNORED = re.compile(r"[\d\W_xX×*]+")


def copies_among(passages: Iterable[Passage]) -> list[tuple[str, ...]]:
    """Groups of passages that are near copies: texts of texts, outlines of outlines, each group sorted by id."""
    kinds: dict[str, dict[str, str]] = {}
    for passage in passages:
        kinds.setdefault(passage.kind, {})[passage.id] = passage.text
    return sorted(group for texts in kinds.values() for group in near_copies(texts))


def near_copies(texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Groups of at least two ids whose texts are near copies of one another, each sorted, in sorted order."""
    shingles = {identity: found for identity, text in texts.items() if (found := _shingles(text))}
    parents = {identity: identity for identity in shingles}
    for one, other in _candidates(shingles):
        if _likeness(shingles[one], shingles[other]) >= _LIKENESS:
            parents[_root(parents, other)] = _root(parents, one)
    groups: dict[str, list[str]] = {}
    for identity in sorted(shingles):
        groups.setdefault(_root(parents, identity), []).append(identity)
    return sorted(tuple(group) for group in groups.values() if len(group) > 1)


def _shingles(text: str) -> frozenset[str]:
    key = _IGNORED.sub("", search_key(text))
    if len(key) < _SHORTEST:
        return frozenset()
    return frozenset(key[at : at + _SHINGLE] for at in range(len(key) - _SHINGLE + 1))


def _candidates(shingles: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    index = MinHashLSH(threshold=_CANDIDATE_LIKENESS, num_perm=_PERMUTATIONS)
    for identity in sorted(shingles):
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in sorted(shingles[identity])])
        for other in sorted(index.query(sketch)):
            yield other, identity
        index.insert(identity, sketch)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity."""
    return len(one & other) / len(one | other)


def _root(parents: dict[str, str], identity: str) -> str:
    while parents[identity] != identity:
        parents[identity] = parents[parents[identity]]
        identity = parents[identity]
    return identity
