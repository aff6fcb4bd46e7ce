"""Web pages, saved from a browser or written by Word: the words a reader of the page sees, line by line."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from askspeech.bilingual import Bilingual
from askspeech.decoding import decode, notices_of_damage
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted, TextBuilder
from askspeech.formats.html_blocks import PageText, page_text, prose, visible
from askspeech.formats.html_furniture import furniture, title_line

__all__ = ["Page", "declared_encoding", "notices_of_hidden", "read", "read_page", "title_lines"]

PAGE_TITLE = "page title"
_HEAD = 4096
_DEEPEST = 20_000
_FEW = 20
_SCRIPT_ONLY = 40
_XML_DECLARATION = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_INNER_SUBSET = re.compile(r"<!DOCTYPE[^>\[]{0,1000}\[", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_XHTML = re.compile(r"<\?xml\s|<html\b[^>]*?xmlns\s*=\s*[\"']http://www\.w3\.org/1999/xhtml", re.IGNORECASE)
_EMPTY_ELEMENT = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)"
    r"([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>"
)
_DEEP_TAG = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dd|dt|option|br|img|input|hr|meta|link|col|wbr)\b)[A-Za-z]", re.IGNORECASE
)
_OFFICE = re.compile(r"Microsoft (?:Word|Office)|WPS|LibreOffice|OpenOffice|Word\.Document|Aspose", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[。！？；]")
_TITLE_PARTS = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+|--+|-(?=[^-_]{2,30}$)")
_SPOKEN = re.compile(
    r"(?:讲话|讲话稿|发言|发言稿|致辞|致词|演讲|报告|主持词|寄语|党课|講話|發言|致辭|致詞|演講|報告)"
    r"(?:[（(][^（）()]{1,30}[）)])?$"
)
_SITE = re.compile(
    r"网|网站|门户|政府|首页|详情|正文|频道|栏目|文档|网页|無標題|无标题|untitled|index|document", re.IGNORECASE
)
_SHORTEST_TITLE, _LONGEST_TITLE = 8, 70
_FIRST_LINES = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its lines with the reason of each that is furniture, its title, and how much of it is hidden."""

    lines: tuple[tuple[str, str], ...]
    title: str
    hidden: int
    shown: bool = True
    """Whether what is read is what the page shows; a page that hides all its text is read all the same."""


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of a web page; its places are paragraphs: whatever stands on a line of its own.

    Raises ReadError where its encoding is none, it declares entities, it is nested too deeply, or it shows no text:
    a frame page, one that scripts fill.
    """
    del announce  # a web page has no pages
    decoded = decode(data, declared_encoding(data))
    page = read_page(decoded.text)
    builder = TextBuilder("paragraph")
    for text, reason in page.lines:
        builder.add(text, reason)
    notices = (*notices_of_hidden(page.hidden, shown=page.shown), *notices_of_damage(decoded.text))
    return builder.extracted(encoding=decoded.encoding, notices=notices)


def declared_encoding(data: bytes) -> str | None:
    """What the page itself says its encoding is, in an XML declaration or a meta element."""
    found = _XML_DECLARATION.match(data.lstrip()[:_HEAD]) or _META.search(data[:_HEAD])
    return found[1].decode("ascii", "replace") if found else None


def read_page(text: str, *, site: bool = True) -> Page:
    """The lines of a page's source text; `site` says whether it may be a page of a web site, with bars and a foot.

    Raises ReadError as `read` does; only a chapter of a book, which is no page of a site, may be without text.
    """
    text = text.removeprefix("\ufeff")
    _refuse_hostile(text)
    tree = _parsed(_as_html(text))
    found, shown = _shown_text(tree)
    if not found.lines:
        if site:
            raise _without_text(tree)
        return Page((), "", found.hidden, shown)
    site = site and not _from_office(tree)
    title, name = _titles(tree)
    at = title_line(found.lines, name) if name else None
    reasons = furniture(found.lines, at, site=site)
    lines = [(line.text, reason) for line, reason in zip(found.lines, reasons, strict=True)]
    if site and _is_filled_by_scripts(lines, tree):
        raise _without_text(tree)
    headed = any(line.heading and not reason for line, reason in zip(found.lines, reasons, strict=True))
    titled = at is not None or _has_title([text for text, reason in lines if not reason][:_FIRST_LINES])
    return Page((*title_lines(title, name, found=titled, headed=headed), *lines), title, found.hidden, shown)


def title_lines(title: str, name: str, *, found: bool, headed: bool) -> Iterator[tuple[str, str]]:
    """The title of a page as lines above its text, each with its reason.

    It is furniture where the text has its title itself, or the name of a site. Else the text begins with it, because
    nothing else says what the speech is called.
    """
    wanted = not found and (
        _SPOKEN.search(name) is not None or (not headed and len(name) >= _SHORTEST_TITLE and not _SITE.search(name))
    )
    rest = title
    if wanted:
        yield name, ""
        rest = title.removeprefix(name).strip()
    if rest:
        yield rest, PAGE_TITLE


def notices_of_hidden(hidden: int, *, shown: bool = True) -> tuple[str, ...]:
    """What to tell of characters that the page hides; `shown` is False where the body was among them, and was read."""
    body = Bilingual(
        "The page hides most of its text until scripts show it; that was read all the same.",
        "网页的大部分文字要等脚本运行后才显示，已照常读取。",
    )
    others = Bilingual(
        f"{hidden} characters that the page hides from its readers were left out.",
        f"网页里有 {hidden} 个字设为隐藏、浏览时看不到，未收入。",
    )
    return (*((body,) if not shown else ()), *((others,) if hidden > _FEW else ()))


def _shown_text(tree: LexborHTMLParser) -> tuple[PageText, bool]:
    body = tree.body
    if body is None:
        return PageText((), 0, 0), True
    found = page_text(body)
    if not found.lines and found.hidden:
        return page_text(body, reveal=0), False
    if found.hidden_prose > sum(map(prose, found.lines)):
        return page_text(body, reveal=found.hidden_prose), False
    return found, True


def _refuse_hostile(text: str) -> None:
    subset = _INNER_SUBSET.search(text)
    if subset is not None and _ENTITY.search(text, subset.end()):
        raise ReadError(
            "it declares entities of its own (<!ENTITY), which no saved web page does and attacks do. "
            "Open it in a browser, copy its text, and save that.",
            "网页里有自定义实体声明（<!ENTITY），正常保存的网页不会有，可能是攻击。请用浏览器打开，复制文字另存。",
        )
    if text.count("<") > _DEEPEST and _depth(text) > _DEEPEST:
        raise ReadError(
            f"its elements are nested more than {_DEEPEST:,} levels deep, which no page of a speech is. "
            "Open it in a browser, copy its text, and save that.",
            f"网页元素嵌套超过 {_DEEPEST:,} 层，不像讲话稿。请用浏览器打开，复制文字另存。",
        )


def _depth(text: str) -> int:
    """How deep the elements are nested that do not end by themselves."""
    depth = deepest = 0
    for found in _DEEP_TAG.finditer(text):
        depth = max(0, depth + (-1 if found[1] else 1))
        deepest = max(deepest, depth)
    return deepest


def _as_html(text: str) -> str:
    """A page as a parser of HTML reads it right: in XHTML an empty element may be written <script/>."""
    if not _XHTML.search(text, 0, _HEAD):
        return text
    first, *others = text.split("<![CDATA[")
    parts = [first]
    for other in others:
        data, end, markup = other.partition("]]>")
        parts += [data.replace("&", "&amp;").replace("<", "&lt;"), markup] if end else ["<![CDATA[", other]
    return _EMPTY_ELEMENT.sub(r"<\1\2></\1>", "".join(parts))


def _parsed(text: str) -> LexborHTMLParser:
    try:
        return LexborHTMLParser(text)
    except SelectolaxError as error:
        raise ReadError(
            f"it cannot be read as a web page ({str(error)[:100]}). Open it in a browser, copy its text, save that.",
            "无法作为网页读取。请用浏览器打开，复制文字另存。",
        ) from error


def _from_office(tree: LexborHTMLParser) -> bool:
    names = ("generator", "progid", "originator")
    metas = (meta.attributes for meta in tree.css("head meta"))
    return any(
        (one.get("name") or "").lower() in names and _OFFICE.search(one.get("content") or "") is not None
        for one in metas
    )


def _titles(tree: LexborHTMLParser) -> tuple[str, str]:
    """The page's title as a browser's window has it, and the name of what it holds: the site's own name left out."""
    node = tree.css_first("head title")
    title = " ".join(node.text().split()) if node is not None else ""
    metas = {
        (one.attributes.get("name") or "").lower(): one.attributes.get("content") or "" for one in tree.css("meta")
    }
    parts = [part for part in _TITLE_PARTS.split(title) if part]
    likely = sorted(parts, key=lambda part: (_SPOKEN.search(part) is None, _SITE.search(part) is not None))
    return title, " ".join(metas.get("articletitle", "").split()) or next(iter(likely), "")


def _has_title(lines: Sequence[str]) -> bool:
    """Whether one of the first lines of the text itself reads like the title of a speech."""
    return any(len(line) <= _LONGEST_TITLE and _SPOKEN.search(line.strip()) for line in lines)


def _is_filled_by_scripts(lines: Sequence[tuple[str, str]], tree: LexborHTMLParser) -> bool:
    """Whether there is nothing but "loading" on the page and a script that would put its text there."""
    text = "".join(line for line, _ in lines)
    return visible(text) <= _SCRIPT_ONLY and not _SENTENCE_END.search(text) and tree.css_first("script") is not None


def _without_text(tree: LexborHTMLParser) -> ReadError:
    frames = [node.attributes.get("src") or "" for node in tree.css("frame, iframe")]
    if named := ", ".join(frame[:80] for frame in frames if frame)[:200]:
        return ReadError(
            f"it holds no text itself: it shows other pages in frames ({named}). Open it in a browser, open the frame "
            "alone, and save that page.",
            f"网页本身没有文字，只是用框架显示别的页面（{named}）。请在浏览器里单独打开框架中的页面，再保存。",
        )
    if tree.css_first("script") is not None:
        return ReadError(
            "it holds no text: scripts put it there when a browser shows the page. Open it in a browser, select and "
            "copy the text, and save that.",
            "网页文件里没有正文，正文要靠脚本在浏览器里显示。请用浏览器打开，选中并复制文字，另存为文本。",
        )
    return ReadError(
        "it is a web page without text. Open it in a browser: if it shows text there, copy and save that; if not, "
        "leave it out.",
        "网页里没有文字。请用浏览器打开看看：有文字就复制另存，没有就移除它。",
    )
