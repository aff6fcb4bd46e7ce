"""Is a generation sound? Everything in it is read, in a child process: a damaged vector index can kill its reader.

`python -m askspeech.verification FOLDER` is that child. It prints the name of each part before it reads it, so that it
is known what killed it, and a JSON object at the end.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import CATALOG, Catalog
from askspeech.checksums import changed_files
from askspeech.chroma_server import within
from askspeech.datatypes import Passage
from askspeech.disk import folder_bytes, limit_file_growth
from askspeech.errors import AskSpeechError, DiskError, StoreDamagedError, StoreUnreachableError
from askspeech.forking import Forker
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import Manifest, hashes, installed_versions
from askspeech.settings import ChromaServer
from askspeech.tokens import field_tokens
from askspeech.vector_places import place_of
from askspeech.vectors import VECTORS, VectorIndex

TIME_LIMIT_SECONDS = 1800
QUICK_TIME_LIMIT_SECONDS = 120

Part = Literal["manifest", "catalogue", "keywords", "vectors"]

_PROBES = 200
_QUICK_PROBES = 20
# Every id and vector of a small index is compared even in the quick look; Chroma takes long to list those of a large
# one, so of it only this many vectors are compared.
_QUICK_IDS = 20_000
_QUICK_VECTORS = 5000
_FOUND_AT_LEAST = 0.99
_NEARLY_EQUAL = 0.99
"""A passage whose vector is as near as this (cosine) stands for another: nobody could tell which one was meant."""
_VECTOR_RANKS = 3
_KEYWORD_RANKS = 10
_TOLERANCE = 1e-6
_QUICK_SERVER_SECONDS = 60
_KEYWORD_FIELDS = {"text_bigrams": 1.0, "text_words": 1.0}


_READER = Forker("askspeech.verification", ("chromadb.api.rust",))


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a generation showed; `problems` are sentences, none where it is sound.

    `probes` passages were searched for by their own vector and their own words; the two `found_by_…` say how many were
    found. `damaged` are the parts that the problems are in; parts after a manifest or catalogue that cannot be used are
    not looked at. `unreachable` is whether nothing is wrong but that the Chroma server did not answer.
    """

    problems: tuple[str, ...]
    passages: int = 0
    probes: int = 0
    found_by_vector: int = 0
    found_by_keyword: int = 0
    seconds: float = 0.0
    quick: bool = False
    damaged: tuple[Part, ...] = ()
    unreachable: bool = False

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        if self.problems:
            return "\n".join(("The index is not sound.", *self.problems))
        if not self.probes:
            return (
                f"The index is sound: {self.passages} passages; every file is as the build wrote it "
                f"({self.seconds:.1f} s)."
            )
        return (
            f"The index is sound: {self.passages} passages; of {self.probes} searched for, {self.found_by_vector} were "
            f"found by their own vector and {self.found_by_keyword} by their own words ({self.seconds:.1f} s)."
        )


def verify(
    generation: Path, *, quick: bool = False, time_limit: float | None = None, server: ChromaServer | None = None
) -> Verification:
    """Read a generation in a child process and say what is wrong with it.

    `quick` compares the checksums of all files, which the build computed before it read everything, and the catalogue's
    counts; the indexes are opened only where another version of askspeech, chromadb or tantivy wrote them: then ids of
    up to 20,000 passages and up to 5,000 vectors are compared and each leg is asked 20 questions. Otherwise every id
    and vector is compared, the hashes are computed again and up to 200 passages are searched for. Vectors on a Chroma
    server, which have no checksums, are always asked for. The child is killed after `time_limit` seconds. Whatever
    happens to it is a problem in the result.

    Raises:
        StoreMismatchError: another schema, chromadb or tantivy made it, which is no damage.
    """
    # The child finds whatever else is wrong with the manifest, and names the part.
    with suppress(StoreDamagedError, DiskError):
        Manifest.read(generation)
    arguments = [str(generation.resolve()), *(["--quick"] if quick else []), *(["--server"] if server else [])]
    time_limit = time_limit or (QUICK_TIME_LIMIT_SECONDS if quick else TIME_LIMIT_SECONDS)
    started = time.monotonic()
    given = json.dumps(asdict(server)).encode() if server else b""  # no argument: it may hold a token
    # A quick look needs little of what it would wait for.
    run = _READER.run if not quick or _READER.is_ready else _READER.run_fresh
    try:
        child = run(arguments, given=given, seconds=time_limit)
    except subprocess.TimeoutExpired as error:
        problem = f"Reading {generation} took longer than {time_limit:.0f} seconds and was stopped."
        damaged = _last_part(error.stdout or b"")
        return Verification((problem,), quick=quick, seconds=time.monotonic() - started, damaged=damaged)
    return _result(child, generation, quick=quick)


def prepare() -> None:
    """Begin to import what reading a generation needs, beside whatever else is done until there is one to verify."""
    _READER.prepare()


def inspect(
    generation: Path,
    *,
    quick: bool = False,
    server: ChromaServer | None = None,
    announce: Callable[[Part], None] = lambda part: None,
) -> Verification:
    """What `verify` does, in this process: only for the child, because damaged files can kill the process."""
    started = time.monotonic()
    findings = _Findings(announce)
    with ExitStack() as stack:
        _Inspection(generation, server, stack, findings).run(quick=quick)
    return Verification(
        tuple(findings.problems),
        findings.passages,
        findings.probes,
        findings.found_by_vector,
        findings.found_by_keyword,
        time.monotonic() - started,
        quick,
        tuple(dict.fromkeys(findings.damaged)),
        findings.unreachable and not findings.damaged,
    )


@dataclass(slots=True)
class _Findings:
    announce: Callable[[Part], None]
    problems: list[str] = field(default_factory=list)
    damaged: list[Part] = field(default_factory=list)
    passages: int = 0
    probes: int = 0
    found_by_vector: int = 0
    found_by_keyword: int = 0
    unreachable: bool = False

    def add(self, part: Part, sentence: str) -> None:
        """Add a problem of a part."""
        self.problems.append(sentence)
        self.damaged.append(part)

    @contextmanager
    def examining(self, part: Part) -> Iterator[None]:
        """Announce a part; what the block raises about it becomes a problem."""
        self.announce(part)
        try:
            yield
        except StoreUnreachableError as error:
            self.unreachable = True
            self.problems.append(str(error))
        except AskSpeechError as error:
            self.add(part, str(error))


class _Inspection:
    def __init__(self, generation: Path, server: ChromaServer | None, stack: ExitStack, findings: _Findings) -> None:
        self._generation = generation
        self._server = server
        self._stack = stack
        self._findings = findings

    def run(self, *, quick: bool) -> None:
        with self._findings.examining("manifest"):
            self._manifest = Manifest.read(self._generation)
        if self._findings.damaged:
            return
        opening = not quick or bool(self._manifest.vectors) or self._manifest.versions != installed_versions()
        with self._findings.examining("catalogue"):
            self._compare_files("catalogue", CATALOG)
            if not self._findings.damaged:
                self._examine_catalogue(quick=quick)
        if "catalogue" in self._findings.damaged:
            return
        with self._findings.examining("keywords"):
            self._compare_files("keywords", KEYWORDS)
            if opening:
                self._examine_keywords(quick=quick)
        # Last, because it is the one that can kill or hang the process.
        with self._findings.examining("vectors"), within(_QUICK_SERVER_SECONDS if quick else TIME_LIMIT_SECONDS):
            self._compare_files("vectors", VECTORS)
            if opening:
                self._examine_vectors(quick=quick)

    def _compare_files(self, part: Part, start: str) -> None:
        expected = {name: sum_ for name, sum_ in self._manifest.files.items() if name.startswith(start)}
        for name, what in changed_files(self._generation, expected).items():
            self._findings.add(part, f"The file {self._generation / name} {what}, expected as the build wrote it.")

    def _examine_catalogue(self, *, quick: bool) -> None:
        self._catalog = self._stack.enter_context(Catalog.open(self._generation / CATALOG))
        self._counts = self._catalog.counts()
        self._findings.passages = self._counts.passages
        if self._counts != self._manifest.counts:
            self._findings.add(
                "catalogue", f"The catalogue holds {self._counts}, the manifest says {self._manifest.counts}."
            )
        if not quick:
            self._compare_hashes()

    def _examine_keywords(self, *, quick: bool) -> None:
        self._ids = self._catalog.passage_ids()
        self._probes = self._catalog.passages(_evenly(self._ids, _QUICK_PROBES if quick else _PROBES))
        self._findings.probes = len(self._probes)
        self._keywords = self._stack.enter_context(KeywordIndex.open(self._generation / KEYWORDS))
        self._compare_count("keywords", "keyword", self._keywords.count())
        if not quick:  # the checksums say that no file of it has changed
            self._compare("keywords", "keyword", sorted(self._keywords.ids()))
        self._findings.found_by_keyword = sum(map(self._found_by_keyword, self._probes))
        self._judge("keywords", "words", self._findings.found_by_keyword)

    def _examine_vectors(self, *, quick: bool) -> None:
        # Files are looked at even where a server is set now: what is sound of them can be used again.
        server = self._server if self._manifest.vectors else None
        place = place_of(self._generation, self._manifest, server)
        self._vectors = self._stack.enter_context(VectorIndex.open(place))
        self._compare_count("vectors", "vector", self._vectors.count())
        if not quick or len(self._ids) <= _QUICK_IDS:
            self._compare("vectors", "vector", sorted(self._vectors.ids()))
        self._compare_vectors(_QUICK_VECTORS if quick else None)
        self._findings.found_by_vector = sum(map(self._found_by_vector, self._probes))
        self._judge("vectors", "vector", self._findings.found_by_vector)

    def _compare_count(self, part: Part, name: str, count: int) -> None:
        if count != self._counts.passages:
            self._findings.add(part, f"The {name} index holds {count} passages, the catalogue {self._counts.passages}.")

    def _compare(self, part: Part, name: str, found: Sequence[str]) -> None:
        if found != self._ids:
            lost, foreign = len(set(self._ids) - set(found)), len(set(found) - set(self._ids))
            self._findings.add(
                part,
                f"The {name} index does not hold the catalogue's passages: {lost} are missing, {foreign} are foreign, "
                f"{len(found) - len(set(found))} are there twice.",
            )

    def _compare_vectors(self, most: int | None) -> None:
        known = set(self._ids)
        different = compared = 0
        for ids, stored in self._vectors.pages():
            rows = [row for row, identity in enumerate(ids) if identity in known]
            expected = self._catalog.vectors([ids[row] for row in rows])
            different += _different(stored[rows], expected)
            compared += len(ids)
            if most is not None and compared >= most:
                break
        if different:
            self._findings.add(
                "vectors", f"The vectors of {different} passages differ between the vector index and the catalogue."
            )

    def _compare_hashes(self) -> None:
        found = hashes(self._catalog, self._manifest.embedder, self._manifest.understanding)
        for name, hash_, expected in (
            ("catalogue", found.logical, self._manifest.hashes.logical),
            ("catalogue's vectors", found.vectors, self._manifest.hashes.vectors),
        ):
            if hash_ != expected:
                self._findings.add("catalogue", f"The hash of the {name} is {hash_}, the manifest says {expected}.")

    def _judge(self, part: Part, way: str, found: int) -> None:
        if found < _FOUND_AT_LEAST * len(self._probes):
            self._findings.add(
                part, f"{found} of {len(self._probes)} passages were found by their own {way}, expected 99 %."
            )

    def _found_by_vector(self, passage: Passage) -> bool:
        vectors = self._catalog.vectors([passage.id])
        found = [identity for identity, _ in self._vectors.query(vectors[0], _VECTOR_RANKS)]
        if passage.id in found or not vectors[0].any():
            return True  # a vector of zeros is near to nothing
        if not found:
            return False
        # Among hundreds that say nearly the same, as numbered lines do, the graph reaches some and not others.
        nearness = _unit(self._catalog.vectors(found)) @ _unit(vectors)[0]
        return bool((nearness >= _NEARLY_EQUAL).any())

    def _found_by_keyword(self, passage: Passage) -> bool:
        tokens = _own_tokens(passage)
        if not any(tokens.values()):
            return True  # nothing but punctuation
        found = [identity for identity, _ in self._keywords.query(tokens, _KEYWORD_FIELDS, _KEYWORD_RANKS)]
        if passage.id in found:
            return True
        # Of hundreds that repeat the same words, those before it say them all too.
        return any(_holds(_own_tokens(other), tokens) for other in self._catalog.passages(found))


def _own_tokens(passage: Passage) -> dict[str, list[str]]:
    tokens = field_tokens(passage.text, "", "")
    return {name: tokens[name] for name in _KEYWORD_FIELDS}


def _holds(tokens: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]]) -> bool:
    return all(set(some) <= set(tokens[name]) for name, some in wanted.items())


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
    damaged = _last_part(child.stdout)
    if child.returncode < 0:
        name = signal.Signals(-child.returncode).name
        problem = f"Reading {generation} killed the process that read it ({name})."
        return Verification((problem,), quick=quick, damaged=damaged)
    try:
        values = json.loads(child.stdout.splitlines()[-1])
        return Verification(**(values | {"problems": tuple(values["problems"]), "damaged": tuple(values["damaged"])}))
    except (ValueError, TypeError, KeyError, IndexError):
        lines = child.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines else f"exit status {child.returncode}"
        return Verification((f"Reading {generation} failed: {reason}",), quick=quick, damaged=damaged)


def _last_part(output: bytes) -> tuple[Part, ...]:
    """The part that the child read last; where it did not come to any, the one that is read first."""
    announced = [part for line in output.splitlines() for part in get_args(Part) if line == part.encode()]
    return (announced[-1] if announced else "manifest",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Inspect the generation named on the command line and print the result as JSON; status 0 if it is sound."""
    parser = argparse.ArgumentParser(prog="python -m askspeech.verification", description=main.__doc__)
    parser.add_argument("generation", type=Path)
    parser.add_argument("--quick", action="store_true", help="compare checksums and counts only")
    parser.add_argument("--server", action="store_true", help="read the Chroma server from standard input, as JSON")
    options = parser.parse_args(arguments)
    limit_file_growth(folder_bytes(options.generation))
    server = ChromaServer(**json.load(sys.stdin)) if options.server else None
    result = inspect(options.generation, quick=options.quick, server=server, announce=_print_part)
    json.dump(asdict(result), sys.stdout)
    return 0 if result.sound else 1


def _print_part(part: Part) -> None:
    sys.stdout.write(f"{part}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
