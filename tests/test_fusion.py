"""The scores of the legs become one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.fusion import FIELD_WEIGHTS, Scored, Weights, fuse, reranked
from askspeech.tokens import FIELDS

EVEN = Weights(keyword=1, dense=1, late=1, outline=0.5)
_SCORES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 100))


def test_a_weighted_sum_with_keyword_scores_divided_by_the_best() -> None:
    found = fuse({"a": 20.0, "b": 10.0}, {"b": 0.9}, {"b": 0.25, "c": 0.5}, {"c"}, EVEN)
    assert [scored.id for scored in found] == ["b", "a", "c"]
    assert [scored.score for scored in found] == pytest.approx([0.5 + 0.9 + 0.25, 1.0, 0.5 + 0.5])


def test_what_found_a_passage_is_said_with_its_rank() -> None:
    found = {
        scored.id: scored.found_by for scored in fuse({"a": 2, "b": 1}, {"b": 0.9}, {"a": 0.1, "b": 0.2}, {"b"}, EVEN)
    }
    assert found == {
        "a": ("keyword 1", "late interaction 2"),
        "b": ("keyword 2", "dense 1", "late interaction 1", "outline"),
    }


def test_nothing_found_is_an_empty_list() -> None:
    assert fuse({}, {}, {}, {"a"}, EVEN) == []


@given(_SCORES, _SCORES, _SCORES, st.frozensets(st.sampled_from("abcdef")))
def test_every_passage_once_best_first(
    keyword: dict[str, float], dense: dict[str, float], late: dict[str, float], outlines: frozenset[str]
) -> None:
    found = fuse(keyword, dense, late, outlines, EVEN)
    assert sorted(scored.id for scored in found) == sorted({*keyword, *dense, *late})
    assert found == sorted(found, key=lambda scored: (-scored.score, scored.id))
    assert all(math.isfinite(scored.score) and scored.found_by for scored in found)
    one, two, three = (dict(reversed(scores.items())) for scores in (keyword, dense, late))
    assert fuse(one, two, three, outlines, EVEN) == found


def test_a_reranker_reorders_the_first_and_leaves_the_scores_where_they_were() -> None:
    found = [Scored("a", 0.9, ("keyword 1",)), Scored("b", 0.5), Scored("c", 0.4), Scored("d", 0.1)]
    assert reranked(found, [-3.5, 12.0, -3.5]) == [
        Scored("b", 0.9, ("rerank 1",)),
        Scored("a", 0.5, ("keyword 1", "rerank 2")),
        Scored("c", 0.4, ("rerank 3",)),
        Scored("d", 0.1),
    ]


@given(st.lists(st.floats(-100, 100), max_size=8), st.integers(0, 3))
def test_reranking_loses_nothing_and_keeps_the_scores_descending(scores: list[float], more: int) -> None:
    found = [Scored(str(number), 1 - number / 20) for number in range(len(scores) + more)]
    after = reranked(found, scores)
    assert sorted(scored.id for scored in after) == sorted(scored.id for scored in found)
    assert [scored.score for scored in after] == [scored.score for scored in found]
    judged = [scores[int(scored.id)] for scored in after[: len(scores)]]
    assert judged == sorted(scores, reverse=True)
    assert after[len(scores) :] == found[len(scores) :]


def test_every_field_has_its_weight() -> None:
    assert tuple(FIELD_WEIGHTS) == FIELDS
