"""The outline of a speech: headings and enumerated items as a tree, found from the sequence of their markers.

All positions are characters of the reading text. A marker opens a series when it is the first of its kind and a second
one follows, goes on with a series when its number is the next one, and is an ordinary word otherwise.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from askspeech.datatypes import Span
from askspeech.markers import Marker, Style, inline_markers, marker_at
from askspeech.sentences import leading_sentence_end

__all__ = ["Node", "outline"]

_RANKS: dict[Style, int] = {
    "part": 0,
    "comma": 1,
    "article": 2,
    "bracket": 3,
    "digit": 4,
    "digit_bracket": 5,
    "circled": 6,
}
_FREE: frozenset[Style] = frozenset(("ordinal", "each", "counting", "parallel"))
_NESTS_IN_FREE: frozenset[Style] = frozenset(("digit", "digit_bracket", "circled"))
_CLOSING = re.compile(
    r"(?:尊敬的)?(?:同志们|代表们|委员们|朋友们|企业家们|各位[^，。！：]{1,12})[，,！!、]|(?:最后|总之|总的来说|总而言之)[，,]|让我们"
)
_LOOKAHEAD = 80
_MOST_HEADINGS = 30
_LONGEST_HEADING = 100
_DEEPEST = 9
"""More levels than any speech has; a list without end repeated in one paragraph would nest without end."""


@dataclass(slots=True)
class Node:
    """A heading or an item with everything under it, as [start, end) of the reading text; the root has no marker."""

    start: int
    end: int
    heading_end: int
    marker: Marker | None = None
    children: list["Node"] = field(default_factory=list)

    def series(self) -> list[list["Node"]]:
        """The children, parted into enumerations: each begins where the kind of marker changes or its number falls."""
        groups: list[list[Node]] = []
        for child in self.children:
            before = groups[-1][-1].marker if groups else None
            marker = child.marker
            alike = before and marker and (before.style, before.form) == (marker.style, marker.form)
            if before and marker and alike and before.number < marker.number:
                groups[-1].append(child)
            else:
                groups.append([child])
        return groups

    def walk(self) -> Iterator["Node"]:
        """Every node below this one, parents before their children."""
        for child in self.children:
            yield child
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class _Candidate:
    marker: Marker
    paragraph: int
    leads: bool
    """Whether it begins its paragraph."""


@dataclass(slots=True)
class _Open:
    node: Node
    candidate: _Candidate


def outline(text: str, paragraphs: Sequence[Span], gaps: Sequence[int] = ()) -> Node:
    """The tree of the paragraphs, whose ranges are ascending; `gaps` are offsets at which a part is missing."""
    start, end = (paragraphs[0].start, paragraphs[-1].end) if paragraphs else (0, 0)
    builder = _Builder(text, paragraphs, Node(start, end, start), gaps)
    for number in range(len(paragraphs)):
        builder.paragraph(number)
    builder.close(0, end)
    return builder.root


class _Builder:
    def __init__(self, text: str, paragraphs: Sequence[Span], root: Node, gaps: Sequence[int]) -> None:
        self.text, self.paragraphs, self.root, self.gaps = text, paragraphs, root, gaps
        self.stack: list[_Open] = []
        self.candidates = [list(_candidates(text, span, number)) for number, span in enumerate(paragraphs)]
        self.flat = [candidate for group in self.candidates for candidate in group]
        self.positions = {id(candidate): at for at, candidate in enumerate(self.flat)}

    def paragraph(self, number: int) -> None:
        span = self.paragraphs[number]
        group = self.candidates[number]
        if _CLOSING.match(self.text, span.start, span.end):
            self.close(0, span.start)
        elif not (group and group[0].leads):
            self._close_inline(number)
        for candidate in group:
            self._place(candidate)

    def close(self, depth: int, at: int) -> None:
        """End the open nodes from that depth on at a position, trailing white space left out."""
        for item in self.stack[depth:]:
            end = at
            if not item.candidate.leads:
                end = min(end, self.paragraphs[item.candidate.paragraph].end)
            while end > item.node.start and self.text[end - 1].isspace():
                end -= 1
            item.node.end = end
            item.node.heading_end = min(item.node.heading_end, end)
        del self.stack[depth:]

    def _close_inline(self, paragraph: int) -> None:
        """End the items inside earlier paragraphs: such an item lasts no longer than its paragraph."""
        for depth, item in enumerate(self.stack):
            if not item.candidate.leads and item.candidate.paragraph != paragraph:
                self.close(depth, self.paragraphs[paragraph].start)
                return

    def _place(self, candidate: _Candidate) -> None:
        depth = self._continued(candidate)
        if depth is None and self._opens(candidate):
            depth = self._depth_of_new(candidate)
        if depth is None:
            return
        start = candidate.marker.start
        self.close(depth, self._introduction(candidate, depth))
        parent = self.stack[-1].node if self.stack else self.root
        heading_end = leading_sentence_end(
            self.text, candidate.marker.end, self.paragraphs[candidate.paragraph].end, _LONGEST_HEADING
        )
        node = Node(start, start, heading_end, candidate.marker)
        parent.children.append(node)
        self.stack.append(_Open(node, candidate))

    def _continued(self, candidate: _Candidate) -> int | None:
        """The depth of the open item that this one follows as the next of its series."""
        best: tuple[bool, int] | None = None
        for depth, item in enumerate(self.stack):
            before = item.candidate
            if before.marker.precedes(candidate.marker):
                same_kind = before.leads == candidate.leads
                best = max(best or (False, -1), (same_kind, depth))
            if not before.leads and before.paragraph != candidate.paragraph:
                break  # What lies under it ends with its paragraph, so nothing there can go on in this one.
        return best[1] if best else None

    def _introduction(self, candidate: _Candidate, depth: int) -> int:
        """Where what is open ends: before an unmarked paragraph that introduces a new series, else at the item."""
        number = candidate.paragraph
        repeated = depth < len(self.stack) and self.stack[depth].candidate.marker.style == candidate.marker.style
        opens = candidate.leads and candidate.marker.number == 1 and repeated and number > 0
        if opens and not self.candidates[number - 1]:
            return self.paragraphs[number - 1].start
        return candidate.marker.start

    def _opens(self, candidate: _Candidate) -> bool:
        """Whether a series begins here: with its first item, or with a later one where a part is missing."""
        marker = candidate.marker
        if marker.number == 1:
            return (candidate.leads and marker.style in _RANKS) or self._followed(candidate)
        if not candidate.leads or marker.number < 2 or marker.style == "parallel":
            return False
        if marker.style == "article" or (marker.style in ("part", "comma") and marker.number <= _MOST_HEADINGS):
            return True  # articles are counted through all chapters
        return bisect_left(self.gaps, marker.start + 1) > 0 and marker.number <= 12

    def _followed(self, candidate: _Candidate) -> bool:
        """Whether the second item of the series comes before anything that would end it."""
        at = self.positions[id(candidate)]
        rank = _RANKS.get(candidate.marker.style, 99)
        for other in self.flat[at + 1 : at + 1 + _LOOKAHEAD]:
            if candidate.marker.precedes(other.marker):
                return other.leads or not candidate.leads or other.paragraph == candidate.paragraph
            if other.leads and other.marker.style in _RANKS and _RANKS[other.marker.style] < min(rank, 4):
                return False
            if not candidate.leads and other.paragraph > candidate.paragraph + 1:
                return False
        return False

    def _depth_of_new(self, candidate: _Candidate) -> int:
        """How much of the stack stays open above a new series."""
        style, rank = candidate.marker.style, _RANKS.get(candidate.marker.style)
        for depth, item in enumerate(self.stack):
            other = item.candidate.marker.style
            if not item.candidate.leads and item.candidate.paragraph != candidate.paragraph:
                return depth
            if rank is None:
                if (
                    other == style
                    and item.candidate.leads
                    and candidate.leads
                    and not self._introduces(item, candidate)
                ):
                    return depth
                continue
            if other in _FREE and style not in _NESTS_IN_FREE:
                if depth == 0 and style == "bracket" and item.candidate.leads:
                    continue  # 第一， over the whole speech, with （一） under it
                return depth
            if other in _RANKS and _RANKS[other] >= rank:
                return depth
        return min(len(self.stack), _DEEPEST - 1)

    def _introduces(self, item: _Open, candidate: _Candidate) -> bool:
        """Whether the paragraph of an open item ends by announcing the items that follow it at once."""
        paragraph = self.paragraphs[item.candidate.paragraph]
        return item.candidate.paragraph == candidate.paragraph - 1 and self.text[paragraph.end - 1] in "：:"


def _candidates(text: str, span: Span, number: int) -> Iterator[_Candidate]:
    paragraph = text[span.start : span.end]
    leading = marker_at(paragraph, parallel=True)
    markers = [leading] if leading else []
    markers += [marker for marker in inline_markers(paragraph) if not leading or marker.start >= leading.end]
    for marker in markers:
        moved = replace(marker, start=marker.start + span.start, end=marker.end + span.start)
        yield _Candidate(moved, number, marker is leading)
