"""Cutting text into sentences and clauses, as ranges of characters."""

import re
from collections.abc import Iterator

from askspeech.datatypes import Span

__all__ = ["clause_spans", "leading_sentence_end", "sentence_spans"]

_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”’』」）)】》]*|\n|$)")
_CLAUSE = re.compile(r"[^，,、：:。！？!?；;\n]*(?:[，,、：:。！？!?；;\n]+[”’』」）)】》]*|$)")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_CLAUSE_END = re.compile(r"[，,：:]")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The sentences of text[start:end] that hold more than white space; together they cover all that does."""
    return _spans(_SENTENCE, text, start, len(text) if end is None else end)


def clause_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The clauses of text[start:end], cut at commas too."""
    return _spans(_CLAUSE, text, start, len(text) if end is None else end)


def leading_sentence_end(text: str, start: int, end: int, longest: int) -> int:
    """Where the first sentence of text[start:end] ends, cut at a clause where it is longer than `longest`."""
    found = _SENTENCE_END.search(text, start, min(end, start + longest + 1))
    stop = end if found is None else found.end() if text[found.start()] != "\n" else found.start()
    if stop - start <= longest:
        return stop
    clauses = [clause.end() for clause in _CLAUSE_END.finditer(text, start + longest // 3, start + longest)]
    return clauses[-1] if clauses else start + longest


def _spans(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    for found in pattern.finditer(text, start, end):
        first, last = found.span()
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        if first < last:
            yield Span(first, last)
