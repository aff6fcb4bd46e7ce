"""Building an index: read, understand, embed, write a new generation, verify it, publish it."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from askspeech.catalog import CATALOG, Catalog, Embedding
from askspeech.cleaning import BLANK_SPACE
from askspeech.cleaning_rules import load_rules
from askspeech.copies import copies_among
from askspeech.datatypes import BuildReport, Document, FileReport, Passage, SkippedFile, Speech
from askspeech.embedder import Embedder, StaticEmbedder, builtin_embedder, load_embedder
from askspeech.errors import CorpusError, ReadError, StoreDamagedError, StoreMismatchError
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import EmbedderRecord, Manifest, hashes
from askspeech.progress import Progress, silent
from askspeech.readers import CorpusFile, find_files, read_source
from askspeech.settings import DEFAULT_STORE, IndexSettings
from askspeech.store import Store, Writer
from askspeech.tokens import FIELDS, field_tokens, search_key
from askspeech.understanding import understand
from askspeech.vectors import VECTORS, VectorIndex
from askspeech.verification import verify

__all__ = ["build_index", "embedded_text"]

_EMBED_AT_ONCE = 1024
_NO_SPEECH = (
    "it holds no speech: every line of it is a page number, an advertisement or the like. See askspeech inspect FILE."
)


def build_index(
    corpus: Sequence[Path | str] = (),
    *,
    store: Path | str = DEFAULT_STORE,
    settings: IndexSettings | None = None,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    allow_empty: bool = False,
) -> BuildReport:
    """Make the index of a store exactly what the corpus folders hold; without folders, those of the last build.

    Files that cannot be read are skipped and listed in the report. The index in use stays until the new one has been
    verified. Raises CorpusError, StoreLockedError, DiskError, ModelError or StoreDamagedError.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    place = Store(Path(store))
    with place.writer() as writer:
        roots = _roots(corpus, place)
        files = _files(roots, allow_empty=allow_empty)
        encoders = _Encoders(embedder or load_embedder(settings), builtin_embedder())
        build = _Build(writer, settings, encoders, progress or silent)
        documents, skipped = build.read(files)
        if not documents and not allow_empty:
            raise CorpusError(_nothing_readable(roots, skipped))
        draft = build.write(documents, roots)
        writer.publish(draft)
        writer.prune()
    return _report(place, draft, documents, skipped, build, time.monotonic() - began)


def embedded_text(passage: Passage, speech: Speech) -> str:
    """What is embedded for a passage: the search key of the headings above it and of its text."""
    return search_key("\n".join((*passage.heading_path[-2:], passage.text)))


@dataclass(frozen=True, slots=True)
class _Encoders:
    embedder: Embedder
    tokens: StaticEmbedder


class _Build:
    """One build: what it reads with, where it writes, and how much it had to embed."""

    def __init__(self, writer: Writer, settings: IndexSettings, encoders: _Encoders, progress: Progress) -> None:
        self.writer, self.settings, self.encoders, self.progress = writer, settings, encoders, progress
        self.embedded = 0
        self.logical_hash = ""

    def read(self, files: Sequence[CorpusFile]) -> tuple[list[Document], list[SkippedFile]]:
        """The documents of the files, those of equal text made one, and the files that could not be read."""
        rules = load_rules(self.settings.cleaning_rules)
        documents: dict[str, Document] = {}
        skipped: list[SkippedFile] = []
        for number, file in enumerate(files):
            self.progress("reading", number, len(files))
            try:
                source = read_source(file)
            except ReadError as error:
                skipped.append(SkippedFile(file.name, str(error)))
                continue
            if same := documents.get(source.id):
                copies = (*same.source.copies, file.name)
                documents[source.id] = replace(same, source=replace(same.source, copies=copies))
                continue
            document = understand(source, self.settings, rules)
            if document.speeches:
                documents[source.id] = document
            else:
                skipped.append(SkippedFile(file.name, _NO_SPEECH))
        self.progress("reading", len(files), len(files))
        return list(documents.values()), skipped

    def write(self, documents: Sequence[Document], roots: Sequence[Path]) -> Path:
        """A new generation in a draft folder, closed and verified."""
        draft = self.writer.draft()
        with Catalog.create(draft / CATALOG) as catalog:
            self._write_catalog(catalog, documents)
            catalog.commit()
        with Catalog.open(draft / CATALOG) as catalog:
            self._write_vectors(catalog, draft)
            self._write_keywords(documents, draft)
            manifest = self._manifest(catalog, roots)
        manifest.write(draft)
        self.logical_hash = manifest.logical_hash
        self.progress("verifying", 0, 1)
        verification = verify(draft)
        self.progress("verifying", 1, 1)
        if verification.problems:
            raise StoreDamagedError(
                f"The new index in {draft} did not pass its check: {'; '.join(verification.problems)}. The index in "
                "use was left as it is. Build again; if that fails too, check the disk."
            )
        return draft

    def _write_catalog(self, catalog: Catalog, documents: Sequence[Document]) -> None:
        wanted: dict[str, str] = {}
        for document in documents:
            speeches = {speech.id: speech for speech in document.speeches}
            texts = [embedded_text(passage, speeches[passage.speech_id]) for passage in document.passages]
            keys = [_key(text) for text in texts]
            wanted.update(zip(keys, texts, strict=True))
            catalog.add(document, keys)
        self.progress("comparing", 0, 1)
        catalog.add_copies(copies_among(passage for document in documents for passage in document.passages))
        self.progress("comparing", 1, 1)
        reused = list(self._reusable(set(wanted)))
        catalog.add_embeddings(reused)
        known = {key for key, _, _ in reused}
        missing = {key: text for key, text in wanted.items() if key not in known}
        catalog.add_embeddings(self._embeddings(missing))

    def _reusable(self, keys: set[str]) -> Iterator[Embedding]:
        """The embeddings of the index in use that this build needs again, if the same embedder made them."""
        try:
            current = self.writer.store.current()
            if current is None:
                return
            manifest = Manifest.read(current)
            manifest.check_embedder(self.encoders.embedder.name, self._fingerprint())
            with Catalog.open(current / CATALOG) as catalog:
                yield from catalog.embeddings_by_key(keys)
        except (StoreMismatchError, StoreDamagedError):
            return  # another embedder, or an index that is damaged: everything is embedded anew

    def _embeddings(self, texts: dict[str, str]) -> Iterator[Embedding]:
        keys = sorted(texts)
        for start in range(0, len(keys), _EMBED_AT_ONCE):
            self.progress("embedding", start, len(keys))
            part = keys[start : start + _EMBED_AT_ONCE]
            batch = [texts[key] for key in part]
            vectors = self.encoders.embedder.embed_passages(batch)
            tokens = self.encoders.tokens.token_ids(batch)
            yield from zip(part, tokens, vectors, strict=True)
        if keys:
            self.progress("embedding", len(keys), len(keys))
        self.embedded = len(keys)

    def _write_vectors(self, catalog: Catalog, draft: Path) -> None:
        total = catalog.counts().passages
        with VectorIndex.create(draft / VECTORS, self.encoders.embedder.dimension) as index:
            done = 0
            for page in catalog.vector_pages():
                self.progress("adding vectors", done, total)
                index.add(page.ids, page.vectors, page.speech_ids)
                done += len(page.ids)
        self.progress("adding vectors", total, total)

    def _write_keywords(self, documents: Sequence[Document], draft: Path) -> None:
        with KeywordIndex.create(draft / KEYWORDS, FIELDS) as index:
            total = sum(len(document.passages) for document in documents)
            done = 0
            for document in documents:
                speeches = {speech.id: speech for speech in document.speeches}
                self.progress("adding keywords", done, total)
                for passage in document.passages:
                    speech = speeches[passage.speech_id]
                    index.add(passage.id, speech.id, _passage_tokens(passage, speech))
                done += len(document.passages)
            index.commit()
        self.progress("adding keywords", total, total)

    def _manifest(self, catalog: Catalog, roots: Sequence[Path]) -> Manifest:
        embedder = self.encoders.embedder
        record = EmbedderRecord(
            embedder.name, self._fingerprint(), embedder.dimension, isinstance(embedder, StaticEmbedder)
        )
        return Manifest(
            corpus_roots=tuple(str(root.resolve()) for root in roots),
            counts=catalog.counts(),
            embedder=record,
            hashes=hashes(catalog, record),
            settings={name: value for name, value in asdict(self.settings).items() if name.startswith("passage")},
        )

    def _fingerprint(self) -> str:
        return self.encoders.embedder.fingerprint


def _roots(corpus: Sequence[Path | str], store: Store) -> list[Path]:
    if corpus:
        return list(dict.fromkeys(Path(root) for root in corpus))
    current = store.current()
    if current is None:
        raise CorpusError(
            f"No folder of speeches was named, and {store.path} holds no index that could be built again. "
            f"Name one: askspeech build FOLDER --store {store.path}"
        )
    return [Path(root) for root in Manifest.read(current).corpus_roots]


def _files(roots: Sequence[Path], *, allow_empty: bool) -> list[CorpusFile]:
    for root in roots:
        if not find_files([root]) and not allow_empty:
            raise CorpusError(
                f"The folder {root} holds no file (文件夹是空的), expected speeches as text files. Put some in, name "
                "another folder, or pass --allow-empty if it is meant to be empty."
            )
    return find_files(roots)


def _nothing_readable(roots: Sequence[Path], skipped: Sequence[SkippedFile]) -> str:
    places = ", ".join(str(root) for root in roots)
    reasons = "\n".join(f"  {file.file}: {file.reason}" for file in skipped[:20])
    return (
        f"None of the {len(skipped)} files in {places} could be read as a speech; the index stays as it is.\n{reasons}"
    )


def _passage_tokens(passage: Passage, speech: Speech) -> dict[str, list[str]]:
    facts = " ".join(fact.value for fact in speech.facts)
    return dict(field_tokens(passage.text, "\n".join(passage.heading_path), f"{speech.title}\n{facts}"))


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _report(
    store: Store,
    draft: Path,
    documents: Sequence[Document],
    skipped: Sequence[SkippedFile],
    build: _Build,
    seconds: float,
) -> BuildReport:
    return BuildReport(
        store=str(store.path),
        generation=draft.name,
        files=tuple(_file_report(document) for document in documents),
        skipped=tuple(skipped),
        speeches=sum(len(document.speeches) for document in documents),
        passages=sum(len(document.passages) for document in documents),
        embedded=build.embedded,
        logical_hash=build.logical_hash,
        seconds=seconds,
    )


def _file_report(document: Document) -> FileReport:
    dropped: dict[str, int] = {}
    for drop in document.drops:
        if drop.reason != BLANK_SPACE:
            dropped[drop.reason] = dropped.get(drop.reason, 0) + drop.span.end - drop.span.start
    return FileReport(
        file=document.source.file,
        speeches=len(document.speeches),
        passages=len(document.passages),
        characters=len(document.source.text),
        dropped=tuple(sorted(dropped.items())),
        copies=document.source.copies,
    )
