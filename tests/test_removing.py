"""Uploads and exclusions in builds: the same index from nothing and by copy, and what is taken back is as it was."""

import shutil
from pathlib import Path

import pytest

from askspeech import SpeechIndex, build_index
from askspeech.build_record import known
from askspeech.catalog import CATALOG, Catalog
from askspeech.datatypes import Speech
from askspeech.errors import CorpusError
from askspeech.exclusions import Exclusion, Exclusions
from askspeech.leaving_out import EXCLUDED
from askspeech.library import Library
from askspeech.store import Store
from askspeech.uploads import Uploads
from askspeech.verification import verify

PLACES = ("青禾", "云陵", "柳溪")


def speech(place: str, matter: str = "营商环境") -> str:
    words = f"{place}县的{matter}工作要再上一个台阶，企业的事要一件一件办好，拖欠的账款要一笔一笔清。" * 6
    head = f"在{place}县优化{matter}会议上的讲话\n\n同志们："
    return f"{head}\n\n一、提高认识。{words}\n\n二、抓好落实。{words}\n\n谢谢大家！"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speeches")
    (folder / "合集.txt").write_text("\n\n".join(map(speech, PLACES)), encoding="utf-8")
    for number, place in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"):
        (folder / f"讲话{number}.txt").write_text(speech(place, "河道清淤"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("built")
    build_index([corpus], store=store)
    return store


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "store"))


def upload(store: Path, name: str, text: str) -> None:
    path = store.parent / "sent"
    path.write_text(text, encoding="utf-8")
    Uploads(store).add(name, path)


def clean_hash(corpus: Path, store: Path, tmp_path: Path) -> str:
    """The logical hash of a build from nothing with the uploads and exclusions of a store."""
    clean = tmp_path / "clean"
    shutil.rmtree(clean, ignore_errors=True)
    clean.mkdir()
    for name in ("uploads", "exclusions.json"):
        if (store / name).is_dir():
            shutil.copytree(store / name, clean / name)
        elif (store / name).exists():
            shutil.copy(store / name, clean / name)
    return build_index([corpus], store=clean).logical_hash


def speeches_of(store: Path, file: str) -> list[Speech]:
    with Catalog.open(generation(store) / CATALOG) as catalog:
        return [speech for speech in catalog.speeches() if speech.file == file]


def generation(store: Path) -> Path:
    current = Store(store).current()
    assert current is not None
    return current


def test_uploads_and_exclusions_give_one_hash_whichever_way(corpus: Path, store: Path, tmp_path: Path) -> None:
    upload(store, "新讲话.txt", speech("白沙", "夜间经济"))
    upload(store, "另一篇.txt", speech("金川", "茶叶品牌"))
    library = Library(store)
    library.exclude_speech(speeches_of(store, "合集.txt")[1].id, "王芳")
    library.exclude_file("讲话3.txt")
    library.exclude_file("uploads/另一篇.txt")
    report = build_index(store=store)
    assert report.built_from == "copy"
    assert report.excluded == ("uploads/另一篇.txt", "讲话3.txt")
    assert report.skipped == ()
    assert "uploads/新讲话.txt" in {file.file for file in report.files}
    assert report.logical_hash == clean_hash(corpus, store, tmp_path)
    assert verify(generation(store)).sound
    again = build_index(store=store)
    assert (again.built_from, again.excluded, again.files) == ("unchanged", report.excluded, report.files)
    fresh = build_index(store=store, fresh=True)
    assert (fresh.built_from, fresh.logical_hash) == ("nothing", report.logical_hash)


def test_one_speech_of_a_compilation_goes_and_comes_back(store: Path) -> None:
    before = known(store)
    assert before is not None
    speeches = speeches_of(store, "合集.txt")
    with SpeechIndex.open(store) as index:
        others = [index.passages(one.id) for one in (speeches[0], speeches[2])]
    removed = Library(store).exclude_speech(speeches[1].id)
    report = build_index(store=store)
    assert report.built_from == "copy" and report.embedded == 0 and report.excluded == ()
    assert speeches_of(store, "合集.txt") == [speeches[0], speeches[2]]
    with SpeechIndex.open(store) as index:
        assert [index.passages(one.id) for one in (speeches[0], speeches[2])] == others
        assert all("云陵" not in hit.passage.text for hit in index.search("云陵县的营商环境", k=50))
    (file,) = (file for file in report.files if file.file == "合集.txt")
    assert dict(file.dropped)[EXCLUDED] == speeches[1].span.end - speeches[1].span.start
    assert Library(store).take_back(removed)
    assert build_index(store=store).logical_hash == before.report.logical_hash


def test_a_file_of_which_every_speech_is_excluded_is_left_out_and_not_skipped(store: Path) -> None:
    library, before = Library(store), known(store)
    assert before is not None
    for one in speeches_of(store, "合集.txt"):
        library.exclude_speech(one.id)
    for _ in range(2):
        report = build_index(store=store)
        assert (report.excluded, report.skipped) == (("合集.txt",), ())
        assert "合集.txt" not in {file.file for file in report.files}
    assert report.built_from == "unchanged"
    for exclusion in library.excluded():
        library.take_back(exclusion)
    assert build_index(store=store).logical_hash == before.report.logical_hash


def test_a_file_stands_for_its_path_alone(corpus: Path, store: Path, tmp_path: Path) -> None:
    upload(store, "副本.txt", speech("甲", "河道清淤"))
    Library(store).exclude_file("讲话0.txt")
    report = build_index(store=store)
    assert ("uploads/副本.txt", ()) in {(file.file, file.copies) for file in report.files}
    assert report.excluded == ("讲话0.txt",)
    assert report.logical_hash == clean_hash(corpus, store, tmp_path)


def test_a_stale_exclusion_changes_nothing(store: Path) -> None:
    gone = speeches_of(store, "合集.txt")[0]
    exclusions = Exclusions(store)
    exclusions.add(Exclusion("file", "nowhere.txt", "nowhere.txt"))
    exclusions.add(Exclusion("speech", "合集.txt", "t", "0" * 32, "1" * 32, gone.span))
    exclusions.add(Exclusion("speech", "合集.txt", "t", "0" * 31 + "1", gone.source_id, gone.span._replace(end=9)))
    assert build_index(store=store).built_from == "unchanged"


def test_an_archive_may_go_whole_or_in_part(corpus: Path, store: Path, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    for place in ("白沙", "金川"):
        (parts / f"{place}.txt").write_text(speech(place, "茶叶品牌"), encoding="utf-8")
    Uploads(store).add("合订.zip", Path(shutil.make_archive(str(tmp_path / "archive"), "zip", parts)))
    Library(store).exclude_file("uploads/合订.zip/金川.txt")
    report = build_index(store=store)
    assert report.excluded == ("uploads/合订.zip/金川.txt",)
    assert "uploads/合订.zip/白沙.txt" in {file.file for file in report.files}
    Library(store).exclude_file("uploads/合订.zip")
    report = build_index(store=store)
    assert report.excluded == ("uploads/合订.zip",)
    assert report.logical_hash == clean_hash(corpus, store, tmp_path)


def test_uploads_alone_make_an_index_and_their_end_an_empty_one(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with pytest.raises(CorpusError, match="在页面上添加文件"):
        build_index(store=store)
    upload(store, "讲话.txt", speech("青禾"))
    first = build_index(store=store)
    assert ([file.file for file in first.files], first.speeches) == (["uploads/讲话.txt"], 1)
    assert build_index(store=store).built_from == "unchanged"
    assert Uploads(store).delete("讲话.txt")
    assert build_index(store=store).speeches == 0
    assert verify(generation(store)).sound
    with SpeechIndex.open(store) as index:
        assert index.search("青禾县的营商环境").hits == ()
    upload(store, "讲话.txt", speech("青禾"))
    assert build_index(store=store).logical_hash == first.logical_hash


def test_all_may_be_removed_but_nothing_is_lost_because_nothing_could_be_read(tmp_path: Path) -> None:
    folder, store = tmp_path / "speeches", tmp_path / "store"
    folder.mkdir()
    (folder / "讲话.txt").write_text(speech("青禾"), encoding="utf-8")
    first = build_index([folder], store=store)
    exclusion = Library(store).exclude_file("讲话.txt")
    (folder / "坏.txt").write_text(" ", encoding="utf-8")
    with pytest.raises(CorpusError, match="could be read"):
        build_index(store=store)
    (folder / "坏.txt").unlink()
    assert build_index(store=store).speeches == 0
    Library(store).take_back(exclusion)
    assert build_index(store=store).logical_hash == first.logical_hash


def test_uploads_are_no_root_of_their_own(store: Path, corpus: Path) -> None:
    upload(store, "新讲话.txt", speech("白沙", "夜间经济"))
    report = build_index([corpus, store / "uploads"], store=store)
    assert [file.file for file in report.files if "新讲话" in file.file] == ["uploads/新讲话.txt"]
    assert all(not file.copies for file in report.files)
    shutil.rmtree(store / "uploads")
    assert build_index(store=store).speeches == report.speeches - 1
