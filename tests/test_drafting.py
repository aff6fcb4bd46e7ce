"""The three parts of a generation: written from nothing, or as changes to a copy; the same in the end."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests import synthetic

from askspeech.catalog import CATALOG, Catalog
from askspeech.cleaning_rules import default_rules
from askspeech.datatypes import Document
from askspeech.drafting import Draft
from askspeech.earlier import Earlier
from askspeech.embedder import builtin_embedder
from askspeech.errors import StoreDamagedError
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import EmbedderRecord, Manifest, hashes
from askspeech.prepared import Outcome, Prepared, Task
from askspeech.preparing import Preparer, embedded_text, recipe
from askspeech.progress import Progress, silent
from askspeech.records import FileRecord, rows
from askspeech.settings import IndexSettings
from askspeech.tokens import bigrams
from askspeech.vectors import VECTORS, VectorIndex
from askspeech.verification import inspect

DOCUMENTS = synthetic.documents(4)
TWIN = synthetic.retold(DOCUMENTS[0], "抄件")


@dataclass
class MadeUp:
    """An embedder that remembers how many texts it was given at once; no two texts have the same vector."""

    name: str = "made-up"
    fingerprint: str = "fingerprint"
    dimension: int = synthetic.DIMENSION
    batches: list[list[str]] = field(default_factory=list)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of the texts."""
        self.batches.append(list(texts))
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """The vector of a text."""
        return synthetic.embedding(text)[1]

    @property
    def texts(self) -> list[str]:
        """All texts that it was given."""
        return [text for batch in self.batches for text in batch]


def prepared(documents: Sequence[Document], earlier: Earlier | None = None) -> list[Prepared]:
    """The documents as they are written, without the vectors of what is not known."""
    known = frozenset[str]() if earlier is None else earlier.embedding_keys()
    preparer = Preparer(recipe(IndexSettings(), default_rules(), known=known))
    made = []
    for document in documents:
        outcome = Outcome.unpacked(preparer.prepare(Task(rows=rows(document, synthetic.keys(document)))))
        assert outcome.prepared is not None
        assert outcome.prepared.document() == document
        made.append(outcome.prepared)
    return made


def files_of(documents: Sequence[Document]) -> list[FileRecord]:
    return [FileRecord(one.source.file, "bytes", "text", "1", "utf-8", one.source.id) for one in documents]


def texts_of(documents: Sequence[Document]) -> list[str]:
    """What is to be embedded for the documents."""
    return [
        embedded_text(passage, speech)
        for document in documents
        for speech in document.speeches
        for passage in document.passages
        if passage.speech_id == speech.id
    ]


def drafted(
    folder: Path, documents: Sequence[Document], earlier: Earlier | None = None, progress: Progress = silent
) -> tuple[Draft, MadeUp]:
    """A draft from nothing in a new folder, and the embedder that it used."""
    folder.mkdir()
    embedder = MadeUp()
    draft = Draft(folder, prepared(documents, earlier), files_of(documents), embedder)
    draft.from_nothing(earlier, progress)
    return draft, embedder


def manifest_of(folder: Path) -> Manifest:
    record = EmbedderRecord("made-up", "fingerprint", synthetic.DIMENSION)
    with Catalog.open(folder / CATALOG) as catalog:
        return Manifest(("讲话",), catalog.counts(), record, hashes(catalog, record))


def earlier_of(folder: Path, closing: ExitStack, *, vectors_fit: bool = True) -> Earlier:
    """A finished draft as the index in use."""
    catalog = closing.enter_context(Catalog.open(folder / CATALOG))
    return Earlier(folder, manifest_of(folder), catalog, True, vectors_fit, True)


def copied(
    folder: Path, base: Path, documents: Sequence[Document], removed: Sequence[Document], progress: Progress = silent
) -> tuple[Draft, MadeUp]:
    """A draft made of a copy of the base, with these documents instead of what is removed."""
    folder.mkdir()
    embedder = MadeUp()
    with ExitStack() as closing:
        earlier = earlier_of(base, closing)
        draft = Draft(folder, prepared(documents, earlier), files_of(documents), embedder)
        draft.from_copy(earlier, [document.source.id for document in removed], progress)
    return draft, embedder


def groups(folder: Path) -> list[tuple[str, ...]]:
    with Catalog.open(folder / CATALOG) as catalog:
        numbers = catalog.copy_groups()
        members = [sorted(one for one in numbers if numbers[one] == number) for number in set(numbers.values())]
        return sorted(map(tuple, members))


def problems(folder: Path) -> tuple[str, ...]:
    """What is wrong with a draft."""
    manifest_of(folder).write(folder)
    return inspect(folder).problems


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A draft of two documents and a copy of the first; not to be changed by a test."""
    folder = tmp_path_factory.mktemp("drafts") / "base"
    drafted(folder, [*DOCUMENTS[:2], TWIN])
    return folder


def test_the_headings_above_a_passage_are_embedded_with_it_but_for_the_outer_ones() -> None:
    document = DOCUMENTS[0]
    passage = replace(document.passages[0], text="ＡＢ 青 禾", heading_path=("一、外", "（一）中", "1. 內"))
    assert embedded_text(passage, document.speeches[0]) == "(一)中\n1. 内\nab 青禾"
    assert embedded_text(replace(passage, heading_path=()), document.speeches[0]) == "ab 青禾"


def test_all_three_parts_hold_every_passage(base: Path) -> None:
    assert problems(base) == ()
    ids = sorted(passage.id for document in (*DOCUMENTS[:2], TWIN) for passage in document.passages)
    with (
        Catalog.open(base / CATALOG) as catalog,
        VectorIndex.open(base / VECTORS) as vectors,
        KeywordIndex.open(base / KEYWORDS) as keywords,
    ):
        assert catalog.passage_ids() == sorted(vectors.ids()) == sorted(keywords.ids()) == ids
        assert {file.source_id for file in catalog.files()} == {source.id for source in catalog.sources()}
        for document in DOCUMENTS[:2]:
            assert catalog.document(document.source.id) == document


def test_words_of_text_headings_and_speech_are_each_found_in_their_field(base: Path) -> None:
    passage, speech = DOCUMENTS[1].passages[1], DOCUMENTS[1].speeches[0]
    said = {
        "text": passage.text,
        "heading": passage.heading_path[0],
        "context": f"{speech.title} {speech.facts[1].value}",
    }
    with KeywordIndex.open(base / KEYWORDS) as keywords:
        for name, words in said.items():
            field_name = f"{name}_bigrams"
            for token in bigrams(words):
                found = keywords.query({field_name: [token]}, {field_name: 1.0}, 99, [speech.id])
                assert passage.id in dict(found), (name, token)


def test_the_vectors_and_tokens_are_those_of_the_embedded_text(base: Path) -> None:
    document = DOCUMENTS[1]
    with Catalog.open(base / CATALOG) as catalog:
        vectors = catalog.vectors([passage.id for passage in document.passages])
        table = catalog.token_table()
    places = {identity: row for row, identity in enumerate(table.ids)}
    rows = [places[passage.id] for passage in document.passages]
    tokens = [table.tokens[table.offsets[row] : table.offsets[row + 1]] for row in rows]
    texts = texts_of([document])
    assert vectors.tolist() == [synthetic.embedding(text)[1].tolist() for text in texts]
    assert [ids.tolist() for ids in tokens] == [ids.tolist() for ids in builtin_embedder().token_ids(texts)]


def test_equal_texts_are_embedded_once_and_are_near_copies(tmp_path: Path) -> None:
    draft, embedder = drafted(tmp_path / "draft", [DOCUMENTS[0], TWIN])
    assert sorted(embedder.texts) == sorted(set(texts_of([DOCUMENTS[0]])))
    assert draft.embedded == len(embedder.texts) == len(DOCUMENTS[0].passages)
    pairs = zip(DOCUMENTS[0].passages, TWIN.passages, strict=True)
    assert groups(tmp_path / "draft") == sorted(tuple(sorted((one.id, other.id))) for one, other in pairs)


def test_what_was_embedded_before_is_not_embedded_again(base: Path, tmp_path: Path) -> None:
    with ExitStack() as closing:
        earlier = earlier_of(base, closing)
        draft, embedder = drafted(tmp_path / "again", DOCUMENTS[:3], earlier)
    assert sorted(embedder.texts) == sorted(texts_of([DOCUMENTS[2]]))
    assert draft.embedded == len(DOCUMENTS[2].passages)
    drafted(tmp_path / "clean", DOCUMENTS[:3])
    assert manifest_of(tmp_path / "again").hashes == manifest_of(tmp_path / "clean").hashes


def test_vectors_of_another_embedder_are_made_anew(base: Path, tmp_path: Path) -> None:
    with ExitStack() as closing:
        earlier = earlier_of(base, closing, vectors_fit=False)
        assert list(earlier.embeddings(earlier.catalog.embedding_keys())) == []
        draft, _ = drafted(tmp_path / "again", [*DOCUMENTS[:2], TWIN], earlier)
    assert draft.embedded == len(set(texts_of(DOCUMENTS[:2])))
    assert manifest_of(tmp_path / "again").hashes == manifest_of(base).hashes


def test_many_texts_are_embedded_in_parts(tmp_path: Path) -> None:
    document = synthetic.document(9, speeches=1, passages=1030)
    draft, embedder = drafted(tmp_path / "draft", [document])
    assert [len(batch) for batch in embedder.batches] == [1024, 6]
    assert draft.embedded == 1030


def test_the_order_of_the_documents_does_not_matter(tmp_path: Path) -> None:
    _, one = drafted(tmp_path / "one", [*DOCUMENTS, TWIN])
    _, other = drafted(tmp_path / "other", [TWIN, *DOCUMENTS[::-1]])
    assert one.batches == other.batches
    assert manifest_of(tmp_path / "one").hashes == manifest_of(tmp_path / "other").hashes
    assert groups(tmp_path / "one") == groups(tmp_path / "other")


def test_a_draft_of_nothing_has_three_empty_parts(tmp_path: Path) -> None:
    draft, embedder = drafted(tmp_path / "draft", [])
    assert (draft.embedded, embedder.batches) == (0, [])
    assert problems(tmp_path / "draft") == ()


def test_a_copy_embeds_what_is_new_and_leaves_the_index_in_use_alone(base: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (base / CATALOG, *(base / KEYWORDS).iterdir())}
    draft, embedder = copied(tmp_path / "copy", base, [DOCUMENTS[3]], [DOCUMENTS[1]])
    assert sorted(embedder.texts) == sorted(texts_of([DOCUMENTS[3]]))
    assert draft.embedded == len(DOCUMENTS[3].passages)
    assert before == {path: path.read_bytes() for path in (base / CATALOG, *(base / KEYWORDS).iterdir())}
    assert problems(tmp_path / "copy") == ()
    assert problems(base) == ()


def test_words_of_what_was_removed_are_found_no_more(base: Path, tmp_path: Path) -> None:
    gone = DOCUMENTS[1]
    copied(tmp_path / "copy", base, [], [gone])
    speeches = [speech.id for speech in gone.speeches]
    with KeywordIndex.open(tmp_path / "copy" / KEYWORDS) as keywords:
        tokens = bigrams(gone.passages[0].text)
        assert keywords.query({"text_bigrams": tokens}, {"text_bigrams": 1.0}, 9, speeches) == []
    with VectorIndex.open(tmp_path / "copy" / VECTORS) as vectors:
        assert vectors.query(synthetic.embedding(texts_of([gone])[0])[1], 9, speeches) == []
    with Catalog.open(tmp_path / "copy" / CATALOG) as catalog:
        assert catalog.embedding_keys() == {key for _, key in catalog.vector_rows().values()}
    content = (tmp_path / "copy" / CATALOG).read_bytes()
    assert not any(passage.text.encode() in content for passage in gone.passages)


CHOICES = (*DOCUMENTS, TWIN, synthetic.retold(DOCUMENTS[2], "另一份"))


@settings(max_examples=4)
@given(st.sets(st.integers(0, 2), max_size=2), st.sets(st.integers(0, len(CHOICES) - 1), max_size=3))
def test_a_changed_copy_is_what_a_draft_from_nothing_is(
    base: Path, tmp_path_factory: pytest.TempPathFactory, removed: set[int], added: set[int]
) -> None:
    held = [*DOCUMENTS[:2], TWIN]
    gone = [held[number] for number in sorted(removed)]
    stay = [document for document in held if document not in gone]
    new = [CHOICES[number] for number in sorted(added) if CHOICES[number] not in stay]
    place = tmp_path_factory.mktemp("drafts")
    _, embedder = copied(place / "copy", base, new, gone)
    drafted(place / "clean", [*stay, *new])
    assert manifest_of(place / "copy").hashes == manifest_of(place / "clean").hashes
    assert groups(place / "copy") == groups(place / "clean")
    assert not set(embedder.texts) & set(texts_of(stay))
    assert problems(place / "copy") == ()
    shutil.rmtree(place)


@pytest.mark.parametrize("copying", [False, True], ids=["from nothing", "from a copy"])
def test_every_stage_comes_to_its_end_before_the_next(base: Path, tmp_path: Path, copying: bool) -> None:
    seen: list[tuple[str, int, int]] = []

    def progress(stage: str, done: int, total: int) -> None:
        seen.append((stage, done, total))

    if copying:
        copied(tmp_path / "draft", base, [DOCUMENTS[3]], [], progress)
    else:
        drafted(tmp_path / "draft", DOCUMENTS[:2], None, progress)
    stages = list(dict.fromkeys(stage for stage, _, _ in seen))
    expected = ["comparing", "embedding", "adding vectors", "adding keywords"]
    assert stages == (["copying", *expected] if copying else expected)
    assert [stage for stage, _, _ in seen] == sorted((stage for stage, _, _ in seen), key=stages.index)
    assert all(0 <= done <= total for _, done, total in seen)
    ends = {stage: (done, total) for stage, done, total in seen}
    assert all(done == total > 0 for done, total in ends.values())


def test_a_folder_that_holds_a_part_already_is_refused(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "draft")
    draft = Draft(tmp_path / "draft", prepared([DOCUMENTS[0]]), files_of([DOCUMENTS[0]]), MadeUp())
    with pytest.raises(StoreDamagedError, match="already exists"):
        draft.from_nothing(None, silent)
