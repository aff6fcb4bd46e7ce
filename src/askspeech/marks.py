"""The `[n]` in the text of an answer: which are marks of its citations, and which are words of the corpus. Pure."""

import re
from collections.abc import Iterator, Sequence

from askspeech.datatypes import Answer, Citation, Sentence, Span

__all__ = ["MARK", "cited_marks", "placed_sentences", "unmistakable"]

MARK = re.compile(r"\[(\d{1,3})\]")
_FULL_WIDTH = str.maketrans("[]", "［］")


def cited_marks(
    text: str, sentences: Sequence[Sentence], citations: Sequence[Citation]
) -> Iterator[tuple[Span, Citation]]:
    """The marks in an answer's text, each with what it cites.

    What looks like a mark inside a sentence that does not cite it, or inside a quotation, is the corpus's own.
    """
    by_number = {citation.number: citation for citation in citations}
    quotes = {citation.quote for citation in citations}
    placed = placed_sentences(text, sentences)
    for match in MARK.finditer(text):
        number = int(match[1])
        around = [sentence for span, sentence in placed if span.start <= match.start() < span.end]
        own = any(sentence.text in quotes or number not in sentence.citations for sentence in around)
        if number in by_number and not own:
            yield Span(match.start(), match.end()), by_number[number]


def placed_sentences(text: str, sentences: Sequence[Sentence]) -> list[tuple[Span, Sentence]]:
    """The sentences with their places in the text, in order; one that is not there is left out."""
    placed, position = [], 0
    for sentence in sentences:
        start = text.find(sentence.text, position)
        if sentence.text and start >= 0:
            position = start + len(sentence.text)
            placed.append((Span(start, position), sentence))
    return placed


def unmistakable(answer: Answer) -> str:
    """The text of an answer for whoever reads its marks: every `[n]` is a citation's, the corpus's own are ［n］."""
    marks = {span.start for span, _ in cited_marks(answer.text, answer.sentences, answer.citations)}
    return MARK.sub(lambda one: one[0] if one.start() in marks else one[0].translate(_FULL_WIDTH), answer.text)
