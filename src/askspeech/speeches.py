"""Which speeches a source holds: where each one begins and ends, its title and its facts.

Positions are characters of the reading text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from askspeech.datatypes import Span, slices
from askspeech.markers import is_salutation, is_title, marker_at
from askspeech.reading_text import ReadingText

__all__ = ["SpeechDraft", "find_speeches", "shown_title"]

_SPOKEN_TITLE = re.compile(
    r"(?:讲话|讲话稿|发言|发言稿|致辞|致词|演讲|报告|主持词|总结|寄语|党课)(?:[（(][^（）()]{1,30}[）)])?$"
)
_SURE_TITLE = re.compile(r"(?:讲话|讲话稿|发言|发言稿|致辞|致词|演讲)(?:[（(][^（）()]{1,30}[）)])?$")
_SUBTITLE = re.compile(r"[—–―－-]{1,4}|[（(].{2,40}[）)]$")
_OCCASION_LINE = re.compile(
    r"[—–―－-]{1,4}[^。！？!?；;]{0,40}在[^。！？!?；;]{4,60}(?:会|会议|式|论坛|班)上[^。！？!?；;，,]{0,30}$"
)
_DATE_LINE = re.compile(r"[（(]?\s?\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日\s?在")
_CAPTION = re.compile(
    r".*(?<![工操合写协运])作(?:了|政府)?(?:工作|重要|专题|表态|总结|主旨|动员)?(?:讲话|报告|发言|致辞|演讲)。?$"
)
_GREETING = re.compile(r"(?:同志们|朋友们|代表们|各位[^，。！!\s]{1,12})[！!，,]")
_OPENING_MARKS = tuple("《〈“‘（(、，,")
_CLOSING_MARKS = tuple("》〉”’）)、，,。；;！？")
_SENTENCE_MARKS = tuple("。！？!?；;：:")
_CLOSED = re.compile(r"谢谢|万事如意|新年快乐|身体健康|祝.{0,30}[！!。]$|年\S{1,4}月\S{0,4}日?[）)]?$")
_LONGEST_PREFACE = 600
_SHORTEST_SPEECH = 500
_LONGEST_OPENING = 3000
_BODY = 40
_AHEAD = 7
_LONGEST_HEAD = 200
_LONGEST_TITLE_LINE = 40
_TITLE_LINES = 2
_LONGEST_NAME_LINE = 24
_LONGEST_LINE = 160

_OCCASION = re.compile(
    r"(?:就|围绕|关于)([^，。；！？“”]{2,12}(?:“[^”]{1,10}”)?[^，。；！？]{2,30}?(?:工作)?)[，,]?\s{0,4}(?:再|我们?)?\s{0,4}(?:讲|谈|强调|提)"
)
_TASK = re.compile(r"(?:研究部署|安排部署|动员部署|进一步(?:做好|抓好|推进|优化))([^，。；！？]{4,30})")
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’—…·×○]")
_CHINESE_MARK = re.compile(r"[\u3001-\u301f\uff01-\uff0f\uff1a\uff1b\uff1f“”‘’…]")
_SHORTEST_PHRASE = 4
_TITLE_CHARACTERS = 40
_OPENING, _LAST_HEADING = 6, 12
"""Paragraphs that are looked into for what a speech without a title is about, and for its first heading."""


@dataclass(frozen=True, slots=True)
class SpeechDraft:
    """One speech: its paragraphs (title lines left out), its title a range of the reading text or derived text."""

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
    starts = _Splitter([reading.plain[a:b] for a, b in reading.paragraphs]).starts()
    ends = [*(start.first for start in starts[1:]), len(reading.paragraphs)]
    drafts = (_draft(reading, start, end, file_title) for start, end in zip(starts, ends, strict=False))
    return [draft for draft in drafts if draft is not None]


def _draft(reading: ReadingText, start: _Start, end: int, file_title: str) -> SpeechDraft | None:
    paragraphs, text = reading.paragraphs, reading.text
    body = tuple(paragraphs[number] for number in range(start.first, end) if number not in start.title)
    if not body:
        return None
    if start.title:
        title_range = Span(paragraphs[start.title[0]].start, paragraphs[start.title[-1]].end)
        name = shown_title(text[title_range.start : title_range.end]).strip("《》")
    else:
        title_range, name = None, _derived_title(reading, body, file_title)
    return SpeechDraft(name, title_range, body, paragraphs[start.first].start, body[-1].end)


def shown_title(text: str) -> str:
    """A title on one line, as prose is set: its lines parted by a space, no white space within Chinese.

    That between two phrases of one length is their pause and stays: 凝心聚力 开拓创新.
    """
    return " ".join(_set_solid(line.split()) for line in text.splitlines() if line.strip())


def _set_solid(parts: Sequence[str]) -> str:
    spaces = ["" if _runs_on(*pair) else " " for pair in pairwise(parts)]
    return "".join(f"{space}{part}" for space, part in zip(["", *spaces], parts, strict=True))


def _runs_on(part: str, following: str) -> bool:
    if len(part) == len(following) >= _SHORTEST_PHRASE and (part + following).isalpha():
        return False
    beside = _CHINESE_MARK.match(part[-1]) or _CHINESE_MARK.match(following[0])
    return bool(beside or (_CHINESE.match(part[-1]) and _CHINESE.match(following[0])))


class _Splitter:
    """Finds where the speeches of one text begin, given its paragraphs."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._lengths = list(accumulate(map(len, texts), initial=0))
        self._occasions = {number for number, text in enumerate(texts) if _is_subtitle(text, _OCCASION_LINE)}

    def starts(self) -> list[_Start]:
        starts: list[_Start] = []
        for number in range(len(self.texts)):
            current = starts[-1] if starts and not self._heads_again(starts[-1], number) else None
            if title := self._title_at(number, current):
                if starts and not starts[-1].title and not self._has_body(starts[-1].first, number):
                    starts.pop()
                starts.append(_Start(number, title))
            elif self._begins_again(starts[-1].first, number) if starts else self._begins(number):
                starts.append(_Start(number, _NO_TITLE))
        return self._with_preface(self._without_repeats(starts))

    def _length(self, first: int, end: int) -> int:
        """The characters of the paragraphs from one number up to another."""
        return self._lengths[end] - self._lengths[first]

    def _with_preface(self, starts: list[_Start]) -> list[_Start]:
        """The starts, and one more where what stands before the first of them is too long for a preface."""
        if not starts:
            return [_Start(0, _NO_TITLE)] if self.texts else []
        outlined = any(marker_at(text) is not None for text in self.texts[: starts[0].first])
        if self._length(0, starts[0].first) <= _LONGEST_PREFACE and not outlined:
            return starts
        return [_Start(0, _NO_TITLE), *(starts if starts[0].title else starts[1:])]

    def _without_repeats(self, starts: Sequence[_Start]) -> list[_Start]:
        """The starts, those left out that only repeat the title of the same speech; the fuller title is kept.

        A site's heading stands above the speech's own, or once more below its end.
        """
        kept: list[_Start] = []
        ends = [*(start.first for start in starts[1:]), len(self.texts)]
        for start, end in zip(starts, ends, strict=False):
            if not kept or not self._is_repeat(kept[-1], start, end):
                kept.append(start)
            elif self._length(kept[-1].first, start.first) <= _LONGEST_HEAD:
                kept[-1] = max(start, kept[-1], key=lambda one: len(self._title(one.title)))
        return kept

    def _is_repeat(self, former: _Start, latter: _Start, end: int) -> bool:
        """Whether two titles are the same, or one holds the other, and no speech stands below one of them."""
        if not former.title or not latter.title:
            return False
        below = min(self._length(former.first, latter.first), self._length(latter.first, end))
        return below <= _LONGEST_HEAD and _agree(self._title(former.title), self._title(latter.title))

    def _heads_again(self, start: _Start, number: int) -> bool:
        """Whether a line says the title of the speech again whose title has just been read."""
        near = bool(start.title) and self._length(start.first, number) <= _LONGEST_HEAD
        return near and _agree(self._title(start.title), self._title(range(number, number + 1)))

    def _title(self, lines: range) -> str:
        return "".join("".join(self.texts[number].split()) for number in lines)

    def _has_body(self, first: int, end: int) -> bool:
        return any(len(text) >= _BODY for text in self.texts[first:end])

    def _title_at(self, number: int, current: _Start | None) -> range:
        """The lines of a title that begins here, if a speech follows at once.

        One that stands below a speech that has begun needs stronger signs.
        """
        lines = self._title_lines(number)
        if not lines or self._inside_sentence(lines):
            return _NO_TITLE
        follower = next(self._followers(lines), None)
        if follower is None or _is_title_line(follower):
            return _NO_TITLE
        title = self._title(lines)
        if current is None:
            early = self._length(0, number) <= _LONGEST_PREFACE
            return lines if early or _SPOKEN_TITLE.search(title) else _NO_TITLE
        begun = not current.title and not self._has_body(current.first, number)
        closed = (not begun or _SURE_TITLE.search(title)) and self.texts[number - 1].rstrip()[-1:] in tuple(
            "。！？!?；;）)”"
        )
        spoken = len(lines) > 1 or number + 1 in self._occasions or _SPOKEN_TITLE.search(title)
        sure = closed or (_is_title_line(self.texts[number]) and is_salutation(follower))
        return lines if spoken and sure else _NO_TITLE

    def _title_lines(self, number: int) -> range:
        """A line that reads like a title, or lines of any wording right above a subtitle that names the occasion."""
        if _is_title_line(self.texts[number]):
            return range(number, number + 1)
        for stop in range(number + 1, number + _TITLE_LINES + 1):
            if stop in self._occasions and self._are_plain(range(number, stop)):
                return range(number, stop)
        return _NO_TITLE

    def _are_plain(self, lines: range) -> bool:
        return all(
            _is_plain(self.texts[line], _LONGEST_TITLE_LINE) and not _is_title_line(self.texts[line]) for line in lines
        )

    def _inside_sentence(self, lines: range) -> bool:
        """Whether the lines are cut out of a sentence: a link's words often stand on a line of their own."""
        before = self.texts[lines[0] - 1].rstrip() if lines[0] else ""
        after = self.texts[lines.stop].lstrip() if lines.stop < len(self.texts) else ""
        return before[-1:] in _OPENING_MARKS or after[:1] in _CLOSING_MARKS

    def _followers(self, lines: range) -> Iterator[str]:
        """The next paragraphs; subtitles, the title once more, and lines with a name or a date left out."""
        title = self._title(lines)
        for text in self.texts[lines.stop : lines.stop + _AHEAD]:
            again = _is_title_line(text) and _agree("".join(text.split()), title)
            subtitle = any(_is_subtitle(text, pattern) for pattern in (_SUBTITLE, _DATE_LINE, _CAPTION))
            name = _is_plain(text, _LONGEST_NAME_LINE) and not _is_title_line(text)
            if not (again or subtitle or name):
                yield text

    def _begins(self, number: int) -> bool:
        """Whether the first speech begins here with a salutation: 同志们： or, above all else, 同志们！"""
        text = self.texts[number]
        return is_salutation(text) or (_GREETING.match(text.strip()) is not None and not self._has_body(0, number))

    def _begins_again(self, first: int, number: int) -> bool:
        """Whether a salutation begins another speech: the one before has been closed."""
        text = self.texts[number].strip()
        if not is_salutation(text):
            return False
        whole_line = text[-1] in "：:" and len(text) <= 40
        long_enough = self._length(first, number) > _SHORTEST_SPEECH
        return whole_line and long_enough and _CLOSED.search(self.texts[number - 1].strip()) is not None


def _is_title_line(text: str) -> bool:
    return len(text) <= _LONGEST_LINE and is_title(text) and not _is_subtitle(text, _SUBTITLE, _CAPTION)


def _is_subtitle(text: str, *patterns: re.Pattern[str]) -> bool:
    return len(text) <= _LONGEST_LINE and any(pattern.match(text.strip()) for pattern in patterns)


def _is_plain(text: str, longest: int) -> bool:
    """Whether a line is short and neither a sentence nor part of an outline."""
    line = text.strip() if len(text) <= _LONGEST_LINE else text
    return len(line) <= longest and line[-1:] not in _SENTENCE_MARKS and marker_at(line) is None


def _agree(one: str, other: str) -> bool:
    return one in other or other in one


def _derived_title(reading: ReadingText, body: Sequence[Span], file_title: str) -> str:
    """A short descriptive title from what the speech says it is about, else from its first heading, else the file's."""
    about, heading = ("关于{}的讲话", "讲话：{}") if reading.text == reading.plain else ("關於{}的講話", "講話：{}")
    opening, written = (slices(text, body[:_OPENING])[:_LONGEST_OPENING] for text in (reading.plain, reading.text))
    if found := _OCCASION.search(opening) or _TASK.search(opening):
        return about.format(_trimmed(written[slice(*found.span(1))]))
    for start, end in body[:_LAST_HEADING]:
        if (marker := marker_at(reading.plain[start:end])) and marker.style == "comma":
            return heading.format(_trimmed(reading.text[start + marker.end : end]))
    return file_title


def _trimmed(text: str) -> str:
    clean = "".join(text.split())
    return re.split(r"[。；！？]", clean)[0][:_TITLE_CHARACTERS].rstrip("，、,：:")
