"""A build recorded while it runs: others see how far it is, and can end it; how it ended stays written down.

A build that is asked to ends at its next report of progress; in the main thread at once, whatever it waits for.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from types import FrameType, TracebackType
from typing import Self

from askspeech.bilingual import Bilingual
from askspeech.build_record import (
    BuildOutcome,
    Known,
    LastBuild,
    cancelled,
    forget_cancelling,
    forget_log,
    left_behind,
    lost,
    new_building,
    write_building,
    write_known,
    write_last_build,
)
from askspeech.errors import AskSpeechError, BuildCancelledError, DiskError
from askspeech.progress import Progress

__all__ = ["Recorder", "Started"]

LAST_STAGE = "publishing"
"""From its first report on a build cannot be cancelled any more."""
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BETWEEN_WRITES = 0.25
_SECONDS_UNTIL_AGAIN = 3.0
_SIGNAL = signal.SIGUSR1
_CANCELLED = Bilingual(
    "The build was cancelled; the index in use is as it was. Build again whenever you like.",
    "更新已取消，资料库没有变化，可随时再更新。",
)

_log = logging.getLogger(__name__)


class _Cancelled(KeyboardInterrupt):
    """Somebody asked for the end of the build: as Ctrl-C, so that all is cleaned up as after that."""


@dataclass(frozen=True, slots=True)
class Started:
    """Who started a build, and what a process that starts another one hands it: the build's id, and the lock."""

    by: str = ""
    id: str = ""
    lock: int | None = None


class Recorder:
    """Records a build that holds the store's lock; a context manager around the whole of it, and its `Progress`.

    What cannot be written down is a warning in the log: a build does not fail because nobody can watch it.
    """

    def __init__(self, store: Path, started: Started, progress: Progress) -> None:
        self._store, self._progress = store, progress
        self._has_log = started.lock is not None
        self._now = new_building(started.id or token_hex(8), started.by)
        self._written = self._now
        self._known: Known | None = None
        self._over = threading.Event()
        self._cancelled = self._armed = False

    def __enter__(self) -> Self:
        """Say that a build runs; one that died before it is written down as lost."""
        before = left_behind(self._store)
        if before is not None and before.id != self._now.id:
            self._write(lambda: write_last_build(self._store, lost(self._store, before)))
        elif before is not None:
            # Begun by whoever started this process: the time that is shown must not go back.
            self._now = self._written = replace(self._now, started=before.started)
        if not self._has_log:
            self._write(lambda: forget_log(self._store))
        self._write(lambda: write_building(self._store, self._now))
        return self

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say how far the build is; raises what `cancellable` makes of it where somebody has asked for its end."""
        if self._armed and self._cancelled:
            raise _Cancelled
        if stage == LAST_STAGE:
            self._armed = False
        self._now = replace(self._now, stage=stage, done=done, total=total)
        self._progress(stage, done, total)

    def made(self, known: Known) -> None:
        """Say what the build has come to."""
        self._known = known
        self._write(lambda: write_known(self._store, known))

    @contextmanager
    def cancellable(self) -> Iterator[None]:
        """Let the block be ended by `ask_to_cancel`, and show others how far it is.

        Raises:
            BuildCancelledError: it was.
        """
        with self._signalled() as tell:
            watcher = threading.Thread(target=self._watch, args=(tell,), name="record build", daemon=True)
            self._armed = True
            watcher.start()
            try:
                yield
            except _Cancelled:
                raise BuildCancelledError(_CANCELLED) from None
            finally:
                self._armed = False
                self._over.set()
                watcher.join()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say how the build ended, then that none runs."""
        outcome, message = self._outcome(error)
        now, report = self._now, self._known.report if self._known and error is None else None
        last = LastBuild(now.id, now.started, datetime.now(UTC), now.by, outcome, message, report)
        self._write(lambda: write_last_build(self._store, last))
        self._write(lambda: forget_cancelling(self._store))
        self._write(lambda: write_building(self._store, None))

    def _outcome(self, error: BaseException | None) -> tuple[BuildOutcome, str]:
        if error is None:
            unchanged = self._known is not None and self._known.report.built_from == "unchanged"
            return "unchanged" if unchanged else "done", ""
        if isinstance(error, BuildCancelledError | KeyboardInterrupt):
            return "cancelled", error.words if isinstance(error, BuildCancelledError) else _CANCELLED
        if isinstance(error, AskSpeechError):
            return "failed", error.words
        return "failed", _unforeseen(error)

    @contextmanager
    def _signalled(self) -> Iterator[int | None]:
        """The main thread is told by a signal, where that is the one that builds and nobody else uses the signal."""
        here = threading.current_thread() is threading.main_thread()
        if not here or signal.getsignal(_SIGNAL) is not signal.SIG_DFL:
            yield None
            return
        signal.signal(_SIGNAL, self._interrupt)
        try:
            yield threading.main_thread().ident
        finally:
            signal.signal(_SIGNAL, signal.SIG_DFL)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._armed and self._cancelled:
            raise _Cancelled

    def _watch(self, thread: int | None) -> None:
        """In a thread of its own: write down how far the build is, and look whether somebody wants its end."""
        written = told = 0.0
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            now = time.monotonic()
            if self._now != self._written and now - written >= _SECONDS_BETWEEN_WRITES:
                written, self._written = now, self._now
                self._write(lambda: write_building(self._store, self._written))
            if not self._cancelled:
                self._cancelled = self._is_unwanted()
            # Libraries may have swallowed it; while all is being cleaned up, it must not come again at once.
            if self._armed and self._cancelled and thread is not None and now - told >= _SECONDS_UNTIL_AGAIN:
                told = now
                signal.pthread_kill(thread, _SIGNAL)

    def _is_unwanted(self) -> bool:
        try:
            return cancelled(self._store) == self._now.id
        except DiskError as error:
            _log.warning("The build cannot be cancelled: %s", error)
            return False

    def _write(self, writing: Callable[[], None]) -> None:
        try:
            writing()
        except DiskError as error:
            _log.warning("The build is not recorded: %s", error)


def _unforeseen(error: BaseException) -> Bilingual:
    return Bilingual(
        "Something unforeseen happened. Try again; if it happens again, an administrator finds the reason in the log.",
        "出现了意外错误。请再试一次；仍然如此，请管理员查看服务器日志。",
        f"This should not have happened ({type(error).__name__}: {error}). 出现了意外错误。",
    )
