"""Files as Gradio hands them over: under which name they were chosen, and where the copies are that it made."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Received", "received", "upload_folder"]

_VARIABLE = "GRADIO_TEMP_DIR"


@dataclass(frozen=True, slots=True)
class Received:
    """One file: its own name, and the copy of it; no path where there is none."""

    name: str
    path: Path | None

    def discard(self) -> None:
        """Remove the copy, and the folder that was made for it."""
        if self.path is None:
            return
        # Whoever uploads the same bytes under the same name at the same time shares it.
        self.path.unlink(missing_ok=True)
        with suppress(OSError):  # not empty, or gone
            self.path.parent.rmdir()


def received(files: Sequence[Mapping[str, Any]] | None) -> list[Received]:
    """The files of an event that gets them as they are sent."""
    return [_received(one) for one in files or ()]


def _received(one: Mapping[str, Any]) -> Received:
    path = Path(str(one.get("path", "")))
    name = str(one.get("orig_name") or path.name)
    return Received(name, path if path.is_file() and not path.is_symlink() else None)


@contextmanager
def upload_folder() -> Iterator[Path]:
    """A folder of this process alone for what is being uploaded, removed at the end; made before Gradio's pages.

    Gradio would take one that all users of the machine share.
    """
    before = os.environ.get(_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="askspeech-uploads-", ignore_cleanup_errors=True) as folder:
        os.environ[_VARIABLE] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                os.environ.pop(_VARIABLE, None)
            else:
                os.environ[_VARIABLE] = before
