"""Embedders: texts become vectors of unit length, passages and questions alike.

The built-in one reads a folder in SentenceTransformer's format (static token embeddings) with tokenizers, safetensors
and numpy alone, so that starting costs no import of torch. Any SentenceTransformer, and any LangChain `Embeddings`,
stands behind the same interface.
"""

import functools
import hashlib
import importlib.resources
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors
from tokenizers import Tokenizer

from askspeech.errors import ModelError
from askspeech.foreign_models import ModelKind, encodable, files_digest, load_model
from askspeech.late_interaction import token_directions
from askspeech.settings import DEFAULT_BATCH_SIZE, IndexSettings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

__all__ = [
    "Embedder",
    "LangChainEmbedder",
    "SentenceTransformerEmbedder",
    "StaticEmbedder",
    "builtin_embedder",
    "load_embedder",
]

Floats = NDArray[np.float32]
TokenIds = NDArray[np.uint16]

FORMAT = "askspeech embedding 1"
"""Part of every fingerprint; another number means that the same weights give other vectors."""
BUILTIN_NAME = "askspeech-static"
BUILTIN_FINGERPRINT = "0610b3499acb5dfea5dab626af88b904a34dd4339967b8aeb7199b9ddd04e940"
"""The fingerprint that the weights and the tokenizer in the package must have, or they are not parsed at all."""
TOKENIZER_BATCH = 1024
"""Texts that are tokenized at once: enough for every core, and few enough that their tokens stay small in memory."""
INSTALL_AGAIN = "Install askspeech again, or train the model again (training/README.md)."
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
KIND = ModelKind(
    noun="embedder",
    library_class="SentenceTransformer",
    setting="ASKSPEECH_EMBEDDER",
    owner="sentence-transformers",
    comparable="Qwen/Qwen3-Embedding-0.6B",
    without="leave it empty for the built-in one",
)


class Embedder(Protocol):
    """What the index needs of an embedder."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def fingerprint(self) -> str:
        """A hash that changes whenever the same text might get another vector."""

    @property
    def dimension(self) -> int:
        """The length of its vectors."""

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages, one row of unit length for each; a text in which nothing is known has a row of zeros."""

    def embed_question(self, text: str) -> Floats:
        """The vector of a question: unit length, or zeros where nothing in it is known."""


class StaticEmbedder:
    """Mean-pooled static token vectors; equal texts get equal bits, whatever the batch and the order.

    Reads a SentenceTransformer folder whose one module is `StaticEmbedding`, without prompts. Raises `ModelError` when
    the folder holds something else, or, before anything of it is parsed, other bytes than those of a fingerprint.
    """

    def __init__(self, folder: Path, name: str = "", fingerprint: str = "") -> None:
        self.name = name or folder.name
        weights, tokenizer = _read_model_file(folder / WEIGHTS), _read_model_file(folder / TOKENIZER)
        self.fingerprint = _fingerprint(weights, tokenizer)
        if fingerprint not in ("", self.fingerprint):
            raise ModelError(
                f"{folder} holds other bytes than belong there: the fingerprint of {WEIGHTS} and {TOKENIZER} "
                f"is {self.fingerprint[:12]}…, expected {fingerprint[:12]}…. {INSTALL_AGAIN}"
            )
        self.token_vectors = _token_vectors(weights, folder)
        """One row for each token id, not of unit length: its norm says how telling the token is."""
        self.token_directions = token_directions(self.token_vectors)
        """What late interaction compares."""
        self._tokenizer = _parse_tokenizer(tokenizer, folder)
        self.dimension = self.token_vectors.shape[1]
        if self._tokenizer.get_vocab_size() != len(self.token_vectors):
            raise ModelError(
                f"{folder}: the tokenizer knows {self._tokenizer.get_vocab_size()} pieces, but the weights have "
                f"{len(self.token_vectors)} rows. {INSTALL_AGAIN}"
            )

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        """The token ids of each text, in order and in full; rows of `token_vectors`."""
        return [
            np.array(encoding.ids, dtype=np.uint16)
            for start in range(0, len(texts), TOKENIZER_BATCH)
            for encoding in self._tokenizer.encode_batch_fast(
                encodable(texts[start : start + TOKENIZER_BATCH]), add_special_tokens=False
            )
        ]

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages, texts × dimension, rows of unit length, or zeros for a text without a known token."""
        return self.embed_token_ids(self.token_ids(texts))

    def embed_question(self, text: str) -> Floats:
        """The vector of a question, which is the vector that the same text has as a passage."""
        row: Floats = self.embed_passages([text])[0]
        return row

    def embed_token_ids(self, texts_ids: Sequence[TokenIds]) -> Floats:
        """The same vectors from token ids that are at hand already."""
        vectors = np.zeros((len(texts_ids), self.dimension), dtype=np.float32)
        for row, ids in zip(vectors, texts_ids, strict=True):
            # One text at a time: the sum of a text must not depend on its neighbours, to the last bit.
            self.token_vectors[ids].sum(axis=0, out=row)
            norm = np.sqrt(np.square(row).sum())
            np.divide(row, norm, out=row, where=norm > 0)
        return vectors


class SentenceTransformerEmbedder:
    """Any SentenceTransformer, by name or folder, with its own prompts, on the device that the library finds best.

    Only safetensors are read and no code of a model is run. The fingerprint covers the weights, the tokenizer, the
    prompts and all settings of the folder. Raises `ModelError` when it cannot be loaded or used.
    """

    def __init__(self, name: str, revision: str = "", batch_size: int = DEFAULT_BATCH_SIZE) -> None:
        self.name = name
        self._batch_size = batch_size
        self._one_at_a_time = threading.Lock()  # tokenizers fail where two threads use one
        self._model, folder = load_model(KIND, name, revision)
        dimension = self._model.get_embedding_dimension()
        self.dimension = int(dimension or self._encode(self._model.encode_document, ["一"]).shape[1])
        self.fingerprint = _fingerprint(
            b"sentence-transformers", files_digest(folder), str(self.dimension).encode(), _prompts(self._model)
        )

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages, texts × dimension, with the model's prompt for documents."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._encode(self._model.encode_document, texts)

    def embed_question(self, text: str) -> Floats:
        """The vector of a question, with the model's prompt for queries."""
        row: Floats = self._encode(self._model.encode_query, [text])[0]
        return row

    def _encode(self, encode: Any, texts: Sequence[str]) -> Floats:
        try:
            with self._one_at_a_time:
                vectors = encode(
                    encodable(texts), batch_size=self._batch_size, convert_to_numpy=True, show_progress_bar=False
                )
        except Exception as error:
            raise ModelError(
                f"The embedder {self.name} failed on {len(texts)} texts: {error}. Where memory is short, set "
                f"ASKSPEECH_BATCH_SIZE below {self._batch_size}; else use the built-in embedder (leave "
                "ASKSPEECH_EMBEDDER empty), or a smaller model."
            ) from error
        return _unit_rows(vectors, len(texts), self.name)


class LangChainEmbedder:
    """Any LangChain `Embeddings` object, so that servers which speak OpenAI's, Ollama's or TEI's language work.

    Its weights cannot be seen: the fingerprint holds the name and the dimension, so give another model another name.
    """

    def __init__(self, embeddings: "Embeddings", name: str) -> None:
        self.name = name
        self._embeddings = embeddings
        self.dimension = len(self.embed_question("一"))
        self.fingerprint = _fingerprint(b"langchain", name.encode(), str(self.dimension).encode())

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Vectors of passages, texts × dimension."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._embed(self._embeddings.embed_documents, encodable(texts))

    def embed_question(self, text: str) -> Floats:
        """The vector of a question."""
        row: Floats = self._embed(self._embed_queries, encodable([text]))[0]
        return row

    def _embed_queries(self, texts: list[str]) -> list[list[float]]:
        return [self._embeddings.embed_query(text) for text in texts]

    def _embed(self, embed: Callable[[list[str]], list[list[float]]], texts: list[str]) -> Floats:
        try:
            vectors = embed(texts)
        except Exception as error:
            raise ModelError(
                f"The embedder {self.name} did not answer: {error}. Check that its server runs and its key is set, or "
                "use the built-in embedder."
            ) from error
        return _unit_rows(vectors, len(texts), self.name)


def load_embedder(settings: IndexSettings) -> Embedder:
    """The embedder that the settings name, or the built-in one; raises `ModelError` with the next step."""
    if not settings.embedder:
        return builtin_embedder()
    return SentenceTransformerEmbedder(settings.embedder, settings.embedder_revision, settings.batch_size)


@functools.cache
def builtin_embedder() -> StaticEmbedder:
    """The embedder that comes in the package, read once in a process."""
    folder = importlib.resources.files("askspeech") / "embedding_model"
    with importlib.resources.as_file(folder) as path:
        return StaticEmbedder(path, BUILTIN_NAME, BUILTIN_FINGERPRINT)


def _fingerprint(*parts: bytes) -> str:
    """sha256 over the format and the parts, each with its length before it."""
    digest = hashlib.sha256(FORMAT.encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _read_model_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}); a model folder holds {WEIGHTS} and {TOKENIZER}. {INSTALL_AGAIN}"
        ) from error


def _token_vectors(weights: bytes, folder: Path) -> Floats:
    try:
        table = load_safetensors(weights)["embedding.weight"]
    except (SafetensorError, KeyError) as error:
        raise ModelError(
            f"{folder / WEIGHTS} is damaged or holds no tensor embedding.weight ({error}). {INSTALL_AGAIN}"
        ) from error
    vectors: Floats = np.ascontiguousarray(table, dtype=np.float32)
    vectors.setflags(write=False)
    return vectors


def _parse_tokenizer(content: bytes, folder: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_buffer(content)
    except Exception as error:  # tokenizers raises nothing more precise
        raise ModelError(f"{folder / TOKENIZER} is no tokenizer ({error}). {INSTALL_AGAIN}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _unit_rows(vectors: ArrayLike, count: int, name: str) -> Floats:
    """The vectors as float32 rows of unit length; raises `ModelError` where they are not `count` finite rows."""
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
        raise ModelError(
            f"The embedder {name} gave an array of shape {rows.shape}, or values that are no numbers, where {count} "
            "vectors were expected. Use another model, or the built-in one."
        )
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)


def _prompts(model: Any) -> bytes:
    return repr(sorted(model.prompts.items())).encode()
