"""The row about text that would be markup (S8), in a real browser: nothing of it runs, loads, covers or submits."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.serving import browser_program
from benchmarks.serving import serving as page_serving
from tests import fakes
from tests.html_reader import as_shown
from tests.kept import DEBTS_TURN
from tests.torture.answering_model import Scripted
from tests.torture.hostile_texts import payloads
from tests.torture.rows import Figures, Row, SkippedError, Trial
from tests.torture.security_world import QUESTION, canary, environment, prepare_store, program

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.datatypes import slices
from askspeech.live_index import Opened
from askspeech.uploads import Uploads

if TYPE_CHECKING:
    from tests.browser import Page

ANSWER = "#as-chat .as-answer"
READER = ".as-reader"
SIGNS = """address => {
    const bad = [];
    const never = ['IFRAME', 'FRAME', 'OBJECT', 'EMBED', 'VIDEO', 'AUDIO', 'MARQUEE', 'APPLET', 'PORTAL', 'PLAINTEXT',
                   'AREA', 'PICTURE', 'ISINDEX', 'FENCEDFRAME', 'MATH'];
    for (const element of document.querySelectorAll('*')) {
        const shown = element.outerHTML.slice(0, 160);
        if (never.includes(element.tagName.toUpperCase())) bad.push(shown);
        if (element.tagName === 'FORM' && !element.action.startsWith(address)) bad.push(shown);
        if (element.tagName === 'DIALOG' && element.open && !element.className.includes('as-')) bad.push(shown);
        for (const attribute of element.attributes) {
            if (attribute.name.startsWith('on')) bad.push(shown);
            if (['src', 'srcset', 'href', 'xlink:href', 'action', 'formaction', 'poster', 'background', 'data', 'ping']
                .includes(attribute.name) && element.tagName !== 'BUTTON') {
                const found = new URL(attribute.value, document.baseURI);
                if (!found.href.startsWith(address) && !['data:', 'blob:'].includes(found.protocol)) bad.push(shown);
            }
        }
        const look = getComputedStyle(element), box = element.getBoundingClientRect();
        if (look.position === 'fixed' && box.width > innerWidth * 0.8 && box.height > innerHeight * 0.8
            && look.visibility !== 'hidden' && look.pointerEvents !== 'none' && !element.id.startsWith('as-')
            && !/as-/.test(element.className)) bad.push(`covers: ${shown}`);
        const picture = look.backgroundImage;
        if (/url\\((?!["']?data:)/.test(picture) && !picture.includes(address)) bad.push(shown);
    }
    if (window.struck) bad.push('a script ran');
    if (/struck/.test(document.title)) bad.push('the title has changed');
    return bad;
}"""


@dataclass
class Opening:
    """A browser's page at an address, and all that it did which no text may make it do."""

    page: "Page"
    address: str
    dialogs: list[str]
    requests: list[str]

    def check(self) -> None:
        """Raise AssertionError where a text did something."""
        self.page.wait_for_timeout(100)
        signs = self.page.evaluate(SIGNS, f"{self.address}/")
        assert signs == [], f"{len(signs)} signs, such as {signs[:6]}"
        assert (self.dialogs, self.requests) == ([], [])


@contextlib.contextmanager
def page_at(address: str) -> Iterator[Opening]:
    """A browser of its own, with a page that is followed."""
    from tests.browser import launched

    with launched() as browser:
        page = browser.new_page(locale="zh-CN", viewport={"width": 1280, "height": 900})
        page.set_default_timeout(180_000)  # on a machine that is busy with other work, too
        opening = Opening(page, address, [], [])
        page.on("dialog", lambda dialog: (opening.dialogs.append(dialog.message), dialog.dismiss()))
        own = (f"{address}/", "data:", "blob:")
        page.on("request", lambda one: None if one.url.startswith(own) else opening.requests.append(one.url))
        page.goto(address)
        page.wait_for_selector("#as-ask textarea")
        yield opening


def plain(text: str) -> str:
    """Text with each run of what a page cannot tell apart made one space."""
    return " ".join("".join(" " if not mark.isprintable() else mark for mark in text).replace("\ufffd", " ").split())


def same(page: "Page", selector: str, texts: Sequence[str]) -> None:
    """The page shows these texts there, as they are."""
    shown = [plain(text) for text in page.locator(selector).all_text_contents()]
    assert shown == [plain(text) for text in texts], f"{selector}: {shown[:5]}"


def asked(page: "Page", question: str, count: int) -> None:
    """Ask, and wait until that many answers are complete."""
    page.fill("#as-ask textarea", question)
    page.press("#as-ask textarea", "Enter")
    page.wait_for_selector(f"{ANSWER}:not(.as-running) >> nth={count - 1}")
    page.wait_for_selector("#as-ask .submit-button")


def in_passages(trial: Trial, texts: Sequence[str]) -> int:
    """Passages, titles, names of files, headings, notices, and what is offered to be asked; the reader of each."""
    index, answers = fakes.hostile(texts)
    with page_serving(lambda: Opened(index, answers)) as address, page_at(address) as opening:
        page = opening.page
        asked(page, fakes.HOSTILE_QUESTION, 1)
        for selector in ("#as-sources h3", "#as-sources .as-file", f"{ANSWER} .as-notice"):
            same(page, selector, texts)
        same(page, "#as-sources mark", [one.quote for one in answers.answers[0].citations])
        for cited, speech in list(zip(answers.answers[0].citations, index.all_speeches, strict=True))[
            :: max(1, len(texts) // 30)
        ]:
            page.locator(f"{ANSWER} button.as-cite").nth(cited.number - 1).click()
            page.wait_for_function(
                "n => document.querySelector('.as-reader')?.dataset.number == n", arg=str(cited.number)
            )
            assert page.locator(f"{READER} .as-whole-title").text_content() == as_shown(speech.title)
            assert page.locator(f"{READER} .as-whole-text").text_content() == as_shown(
                slices(index.text, [speech.span])
            )
        asked(page, fakes.HOSTILE_NEAREST, 2)
        opening.check()
    return len(texts)


def in_questions(trial: Trial, texts: Sequence[str]) -> int:
    """What a person asks; every text in a conversation of its own many, eight to a page."""
    with page_serving(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers())) as address:
        for start in range(0, len(texts), 8):
            part = [" ".join(text.split()) or "x" for text in texts[start : start + 8]]
            part = [text for text in part if "\x00" not in text]
            with page_at(address) as opening:
                for number, text in enumerate(part, 1):
                    asked(opening.page, text, number)
                same(opening.page, ".as-question", part)
                opening.check()
    return len(texts)


def in_conversations(trial: Trial, texts: Sequence[str]) -> int:
    """Titles of kept conversations, in the list and in the box where they are changed; and their questions."""
    kept = Conversations.open(trial.folder / "data")
    for start in range(0, len(texts), 25):
        part = [plain(text) for text in texts[start : start + 25]]
        for text in part:
            identity = kept.create(LOCAL_OWNER)
            kept.append(LOCAL_OWNER, identity, DEBTS_TURN)
            kept.rename(LOCAL_OWNER, identity, text)
        serving = page_serving(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()), kept=kept)
        with serving as address, page_at(address) as opening:
            opening.page.wait_for_selector("#as-kept label")
            shown = [plain(text) for text in opening.page.locator("#as-kept label").all_text_contents()]
            # A title that Gradio would take for one of its own translations has a mark in it that nobody sees.
            plain_ones = [text for text in part if "__i18n__" not in text]
            missing = [text for text in plain_ones if not any(text[:20] in one for one in shown)]
            assert missing == [], f"{missing[:3]} not among {shown[:5]}"
            opening.page.locator("#as-kept label").first.click()
            opening.page.wait_for_selector(ANSWER)
            opening.check()
        for one in kept.list(LOCAL_OWNER):
            kept.delete(LOCAL_OWNER, one.id)
    return len(texts)


def in_model_output(trial: Trial, texts: Sequence[str]) -> int:
    """What a chat model writes, before and between what it cites."""
    with SpeechIndex.open(trial.scratch / "store") as index:
        model = Scripted()
        answerer = Answerer(index, model)
        with page_serving(lambda: Opened(index, answerer)) as address:
            for start in range(0, len(texts), 8):
                with page_at(address) as opening:
                    for number, text in enumerate(texts[start : start + 8], 1):
                        model.says = f"{text}\n根据资料，{text}由县财政局牵头。"
                        asked(opening.page, f"{QUESTION}（{number}）", number)
                    opening.check()
        assert model.asked >= len(texts), "the model was not asked"
    return len(texts)


def in_files(trial: Trial, texts: Sequence[str]) -> int:
    """Files with hostile names, titles and passages, built and uploaded; on all pages of the real program."""
    folder, store = trial.folder / "speeches", trial.folder / "store"
    folder.mkdir()
    uploads, names = Uploads(store), []
    for number, text in enumerate(texts):
        title = f"{' '.join(text.split())}在青禾县会议上的讲话"
        content = f"{title}\n\n同志们：\n\n第{number}条，{text}，由县财政局牵头清理拖欠账款。\n"
        name = f"{number:03}{text.replace('/', '∕').replace(chr(0), '')}"[:60].strip() + ".txt"
        (folder / name).write_text(content, encoding="utf-8", errors="replace", newline="")
        uploads.add(f"上传{number:03}{text}.txt", folder / name)
        names.append(name)
    build_index([folder], store=store)
    with program(store, trial.folder, env=environment()) as server, page_at(server.address) as opening:
        page = opening.page
        asked(page, "谁牵头清理拖欠账款？", 1)
        opening.check()
        for place in ("library", "glance", "people"):
            page.goto(f"{server.address}/{place}")
            page.wait_for_timeout(2500)
            for fold in ("#as-library-files-fold > button", "#as-library-uploads-fold > button"):
                if page.locator(fold).count():
                    page.locator(fold).first.click()
                    page.wait_for_timeout(700)
            opening.check()
        page.goto(f"{server.address}/library")
        page.wait_for_timeout(2500)
        shown = plain(str(page.locator("#as-library").text_content()))
        assert any(plain(name)[:12] in shown for name in names), shown[:300]
    return len(texts)


def noticed(trial: Trial, texts: Sequence[str]) -> int:
    """The watch itself: the same texts as markup are seen by it, most of them (one would load another page)."""
    serving = page_serving(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
    with serving as address, page_at(address) as opening:
        opening.page.evaluate(
            "texts => texts.forEach(text => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`))",
            [text for text in texts if text.startswith("<") and "refresh" not in text],
        )
        opening.page.wait_for_timeout(300)
        signs = opening.page.evaluate(SIGNS, f"{address}/")
        assert len(signs) > len(texts) // 6, f"{len(signs)} signs of {len(texts)} texts"
    return 0


PLACES: Mapping[str, Callable[[Trial, Sequence[str]], int]] = {
    "passages, titles, file names": in_passages, "questions": in_questions,
    "titles of conversations": in_conversations, "what a chat model writes": in_model_output,
    "files and uploads on all pages": in_files,
    "the watch itself": noticed,
}  # fmt: skip


def places(_: Path) -> Sequence[str]:
    return tuple(PLACES)


def only_text(trial: Trial, every: int = 1) -> Figures:
    """The texts in one place of the page; each of them, or every so many."""
    if browser_program() is None:
        raise SkippedError("there is no browser")
    with canary() as bird:
        texts = payloads(bird.address)[::every]
        count = PLACES[trial.kind](trial, texts)
        if PLACES[trial.kind] is noticed:
            return {}
        assert bird.reached == [], f"the canary was reached: {bird.reached[:5]}"
    return {"texts": count}


def prepare_documents(scratch: Path) -> None:
    prepare_store(scratch)


DOCUMENTS_ROWS: dict[str, Any] = {
    "S8": Row("texts that would be markup, in a browser", only_text, places, prepare_documents)
}
