import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import synthetic

from askspeech.catalog import Catalog, Counts
from askspeech.datatypes import Document, Fact, Span
from askspeech.errors import DiskError, StoreDamagedError, StoreMismatchError
from askspeech.manifest import MANIFEST, SCHEMA, EmbedderRecord, Hashes, Manifest, corpus_roots, hashes

DOCUMENTS = synthetic.documents(4)
WRITTEN = Manifest(
    ("讲话", "/somewhere/else"),
    Counts(4, 8, 8, 32),
    EmbedderRecord("name", "fingerprint", 256, bit_equal=False),
    Hashes("1" * 64, "2" * 64),
    {"passage_minimum": 150},
)


@pytest.fixture
def generation(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "store" / "generations" / "name"
    folder.mkdir(parents=True)
    WRITTEN.write(folder)
    yield folder


def hashes_of(path: Path, documents: Sequence[Document], embedder: EmbedderRecord = synthetic.EMBEDDER) -> Hashes:
    path.unlink(missing_ok=True)
    synthetic.write_catalog(path, documents)
    with Catalog.open(path) as catalog:
        return hashes(catalog, embedder)


def test_it_is_read_as_it_was_written(generation: Path) -> None:
    assert Manifest.read(generation) == WRITTEN
    assert set(WRITTEN.versions) == {"askspeech", "chromadb", "tantivy"}
    assert WRITTEN.schema == SCHEMA
    assert [path.name for path in generation.iterdir()] == [MANIFEST]


def test_another_schema_is_refused_with_the_command_that_rebuilds(generation: Path) -> None:
    values = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
    (generation / MANIFEST).write_text(json.dumps({"schema": 999, "else": values}), encoding="utf-8")
    store = generation.parent.parent
    with pytest.raises(StoreMismatchError, match=f"schema 999, expected {SCHEMA}.+ --store {store}"):
        Manifest.read(generation)


@pytest.mark.parametrize("library", ["chromadb", "tantivy"])
def test_another_series_of_a_library_is_refused_with_the_command_that_rebuilds(library: str, generation: Path) -> None:
    versions = dict(WRITTEN.versions)
    major, minor, *_ = versions[library].split(".")
    replace(WRITTEN, versions=versions | {library: f"{major}.{minor}.999"}).write(generation)
    assert Manifest.read(generation).counts == WRITTEN.counts
    for other in (f"{major}.{int(minor) + 1}.0", f"{int(major) + 1}.{minor}.0"):
        replace(WRITTEN, versions=versions | {library: other}).write(generation)
        found = rf"was written with {library} {other}, found {library} .+askspeech build FOLDER --store"
        with pytest.raises(StoreMismatchError, match=found):
            Manifest.read(generation)


def test_the_folders_are_known_whatever_the_schema(generation: Path) -> None:
    values = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
    (generation / MANIFEST).write_text(json.dumps(values | {"schema": 999}), encoding="utf-8")
    assert corpus_roots(generation) == [Path("讲话"), Path("/somewhere/else")]
    (generation / MANIFEST).write_text("[]", encoding="utf-8")
    with pytest.raises(StoreDamagedError, match="does not name the folders"):
        corpus_roots(generation)


def test_another_understanding_has_another_hash(tmp_path: Path) -> None:
    synthetic.write_catalog(tmp_path / "catalog.db", DOCUMENTS)
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        one, other = (hashes(catalog, synthetic.EMBEDDER, version) for version in (1, 2))
    assert one.logical != other.logical
    assert one.vectors == other.vectors


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", f'{{"schema": {SCHEMA}}}', "\udcff", None])
def test_what_is_no_manifest_is_damage(generation: Path, content: str | None) -> None:
    (generation / MANIFEST).unlink()
    if content is not None:
        (generation / MANIFEST).write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(StoreDamagedError, match=r"Build the index again: askspeech build"):
        Manifest.read(generation)


def test_a_folder_in_its_place_cannot_be_read(generation: Path) -> None:
    (generation / MANIFEST).unlink()
    (generation / MANIFEST).mkdir()
    with pytest.raises(DiskError):
        Manifest.read(generation)


def test_another_embedder_is_refused_in_one_sentence_with_the_command_that_rebuilds() -> None:
    WRITTEN.check_embedder("renamed", "fingerprint", Path("store"))
    with pytest.raises(StoreMismatchError) as caught:
        WRITTEN.check_embedder("other", "0123456789abcdef", Path("my store"))
    assert str(caught.value) == (
        "The index in my store was built with the embedder 'name' (fingerprint), and the one in use is 'other' "
        "(0123456789ab): use the one that built it, or build the index again with: askspeech build --store 'my store'"
    )


def test_other_token_vectors_are_refused() -> None:
    written = replace(WRITTEN, settings={"tokens": "a" * 64})
    written.check_tokens("tokens", "a" * 64, Path("store"))
    with pytest.raises(StoreMismatchError, match=r"\(a{12}\).*'tokens' \(b{12}\).*askspeech build --store store$"):
        written.check_tokens("tokens", "b" * 64, Path("store"))
    with pytest.raises(StoreMismatchError, match=r"\(none\)"):
        WRITTEN.check_tokens("tokens", "b" * 64, Path("store"))


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(DOCUMENTS))
def test_hashes_do_not_depend_on_the_order(order: list[Document], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("order")
    assert hashes_of(folder / "first.db", DOCUMENTS) == hashes_of(folder / "second.db", order)


def changed() -> list[list[Document]]:
    first, *rest = DOCUMENTS
    speech, passage = first.speeches[0], first.passages[0]
    return [
        rest,
        [replace(first, source=replace(first.source, file="renamed.txt")), *rest],
        [replace(first, source=replace(first.source, text=f"{first.source.text}甲")), *rest],
        [replace(first, speeches=(replace(speech, facts=(Fact("year", "2024", "text"),)), *first.speeches[1:])), *rest],
        [replace(first, passages=(replace(passage, spans=(Span(0, 1),)), *first.passages[1:])), *rest],
        [replace(first, passages=first.passages[1:]), *rest],
        [replace(first, drops=first.drops[1:]), *rest],
    ]


@pytest.mark.parametrize(
    "documents", changed(), ids=["file gone", "renamed", "text", "fact", "span", "passage", "drop"]
)
def test_the_logical_hash_sees_every_change(tmp_path: Path, documents: list[Document]) -> None:
    assert hashes_of(tmp_path / "a.db", DOCUMENTS).logical != hashes_of(tmp_path / "b.db", documents).logical


def test_vectors_count_where_the_embedder_is_bit_equal(tmp_path: Path) -> None:
    with Catalog.create(tmp_path / "other.db") as catalog:
        for document in DOCUMENTS:
            catalog.add(document, synthetic.keys(document))
            turned = [(key, tokens, np.negative(vector)) for key, tokens, vector in synthetic.embeddings(document)]
            catalog.add_embeddings(turned)
        catalog.commit()
        exact, loose = synthetic.EMBEDDER, replace(synthetic.EMBEDDER, bit_equal=False)
        path = tmp_path / "catalog.db"
        assert hashes(catalog, exact).logical != hashes_of(path, DOCUMENTS, exact).logical
        assert hashes(catalog, loose).logical == hashes_of(path, DOCUMENTS, loose).logical
        assert hashes(catalog, loose).vectors != hashes_of(path, DOCUMENTS, loose).vectors


def test_the_embedder_counts(tmp_path: Path) -> None:
    other = replace(synthetic.EMBEDDER, fingerprint="another")
    path = tmp_path / "catalog.db"
    assert hashes_of(path, DOCUMENTS).logical != hashes_of(path, DOCUMENTS, other).logical
