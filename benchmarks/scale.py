"""What an index costs as the corpus grows: time by stage, memory, disk, time per question, beside Chroma alone.

    python -m benchmarks.scale --laws laws.jsonl.gz [--sizes 1000,10000,50000,150000] [--output DIR]

Each size is a folder of laws as text files, which is built, added to a bare Chroma collection (the same vectors with
the same facts, in the same run) and asked questions on laws that every size holds. Every run is a process of its own.
The last size takes all laws where there are no more. Without the file of laws, nothing is measured, and it says so.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from askspeech.settings import ENGINES
from benchmarks.scale_corpus import Law, questions_on, read_laws, subset, written
from benchmarks.scale_runs import GRAPHS, run
from benchmarks.tables import markdown

__all__ = ["costs", "main", "plot", "tables", "verdicts"]

SIZES = (1_000, 10_000, 50_000, 150_000)
ROUNDS = 2
QUESTIONS = 100
MOST_OF_BARE = 4.0
MOST_SLOWER = 2.0
_ALL = 0.8
"""A size of which this share and more is all that there is takes all."""
Row = Mapping[str, Any]


def measured(laws: Sequence[Law], size: int, questions: Sequence[str], engine: str, workers: int, rounds: int) -> Row:
    """The figures of one size."""
    chosen = subset(laws, size)
    if len(chosen) >= _ALL * len(laws):
        chosen = list(laws)
    with tempfile.TemporaryDirectory(prefix="askspeech-scale-") as place:
        folder, store = Path(place, "laws"), Path(place, "store")
        written(folder, chosen)
        built = run("build", str(folder), str(store), engine, str(workers))
        bare = {name: run("bare", str(store), str(Path(place, name)), name) for name in GRAPHS}
        asked = Path(place, "questions.json")
        asked.write_text(json.dumps(questions), encoding="utf-8")
        searched = run("search", str(store), str(asked), str(rounds))
    return {"size": size, "build": built, "bare": bare, "search": searched}


def verdicts(rows: Sequence[Row]) -> list[str]:
    """What is required of the largest size, and whether it is so."""
    last = rows[-1]
    bare = min(last["bare"].values(), key=lambda one: one["seconds"])
    times = last["build"]["seconds"] / bare["seconds"]
    lines = [
        f"{last['build']['passages']:,} passages: the whole build takes {times:.2f} times as long as Chroma alone "
        f"(at most {MOST_OF_BARE:g}): {_met(times <= MOST_OF_BARE)}"
    ]
    earlier = next((row for row in rows if row["size"] == SIZES[1]), None)
    if earlier is not None and earlier is not last:
        slower = _median(last) / _median(earlier)
        lines.append(
            f"a question takes {slower:.2f} times as long (median) as among {earlier['build']['passages']:,} passages "
            f"(at most {MOST_SLOWER:g}): {_met(slower <= MOST_SLOWER)}"
        )
    return lines


def tables(rows: Sequence[Row]) -> str:
    """The figures as Markdown: a line for each size, and the stages of the largest."""
    heads = "passages|characters|build|of processors|Chroma alone: defaults|our graph|peak memory|disk|question: median"
    heads += "|p95|keyword|dense"
    stages = rows[-1]["build"]["stages"]
    whole = rows[-1]["build"]["seconds"]
    parts = [(name, f"{seconds:.1f} s", f"{100 * seconds / whole:.0f} %") for name, seconds in stages.items()]
    return "\n\n".join(
        (
            markdown(heads.split("|"), [_line(row) for row in rows]),
            markdown(("stage of the largest build", "time", "share"), parts),
            markdown(("file of the largest index", "bytes"), [(name, f"{size:,}") for name, size in _sizes(rows[-1])]),
            markdown(("what one more costs, from the smallest to the largest", "figure"), costs(rows)),
            "\n".join(verdicts(rows)),
        )
    )


def costs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """What each further passage, or a million characters, takes: the rise from the smallest size to the largest."""
    first, last = rows[0], rows[-1]

    def rise(of: Callable[[Row], float], per: str = "passages") -> float:
        more: int = last["build"][per] - first["build"][per]
        return (of(last) - of(first)) / max(1, more)

    def of_build(name: str) -> Callable[[Row], float]:
        return lambda row: float(row["build"][name])

    def of_file(name: str) -> Callable[[Row], float]:
        return lambda row: float(row["build"]["bytes"].get(name, 0))

    parts = [(f"disk, {name}", f"{rise(of_file(name)):,.0f} bytes a passage") for name, _ in _sizes(last)]
    clock, processor = (1e6 * rise(of_build(name), "characters") for name in ("seconds", "processor_seconds"))
    return [
        *parts,
        ("memory of a process that answers", f"{1e6 * rise(lambda row: row['search']['rss_mb']):,.0f} bytes a passage"),
        ("memory of a build", f"{1e6 * rise(of_build('peak_mb')):,.0f} bytes a passage"),
        ("build", f"{clock:.1f} s a million characters"),
        ("build, of processors", f"{processor:.1f} s a million characters"),
        ("question, median", f"{1e5 * rise(_median):.1f} ms for 100,000 passages"),
        ("opening", f"{1e5 * rise(lambda row: row['search']['open_seconds']):.1f} s for 100,000 passages"),
    ]


def plot(rows: Sequence[Row], path: Path) -> None:
    """The cost curve: build time, memory, disk and time per question over the number of passages, both logarithmic."""
    import matplotlib as mpl  # noqa: PLC0415 - of the extra `benchmark`

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    count = [row["build"]["passages"] for row in rows]
    figure, axes = pyplot.subplots(2, 2, figsize=(10, 7), layout="constrained")
    for axis, ((title, unit), lines) in zip(axes.flat, _curves(rows).items(), strict=True):
        for label, values in lines.items():
            axis.plot(count, values, marker="o", label=label)
        axis.set(title=title, xlabel="passages", ylabel=unit, xscale="log", yscale="log")
        axis.grid(visible=True, which="major", alpha=0.3)
        axis.legend()
    figure.savefig(path)
    pyplot.close(figure)


def _curves(rows: Sequence[Row]) -> dict[tuple[str, str], dict[str, list[float]]]:
    """The lines of each of the four plots, by its title and unit."""
    builds = [row["build"] for row in rows]
    return {
        ("build", "seconds"): {
            "whole build": [built["seconds"] for built in builds],
            **{f"Chroma alone, {name}": [row["bare"][name]["seconds"] for row in rows] for name in GRAPHS},
        },
        ("peak memory", "MB"): {
            "build, with workers": [built["peak_mb"] for built in builds],
            "process that answers": [row["search"]["rss_mb"] for row in rows],
        },
        ("disk", "MB"): {
            "index": [sum(built["bytes"].values()) / 1e6 for built in builds],
            "Chroma alone": [row["bare"]["defaults"]["bytes"] / 1e6 for row in rows],
        },
        ("question", "ms"): {
            "median": [_median(row) for row in rows],
            "p95": [row["search"]["ways"]["hybrid"]["p95_ms"] for row in rows],
            "keyword leg, median": [row["search"]["ways"]["keyword"]["median_ms"] for row in rows],
            "dense leg, median": [row["search"]["ways"]["dense"]["median_ms"] for row in rows],
        },
    }


def _line(row: Row) -> Sequence[str]:
    built, ways = row["build"], row["search"]["ways"]
    return (
        f"{built['passages']:,}",
        f"{built['characters']:,}",
        f"{built['seconds']:.1f} s",
        f"{built['processor_seconds']:.1f} s",
        *(f"{row['bare'][name]['seconds']:.1f} s" for name in GRAPHS),
        f"{built['peak_mb']:,.0f} MB",
        f"{sum(built['bytes'].values()) / 1e6:,.0f} MB",
        f"{_median(row):.1f} ms",
        f"{ways['hybrid']['p95_ms']:.1f} ms",
        f"{ways['keyword']['median_ms']:.1f} ms",
        f"{ways['dense']['median_ms']:.1f} ms",
    )


def _sizes(row: Row) -> list[tuple[str, int]]:
    return sorted(row["build"]["bytes"].items(), key=lambda one: -one[1])


def _median(row: Row) -> float:
    median: float = row["search"]["ways"]["hybrid"]["median_ms"]
    return median


def _met(holds: bool) -> str:
    return "met" if holds else "NOT met"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--laws", type=Path, required=True, help="JSON lines with title and text, packed or not")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="about how many passages, in rising order")
    parser.add_argument("--engine", default="auto", choices=ENGINES)
    parser.add_argument("--workers", type=int, default=0, help="how many workers (default: as many as processors)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often every question is asked each way")
    parser.add_argument("--output", type=Path, help="a folder for scale.json and scale.svg")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 also where there are no laws to measure with, which is said."""
    options = _parser().parse_args(arguments)
    if not options.laws.is_file():
        print(f"Skipped: there is no {options.laws}, expected JSON lines with title and text.", file=sys.stderr)
        return 0
    laws = read_laws(options.laws)
    sizes = sorted(int(size) for size in options.sizes.split(","))
    questions = questions_on(subset(laws, sizes[0]), QUESTIONS)
    rows: list[Row] = []
    for size in sizes:
        rows.append(measured(laws, size, questions, options.engine, options.workers, options.rounds))
        print(f"{size:,} done, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        if options.output:
            _write(options.output, rows)
    print(tables(rows))
    return 0 if all(verdict.endswith(": met") for verdict in verdicts(rows)) else 1


def _write(folder: Path, rows: Sequence[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"system": platform.platform(), "processors": os.cpu_count(), "load": os.getloadavg()}
    content = json.dumps({"machine": machine, "sizes": rows}, ensure_ascii=False, indent=1)
    (folder / "scale.json").write_text(content + "\n", encoding="utf-8")
    try:
        plot(rows, folder / "scale.svg")
    except ImportError as error:
        print(f"No plot: {error}. Install it: pip install 'askspeech[benchmark]'", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
