"""EPUB books: the chapters in reading order, what is no chapter told apart, what cannot be read said."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

import pytest

from askspeech.errors import ReadError
from askspeech.formats.epub import read

PROSE = "近年来，青禾县把优化营商环境摆在突出位置，累计取消证明42项，办事材料减少三成，企业的评价一年比一年好。"
TITLE = "在全县优化营商环境大会上的讲话"
CONTAINER = """<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""
XHTML = "application/xhtml+xml"


def chapter(body: str, title: str = "") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title>
<link href="a.css" rel="stylesheet"/><script src="a.js"/></head><body>{body}</body></html>"""


def opf(
    names: Sequence[str], *, title: str = "讲话选编", more: str = "", attributes: Mapping[str, str] | None = None
) -> str:
    """A list of contents whose spine has these files; `attributes` are those of their places in the spine."""
    known = attributes or {}
    items = "".join(f'<item id="i{n}" href="{name}" media-type="{XHTML}"/>' for n, name in enumerate(names))
    spine = "".join(f'<itemref idref="i{n}" {known.get(name, "")}/>' for n, name in enumerate(names))
    return f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></metadata>
<manifest>{items}</manifest><spine>{spine}</spine>{more}</package>"""


def book(
    files: Mapping[str, str | bytes], contents: str = "", others: Mapping[str, str | bytes] | None = None
) -> bytes:
    """A book of these files in the folder OEBPS, in this order; `others` are added, or replace its own files."""
    members: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members["OEBPS/content.opf"] = contents or opf(list(files))
    members |= {f"OEBPS/{name}": data for name, data in files.items()}
    members |= others or {}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def kept(data: bytes) -> list[str]:
    extracted = read(data)
    spans = {drop.span.start: drop.span.end for drop in extracted.layout.furniture}
    lines, at = [], 0
    for line in extracted.text.splitlines():
        if at not in spans:
            lines.append(line)
        at += len(line) + 1
    return lines


def furniture(data: bytes) -> dict[str, str]:
    extracted = read(data)
    return {extracted.text[drop.span.start : drop.span.end]: drop.reason for drop in extracted.layout.furniture}


def test_chapters_come_in_the_order_of_the_spine() -> None:
    files = {
        "b.xhtml": chapter("<p>后讲的话。</p>"),
        "a.xhtml": chapter(f"<h1>{TITLE}</h1><p>同志们：</p><p>{PROSE}</p>"),
    }
    extracted = read(book(files, opf(["a.xhtml", "b.xhtml"])))
    assert extracted.text.splitlines() == ["讲话选编", TITLE, "同志们：", PROSE, "后讲的话。"]
    assert extracted.layout.unit == "paragraph"
    assert [extracted.text[start:].partition("\n")[0] for start in extracted.layout.starts[1:]] == [
        "同志们：",
        PROSE,
        "后讲的话。",
    ]


def test_what_is_outside_the_reading_order_comes_last_and_nothing_twice() -> None:
    files = {name: chapter(f"<p>{name}的话。</p>") for name in ("注.xhtml", "a.xhtml", "b.xhtml")}
    contents = opf(["注.xhtml", "a.xhtml", "b.xhtml", "a.xhtml#x"], attributes={"注.xhtml": 'linear="no"'})
    assert kept(book(files, contents)) == ["a.xhtml的话。", "b.xhtml的话。", "注.xhtml的话。"]


def test_names_are_those_of_links() -> None:
    contents = opf(["Text/%E7%AC%AC%201.xhtml", "../up.xhtml"])
    data = book({"Text/第 1.xhtml": chapter("<p>第一讲。</p>")}, contents, {"up.xhtml": chapter("<p>第二讲。</p>")})
    assert kept(data) == ["第一讲。", "第二讲。"]


@pytest.mark.parametrize(
    ("nav", "more", "item"),
    [
        pytest.param(
            "<nav epub:type='toc'><ol><li><a href='a.xhtml'>第一讲</a></li></ol></nav>", "", "", id="navigation"
        ),
        pytest.param("<p>目录</p><p>第一讲</p>", "", 'properties="nav"', id="declared in the manifest"),
        pytest.param(
            "<p>目录</p><p>第一讲</p>",
            '<guide><reference type="toc" href="nav.xhtml#x"/></guide>',
            "",
            id="guide of epub 2",
        ),
    ],
)
def test_a_table_of_contents_is_furniture(nav: str, more: str, item: str) -> None:
    files = {"nav.xhtml": chapter(nav), "a.xhtml": chapter(f"<p>同志们：</p><p>{PROSE}</p>")}
    contents = opf(list(files), more=more).replace('<item id="i0"', f'<item {item} id="i0"')
    reasons = furniture(book(files, contents))
    assert {reason for text, reason in reasons.items() if "第一讲" in text} == {"table of contents"}
    assert kept(book(files, contents)) == ["同志们：", PROSE]


def test_notes_and_asides_of_a_book_are_text() -> None:
    body = f"<p>{PROSE}</p><aside epub:type='footnote'>① 见县志。</aside><p>上一篇讲了三点。</p><p>来源：县志</p>"
    assert kept(book({"a.xhtml": chapter(body)})) == [PROSE, "① 见县志。", "上一篇讲了三点。", "来源：县志"]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        pytest.param(TITLE, [TITLE, PROSE], id="a speech"),
        pytest.param("文件汇编", [PROSE], id="anything else"),
        pytest.param("", [PROSE], id="none"),
    ],
)
def test_the_title_of_the_book_helps_where_the_text_has_none(title: str, lines: list[str]) -> None:
    files = {"a.xhtml": chapter(f"<p>{PROSE}</p>")}
    assert kept(book(files, opf(list(files), title=title))) == lines


def test_a_chapter_in_another_encoding() -> None:
    text = chapter(f"<p>{PROSE}</p>").replace('encoding="utf-8"', 'encoding="gb2312"')
    assert kept(book({"a.xhtml": text.encode("gb18030")})) == [PROSE]


def test_parts_that_cannot_be_read_are_told() -> None:
    files = {
        "a.xhtml": chapter(f"<p>{PROSE}</p>"),
        "cover.xhtml": chapter("<img src='a.png'/>"),
        "bad.xhtml": b"\0\1\2",
    }
    data = book(files, opf([*files, "lost.xhtml"]))
    assert kept(data) == [PROSE]
    notices = read(data).layout.notices
    assert [notice[:9] for notice in notices] == ["2 of the "]
    assert "bad.xhtml" in notices[0]
    assert "lost.xhtml (missing)" in notices[0]


ONE = {"a.xhtml": chapter(f"<p>{PROSE}</p>")}


def encryption(algorithm: str, name: str) -> str:
    return f"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/>
<enc:CipherData><enc:CipherReference URI="{name}"/></enc:CipherData></enc:EncryptedData></encryption>"""


AES = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"


def test_fonts_may_be_packed_so_that_nobody_takes_them_out() -> None:
    locked = encryption("http://www.idpf.org/2008/embedding", "OEBPS/a.otf")
    assert kept(book(ONE, others={"META-INF/encryption.xml": locked})) == [PROSE]


ENTITY = '<!DOCTYPE x [<!ENTITY e "aaaa">]>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "no epub file inside", id="empty"),
        pytest.param(book(ONE)[:200], "damaged", id="cut off"),
        pytest.param(book({}, opf([])), "without text", id="no chapter"),
        pytest.param(book({"a.xhtml": chapter("<img src='a.png'/>")}), "pictures only", id="pictures"),
        pytest.param(book({"a.xhtml": b"\0\1"}), "without text.*a.xhtml", id="nothing readable"),
        pytest.param(book(ONE, "<package"), "damaged", id="damaged list"),
        pytest.param(book(ONE, ENTITY + opf(["a.xhtml"]).partition("?>")[2]), "declares entities", id="entities"),
        pytest.param(book(ONE, opf(["a.xhtml"]).replace("manifest", "x")), "without text", id="no manifest"),
    ],
)
def test_a_book_that_cannot_be_read_says_why_and_what_to_do(data: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=message) as raised:
        read(data)
    assert "请" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("META-INF/container.xml", "<container/>", "names no list", id="empty container"),
        pytest.param(
            "META-INF/container.xml", CONTAINER.replace("content", "x"), "damaged|names no list", id="no list"
        ),
        pytest.param("META-INF/encryption.xml", encryption(AES, "OEBPS/a.xhtml"), "DRM", id="copy protection"),
        pytest.param(
            "OEBPS/a.xhtml", ENTITY + "<html><p>&e;</p></html>", "declares entities", id="entities in a chapter"
        ),
    ],
)
def test_a_book_with_a_bad_part(name: str, content: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(book(ONE, others={name: content}))
