"""Does a line go on in the next one? Text taken from PDFs is cut by line and page breaks inside sentences and words."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import rjieba

from askspeech.markers import is_collection, is_salutation, is_title, marker_at

__all__ = ["Joiner", "hard_wrapped"]

_SENTENCE_END = re.compile(r"[。！？!?；;：:…][”’』」）)】》\"']*$")
_OPEN_END = re.compile(r"[，,、（(“‘《〈「『—-]$")
_CUT_BRACKET = re.compile(r"[（(“‘《〈「『]$")
_CUT_START = re.compile(r"[，。、；”’）〉》」』]")
_CLOSING_START = re.compile(r"^[，。、；：！？）)”’》〉」』%％,;:!?]")
_SENTENCE_INSIDE = re.compile(r"[。！？!?；;]")
_DIGIT = r"[\dxX*×○〇一二三四五六七八九十]"
_DATE_LINE = re.compile(rf"[（(]?(?:{_DIGIT}{{2,4}}\s*年)?\s*{_DIGIT}{{1,3}}\s*月(?:\s*{_DIGIT}{{1,3}}\s*日)?[）)]?")
_OCCASION_LINE = re.compile(
    r"[—–―－-]{0,4}\s?(?:\d{4}|[一二〇○零三四五六七八九十]{4})\s?年[^，。；！？]{3,10}日\s?在[^，。；！？]{4,50}(?:会|会议|式|论坛|班)上"
)
_DOCUMENT_NUMBER = re.compile(r"\S{2,14}[〔【\[]\d{4}[〕】\]]\s?第?\d{1,4}号")
_UNFINISHED_END = re.compile(
    r"(?:[的及或把被并而使让这那]|(?<![祥谐平温缓总饱])和|(?<![参给])与|牢牢|更加|不断|进一步|切实|着力|必须)$"
)
_TITLE_BEGUN = re.compile(r"[^，,。！？!?；;：:]{0,20}在[^，,。！？!?；;：:]{3,60}$")
_TITLE_GOES_ON = re.compile(
    r"[^在。！？!?；;：:]{0,40}?上(?:的|关于)|的?(?:讲话|发言|致辞|致词|演讲)(?:稿|提纲)?(?:[（(].{2,20}[）)])?$|[话言辞词]$"
)
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s")
_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("「", "」"), ("『", "』"))
_LONGEST_HEADING = 60
_LONGEST_MARK = 8
_LONGEST_BARE_HEADING, _SHORTEST_PARAGRAPH = 16, 80
_SHORTEST_WRAPPED_LINE = 12
_LEAST_WRAPPED_LINES, _LEAST_WRAPPED_SHARE = 5, 0.35
_WRAPPED_TOLERANCE, _LEAST_ALIKE_SHARE = 4, 0.6
_LEAST_CUT_WORDS, _LEAST_CUT_SHARE = 2, 0.34
_STATISTICS_CHARACTERS = 400_000
_LEAST_COUNT = 3
_CONTEXT = 6


class Joiner:
    """Judges the breaks between the lines of one text; counts of its own character pairs tell a word that is cut."""

    def __init__(self, text: str) -> None:
        sample = re.sub(r"\s+", "\n", text[:_STATISTICS_CHARACTERS])
        self._pairs = Counter(pairwise(sample))
        self._triples = Counter(zip(sample, sample[1:], sample[2:], strict=False))

    def joined(self, line: str, following: str, indent: int, *, begins: bool = False, cut: bool = True) -> bool:
        """Whether `following`, indented by that many columns, goes on from `line`, which may begin a paragraph.

        `cut` says that lines may have been cut anywhere; otherwise only an unfinished end or start joins them.
        """
        if _CUT_BRACKET.search(line) or _CUT_START.match(following) or _is_bare_mark(line):
            return True
        if _is_cut_title(line, following):
            return True
        if _SENTENCE_END.search(line) or _stands_alone(line) or _stands_alone(following):
            return False
        if marker_at(following) is not None:
            return False
        if _OPEN_END.search(line) or _CLOSING_START.match(following) or _open_pair(line):
            return True
        if not cut:
            return False
        if _heading_like(line):
            if _UNFINISHED_END.search(line):
                return True
            if len(following) > _LONGEST_HEADING and _is_numbered(
                line
            ):  # a paragraph: that 回顾过去 is common proves nothing
                return _word_across(line[-_CONTEXT:], following[:_CONTEXT], phrases=False)
            return self._cuts_a_word(line, following)
        if begins and _above_a_paragraph(line, following):
            return False
        return indent < 4 and len(line) >= _SHORTEST_WRAPPED_LINE

    def cut_inside_words(self, lines: Sequence[str]) -> bool:
        """Whether several lines end inside a word, and a good part of those that end inside a sentence do."""
        pairs = [pair for pair in pairwise(lines) if _ends_inside(*pair)]
        cut = sum(self._cuts_a_word(line, following) for line, following in pairs)
        return cut >= max(_LEAST_CUT_WORDS, _LEAST_CUT_SHARE * len(pairs))

    def _cuts_a_word(self, line: str, following: str) -> bool:
        """Whether a word, or characters that mostly stand together in the text at large, lies across this break."""
        if _word_across(line[-_CONTEXT:], following[:_CONTEXT]):
            return True
        last, first = line[-1], following[0]
        if len(following) > 1:
            ahead = self._triples[(last, first, following[1])]
            if ahead >= _LEAST_COUNT and ahead >= 0.3 * self._pairs[(first, following[1])]:
                return True
            if last == first and self._pairs[(first, following[1])] >= _LEAST_COUNT:
                return True
        if len(line) > 1:
            behind = self._triples[(line[-2], last, first)]
            return behind >= _LEAST_COUNT and behind >= 0.5 * self._pairs[(line[-2], last)]
        return False


def hard_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines were cut at one width: many end inside a sentence, and most of these are about equally long."""
    long = [line for line in lines if len(line) >= _SHORTEST_WRAPPED_LINE]
    unended = [len(line) for line in long if _SENTENCE_END.search(line) is None]
    if len(unended) < _LEAST_WRAPPED_LINES or len(unended) < _LEAST_WRAPPED_SHARE * len(long):
        return False
    usual = median(unended)
    alike = sum(abs(length - usual) <= _WRAPPED_TOLERANCE for length in unended)
    return alike >= _LEAST_ALIKE_SHARE * len(unended)


def _word_across(before: str, after: str, *, phrases: bool = True) -> bool:
    """Whether cutting the two as one text into words gives a word that begins in `before` and ends in `after`.

    Without `phrases` a word does not count of which two or more characters stand on either side.
    """
    at = 0
    # A lone surrogate, which rjieba cannot take, becomes one question mark: positions stay.
    for word in rjieba.cut((before + after).encode("utf-8", "replace").decode("utf-8"), False):
        if at < len(before) < at + len(word):
            ahead = len(before) - at
            return not before[at:].isspace() and (phrases or min(ahead, len(word) - ahead) == 1)
        at += len(word)
    return False


def _stands_alone(line: str) -> bool:
    known = is_title(line) or is_collection(line) or is_salutation(line)
    dated = _DATE_LINE.fullmatch(line) or _OCCASION_LINE.fullmatch(line) or _DOCUMENT_NUMBER.fullmatch(line)
    return known or dated is not None or _MARKDOWN_HEADING.match(line) is not None


def _ends_inside(line: str, following: str) -> bool:
    """Whether a line of prose, no heading, ends without the end of a sentence, and no paragraph begins below it."""
    if _SENTENCE_END.search(line) or _heading_like(line) or _stands_alone(line):
        return False
    if _stands_alone(following) or marker_at(following) is not None:
        return False
    return len(line) >= _SHORTEST_WRAPPED_LINE or _SENTENCE_INSIDE.search(line) is not None


def _is_cut_title(line: str, following: str) -> bool:
    """Whether the two lines are one title: 在…《青禾县优化 | 营商环境规定》的讲话, 在全县工作会 | 议上的讲话."""
    if is_title(line) or not is_title(line + following):
        return False
    across = any(line.count(one) > line.count(other) and other in following for one, other in _PAIRS)
    return across or (_TITLE_BEGUN.match(line) is not None and _TITLE_GOES_ON.match(following) is not None)


def _is_bare_mark(line: str) -> bool:
    """Whether a line is nothing but 一是 or 第一， or （一）, whose words stand on the next one."""
    marker = marker_at(line) if len(line) <= _LONGEST_MARK else None
    return marker is not None and marker.end == len(line) and marker.style not in ("part", "article")


def _is_numbered(line: str) -> bool:
    """Whether a line begins as the headings of an outline do, not as an item that is a whole paragraph."""
    marker = marker_at(line)
    return marker is not None and marker.style in ("comma", "bracket")


def _above_a_paragraph(line: str, following: str) -> bool:
    """Whether a line is a heading without a mark: text that is cut at a page's width has no far longer line below."""
    short = len(line) <= _LONGEST_BARE_HEADING and len(following) >= _SHORTEST_PARAGRAPH
    return short and not set("，、") & set(line) and _UNFINISHED_END.search(line) is None


def _open_pair(line: str) -> bool:
    return any(line.count(opening) > line.count(closing) for opening, closing in _PAIRS)


def _heading_like(line: str) -> bool:
    """A line that could be complete without a full stop: an outline heading."""
    return len(line) <= _LONGEST_HEADING and marker_at(line) is not None and not _SENTENCE_INSIDE.search(line)
