"""The markers of a paragraph that may begin an item; which of them do is judged in `outline`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from askspeech.datatypes import Span
from askspeech.markers import Marker, inline_markers, marker_at

__all__ = ["Candidate", "candidates"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A marker in positions of the reading text, and the number of the paragraph it stands in."""

    marker: Marker
    paragraph: int
    leads: bool
    """Whether it begins its paragraph."""


def candidates(text: str, span: Span, number: int) -> Iterator[Candidate]:
    """The markers of the paragraph text[span] with that number, in order."""
    paragraph = text[span.start : span.end]
    leading = marker_at(paragraph, parallel=True)
    markers = [leading] if leading else []
    markers += [marker for marker in inline_markers(paragraph) if not leading or marker.start >= leading.end]
    for marker in markers:
        moved = replace(marker, start=marker.start + span.start, end=marker.end + span.start)
        yield Candidate(moved, number, marker is leading)
