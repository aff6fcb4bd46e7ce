"""Files to sources, and what is no source."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.corpus_files import CorpusFile, find_files
from askspeech.errors import ReadError
from askspeech.readers import read_source, source_id


def test_a_source_says_where_it_came_from(tmp_path: Path) -> None:
    text = "\ufeff同志们：\r\n青禾县的讲话。\r\n"
    path = tmp_path / "青禾.txt"
    path.write_text(text, encoding="utf-8", newline="")
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
        pytest.param("a.docx", b"", "empty: the file holds not a single byte", id="Word file of no bytes"),
        pytest.param("a.pdf", b"", "empty: the file holds not a single byte", id="PDF of no bytes"),
        pytest.param("a.txt", b" \r\n\t\x0c ", "empty", id="white space"),
        pytest.param("a.txt", b"\xef\xbb\xbf", "empty", id="mark alone"),
        pytest.param("a.txt", "\ufeff \ufeff\u200b\n".encode(), "empty", id="invisible characters"),
        pytest.param("a.txt", b"\x89PNG\r\n\x1a\n\x00", "picture", id="picture"),
        pytest.param("a.docx", b"PK\x03\x04", "cut off", id="Word file cut off"),
        pytest.param("README", b"\x7fELF\x02", "program", id="program"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadError, match=reason):
        read_source(CorpusFile(tmp_path / name, name))


@given(st.text(), st.text())
def test_the_identity_of_a_source_is_that_of_its_text(one: str, other: str) -> None:
    assert len(source_id(one)) == 32
    assert (source_id(one) == source_id(other)) == (one == other)
