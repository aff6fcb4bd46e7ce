"""The index as a LangChain retriever."""

from functools import cache
from typing import Any, Protocol, cast

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from askspeech.citing import locate
from askspeech.datatypes import Filters, Hit, SearchResult, Source

__all__ = ["SpeechRetriever", "to_document"]


class Searcher(Protocol):
    """What the retriever asks: a `SpeechIndex`, or anything that searches like one."""

    @property
    def generation(self) -> str:
        """The name of the generation in use."""

    def search(self, question: str, *, k: int = 8, filters: Filters | None = None) -> SearchResult:
        """The k passages that answer a question best, best first."""

    def source(self, source_id: str) -> Source:
        """A source with its text and layout."""


class SpeechRetriever(BaseRetriever):
    """Finds passages of speeches; each document's metadata say where its words stand.

    `ainvoke` searches in a thread, so that it holds up no event loop.
    """

    index: Any
    k: int = 8
    filters: Filters | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        index = cast(Searcher, self.index)
        source = cache(index.source)
        found = index.search(query, k=self.k, filters=self.filters)
        return [to_document(hit, source(hit.passage.source_id), index.generation) for hit in found]


def to_document(hit: Hit, source: Source, generation: str) -> Document:
    """A hit as a LangChain document: the reading text, and in its metadata, as plain JSON values, what is known of it.

    `spans` are `[start, end)` in the source's text and give the document's words; `added_spans` are what belongs
    beside them. `locator` is the page, paragraph or line in the file.
    """
    passage, speech = hit.passage, hit.speech
    place = locate(source.text, source.layout, passage.spans)
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "file": passage.file,
            "source_id": passage.source_id,
            "spans": [list(span) for span in passage.spans],
            "added_spans": [list(span) for span in hit.added],
            "locator": {"unit": place.unit, "first": place.first, "last": place.last},
            "speech_id": speech.id,
            "speech_title": speech.title,
            "heading_path": list(passage.heading_path),
            "kind": passage.kind,
            "facts": {fact.name: list(speech.values(fact.name)) for fact in speech.facts},
            "score": hit.score,
            "found_by": list(hit.found_by),
            "copies": list(hit.copies),
            "generation": generation,
        },
    )
