"""Locks between processes on files that hold nothing; the kernel drops them when their process dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from askspeech.disk import disk_errors

__all__ = ["locked"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Be the only one, of all threads and processes, inside the block; waits for whoever is.

    Raises:
        DiskError: the file cannot be made or locked.
    """
    with disk_errors(path, "lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        with disk_errors(path, "lock"):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # drops the lock
