"""Answers without a chat model: what was found is ranked, judged and composed of the speeches' own sentences."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from askspeech.answer_parts import answer_parts, to_the_point
from askspeech.asked import Asked, asked_for
from askspeech.borrowed import Shared, merged
from askspeech.composing import Composed, compose, compose_refusal
from askspeech.datatypes import Citation, Hit, Language, SearchResult, Source
from askspeech.described import named_places, of_named_places
from askspeech.evidence import Passages, Unit, Word, answers_it, closeness, familiarity, nearness
from askspeech.glossary import translate
from askspeech.questions import compares, language_of, ordinal_of, quotations
from askspeech.ranking import Ranked, Tokens, candidates_of, ranked
from askspeech.search import SpeechIndex
from askspeech.sought import Known, Sought, pairs_of, sought
from askspeech.sufficiency import Verdict, judge
from askspeech.tokens import question_terms, search_key, words

__all__ = ["PASSAGES", "extracted", "ranked_candidates"]

PASSAGES = 12
"""How many passages an answer is made of."""

_JUDGED = 5
_PAIR_FIELDS = ("text_bigrams", "heading_bigrams", "context_bigrams")


def extracted(index: SpeechIndex, question: str, result: SearchResult, said: Sequence[Citation] = ()) -> Composed:
    """The answer to a question from what a search found, in the speeches' own words; without evidence a refusal.

    `said` is what the answer before has quoted, where the question leads on from it: only the best is said again.
    """
    source_of = cache(index.source)
    if not result.hits or not _answers_it(index, question, result):
        return compose_refusal(Verdict("not_found"), language_of(question), source_of, result.kept)
    return _composed(index, question, result, said, source_of)


def _asked(question: str, result: SearchResult) -> Asked:
    """What the question asks for; one that compares what is said of several places asks of several speeches."""
    asked = asked_for(question, result.kind)
    places = named_places(result.search_question, result.hits)
    return replace(asked, of_speeches=asked.of_speeches or (compares(question) and len(places) > 1))


def _composed(
    index: SpeechIndex,
    question: str,
    result: SearchResult,
    said: Sequence[Citation],
    source_of: Callable[[str], Source],
) -> Composed:
    searched, asked = result.search_question, _asked(question, result)
    found = _to_the_question(
        ranked_candidates(index, result, of_named_places(searched, result.hits), asked, question),
        question,
        result,
        said,
    )
    verdict = judge(searched, asked, found, _known(index, sought(question)))
    if verdict.outcome in ("blanked_out", "part_hidden", "not_found"):
        return compose_refusal(verdict, asked.language, source_of, result.kept)
    chosen = answer_parts(found, asked, verdict.better)
    copies = {one.hit.passage.id: index.copies_of(one.hit) for one in chosen.extracts}
    shared = [Shared(one) for one in chosen.extracts] if asked.of_speeches else merged(chosen.extracts, copies)
    return compose(shared, asked, source_of, verdict, enumeration=chosen.enumeration)


def _to_the_question(
    found: Sequence[Ranked], question: str, result: SearchResult, said: Sequence[Citation]
) -> Sequence[Ranked]:
    """The candidates that answer the question itself, where it is one that leans on the one before it."""
    # What refers to an item of a list (第二条怎么做？) is about the words of that item.
    leans = _taken_over(question, result) and not ordinal_of(question)
    return to_the_point(found, question, said) if leans and found else found


def _taken_over(question: str, result: SearchResult) -> str:
    """What a question takes over from the conversation, which stands before it in what was searched for."""
    searched = result.search_question
    return searched.removesuffix(question) if question and searched.endswith(question) else ""


def _known(index: SpeechIndex, wanted: Sought) -> Known:
    """What is sought, which words of it no passage has, and how near the words of a text come to them."""
    pairs = {word: pairs_of(word) for word in wanted.words}
    flat = list(dict.fromkeys(pair for each in pairs.values() for pair in each))
    found = [index.document_frequencies(field, flat) for field in _PAIR_FIELDS]
    missing = {pair for pair in flat if not any(frequencies[pair] for frequencies in found)}
    nowhere = frozenset(word for word, each in pairs.items() if missing.intersection(each))
    tokens = index.encoders.tokens

    @cache
    def ids(text: str) -> NDArray[np.uint16]:
        return np.unique(index.encoders.memory.of([text])[0].ids)

    def near(word: str, text: str) -> float:
        directions = tokens.token_directions
        known = directions.directions[ids(text)]
        return nearness(tokens.token_ids([word])[0], known, directions) if len(known) else 0.0

    return Known(wanted, nowhere, near)


def ranked_candidates(
    index: SpeechIndex, result: SearchResult, hits: Sequence[Hit], asked: Asked, question: str = ""
) -> list[Ranked]:
    """The candidates of some hits of a search, best first; `question` is what was asked before it was completed."""
    tokens = Tokens(index.encoders.memory.of, index.encoders.tokens.token_directions)
    searched = result.search_question
    taken_over = _taken_over(question, result)
    return ranked(searched, question_terms(searched), candidates_of(hits, asked), asked, tokens, taken_over)


def _answers_it(index: SpeechIndex, question: str, result: SearchResult) -> bool:
    """Whether the question is about what the speeches talk of at all."""
    tokens = index.encoders.tokens
    nearest = result.hits[:_JUDGED]
    passages = Passages(
        text=search_key("\n".join(_with_context(hit) for hit in nearest)),
        token_ids=np.concatenate([one.ids for one in index.encoders.memory.of([hit.passage.text for hit in nearest])]),
        total=index.passage_count(),
    )
    if any(search_key(quoted) in passages.text for quoted in quotations(question)):
        return True
    language = language_of(question)
    units = _units(index, _alternatives(question, result.search_question, language))
    close = closeness(units, passages, tokens.token_directions)
    return answers_it(language, familiarity(units, passages.total), close)


def _units(index: SpeechIndex, alternatives: Sequence[tuple[str, ...]]) -> list[Unit]:
    """What the question names: its words, or the Chinese for the terms of a question in English."""
    names = [[words(name) for name in each] for each in alternatives]
    flat = list(dict.fromkeys(word for unit in names for alternative in unit for word in alternative))
    frequencies = index.document_frequencies("text_words", flat)
    ids = dict(zip(flat, index.encoders.tokens.token_ids(flat), strict=True))
    return [[[Word(word, frequencies[word], ids[word]) for word in one] for one in unit] for unit in names]


def _alternatives(question: str, search_question: str, language: Language) -> list[tuple[str, ...]]:
    if language == "en":
        translation = translate(question)
        return [*(term.chinese for term in translation.terms), *(() for _ in translation.unknown)]
    asked = dict.fromkeys(word for word in words(search_question) if not word.isdecimal())
    return [(word,) for word in asked]


def _with_context(hit: Hit) -> str:
    return " ".join((hit.speech.title, *hit.passage.heading_path, hit.passage.text))
