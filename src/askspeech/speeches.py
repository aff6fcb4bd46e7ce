"""Which speeches a source holds: where each one begins and ends, its title and its facts.

Positions are characters of the reading text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askspeech.datatypes import Span
from askspeech.markers import is_salutation, is_title, marker_at
from askspeech.reading_text import ReadingText

__all__ = ["SpeechDraft", "find_speeches"]

_SPOKEN_TITLE = re.compile(
    r"(?:讲话|讲话稿|发言|发言稿|致辞|致词|演讲|报告|主持词|总结|寄语|党课)(?:[（(][^（）()]{1,30}[）)])?$"
)
_SUBTITLE = re.compile(r"[—–-]{1,3}|[（(].{2,40}[）)]$")
_CLOSED = re.compile(r"谢谢|万事如意|新年快乐|身体健康|祝.{0,30}[！!。]$|年\S{1,4}月\S{0,4}日?[）)]?$")
_LONGEST_PREFACE = 600
_BODY = 40
_AHEAD = 5

_OCCASION = re.compile(
    r"(?:就|围绕|关于)([^，。；！？“”]{2,12}(?:“[^”]{1,10}”)?[^，。；！？]{2,30}?(?:工作)?)[，,]?\s*(?:再|我|我们)?\s*(?:讲|谈|强调|提)"
)
_TASK = re.compile(r"(?:研究部署|安排部署|动员部署|进一步(?:做好|抓好|推进|优化))([^，。；！？]{4,30})")
_TITLE_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class SpeechDraft:
    """One speech: its paragraphs (title lines left out), its title as ranges of the reading text or as derived text."""

    title: str
    title_range: Span | None
    paragraphs: tuple[Span, ...]
    start: int
    end: int


def find_speeches(reading: ReadingText, file_title: str) -> list[SpeechDraft]:
    """Split a reading text into its speeches; `file_title` names one of which nothing else can be said."""
    starts = _starts(reading)
    drafts = []
    for number, (first, title) in enumerate(starts):
        last = starts[number + 1][0] if number + 1 < len(starts) else len(reading.paragraphs)
        if draft := _draft(reading, first, last, title, file_title):
            drafts.append(draft)
    return drafts


def _draft(reading: ReadingText, first: int, last: int, title: int | None, file_title: str) -> SpeechDraft | None:
    body = tuple(reading.paragraphs[number] for number in range(first, last) if number != title)
    if not body:
        return None
    paragraphs = reading.paragraphs
    title_range = paragraphs[title] if title is not None else None
    text = reading.text
    name = (
        " ".join(text[title_range.start : title_range.end].split()).strip("《》")
        if title_range
        else _derived_title([text[a:b] for a, b in body[:12]], file_title)
    )
    return SpeechDraft(name, title_range, body, paragraphs[first].start, body[-1].end)


def _starts(reading: ReadingText) -> list[tuple[int, int | None]]:
    """For each speech the number of its first paragraph and that of its title, if it has one."""
    texts = [reading.text[a:b] for a, b in reading.paragraphs]
    starts: list[tuple[int, int | None]] = []
    for number, text in enumerate(texts):
        if _is_speech_title(texts, number, later=bool(starts)):
            if starts and starts[-1][1] is None and not _has_body(texts, starts[-1][0], number):
                starts.pop()
            starts.append((number, number))
        elif is_salutation(text) and (not starts or _begins_again(texts, starts[-1], number)):
            starts.append((number, None))
    if not starts:
        return [(0, None)] if texts else []
    before = sum(len(text) for text in texts[: starts[0][0]])
    if before > _LONGEST_PREFACE:
        return [(0, None), *starts] if starts[0][1] is not None else [(0, None), *starts[1:]]
    return starts


def _has_body(texts: Sequence[str], first: int, last: int) -> bool:
    return any(len(text) >= _BODY for text in texts[first:last])


def _is_speech_title(texts: Sequence[str], number: int, *, later: bool) -> bool:
    """Whether a speech with this title line follows at once; a later one in a source needs stronger signs."""
    text = texts[number].strip()
    if not is_title(text) or _SUBTITLE.match(text):
        return False
    follower = next(_followers(texts, number), None)
    if follower is None or (is_title(follower) and not _SUBTITLE.match(follower)):
        return False
    if not later:
        return True
    closed = number > 0 and texts[number - 1].rstrip()[-1:] in "。！？!?；;）)”"
    return _SPOKEN_TITLE.search(text) is not None and (is_salutation(follower) or closed)


def _followers(texts: Sequence[str], number: int) -> Iterator[str]:
    """The next paragraphs, subtitles and lines with a name or a date left out."""
    for text in texts[number + 1 : number + 1 + _AHEAD]:
        content = text.strip()
        plain = len(content) < 25 and content[-1] not in "。！？!?；;：:" and not is_title(content)
        if not (_SUBTITLE.match(content) or (plain and marker_at(content) is None)):
            yield content


def _begins_again(texts: Sequence[str], current: tuple[int, int | None], number: int) -> bool:
    """Whether a salutation begins another speech: the one before has been closed."""
    text = texts[number].strip()
    whole_line = text[-1] in "：:" and len(text) <= 40
    body = sum(len(text) for text in texts[current[0] : number])
    return whole_line and body > 500 and _CLOSED.search(texts[number - 1].strip()) is not None


def _derived_title(paragraphs: Sequence[str], file_title: str) -> str:
    """A short descriptive title from what the speech says it is about, else from its first heading, else the file's."""
    opening = "".join(paragraphs[:6])
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
