"""Passages: what is indexed. They never cross a speech, nor the border of a section that they do not hold whole.

Positions are characters of the reading text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askspeech.datatypes import PassageKind, Span
from askspeech.outline import Node
from askspeech.sentences import clause_spans, sentence_spans

__all__ = ["PassageDraft", "cut_passages"]

_LONGEST_LEAD = 160
_LONGEST_OUTLINE = 1500
_LEAST_ITEMS = 2
_CATCHWORD = 16
_TINY = 60


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage as ranges of the reading text, with the nodes it lies in, outermost first (the root left out)."""

    kind: PassageKind
    ranges: tuple[Span, ...]
    path: tuple[Node, ...]
    items: int = 0
    """How many items the enumeration has that an outline passage shows."""


def cut_passages(text: str, root: Node, shortest: int, longest: int) -> list[PassageDraft]:
    """Cut a speech's outline into passages of `shortest` to `longest` characters where the text allows."""
    return list(_Cutter(text, root.end, shortest, longest).section(root, ()))


@dataclass(frozen=True, slots=True)
class _Cutter:
    text: str
    end: int
    shortest: int
    longest: int

    def section(self, node: Node, path: tuple[Node, ...]) -> Iterator[PassageDraft]:
        """The passages of a node and of everything under it."""
        here = (*path, node) if node.marker else path
        lead = None
        for series in node.series():
            if len(series) >= _LEAST_ITEMS:
                yield from self._outlines(node, series, here)
                lead = lead or (self._short_lead(node) if series[0] is node.children[0] else None)
        if node.marker and node.end - node.start <= self.longest:
            yield PassageDraft("text", (Span(node.start, node.end),), here)
            return
        parts = [
            part for part in _parts(node) if part != lead and (isinstance(part, Node) or _trimmed(self.text, part))
        ]
        for part in self._gathered(parts):
            if isinstance(part, Node):
                yield from self.section(part, here)
            else:
                for child in _within(node.children, part):
                    yield from self._outlines_below(child, here)
                yield from (PassageDraft("text", (span,), here) for span in self._packed(part))

    def _outlines_below(self, node: Node, path: tuple[Node, ...]) -> Iterator[PassageDraft]:
        """The outlines of a node and of everything under it."""
        here = (*path, node)
        for series in node.series():
            if len(series) >= _LEAST_ITEMS:
                yield from self._outlines(node, series, here)
        for child in node.children:
            yield from self._outlines_below(child, here)

    def _gathered(self, parts: Sequence[Span | Node]) -> Iterator[Span | Node]:
        """The parts of a node in order, tiny ones put together with their neighbours where both fit one passage."""
        held: Span | Node | None = None
        for part in parts:
            if held is None:
                held = part
            elif min(held.end - held.start, part.end - part.start) < _TINY and part.end - held.start <= self.longest:
                held = Span(held.start, part.end)
            else:
                yield held
                held = part
        if held is not None:
            yield held

    def _short_lead(self, node: Node) -> Span | None:
        """The text before the first item where it is short enough to stand in the outline passage alone."""
        lead = Span(node.start, node.children[0].start)
        return lead if node.marker is not None and 0 < lead.end - lead.start <= _LONGEST_LEAD else None

    def _outlines(self, node: Node, series: Sequence[Node], path: tuple[Node, ...]) -> Iterator[PassageDraft]:
        """The heading, the sentence that introduces the items, and the leading sentence of every item."""
        lead = list(self._lead(node, series[0]))
        ranges, size = list(lead), sum(span.end - span.start for span in lead)
        for child in series:
            item = self._with_break(self._item(child))
            if size + item.end - item.start > _LONGEST_OUTLINE and len(ranges) > len(lead):
                yield PassageDraft("outline", _merged(ranges), path, len(series))
                ranges, size = list(lead), sum(span.end - span.start for span in lead)
            ranges.append(item)
            size += item.end - item.start
        yield PassageDraft("outline", _merged(ranges), path, len(series))

    def _item(self, node: Node) -> Span:
        """The leading sentence of an item; with the next one where it is a mere catchword in front of that."""
        alone = self.text[node.heading_end : node.heading_end + 1] == "\n"
        if alone or node.heading_end - node.start > _CATCHWORD:
            return Span(node.start, node.heading_end)
        own_end = node.children[0].start if node.children else node.end
        following = next(iter(sentence_spans(self.text, node.heading_end, own_end)), None)
        if following is None or following.end - following.start > _LONGEST_LEAD:
            return Span(node.start, node.heading_end)
        return Span(node.start, following.end)

    def _lead(self, node: Node, first: Node) -> Iterator[Span]:
        if first is node.children[0] and (lead := self._short_lead(node)):
            if trimmed := _trimmed(self.text, lead):
                yield self._with_break(trimmed)
            return
        if node.marker:
            yield self._with_break(Span(node.start, node.heading_end))
        before = node.heading_end if node.marker else node.start
        earlier = bisect_right(node.children, first.start, key=lambda child: child.end)
        begin = max(before, node.children[earlier - 1].end) if earlier else before
        last = next(reversed(list(sentence_spans(self.text, begin, first.start))), None)
        if last is not None and last.end - last.start <= _LONGEST_LEAD:
            yield self._with_break(last)

    def _with_break(self, span: Span) -> Span:
        """A range with the line break behind it, which keeps it apart from the next one."""
        inside = span.end < self.end and self.text[span.end] == "\n"
        return Span(span.start, span.end + 1) if inside else span

    def _packed(self, part: Span) -> Iterator[Span]:
        """Pack sentences into ranges of even size, none longer than the limit."""
        pieces = [
            piece
            for sentence in sentence_spans(self.text, part.start, part.end)
            for piece in self._cut(sentence)
            if _trimmed(self.text, piece)
        ]
        if not pieces:
            return
        start = end = pieces[0].start
        last = pieces[-1].end
        target = self._even_size(last - start)
        for piece in pieces:
            if piece.end - start > self.longest or (end - start >= target and last - end >= self.shortest):
                yield Span(start, end)
                start = piece.start
                target = self._even_size(last - start)
            end = piece.end
        yield Span(start, end)

    def _even_size(self, total: int) -> float:
        """How long passages of even size are where that many characters make as few of them as can be."""
        return max(self.shortest, total / -(-total // self.longest))

    def _cut(self, sentence: Span) -> Iterator[Span]:
        """A sentence, or the parts of one that is longer than a passage: at commas, else anywhere."""
        if sentence.end - sentence.start <= self.longest:
            yield sentence
            return
        start = end = sentence.start
        for clause in clause_spans(self.text, sentence.start, sentence.end):
            if clause.end - start > self.longest and end > start:
                yield Span(start, end)
                start = end
            while clause.end - start > self.longest:
                yield Span(start, start + self.longest)
                start += self.longest
            end = clause.end
        if end > start:
            yield Span(start, end)


def _parts(node: Node) -> Iterator[Span | Node]:
    """A node's children and the stretches of its own between them, in order."""
    at = node.start
    for child in node.children:
        if child.start > at:
            yield Span(at, child.start)
        yield child
        at = child.end
    if node.end > at:
        yield Span(at, node.end)


def _within(children: Sequence[Node], part: Span) -> Sequence[Node]:
    """Those of the children that begin in a stretch of their parent."""
    first = bisect_left(children, part.start, key=_start)
    return children[first : bisect_left(children, part.end, key=_start)]


def _start(node: Node) -> int:
    return node.start


def _trimmed(text: str, span: Span) -> Span | None:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _merged(ranges: Sequence[Span]) -> tuple[Span, ...]:
    """Ranges in order, those that touch made one."""
    merged: list[Span] = []
    for span in ranges:
        if merged and merged[-1].end >= span.start:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        elif span.end > span.start:
            merged.append(span)
    return tuple(merged)
