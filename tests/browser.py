"""What the tests in a real browser share: the program, a server, an open page that is watched, and asking."""

import contextlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn

from askspeech.conversations import Conversations
from askspeech.datatypes import Citation
from askspeech.live_index import Opened
from askspeech.server import create_application

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ASK = "#as-ask textarea"
ANSWER = "#as-chat .as-answer"
READER = ".as-reader"

Page = playwright_api.Page
Opener = Callable[[], Opened]


def browser_program() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in (*found, *PLACES) if path and Path(path).exists()), None)


marks = [
    pytest.mark.browser,
    pytest.mark.skipif(browser_program() is None, reason=f"no browser: none of {', '.join(NAMES)}"),
]
"""For every test file that needs a browser, as its `pytestmark`."""


@dataclass
class Watch:
    """What a page said and asked for while it was open."""

    address: str
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        page.on("console", lambda message: self.said(message.type, message.text))
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
def serving(open_index: Opener, port: int = 0, kept: Conversations | None = None) -> Iterator[str]:
    application = create_application(open_index, build_command="askspeech build FOLDER", kept=kept)
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = uvicorn.Server(uvicorn.Config(application, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextlib.contextmanager
def launched() -> Iterator[playwright_api.Browser]:
    # A browser's sandbox does not work for root, as in containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=arguments)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(
    browser: playwright_api.Browser,
    address: str,
    *,
    locale: str = "zh-CN",
    size: dict[str, int] = DESKTOP,
    expected: tuple[str, ...] = (),
) -> Iterator[Page]:
    """An open page; at its end it must have complained of nothing and asked no other host for anything."""
    context = browser.new_context(viewport=size, locale=locale)
    page = context.new_page()
    page.set_default_timeout(15_000)
    watch = Watch(address, expected=expected)
    watch.follow(page)
    page.goto(address)
    page.wait_for_selector(ASK)
    page.wait_for_selector(".as-welcome")
    yield page
    context.close()
    assert watch.complaints == []


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
