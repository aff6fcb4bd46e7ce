"""A conversation on the page: what was asked and answered, and what an answer's events make of it. No Gradio here."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

from askspeech.answer_rendering import AnswerView
from askspeech.datatypes import (
    Answer,
    AnswerEvent,
    CitationResolved,
    Done,
    Filters,
    Notice,
    Replaced,
    SentenceChecked,
    TextAdded,
    Turn,
)
from askspeech.errors import AskSpeechError
from askspeech.keeping import Judgement
from askspeech.live_index import Index, LiveIndex

SUGGESTIONS = 3
FOLD = 10
"""Earlier exchanges are folded away so many at a time; so many of the latest are always shown."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Exchange:
    """A question with what there is of its answer; `problem` says why there will be none."""

    question: str
    view: AnswerView = field(default_factory=AnswerView)
    answer: Answer | None = None
    problem: str = ""
    filters: Filters = field(default_factory=Filters)
    filtered_by: tuple[tuple[str, str], ...] = ()
    """The filters for a reader: each value with the field that it is of."""
    asked_at: float = 0.0
    """When, in seconds since 1970 (UTC)."""
    generation: str = ""
    """The name of the index that was asked."""
    kept: bool = False
    """Whether it is among the conversations that are kept."""
    unkept: str = ""
    """Why it could not be kept, where that was tried."""
    literal: bool = False
    """Whether it is asked as it was typed, without what the conversation adds."""
    quotations: bool = False
    """Whether it is answered with the speeches' own sentences, even where there is a chat model."""
    suggestions: tuple[str, ...] = ()
    """Questions that lead on from the answer."""

    @property
    def running(self) -> bool:
        """Whether more of the answer is still to come."""
        return self.view.state == "running" and not self.problem

    def turn(self) -> Turn:
        """What later questions may refer to."""
        citations = self.answer.citations if self.answer else ()
        return Turn(self.question, self.answer.text if self.answer else None, citations)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The exchanges of one conversation, the latest last; `refusal` says why what was asked after it is no question."""

    exchanges: tuple[Exchange, ...] = ()
    refusal: str = ""
    id: str = ""
    """By which it is kept; empty before it is."""
    judgements: tuple[Judgement, ...] = ()
    """What is thought of its answers and their citations, as it is kept."""
    cut: bool = False
    """Whether exchanges at its end were taken away that are still kept; the next one takes their place."""
    editing: bool = False
    """Whether the latest question is being edited: what is asked next takes its place."""
    unfolded: int = 0
    """How many exchanges the reader asked to see that would be folded away; the next question folds them again."""

    @property
    def running(self) -> bool:
        """Whether its latest answer is being made."""
        return bool(self.exchanges) and self.exchanges[-1].running

    @property
    def folded(self) -> int:
        """How many of the earliest exchanges the page does not show: a page that shows all becomes slow and large."""
        return max(0, (len(self.exchanges) // FOLD - 1) * FOLD - self.unfolded)

    def asked(
        self,
        question: str,
        filters: Filters | None = None,
        filtered_by: tuple[tuple[str, str], ...] = (),
        asked_at: float = 0.0,
        *,
        literal: bool = False,
        quotations: bool = False,
    ) -> "Conversation":
        """The conversation with a new question at its end, asked of the speeches that pass the filters.

        It stands in place of the latest one where that is being edited.
        """
        if self.editing:
            kept = self.before(len(self.exchanges) - 1)
            return kept.asked(question, filters, filtered_by, asked_at, literal=literal, quotations=quotations)
        exchange = Exchange(
            question,
            filters=filters or Filters(),
            filtered_by=filtered_by,
            asked_at=asked_at,
            literal=literal,
            quotations=quotations,
        )
        return replace(self, exchanges=(*self.exchanges, exchange), refusal="", editing=False, unfolded=0)

    def refused(self, reason: str) -> "Conversation":
        """The conversation as it was, and why what was asked now is no part of it; the next question ends that."""
        return replace(self, refusal=reason)

    def before(self, position: int) -> "Conversation":
        """The conversation without the exchange at that place, counted from 0, and those after it.

        What is asked next takes their place among the conversations that are kept, too.
        """
        left = tuple(one for one in self.judgements if one.turn < position)
        cut = self.cut or any(exchange.kept for exchange in self.exchanges[position:])
        exchanges = self.exchanges[:position]
        return replace(self, exchanges=exchanges, refusal="", judgements=left, cut=cut, editing=False)

    def judgement(self, turn: int, citation: int | None = None) -> Judgement | None:
        """What is thought of an answer, or of one citation in it."""
        return next((one for one in self.judgements if (one.turn, one.citation) == (turn, citation)), None)

    def history(self) -> tuple[Turn, ...]:
        """The turns that have been answered."""
        return tuple(exchange.turn() for exchange in self.exchanges if exchange.answer)

    def with_latest(self, exchange: Exchange) -> "Conversation":
        """The conversation with its latest exchange replaced."""
        return replace(self, exchanges=(*self.exchanges[:-1], exchange))

    def ended(self, state: str, notice: str = "") -> "Conversation":
        """The conversation with its latest answer ended as stopped or failed, where it was still running.

        The notice tells readers why, where that is known.
        """
        if not self.running:
            return self
        latest = self.exchanges[-1]
        notices = (*latest.view.notices, notice) if notice else latest.view.notices
        view = replace(latest.view, state="stopped" if state == "stopped" else "failed", notices=notices)
        return self.with_latest(replace(latest, view=view))


def answered(exchange: Exchange, history: Sequence[Turn], live: LiveIndex) -> Generator[Exchange, None, None]:
    """Answer a question: the exchange after every event of its answer, the finished one last.

    An error of ours becomes the exchange's `problem`; nothing is raised for it.
    """
    latest = exchange
    try:
        opened = live.current()
        latest = replace(exchange, generation=opened.index.generation)
        events = opened.answers.stream(
            exchange.question,
            history=history,
            filters=exchange.filters,
            literal=exchange.literal,
            quotations=exchange.quotations,
        )
        for event in events:
            latest = followed(latest, event)
            yield latest if latest.answer is None else _led_on(latest, history, opened.index)
    except AskSpeechError as error:
        yield replace(latest, problem=error.words)


def _led_on(exchange: Exchange, history: Sequence[Turn], index: Index) -> Exchange:
    """The exchange with questions that lead on from its answer."""
    answer = exchange.answer
    if answer is None or not answer.citations:
        return exchange
    asked = [exchange.question, *(turn.question for turn in history)]
    try:
        questions = index.next_questions(answer.citations, SUGGESTIONS, asked=asked, language=answer.language)
    except AskSpeechError:
        # The index went meanwhile: the answer stands, and the next question says what is wrong.
        return exchange
    return replace(exchange, suggestions=tuple(questions))


def followed(exchange: Exchange, event: AnswerEvent) -> Exchange:
    """The exchange after one more event."""
    answer = event.answer if isinstance(event, Done) else exchange.answer
    return replace(exchange, view=grown(exchange.view, event), answer=answer)


def grown(view: AnswerView, event: AnswerEvent) -> AnswerView:
    """What is shown of an unfinished answer after one more event."""
    match event:
        case TextAdded(text):
            return replace(view, text=view.text + text)
        case CitationResolved(citation):
            return replace(view, citations=(*view.citations, citation))
        case SentenceChecked(_, sentence):
            return replace(view, sentences=(*view.sentences, sentence))
        case Notice(text):
            return replace(view, notices=(*view.notices, text))
        case Replaced(text, reason):
            notices = (*view.notices, reason) if reason else view.notices
            return AnswerView(text=text, notices=notices, language=view.language)
        case Done(answer):
            return AnswerView.of(answer)
