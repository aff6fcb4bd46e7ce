"""LlamaIndex, as its starter tutorial builds it; docs/benchmarks.md names the page that each choice comes from."""

import re
from pathlib import Path
from typing import Any

from llama_index.core import Settings as Shared
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from benchmarks.peers.sides.wire import Found, Settings, serve

KEYWORDS = "keywords"
CHINESE_SENTENCES = "[^。！？；]+[。！？；]?|[。！？；]"
# A pair of neighbouring Chinese characters, or a run of Latin letters and digits, at every place: BM25Retriever takes
# no tokenizer any more, but it takes a pattern.
CHINESE_TERMS = r"(?=([\u4e00-\u9fff]{2}|(?<![A-Za-z0-9])[A-Za-z0-9]+))"


class Wrapped(BaseEmbedding):
    """Any SentenceTransformer as the documentation's custom embeddings, with the model's own prompts.

    `HuggingFaceEmbedding` refuses a model that reads texts of any length, such as static embeddings.
    """

    _model: Any = PrivateAttr()

    def __init__(self, name: str) -> None:
        super().__init__()
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(name, device="cpu")

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._model.encode_query(query, normalize_embeddings=True).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._model.encode_document(texts, normalize_embeddings=True).tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def embedding(settings: Settings) -> BaseEmbedding:
    """The class of the tutorial, or for the second row one that takes every model."""
    if settings.get("chinese"):
        return Wrapped(settings["model"])
    return HuggingFaceEmbedding(model_name=settings["model"], device="cpu")


class LlamaIndex:
    """Reader, splitter, vector index; with `hybrid`, BM25 beside it in a fusion retriever."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        Shared.embed_model = embedding(settings)
        Shared.llm = None  # type: ignore[assignment]  # its setter takes it
        self.index: Any = None
        self.keywords: Any = None

    def splitter(self) -> SentenceSplitter:
        size = {"chunk_size": self.settings["chunk_size"], "chunk_overlap": self.settings["chunk_overlap"]}
        if not self.settings.get("chinese"):
            return SentenceSplitter(**size)

        def sentences(text: str) -> list[str]:
            return re.findall(CHINESE_SENTENCES, text)

        return SentenceSplitter(
            **size,
            chunking_tokenizer_fn=sentences,
            secondary_chunking_regex=CHINESE_SENTENCES,
            paragraph_separator="\n\n",
        )

    def build(self, corpus: Path, store: Path) -> None:
        documents = SimpleDirectoryReader(str(corpus)).load_data()
        if self.settings.get("chinese"):
            for document in documents:
                # A path is no part of what is said; by default it is embedded with every passage.
                document.excluded_embed_metadata_keys.append("file_path")
        index = VectorStoreIndex.from_documents(documents, transformations=[self.splitter()])
        index.storage_context.persist(persist_dir=str(store))
        if self.settings.get("hybrid"):
            self.bm25(index).persist(str(store / KEYWORDS))

    def bm25(self, index: Any) -> Any:
        from llama_index.retrievers.bm25 import BM25Retriever

        return BM25Retriever.from_defaults(
            docstore=index.docstore,
            similarity_top_k=10_000,
            skip_stemming=True,
            token_pattern=CHINESE_TERMS,
        )

    def open(self, store: Path) -> None:
        self.index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(store)))
        if self.settings.get("hybrid"):
            from llama_index.retrievers.bm25 import BM25Retriever

            self.keywords = BM25Retriever.from_persist_dir(str(store / KEYWORDS))
            # What is written holds neither, so without these lines questions are cut as English.
            self.keywords.token_pattern = CHINESE_TERMS
            self.keywords.skip_stemming = True

    def ask(self, question: str, k: int) -> list[Found]:
        found = self.retriever(k).retrieve(question)[:k]
        return [{"file": one.node.metadata["file_name"], "pieces": [one.node.get_content()]} for one in found]

    def retriever(self, k: int) -> Any:
        """The vector leg alone, or both fused."""
        dense = self.index.as_retriever(similarity_top_k=k)
        if self.keywords is None:
            return dense
        from llama_index.core.retrievers import QueryFusionRetriever

        self.keywords.similarity_top_k = min(k, len(self.keywords.corpus))
        share = self.settings["keyword_share"]
        return QueryFusionRetriever(
            [self.keywords, dense],
            retriever_weights=[share, 1 - share],
            similarity_top_k=k,
            num_queries=1,
            mode=self.settings["fusion"],
            use_async=False,
        )


if __name__ == "__main__":
    serve(LlamaIndex)
