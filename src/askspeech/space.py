"""How much room an index takes on the disk, before it is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from askspeech.datatypes import Document

__all__ = ["Amount", "generation_bytes"]

# Fitted to finished generations of 133 to 150,000 passages: a text is kept in its source and in its passages, a vector
# in the catalogue, in Chroma's log and in its graph. A graph begins with room for a hundred vectors, and there are two
# where texts repeat.
_BYTES_AT_LEAST = 800_000
_BYTES_PER_PASSAGE = 1640
_BYTES_PER_NUMBER = 10.5
_BYTES_PER_PASSAGE_CHARACTER = 14.5
_BYTES_PER_SOURCE_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is to index."""

    passages: int
    passage_characters: int
    source_characters: int

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "Amount":
        """The amount of some documents."""
        passages = passage_characters = source_characters = 0
        for document in documents:
            source_characters += len(document.source.text)
            passages += len(document.passages)
            passage_characters += sum(len(passage.text) for passage in document.passages)
        return cls(passages, passage_characters, source_characters)


def generation_bytes(amount: Amount, dimension: int) -> int:
    """About how many bytes a generation takes while it is built: catalogue, vectors of that dimension, keywords."""
    return round(
        _BYTES_AT_LEAST
        + _BYTES_PER_SOURCE_CHARACTER * amount.source_characters
        + _BYTES_PER_PASSAGE_CHARACTER * amount.passage_characters
        + amount.passages * (_BYTES_PER_PASSAGE + _BYTES_PER_NUMBER * dimension)
    )
