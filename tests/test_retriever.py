"""The LangChain retriever over an index."""

import asyncio

from langchain_core.retrievers import BaseRetriever

from askspeech import Filters, SpeechIndex
from askspeech.datatypes import Span, slices


def test_it_is_a_langchain_retriever_with_the_hits_of_search(index: SpeechIndex) -> None:
    retriever = index.as_retriever(k=4)
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("融资难怎么破解")
    assert [document.id for document in documents] == [hit.passage.id for hit in index.search("融资难怎么破解", k=4)]


def test_the_metadata_say_where_the_words_stand(index: SpeechIndex) -> None:
    texts = index.source_texts()
    for document in index.as_retriever().invoke("融资难怎么破解"):
        spans = [Span(*span) for span in document.metadata["spans"]]
        assert slices(texts[document.metadata["file"]], spans) == document.page_content


def test_filters_and_async_hold(index: SpeechIndex) -> None:
    retriever = index.as_retriever(k=30, filters=Filters(file=("forum.txt",)))
    documents = asyncio.run(retriever.ainvoke("营商环境"))
    assert {document.metadata["file"] for document in documents} == {"forum.txt"}
