"""Bad PDFs, web pages, RTF files and pictures, and what is no document at all."""

import base64
import struct
import zlib
from functools import cache

from reportlab.lib.pdfencrypt import StandardEncryption
from tests import pdfs
from tests.bad_files.packages import ole
from tests.bad_files.table import KEPT, SPEECH, BadFile, bad
from tests.office_files import zipped

__all__ = ["PAGES"]

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>"
HELVETICA = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in SPEECH.splitlines() if line)


@cache
def pdf() -> bytes:
    return pdfs.speech([line for line in SPEECH.splitlines() if line])


def one_page(content: bytes, extra: bytes = b"", *more: bytes) -> bytes:
    return pdfs.objects(CATALOG, ONE_PAGE, PAGE % extra, content, *more)


def flate_bomb(layers: int, size: int) -> bytes:
    content = b"BT /F 12 Tf (a) Tj ET " * (size // 22)
    for _ in range(layers):
        content = zlib.compress(content, 9)
    return one_page(pdfs.stream(content, b"/Filter [" + b"/FlateDecode " * layers + b"]"), HELVETICA)


def scan() -> bytes:
    image = pdfs.stream(
        zlib.compress(bytes(100 * 140)),
        b"/Type /XObject /Subtype /Image /Width 100 /Height 140 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode",
    )
    return one_page(pdfs.stream(b"595 0 0 842 0 0 cm /I Do"), b"/Resources << /XObject << /I 5 0 R >> >>", image)


def unmapped() -> bytes:
    """A font of numbered shapes, which does not say of which characters."""
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Song /Encoding /Identity-H /DescendantFonts [<< /Type /Font "
        b"/Subtype /CIDFontType2 /BaseFont /AAAAAA+Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /AAAAAA+Song /Flags 4 "
        b"/FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >> >>] >>"
    )
    lines = b"".join(
        b"BT /F 12 Tf 72 %d Td <%s> Tj ET "
        % (750 - 20 * row, b"".join(b"%04x" % (1 + row * 30 + n) for n in range(30)))
        for row in range(20)
    )
    return one_page(pdfs.stream(lines), b"/Resources << /Font << /F 5 0 R >> >>", font)


def itself() -> bytes:
    """A form that draws itself, three times over."""
    form = pdfs.stream(
        b"/X Do " * 3, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>"
    )
    return one_page(pdfs.stream(b"/X Do"), b"/Resources << /XObject << /X 5 0 R >> >>", form)


def many_pages(count: int) -> bytes:
    """Every page has ten lines and its number."""
    page, buffer = pdfs.canvas()
    for number in range(count):
        page.setFont(pdfs.SONG, 12)
        for row in range(10):
            page.drawString(90, 780 - 25 * row, f"第{number + 1}页第{row + 1}行：要把服务企业的各项工作抓紧抓实抓好。")
        page.drawString(290, 40, str(number + 1))
        page.showPage()
    return pdfs.finished(page, buffer)


def html(body: str, head: str = '<meta charset="utf-8">') -> str:
    return f"<!DOCTYPE html><html><head>{head}<title>讲话</title></head><body>{body}</body></html>"


def data_address() -> bytes:
    image = base64.b64encode(bytes(range(256)) * 61_000).decode()
    return html(f'{PARAGRAPHS}<img src="data:image/png;base64,{image}"><p>图片之后。</p>').encode()


def hidden() -> bytes:
    silent = (
        "<script>var evil = '脚本里的字';</script><style>p { content: '样式里的字' }</style>"
        '<p hidden>藏起来的字一</p><p style="display: none">藏起来的字二</p><template>模板里的字</template>'
    )
    return html(silent + PARAGRAPHS).encode()


def huge_picture() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high, and is nothing."""
    head = struct.pack(">2I5B", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


RTF = r"{\rtf1\ansi\ansicpg936 " + "".join(
    rf"\u{ord(one)}?" if ord(one) > 127 else one.replace("\n", r"\par ") for one in SPEECH
)
RECOGNISED = {"seconds": 60.0, "memory": 3072}
PDFS: tuple[BadFile, ...] = (
    bad("空.pdf", b"", "not a PDF that can be opened|is empty"),
    bad("只有头.pdf", b"%PDF-1.7\n", "not a PDF that can be opened"),
    bad("断.pdf", lambda: pdf()[:700], "not a PDF that can be opened|none of its pages"),
    bad("文本.pdf", SPEECH.encode(), "not a PDF that can be opened"),
    bad("带密码.pdf", lambda: pdfs.speech([SPEECH], encrypt=StandardEncryption("secret")), "opens with a password"),
    bad(
        "成环.pdf",
        pdfs.objects(
            CATALOG, b"<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R 3 0 R] >>", b"<< /Type /Pages /Kids [2 0 R] >>"
        ),
        "none of its pages|not a PDF",
    ),
    bad(
        "数不清的页.pdf",
        pdfs.objects(CATALOG, b"<< /Type /Pages /Count 2000000000 /Kids [] >>"),
        "none of its pages|not a PDF|took longer|ran out",
    ),
    bad("炸弹.pdf", lambda: flate_bomb(1, 300_000_000), "took longer|memory|crashed|pages are empty", slow=True),
    bad("双层炸弹.pdf", lambda: flate_bomb(2, 300_000_000), "took longer|memory|crashed|pages are empty"),
    bad("自己画自己.pdf", itself, "empty|crashed|memory|took longer"),
    bad("字典成环.pdf", one_page(b"5 0 R", HELVETICA, b"4 0 R"), "empty"),
    bad("括号.pdf", lambda: one_page(pdfs.stream(b"[" * 1_000_000), HELVETICA), "empty|crashed"),
    bad("深层数组.pdf", lambda: one_page(b"[" * 200_000 + b"]" * 200_000, HELVETICA), "empty|crashed|none of"),
    bad("扫描件.pdf", scan, "无文本层，需要 OCR|no words are recognised", **RECOGNISED),
    bad("没有字符表.pdf", unmapped, "乱码|no words are recognised", either="recognised", slow=True, **RECOGNISED),
    bad("坏掉的表.pdf", lambda: pdf().replace(b"startxref\n", b"startxref\n9"), text=KEPT),
    bad("前面有垃圾.pdf", lambda: b"\r\n" * 300 + pdf(), text=KEPT),
    bad("五百页.pdf", lambda: many_pages(500), text="第500页第10行", pages=500),
    bad("五千页.pdf", lambda: many_pages(5_000), text="第5000页第10行", pages=5_000, slow=True),
)
WEB: tuple[BadFile, ...] = (
    bad("空.html", b"", "not a single byte"),
    bad("没有字.html", html("<script>1</script><img src=a.png>").encode(), "it holds no text"),
    bad("实体.html", b'<!DOCTYPE html [<!ENTITY a "ha">]><html><body><p>&a;</p></body></html>', "ENTITY|entit"),
    bad("二进制.html", bytes(range(256)) * 40, "not text in UTF-8|control characters"),
    bad("五千层.html", lambda: html("<div>" * 5_000 + PARAGRAPHS).encode(), text=KEPT),
    bad("一万五千层.html", lambda: html("<div>" * 15_000 + PARAGRAPHS).encode(), text=KEPT, slow=True),
    bad("五万层.html", lambda: html("<div>" * 50_000 + PARAGRAPHS).encode(), "nested more than"),
    bad("十万层.html", lambda: html("<div>" * 100_000 + PARAGRAPHS).encode(), "nested more than"),
    bad("一万五千层行内.html", lambda: html("<b>" * 15_000 + PARAGRAPHS).encode(), text=KEPT),
    bad(
        "五万个属性.html",
        lambda: html(f"<p {'a=1 ' * 50_000}>开头</p>{PARAGRAPHS}").encode(),
        text=KEPT,
    ),
    bad("不闭合.html", f"<html><body>{PARAGRAPHS}<p>最后<!-- 没有结束".encode(), text=KEPT),
    bad("没有body.html", f"<title>讲话</title>{PARAGRAPHS}".encode(), text=KEPT),
    bad("藏起来的字.html", hidden, text=KEPT),
    bad("二十兆图片.html", data_address, text="图片之后"),
    bad("标签撒谎.html", html(PARAGRAPHS, "<meta charset=gbk>").encode(), text=KEPT),
    bad(
        "国标标签.html",
        html(f"{PARAGRAPHS}<p>䶮、镕、堃。</p>", "<meta charset=gb2312>").encode("gb18030"),
        text="䶮、镕、堃",
    ),
    bad("西文标签.html", html(PARAGRAPHS, "<meta charset=iso-8859-1>").encode("gbk"), text=KEPT),
)
OTHERS: tuple[BadFile, ...] = (
    bad("断.rtf", RTF[: len(RTF) // 2].encode(), "cut off"),
    bad("文本.rtf", SPEECH.encode(), "is no RTF file inside"),
    bad("很深.rtf", (RTF + "{" * 200_000 + "x" + "}" * 200_001).encode, "nested more than"),
    bad("二进制块.rtf", (RTF + r"\bin99999999999999999999 x}").encode(), "cut off|damaged"),
    bad(
        "负数.rtf",
        (RTF + r"\bin-9\uc-5\u-99999\itap-3\cell\row\f-7\par}").encode(),
        text=KEPT,
    ),
    bad("空表.rtf", (RTF + r"\trowd\intbl" + r"\cell" * 100_000 + r"\row}").encode(), text=KEPT),
    bad("太大.png", huge_picture, "pixels|pip install", **RECOGNISED),
    bad("断.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(300), "not a picture|pip install", **RECOGNISED),
    bad("文本.png", SPEECH.encode(), "named .png but is no such file"),
    bad("动画.gif", b"GIF89a" + bytes(50), "a picture of a kind that is not read"),
    bad("表格.xlsx", zipped({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "a spreadsheet"),
    bad("演示.pptx", zipped({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"}), "a presentation"),
    bad("旧表格.xls", ole("Workbook"), "a spreadsheet"),
    bad("坏的.doc", ole("WordDocument"), "damaged|LibreOffice", seconds=120, memory=4096, slow=True),
    bad("快捷方式.lnk", b"L\0\0\0\x01\x14\x02\0" + bytes(60), "a shortcut"),
    bad("录音.mp3", b"ID3\x03\0\0\0" + bytes(60), "recording"),
    bad("版式.ofd", zipped({"OFD.xml": "<x/>"}), "OFD"),
    bad("压缩.rar", b"Rar!\x1a\x07\x01\0" + bytes(60), "an archive"),
    bad("程序.exe", b"MZ" + bytes(62) + b"PE\0\0", "a program"),
    bad("没有扩展名", SPEECH.encode(), "is not one of"),
)
PAGES = PDFS + WEB + OTHERS
