"""What is dropped inside a line: stray Markdown, spaces between Chinese characters, watermarks, notes of gaps."""

import re
from collections.abc import Collection, Iterator

from askspeech.datatypes import Drop, Span
from askspeech.markers import is_title, marker_at

__all__ = ["HIDDEN", "STRAY_MARKDOWN", "has_blank_asterisks", "hidden_characters", "inline_drops", "without_block_mark"]

STRAY_MARKDOWN = "stray Markdown"
INNER_SPACE = "space inside a sentence"
WATERMARK = "watermark"
HIDDEN = "hidden part"

_CHINESE = "㐀-䶿一-鿿，。、；：？！“”‘’（）《》【】"
_SPACE = re.compile(rf"(?<=[{_CHINESE}])[^\S\n]+(?=[{_CHINESE}])")
_BLOCK_MARK = re.compile(r"(?:#{1,6}\s+|(?:>\s*)+|[-*+]\s+(?=[㐀-鿿“《（]))+")
_BOLD = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,80}?)(?<=\S)\1(?!\*)")
_CODE = re.compile(r"`([^`\n]{1,80})`")
_HIDDEN = re.compile(
    r"-{2,}\s*(?:此处|以下|中间|本处)?\s*(?:已)?(?:隐藏|省略|略去)\s*(?:了|约)?\s*(\d{1,9})\s*字[^-\n]{0,20}-{2,}"
    r"|[（(【]\s*(?:此处|以下|中间|本处)\s*(?:已)?(?:隐藏|省略|略去)\s*(?:了|约)?\s*(\d{1,9})\s*字[^（）()【】\n]{0,20}[）)】]"
)
_BLANK_ASTERISKS = re.compile(
    r"\*{1,4}(?:\.\*+)?\s?(?:%|％|亿|万|元|个|家|项|件|次|名|人|户|天|位|年|月|日|书记|同志|部长|市|县|区)|第\*"
)
_LONGEST_PLAIN_LINE = 30
_SENTENCE_MARKS = "。！？；，,;"


def has_blank_asterisks(text: str) -> bool:
    """Whether asterisks stand for blanked-out figures in a text; then none of them is taken for Markdown."""
    return _BLANK_ASTERISKS.search(text) is not None


def without_block_mark(line: str) -> str:
    """A line without the Markdown marks that it begins with: ## and > and the dash of a list."""
    mark = _BLOCK_MARK.match(line)
    return line[mark.end() :] if mark and mark.end() < len(line) else line


def inline_drops(text: str, start: int, end: int, *, bold: bool, watermarks: Collection[str]) -> Iterator[Drop]:
    """The drops inside the line text[start:end], ascending and disjoint; `bold` allows paired asterisks to be marks."""
    found = sorted(
        {
            *_markdown(text, start, end, bold=bold),
            *_spaces(text, start, end),
            *_watermarks(text, start, end, watermarks),
            *(Drop(Span(*found.span()), HIDDEN) for found in _HIDDEN.finditer(text, start, end)),
        },
        key=lambda drop: (drop.span, drop.reason),
    )
    at = start
    for drop in found:
        if drop.span.start >= at:
            yield drop
            at = drop.span.end


def hidden_characters(note: str) -> int | None:
    """How many characters a note within a line says are hidden; None where it is no such note."""
    found = _HIDDEN.fullmatch(note)
    return int(found[1] or found[2]) if found else None


def _markdown(text: str, start: int, end: int, *, bold: bool) -> Iterator[Drop]:
    if (mark := _BLOCK_MARK.match(text, start, end)) and mark.end() < end:
        yield Drop(Span(start, mark.end()), STRAY_MARKDOWN)
    if bold:
        for found in _BOLD.finditer(text, start, end):
            yield Drop(Span(found.start(), found.start(2)), STRAY_MARKDOWN)
            yield Drop(Span(found.end(2), found.end()), STRAY_MARKDOWN)
    for found in _CODE.finditer(text, start, end):
        yield Drop(Span(found.start(), found.start(1)), STRAY_MARKDOWN)
        yield Drop(Span(found.end(1), found.end()), STRAY_MARKDOWN)


def _spaces(text: str, start: int, end: int) -> Iterator[Drop]:
    """Spaces between Chinese characters of a sentence; those in a short line may part a title's halves or names."""
    line = text[start:end]
    plain = len(line) <= _LONGEST_PLAIN_LINE and not any(mark in line for mark in _SENTENCE_MARKS)
    if plain or is_title(line):
        return
    marker = marker_at(line)
    # 第五条中国公民 without the space would read as a mention of an article, not as its beginning.
    behind_marker = start + marker.end if marker and marker.style in ("part", "article") else start
    for found in _SPACE.finditer(text, start, end):
        if found.start() != behind_marker and found.end() != behind_marker:
            yield Drop(Span(*found.span()), INNER_SPACE)


def _watermarks(text: str, start: int, end: int, watermarks: Collection[str]) -> Iterator[Drop]:
    """Known watermarks that stand inside a line, parted from its words by spaces."""
    for watermark in watermarks:
        at = text.find(watermark, start, end)
        while at >= 0:
            stop = at + len(watermark)
            if (at == start or text[at - 1].isspace()) and (stop == end or text[stop].isspace()):
                yield Drop(Span(at, stop), WATERMARK)
            at = text.find(watermark, stop, end)
