"""The store: its layout, the lock of its one writer, generations, and the swap of the one in use.

    store/
      CURRENT                  the name of the generation in use
      chroma-id                its name on a Chroma server, where one holds its vectors
      lock                     held by the one writer; the kernel drops it when the process dies
      uploads/                 files added through the page
      exclusions.json          what was removed from the index without touching a file
      building.json, …         what others can see of a build (build_record.py)
      generations/<name>/      one finished build; the file `readers` in it seals it, and readers lock it

A generation without `readers` was never finished: the next writer removes it.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from askspeech.disk import disk_errors, flush, flush_tree, replace_file
from askspeech.errors import DiskError, StoreDamagedError, StoreMissingError
from askspeech.settings import ChromaServer
from askspeech.store_lock import adopted, is_held, taken

CURRENT = "CURRENT"
LOCK = "lock"
UPLOADS = "uploads"
GENERATIONS = "generations"
READERS = "readers"

_NAME = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{6}")
_STAMP = "%Y%m%dT%H%M%S%fZ"
# A reader that finds its generation removed between two steps looks again; one swap per try is already unlikely.
_TRIES = 10


class Store:
    """A place where generations of an index live; making this object touches nothing on the disk.

    `server` is the Chroma server that holds the vectors; None where they are in files.
    """

    def __init__(self, path: str | os.PathLike[str], server: ChromaServer | None = None) -> None:
        self.path = Path(path)
        self.server = server
        self.generations = self.path / GENERATIONS
        self.uploads = self.path / UPLOADS

    def current(self) -> Path | None:
        """The folder of the generation in use, or None where nothing has been published.

        Raises:
            StoreDamagedError: CURRENT names no generation that is there.
            DiskError: it cannot be read.
        """
        name = self.current_name()
        while name is not None:
            folder = self.generations / name
            if _NAME.fullmatch(name) and (folder / READERS).is_file():
                return folder
            before, name = name, self.current_name()
            if name == before:  # else another one was published, and this one removed, since CURRENT was read
                raise StoreDamagedError(
                    f"{self.path / CURRENT} names the generation {name!r}, expected one that lies in "
                    f"{self.generations}. Build the index again: {self._build_command()}"
                )
        return None

    def open_current(self) -> "HeldGeneration":
        """The generation in use, kept from being removed until it is closed.

        Raises:
            StoreMissingError: nothing has been published here.
            StoreDamagedError: CURRENT names no generation that is there.
            DiskError: it cannot be read.
        """
        for _ in range(_TRIES):
            held = self._hold(self._existing())
            if held is not None:
                return held
        return self._lost()

    def sealed(self) -> list[Path]:
        """The folders of all finished generations, oldest first.

        Raises:
            DiskError: they cannot be listed.
        """
        return [folder for folder in self._folders() if (folder / READERS).is_file()]

    def earlier(self) -> list[Path]:
        """The finished generations to fall back on, newest first: those before the one that CURRENT names.

        Where CURRENT names none, they are all; those after it were never put to use, or were gone back from.

        Raises:
            DiskError: they cannot be listed.
        """
        name = self.current_name()
        known = name is not None and _NAME.fullmatch(name)
        return [folder for folder in reversed(self.sealed()) if not known or folder.name < str(name)]

    @contextmanager
    def writer(self, lock: int | None = None) -> Iterator["Writer"]:
        """Be the one writer of this store; what it drafted and did not publish is removed at the end.

        `lock` is what `take_lock` gave to the process that started this one.

        Raises:
            StoreLockedError: another process is; it is named.
            DiskError: the store cannot be written to.
        """
        descriptor = self.take_lock() if lock is None else adopted(lock, self.path / LOCK)
        writer = Writer(self)
        try:
            yield writer
        finally:
            try:
                writer.discard()
            finally:
                os.close(descriptor)  # drops the lock

    def take_lock(self) -> int:
        """Hold the lock of the one writer, until the descriptor that this gives is closed wherever it was passed on.

        Raises:
            StoreLockedError: another process holds it; it is named.
            DiskError: the store cannot be written to.
        """
        with disk_errors(self.path, "create"):
            self.generations.mkdir(parents=True, exist_ok=True)
        return taken(self.path / LOCK)

    def is_being_written(self) -> bool:
        """Whether a process holds the lock of the one writer; touches nothing.

        Raises:
            DiskError: the lock is there and cannot be looked at.
        """
        return is_held(self.path / LOCK)

    def current_name(self) -> str | None:
        """What CURRENT says, whether or not there is such a generation; None where there is no CURRENT.

        Raises:
            DiskError: it cannot be read.
        """
        with disk_errors(self.path / CURRENT, "read"):
            try:
                return (self.path / CURRENT).read_text(encoding="utf-8", errors="replace").strip()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def _existing(self) -> Path:
        generation = self.current()
        if generation is None:
            raise StoreMissingError(f"There is no index in {self.path}. Build one: {self._build_command()}")
        return generation

    def _hold(self, generation: Path) -> "HeldGeneration | None":
        try:
            return HeldGeneration(generation)
        except DiskError:
            if self.current() == generation:
                raise
            return None  # it was removed because another one has been published since CURRENT was read

    def _lost(self) -> "HeldGeneration":
        raise StoreDamagedError(
            f"The generation that {self.path / CURRENT} names vanished {_TRIES} times while it was being opened, "
            "expected it to stay. See what removes files there, then try again."
        )

    def _folders(self) -> list[Path]:
        if not self.generations.is_dir():
            return []
        with disk_errors(self.generations, "list"):
            return sorted(folder for folder in self.generations.iterdir() if _NAME.fullmatch(folder.name))

    def _build_command(self) -> str:
        return f"askspeech build FOLDER --store {self.path}"


class HeldGeneration:
    """A generation that cannot be removed while this object is open: a shared lock on its `readers` file.

    Raises:
        DiskError: the generation is not there or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        seal = path / READERS
        with disk_errors(seal, "open"):
            descriptor = os.open(seal, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH)
                # Whoever removed it held it exclusively: now it is either gone for good or safe.
                seal.stat()
            except OSError:
                os.close(descriptor)
                raise
        self._descriptor = descriptor

    @property
    def name(self) -> str:
        """The generation's name."""
        return self.path.name

    def close(self) -> None:
        """Let the generation go; closing twice does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Writer:
    """What only the one writer of a store may do; made by `Store.writer`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._drafts: list[Path] = []

    def draft(self) -> Path:
        """A new empty folder for a generation, after the leftovers of crashed builds have been removed.

        Raises:
            DiskError: the store cannot be written to.
        """
        self.remove_leftovers()
        names = [folder.name for folder in self.store._folders()]
        folder = self.store.generations / next_name(names, datetime.now(UTC))
        with disk_errors(folder, "create"):
            folder.mkdir()
        self._drafts.append(folder)
        return folder

    def publish(self, draft: Path) -> None:
        """Seal a draft and make it the generation in use; the old one stays in use if anything fails before the swap.

        Everything in it must be closed: its files are flushed first, then CURRENT is replaced in one step.

        Raises:
            DiskError: the disk is full or cannot be written to.
        """
        with disk_errors(draft, "seal"):
            (draft / READERS).touch()
        flush_tree(draft)
        with disk_errors(self.store.generations, "flush"):
            flush(self.store.path)
        replace_file(self.store.path / CURRENT, f"{draft.name}\n")
        self._drafts.remove(draft)

    def roll_back(self) -> Path:
        """Make the generation before the one in use the one in use again; the newer one goes with the next build.

        Returns its folder.

        Raises:
            StoreMissingError: nothing has been published here, or there is no earlier one.
            DiskError: CURRENT cannot be replaced.
        """
        name = self.store.current_name()
        before = [folder for folder in self.store.sealed() if name is not None and folder.name < name]
        if not before:
            raise StoreMissingError(
                f"{self.store.path} holds no index from before the one in use ({name or 'there is none'}), expected "
                f"one to go back to. Build the index again: askspeech build FOLDER --store {self.store.path}"
            )
        replace_file(self.store.path / CURRENT, f"{before[-1].name}\n")
        return before[-1]

    def prune(self) -> list[Path]:
        """Remove all sealed generations but the current one, the one before it, and those that are being read.

        Returns the folders that were removed.

        Raises:
            StoreDamagedError: CURRENT names no generation that is there.
            DiskError: one cannot be removed.
        """
        current = self.store.current()
        sealed = self.store.sealed()
        keep = {current, *[folder for folder in sealed if current is not None and folder < current][-1:]}
        return [folder for folder in sealed if folder not in keep and _removed(folder)]

    def discard(self) -> None:
        """Remove the drafts that were not published."""
        while self._drafts:
            draft = self._drafts.pop()
            if self._is_in_use(draft):
                continue  # interrupted just behind the swap
            # What cannot be removed now, the next writer removes; the reason why the build failed must not be hidden.
            shutil.rmtree(draft, ignore_errors=True)

    def _is_in_use(self, draft: Path) -> bool:
        """Whether a draft has become the generation in use, or may have."""
        try:
            return self.store.current_name() == draft.name
        except DiskError:
            return (draft / READERS).is_file()

    def remove_leftovers(self) -> None:
        """Remove what crashed builds left, and generations newer than the one in use that nobody reads.

        Raises:
            DiskError: one cannot be removed.
        """
        # A sealed generation that is newer than the current one was never swapped in, or was gone back from.
        name = self.store.current_name()
        for folder in self.store._folders():
            if folder in self._drafts:
                continue
            if not (folder / READERS).is_file():
                with disk_errors(folder, "remove"):
                    shutil.rmtree(folder)
            elif name is not None and _NAME.fullmatch(name) and folder.name > name:
                _removed(folder)


def next_name(names: Sequence[str], now: datetime) -> str:
    """A name for a generation that sorts after all names, even where the clock went backwards.

    It is the time in UTC to the microsecond and six random hexadecimal digits.
    """
    stamp = now.strftime(_STAMP)
    newest = max((name[: len(stamp)] for name in names), default="")
    if stamp <= newest:
        stamp = (datetime.strptime(newest, _STAMP) + timedelta(microseconds=1)).strftime(_STAMP)
    return f"{stamp}-{secrets.token_hex(3)}"


def _removed(generation: Path) -> bool:
    """Remove a sealed generation unless somebody reads it; whether it was removed."""
    with disk_errors(generation, "remove"):
        descriptor = os.open(generation / READERS, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The seal goes first: a crash in the middle leaves a leftover, never half a generation.
            (generation / READERS).unlink()
            shutil.rmtree(generation)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
    return True
