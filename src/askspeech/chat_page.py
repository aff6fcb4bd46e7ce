"""The page for asking: its events, and what they show."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from askspeech.answer_tools import (
    ToolHandlers,
    picked,
)
from askspeech.chat import Conversation, answered
from askspeech.chat_keeping import Remembered
from askspeech.chat_parts import ChatParts, chat_parts
from askspeech.conversations import Conversations
from askspeech.errors import AskSpeechError, QuestionError
from askspeech.filter_panel import FilterHandlers, chosen_filters
from askspeech.keeping_events import KeepingEvents, KeptParts, connect_keeping
from askspeech.keeping_panel import KeepingHandlers
from askspeech.live_index import LiveIndex, Status
from askspeech.questions import checked_question
from askspeech.rendering import language_of, note_html, welcome_html
from askspeech.running import RunningAnswer, RunningAnswers, with_news
from askspeech.showing import BUSY, IDLE, UNCHANGED, Shown, Update, empty, shown, sources_of, texts_for
from askspeech.site import Site, Stock
from askspeech.texts import PageTexts
from askspeech.welcoming import Unready

__all__ = ["Handlers", "build_chat"]

EXAMPLES_SHOWN = 4


def build_chat(page: gr.Blocks, words: gr.I18n, site: Site) -> None:
    """Make the page for asking and connect its events, where Gradio is building."""
    parts = chat_parts(words)
    _connect(page, parts, Handlers(site.live, site.build_command, site.kept, site.remembered, site.running, site.stock))


def _connect(page: gr.Blocks, parts: ChatParts, handlers: "Handlers") -> None:
    kept = KeptParts(parts.chatbot, parts.sources, parts.question, parts.conversation)
    opening = [parts.chatbot, parts.sources, parts.looking]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    loaded = page.load(handlers.opened, parts.conversation, opening, **quiet)
    parts.looking.tick(handlers.opened, parts.conversation, opening, **quiet)

    known = [parts.conversation, parts.keeping.current]
    ways = [*parts.filters.dropdowns, parts.quotations]
    answering = [
        parts.question.submit(handlers.asked, [parts.question, *known, *ways], kept.all, **quiet),
        parts.chatbot.example_select(handlers.picked, [*known, *ways], kept.all, **quiet),
        parts.chatbot.option_select(handlers.picked, [*known, *ways], kept.all, **quiet),
        parts.tools.retry.click(handlers.again, [*known, *ways], kept.all, **quiet),
        parts.tools.literally.click(handlers.literally, [*known, *ways], kept.all, **quiet),
    ]
    failed = [event.failure(handlers.failed, parts.conversation, kept.all, queue=False, **quiet) for event in answering]
    parts.tools.edit.click(handlers.edited, known, kept.all, queue=False, **quiet)
    parts.earlier.click(handlers.earlier, known, kept.all, queue=False, **quiet)
    parts.tools.unedit.click(handlers.unedited, known, kept.all, queue=False, **quiet)
    gr.on([page.load, parts.looking.tick], handlers.tools.switches, None, parts.quotations, **quiet)
    page.unload(handlers.left)
    # Gradio's own `cancels` would let updates of the cancelled event come after what these show.
    cleared = parts.chatbot.clear(handlers.cleared, None, kept.all, queue=False, **quiet)
    parts.question.stop(handlers.stopped, parts.conversation, kept.all, queue=False, **quiet)
    _connect_filters(page, parts, handlers)
    changes = (loaded, *failed, cleared)
    opened = connect_keeping(parts.keeping, parts.comments, kept, handlers.keeping, handlers.kept, changes)
    panel, listed = parts.filters, parts.keeping
    offered = [*panel.dropdowns, panel.generation]
    # Together: each event costs the server about as much as a tenth of an answer.
    for event in answering:
        event.then(
            handlers.over,
            [parts.conversation, listed.search, listed.limit, panel.generation, *panel.dropdowns],
            [parts.question, *listed.listing, *offered, panel.accordion],
            **quiet,
        )
    for event in opened:
        event.then(handlers.refiltered, parts.conversation, [*offered, panel.accordion], **quiet)


def _connect_filters(page: gr.Blocks, parts: ChatParts, handlers: "Handlers") -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    panel = parts.filters
    dropdowns = list(panel.dropdowns)
    # A new index is noticed by questions (`Handlers.over`), and when the panel is opened.
    filled = (handlers.filled, [panel.generation, *dropdowns], [*dropdowns, panel.generation, panel.accordion])
    gr.on([page.load, parts.looking.tick, panel.accordion.expand], *filled, **quiet)
    # What changes several at once says the heading itself: an event of each, and the last to be answered need not have
    # seen all of them.
    gr.on([one.input for one in dropdowns], handlers.labelled, dropdowns, panel.accordion, queue=False, **quiet)
    panel.clear.click(handlers.cleared_filters, None, [*dropdowns, panel.accordion], queue=False, **quiet)
    filled_by_link = [parts.question, *dropdowns, panel.generation, panel.accordion]
    # In the queue, or a warning would not arrive.
    parts.linked.change(handlers.linked, parts.linked, filled_by_link, **quiet)


class Handlers:
    """What the page's events do; every method can be called without a browser."""

    def __init__(
        self,
        live: LiveIndex,
        build_command: str,
        kept: Conversations | None = None,
        remembered: Remembered | None = None,
        running: RunningAnswers | None = None,
        stock: Stock | None = None,
    ) -> None:
        self._live = live
        self._unready = Unready(build_command, stock)
        self._running = RunningAnswers() if running is None else running
        self._known_examples: dict[tuple[str, str], list[str]] = {}
        self.filters = FilterHandlers(live)
        self.tools = ToolHandlers(live, self.filters)
        self.keeping = KeepingHandlers(kept, live, remembered)
        self.kept = KeepingEvents(self.keeping, live, self._running)

    def opened(self, request: gr.Request, conversation: Conversation | None = None) -> tuple[Update, Update, Update]:
        """The empty page: example questions, or what is missing; the timer runs until there is an index."""
        texts = texts_for(request)
        status = self._live.status()
        examples = self._examples(texts) if status.ready else []
        chatbot = gr.update(
            placeholder=self._welcome(status, request),
            examples=[{"text": question} for question in examples],
        )
        sources = note_html(texts.sources_empty) if status.ready else ""
        shows_answer = conversation is not None and bool(conversation.exchanges)
        return chatbot, gr.skip() if shows_answer else gr.update(value=sources), gr.update(active=not status.ready)

    def _examples(self, texts: PageTexts) -> list[str]:
        try:
            index, language = self._live.current().index, language_of(texts)
            examples = self._known_examples.get((index.generation, language))
            if examples is None:
                # They are made of all headings that there are: not anew for every page that is opened.
                examples = index.example_questions(EXAMPLES_SHOWN, language)
                same = {known: one for known, one in self._known_examples.items() if known[0] == index.generation}
                self._known_examples = {**same, (index.generation, language): examples}
            return examples
        except AskSpeechError:
            # The index went between two looks; the timer of the page will say so.
            return []

    def _welcome(self, status: Status, request: gr.Request) -> str:
        if not status.ready:
            return self._unready.html(status, request)
        texts = texts_for(request)
        return welcome_html(texts.welcome, texts.welcome_examples)

    def labelled(self, request: gr.Request, *chosen: object) -> Update:
        """The heading of the filters."""
        return self.filters.labelled(texts_for(request), *chosen)

    def asked(
        self, question: str, conversation: Conversation, current: str, request: gr.Request, *chosen: object
    ) -> Iterator[Shown]:
        """As `ask`, in the conversation of that id where the server has forgotten which one the page shows."""
        yield from self.ask(question, self.keeping.known(conversation, current, request), request, *chosen)

    def picked(
        self, choice: gr.SelectData, conversation: Conversation, current: str, request: gr.Request, *chosen: object
    ) -> Iterator[Shown]:
        """Ask the question that was picked; what is being typed stays in the box."""
        conversation = replace(self.keeping.known(conversation, current, request), editing=False)
        yield from self.ask(picked(choice), conversation, request, *chosen, typed=False)

    def again(
        self, conversation: Conversation, current: str, request: gr.Request, *chosen: object, literal: bool = False
    ) -> Iterator[Shown]:
        """Ask the latest question again in its own place, under what is chosen now."""
        conversation = self.keeping.known(conversation, current, request)
        latest = conversation.exchanges[-1] if conversation.exchanges else None
        if latest is None or latest.running:
            yield UNCHANGED
            return
        conversation, literal = replace(conversation, editing=True), literal or latest.literal
        yield from self.ask(latest.question, conversation, request, *chosen, typed=False, literal=literal)

    def literally(
        self, conversation: Conversation, current: str, request: gr.Request, *chosen: object
    ) -> Iterator[Shown]:
        """Ask the latest question again as it was typed, without the conversation and without a rewrite."""
        yield from self.again(conversation, current, request, *chosen, literal=True)

    def edited(self, conversation: Conversation, current: str, request: gr.Request) -> Shown:
        """The latest question in the box, to be changed."""
        return self.tools.edited(self.keeping.known(conversation, current, request), texts_for(request))

    def unedited(self, conversation: Conversation, current: str, request: gr.Request) -> Shown:
        """The latest question stays as it is."""
        return self.tools.unedited(self.keeping.known(conversation, current, request), texts_for(request))

    def earlier(self, conversation: Conversation, current: str, request: gr.Request) -> Shown:
        """More of the exchanges that have been folded away."""
        return self.tools.earlier(self.keeping.known(conversation, current, request), texts_for(request))

    def filled(self, generation: str, request: gr.Request, *chosen: object) -> tuple[Any, ...]:
        """What the filters offer, once there is an index and when there is a newer one."""
        texts = texts_for(request)
        filled = self.tools.filled(generation, texts, chosen)
        return *filled, self.filters.heading(texts, filled)

    def over(
        self, conversation: Conversation, search: str, limit: int, generation: str, request: gr.Request, *chosen: object
    ) -> tuple[Any, ...]:
        """What follows an answer: the box takes the next question, the kept conversations, what the filters offer.

        Not before the answer's event is over: Gradio drops what is sent from the box until then.
        """
        box = gr.skip() if conversation.running else gr.update(**IDLE)
        listed = self.kept.listed(conversation, search, limit, request)
        return box, *listed, *self.filled(generation, request, *chosen)

    def cleared_filters(self, request: gr.Request) -> tuple[Any, ...]:
        """Filters of which nothing is chosen."""
        cleared = self.filters.cleared()
        return *cleared, self.filters.heading(texts_for(request), cleared)

    def linked(self, link: str, request: gr.Request) -> tuple[Any, ...]:
        """The question and the filters of the link that the page was opened with."""
        texts = texts_for(request)
        question, *filled = self.tools.linked(link, texts)
        return question, *filled, self.filters.heading(texts, filled)

    def refiltered(self, conversation: Conversation, request: gr.Request) -> tuple[Any, ...]:
        """The filters of the conversation that has been opened."""
        texts = texts_for(request)
        filled = self.tools.restored(conversation, texts)
        return *filled, self.filters.heading(texts, filled)

    def ask(
        self,
        question: str,
        conversation: Conversation,
        request: gr.Request,
        *chosen: object,
        typed: bool = True,
        literal: bool = False,
    ) -> Iterator[Shown]:
        """Answer a question under the chosen filters; yields what to show after every event of the answer.

        Nothing changes where nothing was typed; what is no question stays in the box, and the page says why.

        Args:
            question: what is asked.
            conversation: the one that it is asked in; the question takes the place of the one that is being edited.
            request: of whom.
            chosen: the values of the filters, and whether the chat model is left out.
            typed: whether it stands in the box, which is then emptied.
            literal: whether it is asked as it was typed, without the conversation and without a rewrite.
        """
        texts = texts_for(request)
        if not question.strip():
            yield UNCHANGED
            return
        try:
            question, filters = checked_question(question), chosen_filters(chosen)
        except QuestionError as error:
            yield shown(conversation.refused(error.words), texts)
            return
        if first := self._first_to_do(request):
            gr.Warning(first)
            yield UNCHANGED
            return
        named, quotations = self.filters.named(filters), True in chosen
        conversation = self.keeping.chat(request).begun(
            conversation.asked(question, filters, named, time.time(), literal=literal, quotations=quotations)
        )
        box = BUSY | {"value": ""} if typed else BUSY
        yield shown(conversation, texts, box=box, sources=note_html(texts.searching))
        yield from self._answering(conversation, request)

    def _first_to_do(self, request: gr.Request) -> str:
        """What has to be done before anything can be asked, for whoever can do it; empty where there is nothing."""
        if self._unready.is_being_made(self._live):
            return texts_for(request).start_not_yet
        return self._unready.first_step(self._live, request)

    def _answering(self, conversation: Conversation, request: gr.Request) -> Iterator[Shown]:
        """What to show after every event of the answer to the latest question, which is kept however it ends."""
        texts, keeping = texts_for(request), self.keeping.chat(request)
        running = RunningAnswer(answered(conversation.exchanges[-1], conversation.history(), self._live))
        with self._running.running(str(request.session_hash), running):
            try:
                for latest, cited in with_news(running.follow()):
                    conversation = conversation.with_latest(latest)
                    if not latest.running:
                        continue  # once it has been kept it is shown, below; every update costs a tenth of an answer
                    # The box each time: where updates come quickly one after the other, the page may drop the first.
                    sources = sources_of(conversation, self._live, texts) if cited else None
                    yield shown(conversation, texts, box=BUSY, sources=sources)
            except GeneratorExit:
                # The page was left or loaded again, or its connection broke.
                keeping.keep(conversation.ended("stopped", texts.cut_off))
                raise
            if running.ending == "cleared":
                keeping.keep(conversation.ended("stopped"))
                yield empty(texts)
            else:
                notice = texts.cut_off if running.ending == "left" else ""
                ended = conversation.ended("stopped", notice) if running.ending else conversation
                yield self._ended(ended, request, BUSY)

    def stopped(self, conversation: Conversation, request: gr.Request) -> Shown:
        """Stop the running answer, whose own last update shows it as stopped; without one, the page waits no more."""
        if self._running.end(str(request.session_hash), "stopped"):
            return UNCHANGED
        return self._ended(conversation.ended("stopped"), request)

    def left(self, request: gr.Request) -> None:
        """End the running answer of a page that is there no more; what there is of it is kept."""
        self._running.end(str(request.session_hash), "left")

    def cleared(self, request: gr.Request) -> Shown:
        """An empty conversation; a running answer is ended."""
        self._running.end(str(request.session_hash), "cleared")
        return empty(texts_for(request))

    def failed(self, conversation: Conversation, request: gr.Request) -> Shown:
        """The conversation once its answer is over: where it is still running, an unforeseen error ended it."""
        return self._ended(conversation.ended("failed"), request)

    def _ended(self, conversation: Conversation, request: gr.Request, box: Update = IDLE) -> Shown:
        texts, conversation = texts_for(request), self.keeping.chat(request).keep(conversation)
        sources = sources_of(conversation, self._live, texts) if conversation.exchanges else None
        return shown(conversation, texts, box=box, sources=sources)
