"""The catalogue: all that a build understood, in one SQLite file; the other parts of the index are made from it.

It is written once, in a draft that is thrown away if the build dies, so it needs no journal on the disk; it is read
as immutable, from any thread and from a folder that cannot be written to.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from askspeech import records
from askspeech.datatypes import Document, Drop, Gap, Passage, Section, Source, Speech
from askspeech.disk import disk_errors, flush, part_errors
from askspeech.errors import NotInIndexError, StoreDamagedError
from askspeech.records import PassageRow, TokenTable, VectorPage

__all__ = ["CATALOG", "Catalog", "Counts", "Embedding", "PassageRow", "TokenTable", "VectorPage"]

CATALOG = "catalog.db"
_PASSAGE = "id, source_id, speech_id, section_id, kind, items, text, data"
# Far below SQLite's limits on variables in one statement, old versions included.
_VARIABLES = 900
_ROWS_AT_ONCE = 2000

Embedding = tuple[str, NDArray[np.uint16], NDArray[np.float32]]
"""An embedding's key, the token ids (n,) of what was embedded, and its vector (dimension,)."""


class Counts(NamedTuple):
    """How many of each the catalogue holds."""

    sources: int
    speeches: int
    sections: int
    passages: int


class Catalog:
    """The catalogue of one generation; made by `create` for the build or by `open` for readers.

    Every method raises StoreDamagedError where the file is not what a build wrote, DiskError where the disk is the
    reason, and NotInIndexError where a single thing is asked for by an id that is not there.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        # One connection for all threads: questions read little, and open files must not grow with the threads.
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new catalogue to write; what has not been committed when it is closed is lost."""
        with part_errors(path, "catalogue", sqlite3.Error):
            connection = sqlite3.connect(path, check_same_thread=False)
            connection.executescript(records.TABLES)
        return cls(path, connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """A finished catalogue to read, from any thread; the file must not change while it is open."""
        with part_errors(path, "catalogue", sqlite3.Error):
            location = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            layout = _layout(connection := sqlite3.connect(location, uri=True, check_same_thread=False))
        if layout != records.LAYOUT:
            connection.close()
            raise StoreDamagedError(
                f"The catalogue {path} has layout {layout}, expected {records.LAYOUT}. "
                "Build the index again: askspeech build FOLDER --store STORE"
            )
        return cls(path, connection)

    @classmethod
    def alter(cls, path: Path) -> Self:
        """A copy of a finished catalogue to change; removed rows leave no trace in the file."""
        with part_errors(path, "catalogue", sqlite3.Error):
            connection = sqlite3.connect(path, check_same_thread=False)
            connection.executescript(records.ALTERING)
        return cls(path, connection)

    def close(self) -> None:
        """Close the file; closing twice does nothing."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    def add(self, document: Document, keys: Sequence[str]) -> None:
        """Add a source and all that was understood of it, with the embedding key of each of its passages, in order."""
        if len(keys) != len(document.passages):
            raise ValueError(f"{len(keys)} keys for {len(document.passages)} passages, expected one for each")
        self.add_rows(records.rows(document, keys))

    def add_rows(self, rows: records.Rows) -> None:
        """Add the rows of a document, by table."""
        for table, some in rows.items():
            self._insert(table, some)

    def remove(self, source_ids: Iterable[str]) -> None:
        """Remove sources and all that was understood of them; embeddings stay until `finish_removing`."""
        self._delete(records.REMOVALS, [(identity,) for identity in source_ids])

    def finish_removing(self) -> None:
        """Remove the embeddings that no passage needs, and all files and groups of copies, to be added anew."""
        self._delete(records.CLEARINGS, [()])

    def add_files(self, files: Iterable[records.FileRecord]) -> None:
        """Add the files that sources were read from."""
        self._insert("files", map(records.pack_file, files))

    def add_sketches(self, sketches: Iterable[tuple[str, bytes]]) -> None:
        """Add the sketches by which near copies of passages are found, by passage id."""
        self._insert("sketches", sketches)

    def add_embeddings(self, embeddings: Iterable[Embedding]) -> None:
        """Add token ids and vectors by key; a key that is there already keeps what it has."""
        rows = (
            (key, records.pack_array(tokens, "<u2"), records.pack_array(vector, "<f4"))
            for key, tokens, vector in embeddings
        )
        self._insert("embeddings", rows, "OR IGNORE ")

    def add_copies(self, groups: Iterable[Sequence[str]], of: records.CopiesOf = "copies") -> None:
        """Add groups of passages, or speeches, by id, that say the same; each is in one group at most."""
        self._insert(of, ((identity, number) for number, group in enumerate(groups) for identity in group))

    def commit(self) -> None:
        """Write what was added to the disk, and wait until it is there."""
        with self._errors(), self._lock:
            self._connection.commit()
        with disk_errors(self.path, "flush"):
            flush(self.path)

    # Reading: sources, speeches, sections

    def counts(self) -> Counts:
        """How many sources, speeches, sections and passages there are."""
        return Counts(*(self._rows(f"SELECT count(*) FROM {table}")[0][0] for table in Counts._fields))

    def sources(self, *, with_text: bool = False) -> tuple[Source, ...]:
        """All sources, by file; their text is empty unless it is asked for."""
        column = "text" if with_text else "x''"
        with self._errors():
            rows = self._rows(f"SELECT id, data, {column} FROM sources")
            sources = [records.unpack_source(id_, data, records.unpack_text(text)) for id_, data, text in rows]
        return tuple(sorted(sources, key=lambda source: (source.file, source.id)))

    def source(self, source_id: str) -> Source:
        """A source with its text."""
        with self._errors():
            data, text = self._row("sources", "data, text", source_id)
            return records.unpack_source(source_id, data, records.unpack_text(text))

    def text(self, source_id: str) -> str:
        """The canonical text of a source."""
        with self._errors():
            return records.unpack_text(self._row("sources", "text", source_id)[0])

    def files(self) -> list[records.FileRecord]:
        """The files that sources were read from, in no order."""
        with self._errors():
            return [records.unpack_file(*row) for row in self._rows("SELECT name, data FROM files")]

    def rows(self, source_id: str) -> records.Rows:
        """The rows of a source and of everything that was understood of it, by table."""
        understood = {table: self._rows(which, [source_id]) for table, which in records.ROWS_OF_SOURCE.items()}
        return {"sources": [self._row("sources", "*", source_id)], **understood}

    def document(self, source_id: str) -> Document:
        """A source and everything that was understood of it."""
        with self._errors():
            return records.document_of(self.rows(source_id))

    def passages_by_source(self) -> dict[str, int]:
        """How many passages every source has."""
        return dict(self._rows(records.PASSAGE_COUNTS))

    def speeches_by_source(self) -> dict[str, int]:
        """How many speeches every source has."""
        return dict(self._rows("SELECT source_id, count(*) FROM speeches GROUP BY source_id"))

    def sketches(self) -> dict[str, bytes]:
        """The sketches by which near copies are found, by passage id."""
        return dict(self._pages("SELECT passage_id, data FROM sketches"))

    def drops(self, source_id: str) -> tuple[Drop, ...]:
        """What of a source no reading text contains."""
        with self._errors():
            return records.unpack_drops(self._row("sources", "drops", source_id)[0])

    def gaps(self, source_id: str) -> tuple[Gap, ...]:
        """Where a source says that a part is missing."""
        with self._errors():
            return records.unpack_gaps(self._row("sources", "gaps", source_id)[0])

    def speeches(self) -> tuple[Speech, ...]:
        """All speeches, by file and in their order in it."""
        with self._errors():
            rows = self._rows("SELECT id, source_id, data, position FROM speeches")
            speeches = [(records.unpack_speech(*row[:3]), row[3]) for row in rows]
        speeches.sort(key=lambda entry: (entry[0].file, entry[0].source_id, entry[1]))
        return tuple(speech for speech, _ in speeches)

    def speech(self, speech_id: str) -> Speech:
        """A speech."""
        with self._errors():
            return records.unpack_speech(speech_id, *self._row("speeches", "source_id, data", speech_id))

    def sections(self, speech_id: str) -> tuple[Section, ...]:
        """The sections of a speech, in their order."""
        with self._errors():
            rows = self._rows("SELECT id, data FROM sections WHERE speech_id = ? ORDER BY position", [speech_id])
            return tuple(records.unpack_section(identity, speech_id, data) for identity, data in rows)

    def sections_by_id(self, section_ids: Sequence[str]) -> list[Section]:
        """The sections with these ids, in the order asked."""
        with self._errors():
            rows = self._by_id("sections", "id, speech_id, data", section_ids)
            return [records.unpack_section(*rows[section_id]) for section_id in section_ids]

    # Reading: passages

    def passage_ids(self) -> list[str]:
        """The ids of all passages, sorted."""
        return [identity for (identity,) in self._rows("SELECT id FROM passages ORDER BY id")]

    def passage_rows(self) -> list[PassageRow]:
        """Where every passage belongs, sorted by id."""
        rows = self._rows("SELECT id, speech_id, section_id, kind, items FROM passages ORDER BY id")
        return [PassageRow(*row) for row in rows]

    def vector_rows(self) -> dict[str, tuple[str, str]]:
        """For every passage the speech it belongs to and the key of its embedding."""
        return {row[0]: (row[1], row[2]) for row in self._rows("SELECT id, speech_id, key FROM passages")}

    def passages(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages with these ids, in the order asked; any number of them."""
        with self._errors():
            rows = self._by_id("passages", _PASSAGE, passage_ids)
            return [records.unpack_passage(rows[passage_id]) for passage_id in passage_ids]

    def texts_beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The text passages of the same speech just before and just behind a passage."""
        with self._errors():
            found = [self._rows(statement, [passage.speech_id, passage.id]) for statement in records.TEXTS_BESIDE]
            before, behind = (records.unpack_passage(rows[0]) if rows else None for rows in found)
            return before, behind

    def outlines_of(self, speech_id: str, section_ids: Sequence[str | None]) -> list[Passage]:
        """The outline passages of these sections of a speech, in their order; None stands for the speech itself."""
        with self._errors():
            rows = self._rows(records.OUTLINES, [speech_id])
            return [records.unpack_passage(row) for row in rows if row[3] in section_ids]

    def passages_of_speech(self, speech_id: str) -> list[Passage]:
        """The passages of a speech, in their order."""
        with self._errors():
            rows = self._rows(f"SELECT {_PASSAGE} FROM passages WHERE speech_id = ? ORDER BY position", [speech_id])
            return [records.unpack_passage(row) for row in rows]

    def copy_groups(self, table: records.CopiesOf = "copies") -> dict[str, int]:
        """For every passage, or speech, that has near copies, the number of its group; none in older catalogues."""
        known = self._rows("SELECT 1 FROM sqlite_master WHERE name = ?", [table])
        return dict(self._rows(f"SELECT * FROM {table}")) if known else {}

    # Reading: embeddings

    def vectors(self, passage_ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of these passages (n, dimension), in the order asked."""
        with self._errors():
            rows = self._by_id(records.EMBEDDED_PASSAGES, "id, vector", passage_ids)
            return records.unpack_matrix([rows[passage_id][1] for passage_id in passage_ids])

    def embedding_keys(self) -> set[str]:
        """The keys of all embeddings."""
        return {key for (key,) in self._rows("SELECT key FROM embeddings")}

    def embeddings_by_key(self, keys: Collection[str] | None = None) -> Iterator[Embedding]:
        """All embeddings, or those of these keys that are there; for reuse by the next build."""
        with self._errors():
            for key, tokens, vector in self._pages("SELECT key, token_ids, vector FROM embeddings ORDER BY key"):
                if keys is None or key in keys:
                    yield key, np.frombuffer(tokens, "<u2"), np.frombuffer(vector, "<f4")

    def token_table(self) -> TokenTable:
        """The token ids of all passages in one array, sorted by passage id; read once, at start-up."""
        with self._errors():
            tokens: dict[str, bytes] = dict(self._pages("SELECT key, token_ids FROM embeddings"))
            rows = self._rows("SELECT id, key FROM passages ORDER BY id")
            parts = [tokens[key] for _, key in rows if key in tokens]
        if len(parts) != len(rows):
            raise self._damaged(f"lacks the embeddings of {len(rows) - len(parts)} passages of {len(rows)}")
        offsets = np.cumsum([0, *(len(part) // 2 for part in parts)], dtype=np.int64)
        return TokenTable(tuple(row[0] for row in rows), offsets, np.frombuffer(b"".join(parts), "<u2"))

    def vector_pages(self, size: int = 5000) -> Iterator[VectorPage]:
        """The vectors of all passages, at most `size` at a time, sorted by passage id."""
        rows = self._pages(records.VECTORS_BY_ID)
        while page := list(islice(rows, size)):
            ids, speeches, vectors = zip(*page, strict=True)
            if lacking := vectors.count(None):
                raise self._damaged(f"lacks the vectors of {lacking} passages")
            yield VectorPage([*ids], [*speeches], records.unpack_matrix(vectors))

    def fingerprint_rows(self) -> Iterator[tuple[Any, ...]]:
        """Everything but the embeddings, as rows in an order that does not depend on how it was added."""
        with self._errors():
            for table in ("sources", "speeches", "sections", "passages"):
                yield (table,)
                yield from self._pages(f"SELECT * FROM {table} ORDER BY id")
            # The number of a group depends on the build, the first of its passages does not.
            yield from self._pages(records.FIRST_COPIES)

    # The connection

    def _errors(self) -> AbstractContextManager[None]:
        return part_errors(self.path, "catalogue", sqlite3.Error, ValueError)

    def _damaged(self, what: str) -> StoreDamagedError:
        return StoreDamagedError(
            f"The catalogue {self.path} {what}, expected what a build wrote. "
            "Build the index again: askspeech build FOLDER --store STORE"
        )

    def _insert(self, table: str, rows: Iterable[Sequence[Any]], conflict: Literal["", "OR IGNORE "] = "") -> None:
        columns = records.COLUMNS[table]
        statement = f"INSERT {conflict}INTO {table} VALUES ({', '.join('?' * columns)})"
        with part_errors(self.path, "catalogue", sqlite3.Error), self._lock:
            self._connection.executemany(statement, rows)

    def _delete(self, statements: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        with part_errors(self.path, "catalogue", sqlite3.Error), self._lock:
            for statement in statements:
                self._connection.executemany(statement, rows)

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with part_errors(self.path, "catalogue", sqlite3.Error), self._lock:
            return self._connection.execute(statement, values).fetchall()

    def _pages(self, statement: str) -> Iterator[tuple[Any, ...]]:
        with part_errors(self.path, "catalogue", sqlite3.Error):
            with self._lock:
                cursor = self._connection.execute(statement)
            while True:
                with self._lock:
                    rows = cursor.fetchmany(_ROWS_AT_ONCE)
                if not rows:
                    return
                yield from rows

    def _row(self, table: str, columns: str, identity: str) -> tuple[Any, ...]:
        rows = self._rows(f"SELECT {columns} FROM {table} WHERE id = ?", [identity])
        if not rows:
            raise NotInIndexError(
                f"The index holds no {records.SINGULAR[table]} {identity!r}, expected an id that it gave out itself. "
                "It may have been built again since: search once more."
            )
        return rows[0]

    def _by_id(self, table: str, columns: str, identities: Sequence[str]) -> Mapping[str, tuple[Any, ...]]:
        wanted = list(dict.fromkeys(identities))
        found: dict[str, tuple[Any, ...]] = {}
        for start in range(0, len(wanted), _VARIABLES):
            part = wanted[start : start + _VARIABLES]
            statement = f"SELECT {columns} FROM {table} WHERE id IN ({', '.join('?' * len(part))})"
            found.update((row[0], row) for row in self._rows(statement, part))
        if len(found) < len(wanted):
            lost = next(identity for identity in wanted if identity not in found)
            raise self._damaged(f"lacks {len(wanted) - len(found)} of {len(wanted)} ids asked for, {lost!r} first")
        return found


def _layout(connection: sqlite3.Connection) -> int:
    try:
        return cast(int, connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        connection.close()
        raise
