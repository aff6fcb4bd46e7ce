"""What others notice of whoever misbehaves: somebody asks, in a process of their own, and how long it takes is timed.

`python -m tests.torture.other_people PORT ADDRESS TOKEN` is that process; what misbehaves does not take its time.
"""

import contextlib
import json
import statistics
import subprocess
import sys
import threading
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.torture.service_world import Service, Visitor

SECONDS_IN_TURN = 2.0
TIMED_BEFORE = 60
NOT_TIMED = 5
PAUSE = 0.05
ADDRESS = "127.0.0.7"


def percentile(seconds: list[float], share: float = 0.95) -> float:
    """The time within which that share of them was."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


@dataclass
class Others:
    """How long it took everybody else, while somebody misbehaved and while nobody did.

    Whoever misbehaves pauses now and then, so that the times of both are those of a machine that is as busy.
    """

    before: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    """When it became loud, then quiet, and so on, by the monotonic clock that processes share."""

    @property
    def first(self) -> float:
        """When somebody began to misbehave."""
        return self.turns[0]

    @property
    def is_quiet(self) -> bool:
        """Whether nobody misbehaves now."""
        return len(self.turns) % 2 == 0

    def begin(self) -> None:
        """It becomes loud."""
        self.turns.append(time.monotonic())

    def breathe(self) -> None:
        """Let it be quiet for as long as it was not; called after every deed."""
        loud = time.monotonic() - self.turns[-1]
        if loud >= SECONDS_IN_TURN:
            self.turns.append(time.monotonic())
            time.sleep(loud)
            self.turns.append(time.monotonic())

    def heard(self, line: str) -> None:
        """Add an answer that came, as `main` writes it."""
        told = json.loads(line)
        turn = bisect(self.turns, told["began"])
        if told["refused"]:
            self.refused.append(told["refused"])
        elif turn == bisect(self.turns, told["began"] + told["seconds"]):  # else it was some of both
            (self.during if turn % 2 else self.before).append(told["seconds"])

    @property
    def ratio(self) -> float:
        """How the time within which 95 of 100 are answered has changed."""
        return percentile(self.during) / percentile(self.before)

    def figures(self) -> dict[str, int]:
        """For the table."""
        return {
            "largest ratio of others' p95 in %": round(100 * self.ratio),
            "largest p95 of others in ms": round(1000 * percentile(self.during)),
            "largest median ratio of others in %": round(
                100 * statistics.median(self.during) / statistics.median(self.before)
            ),
        }


@contextlib.contextmanager
def others(running: Service) -> Iterator[Others]:
    """Time what an honest user does, some times before the block and while it lasts; all must be answered."""
    found = Others()
    command = [sys.executable, "-m", "tests.torture.other_people", str(running.port), ADDRESS, running.token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = process.stdout

        def listen() -> None:
            for line in lines:
                found.heard(line)

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            _wait_for(lambda: len(found.before) >= TIMED_BEFORE)
            found.begin()
            yield found
            _wait_for(lambda: bool(found.during))
        finally:
            process.terminate()
            listener.join(30)
    assert not found.refused, f"an honest user got {found.refused[0]} ({len(found.refused)} times)"


def _wait_for(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "an honest user is not answered"
        time.sleep(0.01)


def main() -> None:
    """Ask until somebody ends it, and write a line for each answer after the first few."""
    port, address, token = sys.argv[1:]
    visitor = Visitor(int(port), address)
    for _ in range(NOT_TIMED):
        visitor.ask(token)
    while True:
        began, heard = time.monotonic(), visitor.ask(token)
        refused = "" if heard.status == 200 else f"{heard.status}: {heard.body[:200]!r}"
        print(json.dumps({"began": began, "seconds": heard.seconds, "refused": refused}), flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
