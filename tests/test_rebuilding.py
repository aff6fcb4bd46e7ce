"""Builds over an earlier index: nothing changed, a changed copy, from nothing; always what a clean build would make."""

import json
import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from askspeech import SpeechIndex, build_index, earlier, preparing
from askspeech.catalog import CATALOG, Catalog
from askspeech.errors import DiskError
from askspeech.library import Library
from askspeech.manifest import MANIFEST, Manifest
from askspeech.settings import IndexSettings
from askspeech.store import Store
from askspeech.verification import verify

SPEECHES = 8
# What the made-up speeches share: near copies, equal vectors at their ends.
_THANKS = "同志们，优化营商环境没有旁观者。让我们撸起袖子加油干，为建设富裕美丽的新家园作出更大贡献，谢谢大家！"
_BORROWED = (
    "要选派驻企联络员。从县直单位选派一百名干部担任驻企联络员，每月至少到企业走访两次，收集困难诉求，宣讲惠企政策，"
    "协调解决用工、用地、用电三类难题，走访情况要记入台账，每季度向县委报告一次，对企业反映强烈的问题要挂牌督办。"
)
_TOPICS = ("清理拖欠账款", "帮办代办审批", "货运班列补贴", "无抵押信用贷款", "涉企案件办理", "仓储物流用地")


def speech(number: int, version: int = 0) -> str:
    """A made-up speech of several passages; versions differ in one paragraph."""
    place = "青松柏榆桦槐柳杨"[number % 8] + "禾陵江"[version % 3]
    paragraphs = [f"在{place}县优化营商环境会议上的讲话", "同志们：", f"今天开会，讨论第{number}件事情，我讲几点意见。"]
    for at, topic in enumerate(_TOPICS):
        order = "一二三四五六"[at]
        words = f"{place}县第{number + 10 * at}号文件对{topic}作了规定，" * 6
        paragraphs += [f"{order}、做好{topic}工作", f"{words}第{version if at == 2 else 0}次修改，务必落实到位。"]
    paragraphs += [_BORROWED if number % 2 else _BORROWED.replace("一百", "XX"), _THANKS]
    return "\n\n".join(paragraphs)


@pytest.fixture(scope="module")
def speeches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up speeches; not to be changed by a test."""
    folder = tmp_path_factory.mktemp("speeches")
    for number in range(SPEECHES):
        (folder / f"{number}.txt").write_text(speech(number), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(speeches: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the index of the made-up speeches; not to be changed by a test."""
    store = tmp_path_factory.mktemp("built")
    build_index([speeches], store=store)
    return store


@pytest.fixture
def folder(speeches: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(speeches, tmp_path / "speeches"))


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "store"))


def generation(store: Path) -> Path:
    current = Store(store).current()
    assert current is not None
    return current


def groups(store: Path) -> list[tuple[str, ...]]:
    with Catalog.open(generation(store) / CATALOG) as catalog:
        numbers = catalog.copy_groups()
        members = [sorted(id_ for id_ in numbers if numbers[id_] == number) for number in set(numbers.values())]
        return sorted(map(tuple, members))


def alike(store: Path) -> list[tuple[str, ...]]:
    """The files of speeches that are copies as a whole."""
    return sorted((row.file, *row.alike, row.copy_of) for row in Library(store).rows() if row.alike)


def test_a_speech_that_is_nearly_another_is_kept_and_named_as_its_copy(
    folder: Path, store: Path, tmp_path: Path
) -> None:
    build_index([folder], store=store)
    assert alike(store) == []
    other = speech(5).replace("，", ", ").replace("企业", "企業").replace("第5件", "第５件").replace("\n\n一、", "\n\n")
    (folder / "别的份.txt").write_text(other, encoding="utf-8")
    report = build_index(store=store)
    assert (report.built_from, report.speeches) == ("copy", SPEECHES + 1)
    assert alike(store) == [("5.txt", "别的份.txt", ""), ("别的份.txt", "5.txt", "5.txt")]
    build_index([folder], store=tmp_path / "clean")
    assert alike(tmp_path / "clean") == alike(store)
    (folder / "别的份.txt").unlink()
    assert build_index(store=store).built_from == "copy" and alike(store) == []


def test_an_index_of_a_version_that_did_not_know_copies_of_speeches_has_none(store: Path) -> None:
    with closing(sqlite3.connect(generation(store) / CATALOG)) as database:
        database.execute("DROP TABLE speech_copies")
    assert len(Library(store).rows()) == SPEECHES and alike(store) == []


def test_a_build_without_a_change_writes_nothing(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index([folder], store=store)  # the folder is another one than that of the fixture
    before = {path: path.read_bytes() for path in generation(store).rglob("*") if path.is_file()}
    first = generation(store)
    monkeypatch.setattr(preparing, "source_of", None)  # nothing is read as text
    report = build_index(store=store)
    assert (report.built_from, report.embedded) == ("unchanged", 0)
    assert report.generation == first.name == generation(store).name
    assert len(report.files) == SPEECHES
    same = {path: path.read_bytes() for path in first.rglob("*") if path.is_file() and "chroma" not in path.parts}
    assert same == {path: content for path, content in before.items() if "chroma" not in path.parts}


def test_one_changed_file_is_a_changed_copy(
    folder: Path, store: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "askspeech")
    (folder / "3.txt").write_text(speech(3, 1), encoding="utf-8")
    report = build_index([folder], store=store)
    clean = build_index([folder], store=tmp_path / "clean")
    assert (report.built_from, clean.built_from) == ("copy", "nothing")
    assert 0 < report.embedded < clean.embedded / 4
    assert report.logical_hash == clean.logical_hash
    assert report.files == clean.files
    assert groups(store) == groups(tmp_path / "clean") != []
    assert verify(generation(store)).sound
    assert "Building from copy" in caplog.text
    with SpeechIndex.open(store) as index, SpeechIndex.open(tmp_path / "clean") as other:
        for question in ("货运班列补贴", "驻企联络员做什么"):
            found = {hit.passage.id for hit in index.search(question, k=3)}
            assert found & {hit.passage.id for hit in other.search(question, k=3)}


def test_removed_words_are_not_in_the_index_any_more(folder: Path, store: Path) -> None:
    secret = "芝麻开门暗号"
    build_index([folder], store=store)
    (folder / "new.txt").write_text(speech(1, 1).replace("务必落实", secret), encoding="utf-8")
    build_index(store=store)
    assert any(secret.encode() in path.read_bytes() for path in generation(store).rglob("*") if path.is_file())
    (folder / "new.txt").unlink()
    report = build_index(store=store)
    assert report.built_from == "copy"
    assert not any(secret.encode() in path.read_bytes() for path in generation(store).rglob("*") if path.is_file())
    with SpeechIndex.open(store) as index:
        assert all(secret not in hit.passage.text for hit in index.search(secret, k=50))


def test_a_renamed_file_is_understood_again_and_embedded_once(folder: Path, store: Path, tmp_path: Path) -> None:
    build_index([folder], store=store)
    (folder / "2.txt").rename(folder / "某市2023年.txt")
    report = build_index(store=store)
    assert report.logical_hash == build_index([folder], store=tmp_path / "clean").logical_hash
    assert report.embedded == 0
    assert "某市2023年.txt" in {file.file for file in report.files}


def test_much_change_is_a_build_from_nothing(folder: Path, store: Path, tmp_path: Path) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text(speech(number, 2), encoding="utf-8")
    report = build_index([folder], store=store)
    assert report.built_from == "nothing"
    assert 0 < report.embedded < report.passages
    assert report.logical_hash == build_index([folder], store=tmp_path / "clean").logical_hash


def test_changes_add_up_until_a_build_from_nothing(folder: Path, store: Path) -> None:
    ways = []
    for version in (1, 2):
        (folder / "0.txt").write_text(speech(0, version), encoding="utf-8")
        ways.append(build_index([folder], store=store).built_from)
    assert ways == ["copy", "nothing"]
    assert verify(generation(store)).sound


@pytest.mark.parametrize("changed", ["settings", "understanding", "rules"])
def test_nothing_understood_otherwise_is_reused(
    changed: str, folder: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = IndexSettings()
    if changed == "settings":
        wanted = IndexSettings(passage_maximum=200)
    elif changed == "rules":
        rules = tmp_path / "rules.toml"
        rules.write_text('[[line]]\nreason = "greeting"\npatterns = ["同志们："]\n', encoding="utf-8")
        wanted = IndexSettings(cleaning_rules=rules)
    else:
        monkeypatch.setattr(earlier, "UNDERSTANDING_VERSION", 999)
    report = build_index([folder], store=store, settings=wanted)
    assert report.built_from == "nothing"
    assert report.logical_hash == build_index([folder], store=tmp_path / "clean", settings=wanted).logical_hash


@pytest.mark.parametrize("damage", ["vectors", "keywords", "catalogue", "manifest"])
def test_damage_is_never_copied(damage: str, folder: Path, store: Path, tmp_path: Path) -> None:
    report = build_index([folder], store=store)
    broken = generation(store)
    if damage == "vectors":
        (broken / "chroma" / "chroma.sqlite3").unlink()
    elif damage == "keywords":
        shutil.rmtree(broken / "keywords")
    elif damage == "catalogue":
        content = bytearray((broken / CATALOG).read_bytes())
        content[len(content) // 2 : len(content) // 2 + 5000] = bytes(5000)
        (broken / CATALOG).write_bytes(content)
    else:
        values = json.loads((broken / MANIFEST).read_text(encoding="utf-8"))
        (broken / MANIFEST).write_text(json.dumps({"corpus_roots": values["corpus_roots"]}), encoding="utf-8")
    again = build_index(store=store)
    assert again.built_from == "nothing"
    assert again.logical_hash == report.logical_hash
    assert (again.embedded == 0) is (damage in ("vectors", "keywords"))
    assert verify(generation(store)).sound


@pytest.mark.parametrize("library", ["chromadb", "tantivy", "schema"])
def test_an_index_of_another_version_is_built_from_nothing(library: str, folder: Path, store: Path) -> None:
    report = build_index([folder], store=store)
    path = generation(store) / MANIFEST
    values = json.loads(path.read_text(encoding="utf-8"))
    if library == "schema":
        values["schema"] = 1
    else:
        values["versions"][library] = "0.1.2"
    path.write_text(json.dumps(values), encoding="utf-8")
    again = build_index(store=store)
    assert again.built_from == "nothing"
    assert again.logical_hash == report.logical_hash


def test_a_copy_that_fails_its_check_is_thrown_away(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from askspeech.vectors import VectorIndex

    (folder / "3.txt").write_text(speech(3, 1), encoding="utf-8")
    monkeypatch.setattr(VectorIndex, "remove", lambda *_: None)  # as if Chroma had lost the removals
    report = build_index([folder], store=store)
    assert report.built_from == "nothing"
    assert verify(generation(store)).sound
    assert len(list((store / "generations").iterdir())) == 2


def test_a_disk_that_is_too_full_leaves_the_index_in_use(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = generation(store)
    (folder / "3.txt").write_text(speech(3, 1), encoding="utf-8")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with pytest.raises(DiskError, match=r"需要约 \d MB，可用 1 MB") as caught:
        build_index([folder], store=store)
    assert caught.value.exit_status == 74
    assert generation(store) == first
    assert list((store / "generations").iterdir()) == [first]
    with SpeechIndex.open(store) as index:
        assert index.search("货运班列补贴").hits


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, SPEECHES - 1), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.integers(0, SPEECHES - 1), st.just(0)),
        st.tuples(st.just("rename"), st.integers(0, SPEECHES - 1), st.integers(0, 2)),
        st.tuples(st.just("duplicate"), st.integers(0, SPEECHES - 1), st.integers(0, 2)),
        st.tuples(st.just("encode"), st.integers(0, SPEECHES - 1), st.just(0)),
    ),
    min_size=1,
    max_size=2,
)


def edit(folder: Path, action: str, number: int, detail: int) -> None:
    """Change one file of the folder; what is not there stays away."""
    path = folder / f"{number}.txt"
    if action == "write":
        path.write_text(speech(number, detail), encoding="utf-8")
    elif path.exists() and action == "delete":
        path.unlink()
    elif path.exists() and action == "rename":
        path.rename(folder / f"{'amz'[detail]} {number}.txt")
    elif path.exists() and action == "duplicate":
        shutil.copy(path, folder / f"{'amz'[detail]} copy of {number}.txt")
    elif path.exists():
        path.write_bytes(path.read_text(encoding="utf-8", errors="ignore").encode("gb18030"))


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(EDITS, min_size=1, max_size=2))
def test_r15_any_sequence_of_edits_ends_in_what_a_clean_build_makes(
    sequence: list[list[tuple[str, int, int]]], speeches: Path, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("r15")
    folder = Path(shutil.copytree(speeches, place / "speeches"))
    store = Path(shutil.copytree(built, place / "store"))
    for edits in sequence:
        for action, number, detail in edits:
            edit(folder, action, number, detail)
        report = build_index([folder], store=store)
    assert build_index(store=store).built_from == "unchanged"
    clean = build_index([folder], store=place / "clean")
    assert report.logical_hash == clean.logical_hash
    assert report.files == clean.files
    assert groups(store) == groups(place / "clean")
    shutil.rmtree(place)


def test_a_moved_store_answers_and_is_built_again(folder: Path, store: Path, tmp_path: Path) -> None:
    report = build_index([folder], store=store)
    with SpeechIndex.open(store) as index:
        copied = Path(shutil.copytree(store, tmp_path / "backup"))  # while it is being read
        before = [hit.passage.id for hit in index.search("货运班列补贴")]
    moved = store.rename(tmp_path / "moved")
    for place in (moved, copied):
        with SpeechIndex.open(place) as index:
            assert [hit.passage.id for hit in index.search("货运班列补贴")] == before
        assert verify(generation(place)).sound
        assert Manifest.read(generation(place)).logical_hash == report.logical_hash
        assert build_index(store=place).built_from == "unchanged"
