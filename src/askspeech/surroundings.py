"""What stands around a passage and belongs to it: the sentence it goes on from or leads to, and its siblings. Pure.

A passage is as long as search needs it, and does not always end where a thought does. What is added here is no part
of the passage: it is named apart, so that a reader sees which words were found and which came along.
"""

import re
from collections.abc import Iterator, Sequence

from askspeech.citing import spans_within
from askspeech.datatypes import Passage, Span
from askspeech.sentences import sentence_spans

__all__ = ["leans", "neighbours", "siblings"]

_LONGEST_SENTENCE = 120
_LONGEST_OUTLINE = 600
_GOES_ON = re.compile(
    r"(?:因此|所以|因而|为此|对此|由此|于是|但是|但|然而|不过|而且|而是|并且|同时|此外|另外|其中|否则|不然|反之|可见|"
    r"也就是说|换句话说|换言之|例如|比如|譬如|特别是|尤其是|这就|这是|这些|这样|这种|这说明|这表明|它|其)"
)
_LEADS_ON = re.compile(r"[：:？?][”’』」）)】》]*\s*$")


def leans(text: str) -> bool:
    """Whether a passage goes on from the sentence before it, or leads to the one behind it."""
    return _GOES_ON.match(text) is not None or _LEADS_ON.search(text) is not None


def neighbours(passage: Passage, before: Passage | None, behind: Passage | None) -> tuple[Span, ...]:
    """The spans of the sentence before a passage that goes on from it, and of the one behind that it leads to.

    `before` and `behind` are the text passages beside it. Only a sentence of the same section is taken, and none longer
    than 120 characters.
    """
    if passage.kind != "text":
        return ()
    found: list[Span] = []
    if before and _GOES_ON.match(passage.text):
        found += _sentence(before, passage, -1)
    if behind and _LEADS_ON.search(passage.text):
        found += _sentence(behind, passage, 0)
    return tuple(found)


def siblings(
    passage: Passage,
    outlines: Sequence[Passage],
    count: int,
    shown: Sequence[Passage] = (),
    added: Sequence[Span] = (),
) -> tuple[Span, ...]:
    """The heading and the items of the enumeration that a passage holds a part of.

    Left out is what the passages `shown` hold, of whatever source, and what was `added` to this one already. The
    enumeration is the first of the outline passages that has `count` items, is not longer than 600 characters, and
    shares an item with the passage.
    """
    if passage.kind != "text":
        return ()
    beside = [span for other in shown if other.source_id == passage.source_id for span in other.spans]
    for outline in outlines:
        fits = outline.items == count and len(outline.text) <= _LONGEST_OUTLINE
        if fits and _items_inside(outline, passage):
            return tuple(_without(outline.spans, [*passage.spans, *beside, *added]))
    return ()


def _sentence(other: Passage, beside: Passage, which: int) -> tuple[Span, ...]:
    """The first (0) or last (-1) sentence of another passage, if both are of one section."""
    sentences = list(sentence_spans(other.text))
    if other.section_id != beside.section_id or not sentences:
        return ()
    start, end = sentences[which]
    return spans_within(other.spans, start, end) if end - start <= _LONGEST_SENTENCE else ()


def _items_inside(outline: Passage, passage: Passage) -> bool:
    """Whether the passage holds an item of the outline, not only the heading in front of its items."""
    return any(max(start, first) < min(end, last) for start, end in outline.spans[1:] for first, last in passage.spans)


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> Iterator[Span]:
    """The parts of spans that are not taken, in order."""
    for start, end in spans:
        at = start
        for first, last in sorted(taken):
            if last <= at or first >= end:
                continue
            if first > at:
                yield Span(at, first)
            at = max(at, last)
        if at < end:
            yield Span(at, end)
