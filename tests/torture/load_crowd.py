"""Visitors of the load rows, many at once, and what they see."""

import asyncio
import itertools
import os
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.load_corpus import Probe, probes
from tests.torture.load_world import QUESTIONS, served, source, wanted
from tests.torture.rows import Figures, MissedError, Trial
from tests.torture.security_world import Server
from tests.torture.visitors import Page, Reply, Visit, Wire, ask_by_agent, ask_by_rest, page_of

__all__ = ["Crowd", "Seen", "crowd", "judged", "metric", "relaxed", "share"]

BUSY_WORDS = ("系统繁忙，请稍后再试", "busy")

Way = Callable[[Probe], Awaitable[Reply]]


@dataclass
class Seen:
    """What visitors saw: milliseconds of right answers, of refusals, and what went wrong."""

    answers: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    load: float = 0.0

    def note(self, reply: Reply, probe: Probe) -> None:
        """Count a reply: an answer that holds the words, a refusal that says what it must, or an error."""
        if reply.status == 200 and probe.words in reply.text:
            self.answers.append(1000 * reply.seconds)
        elif reply.status == 503 and "retry-after" in reply.headers and any(word in reply.text for word in BUSY_WORDS):
            self.refusals.append(1000 * reply.seconds)
        else:
            self.wrong.append(f"{probe.question} got {reply.status}: {reply.text[:300]}")

    def figures(self) -> dict[str, float]:
        """The figures of a run."""
        refused = {"refusals": len(self.refusals), "largest p99 of refusals in ms": share(self.refusals, 0.99)}
        return {
            "answers": len(self.answers),
            **(refused if self.refusals else {}),
            "largest p50 in ms": share(self.answers, 0.5),
            "largest p95 in ms": share(self.answers, 0.95),
            "largest p99 in ms": share(self.answers, 0.99),
            "smallest rate a second": round(len(self.answers) / self.seconds, 1) if self.seconds else 0,
            "largest load average": round(self.load, 1),
        }


def share(milliseconds: Sequence[float], part: float) -> int:
    """A percentile, 0 where there is nothing."""
    return round(sorted(milliseconds)[int(part * (len(milliseconds) - 1))]) if milliseconds else 0


@dataclass
class Crowd:
    """Visitors of one server: each from an address of its own, on the page or by REST."""

    server: Server
    page: Page
    trial: Trial
    questions: Sequence[Probe]
    opened: int = 0

    @asynccontextmanager
    async def visitor(self, way: str, *, quotations: bool = False) -> AsyncIterator[Way]:
        """One more visitor, who asks that way; a page is open for as long as the block lasts."""
        self.opened += 1
        wire = Wire(self.server.port, source(self.opened))
        if way == "page":
            async with Visit(wire, self.page) as visit:
                yield lambda probe: visit.ask(probe.question, quotations=quotations)
        else:
            asking = ask_by_agent if way == "mcp" else ask_by_rest
            yield lambda probe: asking(wire, probe.question)
            wire.close()

    async def asking(
        self, users: int, seconds: float, *, way: str, think: float = 0.0, quotations: bool = False
    ) -> Seen:
        """So many who ask one question after the other for so long, with so many seconds between, half more or less."""
        seen = Seen(load=os.getloadavg()[0])
        ready, chance = asyncio.Event(), self.trial.chance
        starts = [chance.random() * think for _ in range(users)]
        opened = 0

        async def user(number: int) -> None:
            nonlocal opened
            mine = [self.questions[(number * 37 + step) % len(self.questions)] for step in range(len(self.questions))]
            async with self.visitor(way, quotations=quotations) as ask:
                opened += 1
                if opened == users:
                    ready.set()
                await ready.wait()
                deadline = time.monotonic() + seconds
                await asyncio.sleep(starts[number])
                for probe in itertools.cycle(mine):
                    if time.monotonic() >= deadline:
                        return
                    reply = await ask(probe)
                    seen.note(reply, probe)
                    pause = think * chance.uniform(0.5, 1.5)
                    if reply.status == 503:
                        pause = float(reply.headers.get("retry-after", 1))
                    await asyncio.sleep(max(0.0, min(pause, deadline - time.monotonic())))

        began = time.monotonic()
        users_asking = asyncio.gather(*(user(number) for number in range(users)))
        await asyncio.wait([asyncio.ensure_future(ready.wait()), users_asking], return_when=asyncio.FIRST_COMPLETED)
        began = time.monotonic()
        await users_asking
        seen.seconds = time.monotonic() - began
        seen.load = max(seen.load, os.getloadavg()[0])
        return seen


@asynccontextmanager
async def crowd(trial: Trial, store: Path | None = None, **settings: str) -> AsyncIterator[Crowd]:
    """Visitors of a server that has answered a few questions."""
    with served(trial, store, **settings) as server:
        wire = Wire(server.port)
        found = probes(wanted().passages, "1", QUESTIONS)
        trial.chance.shuffle(found)
        crowd = Crowd(server, await page_of(wire), trial, found)
        wire.close()
        await crowd.asking(2, 3.0 * wanted().scale, way="page")
        yield crowd


def judged(figures: dict[str, float], wrong: Sequence[str], *limits: tuple[str, float, float]) -> Figures:
    """The figures, where nothing is wrong and each is within its limit; raises MissedError."""
    missed = [f"{name} is {figure:g}, at most {limit:g}" for name, figure, limit in limits if figure > limit]
    if wrong:
        missed.append(f"{len(wrong)} errors, such as {wrong[0]}")
    if missed:
        raise MissedError(figures, "; ".join(missed))
    return figures


def relaxed(limit: float) -> float:
    """A limit for this machine."""
    return limit * wanted().slack


def metric(server: Server, name: str, **labels: str) -> float:
    """The sum of a figure of the server over all labels that begin so."""
    with urllib.request.urlopen(f"{server.address}/metrics", timeout=30) as answer:
        lines = re.findall(rf"^{name}(\{{[^}}]*\}})? (\S+)$", answer.read().decode(), re.MULTILINE)
    assert lines, f"there is no figure {name}"
    return sum(float(value) for given, value in lines if all(f'{key}="{one}' in given for key, one in labels.items()))
