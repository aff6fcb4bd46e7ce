"""The disk: its errors as ours, files replaced atomically, folders flushed so that they survive a power cut."""

import errno
import os
import resource
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from askspeech.bilingual import Bilingual
from askspeech.errors import DiskError, StoreDamagedError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
# What the libraries that write in native code say when they hit the same conditions; they carry no errno.
_FULL_WORDS = ("no space left", "disk is full", "quota exceeded", "file too large", "os error 28", "os error 27")
_FORBIDDEN_WORDS = ("readonly database", "read-only file system", "permission denied", "os error 30", "os error 13")

_GROWTH_FACTOR = 2
_GROWTH_FLOOR = 512 * 1024 * 1024
_own_limit: int | None = None

_watchers: list[Callable[[str, Path], None]] = []


@contextmanager
def watched(watcher: Callable[[str, Path], None]) -> Iterator[None]:
    """Tell `watcher` before and after every flush and rename, with its path: tests interrupt a build at each."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def _announce(point: str, path: Path) -> None:
    for watcher in _watchers:
        watcher(point, path)


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
            _announce("before fsync", draft)
            os.fsync(file.fileno())
            _announce("after fsync", draft)
        _announce("before rename", path)
        draft.replace(path)
        _announce("after rename", path)
        flush(path.parent)


def flush(path: Path) -> None:
    """Force one file, or the entries of one folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _announce("before fsync", path)
        os.fsync(descriptor)
        _announce("after fsync", path)
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


def folder_bytes(folder: Path) -> int:
    """The bytes of all files in a folder; a file that goes away meanwhile counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(parent, name).lstat().st_size
    return total


def copy_closed(source: Path, target: Path) -> None:
    """Copy a file or a folder that nobody writes to; the copy can be written to even where the source cannot.

    Raises:
        DiskError: it cannot be copied.
    """
    with disk_errors(source, f"copy to {target} from"):
        if not source.is_dir():
            shutil.copyfile(source, target)
            return
        target.mkdir()
        for path in sorted(source.iterdir()):
            copy_closed(path, target / path.name)


def require_space(folder: Path, needed: int) -> None:
    """Check that so many bytes can be written below a folder.

    Raises:
        DiskError: there are fewer; it says how many are needed and how many there are.
    """
    with disk_errors(folder, "see how much space is free for"):
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskError(_too_little(folder, needed=f"{_megabytes(needed)} MB", free=f"{_megabytes(free)} MB"))


def _too_little(folder: Path, *, needed: str, free: str) -> Bilingual:
    chinese = f"磁盘空间不足：需要约 {needed}，可用 {free}。"
    return Bilingual(
        f"There is too little room on the server's disk: about {needed} are needed, {free} are free. Ask an "
        "administrator to make room.",
        f"{chinese}请管理员清理磁盘后再试。",
        f"{chinese} A new index in {folder} needs about {needed}, found {free} free. Free space on that disk and run "
        "the same command again; an index published before is untouched.",
    )


def limit_file_growth(expected_bytes: int) -> int:
    """Let no file that this process writes grow beyond a limit from now on, and say which limit that is.

    A damaged Chroma store can make its reader write until the disk is full; the limit stops that with an error. It is
    twice what is expected of all files together, and at least 512 MiB, which is above everything else that a process
    with an open index writes: an upload (at most 200 MB), conversations. Only the soft limit is set (RLIMIT_FSIZE), a
    stricter one of the user stays, and the signal that would end the process (SIGXFSZ) is ignored.
    """
    global _own_limit  # noqa: PLW0603 - what this process has set, to be told from a limit of the user
    if threading.current_thread() is threading.main_thread():
        # Python ignores it from its start; a program around us may not.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = max(_GROWTH_FACTOR * expected_bytes, _GROWTH_FLOOR)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    if soft not in (resource.RLIM_INFINITY, _own_limit):
        return min(soft, limit)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    _own_limit = limit
    return limit


def limits_file_growth() -> bool:
    """Whether this process has set such a limit, which every process that it starts begins with."""
    return _own_limit is not None


def lift_file_growth(*, inherited: bool = False) -> None:
    """Take away the limit that this process has set for itself, or, where it is `inherited`, the one that started it.

    It is that of the index that was opened: what a build puts away until it is written may be much larger.
    """
    global _own_limit  # noqa: PLW0603 - as above
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if inherited or (soft == _own_limit and soft != hard):
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        _own_limit = None


def _megabytes(size: int) -> int:
    """Rounded up, so that what is needed is never said to be free."""
    return -(-size // 1_000_000)
