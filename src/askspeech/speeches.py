"""Which speeches a source holds: where each one begins and ends, its title and its facts.

Positions are characters of the reading text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from askspeech.datatypes import Span
from askspeech.markers import is_salutation, is_title, marker_at
from askspeech.reading_text import ReadingText

__all__ = ["SpeechDraft", "find_speeches"]

_SPOKEN_TITLE = re.compile(
    r"(?:讲话|讲话稿|发言|发言稿|致辞|致词|演讲|报告|主持词|总结|寄语|党课)(?:[（(][^（）()]{1,30}[）)])?$"
)
_SUBTITLE = re.compile(r"[—–―－-]{1,4}|[（(].{2,40}[）)]$")
_OCCASION_LINE = re.compile(
    r"[—–―－-]{1,4}[^。！？!?；;]{0,40}在[^。！？!?；;]{4,60}(?:会|会议|式|论坛|班)上[^。！？!?；;，,]{0,30}"
)
_DATE_LINE = re.compile(r"[（(]?\s*\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*在")
_CAPTION = re.compile(
    r"(?<![工操合写协运])作(?:了|政府)?(?:工作|重要|专题|表态|总结|主旨|动员)?(?:讲话|报告|发言|致辞|演讲)。?$"
)
_OPENS = re.compile(r"[《〈“‘（(、，,]$")
_CLOSES = re.compile(r"[》〉”’）)、，,。；;！？]")
_CLOSED = re.compile(r"谢谢|万事如意|新年快乐|身体健康|祝.{0,30}[！!。]$|年\S{1,4}月\S{0,4}日?[）)]?$")
_LONGEST_PREFACE = 600
_SHORTEST_SPEECH = 500
_LONGEST_OPENING = 3000
_BODY = 40
_AHEAD = 5
_LONGEST_HEAD = 200
_LONGEST_TITLE_LINE = 40
_TITLE_LINES = 2
_LONGEST_NAME_LINE = 24

_OCCASION = re.compile(
    r"(?:就|围绕|关于)([^，。；！？“”]{2,12}(?:“[^”]{1,10}”)?[^，。；！？]{2,30}?(?:工作)?)[，,]?\s{0,4}(?:再|我们?)?\s{0,4}(?:讲|谈|强调|提)"
)
_TASK = re.compile(r"(?:研究部署|安排部署|动员部署|进一步(?:做好|抓好|推进|优化))([^，。；！？]{4,30})")
_TITLE_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class SpeechDraft:
    """One speech: its paragraphs (title lines left out), its title as a range of the reading text or as derived text."""

    title: str
    title_range: Span | None
    paragraphs: tuple[Span, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a speech begins: the number of its first paragraph, and those of its title's lines, if it has a title."""

    first: int
    title: range


_NO_TITLE = range(0)


def find_speeches(reading: ReadingText, file_title: str) -> list[SpeechDraft]:
    """Split a reading text into its speeches; `file_title` names one of which nothing else can be said."""
    starts = _starts([reading.text[a:b] for a, b in reading.paragraphs])
    ends = [start.first for start in starts[1:]] + [len(reading.paragraphs)]
    drafts = (_draft(reading, start, end, file_title) for start, end in zip(starts, ends, strict=True))
    return [draft for draft in drafts if draft is not None]


def _draft(reading: ReadingText, start: _Start, end: int, file_title: str) -> SpeechDraft | None:
    paragraphs, text = reading.paragraphs, reading.text
    body = tuple(paragraphs[number] for number in range(start.first, end) if number not in start.title)
    if not body:
        return None
    if start.title:
        title_range = Span(paragraphs[start.title[0]].start, paragraphs[start.title[-1]].end)
        name = " ".join(text[title_range.start : title_range.end].split()).strip("《》")
    else:
        title_range, name = None, _derived_title([text[a:b] for a, b in body[:12]], file_title)
    return SpeechDraft(name, title_range, body, paragraphs[start.first].start, body[-1].end)


def _starts(texts: Sequence[str]) -> list[_Start]:
    """Where the speeches of a text begin, given its paragraphs."""
    starts: list[_Start] = []
    before = 0
    for number, text in enumerate(texts):
        if title := _title_at(texts, number, later=bool(starts), before=before):
            if starts and not starts[-1].title and not _has_body(texts, starts[-1].first, number):
                starts.pop()
            starts.append(_Start(number, title))
        elif is_salutation(text) and (not starts or _begins_again(texts, starts[-1].first, number)):
            starts.append(_Start(number, _NO_TITLE))
        before += len(text)
    return _with_preface(texts, _without_repeats(texts, starts))


def _with_preface(texts: Sequence[str], starts: list[_Start]) -> list[_Start]:
    """The starts, and one more where what stands before the first of them is too long for a preface."""
    if not starts:
        return [_Start(0, _NO_TITLE)] if texts else []
    before = sum(len(text) for text in texts[: starts[0].first])
    if before <= _LONGEST_PREFACE:
        return starts
    return [_Start(0, _NO_TITLE), *(starts if starts[0].title else starts[1:])]


def _without_repeats(texts: Sequence[str], starts: Sequence[_Start]) -> list[_Start]:
    """The starts of speeches, those left out that only repeat the title of the same speech.

    A site's heading stands above the speech's own, or once more below its end. The fuller title is kept.
    """
    kept: list[_Start] = []
    ends = [start.first for start in starts[1:]] + [len(texts)]
    for start, end in zip(starts, ends, strict=True):
        if kept and kept[-1].title and start.title and _is_repeat(texts, kept[-1], start, end):
            former, latter = _title(texts, kept[-1]), _title(texts, start)
            if _length(texts, kept[-1].first, start.first) <= _LONGEST_HEAD and len(latter) >= len(former):
                kept[-1] = start
        else:
            kept.append(start)
    return kept


def _is_repeat(texts: Sequence[str], former: _Start, latter: _Start, end: int) -> bool:
    if former.title.stop == latter.first:
        return True
    one, other = _title(texts, former), _title(texts, latter)
    short = min(_length(texts, former.first, latter.first), _length(texts, latter.first, end)) <= _LONGEST_HEAD
    return short and (one in other or other in one)


def _title(texts: Sequence[str], start: _Start) -> str:
    return "".join("".join(texts[number].split()) for number in start.title)


def _length(texts: Sequence[str], first: int, end: int) -> int:
    return sum(len(text) for text in texts[first:end])


def _has_body(texts: Sequence[str], first: int, last: int) -> bool:
    return any(len(text) >= _BODY for text in texts[first:last])


def _title_at(texts: Sequence[str], number: int, *, later: bool, before: int) -> range:
    """The lines of a title that begins here, if a speech follows at once; a later one in a source needs stronger signs."""
    lines = _title_lines(texts, number)
    if not lines or _inside_sentence(texts, lines):
        return _NO_TITLE
    follower = next(_followers(texts, lines), None)
    if follower is None or _is_title_line(follower):
        return _NO_TITLE
    spoken = len(lines) > 1 or _SPOKEN_TITLE.search(texts[number].strip()) is not None
    closed = number > 0 and texts[number - 1].rstrip()[-1:] in "。！？!?；;）)”"
    if later:
        return lines if spoken and (is_salutation(follower) or closed) else _NO_TITLE
    return lines if spoken or before <= _LONGEST_PREFACE else _NO_TITLE


def _title_lines(texts: Sequence[str], number: int) -> range:
    """A line that reads like a title, or lines of any wording right above a subtitle that names the occasion."""
    if _is_title_line(texts[number]):
        return range(number, number + 1)
    for stop in range(number, min(number + _TITLE_LINES + 1, len(texts))):
        line = texts[stop].strip()
        if _OCCASION_LINE.fullmatch(line):
            return range(number, stop)
        if not _is_plain(line, _LONGEST_TITLE_LINE) or _is_title_line(line):
            break
    return _NO_TITLE


def _is_title_line(text: str) -> bool:
    line = text.strip()
    return is_title(line) and not _SUBTITLE.match(line) and not _CAPTION.search(line)


def _is_plain(line: str, longest: int) -> bool:
    """Whether a line is short and neither a sentence nor part of an outline nor a salutation."""
    return len(line) <= longest and line[-1:] not in "。！？!?；;：:，," and marker_at(line) is None


def _inside_sentence(texts: Sequence[str], lines: range) -> bool:
    """Whether the lines are cut out of a sentence: a link's words often stand on a line of their own."""
    before = texts[lines[0] - 1].strip() if lines[0] else ""
    after = texts[lines.stop].strip() if lines.stop < len(texts) else ""
    return _OPENS.search(before) is not None or _CLOSES.match(after) is not None


def _followers(texts: Sequence[str], lines: range) -> Iterator[str]:
    """The next paragraphs; subtitles, the title once more, and lines with a name or a date left out."""
    title = "".join("".join(texts[number].split()) for number in lines)
    for text in texts[lines.stop : lines.stop + _AHEAD]:
        line = text.strip()
        if _SUBTITLE.match(line) or _DATE_LINE.match(line) or _CAPTION.search(line):
            continue
        if _is_title_line(line):
            again = "".join(line.split())
            if again not in title and title not in again:
                yield line
        elif not _is_plain(line, _LONGEST_NAME_LINE):
            yield line


def _begins_again(texts: Sequence[str], first: int, number: int) -> bool:
    """Whether a salutation begins another speech: the one before has been closed."""
    text = texts[number].strip()
    whole_line = text[-1] in "：:" and len(text) <= 40
    return whole_line and _length(texts, first, number) > 500 and _CLOSED.search(texts[number - 1].strip()) is not None


def _derived_title(paragraphs: Sequence[str], file_title: str) -> str:
    """A short descriptive title from what the speech says it is about, else from its first heading, else the file's."""
    opening = "".join(paragraphs[:6])[:_LONGEST_OPENING]
    if found := _OCCASION.search(opening):
        return f"关于{_trimmed(found[1])}的讲话"
    if found := _TASK.search(opening):
        return f"关于{_trimmed(found[1])}的讲话"
    heading = next((text for text in paragraphs if (marker := marker_at(text)) and marker.style == "comma"), None)
    if heading is not None and (marker := marker_at(heading)):
        return f"讲话：{_trimmed(heading[marker.end :])}"
    return file_title


def _trimmed(text: str) -> str:
    clean = "".join(text.split())
    return re.split(r"[。；！？]", clean)[0][:_TITLE_CHARACTERS].rstrip("，、,：:")
