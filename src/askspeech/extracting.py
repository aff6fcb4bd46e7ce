"""Answers without a chat model: what was found is ranked, judged and composed of the speeches' own sentences."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from askspeech.answer_parts import answer_parts
from askspeech.asked import Asked, asked_for
from askspeech.borrowed import Shared, merged
from askspeech.composing import Composed, compose, compose_refusal
from askspeech.datatypes import Hit, Language, SearchResult, Source
from askspeech.described import named_places, of_named_places
from askspeech.evidence import Passages, Unit, Word, answers_it, closeness, familiarity
from askspeech.glossary import translate
from askspeech.questions import compares, language_of, quotations
from askspeech.ranking import Ranked, Tokens, candidates_of, ranked
from askspeech.search import SpeechIndex
from askspeech.sufficiency import Verdict, judge
from askspeech.tokens import question_terms, search_key, words

__all__ = ["PASSAGES", "extracted", "ranked_candidates"]

PASSAGES = 12
"""How many passages an answer is made of."""

_JUDGED = 5


def extracted(index: SpeechIndex, question: str, result: SearchResult) -> Composed:
    """The answer to a question from what a search found, in the speeches' own words; without evidence a refusal."""
    asked = _asked(question, result)
    source_of = cache(index.source)
    if not result.hits or not _answers_it(index, question, result):
        return compose_refusal(Verdict("not_found"), asked.language, source_of)
    return _composed(index, asked, result, source_of)


def _asked(question: str, result: SearchResult) -> Asked:
    """What the question asks for; one that compares what is said of several places asks of several speeches."""
    asked = asked_for(question, result.kind)
    places = named_places(result.search_question, result.hits)
    return replace(asked, of_speeches=asked.of_speeches or (compares(question) and len(places) > 1))


def _composed(index: SpeechIndex, asked: Asked, result: SearchResult, source_of: Callable[[str], Source]) -> Composed:
    searched = result.search_question
    found = ranked_candidates(index, result, of_named_places(searched, result.hits), asked)
    verdict = judge(searched, asked, found)
    if verdict.outcome in ("blanked_out", "part_hidden", "not_found"):
        return compose_refusal(verdict, asked.language, source_of)
    chosen = answer_parts(found, asked, verdict.better)
    copies = {one.hit.passage.id: index.copies_of(one.hit) for one in chosen.extracts}
    shared = [Shared(one) for one in chosen.extracts] if asked.of_speeches else merged(chosen.extracts, copies)
    return compose(shared, asked, source_of, verdict, enumeration=chosen.enumeration)


def ranked_candidates(index: SpeechIndex, result: SearchResult, hits: Sequence[Hit], asked: Asked) -> list[Ranked]:
    """The candidates of some hits of a search, best first."""
    tokens = Tokens(index.encoders.tokens.token_ids, index.encoders.tokens.token_directions)
    searched = result.search_question
    return ranked(searched, question_terms(searched), candidates_of(hits, asked), asked, tokens)


def _answers_it(index: SpeechIndex, question: str, result: SearchResult) -> bool:
    """Whether the question is about what the speeches talk of at all."""
    tokens = index.encoders.tokens
    nearest = result.hits[:_JUDGED]
    passages = Passages(
        text=search_key("\n".join(_with_context(hit) for hit in nearest)),
        token_ids=np.concatenate(tokens.token_ids([search_key(hit.passage.text) for hit in nearest])),
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
