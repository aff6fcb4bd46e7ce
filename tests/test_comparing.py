"""What changed between two runs."""

from hypothesis import given
from hypothesis import strategies as st

from askspeech.comparing import compare
from askspeech.scoring import Row


def row(name: str, mrr: float, *, evidence: float = 1.0, recall: float | None = None, refused: bool = False) -> Row:
    figures = {"evidence@2000": evidence, "complete@2000": float(evidence == 1), "mrr": mrr}
    if recall is not None:
        figures |= {"cited_recall": recall, "cited_precision": 1.0, "point_recall": 1.0}
    return Row(name, "fact", "zh", answerable=True, refused=refused, figures=figures)


def test_figures_and_questions_that_changed() -> None:
    comparison = compare([row("a", 0.5), row("b", 1.0), row("c", 1.0)], [row("a", 1.0), row("b", 0.5), row("c", 0.25)])
    assert [(change.name, change.before, change.after) for change in comparison.figures] == [("mrr", 0.833, 0.583)]
    assert [(change.id, change.is_better) for change in comparison.questions] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    assert set(comparison.parts) == {"zh", "fact"}


def test_evidence_weighs_more_than_rank() -> None:
    (change,) = compare([row("a", 1.0, evidence=0.5)], [row("a", 0.5, evidence=1.0)]).questions
    assert change.is_better
    assert [one.name for one in change.changes] == ["evidence@2000", "mrr"]


def test_fewer_wrong_refusals_are_better() -> None:
    before, after = row("a", 1.0, recall=0.0, refused=True), row("a", 1.0, recall=0.0)
    (change,) = compare([before], [after]).figures
    assert (change.name, change.is_better) == ("refused_wrong", True)


def test_only_shared_questions_are_compared() -> None:
    comparison = compare([row("a", 1.0), row("old", 0.0)], [row("new", 0.0), row("a", 1.0)])
    assert (comparison.shared, comparison.only_before, comparison.only_now) == (1, ("old",), ("new",))
    assert comparison.figures == comparison.questions == ()


def test_a_run_without_answers_is_named() -> None:
    assert compare([row("a", 1.0)], [row("a", 1.0, recall=1.0)]).without_answers == "the earlier run"
    assert compare([row("a", 1.0, recall=1.0)], [row("a", 1.0)]).without_answers == "this run"
    assert compare([], []).without_answers == ""


rows = st.lists(
    st.builds(
        row, st.sampled_from("abcdef"), st.sampled_from((0.0, 0.5, 1.0)), evidence=st.sampled_from((0.0, 0.5, 1.0))
    ),
    unique_by=lambda one: one.id,
)


@given(rows, rows)
def test_turned_round_better_is_worse(before: list[Row], after: list[Row]) -> None:
    there, back = compare(before, after), compare(after, before)
    assert there.only_before == back.only_now and there.shared == back.shared
    assert {change.name: change.difference for change in there.figures} == {
        change.name: -change.difference for change in back.figures
    }
    assert {change.id: change.is_better for change in there.questions} == {
        change.id: not change.is_better for change in back.questions
    }
    assert compare(after, after).questions == ()
