"""A browser that asks the chat page question after question, and what each answer takes: time, and the page's memory.

The times are taken inside the page: from the key that sends the question to the frame in which its answer is painted.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.serving import NAMES, browser_program

ASK = "#as-ask textarea"
MILLISECONDS_TO_ANSWER = 60_000
MILLISECONDS_TO_SETTLE = 300
COLLECTIONS = 3

# What stood there before is no answer to this question: Gradio uses the elements of a message for another one.
WATCH = """() => {
  const before = new Set(document.querySelectorAll("#as-chat .as-answer"));
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(null);
  });
  window.askspeechAnswered = new Promise((done) => {
    let sent = null;
    let first = null;
    let started = false;
    const observer = new MutationObserver(() => {
      const answer = [...document.querySelectorAll("#as-chat .as-answer")].at(-1);
      if (sent === null || !answer || before.has(answer)) return;
      const words = [...answer.children].some((line) => line.matches(":not(.as-waiting)") && line.textContent.trim());
      if (words && !started) {
        started = true;
        painted((now) => { first = now - sent; });
      }
      if (words && !answer.classList.contains("as-running")) {
        observer.disconnect();
        painted((now) => done({ first: first ?? now - sent, whole: now - sent, text: answer.textContent }));
      }
    });
    const send = (event) => {
      if (event.key !== "Enter") return;
      removeEventListener("keydown", send, true); // or it would hold on to what stood there before
      sent = event.timeStamp;
      observer.observe(document.querySelector("#as-chat"), { childList: true, subtree: true });
    };
    addEventListener("keydown", send, true);
  });
}"""


@dataclass(frozen=True, slots=True)
class Shown:
    """When the first word and the whole of an answer were painted, in milliseconds after the question was sent."""

    first: float
    whole: float
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the page holds once its garbage has been collected: bytes of JavaScript's heap, and elements."""

    heap: int
    elements: int


class AskingPage:
    """An open chat page that questions are asked on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._tools: CDPSession = page.context.new_cdp_session(page)
        self._tools.send("HeapProfiler.enable")

    def ask(self, question: str) -> Shown:
        """Ask a question in the conversation that is open; returns once the next one can be asked."""
        self.page.fill(ASK, question)
        self.page.evaluate(WATCH)
        self.page.press(ASK, "Enter")
        times: dict[str, Any] = self.page.evaluate("() => window.askspeechAnswered")
        self.page.evaluate("() => { delete window.askspeechAnswered; }")
        self.page.wait_for_selector("#as-ask .submit-button")
        return Shown(**times)

    def held(self) -> Held:
        """What the page holds when nothing is under way: the least of several collections."""
        self.page.wait_for_timeout(MILLISECONDS_TO_SETTLE)
        sizes = []
        for _ in range(COLLECTIONS):
            self._tools.send("HeapProfiler.collectGarbage")
            sizes.append(self._tools.send("Runtime.getHeapUsage")["usedSize"])
        return Held(int(min(sizes)), int(self.page.evaluate("() => document.querySelectorAll('*').length")))


@contextlib.contextmanager
def asking_page(address: str) -> Iterator[AskingPage]:
    """The chat page at an address, open in a browser of its own.

    Raises:
        SystemExit: there is no browser.
    """
    program = browser_program()
    if program is None:
        raise SystemExit(f"There is no browser, expected one of {', '.join(NAMES)}. Install Chromium or Chrome.")
    # A browser's sandbox does not work for root, as in containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN").new_page()
        page.set_default_timeout(MILLISECONDS_TO_ANSWER)
        page.goto(address)
        page.wait_for_selector("#as-chat .as-welcome")
        yield AskingPage(page)
        browser.close()
