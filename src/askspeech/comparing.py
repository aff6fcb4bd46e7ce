"""What became better and what worse between two runs over the same questions: pure functions over rows of figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from askspeech.scoring import Row, summaries, summary

__all__ = ["BY_QUESTION", "Change", "Comparison", "QuestionChange", "compare"]

BY_QUESTION = ("evidence@2000", "mrr", "cited_recall")
"""The figures by which a question got better or worse, the weightiest first."""
_LOWER_IS_BETTER = ("refused_wrong",)
_NEITHER = ("questions", "answer_chars")
_LEAST = 0.0005


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two runs."""

    name: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        """How much more it is now."""
        return self.after - self.before

    @property
    def is_better(self) -> bool | None:
        """Whether the change is for the better; None where the figure says nothing of that."""
        if self.name in _NEITHER:
            return None
        return (self.difference > 0) is (self.name not in _LOWER_IS_BETTER)


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """The figures that changed for one question."""

    id: str
    type: str
    changes: tuple[Change, ...]

    @property
    def is_better(self) -> bool:
        """Whether the weightiest of the changes is for the better."""
        return bool(self.changes[0].is_better)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from an earlier run to this one, over the questions that both have."""

    shared: int
    figures: tuple[Change, ...] = ()
    parts: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    """The same for each language and type of question in which a figure changed."""
    questions: tuple[QuestionChange, ...] = ()
    only_before: tuple[str, ...] = ()
    """Ids of the earlier run that this one did not ask."""
    only_now: tuple[str, ...] = ()
    """Ids that the earlier run did not ask."""
    without_answers: str = ""
    """Which of the runs has no answers, "this run" or "the earlier run", where only one has."""


def compare(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    """What changed between two runs; only questions that both hold are compared.

    Args:
        before: a row for every question of the earlier run.
        after: a row for every question of this run.
    """
    earlier, later = ({row.id: row for row in rows} for rows in (before, after))
    ids = [name for name in later if name in earlier]
    first, second = ([rows[name] for name in ids] for rows in (earlier, later))
    parts = {name: changes for name, changes in _part_changes(first, second).items() if changes}
    return Comparison(
        shared=len(ids),
        figures=_changes(summary(first), summary(second)),
        parts=parts,
        questions=tuple(
            change for one, other in zip(first, second, strict=True) if (change := _question_change(one, other))
        ),
        only_before=tuple(name for name in earlier if name not in later),
        only_now=tuple(name for name in later if name not in earlier),
        without_answers=_without_answers(first, second),
    )


def _changes(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Change, ...]:
    both = [Change(name, before[name], after[name]) for name in after if name in before]
    return tuple(change for change in both if abs(change.difference) >= _LEAST)


def _part_changes(before: Sequence[Row], after: Sequence[Row]) -> dict[str, tuple[Change, ...]]:
    earlier, later = summaries(before), summaries(after)
    return {name: _changes(earlier[name], later[name]) for name in later if name in earlier}


def _question_change(before: Row, after: Row) -> QuestionChange | None:
    figures = [{name: row.figures[name] for name in BY_QUESTION if name in row.figures} for row in (before, after)]
    changes = _changes(*figures)
    return QuestionChange(after.id, after.type, changes) if changes else None


def _without_answers(before: Sequence[Row], after: Sequence[Row]) -> str:
    answered = [any("cited_recall" in row.figures for row in rows) for rows in (before, after)]
    return {(True, False): "this run", (False, True): "the earlier run"}.get((answered[0], answered[1]), "")
