"""Untrusted files are read in child processes that are bounded in memory and time, and replaced when they die.

A child is a fresh interpreter (`askspeech.formats.worker`), never a copy of this process: it holds no model, no open
index and no key of the environment, and a script without a main guard can use the pool. Children start when they are
needed, serve many files, and end when their standard input does, so none outlives this process.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore, Lock
from types import TracebackType
from typing import IO, TypeVar

from askspeech.bilingual import Bilingual
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted, RecognitionNeeded
from askspeech.formats.extras import recogniser
from askspeech.formats.replies import HEADER, extracted_of, frame, readable, whole_number
from askspeech.formats.table import FORMATS, Format
from askspeech.formats.worker import load_reader

__all__ = ["ReadingPool"]

Key = TypeVar("Key")

_FILES_A_CHILD = 200
_WORN = 0.75  # of its memory: what a child keeps of earlier files is missing for the next one
_SECONDS_TO_START = 60.0
_MOST_PAGES = 20_000  # that are given time: whatever announces more is no speech
_LARGEST_FRAME = 256 * 1024 * 1024
_PIECE = 1024 * 1024
_ANEW = "Save its text alone as a new file, or leave it out."
_ANEW_CHINESE = "请把正文另存为一份新文件，或移除它。"
# What a child gets of the environment; keys of chat models and the like stay here.
_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ")
_MEBIBYTE = 1024 * 1024


class ReadingPool(AbstractContextManager["ReadingPool"]):
    """Reads files, those of dangerous formats in children; safe to use from several threads.

    There are at most `workers` children for each size of memory that the formats ask for. A child is replaced after
    200 files, when what earlier files left in it takes three quarters of its memory, and when a file has ended it. What
    becomes of a file does not depend on those before it: where a child that has read others dies, the file is tried
    once more in a new one.
    """

    def __init__(self, workers: int = 2) -> None:
        self._workers = workers
        self._lock = Lock()
        self._room: defaultdict[int, BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(workers))
        self._idle: defaultdict[int, list[_Child]] = defaultdict(list)
        self._children: set[_Child] = set()
        self._closed = False

    def read(self, format: Format, data: bytes) -> Extracted:
        """The text of a file of this format; of pages that are pictures too, where what recognises them is installed.

        Raises:
            ReadError: the file is too large, its reader refuses it, or does not live through it.
        """
        recognising = FORMATS.get(format.recognised_by) if recogniser() else None
        try:
            extracted = self._read(format, data)
        except RecognitionNeeded:
            if recognising is None:
                raise
            return self._read(recognising, data)
        if recognising is None or not extracted.recognisable:
            return extracted
        try:
            return self._read(recognising, data)
        except ReadError as error:
            return _with_notice(extracted, error.words)

    def read_ahead(
        self, items: Iterable[tuple[Key, tuple[Format, bytes] | None]]
    ) -> Iterator[tuple[Key, Extracted | ReadError | None]]:
        """What became of each file, in the order of the files, while the next ones are being read.

        An item without a file takes its turn and comes back as None. Items are asked for as they are needed: not more
        than three times `workers` files are held at once.
        """
        ahead: deque[tuple[Key, Future[Extracted | ReadError | None]]] = deque()
        threads = ThreadPoolExecutor(self._workers, thread_name_prefix="reading")
        try:
            for key, file in items:
                ahead.append((key, threads.submit(self._outcome, file)))
                while len(ahead) >= 3 * self._workers or (ahead and ahead[0][1].done()):
                    first, outcome = ahead.popleft()
                    yield first, outcome.result()
            while ahead:
                first, outcome = ahead.popleft()
                yield first, outcome.result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End all children, also those that are reading; may be called twice."""
        with self._lock:
            self._closed = True
            children = list(self._children)
            for idle in self._idle.values():
                while idle:
                    self._children.discard(child := idle.pop())
                    child.end()
        for child in children:
            child.kill()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the pool."""
        self.close()

    def _read(self, format: Format, data: bytes) -> Extracted:
        if len(data) > format.limits.file_bytes:
            raise _too_large(format, len(data))
        if not format.isolated:
            return load_reader(format.module)(data, _ignore)
        while True:
            with self._child(format.limits.memory_bytes) as child:
                first = child.files == 0
                try:
                    return child.read(format, data)
                except _LostError as lost:
                    child.lost = True
                    if self._closed:
                        raise _stopped() from lost
                    if first or not lost.may_be_of_others:
                        raise ReadError(lost.message) from lost

    def _outcome(self, file: tuple[Format, bytes] | None) -> Extracted | ReadError | None:
        try:
            return self.read(*file) if file is not None else None
        except ReadError as error:
            return error

    @contextmanager
    def _child(self, memory_bytes: int) -> Iterator["_Child"]:
        """A child for one file; it is kept for the next one unless something went wrong or it is worn."""
        with self._lock:
            room = self._room[memory_bytes]
        with room:
            child = self._started(memory_bytes)
            try:
                yield child
            except BaseException as error:
                # Interrupted while it reads, it would give its answer to whoever asks next.
                child.lost |= not isinstance(error, ReadError)
                raise
            finally:
                self._put_back(child)

    def _started(self, memory_bytes: int) -> "_Child":
        with self._lock:
            if self._idle[memory_bytes] and not self._closed:
                return self._idle[memory_bytes].pop()
        try:
            child = _Child(memory_bytes)
        except OSError as error:
            raise _not_started(error) from error
        with self._lock:
            if not self._closed:
                self._children.add(child)
                return child
        child.end()
        raise _stopped()

    def _put_back(self, child: "_Child") -> None:
        with self._lock:
            if not (self._closed or child.lost or child.worn):
                self._idle[child.memory_bytes].append(child)
                return
            self._children.discard(child)
        child.end()


class _LostError(Exception):
    """A child gave no answer; `message` says why, for a person."""

    def __init__(self, message: Bilingual, *, may_be_of_others: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.may_be_of_others = may_be_of_others
        """Whether files read before can have brought it about."""


class _Child:
    """One child process and the pipes to it; used by one thread at a time, but `kill` may come from any."""

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self.files = 0
        self.lost = False
        self._address_space = 0
        self._killing = Lock()
        # A folder that is removed with the child: one that is stopped leaves its files behind.
        self._folder = tempfile.TemporaryDirectory(prefix="askspeech-", ignore_cleanup_errors=True)
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        package = Path(__file__).resolve().parent.parent  # so that the child finds this very package, installed or not
        self._process = subprocess.Popen(
            [sys.executable, "-m", "askspeech.formats.worker", str(memory_bytes), self._folder.name],
            cwd=package,
            env={**environment, "TMPDIR": self._folder.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # a process group of its own, so that what it starts ends with it
        )
        assert self._process.stdin and self._process.stdout
        self._requests: IO[bytes] = self._process.stdin
        self._replies: IO[bytes] = self._process.stdout
        os.set_blocking(self._requests.fileno(), False)
        os.set_blocking(self._replies.fileno(), False)

    @property
    def worn(self) -> bool:
        return self.files >= _FILES_A_CHILD or self._address_space > _WORN * self.memory_bytes

    def read(self, format: Format, data: bytes) -> Extracted:
        limits = format.limits
        order = {"module": format.module, "seconds": limits.seconds, "seconds_per_page": limits.seconds_per_page}
        seconds, start = _SECONDS_TO_START, time.monotonic()
        try:
            for piece in (frame(json.dumps(order).encode()), HEADER.pack(len(data)), data):
                self._send(piece, start + seconds)
            while (reply := self._answer(start + seconds))["said"] in ("started", "pages"):
                if reply["said"] == "started":
                    seconds, start = limits.seconds, time.monotonic()
                else:
                    pages = max(0, min(whole_number(reply["pages"]), _MOST_PAGES))
                    seconds = limits.seconds + pages * limits.seconds_per_page
            return self._result(reply, start + seconds)
        except TimeoutError as error:
            raise _LostError(_out_of_time(seconds), may_be_of_others=False) from error
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise _LostError(self._cause_of_death()) from error
        except (ValueError, KeyError, TypeError) as error:
            raise _LostError(_crashed(Bilingual("no usable answer", "没有给出可用的回答"))) from error

    def kill(self) -> None:
        """End the child and everything that it has started, and wait for it."""
        with self._killing:
            if self._process.returncode is None:
                # It may have ended by itself, and macOS forbids signals to a group of ended processes.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def end(self) -> None:
        """Kill the child, close the pipes and remove its folder: for the thread that uses it."""
        self.kill()
        self._requests.close()
        self._replies.close()
        self._folder.cleanup()

    def _result(self, reply: dict[str, object], deadline: float) -> Extracted:
        if reply["said"] == "memory":
            raise _LostError(_out_of_memory(self.memory_bytes))
        if reply["said"] == "unavailable":
            raise _LostError(_unavailable(readable(reply["message"])), may_be_of_others=False)
        if reply["said"] == "failure":
            raise _LostError(_crashed(readable(reply["message"])))
        self.files += 1
        self._address_space = whole_number(reply["address_space"])
        if reply["said"] == "error":
            needed = reply["recognition_needed"] is True
            raise (RecognitionNeeded if needed else ReadError)(readable(reply["message"]))
        return extracted_of(reply, self._frame(deadline).decode("utf-8", "surrogatepass"))

    def _answer(self, deadline: float) -> dict[str, object]:
        reply = json.loads(self._frame(deadline))
        if not isinstance(reply, dict):
            raise TypeError(type(reply))
        return reply

    def _frame(self, deadline: float) -> bytes:
        (length,) = HEADER.unpack(self._receive(HEADER.size, deadline))
        if length > _LARGEST_FRAME:
            raise ValueError(length)
        return self._receive(length, deadline)

    def _send(self, content: bytes, deadline: float) -> None:
        view = memoryview(content)
        while view:
            self._wait(self._requests, select.POLLOUT, deadline)
            with suppress(BlockingIOError):  # less room than a piece needs: it is asked again
                view = view[os.write(self._requests.fileno(), view[:_PIECE]) :]

    def _receive(self, length: int, deadline: float) -> bytes:
        received = bytearray()
        while len(received) < length:
            self._wait(self._replies, select.POLLIN, deadline)
            piece = os.read(self._replies.fileno(), min(length - len(received), _PIECE))
            if not piece:
                raise EOFError
            received += piece
        return bytes(received)

    def _wait(self, pipe: IO[bytes], event: int, deadline: float) -> None:
        waiting = select.poll()
        waiting.register(pipe, event)
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError

    def _cause_of_death(self) -> Bilingual:
        self.kill()  # changes nothing about how a child ended that is ending already
        status = self._process.returncode
        if status == -signal.SIGXCPU:
            return _out_of_time()
        if status == -signal.SIGKILL:
            return _crashed(Bilingual("the system ended it, perhaps for want of memory", "被系统终止，可能是内存不足"))
        return _crashed(signal.Signals(-status).name if status < 0 else f"status {status}")


def _with_notice(extracted: Extracted, notice: str) -> Extracted:
    return replace(extracted, layout=replace(extracted.layout, notices=(*extracted.layout.notices, notice)))


def _ignore(pages: int) -> None:
    """Nobody waits for the number of pages."""


def _stopped() -> ReadError:
    return ReadError("reading was stopped before it was read. Start again.", "尚未读完，读取已停止。请重新开始。")


def _not_started(error: OSError) -> ReadError:
    return ReadError(
        f"its reader cannot be started ({error.strerror}). Free some memory and room on the disk, then read it again.",
        f"读取程序无法启动（{error.strerror}）。请释放一些内存和磁盘空间后重试。",
    )


def _too_large(format: Format, size: int) -> ReadError:
    most = format.limits.file_bytes
    return ReadError(
        f"it holds {size:,} bytes; at most {most:,} are read of a {format.name} file. Split it.",
        f"文件有 {size:,} 字节；{format.name} 文件最多读取 {most:,} 字节。请拆分后再读。",
    )


def _unavailable(what: str) -> Bilingual:
    return Bilingual(
        f"its reader is not complete on this machine ({what}). Install askspeech again with all that it needs.",
        f"本机缺少读取它所需的组件（{what}）。请管理员重新完整安装 askspeech。",
    )


def _out_of_memory(memory_bytes: int) -> Bilingual:
    size = f"{memory_bytes // _MEBIBYTE} MB"
    return Bilingual(
        f"its reader ran out of memory ({size}): it is damaged, or larger inside than it looks. {_ANEW}",
        f"读取它用尽了内存（{size}）：文件已损坏，或内部远比看上去大。{_ANEW_CHINESE}",
    )


def _out_of_time(seconds: float | None = None) -> Bilingual:
    english = "too long" if seconds is None else f"longer than {seconds:g} s"
    chinese = "过长" if seconds is None else f"超过 {seconds:g} 秒"
    return Bilingual(
        f"reading it took {english} and was stopped: it is damaged, or larger inside than it looks. {_ANEW}",
        f"读取时间{chinese}，已停止：文件已损坏，或内部远比看上去大。{_ANEW_CHINESE}",
    )


def _crashed(how: str) -> Bilingual:
    english, chinese = (how.english, how.chinese) if isinstance(how, Bilingual) else (how, how)
    return Bilingual(
        f"its reader crashed on it ({english}): it is damaged, or built in a way that the reader does not know. Open "
        "it in the program it was made with and save it again, or leave it out.",
        f"读取程序在这个文件上崩溃了（{chinese}）：文件已损坏，或其结构无法识别。"
        "请用原来的软件打开后另存一份，或移除它。",
    )
