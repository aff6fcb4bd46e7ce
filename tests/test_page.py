"""The chat page without a browser: what its events show, and the conversation behind them."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from tests import fakes

from askspeech.answer_rendering import AnswerView
from askspeech.chat import Conversation, Exchange, answered, grown
from askspeech.chat_page import Handlers
from askspeech.datatypes import CitationResolved, Filters, Notice, Replaced, TextAdded
from askspeech.errors import StoreMismatchError, StoreMissingError
from askspeech.keeping import Judgement
from askspeech.live_index import LiveIndex, Opened
from askspeech.page import build_page, page_head, page_theme
from askspeech.rendering import question_html
from askspeech.showing import messages, shown
from askspeech.site import Site
from askspeech.texts import CHINESE, ENGLISH, language_of_reader

CHINESE_READER = cast(gr.Request, SimpleNamespace(session_hash="zh", headers={"accept-language": "zh-CN,zh;q=0.9"}))
ENGLISH_READER = cast(gr.Request, SimpleNamespace(session_hash="en", headers={"accept-language": "en-US,en;q=0.9"}))
COMMAND = "askspeech build FOLDER"


def live(index: fakes.FakeIndex | None = None, answers: fakes.FakeAnswers | None = None) -> LiveIndex:
    opened = Opened(index or fakes.FakeIndex(), answers or fakes.FakeAnswers())
    return LiveIndex(lambda: opened)


def missing() -> Opened:
    raise StoreMissingError("There is no index in <store>.")


def mismatched() -> Opened:
    raise StoreMismatchError("Another <embedder> built this index.")


def ask(handlers: Handlers, question: str, conversation: Conversation | None = None) -> list[tuple[Any, ...]]:
    return list(handlers.ask(question, conversation or Conversation(), CHINESE_READER))


def test_an_answer_grows_and_ends() -> None:
    shown = ask(Handlers(live(), COMMAND), fakes.DEBTS.question)
    first, *_, last = shown
    assert first[2] | {"value": "", "stop_btn": True, "submit_btn": False} == first[2]
    assert "value" not in last[2], "what the reader types meanwhile stays"
    lengths = [len(step[0]["value"][-1]["content"]) for step in shown]
    assert lengths == sorted(set(lengths)) and len(lengths) > 1, "nothing is shown twice"
    assert last[3].exchanges[-1].answer == fakes.DEBTS
    assert last[1]["value"].count("<section") == 2


def test_earlier_turns_are_the_history_of_later_questions() -> None:
    answers = fakes.FakeAnswers()
    handlers = Handlers(live(answers=answers), COMMAND)
    first = ask(handlers, fakes.DEBTS.question)[-1][3]
    second = ask(handlers, "？！", first)[-1][3]
    third = ask(handlers, fakes.OFFICERS.question, second)[-1][3]
    assert [exchange.question for exchange in third.exchanges] == [fakes.DEBTS.question, fakes.OFFICERS.question]
    assert [[turn.question for turn in history] for history in answers.histories] == [[], [fakes.DEBTS.question]]
    assert answers.histories[1][0].citations == fakes.DEBTS.citations
    assert answers.histories[1][0].answer == fakes.DEBTS.text


def test_the_chosen_filters_are_asked_under_and_shown_beside_the_answer() -> None:
    answers = fakes.FakeAnswers()
    handlers = Handlers(live(answers=answers), COMMAND)
    chosen = (["speech-1"], ["县"], [], [], [], ["甲"])
    first = list(handlers.ask(fakes.DEBTS.question, Conversation(), CHINESE_READER, *chosen))[-1]
    assert answers.filters == [Filters(speech=("speech-1",), level=("县",), file=("甲",))]
    content = first[0]["value"][-1]["content"]
    assert content.startswith('<p class="as-filtered">已筛选 ')
    assert f"<span>讲话</span> {fakes.FIRST_SPEECH.title}</span>" in content and "<span>层级</span> 县<" in content
    assert "<span>文件</span> 甲<" in content
    second = ask(handlers, fakes.OFFICERS.question, first[3])[-1]
    assert answers.filters[1] == Filters()
    shown = [message["content"] for message in second[0]["value"]]
    assert shown[1] == content and "as-filtered" not in shown[3]


def test_filters_are_shown_where_there_is_no_answer_too() -> None:
    def damaged() -> Opened:
        raise StoreMismatchError("Another version built this index.")

    handlers = Handlers(LiveIndex(damaged), COMMAND)
    last = list(handlers.ask("问题", Conversation(), ENGLISH_READER, [], ["<b>"], [], [], [], []))[-1]
    content = last[0]["value"][-1]["content"]
    assert "as-problem" in content and "<span>Level</span> &#60;b&#62;</span>" in content


def test_every_update_of_a_running_answer_shows_that_it_can_be_stopped() -> None:
    updates = ask(Handlers(live(), COMMAND), fakes.DEBTS.question, Conversation())
    assert len(updates) > 1
    for update in updates:
        assert update[2]["stop_btn"] is True and update[2]["submit_btn"] is False
    assert "value" in updates[0][2] and not any("value" in update[2] for update in updates[1:]), "what is typed stays"


@pytest.mark.parametrize("running", [True, False])
def test_the_box_takes_the_next_question_after_an_answer_is_over(running: bool) -> None:
    conversation = ask(Handlers(live(), COMMAND), fakes.DEBTS.question)[0 if running else -1][3]
    nothing = ([],) * 6
    box, *_ = Handlers(live(), COMMAND).over(conversation, "", 30, "", ENGLISH_READER, *nothing)
    assert box == (gr.skip() if running else gr.update(submit_btn=True, stop_btn=False))


@pytest.mark.parametrize("question", ["", "  ", " \n\u3000"])
def test_where_nothing_was_typed_nothing_changes(question: str) -> None:
    handlers = Handlers(live(), COMMAND)
    before = ask(handlers, fakes.DEBTS.question)[-1][3]
    assert ask(handlers, question, before) == [(gr.skip(),) * 4]


@pytest.mark.parametrize(("question", "reason"), [("青" * 2001, "问题太长（2&#44;001 字）"), ("？！", "没有文字")])
def test_what_is_no_question_stays_in_the_box_and_is_no_exchange(question: str, reason: str) -> None:
    answers = fakes.FakeAnswers()
    handlers = Handlers(live(answers=answers), COMMAND)
    before = ask(handlers, fakes.DEBTS.question)[-1][3]
    (refused,) = ask(handlers, question, before)
    *earlier, problem = refused[0]["value"]
    assert earlier == messages(before, CHINESE)
    assert problem["role"] == "assistant"
    assert "as-problem" in problem["content"] and reason in problem["content"]
    assert refused[1:3] == (gr.skip(), gr.skip()), "the sources and the box stay as they are"
    assert (refused[3].exchanges, refused[3].history()) == (before.exchanges, before.history())
    asked = ask(handlers, fakes.OFFICERS.question, refused[3])
    assert "as-problem" not in "".join(message["content"] for message in asked[0][0]["value"])
    assert [turn.question for turn in answers.histories[-1]] == [fakes.DEBTS.question]


def test_a_missing_index_is_said_in_the_conversation_too() -> None:
    last = ask(Handlers(LiveIndex(missing), COMMAND), "问题")[-1]
    assert StoreMissingError.plainly.chinese in last[0]["value"][-1]["content"]


def test_the_empty_page_offers_questions_of_the_index() -> None:
    chatbot, sources, timer = Handlers(live(), COMMAND).opened(ENGLISH_READER)
    assert [example["text"] for example in chatbot["examples"]] == list(fakes.FakeIndex().questions)
    assert ENGLISH.welcome.replace("?", "&#63;") in chatbot["placeholder"]
    assert ENGLISH.sources_empty[:20] in sources["value"]
    assert timer["active"] is False


def test_the_empty_page_says_which_command_builds_a_missing_index() -> None:
    chatbot, _, timer = Handlers(LiveIndex(missing), "askspeech build FOLDER --store here").opened(CHINESE_READER)
    assert "<code>askspeech build FOLDER &#45;&#45;store here</code>" in chatbot["placeholder"]
    assert chatbot["examples"] == []
    assert timer["active"] is True


def test_the_empty_page_says_why_an_index_cannot_be_used() -> None:
    chatbot, _, timer = Handlers(LiveIndex(mismatched), COMMAND).opened(CHINESE_READER)
    assert StoreMismatchError.plainly.chinese in chatbot["placeholder"]
    assert "<code>" not in chatbot["placeholder"]
    assert timer["active"] is True


def test_an_index_that_appears_is_noticed_and_one_that_goes_too() -> None:
    index = fakes.FakeIndex()
    there: list[Opened] = []
    found = LiveIndex(lambda: there[0] if there else missing())
    assert found.status().missing
    there.append(Opened(index, fakes.FakeAnswers()))
    assert found.status_now().generation == index.generation
    index.gone = True
    assert not found.status().ready
    there.clear()
    assert found.status().message == "There is no index in <store>."


def test_stopping_keeps_what_was_shown() -> None:
    handlers = Handlers(live(), COMMAND)
    running = Conversation((Exchange("问", AnswerView(text="一半", citations=(fakes.LEDGER,))),))
    shown = handlers.stopped(running, CHINESE_READER)
    content = shown[0]["value"][-1]["content"]
    assert "一半" in content
    assert CHINESE.stopped in content
    assert fakes.FIRST_SPEECH.title in shown[1]["value"]
    assert shown[3].exchanges[-1].view.state == "stopped"
    assert shown[3].history() == ()


def test_an_unforeseen_error_ends_the_answer_without_details() -> None:
    handlers = Handlers(live(), COMMAND)
    with pytest.raises(RuntimeError):
        ask(handlers, "defect")
    shown = handlers.failed(Conversation().asked("defect"), ENGLISH_READER)
    assert ENGLISH.failed[:20] in shown[0]["value"][-1]["content"]
    assert "secret" not in shown[0]["value"][-1]["content"]
    assert shown[2]["submit_btn"] is True


def test_ending_what_has_ended_changes_nothing() -> None:
    finished = Conversation((Exchange("问", AnswerView.of(fakes.OFFICERS), fakes.OFFICERS),))
    assert finished.ended("failed") == finished
    assert Conversation().ended("stopped") == Conversation()


def test_clearing_starts_anew() -> None:
    shown = Handlers(live(), COMMAND).cleared(CHINESE_READER)
    assert shown[0]["value"] == []
    assert shown[3] == Conversation()


def test_sources_that_have_left_the_index_are_said_to_have() -> None:
    index = fakes.FakeIndex()
    conversation = ask(Handlers(live(index), COMMAND), fakes.DEBTS.question)[-1][3]
    index.gone = True
    shown = Handlers(live(index), COMMAND).failed(conversation, CHINESE_READER)
    assert shown[1]["value"], "a sentence, no exception"


def test_events_grow_a_view() -> None:
    view = grown(AnswerView(), TextAdded("甲"))
    view = grown(view, CitationResolved(fakes.LEDGER))
    view = grown(grown(view, TextAdded("乙[1]")), Notice("注意"))
    assert (view.text, view.citations, view.notices) == ("甲乙[1]", (fakes.LEDGER,), ("注意",))
    replaced = grown(view, Replaced("丙", "模型没有回答"))
    assert (replaced.text, replaced.citations, replaced.notices) == ("丙", (), ("注意", "模型没有回答"))


def test_the_last_exchange_of_an_answer_holds_all_of_it() -> None:
    *_, last = answered(Exchange(fakes.OFFICERS.question), (), live())
    assert last.answer == fakes.OFFICERS
    assert not last.running


def test_messages_alternate() -> None:
    conversation = Conversation((Exchange("甲", AnswerView.of(fakes.OFFICERS)), Exchange("乙")))
    assert [message["role"] for message in messages(conversation, CHINESE)] == ["user", "assistant"] * 2


def test_of_a_long_conversation_the_latest_exchanges_are_shown() -> None:
    exchanges = tuple(Exchange(f"问题{number}", AnswerView.of(fakes.OFFICERS), fakes.OFFICERS) for number in range(25))
    judged = (Judgement(3, "bad"), Judgement(11, "good", "好"))
    conversation = Conversation(exchanges, judgements=judged)
    found = messages(conversation, CHINESE)
    assert [message["role"] for message in found] == ["user", "assistant"] * 15
    assert found[0]["content"] == f'<div class="as-folded">10</div>{question_html("问题10")}'
    assert [message["content"] for message in found[2::2]] == [question_html(f"问题{turn}") for turn in range(11, 25)]
    assert "as-comment" in found[3]["content"]
    assert shown(conversation, CHINESE)[0]["feedback_value"] == [None, "Like", *[None] * 13]
    assert "as-folded" not in str(messages(replace(conversation, exchanges=exchanges[:19]), CHINESE))


def test_the_page_has_no_way_in_beside_its_own_events() -> None:
    page = build_page(Site(live(), COMMAND))
    assert {event.api_visibility for event in page.fns.values()} == {"private"}


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert "http" not in page_head()
    theme = page_theme()
    assert theme._stylesheets == []
    assert "@font-face" not in theme._get_theme_css()


def test_the_words_of_the_script_survive_the_head() -> None:
    content = re.search(r'content="([^"]*)"', page_head())
    assert content is not None
    words = json.loads(re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), content[1]))
    assert words["zh"]["reader_close"] == CHINESE.reader_close
    assert words["en"]["stop"] == ENGLISH.stop


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *(("zh-CN,zh;q=0.9", "zh"), ("ZH-tw", "zh"), ("en-US,zh;q=0.5", "en"), ("fr", "en"), ("en;q=1", "en")),
        *((None, "zh"), ("", "zh"), (" ", "zh"), ("*", "zh"), ("*;q=0.5", "zh"), (",", "zh"), (" , *", "zh")),
        *((",en", "en"), (", zh", "zh"), ("*, en", "en")),
    ],
)
def test_readers_are_addressed_in_their_language(header: str | None, language: str) -> None:
    assert language_of_reader(header) == language
