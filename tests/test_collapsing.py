"""One of several near copies is shown."""

from askspeech.collapsing import collapse
from askspeech.fusion import Scored

RANKED = [Scored("a", 3.0), Scored("b", 2.5), Scored("c", 2.0), Scored("d", 1.0)]


def _shown(groups: dict[str, int], blanks: dict[str, int]) -> list[tuple[str, float, tuple[str, ...]]]:
    shown = collapse(RANKED, groups, lambda identity: blanks.get(identity, 0))
    return [(scored.id, scored.score, copies) for scored, copies in shown]


def test_without_copies_nothing_changes() -> None:
    assert _shown({}, {}) == [("a", 3.0, ()), ("b", 2.5, ()), ("c", 2.0, ()), ("d", 1.0, ())]


def test_the_copy_with_fewer_blanks_takes_the_place_of_the_best() -> None:
    assert _shown({"a": 1, "c": 1}, {"a": 2}) == [("c", 3.0, ("a",)), ("b", 2.5, ()), ("d", 1.0, ())]


def test_of_equals_the_better_one_is_shown() -> None:
    assert _shown({"b": 7, "d": 7}, {}) == [("a", 3.0, ()), ("b", 2.5, ("d",)), ("c", 2.0, ())]


def test_a_copy_that_was_not_found_takes_no_part() -> None:
    assert _shown({"a": 1, "z": 1}, {"a": 5}) == [("a", 3.0, ()), ("b", 2.5, ()), ("c", 2.0, ()), ("d", 1.0, ())]
