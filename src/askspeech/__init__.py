"""Questions and answers over collections of speeches, every statement cited to the exact words.

    from askspeech import Answerer, SpeechIndex, build_index

    build_index(["speeches/"], store="vectordb/store")
    with SpeechIndex.open("vectordb/store") as index:
        print(Answerer(index).ask("派驻到企业的服务员要干哪几样活？").text)

Imports point one way: datatypes, errors, settings ← pure modules ← edges ← pipelines ← faces. Importing the package
does nothing and is quick; a name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askspeech.answers import Answerer
    from askspeech.build_report import BuildReport
    from askspeech.datatypes import (
        Answer,
        Citation,
        Filters,
        Hit,
        Passage,
        SearchResult,
        Source,
        Span,
        Speech,
        Turn,
    )
    from askspeech.errors import AskSpeechError
    from askspeech.indexing import build_index
    from askspeech.search import SpeechIndex
    from askspeech.settings import IndexSettings

_HOMES = {
    "Answer": "datatypes",
    "Answerer": "answers",
    "AskSpeechError": "errors",
    "BuildReport": "build_report",
    "Citation": "datatypes",
    "Filters": "datatypes",
    "Hit": "datatypes",
    "IndexSettings": "settings",
    "Passage": "datatypes",
    "SearchResult": "datatypes",
    "Source": "datatypes",
    "Span": "datatypes",
    "Speech": "datatypes",
    "SpeechIndex": "search",
    "Turn": "datatypes",
    "build_index": "indexing",
}

__all__ = [
    "Answer",
    "Answerer",
    "AskSpeechError",
    "BuildReport",
    "Citation",
    "Filters",
    "Hit",
    "IndexSettings",
    "Passage",
    "SearchResult",
    "Source",
    "Span",
    "Speech",
    "SpeechIndex",
    "Turn",
    "build_index",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'askspeech' has no attribute {name!r}")
    return getattr(import_module(f"askspeech.{_HOMES[name]}"), name)
