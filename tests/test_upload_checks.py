"""What is known of a file as soon as it has been added."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from askspeech import build_index
from askspeech.corpus_files import OpenedFile
from askspeech.formats.table import FORMATS, Limits
from askspeech.library import Library
from askspeech.upload_checks import Concern, concerns
from askspeech.uploads import Uploads

SPEECH = "在青禾县大会上的讲话\n\n同志们：\n\n要抓好落实。\n"


def known(store: Path, folder: Path, name: str, content: bytes | str) -> tuple[Concern, ...]:
    file = folder / "received"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    uploads = Uploads(store)
    return concerns(uploads, uploads.add(name, file), Library(store).same_bytes)


def worries(store: Path, folder: Path, name: str, content: bytes | str) -> list[str]:
    return [one.worry for one in known(store, folder, name, content)]


@pytest.mark.parametrize(
    ("name", "content", "worry"),
    [
        ("讲话.txt", SPEECH, None),
        ("讲话.docx", b"", "empty"),
        ("空白.txt", "\ufeff \r\n\t", "empty"),
        ("空白.txt", " \n".encode("utf-16"), "empty"),
        ("表.gif", b"GIF89a" + bytes(20), "unread"),
        ("讲话.xyz", SPEECH, "unread"),
        ("讲话.txt", b"\x89PNG\r\n\x1a\n" + bytes(20), "unread"),
        ("坏.zip", b"PK\x03\x04" + bytes(40), "unread"),
    ],
)
def test_what_the_bytes_and_the_name_tell(tmp_path: Path, name: str, content: bytes | str, worry: str | None) -> None:
    assert worries(tmp_path / "store", tmp_path, name, content) == ([worry] if worry else [])


@pytest.mark.parametrize(("installed", "worry"), [("1.0", "picture"), (None, "no_recogniser")])
def test_a_picture_needs_what_recognises_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str | None, worry: str
) -> None:
    monkeypatch.setattr("askspeech.upload_checks.recogniser", lambda: installed)
    assert worries(tmp_path / "store", tmp_path, "照片.png", b"\x89PNG\r\n\x1a\n" + bytes(20)) == [worry]


@pytest.mark.parametrize(("installed", "worry"), [("/usr/bin/soffice", []), (None, ["no_office"])])
def test_an_old_word_file_needs_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str | None, worry: list[str]
) -> None:
    monkeypatch.setattr("askspeech.upload_checks.find_office", lambda: installed)
    old = '<?xml version="1.0"?><w:wordDocument xmlns:w="x"></w:wordDocument>'
    assert worries(tmp_path / "store", tmp_path, "旧.doc", old) == worry


def test_what_is_larger_than_its_format_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(FORMATS["rtf"], limits=Limits(file_bytes=10))
    opened = OpenedFile("讲话.rtf", b"{\\rtf1 long enough}", "", small)
    monkeypatch.setattr("askspeech.upload_checks.open_file", lambda file: opened)
    (found,) = known(tmp_path / "store", tmp_path, "讲话.rtf", opened.data)
    assert (found.worry, found.size, found.most) == ("large", 19, 10)


def test_a_twin_among_the_files_that_were_added(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert worries(store, tmp_path, "甲.txt", SPEECH) == []
    (found,) = known(store, tmp_path, "乙.txt", SPEECH)
    assert (found.worry, found.twin) == ("twin", "uploads/甲.txt")
    assert worries(store, tmp_path, "丙.txt", SPEECH.replace("青", "白")) == [], "of the same size"
    Uploads(store).delete("甲.txt")
    Uploads(store).delete("乙.txt")
    assert worries(store, tmp_path, "乙.txt", SPEECH) == []


def test_a_twin_among_the_files_of_the_index(tmp_path: Path) -> None:
    store, folder = tmp_path / "store", tmp_path / "folder"
    folder.mkdir()
    (folder / "原件.txt").write_text(SPEECH, "utf-8")
    packed = tmp_path / "合集.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("内.txt", SPEECH.replace("青禾", "白石"))
    Uploads(store).add("合集.zip", packed)
    build_index([folder], store=store)
    assert [one.twin for one in known(store, tmp_path, "新.txt", SPEECH)] == ["原件.txt"]
    inside = SPEECH.replace("青禾", "白石")
    assert [one.twin for one in known(store, tmp_path, "又.txt", inside)] == ["uploads/合集.zip/内.txt"]
    Uploads(store).delete("又.txt")
    Uploads(store).delete("合集.zip")
    assert worries(store, tmp_path, "又.txt", inside) == [], "its archive is there no more"
    shutil.rmtree(store / "uploads")
    assert concerns(Uploads(store), Uploads(store).add("某.txt", folder / "原件.txt")) == ()
