"""What is spoken between the benchmark and a pipeline's program: one JSON object a line, each answered by one.

    {"do": "start", "settings": {…}}                → {"seconds": …}          imports and models
    {"do": "build", "corpus": DIR, "store": DIR}    → {"seconds": …}          from files to what lies on disk
    {"do": "open", "store": DIR}                    → {"seconds": …}          the way that its documentation names
    {"do": "ask", "question": "…", "k": 8}          → {"seconds": …, "found": [{"file": "…", "pieces": ["…"]}]}
    {"do": "memory"}                                → {"peak_megabytes": …}

Whatever goes wrong is answered by {"error": "…"}. Only the standard library: every environment runs this module.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypedDict

STATUS = Path("/proc/self/status")
Settings = Mapping[str, Any]


class Found(TypedDict):
    """A passage as it was found: its file's name, and its words, in as many pieces as it was put together of."""

    file: str
    pieces: list[str]


class Pipeline(Protocol):
    """What a pipeline's program does; making one imports its libraries and loads its models."""

    def build(self, corpus: Path, store: Path) -> None:
        """Read every file of a folder, index it, and leave the index on disk, over one that may be there already."""

    def open(self, store: Path) -> None:
        """Open the index as the pipeline's documentation says."""

    def ask(self, question: str, k: int) -> list[Found]:
        """The k best passages, best first."""


def serve(make: Callable[[Settings], Pipeline]) -> None:
    """Answer what is asked on standard input until it ends; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    pipeline: Pipeline | None = None
    for line in sys.stdin:
        began = time.perf_counter()
        try:
            request = json.loads(line)
            if request["do"] == "start":
                pipeline = make(request["settings"])
                answer: dict[str, Any] = {}
            else:
                answer = _done(pipeline, request)
        except Exception as error:  # whatever a library raises is an answer of its pipeline
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        answer.setdefault("seconds", time.perf_counter() - began)
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()


def _done(pipeline: Pipeline | None, request: Mapping[str, Any]) -> dict[str, Any]:
    what = request["do"]
    if what == "memory":
        return {"peak_megabytes": peak_megabytes()}
    if pipeline is None:
        raise ValueError("nothing has been started")
    began = time.perf_counter()
    answer: dict[str, Any] = {}
    if what == "build":
        pipeline.build(Path(request["corpus"]), Path(request["store"]))
    elif what == "open":
        pipeline.open(Path(request["store"]))
    elif what == "ask":
        answer["found"] = pipeline.ask(request["question"], request["k"])
    else:
        raise ValueError(f"no such request: {what}")
    return {"seconds": time.perf_counter() - began, **answer}


def peak_megabytes() -> float:
    """The largest resident memory of this process so far, in MB (10^6 bytes)."""
    if STATUS.exists():
        # On Linux getrusage also counts what the parent held when it started this process; this line does not.
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
