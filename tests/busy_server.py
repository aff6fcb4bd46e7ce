"""A server of few places whose answers are held back, and those who ask it, each from an address of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving import running
from tests import fakes
from tests.torture.load_crowd import metric
from tests.torture.security_world import Server
from tests.torture.visitors import Reply, Visit, Wire, ask_by_agent, ask_by_rest, page_of

from askspeech.access import Access
from askspeech.live_index import Opened
from askspeech.server import create_application
from askspeech.settings import LimitSettings

PLACES = 4
QUESTION = fakes.DEBTS.question
WORDS = fakes.DEBTS.text[:8]


@dataclass(frozen=True)
class Held:
    """A server whose answers wait in their middle until the gate is opened."""

    port: int
    gate: threading.Event
    answers: fakes.FakeAnswers

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class FakeModel(fakes.FakeAnswers):
    """Answers that wait for the gate as for a chat model; quotations wait for nothing."""

    def stream(self, question: str, **how: Any) -> Any:
        """The answer."""
        if how.get("quotations"):
            return fakes.FakeAnswers().stream(question, **how)
        return super().stream(question, **how)


@contextlib.contextmanager
def held(folder: Path, places: int = PLACES, *, model: bool = False) -> Iterator[Held]:
    gate = threading.Event()
    answers = (FakeModel if model else fakes.FakeAnswers)(gate=gate, has_chat_model=model)
    application = create_application(
        lambda: Opened(fakes.FakeIndex(), answers),
        access=Access(folder),
        limits=LimitSettings(questions=0, requests=0, uploads=0, at_once=places),
        model=model,
    )
    with running(application) as address:
        try:
            yield Held(int(address.rpartition(":")[2]), gate, answers)
        finally:
            gate.set()


async def by_rest(server: Held, number: int) -> Reply:
    return await ask_by_rest(Wire(server.port, f"127.0.7.{number}"), QUESTION)


async def by_mcp(server: Held, number: int) -> Reply:
    return await ask_by_agent(Wire(server.port, f"127.0.7.{number}"), QUESTION)


async def on_the_page(server: Held, number: int) -> Reply:
    wire = Wire(server.port, f"127.0.7.{number}")
    async with Visit(wire, await page_of(wire)) as visit:
        return await visit.ask(QUESTION)


WAYS = {"rest": by_rest, "mcp": by_mcp, "page": on_the_page}


def counted(server: Held, figure: str, **labels: str) -> float:
    return metric(Server(server.port, None, Path()), figure, **labels)  # type: ignore[arg-type]


async def taken(server: Held, asking: Sequence[Awaitable[Reply]]) -> list["asyncio.Task[Reply]"]:
    """Those who ask, once all that have a place hold it."""
    tasks = [asyncio.ensure_future(one) for one in asking]
    questions = ("askspeech_questions_running", "askspeech_questions_waiting")

    def all_hold() -> bool:
        return sum(counted(server, one) for one in questions) == len(tasks)

    async with asyncio.timeout(20):
        while not await asyncio.to_thread(all_hold):
            await asyncio.sleep(0.05)
    return tasks
