"""Bad text files: encodings, binary files under the name of a text, and sizes."""

import gzip
import random
from pathlib import Path

from tests.bad_files.table import KEPT, SPEECH, BadFile, bad

__all__ = ["PLAIN"]

SENTENCES = 7_600
"""So many make a megabyte."""


def single_line(megabytes: int) -> bytes:
    """A text of about that size that never breaks its one line; no sentence is like another."""
    chance = random.Random(1)
    common = "".join(bytes((lead, trail)).decode("gb2312") for lead in range(0xB0, 0xD0) for trail in range(0xA1, 0xFF))
    words = ("".join(chance.choices(common, k=30)) for _ in range(megabytes * SENTENCES))
    return "".join(f"第{number}项工作是{word}，要抓好。" for number, word in enumerate(words)).encode()


def sparse(path: Path) -> None:
    """A file of 201 MB that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(201 * 1024 * 1024)


def many_files(path: Path) -> None:
    """A folder of 100,000 files, ten different texts: in a hundred folders, so that none is too large to look at."""
    texts = [f"{SPEECH}\n第{number}份。\n".encode() for number in range(10)]
    for number in range(100_000):
        folder = path / f"{number // 1_000:03}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_bytes(texts[number % 10])


def odd_utf_16() -> bytes:
    return b"\xff\xfe" + SPEECH.encode("utf-16-le") + b"\x4e"


def broken_utf_8() -> bytes:
    data = SPEECH.encode()
    return data[:301] + b"\xff\xfe\xff" + data[301:]


PLAIN: tuple[BadFile, ...] = (
    bad("空.txt", b"", "it is empty"),
    bad("空白.txt", b" \r\n\t \x0c\n" * 100, "it is empty"),
    bad("只有BOM.txt", b"\xef\xbb\xbf", "it is empty"),
    bad("只有页码.txt", b"- 1 -\n\n- 2 -\n", "holds no speech"),
    bad("图片.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), "a picture, though named .txt"),
    bad("压缩.txt", gzip.compress(SPEECH.encode()), "an archive, though named .txt"),
    bad("程序.txt", b"\x7fELF\x02\x01\x01" + bytes(100), "a program, though named .txt"),
    bad("零字节.txt", SPEECH.encode().replace(b"\n", b"\0"), "control characters"),
    bad("全零.txt", bytes(5_000), "control characters"),
    bad("终端.txt", SPEECH.replace("\n", "\x1b[2J").encode(), "control characters"),
    bad("噪声.txt", bytes(range(256)) * 40, "not text in UTF-8|control characters"),
    bad("国标断尾.txt", SPEECH.rstrip("\n").encode("gb18030")[:-1], "ends in the middle of a character"),
    bad("奇数长度.txt", odd_utf_16, "byte order mark says UTF-16, but byte"),
    bad("坏字节.txt", broken_utf_8, r"UTF-8 text, but the bytes from 300 on"),
    bad("两种编码.txt", SPEECH.encode() + SPEECH.encode("gbk"), "texts in two encodings"),
    bad("国标里夹UTF8.txt", SPEECH.encode("gbk") + SPEECH.encode(), "texts in two encodings"),
    bad("UTF32.txt", SPEECH.encode("utf-32"), "control characters"),
    bad("没有标记的UTF16.txt", SPEECH.encode("utf-16-le"), text=KEPT),
    bad("没有标记的UTF16BE.txt", SPEECH.encode("utf-16-be"), text=KEPT),
    bad(
        "大五码.txt", "各位同志：今天召開大會，主要任務是總結經驗、部署工作。謝謝大家！".encode("big5"), text="總結經驗"
    ),
    bad("国标四字节.txt", SPEECH.replace("青禾", "䶮禾").encode("gb18030"), text="䶮禾县"),
    bad("替代符.txt", SPEECH.replace("营商", "\ufffd\ufffd").encode(), text="环境大会", notice="had been lost"),
    bad("旧Mac换行.txt", SPEECH.replace("\n", "\r").encode(), text=KEPT),
    bad("空行.txt", ("\n" * 1_000_000 + SPEECH).encode(), text=KEPT),
    bad("一行到底.txt", lambda: single_line(1), text=f"第{SENTENCES - 1}项工作", seconds=60, memory=1024),
    BadFile("很大.txt", sparse, "at most"),
    bad(
        "五十兆一行.txt",
        lambda: single_line(50),
        text=f"第{50 * SENTENCES - 1}项工作",
        slow=True,
        seconds=60,
        memory=1024,
    ),
    BadFile("十万个小文件", many_files, text=KEPT, slow=True, seconds=300),
)
