"""What can be done with an answer, without a browser: again, edited, literally, led on, from a link."""

import html
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from tests import fakes
from tests.html_reader import Reader

from askspeech import Answerer, SpeechIndex
from askspeech.answer_footer import footer_html, literally_differs, searched_instead
from askspeech.answer_rendering import AnswerView
from askspeech.chat import Conversation, Exchange, answered
from askspeech.chat_page import Handlers
from askspeech.datatypes import Answer, Filters, Turn
from askspeech.errors import StoreMissingError
from askspeech.links import Linked, fragment, parsed_fragment
from askspeech.live_index import LiveIndex, Opened
from askspeech.showing import UNCHANGED, messages, sources_of, texts_for
from askspeech.texts import CHINESE, ENGLISH

READER = cast(gr.Request, SimpleNamespace(session_hash="one", headers={"accept-language": "zh-CN"}))
NOTHING: tuple[list[str], ...] = ([], [], [], [], [], [])


def handlers(answers: fakes.FakeAnswers | None = None, index: fakes.FakeIndex | None = None) -> Handlers:
    opened = Opened(index or fakes.FakeIndex(), answers or fakes.FakeAnswers())
    return Handlers(LiveIndex(lambda: opened), "askspeech build FOLDER")


def asked(page: Handlers, *questions: str, chosen: tuple[object, ...] = NOTHING) -> Any:
    conversation = Conversation()
    for question in questions:
        conversation = list(page.ask(question, conversation, READER, *chosen))[-1][3]
    return conversation


def questions(conversation: Any) -> list[str]:
    return [exchange.question for exchange in conversation.exchanges]


def exchange(answer: Answer, **rest: Any) -> Exchange:
    return Exchange(rest.pop("question", answer.question), AnswerView.of(answer), answer, **rest)


def searched_for(words: str, question: str = "他还要求什么？") -> Exchange:
    search = replace(fakes.OFFICERS.search, search_question=words)
    return exchange(replace(fakes.OFFICERS, search=search), question=question)


# Again


def test_asking_again_takes_the_place_of_the_latest_and_leaves_what_is_typed() -> None:
    answers = fakes.FakeAnswers()
    page = handlers(answers)
    before = asked(page, fakes.DEBTS.question, fakes.OFFICERS.question)
    updates = list(page.again(before, "", READER, *NOTHING))
    assert questions(updates[-1][3]) == [fakes.DEBTS.question, fakes.OFFICERS.question]
    assert not any("value" in update[2] for update in updates)
    assert answers.ways == [(False, False)] * 3
    assert [[turn.question for turn in history] for history in answers.histories[1:]] == [[fakes.DEBTS.question]] * 2


def test_asking_again_is_under_what_is_chosen_now() -> None:
    answers = fakes.FakeAnswers(has_chat_model=True)
    page = handlers(answers)
    before = asked(page, fakes.DEBTS.question)
    list(page.again(before, "", READER, *NOTHING[:1], ["县"], *NOTHING[2:], True))
    assert answers.filters[-1] == Filters(level=("县",))
    assert answers.ways[-1] == (False, True)


@pytest.mark.parametrize("conversation", [Conversation(), Conversation().asked("还在回答的问题")])
def test_where_there_is_no_answer_there_is_nothing_to_do_again(conversation: Conversation) -> None:
    page = handlers()
    assert list(page.again(conversation, "", READER)) == [UNCHANGED]
    assert list(page.literally(conversation, "", READER)) == [UNCHANGED]
    assert page.edited(conversation, "", READER) == UNCHANGED


def test_literally_is_asked_without_the_conversation_and_stays_so() -> None:
    answers = fakes.FakeAnswers()
    page = handlers(answers)
    before = asked(page, fakes.DEBTS.question, fakes.OFFICERS.question)
    after = list(page.literally(before, "", READER, *NOTHING))[-1][3]
    assert questions(after) == questions(before)
    list(page.again(after, "", READER, *NOTHING))
    assert [literal for literal, _ in answers.ways] == [False, False, True, True]


# Earlier exchanges


def test_earlier_exchanges_are_shown_until_the_next_question() -> None:
    page = handlers()
    before = Conversation(tuple(exchange(fakes.OFFICERS) for _ in range(45)))
    assert len(next(page.ask(fakes.DEBTS.question, before, READER))[0]["value"]) == 2 * 16
    more = page.earlier(before, "", READER)
    assert len(more[0]["value"]) == 2 * 35
    everything = page.earlier(more[3], "", READER)
    assert len(everything[0]["value"]) == 2 * 45 and "as-folded" not in everything[0]["value"][0]["content"]
    assert page.earlier(everything[3], "", READER) == UNCHANGED
    assert len(next(page.ask(fakes.DEBTS.question, everything[3], READER))[0]["value"]) == 2 * 16


def test_earlier_exchanges_are_not_shown_while_an_answer_is_running() -> None:
    running = Conversation(tuple(exchange(fakes.OFFICERS) for _ in range(45))).asked("还在回答的问题")
    assert handlers().earlier(running, "", READER) == UNCHANGED


# Editing


def test_an_edited_question_takes_the_place_of_the_latest() -> None:
    page = handlers()
    before = asked(page, fakes.WEATHER.question, fakes.OFFICERS.question)
    editing = page.edited(before, "", READER)
    assert editing[2]["value"] == fakes.OFFICERS.question
    assert CHINESE.edit_note in editing[0]["value"][-1]["content"] and "options" not in editing[0]["value"][-1]
    after = list(page.ask(fakes.DEBTS.question, editing[3], READER))[-1]
    assert questions(after[3]) == [fakes.WEATHER.question, fakes.DEBTS.question]
    assert "as-editing" not in after[0]["value"][-1]["content"]


def test_editing_can_be_left() -> None:
    page = handlers()
    before = asked(page, fakes.OFFICERS.question)
    left = page.unedited(page.edited(before, "", READER)[3], "", READER)
    assert left[2]["value"] == "" and left[3] == before


def test_what_is_no_question_leaves_the_edited_one_alone() -> None:
    page = handlers()
    editing = page.edited(asked(page, fakes.OFFICERS.question), "", READER)[3]
    refused = list(page.ask("？！", editing, READER))[-1][3]
    assert questions(refused) == [fakes.OFFICERS.question] and refused.editing


def test_a_question_that_is_picked_replaces_none() -> None:
    page = handlers()
    editing = page.edited(asked(page, fakes.OFFICERS.question), "", READER)[3]
    for value in ({"text": fakes.DEBTS.question}, fakes.DEBTS.question):
        choice = cast(gr.SelectData, SimpleNamespace(value=value))
        updates = list(page.picked(choice, editing, "", READER, *NOTHING))
        assert questions(updates[-1][3]) == [fakes.OFFICERS.question, fakes.DEBTS.question]
        assert not any("value" in update[2] for update in updates)


# What leads on


def test_the_latest_answer_offers_questions_that_lead_on() -> None:
    page = handlers()
    conversation = asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)
    *earlier, last = messages(conversation, CHINESE)
    assert not any("options" in message for message in earlier)
    assert [option["value"] for option in last["options"]] == ["投诉几天内答复？", fakes.WEATHER.question]


def test_what_cites_nothing_leads_nowhere() -> None:
    assert asked(handlers(), fakes.WEATHER.question).exchanges[-1].suggestions == ()


def test_an_index_that_goes_with_the_last_event_takes_no_answer_with_it() -> None:
    class Gone(fakes.FakeIndex):
        def next_questions(self, *_: object, **__: object) -> list[str]:
            raise StoreMissingError("The index has gone.")

    live = LiveIndex(lambda: Opened(Gone(), fakes.FakeAnswers()))
    *_, last = answered(Exchange(fakes.DEBTS.question), (), live)
    assert last.answer == fakes.DEBTS and not last.problem


# Below an answer


def test_what_was_searched_for_is_said_where_it_is_not_what_was_typed() -> None:
    assert searched_instead(exchange(fakes.OFFICERS)) == ""
    assert searched_instead(searched_for("他 还要求什么？ ")) == ""
    shown = footer_html(searched_for("服务专员<b>还要求什么？"), CHINESE, latest=True)
    assert CHINESE.searched_for.format(question="服务专员<b>还要求什么？") in Reader(shown_without_links(shown)).text
    assert 'class="as-searched as-literally"' in shown
    assert "as-literally" not in footer_html(searched_for("服务专员还要求什么？"), CHINESE), "an earlier one"


def test_of_an_english_question_the_chinese_that_was_added_is_said() -> None:
    question = "What about arrears?"
    shown = footer_html(searched_for(f"{question} 账款， 拖欠", question), ENGLISH, latest=True)
    assert ENGLISH.searched_too.format(values="账款， 拖欠") in Reader(shown_without_links(shown)).text
    shown = footer_html(searched_for("欠款怎么办？", question), ENGLISH, latest=True)
    assert ENGLISH.searched_for.format(question="欠款怎么办？") in Reader(shown_without_links(shown)).text


def test_it_is_said_how_an_answer_was_asked_for() -> None:
    plain = footer_html(exchange(fakes.OFFICERS), ENGLISH)
    assert "as-way" not in plain
    shown = html.unescape(footer_html(exchange(fakes.OFFICERS, literal=True, quotations=True), ENGLISH))
    assert ENGLISH.asked_literally in shown and ENGLISH.asked_quotations in shown


def shown_without_links(shown: str) -> str:
    return shown.partition('<p class="as-below">')[0]


def test_literally_is_offered_only_where_it_searches_for_something_else() -> None:
    assert literally_differs(searched_for("服务专员还要求什么？"))
    assert not literally_differs(replace(searched_for("服务专员还要求什么？"), literal=True))
    assert not literally_differs(searched_for("x", question="青" * 3000))
    assert not literally_differs(Exchange("问"))


def test_the_link_of_an_answer_carries_its_question_and_its_filters() -> None:
    filters = Filters(level=("县",), place=('"><i>',))
    shown = footer_html(exchange(fakes.OFFICERS, filters=filters), ENGLISH)
    assert "<i>" not in shown and ENGLISH.copy_link in shown
    value = shown.partition('class="as-link" value="')[2].partition('"')[0]
    assert parsed_fragment(html.unescape(value)) == Linked(fakes.OFFICERS.question, filters)


def test_the_link_of_a_question_that_leans_on_the_conversation_stands_alone() -> None:
    def linked(shown: str) -> str:
        value = shown.partition('class="as-link" value="')[2].partition('"')[0]
        return parsed_fragment(html.unescape(value)).question

    assert linked(footer_html(searched_for("服务专员还要求什么？"), CHINESE)) == "服务专员还要求什么？"
    english = searched_for("What about arrears? 账款", "What about arrears?")
    assert linked(footer_html(english, ENGLISH)) == "What about arrears?"


def test_below_a_running_answer_there_is_nothing() -> None:
    assert footer_html(Exchange("问"), CHINESE) == ""


def test_the_sources_say_why_where_the_search_found_them() -> None:
    found = replace(fakes.hit(fakes.FIRST_SPEECH, fakes.LEDGER.quote), found_by=("keyword 1",))
    hits = (replace(found, passage=replace(found.passage, id=fakes.LEDGER.passage_id)),)
    answer = replace(fakes.DEBTS, search=replace(fakes.DEBTS.search, hits=hits))
    conversation = Conversation((exchange(answer),))
    shown = sources_of(conversation, LiveIndex(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers())), CHINESE)
    assert shown.count('<details class="as-why">') == 1
    assert CHINESE.why_keyword.format(number=1) in Reader(shown).text


# Links


def test_a_link_fills_the_box_and_the_filters() -> None:
    warned: list[str] = []
    page = handlers()
    link = fragment(Linked("对拖欠<企业>？", Filters(speech=("speech-2",), level=("县", "<省>"))))
    question, *dropdowns, generation = page.tools.linked(link, CHINESE, warned.append)
    assert question["value"] == "对拖欠<企业>？"
    assert [update["value"] for update in dropdowns] == [["speech-2"], ["县"], [], [], [], []]
    assert all(update["choices"] for update in dropdowns)
    assert generation == fakes.FakeIndex().generation
    assert warned == ["资料库里没有这些筛选，没有选上：&#60;省&#62;"]


def test_a_link_with_a_question_alone_leaves_the_filters() -> None:
    question, *rest = handlers().linked("#q=a%20b", READER)
    assert question["value"] == "a b" and rest == [gr.skip()] * 8


@pytest.mark.parametrize("link", ["", "#", "#c=1234", "#nothing"])
def test_what_is_no_link_changes_nothing(link: str) -> None:
    assert handlers().linked(link, READER) == (gr.skip(),) * 9


def test_the_filters_of_a_link_wait_for_an_index() -> None:
    there = False

    def open_index() -> Opened:
        if not there:
            raise StoreMissingError("There is no index.")
        return Opened(fakes.FakeIndex(), fakes.FakeAnswers())

    page = Handlers(LiveIndex(open_index), "askspeech build FOLDER")
    warned: list[str] = []
    question, *dropdowns, generation = page.tools.linked("#q=x&level=县&level=<省>", CHINESE, warned.append)
    chosen = [update["value"] for update in dropdowns]
    assert question["value"] == "x" and chosen == [[], ["县", "<省>"], [], [], [], []] and not warned
    assert page.tools.switches()["visible"] is False
    assert page.tools.filled(generation, CHINESE, chosen, warned.append) == (gr.skip(),) * 7
    there = True
    *dropdowns, generation = page.tools.filled(generation, CHINESE, chosen, warned.append)
    assert [update.get("value") for update in dropdowns] == [None, ["县"], None, None, None, None]
    assert generation == fakes.FakeIndex().generation
    assert warned == ["资料库里没有这些筛选，没有选上：&#60;省&#62;"]


# The chat model, and the language


@pytest.mark.parametrize("there", [True, False])
def test_the_switch_is_there_where_there_is_a_chat_model(there: bool) -> None:
    assert handlers(fakes.FakeAnswers(has_chat_model=there)).tools.switches()["visible"] is there


@pytest.mark.parametrize(
    ("cookie", "texts"),
    [
        ("askspeech_language=en", ENGLISH),
        ("a=b; askspeech_language=zh; c", CHINESE),
        ("askspeech_language=fr", ENGLISH),
        ("", ENGLISH),
    ],
)
def test_the_language_that_was_chosen_comes_before_the_browsers(cookie: str, texts: object) -> None:
    headers = {"accept-language": "en-US", "cookie": cookie}
    assert texts_for(cast(gr.Request, SimpleNamespace(headers=headers))) is texts


# With a real index


def test_literally_and_quotations_reach_the_search(samples_index: SpeechIndex) -> None:
    answers = Answerer(samples_index)
    question = "政府拖欠企业的账款怎么清理？"
    first = answers.ask(question)
    history = (Turn(question, first.text, first.citations),)
    follow_up = "第二条具体怎么做？"
    leaning = list(answers.stream(follow_up, history=history))[-1].answer  # type: ignore[union-attr]
    literal = list(answers.stream(follow_up, history=history, literal=True))[-1].answer  # type: ignore[union-attr]
    assert leaning.search.search_question != follow_up
    assert literal.search.search_question == follow_up
    assert not answers.has_chat_model
