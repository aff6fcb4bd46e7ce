"""The chat page: Gradio components, their events, and what the events show.

The conversation is Gradio's chatbot, the sources are a Markdown component; both get HTML made by `askspeech.rendering`.
(Gradio's HTML component compiles its content with `new Function`, which our content security policy forbids.) What
Gradio has no component for, the reader beside the page, is `static/page.js`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from askspeech.answer_rendering import answer_html
from askspeech.chat import Conversation, Exchange, answered
from askspeech.errors import AskSpeechError, QuestionError
from askspeech.filter_panel import FilterHandlers, FilterPanel, chosen_filters, filter_panel
from askspeech.live_index import LiveIndex, Status
from askspeech.questions import checked_question
from askspeech.rendering import (
    escape,
    filters_html,
    note_html,
    problem_html,
    question_html,
    sources_html,
    welcome_html,
)
from askspeech.running import RunningAnswer, RunningAnswers
from askspeech.texts import CHINESE, PageTexts, language_of_reader, page_texts, translations

__all__ = ["STATIC_PATH", "build_page", "page_head", "page_i18n", "page_theme"]

STATIC_PATH = "static/askspeech"
EXAMPLES_SHOWN = 4
CONCURRENT_ANSWERS = 4
WAITING_QUESTIONS = 64
SECONDS_BETWEEN_LOOKS = 2.0
FONTS = ("system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")

BUSY: dict[str, Any] = {"submit_btn": False, "stop_btn": True}
IDLE: dict[str, Any] = {"submit_btn": True, "stop_btn": False}

Update = dict[str, Any]
"""What an event sets a component's properties to, or Gradio's mark for "leave it as it is"."""
Shown = tuple[Update, Update, Update, Conversation | Update]
"""Updates of the conversation, the sources and the question box; then the conversation itself."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read and change."""

    chatbot: gr.Chatbot
    question: gr.Textbox
    sources: gr.Markdown
    conversation: gr.State
    looking: gr.Timer
    filters: FilterPanel


def build_page(live: LiveIndex, build_command: str) -> gr.Blocks:
    """The page as Gradio blocks.

    Args:
        live: the index to answer from.
        build_command: the command that builds an index, shown where there is none.
    """
    page: gr.Blocks = gr.Blocks(title=f"{CHINESE.title} AskSpeech", analytics_enabled=False, fill_width=True)
    with page:
        parts = _components(page_i18n())
        _connect(page, parts, Handlers(live, build_command))
    page.queue(default_concurrency_limit=CONCURRENT_ANSWERS, max_size=WAITING_QUESTIONS, api_open=False)
    return page


def _components(words: gr.I18n) -> Parts:
    with gr.Row(elem_id="as-head"):
        gr.Markdown(words("title"), elem_id="as-title", container=False)
        gr.Markdown(words("subtitle"), elem_id="as-subtitle", container=False)
    with gr.Row(elem_id="as-columns"):
        with gr.Column(scale=3, min_width=300, elem_id="as-left"):
            chatbot, filters, question = _chatbot(words), filter_panel(words), _question_box(words)
        with gr.Column(scale=2, min_width=300, elem_id="as-right"):
            gr.Markdown(words("sources"), elem_id="as-sources-title", container=False)
            sources = gr.Markdown(elem_id="as-sources", latex_delimiters=[], sanitize_html=True, container=False)
    looking = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
    return Parts(chatbot, question, sources, gr.State(Conversation()), looking, filters)


def _chatbot(words: gr.I18n) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="as-chat",
        label=words("conversation"),
        show_label=False,
        container=False,
        height=None,
        layout="bubble",
        buttons=[],
        feedback_options=None,
        latex_delimiters=[],
        sanitize_html=True,
        allow_tags=False,
        line_breaks=False,
        allow_file_downloads=False,
        group_consecutive_messages=False,
    )


def _question_box(words: gr.I18n) -> gr.Textbox:
    return gr.Textbox(
        elem_id="as-ask",
        label=words("question"),
        placeholder=words("question_placeholder"),
        show_label=False,
        lines=1,
        max_lines=6,
        autofocus=True,
        submit_btn=True,
        stop_btn=False,
    )


def _connect(page: gr.Blocks, parts: Parts, handlers: "Handlers") -> None:
    shown = [parts.chatbot, parts.sources, parts.question, parts.conversation]
    opening = [parts.chatbot, parts.sources, parts.looking]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    page.load(handlers.opened, None, opening, **quiet)
    parts.looking.tick(handlers.opened, None, opening, **quiet)

    asking = [parts.question, parts.conversation, *parts.filters.dropdowns]
    asked = parts.question.submit(handlers.ask, asking, shown, **quiet)
    picked = parts.chatbot.example_select(_picked, None, parts.question, queue=False, **quiet)
    picked_asked = picked.then(handlers.ask, asking, shown, **quiet)
    for event in (asked, picked_asked):
        event.failure(handlers.failed, parts.conversation, shown, queue=False, **quiet)
    # Gradio's own `cancels` would let updates of the cancelled event come after what these show.
    parts.chatbot.clear(handlers.cleared, None, shown, queue=False, **quiet)
    parts.question.stop(handlers.stopped, parts.conversation, shown, queue=False, **quiet)
    _connect_filters(page, parts, handlers, (asked, picked_asked))


def _connect_filters(page: gr.Blocks, parts: Parts, handlers: "Handlers", asked: Sequence[Dependency]) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    panel = parts.filters
    dropdowns = list(panel.dropdowns)
    # A new index is noticed by questions, and when the panel is opened.
    filled = (handlers.filters.filled, [panel.generation, *dropdowns], [*dropdowns, panel.generation])
    gr.on([page.load, parts.looking.tick, panel.accordion.expand], *filled, **quiet)
    for event in asked:
        event.then(*filled, **quiet)
    changes = [dropdown.change for dropdown in dropdowns]
    gr.on(changes, handlers.labelled, dropdowns, panel.accordion, queue=False, **quiet)
    panel.clear.click(handlers.filters.cleared, None, dropdowns, queue=False, **quiet)


def _picked(choice: gr.SelectData) -> str:
    return str(choice.value["text"])


class Handlers:
    """What the page's events do; every method can be called without a browser."""

    def __init__(self, live: LiveIndex, build_command: str) -> None:
        self._live = live
        self._build_command = build_command
        self._running = RunningAnswers()
        self.filters = FilterHandlers(live)

    def opened(self, request: gr.Request) -> tuple[Update, Update, Update]:
        """The empty page: example questions, or what is missing; the timer runs until there is an index."""
        texts = _texts(request)
        status = self._live.status()
        examples = self._examples() if status.ready else []
        chatbot = gr.update(
            placeholder=self._welcome(status, texts),
            examples=[{"text": question} for question in examples],
        )
        sources = note_html(texts.sources_empty) if status.ready else ""
        return chatbot, gr.update(value=sources), gr.update(active=not status.ready)

    def _examples(self) -> list[str]:
        try:
            return self._live.current().index.example_questions(EXAMPLES_SHOWN)
        except AskSpeechError:
            # The index went between two looks; the timer of the page will say so.
            return []

    def _welcome(self, status: Status, texts: PageTexts) -> str:
        if status.ready:
            return welcome_html(texts.welcome, texts.welcome_examples)
        if status.missing:
            return welcome_html(texts.no_index, texts.missing_index, command=self._build_command)
        return welcome_html(texts.no_index, status.message)

    def labelled(self, request: gr.Request, *chosen: object) -> Update:
        """The heading of the filters."""
        return self.filters.labelled(_texts(request), *chosen)

    def ask(self, question: str, conversation: Conversation, request: gr.Request, *chosen: object) -> Iterator[Shown]:
        """Answer a question under the chosen filters; yields what to show after every event of the answer.

        Nothing changes where nothing was typed; what is no question stays in the box, and the page says why.
        """
        texts = _texts(request)
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        try:
            question, filters = checked_question(question), chosen_filters(chosen)
        except QuestionError as error:
            yield _shown(conversation.refused(str(error)), texts)
            return
        conversation = conversation.asked(question, filters, self.filters.named(filters))
        yield _shown(conversation, texts, box=BUSY | {"value": ""}, sources=note_html(texts.searching))
        running = RunningAnswer(answered(conversation.exchanges[-1], conversation.history(), self._live))
        with self._running.running(str(request.session_hash), running):
            for latest, cited in _with_news(running.follow()):
                conversation = conversation.with_latest(latest)
                # The box each time: where updates come quickly one after the other, the page may drop the first.
                yield _shown(conversation, texts, box=BUSY, sources=self._sources(latest, texts) if cited else None)
            if running.ending == "cleared":
                yield _empty(texts)
            else:
                yield self._ended(conversation.ended("stopped") if running.ending else conversation, texts)

    def stopped(self, conversation: Conversation, request: gr.Request) -> Shown:
        """Stop the running answer, whose own last update shows it as stopped; without one, the page waits no more."""
        if self._running.end(str(request.session_hash), "stopped"):
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        return self._ended(conversation.ended("stopped"), _texts(request))

    def cleared(self, request: gr.Request) -> Shown:
        """An empty conversation; a running answer is ended."""
        self._running.end(str(request.session_hash), "cleared")
        return _empty(_texts(request))

    def failed(self, conversation: Conversation, request: gr.Request) -> Shown:
        """The conversation once its answer is over: where it is still running, an unforeseen error ended it."""
        return self._ended(conversation.ended("failed"), _texts(request))

    def _ended(self, conversation: Conversation, texts: PageTexts) -> Shown:
        sources = self._sources(conversation.exchanges[-1], texts) if conversation.exchanges else None
        return _shown(conversation, texts, box=IDLE, sources=sources)

    def _sources(self, exchange: Exchange, texts: PageTexts) -> str:
        if not exchange.view.citations:
            return note_html(texts.searching if exchange.running else texts.sources_none)
        try:
            return sources_html(exchange.view.citations, self._live.current().index.source_text, texts)
        except AskSpeechError as error:
            return note_html(str(error))


def _with_news(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, bool]]:
    """Each exchange, and whether it has more citations than the one before."""
    known = 0
    for exchange in exchanges:
        cited = len(exchange.view.citations)
        yield exchange, cited > known
        known = cited


def _empty(texts: PageTexts) -> Shown:
    return _shown(Conversation(), texts, box=IDLE, sources=note_html(texts.sources_empty))


def _shown(
    conversation: Conversation, texts: PageTexts, *, box: Mapping[str, Any] | None = None, sources: str | None = None
) -> Shown:
    """What an event sets: the conversation, and the question box and the sources where they change."""
    return (
        gr.update(value=messages(conversation, texts)),
        gr.skip() if sources is None else gr.update(value=sources),
        gr.skip() if box is None else gr.update(**box),
        conversation,
    )


def messages(conversation: Conversation, texts: PageTexts) -> list[dict[str, str]]:
    """A conversation as the messages of Gradio's chatbot."""
    shown = [message for exchange in conversation.exchanges for message in _messages(exchange, texts)]
    refusal = problem_html(conversation.refusal)
    return [*shown, {"role": "assistant", "content": refusal}] if conversation.refusal else shown


def _messages(exchange: Exchange, texts: PageTexts) -> Iterator[dict[str, str]]:
    yield {"role": "user", "content": question_html(exchange.question)}
    content = problem_html(exchange.problem) if exchange.problem else answer_html(exchange.view, texts)
    yield {"role": "assistant", "content": filters_html(exchange.filtered_by, texts) + content}


def _texts(request: gr.Request) -> PageTexts:
    return page_texts(language_of_reader(request.headers.get("accept-language")))


def page_i18n() -> gr.I18n:
    """The page's words for Gradio, which chooses by the browser's language."""
    words = translations()
    return gr.I18n(**words, **{"zh-CN": words["zh"], "zh-TW": words["zh"]})


def page_theme() -> gr.themes.Base:
    """The page's look: fonts of the reader's own machine, nothing loaded from elsewhere."""
    return gr.themes.Base(
        primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=("ui-monospace", "Menlo", "monospace")
    )


def page_head() -> str:
    """What the page's head loads: our style sheet, our script, and the words that the script shows."""
    words = escape(json.dumps(translations(), ensure_ascii=False))
    return (
        f'<link rel="stylesheet" href="{STATIC_PATH}/page.css">'
        f'<meta name="askspeech-words" content="{words}">'
        f'<script src="{STATIC_PATH}/page.js" defer></script>'
    )
