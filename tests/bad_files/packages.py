"""Bad Word, OpenDocument, EPUB and zip files: damaged, locked, swollen, or leading astray."""

import struct
import warnings
import zipfile
from io import BytesIO

from tests import office_files
from tests.bad_files.table import KEPT, SPEECH, BadFile, bad
from tests.office_files import WORD, open_parts, paragraph, word_file, word_parts, zipped

__all__ = ["PACKAGES"]

PARAGRAPHS = "".join(paragraph(line) for line in SPEECH.splitlines())
DOCX = word_file(PARAGRAPHS)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCUMENT = "word/document.xml"
LOCKED_BIT = 0x1


def open_zip(parts: dict[str, str | bytes]) -> bytes:
    """A zip whose first member says in plain bytes which format it is, as OpenDocument and EPUB ask for."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            packed = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, packed)
    return made.getvalue()


def ole(stream: str) -> bytes:
    """An old Office file that was cut off behind the name of this stream."""
    return OLE + bytes(512) + stream.encode("utf-16-le")


def document(text: str) -> bytes:
    """A Word file whose main part is this."""
    return zipped(word_parts("") | {DOCUMENT: text})


def bomb() -> bytes:
    return document(office_files.word_part("document", f"<w:body>{PARAGRAPHS}{'<w:p/>' * 3_000_000}</w:body>"))


def swollen() -> bytes:
    """As much as packs just below the ratio of a bomb: it costs more memory than a reader may have."""
    pieces = (f"<w:p><w:r><w:t>{number:x}</w:t></w:r></w:p>" for number in range(1_400_000))
    return document(office_files.word_part("document", f"<w:body>{PARAGRAPHS}{''.join(pieces)}</w:body>"))


def many_members(count: int) -> bytes:
    """A zip of so many empty members, each with the next number as its name."""
    local, central = bytearray(), bytearray()
    for number in range(count):
        name = b"%06d" % number
        common = struct.pack("<5H3I2H", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<3H2I", 0, 0, 0, 0, len(local)) + name
        local += b"PK\x03\x04" + common + name
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count % 65536, count % 65536, len(central), len(local), 0)
    return bytes(local + central + end)


def twice() -> bytes:
    made = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in [*word_parts(PARAGRAPHS).items(), (DOCUMENT, "<other/>")]:
            archive.writestr(name, content)
    return made.getvalue()


def locked(data: bytes) -> bytes:
    """The zip with every member marked as encrypted."""
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            changed[at + place] |= LOCKED_BIT
            at = data.find(mark, at + 1)
    return bytes(changed)


def wrong_checksum() -> bytes:
    """A stored member one byte of which is another than when it was packed."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in word_parts(PARAGRAPHS).items():
            archive.writestr(name, content)
    return made.getvalue().replace("放在心上".encode(), "放在心中".encode())


def deep(depth: int) -> bytes:
    inside = f"{'<w:sdt><w:sdtContent>' * depth}{PARAGRAPHS}{'</w:sdtContent></w:sdt>' * depth}"
    return document(office_files.word_part("document", f"<w:body>{inside}</w:body>"))


def entities() -> str:
    chain = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    body = "<w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body>"
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{chain}]><w:document xmlns:w="{WORD}">{body}</w:document>'


def external() -> bytes:
    """Styles and a template that lie on somebody's server: the text is read, nothing is fetched."""
    related = office_files.relationships(external="http://127.0.0.1:9/styles.xml")
    template = related.replace("/styles", "/attachedTemplate")
    parts = {"word/_rels/document.xml.rels": related, "word/_rels/settings.xml.rels": template}
    return zipped(word_parts(PARAGRAPHS) | parts)


def style_circle() -> bytes:
    """Styles each based on the other."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{one}"><w:basedOn w:val="{other}"/></w:style>'
        for one, other in ("AB", "BA")
    )
    return word_file(PARAGRAPHS + paragraph("按圈套的样式。", '<w:pStyle w:val="A"/>'), styles=styles)


def epub(**parts: str | bytes) -> bytes:
    chapter = "".join(f"<p>{line}</p>" for line in SPEECH.splitlines() if line)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata/><manifest>'
        '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine>'
        "</package>"
    )
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": container,
        "b.opf": package,
        "c.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>书</title></head><body>{chapter}</body></html>',
    }
    named = {"container": "META-INF/container.xml", "chapter": "c.xhtml", "locks": "META-INF/encryption.xml"}
    members |= {named.get(name, name): content for name, content in parts.items()}
    return open_zip({name: content for name, content in members.items() if content})


ODT_TEXT = "".join(f"<text:p>{line}</text:p>" for line in SPEECH.splitlines())
ODT = open_zip(open_parts(ODT_TEXT))
XHTML_ENTITIES = (
    '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><html xmlns="http://www.w3.org/1999/xhtml"><body><p>&b;</p>'
    "</body></html>"
)
LOCKS = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
    'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/>'
    '<CipherData><CipherReference URI="c.xhtml"/></CipherData></EncryptedData></encryption>'
)

WORD_FILES: tuple[BadFile, ...] = (
    bad("空.docx", b"", "is no docx file inside|is empty"),
    bad("断.docx", DOCX[: len(DOCX) // 2], "damaged or was cut off"),
    bad("断尾.docx", DOCX[:-30], "damaged or was cut off"),
    bad("文本.docx", SPEECH.encode(), "is no docx file inside"),
    bad("带密码.docx", ole("EncryptedPackage"), "password"),
    bad("旧版.docx", ole("WordDocument"), "damaged|cannot be converted|LibreOffice", seconds=120, memory=4096),
    bad("炸弹.docx", bomb, "zip bomb"),
    bad("膨胀.docx", swollen, "ran out of memory|took longer|larger than", slow=True),
    bad("十万成员.docx", lambda: many_members(100_000), "2,000|an archive", seconds=5),
    bad("声明.docx", document(f'<!DOCTYPE w><w:document xmlns:w="{WORD}"/>'), "document type"),
    bad("实体.docx", document(entities()), "document type"),
    bad("两万层.docx", lambda: deep(10_000), "256 levels"),
    bad("没有正文.docx", zipped({"[Content_Types].xml": "<x/>", "word/styles.xml": "<x/>"}), "without a Word document"),
    bad("出路.docx", zipped(word_parts(PARAGRAPHS) | {"../../evil.xml": "<x/>"}), "leads out"),
    bad("绝对路径.docx", zipped(word_parts(PARAGRAPHS) | {"/etc/evil": "<x/>"}), "leads out"),
    bad("重复成员.docx", twice, "twice"),
    bad("加密成员.docx", locked(DOCX), "password"),
    bad("校验和不符.docx", wrong_checksum, "damaged"),
    bad("标签不配对.docx", document(f'<w:document xmlns:w="{WORD}"><w:body><w:p>'), "is damaged"),
    bad("表格.docx", zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "a spreadsheet"),
    bad("外部链接.docx", external, text=KEPT),
    bad("样式成环.docx", style_circle, text="按圈套的样式"),
)
OTHERS: tuple[BadFile, ...] = (
    bad("断.odt", ODT[: len(ODT) // 2], "damaged|cut off"),
    bad("没有正文.odt", open_zip({"mimetype": "application/vnd.oasis.opendocument.text", "a": "b"}), "content.xml"),
    bad("实体.odt", open_zip(open_parts(ODT_TEXT) | {"content.xml": entities()}), "document type"),
    bad(
        "带密码.odt",
        open_zip(
            open_parts(ODT_TEXT)
            | {
                "content.xml": bytes(range(256)) * 9,
                "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>',
            }
        ),
        "password",
    ),
    bad(
        "空格炸弹.odt",
        open_zip(open_parts(ODT_TEXT + '<text:p>甲<text:s text:c="2000000000"/>乙</text:p>' * 99)),
        text="甲",
    ),
    bad(
        "行列炸弹.odt",
        open_zip(
            open_parts(
                f'{ODT_TEXT}<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell '
                'table:number-columns-repeated="1000000000"><text:p>格</text:p></table:table-cell></table:table-row>'
                "</table:table>"
            )
        ),
        text="格",
    ),
    bad("断.epub", epub()[:600], "damaged|cut off"),
    bad("没有目录.epub", epub(container=""), "container.xml"),
    bad("实体.epub", epub(chapter=XHTML_ENTITIES), "ENTITY|entit"),
    bad("加锁.epub", epub(locks=LOCKS), "protected|encrypted|DRM"),
    bad("缺一章.epub", epub(chapter=""), "c.xhtml|no text|empty|damaged|missing"),
    bad("断.zip", zipped({"a.txt": SPEECH})[:-30], "damaged, was cut off"),
    bad("空.zip", zipped({}), "without a single document"),
    bad("太多.zip", lambda: many_members(2_001), "more than 2,000 files"),
    bad("十万成员.zip", lambda: many_members(100_000), "more than 2,000 files"),
)
PACKAGES = WORD_FILES + OTHERS
