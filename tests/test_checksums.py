import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import synthetic

from askspeech.catalog import CATALOG
from askspeech.checksums import VECTORS_DATABASE, changed_files, checksums, checksums_in_child, main
from askspeech.errors import StoreDamagedError
from askspeech.vectors import VECTORS, VectorIndex

READING = """
import sys
from pathlib import Path
import numpy as np
from askspeech.vectors import VectorIndex
with VectorIndex.open(Path(sys.argv[1])) as index:
    index.query(np.ones(index.dimension, dtype=np.float32), 5)
    list(index.ids()), list(index.pages())
"""
DIMENSION = 16
MANY = 300


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generation with vectors and copies of vectors, which are two segments."""
    folder = tmp_path_factory.mktemp("generation")
    synthetic.write_generation(folder, synthetic.documents(2))
    shutil.rmtree(folder / VECTORS)
    vectors = np.random.default_rng(1).normal(size=(MANY, DIMENSION)).astype(np.float32)
    ids = [f"{number:032x}" for number in range(MANY + 100)]
    with VectorIndex.create(folder / VECTORS, DIMENSION) as index:
        index.add(ids, np.concatenate([vectors, vectors[:100]]), ["speech"] * len(ids))
    return folder


@pytest.fixture
def generation(large: Path, tmp_path: Path) -> Path:
    return shutil.copytree(large, tmp_path / "generation")


def test_they_cover_what_lasts(large: Path) -> None:
    names = set(checksums(large))
    assert {CATALOG, VECTORS_DATABASE, "keywords/meta.json"} <= names
    segments = {name.split("/")[1] for name in names if name.startswith(VECTORS) and name != VECTORS_DATABASE}
    assert len(segments) == 2
    for segment in segments:
        assert {f"{VECTORS}/{segment}/{name}.bin" for name in ("data_level0", "header", "length")} <= names


def test_reading_changes_nothing_that_they_cover(generation: Path) -> None:
    before = checksums(generation)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", READING, str(generation / VECTORS)], check=True)
        assert changed_files(generation, before) == {}
    assert checksums(generation) == before == checksums_in_child(generation)


def test_what_chroma_makes_again_when_it_opens_is_not_covered(tmp_path: Path) -> None:
    synthetic.write_generation(tmp_path, synthetic.documents(1))
    shutil.rmtree(tmp_path / VECTORS)
    with VectorIndex.create(tmp_path / VECTORS, DIMENSION) as index:
        index.add(["0" * 32], np.ones((1, DIMENSION), dtype=np.float32), ["speech"])
    before = checksums(tmp_path)
    assert [name for name in before if name.startswith(VECTORS)] == [VECTORS_DATABASE], "one vector is not written down"
    subprocess.run([sys.executable, "-c", READING, str(tmp_path / VECTORS)], check=True)
    assert changed_files(tmp_path, before) == {}


@pytest.mark.parametrize(("removed", "added"), [((0, 9), 5), ((6, 9), 0), ((0, 8), 0), ((0, 9), 1), ((3, 4), 1)])
def test_reading_a_changed_copy_changes_nothing_either(tmp_path: Path, removed: tuple[int, int], added: int) -> None:
    """Chroma writes a collection from which everything was removed whenever it opens it."""
    synthetic.write_generation(tmp_path, synthetic.documents(1))
    shutil.rmtree(tmp_path / VECTORS)
    vectors = np.random.default_rng(1).normal(size=(20, DIMENSION)).astype(np.float32)
    vectors[6:9] = vectors[:3]  # three copies
    ids = [f"{number:032x}" for number in range(20)]
    with VectorIndex.create(tmp_path / VECTORS, DIMENSION) as index:
        index.add(ids[:9], vectors[:9], ["speech"] * 9)
    with VectorIndex.alter(tmp_path / VECTORS) as index:
        index.remove(ids[slice(*removed)], lambda wanted: np.stack([vectors[ids.index(one)] for one in wanted]))
        index.add(ids[10 : 10 + added], vectors[10 : 10 + added], ["speech"] * added)
        assert index.count() == 9 - (removed[1] - removed[0]) + added
    before = checksums(tmp_path)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", READING, str(tmp_path / VECTORS)], check=True)
        assert changed_files(tmp_path, before) == {}


def test_the_command_prints_them(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(large)]) == 0
    assert json.loads(capsys.readouterr().out) == checksums(large)


@given(data=st.data())
def test_every_changed_byte_of_a_file_is_noticed(large: Path, data: st.DataObject) -> None:
    expected = {name: sum_ for name, sum_ in checksums(large).items() if name != VECTORS_DATABASE}
    name = data.draw(st.sampled_from(sorted(expected)))
    content = (large / name).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    with (large / name).open("r+b") as file:
        file.seek(place)
        file.write(bytes([content[place] ^ data.draw(st.integers(1, 255))]))
    try:
        assert changed_files(large, expected) == {name: "has changed"}
    finally:
        (large / name).write_bytes(content)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE embedding_metadata SET string_value = 'else' WHERE id = 3",
        "DELETE FROM embeddings WHERE id = 3",
        "UPDATE embedding_metadata SET string_value = CAST(x'c3d728' AS TEXT) WHERE id = 3",
        "UPDATE max_seq_id SET seq_id = 0",
        "DROP TABLE embedding_metadata_array",
        "CREATE TABLE more (x)",
    ],
)
def test_changed_rows_of_chroma_are_noticed(generation: Path, change: str) -> None:
    expected = checksums(generation)
    with closing(sqlite3.connect(generation / VECTORS_DATABASE)) as database, database:
        database.execute(change)
    assert changed_files(generation, expected) == {VECTORS_DATABASE: "has changed"}


def test_a_damaged_index_of_chromas_database_is_noticed(generation: Path) -> None:
    expected = checksums(generation)
    path = generation / VECTORS_DATABASE
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'embeddings'"
        (root,) = database.execute(query).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size + 8 : root * size] = bytes(size - 8)
    path.write_bytes(content)
    assert changed_files(generation, expected)[VECTORS_DATABASE].startswith("is damaged (")
    with pytest.raises(StoreDamagedError, match=r"chroma\.sqlite3 is damaged"):
        checksums(generation)
    with pytest.raises(StoreDamagedError, match=r"could not be computed: .* is damaged"):
        checksums_in_child(generation)


def test_a_child_that_takes_too_long_is_an_error_of_ours(large: Path) -> None:
    with pytest.raises(StoreDamagedError, match="took longer than 0 seconds"):
        checksums_in_child(large, time_limit=0.01)


def test_missing_and_unreadable_files_say_so(generation: Path) -> None:
    expected = checksums(generation)
    (generation / CATALOG).unlink()
    (generation / VECTORS_DATABASE).unlink()
    (generation / VECTORS_DATABASE).mkdir()
    changed = changed_files(generation, expected)
    assert changed[CATALOG] == "cannot be read (No such file or directory)"
    assert changed[VECTORS_DATABASE].startswith("is damaged (")


def test_a_reader_killed_while_chroma_notes_that_it_opened_is_no_damage(generation: Path) -> None:
    expected = checksums(generation)
    killed = (
        "import os, sqlite3, sys; database = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "database.execute('PRAGMA cache_size = 1'); database.execute('BEGIN');"
        "database.execute('UPDATE embedding_metadata SET string_value = hex(randomblob(300))'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(generation / VECTORS_DATABASE)], check=False)
    assert list(generation.glob(f"{VECTORS_DATABASE}-journal")), "a journal is left over"
    assert changed_files(generation, expected) == {}


def test_a_folder_that_cannot_be_written_to_is_read(generation: Path) -> None:
    expected = checksums(generation)
    folder = generation / VECTORS
    folder.chmod(0o500)
    (generation / VECTORS_DATABASE).chmod(0o400)
    try:
        assert changed_files(generation, expected) == {}
    finally:
        folder.chmod(0o700)
