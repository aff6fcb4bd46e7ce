"""The page "at a glance" in a real browser: charts without eval, what their bars lead to, and hostile text."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.serving import running
from tests import fakes
from tests.browser import (
    CUT_OFF,
    DESKTOP,
    PHONE,
    READER,
    Page,
    is_in_view,
    marks,
    playwright_api,
    serving,
    watched,
    words_marked,
)

from askspeech import Answerer, SpeechIndex
from askspeech.live_index import Opened
from askspeech.server import create_application
from askspeech.texts import CHINESE, ENGLISH

pytestmark = marks

BAR = ".mark-rect path"
TERM = "#as-term textarea, #as-term input"
LISTED = "#as-sources .as-listed"
BOTH = pytest.mark.parametrize("locale", ["zh-CN", "en-US"])


@contextlib.contextmanager
def glance(
    browser: playwright_api.Browser,
    address: str,
    fragment: str = "",
    *,
    locale: str = "zh-CN",
    size: dict[str, int] = DESKTOP,
    scheme: str = "light",
    expected: tuple[str, ...] = (),
) -> Iterator[Page]:
    """The page with its charts, `watched`."""
    with watched(
        browser, address, seconds=15, expected=expected, viewport=size, locale=locale, color_scheme=scheme
    ) as page:
        page.goto(f"{address}/glance{fragment}")
        page.wait_for_selector(f"{'#as-of-term' if 'term=' in fragment else '#as-overview'} svg.marks")
        yield page


@pytest.fixture(scope="module")
def address(samples_index: SpeechIndex, samples_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server with all its pages; the library has a store of its own."""
    store = tmp_path_factory.mktemp("library") / "store"
    shutil.copytree(samples_store, store)
    with running(create_application(lambda: Opened(samples_index, Answerer(samples_index)), store=store)) as started:
        yield started


def find(page: Page, term: str) -> None:
    page.fill(TERM, term)
    page.press(TERM, "Enter")
    page.wait_for_selector("#as-of-term svg.marks")


@BOTH
def test_bars_of_a_term_lead_to_its_passages_and_to_the_exact_words(
    browser: playwright_api.Browser, address: str, samples_index: SpeechIndex, locale: str
) -> None:
    uses = samples_index.uses("企业")
    with glance(browser, address, locale=locale, expected=CUT_OFF) as page:
        find(page, "企业")
        assert "?" not in page.url, "no server's log has the term"
        assert f"{uses.count:,}" in str(page.locator("#as-said").text_content())
        bars = page.locator(f"#as-figure-by-speech {BAR}")
        assert bars.count() == min(len(uses.speeches), 20)
        assert uses.speeches[0].speech.title in str(bars.first.get_attribute("aria-label"))
        bars.first.click()
        page.wait_for_selector(LISTED)
        assert page.locator(f"{LISTED} h3").all_text_contents() == [uses.speeches[0].speech.title]
        assert set(page.locator(f"{LISTED} mark").all_text_contents()) == {"企业"}
        page.locator(f"{LISTED} .as-used .as-open").first.click()
        page.wait_for_selector(f"{READER} mark.as-chosen")
        assert set(page.locator(f"{READER} mark.as-chosen").all_text_contents()) == {"企业"}
        assert is_in_view(page, f"{READER} mark.as-chosen")
        page.keyboard.press("Escape")
        page.go_back()
        page.wait_for_selector(LISTED, state="detached")
        page.reload()
        page.wait_for_selector("#as-of-term svg.marks")
        assert page.input_value(TERM) == "企业"


@BOTH
def test_bars_of_speeches_lead_to_them_to_the_chat_and_back(
    browser: playwright_api.Browser, address: str, samples_index: SpeechIndex, locale: str
) -> None:
    level = next(one.values("level")[0] for one in samples_index.speeches() if one.values("level"))
    titles = sorted(one.title for one in samples_index.speeches() if level in one.values("level"))
    texts = CHINESE if locale == "zh-CN" else ENGLISH
    with glance(browser, address, locale=locale, expected=CUT_OFF) as page:
        assert page.locator("#as-overview svg.marks").count() == 4
        page.locator(f"#as-figure-level {BAR}[aria-label^='{level}:']").click()
        page.wait_for_selector(LISTED)
        titles_listed = page.locator(f"{LISTED} h3").all_text_contents()
        assert sorted(titles_listed) == titles
        page.locator(f"{LISTED} .as-open").first.click()
        page.wait_for_selector(f"{READER} .as-whole-text")
        assert words_marked(page) == ""
        page.keyboard.press("Escape")
        page.locator(".as-selected a", has_text=texts.glance_ask).click()
        page.wait_for_selector("#as-chat .as-welcome")
        chosen = texts.filters_chosen.format(number=1)
        page.wait_for_selector(f"#as-filters >> text={chosen}")
        assert len(page.context.pages) == 1, "in the same window"
        page.go_back()
        page.wait_for_selector(LISTED)
        page.locator(f"{LISTED} a", has_text=texts.glance_library).first.click()
        page.wait_for_selector("#as-library-table table")
        page.wait_for_function(
            "title => document.querySelector('#as-library-search input')?.value === title", arg=titles_listed[0]
        )
        page.wait_for_function("() => document.querySelectorAll('#as-library-table tbody tr').length === 1")


def test_a_table_beside_every_chart_has_the_same_links(browser: playwright_api.Browser, address: str) -> None:
    with glance(browser, address, "#term=企业") as page:
        for figure in ("by-fact", "by-speech"):
            page.locator(f"#as-figure-{figure} summary").press("Enter")
            links = page.locator(f"#as-figure-{figure} tbody a")
            assert links.count() >= page.locator(f"#as-figure-{figure} {BAR}").count() >= 1
        page.locator("#as-figure-by-speech tbody a").first.press("Enter")
        page.wait_for_selector(f"{LISTED} mark")
        assert len(page.context.pages) == 1


def test_what_is_counted_can_be_changed(browser: playwright_api.Browser, address: str) -> None:
    with glance(browser, address, "#term=企业") as page:
        page.locator("a.as-way", has_text=CHINESE.filter_level).click()
        page.wait_for_selector(f"#as-figure-by-fact h2 >> text={CHINESE.filter_level}")
        page.locator("a.as-way", has_text=CHINESE.glance_rate).click()
        page.wait_for_selector(f"#as-figure-by-fact h2 >> text={CHINESE.glance_rate}")
        page.locator(f"#as-figure-by-fact {BAR}").first.click()
        page.wait_for_selector(f"{LISTED} mark")
        page.locator("#as-said a").click()
        page.wait_for_selector("#as-overview svg.marks")
        page.wait_for_function("() => location.hash === '' && document.querySelector('#as-term input').value === ''")


def test_a_term_that_is_none_and_one_that_is_nowhere_say_so(browser: playwright_api.Browser, address: str) -> None:
    with glance(browser, address) as page:
        page.fill(TERM, "？")
        page.locator("#as-term .submit-button").click()
        page.wait_for_selector("#as-said .as-problem")
        page.fill(TERM, "火星")
        page.press(TERM, "Enter")
        page.wait_for_selector("#as-said .as-glance-said >> text=火星")
        assert not page.locator("#as-of-term svg.marks").is_visible()
        button = page.locator("#as-term .submit-button")
        assert button.get_attribute("aria-label") == CHINESE.glance_find


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_list_below_the_charts(browser: playwright_api.Browser, address: str, scheme: str) -> None:
    with glance(browser, address, "#term=企业", size=PHONE, scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        bar, label = (page.locator(f"#as-figure-by-speech {one}").first for one in (BAR, ".role-axis-label text"))
        colours = [one.evaluate("one => getComputedStyle(one).fill") for one in (bar, label)]
        ground = page.evaluate("getComputedStyle(document.querySelector('#as-figure-by-speech')).backgroundColor")
        assert len({*colours, ground}) == 3
        bar.click()
        page.wait_for_selector(LISTED)
        page.wait_for_function("() => document.querySelector('#as-right').getBoundingClientRect().top < 300")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_hostile_titles_values_and_terms_are_only_text(browser: playwright_api.Browser) -> None:
    index, answers = fakes.hostile()
    told = [
        fakes.speech(number, payload, index.text[slice(*one.span)], file=payload, whole=index.text, level=payload,
                     place=payload, kind="大会", year=payload)
        for number, (payload, one) in enumerate(zip(fakes.HOSTILE, index.all_speeches, strict=True), 1)
    ]  # fmt: skip
    with (
        serving(lambda: Opened(fakes.FakeIndex(index.text, tuple(told)), answers)) as started,
        glance(browser, started) as page,
    ):
        page.locator(f"#as-figure-kind {BAR}").first.click()
        page.wait_for_selector(LISTED)
        assert page.locator(f"{LISTED} h3").count() == len(fakes.HOSTILE)
        for number in (0, 1, 5):
            page.locator(f"#as-figure-place {BAR}").nth(number).hover()
            page.wait_for_selector("#vg-tooltip-element.visible")
        find(page, "正文")
        page.locator(f"#as-figure-by-speech {BAR}").first.hover()
        page.locator(f"#as-figure-by-speech {BAR}").first.click()
        page.wait_for_selector(f"{LISTED} mark")
        for payload in (fakes.HOSTILE[0], fakes.HOSTILE[3]):
            page.fill(TERM, payload)
            page.press(TERM, "Enter")
            page.wait_for_function("words => location.hash.includes(words)", arg="term=")
        strange = (
            "#as-columns :is(img, script, iframe, form[action], input[name=p]), #vg-tooltip-element :is(img, b, a)"
        )
        assert page.locator(strange).count() == 0
