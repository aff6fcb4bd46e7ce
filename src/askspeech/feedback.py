"""The command `feedback`: its options, and what it prints.

It imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse
from pathlib import Path

__all__ = ["add_feedback", "feedback_output"]


def add_feedback(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Give the command `feedback` its only action, `export`, and return that one's parser."""
    summary = "write the questions whose answers were judged good, to measure with 导出评为好的问答"
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    export = actions.add_parser("export", help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    export.add_argument("out", type=Path, metavar="OUT.jsonl", help="a new file, for `askspeech evaluate` 新文件")
    export.add_argument("--owner", metavar="NAME", help="only of this user's conversations (default: of all) 用户")
    export.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="where the conversations are (default: $ASKSPEECH_DATA, else data beside the store)",
    )
    return export


def feedback_output(arguments: argparse.Namespace, folder: Path) -> str:
    """What `askspeech feedback export` prints, having written the questions; raises what reading and writing raise.

    Args:
        arguments: those of the command line.
        folder: where the conversations are, unless the command line says.
    """
    from askspeech.conversations import Conversations
    from askspeech.errors import QuestionError
    from askspeech.evaluation import write_questions

    kept = Conversations.open(folder if arguments.data is None else arguments.data)
    questions = kept.export_questions(_owner(kept.path.parent, arguments.owner))
    if not questions:
        raise QuestionError(
            f"{kept.path} holds no answer that was judged good and cites something, expected one at least. "
            "Judge answers on the chat page first, or name another folder with --data.",
            "还没有评为好的回答。",
        )
    write_questions(arguments.out, questions)
    unanswerable = sum(not question.answerable for question in questions)
    return (
        f"{arguments.out}: {len(questions)} questions 题, {unanswerable} of them unanswerable 无答案. "
        f"Measure with 评测: askspeech evaluate {arguments.out}"
    )


def _owner(folder: Path, name: str | None) -> str | None:
    """What the conversations of a user are kept under; of nobody who signs in, the name itself."""
    from askspeech.users import Users

    return name if name is None else Users(folder).owner_of(name) or name
