"""What the load rows work on: how long and how large they are, a store, the server over it, and a build beside it."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.chat_server import Asked
from tests.chat_server import serving as serving_model
from tests.torture.load_corpus import BYTES_OF_A_SPEECH, ITEMS, write_speeches
from tests.torture.rows import SkippedError, Trial
from tests.torture.security_world import Server, environment, program, shared_server

from askspeech.builder import Builder

__all__ = [
    "QUESTIONS",
    "UNLIMITED",
    "Wanted",
    "building",
    "chat_model",
    "copied_store",
    "prepare_load",
    "served",
    "source",
    "until_built",
    "wanted",
]

QUESTIONS = 400
INGESTED_BYTES = 10_000_000
# The server's own limits for each are for people; one program measures it here.
UNLIMITED = {"ASKSPEECH_QUESTIONS_PER_MINUTE": "0", "ASKSPEECH_REQUESTS_PER_MINUTE": "0"}


_ASKED = re.compile("代号(.{6})的专项行动由哪个部门牵头")


@dataclass(frozen=True)
class Wanted:
    """How large a run is, by the variables TORTURE_PASSAGES, TORTURE_SECONDS, TORTURE_SCALE and TORTURE_SLACK.

    `scale` shortens all times, `seconds` is the time of the main part, `slack` what the limits are multiplied with.
    By TORTURE_SHARED, rows that need no server of their own share one.
    """

    passages: int = 10_000
    seconds: float = 0.0
    scale: float = 1.0
    slack: float = 1.0
    shared: bool = False

    def lasting(self, seconds: float) -> float:
        """How long something takes here that takes so long in the plan."""
        return self.seconds or seconds * self.scale


def wanted() -> Wanted:
    """What is wanted of this run."""
    get = os.environ.get
    return Wanted(
        int(get("TORTURE_PASSAGES", "10000")), float(get("TORTURE_SECONDS", "0")), float(get("TORTURE_SCALE", "1")),
        float(get("TORTURE_SLACK", "1")), bool(get("TORTURE_SHARED")),
    )  # fmt: skip


def source(number: int) -> str:
    """The address of loopback that a visitor comes from."""
    return f"127.0.{1 + number // 200 % 200}.{1 + number % 200}"


def prepare_load(scratch: Path) -> None:
    """The corpus and its store, made once for all load rows of an output folder."""
    place = load_folder(scratch)
    if (place / "store" / "CURRENT").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    write_speeches(place / "speeches", wanted().passages, "1")
    command = [sys.executable, "-m", "askspeech", "build", str(place / "speeches"), "--store", str(place / "store")]
    subprocess.run(command, env=environment(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def load_folder(scratch: Path) -> Path:
    """Where the load rows have their corpus and store."""
    return scratch.parent / f"load-{wanted().passages}"


def copied_store(trial: Trial) -> Path:
    """A store of the trial's own."""
    return Path(shutil.copytree(load_folder(trial.scratch) / "store", trial.folder / "store"))


@contextlib.contextmanager
def served(trial: Trial, store: Path | None = None, **settings: str) -> Iterator[Server]:
    """The server over the rows' store, once it can answer."""
    if sys.platform != "linux":
        raise SkippedError("visitors come from addresses 127.x.x.x, which only Linux has without more ado")
    if wanted().shared and not (store or settings):
        server = shared_server(load_folder(trial.scratch))
        until_ready(server)
        yield server
        return
    variables = environment(**UNLIMITED, **{"ASKSPEECH_LOG_LEVEL": "warning", **settings})
    with program(store or load_folder(trial.scratch) / "store", trial.folder, env=variables) as server:
        until_ready(server)
        yield server


def until_ready(server: Server) -> None:
    """Wait until questions can be answered; AssertionError after five minutes."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.address}/health/ready", timeout=30):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server is not ready: {server.said()[-2000:]}")


@contextlib.contextmanager
def building(store: Path) -> Iterator[Callable[[], bool]]:
    """A build of 10 MB more, begun as the page begins one; gives what says whether it runs, and waits for its end."""
    speeches = max(1, round(INGESTED_BYTES / BYTES_OF_A_SPEECH * min(1.0, wanted().passages / 10_000)))
    uploads = store / "uploads"
    write_speeches(uploads, speeches * ITEMS, "ingested")
    builder = Builder(store, environment())
    builder.start("load")
    try:
        yield lambda: builder.state().running is not None
    finally:
        until_built(builder)


def until_built(builder: Builder) -> None:
    """Wait for the end of a build, which must be a good one."""
    deadline = time.monotonic() + 1800
    while builder.state().running is not None and time.monotonic() < deadline:
        time.sleep(0.2)
    last = builder.state().last
    assert last is not None and last.outcome in ("done", "unchanged"), f"the build ended as {last}"


@contextlib.contextmanager
def chat_model(seconds: float) -> Iterator[dict[str, str]]:
    """A chat model that says its first word after so many seconds; gives the settings that name it."""

    def quoting(asked: Asked) -> str:
        time.sleep(seconds)
        question = _ASKED.findall(asked.user)[-1]
        if not asked.sentences:  # a question that follows another is to be written out
            return f"代号{question}的专项行动由哪个部门牵头？"
        handle, text = next(one for one in asked.sentences if question in one[1])
        return f"{text.removesuffix('。')}[{handle}]。"

    with serving_model(quoting, piece=20) as chat:
        yield {
            "ASKSPEECH_CHAT_MODEL": "openai:qwen3",
            "ASKSPEECH_CHAT_URL": chat.url,
            "ASKSPEECH_CHAT_KEY": "sk-nothing",
            "NO_PROXY": "*",
        }
