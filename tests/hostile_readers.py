"""A reader for tests of the reading pool: each file says what goes wrong while it is read."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from askspeech.datatypes import Drop, Layout, Span
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted, RecognitionNeeded
from askspeech.formats.table import Format, Limits

MEBIBYTE = 1024 * 1024
KEPT: list[bytearray] = []
HOSTILE = Format("hostile", "1", "tests.hostile_readers", ())
HURRIED = replace(HOSTILE, limits=Limits(seconds=0.5, seconds_per_page=0.5))
LAYOUT = Layout("page", (0, 2, 2), (Drop(Span(0, 1), "running_head"),), (0.25, 1.0, 1.0), ("第一页 page 1",))


def read(data: bytes, announce: Callable[[int], None]) -> Extracted:
    """Do what the file says; a file that says nothing of these is its own text."""
    order, _, argument = data.decode("utf-8", "surrogatepass").partition(" ")
    return ORDERS.get(order, lambda _argument, _announce: Extracted(data.decode("utf-8", "surrogatepass")))(
        argument, announce
    )


def _refuse(argument: str, _: Callable[[int], None]) -> Extracted:
    raise ReadError(argument)


def _recognise(argument: str, _: Callable[[int], None]) -> Extracted:
    raise RecognitionNeeded(argument)


def _fail(argument: str, _: Callable[[int], None]) -> Extracted:
    raise ValueError(argument)


def _hog(_: str, __: Callable[[int], None]) -> Extracted:
    hoard = []
    while True:
        hoard.append(bytearray(16 * MEBIBYTE))


def _keep(argument: str, _: Callable[[int], None]) -> Extracted:
    KEPT.append(bytearray(int(argument) * MEBIBYTE))
    return Extracted(str(os.getpid()))


def _loop(_: str, __: Callable[[int], None]) -> Extracted:
    while True:
        pass


def _print(_: str, __: Callable[[int], None]) -> Extracted:
    print("garbage" * 100_000, flush=True)
    os.write(1, b"\0" * 100)
    subprocess.run([sys.executable, "-c", "print('more garbage')"], check=True)
    sys.stdin.read()
    return Extracted("clean")


def _pages(argument: str, announce: Callable[[int], None]) -> Extracted:
    announce(int(argument))
    time.sleep(1.0)
    return Extracted("slow but announced")


def _die(argument: str, _: Callable[[int], None]) -> Extracted:
    if argument == "SIGSEGV":
        ctypes.string_at(0)
    os.kill(os.getpid(), signal.Signals[argument])
    raise AssertionError("it lives")


def _connect(_: str, __: Callable[[int], None]) -> Extracted:
    socket.create_connection(("127.0.0.1", 9))
    raise AssertionError("it may connect")


def _child(argument: str, _: Callable[[int], None]) -> Extracted:
    """Leave a process behind that would outlive its parent."""
    sleeper = subprocess.Popen(["sleep", "60"])
    Path(argument).write_text(str(sleeper.pid))
    time.sleep(60)
    return Extracted("")


def _write(argument: str, _: Callable[[int], None]) -> Extracted:
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(argument)
    return Extracted(file.name)


ORDERS: dict[str, Callable[[str, Callable[[int], None]], Extracted]] = {
    "refuse": _refuse,
    "fail": _fail,
    "hog": _hog,
    "keep": _keep,
    "loop": _loop,
    "print": _print,
    "pages": _pages,
    "die": _die,
    "connect": _connect,
    "child": _child,
    "write": _write,
    "exit": lambda argument, _: sys.exit(int(argument)),
    "vanish": lambda argument, _: os._exit(int(argument)),
    "silent": lambda _, __: (os.closerange(3, 256), time.sleep(60), Extracted(""))[-1],
    "who": lambda _, __: Extracted(str(os.getpid())),
    "environment": lambda _, __: Extracted(" ".join(sorted(os.environ))),
    "large": lambda argument, _: Extracted("讲" * (int(argument) * MEBIBYTE // 3)),
    "layout": lambda _, __: Extracted("头\n\n文\udc80\n", "utf-8", LAYOUT, recognisable=True),
    "picture": _recognise,
    "nonsense": lambda _, __: Extracted("短", "", Layout("page", (0, 99))),
}
