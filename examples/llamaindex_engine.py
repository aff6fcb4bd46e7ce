#!/usr/bin/env python3
"""A LlamaIndex query engine over the index, through its LangChain retriever.

    pip install llama-index-core
    python examples/llamaindex_engine.py "市里年初定的五场硬仗是哪五场？"

LlamaIndex has no adapter for retrievers of LangChain, but one needs ten lines, as below. The model here is LlamaIndex's
MockLLM, which repeats what a model would be given; put any other in its place, such as OpenAILike of
llama-index-llms-openai-like. Nothing is downloaded: llama-index-core brings the data of its tokenizer.
"""

import argparse

from langchain_core.retrievers import BaseRetriever as LangChainRetriever
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from askspeech import SpeechIndex

SHOWN_TO_THE_MODEL = {"speech_title", "file", "heading_path"}


class SpeechNodes(BaseRetriever):
    """A LangChain retriever as one of LlamaIndex."""

    def __init__(self, retriever: LangChainRetriever) -> None:
        super().__init__()
        self._retriever = retriever

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        nodes = []
        for document in self._retriever.invoke(query_bundle.query_str):
            hidden = [name for name in document.metadata if name not in SHOWN_TO_THE_MODEL]
            node = TextNode(
                id_=document.id,
                text=document.page_content,
                metadata=document.metadata,
                excluded_llm_metadata_keys=hidden,
            )
            nodes.append(NodeWithScore(node=node, score=document.metadata["score"]))
        return nodes


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer with a LlamaIndex query engine. 用 LlamaIndex 查询引擎回答。")
    parser.add_argument("question")
    parser.add_argument("--store", default="vectordb/store", help="where the index is")
    arguments = parser.parse_args()

    with SpeechIndex.open(arguments.store) as index:
        engine = RetrieverQueryEngine.from_args(SpeechNodes(index.as_retriever(k=4)), llm=MockLLM())
        response = engine.query(arguments.question)
    print(response)
    print("\n出处：")
    for number, found in enumerate(response.source_nodes, 1):
        place = found.node.metadata["locator"]
        where = f"{found.node.metadata['file']}, {place['unit']} {place['first']}"
        print(f"[{number}] {found.node.metadata['speech_title']}, {where}, score {found.score:.3f}")


if __name__ == "__main__":
    main()
