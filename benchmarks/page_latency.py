"""What the chat page adds to an answer: a real server and browser on loopback, beside the Python API, in one run.

    python -m benchmarks.page_latency [--questions 30] [--json FILE]

Every question is asked on the page and of the API, with the same earlier turns, now the one first, now the other; both
are warm. The page's times run from the key that sends the question to the frame in which the words are painted.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.conversations import Conversations
from askspeech.datatypes import Answer, TextAdded, Turn
from askspeech.errors import AskSpeechError
from askspeech.live_index import Opened
from benchmarks.asking_page import AskingPage, asking_page
from benchmarks.search_speed import percentile
from benchmarks.serving import serving
from benchmarks.speed import SAMPLES
from benchmarks.tables import markdown

QUESTIONS = 30
WARM_UP = 3
MOST_ADDED = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: milliseconds until the first word and the whole answer, of the API and of the page."""

    question: str
    api_first: float
    api_whole: float
    page_first: float
    page_whole: float

    @property
    def added_first(self) -> float:
        """What the page adds until the first word."""
        return self.page_first - self.api_first

    @property
    def added_whole(self) -> float:
        """What the page adds until the whole answer."""
        return self.page_whole - self.api_whole


def measure(count: int) -> list[Asked]:
    """So many questions on the samples, in one conversation, after a few that are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        build_index([SAMPLES], store=store)
        with SpeechIndex.open(store) as index:
            answerer = Answerer(index)
            questions = index.example_questions(WARM_UP + count)
            with (
                serving(lambda: Opened(index, answerer), kept=Conversations(Path(folder))) as address,
                asking_page(address) as page,
            ):
                return conversation(page, answerer, questions)[WARM_UP:]


def conversation(page: AskingPage, answerer: Answerer, questions: Sequence[str]) -> list[Asked]:
    """Each question on the page and of the API, in turns."""
    history: list[Turn] = []
    asked = []
    for number, question in enumerate(questions):
        if number % 2:
            first, whole, answer = _of_api(answerer, question, history)
            shown = page.ask(question)
        else:
            shown = page.ask(question)
            first, whole, answer = _of_api(answerer, question, history)
        history.append(Turn(question, answer.text, answer.citations))
        asked.append(Asked(question, first, whole, shown.first, shown.whole))
    return asked


def _of_api(answerer: Answerer, question: str, history: Sequence[Turn]) -> tuple[float, float, Answer]:
    """Milliseconds until the first words of the stream, and until `ask` returns; and the answer."""
    began = time.perf_counter()
    events = answerer.stream(question, history=history)
    next(event for event in events if isinstance(event, TextAdded) and event.text)
    first = time.perf_counter() - began
    for _ in events:  # to its end, as a page does
        pass
    began = time.perf_counter()
    answer = answerer.ask(question, history=history)
    return 1000 * first, 1000 * (time.perf_counter() - began), answer


def table(asked: Sequence[Asked]) -> str:
    """A Markdown table of medians and 95th percentiles, then what is asked of them."""
    kinds: tuple[tuple[str, Callable[[Asked], float]], ...] = (
        ("first word, Python API", lambda one: one.api_first),
        ("first word, page", lambda one: one.page_first),
        ("first word, added by the page", lambda one: one.added_first),
        ("whole answer, Python API", lambda one: one.api_whole),
        ("whole answer, page", lambda one: one.page_whole),
        ("whole answer, added by the page", lambda one: one.added_whole),
    )
    rows = []
    for name, of in kinds:
        figures = [of(one) for one in asked]
        rows.append((name, f"{statistics.median(figures):.0f} ms", f"{percentile(figures, 0.95):.0f} ms"))
    verdict = "met" if met(asked) else "NOT met"
    return f"{markdown(('time until', 'median', 'p95'), rows)}\n\nat most {MOST_ADDED:.0f} ms added, median: {verdict}"


def met(asked: Sequence[Asked]) -> bool:
    """Whether the page adds no more than it may, in the median, to the first word and to the whole answer."""
    added = ([one.added_first for one in asked], [one.added_whole for one in asked])
    return all(statistics.median(each) <= MOST_ADDED for each in added)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; the exit status, 1 where the page adds too much."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.page_latency",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--questions", type=int, default=QUESTIONS, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args(argv)
    try:
        asked = measure(options.questions)
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    print(f"{len(asked)} questions\n\n{table(asked)}")
    if options.json is not None:
        written = {"met": met(asked), "each": [asdict(one) for one in asked]}
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0 if met(asked) else 1


if __name__ == "__main__":
    sys.exit(main())
