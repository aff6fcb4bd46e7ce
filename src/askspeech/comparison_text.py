"""What the command line shows of a comparison of two runs."""

from collections.abc import Iterable

from askspeech.comparing import Change, Comparison, QuestionChange
from askspeech.printing import printable
from askspeech.scoring import Question

__all__ = ["comparison_text"]

_NAMED_IDS = 5


def comparison_text(comparison: Comparison, questions: Iterable[Question], *, by_type: bool = False) -> str:
    """What changed since an earlier run: the figures with both values, then the questions, worse ones first."""
    lines = [f"Compared with the earlier run 与上次相比: {comparison.shared} questions 题"]
    lines += _not_compared(comparison)
    lines += [_change_line("all", change) for change in comparison.figures] or ["No figure changed. 各项指标没有变化。"]
    if by_type:
        lines += [_change_line(name, change) for name, changes in comparison.parts.items() for change in changes]
    asked = {question.id: question.text for question in questions}
    for better, title in ((False, "Worse 变差"), (True, "Better 变好")):
        found = [change for change in comparison.questions if change.is_better is better]
        lines.append(f"{title}: {len(found)}")
        lines += [_question_change_line(change, printable(asked[change.id])) for change in found]
    return "\n".join(lines)


def _not_compared(comparison: Comparison) -> list[str]:
    """What the two runs do not have in common."""
    lines = []
    for ids, where in (
        (comparison.only_before, "Only in the earlier run, left out 只在上次"),
        (comparison.only_now, "Not in the earlier run, left out 上次没有"),
    ):
        if ids:
            lines.append(
                f"{where}: {len(ids)} ({printable(', '.join(ids[:_NAMED_IDS]))}{', …' * (len(ids) > _NAMED_IDS)})"
            )
    if comparison.without_answers:
        lines.append(
            f"Only the search is compared: {comparison.without_answers} has no answers. 只比较检索，有一次没有回答。"
        )
    return lines


def _change_line(part: str, change: Change) -> str:
    judged = {True: "better 好", False: "worse 差", None: ""}[change.is_better]
    return (
        f"{part:13s} {change.name:15s} {change.before:7.3f} → {change.after:7.3f}  {change.difference:+.3f} {judged}"
    ).rstrip()


def _question_change_line(change: QuestionChange, text: str) -> str:
    figures = ", ".join(f"{one.name} {one.before:.2f} → {one.after:.2f}" for one in change.changes)
    return f"  {change.id} {change.type} {figures} {text}"
