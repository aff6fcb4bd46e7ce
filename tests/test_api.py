"""REST, called as programs call it: the same as from Python, one shape for every error, and never in another's way."""

import contextlib
import json
import re
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from benchmarks.serving import running
from tests import fakes
from tests.api_server import api_alone

from askspeech import Answerer, SpeechIndex
from askspeech import api as api_module
from askspeech.access import Access
from askspeech.api_models import LONGEST_TEXT
from askspeech.citing import locate
from askspeech.datatypes import AnswerEvent, Filters, Replaced, SearchResult, Source, TextAdded, Turn
from askspeech.errors import ModelError, NotInIndexError, StoreDamagedError, StoreMissingError
from askspeech.live_index import Opened
from askspeech.server import SECURITY_HEADERS, create_application

API = "/api/v1"
QUESTION = "审批时限压到多少个工作日？"
QUESTIONS = (QUESTION, "乡镇这一级能做什么？", "今天天气怎么样？", "What is the time limit for approvals?")


@dataclass
class SearchedIndex(fakes.FakeIndex):
    """The fake index with a search; `failures` are raised by the first searches."""

    failures: tuple[Exception, ...] = ()

    def search(
        self, question: str, *, k: int = 8, filters: Filters | None = None, history: tuple[Turn, ...] = ()
    ) -> SearchResult:
        """The first speech, whatever is asked."""
        if self.failures:
            failure, *rest = self.failures
            self.failures = tuple(rest)
            raise failure
        hit = fakes.hit(self.all_speeches[0], fakes.TEXT[30:40])
        return SearchResult((hit,), (hit.speech,), question, filters or Filters())

    def passage_count(self) -> int:
        """One."""
        return 1


@pytest.fixture(scope="module")
def server(samples_index: SpeechIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole server, over the samples."""
    access = Access(tmp_path_factory.mktemp("data"))
    application = create_application(lambda: Opened(samples_index, Answerer(samples_index)), access=access)
    with running(application) as address:
        yield address


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server + API, timeout=30) as opened:
        yield opened


Fake = Callable[..., contextlib.AbstractContextManager[httpx.Client]]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """REST alone over fakes."""

    @contextlib.contextmanager
    def opened(
        index: Any = None, answers: Any = None, open_index: Callable[[], Opened] | None = None, **sizes: int
    ) -> Iterator[httpx.Client]:
        made = Opened(index or SearchedIndex(), answers or fakes.FakeAnswers())
        application = api_alone(open_index or (lambda: made), tmp_path, **sizes)
        with running(application) as address, httpx.Client(base_url=address + API, timeout=20) as client:
            yield client

    return opened


def error_of(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error, which has the one shape that errors have."""
    body = response.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message"}, body
    message = body["error"]["message"]
    assert "Traceback" not in message and any("\u4e00" <= character <= "\u9fff" for character in message), message
    return response.status_code, body["error"]["code"]


def events_of(response: httpx.Response) -> list[tuple[str, Any]]:
    """The server-sent events of a response; comments have no name."""
    events = []
    for block in response.read().decode().split("\n\n")[:-1]:
        lines = block.split("\n")
        if lines[0].startswith(":"):
            events.append(("", lines[0]))
            continue
        assert [line.partition(": ")[0] for line in lines] == ["event", "data"]
        events.append((lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))))
    return events


def plain(spans: Any) -> list[list[int]]:
    return [list(span) for span in spans]


# The same as from Python


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_search_is_that_of_the_index(client: httpx.Client, samples_index: SpeechIndex, question: str) -> None:
    expected = samples_index.search(question, k=5)
    found = client.post("/search", json={"question": question, "k": 5}).json()
    assert [hit["passage_id"] for hit in found["hits"]] == [hit.passage.id for hit in expected]
    for number, (got, hit) in enumerate(zip(found["hits"], expected, strict=True), 1):
        source = samples_index.source(hit.passage.source_id)
        assert got["rank"] == number
        assert got["score"] == pytest.approx(hit.score)
        assert (got["text"], got["kind"], got["file"]) == (hit.passage.text, hit.passage.kind, hit.passage.file)
        assert (plain(hit.passage.spans), plain(hit.added)) == (got["spans"], got["added"])
        assert (got["speech_id"], got["speech_title"]) == (hit.speech.id, hit.speech.title)
        assert (got["found_by"], got["copies"]) == (list(hit.found_by), list(hit.copies))
        assert got["heading_path"] == list(hit.passage.heading_path)
        place = locate(source.text, source.layout, hit.passage.spans)
        assert got["locator"] == {"unit": place.unit, "first": place.first, "last": place.last}
    assert found["notices"] == list(expected.notices)
    assert found["search_question"] == expected.search_question
    assert found["generation"] == samples_index.generation


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_that_of_the_answerer(client: httpx.Client, samples_index: SpeechIndex, question: str) -> None:
    expected = Answerer(samples_index).ask(question)
    got = client.post("/ask", json={"question": question}).json()
    assert (got["text"], got["outcome"], got["refused"]) == (expected.text, expected.outcome, expected.refused)
    assert [(one["text"], one["citations"], one["support"]) for one in got["sentences"]] == [
        (one.text, list(one.citations), one.support) for one in expected.sentences
    ]
    assert [(one["number"], one["quote"], one["spans"]) for one in got["citations"]] == [
        (one.number, one.quote, plain(one.spans)) for one in expected.citations
    ]
    assert [hit["passage_id"] for hit in got["nearest"]] == [hit.passage.id for hit in expected.nearest]
    assert (got["language"], got["notices"]) == (expected.language, list(expected.notices))
    assert got["usage"]["seconds"] > 0 and got["generation"] == samples_index.generation


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_streamed_answer_is_the_whole_one(client: httpx.Client, question: str) -> None:
    whole = client.post("/ask", json={"question": question}).json()
    response = client.post("/ask/stream", json={"question": question})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]
    events = events_of(response)
    assert events[-1][0] == "done"
    assert {**events[-1][1], "usage": None} == {**whole, "usage": None}
    assert "".join(content["text"] for name, content in events if name == "text") == whole["text"]
    assert [content for name, content in events if name == "citation"] == whole["citations"]
    sentences = [content for name, content in events if name == "sentence"]
    assert [one["sentence"] for one in sentences] == whole["sentences"]
    assert [one["index"] for one in sentences] == list(range(len(sentences)))


def test_history_and_filters_count(client: httpx.Client, samples_index: SpeechIndex) -> None:
    year = {"year": ["2023"]}
    history = [{"question": "乡镇这一级重点抓好哪四件小事？", "answer": "……"}]
    asked = {"question": "第二件具体怎么做？", "history": history}
    turns = (Turn(history[0]["question"], "……"),)
    expected = Answerer(samples_index).ask(asked["question"], history=turns)
    got = client.post("/ask", json=asked).json()
    assert (got["text"], got["search_question"]) == (expected.text, expected.search.search_question)
    assert got["search_question"] != asked["question"]
    found = client.post("/search", json={"question": QUESTION, "filters": year, "k": 50}).json()
    expected_hits = samples_index.search(QUESTION, k=50, filters=Filters(year=("2023",)))
    assert [hit["passage_id"] for hit in found["hits"]] == [hit.passage.id for hit in expected_hits]
    assert found["filters"] == {"speech": [], "file": [], "level": [], "place": [], "kind": [], **year}
    none = client.post("/ask", json={"question": QUESTION, "filters": {"year": ["1066"]}}).json()
    assert none["refused"] and any("1066" in notice for notice in none["notices"])


def test_every_citation_can_be_read_where_it_says(client: httpx.Client) -> None:
    citations = client.post("/ask", json={"question": "乡镇这一级能做什么？"}).json()["citations"]
    assert citations
    for citation in citations:
        texts = [
            client.get(f"/sources/{citation['source_id']}/text", params={"start": start, "end": end}).json()
            for start, end in citation["spans"]
        ]
        assert "".join(text["text"] for text in texts) == citation["quote"]
        assert texts[0]["locator"]["first"] == citation["locator"]["first"]
        assert {text["file"] for text in texts} == {citation["file"]}


def test_speeches_are_listed_a_page_at_a_time(client: httpx.Client, samples_index: SpeechIndex) -> None:
    expected = [speech.id for speech in samples_index.speeches()]
    pages = [client.get("/speeches", params={"offset": offset, "limit": 3}).json() for offset in range(0, 12, 3)]
    assert [speech["id"] for page in pages for speech in page["speeches"]] == expected
    assert {page["total"] for page in pages} == {len(expected)}
    filtered = client.get("/speeches", params={"year": ["2023", "1066"], "level": "市"}).json()
    kept = [
        speech.id
        for speech in samples_index.speeches()
        if "2023" in speech.values("year") and "市" in speech.values("level")
    ]
    assert [speech["id"] for speech in filtered["speeches"]] == kept != []
    assert any("1066" in notice for notice in filtered["notices"])
    assert client.get("/speeches", params={"offset": 10**6}).json()["speeches"] == []


def test_a_speech_comes_with_its_outline(client: httpx.Client, samples_index: SpeechIndex) -> None:
    for speech in samples_index.speeches():
        got = client.get(f"/speeches/{speech.id}").json()
        whole = samples_index.whole_speech(speech.id)
        assert (got["title"], got["span"], got["source_id"]) == (speech.title, list(speech.span), speech.source_id)
        assert [(one["id"], one["parent_id"], one["heading"], one["span"]) for one in got["outline"]] == [
            (one.id, one.parent_id, one.heading, list(one.span)) for one in whole.sections
        ]
        assert [one["span"] for one in got["blanks"]] == plain(blank.span for blank in speech.blanks)
        assert len(got["gaps"]) == len(speech.gaps) and len(got["left_out"]) == len(whole.left_out)
        assert [(fact["name"], fact["value"]) for fact in got["facts"]] == [
            (fact.name, fact.value) for fact in speech.facts
        ]


def test_a_source_is_read_piece_by_piece(client: httpx.Client, samples_index: SpeechIndex) -> None:
    source = samples_index.source(samples_index.speeches()[0].source_id)
    path, length = f"/sources/{source.id}/text", len(source.text)
    pieces, start = [], 0
    while start < length:
        piece = client.get(path, params={"start": start, "end": start + 500}).json()
        pieces.append(piece["text"])
        assert (piece["start"], piece["characters"]) == (start, length)
        start = piece["end"]
    assert "".join(pieces) == source.text
    assert client.get(path).json()["text"] == source.text[:LONGEST_TEXT]
    empty = client.get(path, params={"start": length, "end": length}).json()
    assert (empty["text"], empty["locator"]) == ("", None)
    for wrong in ({"start": 5, "end": 4}, {"start": length + 1}, {"start": 0, "end": LONGEST_TEXT + 1}):
        assert error_of(client.get(path, params=wrong)) == (400, "invalid_request")


def test_the_state_of_the_index(client: httpx.Client, samples_index: SpeechIndex) -> None:
    speeches = samples_index.speeches()
    assert client.get("/index").json() == {
        "ready": True,
        "generation": samples_index.generation,
        "speeches": len(speeches),
        "sources": len({speech.source_id for speech in speeches}),
        "passages": samples_index.passage_count(),
        "characters": sum(speech.characters for speech in speeches),
        "chat_model": False,
        "message": "",
        "notices": [],
    }


def test_many_programs_at_once_get_what_one_gets(client: httpx.Client) -> None:
    alone = client.post("/search", json={"question": QUESTION}).json()
    with ThreadPoolExecutor(16) as programs:
        asked = [programs.submit(client.post, "/search", json={"question": QUESTION}) for _ in range(32)]
        assert all(one.result().json() == alone for one in asked)


# Errors


@pytest.mark.parametrize(
    "path", ["/none", "/", "/speeches/none", "/sources/none/text", "/speeches/a/b", "/speeches/a%0Ab"]
)
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    assert error_of(client.get(path)) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("GET", "/search"), ("DELETE", "/speeches"), ("PUT", "/ask/stream")])
def test_methods_that_are_not_there(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path)
    assert error_of(response) == (405, "method_not_allowed")
    assert response.headers["allow"] in ("GET", "POST")


@pytest.mark.parametrize(
    "wrong",
    [
        {}, [], 1, None, "x", {"question": ""}, {"question": 1}, {"question": None}, {"question": "字" * 2001},
        {"question": "x", "other": 1}, {"question": "x", "k": 0}, {"question": "x", "k": 51},
        {"question": "x", "k": "5"}, {"question": "x", "k": True}, {"question": "x", "filters": {"color": ["red"]}},
        {"question": "x", "filters": {"year": "2023"}}, {"question": "x", "filters": {"year": [2023]}},
        {"question": "x", "filters": {"year": [""]}}, {"question": "x", "history": [{"answer": "a"}]},
        {"question": "x", "history": [{"question": "a"}] * 21}, {"question": "x", "filters": None},
    ],
)  # fmt: skip
def test_requests_of_the_wrong_shape(client: httpx.Client, wrong: Any) -> None:
    assert error_of(client.post("/search", json=wrong)) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/search", "/ask", "/ask/stream"])
def test_bodies_that_are_no_json(client: httpx.Client, path: str) -> None:
    typed = {"content-type": "application/json"}
    for body in (b"", b"{", b"\xff\xfe", b'{"question": "\xff"}', b"[" * 30_000, b'{"question": NaN}'):
        assert error_of(client.post(path, content=body, headers=typed)) == (400, "invalid_request")
    body = json.dumps({"question": QUESTION})
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert error_of(client.post(path, content=body, headers={"content-type": kind})) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/search", "/ask", "/ask/stream"])
@pytest.mark.parametrize("question", ["。。。", " ", "？！", "🙂"])
def test_questions_without_a_word(client: httpx.Client, path: str, question: str) -> None:
    assert error_of(client.post(path, json={"question": question})) == (400, "question_refused")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "offset=-1", "limit=x", "color=red", "year=", "offset=99999999999"]
)
def test_queries_of_the_wrong_shape(client: httpx.Client, query: str) -> None:
    assert error_of(client.get(f"/speeches?{query}")) == (400, "invalid_request")


def test_what_is_no_text_is_no_question(client: httpx.Client) -> None:
    typed = {"content-type": "application/json"}
    response = client.post("/ask", content=rb'{"question": "\ud800 abc"}', headers=typed)
    assert error_of(response) == (400, "invalid_request")
    response = client.post("/ask", content=rb'{"question": "\u0000 abc"}', headers=typed)
    assert response.json()["question"] == "\0 abc"


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_long(client: httpx.Client, announced: bool) -> None:
    body = json.dumps({"question": QUESTION, "history": [{"question": "x", "answer": "y" * 9000}] * 8}).encode()
    content = body if announced else iter([body[:100], body[100:]])
    typed = {"content-type": "application/json"}
    assert error_of(client.post("/ask", content=content, headers=typed)) == (413, "too_large")


def test_a_body_that_never_comes_whole_is_not_waited_for_in_a_worker(fake: Fake) -> None:
    begun = threading.Event()

    def slow() -> Iterator[bytes]:
        yield b'{"question": '
        begun.set()
        time.sleep(1)
        yield b'"x"}'

    with fake(threads=1, waiting=1) as client, ThreadPoolExecutor(1) as other:
        asked = other.submit(client.post, "/search", content=slow(), headers={"content-type": "application/json"})
        assert begun.wait(5)
        assert client.get("/speeches").status_code == 200
        assert not asked.done()
        assert asked.result().status_code == 200


# Without an index, and with one that fails


def raising(error: Exception) -> Callable[[], Opened]:
    def open_index() -> Opened:
        raise error

    return open_index


def everything(client: httpx.Client) -> list[httpx.Response]:
    asked = {"question": "台账什么时候建立？"}
    paths = ("/speeches", "/speeches/x", "/sources/x/text")
    return [
        *(client.post(path, json=asked) for path in ("/search", "/ask", "/ask/stream")),
        *map(client.get, paths),
    ]


def test_without_an_index(fake: Fake) -> None:
    with fake(open_index=raising(StoreMissingError("There is no index in x. Build one."))) as client:
        assert {error_of(response) for response in everything(client)} == {(503, "index_missing")}
        state = client.get("/index").json()
    assert (state["ready"], state["generation"], state["speeches"]) == (False, None, 0)
    assert "There is no index yet" in state["message"] and "in x" not in state["message"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(StoreDamagedError("A part is damaged."), "index_unusable"), (ModelError("Not there."), "model_failed")],
)
def test_with_an_index_that_cannot_be_opened(fake: Fake, error: Exception, code: str) -> None:
    with fake(open_index=raising(error)) as client:
        assert {error_of(response) for response in everything(client)} == {(503, code)}


def test_a_defect_of_ours_is_one_sentence(fake: Fake) -> None:
    with fake(open_index=raising(RuntimeError("secret detail"))) as client:
        responses = everything(client)
        assert {error_of(response) for response in responses} == {(500, "internal")}
        assert not any("secret" in response.text for response in responses)


def test_an_index_that_is_built_again_between_a_search_and_its_places(fake: Fake) -> None:
    with fake(SearchedIndex(failures=(NotInIndexError("The index holds no source."),))) as client:
        assert client.post("/search", json={"question": "x"}).status_code == 200


@dataclass
class FailingAnswers(fakes.FakeAnswers):
    """Answers that fail after their first words."""

    failure: Exception = field(default_factory=lambda: ModelError("The model is gone."))

    def stream(self, question: str, **asked: Any) -> Iterator[AnswerEvent]:
        """A few words, and the failure."""
        yield TextAdded("前言")
        yield Replaced("换成", "no reason")
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ModelError("The model is gone."), 503, "model_failed"),
        (NotInIndexError("The index holds no source."), 503, "index_unusable"),
        (RuntimeError("secret detail"), 500, "internal"),
    ],
)
def test_an_answer_that_fails_on_the_way(fake: Fake, failure: Exception, status: int, code: str) -> None:
    with fake(answers=FailingAnswers(failure=failure)) as client:
        assert error_of(client.post("/ask", json={"question": "x"})) == (status, code)
        events = []
        with (
            contextlib.suppress(httpx.RemoteProtocolError),
            client.stream("POST", "/ask/stream", json={"question": "x"}) as response,
        ):
            events = [line for line in response.iter_lines() if line]
    assert events[:4] == [
        "event: text", 'data: {"text":"前言"}',
        "event: replaced", 'data: {"text":"换成","reason":"no reason"}',
    ]  # fmt: skip
    assert events[4] == "event: error"
    error = json.loads(events[5].removeprefix("data: "))["error"]
    assert error["code"] == code and "secret" not in error["message"]


def test_file_names_that_are_no_unicode(fake: Fake) -> None:
    odd = "会议\udcff\ud800.txt"
    speeches = tuple(replace(speech, file=odd, title=f"\0{odd}") for speech in fakes.FakeIndex().all_speeches)

    class Odd(SearchedIndex):
        def source(self, source_id: str) -> Source:
            return replace(super().source(source_id), file=odd)

    with fake(Odd(all_speeches=speeches)) as client:
        listed = client.get("/speeches")
        assert json.loads(listed.content)["speeches"][0]["file"] == odd
        assert client.get("/sources/source-1/text").json()["file"] == odd
        assert client.post("/search", json={"question": "x"}).json()["hits"][0]["speech_title"] == f"\0{odd}"


# Never in another's way


def test_a_full_queue_is_told_at_once_and_empties(fake: Fake) -> None:
    gate = threading.Event()
    answers, asked = fakes.FakeAnswers(gate=gate), {"question": fakes.DEBTS.question}
    began = time.monotonic()

    def wait_until(condition: Callable[[], bool]) -> None:
        while not condition():
            assert time.monotonic() - began < 10
            time.sleep(0.01)

    with fake(answers=answers, threads=1, waiting=2) as client, ThreadPoolExecutor(8) as programs:
        running_ones = [programs.submit(client.post, "/ask", json=asked)]
        wait_until(lambda: bool(answers.histories))  # until it is answered, it takes one of the places of those waiting
        running_ones += [programs.submit(client.post, "/ask", json=asked) for _ in range(7)]
        wait_until(lambda: sum(one.done() for one in running_ones) == 5)
        refused = [one.result() for one in running_ones if one.done()]
        assert {error_of(one) for one in refused} == {(503, "busy")}
        assert {one.headers["retry-after"] for one in refused} == {"2"}
        assert client.get("/speeches").status_code == 200, "what reads is not held up by what answers"
        assert client.post("/search", json={"question": "x"}).status_code == 200
        gate.set()
        answered = [one.result() for one in running_ones if one.result().status_code == 200]
        # Two wait; the third runs, unless all came before the worker had taken the first.
        assert [one.json()["text"] for one in answered] in ([fakes.DEBTS.text] * 2, [fakes.DEBTS.text] * 3)
        assert client.post("/ask", json=asked).json()["text"] == fakes.DEBTS.text


def test_a_stream_that_nobody_listens_to_any_more_ends(fake: Fake) -> None:
    answers = fakes.FakeAnswers(gate=threading.Event())
    with fake(answers=answers, threads=1, waiting=1) as client:
        with client.stream("POST", "/ask/stream", json={"question": fakes.DEBTS.question}) as response:
            assert next(line for line in response.iter_lines() if line == "event: text")
            assert not answers.closed.is_set()
        assert answers.closed.wait(5), "its worker is free again"
        answers.gate = None
        assert client.post("/ask", json={"question": fakes.DEBTS.question}).status_code == 200


def test_an_answer_that_nobody_waits_for_any_more_ends(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "SECONDS_BETWEEN_LOOKS", 0.05)

    class Silent(fakes.FakeAnswers):
        """Says nothing for a while."""

        def stream(self, question: str, **asked: Any) -> Iterator[AnswerEvent]:
            try:
                while True:
                    time.sleep(0.3)
                    yield TextAdded("")
            finally:
                self.closed.set()

    answers = Silent()
    with fake(answers=answers) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/ask", json={"question": "x"}, timeout=0.5)
        assert answers.closed.wait(5)


def test_a_comment_comes_while_nothing_else_does(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "SECONDS_BETWEEN_BEATS", 0.05)

    class Slow(fakes.FakeAnswers):
        """Waits before it answers."""

        def stream(self, question: str, **asked: Any) -> Iterator[AnswerEvent]:
            time.sleep(0.4)
            yield from fakes.FakeAnswers().stream(question)

    with fake(answers=Slow()) as client:
        events = events_of(client.post("/ask/stream", json={"question": fakes.DEBTS.question}))
    assert events[:2] == [("", ": waiting")] * 2
    assert events[-1][0] == "done"


# Tokens, and what is said of it all


def test_a_token_is_asked_for_from_the_moment_that_there_is_one(server: str, tmp_path: Path, fake: Fake) -> None:
    with fake() as client:
        assert client.get("/index").status_code == 200
        assert error_of(client.get("/index", headers={"host": "evil.example"})) == (401, "unauthorized")
        token, sent = Access(tmp_path).add("reader")
        refused = [*everything(client), client.get("/index"), client.get("/openapi.json"), client.get("/none")]
        assert {error_of(response) for response in refused} == {(401, "unauthorized")}
        assert {response.headers["www-authenticate"] for response in refused} == {'Bearer realm="askspeech"'}
        signed = {"authorization": f"Bearer {sent}"}
        assert client.get("/index", headers=signed | {"host": "evil.example"}).status_code == 200
        assert client.get("/index", headers={"authorization": f"Bearer {sent}x"}).status_code == 401
        Access(tmp_path).remove(token.id)
        assert client.get("/index", headers=signed).status_code == 200, "there is no token any more"


def test_the_page_and_its_health_need_no_token(server: str) -> None:
    assert httpx.get(f"{server}/health").status_code == 200
    assert httpx.get(f"{server}/openapi.json").status_code == 404
    assert httpx.get(f"{server}{API}/docs").status_code == 404


def test_the_description_has_an_example_for_everything_and_they_fit(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert described["servers"] == [{"url": API}]
    assert len(described["paths"]) == 7
    for path in described["paths"].values():
        (operation,) = path.values()
        assert operation["description"] and operation["security"] == [{"HTTPBearer": []}]
        (answer,) = operation["responses"]["200"]["content"].values()
        assert answer["example"]
        if "schema" in answer:
            jsonschema.validate(answer["example"], answer["schema"] | {"components": described["components"]})
        if "requestBody" in operation:
            (body,) = operation["requestBody"]["content"].values()
            (example,) = body["examples"].values()
            jsonschema.validate(example["value"], body["schema"] | {"components": described["components"]})
        for status, response in operation["responses"].items():
            if status != "200":
                assert response["content"] == {
                    "application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}
                }


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_in_the_documentation_work(server: str, samples_index: SpeechIndex, repository: Path) -> None:
    text = (repository / "docs" / "api.md").read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [line for line in text.splitlines() if line.startswith("    curl ")]
    assert len(commands) == 8
    speech = samples_index.speeches()[0]
    for command in commands:
        there = re.sub(r"/speeches/\w{32}", f"/speeches/{speech.id}", command)
        there = re.sub(r"/sources/\w{32}", f"/sources/{speech.source_id}", there)
        words = shlex.split(there.replace("http://127.0.0.1:7860", server))
        done = subprocess.run(
            [*words, "--silent", "--fail-with-body"], capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "event: done" in done.stdout if "-N" in words else "generation" in json.loads(done.stdout)
