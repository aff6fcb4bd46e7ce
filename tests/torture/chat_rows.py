"""The row about chat models that fail, R14: in eleven ways, and readers get an answer."""

import atexit
import contextlib
import json
import re
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chat_server import KEY, Asked, ChatServer, Manner, serving
from tests.torture.rows import Figures, Row, Trial
from tests.torture.security_world import QUESTION, Server, environment, prepare_store, program

FIRST_WORD_SECONDS, SECONDS = 1.0, 3.0
SLACK = 1.0
LARGE = 10 * 1024 * 1024


def useful(asked: Asked) -> str:
    return f"由县财政局牵头，六月底前建立台账[{asked.handle('县财政局牵头')}]。"


def drawn_out(asked: Asked) -> str:
    return useful(asked) * 40


def large(_: Asked) -> str:
    line = "其他县的经验也说明这项工作要由水务局牵头，明年底前完成第{}批。"
    return "".join(line.format(number) for number in range(LARGE // len(line.encode())))


@dataclass(frozen=True)
class Failing:
    """How a chat model fails, and what that is called; one of several words, where that hangs on how fast we are."""

    kinds: str
    manner: Manner = "good"
    script: Any = useful
    status: int = 200
    limit: float = SECONDS
    how: Mapping[str, Any] | None = None


WAYS: Mapping[str, Failing] = {
    "nothing listens": Failing("refused"),
    "status 401": Failing("key", "status", status=401),
    "status 429": Failing("busy", "status", status=429),
    "status 500": Failing("server", "status", status=500),
    "it says nothing": Failing("slow", "no_bytes", limit=FIRST_WORD_SECONDS, how={"pause": 6.0}),
    "it drips": Failing("slow", "drip", drawn_out, how={"piece": 1, "pause": 0.2}),
    "its stream is cut": Failing("cut", "cut", how={"cut_after": 9}),
    "it sends no JSON": Failing("nonsense", "not_json"),
    "a reply of 10 MB": Failing("unsupported slow", "good", large, how={"piece": 50_000}),
    "another language": Failing("language", "good", lambda _: "The ledger is kept by the county finance bureau here."),
    "it writes nothing": Failing("empty", "silent"),
}


@dataclass
class World:
    """A server of ours with a chat model, whose server is there or not, and does what it is told."""

    server: Server
    chat: ChatServer
    stack: contextlib.ExitStack

    def close(self) -> None:
        self.stack.close()


_worlds: dict[tuple[Path, bool], World] = {}


def world(scratch: Path, *, absent: bool) -> World:
    """The server that the trials of a run share; for a model that is absent, another one."""
    if (scratch, absent) not in _worlds:
        stack = contextlib.ExitStack()
        chat = stack.enter_context(serving(useful))
        if absent:
            stack.close()
        folder = scratch / f"shared-{absent}"
        folder.mkdir(exist_ok=True)
        settings = environment(
            ASKSPEECH_CHAT_MODEL="openai:qwen3",
            ASKSPEECH_CHAT_URL=chat.url,
            ASKSPEECH_CHAT_KEY=KEY,
            ASKSPEECH_CHAT_FIRST_WORD_SECONDS=str(FIRST_WORD_SECONDS),
            ASKSPEECH_CHAT_SECONDS=str(SECONDS),
            ASKSPEECH_LOG="json",
            ASKSPEECH_LOG_LEVEL="debug",
            NO_PROXY="*",
        )
        found = World(stack.enter_context(program(scratch / "store", folder, env=settings)), chat, stack)
        atexit.register(found.close)
        _worlds[scratch, absent] = found
        waited_for(found.server)
        ask(found.server)  # the first question may wait for the model's library, which takes seconds to import
    return _worlds[scratch, absent]


def waited_for(server: Server) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.address}/health/ready", timeout=10):
            return
        assert time.monotonic() < deadline, f"the server is not ready: {server.said()}"
        time.sleep(0.2)


def ask(server: Server) -> Any:
    """The answer to the question by REST."""
    body = json.dumps({"question": QUESTION}).encode()
    request = urllib.request.Request(f"{server.address}/api/v1/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def counted(server: Server, kinds: str) -> float:
    """How many failures of those kinds of the chat model the server has counted."""
    with urllib.request.urlopen(f"{server.address}/metrics", timeout=10) as answer:
        told = answer.read().decode()
    found = re.findall(r'^askspeech_chat_failures_total\{kind="(\w+)"\} (\S+)$', told, re.MULTILINE)
    return sum(float(count) for kind, count in found if kind in kinds.split())


def failing_model(trial: Trial) -> Figures:
    """The speeches' own sentences stand in, in time, with a notice, counted and written down; no key anywhere."""
    way = WAYS[trial.kind]
    there = world(trial.scratch, absent=way.kinds == "refused")
    chat = there.chat
    chat.script, chat.manner, chat.status = way.script, way.manner, way.status
    chat.piece, chat.pause, chat.cut_after = 3, 0.0, 0
    for name, value in (way.how or {}).items():
        setattr(chat, name, value)
    before = counted(there.server, way.kinds)
    began = time.monotonic()
    answer = ask(there.server)
    waited = time.monotonic() - began
    assert "财政局" in answer["text"] and answer["outcome"] == "answered", f"no answer of the speeches: {answer}"
    assert answer["sentences"] and all(one["support"] == "supported" for one in answer["sentences"]), f"{answer}"
    assert any("The chat model did not write this answer" in one for one in answer["notices"]), f"{answer['notices']}"
    assert waited <= way.limit + SLACK, f"a reader waited {waited:.1f} s"
    assert counted(there.server, way.kinds) == before + 1, f"not counted as {way.kinds}"
    said = there.server.said()
    for secret in (KEY, KEY[3:]):
        assert secret not in said, "the key stands in the log"
        assert secret not in json.dumps(answer), "the key stands in the answer"
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    told = [one for one in lines if one["message"] == "question"]
    assert told and told[-1].get("chat_failure", "") in way.kinds.split(), f"the log says: {told[-1:]}"
    assert QUESTION not in said, "the question stands in the log"
    return {"largest wait in ms": round(1000 * waited)}


def kinds(scratch: Path) -> Sequence[str]:
    return list(WAYS)


CHAT_ROWS: Mapping[str, Row] = {
    "R14": Row("a chat model that fails", failing_model, kinds, prepare_store),
}
