"""Which sentences of the passages found answer a question. Pure: scores come in, sentences go out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from askspeech.citing import spans_within
from askspeech.datatypes import Hit, Span
from askspeech.markers import marker_at
from askspeech.sentences import sentence_spans
from askspeech.tokens import bigrams, search_key

__all__ = ["Extract", "chosen_outline", "chosen_sentences", "coverage", "extracts_of"]

MOST_SENTENCES = 3
_SHORTEST_SENTENCE = 6
_PASSAGE_SHARE = 1.0
_LEAST_OF_BEST = 0.75
_LONGEST_BARE_HEADING = 25
_SHORTEST_QUOTED = 4
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


def chosen_outline(hits: Sequence[Hit], question: str, expected: int | None) -> list[Extract]:
    """The items of an outline passage, the introducing sentence in front; none fits, an empty list.

    The outline whose heading the question quotes; else, where it says how many things there are, the first outline of
    that many items; else the first hit, if it is an outline.
    """
    for hit in hits:
        if (
            hit.passage.kind == "outline"
            and hit.passage.heading_path
            and _quoted(hit.passage.heading_path[-1], question)
        ):
            return _pieces(hit)
    for hit in hits[: _OUTLINE_RANKS if expected else 1]:
        if hit.passage.kind == "outline" and expected in (None, hit.passage.items):
            return _pieces(hit)
    if hits and hits[0].passage.kind == "outline":
        return _pieces(hits[0])
    return []


def chosen_sentences(extracts: Sequence[Extract], scores: Sequence[float], most: int = MOST_SENTENCES) -> list[Extract]:
    """The best sentences, with no more than `most` and none far below the best; equal wordings once.

    A heading or a question that is chosen brings the sentence behind it: it says little by itself.
    """
    chosen: list[Extract] = []
    wordings: set[str] = set()
    for number in _ranked(extracts, scores):
        if len(chosen) >= most:
            break
        for extract in _with_follower(extracts, number):
            wording = "".join(bigrams(extract.text))
            if wording not in wordings:
                wordings.add(wording)
                chosen.append(extract)
    return chosen


def _ranked(extracts: Sequence[Extract], scores: Sequence[float]) -> list[int]:
    """The numbers of the extracts by score, best first, those far below the best left out."""
    best_passage = max((extract.hit.score for extract in extracts), default=1.0) or 1.0
    totals = [
        _PASSAGE_SHARE * extract.hit.score / best_passage + score
        for extract, score in zip(extracts, scores, strict=True)
    ]
    best = max(totals, default=0.0)
    good = [number for number, total in enumerate(totals) if total >= min(best, _LEAST_OF_BEST * best)]
    return sorted(good, key=lambda number: (-totals[number], number))


def _with_follower(extracts: Sequence[Extract], number: int) -> Sequence[Extract]:
    extract = extracts[number]
    heading = len(extract.text) <= _LONGEST_BARE_HEADING and marker_at(extract.text) is not None
    asking = extract.text[-1] in "？?"
    followed = number + 1 < len(extracts) and extracts[number + 1].hit is extract.hit
    return extracts[number : number + 2] if (heading or asking) and followed else [extract]


def _quoted(heading: str, question: str) -> bool:
    """Whether a question holds a heading word for word, its marker aside."""
    marker = marker_at(heading)
    words = search_key(heading[marker.end :] if marker else heading)
    return len(words) >= _SHORTEST_QUOTED and words in search_key(question)


def _sentences(hit: Hit) -> Iterator[Extract]:
    for start, end in sentence_spans(hit.passage.text):
        if end - start >= _SHORTEST_SENTENCE:
            yield Extract(hit, start, end)


def _pieces(hit: Hit) -> list[Extract]:
    """The parts of an outline passage: its heading, the sentence before the first item, and the items, each whole."""
    pieces = [Extract(hit, start, end) for start, end in sentence_spans(hit.passage.text)]
    first = next((number for number, piece in enumerate(pieces) if number and marker_at(piece.text)), len(pieces))
    items: list[Extract] = []
    for piece in pieces[first:]:
        if marker_at(piece.text):
            items.append(piece)
        else:
            items[-1] = Extract(hit, items[-1].start, piece.end)
    return [*pieces[:1], *pieces[1:first][-1:], *items]
