"""What is kept of answers: nothing a reader saw is lost, places that have gone are found out, questions come of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import kept
from tests.fakes import DEBTS, LEDGER, OFFICERS, PAYING, TEXT, WEATHER, FakeIndex
from tests.kept import DEBTS_TURN, OFFICERS_TURN, WEATHER_TURN

from askspeech.answer_rendering import AnswerView, answer_html
from askspeech.datatypes import Answer, Citation, Filters, Locator, Span, Turn, Usage, slices
from askspeech.errors import NotInIndexError, StoreDamagedError
from askspeech.evaluation import question_line
from askspeech.keeping import (
    Judgement,
    KeptConversation,
    KeptTurn,
    answer_of,
    gone,
    judged_questions,
    kept_turn,
    short_title,
    turn_of,
)
from askspeech.kept_records import pack_turn, searchable, unpack_turn
from askspeech.records import pack, unpack
from askspeech.scoring import Question, Quote, Texts
from askspeech.texts import page_texts


@pytest.mark.parametrize("answer", [DEBTS, OFFICERS, WEATHER], ids=["list", "one", "refused"])
def test_a_kept_answer_reads_as_it_did(answer: Answer) -> None:
    again = answer_of(kept_turn(answer, asked_at=1.0, generation="g"))
    assert again is not None
    assert replace(again, nearest=()) == replace(answer, nearest=())
    for language in ("zh", "en"):
        texts = page_texts(language)
        assert answer_html(AnswerView.of(again), texts) == answer_html(AnswerView.of(answer), texts)


def test_what_an_answer_cost_and_was_asked_under_is_kept() -> None:
    usage = Usage(1.5, 0.25, 100, 20, True)
    turn = kept_turn(
        replace(DEBTS, usage=usage, removed=("[9]",)),
        asked_at=12.5,
        generation="g",
        filters=Filters(speech=("speech-1",)),
        filtered_by=(("speech", "在柳溪县优化营商环境大会上的讲话"),),
    )
    assert (turn.usage, turn.removed, turn.asked_at, turn.generation) == (usage, ("[9]",), 12.5, "g")
    assert turn.filters == Filters(speech=("speech-1",))
    again = answer_of(turn)
    assert again is not None and (again.usage, again.removed) == (usage, ("[9]",))


@given(kept.turns)
def test_a_turn_is_kept_exactly(turn: KeptTurn) -> None:
    assert unpack_turn(pack_turn(turn)) == turn


@given(kept.turns)
def test_an_answer_that_was_kept_can_be_kept_again(turn: KeptTurn) -> None:
    answer = answer_of(turn)
    assert (answer is None) == (turn.outcome is None)
    if answer is not None:
        again = kept_turn(
            answer,
            asked_at=turn.asked_at,
            generation=turn.generation,
            filtered_by=turn.filtered_by,
            suggestions=turn.suggestions,
            literal=turn.literal,
            quotations=turn.quotations,
        )
        assert again == replace(turn, state="done", problem="")


def test_a_turn_of_another_version_is_read_as_far_as_it_is_known() -> None:
    record = unpack(pack_turn(DEBTS_TURN))
    del record["generation"]
    record["colour"] = "blue"
    record["citations"][0]["shade"] = "light"
    assert unpack_turn(pack(record)) == replace(DEBTS_TURN, generation="")


def test_later_questions_refer_to_what_was_finished() -> None:
    assert turn_of(DEBTS_TURN) == Turn(DEBTS.question, DEBTS.text, DEBTS.citations)
    stopped = replace(DEBTS_TURN, outcome=None, state="stopped")
    assert turn_of(stopped) == Turn(DEBTS.question)


# Places that have gone.


def test_a_place_is_there_as_long_as_its_words_are() -> None:
    index = FakeIndex()
    assert not any(gone(citation, index.source_text) for citation in DEBTS.citations)
    assert gone(replace(LEDGER, source_id="another"), index.source_text)
    assert gone(LEDGER, FakeIndex(text="序" + TEXT).source_text)
    assert gone(LEDGER, FakeIndex(text=TEXT[:20]).source_text)
    assert gone(replace(LEDGER, spans=(Span(-5, -1),), quote=TEXT[-5:-1]), index.source_text)


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40), st.text(max_size=3))
def test_a_place_has_gone_exactly_where_other_words_stand(text: str, start: int, end: int, before: str) -> None:
    span = Span(min(start, end, len(text)), min(max(start, end), len(text)))
    citation = replace(LEDGER, spans=(span,), quote=slices(text, [span]))
    changed = before + text
    assert not gone(citation, lambda _: text)
    assert gone(citation, lambda _: changed) == (changed[span.start : span.end] != citation.quote)


def test_an_index_that_cannot_be_read_has_lost_nothing() -> None:
    def unreadable(_: str) -> str:
        raise StoreDamagedError("The catalogue is damaged.")

    def missing(_: str) -> str:
        raise NotInIndexError("There is no such source.")

    with pytest.raises(StoreDamagedError):
        gone(LEDGER, unreadable)
    assert gone(LEDGER, missing)


# Titles and searching.


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  对拖欠企业的账款\n怎么办？ ", "对拖欠企业的账款 怎么办？"),
        ("长" * 40, "长" * 40),
        ("长" * 41, "长" * 39 + "…"),
        ("a\x00b\ud800\x1b[2Jc", "a b [2Jc"),
        ("字" * 37 + "👩\u200d💻" + "字" * 9, "字" * 37 + "👩…"),
        (" \n\x00", ""),
    ],
)
def test_titles_are_one_short_line(text: str, title: str) -> None:
    assert short_title(text) == title


def test_words_are_searched_for_without_width_case_and_form() -> None:
    assert searchable("ＡＢＣ營商環境Straße") == searchable("abc营商环境STRASSE")
    assert searchable("a\x00\ud800b") == "a\ufffd\ufffdb"


# Questions.


def conversation(*judgements: Judgement) -> KeptConversation:
    return KeptConversation("c", "", 0.0, 0.0, (DEBTS_TURN, OFFICERS_TURN, WEATHER_TURN), judgements)


def test_good_answers_make_questions_with_their_citations_as_evidence() -> None:
    (question,) = judged_questions(
        conversation(Judgement(0, "good"), Judgement(1, "bad"), Judgement(0, "wrong", citation=3))
    )
    assert (question.id, question.text, question.language, question.type) == ("c-1", DEBTS.question, "zh", "fact")
    assert question.answerable and question.history == ()
    # The two lines of the second citation are two quotes: only unbroken words are found again.
    texts = Texts({LEDGER.file: TEXT})
    assert [texts.places(quote) for quote in question.evidence] == [
        [span] for span in (*LEDGER.spans, *PAYING.spans, *DEBTS.citations[3].spans)
    ]


def test_a_good_refusal_makes_an_unanswerable_question_with_its_history() -> None:
    (question,) = judged_questions(conversation(Judgement(2, "good", "不在讲话里")))
    assert question == Question(
        "c-3", WEATHER.question, "zh", "fact", False, (DEBTS.question, OFFICERS.question), (), ()
    )


def test_a_good_answer_without_a_good_citation_makes_no_question() -> None:
    judged = conversation(Judgement(1, "good"), Judgement(1, "wrong", citation=1))
    assert list(judged_questions(judged)) == []
    comment = conversation(Judgement(1, "", "只是一句话"))
    assert list(judged_questions(comment)) == []


def test_marked_figures_are_the_points_of_the_answer() -> None:
    text = OFFICERS.sentences[0].text
    place = Span(text.index("每周"), text.index("每周") + 2)
    marked = replace(OFFICERS_TURN.sentences[0], marked=(place, place))
    turn = replace(OFFICERS_TURN, sentences=(marked,))
    (question,) = judged_questions(KeptConversation("c", "", 0.0, 0.0, (turn,), (Judgement(0, "good"),)))
    assert question.answer_points == ("每周",)


def test_spans_that_touch_are_one_quote() -> None:
    spans = (Span(0, 2), Span(2, 4), Span(6, 8))
    citation = Citation(1, "s", "f\udc80.txt", "p", "t", "g", spans, "甲乙丙丁戊己", Locator("line", 1, 1))
    turn = replace(OFFICERS_TURN, citations=(citation,))
    (question,) = judged_questions(KeptConversation("c", "", 0.0, 0.0, (turn,), (Judgement(0, "good"),)))
    assert question.evidence == (Quote("f\ufffd.txt", "甲乙丙丁"), Quote("f\ufffd.txt", "戊己"))


@given(st.lists(kept.turns, max_size=3).map(tuple))
def test_whatever_was_kept_makes_questions_that_can_be_written(turns: tuple[KeptTurn, ...]) -> None:
    judgements = tuple(Judgement(position, "good") for position in range(len(turns)))
    for question in judged_questions(KeptConversation("c", "", 0.0, 0.0, turns, judgements)):
        assert question.answerable == bool(question.evidence)
        question_line(question).encode()
