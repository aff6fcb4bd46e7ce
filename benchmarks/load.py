"""Many users at once: python -m benchmarks.load CORPUS --store STORE [--processes 1 4] [--users 20] [--seconds 30].

Every user asks one question after the other over REST, extractive, from server processes of their own on loopback that
share one store; then the same while the store is being built again. With ASKSPEECH_CHROMA_URL their vectors are on that
server, whose memory is not in the figures. Figures of one run are compared with each other
only. The questions are made from the index itself (`askspeech questions`), so any corpus will do.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from askspeech.search import SpeechIndex
from askspeech.settings import from_environment
from benchmarks.memory import tree_megabytes
from benchmarks.search_speed import percentile
from benchmarks.tables import markdown

SECONDS_TO_START = 120.0
SECONDS_TO_END = 10.0
QUESTIONS = 60
LONGEST_WAIT = 60.0
UNLIMITED = {f"ASKSPEECH_{name}_PER_MINUTE": "0" for name in ("QUESTIONS", "REQUESTS")}
"""One program asks for all users here."""


@dataclass(frozen=True, slots=True)
class Load:
    """What users saw: seconds, answers a second, how many requests failed; and all memory in MB, the build's too."""

    processes: int
    building: bool
    answers: int
    errors: int
    median: float
    p95: float
    rate: float
    memory: float


@contextlib.contextmanager
def servers(store: Path, count: int, **settings: str) -> Iterator[list[str]]:
    """So many server processes on one store, with more variables of the environment; gives their addresses once all
    can answer.
    """
    with tempfile.TemporaryDirectory() as data, contextlib.ExitStack() as closing:
        addresses = []
        for _ in range(count):
            port = _free_port()
            command = [sys.executable, "-m", "askspeech", "serve", "--store", str(store), "--port", str(port)]
            # One thread for each process's arithmetic: several would only wait for each other.
            environment = {**os.environ, "ASKSPEECH_DATA": data, "OMP_NUM_THREADS": "1", **UNLIMITED, **settings}
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
            closing.callback(_end, process)
            addresses.append(f"http://127.0.0.1:{port}")
        for address in addresses:
            _wait_for(address)
        yield addresses


def measured(addresses: Sequence[str], questions: Sequence[str], users: int, seconds: float) -> tuple[list[float], int]:
    """The seconds of every answer that users got who asked at once for that long, and how many requests failed."""
    return asyncio.run(_asked(addresses, questions, users, seconds))


async def _asked(
    addresses: Sequence[str], questions: Sequence[str], users: int, seconds: float
) -> tuple[list[float], int]:
    taken: list[float] = []
    errors = 0
    deadline = time.monotonic() + seconds

    async def user(number: int, client: httpx.AsyncClient) -> None:
        nonlocal errors
        address = addresses[number % len(addresses)]
        for question in itertools.islice(itertools.cycle(questions), number * 7, None):
            if time.monotonic() >= deadline:
                return
            began = time.perf_counter()
            try:
                answer = await client.post(f"{address}/api/v1/ask", json={"question": question})
                answer.raise_for_status()
                taken.append(time.perf_counter() - began)
            except httpx.HTTPError:
                errors += 1

    async with httpx.AsyncClient(timeout=LONGEST_WAIT, limits=httpx.Limits(max_connections=users)) as client:
        await asyncio.gather(*(user(number, client) for number in range(users)))
    return taken, errors


def load(
    store: Path, corpus: Path, processes: int, users: int, seconds: float, *, building: bool = True
) -> Iterator[Load]:
    """The figures of so many processes, idle and, unless it is left out, during a build."""
    with SpeechIndex.open(store, from_environment(os.environ)[0]) as index:
        questions = index.example_questions(QUESTIONS)
    with servers(store, processes) as addresses:
        measured(addresses, questions, users, min(seconds, 5.0))  # warm
        yield _figures(processes, *measured(addresses, questions, users, seconds), seconds, building=False)
        if not building:
            return
        command = [sys.executable, "-m", "askspeech", "build", str(corpus), "--store", str(store), "--fresh"]
        build = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield _figures(processes, *measured(addresses, questions, users, seconds), seconds, building=True)
        finally:
            build.wait()


def _figures(processes: int, taken: Sequence[float], errors: int, seconds: float, *, building: bool) -> Load:
    median, p95 = statistics.median(taken), percentile(sorted(taken), 0.95)
    rate, memory = len(taken) / seconds, tree_megabytes(itself=False)
    return Load(processes, building, len(taken), errors, median, p95, rate, memory)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health").json()["ready"]:
                return
        time.sleep(0.2)
    raise TimeoutError(f"{address} could not answer within {SECONDS_TO_START:.0f} seconds")


def main(arguments: Sequence[str]) -> int:
    """Build where there is no index yet, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--no-build", dest="building", action="store_false", help="not also during a build")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not (options.store / "CURRENT").exists():
        command = [sys.executable, "-m", "askspeech", "build", str(options.corpus), "--store", str(options.store)]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    rows = [
        row
        for processes in options.processes
        for row in load(
            options.store, options.corpus, processes, options.users, options.seconds, building=options.building
        )
    ]
    if options.json:
        print(json.dumps([dataclasses.asdict(row) for row in rows]))
        return 0
    head = ("processes", "during a build", "answers", "errors", "median, s", "p95, s", "answers a second", "memory, MB")
    cells = [
        (
            str(row.processes),
            "yes" if row.building else "no",
            str(row.answers),
            str(row.errors),
            f"{row.median:.2f}",
            f"{row.p95:.2f}",
            f"{row.rate:.1f}",
            f"{row.memory:,.0f}",
        )
        for row in rows
    ]
    print(markdown(head, cells))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
