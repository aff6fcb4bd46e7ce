"""The vector index: Chroma collections of one generation, with the speech of each passage as their only metadata.

Vectors come ready made. No embedding function is ever given to Chroma, and a collection that carries one is refused:
opening it would build that function from what the file says.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from askspeech.chroma_files import FilesHome, files_message
from askspeech.chroma_server import ServerHome, ServerPlace
from askspeech.errors import ModelError, StoreDamagedError

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as ChromaCollection

VECTORS = "chroma"

_FIRSTS = "passages"
_COPIES = "copies"
_SPEECH = "speech"
_FIRST = "first"
_BATCH = 5000
# What Chroma has not written down of a graph, by default all of a small one, it makes again whenever it opens the
# index, with several threads and not always alike: now and then a passage could not be reached. Written down after
# every call, the graph that answers is the one that the build verified.
_WRITING = {"batch_size": 2, "sync_threshold": 2}
_GRAPHS: Mapping[str, Mapping[str, Any]] = {
    # Searching wider than Chroma's default of 100, and with more neighbours than its 16: with the defaults more vectors
    # were not found by themselves where many passages say nearly the same.
    _FIRSTS: {"space": "cosine", "max_neighbors": 24, "ef_construction": 100, "ef_search": 200, **_WRITING},
    # The copies are only looked up, never searched.
    _COPIES: {"space": "cosine", "max_neighbors": 2, "ef_construction": 2, "ef_search": 2, **_WRITING},
}

Hits = list[tuple[str, float]]
Place = Path | ServerPlace
"""Where the vectors of a generation are: in the files of a folder, or on a Chroma server."""


class Home(Protocol):
    """What holds the collections of one index; whoever opened it closes it."""

    name: str

    def errors(self) -> AbstractContextManager[None]:
        """What Chroma raises in the block as our errors."""

    def rows(self, dimension: int) -> int:
        """How many rows it takes in one call."""

    def make(self, kind: str, configuration: Mapping[str, Any], facts: Mapping[str, Any]) -> "ChromaCollection":
        """A new collection."""

    def get(self, kind: str) -> "ChromaCollection":
        """A collection that is there."""

    def remove(self, kind: str) -> None:
        """Remove a collection."""


class VectorIndex:
    """The vectors of one generation's passages; made by `create` for the build or by `open` for readers.

    Passages with the very same vector, as every speech's thanks at its end, would make islands in Chroma's graph that
    a search cannot enter or leave: 10 groups of 400 hid one vector in seven. So only the first of them is in the
    collection that is searched; its copies are in a second one and join the first in every answer.

    Every method raises StoreDamagedError where the collections are not what a build wrote, DiskError where the disk is
    the reason, and StoreUnreachableError where a server does not answer. Only one process may write; several may read.
    """

    def __init__(self, home: Home, firsts: "ChromaCollection", copies: "ChromaCollection") -> None:
        self._home = home
        self._firsts = firsts
        self._copies = copies
        self._closing = ExitStack()
        self._first_of: dict[bytes, str] = {}
        # By the id of the first: the ids of its copies with the speeches they belong to.
        self._copies_of: dict[str, list[tuple[str, str]]] = {}

    @classmethod
    def create(cls, place: Place, dimension: int) -> Self:
        """A new index in a new folder, or in new collections of a server, for vectors of that dimension."""
        with ExitStack() as closing:
            home = FilesHome.create(place, closing) if isinstance(place, Path) else ServerHome(place, closing)
            with home.errors():
                index = cls(home, _new(home, _FIRSTS, dimension), _new(home, _COPIES, dimension))
            index._closing = closing.pop_all()
        return index

    @classmethod
    def open(cls, place: Place) -> Self:
        """A finished index to read; one in a folder that cannot be written to is copied to a temporary one first."""
        with ExitStack() as closing:
            home = FilesHome.open(place, closing) if isinstance(place, Path) else ServerHome(place, closing)
            with home.errors():
                index = cls(home, _existing(home, _FIRSTS), _existing(home, _COPIES))
                index._load_copies()
            index._closing = closing.pop_all()
        return index

    @classmethod
    def alter(cls, folder: Path) -> Self:
        """A copy of a finished index that nobody else has open, to change."""
        if not os.access(folder / "chroma.sqlite3", os.W_OK):
            raise StoreDamagedError(files_message(folder, "holds no chroma.sqlite3 that can be written to"))
        return cls.open(folder)

    @property
    def dimension(self) -> int:
        """The dimension that the index was made for."""
        return int((self._firsts.metadata or {}).get("dimension", 0))

    def close(self) -> None:
        """Close the files and end the threads or connections that Chroma holds; closing twice does nothing."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(
        self,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        speech_ids: Sequence[str],
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Add passages with their vectors (n, dimension); `progress` is told the number added after each batch.

        Raises:
            ModelError: a vector is of another dimension or holds values that are not finite.
        """
        self._check(vectors)
        size = self._home.rows(self.dimension)
        for start in range(0, len(ids), size):
            stop = min(start + size, len(ids))
            self._add([(ids[row], speech_ids[row], vectors[row]) for row in range(start, stop)])
            if progress is not None:
                progress(stop - start)

    def remove(self, ids: Collection[str], vectors_of: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        """Remove passages; where the first of equal vectors goes, a copy that stays takes its place.

        `vectors_of` gives the vectors (n, dimension) of passages that stay.
        """
        gone = frozenset(ids)
        orphans: list[tuple[str, str]] = []
        for first, copies in list(self._copies_of.items()):
            staying = [copy for copy in copies if copy[0] not in gone]
            if first in gone:
                orphans += staying
            if first in gone or not staying:
                del self._copies_of[first]
            else:
                self._copies_of[first] = staying
        self._firsts = self._without(self._firsts, gone)
        self._copies = self._without(self._copies, gone.union(identity for identity, _ in orphans))
        for start in range(0, len(orphans), _BATCH):
            part = orphans[start : start + _BATCH]
            members = [identity for identity, _ in part]
            self.add(members, vectors_of(members), [speech for _, speech in part])

    def know(self, pages: Iterable[tuple[Sequence[str], NDArray[np.float32]]], wanted: NDArray[np.float32]) -> None:
        """Learn from the vectors of passages that stay which of them equal a vector of those that are wanted."""
        keys = {_key(vector) for vector in wanted}
        first_of = {copy: first for first, copies in self._copies_of.items() for copy, _ in copies}
        for ids, vectors in pages:
            for identity, vector in zip(ids, vectors, strict=True):
                if (key := _key(vector)) in keys:
                    self._first_of.setdefault(key, first_of.get(identity, identity))

    def query(self, vector: NDArray[np.float32], k: int, speeches: Collection[str] | None = None) -> Hits:
        """The k passages nearest to a vector (dimension,), best first, with their cosine; equal ones by id.

        `speeches` narrows the search to the passages of the speeches with these ids.

        Raises:
            ModelError: the vector is of another dimension or holds values that are not finite.
        """
        self._check(vector[np.newaxis])
        if k <= 0:
            return []
        among = None if speeches is None else frozenset(speeches)
        hits = [hit for where in _conditions(among) for hit in self._nearest(vector, k, where=where)]
        scores = dict(hits) | self._scores_of_copied(vector, k, among)
        copies = [(id_, score) for first, score in scores.items() for id_ in self._copies_in(first, among)]
        return sorted([*hits, *copies], key=lambda hit: (-hit[1], hit[0]))[:k]

    def pages(self, size: int = _BATCH) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """All ids with their vectors (n, dimension), brought to length 1, at most `size` at a time, in no order."""
        for collection in (self._firsts, self._copies):
            for page in self._rows(collection, "embeddings", size):
                yield page["ids"], np.asarray(page["embeddings"], dtype=np.float32)

    def ids(self) -> Iterator[str]:
        """The ids of all passages, in no order; their vectors are not read."""
        for collection in (self._firsts, self._copies):
            for page in self._rows(collection, "metadatas", _BATCH):
                yield from page["ids"]

    def count(self) -> int:
        """How many passages there are."""
        with self._home.errors():
            return self._firsts.count() + self._copies.count()

    def _add(self, rows: Sequence[tuple[str, str, NDArray[np.float32]]]) -> None:
        firsts, copies = [], []
        for row in rows:
            identity, speech_id, vector = row
            first = self._first_of.setdefault(_key(vector), identity)
            if first == identity:
                firsts.append((row, {_SPEECH: speech_id}))
            else:
                copies.append((row, {_SPEECH: speech_id, _FIRST: first}))
                self._copies_of.setdefault(first, []).append((identity, speech_id))
        for collection, part in ((self._firsts, firsts), (self._copies, copies)):
            if part:
                with self._home.errors():
                    collection.add(
                        ids=[row[0] for row, _ in part],
                        embeddings=np.stack([row[2] for row, _ in part]),
                        metadatas=[facts for _, facts in part],
                    )

    def _without(self, collection: "ChromaCollection", ids: Collection[str]) -> "ChromaCollection":
        """The collection without these ids; a new one where none stay: Chroma writes an emptied one at every start."""
        wanted, removed = sorted(ids), 0
        kind = _FIRSTS if collection is self._firsts else _COPIES
        with self._home.errors():
            for start in range(0, len(wanted), _BATCH):
                present = collection.get(ids=wanted[start : start + _BATCH], include=[])["ids"]
                removed += len(present)
                if present:
                    collection.delete(ids=present)
            if not removed or collection.count():
                return collection
            dimension = self.dimension
            self._home.remove(kind)
            return _new(self._home, kind, dimension)

    def _rows(
        self, collection: "ChromaCollection", what: Literal["embeddings", "metadatas"], size: int
    ) -> Iterator[Any]:
        with self._home.errors():
            total = collection.count()
        size = min(size, self._home.rows(self.dimension))
        for start in range(0, total, size):
            with self._home.errors():
                page = collection.get(limit=size, offset=start, include=[what])
            yield page

    def _load_copies(self) -> None:
        for page in self._rows(self._copies, "metadatas", _BATCH):
            for identity, facts in zip(page["ids"], page["metadatas"], strict=True):
                if not facts or _FIRST not in facts or _SPEECH not in facts:
                    raise StoreDamagedError(_message(self._home, f"does not say what {identity!r} is a copy of"))
                self._copies_of.setdefault(str(facts[_FIRST]), []).append((identity, str(facts[_SPEECH])))

    def _copies_in(self, first: str, among: frozenset[str] | None) -> list[str]:
        """The copies of a passage that belong to these speeches; all of them where it is None."""
        return [id_ for id_, speech in self._copies_of.get(first, ()) if among is None or speech in among]

    def _scores_of_copied(self, vector: NDArray[np.float32], k: int, among: frozenset[str] | None) -> dict[str, float]:
        """The best firsts that have copies in these speeches, which they themselves may not belong to."""
        if among is None:
            return {}
        firsts = [first for first in self._copies_of if self._copies_in(first, among)]
        parts = [firsts[start : start + _BATCH] for start in range(0, len(firsts), _BATCH)]
        return {id_: score for part in parts for id_, score in self._nearest(vector, k, ids=part)}

    def _nearest(self, vector: NDArray[np.float32], k: int, **narrowed: Any) -> Hits:
        with self._home.errors():
            answer = self._firsts.query(
                query_embeddings=vector[np.newaxis], n_results=k, include=["distances"], **narrowed
            )
            distances = answer["distances"] or [[]]
            # A server sends them as decimals: as single precision they are the very ones of files.
            return [
                (id_, 1.0 - float(np.float32(far))) for id_, far in zip(answer["ids"][0], distances[0], strict=True)
            ]

    def _check(self, vectors: NDArray[np.float32]) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ModelError(
                f"The embedder made vectors of shape {vectors.shape}, expected (n, {self.dimension}) as in "
                f"{self._home.name}. Use the embedder that the index was built with, or build the index again."
            )
        if not np.isfinite(vectors).all():
            raise ModelError(
                "The embedder made a vector with values that are not finite numbers, expected finite ones. "
                "Check the model's files, or use another embedder."
            )


def _key(vector: NDArray[np.float32]) -> bytes:
    """The same for equal vectors, and sixty times as short."""
    return hashlib.blake2b(vector.tobytes(), digest_size=16).digest()


def _message(home: Home, what: str) -> str:
    return (
        f"The vector index {home.name} {what}, expected what a build wrote. "
        "Build the index again: askspeech build FOLDER --store STORE"
    )


def _new(home: Home, kind: str, dimension: int) -> "ChromaCollection":
    return home.make(kind, {"hnsw": _GRAPHS[kind]}, {"dimension": dimension})


def _existing(home: Home, kind: str) -> "ChromaCollection":
    collection = home.get(kind)
    function = collection.configuration_json.get("embedding_function")
    if function is not None and function.get("type") != "legacy" and function.get("name") != "default":
        raise StoreDamagedError(_message(home, f"carries the embedding function {function.get('name')!r}"))
    return collection


def _conditions(speeches: frozenset[str] | None) -> list[Any]:
    """Chroma's conditions that together admit these speeches: none at all, or lists of a length that SQLite takes."""
    if speeches is None:
        return [None]
    ids = sorted(speeches)
    return [{_SPEECH: {"$in": ids[start : start + _BATCH]}} for start in range(0, len(ids), _BATCH)]
