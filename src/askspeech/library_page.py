"""The library page: its components and which events there are; what they do is in `askspeech.library_events`.

The table and the lists are HTML of ours in Markdown components. Their buttons, and the rows that are chosen, reach the
server through hidden boxes that `static/library.js` writes into; it also asks how things stand, while the page is seen.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from askspeech.library_events import FILES_SHOWN, NOTHING, LibraryHandlers
from askspeech.library_looks import Seen
from askspeech.library_rows import View
from askspeech.site import Site, site_header

__all__ = ["build_library"]

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class StatePanel:
    """How the index stands, and the buttons that change it."""

    state: gr.Markdown
    buttons: gr.Row
    build: gr.Button
    cancel: gr.Button
    note: gr.Markdown


@dataclass(frozen=True, slots=True)
class AddPanel:
    """Where files are added."""

    column: gr.Column
    files: gr.File
    replaces: gr.Checkbox
    outcome: gr.Markdown


@dataclass(frozen=True, slots=True)
class TablePanel:
    """The speeches, and what can be done with those that are chosen."""

    search: gr.Textbox
    count: gr.Markdown
    chosen_row: gr.Row
    chosen_words: gr.Markdown
    remove_speeches: gr.Button
    remove_files: gr.Button
    table: gr.Markdown
    earlier: gr.Button
    place: gr.Markdown
    later: gr.Button


@dataclass(frozen=True, slots=True)
class ListPanel:
    """The files, the uploads and what was removed, each folded away."""

    files_fold: gr.Accordion
    files: gr.Markdown
    more: gr.Button
    uploads_fold: gr.Accordion
    uploads: gr.Markdown
    removed_fold: gr.Accordion
    removed: gr.Markdown


@dataclass(frozen=True, slots=True)
class ReallyPanel:
    """What asks whether something is really meant."""

    box: gr.Column
    words: gr.Markdown
    confirm: gr.Button
    leave: gr.Button


@dataclass(frozen=True, slots=True)
class Told:
    """What the page's script writes into, and what the server remembers of a page."""

    look: gr.Textbox
    acts: gr.Textbox
    chosen: gr.Textbox
    seen: gr.State
    view: gr.State
    limit: gr.State
    pending: gr.State


@dataclass(frozen=True, slots=True)
class Parts:
    """All components that events read and change."""

    state: StatePanel
    adding: AddPanel
    table: TablePanel
    lists: ListPanel
    really: ReallyPanel
    told: Told

    @property
    def managed(self) -> list[Any]:
        """What only those who manage see."""
        return [self.state.buttons, self.adding.column, self.lists.uploads_fold, self.lists.removed_fold]

    @property
    def looked_at(self) -> list[Any]:
        """What a look fills, in the order of `LibraryLooks.looked`."""
        state, table, lists = self.state, self.table, self.lists
        return [
            state.state, state.build, state.cancel,
            table.count, table.table, table.earlier, table.place, table.later,
            lists.files_fold, lists.files, lists.more,
            lists.uploads_fold, lists.uploads, lists.removed_fold, lists.removed,
            self.told.seen,
        ]  # fmt: skip


def build_library(page: gr.Blocks, words: gr.I18n, site: Site) -> None:
    """Make the page and connect its events, where Gradio is building."""
    site_header(words, "library")
    if site.stock is None:
        with gr.Row(elem_id="as-columns"):
            gr.Markdown(words("library_off"), container=False)
        return
    parts = _components(words)
    handlers = LibraryHandlers(site.stock, site.live)
    looking = (handlers.looks.looked, [parts.told.seen, parts.told.view, parts.told.limit], parts.looked_at)
    opening = [*parts.managed, *parts.looked_at]
    page.load(handlers.looks.opened, [parts.told.view, parts.told.limit], opening, **QUIET)
    parts.told.look.change(*looking, queue=False, **QUIET)
    changes = [
        *_connect_building(parts, handlers),
        *_connect_table(parts, handlers),
        *_connect_removing(parts, handlers),
    ]
    for change in changes:
        change.failure(handlers.failed, None, parts.state.note, queue=False, **QUIET)
        change.then(*looking, queue=False, **QUIET)


def _components(words: gr.I18n) -> Parts:
    with gr.Row(elem_id="as-columns"), gr.Column(elem_id="as-library"):
        state, adding = _state_panel(words), _add_panel(words)
        table, lists, really = _table_panel(words), _list_panel(words), _really_panel(words)
    told = Told(
        _hidden("as-library-look"), _hidden("as-library-told"), _hidden("as-library-chosen"),
        gr.State(Seen()), gr.State(View()), gr.State(FILES_SHOWN), gr.State(NOTHING),
    )  # fmt: skip
    return Parts(state, adding, table, lists, really, told)


def _state_panel(words: gr.I18n) -> StatePanel:
    with gr.Column(elem_id="as-library-state", elem_classes=["as-shelf"]):
        state = _markdown(elem_id="as-library-now")
        with gr.Row(visible=False, elem_classes=["as-buttons"]) as buttons:
            build = _button(words("library_build"), "as-library-build", variant="primary")
            cancel = _button(words("library_cancel"), "as-library-cancel", visible=False)
        note = _markdown(elem_id="as-library-note")
    return StatePanel(state, buttons, build, cancel, note)


def _add_panel(words: gr.I18n) -> AddPanel:
    with gr.Column(visible=False, elem_id="as-library-add", elem_classes=["as-shelf"]) as column:
        gr.Markdown(words("library_add"), elem_classes=["as-shelf-title"], container=False)
        files = gr.File(
            file_count="multiple",
            label=words("library_add_drop"),
            show_label=True,
            height=150,
            elem_id="as-library-files",
        )
        gr.Markdown(words("library_add_formats"), elem_classes=["as-hint"], container=False)
        replaces = gr.Checkbox(False, label=words("library_add_replace"), container=False, elem_id="as-library-replace")
        outcome = _markdown(elem_id="as-library-added")
    return AddPanel(column, files, replaces, outcome)


def _table_panel(words: gr.I18n) -> TablePanel:
    with gr.Column(elem_id="as-library-speeches", elem_classes=["as-shelf"]):
        gr.Markdown(words("library_speeches"), elem_classes=["as-shelf-title"], container=False)
        search = gr.Textbox(
            placeholder=words("library_search"),
            label=words("library_search"),
            show_label=False,
            container=False,
            lines=1,
            max_lines=1,
            max_length=LONGEST_SEARCH,
            elem_id="as-library-search",
        )
        count = _markdown(elem_id="as-library-count")
        with gr.Row(visible=False, elem_id="as-library-chosen-row", elem_classes=["as-buttons"]) as chosen_row:
            chosen_words = _markdown(elem_id="as-library-chosen-words")
            remove_speeches = _button(words("library_remove_speeches"), "as-library-remove-speeches")
            remove_files = _button(words("library_remove_files"), "as-library-remove-files")
            _button(words("library_unchoose"), "as-library-unchoose")
        table = _markdown(elem_id="as-library-table")
        with gr.Row(elem_classes=["as-buttons"], elem_id="as-library-pages"):
            earlier = _button(words("library_earlier"), "as-library-earlier", visible=False)
            place = _markdown(elem_id="as-library-place")
            later = _button(words("library_later"), "as-library-later", visible=False)
    return TablePanel(
        search, count, chosen_row, chosen_words, remove_speeches, remove_files, table, earlier, place, later
    )  # fmt: skip


def _list_panel(words: gr.I18n) -> ListPanel:
    with gr.Accordion("…", open=False, elem_id="as-library-files-fold", elem_classes=["as-fold"]) as files_fold:
        files = _markdown(elem_id="as-library-files-list", elem_classes=["as-list"])
        more = _button(words("library_more"), "as-library-more", visible=False)
    with gr.Accordion(
        "…", open=False, visible=False, elem_id="as-library-uploads-fold", elem_classes=["as-fold"]
    ) as uploads_fold:
        uploads = _markdown(elem_id="as-library-uploads", elem_classes=["as-list"])
    with gr.Accordion(
        "…", open=False, visible=False, elem_id="as-library-removed-fold", elem_classes=["as-fold"]
    ) as removed_fold:
        gr.Markdown(words("library_untouched"), elem_classes=["as-hint"], container=False)
        removed = _markdown(elem_id="as-library-removed", elem_classes=["as-list"])
    return ListPanel(files_fold, files, more, uploads_fold, uploads, removed_fold, removed)


def _really_panel(words: gr.I18n) -> ReallyPanel:
    with gr.Column(visible=False, elem_id="as-library-really") as box:
        asked = _markdown(elem_id="as-library-really-words")
        with gr.Row(elem_classes=["as-buttons"]):
            confirm = _button(words("library_confirm"), "as-library-confirm", variant="stop")
            leave = _button(words("library_leave"), "as-library-leave")
    return ReallyPanel(box, asked, confirm, leave)


def _button(label: Any, name: str, **more: Any) -> gr.Button:
    return gr.Button(label, size="sm", scale=0, min_width=0, elem_id=name, **more)


def _markdown(**where: Any) -> gr.Markdown:
    return gr.Markdown(latex_delimiters=[], sanitize_html=True, container=False, **where)


def _hidden(name: str) -> gr.Textbox:
    return gr.Textbox(elem_id=name, visible="hidden", show_label=False, container=False)


def _connect_building(parts: Parts, handlers: LibraryHandlers) -> list[Any]:
    state, adding = parts.state, parts.adding
    # As it was sent: Gradio's own reading of it would lose the names that the files had. It checks the paths before.
    sent: dict[str, Any] = QUIET | {"preprocess": False, "trigger_mode": "multiple"}
    return [
        state.build.click(handlers.build, None, state.note, **QUIET),
        state.cancel.click(handlers.cancel, None, state.note, **QUIET),
        adding.files.upload(handlers.added, [adding.files, adding.replaces], [adding.files, adding.outcome], **sent),
    ]


def _connect_table(parts: Parts, handlers: LibraryHandlers) -> list[Any]:
    table, told = parts.table, parts.told
    chosen = [table.chosen_row, table.chosen_words]
    told.chosen.change(handlers.chosen, told.chosen, chosen, queue=False, **QUIET)
    return [
        table.search.change(handlers.searched, [table.search, told.view], told.view, queue=False, **QUIET),
        table.earlier.click(handlers.earlier, told.view, told.view, queue=False, **QUIET),
        table.later.click(handlers.later, told.view, told.view, queue=False, **QUIET),
        parts.lists.more.click(handlers.more_files, told.limit, told.limit, queue=False, **QUIET),
    ]


def _connect_removing(parts: Parts, handlers: LibraryHandlers) -> list[Any]:
    table, told, really, note = parts.table, parts.told, parts.really, parts.state.note
    asking = [told.pending, really.box, really.words, really.confirm]
    table.remove_speeches.click(handlers.ask_speeches, told.chosen, asking, **QUIET)
    table.remove_files.click(handlers.ask_files, told.chosen, asking, **QUIET)
    really.leave.click(lambda: (NOTHING, gr.update(visible=False)), None, asking[:2], queue=False, **QUIET)
    several: dict[str, Any] = QUIET | {"trigger_mode": "multiple"}
    return [
        told.acts.change(handlers.told, [told.acts, told.view], [told.view, *asking, note], **several),
        really.confirm.click(
            handlers.confirmed,
            [told.pending, told.chosen],
            [told.pending, really.box, told.chosen, parts.adding.outcome, note],
            **QUIET,
        ),
    ]
