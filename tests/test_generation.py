"""One generation opened for reading: its tables, its vectors, what it refuses, and that it is held."""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests import synthetic

from askspeech.catalog import CATALOG
from askspeech.collapsing import as_copy
from askspeech.errors import AskSpeechError, ModelError, NotInIndexError, StoreDamagedError, StoreMismatchError
from askspeech.generation import Generation
from askspeech.keywords import KEYWORDS
from askspeech.manifest import MANIFEST
from askspeech.store import READERS, Store
from askspeech.vectors import VECTORS

ONE, OTHER = synthetic.documents(2)
TWIN = synthetic.retold(ONE, "抄件")
DOCUMENTS = (ONE, OTHER, TWIN)
PASSAGES = [passage for document in DOCUMENTS for passage in document.passages]
GROUPS = [(ONE.passages[0].id, TWIN.passages[0].id), (OTHER.passages[1].id, OTHER.passages[2].id)]


@dataclass(frozen=True)
class MadeUp:
    """The embedder that the synthetic vectors are said to be from."""

    name: str = synthetic.EMBEDDER.name
    fingerprint: str = synthetic.EMBEDDER.fingerprint
    dimension: int = synthetic.DIMENSION

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of the texts."""
        return np.stack([synthetic.embedding(text)[1] for text in texts])

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """The vector of a text."""
        return synthetic.embedding(text)[1]


def published(store: Store) -> Path:
    """A generation of the documents with two groups of near copies, put to use."""
    with store.writer() as writer:
        draft = writer.draft()
        synthetic.write_generation(draft, DOCUMENTS)
        (draft / CATALOG).unlink()
        synthetic.write_catalog(draft / CATALOG, DOCUMENTS, GROUPS)
        writer.publish(draft)
    return draft


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one generation; not to be changed by a test."""
    place = tmp_path_factory.mktemp("store")
    published(Store(place))
    return place


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    """A copy of it that a test may change."""
    return Store(shutil.copytree(made, tmp_path / "store"))


@pytest.fixture(scope="module")
def generation(made: Path) -> Iterator[Generation]:
    opened = Generation(Store(made).open_current(), MadeUp())
    yield opened
    opened.close()


def folder_of(store: Store) -> Path:
    folder = store.current()
    assert folder is not None
    return folder


def is_held(folder: Path) -> bool:
    """Whether a reader keeps a generation from being removed."""
    with (folder / READERS).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_the_tables_are_those_of_the_catalogue(generation: Generation) -> None:
    assert generation.name == generation.catalog.path.parent.name
    assert generation.vectors_problem == ""
    assert generation.speeches == {speech.id: speech for document in DOCUMENTS for speech in document.speeches}
    assert {row.id: row[1:] for row in generation.rows.values()} == {
        passage.id: (passage.speech_id, passage.section_id, passage.kind, passage.items) for passage in PASSAGES
    }
    assert set(generation.rows) == set(generation.catalog.passage_ids())


def test_near_copies_are_known_by_group_and_by_speech(generation: Generation) -> None:
    assert generation.copy_groups == {identity: number for number, group in enumerate(GROUPS) for identity in group}
    copied = [passage for passage in PASSAGES if passage.id in generation.copy_groups]
    assert generation.copies == {passage.id: as_copy(passage) for passage in copied}
    apart = generation.groups_by_speech()
    assert len({apart[identity] for identity in GROUPS[0]}) == 2, "they are in two speeches"
    assert len({apart[identity] for identity in GROUPS[1]}) == 1, "they are in one"


def test_token_ids_come_in_the_order_asked(generation: Generation) -> None:
    asked = [*reversed(PASSAGES), PASSAGES[0]]
    found = generation.token_ids([passage.id for passage in asked])
    assert [ids.tolist() for ids in found] == [synthetic.embedding(passage.text)[0].tolist() for passage in asked]
    assert generation.token_ids([]) == []


def test_a_passage_is_nearest_to_its_own_vector(generation: Generation) -> None:
    wanted = OTHER.passages[3]
    found = generation.nearest(synthetic.embedding(wanted.text)[1], 3, None)
    assert len(found) == 3
    assert max(found, key=lambda identity: found[identity]) == wanted.id
    assert found[wanted.id] == pytest.approx(1, abs=1e-5)


def test_equal_vectors_of_several_speeches_are_told_apart_by_the_speech(generation: Generation) -> None:
    mine, theirs = ONE.passages[0], TWIN.passages[0]
    vector = synthetic.embedding(mine.text)[1]
    assert {mine.id, theirs.id} <= set(generation.nearest(vector, 2, None))
    for passage in (mine, theirs):
        found = generation.nearest(vector, 9, [passage.speech_id])
        assert {generation.rows[identity].speech_id for identity in found} == {passage.speech_id}
        assert found[passage.id] == pytest.approx(1, abs=1e-5)
    assert generation.nearest(vector, 9, []) == {}


def test_a_vector_that_does_not_fit_is_no_damage(generation: Generation) -> None:
    with pytest.raises(ModelError, match=rf"\(1, 3\), expected \(n, {synthetic.DIMENSION}\)"):
        generation.nearest(np.ones(3, np.float32), 3, None)
    assert generation.vectors_problem == ""


def test_it_is_held_until_it_is_closed(store: Store) -> None:
    folder = folder_of(store)
    opened = Generation(store.open_current(), MadeUp())
    for _ in range(2):
        published(store)
    with store.writer() as writer:
        assert folder not in writer.prune()
        assert opened.token_ids([PASSAGES[0].id])
        assert opened.nearest(synthetic.embedding(PASSAGES[0].text)[1], 1, None)
        opened.close()
        opened.close()
        assert folder in writer.prune()
    with pytest.raises(StoreDamagedError, match="closed"):
        opened.catalog.counts()


def test_another_embedder_is_refused_and_the_generation_let_go(store: Store) -> None:
    with pytest.raises(StoreMismatchError, match=r"'made-up' \(fingerprint.*'another' \(else\).*askspeech build"):
        Generation(store.open_current(), MadeUp("another", "else"))
    assert not is_held(folder_of(store))


def _spoilt(part: str) -> Callable[[Path], object]:
    return lambda folder: (folder / part).write_bytes(b"garbage")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        pytest.param(_spoilt(CATALOG), CATALOG, id="catalogue"),
        pytest.param(_spoilt(MANIFEST), MANIFEST, id="manifest"),
        pytest.param(_spoilt(f"{KEYWORDS}/meta.json"), KEYWORDS, id="keywords"),
        pytest.param(lambda folder: (folder / KEYWORDS / "meta.json").unlink(), KEYWORDS, id="no keywords"),
        pytest.param(lambda folder: (folder / MANIFEST).unlink(), MANIFEST, id="no manifest"),
    ],
)
def test_damage_is_said_and_the_generation_let_go(store: Store, damage: Callable[[Path], object], named: str) -> None:
    damage(folder_of(store))
    with pytest.raises(StoreDamagedError, match=rf"{named}.*askspeech build FOLDER"):
        Generation(store.open_current(), MadeUp())
    assert not is_held(folder_of(store))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(shutil.rmtree, id="gone"),
        pytest.param(_spoilt("chroma.sqlite3"), id="garbage"),
    ],
)
def test_without_its_vectors_it_opens_and_says_so(store: Store, damage: Callable[[Path], object]) -> None:
    damage(folder_of(store) / VECTORS)
    opened = Generation(store.open_current(), MadeUp())
    assert VECTORS in opened.vectors_problem
    with pytest.raises(StoreDamagedError) as caught:
        opened.nearest(np.ones(synthetic.DIMENSION, np.float32), 3, None)
    assert str(caught.value) == opened.vectors_problem
    assert opened.keywords.count() == len(PASSAGES)
    opened.close()


def test_vectors_that_are_known_to_be_damaged_are_not_touched(store: Store) -> None:
    vectors = folder_of(store) / VECTORS
    shutil.rmtree(vectors)
    opened = Generation(store.open_current(), MadeUp(), "Reading it killed its reader.")
    with pytest.raises(StoreDamagedError, match=r"^Reading it killed its reader\.$"):
        opened.nearest(np.ones(synthetic.DIMENSION, np.float32), 3, None)
    assert not vectors.exists()
    opened.close()


def test_ids_that_it_does_not_hold_are_named(generation: Generation) -> None:
    asks: tuple[Callable[[str], object], ...] = (generation.catalog.speech, generation.catalog.source)
    for ask in asks:
        with pytest.raises(NotInIndexError, match="'unknown'") as caught:
            ask("unknown")
        assert isinstance(caught.value, AskSpeechError)
