"""Files added through the page: names that lead nowhere, no file lost to another, and what the disk says."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech import uploads
from askspeech.archives import is_left_behind
from askspeech.corpus_files import find_files
from askspeech.errors import ReadError
from askspeech.uploads import Uploads, safe_name


@pytest.fixture
def place(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "store")


def sent(tmp_path: Path, text: str) -> Path:
    """A file as a server keeps it until it is taken over."""
    path = tmp_path / f"sent-{len(list(tmp_path.iterdir()))}"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("讲话.docx", "讲话.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\文稿\\王书记讲话（2023年）.doc", "王书记讲话（2023年）.doc"),
        ("/绝对/路径/讲话.txt", "讲话.txt"),
        ("..", "未命名"),
        ("", "未命名"),
        (".docx", "未命名.docx"),
        (".hidden.docx", "hidden.docx"),
        ("a\u202etxt.exe", "a txt.exe"),
        ("多\n行\t名.txt", "多 行 名.txt"),
        (
            "在“放管服”会上的讲话：《优化》、《营商》——节选！.txt",
            "在“放管服”会上的讲话：《优化》、《营商》——节选！.txt",
        ),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("讲" * 100 + ".docx", "讲" * 65 + ".docx"),
        ("x." + "长" * 100, "x." + "长" * 66),
        ("a\udcff.txt", "a.txt"),
    ],
)
def test_names(original: str, name: str) -> None:
    assert safe_name(original) == name


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(original: str) -> None:
    name = safe_name(original)
    assert name and len(name.encode()) <= 200
    assert "/" not in name and "\\" not in name and "\n" not in name
    assert not name.startswith(".") and name == name.strip()


def test_a_file_is_added_and_cited(place: Uploads, tmp_path: Path) -> None:
    added = place.add("讲话.txt", sent(tmp_path, "同志们"))
    assert (added.name, added.outcome, added.file) == ("讲话.txt", "added", "uploads/讲话.txt")
    (file,) = place.files()
    assert (file.name, file.file, file.bytes) == ("讲话.txt", "uploads/讲话.txt", 9)
    assert (place.folder / "讲话.txt").stat().st_mode & 0o777 == 0o644
    assert [one.name for one in find_files([], place.folder)] == ["uploads/讲话.txt"]


def test_one_name_twice(place: Uploads, tmp_path: Path) -> None:
    place.add("讲话.txt", sent(tmp_path, "一"))
    assert place.add("讲话.txt", sent(tmp_path, "一")).outcome == "same"
    second = place.add("讲话.txt", sent(tmp_path, "二"))
    assert (second.name, second.outcome) == ("讲话 (2).txt", "renamed")
    assert place.add("讲话.txt", sent(tmp_path, "二")) == uploads.Added("讲话 (2).txt", "same")
    third = place.add("讲话.txt", sent(tmp_path, "三"), replace=True)
    assert (third.name, third.outcome) == ("讲话.txt", "replaced")
    assert {path.name: path.read_text("utf-8") for path in place.folder.iterdir() if not path.name.startswith(".")} == {
        "讲话.txt": "三", "讲话 (2).txt": "二",
    }  # fmt: skip


def test_many_at_once_lose_nothing(place: Uploads, tmp_path: Path) -> None:
    files = [sent(tmp_path, f"第{number}篇") for number in range(12)]
    with ThreadPoolExecutor(6) as threads:
        added = list(threads.map(lambda path: place.add("讲话.txt", path), files))
    assert len({one.name for one in added}) == 12
    texts = {(place.folder / one.name).read_text("utf-8") for one in added}
    assert texts == {f"第{number}篇" for number in range(12)}


def test_what_is_deleted_is_gone(place: Uploads, tmp_path: Path) -> None:
    place.add("讲话.txt", sent(tmp_path, "一"))
    for name in ("不在.txt", "../CURRENT", ".lock", ""):
        assert not place.delete(name)
    assert place.delete("讲话.txt")
    assert not place.delete("讲话.txt")
    assert place.files() == ()


def test_what_is_too_large_and_what_programs_leave_behind(
    place: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 5)
    with pytest.raises(ReadError, match="6 bytes; at most 5"):
        place.add("讲话.txt", sent(tmp_path, "一二"))
    for name in ("~$讲话.docx", "Thumbs.db"):
        assert is_left_behind(safe_name(name))
        with pytest.raises(ReadError, match="临时文件"):
            place.add(name, sent(tmp_path, "一"))
    assert place.files() == () and not list(place.folder.glob("*.tmp"))
