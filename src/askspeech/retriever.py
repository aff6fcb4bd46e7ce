"""The index as a LangChain retriever."""

from typing import Any, Protocol, cast

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from askspeech.datatypes import Filters, Hit, SearchResult

__all__ = ["SpeechRetriever", "to_document"]


class Searcher(Protocol):
    """What the retriever asks: a `SpeechIndex`, or anything that searches like one."""

    def search(self, question: str, *, k: int = 8, filters: Filters | None = None) -> SearchResult:
        """The k passages that answer a question best, best first."""


class SpeechRetriever(BaseRetriever):
    """Finds passages of speeches; each document's metadata say where its words stand."""

    index: Any
    k: int = 8
    filters: Filters | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = cast(Searcher, self.index).search(query, k=self.k, filters=self.filters)
        return [to_document(hit) for hit in found]


def to_document(hit: Hit) -> Document:
    """A hit as a LangChain document: the reading text, and where it stands as plain JSON values."""
    passage = hit.passage
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "file": passage.file,
            "spans": [list(span) for span in hit.spans],
            "speech_id": hit.speech.id,
            "speech_title": hit.speech.title,
            "heading_path": list(passage.heading_path),
            "kind": passage.kind,
            "score": hit.score,
            "found_by": list(hit.found_by),
            **{fact.name: fact.value for fact in hit.speech.facts},
        },
    )
