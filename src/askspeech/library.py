"""The library: what the index in use holds, file by file and speech by speech, and what waits for the next build."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from askspeech.build_record import known
from askspeech.build_report import FileReport, SkippedFile
from askspeech.catalog import CATALOG, Catalog
from askspeech.cleaning import BLANK_SPACE
from askspeech.corpus_files import UPLOADED
from askspeech.datatypes import Drop, Language, Source, Span, Speech
from askspeech.errors import NotInIndexError, StoreMissingError
from askspeech.exclusions import Exclusion, Exclusions
from askspeech.file_reports import file_reports
from askspeech.inspection_page import inspection_page
from askspeech.manifest import Manifest
from askspeech.store import Store
from askspeech.uploads import Uploads

__all__ = ["Files", "Leaving", "Library", "LibraryRow", "Waiting", "is_within", "leaving"]


_FACTS = ("date", "year", "place", "level", "kind")


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A speech of the index in use; facts with several values hold them joined by 、, and nothing where none is."""

    speech_id: str
    source_id: str
    span: Span
    title: str
    title_derived: bool
    file: str
    copies: tuple[str, ...]
    """Other files that hold the same text."""
    date: str
    year: str
    place: str
    level: str
    kind: str
    characters: int
    passages: int
    dropped: int
    """Characters within the speech that no reading text contains, blank space aside."""
    uploaded: bool
    """Whether it is from a file that was added through the page."""
    alone: bool
    """Whether it is the only speech of its file."""
    alike: tuple[str, ...] = ()
    """The files of other speeches that are the same as a whole, but for spaces, marks and a few characters."""
    copy_of: str = ""
    """Of those files the first, where that speech stands before this one; empty for what is not called a copy."""

    @property
    def files(self) -> tuple[str, ...]:
        """All files that hold the very text that it is from."""
        return (self.file, *self.copies)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves with some files: so many speeches, other files of the same text; what nearly the same stays in."""

    speeches: int = 0
    same: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """What became of every file at the last build that came to its end."""

    taken: tuple[FileReport, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the index in use does not know yet: cited paths of uploads, and exclusions."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    taken_back: tuple[Exclusion, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything waits for the next build."""
        return any((self.added, self.replaced, self.deleted, self.excluded, self.taken_back))


class Library:
    """The library of a store; every method looks at the index in use anew, and any number of threads may use it.

    Every method raises StoreDamagedError, StoreMismatchError or DiskError where the index in use cannot be read.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self._rows: tuple[str, tuple[LibraryRow, ...]] = "", ()

    def rows(self) -> tuple[LibraryRow, ...]:
        """The speeches of the index in use, by file and in their order; none where there is no index yet."""
        name = Store(self.store).current_name()
        generation, rows = self._rows
        if name is None or name != generation:
            with self._catalog() as catalog:
                rows = () if catalog is None else tuple(_rows(catalog))
            self._rows = name or "", rows
        return rows

    def files(self) -> Files:
        """What became of every file at the build that made the index in use."""
        made_from = known(self.store)
        if made_from is not None:
            report = made_from.report
            return Files(report.files, report.skipped, report.excluded)
        with self._catalog() as catalog:
            return Files() if catalog is None else Files(file_reports(catalog))

    def same_bytes(self, byte_hash: str) -> tuple[str, ...]:
        """The cited paths of the files of the index in use whose bytes have this SHA-256."""
        with self._catalog() as catalog:
            return () if catalog is None else tuple(one.name for one in catalog.files() if one.byte_hash == byte_hash)

    def excluded(self) -> tuple[Exclusion, ...]:
        """What was removed and can be taken back, the latest first."""
        return Exclusions(self.store).all()[::-1]

    def waiting(self) -> Waiting:
        """What the next build will change, as far as uploads and exclusions go."""
        exclusions, made_from = Exclusions(self.store).all(), known(self.store)
        uploads = Uploads(self.store).stamps()
        if made_from is not None:
            before = made_from.uploads
            return Waiting(
                added=tuple(file for file in uploads if file not in before),
                replaced=tuple(file for file, stamp in uploads.items() if before.get(file, stamp) != stamp),
                deleted=tuple(file for file in before if file not in uploads),
                excluded=_without(exclusions, made_from.exclusions),
                taken_back=_without(made_from.exclusions, exclusions),
            )
        with self._catalog() as catalog:
            return Waiting(added=tuple(uploads)) if catalog is None else _guessed(catalog, tuple(uploads), exclusions)

    def inspection(self, file: str, language: Language | None = None) -> str:
        """What a file of the index was read as and what was dropped, as a self-contained HTML page.

        In the reader's language, or in both.

        Raises NotInIndexError where the index in use holds no such file.
        """
        with self._catalog() as catalog:
            sources = () if catalog is None else catalog.sources()
            found = next((source for source in sources if file in (source.file, *source.copies)), None)
            if catalog is None or found is None:
                raise NotInIndexError(
                    f"The index holds no file {file!r}, expected one of its table. It may have been built again since: "
                    "load the page again.",
                    "资料库里没有这个文件，请刷新页面。",
                )
            return inspection_page(catalog.document(found.id), language)

    def exclude_speech(self, speech_id: str, by: str = "") -> Exclusion:
        """Keep a speech out of the index from the next build on; raises NotInIndexError where there is none."""
        with self._catalog() as catalog:
            if catalog is None:
                raise NotInIndexError("There is no index that a speech could be removed from.", "资料库还是空的。")
            speech = catalog.speech(speech_id)
        exclusion = Exclusion(
            "speech", speech.file, speech.title, speech.id, speech.source_id, speech.span, excluded_by=by
        )
        return self._exclude(exclusion)

    def exclude_file(self, file: str, by: str = "") -> Exclusion:
        """Keep a file out of the index from the next build on, by the path by which it is cited."""
        return self._exclude(Exclusion("file", file, file, excluded_by=by))

    def take_back(self, exclusion: Exclusion) -> bool:
        """Let what was removed return with the next build; False where it was taken back already."""
        return Exclusions(self.store).remove(exclusion)

    def _exclude(self, exclusion: Exclusion) -> Exclusion:
        exclusions = Exclusions(self.store)
        exclusions.add(exclusion)
        return next((one for one in exclusions.all() if one.key == exclusion.key), exclusion)

    @contextmanager
    def _catalog(self) -> Iterator[Catalog | None]:
        """The catalogue of the index in use; None where there is none yet."""
        try:
            held = Store(self.store).open_current()
        except StoreMissingError:
            yield None
            return
        with held:
            Manifest.read(held.path)  # says which version built it, where this one cannot read it
            with Catalog.open(held.path / CATALOG) as catalog:
                yield catalog


def is_within(file: str, files: Collection[str]) -> bool:
    """Whether a file is one of these, or lies in an archive that is."""
    return any(file == one or file.startswith(f"{one}/") for one in files)


def leaving(rows: Sequence[LibraryRow], files: Collection[str]) -> Leaving:
    """What must leave with these files, so that their speeches are gone: a text stays while one file holds it."""
    touched = [row for row in rows if any(is_within(file, files) for file in row.files)]
    same = dict.fromkeys(file for row in touched for file in row.files if not is_within(file, files))
    alike = dict.fromkeys(file for row in touched for file in row.alike if not is_within(file, (*files, *same)))
    return Leaving(len(touched), tuple(same), tuple(alike))


def _rows(catalog: Catalog) -> Iterator[LibraryRow]:
    passages = Counter(row.speech_id for row in catalog.passage_rows())
    alone = catalog.speeches_by_source()
    sources = {source.id: source for source in catalog.sources()}
    drops = {source_id: catalog.drops(source_id) for source_id in sources}
    speeches = catalog.speeches()
    families = _families(speeches, catalog.copy_groups("speech_copies"))
    for speech in speeches:
        source = sources[speech.source_id]
        made = _row(
            speech, source, passages[speech.id], _dropped(drops[source.id], speech.span), alone=alone[source.id] == 1
        )
        yield _with_family(made, families.get(speech.id, ()))


def _families(speeches: Sequence[Speech], numbers: Mapping[str, int]) -> dict[str, list[Speech]]:
    """For every speech that has copies, all of them and itself, in the order of the speeches."""
    families: dict[int, list[Speech]] = {}
    for speech in speeches:
        if speech.id in numbers:
            families.setdefault(numbers[speech.id], []).append(speech)
    return {speech.id: family for family in families.values() for speech in family}


def _with_family(row: LibraryRow, family: Sequence[Speech]) -> LibraryRow:
    others = tuple(one.file for one in family if one.id != row.speech_id)
    is_first = not family or family[0].id == row.speech_id
    return replace(row, alike=others, copy_of="" if is_first else family[0].file)


def _row(speech: Speech, source: Source, passages: int, dropped: int, *, alone: bool) -> LibraryRow:
    date, year, place, level, kind = ("、".join(speech.values(name)) for name in _FACTS)
    return LibraryRow(
        speech_id=speech.id,
        source_id=source.id,
        span=speech.span,
        title=speech.title,
        title_derived=speech.title_derived,
        file=speech.file,
        copies=source.copies,
        date=date,
        year=year,
        place=place,
        level=level,
        kind=kind,
        characters=speech.characters,
        passages=passages,
        dropped=dropped,
        uploaded=speech.file.startswith(f"{UPLOADED}/"),
        alone=alone,
    )


def _dropped(drops: Sequence[Drop], span: Span) -> int:
    """How many characters within a span were dropped, blank space aside."""
    inside = [drop.span for drop in drops if drop.reason != BLANK_SPACE]
    return sum(max(0, min(one.end, span.end) - max(one.start, span.start)) for one in inside)


def _without(exclusions: Sequence[Exclusion], others: Sequence[Exclusion]) -> tuple[Exclusion, ...]:
    keys = {other.key for other in others}
    return tuple(one for one in exclusions if one.key not in keys)


def _guessed(catalog: Catalog, uploads: Sequence[str], exclusions: Sequence[Exclusion]) -> Waiting:
    """What waits, as far as the index itself can tell: it does not know what was left out of it."""
    files = {record.name for record in catalog.files()}
    # Of an archive, the files in it are known by the names that they have in it.
    files |= {"/".join(file.split("/")[:2]) for file in files if file.startswith(f"{UPLOADED}/")}
    uploaded = {file for file in files if file.startswith(f"{UPLOADED}/") and file.count("/") == 1}
    speeches = {speech.id for speech in catalog.speeches()}
    return Waiting(
        added=tuple(file for file in uploads if file not in files),
        deleted=tuple(sorted(uploaded - set(uploads))),
        excluded=tuple(
            one for one in exclusions if (one.file in files if one.kind == "file" else one.speech_id in speeches)
        ),
    )
