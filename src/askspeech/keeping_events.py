"""What the page does with kept conversations: which events there are, and what each shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.events import Dependency

from askspeech.chat import Conversation
from askspeech.errors import AskSpeechError
from askspeech.keeping import Judgement
from askspeech.keeping_panel import (
    LISTED,
    NEW,
    CommentBox,
    KeepingHandlers,
    KeepingPanel,
    Listing,
    pointed,
    thumb,
)
from askspeech.live_index import LiveIndex
from askspeech.running import RunningAnswers
from askspeech.showing import IDLE, Shown, Update, empty, messages, shown, sources_of, texts_for, thumbs

__all__ = ["KeepingEvents", "KeptParts", "connect_keeping"]

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class KeptParts:
    """The components that are changed when another conversation is shown, in the order of `Shown`."""

    chatbot: gr.Chatbot
    sources: gr.Markdown
    question: gr.Textbox
    conversation: gr.State

    @property
    def all(self) -> list[Any]:
        """The components, in their order."""
        return [self.chatbot, self.sources, self.question, self.conversation]


class KeepingEvents:
    """What the events show; every method can be called without a browser."""

    def __init__(self, keeping: KeepingHandlers, live: LiveIndex, running: RunningAnswers) -> None:
        self._keeping = keeping
        self._live = live
        self._running = running

    def listed(self, conversation: Conversation, search: str, limit: int, request: gr.Request) -> Listing:
        """The list of kept conversations."""
        return self._keeping.listed(conversation, search, limit, texts_for(request), request)

    def searched(self, conversation: Conversation, search: str, request: gr.Request) -> tuple[Update | int, ...]:
        """The list of what was searched for, from its beginning."""
        return (*self.listed(conversation, search, LISTED, request), LISTED)

    def more(
        self, conversation: Conversation, search: str, limit: int, request: gr.Request
    ) -> tuple[Update | int, ...]:
        """A longer list."""
        return (*self.listed(conversation, search, limit + LISTED, request), limit + LISTED)

    def opened(self, said: str, request: gr.Request) -> Shown:
        """The kept conversation that the page's script names; a new one for none."""
        identity = next(iter(said.split()), "")
        if not identity:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        texts = texts_for(request)
        self._running.end(str(request.session_hash), "cleared")
        if identity == NEW:
            return empty(texts)
        try:
            conversation = self._keeping.chat(request).restored(identity)
        except AskSpeechError as error:
            return shown(Conversation(refusal=error.words), texts, box=IDLE, sources="")
        if not conversation.exchanges:
            return (*empty(texts)[:3], conversation)
        return shown(conversation, texts, box=IDLE, sources=sources_of(conversation, self._live, texts))

    def new(self, request: gr.Request) -> Shown:
        """A new conversation."""
        return self.opened(NEW, request)

    def chosen(self, choice: gr.SelectData, request: gr.Request) -> Shown:
        """The conversation chosen in the list."""
        return self.opened(str(choice.value), request)

    def deleted(self, conversation: Conversation, request: gr.Request) -> Shown:
        """A new conversation in place of the one deleted."""
        self._running.end(str(request.session_hash), "cleared")
        if self._keeping.deleted(conversation, request):
            return empty(texts_for(request))
        return gr.skip(), gr.skip(), gr.skip(), gr.skip()

    def liked(
        self, said: gr.LikeData, conversation: Conversation, current: str, request: gr.Request
    ) -> tuple[Update, Conversation | Update, Update, Update, object]:
        """What is thought of an answer, and the box for a comment on it with what was written before."""
        conversation = self._keeping.known(conversation, current, request)
        turn = (said.index if isinstance(said.index, int) else said.index[0]) // 2 + conversation.folded
        verdict = thumb(said.liked)
        before = conversation.judgement(turn)
        comment = before.comment if before and verdict else ""
        chatbot, state, judged = self._judged(conversation, Judgement(turn, verdict, comment), request)
        box = gr.update(visible=judged and bool(verdict))
        return chatbot, state, box, gr.update(value=comment), (conversation.id, turn)

    def commented(
        self, comment: str, place: tuple[str, int], conversation: Conversation, current: str, request: gr.Request
    ) -> tuple[Update, Conversation | Update, Update]:
        """The comment on an answer; the box goes."""
        conversation = self._keeping.known(conversation, current, request)
        identity, turn = place
        before = conversation.judgement(turn)
        if identity != conversation.id or before is None:
            return gr.skip(), gr.skip(), gr.update(visible=False)
        chatbot, state, judged = self._judged(conversation, replace(before, comment=comment.strip()), request)
        return chatbot, state, gr.update(visible=not judged)

    def _judged(
        self, conversation: Conversation, judgement: Judgement, request: gr.Request
    ) -> tuple[Update, Conversation | Update, bool]:
        """Updates of the chatbot and the conversation, and whether the judgement is kept."""
        after = self._keeping.judged(conversation, judgement, request)
        if conversation.running:
            # The running answer's next update is the conversation; it reads the judgements at its end.
            return gr.skip(), gr.skip(), after is not conversation
        texts = texts_for(request)
        chatbot = gr.update(value=messages(after, texts), feedback_value=thumbs(after))
        return chatbot, after, after is not conversation

    def pointed(
        self, said: str, conversation: Conversation, current: str, request: gr.Request
    ) -> tuple[Update, Conversation | Update]:
        """The sources of the answer that was pointed at, with what was said of one of them."""
        conversation = self._keeping.known(conversation, current, request)
        judgement = pointed(said)
        if judgement is None or not 0 <= judgement.turn < len(conversation.exchanges):
            return gr.skip(), gr.skip()
        after = conversation if judgement.citation is None else self._keeping.judged(conversation, judgement, request)
        sources = sources_of(after, self._live, texts_for(request), judgement.turn)
        return gr.update(value=sources), gr.skip() if conversation.running else after


def connect_keeping(
    panel: KeepingPanel,
    comments: CommentBox,
    parts: KeptParts,
    handlers: KeepingHandlers,
    events: KeepingEvents,
    changes: Sequence[Dependency],
) -> tuple[Dependency, ...]:
    """Connect the list and the feedback; the events that show another conversation.

    Args:
        panel: the list's components.
        comments: the box for comments.
        parts: what is shown of a conversation.
        handlers: what the list does.
        events: what the events show.
        changes: after which events the list may be another, those aside that set it themselves.
    """
    looking: tuple[Any, ...] = (events.listed, [parts.conversation, panel.search, panel.limit], panel.listing)
    opening = _opening(panel, comments, parts, events)
    for event in (*changes, *opening):
        event.then(*looking, **QUIET)
    panel.sidebar.expand(*looking, **QUIET)
    longer = [*panel.listing, panel.limit]
    panel.search.change(events.searched, [parts.conversation, panel.search], longer, **QUIET)
    panel.more.click(events.more, [parts.conversation, panel.search, panel.limit], longer, **QUIET)
    renamed = gr.on(
        [panel.save.click, panel.title.submit], handlers.renamed, [panel.title, parts.conversation], None, **QUIET
    )
    renamed.then(*looking, **QUIET)
    _connect_tools(panel, parts, handlers)
    if handlers.on:
        _connect_feedback(panel, comments, parts, events)
    return opening


def _opening(
    panel: KeepingPanel, comments: CommentBox, parts: KeptParts, events: KeepingEvents
) -> tuple[Dependency, ...]:
    """The events that show another conversation."""
    several: dict[str, Any] = QUIET | {"trigger_mode": "multiple"}
    opened = (
        panel.conversations.select(events.chosen, None, parts.all, **several),
        panel.opening.change(events.opened, panel.opening, parts.all, **several),
        panel.new.click(events.new, None, parts.all, **QUIET),
        panel.confirm.click(events.deleted, parts.conversation, parts.all, **QUIET),
    )
    for event in opened:
        event.then(_hidden, None, comments.row, queue=False, **QUIET)
    return opened


def _connect_tools(panel: KeepingPanel, parts: KeptParts, handlers: KeepingHandlers) -> None:
    asking = [panel.renaming, panel.title, panel.deleting]
    panel.rename.click(handlers.renaming, parts.conversation, asking, **QUIET)
    panel.delete.click(
        lambda: (gr.update(visible=True), gr.update(visible=False)),
        None,
        [panel.deleting, panel.renaming],
        queue=False,
        **QUIET,
    )
    panel.unsave.click(_hidden, None, panel.renaming, queue=False, **QUIET)
    panel.leave.click(_hidden, None, panel.deleting, queue=False, **QUIET)


def _connect_feedback(panel: KeepingPanel, comments: CommentBox, parts: KeptParts, events: KeepingEvents) -> None:
    several: dict[str, Any] = QUIET | {"trigger_mode": "multiple"}
    known = [parts.conversation, panel.current]
    liked = [parts.chatbot, parts.conversation, comments.row, comments.comment, comments.turn]
    parts.chatbot.like(events.liked, known, liked, **several)
    comments.comment.submit(
        events.commented,
        [comments.comment, comments.turn, *known],
        [parts.chatbot, parts.conversation, comments.row],
        **QUIET,
    )
    comments.close.click(_hidden, None, comments.row, queue=False, **QUIET)
    panel.pointing.change(events.pointed, [panel.pointing, *known], [parts.sources, parts.conversation], **several)


def _hidden() -> Update:
    return gr.update(visible=False)
