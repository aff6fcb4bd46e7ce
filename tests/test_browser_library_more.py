"""The library in a real browser, further: word processors and scans, builds ended at each stage, several users."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from PIL import Image
from reportlab.lib.utils import ImageReader
from tests import pdfs
from tests.browser import ANSWER, ASK, DESKTOP, Page, Watch, ask, marks, opened, playwright_api
from tests.test_browser_library import (
    ADDED,
    BUILD,
    FROM_GRADIO,
    NOW,
    ROWS,
    build,
    built,
    library,
    many,
    says,
    served,
    upload,
)
from tests.test_formats_office import SOFFICE, needs_office
from tests.test_formats_recognition import SPEECH, TITLE, drawn, encoded, needs_font, needs_package
from tests.torture.world import tidy

from askspeech import build_index
from askspeech.bilingual import said_in
from askspeech.build_record import BUILD_LOG, Building, building, known, last_build
from askspeech.library import Library, LibraryRow
from askspeech.passwords import Passwords
from askspeech.store import Store
from askspeech.texts import CHINESE, ENGLISH, PageTexts
from askspeech.uploads import Uploads
from askspeech.users import Users

pytestmark = marks

CANCEL = "#as-library-cancel"
STAGE = f"{NOW} .as-stage"
LONGEST_SECONDS = 90.0
PASSWORD = "correct horse staple"
QUESTION = "由哪个部门牵头建立政府拖欠企业账款台账？"


@pytest.fixture(scope="module")
def one_build(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    store = tmp_path_factory.mktemp("built") / "store"
    build_index([corpus], store=store)
    return store


@pytest.fixture
def waiting(one_build: Path, tmp_path: Path) -> Path:
    """A store with the index of the test corpus, and eighty uploads that it does not know yet."""
    store = Path(shutil.copytree(one_build, tmp_path / "store"))
    for file in many(tmp_path / "many", 80).iterdir():
        Uploads(store).add(file.name, file)
    return store


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


# Files that need another program or a model to be read


def word_97(folder: Path) -> bytes:
    """The speech as an old word processor keeps it."""
    assert SOFFICE is not None
    folder.mkdir()
    source = folder / "speech.html"
    page = "".join(f"<p>{paragraph}</p>" for paragraph in (TITLE, *SPEECH))
    source.write_text(f'<html><meta charset="utf-8"><body>{page}</body></html>', encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "doc:MS Word 97", "--outdir", folder, source]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return source.with_suffix(".doc").read_bytes()


def scanned_pdf(scan: Image.Image) -> bytes:
    """A page that is a picture."""
    page, buffer = pdfs.canvas()
    page.drawImage(ImageReader(scan), 0, 200, pdfs.WIDTH, pdfs.WIDTH * scan.height / scan.width)
    page.showPage()
    return pdfs.finished(page, buffer)


@needs_office
def test_word_processor_files_as_on_the_command_line(browser: playwright_api.Browser, tmp_path: Path) -> None:
    data = word_97(tmp_path / "office")
    other = data.replace("12.5".encode("utf-16-le"), "13.5".encode("utf-16-le"))
    assert other != data
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "讲话.doc").write_bytes(data)
    (folder / "发言.wps").write_bytes(other)
    (folder / "坏.doc").write_bytes(data[:600] + bytes(len(data) - 600))
    same_as_on_the_command_line(browser, tmp_path, folder, speeches=2)


@needs_package
@needs_font
def test_scans_as_on_the_command_line(browser: playwright_api.Browser, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "扫描件.png").write_bytes(encoded(drawn(SPEECH, TITLE, "— 3 —")))
    (folder / "扫描件.pdf").write_bytes(scanned_pdf(drawn((*SPEECH, "要把每一项任务落到实处。"), TITLE)))
    (folder / "白纸.png").write_bytes(encoded(Image.new("RGB", (400, 300), "white")))
    same_as_on_the_command_line(browser, tmp_path, folder, speeches=2)


def same_as_on_the_command_line(browser: playwright_api.Browser, scratch: Path, folder: Path, speeches: int) -> None:
    """Upload the folder's files in the page and build, and compare; one file of them cannot be read."""
    store, files = scratch / "store", sorted(folder.iterdir())
    with served(store) as address, library(browser, address) as page:
        upload(page, files)
        assert all(f"{file.name} {CHINESE.library_added}" in page.locator(ADDED).inner_text() for file in files)
        build(page)
        says(page, NOW, CHINESE.library_done)
        shown = {
            str(item.locator(".as-path").text_content()): str(item.locator(".as-reason").text_content())
            for item in page.locator(f"{NOW} .as-skipped li").all()
        }
        page.wait_for_function(
            "([rows, number]) => document.querySelectorAll(rows).length === number", arg=[ROWS, speeches]
        )
        table = page.locator("#as-library-table").inner_text()
    report = build_index([folder], store=scratch / "other")
    assert report.speeches == speeches and len(report.skipped) == 1
    assert shown == {one.file: said_in(one.reason, "zh") for one in report.skipped}
    made = known(store)
    assert made is not None
    assert made.report.files == tuple(replace(one, file=f"uploads/{one.file}") for one in report.files)
    assert table.count(TITLE) == speeches
    assert told(store) == told(scratch / "other")


def told(store: Path) -> list[tuple[object, ...]]:
    """What is known of each speech, but for how its file came in."""
    return sorted(map(known_of, Library(store).rows()))


def known_of(row: LibraryRow) -> tuple[object, ...]:
    file, numbers = row.file.removeprefix("uploads/"), (row.characters, row.passages, row.dropped)
    return (file, row.title, row.span, row.date, row.year, row.place, row.level, row.kind, *numbers)


# Builds ended at each stage


WAITING = """
import os, sys, time

if sys.orig_argv[1:4] == ["-m", "askspeech", "build"]:
    from askspeech.recording import Recorder

    say = Recorder.__call__

    def say_and_wait(self, stage, done, total):
        say(self, stage, done, total)
        while stage == os.environ["WAITS_AT"]:
            time.sleep(0.05)

    Recorder.__call__ = say_and_wait
"""
"""What a build's process does before anything else: it makes it wait at a stage, until it is cancelled."""


@contextlib.contextmanager
def held(store: Path, stage: str, scratch: Path) -> Iterator[Callable[[], Building]]:
    """Builds started in the block come to the stage; they stand still from when that is waited for to its end."""
    (scratch / "sitecustomize.py").write_text(WAITING, "utf-8")
    stopped: list[int] = []

    def wait() -> Building:
        until(lambda: getattr(building(store), "stage", "") == stage, f"no build came to the stage {stage}")
        now = building(store)
        assert now is not None
        os.killpg(now.pid, signal.SIGSTOP)
        stopped.append(now.pid)
        return now

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(scratch), prepend=os.pathsep)
        patch.setenv("WAITS_AT", stage)
        try:
            yield wait
        finally:
            for process in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process, signal.SIGCONT)


def is_over(process: int) -> bool:
    """Whether a build and all the processes that it started are gone."""
    try:
        os.killpg(process, 0)
    except ProcessLookupError:
        return True
    return False


def nothing_is_left(store: Path, now: Building) -> None:
    """The index alone, and what a server's builds say on their way."""
    until(lambda: is_over(now.pid), "a process of the build is left")
    (store / BUILD_LOG).unlink()
    tidy(store)


@pytest.mark.parametrize("stage", ["reading", "embedding", "adding vectors", "adding keywords", "verifying"])
def test_a_build_that_is_cancelled_at_a_stage(
    browser: playwright_api.Browser, waiting: Path, tmp_path: Path, stage: str
) -> None:
    before = Store(waiting).current_name()
    with served(waiting) as address, library(browser, address) as page:
        page.wait_for_selector(f"{BUILD}:not([disabled])")
        with held(waiting, stage, tmp_path) as wait:
            page.click(BUILD)
            now = wait()
            says(page, STAGE, getattr(CHINESE, f"library_stage_{stage.replace(' ', '_')}"))
            page.click(CANCEL)
            says(page, NOW, CHINESE.library_cancelling)
            assert not page.locator(f"{BUILD}:visible").count()
        built(page)
        says(page, NOW, CHINESE.library_cancelled)
        says(page, NOW, CHINESE.library_waits_added.format(number=80))
        page.wait_for_selector(CANCEL, state="hidden")
        assert page.locator(ROWS).count() == 2 and Store(waiting).current_name() == before
        nothing_is_left(waiting, now)
        with opened(browser, address) as chat:
            ask(chat, QUESTION)
            assert "财政局" in chat.locator(ANSWER).inner_text()
        build(page)
        says(page, NOW, CHINESE.library_done)
        says(page, "#as-library-count", CHINESE.library_count.format(number=82))
    assert len(Store(waiting).sealed()) == 2


# Several users


@contextlib.contextmanager
def signed_in(browser: playwright_api.Browser, address: str, name: str, locale: str = "zh-CN") -> Iterator[Page]:
    """The library, open in a browser of one's own; it must have complained of nothing."""
    context = browser.new_context(viewport=DESKTOP, locale=locale)
    page = context.new_page()
    page.set_default_timeout(20_000)
    watch = Watch(address, expected=(*FROM_GRADIO, "AbortError", "errored out", "ERR_", "network error"))
    watch.follow(page)
    page.goto(f"{address}/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector(ASK)
    page.goto(f"{address}/library")
    page.wait_for_selector(f"{NOW} .as-state")
    page.wait_for_selector(ROWS)
    yield page
    context.close()
    assert watch.complaints == []


def press_at_once(pages: Sequence[Page]) -> None:
    """Press update in all of them at the same moment, by the clock that they share."""
    for page in pages:
        page.wait_for_selector(f"{BUILD}:not([disabled])")
    moment = time.time() * 1000 + 1500
    for page in pages:
        page.evaluate(
            "([button, at]) => { setTimeout(() => document.querySelector(button).click(), at - Date.now()); }",
            [BUILD, moment],
        )


def test_two_administrators_and_a_reader(browser: playwright_api.Browser, waiting: Path, tmp_path: Path) -> None:
    users = Users(tmp_path / "data", Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    for name, role in (("王书记", "administrator"), ("ann", "administrator"), ("读者", "reader")):
        users.add(name, PASSWORD, role)
    with (
        served(waiting, users) as address,
        signed_in(browser, address, "王书记") as chinese,
        signed_in(browser, address, "ann", "en-US") as english,
        signed_in(browser, address, "读者") as reader,
    ):
        managing: dict[str, tuple[Page, PageTexts]] = {"王书记": (chinese, CHINESE), "ann": (english, ENGLISH)}
        seeing = [*managing.values(), (reader, CHINESE)]
        with held(waiting, "embedding", tmp_path) as wait:
            press_at_once([chinese, english])
            now = wait()
            assert now.by in managing
            other, words = next(pair for name, pair in managing.items() if name != now.by)
            for page, texts in seeing:
                says(page, STAGE, texts.library_stage_embedding)
                says(page, NOW, texts.library_somebody.format(name=now.by))
            says(other, "#as-library-note", words.library_already)
            assert not reader.locator(f"{BUILD}:visible, {CANCEL}:visible").count()
            other.click(CANCEL)
            for page, texts in seeing:
                says(page, NOW, texts.library_cancelling)
        for page, texts in seeing:
            built(page)
            says(page, NOW, texts.library_cancelled)
        ended = last_build(waiting)
        assert ended is not None and (ended.id, ended.by, ended.outcome) == (now.id, now.by, "cancelled")
        assert len(Store(waiting).sealed()) == 1
        nothing_is_left(waiting, now)

        press_at_once([chinese, english])
        for page, _ in seeing:
            page.wait_for_selector(f"{NOW} .as-building progress")
        for page, texts in seeing:
            built(page)
            says(page, NOW, texts.library_done)
            says(page, "#as-library-count", texts.library_count.format(number=82))
        assert not reader.locator(f"{BUILD}:visible, {CANCEL}:visible").count()
    ended = last_build(waiting)
    assert ended is not None and ended.by in managing and ended.outcome == "done"
    assert len(Store(waiting).sealed()) == 2
