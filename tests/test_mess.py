"""A folder as people hand it over: what becomes of every file in it, and that a speech in its zip is cited."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from tests.conftest import FORUM, OPENING
from tests.office_files import paragraph, word_file, zipped

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.build_report import BuildReport

FORUM_GB = FORUM.encode("gb18030")
MEETING = FORUM.replace("云陵", "石门").replace("民营", "工业").replace("云企贷", "石企贷")
WORD_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "WordDocument".encode("utf-16-le")
DOCX = "合集.zip/讲话/2023年/在动员大会上的讲话（定稿）.docx"


class _GbkInfo(zipfile.ZipInfo):
    """A member as Chinese Windows writes it: its name in GBK, without a word about that."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name that zipfile calls
        return self.filename.encode("gbk"), self.flag_bits


def gbk_zip(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            info = _GbkInfo(name, (2023, 5, 1, 9, 30, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return made.getvalue()


def word(text: str) -> bytes:
    return word_file("".join(paragraph(line) for line in text.splitlines()))


def page(text: str) -> bytes:
    """What an office system calls a Word file."""
    body = "".join(f"<p class=MsoNormal>{line}</p>" for line in text.splitlines() if line)
    head = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="gb2312"></head>'
    return f"{head}<body>{body}</body></html>".encode("gb18030")


COLLECTION = {
    "讲话/": b"",
    "讲话/2023年/在动员大会上的讲话（定稿）.docx": word(OPENING),
    "讲话/2023年/~$动员大会上的讲话（定稿）.docx": b"\x05user".ljust(162, b"\0"),
    "讲话/2023年/讲话 纯文字.txt": OPENING.encode(),
    "讲话/2023年/空白文档.docx": b"",
    "讲话/座谈会/座谈会发言.txt": FORUM_GB,
    "讲话/座谈会/座谈会发言 - 快捷方式.lnk": b"L\0\0\0\x01\x14\x02\0",
    "讲话/座谈会/更早的.zip": zipped({"更早.txt": "更早的讲话。"}),
    "讲话/座谈会/Thumbs.db": WORD_97,
    "__MACOSX/讲话/._座谈会发言.txt": b"\0\5\x16\7",
    ".DS_Store": b"\0\0\0\1Bud1",
}
FOLDER = {
    "合集.zip": gbk_zip(COLLECTION),
    "座谈会发言.txt": FORUM_GB,
    "座谈会发言 - 副本.txt": FORUM_GB,
    "老系统导出.doc": page(MEETING),
    "子 文件夹/旧稿.docx": WORD_97,
    "子 文件夹/照片.txt": b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR",
    "子 文件夹/新建文本文档.txt": b"",
    "子 文件夹/名单.xlsx": zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
    "子 文件夹/资料.rar": b"Rar!\x1a\x07\x01\0",
    "子 文件夹/讲话 - 快捷方式.lnk": b"L\0\0\0\x01\x14\x02\0" + bytes(60),
    "原文链接.url": b"[InternetShortcut]\r\nURL=http://127.0.0.1/\r\n",
    "说明": "请把讲话稿放在这里。".encode(),
    "~$系统导出.doc": b"\x05user".ljust(162, b"\0"),
    ".~lock.旧稿.docx#": b",user,host,20.11.2026 09:30;",
    "Thumbs.db": WORD_97,
    "desktop.ini": b"[.ShellClassInfo]",
    ".DS_Store": b"\0\0\0\1Bud1",
    "__MACOSX/._合集.zip": b"\0\5\x16\7",
}
SKIPPED = {
    "合集.zip/讲话/2023年/空白文档.docx": "文件是空的",
    "合集.zip/讲话/座谈会/座谈会发言 - 快捷方式.lnk": "快捷方式",
    "合集.zip/讲话/座谈会/更早的.zip": "压缩包里的压缩包",
    "子 文件夹/旧稿.docx": "LibreOffice",
    "子 文件夹/照片.txt": "这是一张图片，扩展名却是 .txt",
    "子 文件夹/新建文本文档.txt": "文件是空的",
    "子 文件夹/名单.xlsx": "电子表格",
    "子 文件夹/资料.rar": "压缩包",
    "子 文件夹/讲话 - 快捷方式.lnk": "快捷方式",
    "原文链接.url": "快捷方式",
    "说明": "无扩展名",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("会议 材料（全）")
    for name, content in FOLDER.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mess-store")


@pytest.fixture(scope="module")
def report(corpus: Path, store: Path) -> BuildReport:
    return build_index([corpus], store=store)


def test_the_speeches_are_found_and_copies_are_one(report: BuildReport) -> None:
    assert {file.file: (file.speeches, file.copies) for file in report.files} == {
        DOCX: (1, ("合集.zip/讲话/2023年/讲话 纯文字.txt",)),
        "合集.zip/讲话/座谈会/座谈会发言.txt": (1, ("座谈会发言 - 副本.txt", "座谈会发言.txt")),
        "老系统导出.doc": (1, ()),
    }


def test_what_is_skipped_is_named_with_its_reason_and_leftovers_are_not(report: BuildReport) -> None:
    reasons = {file.file: file.reason for file in report.skipped}
    assert reasons.keys() == SKIPPED.keys()
    assert [name for name, part in SKIPPED.items() if part not in reasons[name]] == []


def test_building_again_changes_nothing(report: BuildReport, corpus: Path, store: Path) -> None:
    again = build_index([corpus], store=store)
    assert again.built_from == "unchanged"
    assert {file.file for file in again.skipped} == SKIPPED.keys()
    assert (again.files, again.logical_hash) == (report.files, report.logical_hash)


def test_a_speech_in_the_zip_is_cited_with_its_paragraph(report: BuildReport, store: Path) -> None:
    assert report.files
    with SpeechIndex.open(store) as index:
        answer = Answerer(index).ask("青禾县怎么清理拖欠企业的账款？")
    cited = {(citation.file, citation.locator.unit, citation.locator.first) for citation in answer.citations}
    wanted = next(number for number, line in enumerate(OPENING.splitlines(), 1) if "清理拖欠账款" in line)
    assert (DOCX, "paragraph", wanted) in cited
