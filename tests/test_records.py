"""Rows of the catalogue: what is packed comes back exactly, and the tables fit the rows."""

import sqlite3
import string
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import synthetic

from askspeech import records
from askspeech.datatypes import Blank, Drop, Fact, Gap, Passage, Section, Source, Span, Speech
from askspeech.records import FileRecord

texts = st.text(st.characters(), max_size=20)  # lone surrogates and NUL included
numbers = st.integers(0, 10**9)
spans = st.builds(Span, numbers, numbers)
span_tuples = st.lists(spans, max_size=3).map(tuple)
ids = st.text(string.hexdigits, min_size=1, max_size=8)
gaps = st.lists(st.builds(Gap, spans, st.none() | numbers), max_size=3).map(tuple)
kinds = st.sampled_from(["number", "place", "person", "date", "unknown"])
blanks = st.lists(st.builds(Blank, spans, kinds), max_size=3).map(tuple)
drops = st.lists(st.builds(Drop, spans, texts), max_size=3).map(tuple)
origins = st.sampled_from(["text", "file_name", "derived"])
facts = st.lists(st.builds(Fact, texts, texts, origins, st.none() | spans, texts), max_size=3).map(tuple)
headings = st.lists(texts, max_size=3).map(tuple)
sources = st.builds(Source, ids, texts, texts, texts, texts, texts, texts, headings)
speeches = st.builds(Speech, ids, ids, texts, texts, spans, span_tuples, facts, numbers, blanks, gaps)
sections = st.builds(Section, ids, ids, st.none() | ids, texts, numbers, texts, span_tuples, spans)
passages = st.builds(
    Passage,
    ids,
    ids,
    ids,
    st.none() | ids,
    texts,
    st.sampled_from(["text", "outline"]),
    texts,
    span_tuples,
    headings,
    blanks,
    gaps,
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | texts, lambda inner: st.lists(inner, max_size=3), max_leaves=9
)


@given(texts)
def test_any_text_comes_back(text: str) -> None:
    assert records.unpack_text(records.pack_text(text)) == text


def test_two_surrogates_stay_two_characters() -> None:
    pair = "\ud83d\ude00"
    assert records.unpack_text(records.pack_text(pair)) == pair != "😀"
    assert records.unpack(records.pack([pair, "😀"])) == [pair, "😀"]


@given(values, values)
def test_values_come_back_and_different_ones_have_different_bytes(value: Any, other: Any) -> None:
    assert records.unpack(records.pack(value)) == value
    assert (records.pack(value) == records.pack(other)) is (value == other)


def test_chinese_is_kept_legible_and_nothing_is_added() -> None:
    assert records.pack(["青禾", None, 3]).decode() == '["青禾",null,3]'


@given(sources)
def test_a_source_comes_back(source: Source) -> None:
    assert records.unpack_source(source.id, records.pack_source(source), source.text) == source


@given(st.builds(FileRecord, texts, texts, texts, texts, texts, ids))
def test_a_file_comes_back(file: FileRecord) -> None:
    assert records.unpack_file(*records.pack_file(file)) == file


@given(drops, gaps)
def test_drops_and_gaps_come_back_in_their_order(dropped: tuple[Drop, ...], missing: tuple[Gap, ...]) -> None:
    assert records.unpack_drops(records.pack_drops(dropped)) == dropped
    assert records.unpack_gaps(records.pack_gaps(missing)) == missing


@given(speeches)
def test_a_speech_comes_back_with_its_blanks_and_gaps(speech: Speech) -> None:
    found = records.unpack_speech(speech.id, speech.source_id, records.pack_speech(speech))
    assert found == speech
    assert hash(found) == hash(speech)
    assert isinstance(found.span, Span)
    assert all(isinstance(fact.span, Span | None) for fact in found.facts)


@given(sections)
def test_a_section_comes_back(section: Section) -> None:
    found = records.unpack_section(section.id, section.speech_id, records.pack_section(section))
    assert found == section
    assert isinstance(found.span, Span)


@given(passages)
def test_a_passage_comes_back(passage: Passage) -> None:
    found = records.unpack_passage(records.pack_passage(passage))
    assert found == passage
    assert hash(found) == hash(passage)
    assert all(isinstance(span, Span) for span in found.spans)


def test_every_passage_of_a_document_needs_a_key() -> None:
    document = synthetic.document(1)
    with pytest.raises(ValueError, match="shorter"):
        records.rows(document, synthetic.keys(document)[1:])


def test_arrays_come_back_in_their_kind() -> None:
    tokens, vector = synthetic.embedding("青禾县的讲话。")
    assert np.frombuffer(records.pack_array(tokens, "<u2"), "<u2").tolist() == tokens.tolist()
    assert records.unpack_matrix([records.pack_array(vector, "<f4")] * 2).tolist() == [vector.tolist()] * 2
    assert records.pack_array(np.array([1, 2], ">u2"), "<u2") == b"\x01\x00\x02\x00"
    assert records.pack_array(np.array([7], np.uint8), "<u2") == b"\x07\x00"


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        pytest.param(np.array([70_000]), "<u2", id="a token id that may not fit"),
        pytest.param(np.array([-1], np.int16), "<u2", id="a negative one"),
        pytest.param(np.array([0.1]), "<f4", id="a vector of more digits"),
        pytest.param(np.array(["青"]), "<f4", id="no number"),
    ],
)
def test_arrays_that_might_not_fit_are_refused(array: Any, kind: str) -> None:
    with pytest.raises(TypeError, match="Cannot cast"):
        records.pack_array(array, kind)


def test_a_matrix_has_a_row_for_each_vector() -> None:
    assert records.unpack_matrix([]).shape == (0, 0)
    assert records.unpack_matrix([bytes(12)] * 5).shape == (5, 3)


@pytest.mark.parametrize("lengths", [(8, 4), (8, 12), (8, 7), (8, 8, 4), (8, 4, 12), (4, 0, 8)])
def test_vectors_of_different_lengths_are_no_matrix(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected one length"):
        records.unpack_matrix([bytes(length) for length in lengths])


@pytest.fixture
def tables() -> Iterator[sqlite3.Connection]:
    """The tables with three documents in them, a sketch for each passage."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(records.TABLES)
    for document in synthetic.documents(3):
        added = records.rows(document, synthetic.keys(document))
        added["sketches"] = [(passage.id, b"sketch") for passage in document.passages]
        for table, rows in added.items():
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    yield connection
    connection.close()


def test_the_tables_have_the_columns_that_are_written(tables: sqlite3.Connection) -> None:
    names = [name for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {name: len(tables.execute(f"PRAGMA table_info({name})").fetchall()) for name in names} == records.COLUMNS
    assert tables.execute("PRAGMA user_version").fetchone() == (records.LAYOUT,)


def test_removals_take_one_source_and_leave_the_others_as_they_were(tables: sqlite3.Connection) -> None:
    gone, *stay = synthetic.documents(3)
    for statement in records.REMOVALS:
        tables.execute(statement, [gone.source.id])
    expected: dict[str, list[tuple[Any, ...]]] = {}
    for document in stay:
        for table, rows in records.rows(document, synthetic.keys(document)).items():
            expected.setdefault(table, []).extend(rows)
    for table, rows in expected.items():
        assert sorted(tables.execute(f"SELECT * FROM {table}")) == sorted(rows)
    kept = {passage.id for document in stay for passage in document.passages}
    assert {identity for (identity,) in tables.execute("SELECT passage_id FROM sketches")} == kept


def test_clearings_keep_the_embeddings_of_passages_alone(tables: sqlite3.Connection) -> None:
    wanted = {key for document in synthetic.documents(3) for key in synthetic.keys(document)}
    tables.executemany("INSERT INTO embeddings VALUES (?, x'', x'')", [(key,) for key in (*wanted, "of nothing")])
    tables.execute("INSERT INTO files VALUES (x'61', x'')")
    tables.execute("INSERT INTO copies VALUES ('a', 1)")
    for statement in records.CLEARINGS:
        tables.execute(statement)
    assert {key for (key,) in tables.execute("SELECT key FROM embeddings")} == wanted
    assert [tables.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("files", "copies")] == [(0,), (0,)]


def test_the_rows_of_a_source_come_in_their_order(tables: sqlite3.Connection) -> None:
    document = synthetic.documents(3)[1]
    asked = [document.source.id]
    found = {table: tables.execute(which, asked).fetchall() for table, which in records.ROWS_OF_SOURCE.items()}
    assert [records.unpack_passage(tuple(row[:8])) for row in found["passages"]] == list(document.passages)
    sections = [records.unpack_section(one, speech_id, data) for one, speech_id, _, data in found["sections"]]
    assert sections == list(document.sections)
    assert [row[0] for row in found["speeches"]] == [speech.id for speech in document.speeches]
    counts = dict(tables.execute(records.PASSAGE_COUNTS).fetchall())
    assert counts == {one.source.id: len(one.passages) for one in synthetic.documents(3)}
