"""Kept conversations in a real browser: coming back to them, naming, searching, deleting, judging, two tabs."""

import contextlib
import functools
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from tests import fakes
from tests.browser import (
    ANSWER,
    ASK,
    CUT_OFF,
    DESKTOP,
    PHONE,
    READER,
    Page,
    ask,
    click_number,
    is_in_view,
    marks,
    opened,
    playwright_api,
    serving,
    serving_fakes,
    words_marked,
)
from tests.kept import DEBTS_TURN, OFFICERS_TURN

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.datatypes import Filters
from askspeech.keeping_events import KeepingEvents
from askspeech.live_index import Opened
from askspeech.texts import CHINESE, ENGLISH

pytestmark = marks

CITES = f"{ANSWER} button.as-cite"
LISTED = "#as-kept label"
NARROW = {"width": 1000, "height": 800}


@pytest.fixture(scope="module")
def conversations(tmp_path_factory: pytest.TempPathFactory) -> Conversations:
    return Conversations(tmp_path_factory.mktemp("data"))


@pytest.fixture
def page(browser: playwright_api.Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as ready:
        page_is_ready(ready)
        yield ready


@pytest.fixture
def page_to_reload(browser: playwright_api.Browser, address: str) -> Iterator[Page]:
    with opened(browser, address, expected=CUT_OFF) as ready:
        page_is_ready(ready)
        yield ready


def page_is_ready(page: Page) -> None:
    """The list is unfolded where there is room for it, and shown."""
    page.wait_for_selector("#as-keeping.open #as-search-kept")


def kept(page: Page) -> str:
    """Wait until the address names the conversation; its id."""
    page.wait_for_function("() => /[#&]c=[0-9a-f]{32}/.test(location.hash)")
    return str(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('c')"))


def named(page: Page, identity: str) -> None:
    page.wait_for_function("id => location.hash.includes(id)", arg=identity)


def what_is_read(page: Page) -> list[object]:
    """The questions, the answers with their numbers and what these open, and the sources."""
    return [
        page.locator(".as-question").all_text_contents(),
        page.locator(f"{ANSWER} p:not(.as-tools, .as-tools p)").all_text_contents(),
        page.locator(CITES).evaluate_all("all => all.map(one => [one.textContent, one.value])"),
        page.locator("#as-sources .as-excerpt").all_text_contents(),
    ]


def reload(page: Page) -> None:
    """Load the page again, when nothing of the test's own doing is under way any more."""
    page.wait_for_timeout(300)
    page.reload()


def titles(page: Page) -> list[str]:
    return [text.strip().partition("\n")[0] for text in page.locator(LISTED).all_text_contents()]


def listed_first(page: Page, title: str) -> None:
    page.wait_for_function(
        "title => document.querySelector('#as-kept label')?.textContent.trim().startsWith(title)", arg=title
    )


def asked(page: Page, count: int) -> None:
    page.wait_for_function("count => document.querySelectorAll('.as-question').length === count", arg=count)


def test_a_reload_shows_the_conversation_as_it_was(page_to_reload: Page, conversations: Conversations) -> None:
    page = page_to_reload
    ask(page, fakes.DEBTS.question)
    ask(page, fakes.OFFICERS.question)
    identity = kept(page)
    assert "?" not in page.url, "no server's log has it"
    before = what_is_read(page)
    reload(page)
    asked(page, 2)
    page.wait_for_selector("#as-sources .as-excerpt")
    assert what_is_read(page) == before
    assert kept(page) == identity
    ask(page, fakes.WEATHER.question)
    assert len(conversations.get(LOCAL_OWNER, identity).turns) == 3
    click_number(page, fakes.PAYING)
    assert words_marked(page) == fakes.PAYING.quote


def test_a_conversation_survives_a_restart_of_the_server(browser: playwright_api.Browser, tmp_path: Path) -> None:
    """In the open page, which goes on with it, and in one opened from its address."""
    store = Conversations(tmp_path)
    with contextlib.ExitStack() as before:
        started = before.enter_context(serving_fakes(kept=store))
        with opened(browser, started, expected=("ERR_", "cancel scope", "network error", *CUT_OFF)) as page:
            ask(page, fakes.DEBTS.question)
            identity = kept(page)
            page.wait_for_selector(LISTED)
            page.wait_for_timeout(500)
            before.close()
            with serving_fakes(kept=store, port=int(started.rpartition(":")[2])):
                ask(page, fakes.OFFICERS.question)
                assert page.locator(".as-question").count() == 2
                assert kept(page) == identity
                with opened(browser, started) as other:
                    other.goto(f"{started}/#c={identity}")
                    asked(other, 2)


def test_after_a_rebuild_a_gone_place_says_so_with_its_words(
    browser: playwright_api.Browser, corpus: Path, tmp_path: Path
) -> None:
    """The real index, with a file changed and built again while the page is open."""
    folder, place = tmp_path / "corpus", tmp_path / "store"
    shutil.copytree(corpus, folder)
    build_index([folder], store=place)
    question = "政府拖欠企业的账款怎么清理？"
    with (
        SpeechIndex.open(place) as index,
        serving(lambda: Opened(index, Answerer(index)), kept=Conversations(tmp_path / "data")) as started,
        opened(browser, started, expected=CUT_OFF) as page,
    ):
        ask(page, question)
        kept(page)
        numbers = page.locator(CITES).all_text_contents()
        quotes = page.locator("#as-sources mark").all_text_contents()
        changed = folder / "county" / "opening.txt"
        changed.write_text(changed.read_text("utf-8").replace("六月底前建立", "七月底前建立"), "utf-8", newline="")
        build_index([folder], store=place)
        # Until it has gone over to the new index, the server answers from the old one, which has the place.
        assert index.refresh()
        reload(page)
        page.wait_for_selector("#as-sources .as-gone")
        assert CHINESE.place_gone in str(page.locator("#as-sources .as-gone").first.text_content())
        assert page.locator(CITES).all_text_contents() == numbers
        assert page.locator(f"{CITES}.as-gone").count() >= 1
        shown = "".join(page.locator("#as-sources mark").all_text_contents())
        assert shown == "".join(quotes) and "六月底前建立" in shown
        page.locator(f"{CITES}.as-gone").first.click()
        assert not page.locator(READER).is_visible(), "there is no place to open"


def test_an_address_of_nothing_says_so_and_the_page_works(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, expected=CUT_OFF) as page:
        page.goto(f"{address}/#c={'0' * 32}")
        page.wait_for_selector(f"{ANSWER}.as-problem")
        reload(page)
        page.wait_for_selector(f"{ANSWER}.as-problem")
        page.fill(ASK, fakes.OFFICERS.question)
        page.press(ASK, "Enter")
        page.wait_for_selector(CITES)
        page.wait_for_function("() => !location.hash.includes('00000000')")
        assert page.locator(f"{ANSWER}.as-problem").count() == 0
        kept(page)


def test_conversations_are_named_searched_and_deleted(page: Page, conversations: Conversations) -> None:
    ask(page, fakes.DEBTS.question)
    first = kept(page)
    page.click("#as-new")
    page.wait_for_selector(".as-welcome")
    page.wait_for_function("() => !location.hash.includes('c=')")
    ask(page, fakes.OFFICERS.question)
    second = kept(page)
    listed_first(page, fakes.OFFICERS.question)
    assert titles(page)[:2] == [fakes.OFFICERS.question, fakes.DEBTS.question]
    page.click("#as-rename")
    page.fill("#as-new-title textarea, #as-new-title input", "专员 <b>")
    page.click("#as-save-title")
    listed_first(page, "专员 <b>")
    assert page.locator(f"{LISTED}.selected").count() == 1

    page.fill("#as-search-kept textarea, #as-search-kept input", "没有预算")
    page.wait_for_function("() => !document.querySelector('#as-kept').textContent.includes('专员')")
    page.locator(LISTED).first.click()
    page.wait_for_selector(f".as-question >> text={fakes.DEBTS.question}")
    named(page, first)
    page.go_back()
    page.wait_for_selector(f".as-question >> text={fakes.OFFICERS.question}")
    named(page, second)

    page.fill("#as-search-kept textarea, #as-search-kept input", "")  # it is not among what was searched for
    listed_first(page, "专员 <b>")
    page.click("#as-delete")
    page.wait_for_selector("#as-deleting")
    assert len(conversations.get(LOCAL_OWNER, second).turns) == 1, "it asks once more"
    page.click("#as-delete-now")
    page.wait_for_selector(".as-welcome")
    assert second not in [summary.id for summary in conversations.list(LOCAL_OWNER, limit=999)]


def test_what_readers_think_is_kept_and_shown_again(page_to_reload: Page, conversations: Conversations) -> None:
    page = page_to_reload
    ask(page, fakes.OFFICERS.question)
    ask(page, fakes.DEBTS.question)
    identity = kept(page)
    thumbs = page.locator("#as-chat .message-buttons-left button")
    page.get_by_role("button", name=CHINESE.thumb_up, exact=True).last.click()
    page.wait_for_selector(f"#as-chat button[aria-label='{CHINESE.thumb_up}'][aria-pressed=true]")
    assert page.locator("#as-chat button[aria-label='Liked'], #as-chat button[aria-label='Like']").count() == 0
    page.fill("#as-comment textarea", "要点齐全")
    page.press("#as-comment textarea", "Enter")
    page.wait_for_selector(".as-comment >> text=要点齐全")
    page.locator("#as-sources .as-source").nth(1).locator(".as-judge").nth(1).click()
    page.wait_for_selector("#as-sources .as-judge.as-chosen")
    reload(page)
    page.wait_for_selector(".as-comment >> text=要点齐全")
    page.wait_for_selector("#as-sources .as-judge.as-chosen")
    assert page.locator("#as-sources .as-judge.as-chosen").get_attribute("aria-pressed") == "true"
    assert page.locator("#as-chat button[aria-pressed=true]").get_attribute("title") == CHINESE.thumb_up
    said = conversations.get(LOCAL_OWNER, identity).judgements
    assert [(one.turn, one.citation, one.verdict, one.comment) for one in said] == [
        (1, None, "good", "要点齐全"),
        (1, 2, "wrong", ""),
    ]
    page.locator("#as-sources .as-judge.as-chosen").click()
    page.wait_for_selector("#as-sources .as-judge.as-chosen", state="detached")
    thumbs.nth(2).click()
    page.wait_for_function("() => document.querySelector('#as-comment textarea')?.value === '要点齐全'")
    page.click("#as-comment-close")
    (one,) = conversations.get(LOCAL_OWNER, identity).judgements
    assert (one.turn, one.verdict) == (1, "bad")


def test_the_sources_of_an_earlier_answer_can_be_judged(page: Page, conversations: Conversations) -> None:
    ask(page, fakes.OFFICERS.question)
    ask(page, fakes.DEBTS.question)
    click_number(page, fakes.OFFICER, answer=0)
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelectorAll('#as-sources .as-source').length === 1")
    page.locator("#as-sources .as-judge").first.click()
    page.wait_for_selector("#as-sources .as-judge.as-chosen")
    (one,) = conversations.get(LOCAL_OWNER, kept(page)).judgements
    assert (one.turn, one.citation, one.verdict) == (0, 1, "right")


def test_two_tabs_do_not_destroy_each_other(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address) as one:
        ask(one, fakes.DEBTS.question)
        identity = kept(one)
        with opened(browser, address) as other:
            other.goto(f"{address}/#c={identity}")
            asked(other, 1)
            ask(other, fakes.OFFICERS.question)
            other.wait_for_selector(f"{LISTED}.selected")
        ask(one, fakes.WEATHER.question)
        asked(one, 3)
        questions = [fakes.DEBTS.question, fakes.OFFICERS.question, fakes.WEATHER.question]
        assert one.locator(".as-question").all_text_contents() == questions


def test_an_answer_that_cannot_be_kept_stays_and_says_why(browser: playwright_api.Browser, tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file")
    with (
        serving_fakes(kept=Conversations(in_the_way)) as started,
        opened(browser, started, locale="en-US") as page,
    ):
        ask(page, fakes.DEBTS.question)
        page.wait_for_selector(".as-unkept")
        assert ENGLISH.not_kept.partition("{")[0] in str(page.locator(".as-unkept").text_content())
        assert page.locator(CITES).count() == 4
        in_the_way.unlink()
        ask(page, fakes.OFFICERS.question)
        page.wait_for_selector(".as-unkept", state="detached")
        kept(page)


def test_a_phone_folds_the_list_away(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, size=PHONE) as page:
        ask(page, fakes.DEBTS.question)
        kept(page)
        assert page.locator("#as-keeping.open").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        toggle = page.locator("#as-keeping .toggle-button")
        assert toggle.get_attribute("aria-label") == CHINESE.keeping_show
        toggle.click()
        page.wait_for_selector("#as-keeping.open")
        page.locator(LISTED).first.click()
        page.wait_for_selector("#as-keeping:not(.open)", state="attached")


@pytest.mark.parametrize("width", [PHONE["width"], 860, DESKTOP["width"]])
def test_the_closed_list_covers_no_title(browser: playwright_api.Browser, address: str, width: int) -> None:
    with opened(browser, address, size={"width": width, "height": 844}) as page:
        if width == DESKTOP["width"]:
            page_is_ready(page)
            page.locator("#as-keeping .toggle-button").click()
        page.wait_for_function(
            """() => {
              const [button, title] = ["#as-keeping:not(.open) .toggle-button", "#as-title"]
                .map((one) => document.querySelector(one)?.getBoundingClientRect());
              const words = document.createRange();
              words.selectNodeContents(document.querySelector("#as-title"));
              return button && title && button.right <= words.getBoundingClientRect().left;
            }"""
        )


def test_a_window_that_becomes_narrow_is_not_covered(browser: playwright_api.Browser, address: str) -> None:
    """The list closes; opened again it leaves a strip of the page, which closes it, as Escape does."""
    with opened(browser, address, size={"width": 1280, "height": 844}) as page:
        page_is_ready(page)
        page.set_viewport_size(PHONE)
        closed, box = "#as-keeping:not(.open)", page.locator("#as-keeping")
        page.wait_for_selector(closed, state="attached")
        for close in (lambda: page.mouse.click(PHONE["width"] - 15, 500), lambda: page.keyboard.press("Escape")):
            page.locator("#as-keeping .toggle-button").click()
            page.wait_for_selector("#as-keeping.open")
            page.wait_for_function("() => document.querySelector('#as-keeping').getBoundingClientRect().left === 0")
            assert box.bounding_box()["width"] < PHONE["width"] - 40
            assert is_in_view(page, "#as-keeping .toggle-button")
            close()
            page.wait_for_selector(closed, state="attached")


def test_the_button_to_the_end_hides_no_words(browser: playwright_api.Browser, address: str) -> None:
    with opened(browser, address, size=PHONE) as page:
        for question in (fakes.DEBTS.question, fakes.OFFICERS.question, fakes.DEBTS.question):
            ask(page, question)
        page.locator("#as-chat .bubble-wrap").evaluate("wrap => wrap.scrollTo(0, 1)")
        page.wait_for_selector("#as-chat .scroll-down-button-container button")
        bottom, top = page.evaluate(
            "[document.querySelector('#as-chat .bubble-wrap').getBoundingClientRect().bottom,"
            " document.querySelector('.scroll-down-button-container').getBoundingClientRect().top]"
        )
        assert bottom <= top + 0.5
        page.click("#as-chat .scroll-down-button-container button")
        page.wait_for_selector("#as-chat .scroll-down-button-container", state="detached")


def test_without_a_data_folder_the_page_says_that_nothing_is_kept(browser: playwright_api.Browser) -> None:
    with (
        serving_fakes() as started,
        opened(browser, started, size=NARROW) as page,
    ):
        ask(page, fakes.OFFICERS.question)
        page.locator("#as-keeping .toggle-button").click()
        page.wait_for_selector(f"#as-kept-note >> text={CHINESE.keeping_off}")
        assert page.locator(f"{LISTED}, #as-kept-tools button").count() == 0


def test_the_list_covers_nothing_once_the_reader_is_closed(browser: playwright_api.Browser, address: str) -> None:
    """Nor leaves a gap beside the reader, where the window changes meanwhile, too."""
    left = "document.querySelector('#as-left').getBoundingClientRect().left"
    with opened(browser, address) as page:
        page_is_ready(page)
        ask(page, fakes.DEBTS.question)
        page.wait_for_timeout(500)
        beside_the_list = page.evaluate(left)
        click_number(page, fakes.LEDGER)
        assert page.evaluate(left) < 30, "the reader takes the place of the list"
        page.set_viewport_size({"width": 1279, "height": 780})
        page.wait_for_timeout(300)
        page.keyboard.press("Escape")
        page.wait_for_timeout(600)
        assert page.evaluate(left) == beside_the_list


@pytest.mark.parametrize("height", [800, 480])
def test_a_long_list_leaves_what_renames_and_deletes_in_view(
    browser: playwright_api.Browser, tmp_path: Path, height: int
) -> None:
    store = Conversations(tmp_path / "data")
    for _ in range(20):
        store.append(LOCAL_OWNER, store.create(LOCAL_OWNER), DEBTS_TURN)
    with serving_fakes(kept=store) as started, opened(browser, started, size={**DESKTOP, "height": height}) as page:
        page_is_ready(page)
        page.locator(LISTED).first.click()
        page.wait_for_selector(f"{LISTED}.selected")
        for button, asked_with in (("#as-rename", "#as-save-title"), ("#as-delete", "#as-delete-now")):
            page.wait_for_selector(button)
            assert is_in_view(page, button), button
            page.click(button)
            page.wait_for_selector(asked_with)
            page.wait_for_timeout(300)
            assert is_in_view(page, asked_with) and is_in_view(page, "#as-new"), asked_with
        page.locator(LISTED).last.scroll_into_view_if_needed()
        assert is_in_view(page, f"{LISTED}:last-of-type") and is_in_view(page, "#as-delete-now")


def test_a_conversation_comes_back_with_the_filters_of_its_latest_question(
    browser: playwright_api.Browser, tmp_path: Path
) -> None:
    """And one that was asked of all speeches without those of the one before."""
    store, answers = Conversations(tmp_path / "data"), fakes.FakeAnswers()
    filtered, other = (store.create(LOCAL_OWNER) for _ in range(2))
    county = Filters(level=("县",))
    store.append(LOCAL_OWNER, filtered, replace(DEBTS_TURN, filters=county, filtered_by=(("level", "县"),)))
    store.append(LOCAL_OWNER, other, OFFICERS_TURN)
    with serving_fakes(answers, kept=store) as started, opened(browser, started, expected=CUT_OFF) as page:
        page.goto(f"{started}/#c={filtered}")
        reload(page)
        asked(page, 1)
        page.wait_for_selector("#as-filters >> text=已选 1 项")
        ask(page, fakes.WEATHER.question)
        assert answers.filters == [county]
        listed_first(page, DEBTS_TURN.question)
        page.wait_for_timeout(500)
        page.locator(LISTED, has_text=OFFICERS_TURN.question).click()
        named(page, other)
        page.wait_for_selector("#as-filters >> text=已选 1 项", state="detached")
        ask(page, fakes.WEATHER.question)
        assert answers.filters == [county, Filters()]


def test_an_answer_about_a_speech_that_was_removed_says_so(browser: playwright_api.Browser, tmp_path: Path) -> None:
    """Where its file is still there, with another speech; in the file that is taken along, too."""
    store, index = Conversations(tmp_path / "data"), fakes.FakeIndex(all_speeches=(fakes.SECOND_SPEECH,))
    identity = store.create(LOCAL_OWNER)
    store.append(LOCAL_OWNER, identity, DEBTS_TURN)
    with serving(lambda: Opened(index, fakes.FakeAnswers()), kept=store) as started, opened(browser, started) as page:
        page.goto(f"{started}/#c={identity}")
        page.wait_for_selector(".as-gone-places")
        said = CHINESE.places_gone.format(number=3)
        assert page.locator(".as-gone-places").inner_text() == said
        assert page.locator(".as-checked").count() == 1, "and does not say that all can be looked up"
        assert page.locator(f"{CITES}.as-gone").count() == 3
        made = page.request.get(f"{started}/export/{identity}.md", headers={"Accept-Language": "zh-CN"})
        assert said in made.text()


@pytest.mark.parametrize("pause", [0.0, 3.0], ids=["after the answer", "while it is made"])
def test_a_list_that_comes_late_opens_nothing(
    browser: playwright_api.Browser, monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    """A slow server: the list that was asked for as the page was opened comes when a question has been asked."""
    listed, opening, late = KeepingEvents.listed, KeepingEvents.opened, threading.Event()
    calls: list[str] = []

    @functools.wraps(listed)
    def slow_at_first(*given: Any) -> Any:
        found = listed(*given)
        if not late.is_set():
            late.set()
            time.sleep(2.5)
        return found

    @functools.wraps(opening)
    def noted(self: KeepingEvents, said: str, request: gr.Request) -> Any:
        calls.append(said)
        return opening(self, said, request)

    monkeypatch.setattr(KeepingEvents, "listed", slow_at_first)
    monkeypatch.setattr(KeepingEvents, "opened", noted)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        gate = threading.Event()
        answers = fakes.FakeAnswers(gate=gate)
        started = stack.enter_context(serving_fakes(answers, kept=Conversations(folder)))
        page = stack.enter_context(opened(browser, started))
        assert late.wait(15)
        threading.Timer(pause, gate.set).start()
        ask(page, fakes.DEBTS.question)
        identity = kept(page)
        page.wait_for_timeout(3000)
        assert calls == []
        named(page, identity)
        assert page.locator(".as-question").all_inner_texts() == [fakes.DEBTS.question]
