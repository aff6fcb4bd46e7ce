"""The command `inspect`: its options, and what it prints.

It imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse
import shutil
import sys
from pathlib import Path

from askspeech.errors import ReadError
from askspeech.settings import IndexSettings

__all__ = ["add_inspect", "inspect_output"]


def add_inspect(parser: argparse.ArgumentParser) -> None:
    """Give a command the options of `inspect`."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--html", type=Path, metavar="OUT.html", help="write one self-contained page in place of text")


def inspect_output(arguments: argparse.Namespace, settings: IndexSettings) -> str:
    """What `askspeech inspect` prints, its last line break included; raises what reading raises."""
    from askspeech.cleaning_rules import load_rules
    from askspeech.corpus_files import CorpusFile
    from askspeech.inspection_page import inspection_page
    from askspeech.inspection_text import inspection_text
    from askspeech.readers import read_source
    from askspeech.understanding import understand

    try:
        source = read_source(CorpusFile(arguments.file, arguments.file.name))
    except ReadError as error:
        raise ReadError(f"{arguments.file}: {error}") from error
    document = understand(source, settings, load_rules(settings.cleaning_rules))
    if arguments.html:
        arguments.html.write_text(inspection_page(document), encoding="utf-8", errors="backslashreplace")
        return f"{arguments.html}\n"
    width = shutil.get_terminal_size().columns
    return inspection_text(document, colours=sys.stdout.isatty(), width=width)
