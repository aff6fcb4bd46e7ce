"""Starting a build from a server: a process of its own, which goes on when the server ends."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from askspeech.build_record import (
    BUILD_LOG,
    Building,
    LastBuild,
    ask_to_cancel,
    building,
    last_build,
    new_building,
    write_building,
)
from askspeech.disk import disk_errors, limits_file_growth
from askspeech.errors import DiskError
from askspeech.store import Store

__all__ = ["BuildState", "Builder"]


@dataclass(frozen=True, slots=True)
class BuildState:
    """The build that runs, if one does, and how the last one ended, if one has."""

    running: Building | None = None
    last: LastBuild | None = None


class Builder:
    """Starts builds of a store and says how they go; any number of server processes may have one each."""

    def __init__(self, store: Path, environment: Mapping[str, str] | None = None) -> None:
        """Starting nothing yet.

        Args:
            store: the folder of the store.
            environment: the variables of the build's process; None for those of this one.
        """
        self.store = store
        self._environment = None if environment is None else dict(environment)

    def start(self, by: str = "") -> Building:
        """Start a build of the folders of the last build and the uploads; returns at once.

        The lock of the store is taken here and handed on, so that of two who start at once one alone succeeds.

        Raises:
            StoreLockedError: another build holds the store, whoever started it.
            DiskError: the store cannot be written to, or no process can be started.
        """
        lock = Store(self.store).take_lock()
        try:
            now = replace(new_building(token_hex(8), by), pid=0)
            write_building(self.store, now)
            try:
                process = self._process(now, lock)
            except DiskError:
                with suppress(DiskError):  # the first one says more
                    write_building(self.store, None)
                raise
        finally:
            os.close(lock)  # the build holds it now
        threading.Thread(target=process.wait, name="wait for build", daemon=True).start()
        return replace(now, pid=process.pid)

    def cancel(self, build_id: str) -> None:
        """Ask for the end of the build with this id; it ends within five seconds, and the index in use stays."""
        ask_to_cancel(self.store, build_id)

    def state(self) -> BuildState:
        """What builds in this store now, and how the last build ended, whoever started them."""
        return BuildState(building(self.store), last_build(self.store))

    def _process(self, now: Building, lock: int) -> "subprocess.Popen[bytes]":
        store = str(self.store.resolve())
        handed = [f"--by={now.by}", f"--id={now.id}", f"--lock={lock}"]
        handed += ["--lift-file-limit"] if limits_file_growth() else []
        path = self.store / BUILD_LOG
        with disk_errors(path, "start a build that writes to"), path.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "askspeech", "build", "--store", store, *handed],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                # One thread for its arithmetic, as its niceness says: readers are answered meanwhile.
                env={"OMP_NUM_THREADS": "1", **(self._environment or os.environ)},
                pass_fds=[lock],
                start_new_session=True,
            )
