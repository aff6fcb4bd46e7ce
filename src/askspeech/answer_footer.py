"""HTML of what stands below an answer: what was searched for where that is not what was typed, and a link to ask it."""

from askspeech.chat import Exchange
from askspeech.errors import QuestionError
from askspeech.links import Linked, fragment
from askspeech.rendering import escape
from askspeech.texts import PageTexts
from askspeech.wanted import wanted

__all__ = ["footer_html", "literally_differs", "searched_instead"]


def footer_html(exchange: Exchange, texts: PageTexts, *, latest: bool = False) -> str:
    """What stands below an answer that is over; nothing while it is running.

    Args:
        exchange: the question and its answer.
        texts: the words of the page.
        latest: whether it is the conversation's latest, of which the style sheet shows what can be done with it.
    """
    if exchange.running:
        return ""
    asking = escape(fragment(Linked(exchange.question, exchange.filters)))
    button = f'<button type="button" class="as-link" value="{asking}">{escape(texts.copy_link)}</button>'
    link = f'<p class="as-below">{button}</p>'
    searched = searched_instead(exchange)
    if not searched:
        return link
    kind = "as-searched as-literally" if latest and literally_differs(exchange) else "as-searched"
    return f'<p class="{kind}">{escape(texts.searched_for.format(question=searched))}</p>{link}'


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
