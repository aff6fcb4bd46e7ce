"""Files added through the page: a folder of the store that every build takes in, cited as `uploads/<name>`.

The folder is flat, and the files in it are the only ones of a user that this program ever deletes, when it is told to.
"""

import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from filecmp import cmp
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal, NamedTuple

from askspeech.archives import is_left_behind
from askspeech.corpus_files import LARGEST_FILE, UPLOADED, find_files
from askspeech.disk import disk_errors, flush, require_space
from askspeech.errors import ReadError
from askspeech.file_locks import locked

__all__ = ["Added", "AddedOutcome", "Stamp", "UploadedFile", "Uploads", "safe_name"]

AddedOutcome = Literal["added", "same", "replaced", "renamed"]
LONGEST_NAME_BYTES = 200
_LONGEST_SUFFIX_BYTES = 20
_LOCK = ".lock"
# What no name may hold: separators of any system; and what cannot be seen, marks that turn text around among it.
_SEPARATORS = frozenset('<>:"/\\|?*')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMELESS = "未命名"


class Stamp(NamedTuple):
    """What tells whether a file has changed: its size in bytes, and when it was written, in nanoseconds."""

    size: int
    written: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file that was added: the name it has now, and how it came to that."""

    name: str
    outcome: AddedOutcome

    @property
    def file(self) -> str:
        """The path by which it is cited."""
        return f"{UPLOADED}/{self.name}"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that was added through the page."""

    name: str
    file: str
    """The path by which it is cited: `uploads/<name>`."""
    bytes: int
    added: datetime


class Uploads:
    """The uploaded files of a store; making this object touches nothing on the disk."""

    def __init__(self, store: Path) -> None:
        self.folder = store / UPLOADED

    def add(self, original_name: str, temp_path: Path, *, replace: bool = False) -> Added:
        """Copy a file into the folder, safe from a power cut when this returns.

        Where another file has the name already, the new one gets a number behind its name ("renamed"), or takes its
        place if `replace` says so; where its bytes are the same, nothing is done ("same").

        Raises:
            ReadError: it is larger than what is read, or its name is that of what programs leave behind.
            DiskError: the disk is full or cannot be written to.
        """
        wanted = safe_name(original_name)
        if is_left_behind(wanted):
            raise ReadError(
                f"{wanted} is a file that programs leave behind, and no document. Add the document itself.",
                "这是程序留下的临时文件，不是文稿。请添加文稿本身。",
            )
        with disk_errors(self.folder, "create"):
            self.folder.mkdir(parents=True, exist_ok=True)
        with self._copied(temp_path) as draft, locked(self.folder / _LOCK):
            added = self._placed(draft, wanted, replace=replace)
            with disk_errors(self.folder, "write to"):
                if added.outcome != "same":
                    draft.replace(self.folder / added.name)
                    flush(self.folder)
        return added

    def files(self) -> tuple[UploadedFile, ...]:
        """All uploaded files, by name.

        Raises:
            DiskError: they cannot be listed.
        """
        return tuple(
            UploadedFile(file.removeprefix(f"{UPLOADED}/"), file, stamp.size, _time(stamp.written))
            for file, stamp in self.stamps().items()
        )

    def stamps(self) -> dict[str, Stamp]:
        """What tells whether an uploaded file has changed, by the path by which it is cited, in sorted order.

        Raises:
            DiskError: they cannot be listed.
        """
        stamps = {}
        with disk_errors(self.folder, "list"):
            for file in find_files([], self.folder):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    status = file.path.lstat()
                    stamps[file.name] = Stamp(status.st_size, status.st_mtime_ns)
        return stamps

    def delete(self, name: str) -> bool:
        """Delete an uploaded file for good, whose speeches leave the index with the next build; False if not there.

        Raises:
            DiskError: it cannot be deleted.
        """
        if f"{UPLOADED}/{name}" not in self.stamps():
            return False
        with locked(self.folder / _LOCK), disk_errors(self.folder / name, "delete"):
            try:
                (self.folder / name).unlink()
            except FileNotFoundError:
                return False
            flush(self.folder)
        return True

    @contextmanager
    def _copied(self, path: Path) -> Iterator[Path]:
        """A hidden copy in the folder, forced to the disk; removed at the end if it was not moved to its place."""
        with disk_errors(path, "read"):
            size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ReadError(
                f"it holds {size:,} bytes; at most {LARGEST_FILE:,} are read. Split it into smaller files.",
                f"文件有 {size:,} 字节，最多读取 {LARGEST_FILE:,} 字节。请拆成几个较小的文件。",
            )
        require_space(self.folder, size)
        draft = self.folder / f".{secrets.token_hex(8)}.tmp"
        try:
            with disk_errors(self.folder, "write to"):
                shutil.copyfile(path, draft)
                draft.chmod(0o644)
                flush(draft)
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _placed(self, draft: Path, wanted: str, *, replace: bool) -> Added:
        """Under which name a file goes, and how it comes to that."""
        for number, name in enumerate(_numbered(wanted)):
            place = self.folder / name
            if not os.path.lexists(place):
                return Added(name, "renamed" if number else "added")
            if _same(place, draft):
                return Added(name, "same")
            if replace and place.is_file():
                return Added(name, "replaced")
        raise AssertionError("there are always more numbers")


def safe_name(original: str) -> str:
    """A name for a file that leads nowhere, hides nothing and fits every disk, as near to the original as can be.

    The last part of a path of any system, in composed characters (NFC), without control characters, at most 200 bytes
    of UTF-8 with its ending kept.
    """
    last = PureWindowsPath(PurePosixPath(original.replace("\0", "")).name).name
    plain = " ".join("".join(map(_safe, unicodedata.normalize("NFC", last))).split())
    plain = plain.lstrip(". ").rstrip(". ") if not plain.startswith("~$") else plain
    stem, suffix = _parted(plain)
    if not stem or (not suffix and last.startswith(".")):
        stem, suffix = _NAMELESS, f".{plain}" if plain else ""
    if len(suffix.encode()) > _LONGEST_SUFFIX_BYTES:
        stem, suffix = stem + suffix, ""
    return _cut(stem, LONGEST_NAME_BYTES - len(suffix.encode())) + suffix


def _safe(character: str) -> str:
    return " " if character in _SEPARATORS or unicodedata.category(character) in _UNSEEN else character


def _numbered(name: str) -> Iterator[str]:
    """The name, then the same with a number: 讲话.txt, 讲话 (2).txt, …"""
    yield name
    stem, suffix = _parted(name)
    number = 1
    while True:
        number += 1
        ending = f" ({number}){suffix}"
        yield _cut(stem, LONGEST_NAME_BYTES - len(ending.encode())) + ending


def _parted(name: str) -> tuple[str, str]:
    """A name without its ending, and the ending with its point."""
    suffix = PurePosixPath(name).suffix
    return name.removesuffix(suffix), suffix


def _cut(text: str, most: int) -> str:
    """As many of its characters as fit into so many bytes of UTF-8."""
    return text.encode()[:most].decode(errors="ignore").rstrip(". ")


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and cmp(one, other, shallow=False)


def _time(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)
