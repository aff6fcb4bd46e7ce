"""Asking on the page in a real browser: numbers, keys, again, edited, literally, led on, links, languages, phones."""

import threading

import pytest
from tests import fakes
from tests.browser import (
    ANSWER,
    ASK,
    CUT_OFF,
    PHONE,
    READER,
    Page,
    Watch,
    ask,
    click_number,
    is_in_view,
    marks,
    opened,
    playwright_api,
    seen_at_rest,
    serving,
    serving_fakes,
    words_marked,
)

from askspeech import Answerer, SpeechIndex
from askspeech.datatypes import Filters
from askspeech.errors import StoreMissingError
from askspeech.links import Linked, fragment
from askspeech.live_index import Opened
from askspeech.texts import CHINESE, ENGLISH

pytestmark = marks

CARD = ".as-card"
NUMBER = f"{ANSWER} button.as-cite"
FOCUSED = "selector => document.activeElement === document.querySelector(selector)"


def shown_number(page: Page, number: int) -> None:
    page.wait_for_function("n => document.querySelector('.as-reader').dataset.number == n", arg=str(number))


def settled(page: Page, answers: int) -> None:
    """Wait until that many answers are there, all of them over."""
    page.wait_for_function(
        "([answer, count]) => document.querySelectorAll(answer).length === count"
        " && !document.querySelector(answer + '.as-running') && document.querySelector('#as-ask .submit-button')",
        arg=[ANSWER, answers],
    )


# Numbers


def test_a_number_shows_its_words_on_a_card(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    number = page.locator(NUMBER).nth(1)
    title = number.get_attribute("title")
    number.hover()
    page.wait_for_selector(CARD)
    assert page.locator(f"{CARD}-words").text_content() == fakes.PAYING.quote
    assert fakes.FIRST_SPEECH.title in str(page.locator(f"{CARD}-head").text_content())
    assert number.get_attribute("aria-describedby") == "as-card" and number.get_attribute("title") is None
    assert is_in_view(page, CARD)
    page.locator(CARD).hover()
    page.wait_for_timeout(400)
    assert page.locator(CARD).is_visible(), "the pointer may go onto the card"
    page.mouse.move(5, 700)
    page.wait_for_selector(CARD, state="hidden")
    assert number.get_attribute("title") == title and number.get_attribute("aria-describedby") is None


def test_the_card_comes_by_keyboard_and_goes_by_escape(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    click_number(page, fakes.LEDGER)
    page.keyboard.press("Escape")
    page.wait_for_selector(READER, state="hidden")
    page.keyboard.press("Tab")
    page.wait_for_selector(CARD)
    page.wait_for_timeout(500)  # the first number comes back under the pointer, which rests where it was clicked
    assert page.locator(f"{CARD}-words").text_content() == fakes.PAYING.quote
    page.keyboard.press("Escape")
    page.wait_for_selector(CARD, state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "2"


def test_hostile_words_on_a_card_are_only_text(browser: playwright_api.Browser) -> None:
    with serving(lambda: Opened(*fakes.hostile())) as started, opened(browser, started) as page:
        ask(page, fakes.HOSTILE_QUESTION)
        for number in page.locator(NUMBER).all():
            number.hover()
            page.wait_for_selector(CARD)
            assert page.evaluate("[...document.querySelectorAll('.as-card *')].map(e => e.tagName).join()") == "P,P"


# The reader


def test_keys_go_through_the_citations(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    click_number(page, fakes.BUDGET)
    page.keyboard.press("n")
    shown_number(page, fakes.HOTLINE.number)
    assert words_marked(page) == fakes.HOTLINE.quote
    assert page.locator(f"{READER} .as-whole-title").text_content() == fakes.SECOND_SPEECH.title
    page.keyboard.press("Alt+ArrowDown")
    for number, quote in ((3, fakes.BUDGET.quote), (2, fakes.PAYING.quote), (1, fakes.LEDGER.quote)):
        page.keyboard.press("Alt+ArrowUp" if number % 2 else "p")
        shown_number(page, number)
        assert words_marked(page) == quote
        assert page.locator(f"{READER} [aria-current=true]").text_content() == str(number)
    page.keyboard.press("p")
    page.locator(f"{READER} button.as-number").nth(1).click()
    page.keyboard.press("n")
    shown_number(page, 3)
    page.keyboard.press("Escape")
    page.wait_for_selector(READER, state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "3", "what opened the reader"


def test_letters_in_the_box_are_letters(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    click_number(page, fakes.LEDGER)
    page.focus(ASK)
    page.keyboard.type("np")
    assert page.input_value(ASK) == "np"
    assert page.locator(READER).get_attribute("data-number") == "1"


def test_the_focus_goes_back_where_gradio_has_made_the_number_anew(page: Page) -> None:
    ask(page, fakes.OFFICERS.question)
    click_number(page, fakes.OFFICER)
    page.evaluate(
        "number => { const made = document.querySelector(number); made.replaceWith(made.cloneNode(true)) }", NUMBER
    )
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED, NUMBER)


def test_sources_say_why_on_request(browser: playwright_api.Browser, samples_index: SpeechIndex) -> None:
    answers = Answerer(samples_index)
    with serving(lambda: Opened(samples_index, answers)) as started, opened(browser, started) as page:
        ask(page, "政府拖欠企业的账款怎么清理？")
        why = page.locator("#as-sources .as-source").first.locator("details.as-why")
        assert why.locator("li").first.is_hidden()
        why.locator("summary").click()
        assert why.locator("li").first.is_visible()
        assert "排第" in str(why.text_content())


# Again, edited, literally, led on


def test_again_edited_and_led_on(browser: playwright_api.Browser) -> None:
    gate = threading.Event()
    gate.set()
    with serving_fakes(fakes.FakeAnswers(gate=gate)) as started, opened(browser, started) as page:
        tools = page.locator("#as-tools")
        assert tools.is_hidden()
        ask(page, fakes.WEATHER.question)
        ask(page, fakes.OFFICERS.question)
        page.fill(ASK, "下一个")
        gate.clear()
        page.get_by_role("button", name=CHINESE.retry).click()
        page.wait_for_selector(f"{ANSWER}.as-running")
        gate.set()
        settled(page, 2)
        assert page.input_value(ASK) == "下一个", "what is typed stays"
        assert page.locator("#as-literally").is_hidden() and page.locator("#as-unedit").is_hidden()

        page.click("#as-edit")
        page.wait_for_selector(".as-editing")
        assert page.input_value(ASK) == fakes.OFFICERS.question and page.evaluate(FOCUSED, ASK)
        assert page.locator("#as-retry").is_hidden()
        page.click("#as-unedit")
        page.wait_for_selector(".as-editing", state="detached")
        page.click("#as-edit")
        page.wait_for_selector(".as-editing")
        page.fill(ASK, fakes.DEBTS.question)
        page.press(ASK, "Enter")
        page.wait_for_selector(f"{NUMBER} >> nth=3")
        settled(page, 2)
        assert page.locator(".as-question").all_text_contents() == [fakes.WEATHER.question, fakes.DEBTS.question]

        page.locator("#as-chat .option", has_text=fakes.OFFICERS.question).click()
        settled(page, 3)
        assert page.locator(".as-question").last.text_content() == fakes.OFFICERS.question
        assert page.locator("#as-chat .option").count() == 1, "of the latest answer alone, and nothing asked before"


def test_the_tools_go_while_an_answer_is_running_and_escape_ends_it(browser: playwright_api.Browser) -> None:
    gate = threading.Event()
    answers = fakes.FakeAnswers(gate=gate)
    with serving_fakes(answers) as started, opened(browser, started) as page:
        page.fill(ASK, fakes.DEBTS.question)
        page.press(ASK, "Enter")
        page.wait_for_selector(f"{ANSWER}.as-running button.as-cite")
        assert page.locator("#as-tools").is_hidden() and page.locator("button.as-link").count() == 0
        page.keyboard.press("Escape")
        page.wait_for_selector(f"{ANSWER}.as-stopped")
        gate.set()
        page.click("#as-retry")
        page.wait_for_selector(f"{ANSWER}.as-done")
        settled(page, 1)


def test_what_was_searched_for_is_said_and_can_be_left(
    browser: playwright_api.Browser, samples_index: SpeechIndex
) -> None:
    answers = Answerer(samples_index)
    with serving(lambda: Opened(samples_index, answers)) as started, opened(browser, started) as page:
        ask(page, "政府拖欠企业的账款怎么清理？")
        assert page.locator(".as-searched").count() == 0
        ask(page, "第二条具体怎么做？")
        said = str(page.locator(".as-searched").text_content())
        assert said.startswith(CHINESE.searched_for.partition("{")[0])
        page.get_by_role("button", name=CHINESE.search_literally).click()
        page.wait_for_selector(".as-searched", state="detached")
        settled(page, 2)
        assert page.locator("#as-literally").is_hidden()
        ask(page, "What should be done about the arrears owed to companies?")
        assert "账款" in str(page.locator(".as-searched").text_content())


# With the chat model or without


def test_the_chat_model_can_be_left_out(browser: playwright_api.Browser, address: str) -> None:
    answers = fakes.FakeAnswers(has_chat_model=True)
    with serving_fakes(answers) as started, opened(browser, started) as page:
        switch = page.get_by_label(CHINESE.quotations_only)
        ask(page, fakes.OFFICERS.question)
        switch.check()
        ask(page, fakes.DEBTS.question)
        assert answers.ways == [(False, False), (False, True)]
    with opened(browser, address) as page:
        assert page.get_by_label(CHINESE.quotations_only).count() == 0


# Links


def test_a_link_is_copied_and_opened(browser: playwright_api.Browser) -> None:
    answers, seen = fakes.FakeAnswers(), []
    with serving_fakes(answers) as started:
        link = fragment(Linked(fakes.DEBTS.question, Filters(speech=("speech-1",), level=("县",))))
        context = browser.new_context(locale="zh-CN", permissions=["clipboard-read", "clipboard-write"])
        page, watch = context.new_page(), Watch(started)
        watch.follow(page)
        page.on("request", lambda request: seen.append(request.url))
        page.goto(f"{started}/{link}")
        page.wait_for_selector("#as-filters >> text=已选 2 项")
        assert page.input_value(ASK) == fakes.DEBTS.question
        page.wait_for_timeout(500)
        assert page.locator(ANSWER).count() == 0, "it does not ask by itself"
        page.click("#as-filters > button")
        page.locator("#as-filters .token").nth(1).wait_for()  # the panel unfolds first
        tokens = page.locator("#as-filters .token").all_text_contents()
        assert [token.strip() for token in tokens] == [fakes.FIRST_SPEECH.title, "县 (2)"]
        page.press(ASK, "Enter")
        settled(page, 1)
        assert answers.filters == [Filters(speech=("speech-1",), level=("县",))]
        page.wait_for_function("() => !location.hash.includes('q=')")
        seen_at_rest(page, "button.as-link")
        page.click("button.as-link")
        page.wait_for_selector(f".as-link-said >> text={CHINESE.link_copied}")
        assert page.evaluate("navigator.clipboard.readText()") == f"{started}/{link}"
        page.click("button.as-copy")
        page.wait_for_selector(f".as-link-said >> text={CHINESE.answer_copied}")
        pasted = page.evaluate("navigator.clipboard.readText()")
        assert pasted.startswith(fakes.DEBTS.text) and pasted.count(fakes.FIRST_SPEECH.file) == 4
        page.evaluate("location.hash = '#q=%E5%86%8D%E9%97%AE'")
        page.wait_for_function("box => document.querySelector(box).value === '再问'", arg=ASK)
        context.close()
    assert watch.complaints == [] and seen
    assert not any(part in url for url in seen for part in ("level", fakes.DEBTS.question, "speech-1&", "%E6%AC%A0"))


def test_a_link_can_be_copied_by_hand(page: Page) -> None:
    ask(page, fakes.OFFICERS.question)
    page.evaluate("navigator.clipboard.writeText = null; document.execCommand = () => false")
    page.click("button.as-link")
    page.wait_for_selector(f".as-link-said >> text={CHINESE.link_failed}")
    assert "#q=" in str(page.locator(".as-link-said").text_content())


def test_a_link_with_filters_that_have_gone_says_so(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.goto(f"{address}/#q=x&level=%3Cb%3E省")
        page.wait_for_selector(".toast-body >> text=<b>省")
        assert page.input_value(ASK) == "x"


def test_a_link_opened_before_there_is_an_index_applies_its_filters_later(browser: playwright_api.Browser) -> None:
    there, answers = threading.Event(), fakes.FakeAnswers()

    def open_index() -> Opened:
        if not there.is_set():
            raise StoreMissingError("There is no index.")
        return Opened(fakes.FakeIndex(), answers)

    with serving(open_index) as started, opened(browser, started) as page:
        page.goto(f"{started}/{fragment(Linked(fakes.DEBTS.question, Filters(level=('县', '省'))))}")
        page.wait_for_function("box => document.querySelector(box)?.value", arg=ASK)
        assert page.locator("#as-chat .example").count() == 0
        there.set()
        page.wait_for_selector("#as-chat .example")
        page.wait_for_selector(".toast-body >> text=省")
        page.wait_for_selector("#as-filters >> text=已选 1 项")
        page.press(ASK, "Enter")
        settled(page, 1)
        assert answers.filters == [Filters(level=("县",))]


# Where the conversation is scrolled to


def test_reading_begins_at_the_question_wherever_the_reader_was(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, size={"width": 1000, "height": 520}) as page:
        for question in (fakes.DEBTS.question, fakes.OFFICERS.question, fakes.DEBTS.question):
            ask(page, question)
            page.wait_for_timeout(200)
            assert is_in_view(page, ".message-row:nth-last-child(1 of .user-row) .as-question")
            page.hover("#as-chat .as-question >> nth=0")
            page.mouse.wheel(0, -5000)
            page.wait_for_timeout(200)
            assert is_in_view(page, "#as-chat .as-question"), "and nothing takes the reader away"


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 1280, "height": 620}, PHONE])
def test_the_latest_answer_stands_below_its_question(browser: playwright_api.Browser, size: dict[str, int]) -> None:
    """Whatever comes and goes meanwhile: what leads on from the answer before, the tools, the button to the end."""
    answers = fakes.FakeAnswers(gate=threading.Event())
    with serving_fakes(answers) as started, opened(browser, started, size=size) as page:
        for turn in range(6):
            assert answers.gate
            answers.gate.clear()
            page.fill(ASK, (fakes.DEBTS, fakes.WEATHER, fakes.OFFICERS)[turn % 3].question)
            page.press(ASK, "Enter")
            page.wait_for_selector(f"{ANSWER}.as-running")
            page.wait_for_timeout(150)
            answers.gate.set()
            settled(page, turn + 1)
            page.wait_for_timeout(400)
            assert stands_at_the_top(page), f"after question {turn + 1}"
        page.locator("#as-chat .as-answer >> nth=-1").evaluate(
            "answer => { answer.querySelector('p').style.paddingBottom = '900px' }"
        )
        page.wait_for_timeout(1800)
        assert stands_at_the_top(page), "after a late change of height"


def stands_at_the_top(page: Page) -> bool:
    """Whether the latest question is at the top of the conversation, or all that is below it can be seen."""
    return bool(
        page.evaluate(
            "() => { const wrap = document.querySelector('#as-chat .bubble-wrap');"
            " const top = [...document.querySelectorAll('#as-chat .as-question')].pop().getBoundingClientRect().top"
            "   - wrap.getBoundingClientRect().top;"
            " const end = wrap.scrollHeight - wrap.clientHeight - wrap.scrollTop;"
            " return top > 0 && (top < 60 || end < 2); }"
        )
    )


# Languages, light and dark, phones


def test_the_language_is_switched_and_remembered(browser: playwright_api.Browser, address: str) -> None:
    context = browser.new_context(locale="zh-CN")
    # The page is loaded again while it may still be asking for what it shows at first.
    page, watch = context.new_page(), Watch(address, expected=CUT_OFF)
    watch.follow(page)
    page.goto(address)
    page.wait_for_selector(".as-welcome")
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.get_by_role("button", name=CHINESE.other_language).click()
    page.wait_for_selector(f"{ASK}[placeholder='{ENGLISH.question_placeholder}']")
    page.wait_for_selector(f".as-welcome >> text={ENGLISH.welcome}")
    assert page.get_attribute("html", "lang") == "en"
    other = context.new_page()
    other.goto(address)
    other.wait_for_selector(".as-welcome")
    assert str(other.locator("#as-title").text_content()).strip() == ENGLISH.title
    ask(other, fakes.OFFICERS.question)
    assert other.get_attribute("#as-ask .submit-button", "aria-label") == ENGLISH.send
    other.get_by_role("button", name=ENGLISH.retry).wait_for()
    click_number(other, fakes.OFFICER)
    assert ENGLISH.reader_cited in str(other.locator(READER).text_content())
    other.keyboard.press("Escape")
    other.get_by_role("button", name=ENGLISH.other_language).click()
    other.wait_for_selector(f"{ASK}[placeholder='{CHINESE.question_placeholder}']")
    assert watch.complaints == []
    context.close()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_follow_the_system(
    browser: playwright_api.Browser, address: str, scheme: str, dark: bool
) -> None:
    context = browser.new_context(locale="zh-CN", color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".as-welcome")
    colour = page.evaluate("getComputedStyle(document.querySelector('#as-chat')).backgroundColor")
    assert (colour == "rgb(24, 28, 36)") is dark
    context.close()


def test_a_phone_has_all_of_it(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, size=PHONE, locale="en-US") as page:
        ask(page, fakes.DEBTS.question)
        page.locator(NUMBER).first.hover()
        page.wait_for_selector(CARD)
        box = page.locator(CARD).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
        assert is_in_view(page, "#as-ask")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for name in ("retry", "edit", "to-sources", "language"):
            assert page.locator(f"#as-{name}").is_visible()
        assert not is_in_view(page, "#as-sources-title")
        page.click("#as-to-sources")
        page.wait_for_timeout(300)
        assert is_in_view(page, "#as-sources-title")
