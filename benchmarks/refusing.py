"""Does an answer refuse what the speeches do not say? Pairs of a question over a report with and without its answer.

    python -m benchmarks.refusing --reports DIR [--half tune|judge|all] [--json FILE] [--show]

A pair is a question, the name of a report's file, the characters of it that answer (`spans`), and an operation on
these: `blank` puts xx in place of each, `delete` cuts them out, `hide` puts a note that so many characters are hidden.
`evidence` are the whole sentences around. No word of the reports is kept here: the corpora are made anew from the
folder, one of the reports as they are, which is asked to answer, and one without the answers, which is asked to refuse.
There is such a couple for each kind and year of reports (the part of a file's name before 年, or `national`): the
report of the year after often gives the figure of that year, so that with it in the index an answer would be no
mistake. Every other pair is for tuning, the rest for judging.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.datatypes import Answer, Span
from askspeech.errors import AskSpeechError
from benchmarks.tables import markdown

PAIRS = Path(__file__).with_name("refusing_pairs.jsonl")
BLANK = "xx"
HIDDEN = "---此处隐藏{}字,下载后查看---"
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with where its answer stands in a report, and how the report loses it."""

    id: str
    question: str
    asks: str
    file: str
    evidence: tuple[Span, ...]
    spans: tuple[Span, ...]
    operation: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a pair: the outcomes with the answer and without it, and whether the evidence was cited."""

    pair: Pair
    answered: str
    cited: bool
    without: str

    @property
    def refused_wrong(self) -> bool:
        """Whether the question was refused although its answer is there."""
        return self.answered in ("blanked_out", "part_hidden", "not_found")

    @property
    def refused_right(self) -> bool:
        """Whether the question was refused where its answer is gone."""
        return self.without in ("blanked_out", "part_hidden", "not_found")


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """The pairs of a file, one JSON object a line."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [
        Pair(
            id=record["id"],
            question=record["question"],
            asks=record["asks"],
            file=record["file"],
            evidence=tuple(Span(*span) for span in record["evidence"]),
            spans=tuple(Span(*span) for span in record["spans"]),
            operation=record["operation"],
        )
        for record in records
    ]


def half(pairs: Sequence[Pair], name: str) -> list[Pair]:
    """The pairs for tuning, those for judging, or all: every other one each."""
    return {"tune": list(pairs[::2]), "judge": list(pairs[1::2]), "all": list(pairs)}[name]


def without_answers(text: str, pairs: Iterable[Pair]) -> str:
    """A report's text after the operations of its pairs; where two overlap, the one that begins first is done."""
    end, parts = 0, []
    operations = sorted((span, pair.operation) for pair in pairs for span in pair.spans)
    for span, operation in operations:
        if span.start >= end:
            parts += [text[end : span.start], _instead(operation, span)]
            end = span.end
    return "".join(parts) + text[end:]


def _instead(operation: str, span: Span) -> str:
    return {"blank": BLANK, "delete": "", "hide": HIDDEN.format(span.end - span.start)}[operation]


def report_text(path: Path) -> str:
    """A report's characters, as spans address them: line ends as they are."""
    return path.read_bytes().decode("utf-8-sig")


def group_of(file: str) -> str:
    """The kind of report, with its year where it is a province's: provincial-2025, national."""
    kind, _, rest = file.partition("-")
    return f"{kind}-{found[0]}" if kind == "provincial" and (found := _YEAR.search(rest)) else kind


def write_corpora(reports: Path, pairs: Sequence[Pair], folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write the reports of each group as they are, and without the answers of the pairs, into new folders."""
    corpora: dict[str, tuple[Path, Path]] = {}
    for path in sorted(reports.glob("*.txt")):
        group = group_of(path.name)
        if group not in corpora:
            corpora[group] = (folder / group / "whole", folder / group / "without")
            for place in corpora[group]:
                place.mkdir(parents=True)
        whole, without = corpora[group]
        text = report_text(path)
        (whole / path.name).write_bytes(text.encode("utf-8"))
        mine = [pair for pair in pairs if pair.file == path.name]
        (without / path.name).write_bytes(without_answers(text, mine).encode("utf-8"))
    return corpora


def judged(pairs: Sequence[Pair], whole: Path, without: Path) -> Iterator[Judged]:
    """Ask every question of both stores."""
    with SpeechIndex.open(whole) as index, SpeechIndex.open(without) as lacking:
        answerer, other = Answerer(index), Answerer(lacking)
        for pair in pairs:
            answer = answerer.ask(pair.question)
            yield Judged(pair, answer.outcome, cites(answer, pair), other.ask(pair.question).outcome)


def measured(reports: Path, asked: Sequence[Pair], pairs: Sequence[Pair], folder: Path) -> Iterator[Judged]:
    """Build the indexes of each group in a folder, all pairs applied, and ask those of `asked` that belong to it."""
    for group, corpora in write_corpora(reports, pairs, folder).items():
        mine = [pair for pair in asked if group_of(pair.file) == group]
        if mine:
            for corpus in corpora:
                build_index([corpus], store=corpus.with_name(f"{corpus.name}-store"))
            yield from judged(mine, *(corpus.with_name(f"{corpus.name}-store") for corpus in corpora))


def cites(answer: Answer, pair: Pair) -> bool:
    """Whether a citation of the answer touches the evidence."""
    return any(
        citation.file == pair.file and start < last and first < end
        for citation in answer.citations
        for start, end in citation.spans
        for first, last in pair.evidence
    )


def table(results: Sequence[Judged]) -> str:
    """The shares by what is asked, by operation, and in all, as a table in Markdown."""
    groups: dict[str, list[Judged]] = {}
    for one in results:
        for name in (one.pair.asks, one.pair.operation, "all"):
            groups.setdefault(name, []).append(one)
    rows = [
        [name, str(len(group)), *(f"{share:.2f}" for share in shares(group).values())] for name, group in groups.items()
    ]
    return markdown(["pairs", "number", *shares(results)], sorted(rows, key=lambda row: row[0] == "all"))


def shares(results: Sequence[Judged]) -> Mapping[str, float]:
    """The share refused where the answer is gone, the share refused where it is there, and the share cited."""
    number = len(results) or 1
    return {
        "refused_right": sum(one.refused_right for one in results) / number,
        "refused_wrong": sum(one.refused_wrong for one in results) / number,
        "evidence cited": sum(one.cited for one in results) / number,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; 1 where an index cannot be built or asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--reports", type=Path, required=True, help="a folder of government reports, *.txt")
    parser.add_argument("--half", choices=("tune", "judge", "all"), default="all")
    parser.add_argument("--json", type=Path, help="write every result there, too")
    parser.add_argument("--show", action="store_true", help="list what was judged wrongly")
    options = parser.parse_args(arguments)
    pairs = read_pairs()
    try:
        with tempfile.TemporaryDirectory() as name:
            results = list(measured(options.reports, half(pairs, options.half), pairs, Path(name)))
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(results))
    if options.show:
        for one in results:
            if one.refused_wrong or not one.refused_right:
                print(one.pair.id, one.pair.asks, one.pair.operation, one.answered, one.without, one.pair.question)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in results], ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
