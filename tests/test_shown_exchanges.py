"""What exchanges look like is made once: askspeech.shown_exchanges."""

from collections.abc import Callable
from dataclasses import replace

from askspeech.answer_rendering import AnswerView
from askspeech.chat import Conversation, Exchange
from askspeech.showing import messages
from askspeech.shown_exchanges import ShownExchanges
from askspeech.texts import CHINESE, ENGLISH


def counted(html: str) -> tuple[Callable[[], str], list[str]]:
    made: list[str] = []

    def make() -> str:
        made.append(html)
        return html

    return make, made


def test_it_is_made_once_for_each_way() -> None:
    shown, exchange = ShownExchanges(), Exchange("问？")
    make, made = counted("<p>")
    assert [shown.html(exchange, way, make) for way in ("zh", "zh", "en", "en", "zh")] == ["<p>"] * 5
    assert len(made) == 3 and len(shown) == 1


def test_an_equal_exchange_is_another_one() -> None:
    shown, exchange = ShownExchanges(), Exchange("问？")
    make, made = counted("<p>")
    other = replace(exchange)
    assert other == exchange
    assert shown.html(exchange, "zh", make) == shown.html(other, "zh", make)
    assert len(made) == 2 and len(shown) == 2


def test_nothing_is_kept_of_an_exchange_that_nobody_has() -> None:
    shown, exchange = ShownExchanges(), Exchange("问？")
    shown.html(exchange, "zh", lambda: "<p>")
    del exchange
    assert len(shown) == 0


def test_of_a_conversation_only_what_is_new_is_made() -> None:
    view = AnswerView(text="答。", state="done")
    conversation = Conversation((Exchange("问？", view), Exchange("再问？", view)))
    before, after = messages(conversation, CHINESE), messages(conversation.asked("又问？"), CHINESE)
    assert after[1]["content"] is before[1]["content"]
    assert len(after) == 6
    english = messages(conversation, ENGLISH)
    assert english[1]["content"] != before[1]["content"] == messages(conversation, CHINESE)[1]["content"]
