"""The row about what leaves the machine (S3): nothing, in whatever way the program is used with its default settings.

Every process is watched: where strace is, by the kernel's own account, which holds for all its children too; else by
what LD_PRELOAD and an audit hook of Python see. Where it is allowed, all of it runs in a network namespace whose one
interface is loopback, so that what reached out in spite of all would reach nothing.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.torture.rows import Figures, Row, SkippedError, Trial
from tests.torture.security_world import QUESTION, REPOSITORY, environment, prepare_store, program, raw

HOOKS = REPOSITORY / "tests" / "torture" / "sockets"
ADDRESS = re.compile(r'inet_addr\("([\d.]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
OUTSIDE = (
    "import socket\n"
    "for address in ('192.0.2.1', '198.51.100.7'):\n"
    "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:\n"
    "        try:\n"
    "            one.connect((address, 53))\n"
    "        except OSError:\n"
    "            pass\n"
)
TRACING = {
    "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "ls-canary",
    "LANGSMITH_ENDPOINT": "http://192.0.2.9:9", "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://192.0.2.9:4317",
    "CHROMA_OTEL_GRANULARITY": "all", "ANONYMIZED_TELEMETRY": "True", "GRADIO_ANALYTICS_ENABLED": "True",
    "HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0",
}  # fmt: skip
"""What other programs' settings may ask of our libraries; none of it is ours to obey."""


@dataclass(frozen=True)
class Watch:
    """How a process is started so that it is watched, and where what was seen is written."""

    before: tuple[str, ...]
    env: dict[str, str]
    folder: Path

    def seen(self) -> list[str]:
        """What reached for an address outside this machine, or for a name."""
        found = [line for line in _lines(self.folder / "hooks") if not line.startswith("begin")]
        for path in self.folder.glob("calls.*"):
            found += [f"{path.suffix[1:]} {line.strip()[:160]}" for line in _lines(path) if _outside(line)]
        return found

    def processes(self) -> int:
        """How many processes were watched."""
        return max(
            len(list(self.folder.glob("calls.*"))),
            sum(line.startswith("begin") for line in _lines(self.folder / "hooks")),
        )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def _outside(call: str) -> bool:
    """Whether a system call names an address of another machine, or a resolver."""
    found = ADDRESS.search(call)
    if found is None:
        return False
    address = found[1] or found[2]
    return (not address.startswith(("127.", "::ffff:127.")) and address != "::1") or "htons(53)" in call


@cache
def _can(command: Sequence[str]) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False, timeout=20).returncode == 0
    except OSError:
        return False


def watched(scratch: Path, folder: Path, **more: str) -> Watch:
    """A watch that writes into a folder."""
    seen = folder / "seen"
    seen.mkdir()
    env = environment(SOCKETS_SEEN=str(seen / "hooks"), **more)
    env["PYTHONPATH"] += os.pathsep + str(HOOKS)
    for name in ("HF_HUB_OFFLINE", "GRADIO_ANALYTICS_ENABLED", "TRANSFORMERS_OFFLINE"):
        if name not in more:
            env.pop(name, None)
    if library := _preloaded(scratch):
        env["LD_PRELOAD"] = str(library)
    strace = ("strace", "-ff", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o")
    before = (*strace, str(seen / "calls")) if _can((*strace, "/dev/null")) else ()
    return Watch(before, env, seen)


def _preloaded(scratch: Path) -> Path | None:
    library, compiler = scratch / "sockets.so", shutil.which("cc")
    if not library.exists() and compiler and sys.platform == "linux":
        done = subprocess.run(
            [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(HOOKS / "sockets.c"), "-ldl"], check=False
        )
        if done.returncode:
            return None
    return library if library.exists() else None


def alone() -> tuple[str, ...]:
    """What puts a command into a network of its own, with nothing but loopback; empty where that is not allowed."""
    inside = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
    return inside if _can(inside) else ()


WAYS = (
    "the watch itself", "building the samples", "asking at the terminal", "asking from Python", "a model in a folder",
    "the page, REST and MCP", "MCP over pipes", "other programs' settings", "a document that links to pictures",
)  # fmt: skip


def ways(_: Path) -> Sequence[str]:
    return WAYS


def nothing_leaves(trial: Trial) -> Figures:
    """One way of using the program, in a process of its own that is alone with loopback."""
    if not trial.kind:
        raise SkippedError("no way")
    watch = watched(trial.scratch, trial.folder, **(TRACING if trial.kind == "other programs' settings" else {}))
    command = [sys.executable, "-m", "tests.torture.egress_rows", trial.kind, str(trial.scratch), str(trial.folder)]
    outer = environment(EGRESS_WATCH=json.dumps([watch.before, watch.env]))
    done = subprocess.run(
        [*alone(), *command], env=outer, cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=False, timeout=280
    )
    assert done.returncode == 0, f"{done.stdout[-1500:]}\n{done.stderr[-3000:]}"
    seen = watch.seen()
    if trial.kind == WAYS[0]:
        assert any("192.0.2.1" in line for line in seen) and any("198.51.100.7" in line for line in seen), seen
        return {"processes watched": watch.processes()}
    assert seen == [], "\n".join(seen[:20])
    assert watch.processes() > 0, "nothing was watched"
    return {"processes watched": watch.processes(), "events": len(seen), "in a network of its own": int(bool(alone()))}


# --- from here on: in the process that is alone with loopback


@dataclass(frozen=True)
class World:
    """What a way of using the program works on."""

    scratch: Path
    folder: Path
    before: Sequence[str]
    env: dict[str, str]

    def run(self, *arguments: str, **how: object) -> "subprocess.CompletedProcess[str]":
        """Run Python with these arguments under the watch; it must end well."""
        done = subprocess.run(
            [*self.before, sys.executable, *arguments],
            env=self.env, cwd=self.folder, capture_output=True, encoding="utf-8", check=False, timeout=200, **how,  # type: ignore[call-overload]
        )  # fmt: skip
        assert done.returncode in (0, 3), f"{arguments}: {done.stdout[-800:]} {done.stderr[-1500:]}"
        return done


def watch_itself(world: World) -> None:
    world.run("-c", OUTSIDE)


def building(world: World) -> None:
    samples = REPOSITORY / "ingest" / "samples"
    world.run("-m", "askspeech", "build", str(samples), "--store", str(world.folder / "samples-store"))


def at_the_terminal(world: World) -> None:
    store = str(world.scratch / "store")
    for command in (["ask", QUESTION, "--json"], ["search", QUESTION], ["speeches"], ["verify"]):
        world.run("-m", "askspeech", *command, "--store", store)


IN_PYTHON = """
import sys
from askspeech import Answerer, SpeechIndex
with SpeechIndex.open(sys.argv[1]) as index:
    assert Answerer(index).ask(sys.argv[2]).citations
    assert index.as_retriever(k=3).invoke(sys.argv[2])
    assert Answerer(index).as_runnable().invoke(sys.argv[2]).citations
"""
WITH_MODELS = """
import sys
from pathlib import Path
from tests import tiny
from askspeech import IndexSettings, SpeechIndex, build_index
place = Path(sys.argv[1])
settings = IndexSettings(
    store=place / "store", embedder=str(tiny.sentence_transformer(place)), reranker=str(tiny.cross_encoder(place))
)
build_index([sys.argv[2]], store=settings.store, settings=settings)
with SpeechIndex.open(settings.store, settings) as index:
    assert index.search(sys.argv[3]).hits
"""


def from_python(world: World) -> None:
    world.run("-c", IN_PYTHON, str(world.scratch / "store"), QUESTION)


def with_models(world: World) -> None:
    world.run("-c", WITH_MODELS, str(world.folder), str(world.scratch / "speeches"), QUESTION)


def served(world: World) -> None:
    """The page in a browser, REST and MCP; what the page asks for is looked at in the browser."""
    from tests.browser import ask, launched, opened

    with program(world.scratch / "store", world.folder, before=world.before, env=world.env) as server:
        with launched() as browser, opened(browser, server.address) as page:
            ask(page, QUESTION)
            page.locator(".as-answer button.as-cite").first.click()
            page.wait_for_selector(".as-reader mark.as-chosen")
            for name in ("library", "glance", "people"):
                page.goto(f"{server.address}/{name}")
                page.wait_for_timeout(1500)
        body = json.dumps({"question": QUESTION}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        assert raw(server.port, b"/api/v1/ask", method="POST", headers=headers, body=body).status == 200
        for name in ("ask_speeches", "search_speeches"):
            called = {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": name, "arguments": json.loads(body)},
            }
            assert (
                raw(server.port, b"/mcp", method="POST", headers=headers, body=json.dumps(called).encode()).status
                == 200
            )


def over_pipes(world: World) -> None:
    begin = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "row", "version": "1"}}
    lines = (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "ask_speeches", "arguments": {"question": QUESTION}},
        },
    )
    given = "".join(json.dumps(line) + "\n" for line in lines)
    world.run("-m", "askspeech", "mcp", "--store", str(world.scratch / "store"), input=given)


TRACED = """
import sys
from tests.torture.answering_model import Scripted
from askspeech import Answerer, SpeechIndex
with SpeechIndex.open(sys.argv[1]) as index:
    model = Scripted()
    Answerer(index, model).ask(sys.argv[2])
    assert model.asked, "the model was not asked"
"""


def with_others_settings(world: World) -> None:
    """Traces and telemetry asked for by the environment, and by a `.env` in the folder where the program is started."""
    settings = (
        "CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nCHROMA_SERVER_HOST=192.0.2.9\nCHROMA_SERVER_HTTP_PORT=80\n"
    )
    (world.folder / ".env").write_text(settings, encoding="utf-8")
    at_the_terminal(world)
    world.run("-m", "askspeech", "build", str(world.scratch / "speeches"), "--store", str(world.folder / "other-store"))
    world.run("-c", TRACED, str(world.scratch / "store"), QUESTION)


def linked_document(world: World) -> None:
    """A docx, a web page, an EPUB's chapter and a Word XML file whose pictures, styles and templates are elsewhere."""
    corpus = world.folder / "linked"
    corpus.mkdir()
    text = "<p>在青禾县会议上的讲话</p><p>同志们：拖欠账款由县财政局牵头清理，六月底前完成。</p>" * 3
    (corpus / "page.html").write_text(
        f"<html><head><link rel=stylesheet href=http://192.0.2.3/s.css><base href=http://192.0.2.3/></head><body>"
        f"<img src=http://192.0.2.3/x.png><iframe src=http://192.0.2.3/></iframe>{text}</body></html>", encoding="utf-8"
    )  # fmt: skip
    (corpus / "old.xml").write_text(WORD_XML, encoding="utf-8")
    shutil.copy(corpus / "old.xml", corpus / "old.doc")
    world.run("-m", "askspeech", "build", str(corpus), "--store", str(world.folder / "linked-store"))


WORD_XML = """<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:v="urn:schemas-microsoft-com:vml">
<w:docPr><w:attachedTemplate w:val="http://192.0.2.3/t.dot"/></w:docPr><w:body>
<w:p><w:r><w:pict><v:shape><v:imagedata src="http://192.0.2.3/p.png"/></v:shape></w:pict></w:r></w:p>
<w:p><w:r><w:t>在青禾县会议上的讲话。同志们：拖欠账款由县财政局牵头清理，六月底前完成，逐笔写明金额和还款时间。</w:t></w:r></w:p>
</w:body></w:wordDocument>"""
INSIDE = dict(
    zip(
        WAYS,
        (watch_itself, building, at_the_terminal, from_python, with_models, served, over_pipes, with_others_settings,
         linked_document),
        strict=True,
    )
)  # fmt: skip


@contextlib.contextmanager
def _world(scratch: str, folder: str) -> Iterator[World]:
    before, env = json.loads(os.environ["EGRESS_WATCH"])
    yield World(Path(scratch), Path(folder), before, env)


if __name__ == "__main__":
    with _world(sys.argv[2], sys.argv[3]) as here:
        INSIDE[sys.argv[1]](here)

EGRESS_ROWS = {"S3": Row("every way of using the program with default settings", nothing_leaves, ways, prepare_store)}
