"""Building an index: read, understand, embed, write a new generation, verify it, publish it.

Where little has changed since the index in use was built, the new generation is a changed copy of it; where nothing
has, none is written. Both ways of building give the same logical hash.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from askspeech import verification
from askspeech.bilingual import Bilingual, said_in
from askspeech.build_record import Known
from askspeech.build_report import BuildReport, BuiltFrom, SkippedFile
from askspeech.catalog import CATALOG, Catalog
from askspeech.cleaning_rules import Rules, load_rules
from askspeech.corpus_files import CorpusFile, find_files
from askspeech.disk import folder_bytes, lift_file_growth, limit_file_growth, require_space
from askspeech.documents import Contents, prepared_again, read_documents, removed_spans
from askspeech.drafting import Draft, Encoders
from askspeech.earlier import Earlier, Shape, open_earlier
from askspeech.embedder import Embedder, StaticEmbedder, builtin_embedder, load_embedder
from askspeech.engines import Workshop, workshop
from askspeech.errors import CorpusError, StoreDamagedError, StoreUnreachableError
from askspeech.exclusions import Exclusions
from askspeech.file_reports import file_reports
from askspeech.manifest import EmbedderRecord, Manifest, corpus_roots, hashes
from askspeech.prepared import BUILTIN, Prepared
from askspeech.preparing import embedded_text, recipe
from askspeech.progress import Progress, silent
from askspeech.recording import LAST_STAGE, Recorder, Started
from askspeech.settings import DEFAULT_STORE, IndexSettings
from askspeech.space import Amount, generation_bytes
from askspeech.store import Store, Writer
from askspeech.uploads import Uploads
from askspeech.vector_places import greet, new_place, recorded, remove_unused

__all__ = ["build_index", "embedded_text"]

LARGEST_CHANGE = 0.3
"""The share of passages that builds from copies may have removed or added, all of them since the last build from
nothing together; above it, the next build is from nothing: what was removed leaves traces in the search structures."""

_log = logging.getLogger(__name__)


def build_index(
    corpus: Sequence[Path | str] = (),
    *,
    store: Path | str = DEFAULT_STORE,
    settings: IndexSettings | None = None,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
    allow_empty: bool = False,
    fresh: bool = False,
    started: Started | None = None,
) -> BuildReport:
    """Make the index of a store exactly what the corpus folders and the uploads hold, less what has been removed.

    Without folders, those of the last build are meant; `started` says by whom it was started, for whoever watches it.
    Files that cannot be read are skipped and listed in the report. The index in use stays until the new one has been
    verified; where nothing has changed, nothing is written, unless `fresh` asks for a new index from nothing. The
    growth of files that this process writes is limited from now on (see `limit_file_growth`). Raises CorpusError,
    BuildCancelledError, StoreLockedError, DiskError, ModelError or StoreDamagedError; with a Chroma server
    StoreUnreachableError or StoreMismatchError.
    """
    began = time.monotonic()
    lift_file_growth()
    settings, started = settings or IndexSettings(), started or Started()
    place = Store(Path(store), settings.chroma_server)
    with (
        place.writer(started.lock) as writer,
        Recorder(place.path, started, progress or silent) as record,
        ExitStack() as closing,
        record.cancellable(),
    ):
        interface = greet(place.server)  # before an hour of work, not after it
        closing.callback(_remove_leftovers, writer)
        exclusions, uploads = Exclusions(place.path).all(), Uploads(place.path).stamps()
        roots = _roots(corpus, place)
        files = _files(roots, place, allow_empty=allow_empty)
        rules = load_rules(settings.cleaning_rules)
        encoders = Encoders(embedder or load_embedder(settings), builtin_embedder())
        earlier = open_earlier(place, _shape(settings, rules, encoders), closing)
        usable = earlier.catalog if earlier is not None and earlier.documents_fit else None
        known = frozenset[str]() if earlier is None else earlier.embedding_keys()
        named = _embedder_of_workers(encoders, settings, embedder)
        by = recipe(settings, rules, removed_spans(exclusions), embedder=named, known=known)
        work = closing.enter_context(workshop(by, settings.engine, settings.workers, place.generations))
        contents = read_documents(files, work, usable, record, exclusions)
        if not contents and not (allow_empty or _may_be_empty(roots, contents)):
            raise CorpusError(_nothing_readable(roots, contents.skipped))
        build = _Build(writer, _shape(settings, rules, encoders), encoders, roots, contents, earlier, work, interface)
        made = build.run(record, fresh=fresh)
        writer.prune()
        report = _report(place, made, contents, time.monotonic() - began)
        record.made(Known(report, uploads, exclusions))
        return report


def _remove_leftovers(writer: Writer) -> None:
    """Remove a draft that was not published, and what is on the server of generations that are gone."""
    writer.discard()
    remove_unused(writer.store)


@dataclass(frozen=True, slots=True)
class _Made:
    """The generation in use after a build, and how it came about."""

    folder: Path
    built_from: BuiltFrom
    embedded: int = 0


class _Build:
    """One build: from what, into what, in which of the three ways."""

    def __init__(
        self,
        writer: Writer,
        shape: Shape,
        encoders: Encoders,
        roots: Sequence[Path],
        contents: Contents,
        earlier: Earlier | None,
        workshop: Workshop,
        interface: str,
    ) -> None:
        self.workshop, self.interface = workshop, interface
        self.writer, self.shape, self.encoders, self.contents, self.earlier = writer, shape, encoders, contents, earlier
        self.roots = tuple(str(root.resolve()) for root in roots)
        counts = {} if earlier is None else earlier.catalog.passages_by_source()
        self.removed = sorted(counts.keys() - contents.kept)
        self.changed = sum(counts[source] for source in self.removed)
        self.changed += sum(document.passages for document in contents.fresh)
        self.passages = sum(counts.values())

    def run(self, progress: Progress, *, fresh: bool) -> _Made:
        """Choose the way, and go it; a copy that does not pass its check is thrown away for a build from nothing."""
        way, why = ("nothing", "it was asked for") if fresh else self._way()
        _log.info("Building from %s: %s.", way, why)
        if way == "unchanged" and self.earlier is not None:
            self.writer.remove_leftovers()
            return _Made(self.earlier.folder, "unchanged")
        if way == "copy" and self.earlier is not None:
            try:
                return self._changed_copy(self.earlier, progress)
            except StoreDamagedError as error:
                _log.warning("The changed copy is thrown away, building from nothing: %s", error)
                self.writer.discard()
        return self._from_nothing(progress)

    def _way(self) -> tuple[BuiltFrom, str]:
        if self.earlier is None:
            return "nothing", "there is no index that could be used again"
        if not self.earlier.fits:
            return "nothing", "the index in use is damaged, or was made in another way"
        manifest = self.earlier.manifest
        if not self.removed and not self.contents.fresh and manifest.corpus_roots == self.roots:
            return "unchanged", "nothing has changed"
        share = f"{manifest.churn + self.changed} of {self.passages} passages have changed"
        if manifest.churn + self.changed <= LARGEST_CHANGE * self.passages:
            return "copy", share
        return "nothing", share

    def _changed_copy(self, earlier: Earlier, progress: Progress) -> _Made:
        size = folder_bytes(earlier.folder)
        draft = self._draft(self.contents.fresh, size)
        draft.from_copy(earlier, self.removed, progress)
        self._finish(draft, progress, earlier.manifest.churn + self.changed)
        return _Made(draft.folder, "copy", draft.embedded)

    def _from_nothing(self, progress: Progress) -> _Made:
        kept: Iterable[Prepared] = ()
        if self.earlier is not None:
            kept = prepared_again(sorted(self.contents.kept), self.earlier.catalog, self.workshop)
        draft = self._draft((*self.contents.fresh, *kept))
        draft.from_nothing(self.earlier, progress)
        self._finish(draft, progress, 0)
        return _Made(draft.folder, "nothing", draft.embedded)

    def _draft(self, documents: Sequence[Prepared], more_bytes: int = 0) -> Draft:
        self.workshop.engine.close()  # all is prepared
        embedder = self.encoders.embedder
        needed = more_bytes + generation_bytes(_amount(documents), embedder.dimension)
        self.writer.remove_leftovers()
        require_space(self.writer.store.path, needed)
        limit_file_growth(needed)
        verification.prepare()
        folder = self.writer.draft()
        place = new_place(self.writer.store, folder, self.interface)
        return Draft(folder, documents, self.contents.files, embedder, place)

    def _finish(self, draft: Draft, progress: Progress, churn: int) -> None:
        """Verify and publish a draft whose parts are closed."""
        with Catalog.open(draft.folder / CATALOG) as catalog:
            manifest = self._manifest(catalog, churn, recorded(draft.place))
        manifest.write(draft.folder)
        progress("verifying", 0, 1)
        found = verification.verify(draft.folder, server=self.writer.store.server)
        progress("verifying", 1, 1)
        if found.unreachable:
            raise StoreUnreachableError(
                f"The new index could not be checked: {'; '.join(found.problems)} The index in use was left as "
                "it is. Build again when the server answers."
            )
        if found.problems:
            raise StoreDamagedError(
                f"The new index in {draft.folder} did not pass its check: {'; '.join(found.problems)}. The "
                "index in use was left as it is. Build again; if that fails too, check the disk."
            )
        progress(LAST_STAGE, 0, 1)
        self.writer.publish(draft.folder)
        progress(LAST_STAGE, 1, 1)

    def _manifest(self, catalog: Catalog, churn: int, vectors: Mapping[str, str]) -> Manifest:
        embedder = self.encoders.embedder
        record = EmbedderRecord(
            embedder.name, embedder.fingerprint, embedder.dimension, isinstance(embedder, StaticEmbedder)
        )
        return Manifest(
            corpus_roots=self.roots,
            counts=catalog.counts(),
            embedder=record,
            hashes=hashes(catalog, record),
            settings=self.shape.settings,
            churn=churn,
            vectors=vectors,
        )


def _embedder_of_workers(encoders: Encoders, settings: IndexSettings, embedder: Embedder | None) -> str:
    """What workers embed with: one that is named on other machines only, because here it uses every processor alone."""
    if encoders.embedder.fingerprint == encoders.tokens.fingerprint:
        return BUILTIN
    return settings.embedder if embedder is None and settings.engine == "ray" else ""


def _amount(documents: Iterable[Prepared]) -> Amount:
    counts = [(one.passages, one.passage_characters, one.source_characters) for one in documents]
    return Amount(*map(sum, zip(*counts, strict=True))) if counts else Amount(0, 0, 0)


def _shape(settings: IndexSettings, rules: Rules, encoders: Encoders) -> Shape:
    shaping = {
        "passage_minimum": settings.passage_minimum,
        "passage_maximum": settings.passage_maximum,
        "cleaning_rules": rules.fingerprint,
        "tokens": encoders.tokens.fingerprint,
    }
    return Shape(shaping, encoders.embedder.fingerprint)


def _roots(corpus: Sequence[Path | str], store: Store) -> list[Path]:
    """The folders to build from, without that of the uploads, which is taken in anyway."""
    if corpus:
        roots = list(dict.fromkeys(Path(root) for root in corpus))
    elif (current := store.current()) is not None:
        roots = corpus_roots(current)
    elif find_files([], store.uploads):
        roots = []
    else:
        raise CorpusError(_nothing_to_build(store))
    return [root for root in roots if root.resolve() != store.uploads.resolve()]


def _nothing_to_build(store: Store) -> Bilingual:
    return Bilingual(
        "There are no speeches yet: add files first, then update the index.",
        "还没有讲话稿：请先添加文件，再更新资料库。",
        f"No folder of speeches was named, nothing has been added through the page, and {store.path} holds no "
        f"index that could be built again. Name a folder: askspeech build FOLDER --store {store.path}, or add "
        "files in the page. 还没有讲话稿：请指定文件夹，或在页面上添加文件。",
    )


def _files(roots: Sequence[Path], store: Store, *, allow_empty: bool) -> list[CorpusFile]:
    for root in roots:
        if not find_files([root]) and not allow_empty:
            raise CorpusError(
                f"The folder {root} holds no file (文件夹是空的), expected speeches. Put some in, name "
                "another folder, or pass --allow-empty if it is meant to be empty."
            )
    return find_files(roots, store.uploads)


def _may_be_empty(roots: Sequence[Path], contents: Contents) -> bool:
    """Whether there is nothing because somebody has removed all there was, and not because nothing could be read."""
    return not contents.skipped and (bool(contents.excluded) or not roots)


def _nothing_readable(roots: Sequence[Path], skipped: Sequence[SkippedFile]) -> Bilingual:
    places = ", ".join(str(root) for root in roots)
    whole = "\n".join(f"  {file.file}: {file.reason}" for file in skipped[:20])
    english, chinese = (
        "\n".join(f"  {file.file}: {said_in(file.reason, language)}" for file in skipped[:20])
        for language in ("en", "zh")
    )
    none = f"None of the {len(skipped)} files"
    return Bilingual(
        f"{none} could be read as a speech; the index stays as it is.\n{english}",
        f"{len(skipped)} 个文件都不能作为讲话稿读取，资料库没有变化。\n{chinese}",
        f"{none} in {places} could be read as a speech; the index stays as it is.\n{whole}",
    )


def _report(store: Store, made: _Made, contents: Contents, seconds: float) -> BuildReport:
    with Catalog.open(made.folder / CATALOG) as catalog:
        files = file_reports(catalog)
        counts = catalog.counts()
    return BuildReport(
        store=str(store.path),
        generation=made.folder.name,
        files=files,
        skipped=contents.skipped,
        speeches=counts.speeches,
        passages=counts.passages,
        embedded=made.embedded,
        logical_hash=Manifest.read(made.folder).logical_hash,
        seconds=seconds,
        built_from=made.built_from,
        excluded=contents.excluded,
    )
