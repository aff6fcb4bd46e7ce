import io
import struct
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.errors import ReadError
from askspeech.formats.sniffing import recognise, sniff

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
JPEG = b"\xff\xd8\xff\xe0" + bytes(50)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
RTF = b"{\\rtf1\\ansi "
PAGE = '<!DOCTYPE html>\n<html lang="zh"><body><p>同志们</p></body></html>'
WORD_PAGE = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p>同志们</p></body></html>'
SPEECH = "同志们：今天开会。"
ODF = "application/vnd.oasis.opendocument."
ROOT, STREAM = 5, 2


def zipped(*names: str, mime: str = "", nested: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        if mime:
            archive.writestr("mimetype", mime)
        for name in names:
            archive.writestr(name, nested or b"<xml/>")
    return packed.getvalue()


def ole(*names: str, inside: Sequence[str] = (), word_flags: int = 0) -> bytes:
    """An OLE file whose root holds streams of these names, and a storage with those inside."""
    siblings = [*names, "Storage"]
    entries = [entry("Root Entry", ROOT, child=1)]
    entries += [
        entry(name, STREAM, right=number + 2 if number + 1 < len(siblings) else None)
        for number, name in enumerate(siblings)
    ]
    if inside:
        first = len(entries)
        entries[-1] = entry("Storage", 1, child=first)
        entries += [entry(name, STREAM, right=None) for name in inside]
    directory = b"".join(entries)
    sectors = -(-len(directory) // 512)
    directory = directory.ljust(sectors * 512, b"\0")
    # Sector 0 is the beginning of the Word stream, sector 1 the table, the directory follows.
    chain = [0xFFFFFFFE, 0xFFFFFFFD, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + b"\x09\0"
    header = header.ljust(48, b"\0") + struct.pack("<I", 2)
    header = header.ljust(76, b"\0") + struct.pack("<109I", 1, *[0xFFFFFFFF] * 108)
    stream = (b"\xec\xa5" + bytes(8) + struct.pack("<H", word_flags)).ljust(512, b"\0")
    return header + stream + table + directory


def entry(name: str, kind: int, right: int | None = None, child: int | None = None) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    links = struct.pack("<3I", none, none if right is None else right, none if child is None else child)
    return (encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1) + links).ljust(128, b"\0")


DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
READ = {
    "plain text": ("讲话.txt", SPEECH.encode(), "text"),
    "Markdown": ("讲话.MD", b"# x", "text"),
    "UTF-16 text": ("讲话.txt", SPEECH.encode("utf-16"), "text"),
    "empty": ("讲话.docx", b"", "docx"),
    "docx": ("讲话.docx", DOCX, "docx"),
    "docx of another spelling": ("讲话.docx", zipped("[Content_Types].xml", "word\\document2.xml"), "docx"),
    "docx cut off": ("讲话.docx", DOCX[: len(DOCX) // 2], "docx"),
    "docx of another order cut off": ("讲话.docx", zipped("_rels/.rels", "word/document.xml")[:60], "docx"),
    "docx named doc": ("讲话.doc", DOCX, "docx"),
    "docx named wps": ("讲话.wps", DOCX, "docx"),
    "docx named txt": ("讲话.txt", DOCX, "docx"),
    "docx named zip": ("讲话.zip", DOCX, "docx"),
    "docx without an ending": ("讲话", DOCX, "docx"),
    "doc": ("讲话.doc", ole("WordDocument", "1Table"), "office"),
    "doc with a spreadsheet inside": ("讲话.doc", ole("1Table", "WordDocument", inside=["Workbook"]), "office"),
    "doc named docx": ("讲话.docx", ole("WordDocument"), "office"),
    "doc cut off": ("讲话.doc", ole("WordDocument")[:-600] + "WordDocument".encode("utf-16-le"), "office"),
    "Works": ("讲话.wps", ole("MatOST", "CompObj"), "office"),
    "Word 2003 XML": ("讲话.doc", b'<?xml version="1.0"?><w:wordDocument xmlns:w="x">', "office"),
    "page named doc": ("讲话.doc", WORD_PAGE.encode(), "html"),
    "part of a page named doc": ("讲话.doc", "<meta charset=gbk><p>同志们</p>".encode("gbk"), "html"),
    "UTF-16 page named doc": ("讲话.doc", WORD_PAGE.encode("utf-16"), "html"),
    "rtf named doc": ("讲话.doc", RTF, "rtf"),
    "rtf": ("讲话.rtf", b"\xef\xbb\xbf\r\n" + RTF, "rtf"),
    "text named doc": ("讲话.doc", SPEECH.encode("gb18030"), "text"),
    "UTF-16 text named doc": ("讲话.doc", "abc".encode("utf-16"), "text"),
    "html": ("讲话.html", PAGE.encode("gbk"), "html"),
    "html of anything": ("讲话.htm", b"no tags", "html"),
    "xhtml": ("讲话.xml", b'\n<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html>', "html"),
    "page with a comment": ("讲话.doc", b"<!-- saved from url=(0014)about:internet -->\r\n<HTML>", "html"),
    "page named txt": ("讲话.txt", PAGE.encode(), "html"),
    "text that speaks of tags": ("讲话.txt", b"<p>not a page</p>", "text"),
    "text that speaks of PDF": ("讲话.txt", b"about %PDF-1.7", "text"),
    "Markdown that is a page": ("讲话.md", PAGE.encode(), "text"),
    "pdf": ("讲话.PDF", PDF, "pdf"),
    "pdf behind junk": ("讲话.pdf", b"\r\n" * 400 + PDF, "pdf"),
    "pdf named docx": ("讲话.docx", PDF, "pdf"),
    "pdf of anything": ("讲话.pdf", b"nothing", "pdf"),
    "odt": ("讲话.odt", zipped("content.xml", mime=f"{ODF}text"), "odt"),
    "odt without its type": ("讲话.odt", zipped("content.xml", "META-INF/manifest.xml"), "odt"),
    "epub": ("讲话.epub", zipped("META-INF/container.xml", mime="application/epub+zip"), "epub"),
    "epub without its type": ("讲话.epub", zipped("META-INF/container.xml", "a.html"), "epub"),
    "png": ("讲话.png", PNG, "picture"),
    "jpeg named png": ("讲话.png", JPEG, "picture"),
    "tiff": ("讲话.tif", b"II*\0" + bytes(20), "picture"),
    "bmp": ("讲话.bmp", b"BM" + struct.pack("<IIII", 70, 0, 54, 40) + bytes(40), "picture"),
    "webp": ("讲话.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
    "text that begins with BM and MZ": ("讲话.txt", b"BM and MZ" + SPEECH.encode(), "text"),
}
REFUSED = {
    "png named txt": ("讲话.txt", PNG, "a picture, though named .txt", "图片"),
    "png named docx": ("讲话.docx", PNG, "a picture, though named .docx", "图片"),
    "gif": ("讲话.gif", b"GIF89a", "a picture of a kind that is not read", "PNG"),
    "heic": ("讲话.jpg", b"\0\0\0\x18ftypheic", "a picture of a kind that is not read", "PNG"),
    "text named png": ("讲话.png", SPEECH.encode(), "is no such file inside", "内容却不是"),
    "xlsx": ("讲话.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), "a spreadsheet", "电子表格"),
    "xls": ("讲话.xls", ole("Workbook"), "a spreadsheet", "电子表格"),
    "xls with a document inside": ("讲话.xls", ole("Workbook", inside=["WordDocument"]), "a spreadsheet", "电子表格"),
    "ods": ("讲话.ods", zipped("content.xml", mime=f"{ODF}spreadsheet"), "a spreadsheet", "电子表格"),
    "xlsx named docx": ("讲话.docx", zipped("xl/workbook.xml"), "a spreadsheet", "电子表格"),
    "pptx": ("讲话.pptx", zipped("ppt/presentation.xml"), "a presentation", "演示文稿"),
    "ppt": ("讲话.ppt", ole("PowerPoint Document"), "a presentation", "演示文稿"),
    "visio": ("讲话.vsdx", zipped("[Content_Types].xml", "visio/document.xml"), "no text document", "Office"),
    "odg": ("讲话.odg", zipped(mime=f"{ODF}graphics"), "no text document", "Office"),
    "docx with a password": ("讲话.docx", ole("EncryptedPackage", "EncryptionInfo"), "a password", "密码"),
    "doc with a password": ("讲话.doc", ole("WordDocument", word_flags=0x0100), "a password", "密码"),
    "installer": ("讲话.doc", ole("!ColumnNames"), "no text document", "Office"),
    "message": ("讲话.msg", ole("__properties_version1.0"), "Outlook", "邮件"),
    "zip in an archive": ("内.zip", zipped("讲话.docx", nested=DOCX), "an archive", "解压"),
    "gzip named txt": ("讲话.txt", b"\x1f\x8b\x08" + bytes(9), "an archive, though named .txt", "解压"),
    "rar": ("讲话.rar", b"Rar!\x1a\x07\0", "an archive", "解压"),
    "7z": ("讲话.7z", b"7z\xbc\xaf\x27\x1c", "an archive", "解压"),
    "tar": ("讲话.tar", b"a.txt".ljust(257, b"\0") + b"ustar\0", "an archive", "解压"),
    "elf named txt": ("讲话.txt", b"\x7fELF" + bytes(60), "a program, though named .txt", "程序"),
    "exe": ("讲话.exe", b"MZ" + bytes(62) + b"PE\0\0", "a program", "程序"),
    "jar": ("讲话.jar", zipped("META-INF/MANIFEST.MF"), "a program", "程序"),
    "mht named doc": ("讲话.doc", b"MIME-Version: 1.0\r\n", "MHT", "网页"),
    "flat docx": ("讲话.xml", b'<?xml version="1.0"?>\n<pkg:package xmlns:pkg="x">', "saved as XML", ".docx"),
    "ofd": ("讲话.ofd", zipped("OFD.xml", "Doc_0/Document.xml"), "OFD", "PDF"),
    "pages": ("讲话.pages", zipped("Index/Document.iwa"), "Apple", "Word"),
    "shortcut": ("讲话.lnk", b"L\0\0\0\x01\x14\x02\0" + bytes(60), "a shortcut", "快捷方式"),
    "link to a page": ("讲话.url", b"[InternetShortcut]\r\nURL=file:///x", "a shortcut", "快捷方式"),
    "mp3": ("讲话.mp3", b"ID3\x03\0\0", "a sound or video recording", "文字稿"),
    "mp4": ("讲话.mp4", b"\0\0\0\x20ftypisom", "a sound or video recording", "文字稿"),
    "sqlite": ("讲话.db", b"SQLite format 3\0", "a database", "数据库"),
    "junk named doc": ("讲话.doc", bytes(range(256)) * 4, "named .doc but is no such file", "内容却不是"),
    "unknown": ("讲话.xyz", SPEECH.encode(), "its format .xyz is not one of", "不支持"),
    "no ending": ("讲话", SPEECH.encode(), "its format (none) is not one of", "无扩展名"),
}


@pytest.mark.parametrize("case", READ)
def test_content_wins_over_the_name(case: str) -> None:
    name, data, expected = READ[case]
    assert recognise(name, data).name == expected


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_read_is_named_in_both_languages(case: str) -> None:
    name, data, english, chinese = REFUSED[case]
    with pytest.raises(ReadError) as raised:
        recognise(name, data)
    assert english in str(raised.value) and chinese in str(raised.value)


def test_what_lies_packed_in_an_archive_does_not_make_it_a_document() -> None:
    assert sniff(zipped("讲话.docx", nested=DOCX)) == "archive"


def test_a_directory_that_goes_in_circles_ends() -> None:
    data = bytearray(ole("WordDocument"))
    second = 512 * 3 + 128
    struct.pack_into("<3I", data, second + 68, 1, 0, 1)
    assert sniff(bytes(data)) == "office"


@given(
    start=st.sampled_from([b"", DOCX[:60], ole("Workbook")[:600], PDF, RTF, b"<html", b"\xff\xfe", b"BM", b"RIFF"]),
    rest=st.binary(max_size=300),
    suffix=st.sampled_from([".txt", ".md", ".doc", ".docx", ".html", ".png", ""]),
)
def test_any_bytes_have_a_format_or_a_reason(start: bytes, rest: bytes, suffix: str) -> None:
    try:
        assert recognise(f"讲话{suffix}", start + rest).name
    except ReadError as error:
        assert str(error)


@given(st.data())
def test_a_damaged_container_is_no_trouble(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([DOCX, ole("WordDocument", "1Table", inside=["Workbook"])])))
    for _ in range(data.draw(st.integers(1, 20))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert sniff(bytes(whole))


@given(st.text(max_size=200))
def test_a_text_stays_a_text(text: str) -> None:
    assert recognise("讲话.md", text.encode("utf-8", "ignore")).name in ("text", "pdf", "rtf")
