"""What Gradio remembers of every open page: its values alone, of the latest pages, and no description of all its parts.

Gradio would describe every component of every page anew for each page that is opened, for links that lead back into a
conversation, which are closed here: 30 ms and 270 KB a page, 10,000 of them.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder
from starlette.routing import BaseRoute

__all__ = ["asking_events", "forget", "hold_few", "is_new", "page_of_event"]

MOST_PAGES = 2000
# How long the conversation of a page that was closed is remembered, 80 KB for each answer; Gradio would for an hour.
# A page that comes back after that finds it among those that are kept.
SECONDS_CLOSED = 60
# The handlers of events that ask a question, by their names.
ASKING = frozenset({"Handlers.asked", "Handlers.picked", "Handlers.again", "Handlers.literally"})


class _Parts(dict[int, Any]):
    """The parts of a page; what an update makes anew takes the place of its part, with its number, and none is added.

    Gradio would keep every one that was ever made, six for each answer; pages here make no parts while they are shown.
    """

    def __setitem__(self, key: int, value: Any) -> None:
        """Put a part in the place of that which was there."""
        if key in self:
            value._id = key
            super().__setitem__(key, value)


class _Pages(StateHolder):
    """The values of the latest pages; those that were closed are dropped after a while, of which Gradio keeps some."""

    def delete_all_expired_state(self) -> None:
        """Drop what is over; called once a second."""
        super().delete_all_expired_state()  # type: ignore[no-untyped-call]
        latest = datetime.now() - timedelta(seconds=SECONDS_CLOSED)
        for session_id, page in list(self.session_data.items()):
            if page.is_closed and self.time_last_used.get(session_id, latest) <= latest:
                forget(self.blocks, session_id)

    def __getitem__(self, session_id: str) -> SessionState:
        """Those of one page, new where it has not been heard of."""
        if session_id not in self.session_data:
            # What it describes parts from is left out.
            bare: Any = SimpleNamespace(default_config=self.blocks.default_config, blocks={})
            page = self.session_data[session_id] = SessionState(bare)
            # Nor is a part described anew with every update of it: that took longer than answering a question.
            vars(page.blocks_config)["config_for_block"] = _undescribed
            page.blocks_config.blocks = _Parts(page.blocks_config.blocks)
            page.STATE_TTL_WHEN_CLOSED = SECONDS_CLOSED
        return super().__getitem__(session_id)


def _undescribed(*_: Any) -> dict[str, Any]:
    return {}


def hold_few(routes: Iterable[BaseRoute]) -> None:
    """Have the applications of Gradio among these routes remember no more than that."""
    for route in routes:
        application = getattr(route, "app", None)
        if isinstance(application, App):
            pages = application.get_blocks()
            pages.state_session_capacity = MOST_PAGES
            application.state_holder = _Pages()  # type: ignore[no-untyped-call]
            application.state_holder.set_blocks(pages)


def is_new(pages: gr.Blocks, session_hash: str) -> bool:
    """Whether a page has not been heard of."""
    return session_hash not in pages.state_holder


def forget(pages: gr.Blocks, session_hash: str) -> None:
    """Drop what is kept of a page, and what it has not been told yet."""
    pages.state_holder.session_data.pop(session_hash, None)
    pages.state_holder.time_last_used.pop(session_hash, None)
    with suppress(KeyError):
        del pages._queue.pending_messages_per_session[session_hash]


def page_of_event(pages: gr.Blocks, event_id: str) -> str | None:
    """The id of the page that an event belongs to; None where none of that id is under way."""
    event = pages._queue.event_ids_to_events.get(event_id)
    return None if event is None else event.session_hash


def asking_events(pages: gr.Blocks) -> frozenset[int]:
    """The numbers of the events that ask a question."""
    return frozenset(number for number, event in pages.fns.items() if _name(event.fn) in ASKING)


def _name(handler: Any) -> str:
    return str(getattr(handler, "__qualname__", ""))
