"""Which sentences and enumerations answer a question best, with token ids made of characters."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests import made

from askspeech.asked import asked_for
from askspeech.datatypes import Hit, QuestionKind
from askspeech.late_interaction import token_directions
from askspeech.ranking import Ranked, Tokens, candidates_of, ranked
from askspeech.token_memory import TokenMemory
from askspeech.tokens import bigrams, held, question_terms, search_key

VOCABULARY = 2000
VECTORS = np.random.default_rng(7).normal(size=(VOCABULARY, 48)).astype(np.float32)


def characters(texts: Sequence[str]) -> list[NDArray[np.uint16]]:
    """Every character is a token, its code folded into the vocabulary."""
    return [np.array([ord(one) % VOCABULARY for one in text], dtype=np.uint16) for text in texts]


TOKENS = Tokens(TokenMemory(characters).of, token_directions(VECTORS))
DEBTS = made.hit("刚才企业家讲了账款的事。各部门要建立账款台账。由县财政局牵头汇总台账。", score=2.0)
WINDOW = made.hit("银杏专窗每周开放五天。", start=100, score=1.0, of=made.speech("在云陵市座谈会上的讲话"))
OUTLINE = made.hit(
    "抓好三件事。\n一是建立账款台账。\n二是开放专窗。\n三是接待企业。", start=200, kind="outline", score=1.5, items=3
)


def best(question: str, hits: Sequence[Hit], kind: QuestionKind = "fact") -> list[Ranked]:
    asked = asked_for(question, kind)
    return ranked(question, question_terms(question), candidates_of(hits, asked), asked, TOKENS)


def test_candidates_are_the_sentences_with_those_beside_them_in_their_passage() -> None:
    found = candidates_of([DEBTS, WINDOW, OUTLINE], asked_for("台账由谁建？", "person"))
    assert [candidate.items for candidate in found] == [0] * len(found)
    first, second, third, fourth = found[:4]
    assert (first.before, first.behind) == (None, second.parts[0])
    assert (third.before, third.behind) == (second.parts[0], None)
    assert (fourth.before, fourth.behind, fourth.rank) == (None, None, 1)
    assert fourth.hit is WINDOW


def test_for_a_list_enumerations_are_candidates_too() -> None:
    found = candidates_of([OUTLINE, DEBTS], asked_for("要抓好哪三件事？", "list"))
    (enumeration,) = [candidate for candidate in found if candidate.items]
    assert (enumeration.items, enumeration.rank, len(enumeration.parts)) == (3, 0, 4)
    assert enumeration.text == "抓好三件事。 一是建立账款台账。 二是开放专窗。 三是接待企业。"


def test_a_question_of_the_speaker_goes_with_its_answer() -> None:
    asking = made.hit("老粮站八月先试。为什么先拿粮站试？因为它屋梁高。作坊随后进驻。")
    found = candidates_of([asking], asked_for("为什么先试老粮站？", "reason"))
    assert [candidate.text for candidate in found][1:3] == ["为什么先拿粮站试？ 因为它屋梁高。", "因为它屋梁高。"]
    assert best("为什么先拿老粮站来试？", [asking], "reason")[0].candidate.parts[1].text == "因为它屋梁高。"


def test_the_sentence_with_the_words_of_the_question_is_best() -> None:
    found = best("账款台账由谁牵头汇总？", [WINDOW, DEBTS], "person")
    assert found[0].candidate.text == "由县财政局牵头汇总台账。"
    assert best("银杏专窗开放几天？", [DEBTS, WINDOW], "figure")[0].candidate.hit is WINDOW


def test_what_stands_before_a_sentence_and_above_it_counts_as_near() -> None:
    headed = made.hit("由县财政局按月汇总。", path=["一、清理账款"], score=1.0)
    (one,) = best("账款由谁汇总？", [headed], "person")
    assert 0 < one.own < one.near <= 1


@pytest.mark.parametrize(("question", "first"), [("要抓好哪三件事？", True), ("要抓好哪五件事？", False)])
def test_an_enumeration_of_as_many_items_as_asked_for_is_best(question: str, first: bool) -> None:
    assert bool(best(question, [OUTLINE, DEBTS], "list")[0].candidate.items) is first


def test_how_a_meeting_goes_is_worth_less() -> None:
    plain, formal = (made.hit(text, score=1.0) for text in ("企业家讲了账款的事。", "刚才企业家讲账款的事。"))
    assert best("账款的事谁讲了？", [plain])[0].score > best("账款的事谁讲了？", [formal])[0].score


def test_of_no_candidates_none_is_best() -> None:
    assert best("账款？", []) == []
    assert best("账款？", [made.hit("好。")]) == []


def test_scores_of_hits_may_be_zero() -> None:
    assert len(best("台账由谁建？", [made.hit("各部门要建立台账。", score=0.0)])) == 1


@given(
    st.lists(st.sampled_from([DEBTS, WINDOW, OUTLINE]), unique_by=id),
    st.text(alphabet="账款台由谁建三件事窗？", max_size=12),
)
def test_every_candidate_is_ranked_once_best_first(hits: list[Hit], question: str) -> None:
    asked = asked_for(question, "list")
    candidates = candidates_of(hits, asked)
    found = ranked(question, question_terms(question), candidates, asked, TOKENS)
    assert sorted(map(id, (one.candidate for one in found))) == sorted(map(id, candidates))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.own <= one.near + 1e-6 <= 1 + 1e-5 for one in found)


PROBLEMS = made.hit("有的窗口对企业服务不到位。", start=400, path=["一、正视服务企业存在的问题"])
TASKS = made.hit("窗口对企业服务一次办结。", start=600, path=["二、抓好服务企业的任务"])


def test_problems_come_first_where_they_are_asked_for_and_tasks_where_those_are() -> None:
    for question, first in (("服务企业存在哪些问题？", PROBLEMS), ("服务企业要抓好哪些任务？", TASKS)):
        assert best(question, [PROBLEMS, TASKS], "list")[0].candidate.hit is first
        assert best(question, [TASKS, PROBLEMS], "list")[0].candidate.hit is first


def test_what_a_question_takes_over_counts_for_less() -> None:
    question, before = "台账怎么建？ 专窗每周开放几天？", "台账怎么建？ "
    asked = asked_for("专窗每周开放几天？", "figure")
    terms, candidates = question_terms(question), candidates_of([DEBTS, WINDOW], asked)
    together = ranked(question, terms, candidates, asked, TOKENS)
    apart = ranked(question, terms, candidates, asked, TOKENS, before)

    def lead(found: list[Ranked]) -> float:
        scores = {one.candidate.text: one.score for one in found}
        return scores["银杏专窗每周开放五天。"] - scores["各部门要建立账款台账。"]

    assert lead(apart) > lead(together)


@given(
    st.lists(st.text("县财政局牵头ab9 .-가各", max_size=12), max_size=6), st.text("县财政局牵头ab9 .-가各", max_size=12)
)
def test_the_terms_that_texts_hold_are_those_among_their_bigrams(texts: list[str], question: str) -> None:
    terms = list(dict.fromkeys(bigrams(question)))
    found = held(terms, [search_key(text) for text in texts])
    assert found == [frozenset(terms) & frozenset(bigrams(text)) for text in texts]
