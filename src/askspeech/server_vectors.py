"""The vectors of one generation on a Chroma server that may go away and come back.

While it is away every question learns so at once, and one thread looks for it; no question waits for that.
"""

import logging
import threading
import time
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from askspeech.chroma_server import ServerPlace, within
from askspeech.errors import StoreDamagedError, StoreError, StoreUnreachableError
from askspeech.vectors import Hits, VectorIndex

__all__ = ["ServerVectors"]

SECONDS_PER_QUESTION = 4.0
SECONDS_TO_OPEN = 30.0
FIRST_WAIT = 0.2
LONGEST_WAIT = 1.0

_log = logging.getLogger(__name__)


class ServerVectors:
    """A vector index on a server, opened whenever the server is there; any number of threads may ask it at once.

    Making it raises nothing: where the server cannot be used, `problem` says why until it can.
    """

    def __init__(self, place: ServerPlace, passages: int, dimension: int) -> None:
        self._place = place
        self._passages = passages
        self._dimension = dimension
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._index: VectorIndex | None = None
        self._missed = float("-inf")
        self.problem = ""
        try:
            self._index = self._opened()
        except StoreError as error:
            self._lose(None, error)

    def query(self, vector: NDArray[np.float32], k: int, speeches: Collection[str] | None = None) -> Hits:
        """As `VectorIndex.query`, within five seconds.

        Raises:
            StoreUnreachableError: the server cannot be used now, whatever the reason.
        """
        index = self._index
        if index is None:
            self._missed = time.monotonic()
            raise StoreUnreachableError(self.problem or "The Chroma server has come back this moment. Ask again.")
        try:
            with within(SECONDS_PER_QUESTION):
                return index.query(vector, k, speeches)
        except StoreError as error:
            self._lose(index, error)
            raise StoreUnreachableError(str(error)) from error

    def missed_since(self, moment: float) -> bool:
        """Whether a question could not be asked since a moment of the monotonic clock."""
        return self._missed >= moment

    def close(self) -> None:
        """End the connection, and the search for a lost server; closing twice does nothing."""
        self._closed.set()
        with self._lock:
            index, self._index = self._index, None
        if index is not None:
            index.close()

    def _opened(self) -> VectorIndex:
        with within(SECONDS_TO_OPEN):
            index = VectorIndex.open(self._place)
            try:
                self._check(index)
            except StoreError:
                index.close()
                raise
        return index

    def _check(self, index: VectorIndex) -> None:
        found, expected = (index.count(), index.dimension), (self._passages, self._dimension)
        if found != expected:
            raise StoreDamagedError(
                f"The collections {self._place.prefix} on the Chroma server hold {found[0]} vectors of {found[1]} "
                f"numbers, expected {expected[0]} of {expected[1]}. Build the index again: "
                "askspeech build --store STORE"
            )

    def _lose(self, index: VectorIndex | None, error: StoreError) -> None:
        """Note that an index cannot be used, and look for the server in one thread."""
        with self._lock:
            self._missed = time.monotonic()
            if self._index is not index or self._closed.is_set():
                return  # another question has noticed it before
            self._index = None
            self.problem = str(error)
        _log.warning("The Chroma server is lost: %s", error)
        threading.Thread(target=self._recover, args=(index,), name="askspeech-chroma", daemon=True).start()

    def _recover(self, lost: VectorIndex | None) -> None:
        if lost is not None:
            lost.close()
        wait = FIRST_WAIT
        while not self._closed.wait(wait):
            wait = min(2 * wait, LONGEST_WAIT)
            try:
                index = self._opened()
            except StoreError as error:
                self.problem = str(error)
                continue
            self._take(index)
            return

    def _take(self, index: VectorIndex) -> None:
        with self._lock:
            closed = self._closed.is_set()
            if not closed:
                self._index, self.problem = index, ""
        if closed:
            index.close()
        else:
            _log.warning("The Chroma server is back.")
