"""A process that has imported what a task needs and forks for each: what is done often does not import anew each time.

The copy may be killed by what it reads; the process that it was forked from, which opens nothing, lives on. That one
ends with whoever started it, and after a minute without a task. Elsewhere than on Linux, where a fork may not live once
foreign libraries are loaded, each task is done by a fresh interpreter.

`python -m askspeech.forking SOCKET SECONDS MODULE IMPORT...` is that process; the module's `main` does the tasks.
"""

import atexit
import gc
import importlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, NoReturn, Protocol

__all__ = ["Forker", "Process"]

_LARGEST_MESSAGE = 1 << 16
_READY = b"ready"
_SECONDS_TO_FORK = 5.0
_OF_PYTEST = "PYTEST_CURRENT_TEST"  # changes all the time where tests use askspeech, and means nothing to it
_PACKAGE = Path(__file__).resolve().parent.parent  # so that it finds this very package, installed or not


class Process(Protocol):
    """What is asked of the process that waits for tasks; `subprocess.Popen` is one."""

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait until it has ended."""


Start = Callable[[socket.socket, Sequence[str]], Process]
"""Starts the process: with its end of the socket, and what `main` is told besides."""


def fresh(theirs: socket.socket, arguments: Sequence[str]) -> Process:
    """Start a fresh interpreter that calls `main` with the number of its end of the socket and these arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "askspeech.forking", str(theirs.fileno()), *arguments],
        cwd=_PACKAGE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # whatever keeps it from starting, a fresh interpreter says
        pass_fds=[theirs.fileno()],
    )  # in the group of its owner: who stops or ends that, means it too


class Forker:
    """Runs a module's `main` in processes of their own, each of which begins with the module imported.

    Nothing is started before it is needed. Safe to use from several threads; tasks at the same time have processes
    that import anew. `imports` are modules that the tasks would import, `seconds` is how long one waits for a task;
    `start` starts the process that waits.
    """

    def __init__(
        self,
        module: str,
        imports: Sequence[str] = (),
        seconds: float = 60.0,
        start: Start = fresh,
    ) -> None:
        self._arguments = [str(seconds), module, *imports]
        self._module = module
        self._start = start
        self._lock = Lock()
        self._idle: _Waiting | None = None

    def prepare(self) -> None:
        """Begin to import, beside whatever else is done, for a task that will come."""
        if sys.platform == "linux" and not self._is_usable():
            atexit.unregister(self.close)
            atexit.register(self.close)
            self._keep(_Waiting(self._arguments, self._start))

    @property
    def is_ready(self) -> bool:
        """Whether a task can begin at once."""
        with self._lock:
            return self._idle is not None and self._idle.is_ready and self._idle.fits()

    def run(self, arguments: Sequence[str], *, given: bytes, seconds: float) -> "subprocess.CompletedProcess[bytes]":
        """What became of a task: its exit status, below zero where a signal killed it, and what it wrote.

        `given` is its standard input. Raises subprocess.TimeoutExpired, with what it has written by then, where it
        takes longer; then it has been killed.
        """
        deadline = time.monotonic() + seconds
        self.prepare()
        if waiting := self._taken():
            with suppress(_EndedError):
                try:
                    done = waiting.run(arguments, given, deadline)
                except BaseException:
                    waiting.end()
                    raise
                self._keep(waiting)
                return done
        return self.run_fresh(arguments, given=given, seconds=max(0.0, deadline - time.monotonic()))

    def run_fresh(
        self, arguments: Sequence[str], *, given: bytes, seconds: float
    ) -> "subprocess.CompletedProcess[bytes]":
        """The same by a fresh interpreter, which imports no more than it comes to need."""
        command = [sys.executable, "-m", self._module, *arguments]
        return subprocess.run(command, cwd=_PACKAGE, input=given, capture_output=True, timeout=seconds, check=False)

    def close(self) -> None:
        """End what waits for tasks; another one is started when there is a task."""
        if waiting := self._taken():
            waiting.end()

    def _is_usable(self) -> bool:
        with self._lock:
            return self._idle is not None and self._idle.fits()

    def _taken(self) -> "_Waiting | None":
        with self._lock:
            waiting, self._idle = self._idle, None
        if waiting is None or waiting.fits():
            return waiting
        waiting.end()
        return None

    def _keep(self, waiting: "_Waiting") -> None:
        with self._lock:
            before, self._idle = self._idle, waiting
        if before is not None:
            before.end()


class _EndedError(Exception):
    """It ended before it did anything, by itself or because it could not import."""


class _Waiting:
    """The process, and the socket by which it is given tasks; used by one thread at a time."""

    def __init__(self, arguments: Sequence[str], start: Start) -> None:
        self._circumstances = _circumstances()
        self._ready = False
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = start(theirs, arguments)
        self._copy = 0

    def fits(self) -> bool:
        """Whether a process that is started now would begin with the same environment and parent."""
        return self._circumstances == _circumstances() and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it has imported everything."""
        if not self._ready:
            self._socket.setblocking(False)
            with suppress(OSError):  # it has said nothing yet, or has ended
                self._ready = self._socket.recv(_LARGEST_MESSAGE) == _READY
        return self._ready

    def run(self, arguments: Sequence[str], given: bytes, deadline: float) -> "subprocess.CompletedProcess[bytes]":
        """Have one task done."""
        began = time.monotonic()
        with ExitStack() as stack:
            standard = [stack.enter_context(_memory(name)) for name in ("input", "output", "errors")]
            standard[0].write(given)
            standard[0].seek(0)
            try:
                if not self.is_ready and self._heard(deadline) != _READY:
                    raise _EndedError
                self._ready = True
                largest_file = resource.getrlimit(resource.RLIMIT_FSIZE)[0]  # which may have changed
                message = json.dumps([largest_file, *arguments]).encode()
                socket.send_fds(self._socket, [message], [one.fileno() for one in standard])
                self._copy = int(self._heard(deadline + _SECONDS_TO_FORK))  # without it, it could not be ended
                status = int(self._heard(deadline))
                self._copy = 0
            except TimeoutError as error:
                seconds = time.monotonic() - began
                raise subprocess.TimeoutExpired(list(arguments), seconds, output=_all_of(standard[1])) from error
            except (OSError, ValueError) as error:
                raise _EndedError from error
            return subprocess.CompletedProcess(list(arguments), status, _all_of(standard[1]), _all_of(standard[2]))

    def _heard(self, deadline: float) -> bytes:
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))
        return self._socket.recv(_LARGEST_MESSAGE)

    def end(self) -> None:
        """End it, with the task that it may be at; in a process that was forked from its owner, only forget it."""
        if self._circumstances[0] == os.getpid():
            if self._copy:
                with suppress(ProcessLookupError):
                    os.kill(self._copy, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        self._socket.close()


def _circumstances() -> tuple[object, ...]:
    environment = {name: value for name, value in os.environ.items() if name != _OF_PYTEST}
    return os.getpid(), environment


def _memory(name: str) -> IO[bytes]:
    """A file that lies on no disk, which may be full."""
    return os.fdopen(os.memfd_create(name), "w+b", buffering=0)


def _all_of(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def main(arguments: Sequence[str]) -> int:
    """Import the modules, say so, and fork for each task that is sent."""
    number, seconds, module, *imports = arguments
    task: Callable[[Sequence[str]], int] = importlib.import_module(module).main
    for name in imports:
        importlib.import_module(name)
    gc.freeze()  # what is shared with the copies is not written to by looking through it
    with socket.socket(fileno=int(number)) as tasks:
        tasks.settimeout(float(seconds))
        with suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
            tasks.send(_READY)
            while True:
                message, descriptors, _, _ = socket.recv_fds(tasks, _LARGEST_MESSAGE, 3)
                if not message:
                    break
                largest_file, *given = json.loads(message)
                copy = _forked(tasks, partial(task, given), largest_file, descriptors)
                tasks.send(str(copy).encode())
                tasks.send(str(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])).encode())
    return 0


def _forked(tasks: socket.socket, task: Callable[[], int], largest_file: int, descriptors: Sequence[int]) -> int:
    """The copy of this process that does the task."""
    copy = os.fork()
    if not copy:
        tasks.close()  # so that its other end hears of it where this process is killed
        _do(task, largest_file, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    return copy


def _do(task: Callable[[], int], largest_file: int, descriptors: Sequence[int]) -> NoReturn:
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        status = task()
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
