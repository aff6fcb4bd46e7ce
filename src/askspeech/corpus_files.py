"""The files of a corpus: which ones there are below its roots, archives opened, and their bytes."""

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from askspeech.archives import Member, is_archive, is_left_behind, members, read_member
from askspeech.bilingual import Bilingual
from askspeech.build_report import SkippedFile
from askspeech.errors import CorpusError, ReadError
from askspeech.formats.sniffing import recognise
from askspeech.formats.table import Format

__all__ = ["LARGEST_FILE", "UPLOADED", "CorpusFile", "OpenedFile", "find_files", "open_file", "unpacked"]

LARGEST_FILE = 200 * 1024 * 1024
UPLOADED = "uploads"
"""What stands before the names of files that were added through the page, where they are cited."""
_PAGES = (".html", ".htm")
_NO_FILES = Bilingual("it is an archive without a single document. Leave it out.", "压缩包里没有文件。请移除它。")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file under a corpus root, or one in an archive there: where it is, and the path by which it is cited."""

    path: Path
    name: str
    member: Member | None = None
    is_astray: bool = False
    """Whether it is a link to a file that nobody has named: outside of every root, or from among the uploads."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The bytes of a file, and the format that they are in."""

    name: str
    data: bytes
    byte_hash: str
    format: Format


def find_files(roots: Sequence[Path], uploads: Path | None = None) -> list[CorpusFile]:
    """Everything under the roots that is no folder, hidden files aside, in sorted order of its cited path.

    What programs leave behind is no one's document and is left out. A link to a file is read as the file where that
    lies under a root too; one that leads elsewhere, as any among the uploads, is said to when it is opened. A folder
    that is a link, or cannot be opened, stands for its files, so that opening it says why they are not there. The path
    cited is relative to its root, bytes of it that are no UTF-8 being written out; where two roots hold the same one,
    the root's folder name is put in front of both, with as many folders above it as it takes to tell the roots apart.
    What lies in the folder `uploads`, which need not be there, is cited as `uploads/…`, also where a root holds it.
    Raises CorpusError where a root is not there.
    """
    uploaded = _uploaded(uploads)
    found = [(root, path, _cited(path.relative_to(_base(root)))) for root in roots for path in _outside(uploads, root)]
    labels = _labels([*roots, *([uploads] if uploads and uploaded else [])])
    counts: dict[str, set[str]] = {name: {""} for name in uploaded}
    for root, _, name in found:
        counts.setdefault(name, set()).add(labels[root])
    names = {f"{labels[root]}/{name}" if len(counts[name]) > 1 else name: path for root, path, name in reversed(found)}
    inside = [root.resolve() for root in roots]
    files = [
        *(CorpusFile(path, name, is_astray=_is_astray(path, inside)) for name, path in names.items()),
        *(CorpusFile(path, name, is_astray=_is_astray(path, [])) for name, path in uploaded.items()),
    ]
    return sorted({file.name: file for file in files}.values(), key=_name)


def unpacked(files: Sequence[CorpusFile]) -> tuple[list[CorpusFile], list[SkippedFile]]:
    """The files with what is in archives in place of these, in sorted order, and the archives that cannot be opened."""
    found: list[CorpusFile] = []
    skipped: list[SkippedFile] = []
    for file in files:
        if file.is_astray or not is_archive(file.path):
            found.append(file)
            continue
        try:
            inside = members(file.path)
        except ReadError as error:
            skipped.append(SkippedFile(file.name, error.words))
            continue
        if not inside:
            skipped.append(SkippedFile(file.name, _NO_FILES))
        found += [CorpusFile(file.path, f"{file.name}/{member.name}", member) for member in inside]
    return sorted(found, key=_name), skipped


def open_file(file: CorpusFile) -> OpenedFile:
    """The bytes of a file whose format is known, not yet read as text; raises ReadError where it cannot be opened."""
    if file.is_astray:
        raise ReadError(
            "it is a link to a file outside of the folders that the index is made of. Name that file or its folder "
            "when you build, or copy it here.",
            "这是指向资料文件夹之外的链接，没有读取。请在更新资料库时指定那个文件或文件夹，或把它复制过来。",
        )
    data = _read_bytes(file.path) if file.member is None else read_member(file.path, file.member)
    return OpenedFile(file.name, data, hashlib.sha256(data).hexdigest(), recognise(file.name, data))


def _is_astray(path: Path, roots: Sequence[Path]) -> bool:
    """Whether a path is a link to a file that lies under none of the roots, which are resolved."""
    if not path.is_symlink() or not path.is_file():
        return False
    file = path.resolve()
    return not any(file.is_relative_to(root) for root in roots)


def _name(file: CorpusFile) -> str:
    return file.name


def _uploaded(uploads: Path | None) -> dict[str, Path]:
    """The files that were added through the page, by the path by which they are cited."""
    if uploads is None or not uploads.is_dir():
        return {}
    return {f"{UPLOADED}/{_cited(path.relative_to(uploads))}": path for path in _walk(uploads)}


def _outside(uploads: Path | None, root: Path) -> Iterator[Path]:
    """The files under a root that do not lie in the folder of uploads."""
    if uploads is None or not uploads.resolve().is_relative_to(root.resolve()):
        return _walk(root)
    inside = root / uploads.resolve().relative_to(root.resolve())
    return (path for path in _walk(root) if not path.is_relative_to(inside))


def _cited(path: Path) -> str:
    """A path as it can be shown and kept: file systems allow names that are no text."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _labels(roots: Sequence[Path]) -> dict[Path, str]:
    """For every root the last parts of its folder's path, as many as tell different folders apart."""
    folders = {root: _base(root).resolve() for root in roots}
    length = 1
    while len({folder.parts[-length:] for folder in folders.values()}) < len(set(folders.values())):
        length += 1
    return {root: "/".join(folder.parts[-length:]) for root, folder in folders.items()}


def _base(root: Path) -> Path:
    return root.parent if root.is_file() else root


def _walk(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    if not root.is_dir():
        raise CorpusError(
            f"There is no folder {root}. The index needs the folder that holds the speeches: name one that exists."
        )
    try:
        os.scandir(root).close()
    except OSError as error:
        raise CorpusError(
            f"The folder {root} cannot be opened ({error.strerror}). Allow reading it, then build again."
        ) from error
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unreadable.append):
        pages = {Path(name).stem for name in names if Path(name).suffix.lower() in _PAGES}
        folders[:] = sorted(name for name in folders if not is_left_behind(name) and not _belongs_to(name, pages))
        yield from (Path(folder) / name for name in folders if Path(folder, name).is_symlink())
        yield from (Path(folder) / name for name in sorted(names) if not is_left_behind(name))
    yield from (Path(error.filename) for error in unreadable)


def _belongs_to(folder: str, pages: Collection[str]) -> bool:
    """Whether a browser made this folder for the pictures and scripts of a page that it saved beside it."""
    return any(folder == f"{page}{ending}" for page in pages for ending in ("_files", ".files", ".fld"))


def _read_bytes(path: Path) -> bytes:
    """The bytes of a file that stays the same while it is read."""
    try:
        _check(path, path.stat())
        # What has become a pipe meanwhile must not be waited for.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            before = os.fstat(file.fileno())
            _check(path, before)
            data = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise _not_opened(error) from error
    same = (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    if len(data) != before.st_size or not same:
        raise ReadError(
            "it changed while it was being read. Wait until it has been written, then build again.",
            "读取时文件正在变化。请等它写完后再更新资料库。",
        )
    if not data:
        raise ReadError(
            "it is empty: the file holds not a single byte. Ask for another copy, or leave it out.",
            "文件是空的（0 字节），没有任何内容。请换一份，或不要收入。",
        )
    return data


def _check(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise _folder(path)
    if not stat.S_ISREG(status.st_mode):
        raise ReadError(
            "it is no regular file (a pipe, a socket or a device). Leave it out.",
            "这不是普通文件（管道、套接字或设备）。请移除它。",
        )
    if status.st_size > LARGEST_FILE:
        raise ReadError(
            f"it holds {status.st_size:,} bytes; at most {LARGEST_FILE:,} are read. Split it into smaller files.",
            f"文件有 {status.st_size:,} 字节，最多读取 {LARGEST_FILE:,} 字节。请拆成几个较小的文件。",
        )


def _folder(path: Path) -> ReadError:
    if path.is_symlink():
        return ReadError(
            "it is a link to a folder, and those are not followed. Name that folder beside this one when you build, or "
            "copy it here.",
            "这是指向文件夹的链接，不会进入读取。请在更新资料库时同时指定那个文件夹，或把它复制过来。",
        )
    return ReadError(
        "this folder cannot be opened. Allow reading it, or leave it out.", "文件夹打不开。请检查读取权限，或把它移走。"
    )


def _not_opened(error: OSError) -> ReadError:
    if isinstance(error, FileNotFoundError):
        return ReadError(
            "there is no such file, or it is a link to one that is not there. Check the name.",
            "找不到这个文件，或者它是失效的链接。请核对文件名。",
        )
    if error.errno == errno.ELOOP:
        return ReadError(
            "it is a link that leads back to itself. Leave it out.",
            "这是指向自身的链接。请移除它。",
        )
    return ReadError(
        f"it cannot be opened ({error.strerror}). Allow reading it, or leave it out.",
        "文件打不开。请检查读取权限，或移除它。",
    )
