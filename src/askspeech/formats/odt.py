"""OpenDocument texts (odt): body, notes and frames as text, headers and footers as furniture."""

from collections.abc import Callable, Iterable

from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.odt_lists import OUTLINE, Lists, ListStyle, list_style
from askspeech.formats.odt_story import Story, TextStyle
from askspeech.formats.packages import Package, open_package
from askspeech.formats.stories import Findings, Line, assembled, note_lines
from askspeech.formats.xml_parts import Element, attribute, child, children, local_name, parse_xml

__all__ = ["read"]

_WHAT = "odt"
_CONTENT, _STYLES, _MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
_HEADERS = ("header", "header-first", "header-left")
_FOOTERS = ("footer", "footer-first", "footer-left")
_OTHER_PROGRAMS = {
    "spreadsheet": ("a spreadsheet", "表格"),
    "presentation": ("a presentation", "演示文稿"),
    "drawing": ("a drawing", "绘图"),
}


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of an OpenDocument text; its places are the body's paragraphs.

    Raises ReadError where it is no OpenDocument text, is damaged, protected, hostile or too large, or holds pictures
    only.
    """
    del announce  # the pages of such a file are known to its program alone
    package = open_package(data, _WHAT)
    if "encrypted-package" in package or (_MANIFEST in package and b"encryption-data" in package.read(_MANIFEST)):
        raise ReadError(
            "this odt file is protected with a password. Open it, remove the password, and save it again.",
            "这个 odt 文件设有密码。请打开后取消密码，再保存一次。",
        )
    return _extracted(package)


def _extracted(package: Package) -> Extracted:
    content = parse_xml(package.read(_CONTENT), _CONTENT, _WHAT)
    styles = parse_xml(package.read(_STYLES), _STYLES, _WHAT) if _STYLES in package else None
    roots = [content] if styles is None else [styles, content]
    findings = Findings()
    lists = Lists(_list_styles(roots))
    story = Story(_text_styles(roots), lists, findings)
    body = story.lines(_text(content))
    # A note's body may hold notes itself only in files that no program writes; they are taken all the same.
    for note in story.notes:
        body.extend(note_lines(story.lines(note)))
    headers, footers = (_furniture(story, styles, names) for names in (_HEADERS, _FOOTERS))
    findings.number_formats |= lists.unknown_formats
    return assembled(headers, body, footers, findings)


def _text(content: Element) -> Element:
    body = child(content, "body")
    found = child(body, "text")
    if found is not None:
        return found
    for one in () if body is None else body:
        if local_name(one) in _OTHER_PROGRAMS:
            english, chinese = _OTHER_PROGRAMS[local_name(one)]
            raise ReadError(
                f"it is named odt but is {english} inside. Save its text as odt or txt, or leave it out.",
                f"文件名是 odt，内容却是{chinese}。请把文字另存为 odt 或 txt，或移除它。",
            )
    raise ReadError(
        "it is a zip file without a text document inside. Ask for another copy, or leave it out.",
        "它是压缩包，里面没有文字文档。请换一份，或移除它。",
    )


def _furniture(story: Story, styles: Element | None, names: Iterable[str]) -> list[Line]:
    """The lines of all headers or footers that page styles have and show."""
    if styles is None:
        return []
    pages = styles.iter("{*}master-page")
    parts = (part for page in pages for name in names for part in children(page, name))
    return [line for part in parts if attribute(part, "display") != "false" for line in story.lines(part)]


def _list_styles(roots: Iterable[Element]) -> dict[str, ListStyle]:
    found = {}
    for root in roots:
        for element in root.iter("{*}list-style", "{*}outline-style"):
            name = OUTLINE if local_name(element) == "outline-style" else attribute(element, "name")
            found[name] = list_style(element)
    return found


def _text_styles(roots: Iterable[Element]) -> dict[tuple[str, str], TextStyle]:
    found = {}
    for root in roots:
        for element in root.iter("{*}style"):
            display = attribute(child(element, "text-properties"), "display")
            hidden = display == "none" if display else None
            key = attribute(element, "family"), attribute(element, "name")
            found[key] = TextStyle(attribute(element, "parent-style-name"), hidden)
    return found
