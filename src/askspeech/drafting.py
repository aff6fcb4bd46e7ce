"""The three parts of a generation, written into a draft: from nothing, or as changes to a copy of the index in use."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from askspeech import records
from askspeech.catalog import CATALOG, Catalog, Embedding
from askspeech.copies import SPEECHES, Groups, regrouped, sketch_of_all
from askspeech.disk import copy_closed
from askspeech.earlier import Earlier
from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.prepared import Prepared, unpack
from askspeech.progress import Progress
from askspeech.records import FileRecord
from askspeech.tokens import FIELDS
from askspeech.vectors import VECTORS, Place, VectorIndex

__all__ = ["Draft", "Encoders"]

_EMBED_AT_ONCE = 1024
_KEY = -1
"""Where the key of its embedding stands in a passage's row."""


@dataclass(frozen=True, slots=True)
class Encoders:
    """What makes vectors of passages, and token ids."""

    embedder: Embedder
    tokens: StaticEmbedder


class Draft:
    """A generation being written into a folder, and how many of its texts had to be embedded.

    Args:
        folder: a new one.
        documents: what is to be written, in any order.
        files: all files of the corpus, also those of documents that stay.
        embedder: what makes the vectors that the documents come without.
        place: where the vectors go, if not into the folder.
    """

    def __init__(
        self,
        folder: Path,
        documents: Sequence[Prepared],
        files: Sequence[FileRecord],
        embedder: Embedder,
        place: Place | None = None,
    ) -> None:
        self.folder, self.documents, self.files, self.embedder = folder, documents, files, embedder
        self.place = place or folder / VECTORS
        self.embedded = 0
        self._unembedded: dict[str, tuple[NDArray[np.uint16], str]] = {}
        """Token ids and text, by key, of what comes without a vector."""

    def from_nothing(self, earlier: Earlier | None, progress: Progress) -> None:
        """Write all three parts anew; what was embedded before is used again."""
        with Catalog.create(self.folder / CATALOG) as catalog:
            self._add_documents(catalog, earlier, progress)
            self._add_groups(catalog, None, ([], []), progress)
            self._embed(catalog, progress)
            catalog.commit()
        with Catalog.open(self.folder / CATALOG) as catalog:
            self._all_vectors(catalog, progress)
        with KeywordIndex.create(self.folder / KEYWORDS, FIELDS) as keywords:
            self._add_keywords(keywords, progress)

    def from_copy(self, earlier: Earlier, removed: Collection[str], progress: Progress) -> None:
        """Copy the three parts of the index in use, take the removed sources out and put the documents in."""
        self._copy(earlier.folder, progress)
        gone = [passage.id for id_ in removed for passage in earlier.catalog.document(id_).passages]
        groups = [_families(earlier.catalog.copy_groups(of)) for of in ("copies", "speech_copies")]
        with Catalog.alter(self.folder / CATALOG) as catalog:
            catalog.remove(removed)
            fresh = self._add_documents(catalog, None, progress)
            catalog.finish_removing()
            self._add_groups(catalog, fresh, groups, progress)
            self._embed(catalog, progress)
            catalog.commit()
        with Catalog.open(self.folder / CATALOG) as catalog:
            if isinstance(self.place, Path):
                self._changed_vectors(self.place, catalog, earlier.catalog.vector_rows(), progress)
            else:
                self._all_vectors(catalog, progress)  # a server cannot copy
        with KeywordIndex.alter(self.folder / KEYWORDS) as keywords:
            keywords.remove(gone)
            self._add_keywords(keywords, progress)

    def _copy(self, source: Path, progress: Progress) -> None:
        parts = (CATALOG, VECTORS, KEYWORDS) if isinstance(self.place, Path) else (CATALOG, KEYWORDS)
        progress("copying", 0, len(parts))
        for done, part in enumerate(parts, 1):
            copy_closed(source / part, self.folder / part)
            progress("copying", done, len(parts))

    def _add_documents(self, catalog: Catalog, earlier: Earlier | None, progress: Progress) -> set[str]:
        """Add the documents with their sketches and embeddings, and those of before; the ids of their passages."""
        progress("comparing", 0, 2)
        ids, keys, embedded = set[str](), set[str](), set[str]()
        for document in self.documents:
            rows, sketches, embeddings = unpack(document.rows())
            ((_, _, *rest),) = rows["sources"]
            source = document.source.id, records.pack_source(document.source), *rest
            catalog.add_rows({**rows, "sources": [source]})
            catalog.add_sketches(sketches)
            catalog.add_embeddings(self._whole(embeddings))
            embedded.update(key for key, *_ in embeddings)
            ids.update(row[0] for row in rows["passages"])
            keys.update(row[_KEY] for row in rows["passages"])
        if earlier is not None:
            catalog.add_embeddings(earlier.embeddings(keys - embedded))
        self.embedded = len(embedded)
        return ids

    def _whole(self, embeddings: Sequence[tuple[str, bytes, bytes | None, str]]) -> Iterator[Embedding]:
        """Those that have their vectors; the others are set aside."""
        for key, tokens, vector, text in embeddings:
            ids = np.frombuffer(tokens, "<u2")
            if vector is None:
                self._unembedded[key] = ids, text
            else:
                yield key, ids, np.frombuffer(vector, "<f4")

    def _add_groups(
        self,
        catalog: Catalog,
        fresh: Collection[str] | None,
        groups: Sequence[Sequence[Sequence[str]]],
        progress: Progress,
    ) -> None:
        """Add the files, and the groups of copies; all passages and speeches are compared where `fresh` is None.

        `groups` are those known of passages, and of speeches.
        """
        progress("comparing", 1, 2)
        catalog.add_files(self.files)
        kinds: dict[str, dict[str, bytes]] = {}
        sketches = catalog.sketches()
        for row in catalog.passage_rows():
            if row.id in sketches:
                kinds.setdefault(row.kind, {})[row.id] = sketches[row.id]
        catalog.add_copies(_near_passages(catalog, kinds, fresh, groups[0]))
        catalog.add_copies(_near_speeches(catalog, kinds.get("text", {}), fresh, groups[1]), "speech_copies")
        progress("comparing", 2, 2)

    def _embed(self, catalog: Catalog, progress: Progress) -> None:
        """Embed here what the documents came without."""
        keys = sorted(self._unembedded)
        if self.embedded:
            progress("embedding", 0, self.embedded)
            progress("embedding", self.embedded - len(keys), self.embedded)
        for start in range(0, len(keys), _EMBED_AT_ONCE):
            part = keys[start : start + _EMBED_AT_ONCE]
            vectors = self.embedder.embed_passages([self._unembedded[key][1] for key in part])
            tokens = [self._unembedded[key][0] for key in part]
            catalog.add_embeddings(zip(part, tokens, vectors, strict=True))
            progress("embedding", self.embedded - len(keys) + start + len(part), self.embedded)
        self._unembedded.clear()

    def _all_vectors(self, catalog: Catalog, progress: Progress) -> None:
        total = catalog.counts().passages
        with VectorIndex.create(self.place, self.embedder.dimension) as index:
            done = 0
            for page in catalog.vector_pages():
                progress("adding vectors", done, total)
                index.add(page.ids, page.vectors, page.speech_ids)
                done += len(page.ids)
        progress("adding vectors", total, total)

    def _changed_vectors(
        self, folder: Path, catalog: Catalog, before: Mapping[str, tuple[str, str]], progress: Progress
    ) -> None:
        rows = catalog.vector_rows()
        added = sorted(id_ for id_, row in rows.items() if before.get(id_) != row)
        removed = [id_ for id_, row in before.items() if rows.get(id_) != row]
        progress("adding vectors", 0, len(added))
        with VectorIndex.alter(folder) as index:
            index.remove(removed, catalog.vectors)
            if added:
                vectors = catalog.vectors(added)
                index.know(_staying(catalog, set(added)), vectors)
                index.add(added, vectors, [rows[id_][0] for id_ in added])
        progress("adding vectors", len(added), len(added))

    def _add_keywords(self, index: KeywordIndex, progress: Progress) -> None:
        done, total = 0, sum(document.passages for document in self.documents)
        for document in self.documents:
            progress("adding keywords", done, total)
            for passage_id, speech_id, tokens in unpack(document.keywords()):
                index.add_joined(passage_id, speech_id, dict(zip(FIELDS, tokens, strict=True)))
            done += document.passages
        index.commit()
        progress("adding keywords", total, total)


def _staying(catalog: Catalog, added: Collection[str]) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    for page in catalog.vector_pages():
        kept = [row for row, identity in enumerate(page.ids) if identity not in added]
        yield [page.ids[row] for row in kept], page.vectors[kept]


def _near_passages(
    catalog: Catalog,
    kinds: Mapping[str, Mapping[str, bytes]],
    fresh: Collection[str] | None,
    groups: Sequence[Sequence[str]],
) -> Groups:
    """Groups of passages that are near copies: texts of texts, outlines of outlines."""
    found: Groups = []
    for members in kinds.values():
        known = [group for group in groups if any(id_ in members for id_ in group)]
        changed = set(members) if fresh is None else {id_ for id_ in members if id_ in fresh}
        found += regrouped(members, changed, known, lambda id_: catalog.passages([id_])[0].text)
    return sorted(found)


def _near_speeches(
    catalog: Catalog, texts: Mapping[str, bytes], fresh: Collection[str] | None, groups: Sequence[Sequence[str]]
) -> Groups:
    """Groups of speeches that are copies of one another as a whole; `texts` are the sketches of text passages."""
    passages: dict[str, list[str]] = {}
    for row in catalog.passage_rows():
        if row.kind == "text":
            passages.setdefault(row.speech_id, []).append(row.id)
    sketches = {
        speech: made
        for speech, ids in passages.items()
        if (made := sketch_of_all(texts[id_] for id_ in ids if id_ in texts)) is not None
    }
    changed = {speech for speech in sketches if fresh is None or any(id_ in fresh for id_ in passages[speech])}

    def text_of(speech: str) -> str:
        return "\n".join(one.text for one in catalog.passages_of_speech(speech) if one.kind == "text")

    return sorted(regrouped(sketches, changed, groups, text_of, SPEECHES))


def _families(numbers: Mapping[str, int]) -> list[list[str]]:
    """The members of every group of near copies, sorted."""
    families: dict[int, list[str]] = {}
    for identity in sorted(numbers):
        families.setdefault(numbers[identity], []).append(identity)
    return list(families.values())
