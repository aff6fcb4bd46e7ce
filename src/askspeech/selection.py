"""Which sentences of the passages found answer a question. Pure: scores come in, sentences go out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from askspeech.citing import spans_within
from askspeech.datatypes import Hit, Span
from askspeech.markers import marker_at
from askspeech.sentences import sentence_spans
from askspeech.tokens import bigrams

__all__ = ["Extract", "chosen_outline", "chosen_sentences", "coverage", "extracts_of"]

MOST_SENTENCES = 3
_SHORTEST_SENTENCE = 6
_PASSAGE_SHARE = 1.0
_LEAST_OF_BEST = 0.72
_OUTLINE_RANKS = 6


@dataclass(frozen=True, slots=True)
class Extract:
    """The range [start, end) of a hit's reading text."""

    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def place(self) -> tuple[str, tuple[Span, ...]]:
        """The source and the spans of the words."""
        return self.hit.passage.source_id, spans_within(self.hit.passage.spans, self.start, self.end)


def extracts_of(hits: Sequence[Hit]) -> list[Extract]:
    """All sentences of the hits, each place once, in the order of the hits."""
    seen: dict[tuple[str, Span], Extract] = {}
    for hit in hits:
        for extract in _sentences(hit):
            source, spans = extract.place
            seen.setdefault((source, spans[0]), extract)
    return list(seen.values())


def coverage(question: Sequence[str], text: str, rarity: Mapping[str, float]) -> float:
    """The share of a question's terms, weighted by how rare each is, that a text holds."""
    held = set(bigrams(text))
    total = sum(rarity[term] for term in question)
    return sum(rarity[term] for term in question if term in held) / total if total else 0.0


def chosen_outline(hits: Sequence[Hit], expected: int | None) -> list[Extract]:
    """The items of an outline passage, the introducing sentence in front; none fits, an empty list.

    Where the question says how many things there are, the first outline of that many items; else the first hit, if it
    is an outline.
    """
    for hit in hits[: _OUTLINE_RANKS if expected else 1]:
        if hit.passage.kind == "outline" and expected in (None, _items(hit)):
            return list(_pieces(hit))
    if hits and hits[0].passage.kind == "outline":
        return list(_pieces(hits[0]))
    return []


def chosen_sentences(extracts: Sequence[Extract], scores: Sequence[float], most: int = MOST_SENTENCES) -> list[Extract]:
    """The best sentences, with no more than `most` and none far below the best; equal wordings once."""
    best_passage = max((extract.hit.score for extract in extracts), default=1.0) or 1.0
    ranked = sorted(
        (
            (_PASSAGE_SHARE * extract.hit.score / best_passage + score, number)
            for number, (extract, score) in enumerate(zip(extracts, scores, strict=True))
        ),
        key=lambda item: (-item[0], item[1]),
    )
    chosen: list[Extract] = []
    wordings: set[str] = set()
    best = ranked[0][0] if ranked else 0.0
    for score, number in ranked:
        if len(chosen) == most or score < min(best, _LEAST_OF_BEST * best):
            break
        wording = "".join(bigrams(extracts[number].text))
        if wording not in wordings:
            wordings.add(wording)
            chosen.append(extracts[number])
    return chosen


def _items(hit: Hit) -> int:
    return sum(marker_at(piece.text) is not None for piece in _pieces(hit)) - (marker_at(hit.passage.text) is not None)


def _sentences(hit: Hit) -> Iterator[Extract]:
    for start, end in sentence_spans(hit.passage.text):
        if end - start >= _SHORTEST_SENTENCE:
            yield Extract(hit, start, end)


def _pieces(hit: Hit) -> Iterator[Extract]:
    """The parts of an outline passage: each stretch of its spans by itself."""
    yield from (Extract(hit, start, end) for start, end in sentence_spans(hit.passage.text))
