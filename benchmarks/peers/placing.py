"""Where the words of a passage stand in its file: every pipeline's passages are judged by their words alone.

Pipelines strip, join and clean white space, and few keep offsets. So a passage is looked for by its characters other
than white space, and becomes the span of its file that holds them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from askspeech.datatypes import Span
from askspeech.scoring import Extract


class Words:
    """A file's characters other than white space, and where each of them stands."""

    def __init__(self, text: str) -> None:
        self._places = [index for index, character in enumerate(text) if not character.isspace()]
        self._words = "".join(text[index] for index in self._places)

    def find(self, piece: str, after: int = 0) -> Span | None:
        """The span of the first place of a piece that begins at or after a character, else of its first place."""
        wanted = "".join(piece.split())
        if not wanted:
            return None
        first = next((number for number, index in enumerate(self._places) if index >= after), 0) if after else 0
        at = self._words.find(wanted, first)
        at = self._words.find(wanted) if at < 0 else at
        if at < 0:
            return None
        return Span(self._places[at], self._places[at + len(wanted) - 1] + 1)


class Places:
    """The files of a corpus, for looking up passages."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._words = {name: Words(text) for name, text in texts.items()}

    def extract(self, found: Mapping[str, Any]) -> Extract | None:
        """A passage as spans of its file, in its own order; None where none of its words stand there."""
        words = self._words.get(found["file"])
        if words is None:
            return None
        spans: list[Span] = []
        for piece in found["pieces"]:
            span = words.find(piece, spans[-1].end if spans else 0)
            if span is not None:
                spans.append(span)
        return Extract(found["file"], joined(spans)) if spans else None

    def extracts(self, every_found: Iterable[Mapping[str, Any]]) -> tuple[Extract, ...]:
        """All passages that can be placed, best first."""
        placed = (self.extract(found) for found in every_found)
        return tuple(extract for extract in placed if extract is not None)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans, those that touch each other as one, so that nothing is counted twice."""
    whole: list[Span] = []
    for span in spans:
        if whole and whole[-1].start <= span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)
