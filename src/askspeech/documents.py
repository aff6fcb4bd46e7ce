"""Files to documents: what has not changed since the index in use was built is taken from its catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from askspeech.bilingual import Bilingual
from askspeech.build_report import SkippedFile
from askspeech.catalog import Catalog
from askspeech.corpus_files import CorpusFile, open_file, unpacked
from askspeech.datatypes import Source, Span
from askspeech.engines import Workshop
from askspeech.errors import ReadError, StoreDamagedError
from askspeech.exclusions import Exclusion
from askspeech.formats.extras import reader_version
from askspeech.formats.table import FORMATS
from askspeech.leaving_out import excluded_spans
from askspeech.prepared import Outcome, Prepared, Task
from askspeech.progress import Progress, silent
from askspeech.records import FileRecord

__all__ = ["Contents", "prepared_again", "read_documents", "removed_spans"]

_NO_SPEECH = Bilingual(
    "it holds no speech: every line of it is a page number, an advertisement or the like. Check that it is the right "
    "file. An administrator can see how it was read: askspeech inspect FILE",
    "文件里没有讲话：每一行都是页码、广告之类。请核对是否选对了文件。"
    "管理员可以用 askspeech inspect 查看它是怎样读取的。",
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the corpus holds: documents to be written, and sources of the earlier catalogue that stay as they are."""

    fresh: tuple[Prepared, ...]
    kept: frozenset[str]
    files: tuple[FileRecord, ...]
    skipped: tuple[SkippedFile, ...]
    excluded: tuple[str, ...] = ()
    """The files that were left out because they, or all their speeches, are excluded."""

    def __bool__(self) -> bool:
        """Whether there is any document."""
        return bool(self.fresh or self.kept)


def read_documents(
    files: Sequence[CorpusFile],
    workshop: Workshop,
    earlier: Catalog | None = None,
    progress: Progress = silent,
    exclusions: Sequence[Exclusion] = (),
) -> Contents:
    """The documents of the files, those of equal text made one, without what is excluded; they wait in the spool.

    Files whose bytes and reader are those of a file of the earlier catalogue are not read again; what was understood of
    them stands as long as the first path of their text is the same, because titles and facts are taken from it too, and
    as long as the same of it is excluded. All others are prepared in the workshop.

    Raises:
        ModelError, SettingsError: nothing can be prepared.
        DiskError: there is no room for the spool.
    """
    wanted, excluded = _included(files, exclusions)
    inside, skipped = unpacked(wanted)
    found, more = _included(inside, exclusions)
    reading = _Reading(workshop, earlier, skipped)
    reading.excluded += [*excluded, *more]
    for number, (opened, outcome) in enumerate(workshop.engine.map(map(reading.opened, found))):
        progress("reading", number, len(found))
        reading.take(opened, outcome)
    progress("reading", len(found), len(found))
    return reading.contents()


def prepared_again(source_ids: Iterable[str], earlier: Catalog, workshop: Workshop) -> Iterator[Prepared]:
    """What the earlier catalogue holds of these sources, as it is written anew."""
    tasks = ((source_id, Task(rows=earlier.rows(source_id))) for source_id in source_ids)
    for source_id, outcome in workshop.engine.map(tasks):
        if outcome is None or outcome.prepared is None:
            raise StoreDamagedError(
                f"The source {source_id} of the index in use could not be prepared again: "
                f"{outcome.reason if outcome else 'nothing came back'} Build from nothing: askspeech build --fresh"
            )
        yield workshop.spool.keep(outcome.prepared)


def removed_spans(exclusions: Sequence[Exclusion]) -> dict[str, tuple[Span, ...]]:
    """Where the excluded speeches lie, by source."""
    removed: dict[str, tuple[Span, ...]] = {}
    for one in exclusions:
        if one.kind == "speech" and one.span is not None:
            removed[one.source_id] = (*removed.get(one.source_id, ()), one.span)
    return removed


def _included(files: Sequence[CorpusFile], exclusions: Sequence[Exclusion]) -> tuple[list[CorpusFile], list[str]]:
    """The files that are not excluded, and the paths of those that are."""
    paths = {exclusion.file for exclusion in exclusions if exclusion.kind == "file"}
    return [file for file in files if file.name not in paths], [file.name for file in files if file.name in paths]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that was opened, or why it cannot be."""

    name: str
    like: object = None
    """What it has in common with other files that the same becomes of."""
    known: FileRecord | None = None
    """Its record in the earlier catalogue, where it need not be read."""
    error: str = ""


_Fate = FileRecord | SkippedFile | None
"""What becomes of a file: it is taken in, skipped, or, None, left out because all of it is excluded."""


class _Reading:
    def __init__(self, workshop: Workshop, earlier: Catalog | None, skipped: Sequence[SkippedFile]) -> None:
        self.workshop, self.removed, self.earlier = workshop, workshop.recipe.removed, earlier
        self.known = {_contents_of(record): record for record in (earlier.files() if earlier else ())}
        self.sources = {source.id: source for source in (earlier.sources() if earlier else ())}
        self.documents: dict[str, Prepared] = {}
        self.files: dict[str, list[FileRecord]] = {}
        self.skipped = [*skipped]
        self.excluded: list[str] = []
        self._vouched: set[str] = set()
        """Sources of the earlier catalogue whose first file now is known to lie as it did."""
        self._asked: set[object] = set()
        self._fates: dict[object, _Fate] = {}
        """What has become of files, by what they have in common with others."""

    def opened(self, file: CorpusFile) -> tuple[_Opened, Task | None]:
        """A file and, unless it is known or cannot be opened, what is to be prepared."""
        try:
            opened = open_file(file)
        except ReadError as error:
            return _Opened(file.name, error=error.words), None
        contents = opened.byte_hash, opened.format.name, reader_version(opened.format)
        known = self._known(contents)
        if known is None:
            return _Opened(file.name, contents), Task(opened) if self._asks(contents) else None
        record = known._replace(name=file.name)
        anew = self._asks(record.source_id) and not self._stands(record)
        return _Opened(file.name, record.source_id, record), Task(source=self._source(record)) if anew else None

    def take(self, opened: _Opened, outcome: Outcome | None) -> None:
        """Take in what became of a file; of files in their order."""
        fate = self._fate(opened, outcome)
        self._fates.setdefault(opened.like, fate)
        if fate is None:
            self.excluded.append(opened.name)
        elif isinstance(fate, SkippedFile):
            self.skipped.append(replace(fate, file=opened.name))
        else:
            self.files.setdefault(fate.source_id, []).append(fate._replace(name=opened.name))

    def _fate(self, opened: _Opened, outcome: Outcome | None) -> _Fate:
        if opened.error:
            return SkippedFile(opened.name, opened.error)
        if outcome is None:
            fate = self._fates.get(opened.like, opened.known)
            return opened.known if isinstance(fate, FileRecord) and opened.known else fate
        if outcome.prepared is None:
            reason = _NO_SPEECH if outcome.kind == "silent" else outcome.reason
            return None if outcome.kind == "excluded" else SkippedFile(opened.name, reason)
        source = outcome.prepared.source
        if source.id not in self.files:
            self.documents[source.id] = self.workshop.spool.keep(outcome.prepared)
        place = opened.name, source.byte_hash, source.reader, source.reader_version
        return opened.known or FileRecord(*place, source.encoding, source.id)

    def _asks(self, what: object) -> bool:
        """Whether nobody has asked for this yet."""
        first = what not in self._asked
        self._asked.add(what)
        return first

    def _known(self, contents: tuple[str, str, str]) -> FileRecord | None:
        """The record of a file with these bytes, unless it may be the first of its text and may lie differently.

        Equal texts of different files are one source, which lies as the first of them does.
        """
        known = self.known.get(contents)
        if known is None or known.source_id not in self.sources:
            return None
        if known.source_id in self._vouched or self._lies_alike(known):
            self._vouched.add(known.source_id)
            return known
        return None

    def _lies_alike(self, record: FileRecord) -> bool:
        source = self.sources[record.source_id]
        plain = FORMATS["text"].name
        return source.byte_hash == record.byte_hash or source.reader == record.reader == plain

    def _stands(self, first: FileRecord) -> bool:
        """Whether what was understood of a source stands, now that this is its first file."""
        known = first.source_id in self.sources and self.sources[first.source_id].file == first.name
        return known and self._lies_alike(first) and not self._is_cut(first.source_id)

    def _is_cut(self, source_id: str) -> bool:
        """Whether speeches of a known source are excluded, or were when it was understood."""
        assert self.earlier is not None
        return source_id in self.removed or bool(excluded_spans(self.earlier.drops(source_id)))

    def _source(self, record: FileRecord) -> Source:
        assert self.earlier is not None
        return _with_source(self.earlier.source(record.source_id), record, ())

    def contents(self) -> Contents:
        """All that has been taken in; what has only other files than before is prepared again."""
        fresh, kept, moved = [], set(), {}
        for source_id, (first, *others) in self.files.items():
            copies = tuple(record.name for record in others)
            if document := self.documents.get(source_id):
                document = replace(document, source=_with_source(document.source, first, copies))
                if self._is_as_before(document):
                    kept.add(source_id)
                else:
                    fresh.append(document)
            elif (source := _with_source(self.sources[source_id], first, copies)) == self.sources[source_id]:
                kept.add(source_id)
            else:
                moved[source_id] = source
        if self.earlier is not None:
            again = prepared_again(moved, self.earlier, self.workshop)
            fresh += [replace(document, source=moved[document.source.id]) for document in again]
        files = tuple(record for records in self.files.values() for record in records)
        return Contents(tuple(fresh), frozenset(kept), files, tuple(self.skipped), tuple(sorted(self.excluded)))

    def _is_as_before(self, prepared: Prepared) -> bool:
        """Whether the same of a source was excluded before, and nothing else has changed."""
        source_id = prepared.source.id
        if self.earlier is None or source_id not in self.removed or source_id not in self.sources:
            return False
        return prepared.document() == self.earlier.document(source_id)


def _contents_of(record: FileRecord) -> tuple[str, str, str]:
    return record.byte_hash, record.reader, record.reader_version


def _with_source(source: Source, first: FileRecord, copies: tuple[str, ...]) -> Source:
    return replace(
        source,
        file=first.name,
        byte_hash=first.byte_hash,
        reader=first.reader,
        reader_version=first.reader_version,
        encoding=first.encoding,
        copies=copies,
    )
