"""Texts as files of other formats, as people have them: word processors, printers, web sites, old code pages.

Each line of a text becomes a paragraph. What these make is the same on every day and every machine, as far as the
libraries allow: packed files carry no time.
"""

import html as markup
import io
import re
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

import opencc
from docx import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph
from odfdo import Document as OpenDocument
from odfdo import Paragraph
from tests import pdfs

__all__ = [
    "FORMATS",
    "docx",
    "epub",
    "government_page",
    "html",
    "is_title",
    "odt",
    "packed",
    "pdf",
    "rtf",
    "simplified_codes",
    "taiwanese",
    "traditional",
]

_TIME = (2024, 5, 6, 8, 0, 0)
_TITLE = re.compile(r"在.{4,40}上(?:关于《.{4,40}》)?的(?:讲话|发言)(?:[（(].{2,8}[）)])?")
_HEADING = re.compile(r"(?:#{1,3} )?(?:第[一二三四五六七八九十]+章|[一二三四五六七八九十]+、).{2,40}")
_PAGE_LINE = re.compile(r"- \d{1,3} -|第 \d{1,3} 页 共 \d{1,3} 页")
_SIZE, _LEADING = 16.0, 30.0
# Look-alikes of recognised scans, which the characters of Big5 lack.
_NOT_IN_BIG5 = str.maketrans("冋査", "問查")


def is_title(line: str) -> bool:
    """Whether a line is set as a speech's title."""
    return _TITLE.fullmatch(line) is not None


def docx(lines: Sequence[str], *, head: str = "", empty: bool = True) -> bytes:
    """A Word file; with a head it has one on every page and numbers its pages; `empty` keeps empty paragraphs."""
    document = WordDocument()
    for line in lines:
        if line.strip() and is_title(line):
            document.add_heading(line, 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif _HEADING.fullmatch(line):
            document.add_heading(line, 1)
        elif line.strip() or empty:
            document.add_paragraph(line)
    if head:
        section = document.sections[0]
        section.header.paragraphs[0].text = head
        _add_page_number(section.footer.paragraphs[0])
    buffer = io.BytesIO()
    document.save(buffer)
    return packed(_members(buffer.getvalue()))


def _add_page_number(paragraph: WordParagraph) -> None:
    """第 1 页, the number a field that the program computes."""
    paragraph.add_run("第 ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), " PAGE ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
    paragraph.add_run(" 页")


def pdf(lines: Sequence[str], *, head: str, continued: Collection[int] = ()) -> bytes:
    """A printed text: wrapped, the first line of each paragraph indented, a running head and a number on each page.

    It is set as official documents are: 28 characters a line, 22 lines a page. `continued` are the numbers of lines
    that go on from the one before: a new page begins there, without an indent. The page numbers that the text itself
    has are left out, because the pages are numbered again.
    """
    page, buffer = pdfs.canvas()
    setting = pdfs.Setting(heads=lambda _: head, numbers=lambda number: f"- {number} -")
    number, y = 1, pdfs.TOP

    def begin_page() -> None:
        nonlocal number, y
        pdfs.furnish(page, number, setting)
        page.showPage()
        number, y = number + 1, pdfs.TOP

    for at, line in enumerate(lines):
        if not line.strip() or _PAGE_LINE.fullmatch(line):
            continue
        if at in continued:
            begin_page()
        for x, size, text in _set(line, indented=at not in continued):
            if y < pdfs.BOTTOM:
                begin_page()
            pdfs.draw(page, x, y, text, size)
            y -= _LEADING * size / _SIZE
    pdfs.furnish(page, number, setting)
    page.showPage()
    return pdfs.finished(page, buffer)


def _set(line: str, *, indented: bool) -> Iterable[tuple[float, float, str]]:
    """The printed lines of a paragraph, each with its left edge and its size; titles are larger and centred."""
    width = pdfs.RIGHT - pdfs.LEFT
    text = line.expandtabs(2)
    if is_title(line):
        size = 1.375 * _SIZE
        for _, one in pdfs.wrapped(text, width, size, indent=0.0):
            yield (pdfs.WIDTH - pdfs.width_of(one, size)) / 2, size, one
        return
    for indent, one in pdfs.wrapped(text, width, _SIZE, indent=2.0 if indented else 0.0):
        yield pdfs.LEFT + indent, _SIZE, one


def html(lines: Sequence[str]) -> bytes:
    """A page as a word processor saves it: paragraphs and headings, white space as it may be."""
    body = "\n".join(_element(line) for line in lines)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"><title>讲话</title>'
        f"<style>p {{ text-indent: 2em }}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def _element(line: str) -> str:
    name = "h1" if is_title(line) else "h2" if _HEADING.fullmatch(line) else "p"
    return f"<{name}>{markup.escape(line) or '&nbsp;'}</{name}>"


_SITE = """<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{title}_云澜市人民政府门户网站</title>
<link rel="stylesheet" href="./style_files/main.css">
<script src="./style_files/share.js"></script>
<script>
var siteId = "3305000012";
function doZoom(size) {{ document.getElementById("zoom").style.fontSize = size; }}
</script>
</head>
<body>
<div class="header"><img src="./logo.png" alt="云澜市人民政府"></div>
<nav class="nav"><ul>
<li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/zwfw/">政务服务</a></li>
<li><a href="/hdjl/">互动交流</a></li><li><a href="/zjyl/">走进云澜</a></li>
</ul></nav>
<div class="breadcrumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt;
<a href="/ldjh/">领导讲话</a></div>
<div class="article">
{body}
<div class="share"><span>分享到：</span><a href="#">微信</a><a href="#">微博</a></div>
<div class="tools"><a href="javascript:window.print()">【打印本页】</a>
<a href="javascript:window.close()">【关闭窗口】</a></div>
</div>
<footer class="footer">
<p>主办：云澜市人民政府办公室　承办：云澜市大数据中心</p>
<p>网站标识码：3305000012　备案号：示例备案00000号</p>
</footer>
</body>
</html>
"""


def government_page(lines: Sequence[str]) -> bytes:
    """A page saved from a government's site: navigation, the way to the page, bars to share and print it, a foot."""
    title = next(line for line in lines if line.strip())
    spaced = (f"<p>&emsp;&emsp;{markup.escape(line)}</p>" for line in lines[lines.index(title) + 1 :] if line.strip())
    article = (f"<h1>{markup.escape(title)}</h1>", '<div id="zoom">', *spaced, "</div>")
    return _SITE.format(title=markup.escape(title), body="\n".join(article)).encode()


def odt(lines: Sequence[str], *, empty: bool = True) -> bytes:
    """An OpenDocument text."""
    document = OpenDocument("text")
    document.body.clear()
    for line in lines:
        if is_title(line) or _HEADING.fullmatch(line):
            document.body.append(Paragraph(line, style="Heading_20_1"))  # the template numbers what is a Header
        elif line.strip() or empty:
            document.body.append(Paragraph(line))
    buffer = io.BytesIO()
    document.save(buffer)
    return packed(_members(buffer.getvalue()))


def rtf(lines: Sequence[str], *, codes: str = "bytes") -> bytes:
    r"""An RTF file in the Chinese code page: characters as \'xx, or, with codes "numbers", as \uN and a stand-in.

    What stands in front of a tab is the number that the program has put there.
    """
    coded = _numbers if codes == "numbers" else _bytes
    head = (
        r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}"
        "\n"
        r"{\*\generator Riched20 10.0.19041}\viewkind4\uc1"
    )
    paragraphs = (rf"\pard\fi480\sl360\slmult1\f0\fs24 {_numbered(line, coded)}\par" for line in lines)
    return "\n".join((head, *paragraphs, "}")).encode("ascii")


def _numbered(line: str, coded: Callable[[str], str]) -> str:
    mark, tab, rest = line.partition("\t")
    return rf"{{\listtext\f0 {coded(mark)}\tab}}{coded(rest)}" if tab else coded(line)


def _bytes(line: str) -> str:
    return "".join(_plain(one) if one.isascii() else _hexadecimal(one.encode("gbk")) for one in line)


def _hexadecimal(data: bytes) -> str:
    return "".join(rf"\'{byte:02x}" for byte in data)


def _numbers(line: str) -> str:
    """A number is that of a 16-bit unit, with a sign; the question mark is for programs that know none."""
    return "".join(_plain(one) if one.isascii() else rf"\u{(ord(one) + 0x8000) % 0x10000 - 0x8000}?" for one in line)


def _plain(character: str) -> str:
    return rf"\{character}" if character in r"\{}" else character


_CHAPTER = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>第{number}部分</title></head>
<body>
{body}
</body></html>
"""
_CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_BOOK = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{identity}</dc:identifier><dc:title>{title}</dc:title><dc:language>zh-CN</dc:language>
</metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest>
<spine>{order}</spine>
</package>
"""
_CONTENTS = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>目录</title></head>
<body><nav epub:type="toc"><ol>{entries}</ol></nav></body></html>
"""


def epub(lines: Sequence[str], *, chapter: int = 40) -> bytes:
    """A book whose chapters are files of so many lines each."""
    parts = [lines[at : at + chapter] for at in range(0, len(lines), chapter)]
    names = [f"part{number:03}.xhtml" for number in range(1, len(parts) + 1)]
    title = next(line.strip() for line in lines if line.strip())
    book = _BOOK.format(
        identity=uuid.uuid5(uuid.NAMESPACE_URL, title).urn,
        title=markup.escape(title),
        items="".join(f'<item id="{one[:-6]}" href="{one}" media-type="application/xhtml+xml"/>' for one in names),
        order="".join(f'<itemref idref="{one[:-6]}"/>' for one in names),
    )
    entries = "".join(f'<li><a href="{one}">第{number}部分</a></li>' for number, one in enumerate(names, 1))
    chapters = {
        f"OEBPS/{name}": _CHAPTER.format(number=number, body="\n".join(map(_element, part)).replace("&nbsp;", "&#160;"))
        for number, (name, part) in enumerate(zip(names, parts, strict=True), 1)
    }
    texts = {
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/content.opf": book,
        "OEBPS/nav.xhtml": _CONTENTS.format(entries=entries),
        **chapters,
    }
    return packed({"mimetype": b"application/epub+zip"} | {name: text.encode() for name, text in texts.items()})


def packed(members: Mapping[str, bytes]) -> bytes:
    """A zip file of these members, in their order; `mimetype` is not compressed, as its formats want it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data, kind)
    return buffer.getvalue()


def _members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def traditional(text: str) -> str:
    """The text in traditional characters, one for one."""
    return _converter("s2t").convert(text)


def taiwanese(text: str) -> str:
    """The text in traditional characters as Taiwan writes them (裡, 為, 著), all of which Big5 has.

    Two look-alikes that recognised scans have, 冋 and 査, are in no Big5: 問 and 查 stand for them.
    """
    return _converter("s2tw").convert(text.translate(_NOT_IN_BIG5)).translate(_NOT_IN_BIG5)


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def simplified_codes(text: str) -> dict[str, bytes]:
    """The text in the encodings that simplified characters come in."""
    return {
        "gb18030": text.encode("gb18030"),
        "utf-16 with mark": text.encode("utf-16"),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "utf-8 with mark": text.encode("utf-8-sig"),
    }


FORMATS: Mapping[str, tuple[str, Callable[[Sequence[str]], bytes]]] = {
    "docx": (".docx", docx),
    "docx with head": (".docx", lambda lines: docx(lines, head="内部资料", empty=False)),
    "html": (".html", html),
    "web page": (".htm", government_page),
    "odt": (".odt", odt),
    "odt without empty paragraphs": (".odt", lambda lines: odt(lines, empty=False)),
    "rtf in bytes": (".rtf", rtf),
    "rtf in numbers": (".rtf", lambda lines: rtf(lines, codes="numbers")),
    "epub": (".epub", epub),
}
"""The ways to make a file of a text's lines, each with the suffix of its files; PDFs need more than the lines."""
