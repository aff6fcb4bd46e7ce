import struct
import warnings
import zipfile
from io import BytesIO

import pytest
from tests.office_files import zipped

from askspeech.errors import ReadError
from askspeech.formats.packages import MOST_MEMBERS, open_package

SPEECH = "持续优化营商环境，让企业少跑腿。".encode()


def test_members_are_read_by_name() -> None:
    package = open_package(zipped({"word/": b"", "word/document.xml": SPEECH, "空.txt": b""}))
    assert package.names == ("word/document.xml", "空.txt")
    assert package.read("word/document.xml") == SPEECH
    assert package.read("空.txt") == b""
    assert "word/document.xml" in package
    assert "word/" not in package


def test_backslashes_of_old_writers_are_folders() -> None:
    assert open_package(zipped({"word\\document.xml": SPEECH})).names == ("word/document.xml",)


def test_a_missing_member_is_named() -> None:
    with pytest.raises(ReadError, match=r"no 'content\.xml' inside.*文件里缺少"):
        open_package(zipped({"a": b"b"}), "odt").read("content.xml")


@pytest.mark.parametrize("name", ["../evil.xml", "word/../../evil.xml", "/etc/passwd", "..\\evil.xml", "C:\\evil.xml"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(ReadError, match="leads out of the file"):
        open_package(zipped({name: b"x"}))


def test_two_members_of_one_name_are_refused() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("word/document.xml", b"one")
        archive.writestr("word/document.xml", b"two")
    with pytest.raises(ReadError, match="twice"):
        open_package(made.getvalue())


@pytest.mark.parametrize("members", [MOST_MEMBERS + 1, 25_000])
def test_too_many_members_are_refused(members: int) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(members):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    with pytest.raises(ReadError, match="more than 2,000 files"):
        open_package(made.getvalue())


def test_a_bomb_is_refused_when_it_is_read_and_not_before() -> None:
    package = open_package(zipped({"bomb.xml": b"0" * 5_000_000, "word/document.xml": SPEECH}))
    assert package.read("word/document.xml") == SPEECH
    with pytest.raises(ReadError, match="more than 100 times its size"):
        package.read("bomb.xml")


def test_what_is_read_of_one_package_is_bounded() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for number in range(3):
            archive.writestr(str(number), b"0" * 1000)
    data = made.getvalue()
    at = 0
    for _ in range(3):  # each says that it unpacks to 90 MB
        at = data.find(b"PK\x01\x02", at + 4)
        data = data[: at + 20] + struct.pack("<LL", 90_000_000, 90_000_000) + data[at + 28 :]
    package = open_package(data)
    for name in ("0", "1"):
        with pytest.raises(ReadError, match="damaged or was cut off"):
            package.read(name)
    with pytest.raises(ReadError, match="more than 200 MB"):
        package.read("2")


def test_a_member_that_declares_less_than_it_holds_is_damaged() -> None:
    data = zipped({"a.xml": SPEECH * 100})
    at = data.find(b"PK\x01\x02") + 24
    data = data[:at] + struct.pack("<L", 10) + data[at + 4 :]
    with pytest.raises(ReadError, match="damaged"):
        open_package(data).read("a.xml")


def test_encryption_is_refused() -> None:
    data = bytearray(zipped({"a.xml": SPEECH}))
    at = data.find(b"PK\x01\x02") + 8
    data[at] |= 1
    with pytest.raises(ReadError, match="password"):
        open_package(bytes(data))


def test_other_compressions_are_refused() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.xml", SPEECH)
    with pytest.raises(ReadError, match="packed in a way"):
        open_package(made.getvalue())


def test_a_package_that_was_cut_off_is_told_from_what_is_none() -> None:
    data = zipped({"word/document.xml": SPEECH * 50})
    for size in (10, len(data) // 2, len(data) - 30):
        with pytest.raises(ReadError, match="cut off"):
            open_package(data[:size])
    for other in (b"", b"%PDF-1.7", SPEECH):
        with pytest.raises(ReadError, match="is no docx file inside"):
            open_package(other)


def test_damaged_bytes_of_a_member_are_noticed() -> None:
    data = bytearray(zipped({"word/document.xml": SPEECH * 50}))
    data[50] ^= 0xFF
    with pytest.raises(ReadError, match="damaged"):
        open_package(bytes(data)).read("word/document.xml")


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        ("EncryptedPackage", "protected with a password"),
        ("WordDocument", "Word 97-2003"),
        ("Workbook", "another Office"),
    ],
)
def test_files_of_old_office_say_what_they_are(stream: str, said: str) -> None:
    data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + stream.encode("utf-16-le") + bytes(100)
    with pytest.raises(ReadError, match=said):
        open_package(data)
