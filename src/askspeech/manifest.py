"""The manifest of a generation: what it holds, what made it, and the hashes that say so."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from itertools import chain
from pathlib import Path
from shlex import quote
from typing import Any

from askspeech.catalog import Catalog, Counts
from askspeech.checksums import checksums_in_child
from askspeech.disk import disk_errors, replace_file
from askspeech.errors import StoreDamagedError, StoreMismatchError
from askspeech.understanding import UNDERSTANDING_VERSION

MANIFEST = "manifest.json"
SCHEMA = 6
"""Raised whenever a generation that an older askspeech wrote can no longer be read; there are no migrations."""


def installed_versions() -> dict[str, str]:
    """The versions of askspeech and of the libraries whose files are in a generation."""
    return {name: _version(name) for name in ("askspeech", "chromadb", "tantivy")}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"  # run from a folder of sources that was never installed


@dataclass(frozen=True, slots=True)
class EmbedderRecord:
    """Which embedder made the vectors; `bit_equal` is whether it makes the same bits whatever the batch."""

    name: str
    fingerprint: str
    dimension: int
    bit_equal: bool = True


@dataclass(frozen=True, slots=True)
class Hashes:
    """What two builds of the same corpus agree on.

    `logical` covers all ids, texts, spans and facts, the embedder's fingerprint and, where the embedder is bit-equal,
    the vectors; `vectors` covers the vectors as they are stored.
    """

    logical: str
    vectors: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and what made it."""

    corpus_roots: tuple[str, ...]
    counts: Counts
    embedder: EmbedderRecord
    hashes: Hashes
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The settings that shaped the index."""
    understanding: int = UNDERSTANDING_VERSION
    """The version of the rules by which texts were understood."""
    churn: int = 0
    """How many passages builds from copies have removed or added since the last build from nothing."""
    versions: Mapping[str, str] = field(default_factory=installed_versions)
    """Of askspeech, chromadb and tantivy."""
    files: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What `checksums` says of the files that readers leave as they are; filled by `write`."""
    vectors: Mapping[str, str] = field(default_factory=dict)
    """Where the vectors are: nothing for files, else the `collections` of a Chroma server and its `interface`."""
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    schema: int = SCHEMA

    @property
    def logical_hash(self) -> str:
        """The hash that two builds of the same corpus agree on."""
        return self.hashes.logical

    def write(self, generation: Path) -> None:
        """Write it into the folder of a generation whose files are finished, with their checksums.

        Raises:
            DiskError: it cannot be written.
            StoreDamagedError: one of the files cannot be read.
        """
        values = asdict(self) | {"counts": self.counts._asdict(), "files": checksums_in_child(generation)}
        replace_file(generation / MANIFEST, f"{json.dumps(values, indent=2, sort_keys=True)}\n")

    @classmethod
    def read(cls, generation: Path) -> "Manifest":
        """The manifest of a generation.

        Raises:
            StoreMismatchError: the generation was built with another schema, chromadb or tantivy.
            StoreDamagedError: there is none, or it is not what a build wrote.
            DiskError: it cannot be read.
        """
        path = generation / MANIFEST
        try:
            with disk_errors(path, "read"):
                values = json.loads(_content(path))
            _check_schema(path, values["schema"])
            _check_libraries(path, values["versions"])
            return _from_values(values)
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path, f"is no manifest ({type(error).__name__}: {error})") from error

    def check_embedder(self, name: str, fingerprint: str, store: Path) -> None:
        """Refuse an embedder whose vectors do not belong to the index in that store.

        Raises:
            StoreMismatchError: it is another one than made the vectors.
        """
        if fingerprint != self.embedder.fingerprint:
            raise StoreMismatchError(
                f"The index in {store} was built with the embedder {self.embedder.name!r} "
                f"({_short(self.embedder.fingerprint)}), and the one in use is {name!r} ({_short(fingerprint)}): use "
                f"the one that built it, or build the index again with: {_build_command(store)}"
            )

    def check_tokens(self, name: str, fingerprint: str, store: Path) -> None:
        """Refuse token vectors of late interaction that do not belong to the token ids of the index in that store.

        Raises:
            StoreMismatchError: they are others than the ones whose token ids it holds.
        """
        built_with = str(self.settings.get("tokens", "none"))
        if fingerprint != built_with:
            raise StoreMismatchError(
                f"The index in {store} holds the token ids of other built-in token vectors ({_short(built_with)}) than "
                f"those of this askspeech, {name!r} ({_short(fingerprint)}): build the index again with: "
                f"{_build_command(store)}"
            )

    def check_place(self, *, on_server: bool, store: Path) -> None:
        """Refuse an index whose vectors are in files where a Chroma server is set, or the other way round.

        Raises:
            StoreMismatchError: they are elsewhere than the settings say.
        """
        if on_server and not self.vectors:
            raise StoreMismatchError(
                f"The index in {store} keeps its vectors in files, and ASKSPEECH_CHROMA_URL names a Chroma server: "
                f"unset it, or build the index again, which embeds nothing: {_build_command(store)} "
                "向量存放在文件里，而设置指向 Chroma 服务器：请取消该设置，或重新建立索引。"
            )
        if self.vectors and not on_server:
            raise StoreMismatchError(
                f"The index in {store} keeps its vectors on a Chroma server, and ASKSPEECH_CHROMA_URL names none: set "
                f"it, or build the index again with files, which embeds nothing: {_build_command(store)} "
                "向量存放在 Chroma 服务器上，而设置没有指明服务器：请设置，或重新建立索引。"
            )


def corpus_roots(generation: Path) -> list[Path]:
    """The folders that a generation was built from, whatever version of askspeech built it.

    Raises:
        StoreDamagedError: there is no manifest, or it does not name them.
        DiskError: it cannot be read.
    """
    path = generation / MANIFEST
    try:
        with disk_errors(path, "read"):
            return [Path(root) for root in json.loads(_content(path))["corpus_roots"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"does not name the folders of speeches ({type(error).__name__}: {error})") from error


def hashes(catalog: Catalog, embedder: EmbedderRecord, understanding: int = UNDERSTANDING_VERSION) -> Hashes:
    """The hashes of a finished catalogue, whatever order it was filled in and whichever way it was built.

    Raises:
        StoreDamagedError: the catalogue cannot be read, or lacks vectors.
    """
    vectors = _vectors_hash(catalog)
    parts = [understanding, embedder.fingerprint, vectors if embedder.bit_equal else ""]
    return Hashes(_digest(chain([parts], catalog.fingerprint_rows())), vectors)


def _digest(rows: Iterable[Sequence[object]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        parts = [f"{len(row)} values ".encode()]
        for value in row:
            # Types and lengths go in as well, so that no two different rows can look the same.
            data = value if isinstance(value, bytes) else str(value).encode()
            parts += (f"{type(value).__name__} {len(data)} ".encode(), data)
        digest.update(b"".join(parts))
    return digest.hexdigest()


def _vectors_hash(catalog: Catalog) -> str:
    digest = hashlib.sha256()
    for page in catalog.vector_pages():
        digest.update("".join(f"{identity}\n" for identity in page.ids).encode())
        digest.update(page.vectors.tobytes())
    return digest.hexdigest()


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _damaged(path, "is missing") from None


def _check_schema(path: Path, schema: object) -> None:
    if schema != SCHEMA:
        raise StoreMismatchError(
            f"{path} has schema {schema}, expected {SCHEMA}: another version of askspeech built it. "
            f"Build the index again: askspeech build FOLDER --store {_store_of(path)}"
        )


def _check_libraries(path: Path, versions: Mapping[str, str]) -> None:
    for name, installed in installed_versions().items():
        found = str(versions[name])
        if name != "askspeech" and _series(found) != _series(installed):
            raise StoreMismatchError(
                f"{path} was written with {name} {found}, found {name} {installed}, which may read its files wrongly. "
                f"Build the index again: askspeech build FOLDER --store {_store_of(path)}"
            )


def _series(version: str) -> list[str]:
    """Major and minor version: what the files of these libraries stay the same within."""
    return version.split(".")[:2]


def _from_values(values: Mapping[str, Any]) -> Manifest:
    return Manifest(
        corpus_roots=tuple(values["corpus_roots"]),
        counts=Counts(**values["counts"]),
        embedder=EmbedderRecord(**values["embedder"]),
        hashes=Hashes(**values["hashes"]),
        settings=values["settings"],
        understanding=values["understanding"],
        churn=values["churn"],
        versions=values["versions"],
        files=values.get("files", {}),
        vectors=values.get("vectors", {}),
        created=values["created"],
        schema=values["schema"],
    )


def _damaged(path: Path, what: str) -> StoreDamagedError:
    return StoreDamagedError(
        f"{path} {what}, expected what a build wrote. "
        f"Build the index again: askspeech build FOLDER --store {_store_of(path)}"
    )


def _short(fingerprint: str) -> str:
    """As much of a fingerprint as tells two apart."""
    return fingerprint[:12]


def _build_command(store: Path) -> str:
    """The command that makes the index of a store anew from the folders that it was built from."""
    return f"askspeech build --store {quote(str(store))}"


def _store_of(manifest: Path) -> Path:
    return manifest.parent.parent.parent
