"""What the fuzzer changes, and the files that its readers get: packed formats are changed unpacked.

The input of a packed format is its members one after the other, each behind a line with its name; a file that is packed
anew around changed XML reaches the reader, one with a changed byte only its checksum.
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO

from tests import converting, office_files, pdfs
from tests.bad_files.table import SPEECH

__all__ = ["TARGETS", "Target", "packed", "unpacked"]

MEMBER = re.compile(rb"\n@@([^\n@]{1,200})@@\n")
MARKUP = re.compile(rb"<[^<>]*>|[^<>]+|[<>]")
CONTROLS = re.compile(rb"\\'[0-9a-fA-F]{2}|\\[a-zA-Z]+-?\d* ?|\\[^a-zA-Z]|[{}]|[^\\{}]+")
OBJECTS = re.compile(
    rb"\d+ \d+ obj|endobj|endstream|stream|<<|>>|/[A-Za-z0-9+-]*|-?\d+\.?\d*|\([^()]*\)|<[0-9a-fA-F]*>|[^\s]|\s+"
)
BYTES = re.compile(rb"[\x00-\x7f]+|[^\x00-\x7f]{1,3}", re.DOTALL)
UNREAD = re.compile(r"theme|stylesWithEffects|settings|fontTable|docProps|Configurations|\.(?:png|jpeg|css)$|/$")
LARGEST_MEMBER = 60_000
LINES = SPEECH.splitlines()

Target = Callable[[bytes], bytes]


def packed(data: bytes) -> bytes:
    """The members as a zip file; what has none is handed over as it is."""
    parts = MEMBER.split(b"\n" + data)
    if len(parts) < 3:
        return data
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        members = dict(zip(parts[1::2], parts[2::2], strict=False))
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.decode("utf-8", "replace").replace("\0", "_") or "_"), content)
    return made.getvalue()


def unpacked(data: bytes) -> bytes:
    """The members of a zip file, one after the other; what holds no text and is not small aside."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        kept = [
            one.filename
            for one in archive.infolist()
            if one.file_size < LARGEST_MEMBER and not UNREAD.search(one.filename)
        ]
        return b"".join(b"\n@@%s@@\n" % name.encode() + archive.read(name) for name in kept)


def _run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


WORD_BODY = "".join((
    office_files.paragraph("一点意见", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
    f"<w:p>{_mark('begin')}<w:r><w:instrText>PAGE \\* ARABIC</w:instrText></w:r>{_mark('separate')}{_run('7')}",
    f'{_mark("end")}<w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>',
    f'<w:ins>{_run("增")}</w:ins><w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:br/><w:tab/></w:r></w:p>',
    f"<w:tbl><w:tr><w:tc><w:p>{_run('格')}</w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p>{_run('内')}</w:p></w:tc>",
    f"</w:tr></w:tbl></w:tc></w:tr></w:tbl><w:sdt><w:sdtContent><w:p>{_run('控件')}</w:p></w:sdtContent></w:sdt>",
    "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>",
    f"<w:p>{_run('框')}</w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict/>",
    "</mc:Fallback></mc:AlternateContent></w:r></w:p>",
    '<w:sectPr><w:headerReference r:id="header1"/><w:footerReference r:id="footer1"/></w:sectPr>',
))  # fmt: skip
WORD_PARTS = {
    "numbering": '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    "styles": '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="toc 1"/><w:basedOn w:val="B"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="B"><w:rPr><w:vanish/></w:rPr></w:style>',
    "footnotes": f'<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>{_run("注")}</w:p></w:footnote>',
    "header1": office_files.paragraph("页眉"),
    "footer1": office_files.paragraph("第 1 页"),
}
OPEN_BODY = "".join((
    '<text:h text:outline-level="1">标题</text:h><text:list><text:list-item><text:p>甲<text:s text:c="3"/><text:tab/>',
    "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>注</text:p></text:note-body>",
    "</text:note></text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell ",
    'table:number-columns-repeated="3"><text:p>格</text:p></table:table-cell></table:table-row></table:table>',
    "<text:p><draw:frame><draw:text-box><text:p>框</text:p></draw:text-box></draw:frame></text:p>",
))  # fmt: skip
FRAMES = (
    "<html><meta charset=gb2312><frameset><frame src=a.htm></frameset><table><tr><td>甲<br>乙<ul><li>丙</ul></table>"
)
HIDDEN = (
    "<!DOCTYPE html><body><div style='display:none'>藏</div><pre> 一\n 二</pre>"
    "<p>&#x4e00;&nbsp;<ruby>漢<rt>hàn</rt></ruby>"
)
RICH_TEXT = (
    rb"{\rtf1\ansi\ansicpg936\uc1\deff0{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset2 Symbol;}}"
    rb"{\stylesheet{\s1 toc 1;}}{\header \'d2\'b3}{\footnote \chftn x}{\field{\*\fldinst PAGE}{\fldrslt 1}}"
    rb"\trowd\intbl a\cell b\cell\row\pard{\f1 \u-4000?}{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt c\par}}}"
    rb"{\pict\wmetafile8 00}\bin3 xyz\par}"
)


def _word_seeds() -> list[bytes]:
    made = office_files.word_file(WORD_BODY, **WORD_PARTS)
    return [unpacked(made), unpacked(converting.docx(LINES, head="青禾县"))]


def _open_seeds() -> list[bytes]:
    return [unpacked(office_files.open_file(OPEN_BODY)), unpacked(converting.odt(LINES))]


def _pdf_seeds() -> list[bytes]:
    page, buffer = pdfs.canvas()
    page.setPageCompression(0)
    for number in range(3):
        pdfs.draw(page, 72, 780, "页眉")
        for row, line in enumerate(LINES):
            pdfs.draw(page, 72, 740 - 20 * row, line[:30])
        page.rotate(10 * number)
        pdfs.draw(page, 200, 100, "水印", 30)
        page.showPage()
    made = [pdfs.finished(page, buffer), pdfs.pages_of([[(72.0, 700.0, "一句话。", 12.0)], []])]
    # Without its place the table of objects is built anew, so that a longer object is no damage.
    return [re.sub(rb"startxref\s+\d+", b"startxref\n0", one) for one in made]


def _html_seeds() -> list[bytes]:
    return [converting.html(LINES), converting.government_page(LINES), FRAMES.encode("gb18030"), HIDDEN.encode()]


def _text_seeds() -> list[bytes]:
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "gb18030")
    return [SPEECH.encode(one) for one in encodings] + [converting.traditional(SPEECH).encode("cp950", "replace")]


def _rtf_seeds() -> list[bytes]:
    return [*(converting.rtf(LINES, codes=codes) for codes in ("bytes", "numbers")), RICH_TEXT]


class Kind:
    """A reader's module, how its input becomes a file, how it is cut into pieces, and what to begin with."""

    def __init__(
        self,
        module: str,
        pieces: re.Pattern[bytes],
        seeds: Callable[[], list[bytes]],
        *,
        made: Target = bytes,
        megabytes: int = 512,
    ) -> None:
        self.module, self.pieces, self.made, self.megabytes = module, pieces, made, megabytes
        self.seeds = cache(seeds)


TARGETS: Mapping[str, Kind] = {
    "decoding": Kind("plain", BYTES, _text_seeds),
    "html": Kind("html", MARKUP, _html_seeds),
    "docx": Kind("docx", MARKUP, _word_seeds, made=packed),
    "pdf": Kind("pdf", OBJECTS, _pdf_seeds, megabytes=800),
    "odt": Kind("odt", MARKUP, _open_seeds, made=packed),
    "rtf": Kind("rtf", CONTROLS, _rtf_seeds),
    "epub": Kind("epub", MARKUP, lambda: [unpacked(converting.epub(LINES))], made=packed),
}
