"""The index in use, as far as a build may use it again."""

import logging
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import synthetic

from askspeech.catalog import CATALOG
from askspeech.earlier import Earlier, Shape, open_earlier
from askspeech.errors import StoreDamagedError
from askspeech.keywords import KEYWORDS
from askspeech.manifest import MANIFEST, Manifest
from askspeech.store import CURRENT, Store
from askspeech.vectors import VECTORS

SETTINGS: Mapping[str, Any] = {"passage_maximum": 350, "tokens": "fingerprint of the tokens"}
SHAPE = Shape(SETTINGS, synthetic.EMBEDDER.fingerprint)
DOCUMENTS = synthetic.documents(2)


def rewritten(folder: Path, **changed: Any) -> None:
    """The manifest of a generation with other values."""
    replace(Manifest.read(folder), **changed).write(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one generation of that shape; not to be changed by a test."""
    store = Store(tmp_path_factory.mktemp("store"))
    with store.writer() as writer:
        draft = writer.draft()
        synthetic.write_generation(draft, DOCUMENTS)
        rewritten(draft, settings=SETTINGS)
        writer.publish(draft)
    return store.path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    """A copy of it that a test may change."""
    return Store(shutil.copytree(made, tmp_path / "store"))


def folder_of(store: Store) -> Path:
    folder = store.current()
    assert folder is not None
    return folder


def flags(earlier: Earlier | None) -> tuple[bool, bool, bool]:
    assert earlier is not None
    return earlier.documents_fit, earlier.vectors_fit, earlier.parts_sound


def test_a_store_without_an_index_has_nothing_to_use(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as closing:
        assert open_earlier(Store(tmp_path / "none"), SHAPE, closing) is None
    assert caplog.text == ""
    assert not (tmp_path / "none").exists()


def test_a_sound_index_of_the_same_shape_is_used_and_closed_in_the_end(
    made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as closing:
        earlier = open_earlier(Store(made), SHAPE, closing)
        assert earlier is not None
        assert flags(earlier) == (True, True, True)
        assert earlier.fits
        assert earlier.folder == Store(made).current()
        assert earlier.manifest.settings == SETTINGS
        assert earlier.catalog.document(DOCUMENTS[0].source.id) == DOCUMENTS[0]
        keys = synthetic.keys(DOCUMENTS[1])[:3]
        found = {key: vector for key, _, vector in earlier.embeddings({*keys, "unknown"})}
        assert found.keys() == set(keys)
        expected = {key: vector for key, _, vector in synthetic.embeddings(DOCUMENTS[1])}
        assert all(np.array_equal(found[key], expected[key]) for key in keys)
    assert caplog.text == ""
    with pytest.raises(StoreDamagedError, match="closed"):
        earlier.catalog.counts()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(
            Shape({**SETTINGS, "passage_maximum": 200}, SHAPE.fingerprint), (False, True, True), id="settings"
        ),
        pytest.param(Shape(SETTINGS, "another embedder"), (True, False, True), id="embedder"),
        pytest.param(Shape({**SETTINGS, "tokens": "others"}, SHAPE.fingerprint), (False, False, True), id="tokens"),
    ],
)
def test_what_another_shape_decides_is_not_used(
    made: Path, shape: Shape, expected: tuple[bool, bool, bool], caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as closing:
        earlier = open_earlier(Store(made), shape, closing)
        assert earlier is not None
        assert flags(earlier) == expected
        assert not earlier.fits
        reused = list(earlier.embeddings(earlier.catalog.embedding_keys()))
        assert len(reused) == (len(earlier.catalog.embedding_keys()) if earlier.vectors_fit else 0)
    assert caplog.text == ""


def test_what_was_understood_by_other_rules_is_not_used(store: Store) -> None:
    rewritten(folder_of(store), understanding=999)
    with ExitStack() as closing:
        assert flags(open_earlier(store, SHAPE, closing)) == (False, True, True)


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        (KEYWORDS, lambda folder: (folder / KEYWORDS / "meta.json").write_bytes(b"garbage")),
        (VECTORS, lambda folder: shutil.rmtree(folder / VECTORS)),
    ],
)
def test_damaged_parts_leave_the_documents_and_vectors_of_the_catalogue(
    store: Store, part: str, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    damage(folder_of(store))
    with ExitStack() as closing:
        earlier = open_earlier(store, SHAPE, closing)
        assert earlier is not None
        assert flags(earlier) == (True, True, False)
        assert not earlier.fits
        assert earlier.catalog.document(DOCUMENTS[1].source.id) == DOCUMENTS[1]
        assert len(list(earlier.embeddings(synthetic.keys(DOCUMENTS[0])))) == len(DOCUMENTS[0].passages)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "The index in use is repaired" in caplog.text and part in caplog.text


def _catalogue_changed(store: Store) -> None:
    path = folder_of(store) / CATALOG
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


def _other_schema(store: Store) -> None:
    rewritten(folder_of(store), schema=1)


def _other_library(store: Store) -> None:
    rewritten(folder_of(store), versions={"askspeech": "0.1", "chromadb": "0.1.2", "tantivy": "0.1.2"})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(_catalogue_changed, CATALOG, id="catalogue"),
        pytest.param(lambda store: (folder_of(store) / MANIFEST).unlink(), MANIFEST, id="manifest"),
        pytest.param(lambda store: (store.path / CURRENT).write_text("nowhere\n"), "'nowhere'", id="current"),
        pytest.param(_other_schema, "schema 1", id="schema"),
        pytest.param(_other_library, "written with chromadb 0.1.2", id="library"),
    ],
)
def test_what_cannot_be_trusted_is_not_used_and_the_log_says_why(
    store: Store, damage: Callable[[Store], object], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    damage(store)
    with ExitStack() as closing:
        assert open_earlier(store, SHAPE, closing) is None
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("The index in use is not used again: ")
    assert said in record.getMessage()
