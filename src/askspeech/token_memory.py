"""Search keys and token ids of texts, remembered: the same sentences and passages answer many questions. Pure."""

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from askspeech.tokens import search_key

__all__ = ["CHARACTERS", "Known", "TokenMemory"]

CHARACTERS = 2_000_000
"""How many characters of texts are remembered: 45,000 sentences, which take 25 MB."""

TokenIds = NDArray[np.uint16]


class Known(NamedTuple):
    """A text as it is searched, and the token ids of that."""

    key: str
    ids: TokenIds


class TokenMemory:
    """Makes the token ids of texts, and remembers those that came last; any number of threads use it at once.

    Args:
        ids_of: makes the token ids of search keys, in their order.
        characters: how many characters of texts are remembered.
    """

    def __init__(self, ids_of: Callable[[Sequence[str]], Sequence[TokenIds]], characters: int = CHARACTERS) -> None:
        self._ids_of, self._most = ids_of, characters
        self._known: dict[str, Known] = {}
        self._characters = 0
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> list[Known]:
        """The search key and the token ids of each text, in order."""
        found = {text: self._known.get(text) for text in texts}
        keys = {text: _same(text, search_key(text)) for text, known in found.items() if known is None}
        made = (
            {
                text: Known(key, ids)
                for (text, key), ids in zip(keys.items(), self._ids_of([*keys.values()]), strict=True)
            }
            if keys
            else {}
        )
        self._remember(made)
        return [found[text] or made[text] for text in texts]

    def _remember(self, made: dict[str, Known]) -> None:
        with self._lock:
            for text, known in made.items():
                if self._known.setdefault(text, known) is known:
                    self._characters += len(text)
            while self._characters > self._most:
                text = next(iter(self._known))
                del self._known[text]
                self._characters -= len(text)


def _same(text: str, key: str) -> str:
    """The key; the text itself where they are equal, so that it is held once."""
    return text if key == text else key
