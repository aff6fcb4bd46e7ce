import sqlite3
import string
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import synthetic

from askspeech.catalog import Catalog, Counts
from askspeech.datatypes import (
    Blank,
    Document,
    Drop,
    Fact,
    Gap,
    Passage,
    Section,
    Source,
    Span,
    Speech,
)
from askspeech.errors import DiskError, NotInIndexError, StoreDamagedError
from askspeech.records import FileRecord

DOCUMENTS = synthetic.documents(3)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    path = tmp_path / "catalog.db"
    first = [passage.id for passage in DOCUMENTS[0].passages]
    synthetic.write_catalog(path, DOCUMENTS, [first[:3], first[4:6]])
    with Catalog.open(path) as opened:
        yield opened


def read_back(catalog: Catalog, source_id: str) -> Document:
    speeches = tuple(speech for speech in catalog.speeches() if speech.source_id == source_id)
    return Document(
        catalog.source(source_id),
        catalog.drops(source_id),
        catalog.gaps(source_id),
        speeches,
        tuple(section for speech in speeches for section in catalog.sections(speech.id)),
        tuple(passage for speech in speeches for passage in catalog.passages_of_speech(speech.id)),
    )


def test_documents_come_back_as_they_were(catalog: Catalog) -> None:
    assert [read_back(catalog, document.source.id) for document in DOCUMENTS] == DOCUMENTS


def test_a_document_comes_back_whole(catalog: Catalog) -> None:
    assert [catalog.document(document.source.id) for document in DOCUMENTS] == DOCUMENTS
    assert catalog.speeches_by_source() == {made.source.id: len(made.speeches) for made in DOCUMENTS}
    assert catalog.passages_by_source() == {made.source.id: len(made.passages) for made in DOCUMENTS}
    with pytest.raises(NotInIndexError):
        catalog.document("nowhere")


def test_an_altered_catalogue_is_as_one_made_of_the_same(tmp_path: Path) -> None:
    files = [FileRecord(made.source.file, "bytes", "text", "1", "utf-8", made.source.id) for made in DOCUMENTS]
    path = tmp_path / "altered.db"
    synthetic.write_catalog(path, DOCUMENTS[:2], [[passage.id for passage in DOCUMENTS[0].passages[:2]]])
    gone, new = DOCUMENTS[0], DOCUMENTS[2]
    with Catalog.alter(path) as catalog:
        catalog.remove([gone.source.id])
        catalog.add(new, synthetic.keys(new))
        catalog.finish_removing()
        catalog.add_embeddings(synthetic.embeddings(new))
        catalog.add_files(files[1:])
        catalog.add_sketches([(new.passages[0].id, b"sketch")])
        catalog.commit()
    synthetic.write_catalog(tmp_path / "clean.db", DOCUMENTS[1:])
    with Catalog.open(path) as catalog, Catalog.open(tmp_path / "clean.db") as clean:
        assert list(catalog.fingerprint_rows()) == list(clean.fingerprint_rows())
        assert catalog.embedding_keys() == clean.embedding_keys()
        assert catalog.vector_rows() == clean.vector_rows()
        assert sorted(catalog.files()) == sorted(files[1:])
        assert catalog.sketches() == {new.passages[0].id: b"sketch"}
    content = path.read_bytes()
    assert all(passage.text.encode() not in content for passage in gone.passages)
    assert new.passages[0].text.encode() in content


texts = st.text(st.characters(), max_size=20)  # lone surrogates and NUL included
numbers = st.integers(0, 10**9)
spans = st.builds(Span, numbers, numbers)
span_tuples = st.lists(spans, max_size=3).map(tuple)
ids = st.text(string.hexdigits, min_size=1, max_size=8)
gaps = st.lists(st.builds(Gap, spans, st.none() | numbers), max_size=2).map(tuple)
facts = st.builds(Fact, texts, texts, st.sampled_from(["text", "file_name", "derived"]), st.none() | spans, texts)
blanks = st.builds(Blank, spans, st.sampled_from(["number", "place", "person", "date", "unknown"]))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    copies = st.lists(texts, max_size=2).map(tuple)
    source = draw(st.builds(Source, ids, texts, texts, texts, texts, texts, texts, copies))
    of_source, file = st.just(source.id), st.just(source.file)
    speech = draw(
        st.builds(Speech, ids, of_source, file, texts, spans, span_tuples, st.lists(facts).map(tuple), numbers)
    )
    of_speech = st.just(speech.id)
    sections = st.builds(Section, ids, of_speech, st.none() | ids, texts, numbers, texts, span_tuples, spans)
    kind = st.sampled_from(["text", "outline"])
    headings, passage_blanks = st.lists(texts, max_size=2).map(tuple), st.lists(blanks, max_size=2).map(tuple)
    section_id = st.none() | ids
    passages = st.builds(
        Passage, ids, of_source, of_speech, section_id, file, kind, texts, span_tuples, headings, passage_blanks, gaps
    )
    drops = st.lists(st.builds(Drop, spans, texts), max_size=3).map(tuple)
    return Document(
        source,
        draw(drops),
        draw(gaps),
        (speech,),
        tuple(draw(st.lists(sections, max_size=3, unique_by=lambda one: one.id))),
        tuple(draw(st.lists(passages, max_size=3, unique_by=lambda one: one.id))),
    )


@settings(max_examples=100, deadline=None)
@given(document=documents())
def test_any_document_comes_back_exactly(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("catalog") / "catalog.db"
    with Catalog.create(path) as catalog:
        catalog.add(document, [f"key of {number}" for number in range(len(document.passages))])
        catalog.commit()
    with Catalog.open(path) as catalog:
        assert read_back(catalog, document.source.id) == document
        wanted = [passage.id for passage in document.passages]
        assert tuple(catalog.passages(wanted)) == document.passages


def test_sources_have_their_text_only_when_asked(catalog: Catalog) -> None:
    assert {source.text for source in catalog.sources()} == {""}
    assert catalog.sources(with_text=True) == tuple(document.source for document in DOCUMENTS)
    assert catalog.text(DOCUMENTS[1].source.id) == DOCUMENTS[1].source.text


def test_single_things_by_id(catalog: Catalog) -> None:
    speech, section = DOCUMENTS[2].speeches[1], DOCUMENTS[2].sections[0]
    assert catalog.speech(speech.id) == speech
    other = DOCUMENTS[0].sections[1]
    assert catalog.sections_by_id([section.id, other.id, section.id]) == [section, other, section]
    assert catalog.counts() == Counts(3, 6, 6, 24)


def test_passages_come_in_the_order_asked_however_many(catalog: Catalog) -> None:
    ids = catalog.passage_ids()
    wanted = (ids * 200)[::-1]
    assert [passage.id for passage in catalog.passages(wanted)] == wanted
    assert catalog.passages([]) == []


def test_more_passages_than_sqlite_takes_variables(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    synthetic.write_catalog(path, [synthetic.document(1, speeches=10, passages=110)])
    with Catalog.open(path) as catalog:
        ids = catalog.passage_ids()[::-1]
        assert [passage.id for passage in catalog.passages(ids)] == ids
        assert catalog.vectors(ids).shape == (1100, synthetic.DIMENSION)


def test_passage_rows_say_where_each_belongs(catalog: Catalog) -> None:
    rows = {row.id: row for row in catalog.passage_rows()}
    assert list(rows) == catalog.passage_ids() == sorted(rows)
    for document in DOCUMENTS:
        for passage in document.passages:
            place = passage.id, passage.speech_id, passage.section_id
            assert rows[passage.id] == (*place, passage.kind, passage.items)


def test_copies_have_the_number_of_their_group(catalog: Catalog) -> None:
    first = [passage.id for passage in DOCUMENTS[0].passages]
    groups = catalog.copy_groups()
    assert groups[first[0]] == groups[first[1]] == groups[first[2]] != groups[first[4]] == groups[first[5]]
    assert first[7] not in groups


def test_a_group_of_copies_adds_one_row_each_to_what_is_hashed(catalog: Catalog) -> None:
    first = [passage.id for passage in DOCUMENTS[0].passages]
    of_copies = {row[0]: row[1] for row in catalog.fingerprint_rows() if row[0] in first and len(row) == 2}
    assert {of_copies[one] for one in first[:3]} == {min(first[:3])}
    assert {of_copies[one] for one in first[4:6]} == {min(first[4:6])}
    assert set(of_copies) == set(catalog.copy_groups()) & set(first)


def test_embeddings_by_passage_and_by_key(catalog: Catalog) -> None:
    passages = [passage for document in DOCUMENTS for passage in document.passages][::-1]
    vectors = catalog.vectors([passage.id for passage in passages])
    for passage, vector in zip(passages, vectors, strict=True):
        assert np.array_equal(vector, synthetic.embedding(passage.text)[1])
    assert {key for key, _, _ in catalog.embeddings_by_key()} == catalog.embedding_keys()
    some = set(sorted(catalog.embedding_keys())[:5])
    assert {key for key, _, _ in catalog.embeddings_by_key(some)} == some
    assert catalog.vectors([]).shape[0] == 0


def test_token_table_holds_the_tokens_of_every_passage(catalog: Catalog) -> None:
    table = catalog.token_table()
    assert list(table.ids) == catalog.passage_ids()
    for row, passage in enumerate(catalog.passages(table.ids)):
        own = table.tokens[table.offsets[row] : table.offsets[row + 1]]
        assert np.array_equal(own, synthetic.embedding(passage.text)[0])


def test_the_passages_beside_a_passage_are_texts_of_its_speech(catalog: Catalog) -> None:
    for document in DOCUMENTS:
        for speech in document.speeches:
            texts = [one for one in document.passages if one.speech_id == speech.id and one.kind == "text"]
            beside = zip([None, *texts], texts, [*texts[1:], None], strict=False)
            assert [catalog.texts_beside(one) for one in texts] == [(before, after) for before, _, after in beside]


def test_the_outlines_of_some_sections(catalog: Catalog) -> None:
    found = 0
    for document in DOCUMENTS:
        for outline in document.passages:
            same = [one for one in document.passages if one.kind == "outline" and one.section_id == outline.section_id]
            same = [one for one in same if one.speech_id == outline.speech_id]
            assert catalog.outlines_of(outline.speech_id, [outline.section_id, "no such section"]) == same
            found += len(same)
    assert found


def test_vector_pages_cover_every_passage_once(catalog: Catalog) -> None:
    pages = list(catalog.vector_pages(7))
    assert [identity for page in pages for identity in page.ids] == catalog.passage_ids()
    assert [len(page.ids) for page in pages] == [7, 7, 7, 3]
    speech_of = {row.id: row.speech_id for row in catalog.passage_rows()}
    assert all(
        speech_of[id_] == speech for page in pages for id_, speech in zip(page.ids, page.speech_ids, strict=True)
    )


def test_a_key_that_is_there_keeps_its_embedding(tmp_path: Path) -> None:
    tokens, vector = synthetic.embedding("甲")
    with Catalog.create(tmp_path / "catalog.db") as catalog:
        catalog.add_embeddings([("key", tokens, vector), ("key", tokens, -vector)])
        ((_, _, kept),) = catalog.embeddings_by_key()
        assert np.array_equal(kept, vector)


def test_token_ids_that_might_not_fit_are_refused(tmp_path: Path) -> None:
    with Catalog.create(tmp_path / "catalog.db") as catalog, pytest.raises(TypeError):
        catalog.add_embeddings([("key", np.array([70000]), np.zeros(2, np.float32))])


def test_every_passage_needs_a_key(tmp_path: Path) -> None:
    with Catalog.create(tmp_path / "catalog.db") as catalog, pytest.raises(ValueError, match="8 passages"):
        catalog.add(DOCUMENTS[0], ["only one"])


def test_what_is_not_committed_is_lost(tmp_path: Path) -> None:
    with Catalog.create(tmp_path / "catalog.db") as catalog:
        catalog.add(DOCUMENTS[0], synthetic.keys(DOCUMENTS[0]))
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        assert catalog.counts() == Counts(0, 0, 0, 0)


def test_reading_from_many_threads(catalog: Catalog) -> None:
    ids = catalog.passage_ids()

    def read(turn: int) -> bool:
        part = ids[turn % len(ids) :]
        return [passage.id for passage in catalog.passages(part)] == part

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(200)))


def test_reading_from_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "带 空格?#%"
    folder.mkdir()
    synthetic.write_catalog(folder / "catalog.db", DOCUMENTS)
    (folder / "catalog.db").chmod(0o444)
    folder.chmod(0o555)
    with Catalog.open(folder / "catalog.db") as catalog:
        assert catalog.counts().sources == 3
    assert [path.name for path in folder.iterdir()] == ["catalog.db"]
    folder.chmod(0o755)


@pytest.mark.parametrize("ask", [Catalog.source, Catalog.speech, Catalog.text, Catalog.drops, Catalog.gaps])
def test_an_unknown_id_is_named(catalog: Catalog, ask: object) -> None:
    with pytest.raises(NotInIndexError, match="'unknown'"):
        ask(catalog, "unknown")  # type: ignore[operator]


def test_a_passage_that_is_missing_is_damage(catalog: Catalog) -> None:
    with pytest.raises(StoreDamagedError, match="lacks 1 of 2 ids asked for, 'unknown' first"):
        catalog.passages([catalog.passage_ids()[0], "unknown"])


def test_passages_without_embeddings_are_damage(tmp_path: Path) -> None:
    with Catalog.create(tmp_path / "catalog.db") as catalog:
        catalog.add(DOCUMENTS[0], synthetic.keys(DOCUMENTS[0]))
        with pytest.raises(StoreDamagedError, match="8 passages of 8"):
            catalog.token_table()


@pytest.mark.parametrize("content", [b"", b"no database" * 1000, None])
def test_a_file_that_is_no_catalogue_is_damage(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "catalog.db").write_bytes(content)
    with pytest.raises(StoreDamagedError, match=r"Build the index again: askspeech build"):
        Catalog.open(tmp_path / "catalog.db")


def test_a_row_that_is_no_json_is_damage(tmp_path: Path) -> None:
    synthetic.write_catalog(tmp_path / "catalog.db", DOCUMENTS)
    connection = sqlite3.connect(tmp_path / "catalog.db")
    connection.execute("UPDATE speeches SET data = x'ff'")
    connection.commit()
    connection.close()
    with Catalog.open(tmp_path / "catalog.db") as catalog, pytest.raises(StoreDamagedError):
        catalog.speeches()


def test_a_catalogue_in_a_missing_folder_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises((DiskError, StoreDamagedError)):
        Catalog.create(tmp_path / "missing" / "catalog.db")


def test_a_closed_catalogue_says_so(tmp_path: Path) -> None:
    synthetic.write_catalog(tmp_path / "catalog.db", DOCUMENTS)
    catalog = Catalog.open(tmp_path / "catalog.db")
    catalog.close()
    catalog.close()
    with pytest.raises(StoreDamagedError, match="closed"):
        catalog.counts()
