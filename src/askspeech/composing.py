"""From chosen sentences to an answer: grouped by speech, in the order of the speech, each with its citation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from askspeech.citing import cite
from askspeech.datatypes import Citation, Language, Sentence
from askspeech.phrases import heading
from askspeech.selection import Extract

__all__ = ["Composed", "Part", "compose"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer's text: a heading or line break alone, or a sentence with its citation and its mark."""

    text: str
    sentence: Sentence | None = None
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer's parts; the texts joined are its text."""

    parts: tuple[Part, ...]

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
        return tuple(part.citation for part in self.parts if part.citation)


def compose(extracts: Sequence[Extract], language: Language, source_text: Callable[[str], str]) -> Composed:
    """Put extracts into an answer; speeches in the order of their first extract, sentences in the order of the text."""
    return Composed(tuple(_parts(extracts, language, source_text)))


def _parts(extracts: Sequence[Extract], language: Language, source_text: Callable[[str], str]) -> Iterator[Part]:
    number = 0
    for group in _by_speech(extracts):
        title = " ".join(group[0].hit.speech.title.split())
        yield Part(("\n\n" if number else "") + heading(title, language))
        for extract in group:
            number += 1
            citation = cite(number, source_text(extract.hit.passage.source_id), extract.hit, extract.start, extract.end)
            yield Part(f"\n{citation.quote}[{number}]", Sentence(citation.quote, (number,)), citation)


def _by_speech(extracts: Sequence[Extract]) -> list[list[Extract]]:
    groups: dict[str, list[Extract]] = {}
    for extract in extracts:
        groups.setdefault(extract.hit.speech.id, []).append(extract)
    return [sorted(group, key=lambda extract: extract.place[1]) for group in groups.values()]
