"""Whether the chat page stays quick and small in a long conversation: a real server, a real browser, the samples.

    python -m benchmarks.long_conversation [--turns 220] [--json FILE]

So many questions are asked one after the other in one conversation that is kept. Printed are the times of its first and
of its last 20 answers, and what the page holds after its garbage has been collected, every 20 turns.
"""

import argparse
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.conversations import Conversations
from askspeech.errors import AskSpeechError
from askspeech.live_index import Opened
from benchmarks.asking_page import AskingPage, Held, asking_page
from benchmarks.serving import serving
from benchmarks.speed import SAMPLES
from benchmarks.tables import markdown

TURNS = 220
STRETCH = 20
QUESTIONS = 400
MOST_TIMES = 1.5
MOST_GROWTH = 20 * 1024


@dataclass(frozen=True, slots=True)
class Turned:
    """One answer: the milliseconds until all of it was painted; what the page held then, where that was measured."""

    whole: float
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a long conversation did: milliseconds, and bytes of the heap."""

    turns: int
    first: float
    """The median of the first stretch."""
    last: float
    """The median of the last one."""
    growth: float
    """By how many bytes the heap grew a turn, from the first time it was measured to the last."""

    @property
    def times(self) -> float:
        """How many times as long the last answers took as the first."""
        return self.last / self.first

    @property
    def met(self) -> bool:
        """Whether the page stayed as quick and as small as it has to."""
        return self.times <= MOST_TIMES and self.growth <= MOST_GROWTH


def conversation(page: AskingPage, questions: Iterable[str], stretch: int = STRETCH) -> Iterator[Turned]:
    """Ask all questions in one conversation; what the page holds is measured after the first and each stretch."""
    for number, question in enumerate(questions, 1):
        whole = page.ask(question).whole
        yield Turned(whole, page.held() if number == 1 or number % stretch == 0 else None)


def figures_of(turned: Sequence[Turned], stretch: int = STRETCH) -> Figures:
    """The figures of a conversation of at least two stretches."""
    held = [(number, one.held.heap) for number, one in enumerate(turned) if one.held is not None]
    (start, before), (end, after) = held[0], held[-1]
    return Figures(
        len(turned),
        statistics.median(one.whole for one in turned[:stretch]),
        statistics.median(one.whole for one in turned[-stretch:]),
        (after - before) / (end - start),
    )


def table(turned: Sequence[Turned], stretch: int = STRETCH) -> str:
    """A Markdown table: a row for each stretch, then what is asked of the whole."""
    rows = []
    for start in range(0, len(turned), stretch):
        part = turned[start : start + stretch]
        held = next((one.held for one in reversed(part) if one.held), None)
        sizes = (f"{held.heap / 1024:,.0f} KB", f"{held.elements:,}") if held else ("–", "–")
        rows.append(
            (f"{start + 1}–{start + len(part)}", f"{statistics.median(one.whole for one in part):.0f} ms", *sizes)
        )
    found = figures_of(turned, stretch)
    verdict = "met" if found.met else "NOT met"
    summary = (
        f"the last {stretch} answers took {found.times:.2f} times as long as the first (at most {MOST_TIMES}), "
        f"the heap grew {found.growth / 1024:.1f} KB a turn (at most {MOST_GROWTH / 1024:.0f}): {verdict}"
    )
    return f"{markdown(('turns', 'whole answer, median', 'heap', 'elements'), rows)}\n\n{summary}"


def measure(turns: int) -> list[Turned]:
    """So many questions on the samples, in one conversation that is kept."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        build_index([SAMPLES], store=store)
        with SpeechIndex.open(store) as index:
            opened = Opened(index, Answerer(index))
            asked = itertools.islice(itertools.cycle(index.example_questions(QUESTIONS)), turns)
            with serving(lambda: opened, kept=Conversations(Path(folder))) as address, asking_page(address) as page:
                return list(conversation(page, asked))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; the exit status, 1 where the page became slow or large."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.long_conversation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--turns", type=int, default=TURNS, metavar="N", help="at least 40 (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args(argv)
    if options.turns < 2 * STRETCH:
        parser.error(f"--turns is {options.turns}, expected at least {2 * STRETCH}")
    try:
        turned = measure(options.turns)
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    print(table(turned))
    found = figures_of(turned)
    if options.json is not None:
        written = {**asdict(found), "times": found.times, "met": found.met, "each": [asdict(one) for one in turned]}
        options.json.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return 0 if found.met else 1


if __name__ == "__main__":
    sys.exit(main())
