"""What the library page shows: how the index stands, the table, the lists; only what has changed is sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import gradio as gr

from askspeech.builder import BuildState
from askspeech.errors import AskSpeechError
from askspeech.exclusions import Exclusion
from askspeech.gate import role_of
from askspeech.library import LibraryRow, Waiting, is_within
from askspeech.library_rendering import files_html, paragraph, removed_html, state_html, uploads_html
from askspeech.library_rows import View, part_of
from askspeech.library_table import count_text, part_text, table_html
from askspeech.live_index import LiveIndex
from askspeech.rendering import said
from askspeech.showing import texts_for
from askspeech.site import Stock
from askspeech.store import Store
from askspeech.telling import told
from askspeech.texts import PageTexts
from askspeech.uploads import UploadedFile

__all__ = ["LibraryLooks", "Seen"]

Updates = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows already, so that a look sends only what has changed."""

    state: object = None
    table: object = None
    files: object = None
    uploads: object = None
    removed: object = None


@dataclass(frozen=True, slots=True)
class _Found:
    """The library at one moment."""

    generation: str | None
    state: BuildState
    waiting: Waiting | None = None
    uploads: tuple[UploadedFile, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    problem: str = ""
    is_arriving: bool = False
    """Whether what answers has not gone over to this generation yet."""

    @property
    def news(self) -> Waiting | None:
        """What waits for the next build; while one runs, what has come since it began, as far as that can be told."""
        running = self.state.running
        if running is None or self.waiting is None:
            return self.waiting
        late = {one.file for one in self.uploads if one.added > running.started}
        return Waiting(
            added=tuple(file for file in self.waiting.added if file in late),
            replaced=tuple(file for file in self.waiting.replaced if file in late),
            excluded=tuple(one for one in self.waiting.excluded if _moment(one.excluded_at) > running.started),
        )

    @property
    def gone(self) -> frozenset[str]:
        """The ids of the speeches that were removed."""
        return frozenset(one.speech_id for one in self.excluded if one.kind == "speech")

    @property
    def gone_files(self) -> frozenset[str]:
        """The files that were removed; an archive stands for all that lies in it."""
        return frozenset(one.file for one in self.excluded if one.kind == "file")

    def takes_away(self, row: LibraryRow) -> bool:
        """Whether a speech leaves with the next build; it stays while one file that holds its text does."""
        return all(is_within(file, self.gone_files) for file in row.files) or row.speech_id in self.gone


class LibraryLooks:
    """Looks at the library of one store; any number of pages take them."""

    def __init__(self, stock: Stock, live: LiveIndex | None = None) -> None:
        """Looking at nothing yet."""
        self._stock, self._live = stock, live
        self._store = Store(stock.library.store)

    def opened(self, view: View, limit: int, request: gr.Request) -> Updates:
        """Everything, and what those who manage have beside it; as `looked` after the first two."""
        shown = gr.update(visible=self._manages(request))
        return (shown, shown, shown, shown, *self.looked(Seen(), view, limit, request))

    def looked(self, seen: Seen, view: View, limit: int, request: gr.Request) -> Updates:
        """What has changed since a page was last told: the state, the table, the lists; then what it shows now."""
        texts, manages = texts_for(request), self._manages(request)
        found = self._found()
        state = self._state(seen, found, texts, manages=manages)
        table = self._table(seen, found, view, texts, manages=manages)
        files = self._files(seen, found, limit, texts)
        lists = self._lists(seen, found, texts, manages=manages)
        parts = (state, table, files, lists)
        updates = [update for part in parts for update in part[1]]
        now = Seen(state[0], table[0], files[0], *lists[0])
        return (*updates, gr.skip() if now == seen else now)

    def _manages(self, request: gr.Request) -> bool:
        return role_of(request) == "administrator"

    def _found(self) -> _Found:
        """What there is now; what cannot be read is said in the place of the state."""
        library, state = self._stock.library, BuildState()
        try:
            state = self._stock.builder.state()
            generation = self._store.current_name()
            uploads, excluded = self._stock.uploads.files(), library.excluded()
            arriving = state.running is None and self._is_arriving(generation)
            return _Found(generation, state, library.waiting(), uploads, excluded, is_arriving=arriving)
        except AskSpeechError as error:
            return _Found(None, state, problem=error.words)

    def _is_arriving(self, generation: str | None) -> bool:
        """Whether a generation is not the one that is asked yet; what cannot be used is told of by its notices."""
        if self._live is None or generation is None:
            return False
        status = self._live.status_now()
        return status.generation not in (None, generation) and not status.notices

    def _state(self, seen: Seen, found: _Found, texts: PageTexts, *, manages: bool) -> tuple[object, Updates]:
        running = found.state.running
        empty = _first_step(found, texts, manages=manages)
        html = state_html(
            found.state,
            found.news,
            datetime.now(UTC),
            texts,
            empty=empty,
            asking=found.generation is not None,
            arriving=found.is_arriving,
            managing=manages,
        )
        if found.problem:
            html = paragraph(said(found.problem, texts), "as-problem") + html
        startable = running is None and bool(found.generation or found.uploads)
        key = (html, startable, running is not None and not running.cancelling)
        if key == seen.state:
            return key, (gr.skip(), gr.skip(), gr.skip())
        return key, (
            gr.update(value=html),
            gr.update(interactive=startable, visible=running is None),
            gr.update(visible=key[2], interactive=True),
        )

    def _table(
        self, seen: Seen, found: _Found, view: View, texts: PageTexts, *, manages: bool
    ) -> tuple[object, Updates]:
        key = (found.generation, found.gone, found.gone_files, view, manages, id(texts))
        if key == seen.table:
            return key, (gr.skip(),) * 5
        try:
            rows = self._stock.library.rows()
        except AskSpeechError as error:
            message = gr.update(value=paragraph(told(error, texts), "as-problem"))
            return key, (gr.update(value=""), message, gr.update(visible=False), gr.update(), gr.update(visible=False))
        part = part_of(rows, view)
        gone = {row.speech_id for row in part.rows if found.takes_away(row)}
        several = part.has_earlier or part.has_later
        return key, (
            gr.update(value=paragraph(count_text(part, texts), "as-quiet") if rows else ""),
            gr.update(value=table_html(part, view, gone, texts, choosing=manages)),
            gr.update(visible=several, interactive=part.has_earlier),
            gr.update(value=paragraph(part_text(part, texts), "as-quiet") if several else ""),
            gr.update(visible=several, interactive=part.has_later),
        )

    def rows(self) -> tuple[LibraryRow, ...]:
        """The speeches; none where they cannot be read, which the table says."""
        try:
            return self._stock.library.rows()
        except AskSpeechError:
            return ()

    def _files(self, seen: Seen, found: _Found, limit: int, texts: PageTexts) -> tuple[object, Updates]:
        last = found.state.last
        key = (found.generation, last.id if last else "", limit, id(texts))
        if key == seen.files:
            return key, (gr.skip(),) * 3
        try:
            files = self._stock.library.files()
        except AskSpeechError as error:
            return key, (
                gr.update(),
                gr.update(value=paragraph(told(error, texts), "as-problem")),
                gr.update(visible=False),
            )
        number = len(files.taken) + len(files.skipped)
        return key, (
            gr.update(label=texts.library_files.format(number=f"{number:,}")),
            gr.update(value=files_html(files, limit, texts)),
            gr.update(visible=len(files.taken) > limit),
        )

    def _lists(
        self, seen: Seen, found: _Found, texts: PageTexts, *, manages: bool
    ) -> tuple[tuple[object, ...], Updates]:
        """The uploads and what was removed, which only those who manage see."""
        uploads_key = (manages and (found.uploads, found.gone_files), id(texts))
        removed_key = (manages and (found.excluded, found.uploads), id(texts))
        uploads: Updates = (gr.skip(), gr.skip())
        removed: Updates = (gr.skip(), gr.skip())
        if manages and uploads_key != seen.uploads:
            html = uploads_html(found.uploads, found.excluded, texts)
            label = texts.library_uploads.format(number=len(found.uploads))
            uploads = (gr.update(label=label), gr.update(value=html))
        if manages and removed_key != seen.removed:
            html = removed_html(found.excluded, found.uploads, texts)
            label = texts.library_removed.format(number=len(found.excluded))
            removed = (gr.update(label=label), gr.update(value=html))
        return (uploads_key, removed_key), (*uploads, *removed)


def _first_step(found: _Found, texts: PageTexts, *, manages: bool) -> str:
    """What to do first, where there is no index yet."""
    if found.generation is not None or found.problem:
        return ""
    if not manages:
        return texts.library_empty_reader
    return texts.library_first_build if found.uploads else texts.library_empty


def _moment(text: str) -> datetime:
    """When something was removed, to the end of its second; long ago where that is not known."""
    try:
        return datetime.fromisoformat(text) + timedelta(seconds=1)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
