"""A whole speech for reading: its text as it is in the file, its outline, and what was left out of it."""

from bisect import bisect_right
from dataclasses import dataclass

from askspeech.datatypes import Drop, Section, Source, Speech

__all__ = ["WholeSpeech"]


@dataclass(frozen=True, slots=True)
class WholeSpeech:
    """A speech with what is needed to show all of it.

    `source` is all of what it was read from, `sections` its outline, parents before their children, and
    `drops` what no reading text of the source contains, in order.
    """

    speech: Speech
    source: Source
    sections: tuple[Section, ...] = ()
    drops: tuple[Drop, ...] = ()

    @property
    def left_out(self) -> list[Drop]:
        """The drops within the speech that are more than white space and tell of no hidden part."""
        start, end = self.speech.span
        first = bisect_right(self.drops, start, key=lambda drop: drop.span.end)
        gaps = {gap.span for gap in self.speech.gaps}
        return [
            drop
            for drop in self.drops[first : bisect_right(self.drops, end - 1, key=lambda drop: drop.span.start)]
            if drop.span not in gaps and not self.source.text[slice(*drop.span)].isspace()
        ]
