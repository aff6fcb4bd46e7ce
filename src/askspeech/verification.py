"""Is a generation sound? Everything in it is read, in a child process: a damaged vector index can kill its reader.

`python -m askspeech.verification FOLDER` is that child; it prints one JSON object.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import CATALOG, Catalog
from askspeech.datatypes import Passage
from askspeech.errors import AskSpeechError
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import Manifest, hashes
from askspeech.tokens import field_tokens
from askspeech.vectors import VECTORS, VectorIndex

TIME_LIMIT_SECONDS = 1800

_PROBES = 200
_FOUND_AT_LEAST = 0.99
_VECTOR_RANKS = 3
_KEYWORD_RANKS = 10
_TOLERANCE = 1e-6
_KEYWORD_FIELDS = {"text_bigrams": 1.0, "text_words": 1.0}


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a generation showed; `problems` are sentences, none where it is sound.

    `probes` passages were searched for by their own vector and their own words; the two `found_by_…` say how many were
    found.
    """

    problems: tuple[str, ...]
    passages: int = 0
    probes: int = 0
    found_by_vector: int = 0
    found_by_keyword: int = 0
    seconds: float = 0.0
    quick: bool = False

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        if self.problems:
            return "\n".join(("The index is not sound.", *self.problems))
        return (
            f"The index is sound: {self.passages} passages; of {self.probes} searched for, {self.found_by_vector} were "
            f"found by their own vector and {self.found_by_keyword} by their own words ({self.seconds:.1f} s)."
        )


def verify(generation: Path, *, quick: bool = False, time_limit: float = TIME_LIMIT_SECONDS) -> Verification:
    """Read a generation in a child process and say what is wrong with it.

    `quick` reads the manifest and the counts and asks each leg one question; otherwise every id and vector is read,
    the hashes are computed again and up to 200 passages are searched for. The child is killed after `time_limit`
    seconds. Whatever happens to it is a problem in the result; nothing is raised.
    """
    arguments = [str(generation.resolve()), *(["--quick"] if quick else [])]
    started = time.monotonic()
    try:
        child = subprocess.run(
            [sys.executable, "-m", "askspeech.verification", *arguments],
            cwd=Path(__file__).resolve().parent.parent,  # so that it finds this very package, installed or not
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        problem = f"Reading {generation} took longer than {time_limit:.0f} seconds and was stopped."
        return Verification((problem,), quick=quick, seconds=time.monotonic() - started)
    return _result(child, generation, quick=quick)


def inspect(generation: Path, *, quick: bool = False) -> Verification:
    """What `verify` does, in this process: only for the child, because damaged files can kill the process."""
    started = time.monotonic()
    findings = _Findings()
    try:
        with ExitStack() as stack:
            _Inspection(generation, stack, findings).run(quick=quick)
    except AskSpeechError as error:
        findings.problems.append(str(error))
    return Verification(
        tuple(findings.problems),
        findings.passages,
        findings.probes,
        findings.found_by_vector,
        findings.found_by_keyword,
        time.monotonic() - started,
        quick,
    )


@dataclass(slots=True)
class _Findings:
    problems: list[str] = field(default_factory=list)
    passages: int = 0
    probes: int = 0
    found_by_vector: int = 0
    found_by_keyword: int = 0


class _Inspection:
    def __init__(self, generation: Path, stack: ExitStack, findings: _Findings) -> None:
        self._findings = findings
        self._manifest = Manifest.read(generation)
        self._catalog = stack.enter_context(Catalog.open(generation / CATALOG))
        self._keywords = stack.enter_context(KeywordIndex.open(generation / KEYWORDS))
        self._vectors = stack.enter_context(VectorIndex.open(generation / VECTORS))

    def run(self, *, quick: bool) -> None:
        self._findings.passages = self._catalog.counts().passages
        self._compare_counts()
        if not quick:
            self._compare_ids()
            self._compare_vectors()
            self._compare_hashes()
        self._probe(1 if quick else _PROBES)

    def _problem(self, sentence: str) -> None:
        self._findings.problems.append(sentence)

    def _compare_counts(self) -> None:
        counts = self._catalog.counts()
        if counts != self._manifest.counts:
            self._problem(f"The catalogue holds {counts}, the manifest says {self._manifest.counts}.")
        for name, count in (("vector", self._vectors.count()), ("keyword", self._keywords.count())):
            if count != counts.passages:
                self._problem(f"The {name} index holds {count} passages, the catalogue {counts.passages}.")

    def _compare_ids(self) -> None:
        ids = self._catalog.passage_ids()
        for name, found in (("vector", self._vector_ids()), ("keyword", self._keywords.ids())):
            self._compare(name, ids, sorted(found))

    def _compare(self, name: str, ids: Sequence[str], found: Sequence[str]) -> None:
        if found != ids:
            lost, foreign = len(set(ids) - set(found)), len(set(found) - set(ids))
            self._problem(
                f"The {name} index does not hold the catalogue's passages: {lost} are missing, {foreign} are foreign, "
                f"{len(found) - len(set(found))} are there twice."
            )

    def _vector_ids(self) -> Iterator[str]:
        return (identity for ids, _ in self._vectors.pages() for identity in ids)

    def _compare_vectors(self) -> None:
        known = set(self._catalog.passage_ids())
        different = 0
        for ids, stored in self._vectors.pages():
            rows = [row for row, identity in enumerate(ids) if identity in known]
            _, expected = self._catalog.embeddings([ids[row] for row in rows])
            different += _different(stored[rows], expected)
        if different:
            self._problem(f"The vectors of {different} passages differ between the vector index and the catalogue.")

    def _compare_hashes(self) -> None:
        found = hashes(self._catalog, self._manifest.embedder)
        for name, hash_, expected in (
            ("catalogue", found.logical, self._manifest.hashes.logical),
            ("catalogue's vectors", found.vectors, self._manifest.hashes.vectors),
        ):
            if hash_ != expected:
                self._problem(f"The hash of the {name} is {hash_}, the manifest says {expected}.")

    def _probe(self, most: int) -> None:
        ids = self._catalog.passage_ids()
        probes = self._catalog.passages(_evenly(ids, most))
        self._findings.probes = len(probes)
        self._findings.found_by_vector = sum(map(self._found_by_vector, probes))
        self._findings.found_by_keyword = sum(map(self._found_by_keyword, probes))
        for way, found in (("vector", self._findings.found_by_vector), ("words", self._findings.found_by_keyword)):
            if found < _FOUND_AT_LEAST * len(probes):
                self._problem(f"{found} of {len(probes)} passages were found by their own {way}, expected 99 %.")

    def _found_by_vector(self, passage: Passage) -> bool:
        _, vectors = self._catalog.embeddings([passage.id])
        found = [identity for identity, _ in self._vectors.query(vectors[0], _VECTOR_RANKS)]
        if passage.id in found or not vectors[0].any():
            return True  # a vector of zeros is near to nothing
        _, others = self._catalog.embeddings(found)
        return any(np.array_equal(other, vectors[0]) for other in others)

    def _found_by_keyword(self, passage: Passage) -> bool:
        tokens = _own_tokens(passage)
        if not any(tokens.values()):
            return True  # nothing but punctuation
        found = [identity for identity, _ in self._keywords.query(tokens, _KEYWORD_FIELDS, _KEYWORD_RANKS)]
        return passage.id in found or any(other.text == passage.text for other in self._catalog.passages(found))


def _own_tokens(passage: Passage) -> dict[str, list[str]]:
    tokens = field_tokens(passage.text, "", "")
    return {name: tokens[name] for name in _KEYWORD_FIELDS}


def _evenly(ids: Sequence[str], most: int) -> list[str]:
    """At most that many ids, evenly spread over all of them."""
    count = min(most, len(ids))
    return [ids[index * len(ids) // count] for index in range(count)]


def _different(stored: NDArray[np.float32], expected: NDArray[np.float32]) -> int:
    """How many rows of two matrices (n, dimension) point in different directions."""
    if stored.shape != expected.shape:
        return len(stored)
    return int((np.abs(_unit(stored) - _unit(expected)) > _TOLERANCE).any(axis=1).sum())


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def _result(child: subprocess.CompletedProcess[bytes], generation: Path, *, quick: bool) -> Verification:
    if child.returncode < 0:
        name = signal.Signals(-child.returncode).name
        return Verification((f"Reading {generation} killed the process that read it ({name}).",), quick=quick)
    try:
        values = json.loads(child.stdout)
        return Verification(**(values | {"problems": tuple(values["problems"])}))
    except (ValueError, TypeError, KeyError):
        lines = child.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines else f"exit status {child.returncode}"
        return Verification((f"Reading {generation} failed: {reason}",), quick=quick)


def main(arguments: Sequence[str] | None = None) -> int:
    """Inspect the generation named on the command line and print the result as JSON; status 0 if it is sound."""
    parser = argparse.ArgumentParser(prog="python -m askspeech.verification", description=main.__doc__)
    parser.add_argument("generation", type=Path)
    parser.add_argument("--quick", action="store_true", help="read only the manifest and the counts, probe once")
    options = parser.parse_args(arguments)
    result = inspect(options.generation, quick=options.quick)
    json.dump(asdict(result), sys.stdout)
    return 0 if result.sound else 1


if __name__ == "__main__":
    sys.exit(main())
