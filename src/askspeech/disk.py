"""The disk: its errors as ours, files replaced atomically, folders flushed so that they survive a power cut."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from askspeech.errors import DiskError, StoreDamagedError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# What the libraries that write in native code say when they hit the same conditions; they carry no errno.
_FULL_WORDS = ("no space left", "disk is full", "quota exceeded", "file too large", "os error 28", "os error 27")
_FORBIDDEN_WORDS = ("readonly database", "read-only file system", "permission denied", "os error 30", "os error 13")


@contextmanager
def disk_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn every OSError of the block into a DiskError that says what was being done to which path.

    Raises:
        DiskError: the block raised an OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DiskError(f"Could not {doing} {path}: {reason}. {_remedy(error.errno)}") from error


@contextmanager
def part_errors(path: Path, part: str, *kinds: type[Exception]) -> Iterator[None]:
    """Turn what a storage library raises in the block into our errors.

    Native code that meets a damaged file may panic, which the bindings raise as a BaseException of their own.

    Raises:
        DiskError: the library says that the disk is full or may not be written to.
        StoreDamagedError: it raised one of `kinds`, an OSError or a panic for any other reason.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, (OSError, *kinds)) and type(error).__name__ != "PanicException":
            raise
        raise _part_error(path, part, error) from error


def _part_error(path: Path, part: str, error: BaseException) -> DiskError | StoreDamagedError:
    words = str(error).lower()
    for code, known in ((errno.ENOSPC, _FULL_WORDS), (errno.EACCES, _FORBIDDEN_WORDS)):
        if any(word in words for word in known):
            return DiskError(f"Could not use the {part} {path}: {error}. {_remedy(code)}")
    return StoreDamagedError(
        f"The {part} {path} cannot be used ({type(error).__name__}: {error}); expected what a build wrote. "
        "Build the index again: askspeech build FOLDER --store STORE"
    )


def _remedy(code: int | None) -> str:
    if code in _FULL:
        return "Free space on that disk and run the same command again; an index published before is untouched."
    if code in _FORBIDDEN:
        return "Make it writable for this user, or name another place with --store."
    return "Check the path and the disk, then run the same command again."


def replace_file(path: Path, content: str) -> None:
    """Put content in place of the file in one step that a crash or a power cut cannot halve.

    Raises:
        DiskError: it cannot be written.
    """
    with disk_errors(path, "write"):
        draft = path.with_name(f"{path.name}.tmp")
        with draft.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        flush(path.parent)


def flush(path: Path) -> None:
    """Force one file, or the entries of one folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Force a folder, everything in it and its entry in its parent to the disk.

    Raises:
        DiskError: one of them cannot be flushed.
    """
    with disk_errors(folder, "flush"):
        for parent, _, names in os.walk(folder, topdown=False):
            for name in names:
                flush(Path(parent, name))
            flush(Path(parent))
        flush(folder.parent)


def writable(folder: Path, closing: ExitStack) -> Path:
    """The folder, or a temporary copy of it where it cannot be written to; `closing` removes the copy.

    For libraries that write into their folder even when they only read.

    Raises:
        DiskError: it cannot be copied.
    """
    if all(os.access(path, os.W_OK) for path in (folder, *folder.rglob("*"))):
        return folder
    with disk_errors(Path(tempfile.gettempdir()), f"copy {folder} to"):
        place = closing.enter_context(tempfile.TemporaryDirectory(prefix="askspeech-"))
        # Contents only: with the modes of the originals the copy would be as unwritable as they are.
        copy = shutil.copytree(folder, Path(place) / folder.name, copy_function=shutil.copyfile)
        for path in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
            path.chmod(0o700)
    return copy
