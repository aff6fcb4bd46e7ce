"""XML inside packages: parsed with no entity, no document type and no network, and looked at by local names.

Office writes the same names in two namespaces ("transitional" and "strict"), so names are compared without them.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from askspeech.errors import ReadError

__all__ = ["Element", "attribute", "child", "children", "local_name", "parse_xml"]

Element = Any
"""An element of lxml, which has no types of its own."""

_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def parse_xml(data: bytes, name: str, what: str) -> Element:
    """The root element of a part; `name` and `what` are how messages call the part and its file's format.

    Nesting beyond 256 elements is refused by the parser itself. Raises ReadError where the part has a document type, is
    no well-formed XML, is nested too deeply, or does not fit into memory.
    """
    # Without zero bytes the markup of UTF-16 and UTF-32 reads as that of UTF-8.
    if _FORBIDDEN.search(data) or (b"\0" in data and _FORBIDDEN.search(data.replace(b"\0", b""))):
        raise _with_document_type(name, what)
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise _unreadable(name, what, str(error)) from error
    except (MemoryError, ValueError) as error:
        raise _too_large(name, what) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _with_document_type(name, what)
    return root


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def attribute(element: Element | None, name: str, default: str = "") -> str:
    """The value of the attribute of this local name."""
    for key, value in () if element is None else element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return default


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of this local name."""
    return (one for one in element if local_name(one) == name)


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of the first name, its first child of the second, and so on; None where one is missing."""
    for name in names:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def _with_document_type(name: str, what: str) -> ReadError:
    return ReadError(
        f"{name!r} in it declares a document type, which no program writes into {what} files and attacks do. "
        "Open it and save it again, or leave it out.",
        f"文件内的 {name!r} 带有 DOCTYPE 声明，正常的 {what} 文件不会有，可能是攻击。请打开后另存一份，或移除它。",
    )


def _unreadable(name: str, what: str, reason: str) -> ReadError:
    if "depth" in reason:
        return ReadError(
            f"{name!r} in it is nested more than 256 levels deep, which no speech is. "
            "Save its text alone as a new file.",
            f"文件内的 {name!r} 嵌套超过 256 层，不像讲话稿。请把正文另存为一份新文件。",
        )
    # libxml2 that cannot allocate has no words for it: "unknown error", at no line.
    if "too long" in reason or "memory" in reason.lower() or reason.startswith("unknown error"):
        return _too_large(name, what)
    return ReadError(
        f"{name!r} in it is damaged ({reason[:120]}). Ask for another copy, or open and save it again.",
        f"文件内的 {name!r} 已损坏。请换一份，或用原来的软件打开后另存。",
    )


def _too_large(name: str, what: str) -> ReadError:
    return ReadError(
        f"{name!r} in it is larger than a {what} file of text can be read with. Split it, or save its text alone.",
        f"文件内的 {name!r} 太大，无法读取。请拆分文件，或只保存正文。",
    )
