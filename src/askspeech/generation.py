"""One generation of the index, opened for reading: its catalogue, its two indexes and the tables kept in memory.

A vector index that is damaged can kill or wedge the process that reads it, and may fill the disk when it is asked
again. So once it is known to be damaged it is never touched again here, and the keyword index answers alone. Vectors on
a Chroma server are no danger: while it is away the keyword index answers alone too, and it is looked for.
"""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import CATALOG, Catalog, PassageRow
from askspeech.collapsing import Copy, as_copy
from askspeech.datatypes import Speech
from askspeech.described import SpeechTerms, by_fact, speech_terms
from askspeech.disk import folder_bytes, limit_file_growth
from askspeech.embedder import Embedder, StaticEmbedder
from askspeech.errors import DiskError, StoreDamagedError
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import Manifest
from askspeech.server_vectors import ServerVectors
from askspeech.settings import ChromaServer
from askspeech.store import HeldGeneration
from askspeech.tokens import search_key
from askspeech.vector_places import place_of
from askspeech.vectors import Place, VectorIndex

__all__ = ["Generation"]

_FEW = 2000
"""Up to so many passages are compared one by one."""


class Generation:
    """An open generation; it cannot be removed from the disk until it is closed.

    Args:
        held: the generation, which it closes in the end.
        embedder: the one that questions are embedded with.
        vectors_problem: what is known to be wrong with its vector index, which is then not opened.
        tokens: the one whose token vectors late interaction compares; None where nobody will search.
        server: the Chroma server that holds its vectors; None where they are in files.

    Raises:
        StoreMismatchError: another schema, another embedder or another tokenizer made it, or its vectors are elsewhere.
        StoreDamagedError: its catalogue, its keyword index or its manifest is not what a build wrote.
        DiskError: the disk is the reason.
    """

    def __init__(
        self,
        held: HeldGeneration,
        embedder: Embedder,
        vectors_problem: str = "",
        *,
        tokens: StaticEmbedder | None = None,
        server: ChromaServer | None = None,
    ) -> None:
        self.vectors_problem = vectors_problem
        with ExitStack() as closing:
            closing.enter_context(held)
            self.name = held.name
            self.manifest = Manifest.read(held.path)
            store = held.path.parent.parent
            self.manifest.check_embedder(embedder.name, embedder.fingerprint, store)
            if tokens is not None:
                self.manifest.check_tokens(tokens.name, tokens.fingerprint, store)
            place = place_of(held.path, self.manifest, server)
            self.catalog = closing.enter_context(Catalog.open(held.path / CATALOG))
            self.keywords = closing.enter_context(KeywordIndex.open(held.path / KEYWORDS))
            self._load_tables(tokens)
            self._vectors = None if vectors_problem else self._opened_vectors(place, closing)
            self._closing = closing.pop_all()

    def _opened_vectors(self, place: Place, closing: ExitStack) -> VectorIndex | ServerVectors | None:
        if not isinstance(place, Path):
            remote = ServerVectors(place, len(self.rows), self.manifest.embedder.dimension)
            closing.callback(remote.close)
            return remote
        try:
            limit_file_growth(folder_bytes(place))
            return closing.enter_context(VectorIndex.open(place))
        except (StoreDamagedError, DiskError) as error:
            self.vectors_problem = str(error)
            return None

    def nearest(self, vector: NDArray[np.float32], k: int, speeches: Collection[str] | None) -> dict[str, float]:
        """The passages nearest to a vector, with their cosine.

        Where `speeches` leave few, they are all compared with the catalogue's vectors: Chroma takes longer to leave
        out the others (37 ms among 50,000 passages) than that takes.

        Raises:
            StoreDamagedError: the vector index is damaged or cannot be read; `vectors_problem` says so from then on.
            StoreUnreachableError: the Chroma server does not answer; it is looked for, and later questions may succeed.
        """
        if self._vectors is not None and not self.vectors_problem:
            few = None if speeches is None else self._few_among(speeches)
            if few is not None:
                return self._nearest_of(few, vector, k)
            try:
                return dict(self._vectors.query(vector, k, speeches))
            except (StoreDamagedError, DiskError) as error:
                self.vectors_problem = str(error)
        raise StoreDamagedError(self.vectors_problem)

    def without_server(self, since: float | None = None) -> bool:
        """Whether the Chroma server is away now, or was for a question since a moment of the monotonic clock."""
        if not isinstance(self._vectors, ServerVectors):
            return False
        return bool(self._vectors.problem) if since is None else self._vectors.missed_since(since)

    def _few_among(self, speeches: Collection[str]) -> list[str] | None:
        """The passages of some speeches, where there are few."""
        kept = sum(len(self._passages_of.get(speech, ())) for speech in speeches)
        if kept > _FEW:
            return None
        return sorted(passage for speech in set(speeches) for passage in self._passages_of.get(speech, ()))

    def _nearest_of(self, passages: Sequence[str], vector: NDArray[np.float32], k: int) -> dict[str, float]:
        if not passages:
            return {}
        cosines = self.catalog.vectors(passages) @ vector  # all are of unit length, or zeros
        best = sorted(zip(passages, cosines.tolist(), strict=True), key=lambda hit: (-hit[1], hit[0]))
        return dict(best[:k])

    def _load_tables(self, tokens: StaticEmbedder | None) -> None:
        self.speeches: dict[str, Speech] = {speech.id: speech for speech in self.catalog.speeches()}
        self.rows: dict[str, PassageRow] = {row.id: row for row in self.catalog.passage_rows()}
        self._passages_of: dict[str, list[str]] = {}
        for row in self.rows.values():
            self._passages_of.setdefault(row.speech_id, []).append(row.id)
        self.speeches_told = by_fact(self.speeches.values())
        self.copy_groups = self.catalog.copy_groups()
        copies = self.catalog.passages(list(self.copy_groups))
        self.copies: dict[str, Copy] = {passage.id: as_copy(passage) for passage in copies}
        table = self.catalog.token_table()
        self._positions = {identity: number for number, identity in enumerate(table.ids)}
        self._offsets, self._tokens = table.offsets, table.tokens
        self.speech_terms = self._terms_of_speeches(tokens)

    def _terms_of_speeches(self, tokens: StaticEmbedder | None) -> SpeechTerms:
        """The tokens of whole speeches; outlines hold nothing that other passages do not hold."""
        if tokens is None:
            return speech_terms({}, {}, 0)
        by_speech = {
            identity: [one for one in self._passages_of.get(identity, ()) if self.rows[one].kind == "text"]
            for identity in self.speeches
        }
        titles = tokens.token_ids([search_key(speech.title) for speech in self.speeches.values()])
        return speech_terms(
            {identity: self.token_ids(passages) for identity, passages in by_speech.items()},
            dict(zip(self.speeches, titles, strict=True)),
            len(tokens.token_vectors),
        )

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
