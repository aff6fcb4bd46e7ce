"""Files to sources: the one place where a file's format decides how its characters are taken out.

A reader is a function from bytes to canonical text. Adding a format is adding a row to `READERS`.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from askspeech.datatypes import Source
from askspeech.decoding import Decoded, decode
from askspeech.errors import CorpusError, ReadError

__all__ = [
    "READERS",
    "CorpusFile",
    "OpenedFile",
    "Reader",
    "find_files",
    "open_file",
    "read_source",
    "source_id",
]

LARGEST_FILE = 200 * 1024 * 1024
_INVISIBLE = "\ufeff\u200b"


@dataclass(frozen=True, slots=True)
class Reader:
    """How files of some formats become canonical text; the version changes whenever the text would."""

    name: str
    version: str
    read: Callable[[bytes], Decoded]


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file under a corpus root: where it is, and the path by which it is cited."""

    path: Path
    name: str


_TEXT = Reader("text", "1", decode)
READERS: Mapping[str, Reader] = {".txt": _TEXT, ".md": _TEXT, ".text": _TEXT}


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
    return sorted((CorpusFile(path, name) for name, path in names.items()), key=lambda file: file.name)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The bytes of a file, and the reader that makes text of them."""

    name: str
    data: bytes
    byte_hash: str
    reader: Reader


def open_file(file: CorpusFile) -> OpenedFile:
    """The bytes of a file whose format is known, not yet read as text; raises ReadError where it cannot be opened."""
    status = _status(file.path)
    if stat.S_ISDIR(status.st_mode):
        raise ReadError("this folder cannot be opened. Allow reading it, or leave it out.")
    reader = READERS.get(file.path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise ReadError(
            f"its format {file.path.suffix or '(none)'} is not one of {known}. Convert it, or leave it out."
        )
    data = _read_bytes(file.path, status)
    return OpenedFile(file.name, data, hashlib.sha256(data).hexdigest(), reader)


def read_source(file: CorpusFile | OpenedFile) -> Source:
    """Read one file into a source; raises ReadError with the reason where it cannot be read."""
    opened = open_file(file) if isinstance(file, CorpusFile) else file
    decoded = opened.reader.read(opened.data)
    if all(character.isspace() or character in _INVISIBLE for character in decoded.text):
        raise ReadError("it is empty. Put text into it, or leave it out of the folder.")
    return Source(
        id=source_id(decoded.text),
        file=opened.name,
        text=decoded.text,
        byte_hash=opened.byte_hash,
        reader=opened.reader.name,
        reader_version=opened.reader.version,
        encoding=decoded.encoding,
    )


def source_id(text: str) -> str:
    """The identity of a source: a hash of its canonical text (32 hexadecimal digits)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


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
