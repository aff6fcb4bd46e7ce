"""Make the sample speeches of ingest/samples, each file in another format: `python -m tests.making_samples OUT`."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests import converting
from tests.gold import SAMPLES, continued_lines

__all__ = ["made_samples", "write_samples"]

FOUND_AS = {
    "营商环境讲话合集3篇-副本.docx": "营商环境讲话合集3篇-副本.txt",
    "03 云澜市推进会讲话（2023）.html": "03 云澜市推进会讲话（2023）.txt",
    "江垣省会议讲话【逐条讲】 定稿 2.pdf": "江垣省会议讲话【逐条讲】 定稿 2.txt",
    "scan_0917-001.odt": "scan_0917-001.txt",
    "新建文本文档 (2).txt": "新建文本文档 (2).txt",
    "石鸢镇 现场会讲稿final.md": "石鸢镇 现场会讲稿final.txt",
    "会议材料.zip/会议材料/4月18日调度会/桐浦县调度会讲话（自动编号）.rtf": "桐浦县调度会讲话（自动编号）.txt",
    "会议材料.zip/会议材料/新闻发布会/琴江市发布会实录_2.epub": "琴江市发布会实录_2.txt",
}
"""The path by which each sample is cited, and the text that it is made of."""


def made_samples() -> Mapping[str, bytes]:
    """The files of ingest/samples, by name."""
    made: dict[str, bytes] = {}
    archives: dict[str, dict[str, bytes]] = {}
    for path, name in FOUND_AS.items():
        archive, _, member = path.partition("/")
        if member:
            archives.setdefault(archive, {})[member] = _made(path, name)
        else:
            made[path] = _made(path, name)
    return made | {name: converting.packed(members) for name, members in archives.items()}


def _made(path: str, name: str) -> bytes:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    lines = text.removesuffix("\n").split("\n")
    match Path(path).suffix:
        case ".docx":
            return converting.docx(lines)
        case ".html":
            return converting.government_page(lines)
        case ".pdf":
            return converting.pdf(lines, head="江垣省优化营商环境工作会议材料", continued=continued_lines(name))
        case ".odt":
            return converting.odt(lines)
        case ".rtf":
            return converting.rtf(lines)
        case ".epub":
            return converting.epub(lines)
        case ".md":
            return text.encode("utf-8-sig")
        case _:
            return text.encode("gb18030")


def write_samples(folder: Path) -> None:
    """Write all files of ingest/samples into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made_samples().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.making_samples OUT")
    write_samples(Path(sys.argv[1]))
