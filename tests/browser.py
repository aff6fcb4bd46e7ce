"""What the tests in a real browser share: the program, a server, an open page that is watched, and asking."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from benchmarks.serving import NAMES, browser_program, serving
from tests import fakes

from askspeech.conversations import Conversations
from askspeech.datatypes import Citation
from askspeech.live_index import Opened

__all__ = [
    "ANSWER",
    "ASK",
    "DESKTOP",
    "PHONE",
    "READER",
    "Opener",
    "Page",
    "Watch",
    "ask",
    "click_number",
    "is_in_view",
    "launched",
    "marks",
    "opened",
    "playwright_api",
    "serving",
    "serving_fakes",
    "watched",
    "words_marked",
]

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ASK = "#as-ask textarea"
ANSWER = "#as-chat .as-answer"
READER = ".as-reader"

Page = playwright_api.Page
Opener = Callable[[], Opened]

marks = [
    pytest.mark.browser,
    pytest.mark.skipif(browser_program(complete=False) is None, reason=f"no browser: none of {', '.join(NAMES)}"),
]
"""For every test file that needs a browser, as its `pytestmark`."""
CUT_OFF = ("AbortError", "errored out")
"""What Gradio complains of where a page is left or loaded again while something is under way."""


@dataclass
class Watch:
    """What a page said and asked for while it was open."""

    address: str
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        page.on("console", lambda message: self.said(message.type, f"{message.text} {message.location.get('url', '')}"))
        page.on("pageerror", lambda error: self.said("error", str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self.requested(request.url))

    def said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(part in text for part in self.expected):
            self.complaints.append(f"{kind}: {text}")

    def requested(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"request: {url}")


@contextlib.contextmanager
def launched(*, complete: bool = False) -> Iterator[playwright_api.Browser]:
    # A browser's sandbox does not work for root, as in containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(complete=complete), args=arguments)
        yield browser
        browser.close()


def serving_fakes(
    answers: fakes.FakeAnswers | None = None, *, kept: Conversations | None = None, port: int = 0
) -> contextlib.AbstractContextManager[str]:
    """The page over the invented speeches, as `serving`; it answers with what the fakes do, or with these answers."""
    return serving(lambda: Opened(fakes.FakeIndex(), answers or fakes.FakeAnswers()), port, kept)


@contextlib.contextmanager
def watched(
    browser: playwright_api.Browser, address: str, *, seconds: float = 15, expected: tuple[str, ...] = (), **more: Any
) -> Iterator[Page]:
    """A page, still empty; at its end it must have complained of nothing and asked no other host for anything.

    `more` is what Playwright is told of the page: its size, its language, its colours.
    """
    context = browser.new_context(**more)
    page = context.new_page()
    page.set_default_timeout(1000 * seconds)
    watch = Watch(address, expected=expected)
    watch.follow(page)
    yield page
    context.close()
    assert watch.complaints == []


@contextlib.contextmanager
def opened(
    browser: playwright_api.Browser,
    address: str,
    *,
    locale: str = "zh-CN",
    size: dict[str, int] = DESKTOP,
    expected: tuple[str, ...] = (),
) -> Iterator[Page]:
    """The open page for asking, `watched`."""
    with watched(browser, address, expected=expected, viewport=size, locale=locale) as page:
        page.goto(address)
        page.wait_for_selector(ASK)
        page.wait_for_selector(".as-welcome")
        yield page


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer is complete."""
    before = page.locator(ANSWER).count()
    page.fill(ASK, question)
    page.press(ASK, "Enter")
    page.wait_for_function(
        "([selector, count]) => document.querySelectorAll(selector).length > count", arg=[ANSWER, before]
    )
    page.wait_for_selector(f"{ANSWER}:not(.as-running) >> nth={before}")
    page.wait_for_selector("#as-ask .submit-button")


def has_asked(page: Page, *questions: str) -> None:
    """Wait until just these questions are shown."""
    page.wait_for_function(
        "asked => JSON.stringify([...document.querySelectorAll('.as-question')].map(one => one.textContent))"
        " === JSON.stringify(asked)",
        arg=list(questions),
    )


def seen_at_rest(page: Page, selector: str) -> None:
    """Bring into view, and wait until the conversation moves no more: near its end, the strip below it goes away."""
    page.locator(selector).scroll_into_view_if_needed()
    page.evaluate(
        """async () => {
          const all = document.querySelector("#as-chat .bubble-wrap");
          for (let rest = 0, last = ""; rest < 8; ) {
            await new Promise((done) => setTimeout(done, 50));
            const now = `${all.scrollTop} ${all.clientHeight}`;
            rest = now === last ? rest + 1 : 0;
            last = now;
          }
        }"""
    )


def words_marked(page: Page, kind: str = "as-chosen") -> str:
    return "".join(page.locator(f"{READER} mark.{kind}").all_text_contents())


def click_number(page: Page, citation: Citation, *, answer: int = 0) -> None:
    page.locator(ANSWER).nth(answer).locator("button.as-cite", has_text=str(citation.number)).click()
    page.wait_for_selector(f"{READER} mark.as-chosen")


def is_in_view(page: Page, selector: str) -> bool:
    return bool(
        page.locator(selector).first.evaluate(
            "element => { const box = element.getBoundingClientRect();"
            " return box.top >= 0 && box.bottom <= window.innerHeight && box.height > 0; }"
        )
    )
