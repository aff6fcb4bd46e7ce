"""No single speech fills the first places, and a comparison begins with each."""

from hypothesis import given
from hypothesis import strategies as st

from askspeech.variety import FIRST, MOST_OF_ONE, each_speech_first, varied

Item = tuple[str, float]
ITEMS = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3)), max_size=20).map(
    lambda items: sorted(items, key=lambda item: -item[1])
)


def speech_of(item: Item) -> str:
    return item[0]


def score_of(item: Item) -> float:
    return item[1]


@given(ITEMS)
def test_no_speech_has_more_than_its_share_of_the_first_places_where_others_are(items: list[Item]) -> None:
    found = varied(items, speech_of)
    assert sorted(found) == sorted(items)
    for speech in "abc":
        mine = [item for item in items if speech_of(item) == speech]
        assert [item for item in found if speech_of(item) == speech] == mine, "a speech keeps its own order"
        share = sum(speech_of(item) == speech for item in found[:FIRST])
        assert share <= max(MOST_OF_ONE, FIRST - (len(items) - len(mine)))


def test_others_come_forward_and_the_rest_follows_in_order() -> None:
    items = [("a", 10.0 - place) for place in range(9)] + [("b", 0.5), ("c", 0.4)]
    assert [speech_of(item) for item in varied(items, speech_of)] == [*"aaaaaabc", *"aaa"]
    alone = items[:9]
    assert varied(alone, speech_of) == alone


@given(ITEMS)
def test_a_comparison_begins_with_the_best_passage_of_each_speech_that_is_close(items: list[Item]) -> None:
    found = each_speech_first(items, speech_of, score_of)
    assert sorted(found) == sorted(items)
    if items:
        close = {speech_of(item) for item in items if score_of(item) >= 0.7 * score_of(items[0])}
        assert {speech_of(item) for item in found[: len(close)]} == close
        assert found[0] == items[0]


def test_what_is_far_below_does_not_stand_for_its_speech() -> None:
    items = [("a", 3.0), ("a", 2.9), ("b", 2.5), ("c", 1.0)]
    assert each_speech_first(items, speech_of, score_of) == [("a", 3.0), ("b", 2.5), ("a", 2.9), ("c", 1.0)]
