"""Zip packages (docx, odt, epub) read with bounds: what may cost memory or lead astray is refused before any parser.

The central directory is checked as a whole; a member is inflated only when it is asked for, a piece at a time, and
never beyond the size it declares.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from askspeech.errors import ReadError

__all__ = ["MOST_BYTES", "MOST_MEMBERS", "Package", "open_package"]

MOST_MEMBERS = 2_000
MOST_BYTES = 200 * 1000 * 1000
"""How much of one package is inflated, all members that are read taken together."""

_MOST_RATIO = 100
_SMALL_MEMBER = 1000 * 1000
"""A member below this size may be packed as tightly as it likes: it costs nothing."""
_HOPELESS_MEMBERS = 10 * MOST_MEMBERS
_PIECE = 1024 * 1024
_ENCRYPTED = 0x1
_CENTRAL_ENTRY, _LOCAL_ENTRY = b"PK\x01\x02", b"PK\x03\x04"
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DRIVE = re.compile(r"[A-Za-z]:")
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Package:
    """The members of a checked package; a name has "/" between its folders, whatever the zip wrote."""

    def __init__(self, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], what: str) -> None:
        self._archive, self._members, self._what = archive, members, what
        self._inflated = 0
        self.names = tuple(members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The bytes of a member; ReadError where there is none of this name, or it is damaged or too large."""
        info = self._members.get(name)
        if info is None:
            raise ReadError(
                f"it has no {name!r} inside, which every {self._what} file needs. Ask for another copy.",
                f"文件里缺少 {name!r}，不是完整的 {self._what} 文件。请换一份。",
            )
        self._check_size(info)
        self._inflated += info.file_size
        with _faults_named(self._what), self._archive.open(info) as member:
            pieces = list(iter(lambda: member.read(_PIECE), b""))
        data = b"".join(pieces)
        if len(data) != info.file_size:
            raise _damaged(self._what)
        return data

    def _check_size(self, info: zipfile.ZipInfo) -> None:
        if self._inflated + info.file_size > MOST_BYTES:
            raise ReadError(
                f"its parts unpack to more than {MOST_BYTES // 1_000_000} MB, so it is not opened. "
                "Save its text alone as a new file.",
                f"文件解压后超过 {MOST_BYTES // 1_000_000} MB，不予打开。请把正文另存为一份新文件。",
            )
        if info.file_size > max(_SMALL_MEMBER, _MOST_RATIO * info.compress_size):
            raise ReadError(
                f"{info.filename[:80]!r} in it unpacks to more than {_MOST_RATIO} times its size, as a zip bomb does, "
                "so it is not opened. Save its text alone as a new file.",
                f"其中一个部件解压后超过原来的 {_MOST_RATIO} 倍，疑似压缩炸弹，不予打开。请把正文另存为一份新文件。",
            )


def open_package(data: bytes, what: str = "docx") -> Package:
    """Check the directory of a zip package and hand it over; `what` is how messages call the format.

    Raises ReadError where it is no zip, is cut off or encrypted, has more than 2,000 members, two of one name, or a
    name that leads out of the package.
    """
    if data.startswith(_OLE_MAGIC):
        raise _ole_error(data, what)
    if data.count(_CENTRAL_ENTRY) > _HOPELESS_MEMBERS:
        raise _too_many(what)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (*_ZIP_FAULTS, OSError) as error:
        raise (_damaged(what) if data.startswith(_LOCAL_ENTRY) else _no_zip(what)) from error
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise _too_many(what)
    return Package(archive, _checked_members(infos, what), what)


def _checked_members(infos: list[zipfile.ZipInfo], what: str) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename.replace("\\", "/")
        _check_name(name, what)
        if name in members:
            raise ReadError(
                f"it holds {name[:80]!r} twice, and programs differ on which one counts. Open and save it again.",
                f"文件里有两个 {name[:80]!r}，无法确定以哪个为准。请用原来的软件打开后另存一份。",
            )
        if info.flag_bits & _ENCRYPTED:
            raise _encrypted(what)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError(
                f"it is packed in a way that no {what} file is. Open and save it again.",
                f"它的压缩方式不是 {what} 文件所用的。请用原来的软件打开后另存一份。",
            )
        members[name] = info
    return {name: info for name, info in members.items() if not name.endswith("/")}


def _check_name(name: str, what: str) -> None:
    if name.startswith("/") or _DRIVE.match(name) or "\0" in name or ".." in name.split("/"):
        raise ReadError(
            f"a name inside it leads out of the file ({name[:80]!r}), which no honest {what} file has. "
            "Do not open it; ask for another copy.",
            f"文件内部的名称 {name[:80]!r} 指向文件之外，正常的 {what} 文件不会这样。请勿打开，换一份再试。",
        )


@contextmanager
def _faults_named(what: str) -> Iterator[None]:
    try:
        yield
    except (*_ZIP_FAULTS, OSError) as error:
        raise _damaged(what) from error


def _damaged(what: str) -> ReadError:
    return ReadError(
        f"this {what} file is damaged or was cut off. Ask for another copy, or open and save it again.",
        f"这个 {what} 文件已损坏或不完整。请换一份，或用原来的软件打开后另存。",
    )


def _no_zip(what: str) -> ReadError:
    return ReadError(
        f"it is named {what} but is no {what} file inside. Save it again as {what}, or leave it out.",
        f"文件名是 {what}，内容却不是。请另存为 {what}，或移除它。",
    )


def _too_many(what: str) -> ReadError:
    return ReadError(
        f"it holds more than {MOST_MEMBERS:,} files, which no {what} file of a speech does. "
        "Save its text alone as a new file.",
        f"它内部有超过 {MOST_MEMBERS:,} 个文件，不像讲话稿。请把正文另存为一份新文件。",
    )


def _encrypted(what: str) -> ReadError:
    return ReadError(
        f"this {what} file is protected with a password. Open it, remove the password, and save it again.",
        f"这个 {what} 文件设有密码。请打开后取消密码，再保存一次。",
    )


def _ole_error(data: bytes, what: str) -> ReadError:
    """What stands in an OLE file with the suffix of a package: one with a password, or the old format renamed."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _encrypted(what)
    if "WordDocument".encode("utf-16-le") in data:
        return ReadError(
            f"it is named {what} but is a Word 97-2003 file (.doc) inside. Open it in Word and save it as .docx.",
            f"文件名是 {what}，内容却是旧版 Word 的 .doc。请用 Word 打开后另存为 .docx。",
        )
    return ReadError(
        f"it is named {what} but is another Office file of the old kind inside. "
        "Open it with the program it belongs to and save it as .docx.",
        f"文件名是 {what}，内容却是旧版 Office 的其他文件。请用相应的软件打开后另存为 .docx。",
    )
