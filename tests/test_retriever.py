"""The LangChain retriever over an index."""

import asyncio
import json
import threading
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from askspeech import Filters, SpeechIndex
from askspeech.citing import locate
from askspeech.datatypes import SearchResult, Source, Span, slices
from askspeech.retriever import SpeechRetriever


def test_it_is_a_langchain_retriever_with_the_hits_of_search(index: SpeechIndex) -> None:
    retriever = index.as_retriever(k=4)
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("融资难怎么破解")
    assert [document.id for document in documents] == [hit.passage.id for hit in index.search("融资难怎么破解", k=4)]


def test_the_metadata_say_where_the_words_stand(index: SpeechIndex) -> None:
    for document in index.as_retriever().invoke("融资难怎么破解"):
        source = index.source(document.metadata["source_id"])
        spans = [Span(*span) for span in document.metadata["spans"]]
        assert slices(source.text, spans) == document.page_content
        place = locate(source.text, source.layout, spans)
        assert document.metadata["locator"] == {"unit": place.unit, "first": place.first, "last": place.last}
        assert document.metadata["file"] == source.file


def test_the_metadata_hold_all_that_is_known_of_a_hit(index: SpeechIndex) -> None:
    (hit,) = index.search("融资难怎么破解", k=1)
    (document,) = index.as_retriever(k=1).invoke("融资难怎么破解")
    found = document.metadata
    assert (found["speech_id"], found["speech_title"]) == (hit.speech.id, hit.speech.title)
    assert found["heading_path"] == list(hit.passage.heading_path)
    assert (found["kind"], found["score"], found["found_by"]) == (hit.passage.kind, hit.score, list(hit.found_by))
    assert found["facts"]["level"] == ["市"]
    assert found["facts"]["place"] == list(hit.speech.values("place"))
    assert found["generation"] == index.generation
    assert json.loads(json.dumps(found)) == found, "plain JSON values, which any store of LangChain takes"


def test_filters_and_async_hold(index: SpeechIndex) -> None:
    retriever = index.as_retriever(k=30, filters=Filters(file=("forum.txt",)))
    documents = asyncio.run(retriever.ainvoke("营商环境"))
    assert {document.metadata["file"] for document in documents} == {"forum.txt"}
    assert [document.id for document in documents] == [document.id for document in retriever.invoke("营商环境")]


class SlowIndex:
    """An index whose search lasts until the event loop has done something else meanwhile."""

    generation = "generation"

    def __init__(self, index: SpeechIndex) -> None:
        self.index = index
        self.went_on = threading.Event()
        self.waited = False

    def search(self, question: str, **options: Any) -> SearchResult:
        self.waited = self.went_on.wait(20)
        return self.index.search(question, **options)

    def source(self, source_id: str) -> Source:
        return self.index.source(source_id)


def test_an_async_search_does_not_hold_up_the_event_loop(index: SpeechIndex) -> None:
    slow = SlowIndex(index)

    async def search_and_go_on() -> list[Document]:
        searching = asyncio.create_task(SpeechRetriever(index=slow, k=2).ainvoke("融资难怎么破解"))
        await asyncio.sleep(0.01)
        slow.went_on.set()
        return await searching

    assert len(asyncio.run(search_and_go_on())) == 2
    assert slow.waited


def test_it_is_a_part_of_chains(index: SpeechIndex) -> None:
    chain = index.as_retriever(k=2) | RunnableLambda(lambda documents: [one.metadata["file"] for one in documents])
    assert chain.batch(["融资难怎么破解", "营商环境"]) == [chain.invoke("融资难怎么破解"), chain.invoke("营商环境")]
