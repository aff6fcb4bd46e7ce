"""From chosen parts to an answer: grouped by speech, in the order of the speech, each with its citation.

The form follows what is asked for: an enumeration under the heading of its section, figures marked in their sentences,
for a comparison one speech after the other. What is left out between two parts of a section shows as …, and so does an
item that goes on where it is cut; between parts of different sections … would say nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from askspeech.asked import Asked
from askspeech.borrowed import Shared, wording
from askspeech.citing import cite, cite_gap
from askspeech.datatypes import Citation, Gap, Language, Outcome, Sentence, Source
from askspeech.markers import marker_at
from askspeech.offered import asked_places
from askspeech.phrases import ALSO_IN, BLANKED_OUT, MISSING, PART_HIDDEN, Wording, also_in, heading, not_found
from askspeech.selection import Extract
from askspeech.sufficiency import Verdict
from askspeech.tokens import search_key

__all__ = ["Composed", "Part", "compose", "compose_refusal"]

SourceOf = Callable[[str], Source]
CUT = "…"
_CLOSERS = "。！？；!?;，,、：: \t\u3000\r\n”’"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer's text: a heading or line break alone, or a sentence with its citations and their marks."""

    text: str
    sentence: Sentence | None = None
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer's parts, and what became of the question; the texts joined are its text."""

    parts: tuple[Part, ...]
    outcome: Outcome = "answered"

    @property
    def text(self) -> str:
        """What a person reads."""
        return "".join(part.text for part in self.parts)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, headings left out."""
        return tuple(part.sentence for part in self.parts if part.sentence)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations, by number."""
        return tuple(citation for part in self.parts for citation in part.citations)


def compose(
    shared: Sequence[Shared], asked: Asked, source_of: SourceOf, verdict: Verdict, *, enumeration: bool = False
) -> Composed:
    """Put what was chosen into an answer; speeches in the order of their first part, parts in the order of the text.

    `enumeration` says that the parts are the items of one section, shown under its heading. Where figures are missing,
    a sentence says so.
    """
    writer = _Writer(asked, source_of)
    groups = _by_speech(shared)
    for number, group in enumerate(groups):
        writer.lead(group[0].extract, first=number == 0, section=enumeration)
        for place, one in enumerate(group):
            behind = group[place + 1].extract if place + 1 < len(group) else None
            writer.quote(one, behind, enumeration=enumeration)
    if verdict.outcome == "partly":
        writer.parts.append(Part("\n" + MISSING[asked.language]))
    return Composed(tuple(writer.parts), verdict.outcome)


def compose_refusal(verdict: Verdict, language: Language, source_of: SourceOf, kept: int | None = None) -> Composed:
    """Say that there is no answer, and where it is blanked out or hidden, quoting that place.

    `kept` is how many speeches were searched where filters left some out.
    """
    if verdict.place is None:
        return Composed((Part(not_found(language, kept)),), "not_found")
    first = verdict.place.parts[0]
    said = BLANKED_OUT if verdict.outcome == "blanked_out" else PART_HIDDEN
    lead = Part(said[language].format(_title(first)))
    return Composed((lead, *_quoted_place(first, verdict.outcome, source_of)), verdict.outcome)


def _quoted_place(place: Extract, outcome: Outcome, source_of: SourceOf) -> Iterator[Part]:
    """The sentence with the blank, or the one before what is hidden and the words by which the source says so."""
    hit = place.hit
    source = source_of(hit.passage.source_id)
    beside = outcome == "blanked_out" or bool(hit.passage.gaps)
    if beside:
        yield _cited(cite(1, source, hit, place.start, place.end))
    if outcome == "part_hidden":
        yield _cited(cite_gap(1 + beside, source, hit, _nearest_gap(place)))


def _nearest_gap(place: Extract) -> Gap:
    """What is hidden nearest to the end of a sentence, of its passage or else of its speech."""
    end = place.place[1][-1].end
    return min(place.hit.passage.gaps or place.hit.speech.gaps, key=lambda gap: abs(gap.span.start - end))


class _Writer:
    """Collects the parts of an answer and numbers its citations."""

    def __init__(self, asked: Asked, source_of: SourceOf) -> None:
        self.parts: list[Part] = []
        self._asked = asked
        self._source_of = source_of
        self._number = 0

    def lead(self, extract: Extract, *, first: bool, section: bool) -> None:
        """The line above what a speech says, with the heading of the section where its items follow."""
        path = extract.hit.passage.heading_path if section else ()
        line = heading(_title(extract), self._asked.language, path[-1] if path else "")
        self.parts.append(Part(("" if first else "\n\n") + line))

    def quote(self, one: Shared, behind: Extract | None, *, enumeration: bool) -> None:
        """A quoted part; `behind` is the next one of its speech."""
        citation = self._cite(one.extract)
        ways = sorted(((wording(one.extract, other), other) for other in one.also), key=_by_wording)
        also = [(way, self._cite(other)) for way, other in ways]
        cut = enumeration and self._goes_on(one.extract, behind)
        self.parts.append(self._part(citation, also, CUT if cut else ""))
        if not enumeration and behind is not None and self._leaves_out(one.extract, behind):
            self.parts.append(Part("\n" + CUT))

    def _part(self, citation: Citation, also: Sequence[tuple[Wording, Citation]], cut: str) -> Part:
        every = [citation, *(other for _, other in also)]
        numbers = tuple(one.number for one in every)
        named = [(way, f"{_named(other, every)}[{other.number}]") for way, other in also]
        others = also_in(named, self._asked.language)
        marked = tuple(asked_places(citation.quote, self._asked))
        sentence = Sentence(citation.quote, numbers, marked=marked)
        return Part(f"\n{citation.quote}{cut}[{citation.number}]{others}", sentence, tuple(every))

    def _cite(self, extract: Extract) -> Citation:
        self._number += 1
        source = self._source_of(extract.hit.passage.source_id)
        return cite(self._number, source, extract.hit, extract.start, extract.end)

    def _goes_on(self, extract: Extract, behind: Extract | None) -> bool:
        """Whether something stands in the source between an item and the next, or behind the last one."""
        text = self._source_of(extract.hit.passage.source_id).text
        end = extract.place[1][-1].end
        if behind is not None and behind.place[0] == extract.place[0]:
            return bool(text[end : max(end, behind.place[1][0].start)].strip(_CLOSERS))
        rest = text[end:].split("\n", maxsplit=1)[0].strip(_CLOSERS)
        return bool(rest) and marker_at(rest) is None

    def _leaves_out(self, extract: Extract, behind: Extract) -> bool:
        """Whether the speaker says more between two parts of one section, or something is hidden there."""
        first, second = extract.hit.passage, behind.hit.passage
        if (first.source_id, first.section_id) != (second.source_id, second.section_id):
            return False
        end, start = extract.place[1][-1].end, behind.place[1][0].start
        if any(end <= gap.span.start < start for gap in (*first.gaps, *second.gaps)):
            return True
        if first.id == second.id:  # its reading text is without watermarks, page numbers and the like
            return bool(first.text[extract.end : behind.start].strip(_CLOSERS))
        return bool(self._source_of(first.source_id).text[end : max(end, start)].strip(_CLOSERS))


def _by_wording(said: tuple[Wording, Extract]) -> int:
    return [*ALSO_IN].index(said[0])


def _named(citation: Citation, beside: Sequence[Citation]) -> str:
    """A speech by its title, and by its file where another one beside it has the same title."""
    alike = [one for one in beside if _key(one.speech_title) == _key(citation.speech_title)]
    file = f"（{PurePosixPath(citation.file).name}）" if len({one.file for one in alike}) > 1 else ""
    return f"《{_one_line(citation.speech_title)}》{file}"


def _key(title: str) -> str:
    return "".join(search_key(title).split())


def _cited(citation: Citation) -> Part:
    number = citation.number
    return Part(f"\n{citation.quote}[{number}]", Sentence(citation.quote, (number,)), (citation,))


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _title(extract: Extract) -> str:
    return _one_line(extract.hit.speech.title)


def _by_speech(shared: Sequence[Shared]) -> list[list[Shared]]:
    groups: dict[str, list[Shared]] = {}
    for one in shared:
        groups.setdefault(one.extract.hit.speech.id, []).append(one)
    return [sorted(group, key=lambda one: one.extract.place[1]) for group in groups.values()]
