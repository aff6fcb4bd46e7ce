"""Measure the built-in embedder beside BM25 and all-MiniLM-L6-v2, all in one run; tables in Markdown, figures as JSON.

    python -m benchmarks.embedders --benchmarks DIR --eval DIR --corpus DIR [--model FOLDER] [--json FILE]

Retrieval: recall on sets of passages and questions, each way alone. Questions: how much of the evidence of questions
about a corpus each way of searching finds. Speed: embedding, memory, and asking from a shell. A part whose folder is
absent is left out, and a sentence says so.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from askspeech.embedder import BUILTIN_NAME, StaticEmbedder
from askspeech.errors import AskSpeechError
from benchmarks.development import development_figures, table_of_ways
from benchmarks.memory import ROOT
from benchmarks.retrieval import Figures, embedder_figures, keyword_figures, rival_figures, table_of_figures
from benchmarks.rivals import Rival, rivals
from benchmarks.sets import CORPUS, QUERIES, Benchmark, read_benchmarks
from benchmarks.speed import (
    PASSAGE_CHARACTERS,
    PASSAGES,
    SAMPLES,
    Measured,
    asking_speed,
    cut,
    encoding_speed,
    late_interaction_speed,
    memory,
    rival_speed,
    table_of_speed,
)

BUILTIN = ROOT / "src" / "askspeech" / "embedding_model"
PARTS = ("retrieval", "questions", "speed")
SPEED_QUESTIONS = 30


@dataclass(slots=True)
class Report:
    """What has been measured so far, by part, with a sentence for each part that was left out."""

    environment: dict[str, Any]
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """Everything as one JSON object."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: its options, what is measured, and what it is compared with."""

    options: argparse.Namespace
    model: StaticEmbedder
    rivals: list[Rival]
    report: Report

    def part(self, name: str) -> None:
        """Measure one part, print its table, and keep its figures."""
        began = time.monotonic()
        print(f"## {name.capitalize()}\n", flush=True)
        if problem := next(self._problem(name), ""):
            self.report.skipped[name] = problem
            print(f"Skipped: {problem}\n", flush=True)
            return
        table, figures = {"retrieval": self.retrieval, "questions": self.questions, "speed": self.speed}[name]()
        self.report.figures[name] = figures
        print(f"{table}\n", flush=True)
        _say(f"{name}: {time.monotonic() - began:.0f} s")

    def _problem(self, name: str) -> Iterator[str]:
        """A sentence, where a folder that the part needs is absent or holds nothing for it."""
        sets, questions, corpus = self.options.benchmarks, self.options.eval, self.options.corpus
        if name == "retrieval":
            yield from _absent("--benchmarks", sets, f"*{CORPUS}", f"the sets (NAME{CORPUS} and NAME{QUERIES})")
        if name == "questions":
            yield from _absent("--eval", questions, "*.jsonl", "questions with evidence (NAME.jsonl)")
            yield from _absent("--corpus", corpus, "*", "the speeches that the questions are about")

    def retrieval(self) -> tuple[str, list[dict[str, Any]]]:
        figures = [each for benchmark in self._sets() for each in self._recall(benchmark)]
        return table_of_figures(figures), [asdict(each) for each in figures]

    def _recall(self, benchmark: Benchmark) -> Iterator[Figures]:
        _say(f"{benchmark.name}: BM25")
        yield from keyword_figures(benchmark)
        _say(f"{benchmark.name}: {self.model.name}")
        yield from embedder_figures(benchmark, self.model)
        for rival in self.rivals:
            _say(f"{benchmark.name}: {rival.name}")
            yield rival_figures(benchmark, rival, self.options.sample)

    def questions(self) -> tuple[str, list[dict[str, Any]]]:
        tables, figures = [], []
        for path in sorted(self.options.eval.glob("*.jsonl")):
            _say(f"{path.name}: indexes of the corpus")
            found = development_figures(self.options.corpus, path, self.model, self.rivals, self.options.predictions)
            tables.append(f"{path.name}:\n\n{table_of_ways(found)}")
            figures += [{"file": path.name, **asdict(each)} for each in found]
        return "\n\n".join(tables), figures

    def speed(self) -> tuple[str, list[dict[str, Any]]]:
        sets = self._sets()
        texts = [text for each in sets for text in each.passages]
        questions = [text for each in sets for text in each.sampled(SPEED_QUESTIONS).questions]
        if not sets:
            texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(SAMPLES.glob("*.txt"))]
            questions = [text[:40] for text in texts]
        passages = cut(texts, PASSAGES)
        measured = list(self._speeds(passages, questions))
        origin = "the sets" if sets else "the samples, for want of sets (--benchmarks)"
        table = f"Passages of {PASSAGE_CHARACTERS} characters, cut from {origin}.\n\n{table_of_speed(measured)}"
        return table, [asdict(each) for each in measured]

    def _speeds(self, passages: Sequence[str], questions: Sequence[str]) -> Iterator[Measured]:
        _say("speed: embedding")
        own = list(encoding_speed(self.model, self.options.model, passages))
        yield from own
        for rival in self.rivals:
            yield from rival_speed(rival, passages, own[0])
        yield memory(self.options.model, passages)
        yield late_interaction_speed(self.model, passages, questions)
        _say("speed: asking from a shell")
        yield from asking_speed()

    def _sets(self) -> list[Benchmark]:
        folder = self.options.benchmarks
        return list(read_benchmarks(folder)) if folder is not None and folder.is_dir() else []


def arguments_of(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The options; wrong ones end the program with a sentence and status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.embedders", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--benchmarks", type=_folder, metavar="DIR", help=f"sets: NAME{CORPUS} and NAME{QUERIES}")
    parser.add_argument("--eval", type=_folder, metavar="DIR", help="questions with evidence: NAME.jsonl")
    parser.add_argument("--corpus", type=_folder, metavar="DIR", help="the speeches that the questions are about")
    parser.add_argument(
        "--model", type=_model_folder, default=BUILTIN, metavar="FOLDER", help="a static model (default: the built-in)"
    )
    parser.add_argument(
        "--embedder", action="append", default=[], metavar="NAME", help="a SentenceTransformer to compare with as well"
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure (default: all)")
    parser.add_argument(
        "--sample",
        type=_count,
        default=0,
        metavar="N",
        help="measure the recall of all-MiniLM-L6-v2 and of --embedder on at most N questions of a set (default: all)",
    )
    parser.add_argument("--json", type=_new_file, metavar="FILE", help="write all figures there")
    parser.add_argument(
        "--predictions", type=_existing_folder, metavar="DIR", help="write there what each way found for the questions"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the arguments ask for; the exit status."""
    options = arguments_of(argv)
    try:
        model = StaticEmbedder(options.model, BUILTIN_NAME if options.model == BUILTIN else "")
        run = Run(options, model, rivals(options.embedder), Report(environment(model)))
        print(f"# The built-in embedder, measured\n\n{_environment_line(run.report.environment)}\n")
        for part in options.parts:
            run.part(part)
            if options.json is not None:
                options.json.write_text(run.report.as_json(), encoding="utf-8")
    except AskSpeechError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    return 0


def environment(model: StaticEmbedder) -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "model": model.name,
        "fingerprint": model.fingerprint,
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def _environment_line(values: dict[str, Any]) -> str:
    return (
        f"{values['model']} ({values['fingerprint'][:12]}), {values['date']}, Python {values['python']}, "
        f"{values['machine']}, {values['cores']} cores, load at the start {values['load']}"
    )


def _absent(option: str, folder: Path | None, pattern: str, expected: str) -> Iterator[str]:
    if folder is None:
        yield f"{option} was not given; it names the folder of {expected}."
    elif not folder.is_dir():
        yield f"the folder {folder} ({option}) is not there; expected the folder of {expected}."
    elif not any(folder.glob(pattern)):
        yield f"the folder {folder} ({option}) is not what was expected: the folder of {expected}."


def _folder(text: str) -> Path | None:
    """A folder that may be absent; an empty argument, as make passes it, counts as none."""
    path = Path(text) if text else None
    if path is not None and path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is a file, expected a folder")
    return path


def _model_folder(text: str) -> Path:
    path = Path(text)
    if not (path / "model.safetensors").is_file():
        raise argparse.ArgumentTypeError(
            f"{text} holds no model.safetensors; expected the folder of a static model, as training/ writes it "
            "(any other SentenceTransformer: --embedder)"
        )
    return path.resolve()


def _existing_folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder; expected one that exists, to write into")
    return path


def _new_file(text: str) -> Path | None:
    path = Path(text) if text else None
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise argparse.ArgumentTypeError(f"{text} cannot be written; expected a file in a folder that exists")
    return path


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of questions; expected 0 (all) or more")
    return int(text)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
