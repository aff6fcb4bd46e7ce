"""What the elements and attributes of HTML mean for the text inside: which are lines, hidden, furniture, numbered.

What the HTML standard's style sheet says of an element, and what its own style attribute says.
"""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

__all__ = ["SKIPPED", "Numbering", "Style", "Zone", "inherited", "is_block", "is_hidden", "numbering", "whole_number"]


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p plaintext pre search "
    "section summary table tbody td text textarea tfoot th thead tr ul xmp"
)
SKIPPED = _names(
    "applet audio base button canvas datalist defs desc embed frame frameset head iframe input link meta metadata "
    "meter noembed noframes noscript optgroup option param progress rp rt rtc script select source style template "
    "title track video"
)
"""What shows no words of its own in the place where it stands."""
_COUNTED = _names("textarea")
"""Left out as a control of a form, but now and then it holds words."""
_PREFORMATTED = _names("listing plaintext pre textarea xmp")
_ZONE_TAGS = _names("aside figcaption footer nav")
_ZONE_ROLES = _names("banner complementary contentinfo navigation search")
_ZONE_WORDS = _names(
    "bdsharebuttonbox breadcrumb breadcrumbs comment comments copyright crumb crumbs dqwz foot footer hot mbx menu nav "
    "navbar navigation page-nav pager pagination pinglun print qrcode recommend related share sharebox sidebar sitemap "
    "social toolbar tools weizhi xgxw"
)
_MOST_ZONES = 8
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN_STYLE = re.compile(
    r"(?:^|;|\s)(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all)\b"
)
_BLOCK_STYLE = re.compile(
    r"(?:^|;|\s)display\s*:\s*(?:block|flex|grid|list-item|table(?:-row|-cell|-caption)?)\s*(?:;|$|!)"
)
_INLINE_STYLE = re.compile(r"(?:^|;|\s)display\s*:\s*inline")
_PRE_STYLE = re.compile(r"white-space\s*:\s*(pre|pre-wrap|pre-line|break-spaces|normal|nowrap)\s*(?:;|$|!)")
_COMMENT_LIST = re.compile(r"mso-element\s*:\s*comment-list")
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z\s-]+)")
_LIST_TYPES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LIST_STYLES = {
    "decimal": "decimal",
    "lower-alpha": "lowerLetter",
    "upper-alpha": "upperLetter",
    "lower-latin": "lowerLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCountingThousand",
    "simp-chinese-informal": "chineseCountingThousand",
    "trad-chinese-informal": "chineseCountingThousand",
    "cjk-decimal": "ideographDigital",
    "none": "none",
    "disc": "none",
    "circle": "none",
    "square": "none",
}


@dataclass(slots=True, eq=False)
class Zone:
    """A part of the page that calls itself navigation, a foot, a bar to share it and the like."""

    outer: "Zone | None"
    depth: int
    sure: bool
    """Whether its element says so, not only a name that its author gave it."""
    reason: str
    prose: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """What an element hands down to those inside it."""

    pre: str = ""
    link: str = ""
    heading: int = 0
    article: bool = False
    zone: Zone | None = None
    revealed: bool = False
    """Whether what is hidden inside counts as shown."""


@dataclass(slots=True)
class Numbering:
    """An ordered list: the number of its next item, and how it is written."""

    number: int
    step: int
    format: str


def is_hidden(tag: str, attributes: dict[str, str], css: str) -> bool:
    """Whether a browser shows nothing of an element; `css` is its style attribute in lower case."""
    closed = tag in _COUNTED or (tag == "dialog" and "open" not in attributes)
    by_attribute = "hidden" in attributes and attributes["hidden"].lower() != "until-found"
    return closed or by_attribute or _HIDDEN_STYLE.search(css) is not None


def is_block(tag: str, css: str) -> bool:
    """Whether an element stands on lines of its own."""
    if tag in ("td", "th", "tr"):
        return True
    return _BLOCK_STYLE.search(css) is not None or (tag in _BLOCKS and _INLINE_STYLE.search(css) is None)


def inherited(outer: Style, tag: str, attributes: dict[str, str], css: str) -> Style:
    """The style of an element's inside; mostly that of its outside."""
    link = (attributes["href"] or "#") if tag == "a" and "href" in attributes else outer.link
    zone = _zone(outer, tag, attributes, css) if attributes or tag in _ZONE_TAGS or tag == "header" else outer.zone
    heading = _HEADINGS.get(tag, outer.heading)
    return Style(_white_space(outer, tag, css), link, heading, outer.article or tag == "article", zone, outer.revealed)


def _white_space(outer: Style, tag: str, css: str) -> str:
    """The keyword that keeps white space in an element; empty where it collapses."""
    if found := _PRE_STYLE.search(css):
        return "" if found[1] in ("normal", "nowrap") else found[1]
    return "pre" if tag in _PREFORMATTED else outer.pre


def _zone(outer: Style, tag: str, attributes: dict[str, str], css: str) -> Zone | None:
    inside = outer.zone
    depth = inside.depth + 1 if inside else 1
    if depth > _MOST_ZONES:
        return inside
    if _COMMENT_LIST.search(css):
        return Zone(inside, depth, sure=True, reason="comment")
    note = "note" in attributes.get("epub:type", "") + attributes.get("role", "")
    sure = tag in _ZONE_TAGS or (tag == "header" and not outer.article) or attributes.get("role", "") in _ZONE_ROLES
    if note or not (sure or _named_so(attributes)):
        return inside
    if tag == "figcaption":
        return Zone(inside, depth, sure, "caption")
    contents = "toc" in (attributes.get("epub:type", "") + " " + attributes.get("role", "")).replace("-", " ").split()
    return Zone(inside, depth, sure, "table of contents" if contents else "page navigation")


def _named_so(attributes: dict[str, str]) -> bool:
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"[:500].lower()
    return bool(names.strip()) and not _ZONE_WORDS.isdisjoint((*names.split(), *re.split(r"[\s_-]+", names)))


def numbering(node: LexborNode, tag: str, attributes: dict[str, str], css: str) -> Numbering:
    """How the items of a list are numbered; those of any but an ordered one are not."""
    if tag != "ol":
        return Numbering(0, 0, "none")
    written = _LIST_TYPES.get(attributes.get("type", ""), "decimal")
    if found := _LIST_STYLE.search(css):
        written = next((_LIST_STYLES[word] for word in found[1].split() if word in _LIST_STYLES), written)
    if "reversed" not in attributes:
        return Numbering(whole_number(attributes.get("start", ""), 1), 1, written)
    return Numbering(whole_number(attributes.get("start", ""), _items(node)), -1, written)


def _items(node: LexborNode) -> int:
    count, child = 0, node.first_child
    while child is not None:
        count += child.tag == "li"
        child = child.next
    return count


def whole_number(value: str, otherwise: int) -> int:
    """The number that an attribute begins with, if it is one."""
    found = re.match(r"\s*([+-]?\d{1,9})", value)
    return int(found[1]) if found else otherwise
