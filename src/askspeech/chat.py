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
from askspeech.live_index import LiveIndex


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with what there is of its answer; `problem` says why there will be none."""

    question: str
    view: AnswerView = field(default_factory=AnswerView)
    answer: Answer | None = None
    problem: str = ""
    filters: Filters = field(default_factory=Filters)
    filtered_by: tuple[tuple[str, str], ...] = ()
    """The filters for a reader: each value with the field that it is of."""

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

    def asked(
        self, question: str, filters: Filters | None = None, filtered_by: tuple[tuple[str, str], ...] = ()
    ) -> "Conversation":
        """The conversation with a new question at its end, asked of the speeches that pass the filters."""
        exchange = Exchange(question, filters=filters or Filters(), filtered_by=filtered_by)
        return Conversation((*self.exchanges, exchange))

    def refused(self, reason: str) -> "Conversation":
        """The conversation as it was, and why what was asked now is no part of it; the next question ends that."""
        return Conversation(self.exchanges, reason)

    def history(self) -> tuple[Turn, ...]:
        """The turns that have been answered."""
        return tuple(exchange.turn() for exchange in self.exchanges if exchange.answer)

    def with_latest(self, exchange: Exchange) -> "Conversation":
        """The conversation with its latest exchange replaced."""
        return Conversation((*self.exchanges[:-1], exchange))

    def ended(self, state: str) -> "Conversation":
        """The conversation with its latest answer ended as stopped or failed, where it was still running."""
        if not self.exchanges or not self.exchanges[-1].running:
            return self
        latest = self.exchanges[-1]
        view = replace(latest.view, state="stopped" if state == "stopped" else "failed")
        return self.with_latest(replace(latest, view=view))


def answered(exchange: Exchange, history: Sequence[Turn], live: LiveIndex) -> Generator[Exchange, None, None]:
    """Answer a question: the exchange after every event of its answer, the finished one last.

    An error of ours becomes the exchange's `problem`; nothing is raised for it.
    """
    latest = exchange
    try:
        for event in live.current().answers.stream(exchange.question, history=history, filters=exchange.filters):
            latest = followed(latest, event)
            yield latest
    except AskSpeechError as error:
        yield replace(latest, problem=str(error))


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
