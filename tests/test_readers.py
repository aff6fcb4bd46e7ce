"""Files to sources: which files are found, how they are named, and what is refused."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech import readers
from askspeech.errors import CorpusError, ReadError
from askspeech.readers import CorpusFile, find_files, read_source, source_id


def written(folder: Path, *names: str, text: str = "青禾县的讲话。") -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def test_files_are_found_below_the_root_in_sorted_order(tmp_path: Path) -> None:
    written(tmp_path, "b.txt", "a/c.md", "a/b.TXT", ".hidden.txt", ".git/x.txt", "~$lock.txt", "notes.docx")
    assert [file.name for file in find_files([tmp_path])] == ["a/b.TXT", "a/c.md", "b.txt", "notes.docx"]


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


def test_a_source_says_where_it_came_from(tmp_path: Path) -> None:
    text = "\ufeff同志们：\r\n青禾县的讲话。\r\n"
    path = written(tmp_path, "青禾.txt", text=text) / "青禾.txt"
    source = read_source(CorpusFile(path, "讲话/青禾.txt"))
    assert source.text == text
    assert source.id == source_id(text)
    assert source.byte_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.file, source.reader, source.encoding, source.copies) == ("讲话/青禾.txt", "text", "utf-8", ())


def test_equal_texts_in_two_encodings_are_one_source(tmp_path: Path) -> None:
    text = "同志们：青禾县今年要办好十件实事，一件也不能少。"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.txt").write_bytes(text.encode("gb18030"))
    one, other = (read_source(file) for file in find_files([tmp_path]))
    assert one.id == other.id
    assert one.byte_hash != other.byte_hash


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "empty", id="empty"),
        pytest.param("a.txt", b" \r\n\t\x0c ", "empty", id="white space"),
        pytest.param("a.txt", b"\xef\xbb\xbf", "empty", id="mark alone"),
        pytest.param("a.txt", "\ufeff \ufeff\u200b\n".encode(), "empty", id="invisible characters"),
        pytest.param("a.txt", b"\x89PNG\r\n\x1a\n\x00", "text", id="picture"),
        pytest.param("a.docx", b"PK\x03\x04", "format .docx", id="unknown format"),
        pytest.param("README", b"text", "format .none.", id="no suffix"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadError, match=reason):
        read_source(CorpusFile(tmp_path / name, name))


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    (tmp_path / "folder.txt").mkdir()
    for name in ("pipe", "dangling", "loop", "device", "folder", "x" * 300):
        with pytest.raises(ReadError, match=r"regular file|cannot be opened|no such file"):
            read_source(CorpusFile(tmp_path / f"{name}.txt", name))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "LARGEST_FILE", 20)
    with pytest.raises(ReadError, match="at most 20"):
        read_source(CorpusFile(written(tmp_path, "a.txt", text="a" * 21) / "a.txt", "a.txt"))


@given(st.text(), st.text())
def test_the_identity_of_a_source_is_that_of_its_text(one: str, other: str) -> None:
    assert len(source_id(one)) == 32
    assert (source_id(one) == source_id(other)) == (one == other)
