"""One of several near copies is shown."""

import pytest
from tests.made import hit

from askspeech.collapsing import Copy, as_copy, collapse
from askspeech.fusion import Scored

RANKED = [Scored("a", 3.0), Scored("b", 2.5), Scored("c", 2.0), Scored("d", 1.0)]


def _shown(
    groups: dict[str, int], blanks: dict[str, int], figures: dict[str, set[str]] | None = None
) -> list[tuple[str, float, tuple[str, ...]]]:
    def copy(identity: str) -> Copy:
        return Copy(blanks.get(identity, 0), frozenset((figures or {}).get(identity, ())))

    return [(scored.id, scored.score, copies) for scored, copies in collapse(RANKED, groups, copy)]


def test_without_copies_nothing_changes() -> None:
    assert _shown({}, {}) == [("a", 3.0, ()), ("b", 2.5, ()), ("c", 2.0, ()), ("d", 1.0, ())]


def test_the_copy_with_fewer_blanks_takes_the_place_of_the_best() -> None:
    assert _shown({"a": 1, "c": 1}, {"a": 2}) == [("c", 3.0, ("a",)), ("b", 2.5, ()), ("d", 1.0, ())]


def test_of_equals_the_better_one_is_shown() -> None:
    assert _shown({"b": 7, "d": 7}, {}) == [("a", 3.0, ()), ("b", 2.5, ("d",)), ("c", 2.0, ())]


def test_a_copy_that_was_not_found_takes_no_part() -> None:
    assert _shown({"a": 1, "z": 1}, {"a": 5}) == [("a", 3.0, ()), ("b", 2.5, ()), ("c", 2.0, ()), ("d", 1.0, ())]


@pytest.mark.parametrize("best", ["a", "c"])
def test_a_copy_that_shows_what_the_other_one_hides_stays(best: str) -> None:
    other = {"a": "c", "c": "a"}[best]
    shown = _shown({"a": 1, "c": 1, "d": 1}, {other: 2, "d": 3}, {"a": {"198"}, "c": {"46"}, "d": {"46", "198"}})
    assert sorted(identity for identity, _, _ in shown) == ["a", "b", "c", "d"]


def test_a_copy_without_figures_of_its_own_goes() -> None:
    shown = _shown({"a": 1, "c": 1}, {"a": 1}, {"a": {"46"}, "c": {"46", "198"}})
    assert shown == [("c", 3.0, ("a",)), ("b", 2.5, ()), ("d", 1.0, ())]


def test_figures_and_blanks_of_a_passage_are_counted() -> None:
    copy = as_copy(hit("共计 198 笔、xx 亿元，比上年少１２．５%").passage)
    assert copy.figures == {"198", "12.5"}
