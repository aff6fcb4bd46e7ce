"""The four ways of finding passages: keyword, dense, late and hybrid over a real generation."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askspeech import legs
from askspeech.embedder import builtin_embedder
from askspeech.errors import StoreDamagedError
from askspeech.fusion import LIST_WITHOUT_NUMBER, WEIGHTS, Scored, Signals, fuse
from askspeech.generation import Generation
from askspeech.legs import DEPTH, WAYS, Encoders, Leg, Query, dense, hybrid, keyword, late
from askspeech.store import Store
from askspeech.tokens import search_key

QUESTION = "政府拖欠企业账款的台账由哪个部门牵头建立？"
# Nothing in it stands in a passage or is known to the embedder.
FOREIGN = "\U0001f9ff"
LEGS = pytest.mark.parametrize("leg", [keyword, dense, late, hybrid])


@pytest.fixture(scope="module")
def generation(store: Path) -> Iterator[Generation]:
    opened = Generation(Store(store).open_current(), builtin_embedder(), tokens=builtin_embedder())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def blind(store: Path) -> Iterator[Generation]:
    """The same generation with its vectors known to be damaged."""
    opened = Generation(
        Store(store).open_current(), builtin_embedder(), "The vectors are damaged.", tokens=builtin_embedder()
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders(builtin_embedder(), builtin_embedder())


def scores(found: list[Scored]) -> dict[str, float]:
    return {scored.id: scored.score for scored in found}


def test_every_way_has_its_leg_and_none_can_be_added() -> None:
    assert dict(WAYS) == {"keyword": keyword, "dense": dense, "late": late, "hybrid": hybrid}
    with pytest.raises(TypeError, match="assignment"):
        WAYS["keyword"] = dense  # type: ignore[index]


@LEGS
def test_the_passage_that_answers_comes_first(generation: Generation, encoders: Encoders, leg: Leg) -> None:
    first, *_ = leg(generation, encoders, Query(QUESTION))
    (passage,) = generation.catalog.passages([first.id])
    assert "由县财政局牵头" in passage.text


@pytest.mark.parametrize(("leg", "name"), [(keyword, "keyword"), (dense, "dense"), (late, "late interaction")])
def test_a_single_leg_says_its_ranks(generation: Generation, encoders: Encoders, leg: Leg, name: str) -> None:
    found = leg(generation, encoders, Query(QUESTION))
    assert [scored.found_by for scored in found] == [(f"{name} {rank}",) for rank in range(1, len(found) + 1)]
    assert len(found) > 1


def test_the_dense_leg_is_the_cosine_of_the_questions_search_key(generation: Generation, encoders: Encoders) -> None:
    vector = builtin_embedder().embed_question(search_key(QUESTION))
    assert scores(dense(generation, encoders, Query(QUESTION))) == generation.nearest(vector, DEPTH, None)
    assert dense(generation, encoders, Query("　政府 拖欠\t企业")) == dense(generation, encoders, Query("政府拖欠企业"))


def test_late_interaction_alone_reads_every_passage_and_agrees_with_its_part_in_the_hybrid_way(
    generation: Generation, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = late(generation, encoders, Query(QUESTION))
    assert scores(found).keys() == generation.rows.keys(), "some word of it stands in every passage of the test corpus"
    assert all(0 < scored.score <= 1 for scored in found)
    by_hybrid = [scored.id for scored in hybrid(generation, encoders, Query(QUESTION)) if _late_rank(scored) == 1]
    assert by_hybrid == [found[0].id]
    monkeypatch.setattr(legs, "_SCORED_AT_ONCE", 3)  # many passages are scored in parts
    assert scores(late(generation, encoders, Query(QUESTION))) == pytest.approx(scores(found), abs=1e-6)
    monkeypatch.setattr(legs, "DEPTH", 2)
    assert [scored.id for scored in late(generation, encoders, Query(QUESTION))] == [one.id for one in found[:2]]


def _late_rank(scored: Scored) -> int:
    return next(int(reason.split()[-1]) for reason in scored.found_by if reason.startswith("late interaction"))


def test_the_hybrid_way_fuses_the_two_legs_and_says_their_ranks(generation: Generation, encoders: Encoders) -> None:
    by_keyword, by_vector = (leg(generation, encoders, Query(QUESTION)) for leg in (keyword, dense))
    found = hybrid(generation, encoders, Query(QUESTION))
    assert {scored.id for scored in found} == scores(by_keyword).keys() | scores(by_vector).keys()
    said = {scored.id: scored.found_by for scored in found}
    for scored in (*by_keyword, *by_vector):
        assert scored.found_by[0] in said[scored.id]
    ranks = [next(reason for reason in scored.found_by if reason.startswith("late")) for scored in found]
    assert sorted(ranks) == sorted(f"late interaction {rank}" for rank in range(1, len(found) + 1))
    legs = Signals(scores(by_keyword), scores(by_vector), {})
    without = {scored.id: scored.score for scored in fuse(legs, WEIGHTS)}
    most = WEIGHTS.late + WEIGHTS.speech + 1e-6
    assert all(0 <= scored.score - without[scored.id] <= most for scored in found)


def test_outline_passages_come_forward_where_a_list_is_asked_for(generation: Generation, encoders: Encoders) -> None:
    plain, listed = (hybrid(generation, encoders, Query("抓好四件实事", lists)) for lists in (False, True))
    outlines = {identity for identity, row in generation.rows.items() if row.kind == "outline"}
    assert outlines
    for identity, score in scores(listed).items():
        more = WEIGHTS.form * LIST_WITHOUT_NUMBER * (identity in outlines)
        assert score - scores(plain)[identity] == pytest.approx(more)
    assert {scored.id for scored in listed if "outline" in scored.found_by} == outlines & scores(listed).keys()
    assert not any("outline" in scored.found_by for scored in plain)


def test_outlines_of_as_many_items_as_are_asked_for_come_forward(generation: Generation, encoders: Encoders) -> None:
    items = {identity: row.items for identity, row in generation.rows.items() if row.kind == "outline"}
    count = max(items.values())
    assert count >= 2
    plain, counted = (
        scores(hybrid(generation, encoders, Query("抓好四件实事", lists, count)))
        for lists, count in ((False, None), (True, count))
    )
    for identity, score in counted.items():
        assert score - plain[identity] == pytest.approx(WEIGHTS.form * (items.get(identity) == count))


def test_speeches_of_the_level_that_is_named_come_forward(generation: Generation, encoders: Encoders) -> None:
    levels = {identity: speech.values("level") for identity, speech in generation.speeches.items()}
    (level,) = next(iter(levels.values()))
    favoured = {identity for identity, values in levels.items() if level in values}
    assert 0 < len(favoured) < len(levels)
    plain, named = (
        scores(hybrid(generation, encoders, Query("企业", levels=wanted)))
        for wanted in (frozenset(), frozenset({level}))
    )
    for identity, score in named.items():
        more = WEIGHTS.told * (generation.rows[identity].speech_id in favoured)
        assert score - plain[identity] == pytest.approx(more)


def test_words_of_the_whole_speech_bring_its_passages_forward(generation: Generation, encoders: Encoders) -> None:
    for speech in generation.speeches.values():
        said = [set(scored.found_by) for scored in hybrid(generation, encoders, Query(speech.title))]
        best = {
            scored.id for scored in hybrid(generation, encoders, Query(speech.title)) if "speech 1" in scored.found_by
        }
        assert said
        assert {generation.rows[identity].speech_id for identity in best} == {speech.id}


@LEGS
def test_only_the_speeches_asked_for_are_searched(generation: Generation, encoders: Encoders, leg: Leg) -> None:
    everywhere = leg(generation, encoders, Query("企业"))
    for speech in generation.speeches:
        inside = leg(generation, encoders, Query("企业", speeches=(speech,)))
        assert {generation.rows[scored.id].speech_id for scored in inside} == {speech}
        assert scores(inside).keys() <= scores(everywhere).keys()
    assert len({generation.rows[scored.id].speech_id for scored in everywhere}) == 2
    assert leg(generation, encoders, Query("企业", speeches=())) == []
    assert leg(generation, encoders, Query("企业", speeches=("no such speech",))) == []


def test_words_that_stand_nowhere_are_found_by_no_keyword(generation: Generation, encoders: Encoders) -> None:
    assert keyword(generation, encoders, Query("红烧肉")) == []
    assert keyword(generation, encoders, Query(FOREIGN)) == []
    assert late(generation, encoders, Query(FOREIGN)) == []
    assert {scored.score for scored in dense(generation, encoders, Query(FOREIGN))} <= {0.0}


def test_without_vectors_the_keyword_leg_is_scored_again_and_dense_says_why(
    blind: Generation, encoders: Encoders
) -> None:
    with pytest.raises(StoreDamagedError, match=r"^The vectors are damaged\.$"):
        dense(blind, encoders, Query(QUESTION))
    found = hybrid(blind, encoders, Query(QUESTION))
    assert scores(found).keys() == scores(keyword(blind, encoders, Query(QUESTION))).keys() != set()
    assert all(any(reason.startswith("late") for reason in scored.found_by) for scored in found)
    assert not any(reason.startswith("dense") for scored in found for reason in scored.found_by)
    assert hybrid(blind, encoders, Query(FOREIGN)) == []
    assert late(blind, encoders, Query(QUESTION)), "it needs no vectors of passages"


WORDS = (
    "营商环境",
    "企业",
    "拖欠账款",
    "百分之",
    "xx",
    "一是",
    " ",
    "？",
    "The loan",
    FOREIGN,
    "\ud800",
    "𠮷",
    "的",
    "\x00",
)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(WORDS), max_size=6).map("".join), st.booleans())
def test_whatever_is_asked_every_passage_comes_once_best_first(
    generation: Generation, encoders: Encoders, question: str, lists: bool
) -> None:
    for leg in WAYS.values():
        found = leg(generation, encoders, Query(question, lists))
        assert all(math.isfinite(scored.score) and scored.found_by for scored in found)
        assert scores(found).keys() <= generation.rows.keys()
        assert len(scores(found)) == len(found)
        assert found == sorted(found, key=lambda scored: (-scored.score, scored.id))
