"""The files of a corpus: which ones are found, how they are named, and what is refused."""

import os
from pathlib import Path

import pytest

from askspeech import corpus_files
from askspeech.corpus_files import CorpusFile, find_files, open_file
from askspeech.errors import CorpusError, ReadError


def written(folder: Path, *names: str, text: str = "青禾县的讲话。") -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def test_files_are_found_below_the_root_in_sorted_order(tmp_path: Path) -> None:
    written(tmp_path, "b.txt", "a/c.md", "a/b.TXT", ".hidden.txt", ".git/x.txt", "~$lock.txt", "notes.docx")
    assert [file.name for file in find_files([tmp_path])] == ["a/b.TXT", "a/c.md", "b.txt", "notes.docx"]


def test_what_programs_leave_behind_is_no_document(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "Thumbs.db", "b/desktop.ini", "__MACOSX/._a.txt", "b/.DS_Store", ".~lock.a.odt#")
    assert [file.name for file in find_files([tmp_path])] == ["a.txt"]


def test_a_link_to_a_folder_is_named_and_not_followed(tmp_path: Path) -> None:
    root = written(tmp_path / "root", "a.txt")
    (root / "else").symlink_to(written(tmp_path / "else", "b.txt"))
    (root / "b.txt").symlink_to(tmp_path / "else" / "b.txt")
    found = find_files([root])
    assert [file.name for file in found] == ["a.txt", "b.txt", "else"]
    assert open_file(found[1]).data == (tmp_path / "else" / "b.txt").read_bytes()
    with pytest.raises(ReadError, match="link to a folder"):
        open_file(found[2])


def test_a_root_may_be_one_file(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "b.txt")
    assert [file.name for file in find_files([tmp_path / "b.txt"])] == ["b.txt"]


def test_the_folder_tells_equal_paths_of_two_roots_apart(tmp_path: Path) -> None:
    one, other = written(tmp_path / "青禾", "a.txt", "only.txt"), written(tmp_path / "云陵", "a.txt")
    assert sorted(file.name for file in find_files([one, other])) == ["only.txt", "云陵/a.txt", "青禾/a.txt"]


def test_the_order_of_the_roots_does_not_matter(tmp_path: Path) -> None:
    one, other = written(tmp_path / "青禾", "b.txt", "a.txt"), written(tmp_path / "云陵", "a.txt", "c/d.txt")
    assert find_files([one, other]) == find_files([other, one])


def test_folders_of_the_same_name_are_told_apart_by_those_above_them(tmp_path: Path) -> None:
    one, other = written(tmp_path / "青禾" / "讲话", "a.txt"), written(tmp_path / "云陵" / "讲话", "a.txt")
    assert sorted(file.name for file in find_files([one, other])) == ["云陵/讲话/a.txt", "青禾/讲话/a.txt"]


def test_a_root_named_twice_gives_its_files_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = written(tmp_path, "a.txt")
    monkeypatch.chdir(tmp_path.parent)
    assert [file.name for file in find_files([root, root, Path(tmp_path.name)])] == ["a.txt"]


def test_two_files_of_one_folder_may_be_the_roots(tmp_path: Path) -> None:
    root = written(tmp_path, "a.txt", "b.txt")
    assert [file.name for file in find_files([root / "a.txt", root / "b.txt", root])] == ["a.txt", "b.txt"]


def test_a_missing_root_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere"):
        find_files([written(tmp_path, "a.txt"), tmp_path / "nowhere"])


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    (tmp_path / "folder.txt").mkdir()
    for name in ("pipe", "dangling", "loop", "device", "folder", "x" * 300):
        with pytest.raises(ReadError, match=r"regular file|cannot be opened|no such file|leads back"):
            open_file(CorpusFile(tmp_path / f"{name}.txt", name))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_files, "LARGEST_FILE", 20)
    with pytest.raises(ReadError, match="at most 20"):
        open_file(CorpusFile(written(tmp_path, "a.txt", text="a" * 21) / "a.txt", "a.txt"))


def test_what_a_browser_saved_with_a_page_is_part_of_the_page(tmp_path: Path) -> None:
    written(tmp_path, "讲话.html", "讲话_files/logo.png", "讲话_files/share.js", "别的_files/a.txt")
    assert [file.name for file in find_files([tmp_path])] == ["别的_files/a.txt", "讲话.html"]
