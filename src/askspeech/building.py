"""The command `build`: its options, and what it prints.

It imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse
import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from askspeech.disk import lift_file_growth
from askspeech.options import add_store, positive_number, settings_of
from askspeech.settings import ENGINES

if TYPE_CHECKING:
    from askspeech.build_report import BuildReport

__all__ = ["add_build", "built"]

BACKGROUND_NICENESS = 10


def add_build(parser: argparse.ArgumentParser, default_store: Path) -> None:
    """Give a command the options of `build`."""
    parser.add_argument(
        "corpus",
        nargs="*",
        type=Path,
        metavar="CORPUS",
        help="folder or file of speeches; none: those of the last build. Files added in the page are taken in anyway",
    )
    add_store(parser, default_store)
    parser.add_argument(
        "--embedder", metavar="NAME", help="name or folder of a SentenceTransformer (default: the built-in embedder)"
    )
    parser.add_argument(
        "--allow-empty", action="store_true", help="accept an empty folder that held files at the last build"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="write a new index even where nothing has changed; vectors are reused"
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="where files are prepared: here, and in workers where that takes long (auto, the default); here (serial); "
        "in workers (pool); on a Ray cluster (ray)",
    )
    parser.add_argument(
        "--workers",
        type=positive_number,
        metavar="N",
        help="how many workers (default: as many as processors)",
    )
    # What a server hands to the build that it starts: who asked for it, its id, and the lock of the store.
    parser.add_argument("--by", default="", help=argparse.SUPPRESS)
    parser.add_argument("--id", default="", help=argparse.SUPPRESS)
    parser.add_argument("--lock", type=int, help=argparse.SUPPRESS)
    # That the server has limited how large its own files may grow, by the index that it has open.
    parser.add_argument("--lift-file-limit", action="store_true", help=argparse.SUPPRESS)


def built(arguments: argparse.Namespace) -> "BuildReport":
    """Build as the arguments say; progress goes to stderr, unless a server started it; raises what building raises."""
    from askspeech.indexing import build_index
    from askspeech.logs import Logs
    from askspeech.recording import Started
    from askspeech.reporting import ProgressDisplay

    settings, server, _ = settings_of(arguments)
    if arguments.embedder is not None:
        settings = replace(settings, embedder=arguments.embedder)
    settings = replace(
        settings, engine=arguments.engine or settings.engine, workers=arguments.workers or settings.workers
    )
    in_background = arguments.lock is not None
    if in_background:
        os.nice(BACKGROUND_NICENESS)
    if arguments.lift_file_limit:
        lift_file_growth(inherited=True)
    display = nullcontext() if in_background else ProgressDisplay(sys.stderr)
    with Logs(server.logs).loggers(), display as progress:
        return build_index(
            arguments.corpus,
            store=settings.store,
            settings=settings,
            progress=progress,
            allow_empty=arguments.allow_empty,
            fresh=arguments.fresh,
            started=Started(arguments.by, arguments.id, arguments.lock),
        )
