"""The page in a real browser: asking, citing, reading, and what hostile text does there (nothing)."""

import contextlib
import re
import threading
from collections.abc import Iterator

import pytest
from tests import fakes
from tests.browser import (
    ANSWER,
    ASK,
    PHONE,
    READER,
    Page,
    ask,
    click_number,
    is_in_view,
    launched,
    marks,
    opened,
    playwright_api,
    serving,
    serving_fakes,
    words_marked,
)
from tests.chat_server import Asked
from tests.chat_server import serving as model_serving
from tests.html_reader import as_shown

from askspeech import Answerer, SpeechIndex
from askspeech.chat_models import ChatModel
from askspeech.datatypes import Filters, slices
from askspeech.errors import StoreMissingError
from askspeech.live_index import Opened
from askspeech.printing import printable
from askspeech.settings import ChatSettings
from askspeech.texts import CHINESE, ENGLISH

pytestmark = marks


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright_api.Browser]:
    """The complete program that people have; the other files do with its engine, where that is installed by itself."""
    with launched(complete=True) as program:
        yield program


def test_a_citation_opens_the_speech_at_its_words(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    assert page.locator(f"{ANSWER} button.as-cite").count() == 4
    click_number(page, fakes.PAYING)
    assert words_marked(page) == fakes.PAYING.quote
    assert words_marked(page, "as-cited") == fakes.LEDGER.quote + fakes.BUDGET.quote
    assert is_in_view(page, f"{READER} mark.as-chosen")
    span = fakes.FIRST_SPEECH.span
    assert page.locator(f"{READER} .as-whole-text").text_content() == fakes.TEXT[span.start : span.end]
    assert page.locator(f"{READER} .as-whole-title").text_content() == fakes.FIRST_SPEECH.title


def test_a_real_index_is_asked_and_read(
    browser: playwright_api.Browser, index: SpeechIndex, answerer: Answerer
) -> None:
    question = "政府拖欠企业的账款怎么清理？"
    answer = answerer.ask(question)
    assert answer.citations
    with serving(lambda: Opened(index, answerer)) as started, opened(browser, started) as page:
        assert page.locator("#as-chat .example").count() > 0
        ask(page, question)
        for citation in answer.citations:
            click_number(page, citation)
            page.wait_for_function(
                "n => document.querySelector('.as-reader').dataset.number == n", arg=str(citation.number)
            )
            assert words_marked(page) == citation.quote
            assert page.locator(f"{READER} .as-whole-title").text_content() == citation.speech_title


def test_sources_stand_beside_the_answer_and_open_the_reader(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    assert page.locator("#as-sources h3").all_text_contents() == [fakes.FIRST_SPEECH.title, fakes.SECOND_SPEECH.title]
    quoted = page.locator("#as-sources .as-source").first.locator("mark").all_text_contents()
    assert "".join(quoted) == fakes.LEDGER.quote
    page.locator("#as-sources .as-open").last.click()
    page.wait_for_selector(f"{READER} mark.as-chosen")
    assert words_marked(page) == fakes.HOTLINE.quote
    assert page.locator(f"{READER} .as-whole-title").text_content() == fakes.SECOND_SPEECH.title


def test_numbers_of_earlier_answers_keep_their_places(page: Page) -> None:
    ask(page, fakes.DEBTS.question)
    ask(page, fakes.OFFICERS.question)
    click_number(page, fakes.OFFICER, answer=1)
    assert words_marked(page) == fakes.OFFICER.quote
    click_number(page, fakes.LEDGER, answer=0)
    page.wait_for_function(
        "title => document.querySelector('.as-whole-title').textContent === title", arg=fakes.FIRST_SPEECH.title
    )
    assert words_marked(page) == fakes.LEDGER.quote


def test_the_reader_closes_by_key_and_by_button(page: Page) -> None:
    ask(page, fakes.OFFICERS.question)
    click_number(page, fakes.OFFICER)
    page.keyboard.press("Escape")
    assert not page.locator(READER).is_visible()
    assert page.evaluate("document.activeElement.className") == "as-cite"
    click_number(page, fakes.OFFICER)
    page.click(f"{READER}-close")
    assert not page.locator(READER).is_visible()


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    ask(page, fakes.OFFICERS.question)
    page.locator(f"{ANSWER} button.as-cite").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{READER} mark.as-chosen")
    assert page.evaluate("document.activeElement.className") == "as-whole-text"


def test_an_example_asks_itself(page: Page) -> None:
    page.locator("#as-chat .example").first.click()
    page.wait_for_selector(f"{ANSWER}.as-done button.as-cite")
    assert page.locator(".as-question").text_content() == fakes.DEBTS.question


def test_a_refusal_offers_passages_that_are_no_citations(page: Page) -> None:
    ask(page, fakes.WEATHER.question)
    assert page.locator(f"{ANSWER} button.as-cite").count() == 0
    near = page.locator(f"{ANSWER} .as-nearest")
    assert CHINESE.nearest in str(near.text_content())
    near.locator("button.as-open").first.click()
    page.wait_for_selector(f"{READER} mark.as-chosen")
    assert words_marked(page) == fakes.WEATHER.nearest[0].passage.text
    assert CHINESE.sources_none in str(page.locator("#as-sources").text_content())


def test_a_question_that_is_too_long_stays_in_the_box_with_its_sentence(page: Page) -> None:
    ask(page, fakes.OFFICERS.question)
    question = "台账由谁来建立？" * 300
    page.fill(ASK, question)
    page.press(ASK, "Enter")
    page.wait_for_selector(f"{ANSWER}.as-problem")
    assert "问题太长" in str(page.locator(f"{ANSWER}.as-problem").text_content())
    assert page.input_value(ASK) == question
    assert page.locator(".as-question").count() == 1
    assert page.locator(f"{ANSWER} button.as-cite").count() == 1
    page.fill(ASK, fakes.DEBTS.question)
    page.press(ASK, "Enter")
    page.wait_for_selector(f"{ANSWER}.as-done >> nth=1")
    assert page.locator(f"{ANSWER}.as-problem").count() == 0
    assert page.locator(".as-question").all_text_contents() == [fakes.OFFICERS.question, fakes.DEBTS.question]


@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_question_does_nothing_and_keeps_the_focus(page: Page, typed: str) -> None:
    page.fill(ASK, typed)
    for send in (lambda: page.press(ASK, "Enter"), lambda: page.click("#as-ask .submit-button")):
        send()
        page.wait_for_timeout(500)
        assert page.evaluate("selector => document.activeElement === document.querySelector(selector)", ASK)
        assert page.locator(f"{ANSWER}, .as-question").count() == 0
        assert page.locator("#as-chat .example").count() > 0
        assert page.locator("#as-ask .submit-button").is_visible()
    ask(page, fakes.OFFICERS.question)
    assert page.locator(f"{ANSWER} button.as-cite").count() == 1


def test_clearing_starts_a_new_conversation(page: Page) -> None:
    ask(page, fakes.OFFICERS.question)
    page.locator("#as-chat .icon-button").first.click()
    page.wait_for_selector("#as-chat .example")
    page.wait_for_function("() => !location.hash.includes('c=')")  # the server has begun a new one, too
    ask(page, fakes.DEBTS.question)
    assert page.locator(ANSWER).count() == 1


def test_an_answer_streams_and_can_be_stopped(browser: playwright_api.Browser) -> None:
    gate = threading.Event()
    answers = fakes.FakeAnswers(gate=gate)
    with serving_fakes(answers) as started, opened(browser, started) as page:
        page.fill(ASK, fakes.DEBTS.question)
        page.press(ASK, "Enter")
        page.wait_for_selector(f"{ANSWER}.as-running button.as-cite")
        page.fill(ASK, "下一个问题")
        page.click("#as-ask .stop-button")
        page.wait_for_selector(f"{ANSWER}.as-stopped")
        page.wait_for_selector("#as-ask .submit-button")
        assert CHINESE.stopped in str(page.locator(ANSWER).text_content())
        assert page.input_value(ASK) == "下一个问题"
        click_number(page, fakes.LEDGER)
        assert words_marked(page) == fakes.LEDGER.quote
        assert answers.closed.wait(10), "the answer's iterator is closed"
        gate.set()
        ask(page, fakes.OFFICERS.question)
        assert page.locator(f"{ANSWER}.as-done").count() == 1


def test_a_missing_index_names_the_command_and_is_noticed_when_built(browser: playwright_api.Browser) -> None:
    there = threading.Event()

    def open_index() -> Opened:
        if not there.is_set():
            raise StoreMissingError("There is no index.")
        return Opened(fakes.FakeIndex(), fakes.FakeAnswers())

    with serving(open_index) as started, opened(browser, started) as page:
        page.wait_for_selector("#as-chat code")
        assert page.locator("#as-chat code").text_content() == "askspeech build FOLDER"
        assert page.locator("#as-chat .example").count() == 0
        there.set()
        page.wait_for_selector("#as-chat .example")
        ask(page, fakes.OFFICERS.question)
        assert page.locator(f"{ANSWER} button.as-cite").count() == 1


def test_a_defect_says_so_and_the_next_question_works(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, expected=("defect",)) as page:
        ask(page, "defect")
        shown = str(page.locator("body").text_content())
        assert CHINESE.failed in shown
        assert "secret" not in shown
        ask(page, fakes.OFFICERS.question)
        assert page.locator(f"{ANSWER}.as-done").count() == 1


def test_a_speech_that_left_the_index_says_so(browser: playwright_api.Browser) -> None:
    index = fakes.FakeIndex()
    with (
        serving(lambda: Opened(index, fakes.FakeAnswers())) as started,
        opened(browser, started, expected=("404",)) as page,
    ):
        ask(page, fakes.OFFICERS.question)
        index.all_speeches = ()
        page.locator(f"{ANSWER} button.as-cite").click()
        page.wait_for_selector(f"{READER} .as-note >> text={CHINESE.reader_gone}")


def test_an_english_reader_reads_english(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, locale="en-US") as page:
        assert str(page.locator("#as-title").text_content()).strip() == ENGLISH.title
        assert page.get_attribute(ASK, "placeholder") == ENGLISH.question_placeholder
        assert ENGLISH.sources_empty in str(page.locator("#as-sources").text_content())
        assert page.get_attribute("#as-ask .submit-button", "aria-label") == ENGLISH.send
        ask(page, fakes.DEBTS.question)
        assert ENGLISH.open_place in str(page.locator("#as-sources").text_content())


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
def test_a_chinese_reader_reads_chinese(browser: playwright_api.Browser, address: str, locale: str) -> None:
    with opened(browser, address, locale=locale) as page:
        assert str(page.locator("#as-title").text_content()).strip() == CHINESE.title


def test_a_phone_shows_everything_in_its_width(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, size=PHONE) as page:
        ask(page, fakes.DEBTS.question)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        click_number(page, fakes.PAYING)
        box = page.locator(READER).bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, PHONE["width"])
        assert is_in_view(page, f"{READER} mark.as-chosen")


FILTERS = "#as-filters"
OPTION = "[role=option]"


def open_filters(page: Page) -> None:
    page.click(f"{FILTERS} > button")
    page.wait_for_selector(f"{FILTERS}-clear")


def choices(page: Page, name: str) -> list[str]:
    """What a dropdown offers."""
    page.click(f"#as-filter-{name} input")
    page.wait_for_selector(OPTION)
    texts = [text.removeprefix("✓").strip() for text in page.locator(OPTION).all_text_contents()]
    page.focus(ASK)
    page.wait_for_selector(OPTION, state="detached")
    return texts


def choose(page: Page, name: str, text: str) -> None:
    before = page.locator(f"{FILTERS} .token").count()
    page.click(f"#as-filter-{name} input")
    page.locator(OPTION, has_text=text).first.click()
    page.focus(ASK)
    page.wait_for_selector(f"{FILTERS} .token >> nth={before}")


def heading_says(page: Page, words: str) -> None:
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector).textContent.includes(words)",
        arg=[f"{FILTERS} > button", words],
    )


def test_filters_narrow_an_answer_and_say_so(browser: playwright_api.Browser, samples_index: SpeechIndex) -> None:
    answers = Answerer(samples_index)
    question = "政府拖欠企业的账款怎么清理？"
    with serving(lambda: Opened(samples_index, answers)) as started, opened(browser, started) as page:
        open_filters(page)
        assert choices(page, "level") == ["省 (1)", "市 (3)", "区 (2)", "县 (2)", "乡镇 (1)", "部门 (1)"]
        assert len(choices(page, "speech")) == len(samples_index.speeches())
        choose(page, "level", "区")
        heading_says(page, CHINESE.filters_chosen.format(number=1))
        ask(page, question)
        assert page.locator(".as-filtered .as-filter").all_text_contents() == ["层级 区"]
        titles = {speech.title for speech in samples_index.speeches() if speech.values("level") == ("区",)}
        shown = page.locator("#as-sources h3, .as-nearest h3").all_text_contents()
        assert shown and set(shown) <= titles
        choose(page, "year", "2023")
        ask(page, question)
        last = page.locator(ANSWER).nth(1)
        assert "没有讲话符合筛选条件" in str(last.text_content())
        assert page.locator(".as-filtered >> nth=1").locator(".as-filter").count() == 2
        page.click(f"{FILTERS}-clear")
        page.wait_for_selector(f"{FILTERS} .token", state="detached")
        heading_says(page, f"{CHINESE.filters} ")
        ask(page, question)
        assert page.locator(".as-filtered").count() == 2
        assert page.locator(ANSWER).nth(2).locator("button.as-cite").count() > 0


def test_filters_follow_the_index(browser: playwright_api.Browser) -> None:
    index, answers = fakes.FakeIndex(), fakes.FakeAnswers()
    with serving(lambda: Opened(index, answers)) as started, opened(browser, started) as page:
        open_filters(page)
        choose(page, "kind", "座谈会")
        choose(page, "level", "县")
        index.generation, index.all_speeches = "newer", (fakes.FIRST_SPEECH,)
        ask(page, fakes.DEBTS.question)
        page.wait_for_selector("#as-filter-kind .token", state="detached")
        assert choices(page, "kind") == ["大会 (1)"]
        assert page.locator("#as-filter-level .token").count() == 1
        ask(page, fakes.OFFICERS.question)
        assert answers.filters == [Filters(level=("县",), kind=("座谈会",)), Filters(level=("县",))]


def test_filters_survive_a_restart_of_the_server(browser: playwright_api.Browser) -> None:
    """The restarted server knows nothing of the page, and has filled none of its dropdowns."""
    index, answers = fakes.FakeIndex(), fakes.FakeAnswers()
    with contextlib.ExitStack() as before:
        started = before.enter_context(serving(lambda: Opened(index, answers)))
        with opened(browser, started, expected=("ERR_",)) as page:
            open_filters(page)
            choose(page, "level", "县")
            # Nothing may be under way when the server goes: a request cut off would be a complaint of its own.
            page.wait_for_selector("#as-filters >> text=已选 1 项")
            before.close()
            with serving(lambda: Opened(index, answers), port=int(started.rpartition(":")[2])):
                ask(page, fakes.OFFICERS.question)
                assert answers.filters == [Filters(level=("县",))]


OWN_ELEMENTS = [
    "ARTICLE", "BUTTON", "CODE", "DETAILS", "DIV", "H2", "H3", "H4", "H5", "MARK", "P", "PRE", "SECTION", "SPAN",
    "SUMMARY",
]  # fmt: skip
FOREIGN = """own => [...document.querySelectorAll("#as-chat .message-content *, #as-sources *, .as-reader-body *")]
    .filter(element => !own.includes(element.tagName) || element.hasAttribute("style") && !element.closest(".block > *")
        || [...element.attributes].some(attribute => attribute.name.startsWith("on")))
    .map(element => element.outerHTML.slice(0, 200))"""


def plain(text: str) -> str:
    """Text with each run of what a page cannot tell apart (spaces, line breaks, control characters) made one space."""
    return " ".join("".join(" " if not mark.isprintable() else mark for mark in text).replace("\ufffd", " ").split())


@pytest.fixture(scope="module")
def hostile_address() -> Iterator[str]:
    with serving(lambda: Opened(*fakes.hostile())) as started:
        yield started


def test_hostile_speeches_are_only_text(browser: playwright_api.Browser, hostile_address: str) -> None:
    with opened(browser, hostile_address) as page:
        examples = page.locator("#as-chat .example").all_text_contents()
        assert [plain(text) for text in examples] == [plain(text) for text in fakes.HOSTILE[:4]]
        ask(page, fakes.HOSTILE_QUESTION)
        index, answers = fakes.hostile()
        assert page.evaluate(FOREIGN, OWN_ELEMENTS) == []
        for selector in ("#as-sources h3", "#as-sources .as-file", f"{ANSWER} .as-notice"):
            assert [plain(text) for text in page.locator(selector).all_text_contents()] == list(
                map(plain, fakes.HOSTILE)
            )
        quotes = [plain(text) for text in page.locator("#as-sources mark").all_text_contents()]
        assert quotes == [plain(citation.quote) for citation in answers.answers[0].citations]
        for citation, speech in zip(answers.answers[0].citations, index.all_speeches, strict=True):
            page.locator(f"{ANSWER} button.as-cite").nth(citation.number - 1).click()
            page.wait_for_function(
                "n => document.querySelector('.as-reader')?.dataset.number == n", arg=str(citation.number)
            )
            assert page.locator(f"{READER} .as-whole-title").text_content() == as_shown(speech.title)
            assert page.locator(f"{READER} .as-whole-text").text_content() == as_shown(
                slices(index.text, [speech.span])
            )
            assert words_marked(page) == as_shown(citation.quote)
        assert page.evaluate(FOREIGN, OWN_ELEMENTS) == []


def test_hostile_titles_among_the_filters_are_only_text(browser: playwright_api.Browser, hostile_address: str) -> None:
    with opened(browser, hostile_address) as page:
        open_filters(page)
        shown = [plain(text) for text in choices(page, "speech")]
        for text, payload in zip(shown, map(printable, fakes.HOSTILE), strict=True):
            assert plain(payload).startswith(text.removesuffix("…")) or "__i18n__" in payload
        assert not any(CHINESE.title in text for text in shown)
        choose(page, "speech", "alert(1)")
        ask(page, fakes.HOSTILE_QUESTION)
        assert "alert(1)" in str(page.locator(".as-filtered").text_content())
        assert page.evaluate(FOREIGN, OWN_ELEMENTS) == []


def test_hostile_passages_near_a_refusal_are_only_text(browser: playwright_api.Browser, hostile_address: str) -> None:
    with opened(browser, hostile_address) as page:
        ask(page, fakes.HOSTILE_NEAREST)
        assert page.evaluate(FOREIGN, OWN_ELEMENTS) == []
        assert ENGLISH.nearest in str(page.locator(".as-nearest").text_content())


def test_hostile_questions_are_only_text(browser: playwright_api.Browser, address: str) -> None:
    half = len(fakes.HOSTILE) // 2  # of more, the page would fold some away
    for payloads in (fakes.HOSTILE[:half], fakes.HOSTILE[half:]):
        with opened(browser, address) as page:
            for payload in payloads:
                ask(page, payload.strip() or "?")
            shown = [plain(text) for text in page.locator(".as-question").all_text_contents()]
            assert shown == [plain(payload) for payload in payloads]
            assert page.evaluate(FOREIGN, OWN_ELEMENTS) == []


def test_a_chat_model_writes_and_what_nothing_carries_is_marked(
    browser: playwright_api.Browser, index: SpeechIndex
) -> None:
    def script(asked: Asked) -> str:
        ledger = asked.handle("县财政局牵头")
        return f"由县财政局牵头建立台账【{ledger}】。欠款共计三千万元[{ledger}]。![图](http://evil.example/x.png)"

    with model_serving(script, piece=1) as server:
        answers = Answerer(index, ChatModel(ChatSettings("openai:qwen3", server.url)))
        with serving(lambda: Opened(index, answers)) as started, opened(browser, started) as page:
            ask(page, "拖欠企业账款的台账由哪个部门牵头建？")
            answer = page.locator(ANSWER).first
            assert answer.locator("p.as-line").all_text_contents() == [
                f"由县财政局牵头建立台账。1欠款共计三千万元。{CHINESE.doubt_not_found}"
            ]
            assert answer.locator("button.as-cite").count() == 1
            assert page.locator("#as-sources mark", has_text="由县财政局牵头").count() == 1
            assert page.locator("img[src*=evil]").count() == 0


def test_a_chat_model_that_fails_is_replaced_with_a_notice(browser: playwright_api.Browser, index: SpeechIndex) -> None:
    question = "拖欠企业账款的台账由哪个部门牵头建？"
    with model_serving(lambda asked: asked.sentences[0][1], "no_end") as server:
        answers = Answerer(index, ChatModel(ChatSettings("openai:qwen3", server.url)))
        with serving(lambda: Opened(index, answers)) as started, opened(browser, started) as page:
            ask(page, question)
            answer = page.locator(ANSWER).first
            shown = "".join(answer.locator("p:not(.as-notice, .as-checked)").all_text_contents())
            plain = Answerer(index).ask(question)
            assert shown == re.sub(r"\[(\d+)\]", r"\1", plain.text).replace("\n", "")
            assert "连接中断" in str(answer.locator(".as-notice").text_content())
            assert answer.locator(".as-checked").text_content() == CHINESE.checked_quotes
            assert answer.locator("button.as-cite").count() == len(plain.citations)
