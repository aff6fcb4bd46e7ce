"""Tables and rows of the catalogue: our dataclasses as JSON bytes and back, exactly.

Text is kept as UTF-8 that lets lone surrogates pass, because a file's name may hold them where it is no valid UTF-8.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from askspeech.bilingual import packed as packed_words
from askspeech.bilingual import unpacked
from askspeech.datatypes import (
    LINES,
    Blank,
    Document,
    Drop,
    Fact,
    Gap,
    Layout,
    Passage,
    PassageKind,
    Section,
    Source,
    Span,
    Speech,
)


class PassageRow(NamedTuple):
    """Where a passage belongs, without its text."""

    id: str
    speech_id: str
    section_id: str | None
    kind: PassageKind
    items: int


class TokenTable(NamedTuple):
    """The token ids of all passages: those of `ids[i]` are `tokens[offsets[i]:offsets[i + 1]]`."""

    ids: tuple[str, ...]
    offsets: NDArray[np.int64]
    tokens: NDArray[np.uint16]


class VectorPage(NamedTuple):
    """Some passages with the speeches they belong to and their vectors (n, dimension)."""

    ids: list[str]
    speech_ids: list[str]
    vectors: NDArray[np.float32]


class FileRecord(NamedTuple):
    """A file as a build found it: what it was read with, and the source that it became."""

    name: str
    byte_hash: str
    reader: str
    reader_version: str
    encoding: str
    source_id: str


Rows = Mapping[str, Sequence[Sequence[Any]]]
"""The rows of a document, by table."""

CopiesOf = Literal["copies", "speech_copies"]
"""What copies are of: passages, or whole speeches."""
LAYOUT = 4
TABLES = f"""
PRAGMA page_size = 8192;
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA user_version = {LAYOUT};
CREATE TABLE sources (id TEXT PRIMARY KEY, data BLOB NOT NULL, drops BLOB NOT NULL, gaps BLOB NOT NULL,
    text BLOB NOT NULL);
CREATE TABLE speeches (id TEXT PRIMARY KEY, source_id TEXT NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE sections (id TEXT PRIMARY KEY, speech_id TEXT NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE passages (id TEXT PRIMARY KEY, source_id TEXT NOT NULL, speech_id TEXT NOT NULL, section_id TEXT,
    kind TEXT NOT NULL, items INTEGER NOT NULL, text BLOB NOT NULL, data BLOB NOT NULL, position INTEGER NOT NULL,
    key TEXT NOT NULL);
CREATE TABLE embeddings (key TEXT PRIMARY KEY, token_ids BLOB NOT NULL, vector BLOB NOT NULL);
CREATE TABLE copies (passage_id TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE speech_copies (speech_id TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE files (name BLOB PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE sketches (passage_id TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE INDEX speeches_of_source ON speeches (source_id, position);
CREATE INDEX sections_of_speech ON sections (speech_id, position);
CREATE INDEX passages_of_speech ON passages (speech_id, position);
CREATE INDEX passages_of_key ON passages (key);
CREATE INDEX copies_of_number ON copies (number);
"""
ALTERING = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA secure_delete = ON;
"""
_SPEECHES_OF = "(SELECT id FROM speeches WHERE source_id = ?)"
REMOVALS = (
    f"DELETE FROM sketches WHERE passage_id IN (SELECT id FROM passages WHERE speech_id IN {_SPEECHES_OF})",
    f"DELETE FROM passages WHERE speech_id IN {_SPEECHES_OF}",
    f"DELETE FROM sections WHERE speech_id IN {_SPEECHES_OF}",
    "DELETE FROM speeches WHERE source_id = ?",
    "DELETE FROM sources WHERE id = ?",
)
CLEARINGS = (
    "DELETE FROM embeddings WHERE NOT EXISTS (SELECT 1 FROM passages WHERE passages.key = embeddings.key)",
    "DELETE FROM files",
    "DELETE FROM copies",
    "DELETE FROM speech_copies",
)
ROWS_OF_SOURCE = {
    "speeches": "SELECT * FROM speeches WHERE source_id = ? ORDER BY position",
    "sections": f"SELECT * FROM sections WHERE speech_id IN {_SPEECHES_OF} ORDER BY position",
    "passages": f"SELECT * FROM passages WHERE speech_id IN {_SPEECHES_OF} ORDER BY position",
}
_PASSAGES = "SELECT id, source_id, speech_id, section_id, kind, items, text, data FROM passages"
_HERE = "(SELECT position FROM passages WHERE id = ?)"
TEXTS_BESIDE = tuple(
    f"{_PASSAGES} WHERE speech_id = ? AND kind = 'text' AND position {side} {_HERE} ORDER BY position {order} LIMIT 1"
    for side, order in (("<", "DESC"), (">", "ASC"))
)
OUTLINES = f"{_PASSAGES} WHERE speech_id = ? AND kind = 'outline' ORDER BY position"
EMBEDDED_PASSAGES = "passages JOIN embeddings ON passages.key = embeddings.key"
VECTORS_BY_ID = (
    "SELECT id, speech_id, vector FROM passages LEFT JOIN embeddings ON embeddings.key = passages.key ORDER BY id"
)
FIRST_COPIES = (
    "SELECT passage_id, first FROM copies JOIN (SELECT number, min(passage_id) AS first FROM copies GROUP BY number)"
    " USING (number) ORDER BY passage_id"
)
PASSAGE_COUNTS = (
    "SELECT source_id, sum(many) FROM (SELECT speech_id, count(*) AS many FROM passages GROUP BY speech_id)"
    " JOIN speeches ON speeches.id = speech_id GROUP BY source_id"
)
SINGULAR = {"sources": "source", "speeches": "speech", "sections": "section", "passages": "passage"}
COLUMNS = {
    "sources": 5,
    "speeches": 4,
    "sections": 4,
    "passages": 10,
    "embeddings": 3,
    "copies": 2,
    "speech_copies": 2,
    "files": 2,
    "sketches": 2,
}


def pack_text(text: str) -> bytes:
    """The bytes that stand for text; any str at all, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


# json.loads would make one anew for each of the thousands of rows that a question reads.
_UNPACKING = json.JSONDecoder(object_hook=unpacked)


def unpack_text(data: bytes) -> str:
    """The text that `pack_text` packed."""
    return data.decode("utf-8", "surrogatepass")


def pack(value: object) -> bytes:
    """A value of lists, strings, numbers and None as JSON bytes; equal values give equal bytes."""
    return pack_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def unpack(data: bytes) -> Any:
    """The value that `pack` packed, with lists for tuples."""
    return _UNPACKING.decode(unpack_text(data))


def pack_source(source: Source) -> bytes:
    """A source without its text."""
    return pack(
        [
            source.file,
            source.byte_hash,
            source.reader,
            source.reader_version,
            source.encoding,
            source.copies,
            _layout_row(source.layout),
        ]
    )


def unpack_source(identity: str, data: bytes, text: str) -> Source:
    """The source that `pack_source` packed."""
    file, byte_hash, reader, reader_version, encoding, copies, layout = unpack(data)
    return Source(identity, file, text, byte_hash, reader, reader_version, encoding, tuple(copies), _layout(layout))


def pack_file(file: FileRecord) -> tuple[bytes, bytes]:
    """A file as a row: packed name, packed rest."""
    return pack_text(file.name), pack(file[1:])


def unpack_file(name: bytes, data: bytes) -> FileRecord:
    """The file that `pack_file` packed."""
    return FileRecord(unpack_text(name), *unpack(data))


def pack_drops(drops: Sequence[Drop]) -> bytes:
    """Drops in their order."""
    return pack([[*drop.span, drop.reason] for drop in drops])


def unpack_drops(data: bytes) -> tuple[Drop, ...]:
    """The drops that `pack_drops` packed."""
    return tuple(Drop(Span(start, end), reason) for start, end, reason in unpack(data))


def pack_gaps(gaps: Sequence[Gap]) -> bytes:
    """Gaps in their order."""
    return pack(_gap_rows(gaps))


def unpack_gaps(data: bytes) -> tuple[Gap, ...]:
    """The gaps that `pack_gaps` packed."""
    return _gaps(unpack(data))


def pack_speech(speech: Speech) -> bytes:
    """A speech without its id and its source's."""
    facts = [[fact.name, fact.value, fact.origin, fact.span, fact.note] for fact in speech.facts]
    blanks, gaps = _blank_rows(speech.blanks), _gap_rows(speech.gaps)
    return pack([speech.file, speech.title, speech.span, speech.title_spans, facts, speech.characters, blanks, gaps])


def unpack_speech(identity: str, source_id: str, data: bytes) -> Speech:
    """The speech that `pack_speech` packed."""
    file, title, span, title_spans, facts, characters, blanks, gaps = unpack(data)
    return Speech(
        id=identity,
        source_id=source_id,
        file=file,
        title=title,
        span=Span(*span),
        title_spans=_spans(title_spans),
        facts=tuple(map(_fact, facts)),
        characters=characters,
        blanks=_blanks(blanks),
        gaps=_gaps(gaps),
    )


def pack_section(section: Section) -> bytes:
    """A section without its id and its speech's."""
    return pack(
        [
            section.parent_id,
            section.marker,
            section.number,
            section.heading,
            section.heading_spans,
            section.span,
        ]
    )


def unpack_section(identity: str, speech_id: str, data: bytes) -> Section:
    """The section that `pack_section` packed."""
    parent_id, marker, number, heading, heading_spans, span = unpack(data)
    return Section(identity, speech_id, parent_id, marker, number, heading, _spans(heading_spans), Span(*span))


def pack_passage(passage: Passage) -> tuple[str, str, str, str | None, str, int, bytes, bytes]:
    """A passage as a row: id, source id, speech id, section id, kind, items, packed text, packed rest."""
    marks = _blank_rows(passage.blanks), _gap_rows(passage.gaps)
    rest = pack([passage.file, passage.spans, passage.heading_path, *marks])
    ids = passage.id, passage.source_id, passage.speech_id, passage.section_id
    return *ids, passage.kind, passage.items, pack_text(passage.text), rest


def unpack_passage(row: tuple[Any, ...]) -> Passage:
    """The passage that `pack_passage` packed."""
    identity, source_id, speech_id, section_id, kind, items, text, data = row
    file, spans, heading_path, blanks, gaps = unpack(data)
    return Passage(
        id=identity,
        source_id=source_id,
        speech_id=speech_id,
        section_id=section_id,
        file=file,
        kind=kind,
        text=unpack_text(text),
        spans=_spans(spans),
        heading_path=tuple(heading_path),
        blanks=_blanks(blanks),
        gaps=_gaps(gaps),
        items=items,
    )


def rows(document: Document, keys: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that a document becomes, by table; `keys` are the embedding keys of its passages."""
    source = document.source
    drops, gaps = pack_drops(document.drops), pack_gaps(document.gaps)
    return {
        "sources": [(source.id, pack_source(source), drops, gaps, pack_text(source.text))],
        "speeches": [
            (speech.id, speech.source_id, position, pack_speech(speech))
            for position, speech in enumerate(document.speeches)
        ],
        "sections": [
            (section.id, section.speech_id, position, pack_section(section))
            for position, section in enumerate(document.sections)
        ],
        "passages": [
            (*pack_passage(passage), position, key)
            for position, (passage, key) in enumerate(zip(document.passages, keys, strict=True))
        ],
    }


def document_of(rows: Rows) -> Document:
    """The document that became these rows."""
    ((identity, source, drops, gaps, text),) = rows["sources"]
    return Document(
        unpack_source(identity, source, unpack_text(text)),
        unpack_drops(drops),
        unpack_gaps(gaps),
        tuple(unpack_speech(one, source_id, data) for one, source_id, _, data in rows["speeches"]),
        tuple(unpack_section(one, speech_id, data) for one, speech_id, _, data in rows["sections"]),
        tuple(unpack_passage(tuple(row[:8])) for row in rows["passages"]),
    )


def pack_array(array: NDArray[Any], kind: str) -> bytes:
    """An array as bytes of that kind; TypeError where a value of its kind might not fit."""
    return np.asarray(array).astype(kind, casting="safe").tobytes()


def unpack_matrix(packed: Sequence[bytes]) -> NDArray[np.float32]:
    """Packed vectors of one dimension as (n, dimension); ValueError where their lengths differ."""
    if len({len(vector) for vector in packed}) > 1:
        raise ValueError(f"The vectors have {sorted({len(vector) for vector in packed})} bytes, expected one length.")
    matrix = np.frombuffer(b"".join(packed), "<f4")
    return matrix.reshape(len(packed), len(packed[0]) // 4 if packed else 0)


def _layout_row(layout: Layout) -> list[Any] | None:
    """A layout's values; None for plain lines, which most sources have."""
    if layout == LINES:
        return None
    furniture = [[*drop.span, drop.reason] for drop in layout.furniture]
    return [layout.unit, layout.starts, furniture, layout.confidences, packed_words(layout.notices)]


def _layout(row: Sequence[Any] | None) -> Layout:
    if row is None:
        return LINES
    unit, starts, furniture, confidences, notices = row
    drops = tuple(Drop(Span(start, end), reason) for start, end, reason in furniture)
    return Layout(unit, tuple(starts), drops, tuple(confidences), tuple(notices))


def _blank_rows(blanks: Iterable[Blank]) -> list[list[Any]]:
    return [[*blank.span, blank.kind] for blank in blanks]


def _blanks(rows: Iterable[Sequence[Any]]) -> tuple[Blank, ...]:
    return tuple(Blank(Span(start, end), kind) for start, end, kind in rows)


def _fact(row: Sequence[Any]) -> Fact:
    name, value, origin, span, note = row
    return Fact(name, value, origin, None if span is None else Span(*span), note)


def _spans(rows: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in rows)


def _gap_rows(gaps: Sequence[Gap]) -> list[list[int | None]]:
    return [[*gap.span, gap.characters] for gap in gaps]


def _gaps(rows: Iterable[Sequence[Any]]) -> tuple[Gap, ...]:
    return tuple(Gap(Span(start, end), characters) for start, end, characters in rows)
