"""The command line: arguments in, text and an exit status out.

    status  meaning
    0       done
    1       nothing could be done: the sentence on stderr says why
    2       wrong usage
    3       done, but some files were skipped: they are listed with reasons
    74      disk or input/output
    75      another build holds the store: its process is named
    130     interrupted from the keyboard
    143     ended by SIGTERM

Each command imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse
import atexit
import gc
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from askspeech.asking import add_no_model, add_question, ask_output, search_output
from askspeech.building import add_build, built
from askspeech.errors import AskSpeechError
from askspeech.evaluating import Printed, add_evaluate, add_questions, evaluate_output, questions_output
from askspeech.feedback import add_feedback, feedback_output
from askspeech.granting import add_token, token_output
from askspeech.inspecting import add_inspect, inspect_output
from askspeech.options import add_store, port_number, positive_number, settings_of
from askspeech.settings import DEFAULT_STORE, ChatSettings, data_folder
from askspeech.user_command import add_user, user_output

UNDONE_STATUS = 1
SKIPPED_STATUS = 3
DISK_STATUS = 74
INTERRUPTED_STATUS = 130
TERMINATED_STATUS = 143

Command = Callable[[argparse.Namespace], int]
_TERMINATED: list[bool] = []
"""Not empty once SIGTERM has come."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program `askspeech`; the arguments are those of the process where none are given."""
    return _run(program_parser().parse_args(arguments))


def build_main(arguments: Sequence[str] | None = None, *, default_store: Path = DEFAULT_STORE) -> int:
    """Run the ingest script: the command `build` as a program of its own, with a default store of its own."""
    parser = argparse.ArgumentParser(description="Build the index of folders of speeches. 建立讲话索引。")
    _add_build(parser, default_store)
    return _run(parser.parse_args(arguments))


def program_parser() -> argparse.ArgumentParser:
    """The parser of the whole program."""
    parser = argparse.ArgumentParser(
        prog="askspeech",
        description="Ask a folder of speeches; every answer cites its words. 向讲话稿提问，句句有出处。",
    )
    parser.add_argument("--version", action=_PrintVersion)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, summary, add in (
        ("build", "build the index of folders of speeches 建立索引", _add_build),
        ("ask", "answer a question 提问", _add_ask),
        ("search", "show the passages that a question finds 检索段落", _add_search),
        ("serve", "serve the chat page 打开聊天页面", _add_serve),
        ("speeches", "list what the index holds 列出讲话", _add_speeches),
        ("inspect", "show what a file was read as, and what was dropped 查看一个文件的清洗结果", _add_inspect),
        ("rollback", "go back to the index before the one in use 退回上一个索引", _add_rollback),
        ("verify", "check whether the store is sound 检查索引", _add_verify),
        ("evaluate", "measure search and answers on questions with known evidence 评测", _add_evaluate),
        ("questions", "make questions of the index, to measure with 由索引出题", _add_questions),
        ("feedback", "what readers thought of the answers 读者的评价", _add_feedback),
        ("user", "add, list and remove the users who sign in to the page 用户", _add_user),
        ("token", "make, list and remove the tokens of programs that call the server 程序令牌", _add_token),
        ("mcp", "answer an agent over stdin and stdout by MCP 供智能体调用", _add_mcp),
    ):
        add(commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."))
    return parser


class _PrintVersion(argparse.Action):
    """Print the version and leave; argparse's own action would look it up for every command."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and leave")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        try:
            version = metadata.version("askspeech")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        print(f"askspeech {version}")
        parser.exit()


def _add_build(parser: argparse.ArgumentParser, default_store: Path = DEFAULT_STORE) -> None:
    add_build(parser, default_store)
    parser.set_defaults(run=_build)


def _add_ask(parser: argparse.ArgumentParser) -> None:
    add_question(parser)
    add_store(parser)
    add_no_model(parser)
    parser.add_argument("-k", type=positive_number, metavar="N", help="show the N best passages as well")
    parser.set_defaults(run=_ask)


def _add_search(parser: argparse.ArgumentParser) -> None:
    add_question(parser)
    add_store(parser)
    parser.add_argument(
        "-k", type=positive_number, metavar="N", default=8, help="how many passages (default: %(default)s)"
    )
    parser.set_defaults(run=_search)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument("--host", help="address to listen on (default: $ASKSPEECH_HOST, else 127.0.0.1)")
    parser.add_argument("--port", type=port_number, help="port to listen on (default: $ASKSPEECH_PORT, else 7860)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where conversations are kept (see $ASKSPEECH_DATA)")
    add_no_model(parser)
    parser.set_defaults(run=_serve)


def _add_speeches(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument("--json", action="store_true", help="print the speeches as JSON")
    parser.set_defaults(run=_speeches)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    add_inspect(parser)
    add_store(parser)
    parser.set_defaults(run=_inspect)


def _add_rollback(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.set_defaults(run=_rollback)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument("--quick", action="store_true", help="only checksums and counts")
    parser.set_defaults(run=_verify)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add_evaluate(parser)
    add_store(parser)
    parser.set_defaults(run=_evaluate)


def _add_questions(parser: argparse.ArgumentParser) -> None:
    add_questions(parser)
    add_store(parser)
    parser.set_defaults(run=_questions)


def _add_feedback(parser: argparse.ArgumentParser) -> None:
    action = add_feedback(parser)
    add_store(action)
    action.set_defaults(run=_feedback)


def _add_token(parser: argparse.ArgumentParser) -> None:
    for action in add_token(parser):
        action.set_defaults(run=_token)


def _add_user(parser: argparse.ArgumentParser) -> None:
    for action in add_user(parser):
        action.set_defaults(run=_user)


def _add_mcp(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    add_no_model(parser)
    parser.set_defaults(run=_mcp)


def _build(arguments: argparse.Namespace) -> int:
    from askspeech.reporting import build_text

    report = built(arguments)
    print(build_text(report, _width()))
    return SKIPPED_STATUS if report.skipped else 0


def _ask(arguments: argparse.Namespace) -> int:
    settings, _, chat = settings_of(arguments)
    print(ask_output(arguments, settings, ChatSettings() if arguments.no_model else chat))
    return 0


def _search(arguments: argparse.Namespace) -> int:
    settings, _, _ = settings_of(arguments)
    print(search_output(arguments, settings))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from askspeech.gradio_stubs import without_stubs
    from askspeech.logs import Logs
    from askspeech.process_memory import keep_one_heap

    keep_one_heap()
    with without_stubs():
        from askspeech.server import serve

    if _TERMINATED:  # while libraries were imported that catch whatever is raised meanwhile
        raise _TerminatedError
    index, server, chat = settings_of(arguments)
    if arguments.host is not None:
        server = replace(server, host=arguments.host)
    if arguments.port is not None:
        server = replace(server, port=arguments.port)
    if arguments.data is not None:
        server = replace(server, data=arguments.data)
    with Logs(server.logs).everywhere():
        return serve(index, server, ChatSettings() if arguments.no_model else chat)


def _speeches(arguments: argparse.Namespace) -> int:
    from askspeech.reporting import speeches_json, speeches_text
    from askspeech.search import SpeechIndex

    settings, _, _ = settings_of(arguments)
    with SpeechIndex.open(settings.store, replace(settings, reranker="")) as index:  # nothing is searched for
        speeches = index.speeches()
    print(speeches_json(speeches) if arguments.json else speeches_text(speeches, _width()))
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    print(inspect_output(arguments, settings_of(arguments)[0]), end="")
    return 0


def _rollback(arguments: argparse.Namespace) -> int:
    from askspeech.store import Store

    settings, _, _ = settings_of(arguments)
    store = Store(settings.store)
    with store.writer() as writer:
        left = store.current_name()
        generation = writer.roll_back()
    print(f"{settings.store} is back at the index {generation.name} 已退回; {left} goes with the next build.")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from askspeech.reporting import ProgressDisplay, verification_text
    from askspeech.store import Store
    from askspeech.verification import verify

    settings, _, _ = settings_of(arguments)
    with Store(settings.store).open_current() as held, ProgressDisplay(sys.stderr) as progress:
        progress("verifying", 0, 1)
        verification = verify(held.path, quick=arguments.quick, server=settings.chroma_server)
        progress("verifying", 1, 1)
    for problem in verification.problems:
        _complain(problem)
    print(verification_text(verification, held.name))
    return 0 if verification.sound else UNDONE_STATUS


def _evaluate(arguments: argparse.Namespace) -> int:
    return _print(evaluate_output(arguments, settings_of(arguments)[0]))


def _questions(arguments: argparse.Namespace) -> int:
    return _print(questions_output(arguments, settings_of(arguments)[0]))


def _feedback(arguments: argparse.Namespace) -> int:
    index, server, _ = settings_of(arguments)
    print(feedback_output(arguments, data_folder(index, server)))
    return 0


def _token(arguments: argparse.Namespace) -> int:
    index, server, _ = settings_of(arguments)
    print(token_output(arguments, data_folder(index, server)))
    return 0


def _user(arguments: argparse.Namespace) -> int:
    index, server, _ = settings_of(arguments)
    print(user_output(arguments, data_folder(index, server)))
    return 0


def _mcp(arguments: argparse.Namespace) -> int:
    from askspeech.mcp_server import serve_stdio

    index, _, chat = settings_of(arguments)
    return serve_stdio(index, ChatSettings() if arguments.no_model else chat)


def _print(printed: Printed) -> int:
    if printed.complaint:
        _complain(printed.complaint)
    print(printed.text)
    return 0


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _run(arguments: argparse.Namespace) -> int:
    """Run the command; whatever goes wrong becomes a sentence on stderr and an exit status, never a traceback."""
    if sys.platform == "win32":
        _complain(
            "This is Windows; askspeech runs on Linux, on macOS and in WSL. Start it inside WSL. 请在 WSL 中运行。"
        )
        return 1
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    command: Command = arguments.run
    # At its end Python would look through everything that Chroma imported for what can be freed: a third of a second.
    atexit.register(gc.freeze)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)
    try:
        status = command(arguments)
        sys.stdout.flush()
    except AskSpeechError as error:
        _complain(str(error))
        return error.exit_status
    except BrokenPipeError:
        # Whoever read our output has what was wanted (`askspeech speeches | head`).
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        _complain(
            f"The disk or another device failed: {error}. Free space or permissions may be missing; then try again."
        )
        return DISK_STATUS
    except KeyboardInterrupt as interruption:
        _complain("Interrupted 已中断.")
        return TERMINATED_STATUS if isinstance(interruption, _TerminatedError) else INTERRUPTED_STATUS
    except Exception as error:
        # A defect of ours. Its traceback is for developers; everyone else gets a sentence, as for any other failure.
        if sys.flags.dev_mode:
            raise
        _complain(
            f"This should not have happened ({type(error).__name__}: {error}). "
            "Please report it with what `python -X dev -m askspeech …` prints in place of this sentence."
        )
        return UNDONE_STATUS
    return status


class _TerminatedError(KeyboardInterrupt):
    """SIGTERM: what was begun is cleaned up just as after Ctrl-C."""


def _terminated(*_: object) -> None:
    _TERMINATED.append(True)
    raise _TerminatedError


def _complain(message: str) -> None:
    from askspeech.printing import printable

    print(f"askspeech: {printable(message)}", file=sys.stderr)


def _discard_output() -> None:
    """Point a broken stdout at nothing: Python flushes it once more at exit, and would complain there."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
