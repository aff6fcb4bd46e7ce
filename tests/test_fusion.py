"""The scores of the legs become one."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.fusion import FIELD_WEIGHTS, Scored, Signals, Weights, best_of, fuse, reranked
from askspeech.tokens import FIELDS

EVEN = Weights(keyword=1, dense=1, late=1, form=0.5, speech=0.25, told=0.125)
_SCORES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 100))
_SHARES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1))


def test_a_weighted_sum_with_keyword_scores_divided_by_the_best() -> None:
    signals = Signals({"a": 20.0, "b": 10.0}, {"b": 0.9}, {"b": 0.25, "c": 0.5})
    found = fuse(signals, EVEN)
    assert [scored.id for scored in found] == ["b", "a", "c"]
    assert [scored.score for scored in found] == pytest.approx([0.5 + 0.9 + 0.25, 1.0, 0.5])


def test_the_form_and_the_speech_count_for_what_a_leg_found() -> None:
    legs = Signals({"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}, {}, {})
    described = replace(
        legs, form={"a": 1.0, "x": 1.0}, speech={"b": 1.0, "c": 0.5}, told={"d": "level 县", "x": "level 县"}
    )
    assert {scored.id: scored.score for scored in fuse(described, EVEN)} == pytest.approx(
        {"a": 1.5, "b": 1.25, "c": 1.125, "d": 1.125}
    )


def test_what_found_a_passage_is_said_with_its_rank() -> None:
    signals = Signals(
        {"a": 2, "b": 1},
        {"b": 0.9},
        {"a": 0.1, "b": 0.2},
        form={"b": 1},
        speech={"a": 1, "b": 0.9},
        told={"b": "level 县, year 2023"},
    )
    assert {scored.id: scored.found_by for scored in fuse(signals, EVEN)} == {
        "a": ("keyword 1", "late interaction 2", "speech 1"),
        "b": ("keyword 2", "dense 1", "late interaction 1", "outline", "level 县, year 2023"),
    }


def test_nothing_found_is_an_empty_list() -> None:
    assert fuse(Signals({}, {}, {}, form={"a": 1}, speech={"a": 1}, told={"a": "year 2023"}), EVEN) == []


@given(_SCORES, _SCORES, _SCORES, _SHARES, _SHARES, st.dictionaries(st.sampled_from("abcdef"), st.just("level 县")))
def test_every_passage_once_best_first(
    keyword: dict[str, float],
    dense: dict[str, float],
    late: dict[str, float],
    form: dict[str, float],
    speech: dict[str, float],
    told: dict[str, str],
) -> None:
    found = fuse(Signals(keyword, dense, late, form, speech, told), EVEN)
    assert sorted(scored.id for scored in found) == sorted({*keyword, *dense, *late})
    assert found == sorted(found, key=lambda scored: (-scored.score, scored.id))
    assert all(math.isfinite(scored.score) and scored.found_by for scored in found)
    one, two, three = (dict(reversed(scores.items())) for scores in (keyword, dense, late))
    assert fuse(Signals(one, two, three, form, speech, told), EVEN) == found
    assert best_of(Signals(one, two, three, form, speech, told), EVEN, 3) == [scored.id for scored in found[:3]]


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
