"""Zip files as folders: what lies in them, by the names that their makers saw, and the bytes of each.

Nothing is ever unpacked to disk: a member is inflated in memory, never beyond the size that it declares. Names are for
showing and citing (`合集.zip/文件夹/讲话.docx`), so they cannot lead anywhere.
"""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from askspeech.bilingual import Bilingual
from askspeech.decoding import decode
from askspeech.errors import ReadError
from askspeech.formats.packages import MOST_BYTES, MOST_MEMBERS
from askspeech.formats.sniffing import LONGEST_DIRECTORY, SHORTCUT_SUFFIXES, zip_kind

__all__ = ["Member", "is_archive", "is_left_behind", "members", "read_member"]

_MOST_RATIO = 100
_SMALL_MEMBER = 1_000_000
"""A member below this size may be packed as tightly as it likes: it costs nothing."""
_END_MARK = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4H2IH")
_TAIL = LONGEST_DIRECTORY + 65_535 + _END_RECORD.size
_LOCAL_RECORD = struct.Struct("<4s5H3I2H")
_LOCAL_MARK = b"PK\x03\x04"
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_UNICODE_NAME = 0x7075
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DRIVE = re.compile(r"^[A-Za-z]:")
_NO_DOCUMENTS = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_NESTED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")

_EMPTY = Bilingual("it is empty. Put text into it, or leave it out.", "文件是空的。请补上内容，或移出压缩包。")
_SHORTCUT = Bilingual(
    "it is a shortcut to a file, not the file. Put the file itself into the archive.",
    "这是快捷方式，不是文件本身。请把文件本身放进压缩包。",
)
_ARCHIVE = Bilingual(
    "it is an archive in an archive. Unpack it into the folder.", "这是压缩包里的压缩包。请解压到文件夹里再读取。"
)
_PASSWORD = Bilingual(
    "it is protected with the archive's password. Unpack the archive into the folder.",
    "压缩包设有密码。请解压到文件夹里再读取。",
)
_METHOD = Bilingual(
    "it is packed in a way that is not read (only deflate is). Unpack the archive into the folder.",
    "它的压缩方式不受支持（仅支持 deflate）。请把压缩包解压到文件夹里再读取。",
)
_RATIO = Bilingual(
    f"it unpacks to more than {_MOST_RATIO} times its size, as a zip bomb does. If you trust it, unpack it into the "
    "folder.",
    f"它解压后超过原来的 {_MOST_RATIO} 倍，疑似压缩炸弹。如果来源可靠，请解压到文件夹里再读取。",
)
_DAMAGED = Bilingual(
    "its part of the archive is damaged. Ask for another copy of the archive.",
    "压缩包的这一部分已损坏。请换一份压缩包。",
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name within it, for showing; its size in bytes; why it cannot be read, if it cannot."""

    name: str
    size: int
    reason: str
    info: zipfile.ZipInfo


def is_archive(path: Path) -> bool:
    """Whether a file is a zip file to be looked into: named .zip, and no document under a wrong name.

    What cannot be opened is none: reading it as a file says why it cannot.
    """
    if path.suffix.lower() != ".zip" or not path.is_file() or not os.access(path, os.R_OK):
        return False
    with path.open("rb") as file:
        return zip_kind(file.read(4096), _tail(file)) == "archive"


def is_left_behind(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or what Office, Windows or macOS leave behind."""
    return name.startswith((".", "~$")) or name.lower() in _NO_DOCUMENTS


def members(path: Path) -> tuple[Member, ...]:
    """What a person would call the files of a zip file, in the order of their names.

    Folders, hidden files and what programs leave behind (`~$…`, `__MACOSX`, Thumbs.db, desktop.ini) are no one's
    documents and are left out; what is a document to its owner but cannot be read (a shortcut, an archive, an empty
    file, one with a password) is there with the reason.

    Raises:
        ReadError: it is no zip file or a damaged one, holds more than 2,000 members, or more than 200 MB unpacked.
    """
    with _faults(), path.open("rb") as file:
        _check_size(file)
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise _too_many()
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise _too_much()
    named = sorted(zip(_names(infos), infos, strict=True), key=lambda pair: pair[0])
    shown = [(name, info) for name, info in named if not _is_no_document(name, info)]
    names = _told_apart([_harmless(name) for name, _ in shown])
    return tuple(
        Member(name, info.file_size, _reason(name, info), info) for name, (_, info) in zip(names, shown, strict=True)
    )


def read_member(path: Path, member: Member) -> bytes:
    """The bytes of a member of the zip file that it was listed for.

    Raises:
        ReadError: the member has a reason not to be read, or is damaged.
    """
    if member.reason:
        raise ReadError(member.reason)
    info = member.info
    with _faults(), path.open("rb") as file:
        file.seek(info.header_offset)
        header = file.read(_LOCAL_RECORD.size)
        if header[:4] != _LOCAL_MARK:
            raise ReadError(_DAMAGED)
        fields = _LOCAL_RECORD.unpack(header)
        file.seek(fields[-2] + fields[-1], 1)  # the name and the extra field once more
        packed = file.read(info.compress_size)
    try:
        data = packed if info.compress_type == zipfile.ZIP_STORED else _inflated(packed, info.file_size)
    except zlib.error as error:
        raise ReadError(_DAMAGED) from error
    if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
        raise ReadError(_DAMAGED)
    return data


def _inflated(packed: bytes, size: int) -> bytes:
    """At most one byte more than there should be."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    return file.read()


def _check_size(file: BinaryIO) -> None:
    """Refuse what would already cost much to list."""
    tail = _tail(file)
    end = tail.rfind(_END_MARK)
    if end >= 0 and len(tail) - end >= _END_RECORD.size:
        _, _, _, _, count, size, _, _ = _END_RECORD.unpack_from(tail, end)
        if count > MOST_MEMBERS or size > LONGEST_DIRECTORY:
            raise _too_many()
    if file.tell() > MOST_BYTES:
        raise _too_much()
    file.seek(0)


def _names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names as their makers saw them.

    Chinese Windows writes GB18030 (Traditional Chinese Big5) and macOS UTF-8, both without saying so; one program
    packed them all, so they are decoded together.
    """
    told = [_told_name(info) for info in infos]
    raw = [
        b"" if name is not None else info.orig_filename.encode("cp437") for name, info in zip(told, infos, strict=True)
    ]
    encoding = _encoding(b"\n".join(one for one in raw if not one.isascii()))
    return [
        (name if name is not None else _decoded(one, encoding)).replace("\\", "/")
        for name, one in zip(told, raw, strict=True)
    ]


def _told_name(info: zipfile.ZipInfo) -> str | None:
    """The name where the archive says how it is written: by its flag, or by Info-ZIP's extra field."""
    if info.flag_bits & _UTF_8:
        return info.orig_filename
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_NAME and field[:1] == b"\x01":
            belongs = int.from_bytes(field[1:5], "little") == zlib.crc32(info.orig_filename.encode("cp437"))
            return field[5:].decode("utf-8", "replace") if belongs else None
    return None


def _encoding(names: bytes) -> str:
    try:
        encoding = decode(names).encoding
    except ReadError:
        return "gb18030"
    # Names of two bytes a character pass for UTF-16, which no zip has.
    return "gb18030" if encoding.startswith("utf-16") else encoding


def _decoded(name: bytes, encoding: str) -> str:
    for one in (encoding, "utf-8", "gb18030"):
        try:
            return name.decode(one)
        except UnicodeDecodeError:
            continue
    return name.decode("cp437")


def _is_no_document(name: str, info: zipfile.ZipInfo) -> bool:
    parts = name.split("/")
    return (
        name.endswith("/")
        or info.external_attr & 0x10 != 0  # a folder of MS-DOS
        or any(is_left_behind(part) for part in parts if part not in (".", ".."))
    )


def _harmless(name: str) -> str:
    """The name without what would lead out of a folder or disturb a terminal."""
    parts = [_CONTROL.sub("_", part) for part in _DRIVE.sub("", name).split("/")]
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "_"


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names, later ones of the same name with a number."""
    taken: set[str] = set()
    distinct = []
    for name in names:
        path, number, shown = PurePosixPath(name), 1, name
        while shown in taken:
            number += 1
            shown = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        taken.add(shown)
        distinct.append(shown)
    return distinct


def _reason(name: str, info: zipfile.ZipInfo) -> str:
    """Why a member cannot be read; nothing where it can."""
    lower = name.lower()
    if lower.endswith(SHORTCUT_SUFFIXES) or stat.S_ISLNK(info.external_attr >> 16):
        return _SHORTCUT
    if lower.endswith(_NESTED):
        return _ARCHIVE
    if not info.file_size:
        return _EMPTY
    if info.flag_bits & _ENCRYPTED:
        return _PASSWORD
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return _METHOD
    return _RATIO if info.file_size > max(_SMALL_MEMBER, _MOST_RATIO * info.compress_size) else ""


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, struct.error, EOFError, NotImplementedError, OverflowError, ValueError) as error:
        raise ReadError(
            "it is named .zip but is damaged, was cut off, or is no zip file. Ask for another copy, or unpack it into "
            "the folder.",
            "扩展名是 .zip，但文件已损坏、不完整或不是 zip 压缩包。请换一份，或解压到文件夹里再读取。",
        ) from error
    except OSError as error:
        raise ReadError(
            f"it cannot be opened ({error.strerror}). Allow reading it, or leave it out.",
            "文件打不开。请检查读取权限，或移除它。",
        ) from error


def _too_many() -> ReadError:
    return ReadError(
        f"it holds more than {MOST_MEMBERS:,} files, too many for one archive. Unpack it into the folder.",
        f"压缩包里的文件超过 {MOST_MEMBERS:,} 个。请解压到文件夹里再读取。",
    )


def _too_much() -> ReadError:
    size = f"{MOST_BYTES // 1_000_000} MB"
    return ReadError(
        f"it holds more than {size} unpacked, too much to be read from an archive. Unpack it into the folder.",
        f"压缩包解压后超过 {size}。请解压到文件夹里再读取。",
    )
