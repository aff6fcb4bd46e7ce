"""One generation of the index, opened for reading: its catalogue, its two indexes and the tables kept in memory."""

from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import CATALOG, Catalog, PassageRow
from askspeech.collapsing import Copy, as_copy
from askspeech.datatypes import Speech
from askspeech.embedder import Embedder
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import Manifest
from askspeech.store import Store
from askspeech.vectors import VECTORS, VectorIndex

__all__ = ["Generation"]


class Generation:
    """An open generation; it cannot be removed from the disk until it is closed."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        with ExitStack() as closing:
            held = closing.enter_context(store.open_current())
            self.name = held.name
            self.manifest = Manifest.read(held.path)
            self.manifest.check_embedder(embedder.name, embedder.fingerprint)
            self.catalog = closing.enter_context(Catalog.open(held.path / CATALOG))
            self.vectors = closing.enter_context(VectorIndex.open(held.path / VECTORS))
            self.keywords = closing.enter_context(KeywordIndex.open(held.path / KEYWORDS))
            self._load_tables()
            self._closing = closing.pop_all()

    def _load_tables(self) -> None:
        self.speeches: dict[str, Speech] = {speech.id: speech for speech in self.catalog.speeches()}
        self.rows: dict[str, PassageRow] = {row.id: row for row in self.catalog.passage_rows()}
        self.copy_groups = self.catalog.copy_groups()
        copies = self.catalog.passages(list(self.copy_groups))
        self.copies: dict[str, Copy] = {passage.id: as_copy(passage) for passage in copies}
        table = self.catalog.token_table()
        self._positions = {identity: number for number, identity in enumerate(table.ids)}
        self._offsets, self._tokens = table.offsets, table.tokens

    def groups_by_speech(self) -> dict[str, tuple[int, str]]:
        """The groups of near copies, those in different speeches told apart: in a comparison each side has its own."""
        return {identity: (group, self.rows[identity].speech_id) for identity, group in self.copy_groups.items()}

    def token_ids(self, passage_ids: Sequence[str]) -> list[NDArray[np.uint16]]:
        """The token ids of these passages, in the order asked."""
        places = [self._positions[identity] for identity in passage_ids]
        return [self._tokens[self._offsets[place] : self._offsets[place + 1]] for place in places]

    def close(self) -> None:
        """Close its files and let go of it; closing twice does nothing."""
        self._closing.close()
