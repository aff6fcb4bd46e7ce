"""What the benchmarks of the page make of their figures; the page itself is in test_browser_long.py."""

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from benchmarks import long_conversation, page_latency
from benchmarks.asking_page import Held
from benchmarks.long_conversation import Turned, figures_of
from benchmarks.page_latency import Asked


def test_a_long_conversation_is_judged_by_its_last_answers_and_its_growth() -> None:
    held = [Held(1_000_000 + 10_000 * turn, 600) for turn in range(60)]
    turned = [Turned(100 + turn, held[turn] if turn % 20 in (0, 19) else None) for turn in range(60)]
    figures = figures_of(turned)
    assert (figures.turns, figures.first, figures.last, figures.growth) == (60, 109.5, 149.5, 10_000)
    assert figures.met and figures.times == 149.5 / 109.5
    printed = long_conversation.table(turned)
    assert "| 41–60 | 150 ms | 1,553 KB | 600 |" in printed and printed.endswith("(at most 20): met")


@pytest.mark.parametrize(("slower", "larger"), [(2.0, 0), (1.0, 40_000)])
def test_a_page_that_becomes_slow_or_large_fails(slower: float, larger: int) -> None:
    turned = [Turned(100 if turn < 20 else 100 * slower, Held(larger * turn, 600)) for turn in range(40)]
    assert not figures_of(turned).met
    assert "NOT met" in long_conversation.table(turned)


def test_what_the_page_adds_is_what_it_takes_beyond_the_api() -> None:
    asked = [Asked(str(number), 10, 20, 60 + number, 220 + number) for number in range(20)]
    assert (asked[1].added_first, asked[1].added_whole) == (51, 201)
    printed = page_latency.table(asked)
    assert "| whole answer, added by the page | 210 ms | 218 ms |" in printed and printed.endswith("median: met")
    assert page_latency.met(asked)
    slow = [Asked(each.question, 10, 20, 60, 20 + page_latency.MOST_ADDED + 1) for each in asked]
    assert not page_latency.met(slow) and "NOT met" in page_latency.table(slow)


def test_a_long_conversation_needs_two_stretches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        long_conversation.main(["--turns", "39"])
    assert "--turns is 39, expected at least 40" in capsys.readouterr().err
