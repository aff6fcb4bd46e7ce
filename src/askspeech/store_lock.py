"""The lock of a store's one writer: a file that names its holder; the kernel drops the lock when that process dies.

A process that starts another one can take the lock for it and pass its descriptor on: between the two there is no
moment at which a third could come in.
"""

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from askspeech.disk import disk_errors
from askspeech.errors import DiskError, StoreLockedError

__all__ = ["adopted", "is_held", "taken"]

# Whoever only looks whether the lock is held, holds it for some microseconds.
_LOOKS, _SECONDS_OF_A_LOOK = 5, 0.02


def taken(path: Path) -> int:
    """Take the lock in this file; gives the descriptor that holds it until all copies of it are closed.

    Raises:
        StoreLockedError: another process holds it; it is named.
        DiskError: the file cannot be written to, or the disk supports no locks.
    """
    with disk_errors(path, "open"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def adopted(descriptor: int, path: Path) -> int:
    """Take over the lock that the process took which started this one, and be named in it; gives the descriptor.

    Raises:
        StoreLockedError: another process holds it, and that one never did.
        DiskError: the descriptor is not that of the file.
    """
    with disk_errors(path, "take over"):
        os.set_inheritable(descriptor, False)
        same = os.path.samestat(os.fstat(descriptor), path.stat())
    if not same:
        raise DiskError(f"The descriptor {descriptor} is not that of {path}. Start the build without it.")
    _take(descriptor, path)
    return descriptor


def is_held(path: Path) -> bool:
    """Whether any process holds the lock in this file; changes nothing.

    Raises:
        DiskError: the file is there and cannot be looked at.
    """
    with disk_errors(path, "open"):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return False
    try:
        with disk_errors(path, "look at the lock of"):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except DiskError as error:
        if isinstance(error.__cause__, BlockingIOError):
            return True
        raise
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int, path: Path) -> None:
    try:
        _lock(descriptor)
    except BlockingIOError:
        raise StoreLockedError(
            f"Another build holds the store {path.parent}: {_holder(descriptor)}. Wait until it has finished, or stop "
            "that process; then try again. 另一次建立索引正在进行，请等它结束后再试。"
        ) from None
    except OSError as error:
        raise DiskError(f"Could not lock {path}: {error}. Use a disk that supports file locks.") from error
    with disk_errors(path, "write"):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(_myself()).encode(), 0)


def _lock(descriptor: int) -> None:
    for _ in range(_LOOKS):
        with suppress(BlockingIOError):
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(_SECONDS_OF_A_LOOK)
    return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _myself() -> dict[str, int | str]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} on {holder['host']}, since {holder['started']}"
    except (ValueError, KeyError, TypeError):
        return "a process that is just starting"  # it has the lock and has not written its name yet
