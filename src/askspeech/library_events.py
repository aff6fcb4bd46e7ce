"""What the library page does; every method can be called without a browser.

Whoever manages is asked for their role by each handler that changes something: a hidden button is no check.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from askspeech.conversations import LOCAL_OWNER
from askspeech.corpus_files import UPLOADED
from askspeech.errors import AskSpeechError, StoreLockedError
from askspeech.filter_panel import one_line
from askspeech.gate import require_administrator
from askspeech.incoming import received
from askspeech.library import leaving
from askspeech.library_looks import LibraryLooks
from askspeech.library_rendering import key_text, paragraph
from askspeech.library_rows import View, part_of
from askspeech.live_index import LiveIndex
from askspeech.rendering import shown_file
from askspeech.showing import Update, texts_for
from askspeech.site import Stock
from askspeech.telling import told
from askspeech.texts import PageTexts
from askspeech.upload_checks import Concern, concerns
from askspeech.upload_rendering import TakenIn, added_html
from askspeech.uploads import Added
from askspeech.users import User

__all__ = ["FILES_SHOWN", "NOTHING", "LibraryHandlers", "Pending"]

FILES_SHOWN = 50
Updates = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """What a page has asked whether it is really meant: what to do with which speeches (ids), files or uploads."""

    act: Literal["nothing", "speeches", "files", "delete"] = "nothing"
    items: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other files that hold the text of these files, and are removed with them."""


NOTHING = Pending()


class LibraryHandlers:
    """The page's events over the library of one store; what it shows of it is in `looks`."""

    def __init__(self, stock: Stock, live: LiveIndex | None = None) -> None:
        """Handlers of a library, its uploads and its builds, that do nothing yet; `live` is what answers from it."""
        self._stock = stock
        self.looks = LibraryLooks(stock, live)

    def failed(self, request: gr.Request) -> Update:
        """What is said where an event ended in an unforeseen error."""
        return gr.update(value=paragraph(texts_for(request).library_trouble, "as-problem"))

    # The table

    def searched(self, words: str, view: View) -> View:
        """The speeches that hold those words, from the first."""
        return replace(view, words=words, page=0)

    def earlier(self, view: View) -> View:
        """The page before."""
        return replace(view, page=max(0, view.page - 1))

    def later(self, view: View) -> View:
        """The page behind; the last one where there is none."""
        return replace(view, page=part_of(self.looks.rows(), replace(view, page=view.page + 1)).page)

    def more_files(self, limit: int) -> int:
        """A longer list of files."""
        return limit + FILES_SHOWN

    # Building

    def build(self, request: gr.Request) -> Update:
        """Start a build; where one runs already, say so."""
        texts = texts_for(request)
        try:
            self._stock.builder.start(_by(require_administrator(request)))
        except StoreLockedError as error:
            running = self._stock.builder.state().running
            # The style sheet shows it as long as that update runs.
            return _note(texts.library_already, "as-note as-meanwhile") if running else _note(told(error, texts))
        except AskSpeechError as error:
            return _problem(error, texts_for(request))
        return gr.update(value="")

    def cancel(self, request: gr.Request) -> Update:
        """Ask the build that runs to end."""
        try:
            require_administrator(request)
            running = self._stock.builder.state().running
            if running:
                self._stock.builder.cancel(running.id)
        except AskSpeechError as error:
            return _problem(error, texts_for(request))
        return gr.update(value="")

    # Adding

    def added(
        self, files: Sequence[dict[str, Any]] | None, replaces: bool, request: gr.Request
    ) -> tuple[Update, Update]:
        """Take uploaded files in and say what became of each; the copies that Gradio made are gone afterwards."""
        texts = texts_for(request)
        try:
            require_administrator(request)
        except AskSpeechError as error:
            # Whoever may not upload has no file here to be removed.
            return gr.update(value=None), _problem(error, texts_for(request))
        outcomes: list[TakenIn] = []
        for one in received(files):
            outcomes.append(self._taken_in(one.name, one.path, texts, replaces=replaces))
            one.discard()
        return gr.update(value=None), gr.update(value=added_html(outcomes, texts) if outcomes else "")

    def _taken_in(self, name: str, path: Path | None, texts: PageTexts, *, replaces: bool) -> TakenIn:
        if path is None:
            return TakenIn(name)
        try:
            added = self._stock.uploads.add(name, path, replace=replaces)
        except AskSpeechError as error:
            return TakenIn(name, refused=told(error, texts))
        return TakenIn(name, added, concerns=self._concerns(added))

    def _concerns(self, added: Added) -> tuple[Concern, ...]:
        library = self._stock.library
        try:
            gone = any(one.kind == "file" and one.file == added.file for one in library.excluded())
            found = concerns(self._stock.uploads, added, library.same_bytes)
        except AskSpeechError:
            # The file is added; what cannot be read of the library is said where its state is.
            return ()
        return (*found, Concern("removed")) if gone else found

    # Removing, taking back, deleting

    def chosen(self, said: str, request: gr.Request) -> tuple[Update, Update]:
        """How many rows are chosen, and what can be done with them."""
        number = len(_strings(said))
        words = texts_for(request).library_chosen.format(number=number)
        return gr.update(visible=number > 0), gr.update(value=paragraph(words))

    def ask_speeches(self, said: str, request: gr.Request) -> Updates:
        """Whether the chosen speeches are really to be removed."""
        return self._asked(Pending("speeches", _strings(said)), request)

    def ask_files(self, said: str, request: gr.Request) -> Updates:
        """Whether the files of the chosen speeches are really to be removed."""
        chosen = set(_strings(said))
        files = dict.fromkeys(row.file for row in self.looks.rows() if row.speech_id in chosen)
        return self._asked(Pending("files", tuple(files)), request)

    def told(self, said: str, view: View, request: gr.Request) -> Updates:
        """What a button in the page's own HTML asks for: the view, then as `_asked`, then a note."""
        act, value = _act(said)
        nothing = (gr.skip(),) * 4
        if act == "sort":
            return view.sorted_by(value), *nothing, gr.skip()
        try:
            require_administrator(request)
        except AskSpeechError as error:
            return gr.skip(), *nothing, _problem(error, texts_for(request))
        if act == "take-back":
            return gr.skip(), *nothing, self._taken_back(value, texts_for(request))
        if act == "remove-file":
            return gr.skip(), *self._asked(Pending("files", (value,)), request), gr.skip()
        if act == "delete":
            return gr.skip(), *self._asked(Pending("delete", (value,)), request), gr.skip()
        return gr.skip(), *nothing, gr.skip()

    def _asked(self, pending: Pending, request: gr.Request) -> Updates:
        """What is pending, the box that asks, its words, and its button; for whoever may not, why not."""
        try:
            require_administrator(request)
        except AskSpeechError as error:
            return (
                NOTHING,
                gr.update(visible=True),
                gr.update(value=paragraph(told(error, texts_for(request)))),
                gr.skip(),
            )
        texts = texts_for(request)
        if not pending.items:
            return NOTHING, gr.update(visible=False), gr.skip(), gr.skip()
        pending, words = self._really(pending, texts)
        confirm = texts.library_delete_confirm if pending.act == "delete" else texts.library_confirm
        return pending, gr.update(visible=True), gr.update(value=words), gr.update(value=confirm)

    def _really(self, pending: Pending, texts: PageTexts) -> tuple[Pending, str]:
        """What is asked before something is done, and what else has to be done with it."""
        rows, number = self.looks.rows(), len(pending.items)
        if pending.act == "delete":
            named = paragraph(texts.library_really_delete.format(name=one_line(pending.items[0])))
            stays = leaving(rows, {f"{UPLOADED}/{pending.items[0]}"})
            return pending, named + _listed(texts.library_really_stays, (*stays.same, *stays.alike))
        untouched = paragraph(texts.library_untouched, "as-quiet")
        if pending.act == "speeches":
            titles = {row.speech_id: row.title for row in rows}
            named = _listed(
                texts.library_really_speeches.format(number=number), [titles.get(one, one) for one in pending.items]
            )
            alike = {file for row in rows if row.speech_id in pending.items for file in row.alike}
            return pending, named + _listed(texts.library_really_alike, sorted(alike)) + untouched
        gone = leaving(rows, pending.items)
        asked = texts.library_really_files if gone.speeches else texts.library_really_files_only
        words = _listed(asked.format(number=number, speeches=gone.speeches), pending.items)
        words += _listed(texts.library_really_same, gone.same, 20) + _listed(texts.library_really_alike, gone.alike)
        return replace(pending, also=gone.same), words + untouched

    def confirmed(self, pending: Pending, chosen: str, request: gr.Request) -> Updates:
        """Do what was asked about: nothing pending, the box closed, the rows that stay chosen, the uploads, a note.

        What became of uploads is not said any longer once one of them is deleted.
        """
        texts, closed = texts_for(request), gr.update(visible=False)
        try:
            note = self._done(pending, _by(require_administrator(request)), texts)
        except AskSpeechError as error:
            return NOTHING, closed, gr.skip(), gr.skip(), _problem(error, texts_for(request))
        if pending.act == "delete":
            return NOTHING, closed, chosen, gr.update(value=""), note
        return NOTHING, closed, "", gr.skip(), note

    def _done(self, pending: Pending, by: str, texts: PageTexts) -> Update:
        library = self._stock.library
        if pending.act == "delete":
            return self._deleted(pending.items[0], texts)
        if pending.act == "speeches":
            for one in pending.items:
                library.exclude_speech(one, by)
        elif pending.act == "files":
            for one in (*pending.items, *pending.also):
                library.exclude_file(one, by)
        return _note(texts.library_removed_now.format(number=len(pending.items) + len(pending.also)))

    def _deleted(self, name: str, texts: PageTexts) -> Update:
        """An uploaded file deleted for good; a later one of its name is not removed from the index with it."""
        deleted, file = self._stock.uploads.delete(name), f"{UPLOADED}/{name}"
        for one in self._stock.library.excluded():
            if one.kind == "file" and one.file == file:
                self._stock.library.take_back(one)
        if not deleted:
            return _note(texts.library_nothing_done)
        known = file in self._stock.library.waiting().deleted
        words = texts.library_deleted_now if known else texts.library_deleted_unknown
        return _note(words.format(name=one_line(name)))

    def _taken_back(self, key: str, texts: PageTexts) -> Update:
        try:
            found = next((one for one in self._stock.library.excluded() if key_text(one) == key), None)
            if found is None or not self._stock.library.take_back(found):
                return _note(texts.library_nothing_done)
        except AskSpeechError as error:
            return _problem(error, texts)
        return _note(texts.library_taken_back_now.format(name=one_line(shown_file(found.title or found.file))))


def _by(user: User) -> str:
    """Who did something, as it is kept; empty where nobody signs in."""
    return "" if user.name == LOCAL_OWNER else user.name


def _note(words: str, kind: str = "as-note") -> Update:
    return gr.update(value=paragraph(words, kind))


def _problem(error: AskSpeechError, texts: PageTexts) -> Update:
    return gr.update(value=paragraph(told(error, texts), "as-problem"))


def _listed(words: str, names: Sequence[str], most: int = 5) -> str:
    """Words, and the names of speeches or files below them; nothing where there are none."""
    if not names:
        return ""
    shown = [one_line(shown_file(name)) for name in names[:most]] + (["…"] if len(names) > most else [])
    return paragraph(words) + "".join(paragraph(name, "as-item") for name in shown)


def _strings(said: str) -> tuple[str, ...]:
    """The ids that the page's script says are chosen; none for what it never says."""
    try:
        values = json.loads(said or "[]")
    except ValueError:
        return ()
    return tuple(dict.fromkeys(one for one in values if isinstance(one, str))) if isinstance(values, list) else ()


def _act(said: str) -> tuple[str, str]:
    """What a button does, and to what; nothing for what the page's script never says."""
    try:
        message = json.loads(said)
        act, value = message["act"], message["value"]
    except (ValueError, KeyError, TypeError):
        return "", ""
    return (act, value) if isinstance(act, str) and isinstance(value, str) else ("", "")
