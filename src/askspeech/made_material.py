"""What questions are made of: the sentences of an index, where each stands word for word, and who else says the same.

A question is only fair where its words single out one place: `Material.is_telling` asks whether another passage holds
nearly all of them too.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from askspeech.blanks import find_blanks
from askspeech.datatypes import Passage, Section, Span, Speech
from askspeech.scoring import Quote
from askspeech.sentences import sentence_spans
from askspeech.tokens import search_key, words

__all__ = ["Material", "Place", "Said", "SpokenParts"]

_SAME_SHARE = 0.9
"""A passage that holds this share of a question's words could be meant as well."""
_LEAST_WORDS = 2


@dataclass(frozen=True, slots=True)
class SpokenParts:
    """A speech with its outline and its passages, as an index holds them."""

    speech: Speech
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a stretch of a file's canonical text, and the speech that it is part of."""

    file: str
    speech_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a speech: its reading text, its words in the file, and where these stand."""

    text: str
    quote: str
    place: Place

    @property
    def is_blanked(self) -> bool:
        """Whether the source has blanked out a part of it."""
        return any(find_blanks(self.text))


class Material:
    """The sentences of some speeches, and which words stand in which of their passages."""

    def __init__(self, parts: Sequence[SpokenParts], texts: Mapping[str, str]) -> None:
        self.parts = tuple(parts)
        self._texts = texts
        self._passages = [passage for part in parts for passage in part.passages if passage.kind == "text"]
        self.sentences: dict[str, tuple[Said, ...]] = {
            part.speech.id: tuple(self._sentences(part)) for part in self.parts
        }

    def quote(self, file: str, spans: Sequence[Span]) -> str | None:
        """The file's own words from the first span to the last; None where more than white space lies between them."""
        text = self._texts[file]
        between = (text[before.end : after.start] for before, after in pairwise(spans))
        if not spans or any(part.strip() for part in between):
            return None
        return text[spans[0].start : spans[-1].end].strip()

    def evidence(self, said: Said, group: int = 1) -> tuple[Quote, ...]:
        """The sentence as one piece of evidence: where several files say it, any of them will do."""
        quotes = sorted({(one.place.file, one.quote) for one in self.same(said)})
        alternative = str(group) if len(quotes) > 1 else None
        return tuple(Quote(file, text, alternative) for file, text in quotes)

    def same(self, said: Said) -> Sequence[Said]:
        """The sentences that read like this one, itself among them."""
        return self._by_text[_bare(said.text)]

    def speakers(self, said: Said) -> set[str]:
        """The ids of the speeches that hold the sentence."""
        return {one.place.speech_id for one in self.same(said)}

    def is_telling(self, question: str, places: Iterable[Place]) -> bool:
        """Whether no passage outside these places holds nearly all words of the question, and it has two or more."""
        wanted = set(words(question))
        known = [word for word in wanted if word in self._holders]
        if len(known) < _LEAST_WORDS:
            return False
        held = Counter(number for word in known for number in self._holders[word])
        least = math.ceil(_SAME_SHARE * len(known))
        there = list(places)
        return not any(
            count >= least and not any(_touches(self._passages[number], place) for place in there)
            for number, count in held.items()
        )

    def rarity(self, text: str) -> float:
        """How telling a phrase is: the sum over its words of log(passages / passages with the word)."""
        total = len(self._passages) + 1
        return sum(math.log(total / (1 + len(self._holders.get(word, ())))) for word in set(words(text)))

    def is_only_in(self, term: str, said: Said) -> bool:
        """Whether no sentence but this one, wherever it stands, holds the term."""
        return len({_bare(one.text) for all_ in self.sentences.values() for one in all_ if term in one.text}) == 1

    def holds(self, term: str) -> bool:
        """Whether a term stands anywhere in the files, in whatever width, case or script."""
        return search_key(term) in self._everything

    @cached_property
    def _everything(self) -> str:
        return search_key("\n".join("".join(text.split()) for text in self._texts.values()))

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for number, passage in enumerate(self._passages):
            for word in set(words(passage.text)):
                holders[word].append(number)
        return dict(holders)

    @cached_property
    def _by_text(self) -> dict[str, list[Said]]:
        same: dict[str, list[Said]] = defaultdict(list)
        for sentences in self.sentences.values():
            for said in sentences:
                same[_bare(said.text)].append(said)
        return dict(same)

    def _sentences(self, part: SpokenParts) -> Iterator[Said]:
        for passage in part.passages:
            if passage.kind != "text":
                continue
            for start, end in sentence_spans(passage.text):
                spans = _source_spans(passage, start, end)
                if quote := self.quote(passage.file, spans):
                    place = Place(passage.file, part.speech.id, Span(spans[0].start, spans[-1].end))
                    yield Said(passage.text[start:end], quote, place)


def _source_spans(passage: Passage, start: int, end: int) -> list[Span]:
    """Where characters [start, end) of a passage's reading text stand in its source."""
    found: list[Span] = []
    at = 0
    for span in passage.spans:
        first, last = max(start, at), min(end, at + span.end - span.start)
        if first < last:
            found.append(Span(span.start + first - at, span.start + last - at))
        at += span.end - span.start
    return found


def _touches(passage: Passage, place: Place) -> bool:
    return passage.file == place.file and any(
        span.start < place.span.end and place.span.start < span.end for span in passage.spans
    )


def _bare(text: str) -> str:
    return "".join(text.split())
