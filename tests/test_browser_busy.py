"""A reader whose question finds no place, in a real browser."""

import asyncio
import threading
from pathlib import Path

import pytest
from tests.browser import ASK, ask, marks, opened, playwright_api
from tests.busy_server import PLACES, QUESTION, by_rest, held, taken

from askspeech.texts import CHINESE, ENGLISH, PageTexts

pytestmark = marks


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", CHINESE), ("en-GB", ENGLISH)])
def test_a_reader_is_told_and_keeps_the_question(
    browser: playwright_api.Browser, tmp_path: Path, locale: str, words: PageTexts
) -> None:
    with held(tmp_path) as server, opened(browser, server.address, locale=locale, expected=("503",)) as page:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        filling = [by_rest(server, number + 1) for number in range(PLACES)]
        tasks = asyncio.run_coroutine_threadsafe(taken(server, filling), loop).result(30)
        page.fill(ASK, QUESTION)
        page.press(ASK, "Enter")
        page.wait_for_function(
            "said => document.querySelector('.toast-body.error')?.textContent.includes(said)", arg=words.busy
        )
        assert page.input_value(ASK) == QUESTION
        server.gate.set()
        asyncio.run_coroutine_threadsafe(asyncio.wait(tasks), loop).result(30)
        page.fill(ASK, "")
        ask(page, QUESTION)
        loop.call_soon_threadsafe(loop.stop)
