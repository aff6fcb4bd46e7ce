"""Users in a real browser: the first administrator, signing in and out, managing, whose conversations are whose."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from benchmarks.serving import running
from tests import fakes
from tests.browser import ANSWER, ASK, DESKTOP, PHONE, Page, Watch, ask, marks, playwright_api
from tests.test_browser_accessibility import serious

from askspeech.access import Role
from askspeech.conversations import Conversations
from askspeech.live_index import Opened
from askspeech.passwords import Passwords
from askspeech.server import create_application
from askspeech.texts import CHINESE, ENGLISH, PageTexts
from askspeech.users import Users

pytestmark = marks

GOOD = "correct horse staple"
BETTER = "battery of the moon"
SAID = "#as-people-said"
PANEL = "#as-people-panel"
LISTED = "#as-kept label"
REFUSED = tuple(f"the server responded with a status of {status}" for status in (400, 401, 429))
"""What the browser itself writes where a form is answered with such a status."""
CUT_OFF = ("AbortError", "errored out", "ERR_", "network error")
"""What Gradio says of a page that is left while something is under way."""
ENDED = (*REFUSED, "Response", "is enabled")
"""What Gradio says of a page whose session has ended."""
LANGUAGES = pytest.mark.parametrize(("locale", "words"), [("zh-CN", CHINESE), ("en-US", ENGLISH)], ids=["zh", "en"])


@pytest.fixture
def users(tmp_path: Path) -> Users:
    """With hashes that cost nothing."""
    return Users(tmp_path / "data", Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))


@pytest.fixture
def address(users: Users) -> Iterator[str]:
    kept = Conversations(users.folder)
    application = create_application(
        lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()),
        kept=kept, users=users, store=users.folder.parent / "store",
    )  # fmt: skip
    with running(application) as started:
        yield started


@contextlib.contextmanager
def tab(
    browser: playwright_api.Browser, address: str, *, expected: tuple[str, ...] = CUT_OFF, **more: Any
) -> Iterator[Page]:
    """A browser of its own; at its end it must have complained of nothing and asked no other host for anything."""
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "zh-CN", **more})
    page = context.new_page()
    page.set_default_timeout(20_000)
    watch = Watch(address, expected=expected)
    watch.follow(page)
    yield page
    context.close()
    assert watch.complaints == []


def add(users: Users, *names: str) -> None:
    """Users of these names; the first of all is an administrator, the others read."""
    for name in names:
        role: Role = "reader" if users.exist() else "administrator"
        users.add(name, GOOD, role)


def fill_in(page: Page, name: str, password: str = GOOD) -> None:
    page.fill("#name", name)
    page.fill("#password", password)
    page.press("#password", "Enter")


def sign_in(page: Page, address: str, name: str, password: str = GOOD, *, to: str = "") -> None:
    """Sign in at the page that one wants."""
    page.goto(f"{address}/{to}")
    page.wait_for_url("**/sign-in**")
    fill_in(page, name, password)
    page.wait_for_selector("#as-head .as-signed-in")


def manage(page: Page, address: str, name: str) -> None:
    """The page of the users, as an administrator."""
    sign_in(page, address, name, to="people")
    page.wait_for_selector(f"{PANEL}:visible #as-people-table td")


def choose(page: Page, name: str) -> None:
    page.click("#as-people-chosen input")
    page.locator("[role=option]", has_text=f"{name} ·").click()


def says(page: Page, selector: str, words: str) -> None:
    """Wait until it does."""
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector)?.innerText.includes(words)", arg=[selector, words]
    )


def rows(page: Page) -> list[list[str]]:
    """The name, the role and the number of devices of each user in the table."""
    found = [row.locator("th, td").all_inner_texts() for row in page.locator("#as-people-table tbody tr").all()]
    return [[name, role, devices] for name, role, _, _, devices in found]


# The first administrator


@LANGUAGES
def test_the_first_administrator_takes_over_what_was_kept(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    with (
        tab(browser, address, locale=locale, expected=(*REFUSED, *CUT_OFF)) as page,
        tab(browser, address, locale=locale) as other,
    ):
        page.goto(address)
        page.wait_for_selector(".as-welcome")
        assert page.locator(".as-signed-in").count() == 0
        ask(page, fakes.DEBTS.question)
        page.wait_for_function("() => /[#&]c=[0-9a-f]{32}/.test(location.hash)")
        conversation = page.evaluate("location.hash")

        page.goto(f"{address}/people")
        says(page, "#as-people-state", words.people_none)
        assert not page.locator(f"{PANEL}:visible").count()
        page.click("#as-people-first")
        page.wait_for_selector("#again")
        says(page, "main", words.sign_in_first_note)
        page.fill("#name", "王书记")
        page.fill("#password", GOOD)
        page.fill("#again", BETTER)
        page.press("#again", "Enter")
        says(page, ".problem", words.password_differs)
        assert not users.exist()
        page.fill("#password", GOOD)
        page.fill("#again", GOOD)
        page.press("#again", "Enter")
        page.wait_for_selector("#as-head .as-signed-in >> text=王书记")
        page.wait_for_selector(LISTED)
        assert page.locator(LISTED).count() == 1

        users.add("ann", GOOD, "reader")
        sign_in(other, address, "ann", to=conversation)
        other.wait_for_selector(ANSWER)
        assert not other.locator(f"{LISTED}, .as-question, {ANSWER} .as-cite").count(), "it is not theirs"
        other.fill(ASK, fakes.DEBTS.question)  # its answer takes the place of that problem
        other.press(ASK, "Enter")
        other.wait_for_selector(LISTED)
    kept = Conversations(users.folder)
    assert [len(kept.list(owner)) for owner in ("local", *(user.owner for user in users.all()))] == [0, 1, 1]


# Signing in and out


@LANGUAGES
def test_signing_in_comes_back_to_the_same_place(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    add(users, "王书记")
    with tab(browser, address, locale=locale, expected=(*ENDED, *CUT_OFF)) as page:
        page.goto(f"{address}/glance#term=x")
        page.wait_for_url("**/sign-in?to=glance#term=x")
        assert page.locator("h1").inner_text() == words.sign_in
        fill_in(page, "王书记", "wrong password")
        says(page, ".problem", words.sign_in_wrong)
        assert page.locator("#name").input_value() == "王书记" and page.locator("#password").input_value() == ""
        fill_in(page, "王书记")
        page.wait_for_url("**/glance#term=x")
        page.wait_for_selector("#as-head .as-signed-in")
        page.click(".as-signed-in button")
        page.wait_for_url("**/sign-in?after=out")
        says(page, ".who", words.sign_in_after_out)
        page.go_back()
        page.wait_for_url("**/sign-in**")
        assert users.all()[0].sessions == 0


def test_the_form_is_in_the_language_that_is_chosen(
    browser: playwright_api.Browser, address: str, users: Users
) -> None:
    add(users, "王书记")
    with tab(browser, address) as page:
        page.goto(f"{address}/sign-in")
        page.click("#language")
        page.wait_for_selector(f"h1 >> text={ENGLISH.sign_in}")
        fill_in(page, "王书记")
        page.wait_for_selector(f".as-signed-in button >> text={ENGLISH.sign_out}")


@LANGUAGES
def test_after_five_wrong_passwords_the_right_one_waits(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    add(users, "王书记", "ann")
    with tab(browser, address, locale=locale, expected=(*REFUSED, *CUT_OFF)) as page:
        page.goto(f"{address}/sign-in")
        for _ in range(5):
            with page.expect_navigation():
                fill_in(page, "王书记", "wrong password")
            says(page, ".problem", words.sign_in_wrong)
        fill_in(page, "王书记")
        says(page, ".problem", words.sign_in_wait.partition("{")[0].strip())
        assert users.all()[0].sessions == 0
        fill_in(page, "ann")
        page.wait_for_selector("#as-head .as-signed-in >> text=ann")


def led_to_sign_in(page: Page) -> None:
    """Load a page anew whose session has ended; it may be on its way to sign in already, which breaks loading off."""
    with contextlib.suppress(playwright_api.Error):
        page.reload()
    page.wait_for_selector("#name")
    assert "/sign-in" in page.url


@LANGUAGES
def test_everybody_changes_their_own_password_and_signs_out(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    add(users, "王书记", "ann")
    expected = (*REFUSED, *ENDED, *CUT_OFF)
    with (
        tab(browser, address, locale=locale, expected=expected) as page,
        tab(browser, address, locale=locale, expected=expected) as other,
    ):
        sign_in(other, address, "ann")
        sign_in(page, address, "ann", to="people")
        page.click("#as-account")
        says(page, ".who", words.signed_in_as.format(name="ann", role=words.role_reader))
        page.click(f"text={words.password_change}")
        page.fill("#password", "wrong password")
        page.fill("#new", BETTER)
        page.fill("#again", BETTER)
        page.press("#again", "Enter")
        says(page, ".problem", words.sign_in_wrong)
        page.fill("#password", GOOD)
        page.fill("#new", BETTER)
        page.fill("#again", BETTER)
        page.press("#again", "Enter")
        page.wait_for_selector(".who")
        led_to_sign_in(other)
        fill_in(other, "ann")
        says(other, ".problem", words.sign_in_wrong)
        fill_in(other, "ann", BETTER)
        other.wait_for_selector("#as-head .as-signed-in")
        page.click(f"text={words.sign_out_everywhere}")
        page.wait_for_selector("#name")
        led_to_sign_in(other)


@LANGUAGES
def test_a_session_that_ended_loses_no_question(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    add(users, "王书记", "ann")
    with tab(browser, address, locale=locale, expected=(*ENDED, *CUT_OFF)) as page:
        sign_in(page, address, "ann")
        page.wait_for_selector(".as-welcome")
        ask(page, fakes.DEBTS.question)
        page.wait_for_function("() => /[#&]c=[0-9a-f]{32}/.test(location.hash)")
        conversation = page.evaluate("location.hash")
        page.fill(ASK, "县里的债务怎么化解？")
        users.end_sessions("ann")
        # Whether the question or the page's own stream is the first to notice: a key needs no element to be there yet.
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/sign-in?after=end{conversation}")
        says(page, ".who", words.sign_in_after_end)
        fill_in(page, "ann")
        page.wait_for_selector("#as-head .as-signed-in")
        page.wait_for_function("ask => document.querySelector(ask)?.value === '县里的债务怎么化解？'", arg=ASK)
        page.wait_for_selector(ANSWER)
        assert page.locator(".as-question").all_inner_texts() == [fakes.DEBTS.question]


# Managing


def test_what_was_typed_is_shown_to_nobody_else(browser: playwright_api.Browser, address: str, users: Users) -> None:
    add(users, "ann", "bob")
    # Signed out as the page is loading, which asks on until it is left.
    with tab(browser, address, expected=(*CUT_OFF, "a status of 401")) as page:
        sign_in(page, address, "ann")
        page.fill(ASK, "还没问完的问题")
        page.reload()
        page.wait_for_function(f"() => document.querySelector('{ASK}')?.value === '还没问完的问题'")
        page.click(".as-signed-in button")
        page.wait_for_selector("#name")
        assert page.evaluate("() => sessionStorage.getItem('askspeech-unasked')") is None
        # As where a session has ended instead.
        page.evaluate(
            "() => sessionStorage.setItem('askspeech-unasked', JSON.stringify({typed: '秘密', asked: '', user: 'ann'}))"
        )
        sign_in(page, address, "bob")
        page.wait_for_selector(".as-signed-in")
        page.wait_for_function("() => sessionStorage.getItem('askspeech-unasked') === null")
        page.wait_for_timeout(500)
        assert page.input_value(ASK) == ""


@LANGUAGES
def test_an_administrator_manages_the_users(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    add(users, "王书记")
    with tab(browser, address, locale=locale) as page:
        manage(page, address, "王书记")
        page.fill("#as-people-name textarea, #as-people-name input", "reader")
        page.fill("#as-people-password input", "short")
        page.click("#as-people-add")
        page.wait_for_selector(f"{SAID} .as-problem")
        page.fill("#as-people-password input", GOOD)
        page.check("#as-people-show input")
        page.wait_for_selector("#as-people-password input[type=text], #as-people-password textarea")
        page.uncheck("#as-people-show input")
        page.wait_for_selector("#as-people-password input[type=password]")
        assert page.input_value("#as-people-password input") == GOOD, "what is typed stays"
        page.click("#as-people-add")
        says(page, SAID, words.people_added.format(name="reader"))
        assert rows(page) == [
            ["王书记", words.role_administrator, "1"], ["reader", words.role_reader, "0"]
        ]  # fmt: skip
        assert page.locator("#as-people-password input").input_value() == ""
        assert users.sign_in("reader", GOOD)

        choose(page, "reader")
        page.fill("#as-people-new-password input", BETTER)
        page.click("#as-people-reset")
        says(page, SAID, words.people_reset_done.format(name="reader"))
        assert not users.sign_in("reader", GOOD) and users.sign_in("reader", BETTER)

        choose(page, "reader")
        page.click("#as-people-end")
        says(page, SAID, words.people_sessions_ended.format(name="reader"))
        assert users.all()[1].sessions == 0

        choose(page, "reader")
        page.locator("#as-people-new-role label", has_text=words.role_administrator.capitalize()).click()
        page.click("#as-people-set-role")
        says(page, SAID, words.people_role_set.format(name="reader", role=words.role_administrator))
        assert [user.role for user in users.all()] == ["administrator"] * 2

        choose(page, "reader")
        page.click("#as-people-remove")
        says(page, "#as-people-really", words.people_remove_really.format(name="reader"))
        page.click("#as-people-no")
        page.wait_for_selector("#as-people-removing", state="hidden")
        assert len(users.all()) == 2
        page.click("#as-people-remove")
        page.click("#as-people-yes")
        says(page, SAID, words.people_removed.format(name="reader"))
        assert rows(page) == [["王书记", words.role_administrator, "1"]]

        choose(page, "王书记")
        page.click("#as-people-remove")
        says(page, SAID, words.people_not_yourself)


CALL = """async ([button, data]) => {
  const { components, dependencies } = window.gradio_config;
  const { id } = components.find(({ props }) => props.elem_id === button);
  const event = dependencies.find(({ targets }) => targets.some(([target]) => target === id));
  const session_hash = Math.random().toString(36).slice(2);
  const body = JSON.stringify({ data, fn_index: event.id, session_hash, trigger_id: id, event_data: null });
  const headers = { "Content-Type": "application/json" };
  const joined = await fetch("gradio_api/queue/join", { method: "POST", headers, body });
  if (!joined.ok) return `${joined.status}`;
  return (await fetch(`gradio_api/queue/data?session_hash=${session_hash}`)).text();
}"""
"""Calls the event of a button, shown or not, as a script may."""


@LANGUAGES
def test_a_reader_manages_nothing(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, words: PageTexts
) -> None:
    add(users, "王书记", "ann")
    with tab(browser, address, locale=locale) as page, tab(browser, address, locale=locale) as administrator:
        sign_in(page, address, "ann", to="people")
        says(page, "#as-people-state", words.people_reader)
        for button in (PANEL, "#as-people-table", "#as-people-add", "#as-people-chosen", "#as-people-first"):
            assert not page.locator(f"{button}:visible").count(), button
        for button, data in (
            ("as-people-add", ["eve", GOOD, "administrator"]),
            ("as-people-set-role", ["ann", "administrator"]),
            ("as-people-reset", ["王书记", BETTER]),
            ("as-people-end", ["王书记"]),
            ("as-people-yes", ["王书记"]),
        ):
            said = page.evaluate(CALL, [button, data])
            # Where it names a user, Gradio itself refuses one that was not offered.
            assert "process_completed" in said, button
            refused = "只有管理员" if words is CHINESE else "Only an administrator"
            escaped = json.dumps(refused).strip('"')
            assert any(one in said for one in (refused, escaped, '"success":false')), button
            assert "王书记</th>" not in said
        assert [(user.name, user.role, user.sessions) for user in users.all()] == [
            ("王书记", "administrator", 0), ("ann", "reader", 1)
        ]  # fmt: skip
        assert users.sign_in("王书记", GOOD)
        page.goto(f"{address}/library")
        page.wait_for_selector("#as-library-now .as-state")
        assert not page.locator("#as-library-build:visible, #as-library-add:visible").count()

        manage(administrator, address, "王书记")
        said = administrator.evaluate(CALL, ["as-people-add", ["eve", GOOD, "reader"]])
        assert "process_completed" in said and [user.name for user in users.all()][2:] == ["eve"]


# How it looks


def test_the_page_is_as_wide_as_the_others_and_its_table_has_no_frame(
    browser: playwright_api.Browser, address: str, users: Users
) -> None:
    add(users, "王书记", "ann")
    width = "selector => document.querySelector(selector).getBoundingClientRect().width"
    with tab(browser, address, viewport={"width": 1600, "height": 900}) as page:
        manage(page, address, "王书记")
        frames = page.locator("#as-people-table :is(table, thead, tbody, tr)").evaluate_all(
            "parts => parts.map((part) => getComputedStyle(part).borderTopWidth)"
        )
        assert set(frames) == {"0px"}
        wide = page.evaluate(width, "#as-people")
        page.goto(f"{address}/library")
        page.wait_for_selector("#as-library-now .as-state")
        assert abs(page.evaluate(width, "#as-library") - wide) < 2


@pytest.mark.parametrize(
    ("locale", "size", "colours"),
    [("zh-CN", DESKTOP, "light"), ("en-US", DESKTOP, "dark"), ("zh-CN", PHONE, "light"), ("en-US", PHONE, "dark")],
    ids=["desktop", "dark", "phone", "dark phone"],
)
def test_nothing_serious_for_axe_and_it_fits(
    browser: playwright_api.Browser, address: str, users: Users, locale: str, size: dict[str, int], colours: str
) -> None:
    found: list[tuple[str, str, str]] = []

    def look(state: str) -> None:
        page.wait_for_timeout(350)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], state
        found.extend((state, *one) for one in serious(page))

    expected = (*REFUSED, *CUT_OFF)
    with tab(browser, address, locale=locale, viewport=size, color_scheme=colours, expected=expected) as page:
        page.goto(f"{address}/people")
        page.wait_for_selector("#as-people-first:visible")
        look("nobody")
        page.click("#as-people-first")
        page.wait_for_selector("#again")
        look("first administrator")
        add(users, "王书记", "李秘书", "ann", "Maximilian von Hohenstaufen-Württemberg", "library")
        page.goto(f"{address}/people")
        fill_in(page, "王书记", "wrong password")
        page.wait_for_selector(".problem")
        look("signing in")
        manage(page, address, "王书记")
        choose(page, "library")
        assert page.locator("#as-people-chosen input").input_value().startswith("library · "), (
            "a name is no word of the page"
        )
        page.click("#as-people-remove")
        page.wait_for_selector("#as-people-yes:visible")
        look("users")
        for place in ("sign-in", "password"):
            page.goto(f"{address}/{place}")
            page.wait_for_selector("main")
            look(place)
    assert found == []


def test_on_a_phone_the_box_for_questions_is_in_view(
    browser: playwright_api.Browser, address: str, users: Users
) -> None:
    """Whatever stands in the head; on a wide window what stands there ends where the columns do."""
    add(users, "王书记")
    for size in (PHONE, {"width": 360, "height": 640}, DESKTOP):
        with tab(browser, address, viewport=size) as page:
            sign_in(page, address, "王书记")
            page.wait_for_selector(".as-welcome")
            page.wait_for_timeout(300)
            for _ in range(2):
                box = page.locator("#as-ask").bounding_box()
                assert box and box["y"] + box["height"] <= size["height"], size
                ask(page, fakes.DEBTS.question)
            edges = [page.locator(one).bounding_box() for one in ("#as-head .as-signed-in button", "#as-columns")]
            manifest = page.evaluate("document.querySelector('link[rel=manifest]').crossOrigin")
            assert manifest == "use-credentials", "or it is asked for as nobody, who is refused"
            if size == DESKTOP:
                assert len({round(edge["x"] + edge["width"]) for edge in edges if edge}) == 1
            page.goto(f"{address}/people")
            page.wait_for_selector("#as-people-table td")
            wide = page.locator("#as-people-table .as-wide")
            assert wide.evaluate("table => table.scrollWidth <= table.clientWidth"), "nothing of it is cut off"
