"""Vectors on a Chroma server: the real Rust one, started by the tests on this machine."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest
from tests.chroma_processes import Chroma, Relay, pretender, relayed, reply, running

from askspeech import Answerer, SpeechIndex, build_index, verification
from askspeech.choosing import server_notice, vectors_notice
from askspeech.chroma_server import Connection, ServerHome, ServerPlace, within
from askspeech.datatypes import Filters
from askspeech.errors import (
    AskSpeechError,
    SettingsError,
    StoreDamagedError,
    StoreMismatchError,
    StoreMissingError,
    StoreUnreachableError,
)
from askspeech.manifest import MANIFEST, Manifest
from askspeech.settings import ChromaServer, IndexSettings, from_environment
from askspeech.store import Store
from askspeech.vectors import VECTORS, VectorIndex
from askspeech.verification import verify

QUESTION = "驻企联络员每月至少到企业走访几次？"
WAYS = ("dense", "hybrid", "late", "keyword")
SECONDS = 5.0


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    """A server that is not killed."""
    with running(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture(scope="module")
def prepared(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose vectors are on a server, and the folder of that server, which is not running; not to be changed."""
    folder = tmp_path_factory.mktemp("prepared")
    with running(folder / "chroma") as server:
        build_index([corpus], store=folder / "store", settings=server.settings)
    return folder


@pytest.fixture
def mortal(prepared: Path, tmp_path: Path) -> Iterator[Chroma]:
    """A server with the vectors of `mortal_store` that a test may kill."""
    shutil.copytree(prepared / "chroma", tmp_path / "mortal")
    with running(tmp_path / "mortal") as server:
        yield server


@pytest.fixture
def mortal_store(prepared: Path, tmp_path: Path) -> Path:
    """A store that a test may change."""
    return Path(shutil.copytree(prepared / "store", tmp_path / "store"))


@pytest.fixture(scope="module")
def on_server(chroma: Chroma, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose vectors are on the server; not to be changed by a test."""
    store = tmp_path_factory.mktemp("on-server")
    build_index([corpus], store=store, settings=chroma.settings)
    return store


@pytest.fixture
def growing(corpus: Path, tmp_path: Path) -> Path:
    """A copy of the corpus, to be changed."""
    return Path(shutil.copytree(corpus, tmp_path / "growing"))


def manifest_of(store: Path) -> Manifest:
    folder = Store(store).current()
    assert folder is not None
    return Manifest.read(folder)


def own(store: Path) -> str:
    """What the collections of the index in use are named after."""
    return manifest_of(store).vectors["collections"]


def id_of(store: Path) -> str:
    return str(json.loads((store / "chroma-id").read_text(encoding="utf-8"))["id"])


def until(condition: Callable[[], bool], seconds: float = SECONDS) -> float:
    """How long it took until that was so."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} seconds"
        time.sleep(0.02)
    return time.monotonic() - began


def timed(index: SpeechIndex, question: str = QUESTION) -> tuple[float, tuple[str, ...], int]:
    """How long a search took, its notices, and its number of hits."""
    began = time.monotonic()
    result = index.search(question)
    return time.monotonic() - began, result.notices, len(result.hits)


# What is the same as in files


def test_the_same_hits_as_from_files(chroma: Chroma, samples: Path, samples_store: Path, tmp_path: Path) -> None:
    report = build_index([samples], store=tmp_path / "store", settings=chroma.settings)
    assert report.logical_hash == manifest_of(samples_store).logical_hash
    with SpeechIndex.open(tmp_path / "store", chroma.settings) as ours, SpeechIndex.open(samples_store) as files:
        questions = [*files.example_questions(44), "Who leads the task force?", "营商环境", "欠企业的钱什么时候还"]
        assert len(questions) >= 44
        few = Filters(speech=(files.speeches()[0].title,))
        for question in questions:
            for way in WAYS:
                assert ours.search(question, k=40, way=way) == files.search(question, k=40, way=way)
            assert ours.search(question, filters=few) == files.search(question, filters=few)
        for question in questions[:5]:
            assert Answerer(ours).ask(question).text == Answerer(files).ask(question).text


def test_an_index_without_files_of_vectors(chroma: Chroma, on_server: Path) -> None:
    folder = Store(on_server).current()
    assert folder is not None and not (folder / VECTORS).exists()
    assert {f"{own(on_server)}-passages", f"{own(on_server)}-copies"} <= chroma.collections()
    assert own(on_server) == f"askspeech-{id_of(on_server)}-{folder.name}"
    verification = verify(folder, server=chroma.settings.chroma_server)
    assert verification.sound and verification.found_by_vector == verification.probes > 0
    with SpeechIndex.open(on_server, chroma.settings) as index:
        assert index.notices == ()
        assert any("走访两次" in hit.passage.text for hit in index.search(QUESTION))


def test_copies_are_added_in_calls_that_the_server_takes(
    chroma: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askspeech.chroma_server._CALL_BYTES", 4000)
    vectors = np.random.default_rng(3).normal(size=(100, 16)).astype(np.float32)
    vectors[60:90] = vectors[0]
    server = chroma.settings.chroma_server
    assert server is not None
    for place in (ServerPlace(server, "askspeech-calls-x"), tmp_path / "chroma"):
        with VectorIndex.create(place, 16) as index:
            index.add([f"{row:03}" for row in range(100)], vectors, ["s"] * 100)
        with VectorIndex.open(place) as index:
            assert (index.count(), index.dimension) == (100, 16)
            assert [id_ for id_, _ in index.query(vectors[0], 31)] == ["000", *(f"{row:03}" for row in range(60, 90))]
            assert sorted(id_ for ids, _ in index.pages() for id_ in ids) == [f"{row:03}" for row in range(100)]
    with ExitStack() as closing:
        home = ServerHome(ServerPlace(server, "askspeech-calls-x"), closing)
        assert [home.rows(dimension) for dimension in (1, 16, 10**6)] == [740, 46, 1]


# Builds


def test_nothing_changed_something_changed_and_back_again(
    chroma: Chroma, corpus: Path, growing: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    first = build_index([growing], store=store, settings=chroma.settings)
    before = chroma.collections()
    with SpeechIndex.open(store, chroma.settings) as index:
        assert build_index(store=store, settings=chroma.settings).built_from == "unchanged"
        assert chroma.collections() == before
        text = (growing / "forum.txt").read_text(encoding="utf-8").replace("三百万元", "五百万元")
        (growing / "forum.txt").write_text(text, encoding="utf-8")
        second = build_index(store=store, settings=chroma.settings)
        clean = build_index([growing], store=tmp_path / "clean")
        assert (second.logical_hash, second.embedded) == (clean.logical_hash, second.embedded)
        assert 0 < second.embedded < first.embedded
        assert index.refresh() and index.generation == second.generation
        assert any("五百万元" in hit.passage.text for hit in index.search("无抵押信用贷款最高多少？", way="dense"))
    with Store(store).writer() as writer:
        assert writer.roll_back().name == first.generation
    with SpeechIndex.open(store, chroma.settings) as index:
        assert index.notices == ()
        assert not any("五百万元" in hit.passage.text for hit in index.search("无抵押信用贷款最高多少？", way="dense"))


def test_a_small_change_is_made_of_the_catalogue_without_embedding(
    chroma: Chroma, samples: Path, tmp_path: Path
) -> None:
    folder, store = Path(shutil.copytree(samples, tmp_path / "samples")), tmp_path / "store"
    first = build_index([folder], store=store, settings=chroma.settings)
    smallest = min(folder.glob("*.txt"), key=lambda path: path.stat().st_size)
    smallest.unlink()
    second = build_index(store=store, settings=chroma.settings)
    assert (second.built_from, second.embedded) == ("copy", 0)
    assert second.passages < first.passages
    assert verify(Path(store / "generations" / second.generation), server=chroma.settings.chroma_server).sound


def test_collections_of_generations_that_are_gone_are_removed(chroma: Chroma, growing: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    generations = []
    for number in range(3):
        (growing / "more.txt").write_text(f"关于第{number}件事情的讲话\n\n同志们：\n\n请抓好第{number}件事情。\n")
        generations.append(build_index([growing], store=store, settings=chroma.settings).generation)
    prefix = f"askspeech-{id_of(store)}-"
    left = {name for name in chroma.collections() if name.startswith(prefix)}
    assert left == {f"{prefix}{one}-{kind}" for one in generations[-2:] for kind in ("passages", "copies")}


def test_what_a_crashed_build_left_on_the_server_is_removed(chroma: Chroma, growing: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build_index([growing], store=store, settings=chroma.settings)
    before = chroma.collections()
    (growing / "more.txt").write_text("关于一件事情的讲话\n\n同志们：\n\n请抓好这件事情。\n", encoding="utf-8")
    program = (
        "import os, signal, sys\nfrom askspeech import build_index\nfrom askspeech.settings import IndexSettings\n"
        "def tell(stage, done, total):\n    if stage == 'verifying': os.kill(os.getpid(), signal.SIGKILL)\n"
        f"build_index(store=sys.argv[1], settings=IndexSettings(chroma_url={chroma.url!r}), progress=tell)"
    )
    child = subprocess.run([sys.executable, "-c", program, str(store)], env=environment(), check=False)
    assert child.returncode == -signal.SIGKILL
    assert len(chroma.collections() - before) == 2, "the killed build had made its collections"
    build_index(store=store, settings=chroma.settings)
    assert len(chroma.collections() - before) == 2
    assert {f"{own(store)}-passages", f"{own(store)}-copies"} == chroma.collections() - before


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | more


# Whose collections they are


def test_stores_on_one_server_leave_each_other_and_strangers_alone(
    chroma: Chroma, growing: Path, tmp_path: Path
) -> None:
    strangers = {"somebody-elses", "askspeech-0000000000000000-20200101T000000000000Z-aaaaaa-passages"}
    for name in strangers:
        chroma.make_collection(name)
    chroma.make_collection("with-a-function", configuration={"embedding_function": FUNCTION})
    stores = [tmp_path / "one", tmp_path / "two"]
    for number in range(2):
        for store in stores[number:]:
            (growing / "more.txt").write_text(f"第{number}次讲话\n\n同志们：\n\n请大家抓好{store.name}的落实工作。\n")
            build_index([growing], store=store, settings=chroma.settings)
    assert strangers | {"with-a-function"} <= chroma.collections()
    assert id_of(stores[0]) != id_of(stores[1])
    for store in stores:
        assert f"{own(store)}-passages" in chroma.collections()
        with SpeechIndex.open(store, chroma.settings) as index:
            assert index.notices == ()
            found = index.search("请大家抓好哪里的落实工作？", way="dense")
            assert any(f"抓好{store.name}的落实" in hit.passage.text for hit in found)


def test_a_copy_of_a_store_removes_nothing_of_the_original(
    chroma: Chroma, on_server: Path, growing: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(on_server, tmp_path / "copy"))
    with SpeechIndex.open(copy, chroma.settings) as index:
        assert index.notices == () and index.search(QUESTION).hits
    for number in range(2):
        (growing / "more.txt").write_text(
            f"第{number}次讲话\n\n同志们：\n\n请抓好第{number}项落实。\n", encoding="utf-8"
        )
        build_index([growing], store=copy, settings=chroma.settings)
    assert len(Store(copy).sealed()) == 2, "the copied generation is gone from the copy"
    assert id_of(copy) != id_of(on_server)
    with SpeechIndex.open(on_server, chroma.settings) as index:
        assert index.notices == () and index.search(QUESTION, way="dense").hits


def test_a_store_that_is_moved_keeps_its_name(mortal: Chroma, mortal_store: Path, growing: Path) -> None:
    (growing / "more.txt").write_text("一次讲话\n\n同志们：\n\n请抓好落实。\n", encoding="utf-8")
    build_index([growing], store=mortal_store, settings=mortal.settings)
    known = id_of(mortal_store)
    moved = mortal_store.rename(mortal_store.with_name("moved"))
    (growing / "more.txt").unlink()
    build_index([growing], store=moved, settings=mortal.settings)
    assert id_of(moved) == known


# What is refused


def test_vectors_elsewhere_than_the_settings_say(
    chroma: Chroma, corpus: Path, on_server: Path, store: Path, tmp_path: Path
) -> None:
    for place, settings, words in (
        (on_server, None, "on a Chroma server"),
        (store, chroma.settings, "in files"),
    ):
        with pytest.raises(StoreMismatchError, match=f"{words}.*askspeech build --store"):
            SpeechIndex.open(place, settings)
    copy = Path(shutil.copytree(store, tmp_path / "store"))
    report = build_index(store=copy, settings=chroma.settings)
    assert (report.built_from, report.embedded) == ("nothing", 0)
    with SpeechIndex.open(copy, chroma.settings) as index:
        assert index.notices == ()
        back = build_index(store=copy)
        assert (back.built_from, back.embedded, back.logical_hash) == ("nothing", 0, report.logical_hash)
        assert not index.refresh(), "what is open goes on answering"
        assert "Chroma" in index.notices[0] and index.search(QUESTION).hits
    with SpeechIndex.open(copy) as index:
        assert index.notices == ()


FUNCTION = {"type": "known", "name": "sentence_transformer", "config": {"model_name": "evil", "device": "cpu"}}


@pytest.mark.parametrize("what", ["missing", "function", "dimension", "count", "interface"])
def test_collections_that_are_not_what_a_build_wrote(
    mortal: Chroma, mortal_store: Path, corpus: Path, what: str
) -> None:
    chroma, store = mortal, mortal_store
    name = f"{own(store)}-passages"
    if what == "interface":
        path = Store(store).generations / str(Store(store).current_name()) / MANIFEST
        path.write_text(path.read_text(encoding="utf-8").replace('"interface": "', '"interface": "another'))
    else:
        chroma.remove_collection(name)
    if what == "function":
        chroma.make_collection(name, configuration={"embedding_function": FUNCTION}, metadata={"dimension": 256})
    elif what in ("dimension", "count"):
        dimension = manifest_of(store).embedder.dimension + (what == "dimension")
        chroma.make_collection(name, metadata={"dimension": dimension})
    expected = {
        "missing": "does not hold what a build put there",
        "function": "carries the embedding function 'sentence_transformer'",
        "dimension": "holds 1 passages|holds 0 passages|shape",
        "count": "holds 0 passages|holds 1 passages",
        "interface": "of another version",
    }[what]
    found = verify(Store(store).generations / str(Store(store).current_name()), server=chroma.settings.chroma_server)
    assert found.damaged == ("vectors",) and not found.unreachable
    with pytest.raises(AssertionError, match=expected):
        raise AssertionError("; ".join(found.problems))
    with SpeechIndex.open(store, chroma.settings) as index:
        assert index.notices == (vectors_notice(Store(store)),)
        result = index.search(QUESTION)
        assert result.hits and result.notices == index.notices
        with pytest.raises(StoreDamagedError):
            index.search(QUESTION, way="dense")
    if what in ("missing", "interface"):
        report = build_index([corpus], store=store, settings=chroma.settings)
        assert (report.built_from, report.embedded) == ("nothing", 0)
        with SpeechIndex.open(store, chroma.settings) as index:
            assert index.notices == ()


@pytest.mark.parametrize("version", ["1.5.9", "0.6.3", "2.0.0", ""])
def test_a_server_of_another_version_is_refused(
    version: str, corpus: Path, on_server: Path, chroma: Chroma, tmp_path: Path
) -> None:
    """The Python server says its real version, the Rust one 1.0.0."""
    with pretender(lambda handler: reply(handler, json.dumps(version).encode())) as url:
        settings = IndexSettings(chroma_url=url)
        with pytest.raises(StoreMismatchError, match=r"expected '1\.0\.0'.*never the Python server"):
            build_index([corpus], store=tmp_path / "store", settings=settings)
        assert not (tmp_path / "store" / "CURRENT").exists()
        with SpeechIndex.open(on_server, settings) as index:
            assert index.notices == (vectors_notice(Store(on_server)),)
            assert index.search(QUESTION).hits


def not_json(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, b"<html>Welcome to nginx!</html>")


def failing(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, b'{"error": "InternalError", "message": "out of order"}', 500)


def gateway(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, b"Bad Gateway " * 1000, 502)


def hanging(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(12)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(24):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.5)


@pytest.mark.parametrize("answer", [not_json, failing, gateway, hanging, dripping])
def test_what_is_no_chroma_server_is_said_within_five_seconds(
    answer: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    with pretender(answer) as url:
        began = time.monotonic()
        with (
            ExitStack() as closing,
            pytest.raises(StoreUnreachableError, match="does not answer as expected") as caught,
        ):
            Connection(ChromaServer(url), closing)
        assert time.monotonic() - began < SECONDS
        assert len(str(caught.value)) < 800


def test_a_server_that_is_absent(growing: Path, mortal: Chroma, mortal_store: Path) -> None:
    store = mortal_store
    mortal.kill()
    began = time.monotonic()
    with pytest.raises(StoreUnreachableError, match="Start it"):
        build_index([growing], store=store, settings=mortal.settings)
    assert time.monotonic() - began < SECONDS
    with SpeechIndex.open(store, mortal.settings) as index:
        assert index.notices == (server_notice(),)
        assert index.search(QUESTION).notices == (server_notice(),)
        with pytest.raises(StoreUnreachableError, match="does not answer"):
            index.search(QUESTION, way="dense")
        mortal.start()
        until(lambda: index.notices == ())
        assert index.search(QUESTION, way="dense").hits


def test_few_passages_are_compared_without_the_server(mortal: Chroma, mortal_store: Path) -> None:
    with SpeechIndex.open(mortal_store, mortal.settings) as index:
        only = Filters(file=("forum.txt",))
        there = index.search("小微企业贷款利率", filters=only, way="dense")
        mortal.kill()
        assert index.search("小微企业贷款利率", filters=only, way="dense") == there


# A server that is lost


def test_a_server_that_is_killed_under_questions(mortal: Chroma, mortal_store: Path) -> None:
    with SpeechIndex.open(mortal_store, mortal.settings) as index:
        whole = index.search(QUESTION)
        end = threading.Event()
        asked: list[tuple[float, tuple[str, ...], int]] = []
        failures: list[AskSpeechError] = []

        def ask() -> None:
            while not end.is_set():
                try:
                    asked.append(timed(index))
                except AskSpeechError as error:
                    failures.append(error)

        askers = [threading.Thread(target=ask) for _ in range(6)]
        for asker in askers:
            asker.start()
        for _ in range(2):
            time.sleep(0.5)
            mortal.kill()
            until(lambda: timed(index)[1] == (server_notice(),))
            mortal.start()
            until(lambda: timed(index)[1] == ())
        end.set()
        for asker in askers:
            asker.join(20)
        assert not failures
        assert max(seconds for seconds, _, _ in asked) < SECONDS
        assert all(count == len(whole.hits) for _, notices, count in asked if not notices)
        assert all(count for _, _, count in asked)
        assert {notices for _, notices, _ in asked} == {(), (server_notice(),)}
        assert index.search(QUESTION) == whole


def test_a_server_that_hangs(mortal: Chroma, mortal_store: Path) -> None:
    with SpeechIndex.open(mortal_store, mortal.settings) as index:
        mortal.send(signal.SIGSTOP)
        seconds, notices, hits = timed(index)
        assert (notices, hits > 0, seconds < SECONDS) == ((server_notice(),), True, True)
        assert timed(index)[0] < 1, "only the first question waits"
        searching = [one.name for one in threading.enumerate() if one.name == "askspeech-chroma"]
        assert len(searching) == 1
        mortal.send(signal.SIGCONT)
        until(lambda: timed(index)[1] == ())


@pytest.fixture
def relay(mortal: Chroma) -> Iterator[Relay]:
    with relayed(mortal) as between:
        yield between


def test_a_server_that_is_slow(relay: Relay, mortal_store: Path) -> None:
    with SpeechIndex.open(mortal_store, relay.settings) as index:
        relay.delay = 0.3
        assert timed(index)[1] == (), "slow is not lost"
        relay.delay = 10
        seconds, notices, hits = timed(index)
        assert (notices, hits > 0, seconds < SECONDS) == ((server_notice(),), True, True)
        relay.delay = 0
        until(lambda: timed(index)[1] == ())


def test_closing_ends_the_search_for_a_lost_server(mortal: Chroma, mortal_store: Path) -> None:
    index = SpeechIndex.open(mortal_store, mortal.settings)
    mortal.kill()
    assert timed(index)[1] == (server_notice(),)
    index.close()
    until(lambda: not any(one.name == "askspeech-chroma" for one in threading.enumerate()))
    with pytest.raises(StoreMissingError):
        index.search(QUESTION)


def test_a_build_whose_server_is_killed_leaves_the_index_in_use(
    growing: Path, mortal: Chroma, mortal_store: Path, tmp_path: Path
) -> None:
    store = mortal_store
    before = Store(store).sealed()
    (growing / "more.txt").write_text("关于一件事情的讲话\n\n同志们：\n\n请抓好这件事情。\n", encoding="utf-8")

    def kill(stage: str, done: int, total: int) -> None:
        if stage == "adding vectors" and done == total:
            mortal.kill()

    with pytest.raises(StoreUnreachableError, match="could not be checked"):
        build_index([growing], store=store, settings=mortal.settings, progress=kill)
    assert Store(store).sealed() == before
    mortal.start()
    assert len(mortal.collections()) == 4, "the killed build's are still there"
    again = build_index([growing], store=store, settings=mortal.settings)
    assert again.logical_hash == build_index([growing], store=tmp_path / "clean").logical_hash
    left = {name for name in mortal.collections() if id_of(store) in name}
    assert left == {f"askspeech-{id_of(store)}-{again.generation}-{kind}" for kind in ("passages", "copies")}


# Several processes

READER = """
import sys, time
from askspeech import SpeechIndex
from askspeech.settings import IndexSettings
with SpeechIndex.open(sys.argv[1], IndexSettings(chroma_url=sys.argv[2])) as index:
    first = index.generation
    print("open", flush=True)
    deadline = time.monotonic() + 60
    asked = 0
    while index.generation == first and time.monotonic() < deadline:
        index.refresh()
        result = index.search(sys.argv[3])
        assert result.hits and not result.notices, result.notices
        asked += 1
        time.sleep(0.2)  # leaves the build some of the processors
    print(index.generation, asked, "五百万元" in " ".join(hit.passage.text for hit in index.search(sys.argv[3])))
"""


def test_several_readers_notice_a_new_index(chroma: Chroma, growing: Path, tmp_path: Path) -> None:
    store, question = tmp_path / "store", "无抵押信用贷款最高多少？"
    build_index([growing], store=store, settings=chroma.settings)
    arguments = [sys.executable, "-c", READER, str(store), chroma.url, question]
    readers = [
        subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE, encoding="utf-8") for _ in range(3)
    ]
    for reader in readers:
        assert reader.stdout is not None and reader.stdout.readline() == "open\n"
    text = (growing / "forum.txt").read_text(encoding="utf-8").replace("三百万元", "五百万元")
    (growing / "forum.txt").write_text(text, encoding="utf-8")
    report = build_index(store=store, settings=chroma.settings)
    for reader in readers:
        told, _ = reader.communicate(timeout=60)
        generation, asked, found = told.split()
        assert (reader.returncode, generation, found) == (0, report.generation, "True")
        assert int(asked) > 0


# Settings, the token, the command line


def test_the_settings_name_a_server_or_none() -> None:
    assert from_environment({})[0].chroma_server is None
    index, _, _ = from_environment(
        {"ASKSPEECH_CHROMA_URL": " https://chroma:8000/vectors/ ", "ASKSPEECH_CHROMA_TOKEN": "s"}
    )
    assert index.chroma_server == ChromaServer("https://chroma:8000/vectors", "s")


@pytest.mark.parametrize(
    "url",
    [
        *("chroma:8000", "ftp://chroma", "http://", "http://user:geheim@chroma", "http://chroma?token=geheim"),
        *(
            "http://chroma#geheim",
            "http://chro ma",
            "http://chroma:99999",
            "http://chroma:0",
            "http://[::1",
            "http://云",
        ),
        *("http://chroma\x00", "http://chroma\\x", "http://a:b:c"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_CHROMA_URL is not the address") as caught:
        from_environment({"ASKSPEECH_CHROMA_URL": url})
    assert "geheim" not in str(caught.value)


def test_a_token_is_sent_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        failing(handler)

    with pretender(answer) as url, ExitStack() as closing:
        server = ChromaServer(url, "geheim")
        with pytest.raises(StoreUnreachableError) as caught:
            Connection(server, closing)
    assert seen == ["Bearer geheim"]
    settings = replace(IndexSettings(), chroma_url=url, chroma_token="geheim")
    assert "geheim" not in f"{caught.value!r} {server} {settings} {settings.chroma_server} {caplog.text}"


def test_the_token_is_no_argument_of_the_child(
    chroma: Chroma, on_server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []
    real = subprocess.run

    def spied(command: list[str], **more: object) -> object:
        commands.append(" ".join(command))
        return real(command, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", spied)
    folder = Store(on_server).current()
    assert folder is not None
    verification._READER.close()  # whose copies have no command of their own
    assert verify(folder, quick=True, server=ChromaServer(chroma.url, "geheim")).sound
    assert commands and not any("geheim" in command for command in commands)


def test_within_keeps_the_limit_around_it() -> None:
    with pretender(hanging) as url, ExitStack() as closing, within(0.5):
        began = time.monotonic()
        with within(60), pytest.raises(StoreUnreachableError):
            Connection(ChromaServer(url), closing)
        assert time.monotonic() - began < 2


def test_the_command_line(chroma: Chroma, growing: Path, tmp_path: Path) -> None:
    def askspeech(*arguments: str, url: str = chroma.url) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "askspeech", *arguments, "--store", str(tmp_path / "store")],
            env=environment(ASKSPEECH_CHROMA_URL=url, ASKSPEECH_DATA=str(tmp_path / "data")),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    assert askspeech("build", str(growing)).returncode == 0
    assert askspeech("verify").returncode == 0
    assert "走访两次" in askspeech("ask", QUESTION).stdout
    nowhere = "http://127.0.0.1:1"
    unreachable = askspeech("verify", url=nowhere)
    assert (unreachable.returncode, "does not answer" in unreachable.stderr) == (1, True)
    assert askspeech("build", url=nowhere).returncode == 74
    asked = askspeech("ask", QUESTION, url=nowhere)
    assert (asked.returncode, "走访两次" in asked.stdout) == (0, True)
    assert "Chroma" in asked.stdout + asked.stderr
    assert askspeech("verify", url="").returncode == 1
