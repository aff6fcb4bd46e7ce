"""Links that carry a question and filters behind `#`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.datatypes import Filters
from askspeech.links import Linked, fragment, parsed_fragment
from askspeech.settings import MAX_FILTER_VALUES

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
VALUES = st.lists(TEXT, max_size=3, unique=True).map(tuple)
FILTERS = st.builds(Filters, speech=VALUES, file=VALUES, level=VALUES, place=VALUES, year=VALUES, kind=VALUES)


@given(st.builds(Linked, st.text(st.characters(exclude_categories=["Cs"]), max_size=80), FILTERS))
def test_a_link_is_read_as_it_was_made(linked: Linked) -> None:
    made = fragment(linked)
    assert made.startswith("#") and made.isascii() and not set(made) & set(" \"'<>\n")
    assert parsed_fragment(made) == parsed_fragment(made[1:]) == linked


@given(st.text(max_size=300))
def test_any_text_is_a_link_or_none(text: str) -> None:
    assert isinstance(parsed_fragment(text), Linked)


@pytest.mark.parametrize(
    "text", ["", "#", "#c=1234", "#q=", "#level=", "#Q=x", "#" + "&".join(["level=县"] * 501), "#q=" + "青" * 40_000]
)
def test_what_asks_for_nothing_is_no_link(text: str) -> None:
    assert not parsed_fragment(text)


def test_other_keys_are_left_alone_and_values_may_be_written_by_hand() -> None:
    linked = parsed_fragment("#c=abc&q=欠款 怎么办&level=县&level=县&level=市&title=x")
    assert linked == Linked("欠款 怎么办", Filters(level=("县", "市")))


def test_half_of_a_character_does_not_break_a_link() -> None:
    assert parsed_fragment(fragment(Linked("\ud83d?"))) == Linked("??")


def test_of_many_values_the_first_fifty_are_taken() -> None:
    linked = parsed_fragment("#" + "&".join(f"place={number}&level={number % 3}" for number in range(60)))
    assert linked.filters.place == tuple(map(str, range(MAX_FILTER_VALUES))) and linked.filters.level == ("0", "1", "2")
