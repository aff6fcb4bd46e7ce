import io
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.archives import is_archive, members, read_member
from askspeech.errors import ReadError
from askspeech.formats.packages import MOST_BYTES, MOST_MEMBERS

SPEECH = "同志们：今天开会。".encode()
FLAG_UTF_8, FLAG_ENCRYPTED = 0x800, 0x1


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def raw_zip(
    path: Path,
    files: list[tuple[bytes, bytes]],
    *,
    flags: int = 0,
    unicode_names: list[str] | None = None,
    size: int | None = None,
    packed: bytes | None = None,
) -> Path:
    """A zip file with the names as these bytes, as other programs write them."""
    out, directory = io.BytesIO(), io.BytesIO()
    for number, (name, data) in enumerate(files):
        extra = b""
        if unicode_names:
            field = b"\x01" + struct.pack("<I", zlib.crc32(name)) + unicode_names[number].encode()
            extra = struct.pack("<2H", 0x7075, len(field)) + field
        content, method = (data, 0) if packed is None else (packed, 8)
        full = len(data) if size is None else size
        common = struct.pack(
            "<5H3I2H", 20, flags, method, 0, 0, zlib.crc32(data), len(content), full, len(name), len(extra)
        )
        directory.write(b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2I", 0, 0, 0, 0, out.tell()))
        directory.write(name + extra)
        out.write(b"PK\x03\x04" + common + name + extra + content)
    start = out.tell()
    out.write(directory.getvalue())
    out.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(files), len(files), len(directory.getvalue()), start, 0))
    path.write_bytes(out.getvalue())
    return path


def names(path: Path) -> list[str]:
    return [member.name for member in members(path)]


def reasons(path: Path) -> dict[str, str]:
    return {member.name: member.reason for member in members(path)}


def refusal(path: Path) -> str:
    with pytest.raises(ReadError) as raised:
        members(path)
    assert any("一" <= character <= "鿿" for character in str(raised.value))
    return str(raised.value)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "合集.zip"


def test_a_mess_is_what_a_colleague_would_expect(place: Path) -> None:
    zipped(
        place,
        {
            "讲话/": b"",
            "讲话/开幕.txt": SPEECH,
            "讲话/旧稿/开幕.docx": b"PK",
            "讲话/~$开幕.docx": b"x",
            "讲话/.DS_Store": b"x",
            ".git/config": b"x",
            "__MACOSX/讲话/._开幕.txt": b"x",
            "讲话/Thumbs.db": b"x",
            "讲话/desktop.ini": b"x",
            "讲话/空.txt": b"",
            "讲话/开幕 - 快捷方式.lnk": b"L\0\0\0",
            "链接.url": b"[InternetShortcut]",
            "更多.ZIP": b"PK",
            "更多.tar.gz": b"\x1f\x8b",
        },
    )
    found = reasons(place)
    assert {name for name, reason in found.items() if not reason} == {"讲话/开幕.txt", "讲话/旧稿/开幕.docx"}
    assert "shortcut" in found["讲话/开幕 - 快捷方式.lnk"] and "快捷方式" in found["链接.url"]
    assert "empty" in found["讲话/空.txt"] and "空的" in found["讲话/空.txt"]
    assert "archive in an archive" in found["更多.ZIP"] and found["更多.tar.gz"] == found["更多.ZIP"]
    assert len(found) == 7
    first = next(member for member in members(place) if member.name == "讲话/开幕.txt")
    assert first.size == len(SPEECH) and read_member(place, first) == SPEECH
    empty = next(member for member in members(place) if member.name == "讲话/空.txt")
    with pytest.raises(ReadError, match="empty"):
        read_member(place, empty)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_of_chinese_windows_and_of_macos(place: Path, encoding: str) -> None:
    written = ["讲话/在营商环境大会上的讲话.txt", "镕基.txt", "plain.txt"]
    raw_zip(place, [(name.encode(encoding), SPEECH) for name in written])
    assert names(place) == sorted(written)


def test_names_that_the_archive_tells(place: Path) -> None:
    assert names(raw_zip(place, [("讲话.txt".encode(), b"x")], flags=FLAG_UTF_8)) == ["讲话.txt"]
    assert names(raw_zip(place, [(b"??.txt", b"x")], unicode_names=["讲话.txt"])) == ["讲话.txt"]


def test_a_mixture_of_names(place: Path) -> None:
    raw_zip(place, [("讲话一.txt".encode("gbk"), b"x"), ("讲话二.txt".encode(), b"x"), (b"\xff\xfe.txt", b"x")])
    assert {"讲话一.txt", "讲话二.txt"} < set(names(place))


def test_a_false_claim_to_be_utf_8(place: Path) -> None:
    assert "damaged" in refusal(raw_zip(place, [("讲话.txt".encode("gbk"), b"x")], flags=FLAG_UTF_8))


def test_backslashes_are_folders_but_not_inside_characters(place: Path) -> None:
    assert b"\\" in "誠".encode("gbk")
    assert names(raw_zip(place, [("讲话\\誠信.txt".encode("gbk"), b"x")])) == ["讲话/誠信.txt"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"../../etc/passwd.txt", "etc/passwd.txt"),
        (b"/etc/passwd.txt", "etc/passwd.txt"),
        (b"C:\\Users\\a.txt", "Users/a.txt"),
        (b"..\\a.txt", "a.txt"),
        (b"./a//b.txt", "a/b.txt"),
        (b"a\x1b[31m\n.txt", "a_[31m_.txt"),
        (b"..", "_"),
    ],
)
def test_names_lead_nowhere(place: Path, written: bytes, shown: str) -> None:
    assert names(raw_zip(place, [(written, b"x")])) == [shown]


def test_equal_names_are_told_apart(place: Path) -> None:
    raw_zip(place, [(b"a/x.txt", b"1"), (b"a/x.txt", b"2"), (b"a/x (2).txt", b"3"), (b"../a/x.txt", b"4")])
    found = members(place)
    assert [member.name for member in found] == ["a/x.txt", "a/x (2).txt", "a/x (3).txt", "a/x (4).txt"]
    assert sorted(read_member(place, member) for member in found) == [b"1", b"2", b"3", b"4"]


def test_only_the_member_with_a_password_is_refused(place: Path) -> None:
    raw_zip(place, [(b"a.txt", SPEECH)], flags=FLAG_ENCRYPTED)
    assert "password" in reasons(place)["a.txt"] and "密码" in reasons(place)["a.txt"]


def test_a_link_and_a_rare_method(place: Path) -> None:
    with zipfile.ZipFile(place, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("rare.txt", SPEECH, zipfile.ZIP_LZMA)
    assert "shortcut" in reasons(place)["link.txt"] and "only deflate" in reasons(place)["rare.txt"]


def test_bombs(place: Path) -> None:
    zipped(place, {"large.txt": b"0" * 2_000_000, "small.txt": b"0" * 900_000})
    assert "zip bomb" in reasons(place)["large.txt"] and not reasons(place)["small.txt"]
    assert f"{MOST_BYTES // 1_000_000} MB" in refusal(raw_zip(place, [(b"a.txt", b"x")] * 3, size=MOST_BYTES // 2))
    # More comes out than is declared.
    deflate = zlib.compressobj(wbits=-15)
    packed = deflate.compress(b"0" * 5_000_000) + deflate.flush()
    raw_zip(place, [(b"a.txt", b"0" * 1000)], packed=packed)
    with pytest.raises(ReadError, match="damaged"):
        read_member(place, members(place)[0])


def test_many_members(place: Path) -> None:
    assert len(members(zipped(place, {f"{number}.txt": b"x" for number in range(MOST_MEMBERS)}))) == MOST_MEMBERS
    assert "too many" in refusal(zipped(place, {f"{number}.txt": b"x" for number in range(MOST_MEMBERS + 1)}))


def test_no_zip_cut_off_or_changed(place: Path) -> None:
    zipped(place, {"a.txt": SPEECH * 50}, zipfile.ZIP_STORED)
    whole = place.read_bytes()
    listed = members(place)[0]
    place.write_bytes(whole[: len(whole) // 2])
    assert is_archive(place) and "cut off" in refusal(place)
    with pytest.raises(ReadError, match="damaged"):
        read_member(place, listed)
    place.write_bytes(whole.replace(b"a.txt", b"b.txt").replace(SPEECH[:6], b"666666", 1))
    with pytest.raises(ReadError, match="damaged"):
        read_member(place, members(place)[0])
    place.write_bytes(b"no zip")
    assert is_archive(place) and "no zip file" in refusal(place)
    place.unlink()
    assert "cannot be opened" in refusal(place)


def test_a_document_named_zip_is_no_archive(place: Path) -> None:
    assert not is_archive(zipped(place, {"[Content_Types].xml": b"x", "word/document.xml": b"x"}))
    assert is_archive(zipped(place, {"word.txt": b"x"}))
    assert is_archive(zipped(place, {}))
    assert not is_archive(zipped(place.with_suffix(".docx"), {"a.txt": b"x"}))


def test_what_cannot_be_opened_is_no_archive(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "folder.zip").mkdir()
    (tmp_path / "link.zip").symlink_to(tmp_path / "nowhere.zip")
    assert not any(is_archive(path) for path in (*tmp_path.iterdir(), tmp_path / "none.zip"))


@given(st.data())
def test_damage_is_refused_or_harmless(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    zipped(path, {"讲话/a.txt": SPEECH * 20, "b.txt": b"x"})
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)
    try:
        for member in members(path):
            read_member(path, member)
    except ReadError as error:
        assert str(error)
