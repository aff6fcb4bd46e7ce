"""The library in a real browser: from an empty one to an answer, bad files, two tabs, removing, reports, readers."""

import contextlib
import json
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from benchmarks.serving import running
from tests import fakes
from tests.bad_files.all_files import all_files
from tests.browser import (
    ANSWER,
    ASK,
    DESKTOP,
    PHONE,
    READER,
    Page,
    is_in_view,
    marks,
    opened,
    playwright_api,
    watched,
)
from tests.test_browser_accessibility import serious

from askspeech import build_index
from askspeech.bilingual import said_in
from askspeech.builder import Builder
from askspeech.exclusions import Exclusions
from askspeech.incoming import upload_folder
from askspeech.library import Library
from askspeech.live_index import Opened
from askspeech.opening import opener
from askspeech.server import create_application
from askspeech.settings import ChatSettings, IndexSettings
from askspeech.store import Store
from askspeech.texts import CHINESE, ENGLISH, PageTexts
from askspeech.uploads import Uploads
from askspeech.users import Users

pytestmark = marks

NOW = "#as-library-now"
BUILD = "#as-library-build"
ROWS = "#as-library-table tbody tr"
ADDED = "#as-library-added"
FROM_GRADIO = ("Method not implemented",)
"""What Gradio's own client says of every upload."""
CUT_OFF = ("AbortError", "errored out", "ERR_", "network error", "cancel scope")
BUILD_MILLISECONDS = 120_000
BAD = (
    "空.txt", "图片.txt", "零字节.txt", "两种编码.txt", "断.docx", "文本.docx", "炸弹.docx", "断.zip", "断.pdf",
    "太多.zip", "实体.epub", "文本.rtf",
)  # fmt: skip


@contextlib.contextmanager
def served(store: Path, users: Users | None = None, *, leaves_copies: bool = False) -> Iterator[str]:
    with upload_folder() as incoming:
        open_index = opener(IndexSettings(store=store), ChatSettings())
        with running(create_application(open_index, store=store, users=users)) as address:
            yield address
        assert leaves_copies or not [path for path in incoming.rglob("*") if path.is_file()]


@contextlib.contextmanager
def library(
    browser: playwright_api.Browser,
    address: str,
    *,
    locale: str = "zh-CN",
    size: dict[str, int] = DESKTOP,
    expected: tuple[str, ...] = FROM_GRADIO,
) -> Iterator[Page]:
    """The open page, `watched`."""
    with watched(browser, address, seconds=20, expected=expected, viewport=size, locale=locale) as page:
        page.goto(f"{address}/library")
        page.wait_for_selector(f"{NOW} .as-state")
        yield page


def upload(page: Page, files: Sequence[Path]) -> None:
    shown = f"{ADDED} div.as-added"
    before = page.locator(shown).inner_html() if page.locator(shown).count() else ""
    page.locator("#as-library-files input[type=file]").set_input_files([str(file) for file in files])
    page.wait_for_function(
        "([shown, before]) => { const now = document.querySelector(shown); return now && now.innerHTML !== before; }",
        arg=[shown, before],
    )


def build(page: Page) -> None:
    """Update the index, and wait until the page says how that went."""
    page.wait_for_selector(f"{BUILD}:not([disabled])")
    page.click(BUILD)
    page.wait_for_selector(f"{NOW} .as-building progress")
    built(page)


def built(page: Page) -> None:
    page.wait_for_selector(f"{NOW} .as-state:not(.as-building) .as-last", timeout=BUILD_MILLISECONDS)


def text(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text()


def says(page: Page, selector: str, words: str) -> None:
    """Wait until it does."""
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector)?.innerText.includes(words)", arg=[selector, words]
    )


@pytest.fixture
def filled(tmp_path: Path, corpus: Path) -> Path:
    """A store of its own with the index of the test corpus."""
    store = tmp_path / "store"
    build_index([corpus], store=store)
    return store


def many(folder: Path, count: int) -> Path:
    """So many speeches, all different."""
    folder.mkdir()
    for number in range(count):
        paragraph = "".join(f"第{number}县第{line}条措施要在{line + 1}月底前落实，责任到人。" for line in range(12))
        title = f"在第{number}县优化营商环境大会上的讲话"
        (folder / f"{number:03}.txt").write_text(f"{title}\n\n同志们：\n\n{paragraph}\n\n谢谢大家！\n", "utf-8")
    return folder


def test_from_an_empty_library_to_an_answer(browser: playwright_api.Browser, tmp_path: Path, repository: Path) -> None:
    """Every supported format, through the browser; the chat page, open all the while, notices."""
    samples = sorted((repository / "ingest" / "samples").iterdir())
    store = tmp_path / "store"
    with (
        served(store) as address,
        opened(browser, address) as chat,
        library(browser, address) as page,
    ):
        says(page, NOW, CHINESE.library_empty)
        assert page.locator(BUILD).is_disabled()
        upload(page, samples)
        said = text(page, ADDED)
        assert all(f"{sample.name} {CHINESE.library_added}" in said for sample in samples)
        assert CHINESE.library_next_step in said
        says(page, NOW, CHINESE.library_first_build)
        build(page)
        says(page, NOW, CHINESE.library_done)
        says(page, NOW, CHINESE.library_up_to_date)
        assert page.locator(f"{NOW} .as-skipped").count() == 0
        assert CHINESE.library_next_step not in text(page, ADDED), "it has been done"
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 10", arg=ROWS)
        assert {row.file.split("/")[1] for row in Library(store).rows()} == {sample.name for sample in samples}

        chat.locator("#as-chat .example").first.click(timeout=30_000)
        chat.wait_for_selector(f"{ANSWER} button.as-cite")

        page.locator(f"{ROWS} .as-open").first.click()
        page.wait_for_selector(f"{READER} .as-whole-text")
        page.keyboard.press("Escape")
        page.wait_for_selector(READER, state="hidden")
        upload(page, samples[:1])
        says(page, ADDED, CHINESE.library_same)


def test_bad_files_are_refused_as_on_the_command_line(
    browser: playwright_api.Browser, tmp_path: Path, corpus: Path
) -> None:
    folder, store = tmp_path / "bad", tmp_path / "store"
    folder.mkdir()
    for one in all_files():
        if one.name in BAD:
            one.make(folder / one.name)
    shutil.copy(corpus / "forum.txt", folder / "讲话.txt")
    with served(store) as address, library(browser, address, locale="en-US") as page:
        upload(page, sorted(folder.iterdir()))
        build(page)
        shown = {
            str(item.locator(".as-path").text_content()): str(item.locator(".as-reason").text_content())
            for item in page.locator(f"{NOW} .as-skipped li").all()
        }
        said = text(page, NOW)
    report = build_index([folder], store=tmp_path / "other")
    assert len(report.skipped) == len(BAD)
    reasons = {one.file: said_in(one.reason, "en") for one in report.skipped}
    assert shown == {file: reason[0].upper() + reason[1:] for file, reason in reasons.items()}
    assert ENGLISH.library_done in said and ENGLISH.library_skipped.format(number=len(BAD)) in said


def test_pressed_in_two_tabs_it_is_built_once_and_both_show_it(browser: playwright_api.Browser, tmp_path: Path) -> None:
    """And a third, opened after the first was closed."""
    store = tmp_path / "store"
    for file in many(tmp_path / "many", 60).iterdir():
        Uploads(store).add(file.name, file)
    with served(store) as address, library(browser, address) as one, library(browser, address, locale="en-US") as two:
        for page in (one, two):
            page.wait_for_selector(f"{BUILD}:not([disabled])")
            page.evaluate("selector => document.querySelector(selector).click()", BUILD)
        for page in (one, two):
            page.wait_for_selector(f"{NOW} .as-building progress")
        says(two, "#as-library-note", ENGLISH.library_already)
        one.close()
        with library(browser, address) as three:
            three.wait_for_selector(f"{NOW} .as-state")
            built(three)
            built(two)
            assert CHINESE.library_done in text(three, NOW) and ENGLISH.library_done in text(two, NOW)
            assert ENGLISH.library_already not in two.locator("#as-library-note").inner_text(), "it has ended"
            for page, words in ((two, ENGLISH), (three, CHINESE)):
                page.wait_for_selector(ROWS)
                says(page, "#as-library-count", words.library_count.format(number=60))
    assert len(Store(store).sealed()) == 1


def test_a_build_that_is_stopped_leaves_the_index(
    browser: playwright_api.Browser, filled: Path, tmp_path: Path
) -> None:
    before = Store(filled).current_name()
    for file in many(tmp_path / "many", 60).iterdir():
        Uploads(filled).add(file.name, file)
    with served(filled) as address, library(browser, address) as page:
        waits = CHINESE.library_waits_added.format(number=60)
        says(page, NOW, waits)
        page.click(BUILD)
        page.wait_for_selector("#as-library-cancel:visible")
        page.click("#as-library-cancel")
        built(page)
        says(page, NOW, CHINESE.library_cancelled)
        says(page, NOW, waits)
        assert Store(filled).current_name() == before
        assert page.locator(ROWS).count() == 2
        build(page)
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 50", arg=ROWS)
        page.click("#as-library-later")
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 12", arg=ROWS)
        page.fill("#as-library-search input, #as-library-search textarea", "第 37县")
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 1", arg=ROWS)
        says(page, ROWS, "第37县")


def test_a_build_from_the_terminal_is_seen(browser: playwright_api.Browser, filled: Path, tmp_path: Path) -> None:
    seen = threading.Event()

    def wait(*_: object) -> None:
        """Else a quick machine is done before the page looks."""
        assert seen.wait(60)

    with served(filled) as address, library(browser, address, locale="en-US") as page:
        corpus = [many(tmp_path / "many", 40)]
        thread = threading.Thread(target=build_index, args=(corpus,), kwargs={"store": filled, "progress": wait})
        thread.start()
        page.wait_for_selector(f"{NOW} .as-building", timeout=30_000)
        seen.set()
        thread.join()
        built(page)
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 40", arg=ROWS)


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", CHINESE), ("en-US", ENGLISH)], ids=["zh", "en"])
def test_speeches_are_removed_and_taken_back(
    browser: playwright_api.Browser, filled: Path, locale: str, words: PageTexts
) -> None:
    with served(filled) as address, library(browser, address, locale=locale) as page:
        page.wait_for_selector(ROWS)
        page.locator(".as-choose-all").click()
        page.wait_for_selector(f"#as-library-chosen-words >> text={words.library_chosen.format(number=2)}")
        page.locator(".as-choose").first.click()
        page.wait_for_selector(f"#as-library-chosen-words >> text={words.library_chosen.format(number=1)}")
        assert page.locator(".as-choose").nth(1).get_attribute("aria-checked") == "true"
        page.click("#as-library-remove-speeches")
        page.wait_for_selector("#as-library-really")
        says(page, "#as-library-really", words.library_untouched)
        page.keyboard.press("Escape")
        page.wait_for_selector("#as-library-really", state="hidden")
        assert not Exclusions(filled).all(), "it asks once more"
        page.click("#as-library-remove-speeches")
        page.click("#as-library-confirm")
        page.wait_for_selector(f"{ROWS}.as-going")
        says(page, f"{ROWS}.as-going", words.library_gone_soon)
        says(page, NOW, words.library_waits_excluded.format(number=1))
        page.wait_for_selector("#as-library-chosen-row", state="hidden")
        build(page)
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 1", arg=ROWS)

        page.locator("#as-library-removed-fold > button").click()
        page.locator("#as-library-removed button", has_text=words.library_take_back).click()
        page.wait_for_selector(f"#as-library-removed >> text={words.library_removed_none}")
        build(page)
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 2", arg=ROWS)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_chosen_far_down_can_be_removed_there(
    browser: playwright_api.Browser, samples_store: Path, tmp_path: Path, size: dict[str, int]
) -> None:
    """The buttons are in view, and the row, where it is, says what becomes of it."""
    store = Path(shutil.copytree(samples_store, tmp_path / "store"))
    with served(store) as address, library(browser, address, size=size) as page:
        page.wait_for_selector(ROWS)
        page.locator(".as-choose").last.click()
        page.wait_for_selector("#as-library-remove-speeches:visible")
        assert page.evaluate("scrollY") > 100
        assert all(is_in_view(page, f"#as-library-{name}") for name in ("remove-speeches", "remove-files", "unchoose"))
        page.click("#as-library-remove-speeches")
        page.click("#as-library-confirm")
        row = f"{ROWS}.as-going"
        page.wait_for_selector(f"{row} .as-gone >> text={CHINESE.library_gone_soon}")
        page.wait_for_selector("#as-library-chosen-row", state="hidden")
        assert is_in_view(page, f"{row} .as-gone")
        for part in (".as-open", ".as-path", ".as-number"):
            struck = page.locator(f"{row} {part}").first.evaluate("part => getComputedStyle(part).textDecorationLine")
            assert struck == "line-through", part


def test_files_are_called_what_they_were_called(
    browser: playwright_api.Browser, tmp_path: Path, corpus_texts: dict[str, str]
) -> None:
    """In the table, the lists, the report, the sources, the reader and the filters; cited paths are for programs."""
    store, file, name = tmp_path / "store", tmp_path / "a.txt", "云陵区的讲话（定稿）.txt"
    file.write_text(corpus_texts["forum.txt"], "utf-8")
    Uploads(store).add(name, file)
    build_index(store=store)
    with served(store) as address, library(browser, address) as page, opened(browser, address) as chat:
        page.wait_for_selector(ROWS)
        for fold in ("files", "uploads"):
            page.locator(f"#as-library-{fold}-fold > button").click()
        says(page, "#as-library-files-list", name)
        page.locator(f"{ROWS} .as-report").first.click()
        assert page.frame_locator(".as-report-frame").locator("h1").inner_text() == name
        assert name not in text(page, ".as-report-drawer"), "once is enough"
        assert page.locator("#as-library").inner_text().count(name) == 3
        chat.locator("#as-chat .example").first.click()
        chat.wait_for_selector(f"{ANSWER} button.as-cite")
        says(chat, "#as-sources .as-file", name)
        chat.locator(f"{ANSWER} button.as-cite").first.click()
        says(chat, f"{READER} .as-file", name)
        for shown in (page, chat):
            assert "uploads/" not in shown.locator("body").inner_text()
        copied = chat.locator(f"{ANSWER} ~ * [value*='text'], {ANSWER} [value*='text']").first.get_attribute("value")
        assert copied and name in copied and "uploads/" not in copied
    assert Library(store).rows()[0].file == f"uploads/{name}"


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", CHINESE), ("en-US", ENGLISH)], ids=["zh", "en"])
def test_the_report_speaks_one_language_and_scrolls_once(
    browser: playwright_api.Browser, samples_store: Path, locale: str, words: PageTexts
) -> None:
    with served(samples_store) as address, library(browser, address, locale=locale) as page:
        page.wait_for_selector(ROWS)
        note = "".join(page.locator("#as-library-table > * p.as-quiet, #as-library-table p.as-quiet").all_inner_texts())
        assert words.library_table_note in note, "whose numbers these are"
        page.locator("#as-library-files-fold > button").click()
        says(page, "#as-library-files-list", words.library_files_note)
        page.locator(f"{ROWS} .as-report").first.click()
        frame = page.frame_locator(".as-report-frame")
        frame.locator("del").first.wait_for()
        told = [*frame.locator("table td:first-child").all_inner_texts(), *frame.locator("del small").all_inner_texts()]
        chinese = [bool(re.search("[一-鿿]", one)) for one in told]
        english = [bool(re.search("[a-z]{3}", one)) for one in told]
        assert (any(chinese), any(english)) == (words is CHINESE, words is ENGLISH), told
        assert any("略去" in one for one in told) == (words is CHINESE)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollbarWidth") == "none"


def test_an_upload_is_deleted_for_good(browser: playwright_api.Browser, filled: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)> “讲话” 定稿.txt"
    file = tmp_path / "a.txt"
    file.write_text("在青禾县大会上的讲话<script>alert(1)</script>\n\n同志们：\n\n要抓好落实。\n", "utf-8")
    added = Uploads(filled).add(name, file)
    with served(filled) as address, library(browser, address) as page:
        build(page)
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 3", arg=ROWS)
        assert page.locator(f"{NOW} img, #as-library-table script, #as-library-table img").count() == 0
        page.locator("#as-library-uploads-fold > button").click()
        page.locator("#as-library-uploads button.as-danger").click()
        page.wait_for_selector("#as-library-really")
        says(page, "#as-library-really", added.name)
        page.click("#as-library-confirm")
        page.wait_for_selector(f"#as-library-uploads >> text={CHINESE.library_uploads_none}")
        assert not Uploads(filled).files()
        build(page)
        page.wait_for_function("rows => document.querySelectorAll(rows).length === 2", arg=ROWS)


def test_the_table_sorts_and_the_report_opens(browser: playwright_api.Browser, samples_store: Path) -> None:
    with served(samples_store) as address, library(browser, address) as page:
        page.wait_for_selector(ROWS)
        column = page.get_by_role("button", name=CHINESE.library_sort.format(column=CHINESE.library_column_characters))
        for order in ("ascending", "descending"):
            column.click()
            page.wait_for_selector(f"th[aria-sort={order}]")
            cells = [re.sub(r"\D", "", one) for one in page.locator(f"{ROWS} td:nth-last-child(4)").all_inner_texts()]
            numbers = [int(one) for one in cells]
            assert numbers == sorted(numbers, reverse=order == "descending") and len(set(numbers)) > 3
        report = page.locator(f"{ROWS} .as-report").first
        report.click()
        frame = page.frame_locator(".as-report-frame")
        frame.locator("del").first.wait_for()
        assert frame.locator("script").count() == 0
        page.keyboard.press("Escape")
        page.wait_for_selector(".as-report-drawer", state="hidden")
        assert page.evaluate("document.activeElement.className") == "as-report"
        with page.context.expect_page() as tab:
            report.click()
            page.click(".as-report-drawer a")
        assert "del" in tab.value.content()


@pytest.mark.parametrize(
    ("locale", "size", "colours"),
    [("zh-CN", DESKTOP, "light"), ("en-US", DESKTOP, "dark"), ("zh-CN", PHONE, "light"), ("en-US", PHONE, "dark")],
    ids=["desktop", "dark", "phone", "dark phone"],
)
def test_nothing_serious_for_axe_and_it_fits(
    browser: playwright_api.Browser, samples_store: Path, locale: str, size: dict[str, int], colours: str
) -> None:
    found: list[tuple[str, str, str]] = []

    def look(state: str) -> None:
        page.wait_for_timeout(350)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], state
        found.extend((state, *one) for one in serious(page))

    # axe asks every frame, and the report's, which is nobody's page, answers nobody: some browsers say so.
    expected = (*FROM_GRADIO, "'postMessage' on 'DOMWindow'")
    with (
        served(samples_store) as address,
        library(browser, address, locale=locale, size=size, expected=expected) as page,
    ):
        page.wait_for_selector(ROWS)
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", colours == "dark")
        for fold in ("files", "uploads", "removed"):
            page.locator(f"#as-library-{fold}-fold > button").click()
        page.locator("th .as-sort").first.click()
        page.wait_for_selector("th[aria-sort=ascending]")
        look("all")
        page.locator(f"{ROWS} .as-choose").first.click()
        page.wait_for_selector("#as-library-chosen-row:visible")
        page.click("#as-library-remove-files")
        page.wait_for_selector("#as-library-really:visible")
        look("asked")
        page.keyboard.press("Escape")
        page.wait_for_selector("#as-library-really", state="hidden")
        page.locator(f"{ROWS} .as-report").first.click()
        page.frame_locator(".as-report-frame").locator("del").first.wait_for()
        look("report")
    assert found == []


def test_readers_see_the_table_and_the_reports_alone(
    browser: playwright_api.Browser, samples_store: Path, tmp_path: Path
) -> None:
    users = Users(tmp_path / "data")
    users.add("管理员", "a password of one", "administrator")
    users.add("读者", "a password of another", "reader")
    with served(samples_store, users) as address:
        context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("input[name=name]", "读者")
        page.fill("input[name=password]", "a password of another")
        page.press("input[name=password]", "Enter")
        page.wait_for_selector(ASK)
        page.goto(f"{address}/library")
        page.wait_for_selector(ROWS)
        says(page, NOW, CHINESE.library_not_yours)
        for managed in (BUILD, "#as-library-add", ".as-choose", "#as-library-uploads", "#as-library-removed-fold"):
            assert page.locator(f"{managed}:visible").count() == 0, managed
        page.locator(".as-report").first.click()
        page.frame_locator(".as-report-frame").locator("del").first.wait_for()
        status = page.evaluate(
            "async () => { const form = new FormData(); form.append('files', new Blob(['x']), 'x.txt');"
            " return (await fetch('gradio_api/upload', { method: 'POST', body: form })).status; }"
        )
        assert status == 403
        context.close()


def test_a_path_that_was_not_uploaded_is_not_read(browser: playwright_api.Browser, tmp_path: Path) -> None:
    """Gradio takes paths from the client; one of a file elsewhere is refused before anything is copied."""
    store, secret, other = tmp_path / "store", tmp_path / "secret.txt", tmp_path / "other.txt"
    secret.write_text("geheim")
    other.write_text("offen")

    def elsewhere(route: playwright_api.Route) -> None:
        body = route.request.post_data_json
        for one in body["data"]:
            if isinstance(one, list) and one and "orig_name" in one[0]:
                one[0]["path"] = str(secret)
        route.continue_(post_data=json.dumps(body))

    with (
        served(store, leaves_copies=True) as address,
        library(browser, address, expected=(*FROM_GRADIO, *CUT_OFF, "InvalidPathError")) as page,
    ):
        page.route("**/gradio_api/queue/join*", elsewhere)
        page.locator("#as-library-files input[type=file]").set_input_files([str(other)])
        page.wait_for_selector(f"#as-library-note >> text={CHINESE.library_trouble}")
        assert "geheim" not in page.content()
    assert not Uploads(store).files() and secret.read_text() == "geheim"


def test_without_a_store_the_page_says_so(browser: playwright_api.Browser) -> None:
    application = create_application(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
    with running(application) as address:
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/library")
        page.wait_for_selector(f"text={CHINESE.library_off}")
        context.close()


def test_a_page_that_nobody_sees_does_not_ask(browser: playwright_api.Browser, samples_store: Path) -> None:
    with served(samples_store) as address, library(browser, address) as page:
        page.wait_for_selector(ROWS)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
        page.evaluate("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true })")
        page.wait_for_timeout(6_500)
        assert asked == []
        page.evaluate("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_timeout(700)
        assert asked
        assert Builder(samples_store).state().running is None
