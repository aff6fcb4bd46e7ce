"""The kept conversations on the page: the list beside the chat, renaming and deleting, and what readers think."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from askspeech.chat import Conversation
from askspeech.chat_keeping import ChatKeeping, Remembered
from askspeech.conversations import Conversations
from askspeech.errors import AskSpeechError
from askspeech.filter_panel import one_line
from askspeech.gate import owner_of
from askspeech.keeping import Judgement, KeptSummary, Verdict
from askspeech.live_index import LiveIndex
from askspeech.rendering import escape
from askspeech.showing import texts_for
from askspeech.telling import told
from askspeech.texts import PageTexts

__all__ = ["NEW", "KeepingHandlers", "KeepingPanel", "comment_box", "keeping_panel"]

NEW = "new"
"""What stands for a conversation that is not kept yet, where the page's script reads which one is shown."""
LISTED = 30
LONGEST_LINE, LONGEST_COMMENT, LONGEST_PLACE = 200, 2000, 20_000
WIDTH = 268

Update = dict[str, Any]
Listing = tuple[Update, ...]
"""Updates of `KeepingPanel.listing`."""


@dataclass(frozen=True, slots=True)
class CommentBox:
    """What stands below the conversation while a reader comments on an answer, and which answer that is."""

    row: gr.Row
    comment: gr.Textbox
    close: gr.Button
    turn: gr.State


@dataclass(frozen=True, slots=True)
class KeepingPanel:
    """The components of the list.

    `current` holds the id of the conversation shown, for the page's script, which keeps it in the address. The script
    writes into `opening` which one to show, and into `pointing` what was said of a citation.
    """

    sidebar: gr.Sidebar
    new: gr.Button
    search: gr.Textbox
    conversations: gr.Radio
    note: gr.Markdown
    more: gr.Button
    tools: gr.Row
    rename: gr.Button
    delete: gr.Button
    renaming: gr.Column
    title: gr.Textbox
    save: gr.Button
    unsave: gr.Button
    deleting: gr.Column
    confirm: gr.Button
    leave: gr.Button
    current: gr.Markdown
    opening: gr.Textbox
    pointing: gr.Textbox
    limit: gr.State

    @property
    def listing(self) -> list[Any]:
        """What a look at the kept conversations sets."""
        return [
            self.conversations, self.note, self.more, self.tools, self.renaming, self.deleting, self.current,
        ]  # fmt: skip


def keeping_panel(words: gr.I18n) -> KeepingPanel:
    """The folded list, made where Gradio is building; the page's script unfolds it where there is room."""
    parts: dict[str, Any] = {}
    with gr.Sidebar(words("keeping"), open=False, width=WIDTH, elem_id="as-keeping") as parts["sidebar"]:
        parts["new"] = gr.Button(words("new_conversation"), variant="primary", size="md", elem_id="as-new")
        parts["search"] = _line(words, "search_conversations", "as-search-kept")
        # What no event takes as its input is not interactive by itself; the choice comes with the event.
        parts["conversations"] = gr.Radio(
            [], label=words("conversations_kept"), interactive=True, elem_id="as-kept", container=False
        )
        parts["note"] = gr.Markdown(elem_id="as-kept-note", container=False)
        parts["more"] = gr.Button(words("conversations_more"), size="sm", visible=False, elem_id="as-more-kept")
        parts |= _tools(words)
    for name in ("opening", "pointing"):
        parts[name] = gr.Textbox(
            elem_id=f"as-{name}", visible="hidden", show_label=False, container=False, max_length=LONGEST_PLACE
        )
    current = gr.Markdown(elem_id="as-current", visible="hidden", container=False)
    return KeepingPanel(**parts, current=current, limit=gr.State(LISTED))


def _tools(words: gr.I18n) -> dict[str, Any]:
    """What renames and deletes the conversation that is shown."""
    parts: dict[str, Any] = {}
    with gr.Row(visible=False, elem_id="as-kept-tools") as parts["tools"]:
        parts["rename"] = gr.Button(words("rename"), size="sm", elem_id="as-rename")
        parts["delete"] = gr.Button(words("delete"), size="sm", elem_id="as-delete")
    with gr.Column(visible=False, elem_id="as-renaming") as parts["renaming"]:
        parts["title"] = _line(words, "new_title", "as-new-title")
        with gr.Row():
            parts["save"] = gr.Button(words("save"), variant="primary", size="sm", elem_id="as-save-title")
            parts["unsave"] = gr.Button(words("cancel"), size="sm")
    with gr.Column(visible=False, elem_id="as-deleting") as parts["deleting"]:
        gr.Markdown(words("delete_really"), container=False)
        with gr.Row():
            parts["confirm"] = gr.Button(words("delete_confirm"), variant="stop", size="sm", elem_id="as-delete-now")
            parts["leave"] = gr.Button(words("cancel"), size="sm")
    return parts


def comment_box(words: gr.I18n) -> CommentBox:
    """The box for a comment, made where Gradio is building; hidden until a reader judges an answer."""
    with gr.Row(visible=False, elem_id="as-commenting") as row:
        comment = gr.Textbox(
            label=words("comment"),
            placeholder=words("comment"),
            max_length=LONGEST_COMMENT,
            show_label=False,
            container=False,
            scale=5,
            submit_btn=True,
            elem_id="as-comment",
        )
        close = gr.Button(words("cancel"), size="sm", scale=1, min_width=72, elem_id="as-comment-close")
    return CommentBox(row, comment, close, gr.State(-1))


def _line(words: gr.I18n, name: str, identity: str) -> gr.Textbox:
    return gr.Textbox(
        label=words(name),
        placeholder=words(name),
        show_label=False,
        container=False,
        lines=1,
        max_lines=1,
        max_length=LONGEST_LINE,
        elem_id=identity,
    )


class KeepingHandlers:
    """What the events of the list do; every method can be called without a browser."""

    def __init__(self, store: Conversations | None, live: LiveIndex, remembered: Remembered | None = None) -> None:
        self._store = store
        self._live = live
        self._remembered = Remembered() if remembered is None else remembered

    @property
    def on(self) -> bool:
        """Whether conversations are kept."""
        return self._store is not None

    def chat(self, request: gr.Request) -> ChatKeeping:
        """The conversations of whoever asks."""
        return ChatKeeping(self._store, self._live, owner_of(request), self._remembered)

    def listed(
        self, conversation: Conversation, search: str, limit: int, texts: PageTexts, request: gr.Request
    ) -> Listing:
        """The kept conversations that hold the words searched for, the one shown marked, and what can be done to it."""
        if not self.on:
            listing = _listing((), texts.keeping_off, conversation, more=False)
            return (*listing[:-1], gr.update(value=conversation.id or NEW))
        try:
            found = self.chat(request).summaries(search, limit + 1)
        except AskSpeechError as error:
            return _listing((), told(error, texts), conversation, more=False)
        unfound = texts.conversations_unfound if search.strip() else texts.conversations_none
        listing = _listing(found[:limit], "" if found else unfound, conversation, more=len(found) > limit)
        # Below what was found, they would seem to be about it.
        elsewhere = bool(search.strip()) and conversation.id not in [one.id for one in found[:limit]]
        return (*listing[:3], gr.update(visible=False), *listing[4:]) if elsewhere else listing

    def renaming(self, conversation: Conversation, request: gr.Request) -> tuple[Update, Update, Update]:
        """The box for a new title with the one that it has; what asks about deleting goes."""
        try:
            title = self.chat(request).title(conversation)
        except AskSpeechError as error:
            warn(told(error, texts_for(request)))
            return gr.skip(), gr.skip(), gr.skip()
        return gr.update(visible=True), gr.update(value=title), gr.update(visible=False)

    def renamed(self, title: str, conversation: Conversation, request: gr.Request) -> None:
        """Keep the conversation under that title; a warning says where that cannot be."""
        try:
            self.chat(request).rename(conversation, title)
        except AskSpeechError as error:
            warn(told(error, texts_for(request)))

    def deleted(self, conversation: Conversation, request: gr.Request) -> bool:
        """Delete what is kept of the conversation; False, with a warning, where that cannot be."""
        try:
            self.chat(request).delete(conversation)
        except AskSpeechError as error:
            warn(told(error, texts_for(request)))
            return False
        return True

    def known(self, conversation: Conversation, current: str, request: gr.Request) -> Conversation:
        """The page's conversation; where the server has started since and forgotten it, what is kept of it."""
        if conversation.exchanges or current in ("", NEW):
            return conversation
        try:
            return self.chat(request).restored(current)
        except AskSpeechError:
            # It was deleted, or cannot be read, which the list says: what is asked now begins a new one.
            return conversation

    def judged(self, conversation: Conversation, judgement: Judgement, request: gr.Request) -> Conversation:
        """The conversation with that judgement kept; as it was, with a warning, where that cannot be."""
        try:
            return self.chat(request).judge(conversation, judgement)
        except AskSpeechError as error:
            warn(told(error, texts_for(request)))
            return conversation


def _listing(found: Sequence[KeptSummary], note: str, conversation: Conversation, *, more: bool) -> Listing:
    there = conversation.id in [summary.id for summary in found]
    kept = bool(conversation.id) and any(exchange.kept for exchange in conversation.exchanges)
    return (
        gr.update(
            choices=[(_shown(summary), summary.id) for summary in found],
            value=conversation.id if there else None,
            visible=bool(found),
        ),
        gr.update(value=escape(note), visible=bool(note)),
        gr.update(visible=more),
        gr.update(visible=kept),
        gr.update(visible=False),
        gr.update(visible=False),
        gr.update(value=conversation.id if kept else NEW),
    )


def _shown(summary: KeptSummary) -> str:
    """A conversation in the list: its title, and below it when its latest question was asked."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.changed_at))
    return f"{one_line(summary.title)}\n{when}"


def thumb(liked: bool | str) -> Verdict:
    """The verdict of a thumb that was pressed; none for one that was taken back."""
    if isinstance(liked, str):
        return ""
    return "good" if liked else "bad"


def pointed(said: str) -> Judgement | None:
    """What the page's script says of a citation or an answer; None for what it never says."""
    try:
        message = json.loads(said)
        turn, citation, verdict = message["turn"], message.get("citation"), message.get("verdict", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    judgement = Judgement(turn, verdict, citation=citation)
    numbers = isinstance(turn, int) and isinstance(citation, int | None)
    return judgement if numbers and isinstance(verdict, str) and judgement.allowed else None


def warn(words: str) -> None:
    """Show what went wrong for a while."""
    gr.Warning(escape(words))
