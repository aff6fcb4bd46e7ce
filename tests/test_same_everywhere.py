"""One search for every program: the same hundred questions give the same hits and answers whichever way they come."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from benchmarks.load import servers
from benchmarks.serving import browser_program
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests import browser as browsers
from tests import chroma_processes

from askspeech import Answerer, SpeechIndex, build_index

LINES = (Path(__file__).parent / "data" / "samples.questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [str(json.loads(line)["question"]) for line in LINES]
ON_THE_PAGE = QUESTIONS[::20]
PROCESSES = 4

pytestmark = pytest.mark.timeout(300)

Found = dict[str, tuple[list[Any], str]]
"""By question: the hits, each as source, spans and text, and the text of the answer."""


@pytest.fixture(scope="module")
def python(samples_store: Path) -> Found:
    with SpeechIndex.open(samples_store) as index:
        answerer = Answerer(index)
        return {
            question: (
                [(hit.passage.source_id, list(map(list, hit.passage.spans)), hit.passage.text) for hit in hits],
                answerer.ask(question).text,
            )
            for question in QUESTIONS
            for hits in [index.search(question).hits]
        }


@pytest.fixture(scope="module")
def addresses(samples_store: Path) -> Iterator[list[str]]:
    with servers(samples_store, PROCESSES) as started:
        yield started


@pytest.fixture(scope="module")
def with_chroma_server(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Four processes whose vectors are in one Chroma server."""
    folder = tmp_path_factory.mktemp("served")
    with chroma_processes.running(folder / "chroma") as chroma:
        build_index([samples], store=folder / "store", settings=chroma.settings)
        with servers(folder / "store", PROCESSES, ASKSPEECH_CHROMA_URL=chroma.url) as started:
            yield started


def test_a_hundred_questions() -> None:
    assert len(QUESTIONS) == len(set(QUESTIONS)) == 100


def test_over_rest_from_four_processes_on_one_store(python: Found, addresses: list[str]) -> None:
    check_over_rest(python, addresses)


def test_over_rest_from_four_processes_on_one_chroma_server(python: Found, with_chroma_server: list[str]) -> None:
    check_over_rest(python, with_chroma_server)


def check_over_rest(python: Found, addresses: Sequence[str]) -> None:
    with httpx.Client(timeout=30) as client:
        for number, question in enumerate(QUESTIONS):
            base = f"{addresses[number % PROCESSES]}/api/v1"
            found = client.post(f"{base}/search", json={"question": question}).json()
            answer = client.post(f"{base}/ask", json={"question": question}).json()
            hits = [(hit["source_id"], hit["spans"], hit["text"]) for hit in found["hits"]]
            assert (hits, answer["text"]) == python[question], question


def test_over_mcp(python: Found, addresses: list[str]) -> None:
    async def ask_all() -> Found:
        async with Client(streamable_http_client(f"{addresses[0]}/mcp")) as client:
            return {question: await _asked(client, question) for question in QUESTIONS}

    assert asyncio.run(ask_all()) == python


async def _asked(client: Client, question: str) -> tuple[list[Any], str]:
    found = (await client.call_tool("search", {"question": question})).structured_content
    answer = (await client.call_tool("ask", {"question": question})).structured_content
    assert found is not None
    assert answer is not None
    return [(hit["source_id"], hit["spans"], hit["text"]) for hit in found["passages"]], answer["text"]


@pytest.mark.browser
@pytest.mark.skipif(browser_program() is None, reason="no browser")
@pytest.mark.parametrize("question", ON_THE_PAGE)
def test_on_the_page(samples_index: SpeechIndex, addresses: list[str], browser: Any, question: str) -> None:
    answer = Answerer(samples_index).ask(question)
    with browsers.opened(browser, addresses[1]) as page:
        browsers.ask(page, question)
        shown = re.sub(r"\W", "", page.locator(browsers.ANSWER).last.inner_text())
        numbers = page.locator(f"{browsers.ANSWER} button.as-cite").all_inner_texts()
    assert all(re.sub(r"\W", "", sentence.text) in shown for sentence in answer.sentences)
    assert sorted(set(map(int, numbers))) == [citation.number for citation in answer.citations]
