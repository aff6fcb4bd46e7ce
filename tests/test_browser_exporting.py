"""Taking answers along, in a real browser: the panel, the files that it saves, and what the clipboard gets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests import fakes, taken
from tests.browser import PHONE, Page, ask, marks, opened, playwright_api, seen_at_rest, serving

from askspeech.answer_copy import copied_html, copied_text
from askspeech.answer_rendering import AnswerView
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.datatypes import Answer
from askspeech.formats import docx
from askspeech.keeping import answer_of
from askspeech.live_index import Opened
from askspeech.texts import CHINESE, ENGLISH, PageTexts

pytestmark = marks

PANEL = "#as-exporting"
SAID = f"{PANEL} [role=status]"


def mixed() -> Answer:
    """An answer with sentences that nothing supports."""
    answer = answer_of(taken.MIXED)
    assert answer is not None
    return answer


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Conversations:
    return Conversations(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def address(store: Conversations) -> Iterator[str]:
    answers = (fakes.DEBTS, fakes.WEATHER, mixed())
    with serving(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers(answers)), kept=store) as started:
        yield started


@pytest.fixture
def page(browser: playwright_api.Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as ready:
        yield ready


def open_panel(page: Page, answer: int = 0) -> None:
    page.wait_for_function("count => document.querySelectorAll('button.as-export').length > count", arg=answer)
    seen_at_rest(page, f"button.as-export >> nth={answer}")  # else the press may meet what has just moved there
    page.locator("button.as-export").nth(answer).click()
    page.wait_for_selector(f"{PANEL}[open]")


def saved(page: Page, words: str, texts: PageTexts = CHINESE) -> tuple[str, bytes]:
    """Press the button with these words; the name and the content of the file that the browser saves."""
    with page.expect_download() as waiting:
        page.locator(PANEL).get_by_role("button", name=words).click()
    name = waiting.value.suggested_filename
    page.wait_for_selector(f"{SAID} >> text={texts.export_done.format(name=name)}")
    return name, Path(waiting.value.path()).read_bytes()


def test_an_answer_and_a_conversation_are_saved(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    ask(page, fakes.WEATHER.question)
    open_panel(page)
    assert page.text_content(f"{PANEL} .as-export-question") == fakes.DEBTS.question
    shown = page.locator(PANEL).get_by_label(CHINESE.export_unsupported).is_visible()
    assert shown == (page.locator("#as-chat .as-doubt").count() > 0), "offered where there is something to take along"
    name, word = saved(page, CHINESE.export_word)
    assert name == "对拖欠企业的账款怎么办？.docx"
    text = docx.read(word).text
    assert fakes.HOTLINE.quote in text and fakes.WEATHER.question not in text
    page.locator(PANEL).get_by_label(CHINESE.export_conversation).check()
    name, markdown = saved(page, CHINESE.export_markdown)
    assert name == "对拖欠企业的账款怎么办？.md"
    assert f"## {fakes.WEATHER.question}" in markdown.decode()
    page.keyboard.press("Escape")
    page.wait_for_selector(PANEL, state="hidden")
    assert page.evaluate("document.activeElement === document.querySelectorAll('button.as-export')[0]")


def test_a_refused_answer_is_saved_as_what_it_is(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    ask(page, fakes.WEATHER.question)
    open_panel(page, 1)
    _, markdown = saved(page, CHINESE.export_markdown)
    assert fakes.WEATHER.text in markdown.decode() and "[^" not in markdown.decode()


def test_sentences_without_support_are_not_offered_where_there_are_none(page: Page) -> None:
    ask(page, fakes.WEATHER.question)
    open_panel(page)
    assert not page.locator(PANEL).get_by_label(CHINESE.export_unsupported).is_visible()


def test_sentences_without_support_are_saved_when_ticked(page: Page) -> None:
    ask(page, taken.MIXED.question)
    open_panel(page)
    _, without = saved(page, CHINESE.export_markdown)
    assert "每周开一次会" not in without.decode()
    page.locator(PANEL).get_by_label(CHINESE.export_unsupported).check()
    _, whole = saved(page, CHINESE.export_markdown)
    assert f"每周开一次会。{CHINESE.export_not_found}" in whole.decode()
    page.get_by_label(f"{CHINESE.export_close}").last.click()
    open_panel(page)
    assert not page.locator(PANEL).get_by_label(CHINESE.export_unsupported).is_checked(), "each time anew"


def test_in_english_on_a_phone_by_keys_alone(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, locale="en-GB", size=PHONE) as page:
        ask(page, fakes.DEBTS.question)
        page.wait_for_selector("button.as-export")
        page.focus("button.as-export")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{PANEL}[open]")
        assert page.get_by_role("dialog", name=ENGLISH.export_heading).is_visible()
        box = page.locator(PANEL).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
        with page.expect_download() as waiting:
            page.keyboard.press("Enter")  # Word has the focus
        text = docx.read(Path(waiting.value.path()).read_bytes()).text
        assert ", line 11: “" in text


def test_where_nothing_is_kept_what_is_remembered_is_saved(browser: playwright_api.Browser) -> None:
    with serving(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers())) as started, opened(browser, started) as page:
        ask(page, fakes.DEBTS.question)
        open_panel(page)
        _, markdown = saved(page, CHINESE.export_markdown)
        assert fakes.HOTLINE.quote in markdown.decode()


def test_what_cannot_be_saved_is_said(browser: playwright_api.Browser, address: str, store: Conversations) -> None:
    with opened(browser, address, expected=("404",)) as page:
        ask(page, fakes.DEBTS.question)
        open_panel(page)
        for summary in store.list(LOCAL_OWNER):
            store.delete(LOCAL_OWNER, summary.id)
        page.locator(PANEL).get_by_role("button", name=CHINESE.export_word).click()
        page.wait_for_selector(f"{SAID} >> text={CHINESE.export_failed.partition('{')[0]}")
        assert page.locator(PANEL).get_by_role("button", name=CHINESE.export_word).is_enabled()


def test_what_is_hostile_is_saved_as_text(browser: playwright_api.Browser, tmp_path: Path) -> None:
    index, answers = fakes.hostile()
    with serving(lambda: Opened(index, answers), kept=Conversations(tmp_path)) as started:
        context = browser.new_context(locale="zh-CN", permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(started)
        page.wait_for_selector(".as-welcome")
        ask(page, fakes.HOSTILE_QUESTION)
        open_panel(page)
        _, word = saved(page, CHINESE.export_word)
        assert docx.read(word).text.count("javascript:alert(1)")
        page.keyboard.press("Escape")
        page.click("button.as-copy")
        page.wait_for_selector(f".as-link-said >> text={CHINESE.answer_copied}")
        pasted = page.evaluate(PASTED)
        assert pasted["text/plain"] == copied_text(AnswerView.of(answers.answers[0]), CHINESE)
        assert "<script" not in pasted["text/html"] and "<img" not in pasted["text/html"]
        context.close()


PASTED = """async () => {
  const [item] = await navigator.clipboard.read();
  const forms = await Promise.all(item.types.map(async (type) => [type, await (await item.getType(type)).text()]));
  return Object.fromEntries(forms);
}"""


@pytest.mark.parametrize("api", [True, False])
def test_the_clipboard_gets_text_and_paragraphs(browser: playwright_api.Browser, address: str, *, api: bool) -> None:
    """Where the browser has no `ClipboardItem`, as for pages that came by plain http, the old way does the same."""
    context = browser.new_context(locale="zh-CN", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".as-welcome")
    if not api:
        page.evaluate("() => { navigator.clipboard.write = undefined; navigator.clipboard.writeText = undefined; }")
    ask(page, fakes.DEBTS.question)
    page.click("button.as-copy")
    page.wait_for_selector(f".as-link-said >> text={CHINESE.answer_copied}")
    pasted = page.evaluate(PASTED)
    view = AnswerView.of(replace(fakes.DEBTS))
    assert pasted["text/plain"] == copied_text(view, CHINESE)
    for part in (f"{fakes.LEDGER.quote}<sup", "[1]</sup>", "[4] 《", fakes.HOTLINE.quote):
        assert part in pasted["text/html"] and part in copied_html(view, CHINESE)
    context.close()
