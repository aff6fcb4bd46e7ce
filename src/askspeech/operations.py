"""What runs beside the answers of one server process: its figures, its log of questions, and what is under way."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from starlette.routing import Route

from askspeech.access import Access
from askspeech.build_record import BuildOutcome, building, last_build
from askspeech.errors import AskSpeechError
from askspeech.health import health_routes
from askspeech.live_index import LiveIndex
from askspeech.metrics import Metrics, Reading, Way
from askspeech.observing import Observer, WatchedIndex
from askspeech.running import RunningAnswers
from askspeech.settings import LogSettings
from askspeech.stopping import Work

__all__ = ["Operations"]

_SECONDS_TO_KEEP = 3.0
_MOMENT = re.compile(r"(\d{8}T\d{12})Z")


class Operations:
    """The figures and the running work of one server.

    Args:
        live: the index that is answered from.
        access: the tokens that show the figures.
        store: where the index is; without it, nothing is told of builds.
        logs: what the lines about questions hold.
    """

    def __init__(
        self,
        live: LiveIndex,
        access: Access | None = None,
        store: Path | None = None,
        logs: LogSettings | None = None,
    ) -> None:
        self._live, self._access, self._store = live, access, store
        self._waiting: dict[str, Callable[[], int]] = {}
        self.metrics = Metrics(lambda: tuple(self._readings()))
        self.observer = Observer(self.metrics, with_texts=bool(logs and logs.questions))
        self.running = RunningAnswers()

    def watched(self, way: Way) -> WatchedIndex:
        """The index as one way in uses it."""
        return self.observer.of(self._live, way)

    def wait_for(self, **waiting: Callable[[], int]) -> None:
        """Count the questions that wait, by the way they came, like that."""
        self._waiting |= waiting

    def routes(self) -> list[Route]:
        """Where all this is asked for."""
        return health_routes(self._live, self.metrics, self._access)

    def work(self) -> Work:
        """What is under way, for the end of the server."""

        def left() -> int:
            return max(len(self.running), self.observer.running) + sum(count() for count in self._waiting.values())

        return Work(left, lambda: self.running.end_all("left", _SECONDS_TO_KEEP))

    def _readings(self) -> Iterator[Reading]:
        yield Reading(
            "askspeech_questions_waiting",
            "Questions that wait for their turn.",
            {way: float(count()) for way, count in self._waiting.items()},
            "way",
        )
        yield from self._of_the_index()
        if self._store is not None:
            try:
                yield from _of_builds(self._store)
            except AskSpeechError:
                # Whoever reads the figures sees that these are missing; the other figures must not go with them.
                return

    def _of_the_index(self) -> Iterator[Reading]:
        status = self._live.status_now()
        yield Reading("askspeech_ready", "Whether questions can be answered.", _one(status.ready))
        yield Reading("askspeech_index_notices", "What readers are warned of: damage.", _one(len(status.notices)))
        if status.generation is None:
            return
        yield Reading("askspeech_generation_info", "The index in use.", {status.generation: 1.0}, label="generation")
        if found := _MOMENT.match(status.generation):
            made = datetime.strptime(found[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            age = time.time() - made.timestamp()
            yield Reading("askspeech_generation_age_seconds", "How long ago the index in use was built.", _one(age))
        try:
            count = self._live.current().index.passage_count()
        except AskSpeechError:
            return  # the store has gone since: the next look says so
        yield Reading("askspeech_passages", "Passages in the index in use.", _one(count))


def _of_builds(store: Path) -> Iterator[Reading]:
    yield Reading("askspeech_build_running", "Whether the index is being built.", _one(building(store) is not None))
    last = last_build(store)
    if last is None:
        return
    yield Reading(
        "askspeech_last_build_outcome",
        "How the last build ended: 1 for that outcome.",
        {outcome: float(outcome == last.outcome) for outcome in get_args(BuildOutcome)},
        "outcome",
    )
    yield Reading("askspeech_last_build_timestamp_seconds", "When it ended.", _one(last.ended.timestamp()))
    yield Reading(
        "askspeech_last_build_duration_seconds", "How long it took.", _one((last.ended - last.started).total_seconds())
    )
    if last.report is not None:
        yield Reading(
            "askspeech_last_build_skipped_files", "Files that it could not read.", _one(len(last.report.skipped))
        )


def _one(value: float | bool) -> Mapping[str, float]:
    return {"": float(value)}
