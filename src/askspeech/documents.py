"""Files to documents: what has not changed since the index in use was built is taken from its catalogue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from askspeech.build_report import SkippedFile
from askspeech.catalog import Catalog
from askspeech.cleaning_rules import Rules
from askspeech.corpus_files import CorpusFile, OpenedFile, open_file, unpacked
from askspeech.datatypes import Document, Source
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.extras import reader_version
from askspeech.formats.table import FORMATS, Format
from askspeech.progress import Progress
from askspeech.readers import source_of
from askspeech.reading_pool import ReadingPool
from askspeech.records import FileRecord
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

__all__ = ["Contents", "read_documents"]

_NO_SPEECH = (
    "it holds no speech: every line of it is a page number, an advertisement or the like. See askspeech inspect FILE. "
    "文件里没有讲话：每一行都是页码、广告之类。请用 askspeech inspect 查看这个文件。"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the corpus holds: documents to be written, and sources of the earlier catalogue that stay as they are."""

    fresh: tuple[Document, ...]
    kept: frozenset[str]
    files: tuple[FileRecord, ...]
    skipped: tuple[SkippedFile, ...]

    def __bool__(self) -> bool:
        """Whether there is any document."""
        return bool(self.fresh or self.kept)

    def documents(self, earlier: Catalog | None) -> Iterator[Document]:
        """All documents, the kept ones from the earlier catalogue."""
        yield from self.fresh
        if earlier is not None:
            yield from (earlier.document(source_id) for source_id in sorted(self.kept))


def read_documents(
    files: Sequence[CorpusFile], settings: IndexSettings, rules: Rules, earlier: Catalog | None, progress: Progress
) -> Contents:
    """The documents of the files, those of equal text made one.

    Files whose bytes and reader are those of a file of the earlier catalogue are not read again; what was understood of
    them stands as long as the first path of their text is the same, because titles and facts are taken from it too.
    """
    found, skipped = unpacked(files)
    reading = _Reading(settings, rules, earlier, skipped)
    with ReadingPool() as pool:
        for number, (opened, outcome) in enumerate(pool.read_ahead(map(reading.opened, found))):
            progress("reading", number, len(found))
            reading.take(opened, outcome)
    progress("reading", len(found), len(found))
    return reading.contents()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that was opened, with its record in the earlier catalogue where it need not be read; or why it cannot."""

    name: str
    file: OpenedFile | None = None
    known: FileRecord | None = None
    error: ReadError | None = None


class _Reading:
    def __init__(
        self, settings: IndexSettings, rules: Rules, earlier: Catalog | None, skipped: Sequence[SkippedFile]
    ) -> None:
        self.settings, self.rules, self.earlier = settings, rules, earlier
        self.known = {_contents_of(record): record for record in (earlier.files() if earlier else ())}
        self.sources = {source.id: source for source in (earlier.sources() if earlier else ())}
        self.documents: dict[str, Document] = {}
        self.files: dict[str, list[FileRecord]] = {}
        self.skipped = [*skipped]
        self._vouched: set[str] = set()
        """Sources of the earlier catalogue whose first file now is known to lie as it did."""

    def opened(self, file: CorpusFile) -> tuple[_Opened, tuple[Format, bytes] | None]:
        """A file and, unless it is known or cannot be opened, what is to be read."""
        try:
            opened = open_file(file)
        except ReadError as error:
            return _Opened(file.name, error=error), None
        known = self._known(opened)
        return _Opened(file.name, opened, known), None if known else (opened.format, opened.data)

    def take(self, opened: _Opened, outcome: Extracted | ReadError | None) -> None:
        try:
            record, source = self._recognised(opened, outcome)
        except ReadError as error:
            self.skipped.append(SkippedFile(opened.name, str(error)))
            return
        if record.source_id not in self.files and not self._stands(record):
            document = understand(source or self._source(record), self.settings, self.rules)
            if not document.speeches:
                self.skipped.append(SkippedFile(opened.name, _NO_SPEECH))
                return
            self.documents[record.source_id] = document
        self.files.setdefault(record.source_id, []).append(record)

    def _known(self, opened: OpenedFile) -> FileRecord | None:
        """The record of a file with these bytes, unless it may be the first of its text and may lie differently.

        Equal texts of different files are one source, which lies as the first of them does.
        """
        known = self.known.get((opened.byte_hash, opened.format.name, reader_version(opened.format)))
        if known is None or known.source_id not in self.sources:
            return None
        if known.source_id in self._vouched or self._lies_alike(known):
            self._vouched.add(known.source_id)
            return known._replace(name=opened.name)
        return None

    def _lies_alike(self, record: FileRecord) -> bool:
        source = self.sources[record.source_id]
        plain = FORMATS["text"].name
        return source.byte_hash == record.byte_hash or source.reader == record.reader == plain

    def _recognised(self, opened: _Opened, outcome: Extracted | ReadError | None) -> tuple[FileRecord, Source | None]:
        if error := opened.error or (outcome if isinstance(outcome, ReadError) else None):
            raise error
        if opened.known is not None:
            return opened.known, None
        assert opened.file is not None
        assert isinstance(outcome, Extracted)
        source = source_of(opened.file, outcome)
        place = source.file, source.byte_hash, source.reader, source.reader_version
        return FileRecord(*place, source.encoding, source.id), source

    def _stands(self, first: FileRecord) -> bool:
        """Whether what was understood of a source stands, now that this is its first file."""
        known = first.source_id in self.sources and self.sources[first.source_id].file == first.name
        return known and self._lies_alike(first)

    def _source(self, record: FileRecord) -> Source:
        assert self.earlier is not None
        return _with_source(self.earlier.source(record.source_id), record, ())

    def contents(self) -> Contents:
        fresh, kept = [], set()
        for source_id, (first, *others) in self.files.items():
            copies = tuple(record.name for record in others)
            if document := self.documents.get(source_id):
                fresh.append(_with(document, first, copies))
            elif _with_source(self.sources[source_id], first, copies) == self.sources[source_id]:
                kept.add(source_id)
            elif self.earlier is not None:
                fresh.append(_with(self.earlier.document(source_id), first, copies))
        files = tuple(record for records in self.files.values() for record in records)
        return Contents(tuple(fresh), frozenset(kept), files, tuple(self.skipped))


def _contents_of(record: FileRecord) -> tuple[str, str, str]:
    return record.byte_hash, record.reader, record.reader_version


def _with(document: Document, first: FileRecord, copies: tuple[str, ...]) -> Document:
    return replace(document, source=_with_source(document.source, first, copies))


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
