"""Odd paths: links, pipes, devices, and names that file systems allow."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.bad_files.table import KEPT, SPEECH, BadFile

__all__ = ["HIDDEN", "OUTSIDE", "named", "odd_paths"]

OUTSIDE = "outside"
HIDDEN = ".隐藏.txt"
"""The folder beside the corpus that links lead to."""


def odd_paths() -> tuple[BadFile, ...]:
    return (
        BadFile("链接到文件.txt", link_to(HIDDEN), text=KEPT),
        BadFile("链接到外面.txt", link_to(f"../{OUTSIDE}/文件.txt"), "link to a file outside"),
        BadFile("链接到文件夹", link_to(f"../{OUTSIDE}"), "link to a folder"),
        BadFile("链接到自己所在处", link_to("."), "link to a folder"),
        BadFile("环.txt", link_to("环.txt"), "leads back to itself"),
        BadFile("断链.txt", link_to("没有.txt"), "no such file"),
        BadFile("零.txt", link_to("/dev/zero"), "no regular file"),
        BadFile("管道.txt", os.mkfifo, "no regular file"),
        BadFile("管道.zip", os.mkfifo, "no regular file"),
        BadFile("套接字.txt", listening, "no regular file"),
        BadFile("空文件夹.txt", Path.mkdir, text=""),
    )


def named() -> tuple[BadFile, ...]:
    """Good files with names as file systems allow them: each its own text, so that none is a copy."""
    names = (
        "长" * 83 + ".txt",  # 253 bytes: 255 are the most
        "x" * 251 + ".txt",
        "换\n行.txt",
        "\u202etxt.反向.txt",
        "表情😀👨‍👩‍👧.txt",
        "\x1b[31m红.txt",
        " 空格 .txt",
        "引号\"'`$(x)&;.txt",
        "反\\斜.txt",
        "-rf.txt",
        "<script>alert(1)<／script>.txt",
        os.fsdecode("国标名字".encode("gb18030") + b".txt"),
        os.fsdecode(b"\xff\xfe.txt"),
        "ＡＢＣ.TXT",
        "e\u0301.txt",
        "\u00e9.txt",
    )
    return tuple(BadFile(name, speech(number), text=KEPT) for number, name in enumerate(names))


def speech(number: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_text(f"{SPEECH}\n这是第{number}份。\n", encoding="utf-8")

    return make


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def listening(path: Path) -> None:
    """A socket; its address may be no longer than some hundred bytes, so it is made where it lies."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)
