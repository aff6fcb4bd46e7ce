"""What has been prepared, as messages and on the disk: everything comes back as it was."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import synthetic

from askspeech.cleaning_rules import LineRule, Rules, default_rules
from askspeech.corpus_files import OpenedFile
from askspeech.datatypes import Span
from askspeech.errors import DiskError, ModelError, SettingsError
from askspeech.formats.table import FORMATS
from askspeech.prepared import BUILTIN, Outcome, Recipe, Task, failed, pack, unpack
from askspeech.preparing import Preparer, embedded_text, recipe
from askspeech.records import document_of, rows
from askspeech.settings import IndexSettings
from askspeech.spool import Spool
from askspeech.tokens import search_key

DOCUMENT = synthetic.document(3)
PLAIN = st.one_of(st.none(), st.integers(-(2**63), 2**63), st.binary(max_size=9), st.text(st.characters(), max_size=9))
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=12)


@given(VALUES)
def test_whatever_is_packed_comes_back(value: object) -> None:
    assert unpack(pack(value)) == value


def test_lone_surrogates_travel() -> None:
    assert unpack(pack("讲\udcff话")) == "讲\udcff话"


def test_a_recipe_travels() -> None:
    settings = IndexSettings(passage_minimum=9, embedder="model", embedder_revision="abc", batch_size=7)
    rules = default_rules() + Rules((), (LineRule("gap", default_rules().lines[0].patterns),))
    made = Recipe(settings, rules, {"a": (Span(1, 2), Span(5, 9))}, BUILTIN, frozenset({"k1", "k2"}), {"numpy": "2"})
    assert Recipe.unpacked(made.packed()) == made


def test_a_recipe_takes_no_secret_and_no_place_along() -> None:
    settings = IndexSettings(store=Path("/secret/place"), chroma_url="http://inside", chroma_token="hush-hush")
    message = recipe(settings, default_rules()).packed()
    assert not any(word in message for word in (b"/secret/place", b"inside", b"hush-hush"))


def test_tasks_travel() -> None:
    file = OpenedFile("甲/一.pdf", b"\x00\xff%PDF", "hash", FORMATS["pdf"])
    source = replace(DOCUMENT.source, text=DOCUMENT.source.text + "\udc80")
    for task in (Task(file=file), Task(source=source)):
        assert Task.unpacked(task.packed()) == task
    again = Task.unpacked(Task(rows=rows(DOCUMENT, synthetic.keys(DOCUMENT))).packed())
    assert again.rows is not None and document_of(again.rows) == DOCUMENT


def test_an_outcome_holds_the_document_and_what_is_written_of_it() -> None:
    preparer = Preparer(recipe(IndexSettings(), default_rules(), embedder=BUILTIN))
    outcome = Outcome.unpacked(preparer.prepare(Task(rows=rows(DOCUMENT, synthetic.keys(DOCUMENT)))))
    assert outcome.kind == "prepared" and outcome.prepared is not None
    assert outcome.prepared.document() == DOCUMENT
    assert outcome.prepared.source == replace(DOCUMENT.source, text="")
    assert outcome.prepared.passages == len(DOCUMENT.passages)
    _, sketches, embeddings = unpack(outcome.prepared.rows())
    assert {identity for identity, _ in sketches} <= {passage.id for passage in DOCUMENT.passages}
    assert all(vector and not text for _, _, vector, text in embeddings)
    keywords = unpack(outcome.prepared.keywords())
    assert [identity for identity, *_ in keywords] == [passage.id for passage in DOCUMENT.passages]


def test_known_texts_are_not_embedded_and_others_say_what_is_to_be() -> None:
    task = Task(rows=rows(DOCUMENT, synthetic.keys(DOCUMENT)))
    preparer = Preparer(recipe(IndexSettings(), default_rules()))
    outcome = Outcome.unpacked(preparer.prepare(task))
    assert outcome.prepared is not None
    _, _, embeddings = unpack(outcome.prepared.rows())
    speeches = {speech.id: speech for speech in DOCUMENT.speeches}
    texts = {embedded_text(passage, speeches[passage.speech_id]) for passage in DOCUMENT.passages}
    assert {text for _, _, vector, text in embeddings if vector is None} == texts
    first, *others = (key for key, *_ in embeddings)
    knowing = Preparer(recipe(IndexSettings(), default_rules(), known=frozenset([first])))
    outcome = Outcome.unpacked(knowing.prepare(task))
    assert outcome.prepared is not None
    assert [key for key, *_ in unpack(outcome.prepared.rows())[2]] == others


def test_a_failure_is_raised_where_it_arrives() -> None:
    for error in (ModelError("no model"), SettingsError("no cluster")):
        with pytest.raises(type(error), match=str(error)):
            Outcome.unpacked(failed(error))


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=12), min_size=1, max_size=4))
def test_keys_of_parts_are_the_key_of_the_whole(parts: list[str]) -> None:
    assert "\n".join(map(search_key, parts)) == search_key("\n".join(parts))


def test_a_spool_gives_back_what_was_put_away(tmp_path: Path) -> None:
    preparer = Preparer(recipe(IndexSettings(), default_rules(), embedder=BUILTIN))
    documents = synthetic.documents(3)
    with Spool(tmp_path) as spool:
        made = []
        for document in documents:
            outcome = Outcome.unpacked(preparer.prepare(Task(rows=rows(document, synthetic.keys(document)))))
            assert outcome.prepared is not None
            made.append((outcome.prepared, spool.keep(outcome.prepared)))
        for before, after in reversed(made):
            assert (after.rows(), after.keywords()) == (before.rows(), before.keywords())
    assert list(tmp_path.iterdir()) == []


def test_a_spool_lies_on_the_disk_that_was_named(tmp_path: Path) -> None:
    preparer = Preparer(recipe(IndexSettings(), default_rules()))
    outcome = Outcome.unpacked(preparer.prepare(Task(rows=rows(DOCUMENT, synthetic.keys(DOCUMENT)))))
    assert outcome.prepared is not None
    large = replace(outcome.prepared, rows=lambda: b"x" * (17 * 1024 * 1024))
    with Spool(tmp_path / "gone") as spool, pytest.raises(DiskError, match="gone"):
        spool.keep(large)
