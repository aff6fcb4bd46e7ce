"""Word files (docx): body, notes and text boxes as text, headers and footers as furniture.

Only the parts that hold shown text are unpacked, each found through the relationships as Office finds it; nothing
outside the file is ever fetched.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from askspeech.errors import ReadError
from askspeech.formats.docx_numbering import read_numbering, read_styles
from askspeech.formats.docx_story import Story
from askspeech.formats.extracted import Extracted
from askspeech.formats.packages import Package, open_package
from askspeech.formats.stories import Findings, Line, assembled, note_lines
from askspeech.formats.xml_parts import Element, attribute, child, children, local_name, parse_xml

__all__ = ["read"]

_WHAT = "docx"
_OTHER_PROGRAMS = {"workbook": ("a spreadsheet", "表格"), "presentation": ("a presentation", "演示文稿")}


@dataclass(frozen=True, slots=True)
class _Relationship:
    """What a part points to inside the package: the last word of the type, and the name of the member."""

    kind: str
    target: str


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of a Word file; its places are the body's paragraphs.

    Raises ReadError where it is no Word file, is damaged, protected, hostile or too large, or holds pictures only.
    """
    del announce  # the pages of a Word file are known to Word alone
    package = open_package(data, _WHAT)
    main = _main_part(package)
    return _Document(package, main).extracted()


class _Document:
    def __init__(self, package: Package, main: str) -> None:
        self._package = package
        self._root = parse_xml(package.read(main), main, _WHAT)
        self._related = _relationships(package, main)
        self._body = _body(self._root)
        self._findings = Findings()
        styles = read_styles(self._part("styles"))
        self._numbering = read_numbering(self._part("numbering"), styles)
        self._story = Story(styles, self._numbering, self._findings)

    def extracted(self) -> Extracted:
        """All lines: headers, body, notes, footers."""
        body = self._story.lines(self._body)
        notes = [line for root in self._notes() for line in note_lines(self._story.lines(root))]
        self._findings.number_formats |= self._numbering.unknown_formats
        return assembled(self._furniture("header"), [*body, *notes], self._furniture("footer"), self._findings)

    def _part(self, kind: str) -> Element | None:
        related = next((one for one in self._related.values() if one.kind == kind), None)
        return None if related is None else self._parsed(related.target)

    def _parsed(self, name: str) -> Element:
        return parse_xml(self._package.read(name), name, _WHAT)

    def _notes(self) -> Iterator[Element]:
        """The notes that the body refers to, in its order; those that notes refer to would be no Word file."""
        wanted = list(dict.fromkeys(self._story.notes))
        by_id = {
            (kind, attribute(note, "id")): note
            for kind in dict.fromkeys(kind for kind, _ in wanted)
            if (root := self._part(f"{kind}s")) is not None
            for note in children(root, kind)
        }
        yield from (by_id[key] for key in wanted if key in by_id)

    def _furniture(self, kind: str) -> list[Line]:
        """The lines of the headers or footers that sections refer to."""
        ids = dict.fromkeys(attribute(one, "id") for one in self._root.iter(f"{{*}}{kind}Reference"))
        related = (self._related[key] for key in ids if key in self._related)
        return [line for one in related if one.kind == kind for line in self._story.lines(self._parsed(one.target))]


def _body(root: Element) -> Element:
    body = child(root, "body")
    if local_name(root) == "document" and body is not None:
        return body
    if local_name(root) in _OTHER_PROGRAMS:
        english, chinese = _OTHER_PROGRAMS[local_name(root)]
        raise ReadError(
            f"it is named docx but is {english} inside. Save its text as docx or txt, or leave it out.",
            f"文件名是 docx，内容却是{chinese}。请把文字另存为 docx 或 txt，或移除它。",
        )
    raise _no_document()


def _main_part(package: Package) -> str:
    related = _relationships(package, "").values()
    target = next((one.target for one in related if one.kind == "officeDocument"), "")
    if not target:
        raise _no_document()
    return target


def _relationships(package: Package, part: str) -> Mapping[str, _Relationship]:
    """What a part points to inside the package, by id; what lies outside is left alone."""
    folder, name = posixpath.split(part)
    members = {member.lower(): member for member in package.names}
    found = members.get(posixpath.join(folder, "_rels", f"{name}.rels").lower())
    if found is None:
        return {}
    related = {}
    for element in children(parse_xml(package.read(found), found, _WHAT), "Relationship"):
        if attribute(element, "TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, unquote(attribute(element, "Target")))).lstrip("/")
        if target.lower() in members:
            kind = attribute(element, "Type").rpartition("/")[2]
            related[attribute(element, "Id")] = _Relationship(kind, members[target.lower()])
    return related


def _no_document() -> ReadError:
    return ReadError(
        "it is a zip file without a Word document inside. Ask for another copy, or leave it out.",
        "它是压缩包，里面没有 Word 正文。请换一份，或移除它。",
    )
