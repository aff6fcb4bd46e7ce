"""What all pages share: the index and the data that they show, and the header with the links between them."""

from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr

from askspeech.builder import Builder
from askspeech.chat_keeping import Remembered
from askspeech.conversations import Conversations
from askspeech.library import Library
from askspeech.live_index import LiveIndex
from askspeech.running import RunningAnswers
from askspeech.uploads import Uploads
from askspeech.users import Users

__all__ = ["PAGES", "Site", "Stock", "site_header"]

PAGES = ("chat", "library", "glance", "people")
"""The pages in the order of their links; the first is at the root, the others at their names."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The library of one store, the files that were uploaded into it, and its builds."""

    library: Library
    uploads: Uploads
    builder: Builder

    @classmethod
    def of(cls, store: Path) -> "Stock":
        """That of a store; nothing is read or written yet."""
        return cls(Library(store), Uploads(store), Builder(store))


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages work with."""

    live: LiveIndex
    build_command: str = "askspeech build FOLDER"
    """Shown where there is no index."""
    kept: Conversations | None = None
    """Where conversations are kept; without it none is."""
    remembered: Remembered = field(default_factory=Remembered)
    """The latest conversations, where none is kept."""
    running: RunningAnswers = field(default_factory=RunningAnswers)
    """The answers that the chat page is making."""
    users: Users | None = None
    """Who may sign in; without them only whoever is at this machine uses it."""
    stock: Stock | None = None
    """What the library page manages; without it that page says so."""
    local_only: bool = False
    """Whether the server listens to this machine alone."""


def site_header(words: gr.I18n, here: str) -> None:
    """The head of a page, made where Gradio is building: the title, links to the other pages, the language."""
    with gr.Row(elem_id="as-head"):
        gr.Markdown(words("title"), elem_id="as-title", container=False)
        gr.Markdown(words("subtitle"), elem_id="as-subtitle", container=False)
        with gr.Row(elem_id="as-pages"):
            for name in PAGES:
                _link(words, name, here=name == here)
        gr.Button(words("other_language"), size="sm", scale=0, min_width=0, elem_id="as-language")


def _link(words: gr.I18n, name: str, *, here: bool) -> None:
    gr.Button(
        words(f"page_{name}"),
        # Relative, for a server that is mounted below another address.
        link="./" if name == PAGES[0] else f"./{name}",
        link_target="_self",
        size="sm",
        scale=0,
        min_width=0,
        elem_id=f"as-to-{name}",
        elem_classes=["as-here"] if here else [],
    )
