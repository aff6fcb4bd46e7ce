"""What a file really is, told by its content: names lie, above all those ending in .doc and .txt.

Content wins over the name wherever it is certain: a .doc that is a web page, RTF or docx inside, a .wps that is docx
and a .docx that is an old .doc are read as what they are. Where it is not certain the name decides, so a text that
begins with odd characters stays a text, and Markdown is never taken for a web page.
"""

import re
import struct
from collections.abc import Mapping
from pathlib import PurePosixPath

from askspeech.errors import ReadError
from askspeech.formats.ole import ole_kind
from askspeech.formats.table import FORMATS, Format, format_of_suffix

__all__ = ["LONGEST_DIRECTORY", "SHORTCUT_SUFFIXES", "recognise", "sniff", "zip_kind"]

LONGEST_DIRECTORY = 2 * 1024 * 1024
"""How much of a zip's central directory is looked at, in bytes."""

SHORTCUT_SUFFIXES = (".lnk", ".url", ".webloc", ".desktop")
"""What files are named that only lead to others."""

_HEAD = 4096
_PDF_WITHIN = 1024
_END_RECORD = struct.Struct("<4s4H2IH")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_FARTHEST_END = 65_535 + _END_RECORD.size
_TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown")
_ZIPPED_SUFFIXES = (".docx", ".docm", ".odt", ".epub")
_MARKDOWN_SUFFIXES = (".md", ".markdown")

# A mark at the very beginning that no text has, and what it is the mark of.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"GIF87a", "other picture"),
    (b"GIF89a", "other picture"),
    (b"\x1f\x8b\x08", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"MSCF\0\0\0\0", "archive"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"L\0\0\0\x01\x14\x02\0", "shortcut"),
    (b"ID3\x02\0", "recording"),
    (b"ID3\x03\0", "recording"),
    (b"ID3\x04\0", "recording"),
    (b"OggS\0", "recording"),
    (b"\x1a\x45\xdf\xa3", "recording"),
    (b"SQLite format 3\0", "data"),
    (b"Founder CEB", "page description"),
    (b"CAJ\0", "page description"),
    (b"HN\0\0", "page description"),
)
_BRANDS_OF_PICTURES = (b"heic", b"heix", b"hevc", b"heif", b"mif1", b"msf1", b"avif")
# What member of a zip shows which kind, in the order in which they are asked for.
_MEMBERS: tuple[tuple[str, str], ...] = (
    ("word/", "docx"),
    ("xl/", "spreadsheet"),
    ("ppt/", "slides"),
    ("META-INF/container.xml", "epub"),
    ("OFD.xml", "page description"),
    ("Index/Document.iwa", "Apple document"),
    ("META-INF/MANIFEST.MF", "program"),
    ("AndroidManifest.xml", "program"),
)
_MIME_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"application/vnd.oasis.opendocument.text", "odt"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "spreadsheet"),
    (b"application/vnd.oasis.opendocument.presentation", "slides"),
    (b"application/vnd.oasis.opendocument", "other Office file"),
    (b"application/epub+zip", "epub"),
)
_COMMENTS = re.compile(r"(?:\s|<!--(?:[^-]|-(?!->))*-->)*")
_PAGE_BEGINS = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_XML_BEGINS = re.compile(r"<\?xml\b", re.IGNORECASE)
_PART_OF_A_PAGE = re.compile(r"<(?:html|head|meta|body|title|table|div|p)[\s>]", re.IGNORECASE)

_COPY_OUT = ("Copy the speech out of it into a Word or text file.", "请把讲话正文复制到 Word 或文本文件里。")
_LEAVE_OUT = ("Leave it out.", "请移除它。")
# What is not read: what it is and what to do, in English and Chinese.
_REFUSED: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "spreadsheet": (("a spreadsheet", "电子表格"), _COPY_OUT),
    "slides": (("a presentation", "演示文稿"), _COPY_OUT),
    "archive": (
        ("an archive", "压缩包"),
        (
            "Unpack it into the folder. A zip file is read as it is, one inside another is not.",
            "请解压到文件夹里。zip 压缩包可以直接读取，但压缩包里的压缩包不读。",
        ),
    ),
    "password": (
        ("protected with a password", "加密文档"),
        ("Open it, remove the password, and save it again.", "请打开后取消密码，再保存一次。"),
    ),
    "web archive": (
        ("a web page saved as a single file (MHT)", "单个文件网页（MHT）"),
        (
            "Open it in Word or a browser and save it as .docx or .html.",
            "请用 Word 或浏览器打开，另存为 .docx 或 .html。",
        ),
    ),
    "flat Word file": (
        ("a Word file saved as XML", "存成 XML 的 Word 文件"),
        ("Open it in Word and save it as .docx.", "请用 Word 打开后另存为 .docx。"),
    ),
    "page description": (
        ("an OFD, CEB or CAJ file", "OFD、CEB 或 CAJ 版式文件"),
        ("Open it in its own reader and print it into a PDF.", "请用相应的阅读器打开，转换成 PDF。"),
    ),
    "Apple document": (
        ("a file of Apple Pages, Numbers or Keynote", "苹果 Pages、Numbers 或 Keynote 文稿"),
        ("Open it there and export it as Word.", "请打开后导出为 Word。"),
    ),
    "other picture": (
        ("a picture of a kind that is not read (GIF, HEIC)", "不支持的图片（GIF、HEIC）"),
        ("Save it as PNG or JPEG.", "请另存为 PNG 或 JPEG。"),
    ),
    "other Office file": (
        ("an Office file, but no text document", "Office 文件，但不是文字文档"),
        _COPY_OUT,
    ),
    "message": (("a message of Outlook", "Outlook 邮件"), _COPY_OUT),
    "recording": (
        ("a sound or video recording", "录音或录像"),
        ("Have it written down, and put the text into the folder.", "请先整理成文字稿，再放进文件夹。"),
    ),
    "shortcut": (
        ("a shortcut to a file, not the file", "快捷方式，不是文件本身"),
        ("Put the file itself into the folder.", "请把文件本身放进文件夹。"),
    ),
    "program": (("a program", "程序"), _LEAVE_OUT),
    "data": (("a database", "数据库"), _LEAVE_OUT),
}


def recognise(name: str, data: bytes) -> Format:
    """The format as which a file is read.

    Raises:
        ReadError: it is something that is not read (a spreadsheet, a program, a picture named .txt), or neither its
            content nor its name tells what it is.
    """
    suffix = PurePosixPath(name).suffix.lower()
    named, kind = format_of_suffix(suffix), sniff(data, suffix)
    if suffix in SHORTCUT_SUFFIXES:
        raise _refused("shortcut", suffix)
    if kind is not None and kind in _REFUSED:
        raise _refused(kind, suffix)
    if kind == "picture" and named and named.name != "picture":
        raise _misnamed_picture(suffix)
    if kind is not None:
        return FORMATS[kind]
    if named is None:
        raise _unknown(suffix)
    if named.name == "picture":
        raise _not_inside(suffix)
    return _text_in_place_of_word(data, suffix) if named.name == "office" else named


def sniff(data: bytes, suffix: str = "") -> str | None:
    """The format or the kind of refused file that the content shows for certain; None where the name must tell.

    `suffix` (".txt", in lower case) says how much it takes to be certain: less begins a text by chance than a .doc.
    """
    for mark, kind in _MARKS:
        if data.startswith(mark):
            return kind
    is_text = suffix in _TEXT_SUFFIXES
    if data.startswith(b"%PDF-") or (not is_text and b"%PDF-" in data[:_PDF_WITHIN]):
        return "pdf"
    if data.startswith((_LOCAL_MARK, _END_MARK)):
        tail = data[-(LONGEST_DIRECTORY + _FARTHEST_END) :]
        kind = zip_kind(data[:_HEAD], tail)
        is_cut_off = kind == "archive" and suffix in _ZIPPED_SUFFIXES and not _directory(tail) and _END_MARK not in tail
        return None if is_cut_off else kind
    return _by_structure(data) or ole_kind(data) or _by_words(data[:_HEAD], suffix)


def zip_kind(head: bytes, tail: bytes) -> str:
    """What a zip file is by its first and last bytes: docx, odt, epub, a refused kind, or just an archive.

    The names are those of the central directory, not of whatever lies packed inside; of a file that was cut off, the
    name of its first member has to do. `tail` needs at most `LONGEST_DIRECTORY` bytes and those of a comment.
    """
    kind = next((kind for mime, kind in _MIME_TYPES if _stored_mime_type(head).startswith(mime)), None)
    names = [name.replace("\\", "/") for name in _directory(tail) or _first_member(head)]
    if kind is None:
        kind = next((kind for mark, kind in _MEMBERS if any(name.startswith(mark) for name in names)), None)
    if kind is None and "[Content_Types].xml" in names:
        # Word writes this member first, so a file that was cut off is most likely a document.
        return "docx" if len(names) == 1 else "other Office file"
    if kind is None and {"content.xml", "META-INF/manifest.xml"} <= set(names):
        return "odt"
    return kind or "archive"


def _text_in_place_of_word(data: bytes, suffix: str) -> Format:
    """Plain text is what a .doc without the marks of anything else most often is."""
    if b"\0" in data[:_HEAD] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _not_inside(suffix)
    return FORMATS["text"]


def _stored_mime_type(head: bytes) -> bytes:
    """What the first member says that calls itself mimetype, as OpenDocument and EPUB ask for."""
    if len(head) < 30 or head[30:38] != b"mimetype":
        return b""
    start = 38 + int.from_bytes(head[28:30], "little")
    return head[start : start + 100]


def _directory(tail: bytes) -> list[str]:
    """The names of the central directory; none where there is no complete one."""
    end = tail.rfind(_END_MARK)
    if end < 0 or len(tail) - end < _END_RECORD.size:
        return []
    size = _END_RECORD.unpack_from(tail, end)[5]
    position, names = max(0, end - size), []
    while tail[position : position + 4] == _ENTRY_MARK and position + 46 <= end:
        name, extra, comment = struct.unpack_from("<3H", tail, position + 28)
        names.append(tail[position + 46 : position + 46 + name].decode("latin-1"))
        position += 46 + name + extra + comment
    return names


def _first_member(head: bytes) -> list[str]:
    length = int.from_bytes(head[26:28], "little")
    return [head[30 : 30 + length].decode("latin-1")]


def _by_structure(data: bytes) -> str | None:
    """Kinds whose marks are too short to trust unless what follows fits."""
    if data[:4] == b"RIFF" and len(data) >= 12:
        return "picture" if data[8:12] == b"WEBP" else "recording"
    if data[4:8] == b"ftyp":
        return "other picture" if data[8:12] in _BRANDS_OF_PICTURES else "recording"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and data[15:18] == b"\0\0\0":
        return "picture"
    if data[257:262] == b"ustar" and b"\0" in data[:257]:
        return "archive"
    if data[:3] == b"BZh" and data[4:10] == b"1AY&SY":
        return "archive"
    if data[:2] == b"MZ" and data[60:64] and b"\0\0" in data[:64]:
        return "program"
    return None


def _by_words(head: bytes, suffix: str) -> str | None:
    """Kinds that are text themselves."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5] == b"{\\rtf":
        return "rtf"
    words = _readable(head)
    if suffix in _MARKDOWN_SUFFIXES:
        return None
    begin = _COMMENTS.match(words)
    body = words[begin.end() :] if begin else words
    if _PAGE_BEGINS.match(body) or (_XML_BEGINS.match(body) and _PAGE_BEGINS.search(body)):
        return "html"
    if suffix in _TEXT_SUFFIXES:
        return None
    if "<pkg:package" in words:
        return "flat Word file"
    if "<w:wordDocument" in words:
        return "office"
    if body.startswith(("MIME-Version:", "From: <Saved by")):
        return "web archive"
    loose = format_of_suffix(suffix) is not None and body.startswith("<") and _PART_OF_A_PAGE.search(body)
    return "html" if loose and not _XML_BEGINS.match(body) else None


def _readable(head: bytes) -> str:
    """The ASCII characters of the beginning, also where they are UTF-16."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "ignore")
    return head.removeprefix(b"\xef\xbb\xbf").decode("ascii", "ignore")


def _refused(kind: str, suffix: str) -> ReadError:
    (english, chinese), (do, zuo) = _REFUSED[kind]
    named = f", though named {suffix}" if suffix in _TEXT_SUFFIXES else ""
    return ReadError(f"it is {english}{named}. {do}", f"这是{chinese}。{zuo}")


def _misnamed_picture(suffix: str) -> ReadError:
    return ReadError(
        f"it is a picture, though named {suffix}. Give it the ending of its kind (.png, .jpg) to have it read, or "
        "leave it out.",
        f"这是一张图片，扩展名却是 {suffix}。如需识别，请改成图片的扩展名（.png、.jpg）；否则请移除它。",
    )


def _not_inside(suffix: str) -> ReadError:
    return ReadError(
        f"it is named {suffix} but is no such file inside. Ask for another copy, or leave it out.",
        f"扩展名是 {suffix}，内容却不是。请换一份，或移除它。",
    )


def _unknown(suffix: str) -> ReadError:
    known = ", ".join(sorted(suffix for one in FORMATS.values() for suffix in one.suffixes))
    return ReadError(
        f"its format {suffix or '(none)'} is not one of {known}. Convert it, or leave it out.",
        f"不支持格式{suffix or '（无扩展名）'}。可读取的格式：{known}。请转换成其中一种，或移除它。",
    )
