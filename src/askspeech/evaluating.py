"""The commands `evaluate` and `questions`: their options, and what each prints.

Each imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from askspeech.settings import IndexSettings

__all__ = ["Printed", "add_evaluate", "add_questions", "evaluate_output", "questions_output"]

_NAMED_IDS = 5
_DEFAULT_COUNT = 60


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command prints, and what it has to complain of."""

    text: str
    complaint: str = ""


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Give a command the options of `evaluate`."""
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--predictions", type=Path, metavar="OUT.jsonl", help="write what was found and answered")
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="EARLIER.jsonl",
        help="what became better and worse since the run that wrote these predictions 与上次相比",
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="only the questions in this language")
    parser.add_argument(
        "--way",
        choices=("keyword", "dense", "late", "hybrid"),
        default="hybrid",
        help="how to search: words, vectors, late interaction, or all; one alone is measured without answers "
        "(default: hybrid)",
    )
    parser.add_argument("--by-type", action="store_true", help="a line for each language and each type of question")
    parser.add_argument(
        "--misses", action="store_true", help="the questions whose evidence is not complete within 2,000 characters"
    )


def add_questions(parser: argparse.ArgumentParser) -> None:
    """Give a command the options of `questions`."""
    parser.add_argument("out", type=Path, metavar="OUT.jsonl", help="a new file, for `askspeech evaluate` 新文件")
    parser.add_argument(
        "--count",
        type=_at_least_one,
        default=_DEFAULT_COUNT,
        metavar="N",
        help="how many, one of five unanswerable (default: %(default)s) 题数",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another number makes other questions (default: 0) 换一批"
    )


def evaluate_output(arguments: argparse.Namespace, settings: IndexSettings) -> Printed:
    """What `askspeech evaluate` prints: figures, and what changed where wanted; raises what evaluating raises."""
    from askspeech.answers import Answerer
    from askspeech.comparison_text import comparison_text
    from askspeech.evaluation import compare_with, evaluate, read_predictions, read_questions, write_predictions
    from askspeech.reporting import ProgressDisplay, evaluation_text
    from askspeech.search import SpeechIndex

    questions = read_questions(arguments.questions, arguments.lang)
    earlier = read_predictions(arguments.compare, questions) if arguments.compare else None
    with SpeechIndex.open(settings.store, settings) as index, ProgressDisplay(sys.stderr) as progress:
        evaluation = evaluate(index, Answerer(index), questions, way=arguments.way, progress=progress)
        texts = index.source_texts()
    if arguments.predictions is not None:
        write_predictions(arguments.predictions, evaluation.predictions)
    parts = [evaluation_text(evaluation, by_type=arguments.by_type, misses=arguments.misses)]
    if earlier is not None:
        comparison = compare_with(evaluation, earlier, texts)
        parts.append(comparison_text(comparison, questions, by_type=arguments.by_type))
    return Printed("\n".join(parts), _missing(evaluation.missing, len(questions)))


def questions_output(arguments: argparse.Namespace, settings: IndexSettings) -> Printed:
    """What `askspeech questions` prints, having written the questions; raises what reading and writing raise."""
    from askspeech.errors import QuestionError
    from askspeech.evaluation import write_questions
    from askspeech.made_questions import SpokenParts, made_questions
    from askspeech.search import SpeechIndex

    with SpeechIndex.open(settings.store, replace(settings, reranker="")) as index:  # nothing is searched for
        parts = [
            SpokenParts(speech, index.sections(speech.id), tuple(index.passages(speech.id)))
            for speech in index.speeches()
        ]
        questions = made_questions(parts, index.source_texts(), arguments.count, arguments.seed)
    if not questions:
        raise QuestionError(
            f"The speeches in {settings.store} yield no question: they are too few or too short. "
            "Index more of them, or write the questions by hand."
        )
    write_questions(arguments.out, questions)
    unanswerable = sum(not question.answerable for question in questions)
    fewer = (
        f"The speeches in {settings.store} yield only {len(questions)} of the {arguments.count} questions asked for "
        "这些讲话只够出这么多题."
    )
    return Printed(
        f"{arguments.out}: {len(questions)} questions 题, {unanswerable} of them unanswerable 无答案. "
        f"Measure with 评测: askspeech evaluate {arguments.out} --store {settings.store}",
        fewer if len(questions) < arguments.count else "",
    )


def _missing(ids: tuple[str, ...], asked: int) -> str:
    if not ids:
        return ""
    named = ", ".join(ids[:_NAMED_IDS]) + (", …" if len(ids) > _NAMED_IDS else "")
    return (
        f"The index does not hold the evidence of {len(ids)} of {asked} questions ({named}). "
        "They were written for another corpus, or a file has changed: name the store of their corpus."
    )


def _at_least_one(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
