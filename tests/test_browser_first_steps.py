"""The first steps of somebody who never saw a terminal, in a real browser: the empty page, files, the first build."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from PIL import Image
from tests.browser import ASK, DESKTOP, PHONE, marks, opened, playwright_api
from tests.test_browser_accessibility import serious
from tests.test_browser_library import ADDED, NOW, library, says, served, upload
from tests.test_formats_recognition import encoded

from askspeech.build_record import new_building, write_building
from askspeech.passwords import Passwords
from askspeech.store import Store
from askspeech.texts import CHINESE, ENGLISH, PageTexts
from askspeech.uploads import Uploads
from askspeech.users import Users

pytestmark = marks

LANGUAGES = pytest.mark.parametrize(("locale", "words"), [("zh-CN", CHINESE), ("en-US", ENGLISH)], ids=["zh", "en"])
GO = ".as-welcome a.as-go"
PASSWORD = "correct horse staple"


@LANGUAGES
def test_the_first_page_leads_to_the_library(
    browser: playwright_api.Browser, tmp_path: Path, locale: str, words: PageTexts
) -> None:
    store = tmp_path / "store"
    with served(store) as address, opened(browser, address, locale=locale, size=PHONE) as page:
        says(page, GO, words.start_add)
        says(page, ".as-welcome", words.start_none)
        assert not page.locator(".as-welcome code:visible").count(), "the command is for those who look for it"
        page.locator(".as-welcome summary").click()
        page.wait_for_selector(".as-welcome code:visible")
        assert "askspeech build" in page.locator(".as-welcome code").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert serious(page) == []
        page.fill(ASK, "谁牵头？")
        page.press(ASK, "Enter")
        says(page, ".toast-body", words.start_none)
        assert page.locator(".toast-body a").get_attribute("href") == "./library", "whoever may add them is told how"
        assert page.input_value(ASK) == "谁牵头？" and page.locator(GO).is_visible()
        page.click(GO)
        page.wait_for_url("**/library")
        says(page, NOW, words.library_empty)
        (tmp_path / "讲话.txt").write_text("在青禾县大会上的讲话\n\n同志们：\n\n要抓好落实。\n", "utf-8")
        Uploads(store).add("讲话.txt", tmp_path / "讲话.txt")
        page.click("#as-to-chat")
        says(page, ".as-welcome", words.start_waiting)
        says(page, GO, words.start_update)


def test_a_reader_is_told_to_ask_an_administrator(browser: playwright_api.Browser, tmp_path: Path) -> None:
    users = Users(tmp_path / "data", Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    users.add("管理员", PASSWORD, "administrator")
    users.add("读者", PASSWORD, "reader")
    with served(tmp_path / "store", users) as address:
        context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#name", "读者")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector(".as-welcome")
        says(page, ".as-welcome", CHINESE.start_none_reader)
        assert not page.locator(f"{GO}, .as-welcome code").count()
        context.close()


@LANGUAGES
def test_the_first_build_is_seen_where_one_asks(
    browser: playwright_api.Browser, tmp_path: Path, samples_store: Path, locale: str, words: PageTexts
) -> None:
    """How far it is; only where there is an index, it says that asking goes on; then the page lets one ask."""
    store = tmp_path / "store"
    with (
        served(store) as address,
        opened(browser, address, locale=locale) as chat,
        library(browser, address, locale=locale) as page,
    ):
        with Store(store).writer():
            now = replace(new_building("1", ""), stage="reading", done=1, total=10)
            write_building(store, now)
            chat.wait_for_selector(".as-welcome progress")
            says(chat, ".as-welcome h2", words.start_building)
            says(chat, ".as-welcome", words.start_building_note)
            says(chat, ".as-welcome .as-stage", words.library_stage_reading)
            assert chat.get_attribute(".as-welcome progress", "aria-label") == words.start_progress
            assert not chat.locator(f"{GO}, .as-welcome code").count() and serious(chat) == []
            chat.fill(ASK, "谁牵头？")
            chat.press(ASK, "Enter")
            says(chat, ".toast-body", words.start_not_yet)
            assert chat.input_value(ASK) == "谁牵头？" and chat.locator(".as-welcome progress").count()
            says(page, f"{NOW} .as-building", words.library_goes_on_first)
            assert words.library_goes_on not in page.locator(NOW).inner_text()
            write_building(store, replace(now, stage="embedding"))
            says(chat, ".as-welcome .as-stage", words.library_stage_embedding)
            shutil.copytree(samples_store, store, dirs_exist_ok=True)
            says(page, f"{NOW} .as-building", words.library_goes_on)
            write_building(store, None)
        chat.wait_for_selector("#as-chat .example")
        says(chat, ".as-welcome h2", words.welcome)


@LANGUAGES
def test_what_is_known_of_a_file_is_said_when_it_is_added(
    browser: playwright_api.Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, words: PageTexts
) -> None:
    monkeypatch.setattr("askspeech.upload_checks.recogniser", lambda: None)
    monkeypatch.setattr("askspeech.upload_checks.find_office", lambda: None)
    folder, store = tmp_path / "files", tmp_path / "store"
    folder.mkdir()
    (folder / "甲.txt").write_text("在青禾县大会上的讲话\n\n同志们：\n\n要抓好落实。\n", "utf-8")
    shutil.copy(folder / "甲.txt", folder / "乙.txt")
    (folder / "空白.txt").write_text(" \n\n", "utf-8")
    (folder / "零.docx").write_bytes(b"")
    (folder / "照片.png").write_bytes(encoded(Image.new("RGB", (40, 30), "white")))
    (folder / "录音.mp3").write_bytes(b"ID3\x03\0" + bytes(200))
    (folder / "归档.xyz").write_text("abc")
    with served(store) as address, library(browser, address, locale=locale) as page:
        upload(page, sorted(folder.iterdir()))
        said = {
            str(item.locator(".as-path").text_content()): item.locator(".as-concern").all_inner_texts()
            for item in page.locator(f"{ADDED} li").all()
        }
        assert serious(page) == []
    unread = words.library_warn_unread.partition("{")[0].strip()
    assert said["空白.txt"] == said["零.docx"] == [words.library_warn_empty]
    assert said["照片.png"] == [words.library_warn_no_recogniser]
    assert all(len(said[name]) == 1 and said[name][0].startswith(unread) for name in ("录音.mp3", "归档.xyz"))
    twins = {"甲.txt": "乙.txt", "乙.txt": "甲.txt"}
    told = [name for name, other in twins.items() if said[name] == [words.library_warn_twin.format(name=other)]]
    assert len(told) == 1, "the later of the two"
    assert sum(map(len, said.values())) == 6
    own = bool(re.search("[一-鿿]", said["录音.mp3"][0])), "recording" in said["录音.mp3"][0]
    assert own == (words is CHINESE, words is ENGLISH), "the reader's language alone"
