"""What the torture rows work on: tiny corpora, children that can be killed, and the questions that show what answers.

Children are forked from a process that has imported everything and opened nothing: Chroma's threads do not survive a
fork, and importing takes longer than all else in a trial.
"""

import json
import os
import random
import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromadb.api.rust  # noqa: F401 - which the first index that is opened would import, in every child anew

import askspeech.answers
import askspeech.indexing
from askspeech import SpeechIndex, build_index, forking, verification
from askspeech.disk import watched
from askspeech.embedder import builtin_embedder
from askspeech.errors import AskSpeechError
from askspeech.forking import Forker
from askspeech.store import Store

TIME_LIMIT_SECONDS = 600
PLACES = ("青禾", "云陵", "柳溪", "松台", "石渡", "枫桥", "白沙", "金川", "南浦", "东岭")
MATTERS = ("营商环境", "乡村道路", "河道清淤", "校园食堂", "养老服务", "仓储物流", "夜间经济", "茶叶品牌", "防汛值守")
OFFICES = ("财政局", "交通运输局", "教育局", "民政局", "水利局", "商务局", "农业农村局", "应急管理局")


@dataclass(frozen=True)
class Corpus:
    """The files of a corpus by name, and for each the words that answer a question about it."""

    files: Mapping[str, str]
    probes: Mapping[str, str]

    def write(self, folder: Path) -> Path:
        """Make a folder hold exactly these files."""
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return folder

    def with_file(self, name: str, chance: random.Random) -> "Corpus":
        """The same with one more file, or another text in that one."""
        return corpus_of({**self.files, name: speech(chance)})


def speech(chance: random.Random) -> str:
    """A short speech about something that no other speech speaks of."""
    place, matter, other = chance.choice(PLACES), *chance.sample(MATTERS, 2)
    code = "".join(chance.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", k=6))
    return (
        f"在{place}县{matter}工作会议上的讲话\n\n同志们：\n\n今天我们开会研究{matter}的事情，下面我讲三点意见。\n\n"
        f"一、认清形势。{place}县去年办了{chance.randrange(100, 999)}件实事，群众是满意的，但是{other}还有短板。\n\n"
        f"二、抓好{matter}。代号{code}的专项行动由县{chance.choice(OFFICES)}牵头，"
        f"{chance.randrange(2, 12)}月底以前完成，拨付资金{chance.randrange(100, 999)}万元。\n\n"
        "三、加强领导。各乡镇要把责任落到人头，每季度报告一次进展，年底逐项考核。\n"
    )


def with_yearbook(small: Corpus, paragraphs: int = 1300) -> Corpus:
    """The same with a file so long that Chroma writes its graph down, which it does at a thousand vectors."""
    chance = random.Random("yearbook")
    parts = [
        f"{number}月第{chance.randrange(100)}号纪要：{chance.choice(PLACES)}县{chance.choice(OFFICES)}就"
        f"{chance.choice(MATTERS)}安排资金{chance.randrange(10**6)}元，惠及群众{chance.randrange(10**5)}人，"
        f"由第{chance.randrange(10**4)}工作组验收，验收意见存入第{chance.randrange(10**4)}号档案。" * 3
        for number in range(paragraphs)
    ]
    return Corpus({**small.files, "年鉴.txt": "\n\n".join(parts)}, small.probes)


def corpus_of(files: Mapping[str, str]) -> Corpus:
    """The corpus of these files, which were made by `speech`."""
    probes = {}
    for text in files.values():
        code = code_of(text)
        probes[f"代号{code}的专项行动由哪个部门牵头？"] = f"代号{code}"
    return Corpus(files, probes)


def code_of(text: str) -> str:
    """The word that stands in this speech and in no other."""
    return text.split("代号", 1)[1][:6]


def corpus(seed: object, files: int = 3) -> Corpus:
    """A corpus that depends on nothing but the seed."""
    chance = random.Random(f"corpus {seed}")
    return corpus_of({f"讲话{number}.txt": speech(chance) for number in range(files)})


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its value, the error that it raised, or the signal that killed it."""

    value: Any = None
    error: str = ""
    message: str = ""
    signal: int = 0
    seconds: float = 0.0

    def wanted(self) -> Any:
        """The value; AssertionError where there is none."""
        assert not self.error and not self.signal, f"the child ended with {self}"
        return self.value


@dataclass
class Child:
    """A child that runs a function; kill it or wait for it."""

    pid: int
    reading: int
    began: float

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal; nothing happens where it has ended."""
        os.kill(self.pid, number)

    def wait(self, limit: float = TIME_LIMIT_SECONDS) -> Outcome:
        """Wait until it has ended; one that takes longer than the limit is killed, which is a failure."""
        content = b""
        deadline = time.monotonic() + limit
        os.set_blocking(self.reading, False)
        while True:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            try:
                while part := os.read(self.reading, 1 << 16):
                    content += part
            except BlockingIOError:
                pass
            if ended:
                break
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError(f"a child took longer than {limit} seconds")
            time.sleep(0.005)
        os.close(self.reading)
        if os.WIFSIGNALED(status):
            return Outcome(signal=os.WTERMSIG(status), seconds=time.monotonic() - self.began)
        return Outcome(**json.loads(content))


class Fork:
    """A process that waits for tasks, forked from a child that has opened nothing yet: it imports nothing anew."""

    def __init__(self, theirs: socket.socket, arguments: Sequence[str]) -> None:
        self._status: int | None = None
        self._pid = os.fork()
        if not self._pid:
            status = 1
            try:
                os.closerange(3, theirs.fileno())
                os.closerange(theirs.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
                status = forking.main([str(theirs.fileno()), *arguments])
            finally:
                os._exit(status)

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._ended(os.WNOHANG)

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it has ended."""
        return self._ended(0) or 0

    def _ended(self, how: int) -> int | None:
        if self._status is None:
            ended, status = os.waitpid(self._pid, how)
            self._status = os.waitstatus_to_exitcode(status) if ended else None
        return self._status


def start(function: Callable[[], Any]) -> Child:
    """Run a function in a forked child; its value must fit in JSON."""
    builtin_embedder()
    reading, writing = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading, began)
    status = 1
    try:
        os.close(reading)
        verification._READER = Forker("askspeech.verification", start=Fork)
        verification.prepare()
        try:
            result: dict[str, Any] = {"value": function()}
        except AskSpeechError as error:
            result = {"error": type(error).__name__, "message": str(error)}
        except BaseException as error:
            result = {"error": f"{type(error).__name__}: {error}"}
        result["seconds"] = time.monotonic() - began
        os.write(writing, json.dumps(result).encode())
        status = 0
    finally:
        os._exit(status)
    raise AssertionError("not reached")


def run(function: Callable[[], Any]) -> Outcome:
    """Run a function in a forked child and wait for it."""
    return start(function).wait()


def build(store: Path, folder: Path | None, watcher: Callable[[str, Path], None] | None = None) -> Callable[[], Any]:
    """A function that builds an index and returns the report's hash, generation and number embedded.

    The watcher is told the points of the build as well as those of the disk.
    """

    def building() -> dict[str, Any]:
        def tell(stage: str, done: int, total: int) -> None:
            if watcher is not None:
                watcher(f"{stage} {'begins' if not done else 'goes on' if done < total else 'ends'}", store)

        with watched(watcher or (lambda point, path: None)):
            report = build_index([folder] if folder else [], store=store, progress=tell)
        return {"hash": report.logical_hash, "generation": report.generation, "embedded": report.embedded}

    return building


def clean_hash(folder: Path, scratch: Path) -> str:
    """The logical hash of an index of the folder that is built from nothing."""
    place = scratch / "clean-store"
    shutil.rmtree(place, ignore_errors=True)
    found = run(build(place, folder)).wanted()["hash"]
    shutil.rmtree(place, ignore_errors=True)
    return str(found)


def look(store: Path, versions: Sequence[Corpus]) -> Callable[[], Any]:
    """A function that opens the index and says which of the corpora answers wholly, None where none does."""

    def looking() -> dict[str, Any]:
        with SpeechIndex.open(store) as index:
            texts = index.source_texts()
            answering = [
                number for number, one in enumerate(versions) if dict(one.files) == texts and found(index, one)
            ]
            asked = versions[answering[0]].probes if answering and not index.notices else {}
            dense = [[hit.passage.id for hit in index.search(question, way="dense")] for question in asked]
            return {
                "version": answering[0] if answering else None,
                "notices": list(index.notices),
                "generation": index.generation,
                "dense": dense,
            }

    return looking


def found(index: SpeechIndex, expected: Corpus) -> bool:
    """Whether every question about the corpus finds the words that answer it, and an answer quotes them."""
    answerer = askspeech.answers.Answerer(index)
    return all(
        any(words in hit.passage.text for hit in index.search(question, k=3))
        and answerer.ask(question).outcome is not None
        for question, words in expected.probes.items()
    )


def base_store(scratch: Path, folder: Path) -> Path:
    """A store that holds the folder's index; built once for all trials of a run and copied by each."""
    place = scratch / "base-store"
    if not (place / "CURRENT").exists():
        shutil.rmtree(place, ignore_errors=True)
        run(build(place, folder)).wanted()
    return place


def tidy(store: Path) -> None:
    """At most two generations, all sealed, and nothing else that a crashed build could have left."""
    generations = list(Store(store).generations.iterdir())
    assert len(generations) <= 2, f"{len(generations)} generations are left: {generations}"
    assert set(generations) == set(Store(store).sealed()), "a draft is left"
    written = {"CURRENT", "lock", "generations", "uploads", "last-build.json", "known.json"}
    names = {path.name for path in store.iterdir()} - written
    assert not names, f"left in the store: {names}"
