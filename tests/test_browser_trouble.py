"""What goes wrong around the page, in a real browser: connections cut, servers killed, pages left while answering."""

import contextlib
import functools
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import fakes
from tests.browser import (
    ANSWER,
    ASK,
    DESKTOP,
    Page,
    Watch,
    ask,
    has_asked,
    marks,
    opened,
    playwright_api,
    serving,
    serving_fakes,
)
from tests.chat_server import Asked
from tests.chat_server import serving as model_serving
from tests.loose_wire import loose_wire

from askspeech import Answerer, SpeechIndex
from askspeech.chat_models import ChatModel
from askspeech.chat_page import Handlers
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.errors import StoreMissingError
from askspeech.live_index import Opened
from askspeech.settings import ChatSettings
from askspeech.texts import CHINESE, ENGLISH

pytestmark = marks

RUNNING = f"{ANSWER}.as-running button.as-cite"
BANNER = ".as-connection"
FETCHING = ("ERR_", "network error", "Failed to fetch", "AbortError")
GRADIOS_OWN = (*FETCHING, "cancel scope", "errored out", "Unexpected error")
"""What the browser and Gradio's scripts complain of where a connection goes."""


@contextlib.contextmanager
def troubled(browser: playwright_api.Browser, address: str, locale: str = "zh-CN") -> Iterator[Page]:
    """An open page of which trouble is expected; what it takes may take long where the machine is busy."""
    with opened(browser, address, locale=locale, expected=GRADIOS_OWN) as page:
        page.set_default_timeout(40_000)
        yield page


def begin(page: Page, question: str) -> None:
    """Ask, and wait until the answer has begun."""
    page.fill(ASK, question)
    page.press(ASK, "Enter")
    page.wait_for_selector(RUNNING)


def says(page: Page, words: str) -> None:
    page.wait_for_function(
        "([banner, words]) => document.querySelector(banner + ':not([hidden])')?.textContent === words",
        arg=[BANNER, words],
    )


def box_holds(page: Page, text: str) -> None:
    page.wait_for_function("([box, text]) => document.querySelector(box)?.value === text", arg=[ASK, text])


@contextlib.contextmanager
def gated(kept: Conversations | None = None) -> Iterator[tuple[str, threading.Event]]:
    """A server whose answers wait in their middle until the event is set."""
    gate = threading.Event()
    answers = fakes.FakeAnswers(gate=gate)
    with serving_fakes(answers, kept=kept) as started:
        try:
            yield started, gate
        finally:
            gate.set()


# The network


def test_a_connection_that_breaks_under_an_answer(browser: playwright_api.Browser, tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    with (
        gated(store) as (started, gate),
        loose_wire(started) as wire,
        troubled(browser, wire.address) as page,
    ):
        gate.set()
        ask(page, fakes.OFFICERS.question)
        gate.clear()
        begin(page, fakes.DEBTS.question)
        page.fill(ASK, "下一个问题")
        wire.cut()
        says(page, CHINESE.connection_lost)
        assert page.locator(f"{ANSWER}.as-done").count() == 1, "what is not finished does not look so"
        assert not page.locator(".toast-body.error").is_visible(), "Gradio says the same in English"
        wire.mend()
        says(page, CHINESE.connection_back)
        has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)
        stopped = page.locator(ANSWER).nth(1)
        assert "as-stopped" in str(stopped.get_attribute("class"))
        assert CHINESE.cut_off in str(stopped.text_content())
        box_holds(page, "下一个问题")
        gate.set()
        page.click("#as-retry")
        page.wait_for_selector(f"{ANSWER}.as-done >> nth=1")
        has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)
        (summary,) = store.list(LOCAL_OWNER)
        assert [turn.state for turn in store.get(LOCAL_OWNER, summary.id).turns] == ["done", "done"]


def test_what_no_server_kept_is_in_the_box_again(browser: playwright_api.Browser) -> None:
    """The first question of a conversation, and the server has started anew: nobody knows of it."""
    with (
        gated() as (started, _),
        loose_wire(started) as wire,
        troubled(browser, wire.address, "en-US") as page,
    ):
        begin(page, fakes.DEBTS.question)
        wire.cut()
        says(page, ENGLISH.connection_lost)
        with serving_fakes() as other:
            wire.server = ("127.0.0.1", int(other.rpartition(":")[2]))
            wire.mend()
            says(page, ENGLISH.connection_back)
            box_holds(page, fakes.DEBTS.question)
            page.press(ASK, "Enter")
            page.wait_for_selector(f"{ANSWER}.as-done")
            has_asked(page, fakes.DEBTS.question)


def test_being_offline_is_said_while_it_lasts(browser: playwright_api.Browser) -> None:
    with gated() as (started, gate), troubled(browser, started) as page:
        begin(page, fakes.DEBTS.question)
        page.context.set_offline(True)
        says(page, CHINESE.connection_lost)
        page.context.set_offline(False)
        page.wait_for_selector(BANNER, state="hidden")
        gate.set()
        page.wait_for_selector(f"{ANSWER}.as-done")


# The server


def test_a_question_outlives_a_server_that_is_away(browser: playwright_api.Browser, tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    with contextlib.ExitStack() as before:
        started = before.enter_context(serving_fakes(kept=store))
        with troubled(browser, started) as page:
            ask(page, fakes.OFFICERS.question)
            page.wait_for_function("() => location.hash.includes('c=')")
            before.close()
            page.fill(ASK, fakes.DEBTS.question)
            page.press(ASK, "Enter")
            says(page, CHINESE.connection_lost)
            has_asked(page, fakes.OFFICERS.question)
            with serving_fakes(kept=store, port=int(started.rpartition(":")[2])):
                says(page, CHINESE.connection_back)
                has_asked(page, fakes.OFFICERS.question)
                box_holds(page, fakes.DEBTS.question)
                page.press(ASK, "Enter")
                page.wait_for_selector(f"{ANSWER}.as-done >> nth=1")
                has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)


def test_a_question_that_is_sent_right_after_an_answer_is_asked(
    browser: playwright_api.Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Handlers.asked

    @functools.wraps(asked)
    def slow_to_end(*given: Any) -> Iterator[Any]:
        """A busy server: the event is over a while after its last update has been shown."""
        yield from asked(*given)
        time.sleep(1.5)

    monkeypatch.setattr(Handlers, "asked", slow_to_end)
    with serving_fakes() as started, opened(browser, started) as page:
        ask(page, fakes.OFFICERS.question)
        ask(page, fakes.DEBTS.question)
        has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)


def test_an_index_that_goes_while_the_page_is_open(browser: playwright_api.Browser) -> None:
    index = fakes.FakeIndex()

    def open_index() -> Opened:
        index.speeches()  # there is none to open while it is gone, whoever noticed that first
        return Opened(index, fakes.FakeAnswers())

    with serving(open_index) as started, opened(browser, started) as page:
        ask(page, fakes.OFFICERS.question)
        index.gone = True
        page.fill(ASK, fakes.DEBTS.question)
        page.press(ASK, "Enter")
        page.wait_for_selector(f"{ANSWER}.as-problem >> text={StoreMissingError.plainly.chinese}")
        page.wait_for_selector("#as-retry")
        index.gone = False
        page.click("#as-retry")
        page.wait_for_selector(f"{ANSWER}.as-done >> nth=1")
        has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)


# Leaving while an answer is made


def test_a_reload_under_a_slow_chat_model(browser: playwright_api.Browser, index: SpeechIndex, tmp_path: Path) -> None:
    """The first question: the address names its conversation from the beginning, and the model is let go."""
    question = "拖欠企业账款的台账由哪个部门牵头建？"
    store = Conversations(tmp_path)

    def script(asked: Asked) -> str:
        ledger = asked.handle("县财政局牵头")
        return f"由县财政局牵头建立台账[{ledger}]。" + "".join(f"还有{number}句话要说。" for number in range(999))

    with model_serving(script, piece=2, pause=0.05) as server:
        answers = Answerer(index, ChatModel(ChatSettings("openai:qwen3", server.url)))
        with serving(lambda: Opened(index, answers), kept=store) as started, troubled(browser, started) as page:
            begin(page, question)
            identity = str(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('c')"))
            page.reload()
            has_asked(page, question)
            shown = page.locator(ANSWER).first
            assert "as-stopped" in str(shown.get_attribute("class"))
            assert "由县财政局牵头建立台账" in str(shown.text_content())
            assert CHINESE.cut_off in str(shown.text_content())
            assert server.ended.wait(10), "nothing more is asked of the model"
            (turn,) = store.get(LOCAL_OWNER, identity).turns
            assert (turn.state, turn.outcome) == ("stopped", None)
            page.wait_for_timeout(3000)
            assert page.input_value(ASK) == "", "it is in the conversation already"


def test_back_and_forward_under_an_answer(browser: playwright_api.Browser, tmp_path: Path) -> None:
    with gated(Conversations(tmp_path)) as (started, gate), opened(browser, started) as page:
        gate.set()
        ask(page, fakes.OFFICERS.question)
        page.wait_for_function("() => location.hash.includes('c=')")
        page.wait_for_selector("#as-kept label.selected")
        page.click("#as-new")
        page.wait_for_selector(".as-welcome")
        page.wait_for_function("() => !location.hash.includes('c=')")
        gate.clear()
        begin(page, fakes.DEBTS.question)
        page.go_back()
        has_asked(page, fakes.OFFICERS.question)
        page.wait_for_selector("#as-kept label >> nth=1")
        page.go_forward()
        has_asked(page, fakes.DEBTS.question)
        page.wait_for_selector(f"{ANSWER}.as-stopped")
        gate.set()
        page.click("#as-retry")
        page.wait_for_selector(f"{ANSWER}.as-done")


def test_what_is_typed_outlives_a_reload(browser: playwright_api.Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    with gated() as (started, _):
        page, watch = context.new_page(), Watch(started, expected=GRADIOS_OWN)
        watch.follow(page)
        page.goto(started)
        page.wait_for_selector(".as-welcome")
        page.fill(ASK, "写到一半的问题 <b>")
        page.reload()
        box_holds(page, "写到一半的问题 <b>")
        page.fill(ASK, "")
        page.reload()
        page.wait_for_selector(".as-welcome")
        page.wait_for_timeout(300)
        assert page.input_value(ASK) == ""
        assert watch.complaints == []
    context.close()


@pytest.mark.parametrize("answered", [True, False])
def test_without_a_data_folder_another_language_keeps_the_conversation(
    browser: playwright_api.Browser, answered: bool
) -> None:
    with gated() as (started, gate), troubled(browser, started) as page:
        if answered:
            gate.set()
            ask(page, fakes.DEBTS.question)
            page.wait_for_function("() => location.hash.includes('c=')")
        else:
            begin(page, fakes.DEBTS.question)
        page.get_by_role("button", name=CHINESE.other_language).click()
        page.wait_for_selector(f"{ASK}[placeholder='{ENGLISH.question_placeholder}']")
        has_asked(page, fakes.DEBTS.question)
        assert page.locator(f"{ANSWER}.as-{'done' if answered else 'stopped'}").count() == 1
        gate.set()
        ask(page, fakes.OFFICERS.question)
        has_asked(page, fakes.DEBTS.question, fakes.OFFICERS.question)
