"""The row L7: three quarters of an hour of use, after which the server is as it was.

Memory may not grow after the first hour: until then what is kept for later fills up, such as the tokens of passages. So
the answers of an hour come first, as quickly as they are given.
"""

import asyncio
import hashlib
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

from tests.torture.load_corpus import Probe, write_speeches
from tests.torture.load_crowd import Crowd, Seen, crowd, judged, metric
from tests.torture.load_world import copied_store, until_built, wanted
from tests.torture.rows import Figures, Trial
from tests.torture.visitors import Reply, Visit, Wire, ask_by_rest

from askspeech.builder import Builder

__all__ = ["soak"]

SECONDS, SECONDS_APART = 2700.0, 0.5
PAGES_OPEN, QUESTIONS_OF_A_PAGE = 8, 12
BAD, LEFT = 0.01, 0.02
SWAPS, SAMPLES, LEASTS = 15, 270, 22
"""How many changes of the index and how many looks at the process there are in the whole time, and into how many parts
it is divided: the least memory of each is what stays, without what answers, pages and builds take for a while."""
PARTS_BEFORE, SECONDS_OF_A_PART, PARTS_FOR_A_SWAP = 20, 24.0, 4
PAGES_BEFORE, PROGRAMS_BEFORE = 8, 4
"""The hour before: how long so many ask without a pause, on new pages each time, and how often the index changes."""
MOST_MEGABYTES_AN_HOUR, MOST_MORE = 1.0, 5
LARGEST_LOG = 64 * 1024
SHORTEST_TO_JUDGE = 600.0


@dataclass(frozen=True)
class Sample:
    """The process at one moment: seconds since the beginning, megabytes, open files, threads."""

    at: float
    megabytes: float
    files: int
    threads: int


@dataclass
class Soak:
    """The run: who is there, what was seen, and the hash of the first answer to each question."""

    crowd: Crowd
    trial: Trial
    seconds: float
    seen: Seen = field(default_factory=Seen)
    samples: list[Sample] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    bad: int = 0
    left: int = 0
    swaps: int = 0
    before: int = 0

    async def hour_before(self, store: Path) -> None:
        """As many answers as an hour has, and some changes of the index; none of it is timed."""
        scale = self.seconds / SECONDS
        parts = max(1, round(scale * PARTS_BEFORE))
        length = min(SECONDS_OF_A_PART, scale * PARTS_BEFORE * SECONDS_OF_A_PART)
        for part in range(1, parts + 1):
            asking = (
                self.crowd.asking(PAGES_BEFORE, length, way="page"),
                self.crowd.asking(PROGRAMS_BEFORE, length, way="rest"),
            )
            changing = [self._change(store, f"before {part}")] if part % PARTS_FOR_A_SWAP == 0 else []
            for seen in [one for one in await asyncio.gather(*asking, *changing) if one]:
                self.before += len(seen.answers)
                self.seen.wrong += seen.wrong

    async def run(self, store: Path) -> None:
        """Everything at once, until the time is over."""
        over = time.monotonic() + self.seconds
        looking = asyncio.create_task(self._look(over))
        swapping = asyncio.create_task(self._swap(store, over))
        readers = [asyncio.create_task(self._reader(number, over)) for number in range(PAGES_OPEN)]
        programs = asyncio.create_task(self._programs(over))
        await asyncio.gather(looking, swapping, programs, *readers)

    async def _reader(self, number: int, over: float) -> None:
        """Pages, one after the other, with some questions each; half of all questions are asked so."""
        chance = random.Random(f"{self.trial.chance.random()} reader {number}")
        apart = 2 * SECONDS_APART * PAGES_OPEN
        await asyncio.sleep(chance.uniform(0, apart))
        while time.monotonic() < over:
            async with Visit(Wire(self.crowd.server.port, f"127.0.3.{number + 1}"), self.crowd.page) as visit:
                for _ in range(QUESTIONS_OF_A_PAGE):
                    if time.monotonic() >= over:
                        return
                    began = time.monotonic()
                    await self._one(chance, visit)
                    await asyncio.sleep(max(0.0, apart * chance.uniform(0.5, 1.5) - (time.monotonic() - began)))

    async def _one(self, chance: random.Random, visit: Visit) -> None:
        probe = chance.choice(self.crowd.questions)
        if chance.random() < LEFT:
            self.left += 1
            await visit.ask(probe.question, leave_after=chance.uniform(0.01, 0.3))
            await asyncio.sleep(1.0)  # until its answer is over: a page asks one question at a time
        elif chance.random() < BAD:
            await self._sent_badly(visit.wire, chance)
        else:
            self.seen.note(await visit.ask(probe.question), probe)

    async def _programs(self, over: float) -> None:
        """Questions by REST at an even pace, whose answers are the same each time."""
        chance = random.Random(f"{self.trial.chance.random()} programs")
        wires = [Wire(self.crowd.server.port, f"127.0.4.{number + 1}") for number in range(4)]
        asking: set[asyncio.Task[None]] = set()
        while time.monotonic() < over:
            task = asyncio.create_task(self._asked(chance, chance.choice(wires)))
            asking.add(task)
            task.add_done_callback(asking.discard)
            await asyncio.sleep(2 * SECONDS_APART)
        await asyncio.gather(*asking)
        for wire in wires:
            wire.close()

    async def _asked(self, chance: random.Random, wire: Wire) -> None:
        if chance.random() < BAD:
            await self._sent_badly(wire, chance)
            return
        probe = chance.choice(self.crowd.questions)
        if chance.random() < LEFT:
            self.left += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(ask_by_rest(wire, probe.question), chance.uniform(0.01, 0.3))
            return
        reply = await ask_by_rest(wire, probe.question)
        self.seen.note(reply, probe)
        if reply.status == 200 and (problem := self._changed(probe, reply)):
            self.seen.wrong.append(problem)

    def _changed(self, probe: Probe, reply: Reply) -> str:
        """What is said where an answer is another one than the first time; generation and times aside."""
        answer = json.loads(reply.body)
        kept = [answer["text"], answer["outcome"], [[one["quote"], one["spans"]] for one in answer["citations"]]]
        now = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
        return "" if self.hashes.setdefault(probe.question, now) == now else f"another answer to {probe.question}"

    async def _sent_badly(self, wire: Wire, chance: random.Random) -> None:
        """A request that no client of ours sends; it gets a status of its own, never that of a defect."""
        self.bad += 1
        method, path, body = chance.choice(_BAD)
        reply = await wire.request(method, path, body)
        if not 400 <= reply.status < 500:
            self.seen.wrong.append(f"{method} {path} got {reply.status}: {reply.text[:200]}")

    async def _swap(self, store: Path, over: float) -> None:
        """Builds of another index, every now and then."""
        apart = self.seconds / (SWAPS + 1)
        while time.monotonic() + apart < over:
            await asyncio.sleep(apart)
            self.swaps += 1
            await self._change(store, f"swap {self.swaps}")

    async def _change(self, store: Path, speeches: str) -> None:
        write_speeches(store / "uploads", 20, speeches)
        builder = Builder(store)
        builder.start("soak")
        await asyncio.to_thread(until_built, builder)

    async def _look(self, over: float) -> None:
        began = time.monotonic()
        while time.monotonic() < over:
            self.seen.load = max(self.seen.load, os.getloadavg()[0])
            self.samples.append(sampled(self.crowd.server.process.pid, time.monotonic() - began))
            with (self.trial.scratch / "samples.jsonl").open("a", encoding="utf-8") as written:
                written.write(json.dumps(asdict(self.samples[-1])) + "\n")
            await asyncio.sleep(max(0.2, self.seconds / SAMPLES))


_BAD: Sequence[tuple[str, str, Any]] = (
    ("POST", "/api/v1/ask", b"{"),
    ("POST", "/api/v1/ask", {"question": ""}),
    ("POST", "/api/v1/ask", {"question": "问" * 3000}),
    ("POST", "/api/v1/ask", {"question": "x", "k": "many"}),
    ("GET", "/api/v1/speeches/nothing", None),
    ("POST", "/gradio_api/queue/join", b"[]"),
    ("POST", "/gradio_api/queue/join", {"data": []}),
    ("GET", "/nothing/here", None),
)


def sampled(process: int, at: float) -> Sample:
    """The process now."""
    folder = Path("/proc") / str(process)
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
    files = sum(1 for _ in (folder / "fd").iterdir())
    return Sample(round(at, 1), int(status["VmRSS"].split()[0]) / 1024, files, int(status["Threads"]))


def slope(samples: Sequence[Sample], part: float) -> float:
    """Megabytes an hour of what stays: the median of the slopes between the least of all parts (Theil and Sen).

    Args:
        samples: looks at the process, the first one first.
        part: how many seconds a part is long.
    """
    parts = groupby(samples, lambda one: one.at // part)
    leasts = [min(some, key=lambda one: one.megabytes) for _, some in parts]
    pairs = [(two.megabytes - one.megabytes) / (two.at - one.at) for one, two in combinations(leasts, 2)]
    return 3600 * statistics.median(pairs) if pairs else 0.0


def drift(samples: Sequence[Sample], of: Callable[[Sample], int]) -> float:
    """How far the last sixth is from the first, by their medians."""
    part = max(1, len(samples) // 6)
    return abs(statistics.median(map(of, samples[-part:])) - statistics.median(map(of, samples[:part])))


def soak(trial: Trial) -> Figures:
    """L7."""

    async def run() -> Figures:
        store = copied_store(trial)
        async with crowd(trial, store) as visitors:
            running = Soak(visitors, trial, wanted().lasting(SECONDS))
            await running.hour_before(store)
            await running.run(store)
            server = visitors.server
            failed = metric(server, "askspeech_http_requests_total", status="5")
            # Which said so while the server was starting.
            failed -= metric(server, "askspeech_http_requests_total", status="5", route="/health/ready")
        log = (trial.folder / "server.log").stat().st_size + (store / "build.log").stat().st_size
        return _judged(running, failed, log)

    return asyncio.run(run())


def _judged(run: Soak, failed: float, log: int) -> Figures:
    run.seen.seconds = run.seconds
    growth = slope(run.samples, run.seconds / LEASTS)
    told: Mapping[str, float] = run.seen.figures() | {
        "answers before": run.before,
        "bad requests": run.bad,
        "clients that left": run.left,
        "swaps": run.swaps,
        "questions whose answers were compared": len(run.hashes),
        "largest growth in MB an hour": round(growth, 2),
        "largest memory in MB": round(max(one.megabytes for one in run.samples)),
        "largest drift of open files": drift(run.samples, lambda one: one.files),
        "largest drift of threads": drift(run.samples, lambda one: one.threads),
        "largest log in bytes": log,
    }
    always = (("answers of status 5xx", failed, 0), ("bytes of log", log, LARGEST_LOG))
    if run.seconds < SHORTEST_TO_JUDGE:  # what a process takes as it begins says nothing of what it keeps
        return judged(dict(told), run.seen.wrong, *always)
    return judged(
        dict(told),
        run.seen.wrong,
        *always,
        ("growth", growth, MOST_MEGABYTES_AN_HOUR * wanted().slack),
        ("drift of files", told["largest drift of open files"], MOST_MORE),
        ("drift of threads", told["largest drift of threads"], MOST_MORE),
    )
