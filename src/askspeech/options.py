"""Options that several commands take, what they may hold, and the settings that they make with the environment."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from askspeech.egress import silenced
from askspeech.settings import (
    DEFAULT_STORE,
    LARGEST_PORT,
    ChatSettings,
    IndexSettings,
    ServerSettings,
    from_environment,
)

__all__ = ["add_store", "port_number", "positive_number", "settings_of"]


def add_store(parser: argparse.ArgumentParser, default: Path = DEFAULT_STORE) -> None:
    """Give a command `--store`; `default` is where the index is looked for without it and without a variable."""
    parser.add_argument(
        "--store", type=Path, metavar="DIR", help=f"where the index is (default: $ASKSPEECH_STORE, else {default})"
    )
    parser.set_defaults(default_store=default)


def settings_of(arguments: argparse.Namespace) -> tuple[IndexSettings, ServerSettings, ChatSettings]:
    """The settings of the environment, with the options of the command line before them.

    No library has been imported yet: what would send something unasked is told to be silent, here and in all children.
    """
    index, server, chat = from_environment({"ASKSPEECH_STORE": str(arguments.default_store), **os.environ})
    chosen = getattr(arguments, "embedder", None)
    os.environ.update(silenced((index.embedder if chosen is None else chosen, index.reranker, chat.checker)))
    return (index if arguments.store is None else replace(index, store=arguments.store)), server, chat


def positive_number(text: str) -> int:
    """A whole number above 0; raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def port_number(text: str) -> int:
    """A port's number; raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 0 to {LARGEST_PORT}")
    return int(text)
