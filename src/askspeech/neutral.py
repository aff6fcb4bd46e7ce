"""Text that crosses between the corpus, a chat model and a reader, without what could do more than be read."""

import html
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["Neutral", "for_model", "neutral", "visible", "without"]

_DOMAINS = (
    "com|cn|net|org|gov|edu|info|biz|io|ai|app|dev|me|tv|cc|co|xyz|top|site|online|club|vip|shop|link|live|pro|wiki|ru|"
    "uk|us|eu|de|fr|jp|kr|hk|tw|in|tk|ml|ga|cf|to|ly|gl|example|test|invalid|local|localhost|onion"
)
_REST = r"[^\s<>\"“”‘’。，；！？、《》（）【】]*"
_IMAGE = re.compile(r"!\[[^\]\n]*\]\s?(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\s?\(\s*([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+[\"'][^\n]*?[\"'])?\s*\)")
_TAG = re.compile(r"<(?:[a-z/!?|][^<>]*(?:>|$)|$)", re.IGNORECASE)
_OPENING = re.compile(r"<(?=[a-z/!?|]|$)", re.IGNORECASE)
_LINKS = (
    re.compile(
        rf"(?<![a-z])(?:(?:https?|ftps?|wss?|javascript|vbscript|mailto|blob):|data:(?=[a-z]+/)|file:(?=/)){_REST}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:[a-z][a-z0-9+.-]*:)?//{_REST}", re.IGNORECASE),
    re.compile(rf"(?<![a-z0-9])www\.{_REST}", re.IGNORECASE),
    re.compile(
        rf"(?<![a-z0-9])(?:[\w.+-]+@)?(?:[a-z0-9-]+\.)+(?:(?:{_DOMAINS})(?![a-z])(?:[:/?#]{_REST})?|[a-z]{{2,}}/{_REST})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![\d.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}[:/]{_REST}"),
)
_EMPHASIS = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_LEADING = re.compile(r"^(?:#{1,6}\s+|>\s*)+")
_BULLET = re.compile(r"^[*+•·]\s+")
_NUMBER_MARK = re.compile(r"\[\s*\d{1,3}\s*\]")
_EMPTY = re.compile(r"\[\s*\]|\(\s*\)|（\s*）|【\s*】|［\s*］|<\s*>")
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；？！（）"}
_SPACE_BEFORE = re.compile(r"\s+(?=[，。！？；：、,.!?;:）)】》”」])")
_ANGLES = str.maketrans("<>", "‹›")
_OWN_TOKEN = re.compile(r"\[(/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS|gMASK))\]", re.IGNORECASE)
_ROUNDS = 6
_LONGEST_RECORDED = 80


@dataclass(frozen=True, slots=True)
class Neutral:
    """A text that is nothing but text, and what was taken out of it."""

    text: str
    removed: tuple[str, ...] = ()


def visible(text: str) -> str:
    """The text without characters that nobody sees: control and format characters, tags, zero widths, directions.

    Line breaks and tabs stay.
    """
    return "".join(
        character for character in text if character in "\n\t" or unicodedata.category(character) not in _INVISIBLE
    )


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def for_model(text: str) -> str:
    """Corpus text as a chat model sees it: one line of visible characters, none of them a model's own tokens.

    Servers read <|im_start|>, </s> or [INST] in a question as if they had written it themselves.
    """
    return _OWN_TOKEN.sub(r"‹\1›", " ".join(visible(text).split()).translate(_ANGLES))


def neutral(text: str, hidden: Collection[str] = (), *, stars: bool = False) -> Neutral:
    """A model's sentence without links, addresses, images, HTML, Markdown and marks of its own.

    Args:
        text: the sentence.
        hidden: what a reader never sees, such as the lines that part the data from the question, and keys.
        stars: whether the corpus has `**` of its own, for what it blanks out; they then stay.
    """
    removed: list[str] = []
    before, after = "", visible(text)
    for _ in range(_ROUNDS):  # what is taken out may have held apart what is one thing without it
        if before == after:
            break
        before, after = after, _plain(_once(after, hidden, removed), stars=stars)
    return Neutral(_OPENING.sub("＜", after), tuple(dict.fromkeys(without(one, hidden) for one in removed)))


def without(text: str, hidden: Collection[str]) -> str:
    """The text with … in place of what a reader never sees, in capital or small letters."""
    for secret in hidden:
        text = re.sub(re.escape(secret), "…", text, flags=re.IGNORECASE)
    return text


def _once(text: str, hidden: Collection[str], removed: list[str]) -> str:
    def gone(found: re.Match[str]) -> str:
        removed.append(found[0][:_LONGEST_RECORDED])
        return ""

    def label(found: re.Match[str]) -> str:
        removed.append(found[0][:_LONGEST_RECORDED])
        return found[1]

    text = html.unescape(text)
    for secret in hidden:
        text = re.sub(re.escape(secret), gone, text, flags=re.IGNORECASE)
    text = _LINK.sub(label, _IMAGE.sub(gone, text))
    text = _TAG.sub(gone, text)
    return _NUMBER_MARK.sub(gone, _without_links(text, removed))


def _without_links(text: str, removed: list[str]) -> str:
    """The text without addresses, full-width ones included; the width is looked at, never changed."""
    for pattern in _LINKS:
        kept, position = [], 0
        for found in pattern.finditer(text.translate(_WIDTH)):
            removed.append(text[found.start() : found.end()][:_LONGEST_RECORDED])
            kept.append(text[position : found.start()])
            position = found.end()
        text = "".join([*kept, text[position:]])
    return text


def _plain(text: str, *, stars: bool) -> str:
    """The text without Markdown's own characters, and without brackets that have become empty."""
    text = _BULLET.sub("- ", _LEADING.sub("", text.strip()))
    text = text.replace("`", "").replace("](", "] (")  # of a link whose end stands in the next sentence
    if not stars:
        text = _EMPHASIS.sub(r"\2", text)
    while (less := _EMPTY.sub("", text)) != text:
        text = less
    return _SPACE_BEFORE.sub("", " ".join(text.split()))
