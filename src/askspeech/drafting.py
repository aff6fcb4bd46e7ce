"""The three parts of a generation, written into a draft: from nothing, or as changes to a copy of the index in use."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import CATALOG, Catalog, Embedding
from askspeech.copies import regrouped, sketch
from askspeech.datatypes import Document, Passage, Speech
from askspeech.disk import copy_closed
from askspeech.documents import Contents
from askspeech.earlier import Earlier
from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.progress import Progress
from askspeech.tokens import FIELDS, field_tokens, search_key
from askspeech.vectors import VECTORS, Place, VectorIndex

__all__ = ["Draft", "Encoders", "embedded_text"]

_EMBED_AT_ONCE = 1024


def embedded_text(passage: Passage, speech: Speech) -> str:
    """What is embedded for a passage: the search key of the headings above it and of its text."""
    return search_key("\n".join((*passage.heading_path[-2:], passage.text)))


@dataclass(frozen=True, slots=True)
class Encoders:
    """What makes vectors of passages, and token ids."""

    embedder: Embedder
    tokens: StaticEmbedder


class Draft:
    """A generation being written into a folder, and how many of its texts had to be embedded.

    `place` is where its vectors go, if not into its folder.
    """

    def __init__(
        self,
        folder: Path,
        contents: Contents,
        earlier: Earlier | None,
        encoders: Encoders,
        place: Place | None = None,
    ) -> None:
        self.folder, self.contents, self.earlier, self.encoders = folder, contents, earlier, encoders
        self.place = place or folder / VECTORS
        self.embedded = 0

    def from_nothing(self, progress: Progress) -> None:
        """Write all three parts anew; what was understood, sketched and embedded before is used again."""
        with Catalog.create(self.folder / CATALOG) as catalog:
            wanted = self._add_documents(catalog, self._documents(), self._sketches_known(), progress)
            self._add_groups(catalog, None, (), progress)
            if self.earlier is not None:
                catalog.add_embeddings(self.earlier.embeddings(wanted.keys()))
            self._embed(catalog, wanted, progress)
            catalog.commit()
        with Catalog.open(self.folder / CATALOG) as catalog:
            self._all_vectors(catalog, progress)
            count = catalog.counts().passages
        with KeywordIndex.create(self.folder / KEYWORDS, FIELDS) as keywords:
            _add_keywords(keywords, self._documents(), count, progress)

    def from_copy(self, earlier: Earlier, removed: Collection[str], progress: Progress) -> None:
        """Copy the three parts of the index in use, take the removed sources out and put the fresh documents in."""
        self._copy(earlier.folder, progress)
        gone = [passage.id for id_ in removed for passage in earlier.catalog.document(id_).passages]
        groups = _families(earlier.catalog.copy_groups())
        with Catalog.alter(self.folder / CATALOG) as catalog:
            catalog.remove(removed)
            wanted = self._add_documents(catalog, self.contents.fresh, {}, progress)
            catalog.finish_removing()
            fresh = {passage.id for document in self.contents.fresh for passage in document.passages}
            self._add_groups(catalog, fresh, groups, progress)
            self._embed(catalog, wanted, progress)
            catalog.commit()
        with Catalog.open(self.folder / CATALOG) as catalog:
            if isinstance(self.place, Path):
                self._changed_vectors(self.place, catalog, earlier.catalog.vector_rows(), progress)
            else:
                self._all_vectors(catalog, progress)  # a server cannot copy
        with KeywordIndex.alter(self.folder / KEYWORDS) as keywords:
            keywords.remove(gone)
            _add_keywords(keywords, self.contents.fresh, len(fresh), progress)

    def _copy(self, source: Path, progress: Progress) -> None:
        parts = (CATALOG, VECTORS, KEYWORDS) if isinstance(self.place, Path) else (CATALOG, KEYWORDS)
        progress("copying", 0, len(parts))
        for done, part in enumerate(parts, 1):
            copy_closed(source / part, self.folder / part)
            progress("copying", done, len(parts))

    def _documents(self) -> Iterator[Document]:
        return self.contents.documents(None if self.earlier is None else self.earlier.catalog)

    def _sketches_known(self) -> Mapping[str, bytes]:
        usable = self.earlier is not None and self.earlier.documents_fit
        return self.earlier.catalog.sketches() if self.earlier is not None and usable else {}

    def _add_documents(
        self, catalog: Catalog, documents: Iterable[Document], known: Mapping[str, bytes], progress: Progress
    ) -> dict[str, str]:
        """Add documents, the files and the sketches; the texts to embed, by key."""
        wanted: dict[str, str] = {}
        progress("comparing", 0, 2)
        for document in documents:
            speeches = {speech.id: speech for speech in document.speeches}
            texts = [embedded_text(passage, speeches[passage.speech_id]) for passage in document.passages]
            keys = [_key(text) for text in texts]
            wanted.update(zip(keys, texts, strict=True))
            catalog.add(document, keys)
            catalog.add_sketches(_sketches(document.passages, known))
        return wanted

    def _add_groups(
        self,
        catalog: Catalog,
        fresh: Collection[str] | None,
        groups: Sequence[Sequence[str]],
        progress: Progress,
    ) -> None:
        """Add the files, and the groups of near copies; all passages are compared where `fresh` is None."""
        progress("comparing", 1, 2)
        catalog.add_files(self.contents.files)
        kinds: dict[str, dict[str, bytes]] = {}
        sketches = catalog.sketches()
        for row in catalog.passage_rows():
            if row.id in sketches:
                kinds.setdefault(row.kind, {})[row.id] = sketches[row.id]
        found = []
        for members in kinds.values():
            known = [group for group in groups if any(id_ in members for id_ in group)]
            changed = members.keys() if fresh is None else fresh & members.keys()
            found += regrouped(members, set(changed), known, lambda id_: catalog.passages([id_])[0].text)
        catalog.add_copies(sorted(found))
        progress("comparing", 2, 2)

    def _embed(self, catalog: Catalog, wanted: Mapping[str, str], progress: Progress) -> None:
        known = catalog.embedding_keys()
        missing = {key: text for key, text in wanted.items() if key not in known}
        catalog.add_embeddings(self._embeddings(missing, progress))

    def _embeddings(self, texts: Mapping[str, str], progress: Progress) -> Iterator[Embedding]:
        keys = sorted(texts)
        for start in range(0, len(keys), _EMBED_AT_ONCE):
            progress("embedding", start, len(keys))
            part = keys[start : start + _EMBED_AT_ONCE]
            batch = [texts[key] for key in part]
            vectors = self.encoders.embedder.embed_passages(batch)
            tokens = self.encoders.tokens.token_ids(batch)
            yield from zip(part, tokens, vectors, strict=True)
        if keys:
            progress("embedding", len(keys), len(keys))
        self.embedded = len(keys)

    def _all_vectors(self, catalog: Catalog, progress: Progress) -> None:
        total = catalog.counts().passages
        with VectorIndex.create(self.place, self.encoders.embedder.dimension) as index:
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


def _staying(catalog: Catalog, added: Collection[str]) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    for page in catalog.vector_pages():
        kept = [row for row, identity in enumerate(page.ids) if identity not in added]
        yield [page.ids[row] for row in kept], page.vectors[kept]


def _sketches(passages: Iterable[Passage], known: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for passage in passages:
        made = known.get(passage.id) or sketch(passage.text)
        if made is not None:
            yield passage.id, made


def _families(numbers: Mapping[str, int]) -> list[list[str]]:
    """The members of every group of near copies, sorted."""
    families: dict[int, list[str]] = {}
    for identity in sorted(numbers):
        families.setdefault(numbers[identity], []).append(identity)
    return list(families.values())


def _add_keywords(index: KeywordIndex, documents: Iterable[Document], total: int, progress: Progress) -> None:
    done = 0
    for document in documents:
        speeches = {speech.id: speech for speech in document.speeches}
        progress("adding keywords", done, total)
        for passage in document.passages:
            speech = speeches[passage.speech_id]
            index.add(passage.id, speech.id, _passage_tokens(passage, speech))
        done += len(document.passages)
    index.commit()
    progress("adding keywords", total, total)


def _passage_tokens(passage: Passage, speech: Speech) -> dict[str, list[str]]:
    facts = " ".join(fact.value for fact in speech.facts)
    return dict(field_tokens(passage.text, "\n".join(passage.heading_path), f"{speech.title}\n{facts}"))


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
