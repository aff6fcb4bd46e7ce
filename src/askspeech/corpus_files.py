"""The files of a corpus: which ones there are below its roots, archives opened, and their bytes."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from askspeech.archives import Member, is_archive, members, read_member
from askspeech.build_report import SkippedFile
from askspeech.errors import CorpusError, ReadError
from askspeech.formats.sniffing import recognise
from askspeech.formats.table import Format

__all__ = ["CorpusFile", "OpenedFile", "find_files", "open_file", "unpacked"]

LARGEST_FILE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file under a corpus root, or one in an archive there: where it is, and the path by which it is cited."""

    path: Path
    name: str
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The bytes of a file, and the format that they are in."""

    name: str
    data: bytes
    byte_hash: str
    format: Format


def find_files(roots: Sequence[Path]) -> list[CorpusFile]:
    """Every regular file under the roots, hidden ones aside, in sorted order of its cited path.

    The cited path is relative to its root; where two roots hold the same one, the root's folder name is put in front
    of both, with as many folders above it as it takes to tell the roots apart. Raises CorpusError where a root is not
    there.
    """
    found = [(root, path, path.relative_to(_base(root)).as_posix()) for root in roots for path in _walk(root)]
    labels = _labels(roots)
    counts: dict[str, set[str]] = {}
    for root, _, name in found:
        counts.setdefault(name, set()).add(labels[root])
    names = {f"{labels[root]}/{name}" if len(counts[name]) > 1 else name: path for root, path, name in reversed(found)}
    return sorted((CorpusFile(path, name) for name, path in names.items()), key=_name)


def unpacked(files: Sequence[CorpusFile]) -> tuple[list[CorpusFile], list[SkippedFile]]:
    """The files with what is in archives in place of these, in sorted order, and the archives that cannot be opened."""
    found: list[CorpusFile] = []
    skipped: list[SkippedFile] = []
    for file in files:
        if not is_archive(file.path):
            found.append(file)
            continue
        try:
            inside = members(file.path)
        except ReadError as error:
            skipped.append(SkippedFile(file.name, str(error)))
            continue
        found += [CorpusFile(file.path, f"{file.name}/{member.name}", member) for member in inside]
    return sorted(found, key=_name), skipped


def open_file(file: CorpusFile) -> OpenedFile:
    """The bytes of a file whose format is known, not yet read as text; raises ReadError where it cannot be opened."""
    if file.member is not None:
        data = read_member(file.path, file.member)
    else:
        status = _status(file.path)
        if stat.S_ISDIR(status.st_mode):
            raise ReadError("this folder cannot be opened. Allow reading it, or leave it out.")
        data = _read_bytes(file.path, status)
    return OpenedFile(file.name, data, hashlib.sha256(data).hexdigest(), recognise(file.name, data))


def _name(file: CorpusFile) -> str:
    return file.name


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
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith((".", "~$")))
    yield from (Path(error.filename) for error in unreadable)


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _not_opened(error) from error


def _read_bytes(path: Path, status: os.stat_result) -> bytes:
    if not stat.S_ISREG(status.st_mode):
        raise ReadError("it is no regular file (a pipe, a socket or a device). Leave it out of the folder.")
    if status.st_size > LARGEST_FILE:
        raise ReadError(
            f"it holds {status.st_size:,} bytes; at most {LARGEST_FILE:,} are read. Split it into smaller files."
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise _not_opened(error) from error


def _not_opened(error: OSError) -> ReadError:
    if isinstance(error, FileNotFoundError):
        return ReadError("there is no such file, or it is a link to one that is not there. Check the name.")
    return ReadError(f"it cannot be opened ({error.strerror}). Allow reading it, or leave it out.")
