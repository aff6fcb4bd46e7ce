"""Answers without a chat model: whole, streamed, as a runnable; cited exactly, or refused."""

import json
import re
from pathlib import Path

import pytest

from askspeech import Answerer, SpeechIndex, Turn
from askspeech.datatypes import CitationResolved, Done, SentenceChecked, TextAdded, slices
from askspeech.errors import QuestionError
from askspeech.phrases import NOT_FOUND

DATA = Path(__file__).parent / "data"
FOREIGN = (DATA / "foreign.questions.txt").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line) for line in (DATA / "samples.questions.jsonl").read_text(encoding="utf-8").splitlines()]


def test_an_answer_cites_the_words_it_is_made_of(answerer: Answerer) -> None:
    answer = answerer.ask("拖欠企业账款的台账由哪个部门牵头建？")
    assert answer.outcome == "answered"
    assert not answer.refused
    assert "县财政局牵头" in answer.text
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert all(f"[{citation.number}]" in answer.text for citation in answer.citations)


def test_a_list_comes_complete_and_in_order(answerer: Answerer) -> None:
    answer = answerer.ask("要抓好哪四件实事？")
    places = [answer.text.index(word) for word in ("帮办代办", "拖欠账款", "驻企联络员", "物流成本")]
    assert places == sorted(places)


def test_streaming_gives_the_same_answer(answerer: Answerer) -> None:
    question = "怎样破解融资难题？"
    events = list(answerer.stream(question))
    last = events[-1]
    assert isinstance(last, Done)
    assert "".join(event.text for event in events if isinstance(event, TextAdded)) == last.answer.text
    assert tuple(event.sentence for event in events if isinstance(event, SentenceChecked)) == last.answer.sentences
    assert tuple(event.citation for event in events if isinstance(event, CitationResolved)) == last.answer.citations
    assert last.answer.text == answerer.ask(question).text


def test_a_citation_comes_before_its_number(answerer: Answerer) -> None:
    resolved: set[int] = set()
    for event in answerer.stream("怎样破解融资难题？"):
        if isinstance(event, CitationResolved):
            resolved.add(event.citation.number)
        if isinstance(event, TextAdded) and "[" in event.text:
            assert set(map(int, re.findall(r"\[(\d+)\]", event.text))) <= resolved


def test_the_runnable_gives_the_same_answer(answerer: Answerer) -> None:
    question = "怎样破解融资难题？"
    runnable = answerer.as_runnable()
    assert runnable.invoke(question).text == answerer.ask(question).text
    history = [Turn("驻企联络员制度是怎么安排的？")]
    request = {"question": "这件事多久做一次？", "history": history}
    assert runnable.invoke(request).text == answerer.ask("这件事多久做一次？", history=history).text


@pytest.mark.parametrize("question", FOREIGN)
def test_questions_on_foreign_subjects_are_refused(samples_index: SpeechIndex, question: str) -> None:
    answer = Answerer(samples_index).ask(question)
    assert answer.refused
    assert answer.outcome == "not_found"
    assert answer.text == NOT_FOUND[answer.language]
    assert answer.citations == ()


def test_a_refusal_offers_the_nearest_passages(answerer: Answerer) -> None:
    answer = answerer.ask("红烧肉怎么做才好吃？")
    assert answer.nearest
    assert answer.sentences == ()


def test_an_empty_question_is_refused(answerer: Answerer) -> None:
    with pytest.raises(QuestionError):
        answerer.ask("  ")


def test_every_citation_of_every_answer_slices_back_to_its_quote(samples_index: SpeechIndex) -> None:
    answerer = Answerer(samples_index)
    checked = 0
    for question in QUESTIONS:
        answer = answerer.ask(question["question"], history=[Turn(earlier) for earlier in question["history"]])
        cited = [sentence.citations[0] for sentence in answer.sentences]
        assert [citation.quote for citation in answer.citations if citation.number in cited] == [
            sentence.text for sentence in answer.sentences
        ]
        assert all(sentence.text in answer.text for sentence in answer.sentences)
        for citation in answer.citations:
            text = samples_index.source(citation.source_id).text
            assert slices(text, citation.spans) == citation.quote
            assert f"[{citation.number}]" in answer.text
            assert text[: citation.spans[0].start].count("\n") + 1 == citation.locator.first
            checked += 1
    assert checked > 100
