"""How well the checker of sentences (askspeech.checking) does on pairs of sentence and evidence written for it by hand.

    python -m benchmarks.checker [PAIRS.jsonl …] [--failed]

A pair is {"id", "sentence", "evidence", "supported", "kind"}; what stands in front of the - in an id is its set. A
false sentence is caught where it is not called supported, a true one is wrongly marked where it is not. Nothing is
asserted.

The set a was written before the checker; each of the others without looking at its rules, and then used to improve
them, so that the figures of all of them flatter. When first seen, 234 of the 269 false ones of b to h were caught, 87 %
(82, 82, 91, 93, 91 and 88 % in turn), and 27 of their 175 true ones, more than half of them reworded, were wrongly
marked, 15 %; of f, which holds hard rewordings, 11 of 34. The set t is a file of its own: when first seen, 62 of its 80
false ones were caught, 77.5 %, and 15 of its 80 true ones wrongly marked, 18.8 %. The set u, of a third author, came
after the rules were finished and was not used for them: it tells what to expect.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askspeech.checking import Checked, check
from askspeech.statements import statement
from benchmarks.tables import markdown

PAIRS = Path(__file__).with_name("checker_pairs.jsonl")
THIRD_PAIRS = Path(__file__).with_name("checker_pairs_third.jsonl")
UNSEEN_PAIRS = Path(__file__).with_name("checker_pairs_unseen.jsonl")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, the quotations that it cites, and whether they carry it."""

    id: str
    sentence: str
    evidence: tuple[str, ...]
    supported: bool
    kind: str

    @property
    def set(self) -> str:
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Tried:
    """A pair, what the checker says of it, and how long it took."""

    pair: Pair
    checked: Checked
    seconds: float

    @property
    def right(self) -> bool:
        return (self.checked.support == "supported") == self.pair.supported


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file. Raises ValueError for a line that is none."""
    return [_pair(path, number, line) for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if line]


def _pair(path: Path, number: int, line: str) -> Pair:
    try:
        found: dict[str, Any] = json.loads(line)
        evidence = tuple(found["evidence"])
        return Pair(found["id"], found["sentence"], evidence, found["supported"], found["kind"])
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError(f"{path}:{number}: no pair of sentence and evidence: {problem}") from problem


def tried(pairs: Iterable[Pair], checker: Callable[..., Checked] = check) -> Iterator[Tried]:
    """What a checker says of each pair; nothing is remembered from one to the next."""
    for pair in pairs:
        statement.cache_clear()
        started = time.perf_counter()
        checked = checker(pair.sentence, pair.evidence, language="zh")
        yield Tried(pair, checked, time.perf_counter() - started)


def caught(done: Sequence[Tried]) -> float:
    """The share of the false sentences that are not called supported, in per cent."""
    return _per_cent([one.right for one in done if not one.pair.supported])


def wrongly_marked(done: Sequence[Tried]) -> float:
    """The share of the true sentences that are not called supported, in per cent."""
    return _per_cent([not one.right for one in done if one.pair.supported])


def _per_cent(found: Sequence[bool]) -> float:
    return 100 * sum(found) / len(found) if found else 0.0


def table_by(name: str, done: Sequence[Tried], key: Callable[[Tried], str]) -> str:
    """A row for each set or kind: how many true ones and false ones, and how many per cent go wrong and are caught."""
    rows = [
        ["all", done],
        *([value, [one for one in done if key(one) == value]] for value in sorted({*map(key, done)})),
    ]
    return markdown(
        [name, "true", "wrongly marked %", "false", "caught %"], [_row(str(value), some) for value, some in rows]
    )


def _row(name: str, done: Any) -> list[str]:
    true = sum(one.pair.supported for one in done)
    marked = f"{wrongly_marked(done):.1f}" if true else "–"
    found = f"{caught(done):.1f}" if true < len(done) else "–"
    return [name, str(true), marked, str(len(done) - true), found]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, and on --failed every pair that goes wrong."""
    parser = argparse.ArgumentParser(description="how well the checker of sentences does on pairs written by hand")
    files = [PAIRS, THIRD_PAIRS, UNSEEN_PAIRS]
    parser.add_argument("pairs", nargs="*", type=Path, default=files, help="files of pairs")
    parser.add_argument("--failed", action="store_true", help="print every pair that goes wrong")
    options = parser.parse_args(arguments)
    pairs = [pair for path in options.pairs for pair in read_pairs(path)]
    list(tried(pairs[:1]))
    done = list(tried(pairs))
    print(table_by("set", done, lambda one: one.pair.set))
    print(table_by("kind", done, lambda one: one.pair.kind))
    print(f"a check, median: {1000 * statistics.median(one.seconds for one in done):.2f} ms")
    for one in done if options.failed else ():
        if not one.right:
            print(one.pair.id, one.pair.kind, one.pair.sentence, one.checked.support, one.checked.reason, sep=" | ")


if __name__ == "__main__":
    main(sys.argv[1:])
