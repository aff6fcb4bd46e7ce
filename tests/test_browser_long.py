"""A long conversation in a real browser: what is folded away and comes back, and that the page stays small."""

from collections.abc import Iterator

import pytest
from tests import fakes
from tests.browser import ANSWER, READER, Page, ask, marks, opened, playwright_api, words_marked
from tests.kept import DEBTS_TURN, OFFICERS_TURN

from askspeech.conversations import LOCAL_OWNER, Conversations

pytestmark = marks

TURNS = 45
SHOWN = 15
QUESTION = "#as-chat .as-question"
EARLIER = "#as-earlier"
STRETCH = 20
MOST_GROWTH = 20 * 1024


@pytest.fixture(scope="module")
def conversations(tmp_path_factory: pytest.TempPathFactory) -> Conversations:
    return Conversations(tmp_path_factory.mktemp("data"))


@pytest.fixture
def identity(conversations: Conversations) -> str:
    """A conversation whose even turns cite one speech, and the odd ones two."""
    made = conversations.create(LOCAL_OWNER)
    for turn in range(TURNS):
        conversations.append(LOCAL_OWNER, made, DEBTS_TURN if turn % 2 else OFFICERS_TURN)
    return made


@pytest.fixture
def page(browser: playwright_api.Browser, address: str, identity: str) -> Iterator[Page]:
    with opened(browser, address) as ready:
        ready.goto(f"{address}#c={identity}")
        shown(ready, SHOWN)
        yield ready


def shown(page: Page, count: int) -> None:
    """Wait until so many questions are shown, each with its answer."""
    page.wait_for_selector(f"{ANSWER} >> nth={count - 1}")
    page.wait_for_selector(f"{ANSWER} >> nth={count}", state="detached")
    assert page.locator(QUESTION).count() == count


def sources_are_of(page: Page, citations: int) -> None:
    page.wait_for_selector(f"#as-sources .as-source >> nth={citations - 1}", state="attached")
    page.wait_for_selector(f"#as-sources .as-source >> nth={citations}", state="detached")


def test_the_numbers_of_an_answer_open_its_own_places_where_earlier_ones_are_folded_away(page: Page) -> None:
    sources_are_of(page, 1)
    page.locator(ANSWER).nth(1).locator("button.as-cite").first.click()
    page.wait_for_selector(f"{READER} mark.as-chosen")
    assert words_marked(page) == fakes.LEDGER.quote
    page.keyboard.press("Escape")
    sources_are_of(page, 4)
    page.locator(ANSWER).nth(2).locator("button.as-cite").click()
    sources_are_of(page, 1)


def test_earlier_questions_come_back_on_request(page: Page, conversations: Conversations, identity: str) -> None:
    page.click(EARLIER)
    shown(page, SHOWN + 20)
    page.click(EARLIER)
    shown(page, TURNS)
    page.wait_for_selector(EARLIER, state="hidden")
    assert page.locator("#as-chat .bubble-wrap").evaluate("log => log.scrollTop") == 0
    page.locator(ANSWER).nth(1).locator("button.as-cite").first.click()
    page.wait_for_selector(f"{READER} mark.as-chosen")
    page.keyboard.press("Escape")
    sources_are_of(page, 4)
    page.locator("#as-sources button.as-judge").first.click()
    page.wait_for_selector("#as-sources button.as-judge.as-chosen")
    (judged,) = conversations.get(LOCAL_OWNER, identity).judgements
    assert (judged.turn, judged.citation) == (1, 1)


def test_the_next_question_folds_them_again_and_all_are_kept(
    page: Page, conversations: Conversations, identity: str
) -> None:
    page.click(EARLIER)
    shown(page, SHOWN + 20)
    page.fill("#as-ask textarea", fakes.WEATHER.question)
    page.press("#as-ask textarea", "Enter")
    page.wait_for_selector(f"{ANSWER} .as-nearest")
    shown(page, SHOWN + 1)
    assert page.locator(QUESTION).last.text_content() == fakes.WEATHER.question
    page.wait_for_selector(EARLIER)
    page.wait_for_selector("#as-ask .submit-button")
    assert len(conversations.get(LOCAL_OWNER, identity).turns) == TURNS + 1


def test_without_anything_folded_away_there_is_nothing_to_bring_back(
    browser: playwright_api.Browser, address: str
) -> None:
    with opened(browser, address) as page:
        ask(page, fakes.DEBTS.question)
        assert not page.locator(EARLIER).is_visible()


def test_the_page_stays_small(browser: playwright_api.Browser, address: str) -> None:
    """The short form of benchmarks/long_conversation.py: bytes of the heap a turn, from the 20th to the 60th."""
    from benchmarks.asking_page import AskingPage
    from benchmarks.long_conversation import conversation

    questions = [fakes.DEBTS.question, fakes.OFFICERS.question, fakes.WEATHER.question] * STRETCH
    with opened(browser, address) as page:
        asked = conversation(AskingPage(page), questions, STRETCH)
        held = [turned.held for turned in asked if turned.held][1:]
    assert len(held) == 3
    assert (held[-1].heap - held[0].heap) / (2 * STRETCH) <= MOST_GROWTH
    assert held[-1].elements <= 1.2 * held[0].elements
