"""What pages say while there is no index to ask: that one is being made and how far it is, or what to do first."""

import gradio as gr

from askspeech.builder import BuildState
from askspeech.errors import AskSpeechError
from askspeech.gate import role_of
from askspeech.library_rendering import progress_html
from askspeech.live_index import LiveIndex, Status
from askspeech.rendering import escape, said, welcome_html
from askspeech.showing import texts_for
from askspeech.site import Stock
from askspeech.telling import told
from askspeech.texts import PageTexts

__all__ = ["LIBRARY_LINK", "Unready"]

LIBRARY_LINK = "./library"


class Unready:
    """What is shown of one store while nothing in it can be asked."""

    def __init__(self, build_command: str, stock: Stock | None = None) -> None:
        """Looking at nothing yet.

        Args:
            build_command: what builds an index in a terminal.
            stock: the library that the pages manage; without it there is the terminal alone.
        """
        self._build_command = build_command
        self._stock = stock

    def is_being_made(self, live: LiveIndex) -> bool:
        """Whether the first index is being made, so that a question has to wait for it."""
        try:
            return self._state().running is not None and live.status().missing
        except AskSpeechError:
            # Answering from it will say what is wrong.
            return False

    def first_step(self, live: LiveIndex, request: gr.Request) -> str:
        """What whoever manages has to do before anything can be asked, with the way there; nothing for others."""
        texts = texts_for(request)
        try:
            if self._stock is None or not live.status().missing or role_of(request) != "administrator":
                return ""
            waits = bool(self._stock.uploads.files())
        except AskSpeechError:
            # The answer will say what is wrong.
            return ""
        message, label = _next(texts, waits=waits)
        return f'{escape(message)} <a class="as-go" href="{LIBRARY_LINK}">{escape(label)}</a>'

    def html(self, status: Status, request: gr.Request, heading: str = "") -> str:
        """What whoever asks can do, where the index has this status; `heading` stands above, if not the usual one."""
        texts = texts_for(request)
        heading = heading or texts.no_index
        try:
            running = self._state().running
            waits = bool(self._stock and self._stock.uploads.files())
        except AskSpeechError as error:
            return welcome_html(heading, told(error, texts))
        if running:
            bar = f'<div class="as-progress">{progress_html(running, texts, texts.start_progress)}</div>'
            return welcome_html(texts.start_building, texts.start_building_note, below=bar)
        if not status.missing:
            return welcome_html(heading, said(status.message, texts))
        if self._stock is None:
            return welcome_html(heading, texts.missing_index, command=self._build_command)
        if role_of(request) != "administrator":
            return welcome_html(heading, texts.start_none_reader)
        return self._first_step(texts, heading, waits=waits)

    def _state(self) -> BuildState:
        return self._stock.builder.state() if self._stock else BuildState()

    def _first_step(self, texts: PageTexts, heading: str, *, waits: bool) -> str:
        """For whoever manages: the way to the library, and below it the command for those who use a terminal."""
        message, label = _next(texts, waits=waits)
        return welcome_html(
            heading,
            message,
            below=f'<p><a class="as-go" href="{LIBRARY_LINK}">{escape(label)}</a></p>'
            f'<details class="as-terminal"><summary>{escape(texts.start_terminal)}</summary>'
            f"<pre><code>{escape(self._build_command)}</code></pre></details>",
        )


def _next(texts: PageTexts, *, waits: bool) -> tuple[str, str]:
    """What to do next, and the words of the way there; `waits` says whether there are files to be taken in."""
    return (texts.start_waiting, texts.start_update) if waits else (texts.start_none, texts.start_add)
