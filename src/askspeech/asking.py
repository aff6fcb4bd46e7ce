"""The commands `ask` and `search`: the filters that both take, and what each prints.

Each imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse

from askspeech.datatypes import Filters, Locator
from askspeech.settings import ChatSettings, IndexSettings

__all__ = ["add_no_model", "add_question", "ask_output", "search_output"]

_OPTIONS = {
    "speech": ("TITLE", "words of the title, or the id, of the speeches to look in 只在这些讲话里找"),
    "file": ("PATH", "their file, as `askspeech speeches` prints it 文件"),
    "level": ("LEVEL", "their level, such as 市 or 县 层级"),
    "place": ("PLACE", "a place that they are of 地点"),
    "year": ("YEAR", "the year in which they were held 年份"),
    "kind": ("KIND", "the kind of meeting or report, such as 座谈会 类型"),
}


def add_question(parser: argparse.ArgumentParser) -> None:
    """Give a command the question, `--json`, and the options that narrow its search."""
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    group = parser.add_argument_group(
        "filters 筛选", "each can be repeated: values of one filter are alternatives, filters narrow each other"
    )
    for name, (metavar, meaning) in _OPTIONS.items():
        group.add_argument(f"--{name}", action="append", default=[], metavar=metavar, help=meaning)


def add_no_model(parser: argparse.ArgumentParser) -> None:
    """Give a command that answers `--no-model`."""
    parser.add_argument(
        "--no-model", action="store_true", help="answer with sentences of the speeches alone, whatever model is set"
    )


def ask_output(arguments: argparse.Namespace, settings: IndexSettings, chat: ChatSettings) -> str:
    """What `askspeech ask` prints: the answer, and the best passages where wanted; raises what asking raises."""
    from askspeech.answers import Answerer
    from askspeech.chat_models import chat_model_of
    from askspeech.entailment import sharpener_of
    from askspeech.reporting import answer_json, answer_text
    from askspeech.search import SpeechIndex

    filters = _filters(arguments)
    with SpeechIndex.open(settings.store, settings) as index:
        answerer = Answerer(index, chat_model_of(chat), sharpener=sharpener_of(chat))
        answer = answerer.ask(arguments.question, filters=filters)
        passages = index.search(arguments.question, k=arguments.k, filters=filters).hits if arguments.k else None
    return answer_json(answer, passages, answerer.totals) if arguments.json else answer_text(answer, passages or ())


def search_output(arguments: argparse.Namespace, settings: IndexSettings) -> str:
    """What `askspeech search` prints: the hits, each with its place in the file; raises what searching raises."""
    from askspeech.citing import locate
    from askspeech.reporting import search_json, search_text
    from askspeech.search import SpeechIndex

    with SpeechIndex.open(settings.store, settings) as index:
        result = index.search(arguments.question, k=arguments.k, filters=_filters(arguments))
        places: list[Locator] = [
            locate(source.text, source.layout, hit.passage.spans)
            for hit in result.hits
            for source in [index.source(hit.passage.source_id)]
        ]
    show = search_json if arguments.json else search_text
    return show(arguments.question, result, places)


def _filters(arguments: argparse.Namespace) -> Filters:
    return Filters(**{name: tuple(getattr(arguments, name)) for name in _OPTIONS})
