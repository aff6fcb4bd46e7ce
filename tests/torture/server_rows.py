"""The row about a Chroma server: killed under load, started again; no question is lost, and it is found again."""

import json
import random
import re
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.chroma_processes import Chroma, running
from tests.torture.rows import VERSIONS, Figures, Row, Trial, check_of_one_version, prepare
from tests.torture.world import run, start

from askspeech import SpeechIndex, build_index
from askspeech.errors import AskSpeechError
from askspeech.settings import IndexSettings
from askspeech.store import Store

LONGEST_SECONDS = 5.0
THREADS = 4
PAUSE_SECONDS = 0.01


def prepare_server(scratch: Path) -> None:
    """A store with the old corpus whose vectors are on a server, and that server's folder."""
    prepare(scratch)
    if not (scratch / "server-store" / "CURRENT").exists():
        for name in ("server-store", "chroma"):
            shutil.rmtree(scratch / name, ignore_errors=True)
        with running(scratch / "chroma") as server:
            run(built(scratch / "server-store", scratch / "old", server.settings)).wanted()


def built(store: Path, folder: Path, settings: IndexSettings) -> Callable[[], Any]:
    """A function that builds an index with its vectors on the server and returns its hash."""

    def building() -> dict[str, Any]:
        report = build_index([folder], store=store, settings=settings)
        return {"hash": report.logical_hash, "embedded": report.embedded}

    return building


@dataclass
class Asked:
    """What the threads of one reader have seen; moments are of the system's monotonic clock."""

    seconds: list[float] = field(default_factory=list)
    noticed: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, index: SpeechIndex, question: str, words: str) -> None:
        began = time.monotonic()
        try:
            index.refresh()
            result = index.search(question, k=8)
            check_of_one_version(replace(result, notices=()), question, words)
        except (AskSpeechError, AssertionError) as error:
            with self.lock:
                self.errors.append(f"{type(error).__name__}: {error}")
            return
        ended = time.monotonic()
        other = [notice for notice in result.notices if "Chroma" not in notice]
        with self.lock:
            self.seconds.append(ended - began)
            self.errors += other
            if result.notices:
                self.noticed.append(ended)


def asking(store: Path, settings: IndexSettings, folder: Path, seed: float) -> Callable[[], Any]:
    """A function that asks with several threads until the end."""

    def ask() -> dict[str, Any]:
        probes = [(question, words) for one in VERSIONS for question, words in one.probes.items()]
        asked = Asked()
        with SpeechIndex.open(store, settings) as index:

            def ask_on(number: int) -> None:
                chance = random.Random(f"{seed} {number}")
                while not (folder / "end").exists():
                    asked.ask(index, *chance.choice(probes))
                    time.sleep(PAUSE_SECONDS)

            threads = [threading.Thread(target=ask_on, args=(number,)) for number in range(THREADS)]
            for thread in threads:
                thread.start()
            (folder / f"ready {seed}").touch()
            for thread in threads:
                thread.join()
        return {
            "questions": len(asked.seconds) + len(asked.errors),
            "errors": asked.errors[:5],
            "longest": max(asked.seconds, default=0.0),
            "noticed": len(asked.noticed),
            "last noticed": max(asked.noticed, default=0.0),
            "first noticed": min(asked.noticed, default=0.0),
        }

    return ask


def killed_server(trial: Trial) -> Figures:
    """The Chroma server is killed while it is asked, and started again after a while."""
    store = Path(shutil.copytree(trial.scratch / "server-store", trial.folder / "store"))
    shutil.copytree(trial.scratch / "chroma", trial.folder / "chroma")
    with running(trial.folder / "chroma") as server:
        count = 3 if "three" in trial.kind else 1
        readers = [start(asking(store, server.settings, trial.folder, trial.chance.random())) for _ in range(count)]
        while len(list(trial.folder.glob("ready *"))) < count:
            time.sleep(0.01)
        time.sleep(trial.chance.uniform(0.1, 1))
        built_meanwhile = "build" in trial.kind
        builder = start(built(store, trial.corpus, server.settings)) if built_meanwhile else None
        time.sleep(trial.chance.uniform(0, 4 if built_meanwhile else 1))
        server.kill()
        killed = time.monotonic()
        time.sleep(trial.chance.uniform(0.3, 3))
        server.begin()
        begun = time.monotonic()
        server.wait()
        back = time.monotonic()
        time.sleep(LONGEST_SECONDS + 1)
        (trial.folder / "end").touch()
        told = [reader.wait().wanted() for reader in readers]
        figures = judged(told, killed, begun, back)
        if builder is not None:
            outcome = builder.wait()
            assert outcome.error in ("", "StoreUnreachableError"), f"{outcome}"
            figures["builds refused"] = int(bool(outcome.error))
            after_a_lost_server(trial, store, server)
    return figures


def judged(told: Sequence[Mapping[str, Any]], killed: float, begun: float, back: float) -> dict[str, int]:
    """The figures of the readers; AssertionError where a question was lost or the server was not found again."""
    for one in told:
        assert not one["errors"], f"questions were lost: {one['errors']}"
        assert one["longest"] <= LONGEST_SECONDS, f"a question took {one['longest']:.1f} s"
        assert one["noticed"], "no question noticed that the server was away"
        assert one["last noticed"] - back <= LONGEST_SECONDS, "the server was not found again within 5 seconds"
    return {
        "questions": sum(one["questions"] for one in told),
        "of them answered by the keyword index": sum(one["noticed"] for one in told),
        "largest answer in ms": round(1000 * max(one["longest"] for one in told)),
        "largest ms until the first notice": round(1000 * max(one["first noticed"] - killed for one in told)),
        "largest ms until the server is used after it answers": max(
            0, round(1000 * max(one["last noticed"] - back for one in told))
        ),
        "largest ms after it was started": round(1000 * max(one["last noticed"] - begun for one in told)),
    }


def after_a_lost_server(trial: Trial, store: Path, server: Chroma) -> None:
    """Building again gives the index of a clean build, and leaves no collection that no generation has."""
    again = run(built(store, trial.corpus, server.settings)).wanted()
    assert again["hash"] == trial.expected_hash(), "building again gave another index"
    name = json.loads((store / "chroma-id").read_text(encoding="utf-8"))["id"]
    left = {one for one in server.collections() if one.startswith(f"askspeech-{name}-")}
    generations = {folder.name for folder in Store(store).sealed()}
    known = {match for one in left for match in re.findall(r"-(\d{8}T\d{12}Z-[0-9a-f]{6})-", one)}
    assert known <= generations, f"left on the server: {known - generations}"


SERVER_ROWS: Mapping[str, Row] = {
    "R13": Row(
        "the Chroma server killed under load, and started again",
        killed_server,
        lambda scratch: ["asked", "asked by three processes", "asked during a build"],
        prepare_server,
    )
}
