"""The page's queue: Gradio's, with a place for every question that is answered or waits, taken in turns by visitor.

Gradio looks at what waits, never at whose it is; whoever comes too late it tells so in English alone. It makes figures
of all events after each, for a page that is not served here.
"""

from collections import Counter
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event, EventQueue, Queue
from starlette.exceptions import HTTPException
from starlette.requests import Request

from askspeech.bilingual import said_in
from askspeech.page_sessions import asking_events
from askspeech.texts import language_of_reader
from askspeech.turns import AT_ONCE, BUSY, SECONDS_TO_RETRY, BusyError, Place, Turns, arrived, in_turn, visitor_of

__all__ = ["AskingQueue"]

ASKING, QUOTING = "asking", "quoting"
MOST_EVENTS = 2000
"""How many events of all kinds wait at most; those that ask nothing are short."""

SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_PROGRESS = 0.005, 0.25

Pushed = tuple[bool, Any, Any]


class AskingQueue(Queue):
    """The queue of pages.

    Answers that wait for a chat model are made apart from those that are quotations alone, and hold none of them up.

    Args:
        pages: whose events they are.
        turns: the places for questions.
    """

    def __init__(self, pages: gr.Blocks, turns: Turns) -> None:
        super().__init__(
            live_updates=True,
            concurrency_count=pages.max_threads,
            update_intervals=1,
            max_size=MOST_EVENTS,
            blocks=pages,
            default_concurrency_limit=AT_ONCE,
        )
        self._enter, self._asks = turns.entering("page"), asking_events(pages)
        self._lanes = {
            lane: EventQueue(lane, turns.at_once if lane == ASKING else AT_ONCE) for lane in (ASKING, QUOTING)
        }
        self.event_queue_per_concurrency_id.update(self._lanes)
        self._places: dict[str, tuple[Event, Place]] = {}
        # Gradio looks a thousand times a second whether something waits, and answers are made beside that.
        self.sleep_when_free, self.progress_update_sleep_when_free = SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_PROGRESS
        # For a page of figures that is not served.
        self.ANALYTICS_MAX_EVENTS = 1

    def waiting(self) -> int:
        """How many questions wait."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    def broadcast_estimations(self, concurrency_id: str, after: int | None = None) -> None:
        """Nothing: Gradio would tell all who wait how long they will, after each answer; the page does not show it."""

    def compute_analytics_summary(self, records: Any) -> Any:
        """Nothing: Gradio would make a table of all events after each."""
        return self.cached_event_analytics_summary

    async def push(self, body: PredictBodyInternal, request: Request, username: str | None) -> Pushed:
        """Put an event at its place in the queue.

        Raises:
            starlette.exceptions.HTTPException: there is no place for a question; in the reader's language.
        """
        if body.fn_index not in self._asks:
            return await super().push(body, request, username)
        visitor = arrived(request.scope)
        try:
            place = self._enter(visitor)
        except BusyError:
            raise _busy(request) from None
        pushed: Pushed = (False, "", "error")
        try:
            pushed = await super().push(body, request, username)
        finally:
            if not pushed[0]:
                place.leave()
        self._line_up(self.event_ids_to_events[str(pushed[1])], place)
        return pushed

    def _line_up(self, event: Event, place: Place) -> None:
        """Move a question from where Gradio has put it to its turn."""
        self._places[event._id] = (event, place)
        self.event_queue_per_concurrency_id[event.concurrency_id].queue.remove(event)
        lane = self._lanes[QUOTING if _quotes(event) else ASKING]
        event.concurrency_id = lane.concurrency_id
        lane.queue.append(event)
        waiting = {one._id for one in lane.queue}
        running = Counter(
            _visitor(one) for number, (one, _) in self._places.items()
            if number not in waiting and one.concurrency_id == lane.concurrency_id
        )  # fmt: skip
        lane.queue[:] = in_turn(lane.queue, _visitor, running)

    async def process_events(self, events: list[Event], batch: bool, begin_time: float, fn: BlockFunction) -> None:
        """Do what an event asks for."""
        try:
            await super().process_events(events, batch, begin_time, fn)
        finally:
            self._leave()

    async def clean_events(self, *, session_hash: str | None = None, event_id: str | None = None) -> None:
        """Forget what a page that has gone waits for."""
        await super().clean_events(session_hash=session_hash, event_id=event_id)
        self._leave()

    async def remove_from_queue(self, event_id: str) -> None:
        """Forget an event that waits."""
        await super().remove_from_queue(event_id)
        self._leave()

    def _leave(self) -> None:
        """Give back the places of the questions that Gradio knows no more."""
        for number in [one for one in self._places if one not in self.event_ids_to_events]:
            self._places.pop(number)[1].leave()


def _quotes(event: Event) -> bool:
    """Whether a question asks for quotations alone: that is the last of what every such event sends."""
    return event.data is not None and True in event.data.data[-1:]


def _visitor(event: Event) -> str:
    return visitor_of(event.request.scope)


def _busy(request: Request) -> HTTPException:
    language = language_of_reader(request.headers.get("accept-language"), request.headers.get("cookie"))
    return HTTPException(503, said_in(BUSY, language), {"Retry-After": str(SECONDS_TO_RETRY)})
