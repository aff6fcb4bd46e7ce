"""Conversations on the page: which of their exchanges are folded away."""

from hypothesis import given
from hypothesis import strategies as st

from askspeech.chat import FOLD, Conversation, Exchange


def conversation(turns: int, unfolded: int = 0) -> Conversation:
    return Conversation(tuple(Exchange(str(turn)) for turn in range(turns)), unfolded=unfolded)


@given(st.integers(0, 500))
def test_the_latest_exchanges_are_shown_and_never_many(turns: int) -> None:
    folded = conversation(turns).folded
    assert folded % FOLD == 0, "most questions move nothing that is shown"
    assert min(turns, FOLD) <= turns - folded < 2 * FOLD


@given(st.integers(0, 100), st.integers(0, 200))
def test_what_was_unfolded_is_shown_until_the_next_question(turns: int, unfolded: int) -> None:
    before = conversation(turns, unfolded)
    assert before.folded == max(0, conversation(turns).folded - unfolded)
    assert before.asked("next").folded == conversation(turns + 1).folded
