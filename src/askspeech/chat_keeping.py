"""The page's conversations and the ones that are kept: from one to the other, and back. No Gradio here."""

import threading
import uuid
from collections import OrderedDict
from dataclasses import replace

from askspeech.answer_rendering import AnswerView
from askspeech.chat import Conversation, Exchange
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.datatypes import Citation, Span
from askspeech.errors import AskSpeechError, NotInIndexError, NotKeptError
from askspeech.keeping import Judgement, KeptSummary, KeptTurn, answer_of, gone, kept_turn
from askspeech.live_index import LiveIndex
from askspeech.whole_speech import WholeSpeech

__all__ = ["ChatKeeping", "Remembered", "SourceTexts", "exchange_of", "turn_to_keep"]


REMEMBERED = 64
"""How many conversations a server without a store has in its memory: those that were gone on with last."""


class Remembered:
    """The conversations of a server that keeps none, each for its owner: the latest ones; any number of threads."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, str], Conversation] = OrderedDict()
        self._changing = threading.Lock()

    def add(self, owner: str, conversation: Conversation) -> None:
        """Remember a conversation by its id, and forget the one that was gone on with longest ago."""
        with self._changing:
            self._found[owner, conversation.id] = conversation
            self._found.move_to_end((owner, conversation.id))
            while len(self._found) > REMEMBERED:
                self._found.popitem(last=False)

    def get(self, owner: str, identity: str) -> Conversation:
        """A conversation as it was; raises NotKeptError where it is forgotten, or another's."""
        found = self._found.get((owner, identity))
        if found is None:
            raise _forgotten(identity)
        return found


class ChatKeeping:
    """The conversations of the page's readers.

    Without a store none is kept and none is listed; the server remembers the latest ones, so that a page that is loaded
    again, as for another language, shows its own.
    """

    def __init__(
        self,
        store: Conversations | None,
        live: LiveIndex,
        owner: str = LOCAL_OWNER,
        remembered: Remembered | None = None,
    ) -> None:
        self._store = store
        self._live = live
        self._owner = owner
        self._remembered = remembered or Remembered()

    @property
    def on(self) -> bool:
        """Whether conversations are kept."""
        return self._store is not None

    def begun(self, conversation: Conversation) -> Conversation:
        """The conversation with an id, so that its page can name it while its first answer is being made."""
        if conversation.id:
            return conversation
        try:
            return replace(conversation, id=self._store.create(self._owner) if self._store else uuid.uuid4().hex)
        except AskSpeechError:
            # What cannot be kept is said when the answer is over, and that is tried again then.
            return conversation

    def keep(self, conversation: Conversation) -> Conversation:
        """The conversation with everything that is over kept; what cannot be says why, and is tried again next time.

        Where another page has gone on with it meanwhile, it is a fresh copy of what is kept.
        """
        if self._store is None:
            return self._remember(conversation)
        positions = [position for position, one in enumerate(conversation.exchanges) if _to_keep(one)]
        if not positions:
            return conversation
        as_it_was = True
        try:
            for position in positions:
                conversation = replace(conversation, id=conversation.id or self._store.create(self._owner))
                conversation, place = self._with_kept(self._store, conversation, position)
                as_it_was = as_it_was and place == position
            if not as_it_was:
                return self.restored(conversation.id)
            # What was said of earlier answers while this one was made.
            return replace(conversation, judgements=self._store.judgements(self._owner, conversation.id))
        except AskSpeechError as error:
            return _unkept(conversation, error.words)

    def _remember(self, conversation: Conversation) -> Conversation:
        conversation = self.begun(conversation)
        self._remembered.add(self._owner, conversation)
        return conversation

    def _with_kept(self, store: Conversations, conversation: Conversation, position: int) -> tuple[Conversation, int]:
        """The conversation with one more exchange kept, and its place among the kept ones."""
        turn = turn_to_keep(conversation.exchanges[position])
        for at in (position, None) if conversation.cut else (None,):
            try:
                place = store.append(self._owner, conversation.id, turn, at=at)
                return _kept(conversation, position), place
            except NotKeptError:
                # Another page has cut the conversation shorter, or deleted it.
                continue
        anew = replace(conversation, id=store.create(self._owner))
        return _kept(anew, position), store.append(self._owner, anew.id, turn)

    def restored(self, identity: str) -> Conversation:
        """A kept conversation as it was, with the places that the index no longer has marked as gone.

        Raises:
            NotKeptError: there is none with this id.
            AskSpeechError: it cannot be read.
        """
        if self._store is None:
            return self._remembered.get(self._owner, identity)
        store = self._required(identity)
        kept = store.get(self._owner, identity)
        texts = SourceTexts(self._live)
        exchanges = tuple(exchange_of(turn, texts.gone(turn.citations)) for turn in kept.turns)
        return Conversation(exchanges, id=kept.id, judgements=kept.judgements)

    def summaries(self, search: str, limit: int) -> tuple[KeptSummary, ...]:
        """The kept conversations in which all words of the search stand, the latest first; raises what listing does."""
        return () if self._store is None else self._store.list(self._owner, search, limit=limit)

    def title(self, conversation: Conversation) -> str:
        """The title that a conversation is kept under; raises what reading does."""
        return self._required(conversation.id).get(self._owner, conversation.id).title

    def rename(self, conversation: Conversation, title: str) -> None:
        """Keep the conversation under another title, an empty one for that of its first question; may raise."""
        self._required(conversation.id).rename(self._owner, conversation.id, title)

    def delete(self, conversation: Conversation) -> None:
        """Delete what is kept of the conversation; raises what deleting does."""
        self._required(conversation.id).delete(self._owner, conversation.id)

    def judge(self, conversation: Conversation, judgement: Judgement) -> Conversation:
        """The conversation with what is thought of an answer or a citation, kept; raises what judging does."""
        self._required(conversation.id).judge(self._owner, conversation.id, judgement)
        place = (judgement.turn, judgement.citation)
        others = tuple(one for one in conversation.judgements if (one.turn, one.citation) != place)
        given = (judgement,) if judgement.verdict or judgement.comment else ()
        return replace(conversation, judgements=(*others, *given))

    def _required(self, identity: str) -> Conversations:
        if self._store is None or not identity:
            raise _forgotten(identity)
        return self._store


def _forgotten(identity: str) -> NotKeptError:
    return NotKeptError(
        f"The conversation {identity!r} is not kept here: this server keeps none, and what it remembers goes "
        "when it is started anew. Ask anew.",
        "这里没有保存这个对话：服务器重新启动后就不记得了。请重新提问。",
    )


class SourceTexts:
    """The texts of the index in use, each read once, to see which places are gone; an index that is away has them."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self._texts: dict[str, str | AskSpeechError] = {}
        self._speeches: dict[str, WholeSpeech | None] = {}

    def gone(self, citations: tuple[Citation, ...]) -> frozenset[int]:
        """The numbers of the citations whose places are gone; none where there is no index to look into."""
        try:
            return frozenset(
                one.number for one in citations if gone(one, self.text) or self._speech(one.speech_id) is None
            )
        except AskSpeechError:
            # There is no index at all for now: whether a place is gone is seen when there is one again.
            return frozenset()

    def unsaid(self, citation: Citation) -> tuple[Span, ...]:
        """What in a citation's source is none of its speech's words; raises what the index does."""
        whole = self._speech(citation.speech_id)
        if whole is None:
            return ()
        start, end = whole.speech.span
        left_out = (drop.span for drop in whole.left_out)
        return (Span(0, start), *whole.speech.title_spans, *left_out, Span(end, len(whole.source.text)))

    def _speech(self, speech_id: str) -> WholeSpeech | None:
        """A speech; None where it was removed, even where its source is still there with its other speeches."""
        if speech_id not in self._speeches:
            try:
                self._speeches[speech_id] = self._live.current().index.whole_speech(speech_id)
            except NotInIndexError:
                self._speeches[speech_id] = None
        return self._speeches[speech_id]

    def text(self, source_id: str) -> str:
        """The canonical text of a source; raises what the index does."""
        if source_id not in self._texts:
            try:
                self._texts[source_id] = self._live.current().index.source(source_id).text
            except AskSpeechError as error:
                self._texts[source_id] = error
        found = self._texts[source_id]
        if isinstance(found, AskSpeechError):
            raise found
        return found


def turn_to_keep(exchange: Exchange) -> KeptTurn:
    """An exchange that is over as it is kept."""
    asked_at, generation, filters = exchange.asked_at, exchange.generation, exchange.filters
    if exchange.answer is not None:
        return kept_turn(
            exchange.answer,
            asked_at=asked_at,
            generation=generation,
            filters=filters,
            filtered_by=exchange.filtered_by,
            suggestions=exchange.suggestions,
            literal=exchange.literal,
            quotations=exchange.quotations,
        )
    view = exchange.view
    return KeptTurn(
        question=exchange.question,
        asked_at=asked_at,
        filters=filters,
        filtered_by=exchange.filtered_by,
        text=view.text,
        sentences=view.sentences,
        citations=view.citations,
        language=view.language,
        notices=view.notices,
        generation=generation,
        state="stopped" if view.state == "stopped" else "failed",
        problem=exchange.problem,
        suggestions=exchange.suggestions,
        literal=exchange.literal,
        quotations=exchange.quotations,
    )


def exchange_of(turn: KeptTurn, gone_numbers: frozenset[int] = frozenset()) -> Exchange:
    """A kept turn as it was shown, with those citations marked whose places are gone."""
    answer = answer_of(turn)
    view = _unfinished(turn) if answer is None else AnswerView.of(answer)
    return Exchange(
        question=turn.question,
        view=replace(view, gone=gone_numbers),
        answer=answer,
        problem=turn.problem,
        filters=turn.filters,
        filtered_by=turn.filtered_by,
        asked_at=turn.asked_at,
        generation=turn.generation,
        kept=True,
        literal=turn.literal,
        quotations=turn.quotations,
        suggestions=turn.suggestions,
    )


def _unfinished(turn: KeptTurn) -> AnswerView:
    return AnswerView(
        text=turn.text,
        citations=turn.citations,
        sentences=turn.sentences,
        notices=turn.notices,
        state="stopped" if turn.state == "stopped" else "failed",
        language=turn.language,
    )


def _to_keep(exchange: Exchange) -> bool:
    return not exchange.kept and not exchange.running


def _kept(conversation: Conversation, position: int) -> Conversation:
    exchanges = list(conversation.exchanges)
    exchanges[position] = replace(exchanges[position], kept=True, unkept="")
    return replace(conversation, exchanges=tuple(exchanges), cut=False)


def _unkept(conversation: Conversation, reason: str) -> Conversation:
    exchanges = (replace(one, unkept=reason) if _to_keep(one) else one for one in conversation.exchanges)
    return replace(conversation, exchanges=tuple(exchanges))
