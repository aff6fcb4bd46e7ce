"""The rows about many visitors at once, L1 to L8: the real server as a process of its own, by the page and by REST.

The figures asked for are of a machine whose two processors have nothing else to do; a run says how busy it was.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.torture.load_corpus import probes
from tests.torture.load_crowd import crowd, judged, metric, relaxed, share
from tests.torture.load_soak import soak
from tests.torture.load_world import UNLIMITED, building, chat_model, copied_store, prepare_load, wanted
from tests.torture.rows import Figures, Row, Trial
from tests.torture.security_world import environment, program
from tests.torture.visitors import Reply, Wire, ask_by_rest

__all__ = ["LOAD_ROWS"]

REFUSED_MS, BACK_SECONDS = 300, 10.0


def one_user(trial: Trial) -> Figures:
    """L1."""

    async def run() -> Figures:
        async with crowd(trial) as visitors:
            seen = await visitors.asking(1, wanted().lasting(60), way=trial.kind)
        told = seen.figures()
        return judged(
            told, seen.wrong,
            ("p50", told["largest p50 in ms"], relaxed(150)), ("p95", told["largest p95 in ms"], relaxed(300)),
        )  # fmt: skip

    return asyncio.run(run())


def twenty_users(trial: Trial) -> Figures:
    """L2."""

    async def run() -> Figures:
        async with crowd(trial) as visitors:
            seen = await visitors.asking(20, wanted().lasting(600), way=trial.kind)
        told = seen.figures()
        return judged(
            told, seen.wrong, ("p95", told["largest p95 in ms"], relaxed(2000)),
            ("p99", told["largest p99 in ms"], relaxed(4000)), ("refusals", len(seen.refusals), 0),
            ("seconds for 15 answers", 15 / max(0.01, told["smallest rate a second"]), relaxed(1.0)),
        )  # fmt: skip

    return asyncio.run(run())


def fifty_users(trial: Trial) -> Figures:
    """L3."""

    async def run() -> Figures:
        async with crowd(trial) as visitors:
            seen = await visitors.asking(50, max(8.0, wanted().lasting(300)), way=trial.kind, think=10.0)
        told = seen.figures()
        limits = (("p95", told["largest p95 in ms"], relaxed(1500)), ("refusals", len(seen.refusals), 0))
        return judged(told, seen.wrong, *limits)

    return asyncio.run(run())


def spike(trial: Trial) -> Figures:
    """L4: whoever is not taken is told so at once, and whoever is taken gets the right answer."""

    async def run() -> Figures:
        async with crowd(trial) as visitors:
            counted = -metric(visitors.server, "askspeech_busy_total", way=trial.kind)
            seen = await visitors.asking(200, wanted().lasting(60), way=trial.kind)
            await asyncio.sleep(BACK_SECONDS * wanted().scale)
            after = await visitors.asking(20, wanted().lasting(20), way=trial.kind)
            counted += metric(visitors.server, "askspeech_busy_total", way=trial.kind)
        told = seen.figures()
        told |= {"largest p95 in ms after it": share(after.answers, 0.95)}
        return judged(
            told,
            [*seen.wrong, *after.wrong],
            ("ms of a refusal", told.get("largest p99 of refusals in ms", 0), relaxed(REFUSED_MS)),
            ("p95 after it", told["largest p95 in ms after it"], relaxed(2000)),
            ("refusals that were not counted", len(seen.refusals) - counted, 0),
            ("the number of runs without a refusal", not seen.refusals, 0),
        )

    return asyncio.run(run())


def during_a_build(trial: Trial) -> Figures:
    """L5."""

    async def run() -> Figures:
        store = copied_store(trial)
        async with crowd(trial, store) as visitors:
            idle = await visitors.asking(20, wanted().lasting(60), way=trial.kind)
            with building(store) as running:
                busy = await visitors.asking(20, wanted().lasting(30), way=trial.kind)
                assert running() or wanted().scale < 1, "the build had ended before"
        told = busy.figures() | {"largest p95 in ms before it": share(idle.answers, 0.95)}
        limit = 2 * max(2000.0, told["largest p95 in ms before it"])
        return judged(told, [*idle.wrong, *busy.wrong], ("p95", told["largest p95 in ms"], limit))

    return asyncio.run(run())


def beside_a_model(trial: Trial) -> Figures:
    """L6: twenty wait for a chat model, and one who asks for quotations does not."""

    async def run() -> Figures:
        with chat_model(2.0) as settings:
            async with crowd(trial, **settings) as visitors:
                seconds = wanted().lasting(60)
                waiting, quoting = await asyncio.gather(
                    visitors.asking(20, seconds, way="page"), visitors.asking(1, seconds, way="page", quotations=True)
                )
        told = quoting.figures() | {
            "answers of the model": len(waiting.answers),
            "largest p95 of the model in ms": share(waiting.answers, 0.95),
        }
        limits = (
            ("p95 of quotations", told["largest p95 in ms"], relaxed(1000)),
            ("refusals", len(waiting.refusals), 0),
        )
        return judged(told, [*waiting.wrong, *quoting.wrong], *limits)

    return asyncio.run(run())


def first_answer(trial: Trial) -> Figures:
    """L8: from the start of the process to the first answer."""
    store = copied_store(trial)
    if trial.kind == "lexical":
        for vectors in store.glob("generations/*/chroma"):
            shutil.rmtree(vectors)

    async def run(port: int) -> Reply:
        probe = probes(wanted().passages, "1", 1)[0]
        reply = await ask_by_rest(Wire(port), probe.question)
        assert reply.status == 200 and probe.words in reply.text, f"no answer: {reply.text[:300]}"
        return reply

    settings = environment(**UNLIMITED, ASKSPEECH_LOG_LEVEL="warning")
    began = time.monotonic()
    with program(store, trial.folder, env=settings) as server:
        listening = time.monotonic() - began
        asyncio.run(run(server.port))
        seconds = time.monotonic() - began
        spent = metric(server, "process_cpu_seconds_total")
    told = {
        "largest seconds to the first answer": round(seconds, 1),
        "largest seconds until it listened": round(listening, 1),
        "largest seconds of processor": round(spent, 1),
        "largest load average": round(os.getloadavg()[0], 1),
    }
    return judged(told, [], ("seconds", seconds, relaxed(5 if trial.kind == "lexical" else 15)))


def ways(*names: str) -> Callable[[Path], Sequence[str]]:
    """The kinds of a row's trials."""
    return lambda _: names


LOAD_ROWS: Mapping[str, Row] = {
    "L1": Row("one user, one question after the other", one_user, ways("page", "rest"), prepare_load),
    "L2": Row("20 users, one question after the other, 10 minutes", twenty_users, ways("page", "rest"), prepare_load),
    "L3": Row("50 users who think for 10 s after each answer", fifty_users, ways("page"), prepare_load),
    "L4": Row("200 users at once for a minute", spike, ways("page", "rest", "mcp"), prepare_load),
    "L5": Row("20 users during a build of 10 MB more", during_a_build, ways("page", "rest"), prepare_load),
    "L6": Row(
        "20 users of a chat model whose first word takes 2 s, and one without it",
        beside_a_model,
        ways("page"),
        prepare_load,
    ),
    "L7": Row("45 minutes of use, after as many answers as an hour has", soak, ways("all"), prepare_load),
    "L8": Row(
        "the first answer of a server that was just started", first_answer, ways("lexical", "hybrid"), prepare_load
    ),
}
