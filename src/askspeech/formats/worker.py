"""The child process in which untrusted files are parsed: `python -m askspeech.formats.worker MEMORY_BYTES FOLDER`.

Requests come in on its standard input, replies leave on its standard output, both as frames: eight bytes of length
(big-endian), then the content. A request is a frame of JSON and one of the file's bytes. Replies are frames of JSON:

    {"said": "started"}            the reader is imported; the time allowed begins
    {"said": "pages", "pages": 9}  as often as the reader announces pages
    {"said": "text", …}            the result but for its text, which follows in a second frame, in UTF-8
    {"said": "error", …}           the reader raised ReadError, or RecognitionNeeded
    {"said": "unavailable", …}     the reader, or a library that it needs, is not installed
    {"said": "failure", …}         it raised something else
    {"said": "memory"}             it ran out of memory

The limits hold from before anything that parses is imported. macOS accepts RLIMIT_AS without enforcing it: there only
the time limit and the limits inside the readers bound what a file may cost.
"""

import gc
import json
import math
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from askspeech.bilingual import packed
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted, RecognitionNeeded
from askspeech.formats.replies import HEADER, described, frame

__all__ = ["load_reader", "main"]

Read = Callable[[bytes, Callable[[int], None]], Extracted]

_LARGEST_WRITTEN_FILE = 256 * 1024 * 1024
_OPEN_FILES = 256
_SECONDS_OF_GRACE = 10
_NETWORK = frozenset(
    f"socket.{event}" for event in ("bind", "connect", "getaddrinfo", "gethostbyname", "sendmsg", "sendto")
)


def load_reader(module: str) -> Read:
    """The `read` of a module of this package, or of any module where its name has a dot."""
    read: Read = import_module(module if "." in module else f"askspeech.formats.{module}").read
    return read


def main(arguments: Sequence[str]) -> int:
    """Serve requests until standard input ends; then everything ends that was started, and the folder is removed."""
    requests, replies = _own_streams()
    _restrict(int(arguments[0]))
    try:
        _serve(requests, replies)
    except BrokenPipeError:
        return 1
    finally:
        shutil.rmtree(arguments[1], ignore_errors=True)  # the parent, which does it otherwise, may be gone
        if os.getpgrp() == os.getpid():  # what a converter may have left running is in this group
            os.killpg(0, signal.SIGKILL)
    return 0


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers of their own: whatever a library reads or prints must not meet the frames."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _restrict(memory_bytes: int) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_WRITTEN_FILE)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_AS, memory_bytes)
    os.umask(0o077)
    sys.addaudithook(_refuse_network)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _refuse_network(event: str, _: tuple[Any, ...]) -> None:
    if event in _NETWORK:
        raise PermissionError("a file is read without the network")


def _serve(requests: BinaryIO, replies: BinaryIO) -> None:
    def reply(said: str, text: bytes | None = None, **details: object) -> None:
        replies.write(frame(json.dumps({"said": said, **details}).encode()))
        if text is not None:
            replies.write(frame(text))
        replies.flush()

    while (request := _received(requests)) is not None and (data := _received(requests)) is not None:
        _answer(json.loads(request), data, reply)


def _answer(order: Mapping[str, Any], data: bytes, reply: Callable[..., None]) -> None:
    def announce(pages: int) -> None:
        _limit_processor_time(order["seconds"] + pages * order["seconds_per_page"])
        reply("pages", pages=pages)

    try:
        read = load_reader(order["module"])
        gc.freeze()  # modules stay, so that collecting what a file leaves behind is quick
        _limit_processor_time(order["seconds"])
        reply("started")
        extracted = read(data, announce)
        text = extracted.text.encode("utf-8", "surrogatepass")
        reply("text", text, **described(extracted), address_space=_address_space())
    except ReadError as error:
        needed = isinstance(error, RecognitionNeeded)
        reply(
            "error",
            message=packed(error.args[0] if error.args else ""),
            recognition_needed=needed,
            address_space=_address_space(),
        )
    except MemoryError:
        reply("memory")
    except ImportError as error:
        reply("unavailable", message=str(error))
    except BrokenPipeError:
        raise
    except (Exception, SystemExit) as error:  # the parent makes a ReadError of it
        reply("failure", message=f"{type(error).__name__}: {error}"[:500])


def _received(requests: BinaryIO) -> bytes | None:
    """The next frame; None where the parent has closed its end."""
    header = requests.read(HEADER.size)
    return requests.read(HEADER.unpack(header)[0]) if len(header) == HEADER.size else None


def _limit_processor_time(seconds: float) -> None:
    """End this process some time after its parent should have: a backstop where the parent is gone."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    processors = os.cpu_count() or 1
    allowed = usage.ru_utime + usage.ru_stime + seconds * processors + _SECONDS_OF_GRACE
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    limit = math.ceil(allowed)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _address_space() -> int:
    """The bytes that count towards RLIMIT_AS, 0 where the system does not tell.

    Not the resource usage's highest resident size: a child inherits that from a large parent.
    """
    gc.collect()
    sizes = Path("/proc/self/statm")
    return int(sizes.read_text().split()[0]) * resource.getpagesize() if sizes.exists() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
