"""An ordinary person, in a real browser, in more of a hurry than most: clicks, pages, files, questions, tabs."""

from pathlib import Path
from typing import Any

from tests.browser import ANSWER, ASK, launched
from tests.torture.security_world import QUESTION
from tests.torture.service_world import ADMINISTRATOR, PASSWORD, Service

# A browser opens six connections to a server without TLS, and each tab holds one for as long as it is open.
FILES, TABS, LOADS = 50, 3, 10


def clicked_through(running: Service, folder: Path, files: int = FILES, tabs: int = TABS, loads: int = LOADS) -> Any:
    """Sign in, ask, follow citations, look at all pages, upload files, load again and again, open many tabs.

    Raises AssertionError where anything of it was refused.
    """
    address, asked, refused = running.server.address, list[str](), list[str]()

    def answered(response: Any) -> None:
        asked.append(response.url)
        if response.status >= 400:
            refused.append(f"{response.status} {response.url}")

    with launched() as browser:
        context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
        context.on("response", answered)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/sign-in")
        page.fill("input[name=name]", ADMINISTRATOR)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        _asks(page, 4)
        _uploads(page, address, folder, files)
        for _ in range(loads):
            for place in ("", "library", "glance", "people"):
                page.goto(f"{address}/{place}")
                page.wait_for_selector("#as-head")
        for _ in range(tabs):
            context.new_page().goto(address)
        for tab in context.pages:
            tab.wait_for_selector("#as-head")
        page.goto(address)
        _asks(page, 1)
        page.wait_for_timeout(1000)
    assert not refused, refused[:10]
    return {"answers to a browser": len(asked)}


def _asks(page: Any, times: int) -> None:
    """Ask that often, one question after the other, and click on every citation of the answers."""
    page.wait_for_selector(ASK)
    for number in range(times):
        page.fill(ASK, f"{QUESTION}（{number}）")
        page.press(ASK, "Enter")
        page.wait_for_selector(f"{ANSWER}:not(.as-running) >> nth={number}")
        page.wait_for_selector("#as-ask .submit-button")
    for cited in page.locator(f"{ANSWER} button.as-cite").all():
        cited.click()
        page.wait_for_selector(".as-reader .as-whole-text")


def _uploads(page: Any, address: str, folder: Path, count: int) -> None:
    """Add many files at once, and wait until all of them are listed."""
    source = folder / "chosen"
    source.mkdir(exist_ok=True)
    for number in range(count):
        text = f"在第{number}次会议上的讲话\n\n同志们：\n\n第{number}条，由县财政局牵头。\n" * 200
        (source / f"讲话{number:02}.txt").write_text(text, encoding="utf-8")
    page.goto(f"{address}/library")
    page.wait_for_selector("#as-library-files input[type=file]", state="attached")
    page.locator("#as-library-files input[type=file]").set_input_files([str(path) for path in sorted(source.iterdir())])
    page.wait_for_function("() => document.querySelector('#as-library-added')?.textContent.trim().length > 0")
