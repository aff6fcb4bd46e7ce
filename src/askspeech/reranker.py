"""Rerankers: models that read question and passage together and say how well the one answers the other.

They are slow and good, so they judge only the best passages of a search. Off by default; any CrossEncoder of
sentence_transformers and any LangChain `BaseDocumentCompressor` stands behind the same interface.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from askspeech.errors import ModelError
from askspeech.foreign_models import ModelKind, encodable, load_model
from askspeech.settings import DEFAULT_BATCH_SIZE, IndexSettings

if TYPE_CHECKING:
    from langchain_core.documents import BaseDocumentCompressor, Document

__all__ = ["CompressorReranker", "CrossEncoderReranker", "Reranker", "load_reranker"]

KIND = ModelKind(
    noun="reranker",
    library_class="CrossEncoder",
    setting="ASKSPEECH_RERANKER",
    owner="cross-encoder",
    comparable="BAAI/bge-reranker-v2-m3",
    without="leave it empty to search without a reranker",
)
PLACE = "askspeech_place"
"""The key of a document's metadata that says which of the texts it is."""
_WITHOUT = "search without it (leave ASKSPEECH_RERANKER empty, or open the index without one)"


class Reranker(Protocol):
    """What the search needs of a reranker; any number of threads use it at once."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text answers the question, in their order; higher is better, equal scores are in order."""


class CrossEncoderReranker:
    """Any CrossEncoder that gives one score for a pair, by name or folder; the library is imported here, not before.

    Only safetensors are read and no code of a model is run. Raises `ModelError` when it cannot be loaded or used.
    """

    def __init__(self, name: str, revision: str = "", batch_size: int = DEFAULT_BATCH_SIZE) -> None:
        self.name = name
        self._batch_size = batch_size
        self._one_at_a_time = threading.Lock()  # tokenizers fail where two threads use one
        self._model, _ = load_model(KIND, name, revision)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The model's score of every pair of question and text, in the order of the texts."""
        if not texts:
            return []
        pairs = list(zip(encodable([question] * len(texts)), encodable(texts), strict=True))
        try:
            with self._one_at_a_time:
                given = self._model.predict(
                    pairs, batch_size=self._batch_size, convert_to_numpy=True, show_progress_bar=False
                )
        except Exception as error:
            raise ModelError(
                f"The reranker {self.name} failed on {len(texts)} passages: {error}. Where memory is short, set "
                f"ASKSPEECH_BATCH_SIZE below {self._batch_size}; else {_WITHOUT}."
            ) from error
        return _checked(given, len(texts), self.name)


class CompressorReranker:
    """Any LangChain `BaseDocumentCompressor`, such as the rerankers of Cohere, Jina and other services.

    The scores are those that it leaves in `relevance_score` of the documents' metadata; where it leaves none, the
    order in which it gives them back counts. What it drops comes behind the rest, in the old order.
    """

    def __init__(self, compressor: "BaseDocumentCompressor", name: str = "") -> None:
        self.name = name or type(compressor).__name__
        self._compressor = compressor

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The scores of the texts, in their order; raises `ModelError` when the compressor fails."""
        if not texts:
            return []
        kept = self._kept(question, texts)
        # Equal scores keep their order, so the dropped ones do.
        lowest = min(kept.values(), default=0.0) - 1
        return [kept.get(place, lowest) for place in range(len(texts))]

    def _kept(self, question: str, texts: Sequence[str]) -> dict[int, float]:
        """The score of every text that is given back, by its place among the texts."""
        from langchain_core.documents import Document  # noqa: PLC0415 (takes a second to import)

        documents = [
            Document(page_content=text, metadata={PLACE: place}, id=str(place))
            for place, text in enumerate(encodable(texts))
        ]
        try:
            (asked,) = encodable([question])
            found = list(self._compressor.compress_documents(documents, asked))
        except Exception as error:
            raise ModelError(
                f"The reranker {self.name} did not answer: {error}. Check that its server runs and its key is set, or "
                f"{_WITHOUT}."
            ) from error
        places = [_place(document, len(texts), self.name) for document in found]
        given = [document.metadata.get("relevance_score") for document in found]
        unscored = any(score is None for score in given)
        scores = _checked(list(range(len(found), 0, -1)) if unscored else given, len(found), self.name)
        return dict(reversed(list(zip(places, scores, strict=True))))  # the first of two for one text counts


def load_reranker(settings: IndexSettings) -> Reranker | None:
    """The reranker that the settings name, None where they name none; raises `ModelError` with the next step."""
    if not settings.reranker:
        return None
    return CrossEncoderReranker(settings.reranker, settings.reranker_revision, settings.batch_size)


def _place(document: "Document", count: int, name: str) -> int:
    place = document.metadata.get(PLACE)
    if not isinstance(place, int) or not 0 <= place < count:
        raise ModelError(
            f"The reranker {name} gave back a document that it was not given, or without its metadata "
            f"({document.page_content[:40]!r}); expected those that it was given, in a better order. Use another "
            f"one, or {_WITHOUT}."
        )
    return place


def _checked(given: Any, count: int, name: str) -> list[float]:
    """The scores as a list; raises ModelError where they are not one finite number for each text."""
    try:
        scores = np.asarray(given, dtype=np.float64)
    except (ValueError, TypeError):
        scores = np.full(1, np.nan)
    if scores.size != count or not np.isfinite(scores).all():
        raise ModelError(
            f"The reranker {name} gave scores of shape {scores.shape}, or values that are no numbers, where {count} "
            f"scores were expected. Use another one, such as {KIND.comparable}, or {_WITHOUT}."
        )
    return [float(score) for score in scores.reshape(-1)]
