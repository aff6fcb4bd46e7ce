"""The files of a corpus: which ones are found, how they are named, and what is refused."""

import os
from pathlib import Path

import pytest

from askspeech import corpus_files
from askspeech.corpus_files import CorpusFile, find_files, open_file, unpacked
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
    found = find_files([root])
    assert [file.name for file in found] == ["a.txt", "else"]
    with pytest.raises(ReadError, match="link to a folder"):
        open_file(found[1])


def test_a_link_is_followed_only_to_what_was_named(tmp_path: Path) -> None:
    root, other = written(tmp_path / "root", "a.txt"), written(tmp_path / "else", "b.txt", "c.txt")
    (root / "within.txt").symlink_to("a.txt")
    (root / "b.txt").symlink_to(other / "b.txt")
    (root / "b.zip").symlink_to(other / "b.txt")
    (root / "secret.txt").symlink_to("/etc/passwd")

    def left_out(*roots: Path) -> set[str]:
        files, skipped = unpacked(find_files(roots))
        found = {file.file for file in skipped}
        for file in files:
            try:
                open_file(file)
            except ReadError as error:
                found.add(file.name)
                assert "Name that file or its folder" in str(error) and "请在更新资料库时指定" in str(error)
        return found

    assert left_out(root) == {"b.txt", "b.zip", "secret.txt"}
    assert left_out(root, other / "b.txt") == {"b.zip", "secret.txt"}, "it is no archive, whatever it is called"
    (tmp_path / "named").symlink_to(root)
    (tmp_path / "named.txt").symlink_to(other / "c.txt")
    assert left_out(tmp_path / "named") == {"b.txt", "b.zip", "secret.txt"}, "a root may be a link itself"
    assert left_out(tmp_path / "named.txt") == set()


def test_no_link_among_the_uploads_is_followed(tmp_path: Path) -> None:
    root, uploads = written(tmp_path / "root", "a.txt"), written(tmp_path / "uploads", "b.txt")
    (uploads / "link.txt").symlink_to(root / "a.txt")
    (uploads / "own.txt").symlink_to("b.txt")
    found = {file.name: file for file in find_files([root], uploads)}
    assert open_file(found["uploads/b.txt"]).data and open_file(found["a.txt"]).data
    for name in ("uploads/link.txt", "uploads/own.txt"):
        with pytest.raises(ReadError, match="link to a file outside"):
            open_file(found[name])


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


def test_uploads_are_cited_as_such(tmp_path: Path) -> None:
    corpus, uploads = tmp_path / "corpus", tmp_path / "store" / "uploads"
    for path in (
        corpus / "a.txt",
        corpus / "uploads" / "a.txt",
        uploads / "a.txt",
        uploads / ".lock",
        uploads / "b.txt",
    ):
        written(path.parent, path.name)
    found = {file.name: file.path for file in find_files([corpus], uploads)}
    assert found == {
        "a.txt": corpus / "a.txt",
        "corpus/uploads/a.txt": corpus / "uploads" / "a.txt",
        "uploads/a.txt": uploads / "a.txt",
        "uploads/b.txt": uploads / "b.txt",
    }
    assert find_files([corpus], tmp_path / "nowhere") == find_files([corpus])
    assert find_files([], uploads) == find_files([uploads], uploads) == find_files([uploads.parent], uploads)


def test_a_root_that_is_called_uploads_is_told_from_them(tmp_path: Path) -> None:
    roots = [tmp_path / "其他" / "uploads", tmp_path / "更多"]
    uploads = tmp_path / "store" / "uploads"
    for folder in (*roots, uploads):
        written(folder, "a.txt")
    assert [file.name for file in find_files(roots, uploads)] == sorted(
        ["uploads/a.txt", "其他/uploads/a.txt", f"{tmp_path.name}/更多/a.txt"]
    )
