"""EPUB books: the documents of the spine in reading order, each read as the web page that it is."""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lxml import etree

from askspeech.bilingual import Bilingual, said_in
from askspeech.decoding import decode, notices_of_damage
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted, TextBuilder
from askspeech.formats.html import Page, declared_encoding, notices_of_hidden, read_page, title_lines
from askspeech.formats.packages import Package, open_package
from askspeech.formats.xml_parts import Element, attribute, child, children, local_name

__all__ = ["read"]

_WHAT = "epub"
_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_CONTENTS = "table of contents"
_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""The two ways of packing fonts so that they cannot be taken out; no text is packed in them."""
_DOCUMENTS = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml", "")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of the book: its name in the package, its media type, and whether it is a table of contents."""

    name: str
    media_type: str
    contents: bool


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of a book; its places are paragraphs, in the order of the spine.

    What the spine calls no part of the reading order comes last. Raises ReadError where it is no EPUB, is damaged,
    hostile or protected, or holds no text.
    """
    del announce  # a book of this kind has no pages
    package = open_package(data, _WHAT)
    opf = _package_document(package)
    root = _parsed(package, opf)
    spine = list(_spine(root, posixpath.dirname(opf)))
    _refuse_protected(package, {item.name for item in spine})
    pages, notices = _pages(package, spine)
    if not pages:
        raise _without_text(notices)
    lines = [*_book_title(root, [page for _, page in pages]), *_lines(pages)]
    builder = TextBuilder("paragraph")
    for text, reason in lines:
        builder.add(text, reason)
    hidden = notices_of_hidden(sum(page.hidden for _, page in pages), shown=all(page.shown for _, page in pages))
    damage = notices_of_damage("".join(text for text, _ in lines))
    return builder.extracted(notices=(*notices, *hidden, *damage))


def _package_document(package: Package) -> str:
    """The name of the file that lists what the book holds."""
    rootfiles = child(_parsed(package, _CONTAINER), "rootfiles")
    for rootfile in () if rootfiles is None else children(rootfiles, "rootfile"):
        name = posixpath.normpath(unquote(attribute(rootfile, "full-path")))
        if name in package:
            return name
    raise ReadError(
        "its container names no list of contents (OPF) that is in it, as every EPUB does. Ask for another copy.",
        "epub 文件里找不到内容清单（OPF），文件不完整。请换一份。",
    )


def _parsed(package: Package, name: str) -> Element:
    data = package.read(name)
    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise ReadError(
            f"{name!r} in it declares entities of its own (<!ENTITY), which no book does and attacks do. "
            "Ask for another copy, or leave it out.",
            f"文件内的 {name!r} 有自定义实体声明（<!ENTITY），可能是攻击。请换一份，或移除它。",
        )
    try:
        return etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(
            f"{name!r} in it is damaged ({str(error)[:120]}). Ask for another copy.",
            f"文件内的 {name!r} 已损坏。请换一份。",
        ) from error


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def _spine(root: Element, folder: str) -> Iterator[_Item]:
    """The files in reading order, each once; those outside of it last."""
    manifest, spine = child(root, "manifest"), child(root, "spine")
    items = {} if manifest is None else {attribute(one, "id"): one for one in children(manifest, "item")}
    references = [] if spine is None else list(children(spine, "itemref"))
    tables = _tables_of_contents(root)
    seen: set[str] = set()
    for reference in sorted(references, key=lambda one: attribute(one, "linear") == "no"):
        item = items.get(attribute(reference, "idref"))
        href = attribute(item, "href").partition("#")[0]
        name = posixpath.normpath(posixpath.join(folder, unquote(href)))
        if not href or name in seen:
            continue
        seen.add(name)
        contents = "nav" in attribute(item, "properties").split() or unquote(href) in tables
        yield _Item(name, attribute(item, "media-type"), contents)


def _tables_of_contents(root: Element) -> frozenset[str]:
    """What the guide of an EPUB 2 calls its table of contents."""
    guide = child(root, "guide")
    references = () if guide is None else children(guide, "reference")
    return frozenset(
        unquote(attribute(one, "href").partition("#")[0]) for one in references if attribute(one, "type") == "toc"
    )


def _refuse_protected(package: Package, names: set[str]) -> None:
    """Refuse a book whose text is encrypted; fonts may be."""
    if _ENCRYPTION not in package:
        return
    for data in _parsed(package, _ENCRYPTION).iter():
        if local_name(data) != "EncryptedData":
            continue
        method = attribute(child(data, "EncryptionMethod"), "Algorithm")
        target = unquote(attribute(child(data, "CipherData", "CipherReference"), "URI"))
        if method not in _OBFUSCATION and posixpath.normpath(target) in names | {"."}:
            raise ReadError(
                "its text is encrypted by a copy protection (DRM), so it opens in one program only. "
                "Ask for a copy without it.",
                "这本电子书的正文带有版权保护（DRM），无法读取。请换一份没有加密的。",
            )


def _pages(package: Package, spine: list[_Item]) -> tuple[list[tuple[_Item, Page]], list[str]]:
    """The documents that have text, and notices of those that cannot be read."""
    pages: list[tuple[_Item, Page]] = []
    faults: list[tuple[str, str]] = []
    for item in spine:
        if item.media_type not in _DOCUMENTS:
            continue
        if item.name not in package:
            faults.append((item.name, "missing"))
            continue
        data = package.read(item.name)
        try:
            page = read_page(decode(data, declared_encoding(data)).text, site=False)
        except ReadError as error:
            faults.append((item.name, error.words.english))
            continue
        if page.lines:
            pages.append((item, page))
    return pages, _notices(faults)


def _notices(faults: list[tuple[str, str]]) -> list[str]:
    if not faults:
        return []
    shown = "; ".join(f"{name} ({reason[:80]})" for name, reason in faults[:_SHOWN])
    return [
        Bilingual(
            f"{len(faults)} of the parts that the book lists were not read: {shown}.",
            f"书里有 {len(faults)} 个部分没能读取：{'、'.join(name for name, _ in faults[:_SHOWN])}。",
        )
    ]


def _book_title(root: Element, pages: list[Page]) -> Iterator[tuple[str, str]]:
    """The book's title above its text: furniture where its pages say it themselves."""
    metadata = child(root, "metadata")
    title = "" if metadata is None else " ".join("".join(_titles(metadata)).split())
    if title:
        wanted = "".join(title.split())
        said = any(wanted in "".join(text.split()) for page in pages for text, _ in page.lines)
        yield from title_lines(title, title, found=said, headed=True)


def _titles(metadata: Element) -> Iterator[str]:
    for node in metadata.iter():
        if local_name(node) == "title":
            yield from node.itertext()
            return


def _lines(pages: list[tuple[_Item, Page]]) -> Iterator[tuple[str, str]]:
    for item, page in pages:
        for text, reason in page.lines:
            yield text, reason or (_CONTENTS if item.contents else "")


def _without_text(notices: list[str]) -> ReadError:
    english, chinese = (f" {said_in(notices[0], 'en')}", said_in(notices[0], "zh")) if notices else ("", "")
    return ReadError(
        f"it is a book without text, perhaps of pictures only.{english} Ask for a copy with text, or save it as PDF "
        "and read that with OCR.",
        f"这本电子书没有文字，可能全是图片。{chinese}请换一份有文字的，或转成 PDF 后用 OCR 读取。",
    )
