"""Where what has been prepared waits until it is written: small amounts in memory, large ones on the disk."""

import tempfile
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from askspeech.disk import disk_errors
from askspeech.prepared import Parts, Prepared

__all__ = ["Spool"]

_IN_MEMORY = 16 * 1024 * 1024


class Spool(AbstractContextManager["Spool"]):
    """A file without a name, which goes with the process however that ends; for one thread.

    Args:
        folder: on whose disk it lies; None for the system's place for temporary files.

    Raises:
        DiskError: the disk is full, or the folder cannot be written to.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._place = Path(tempfile.gettempdir()) if folder is None else folder
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(self._place))  # noqa: SIM115 - closed by __exit__
        self._end = 0

    def keep(self, prepared: Prepared) -> Prepared:
        """The same document, with what is large in it put away."""
        return replace(prepared, rows=self._put(prepared.rows()), keywords=self._put(prepared.keywords()))

    def _put(self, content: bytes) -> Parts:
        start, length = self._end, len(content)
        with disk_errors(self._place, "write a temporary file in"):
            self._file.seek(start)
            self._file.write(content)
        self._end += length
        return lambda: self._read(start, length)

    def _read(self, start: int, length: int) -> bytes:
        with disk_errors(self._place, "read a temporary file in"):
            self._file.seek(start)
            return self._file.read(length)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the room on the disk back."""
        self._file.close()
