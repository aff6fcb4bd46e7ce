"""One source understood: cleaned, split into speeches, outlined, cut into passages. Pure; no file is touched."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from askspeech.blanks import find_blanks
from askspeech.cleaning import Cleaned, clean
from askspeech.cleaning_rules import Rules
from askspeech.datatypes import Blank, Document, Drop, Gap, Passage, Section, Source, Span, Speech, slices
from askspeech.facts import find_facts
from askspeech.outline import Node, outline
from askspeech.passages import PassageDraft, cut_passages
from askspeech.settings import IndexSettings
from askspeech.speeches import SpeechDraft, find_speeches

__all__ = ["UNDERSTANDING_VERSION", "content_id", "understand"]

UNDERSTANDING_VERSION = 7
"""Raised whenever a file would give another reading text, outline, facts, passages, near copies or search keys.

What an earlier build understood is used again only where this is the same.
"""

OUTSIDE_SPEECHES = "outside the speeches"


def understand(source: Source, settings: IndexSettings, rules: Rules | None = None) -> Document:
    """Everything that can be said of a source without looking at another one."""
    cleaned = clean(source.text, rules, source.layout)
    drafts = find_speeches(cleaned.reading, PurePosixPath(source.file).stem)
    readers = [_SpeechReader(source, cleaned, draft, settings) for draft in drafts]
    parts = [reader.read() for reader in readers]
    return Document(
        source=source,
        drops=_with_rest(source, cleaned, drafts),
        gaps=tuple(gap for _, gap in cleaned.gaps),
        speeches=tuple(speech for speech, _, _ in parts),
        sections=tuple(section for _, sections, _ in parts for section in sections),
        passages=tuple(passage for _, _, passages in parts for passage in passages),
    )


def content_id(kind: str, source_id: str, spans: Sequence[Span]) -> str:
    """The identity of a part of a source: a hash of its kind, its source and its spans (32 hexadecimal digits)."""
    places = ",".join(f"{start}-{end}" for start, end in spans)
    return hashlib.sha256(f"{kind} {source_id} {places}".encode()).hexdigest()[:32]


class _SpeechReader:
    """Turns one speech's draft, in reading positions, into data types in source positions."""

    def __init__(self, source: Source, cleaned: Cleaned, draft: SpeechDraft, settings: IndexSettings) -> None:
        self.source, self.draft, self.settings = source, draft, settings
        self.reading = cleaned.reading
        # The line break behind the speech included: a part that is missing between two speeches is the first one's.
        self.gaps = _gaps_from(cleaned.gaps, draft.start + 1, draft.end + 1)
        self.section_ids: dict[int, str] = {}

    def read(self) -> tuple[Speech, list[Section], list[Passage]]:
        speech = self._speech()
        plain = self.reading.plain
        root = outline(plain, self.draft.paragraphs, [at for at, _ in self.gaps])
        sections = list(self._sections(root, speech, None))
        drafts = cut_passages(plain, root, self.settings.passage_minimum, self.settings.passage_maximum)
        return speech, sections, [self._passage(part, speech) for part in drafts]

    def _speech(self) -> Speech:
        draft = self.draft
        span = self._whole(draft.start, draft.end)
        title = [draft.title_range] if draft.title_range else []
        return Speech(
            id=content_id("speech", self.source.id, [span]),
            source_id=self.source.id,
            file=self.source.file,
            title=draft.title,
            span=span,
            title_spans=tuple(part for place in title for part in self.reading.source_spans(*place)),
            facts=find_facts(self.reading, draft.title_range, draft.paragraphs, self.source.file, self._whole),
            characters=sum(end - start for start, end in draft.paragraphs),
            blanks=tuple(self._blanks(self.reading.source_spans(draft.start, draft.end))),
            gaps=tuple(gap for _, gap in self.gaps),
        )

    def _whole(self, start: int, end: int) -> Span:
        """The stretch of the source from the first to the last character of a range of the reading text."""
        spans = self.reading.source_spans(start, end)
        return Span(spans[0].start, spans[-1].end)

    def _sections(self, node: Node, speech: Speech, parent: str | None) -> Iterator[Section]:
        for child in node.children:
            span = self._whole(child.start, child.end)
            marker = child.marker
            assert marker is not None
            identity = content_id("section", self.source.id, [span, Span(marker.start, marker.end)])
            self.section_ids[child.start] = identity
            yield Section(
                id=identity,
                speech_id=speech.id,
                parent_id=parent,
                marker=self.reading.text[marker.start : marker.end].strip(),
                number=marker.number,
                heading=self._heading(child),
                heading_spans=self.reading.source_spans(child.start, child.heading_end),
                span=span,
            )
            yield from self._sections(child, speech, identity)

    def _heading(self, node: Node) -> str:
        return self.reading.text[node.start : node.heading_end].strip().rstrip("。；;，,：:")

    def _passage(self, part: PassageDraft, speech: Speech) -> Passage:
        spans = tuple(span for place in part.ranges for span in self.reading.source_spans(*place))
        text = slices(self.source.text, spans)
        return Passage(
            id=content_id(part.kind, self.source.id, spans),
            source_id=self.source.id,
            speech_id=speech.id,
            section_id=self.section_ids[part.path[-1].start] if part.path else None,
            file=self.source.file,
            kind=part.kind,
            text=text,
            spans=spans,
            heading_path=tuple(self._heading(node) for node in part.path),
            blanks=tuple(self._blanks(spans)),
            gaps=self._gaps_beside(part),
            items=part.items,
        )

    def _blanks(self, spans: Sequence[Span]) -> Iterator[Blank]:
        for start, end in spans:
            yield from find_blanks(self.source.text, start, end)

    def _gaps_beside(self, part: PassageDraft) -> tuple[Gap, ...]:
        """The gaps that lie inside a passage or touch it."""
        start, end = part.ranges[0].start, part.ranges[-1].end
        return tuple(gap for _, gap in _gaps_from(self.gaps, start, end + 1))


def _gaps_from(gaps: Sequence[tuple[int, Gap]], first: int, last: int) -> Sequence[tuple[int, Gap]]:
    """Those of the gaps, which are ascending, that lie at `first` to `last`, both included."""
    return gaps[bisect_left(gaps, first, key=_place) : bisect_right(gaps, last, key=_place)]


def _place(gap: tuple[int, Gap]) -> int:
    return gap[0]


def _with_rest(source: Source, cleaned: Cleaned, drafts: Sequence[SpeechDraft]) -> tuple[Drop, ...]:
    """The drops of cleaning and the reading text that belongs to no speech, in order."""
    reading = cleaned.reading
    outside: list[Drop] = []
    at = 0
    for draft in (*drafts, None):
        start = draft.start if draft else len(reading.text)
        if at < start:
            outside += [Drop(span, OUTSIDE_SPEECHES) for span in reading.source_spans(at, start)]
        at = draft.end if draft else start
    return tuple(sorted((*cleaned.drops, *outside), key=lambda drop: drop.span))
