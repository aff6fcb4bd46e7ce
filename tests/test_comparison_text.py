"""What the command line shows of a comparison."""

from askspeech.comparing import Change, Comparison, QuestionChange
from askspeech.comparison_text import comparison_text
from askspeech.scoring import Question

QUESTIONS = (Question("q1", "谁\x1b牵头？", "zh", "who", True), Question("q2", "几条？", "zh", "list", True))
MRR = Change("mrr", 0.5, 1.0)


def test_both_values_the_difference_and_a_line_for_each_question() -> None:
    worse = QuestionChange("q2", "list", (Change("evidence@2000", 1.0, 0.25), MRR))
    comparison = Comparison(2, (MRR,), {"who": (MRR,)}, (QuestionChange("q1", "who", (MRR,)), worse))
    lines = comparison_text(comparison, QUESTIONS).splitlines()
    assert lines[1].split() == ["all", "mrr", "0.500", "→", "1.000", "+0.500", "better", "好"]
    assert lines[2:4] == ["Worse 变差: 1", "  q2 list evidence@2000 1.00 → 0.25, mrr 0.50 → 1.00 几条？"]
    assert lines[4] == "Better 变好: 1" and lines[5].startswith("  q1 who mrr 0.50 → 1.00 ")
    assert "\x1b" not in lines[5]
    assert not any(line.startswith("who ") for line in lines)
    assert any(line.startswith("who ") for line in comparison_text(comparison, QUESTIONS, by_type=True).splitlines())


def test_says_what_the_runs_do_not_share() -> None:
    ids = tuple(f"q{number}" for number in range(9))
    text = comparison_text(Comparison(0, only_before=ids, only_now=("n1",), without_answers="this run"), QUESTIONS)
    assert "left out 只在上次: 9 (q0, q1, q2, q3, q4, …)" in text
    assert "上次没有: 1 (n1)" in text
    assert "this run has no answers" in text and "No figure changed" in text
