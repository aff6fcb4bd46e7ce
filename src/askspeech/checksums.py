"""The checksums of a generation's files, by which a later look tells in a second that nothing has changed.

`python -m askspeech.checksums FOLDER` prints them as JSON. A build computes them in that process of its own: Python's
SQLite must not open Chroma's database in a process that runs Chroma, whose locks it would drop when it closes the file.
"""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from askspeech.catalog import CATALOG
from askspeech.disk import disk_errors
from askspeech.errors import AskSpeechError, StoreDamagedError
from askspeech.keywords import KEYWORDS

__all__ = ["VECTORS_DATABASE", "changed_files", "checksums", "checksums_in_child"]

VECTORS_DATABASE = "chroma/chroma.sqlite3"
# Chroma writes this file when it writes a segment down; until then, which is with a single vector, it makes the
# segment's other files again from the database whenever it opens it.
_WRITTEN_DOWN = "index_metadata.pickle"
# Chroma notes here that it has opened the database.
_CHANGES_WHEN_OPENED = "acquire_write"
_SECONDS_TO_WAIT = 30.0
_TIME_LIMIT_SECONDS = 1800
_AT_ONCE = 4  # Python hashes and reads files without its lock


def checksums_in_child(generation: Path, time_limit: float = _TIME_LIMIT_SECONDS) -> dict[str, str]:
    """What `checksums` says, computed in a child process.

    Raises:
        StoreDamagedError: the files cannot be read, or not within `time_limit` seconds.
    """
    command = [sys.executable, "-m", "askspeech.checksums", str(generation.resolve())]
    package = Path(__file__).resolve().parent.parent  # so that the child finds this very package, installed or not
    try:
        child = subprocess.run(
            command, cwd=package, stdin=subprocess.DEVNULL, capture_output=True, timeout=time_limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StoreDamagedError(
            f"Reading {generation} took longer than {time_limit:.0f} seconds and was stopped. Build again; if that "
            "fails too, check the disk."
        ) from error
    if child.returncode:
        lines = child.stderr.decode(errors="replace").strip().splitlines()
        raise StoreDamagedError(
            f"The checksums of {generation} could not be computed: {lines[-1] if lines else child.returncode}. "
            "Build again; if that fails too, check the disk."
        )
    found: dict[str, str] = json.loads(child.stdout)
    return found


def checksums(generation: Path) -> dict[str, str]:
    """The SHA-256 of every file that readers leave as it is, by path; of Chroma's database, that of its rows.

    Raises:
        DiskError: a file cannot be read.
        StoreDamagedError: Chroma's database is damaged.
    """
    with disk_errors(generation, "read"):
        names = sorted(str(path.relative_to(generation)) for path in _lasting(generation) if path.is_file())
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                return dict(zip(names, pool.map(partial(_checksum, generation), names), strict=True))
        except sqlite3.Error as error:
            raise StoreDamagedError(f"The file {generation / VECTORS_DATABASE} is damaged: {error}") from error


def changed_files(generation: Path, expected: Mapping[str, str]) -> dict[str, str]:
    """The files that are not as the checksums say, by path, with what happened to them.

    Not for a process that has Chroma open.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        changes = pool.map(partial(_change, generation), expected.keys(), expected.values())
        return {name: change for name, change in zip(expected, changes, strict=True) if change}


def _change(generation: Path, name: str, checksum: str) -> str:
    """What happened to a file, nothing where it is as its checksum says."""
    try:
        return "" if _checksum(generation, name) == checksum else "has changed"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    except sqlite3.Error as error:
        return f"is damaged ({error})"


def _lasting(generation: Path) -> Iterator[Path]:
    yield generation / CATALOG
    yield generation / VECTORS_DATABASE
    # Files with a dot are tantivy's locks and its list for writers.
    yield from (generation / KEYWORDS).glob("[!.]*")
    for written in (generation / VECTORS_DATABASE).parent.glob(f"*/{_WRITTEN_DOWN}"):
        yield from written.parent.iterdir()


def _checksum(generation: Path, name: str) -> str:
    path = generation / name
    if name == VECTORS_DATABASE:
        return _rows_checksum(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows_checksum(path: Path) -> str:
    """The SHA-256 of the rows of a database whose every page has been checked."""
    path.stat()  # SQLite does not say why it cannot open a file
    digest = hashlib.sha256()
    with ExitStack() as stack:
        database = stack.enter_context(closing(_connect(_own(path, stack))))
        database.text_factory = _text
        found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
        if found != ["ok"]:
            raise sqlite3.DatabaseError(" ".join("; ".join(found).split()))
        for name, definition in _tables(database):
            digest.update(f"{definition}\n".encode())
            for row in database.execute(f'SELECT * FROM "{name}" NOT INDEXED'):
                digest.update(f"{row!r}\n".encode(errors="backslashreplace"))
    return digest.hexdigest()


def _tables(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """The tables whose rows are in the file, with their definitions; virtual ones keep theirs in others."""
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [
        (name, definition)
        for name, definition in rows
        if name != _CHANGES_WHEN_OPENED and not str(definition).upper().startswith("CREATE VIRTUAL")
    ]


def _connect(path: Path) -> sqlite3.Connection:
    # Not read-only, so that what a killed reader left half written is rolled back; nothing is written otherwise.
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_SECONDS_TO_WAIT, isolation_level=None)


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")  # a damaged database may hold anything


def _own(path: Path, stack: ExitStack) -> Path:
    """The database, or a temporary copy with its journal where it cannot be written to."""
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return path.resolve()
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="askspeech-")))
    for part in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(part, place / part.name)
    return place / path.name


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the checksums of the generation named on the command line as JSON."""
    parser = argparse.ArgumentParser(prog="python -m askspeech.checksums", description=main.__doc__)
    parser.add_argument("generation", type=Path)
    try:
        json.dump(checksums(parser.parse_args(arguments).generation), sys.stdout)
    except AskSpeechError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
