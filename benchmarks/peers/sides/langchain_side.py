"""LangChain, as its RAG tutorial builds it; docs/benchmarks.md names the page that each choice comes from."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rjieba
from langchain_community.document_loaders import DirectoryLoader, TextLoader
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.sides.wire import Found, Settings, serve

DUMP = "vectors.json"
CHINESE_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", "，", "、", " ", ""]


def words(text: str) -> list[str]:
    """The words of a text in Chinese, long ones with the shorter ones inside them."""
    return [word for word in rjieba.cut_for_search(text.lower()) if word.strip()]


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, and runs of Latin letters and digits."""
    return re.findall(r"(?=([\u4e00-\u9fff]{2}|(?<![a-z0-9])[a-z0-9]+))", text.lower())


def words_and_bigrams(text: str) -> list[str]:
    """Both."""
    return words(text) + bigrams(text)


TERMS: dict[str, Callable[[str], list[str]]] = {
    "words": words,
    "bigrams": bigrams,
    "words and bigrams": words_and_bigrams,
}
"""What the keyword leg may count in Chinese."""


class Wrapped(Embeddings):
    """Any SentenceTransformer, with the model's own prompts for questions and documents."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(name, device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.model.encode_document(texts, normalize_embeddings=True).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.model.encode_query(text, normalize_embeddings=True).tolist()


def embeddings(settings: Settings) -> Embeddings:
    """The class that the tutorial offers for local models, or for the second row one with the model's prompts."""
    if settings.get("chinese"):
        return Wrapped(settings["model"])
    return HuggingFaceEmbeddings(model_name=settings["model"], model_kwargs={"device": "cpu"})


class LangChain:
    """Loader, splitter, embeddings, vector store; with `hybrid`, Chroma on disk and BM25 in an ensemble."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.embeddings = embeddings(settings)
        self.vectors: Any = None
        self.keywords: Any = None

    def splits(self, corpus: Path) -> list[Document]:
        """The passages of every file."""
        loader = DirectoryLoader(str(corpus), glob="*.txt", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"})
        chinese = {"separators": CHINESE_SEPARATORS, "keep_separator": "end"} if self.settings.get("chinese") else {}
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=self.settings["chunk_size"],
            chunk_overlap=self.settings["chunk_overlap"],
            add_start_index=True,
            **chinese,
        )
        return splitter.split_documents(sorted(loader.load(), key=lambda one: str(one.metadata["source"])))

    def build(self, corpus: Path, store: Path) -> None:
        splits = self.splits(corpus)
        if not self.settings.get("hybrid"):
            vectors = InMemoryVectorStore(self.embeddings)
            vectors.add_documents(splits)
            vectors.dump(str(store / DUMP))
            return
        chroma = self.chroma(store)
        # Ids that say what a passage is; first what is new, then away with what is gone, as LangChain's `index` does.
        ids = [hashlib.sha256(repr((one.metadata, one.page_content)).encode()).hexdigest() for one in splits]
        chroma.add_documents(splits, ids=ids)
        if gone := sorted(set(chroma.get()["ids"]) - set(ids)):
            chroma.delete(ids=gone)

    def open(self, store: Path) -> None:
        if not self.settings.get("hybrid"):
            self.vectors = InMemoryVectorStore.load(str(store / DUMP), self.embeddings)
            return
        from langchain_community.retrievers import BM25Retriever

        self.vectors = self.chroma(store)
        kept = self.vectors.get()
        texts = [
            Document(page_content=text, metadata=facts)
            for text, facts in zip(kept["documents"], kept["metadatas"], strict=True)
        ]
        texts.sort(key=lambda one: (one.metadata["source"], one.metadata["start_index"]))
        self.keywords = BM25Retriever.from_documents(texts, preprocess_func=TERMS[self.settings["terms"]])

    def ask(self, question: str, k: int) -> list[Found]:
        if self.keywords is None:
            found = self.vectors.similarity_search(question, k=k)
        else:
            found = self.ensemble(k).invoke(question)[:k]
        return [{"file": Path(one.metadata["source"]).name, "pieces": [one.page_content]} for one in found]

    def ensemble(self, k: int) -> Any:
        """Both legs, as many passages of each, fused by reciprocal ranks."""
        from langchain_classic.retrievers import EnsembleRetriever

        self.keywords.k = k
        share = self.settings["keyword_share"]
        dense = self.vectors.as_retriever(search_kwargs={"k": k})
        return EnsembleRetriever(retrievers=[self.keywords, dense], weights=[share, 1 - share])

    def chroma(self, store: Path) -> Any:
        from langchain_chroma import Chroma

        return Chroma(
            collection_name="speeches", embedding_function=self.embeddings, persist_directory=str(store / "chroma")
        )


if __name__ == "__main__":
    serve(LangChain)
