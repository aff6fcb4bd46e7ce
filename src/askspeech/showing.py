"""What the chat page's events show: a conversation as messages, the sources of an answer, the question box."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from askspeech.answer_footer import footer_html
from askspeech.answer_rendering import answer_html
from askspeech.chat import Conversation, Exchange
from askspeech.chat_keeping import SourceTexts
from askspeech.datatypes import Citation
from askspeech.errors import AskSpeechError
from askspeech.live_index import LiveIndex
from askspeech.rendering import (
    Judging,
    comment_html,
    escape,
    filters_html,
    folded_html,
    language_of,
    note_html,
    problem_html,
    question_html,
    said,
    sources_html,
    unkept_html,
)
from askspeech.shown_exchanges import ShownExchanges
from askspeech.telling import told
from askspeech.texts import PageTexts, language_of_reader, page_texts
from askspeech.why_rendering import hit_behind, why_html

__all__ = [
    "BUSY",
    "IDLE",
    "UNCHANGED",
    "Shown",
    "Update",
    "empty",
    "messages",
    "shown",
    "sources_of",
    "texts_for",
    "thumbs",
]

BUSY: dict[str, Any] = {"submit_btn": False, "stop_btn": True}
IDLE: dict[str, Any] = {"submit_btn": True, "stop_btn": False}
THUMBS = {"good": "Like", "bad": "Dislike"}

_SHOWN = ShownExchanges()

Update = dict[str, Any]
"""What an event sets a component's properties to, or Gradio's mark for "leave it as it is"."""
Shown = tuple[Update, Update, Update, Conversation | Update]
"""Updates of the conversation, the sources and the question box; then the conversation itself."""
UNCHANGED: Shown = (gr.skip(), gr.skip(), gr.skip(), gr.skip())


def texts_for(request: gr.Request) -> PageTexts:
    """The page's words for the reader who asks."""
    return page_texts(language_of_reader(request.headers.get("accept-language"), request.headers.get("cookie")))


def empty(texts: PageTexts) -> Shown:
    """A conversation in which nothing has been asked."""
    return shown(Conversation(), texts, box=IDLE, sources=note_html(texts.sources_empty))


def shown(
    conversation: Conversation, texts: PageTexts, *, box: Mapping[str, Any] | None = None, sources: str | None = None
) -> Shown:
    """What an event sets: the conversation, and the question box and the sources where they change.

    The thumbs stay as they are while an answer is running: what is said of an earlier one is known when it is over.
    """
    judged: dict[str, Any] = {} if conversation.running else {"feedback_value": thumbs(conversation)}
    return (
        gr.update(value=messages(conversation, texts), **judged),
        gr.skip() if sources is None else gr.update(value=sources),
        gr.skip() if box is None else gr.update(**box),
        conversation,
    )


def messages(conversation: Conversation, texts: PageTexts) -> list[dict[str, Any]]:
    """A conversation as the messages of Gradio's chatbot, two for each exchange that is not folded away.

    The latest answer has the questions that lead on from it as options, and says when its question is being edited.
    """
    found: list[dict[str, Any]] = []
    for turn, exchange in enumerate(conversation.exchanges[conversation.folded :], conversation.folded):
        judgement = conversation.judgement(turn)
        latest = turn == len(conversation.exchanges) - 1
        comment = judgement.comment if judgement else ""
        found += [*_messages(exchange, comment, texts, latest=latest, place=(conversation.id, turn))]
    if conversation.folded:
        found[0]["content"] = folded_html(conversation.folded) + found[0]["content"]
    if found and conversation.running and conversation.id:
        # The page's script puts it into the address, so that a page that is loaded again finds what was kept.
        found[-1]["content"] += f'<span class="as-home" title="{escape(conversation.id)}"></span>'
    if found and conversation.editing:
        found[-1]["content"] += f'<p class="as-editing">{escape(texts.edit_note)}</p>'
    elif found and conversation.exchanges[-1].suggestions:
        found[-1]["options"] = [{"value": one, "label": one} for one in conversation.exchanges[-1].suggestions]
    refusal = problem_html(said(conversation.refusal, texts))
    return [*found, {"role": "assistant", "content": refusal}] if conversation.refusal else found


def _messages(
    exchange: Exchange, comment: str, texts: PageTexts, *, latest: bool, place: tuple[str, int]
) -> Iterator[dict[str, Any]]:
    def made() -> str:
        content = problem_html(said(exchange.problem, texts)) if exchange.problem else answer_html(exchange.view, texts)
        below = unkept_html(exchange.unkept, texts) + comment_html(comment, texts)
        below += footer_html(exchange, texts, latest=latest, place=place)
        return filters_html(exchange.filtered_by, texts) + content + below

    way = (comment, language_of(texts), latest, place)
    yield {"role": "user", "content": question_html(exchange.question)}
    yield {"role": "assistant", "content": made() if exchange.running else _SHOWN.html(exchange, way, made)}


def thumbs(conversation: Conversation) -> list[str | None]:
    """What is thought of each answer that is not folded away, in Gradio's words."""
    judgements = (conversation.judgement(turn) for turn in range(conversation.folded, len(conversation.exchanges)))
    return [THUMBS.get(judgement.verdict) if judgement else None for judgement in judgements]


def sources_of(conversation: Conversation, live: LiveIndex, texts: PageTexts, turn: int = -1) -> str:
    """The places that an answer of the conversation cites, the last one's unless another is named.

    Whether they are right can be said of answers that are kept.
    """
    turn %= len(conversation.exchanges)
    exchange = conversation.exchanges[turn]
    citations = exchange.view.citations
    if not citations:
        return note_html(texts.searching if exchange.running else texts.sources_none)
    judging = _judging(conversation, turn) if exchange.kept else None
    source_texts = SourceTexts(live)
    gone = source_texts.gone(citations)
    try:
        below = _why(exchange, texts)
        return sources_html(
            citations, source_texts.text, texts, gone=gone, judging=judging, below=below, unsaid=source_texts.unsaid
        )
    except AskSpeechError as error:
        # There is no index to show the places in; the quoted words are part of the answer.
        everything = [one.number for one in citations]
        quotes = sources_html(citations, source_texts.text, texts, gone=everything, judging=judging)
        return note_html(told(error, texts)) + quotes


def _why(exchange: Exchange, texts: PageTexts) -> Callable[[Citation], str]:
    """What says of a citation why its passage was found; nothing of one that the search did not find."""
    hits = exchange.answer.search.hits if exchange.answer else ()

    def why(citation: Citation) -> str:
        hit = hit_behind(citation, hits)
        return why_html(hit, hits, texts) if hit else ""

    return why


def _judging(conversation: Conversation, turn: int) -> Judging:
    of_turn = (one for one in conversation.judgements if one.turn == turn and one.citation is not None)
    return Judging(turn, {one.citation: one.verdict for one in of_turn if one.citation is not None})
