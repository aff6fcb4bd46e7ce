"""What the library page shows: the speeches, what became of every file, what is removed, and what waits."""

import shutil
from pathlib import Path

import pytest

from askspeech import build_index
from askspeech.build_record import KNOWN
from askspeech.errors import NotInIndexError
from askspeech.library import Files, Library, LibraryRow, Waiting
from askspeech.uploads import Uploads


def speech(place: str, matter: str = "营商环境") -> str:
    words = f"{place}县的{matter}工作要再上一个台阶，企业的事要一件一件办好。" * 6
    head = f"在{place}县优化{matter}会议上的讲话\n（2023年5月6日）\n\n同志们："
    return f"{head}\n\n一、提高认识。{words}\n\n- 3 -\n\n二、抓好落实。{words}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    corpus = folder / "speeches"
    corpus.mkdir()
    (corpus / "合集.txt").write_text(f"{speech('青禾')}\n\n{speech('云陵')}", encoding="utf-8")
    for name in ("甲.txt", "乙.txt"):
        (corpus / name).write_text(speech("柳溪"), encoding="utf-8")
    (corpus / "坏.xlsx").write_text("PK", encoding="utf-8")
    upload(folder / "store", "新.txt", speech("白沙", "夜间经济"))
    build_index([corpus], store=folder / "store")
    return folder / "store"


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Library:
    return Library(Path(shutil.copytree(built, tmp_path / "store")))


def upload(store: Path, name: str, text: str, *, replace: bool = False) -> None:
    path = store.parent / "sent"
    path.write_text(text, encoding="utf-8")
    Uploads(store).add(name, path, replace=replace)


def row(library: Library, title: str) -> LibraryRow:
    (found,) = (one for one in library.rows() if title in one.title)
    return found


def test_nothing_yet(tmp_path: Path) -> None:
    library = Library(tmp_path / "store")
    assert library.rows() == () and library.excluded() == ()
    assert library.files() == Files() and library.waiting() == Waiting()
    with pytest.raises(NotInIndexError, match="请刷新页面"):
        library.inspection("讲话.txt")
    with pytest.raises(NotInIndexError, match="资料库还是空的"):
        library.exclude_speech("0" * 32)
    assert not (tmp_path / "store").exists()


def test_the_speeches_and_what_is_known_of_them(library: Library) -> None:
    rows = library.rows()
    assert [(one.file, one.copies, one.alone, one.uploaded) for one in rows] == [
        ("uploads/新.txt", (), True, True),
        ("乙.txt", ("甲.txt",), True, False),
        ("合集.txt", (), False, False),
        ("合集.txt", (), False, False),
    ]
    one = row(library, "青禾")
    assert (one.title, one.date, one.year) == ("在青禾县优化营商环境会议上的讲话", "2023-05-06", "2023")
    assert "青禾县" in one.place and one.passages >= 2 and one.characters > 300 and not one.title_derived
    assert one.dropped == len("- 3 -") + _breaks(library, one)
    assert library.rows() is rows


def _breaks(library: Library, one: LibraryRow) -> int:
    """How many line breaks are dropped within a speech of that file, which has two alike."""
    (file,) = (file for file in library.files().taken if file.file == one.file)
    return dict(file.dropped).get("line break", 0) // 2


def test_what_became_of_every_file(library: Library) -> None:
    files = library.files()
    assert [(file.file, file.speeches) for file in files.taken] == [
        ("uploads/新.txt", 1),
        ("乙.txt", 1),
        ("合集.txt", 2),
    ]
    assert [file.file for file in files.skipped] == ["坏.xlsx"] and "xlsx" in files.skipped[0].reason
    taken = files.taken
    (library.store / KNOWN).unlink()  # as for an index that an older version built, or that was gone back to
    assert library.files() == Files(taken)


def test_what_waits_for_the_next_build(library: Library) -> None:
    assert not library.waiting()
    upload(library.store, "更新.txt", speech("金川"))
    upload(library.store, "新.txt", speech("白沙"), replace=True)
    removed = library.exclude_speech(row(library, "青禾").speech_id, "王芳")
    file = library.exclude_file("坏.xlsx")
    assert library.waiting() == Waiting(("uploads/更新.txt",), ("uploads/新.txt",), (), (removed, file))
    build_index(store=library.store)
    assert not library.waiting()
    assert library.files().excluded == ("坏.xlsx",) and library.files().skipped == ()
    library.take_back(removed)
    Uploads(library.store).delete("更新.txt")
    assert library.waiting() == Waiting(deleted=("uploads/更新.txt",), taken_back=(removed,))
    assert library.waiting().taken_back[0].title == "在青禾县优化营商环境会议上的讲话"


def test_what_waits_where_only_the_index_itself_is_known(library: Library) -> None:
    (library.store / KNOWN).unlink()
    assert not library.waiting()
    upload(library.store, "更新.txt", speech("金川"))
    Uploads(library.store).delete("新.txt")
    removed = [library.exclude_speech(row(library, "青禾").speech_id), library.exclude_file("甲.txt")]
    library.exclude_file("坏.xlsx")
    assert library.waiting() == Waiting(("uploads/更新.txt",), (), ("uploads/新.txt",), tuple(removed))


def test_what_is_removed_is_listed_and_can_be_taken_back(library: Library) -> None:
    first = library.exclude_speech(row(library, "青禾").speech_id, "王芳")
    second = library.exclude_file("乙.txt")
    assert (first.kind, first.file, first.title, first.excluded_by) == (
        "speech",
        "合集.txt",
        row(library, "青禾").title,
        "王芳",
    )
    assert library.exclude_speech(first.speech_id, "李明") == first
    assert library.excluded() == (second, first)
    assert library.take_back(first) and not library.take_back(first)
    assert library.excluded() == (second,)
    with pytest.raises(NotInIndexError):
        library.exclude_speech("0" * 32)


def test_the_cleaning_report_of_a_file(library: Library) -> None:
    page = library.inspection("合集.txt")
    assert (
        page.startswith("<!DOCTYPE html>") and "页码 page number" in page and "在云陵县优化营商环境会议上的讲话" in page
    )
    assert library.inspection("甲.txt") == library.inspection("乙.txt")
    library.exclude_speech(row(library, "青禾").speech_id)
    build_index(store=library.store)
    assert "已移除的讲话 speech removed from the index" in library.inspection("合集.txt")
    with pytest.raises(NotInIndexError):
        library.inspection("坏.xlsx")
