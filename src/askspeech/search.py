"""The index as its users see it: open it, search it, list its speeches, follow it when it is rebuilt."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from askspeech.choosing import Choice, choose, fallback_notice, server_notice, unusable_notice, vectors_notice
from askspeech.collapsing import collapse
from askspeech.datatypes import Filters, Hit, Passage, SearchResult, Section, Source, Speech, Turn, Way
from askspeech.embedder import Embedder, builtin_embedder, load_embedder
from askspeech.errors import AskSpeechError, DiskError, StoreDamagedError, StoreMismatchError, StoreMissingError
from askspeech.filtering import filter_notices, kept_speeches
from askspeech.fusion import RERANKED, Scored, reranked
from askspeech.generation import Generation
from askspeech.glance import TermUses
from askspeech.hit_surroundings import with_surroundings
from askspeech.legs import WAYS, Encoders, Query
from askspeech.reranker import Reranker, load_reranker
from askspeech.settings import DEFAULT_STORE, IndexSettings
from askspeech.store import Store
from askspeech.suggestions import example_questions, next_questions
from askspeech.term_uses import term_uses
from askspeech.variety import FIRST, each_speech_first, varied
from askspeech.wanted import Rewrite, Wanted, wanted
from askspeech.whole_speech import WholeSpeech

if TYPE_CHECKING:
    from askspeech.datatypes import Citation, Language
    from askspeech.retriever import SpeechRetriever

__all__ = ["SpeechIndex"]


_Shown = tuple[Scored, tuple[str, ...]]
"""A passage with the ids of its near copies."""


@dataclass(slots=True)
class _Shelf:
    """The generation in use, how many calls read it, and whether to close it when the last one ends."""

    generation: Generation
    notices: tuple[str, ...] = ()
    readers: int = 0
    retired: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class SpeechIndex:
    """An index opened for searching. Any number of threads may use it at once.

    Open it with `SpeechIndex.open`, close it with `close` or as a context manager.
    """

    def __init__(
        self, store: Store, encoders: Encoders, choice: Choice | None = None, reranker: Reranker | None = None
    ) -> None:
        self._store = store
        self._encoders = encoders
        self._reranker = reranker
        self._swap = threading.Lock()
        choice = choice or choose(store)
        # The generation in use may be another than CURRENT says, where that one is damaged.
        self._seen = choice.current
        self._shelf = self._shelved(choice)

    @classmethod
    def open(
        cls,
        store: Path | str = DEFAULT_STORE,
        settings: IndexSettings | None = None,
        *,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
    ) -> Self:
        """Open the index that was published last in a store, with the embedder and reranker that the settings name.

        Those that are passed in come before the settings; without any, there is the built-in embedder and no reranker.

        It is examined first, in a child process. Where its vectors are damaged the keyword index answers alone; where
        more is, the index before it answers; `notices` say so.

        Raises StoreMissingError, StoreMismatchError, StoreDamagedError, or ModelError.
        """
        settings = settings or IndexSettings()
        place = Store(Path(store), settings.chroma_server)
        if place.current_name() is None and not place.sealed():
            raise StoreMissingError(
                f"There is no index in {store} (这里还没有索引). Build one first: "
                f"askspeech build FOLDER --store {store}"
            )
        with ThreadPoolExecutor(1) as meanwhile:
            choosing = meanwhile.submit(choose, place)
            try:
                encoders = Encoders(embedder or load_embedder(settings), builtin_embedder())
                reranker = reranker or load_reranker(settings)
            except AskSpeechError:
                if choosing.exception() is None:
                    choosing.result().held.close()
                raise
            return cls(place, encoders, choosing.result(), reranker)

    def search(
        self,
        question: str,
        *,
        k: int = 8,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        way: Way = "hybrid",
        rewrite: Rewrite | None = None,
    ) -> SearchResult:
        """The k passages that answer a question best, best first.

        In the hybrid way, the reranker, where there is one, puts the first passages in a new order; no speech fills
        the first places alone, and a question about several speeches gets the best passage of each first.

        `rewrite(question, history)` makes a question that stands alone of one that leans on the conversation or is in
        English; `search_question` says what was searched for.

        Raises QuestionError for what is no question, ModelError where the embedder or the reranker fails.
        """
        asked = wanted(question, history, rewrite)
        began = time.monotonic()
        with self._reading() as generation:
            kept = kept_speeches(generation.speeches.values(), filters)
            chosen = None if kept is None else [speech.id for speech in kept]
            query = Query(asked.search_question, asked.lists, asked.count, asked.levels, chosen)
            ranked = [] if chosen == [] else WAYS[way](generation, self._encoders, query)
            if way == "hybrid":
                ranked = self._reranked(generation, ranked, asked.completed)
            groups = generation.groups_by_speech() if asked.compares else generation.copy_groups
            shown = collapse(ranked, groups, generation.copies.__getitem__)
            if way == "hybrid":
                shown = _arranged(generation, shown, asked)
            hits = _hits(generation, shown[:k])
            if way == "hybrid":
                hits = with_surroundings(generation, hits, shown[:FIRST], asked)
            filtering = filter_notices(generation.speeches.values(), filters)
            notices = (*self._notices_of(generation, began), *filtering, *asked.notices)
        return SearchResult(
            hits=hits,
            speeches=tuple(dict.fromkeys(hit.speech for hit in hits)),
            search_question=asked.search_question,
            filters=filters or Filters(),
            notices=notices,
            kind=asked.kind,
            kept=None if kept is None else len(kept),
        )

    def _reranked(self, generation: Generation, ranked: list[Scored], question: str) -> list[Scored]:
        """The passages found with the first of them in the order of the reranker, which reads what a person asked."""
        if self._reranker is None or not ranked:
            return ranked
        passages = generation.catalog.passages([scored.id for scored in ranked[:RERANKED]])
        return reranked(ranked, self._reranker.scores(question, [_with_headings(passage) for passage in passages]))

    def as_retriever(self, *, k: int = 8, filters: Filters | None = None) -> "SpeechRetriever":
        """The index as a LangChain retriever."""
        from askspeech.retriever import SpeechRetriever  # noqa: PLC0415 (langchain_core takes a second to import)

        return SpeechRetriever(index=self, k=k, filters=filters)

    def speeches(self) -> list[Speech]:
        """All speeches, by file and place."""
        with self._reading() as generation:
            return sorted(generation.speeches.values(), key=lambda speech: (speech.file, speech.span))

    def speech(self, speech_id: str) -> Speech:
        """One speech; raises NotInIndexError where there is none with this id."""
        with self._reading() as generation:
            return generation.catalog.speech(speech_id)

    def sections(self, speech_id: str) -> tuple[Section, ...]:
        """A speech's outline, parents before their children."""
        with self._reading() as generation:
            return generation.catalog.sections(speech_id)

    def whole_speech(self, speech_id: str) -> WholeSpeech:
        """All that a reader is shown of a speech; raises NotInIndexError where there is none with this id."""
        with self._reading() as generation:
            catalog, speech = generation.catalog, generation.catalog.speech(speech_id)
            place = speech.source_id
            return WholeSpeech(speech, catalog.source(place), catalog.sections(speech_id), catalog.drops(place))

    def passages(self, speech_id: str) -> list[Passage]:
        """A speech's passages, in order."""
        with self._reading() as generation:
            return generation.catalog.passages_of_speech(speech_id)

    def uses(self, term: str, filters: Filters | None = None) -> TermUses:
        """Where the speeches that pass the filters use a term, however it is written; QuestionError for no term."""
        with self._reading() as generation:
            return term_uses(generation, term, filters)

    def example_questions(self, count: int, language: "Language" = "zh") -> list[str]:
        """Questions that this index can answer, made from its headings."""
        return example_questions({speech: self.sections(speech.id) for speech in self.speeches()}, count, language)

    def next_questions(
        self, citations: "Sequence[Citation]", count: int = 3, *, asked: Sequence[str] = (), language: "Language" = "zh"
    ) -> list[str]:
        """Questions that lead on from what an answer cites, made from the headings beside it; none asked before."""
        return next_questions(citations, self.sections, count, asked=asked, language=language)

    def copies_of(self, hit: Hit) -> tuple[Hit, ...]:
        """The passages that say the same as a hit, as hits of its score."""
        if not hit.copies:
            return ()
        with self._reading() as generation:
            passages = generation.catalog.passages(list(hit.copies))
            return tuple(Hit(one, generation.speeches[one.speech_id], hit.score) for one in passages)

    def source(self, source_id: str) -> Source:
        """A source with its text and layout."""
        with self._reading() as generation:
            return generation.catalog.source(source_id)

    def source_texts(self) -> dict[str, str]:
        """The canonical text of every source by file."""
        with self._reading() as generation:
            return {source.file: source.text for source in generation.catalog.sources(with_text=True)}

    def passage_count(self) -> int:
        """How many passages the index holds."""
        with self._reading() as generation:
            return len(generation.rows)

    def document_frequencies(self, field: str, tokens: Sequence[str]) -> dict[str, int]:
        """In how many passages each of these tokens stands in a field of the keyword index."""
        with self._reading() as generation:
            return {token: generation.keywords.frequency(field, token) for token in tokens}

    @property
    def encoders(self) -> Encoders:
        """The embedders in use."""
        return self._encoders

    @property
    def generation(self) -> str:
        """The name of the generation in use."""
        return self._shelf.generation.name

    @property
    def notices(self) -> tuple[str, ...]:
        """What readers should know about the index: that its vectors are damaged, or that it is not the newest."""
        with self._reading() as generation:
            return self._notices_of(generation)

    def refresh(self) -> bool:
        """Go over to a generation that was published since; True where there was one. Calls under way end on the old.

        Where another thread is doing so already, this returns at once.

        Raises StoreMissingError where the store has gone.
        """
        if not self._swap.acquire(blocking=False):
            return False
        try:
            name = self._store.current_name()
            if name is None and not self._store.sealed():
                raise StoreMissingError(
                    f"The index in {self._store.path} has gone. Build it again: "
                    f"askspeech build FOLDER --store {self._store.path}"
                )
            return name != self._seen and not self._shelf.retired and self._go_over()
        finally:
            self._swap.release()

    def _go_over(self) -> bool:
        """Whether another generation is in use now.

        One that cannot be used is not looked at again before another is published: what is open goes on answering.
        """
        self._seen = self._store.current_name()
        try:
            choice = choose(self._store)
            self._seen = choice.current
            if choice.held.name == self.generation:
                choice.held.close()
                self._shelf.notices = choice.notices
                return False
            new = self._shelved(choice)
        except StoreDamagedError:
            self._shelf.notices = (fallback_notice(self._store),)
            return False
        except (StoreMismatchError, DiskError) as error:
            self._shelf.notices = (unusable_notice(error),)
            return False
        old, self._shelf = self._shelf, new
        _retire(old)
        return True

    def _shelved(self, choice: Choice) -> _Shelf:
        embedder, tokens, problem = self._encoders.embedder, self._encoders.tokens, choice.vectors_problem
        opened = Generation(choice.held, embedder, problem, tokens=tokens, server=self._store.server)
        return _Shelf(opened, choice.notices)

    def _notices_of(self, generation: Generation, since: float | None = None) -> tuple[str, ...]:
        damaged = (vectors_notice(self._store),) if generation.vectors_problem else ()
        lost = (server_notice(),) if generation.without_server(since) else ()
        return (*self._shelf.notices, *damaged, *lost)

    def close(self) -> None:
        """Close the index; closing twice does nothing."""
        with self._swap:  # or a generation that is being gone over to would stay open
            _retire(self._shelf)

    def __enter__(self) -> Self:
        """The index itself; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the index."""
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Generation]:
        shelf = self._entered()
        try:
            yield shelf.generation
        finally:
            with shelf.lock:
                shelf.readers -= 1
                last = shelf.retired and shelf.readers == 0
            if last:
                shelf.generation.close()

    def _entered(self) -> _Shelf:
        """The shelf in use, with this call counted among its readers."""
        while True:
            shelf = self._shelf
            with shelf.lock:
                if not shelf.retired:
                    shelf.readers += 1
                    return shelf
            if shelf is self._shelf:
                raise StoreMissingError("The index has been closed. Open it again with SpeechIndex.open.")


def _retire(shelf: _Shelf) -> None:
    with shelf.lock:
        shelf.retired = True
        idle = shelf.readers == 0
    if idle:
        shelf.generation.close()


def _with_headings(passage: Passage) -> str:
    """What the reranker reads of a passage: its words, and the two headings above it, as for the embedder."""
    return "\n".join((*passage.heading_path[-2:], passage.text))


def _arranged(generation: Generation, found: Sequence[_Shown], asked: Wanted) -> list[_Shown]:
    def speech_of(one: _Shown) -> str:
        return generation.rows[one[0].id].speech_id

    spread = varied(found, speech_of)
    return each_speech_first(spread, speech_of, lambda one: one[0].score) if asked.of_speeches else spread


def _hits(generation: Generation, found: Sequence[_Shown]) -> tuple[Hit, ...]:
    passages = generation.catalog.passages([scored.id for scored, _ in found])
    return tuple(
        Hit(passage, generation.speeches[passage.speech_id], scored.score, copies=copies, found_by=scored.found_by)
        for (scored, copies), passage in zip(found, passages, strict=True)
    )
