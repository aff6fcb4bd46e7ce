"""The outline of a speech: headings and enumerated items as a tree, found from the sequence of their markers.

All positions are characters of the reading text. A marker opens a series when it is the first of its kind and a second
one follows, goes on with a series when its number is the next one, and is an ordinary word otherwise.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from askspeech.candidates import Candidate, candidates
from askspeech.datatypes import Span
from askspeech.markers import Marker, Style, is_bare_line, is_closing, is_salutation
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
_FULL_STOP = re.compile(r"[。！？!?][”’）)]*")
_SENTENCE_ENDS = "。！？!?；;”）)"
_LEAST_PARTED = 2
_MOST_COMPARED = 8
_MOST_SKIPPED = 2
_INLINE_REACH = 3
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


@dataclass(slots=True)
class _Open:
    node: Node
    candidate: Candidate


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
        self.candidates = [list(candidates(text, span, number)) for number, span in enumerate(paragraphs)]
        self.flat = [candidate for group in self.candidates for candidate in group]
        self.positions = {id(candidate): at for at, candidate in enumerate(self.flat)}
        self.places = self._places()

    def paragraph(self, number: int) -> None:
        span = self.paragraphs[number]
        group = self.candidates[number]
        leads = bool(group) and group[0].leads
        if is_closing(self.text, span.start, span.end):
            self._close_finished(span)
        elif not leads:
            self._close_inline(number)
            self._close_short(number)
        if not leads and self._is_bare_line(number):
            self._close_finished(span, free=True)
        for candidate in group:
            self._place(candidate)

    def close(self, depth: int, at: int, *, sibling: bool = False) -> None:
        """End the open nodes from that depth on at a position, trailing white space left out.

        `sibling` says that the outermost of them ends because the next of its series begins.
        """
        for number, item in enumerate(self.stack[depth:]):
            end = at
            if not item.candidate.leads:
                end = min(end, self.paragraphs[item.candidate.paragraph].end)
            if number or not sibling:
                end = min(end, self._end_of_clause(depth + number, end))
            while end > item.node.start and self.text[end - 1].isspace():
                end -= 1
            item.node.end = end
            item.node.heading_end = min(item.node.heading_end, end)
        del self.stack[depth:]

    def _end_of_clause(self, depth: int, end: int) -> int:
        """Where the last item of a series ends whose items are parted by semicolons: with its sentence."""
        item = self.stack[depth].node
        before = self._elder(depth, _LEAST_PARTED)
        if len(before) < _LEAST_PARTED or item.children or self.stack[depth].candidate.leads:
            return end
        if any(self.text[node.end - 1] not in "；;，," for node in before):
            return end
        found = _FULL_STOP.search(self.text, item.start, end)
        return found.end() if found else end

    def _elder(self, depth: int, most: int) -> list[Node]:
        """The last items before an open one in its series, nearest first."""
        siblings = (self.stack[depth - 1].node if depth else self.root).children
        marker = self.stack[depth].candidate.marker
        elder: list[Node] = []
        for node in siblings[-2 : -2 - most : -1]:
            if node.marker is None or node.marker.style != marker.style or node.marker.number >= marker.number:
                break
            elder.append(node)
            marker = node.marker
        return elder

    def _close_inline(self, paragraph: int) -> None:
        """End the items inside earlier paragraphs, but for one whose series goes on in a paragraph nearby."""
        for depth, item in enumerate(self.stack):
            if self._is_over(item, paragraph):
                goes_on = self._goes_on(item, paragraph)
                self.close(depth + goes_on, self.paragraphs[paragraph].start)
                return

    def _goes_on(self, item: _Open, paragraph: int) -> bool:
        """Whether the next item of a series inside a paragraph is the next of its style, and in a paragraph nearby."""
        at = self.positions[id(item.candidate)]
        for other in self.flat[at + 1 : at + 1 + _LOOKAHEAD]:
            if other.paragraph > item.candidate.paragraph + _INLINE_REACH:
                return False
            if other.paragraph >= paragraph:
                if item.candidate.marker.precedes(other.marker):
                    return True
                if other.leads or other.marker.style == item.candidate.marker.style:
                    return False
        return False

    def _close_short(self, number: int) -> None:
        """End the last item of a series where an unmarked paragraph follows it and no other item had a second one."""
        for depth, item in enumerate(self.stack):
            last = item.candidate.leads and item.candidate.paragraph == number - 1
            if last and self._is_short(depth) and self._next(depth) is None:
                self.close(depth, self.paragraphs[number].start)
                return

    def _is_short(self, depth: int) -> bool:
        """Whether an open item has a paragraph as complete as the items before it have, each of one paragraph."""
        elder = self._elder(depth, _MOST_COMPARED)
        paragraph = self.paragraphs[self.stack[depth].candidate.paragraph]
        ends = [self.text[paragraph.end - 1], *(self.text[node.end - 1] for node in elder)]
        one_line = all("\n" not in self.text[node.start : node.end] for node in elder)
        return bool(elder) and one_line and all(end in _SENTENCE_ENDS for end in ends)

    def _close_finished(self, span: Span, *, free: bool = False) -> None:
        """End the open series that no later item goes on with; with `free` only those that count within a section."""
        for depth in range(len(self.stack) - 1, -1, -1):
            if self._next(depth) is not None:
                break
        else:
            depth = -1
        for at in range(depth + 1, len(self.stack)):
            if not free or self.stack[at].candidate.marker.style in _FREE:
                self.close(at, span.start)
                return

    def _is_bare_line(self, number: int) -> bool:
        """Whether a paragraph is a short line below a whole sentence, as a heading is that is not numbered."""
        start, end = self.paragraphs[number]
        ended = number > 0 and self.text[self.paragraphs[number - 1].end - 1] in _SENTENCE_ENDS
        return ended and is_bare_line(self.text, start, end)

    def _kind(self, marker: Marker) -> str:
        """The style of a marker; 一是 and 一要 are two kinds."""
        return marker.style + (self.text[marker.end - 1] if marker.style == "counting" else "")

    def _places(self) -> dict[tuple[str, int], list[int]]:
        """For every kind and number where the paragraphs begin that it leads, a list announced by a colon left out."""
        places: dict[tuple[str, int], list[int]] = {}
        for candidate in self.flat:
            marker = candidate.marker
            if candidate.leads and not (marker.number == 1 and self._announced(candidate)):
                places.setdefault((self._kind(marker), marker.number), []).append(marker.start)
        return places

    def _first(self, kind: str, number: int, after: int) -> int | None:
        """Where the first paragraph behind a position begins that such a marker leads."""
        places = self.places.get((kind, number), [])
        at = bisect_right(places, after)
        return places[at] if at < len(places) else None

    def _next(self, depth: int) -> int | None:
        """Where the open item's next one begins, if it comes before an item around it ends."""
        place = self._next_of_kind(depth)
        limits = [self._following(above) for above in range(depth)]
        return place if place is not None and all(limit is None or place < limit for limit in limits) else None

    def _next_of_kind(self, depth: int) -> int | None:
        """Where the open item's next one begins, if it comes before another series of its kind."""
        marker = self.stack[depth].candidate.marker
        kind = self._kind(marker)
        restart = self._first(kind, 1, marker.start)
        for number in range(marker.number + 1, marker.number + 2 + (marker.style in _RANKS) * _MOST_SKIPPED):
            place = self._first(kind, number, marker.start)
            if place is not None and (restart is None or place < restart):
                return place
        return None

    def _following(self, depth: int) -> int | None:
        """Where the next of an item that lies around others begins; unknown where another series comes before it."""
        marker, after = self.stack[depth].candidate.marker, self.stack[-1].node.start
        kind = self._kind(marker)
        place, restart = self._first(kind, marker.number + 1, after), self._first(kind, 1, after)
        return None if place is None or (restart is not None and restart < place) else place

    def _announced(self, candidate: Candidate) -> bool:
        """Whether the paragraph before ends with a colon, other than that of a salutation."""
        number = candidate.paragraph
        if not (candidate.leads and number):
            return False
        start, end = self.paragraphs[number - 1]
        return self.text[end - 1] in "：:" and not is_salutation(self.text[max(start, end - 80) : end])

    def _place(self, candidate: Candidate) -> None:
        depth = self._continued(candidate)
        sibling = depth is not None
        if depth is None and self._opens(candidate):
            depth = self._depth_of_new(candidate)
        depth = self._resumed(candidate) if depth is None else depth
        if depth is None:
            return
        start = candidate.marker.start
        self.close(depth, self._introduction(candidate, depth), sibling=sibling)
        parent = self.stack[-1].node if self.stack else self.root
        heading_end = leading_sentence_end(
            self.text, candidate.marker.end, self.paragraphs[candidate.paragraph].end, _LONGEST_HEADING
        )
        node = Node(start, start, heading_end, candidate.marker)
        parent.children.append(node)
        self.stack.append(_Open(node, candidate))

    def _continued(self, candidate: Candidate) -> int | None:
        """The depth of the open item that this one follows as the next of its series."""
        best: tuple[bool, int] | None = None
        for depth, item in enumerate(self.stack):
            before = item.candidate
            if before.marker.precedes(candidate.marker):
                same_kind = before.leads == candidate.leads
                best = max(best or (False, -1), (same_kind, depth))
            if self._is_over(item, candidate.paragraph):
                break  # What lies under it ends with its paragraph, so nothing there can go on in this one.
        return best[1] if best else None

    def _resumed(self, candidate: Candidate) -> int | None:
        """The depth of the open item that this one follows in its series where one or two between are not legible."""
        marker = candidate.marker
        for depth in range(len(self.stack) - 1, -1, -1):
            before = self.stack[depth].candidate
            alike = before.leads and candidate.leads and before.marker.style == marker.style in _RANKS
            if alike and self._next_of_kind(depth) == marker.start:
                return depth
        return None

    def _introduction(self, candidate: Candidate, depth: int) -> int:
        """Where what is open ends: before an unmarked paragraph that introduces a new series, else at the item."""
        number = candidate.paragraph
        repeated = depth < len(self.stack) and self.stack[depth].candidate.marker.style == candidate.marker.style
        opens = candidate.leads and candidate.marker.number == 1 and repeated and number > 0
        if opens and not self.candidates[number - 1]:
            return self.paragraphs[number - 1].start
        return candidate.marker.start

    def _opens(self, candidate: Candidate) -> bool:
        """Whether a series begins here: with its first item, or with a later one where a part is missing."""
        marker = candidate.marker
        if marker.number == 1:
            return (candidate.leads and marker.style in _RANKS) or self._followed(candidate)
        if not candidate.leads or marker.number < 2 or marker.style == "parallel":
            return False
        if marker.style == "article" or (marker.style in ("part", "comma") and marker.number <= _MOST_HEADINGS):
            return True  # articles are counted through all chapters
        return bisect_left(self.gaps, marker.start + 1) > 0 and marker.number <= 12

    def _followed(self, candidate: Candidate) -> bool:
        """Whether the second item of the series comes before anything that would end it."""
        at = self.positions[id(candidate)]
        rank = _RANKS.get(candidate.marker.style, 99)
        listed: Style | None = None
        for other in self.flat[at + 1 : at + 1 + _LOOKAHEAD]:
            if candidate.marker.precedes(other.marker) and self._is_free(candidate, other):
                return True
            if rank == 99 and other.marker.number == 1 and self._announced(other):
                listed = other.marker.style  # a list inside the first item
            if (
                other.marker.style != listed
                and other.leads
                and other.marker.style in _RANKS
                and _RANKS[other.marker.style] < min(rank, 4)
            ):
                return False
            if not candidate.leads and other.paragraph > candidate.paragraph + 1:
                return False
        return False

    def _is_free(self, candidate: Candidate, other: Candidate) -> bool:
        """Whether a second item can belong to this first one, and not to a series of paragraphs around it."""
        if not other.leads:
            return not candidate.leads or other.paragraph == candidate.paragraph
        if candidate.leads and candidate.marker.form == other.marker.form:
            return True
        return not any(item.candidate.leads and item.candidate.marker.precedes(other.marker) for item in self.stack)

    def _depth_of_new(self, candidate: Candidate) -> int:
        """How much of the stack stays open above a new series."""
        depth = self._depth_by_rank(candidate)
        if self._nests(candidate, depth):
            inside = (at for at, item in enumerate(self.stack) if self._is_over(item, candidate.paragraph))
            return min(next(inside, len(self.stack)), _DEEPEST - 1)
        return depth

    def _is_over(self, item: _Open, paragraph: int) -> bool:
        """Whether an item lies inside an earlier paragraph: nothing in this one lies under it."""
        return not item.candidate.leads and item.candidate.paragraph != paragraph

    def _nests(self, candidate: Candidate, depth: int) -> bool:
        """Whether a series begins inside what its rank would end: announced by a colon, or what is open goes on."""
        if depth == len(self.stack) or not candidate.leads or candidate.marker.style not in _RANKS:
            return False
        item = self.stack[depth]
        if candidate.marker.number != 1 or not item.candidate.leads:
            return False
        if self._announced(candidate):
            return True
        same = item.candidate.marker.style == candidate.marker.style
        return any(self._next_of_kind(below) is not None for below in range(depth + same, len(self.stack)))

    def _depth_by_rank(self, candidate: Candidate) -> int:
        style, rank = candidate.marker.style, _RANKS.get(candidate.marker.style)
        for depth, item in enumerate(self.stack):
            other = item.candidate.marker.style
            if self._is_over(item, candidate.paragraph):
                return depth
            if rank is None:
                same = other == style and item.candidate.leads == candidate.leads
                if same and (not candidate.leads or not self._introduces(item, candidate)):
                    return depth
                continue
            if other in _FREE and style not in _NESTS_IN_FREE:
                if depth == 0 and style == "bracket" and item.candidate.leads:
                    continue  # 第一， over the whole speech, with （一） under it
                return depth
            if other in _RANKS and _RANKS[other] >= rank:
                return depth
        return min(len(self.stack), _DEEPEST - 1)

    def _introduces(self, item: _Open, candidate: Candidate) -> bool:
        """Whether the paragraph of an open item ends by announcing the items that follow it at once."""
        paragraph = self.paragraphs[item.candidate.paragraph]
        return item.candidate.paragraph == candidate.paragraph - 1 and self.text[paragraph.end - 1] in "：:"
