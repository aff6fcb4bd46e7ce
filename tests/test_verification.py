import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests import synthetic

from askspeech import build_index
from askspeech.catalog import CATALOG
from askspeech.datatypes import Passage
from askspeech.errors import StoreMismatchError
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import MANIFEST, Manifest
from askspeech.store import Store
from askspeech.tokens import FIELDS, field_tokens
from askspeech.vectors import VECTORS, VectorIndex
from askspeech.verification import inspect, main, verify

DOCUMENTS = synthetic.documents(20)
PASSAGES = [passage for document in DOCUMENTS for passage in document.passages]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generation")
    synthetic.write_generation(folder, DOCUMENTS)
    return folder


@pytest.fixture
def generation(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "generation")


def write_keywords(folder: Path, passages: list[Passage]) -> None:
    shutil.rmtree(folder)
    with KeywordIndex.create(folder, FIELDS) as index:
        for passage in passages:
            index.add(passage.id, passage.speech_id, field_tokens(passage.text, "", ""))
        index.commit()


def write_vectors(folder: Path, passages: list[Passage], texts: list[str]) -> None:
    shutil.rmtree(folder)
    with VectorIndex.create(folder, synthetic.DIMENSION) as index:
        vectors = np.stack([synthetic.embedding(text)[1] for text in texts])
        index.add([passage.id for passage in passages], vectors, [passage.speech_id for passage in passages])


def seal(generation: Path) -> None:
    """Make the checksums those of the files as they are now."""
    Manifest.read(generation).write(generation)


def test_a_sound_generation_in_a_child_process(sound: Path) -> None:
    full = verify(sound)
    assert full.problems == ()
    assert full.sound
    assert (full.passages, full.probes) == (160, 160)
    assert (full.found_by_vector, full.found_by_keyword) == (160, 160)


def test_the_quick_look(sound: Path) -> None:
    quick = verify(sound, quick=True)
    assert (quick.sound, quick.quick, quick.passages, quick.probes) == (True, True, 160, 0)
    assert "every file is as the build wrote it" in str(quick)


def test_the_quick_look_asks_the_indexes_where_another_version_wrote_them(generation: Path) -> None:
    manifest = Manifest.read(generation)
    replace(manifest, versions={**manifest.versions, "askspeech": "0.0.1"}).write(generation)
    quick = verify(generation, quick=True)
    assert (quick.problems, quick.probes, quick.found_by_vector, quick.found_by_keyword) == ((), 20, 20, 20)


def test_at_most_two_hundred_probes(tmp_path: Path) -> None:
    synthetic.write_generation(tmp_path, synthetic.documents(30))
    assert inspect(tmp_path).probes == 200


def test_an_index_without_passages_is_sound(tmp_path: Path) -> None:
    synthetic.write_generation(tmp_path, synthetic.documents(1, passages=0))
    assert inspect(tmp_path).problems == ()


def test_copies_count_as_found(tmp_path: Path) -> None:
    text = DOCUMENTS[0]
    twins = [synthetic.retold(text, f"copy {number}") for number in range(15)]
    synthetic.write_generation(tmp_path, [text, *twins])
    assert inspect(tmp_path).problems == ()


def test_a_file_that_repeats_itself_stops_no_build(tmp_path: Path) -> None:
    (tmp_path / "讲话.txt").write_text("在柳溪县大会上的讲话\n同志们：\n由县财政局牵头清理拖欠账款。", encoding="utf-8")
    line = "——……！？，。" * 6 + "一。\n"
    (tmp_path / "重复.txt").write_text("关于重复的讲话\n同志们：\n" + line * 300, encoding="utf-8")
    (tmp_path / "重复.html").write_text("<body>" + "<ol><li>" * 2000 + "讲话</body>", encoding="utf-8")
    assert build_index([tmp_path], store=tmp_path / "store").speeches == 3


def test_another_number_of_passages(generation: Path) -> None:
    write_keywords(generation / KEYWORDS, PASSAGES[1:])
    write_vectors(generation / VECTORS, PASSAGES[2:], [passage.text for passage in PASSAGES[2:]])
    assert inspect(generation, quick=True).damaged == ("keywords", "vectors")
    problems = inspect(generation).problems
    assert "The vector index holds 158 passages, the catalogue 160." in problems
    assert "The keyword index holds 159 passages, the catalogue 160." in problems


def test_other_passages_than_the_catalogue_holds(generation: Path) -> None:
    write_keywords(generation / KEYWORDS, [*PASSAGES[1:], synthetic.document(99).passages[0]])
    problem = (
        "The keyword index does not hold the catalogue's passages: 1 are missing, 1 are foreign, 0 are there twice."
    )
    assert problem in inspect(generation).problems


def test_vectors_that_are_not_the_catalogues(generation: Path) -> None:
    texts = [passage.text for passage in PASSAGES]
    write_vectors(generation / VECTORS, PASSAGES, [*texts[:-2], *texts[:-3:-1]])
    problems = inspect(generation).problems
    assert "The vectors of 2 passages differ between the vector index and the catalogue." in problems
    assert any("passages were found by their own vector, expected 99 %" in problem for problem in problems)


def test_words_that_are_not_the_passages(generation: Path) -> None:
    write_keywords(generation / KEYWORDS, [*PASSAGES[:-9], *map(synthetic.silenced, PASSAGES[-9:])])
    seal(generation)
    assert inspect(generation).problems == ("151 of 160 passages were found by their own words, expected 99 %.",)


@pytest.mark.parametrize("change", ["UPDATE passages SET kind = 'else' WHERE rowid = 1", "DELETE FROM copies"])
def test_a_catalogue_that_was_changed(generation: Path, change: str) -> None:
    connection = sqlite3.connect(generation / CATALOG)
    connection.execute("INSERT INTO copies VALUES ('a', 1), ('b', 1)")
    connection.execute(change)
    connection.commit()
    connection.close()
    assert inspect(generation, quick=True).damaged == ("catalogue",)
    seal(generation)
    problems = inspect(generation).problems
    if change.startswith("DELETE"):
        assert problems == ()
    else:
        assert any(problem.startswith("The hash of the catalogue is ") for problem in problems)


@pytest.mark.parametrize("part", [MANIFEST, CATALOG, KEYWORDS, VECTORS])
@pytest.mark.parametrize("quick", [True, False])
def test_a_missing_part(generation: Path, part: str, quick: bool) -> None:
    path = generation / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert any(part in problem for problem in inspect(generation, quick=quick).problems)


@pytest.mark.parametrize(
    ("part", "named"), [(MANIFEST, "manifest"), (CATALOG, "catalogue"), (KEYWORDS, "keywords"), (VECTORS, "vectors")]
)
def test_the_damaged_part_is_named(generation: Path, part: str, named: str) -> None:
    path = generation / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert verify(generation, quick=True).damaged == (named,)


def test_another_schema_is_no_damage(generation: Path) -> None:
    values = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
    (generation / MANIFEST).write_text(json.dumps(values | {"schema": 999}), encoding="utf-8")
    for quick in (True, False):
        with pytest.raises(StoreMismatchError, match="schema 999"):
            verify(generation, quick=quick)


@pytest.mark.parametrize("pattern", ["catalog.db", "chroma/chroma.sqlite3", "keywords/*.term", "keywords/*.idx"])
def test_a_file_cut_in_half(generation: Path, pattern: str) -> None:
    (file,) = generation.glob(pattern)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert not verify(generation).sound


def test_a_child_that_takes_too_long_is_a_problem(sound: Path) -> None:
    assert "longer than" in verify(sound, time_limit=0.01).problems[0]


def test_the_command(sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(sound), "--quick"]) == 0
    *parts, result = capsys.readouterr().out.splitlines()
    assert parts == ["manifest", "catalogue", "keywords", "vectors"]
    assert json.loads(result)["problems"] == []
    assert main([str(tmp_path), "--quick"]) == 1


BUILDER = """
import sys
from askspeech.store import Store
from tests import synthetic
with Store(sys.argv[1]).writer() as writer:
    draft = writer.draft()
    synthetic.write_generation(draft, synthetic.documents(120), lambda name: print(name, flush=True))
    writer.publish(draft)
    print("published", flush=True)
    writer.prune()
"""


def test_a_build_that_is_killed_leaves_the_published_index_answering(tmp_path: Path, repository: Path) -> None:
    store = Store(tmp_path / "store")
    with store.writer() as writer:
        draft = writer.draft()
        old = synthetic.write_generation(draft, DOCUMENTS)
        writer.publish(draft)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(repository), *sys.path])}
    command = [sys.executable, "-c", BUILDER, str(store.path)]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    time.sleep(chance.uniform(0.5, 4))
    child.kill()
    child.communicate(timeout=10)
    assert child.returncode in (-signal.SIGKILL, 0)
    with store.open_current() as held:
        manifest = Manifest.read(held.path)
        assert manifest == old if held.path == draft else manifest.counts.sources == 120, f"seed {seed}"
        assert verify(held.path).problems == (), f"seed {seed}"
    with store.writer() as writer:
        again = writer.draft()
        manifest = synthetic.write_generation(again, DOCUMENTS)
        writer.publish(again)
        writer.prune()
    assert manifest.hashes == old.hashes
    assert len(list(store.generations.iterdir())) == 2
