"""HTML of what stands below an answer: what was searched for where that is not what was typed, and what copies it."""

import json

from askspeech.answer_copy import copying
from askspeech.chat import Exchange
from askspeech.errors import QuestionError
from askspeech.links import Linked, fragment
from askspeech.questions import language_of
from askspeech.rendering import escape
from askspeech.texts import PageTexts
from askspeech.wanted import wanted

__all__ = ["footer_html", "literally_differs", "searched_instead"]


def footer_html(exchange: Exchange, texts: PageTexts, *, latest: bool = False, place: tuple[str, int] = ("", 0)) -> str:
    """What stands below an answer that is over; nothing while it is running.

    Args:
        exchange: the question and its answer.
        texts: the words of the page.
        latest: whether it is the conversation's latest, of which the style sheet shows what can be done with it.
        place: the id of its conversation and its place there, counted from 0, by which it can be exported.
    """
    if exchange.running:
        return ""
    asking = escape(fragment(Linked(_alone(exchange), exchange.filters)))
    button = f'<button type="button" class="as-link" value="{asking}">{escape(texts.copy_link)}</button>'
    ways = ((exchange.literal, texts.asked_literally), (exchange.quotations, texts.asked_quotations))
    said = "".join(f'<span class="as-way">{escape(words)}</span>' for asked_so, words in ways if asked_so)
    link = f'<p class="as-below">{_copy(exchange, texts)}{_export(exchange, texts, *place)}{button}{said}</p>'
    searched = searched_instead(exchange)
    if not searched:
        return link
    kind = "as-searched as-literally" if latest and literally_differs(exchange) else "as-searched"
    return f'<p class="{kind}">{escape(_searched(searched, exchange.question, texts))}</p>{link}'


def _alone(exchange: Exchange) -> str:
    """The question as it can be asked without the conversation: with what that added to it."""
    searched = searched_instead(exchange)
    return searched if searched and language_of(exchange.question) == "zh" else exchange.question


def _copy(exchange: Exchange, texts: PageTexts) -> str:
    """A button that copies the answer with its sources; nothing where there is none to copy."""
    if not exchange.view.citations or exchange.problem:
        return ""
    value = escape(copying(exchange.view, texts))
    return f'<button type="button" class="as-copy" value="{value}">{escape(texts.copy_answer)}</button>'


def _export(exchange: Exchange, texts: PageTexts, identity: str, turn: int) -> str:
    """A button that opens the panel for exporting; nothing where the server does not have the answer."""
    if not identity or exchange.problem or exchange.unkept:
        return ""
    value = escape(json.dumps({"conversation": identity, "turn": turn + 1}))
    return f'<button type="button" class="as-export" value="{value}">{escape(texts.export)}</button>'


def _searched(searched: str, question: str, texts: PageTexts) -> str:
    """What was searched for; of an English question with the Chinese for its terms behind it, these terms."""
    if language_of(question) == "en" and searched.startswith(question.strip()):
        return texts.searched_too.format(values=searched.removeprefix(question.strip()).strip())
    return texts.searched_for.format(question=searched)


def searched_instead(exchange: Exchange) -> str:
    """What was searched for, where that is not what was typed."""
    searched = exchange.answer.search.search_question if exchange.answer else ""
    return "" if _plain(searched) == _plain(exchange.question) else searched.strip()


def literally_differs(exchange: Exchange) -> bool:
    """Whether asking without the conversation and without a rewrite would search for something else."""
    searched = searched_instead(exchange)
    if not searched or exchange.literal:
        return False
    try:
        return _plain(wanted(exchange.question).search_question) != _plain(searched)
    except QuestionError:
        # It was kept by a version that took longer questions.
        return False


def _plain(text: str) -> str:
    return "".join(text.split())
