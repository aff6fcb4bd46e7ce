"""What axe-core finds on the page: nothing serious in any of its states, languages, widths and colours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files

import pytest
from tests import fakes
from tests.browser import (
    ANSWER,
    ASK,
    DESKTOP,
    PHONE,
    READER,
    Page,
    ask,
    click_number,
    marks,
    opened,
    playwright_api,
    serving_fakes,
)

from askspeech.conversations import Conversations

pytestmark = marks

axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")


@dataclass(frozen=True)
class Upstream:
    """Something serious that Gradio's own components cause: a rule of axe, and the elements that it is about."""

    rule: str
    elements: str
    issue: str
    """At github.com/gradio-app/gradio, or when one was looked for in vain."""


UPSTREAM = (Upstream("aria-required-children", "#as-chat .examples", "none found, 2026-11-21"),)
"""What static/page.js puts right; nothing is left that it could not."""

SETTINGS = {
    "desktop": {"locale": "zh-CN", "size": DESKTOP},
    "phone": {"locale": "zh-CN", "size": PHONE},
    "english": {"locale": "en-US", "size": DESKTOP},
    "dark": {"locale": "zh-CN", "size": DESKTOP},
    "dark phone": {"locale": "en-US", "size": PHONE},
}
AUDIT = """async () => {
  // A colour on its way from one to another is in between for a moment; what turns for ever is left to turn.
  const ends = (one) => one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime);
  for (let moving; (moving = document.getAnimations().filter(ends)).length; )
    await Promise.allSettled(moving.map((one) => one.finished));
  const { violations } = await axe.run(document, { resultTypes: ["violations"], elementRef: true });
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  return serious.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => [id, `${help}: ${html.slice(0, 200)}: ${failureSummary}`]));
}"""
SCRIPT = (files(axe) / "axe.min.js").read_text(encoding="utf-8")


@dataclass
class Audit:
    """What axe finds on one page as it goes through its states."""

    page: Page
    found: list[str] = field(default_factory=list)

    def look(self, state: str) -> None:
        """Add what is serious in the state that the page is in now."""
        self.found += [f"{state}: {rule}: {what}" for rule, what in serious(self.page)]


def serious(page: Page) -> list[tuple[str, str]]:
    """The serious findings on a page once what moves on it has come to rest: the rule, and what it says of which."""
    page.evaluate(f"{SCRIPT};0")
    return [(rule, what) for rule, what in page.evaluate(AUDIT)]


def test_a_colour_on_its_way_is_no_finding(browser: playwright_api.Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>t</title><style>b { color: white; background: #ccc; transition: background 2s }"
        ".on { background: #036 } i { display: block; animation: turn 1s infinite } "
        "@keyframes turn { to { rotate: 1turn } }</style><main><h1>t</h1><b>Update</b><i></i></main>"
    )
    assert [rule for rule, _ in serious(page)] == ["color-contrast"]
    page.evaluate("document.querySelector('b').className = 'on'")
    assert serious(page) == []
    page.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    kept = Conversations(tmp_path_factory.mktemp("data"))
    with serving_fakes(fakes.FakeAnswers(has_chat_model=True), kept=kept) as started:
        yield started


@pytest.mark.parametrize("setting", SETTINGS)
def test_nothing_serious_is_found(browser: playwright_api.Browser, address: str, setting: str) -> None:
    with opened(browser, address, **SETTINGS[setting]) as page:
        page.emulate_media(color_scheme="dark" if "dark" in setting else "light", reduced_motion="reduce")
        page.wait_for_selector("#as-chat .example")
        audit = Audit(page)
        audit.look("empty")
        _ask_and_look(page, audit)
        _read_and_look(page, audit)
        _open_panels_and_look(page, audit)
    assert audit.found == []


def _ask_and_look(page: Page, audit: Audit) -> None:
    ask(page, fakes.DEBTS.question)
    page.wait_for_selector("#as-sources .as-excerpt")
    audit.look("answer with its sources")
    page.locator(f"{ANSWER} button.as-cite").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.wait_for_selector(".as-card")
    audit.look("card of a number")
    ask(page, fakes.WEATHER.question)
    audit.look("refusal")
    page.click("#as-edit")
    page.wait_for_selector("#as-chat .as-editing")
    audit.look("question that is being edited")
    page.click("#as-unedit")
    page.wait_for_selector("#as-chat .as-editing", state="detached")
    page.fill(ASK, "？！")
    page.press(ASK, "Enter")
    page.wait_for_selector(f"{ANSWER}.as-problem")
    audit.look("what is no question")


def _read_and_look(page: Page, audit: Audit) -> None:
    click_number(page, fakes.LEDGER)
    audit.look("reader")
    page.locator(f"{READER} .as-folds summary").first.click()
    audit.look("outline in the reader")
    page.keyboard.press("Escape")
    page.wait_for_selector(READER, state="hidden")


def _open_panels_and_look(page: Page, audit: Audit) -> None:
    page.locator("button.as-export").first.click()
    page.wait_for_selector("#as-exporting[open]")
    audit.look("panel for exporting")
    page.keyboard.press("Escape")
    page.wait_for_selector("#as-exporting", state="hidden")
    if not page.locator("#as-keeping.open").count():
        page.locator("#as-keeping .toggle-button").click()
    page.wait_for_selector("#as-kept label")
    audit.look("kept conversations")
    if page.viewport_size == PHONE:
        page.locator("#as-keeping .toggle-button").click()
    page.locator("#as-filters > button").click()
    page.locator("#as-filters input").first.click()
    page.wait_for_selector("[role=listbox]")
    audit.look("filters")


def test_what_is_put_right_is_still_wrong_in_gradio(browser: playwright_api.Browser, address: str) -> None:
    """Without our script; what Gradio has mended is taken off the list, and out of the script."""
    page = browser.new_page()
    page.route("**/page.js", lambda route: route.abort())
    page.goto(address)
    page.wait_for_selector("#as-chat .example")
    assert {rule for rule, _ in serious(page)} == {one.rule for one in UPSTREAM}
    assert all(page.locator(one.elements).count() for one in UPSTREAM)
    page.close()
