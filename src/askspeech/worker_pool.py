"""Worker processes of this machine that prepare files; the files of one that dies are prepared again by another.

A worker is a fresh interpreter (`askspeech.preparing_worker`), never a copy of this process, and needs nothing of its
main module: a script without a main guard can build. A pool of the standard library gives up as a whole when one of its
processes is killed; here it is known which file a worker was at, and that file alone is at stake.
"""

import logging
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import IO, TypeVar

from askspeech.bilingual import Bilingual
from askspeech.formats.replies import HEADER, frame
from askspeech.prepared import Outcome, Recipe, Task

__all__ = ["AHEAD", "LOST", "ONE_THREAD", "TRIES", "WorkerPool"]

Key = TypeVar("Key")

TRIES = 3
"""How often a file is given to a worker before it is what kills them."""
AHEAD = 3
"""So many files are held for each worker."""
LOST = Bilingual(
    f"whatever process prepared it died, {TRIES} times: perhaps for want of memory. Split the file, free some memory "
    "and build again, or leave it out.",
    f"处理它的进程 {TRIES} 次意外中止，可能是内存不足。请拆分文件，或释放内存后重新建立索引；也可以不收入这个文件。",
)
# There are as many workers as processors: each of them takes one.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS")
ONE_THREAD: Mapping[str, str] = MappingProxyType({**dict.fromkeys(_THREADS, "1"), "TOKENIZERS_PARALLELISM": "false"})
"""The environment of a worker that takes one processor."""

# What a worker gets of the environment beside that; keys of chat models and the like stay here.
_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "TZ")

_log = logging.getLogger(__name__)


class WorkerPool:
    """So many workers, started when there is something to do, each with the readers of dangerous formats below it."""

    def __init__(self, recipe: Recipe, workers: int) -> None:
        self._recipe, self._most = recipe, workers
        self._lock = Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    def map(self, tasks: Iterable[tuple[Key, Task | None]]) -> Iterator[tuple[Key, Outcome | None]]:
        """What became of each task, in their order, while the next ones are being prepared.

        An item without a task takes its turn and comes back as None. Items are asked for as they are needed: not more
        than three times as many as there are workers are held at once.

        Raises:
            ModelError, SettingsError: nothing can be prepared.
        """
        self._closed = False
        ahead: deque[tuple[Key, Future[Outcome] | None]] = deque()
        threads = ThreadPoolExecutor(self._most, thread_name_prefix="preparing")
        try:
            for key, task in tasks:
                ahead.append((key, None if task is None else threads.submit(self._outcome, task)))
                while len(ahead) >= AHEAD * self._most or (ahead and _is_there(ahead[0][1])):
                    yield _taken(ahead)
            while ahead:
                yield _taken(ahead)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def processes(self) -> list[int]:
        """The ids of the workers that run."""
        with self._lock:
            return sorted(worker.process.pid for worker in self._all)

    def close(self) -> None:
        """End all workers, also those at work; others are started when there is something to prepare."""
        with self._lock:
            self._closed = True
            busy, self._all = self._all, set()
            while self._idle:
                busy.discard(worker := self._idle.pop())
                worker.end()
        for worker in busy:
            worker.kill()

    def _outcome(self, task: Task) -> Outcome:
        message = task.packed()
        for _ in range(TRIES):
            worker = self._started()
            try:
                answer = worker.answer(message)
            except (OSError, EOFError):
                self._forget(worker)
                if self._closed:
                    break
                _log.warning("A worker died (status %s); its file is prepared again.", worker.process.returncode)
                continue
            with self._lock:
                if kept := worker in self._all:
                    self._idle.append(worker)
            if not kept:
                worker.end()
            return Outcome.unpacked(answer)
        return Outcome("unreadable", reason=LOST)

    def _started(self) -> "_Worker":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        worker = _Worker(self._recipe.packed())
        with self._lock:
            if not self._closed:
                self._all.add(worker)
                return worker
        worker.kill()
        return worker  # closed meanwhile: it will give no answer

    def _forget(self, worker: "_Worker") -> None:
        worker.end()
        with self._lock:
            self._all.discard(worker)


class _Worker:
    """One process and the pipes to it; used by one thread at a time, but `kill` may come from any."""

    def __init__(self, recipe: bytes) -> None:
        package = Path(__file__).resolve().parent.parent  # so that it finds this very package, installed or not
        self.process = subprocess.Popen(
            [sys.executable, "-m", "askspeech.preparing_worker"],
            cwd=package,
            env={**{name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # what is pressed at the terminal is for the build, which ends its workers
        )
        assert self.process.stdin and self.process.stdout
        self._tasks: IO[bytes] = self.process.stdin
        self._outcomes: IO[bytes] = self.process.stdout
        self._killing = Lock()
        self._recipe: bytes | None = recipe

    def answer(self, message: bytes) -> bytes:
        """What it says to a task; raises OSError or EOFError where it has died."""
        if self._recipe is not None:
            self._send(self._recipe)
            self._recipe = None
        self._send(message)
        (length,) = HEADER.unpack(self._received(HEADER.size))
        return self._received(length)

    def kill(self) -> None:
        """End it and wait for it; the readers that it has started end with its pipes to them."""
        with self._killing:
            if self.process.returncode is None:
                with suppress(ProcessLookupError):
                    os.kill(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def end(self) -> None:
        """Kill it and close the pipes: for the thread that uses it."""
        self.kill()
        self._tasks.close()
        self._outcomes.close()

    def _send(self, content: bytes) -> None:
        view = memoryview(frame(content))
        while view:
            view = view[self._tasks.write(view) :]

    def _received(self, length: int) -> bytes:
        received = bytearray()
        while len(received) < length:
            piece = self._outcomes.read(length - len(received))
            if not piece:
                raise EOFError
            received += piece
        return bytes(received)


def _is_there(outcome: Future[Outcome] | None) -> bool:
    return outcome is None or outcome.done()


def _taken(ahead: deque[tuple[Key, Future[Outcome] | None]]) -> tuple[Key, Outcome | None]:
    key, outcome = ahead.popleft()
    return key, None if outcome is None else outcome.result()
