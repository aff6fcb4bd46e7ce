import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import chromadb
import numpy as np
import pytest
from chromadb.api.client import Client
from chromadb.config import Settings
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askspeech.errors import ModelError, StoreDamagedError
from askspeech.vectors import VectorIndex

DIMENSION = 16
IDS = [f"{number:04}" for number in range(600)]
SPEECHES = [f"speech {number % 6}" for number in range(600)]


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


VECTORS = unit_vectors(600)


def chroma(folder: Path) -> Client:
    return cast(Client, chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors") / "chroma"
    with VectorIndex.create(folder, DIMENSION) as index:
        index.add(IDS, VECTORS, SPEECHES)
    return folder


@pytest.fixture
def index(folder: Path) -> Iterator[VectorIndex]:
    with VectorIndex.open(folder) as opened:
        yield opened


def exact(vector: NDArray[np.float32], rows: list[int], k: int) -> list[str]:
    return [IDS[row] for row in sorted(rows, key=lambda row: (-float(VECTORS[row] @ vector), IDS[row]))[:k]]


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex) -> None:
    question = unit_vectors(1, seed=9)[0]
    found = index.query(question, 10)
    assert [identity for identity, _ in found] == exact(question, list(range(600)), 10)
    for identity, score in found:
        assert score == pytest.approx(float(VECTORS[int(identity)] @ question), abs=1e-5)


def test_a_vector_is_nearest_to_itself_whatever_its_length(index: VectorIndex) -> None:
    ((identity, score),) = index.query(VECTORS[5] * 3, 1)
    assert identity == IDS[5]
    assert score == pytest.approx(1, abs=1e-5)


def test_speeches_narrow_the_search(index: VectorIndex) -> None:
    question = unit_vectors(1, seed=4)[0]
    found = index.query(question, 8, {"speech 2", "speech 5"})
    assert [identity for identity, _ in found] == exact(question, [row for row in range(600) if row % 6 in (2, 5)], 8)
    assert index.query(question, 8, []) == []
    assert index.query(question, 8, ["unknown"]) == []


def test_any_number_of_speeches(index: VectorIndex) -> None:
    question = VECTORS[8]
    many = [f"nowhere {number}" for number in range(40_000)]
    assert index.query(question, 3, ["speech 2", *many])[0][0] == IDS[8]


def test_more_than_there_are(index: VectorIndex) -> None:
    assert len(index.query(VECTORS[0], 1000)) == 600
    assert index.query(VECTORS[0], 0) == []


def test_pages_cover_every_vector_once(index: VectorIndex) -> None:
    pages = list(index.pages(250))
    assert [len(ids) for ids, _ in pages] == [250, 250, 100]
    stored = {id_: vector for ids, vectors in pages for id_, vector in zip(ids, vectors, strict=True)}
    assert sorted(stored) == IDS
    assert np.allclose([stored[identity] for identity in IDS], VECTORS, atol=1e-6)
    assert index.count() == 600


def test_equal_vectors_are_ordered_by_id(tmp_path: Path) -> None:
    with VectorIndex.create(tmp_path / "chroma", DIMENSION) as index:
        index.add(["b", "c", "a"], np.repeat(VECTORS[:1], 3, axis=0), ["s", "s", "s"])
        assert [identity for identity, _ in index.query(VECTORS[0], 3)] == ["a", "b", "c"]


def test_more_than_one_batch_with_progress(tmp_path: Path) -> None:
    told: list[int] = []
    with VectorIndex.create(tmp_path / "chroma", DIMENSION) as index:
        vectors = unit_vectors(6000)
        index.add([str(row) for row in range(6000)], vectors, ["s"] * 6000, told.append)
        assert (index.count(), told) == (6000, [5000, 1000])
        assert index.query(vectors[5999], 1)[0][0] == "5999"


def test_copies_hide_no_passage(tmp_path: Path) -> None:
    """Many equal vectors in the graph that is searched would make islands; every vector must still find itself."""
    vectors = unit_vectors(2000)
    for group in range(4):
        vectors[group * 400 : group * 400 + 400] = vectors[group * 400]
    with VectorIndex.create(tmp_path / "chroma", DIMENSION) as index:
        index.add([str(row) for row in range(2000)], vectors, ["s"] * 2000)
        best = [index.query(vector, 1)[0] for vector in vectors[::10]]
    assert sum(score > 0.9999 for _, score in best) >= 0.99 * len(best)


def test_copies_answer_with_the_first_and_obey_the_filter(tmp_path: Path) -> None:
    vectors = np.repeat(unit_vectors(40), 5, axis=0)
    ids = [f"{row:03}" for row in range(200)]
    speeches = [f"speech {row % 5}" for row in range(200)]
    with VectorIndex.create(tmp_path / "chroma", DIMENSION) as index:
        index.add(ids[:103], vectors[:103], speeches[:103])
        index.add(ids[103:], vectors[103:], speeches[103:])
    with VectorIndex.open(tmp_path / "chroma") as index:
        assert index.count() == 200
        assert sorted(id_ for page, _ in index.pages(30) for id_ in page) == ids
        for row in (0, 102, 199):
            group = ids[row - row % 5 :][:5]
            assert [id_ for id_, _ in index.query(vectors[row], 5)] == group
            for number in range(5):
                best = index.query(vectors[row], 7, [f"speech {number}"])
                assert best[0][0] == group[number]
                assert len(best) == 7
                assert all(speeches[int(id_)] == f"speech {number}" for id_, _ in best)


@given(
    groups=st.lists(st.integers(0, 5), min_size=1, max_size=14),
    gone=st.sets(st.integers(0, 13)),
    more=st.lists(st.integers(0, 7), max_size=5),
)
@settings(max_examples=12)
def test_an_altered_index_answers_as_one_made_of_the_same(groups: list[int], gone: set[int], more: list[int]) -> None:
    rows = {f"{number:02}": group for number, group in enumerate(groups)}
    staying = {identity: group for identity, group in rows.items() if int(identity) not in gone}
    added = {f"new {number}": group for number, group in enumerate(more)}
    wanted = staying | added
    with TemporaryDirectory() as place:
        with VectorIndex.create(Path(place) / "altered", DIMENSION) as index:
            index.add(list(rows), VECTORS[list(rows.values())], [f"s{number}" for number in rows.values()])
        with VectorIndex.alter(Path(place) / "altered") as index:
            index.remove([id_ for id_ in rows if id_ not in staying], lambda ids: VECTORS[[rows[id_] for id_ in ids]])
            index.know([(list(staying), VECTORS[list(staying.values())])], VECTORS[list(added.values())])
            index.add(list(added), VECTORS[list(added.values())], [f"s{number}" for number in added.values()])
        with VectorIndex.open(Path(place) / "altered") as index:
            assert sorted(id_ for page, _ in index.pages(3) for id_ in page) == sorted(wanted)
            for group in set(wanted.values()):
                expected = sorted(id_ for id_, own in wanted.items() if own == group)
                assert [id_ for id_, _ in index.query(VECTORS[group], len(expected))] == expected
                assert [id_ for id_, _ in index.query(VECTORS[group], 99, [f"s{group}"])] == expected
            stored = len(set(wanted.values()))
            assert index._firsts.count() == stored, "only the first of equal vectors is searched"


def test_an_index_that_is_not_there_cannot_be_altered(tmp_path: Path) -> None:
    with pytest.raises(StoreDamagedError):
        VectorIndex.alter(tmp_path)


def test_an_empty_index(tmp_path: Path) -> None:
    with VectorIndex.create(tmp_path / "chroma", DIMENSION) as index:
        assert index.query(VECTORS[0], 3) == []
        assert list(index.pages()) == []
    with VectorIndex.open(tmp_path / "chroma") as index:
        assert index.count() == 0


@pytest.mark.parametrize("bad", [np.full(DIMENSION, np.nan), np.full(DIMENSION, np.inf), np.ones(DIMENSION + 1)])
def test_bad_vectors_are_refused(index: VectorIndex, bad: NDArray[np.float64]) -> None:
    with pytest.raises(ModelError, match="expected"):
        index.query(bad.astype(np.float32), 3)


@pytest.mark.parametrize("name", ["chroma.sqlite3", ""])
def test_a_missing_index_is_damage_and_is_not_made(folder: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "chroma"
    if name:
        shutil.copytree(folder, copy)
        (copy / name).unlink()
    with pytest.raises(StoreDamagedError, match=r"holds no chroma\.sqlite3"):
        VectorIndex.open(copy)
    assert not (copy / "chroma.sqlite3").exists()


def test_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreDamagedError, match="not a database"):
        VectorIndex.open(tmp_path)


def test_a_database_without_the_collection_is_damage(tmp_path: Path) -> None:
    with chroma(tmp_path) as client:
        client.create_collection("something-else", embedding_function=None)
    with pytest.raises(StoreDamagedError, match="does not exist"):
        VectorIndex.open(tmp_path)


class Foreign(chromadb.EmbeddingFunction[Any]):
    """An embedding function that Chroma would build again from what the store says."""

    built = 0

    def __init__(self) -> None:
        pass

    def __call__(self, input: Any) -> Any:
        raise NotImplementedError

    @staticmethod
    def name() -> str:
        return "foreign"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> "Foreign":
        Foreign.built += 1
        return Foreign()


def test_a_persisted_embedding_function_is_refused(tmp_path: Path) -> None:
    with chroma(tmp_path) as client:
        client.create_collection("passages", embedding_function=Foreign())
    Foreign.built = 0
    with pytest.raises(StoreDamagedError, match="carries the embedding function 'foreign'"):
        VectorIndex.open(tmp_path)
    assert Foreign.built == 0


def test_a_folder_that_cannot_be_written_to_answers_from_a_copy(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(folder, tmp_path / "chroma")
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    for path in (*copy.rglob("*"), copy):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    if os.geteuid() == 0:  # root may write everywhere: let the question be answered as for others
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    with VectorIndex.open(copy) as index:
        assert index.query(VECTORS[7], 1)[0][0] == IDS[7]
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
def test_closing_releases_files_and_threads(folder: Path) -> None:
    def cycle() -> None:
        with VectorIndex.open(folder) as index:
            index.query(VECTORS[0], 3)

    def settled(most_files: int, most_threads: int) -> bool:
        """Chroma's threads end shortly after it has been closed."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if open_files() <= most_files and len(list(Path("/proc/self/task").iterdir())) <= most_threads:
                return True
            time.sleep(0.05)
        return False

    cycle()
    time.sleep(0.5)
    files, threads = open_files(), len(list(Path("/proc/self/task").iterdir()))
    running = threading.active_count()
    for _ in range(20):
        cycle()
    assert settled(files + 4, threads + 4), (open_files(), files, threads)
    assert threading.active_count() <= running + 10


def test_closing_twice_does_nothing(folder: Path) -> None:
    index = VectorIndex.open(folder)
    index.close()
    index.close()
