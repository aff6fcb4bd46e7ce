"""REST: the search for programs, under `/api/v1`. What it answers is what `SpeechIndex` and `Answerer` give.

Whatever waits for the disk or for a model runs in a few threads of its own; where too many requests wait for one, the
next is told so at once.
"""

from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

from fastapi import Body, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from askspeech import api_examples as examples
from askspeech import api_models as models
from askspeech import api_results as results
from askspeech.api_errors import InvalidRequestError, Json, error_content, note_defect
from askspeech.bilingual import public
from askspeech.citing import locate
from askspeech.datatypes import (
    AnswerEvent,
    CitationResolved,
    Done,
    Filters,
    Hit,
    Notice,
    Replaced,
    SentenceChecked,
    TextAdded,
)
from askspeech.errors import AskSpeechError, NotInIndexError, StoreDamagedError
from askspeech.filtering import filter_notices, kept_speeches
from askspeech.live_index import Index, LiveIndex, Opened
from askspeech.questions import checked_question
from askspeech.turns import Turns, arrived, visitor_of
from askspeech.workers import Workers

__all__ = ["EventStream", "Handlers"]

THREADS = 4
WAITING = 64
SECONDS_BETWEEN_BEATS = 15.0
SECONDS_BETWEEN_LOOKS = 1.0
CLIENT_GONE = 499
BEAT = b": waiting\n\n"

_Event = tuple[str, dict[str, Any]]
"""An event of an answer by its name, as it is sent; the first, whose name is empty, says that there will be others."""

_Id = Annotated[str, Path(min_length=1, max_length=100, description="an id that a search or a list gave")]
_SearchBody = Annotated[models.SearchRequest, Body(openapi_examples={"filtered": {"value": examples.SEARCHED_FOR}})]
_AskBody = Annotated[models.AskRequest, Body(openapi_examples={"follow-up": {"value": examples.ASKED}})]
_Place = Annotated[int, Field(ge=0, le=models.LARGEST_PLACE)]


class SpeechesQuery(BaseModel):
    """Which speeches to list, and which page of them; each filter can be repeated."""

    model_config = ConfigDict(extra="forbid")

    speech: models.ValuesInAddress = Field(default=[], description="ids, or words of the title 讲话")
    file: models.ValuesInAddress = Field(default=[], description="文件")
    level: models.ValuesInAddress = Field(default=[], description="层级", examples=[["县"]])
    place: models.ValuesInAddress = Field(default=[], description="地点")
    year: models.ValuesInAddress = Field(default=[], description="年份", examples=[["2026"]])
    kind: models.ValuesInAddress = Field(default=[], description="类型")
    offset: _Place = 0
    limit: int = Field(default=50, ge=1, le=models.MOST_SPEECHES)

    def filters(self) -> Filters:
        """The same as the search takes it."""
        return Filters(*map(tuple, (self.speech, self.file, self.level, self.place, self.year, self.kind)))


class TextQuery(BaseModel):
    """Which characters of a source to read; without an end, as many as are given at once."""

    model_config = ConfigDict(extra="forbid")

    start: _Place = 0
    end: _Place | None = Field(default=None, description=f"at most {models.LONGEST_TEXT} after the start")


class EventStream(StreamingResponse):
    """Server-sent events; they end when whoever listens goes away."""

    media_type = "text/event-stream"


class Handlers:
    """What each address does."""

    def __init__(
        self, live: LiveIndex, *, threads: int = THREADS, waiting: int = WAITING, turns: Turns | None = None
    ) -> None:
        self._live = live
        # Apart, so that answers which wait for a chat model hold up neither quotations nor a search.
        enter = (turns or Turns(threads + waiting)).entering("rest")
        self._asking = Workers("askspeech-ask", turns.at_once if turns else threads, enter=enter)
        self._quoting = Workers("askspeech-quote", threads, enter=enter)
        self._reading = Workers("askspeech-read", threads, waiting)

    def waiting(self) -> int:
        """How many requests wait for a thread."""
        return self._asking.waiting + self._quoting.waiting + self._reading.waiting

    async def search(self, asked: _SearchBody, request: Request) -> Response:
        """The passages that answer a question best, best first."""
        return await self._read(partial(self._found, asked), request)

    def _found(self, asked: models.SearchRequest) -> models.SearchResponse:
        try:
            return self._found_once(asked)
        except NotInIndexError:  # a newer index came between the search and the places of what it found
            return self._found_once(asked)

    def _found_once(self, asked: models.SearchRequest) -> models.SearchResponse:
        index = self._live.current().index
        result = index.search(asked.question, k=asked.k, filters=asked.filters.filters(), history=asked.turns())
        return results.search_response(asked.question, result, _placed(index, result.hits), index.generation)

    async def ask(self, asked: _AskBody, request: Request) -> Response:
        """The answer to a question, with a citation for every sentence; or that the speeches do not hold one."""
        events = self._answering(asked, request, SECONDS_BETWEEN_LOOKS)
        async with aclosing(events):
            async for event in events:
                if event is not None and event[0] == "done":
                    return Json(event[1])
                if event is None and await request.is_disconnected():
                    break
        return Response(status_code=CLIENT_GONE)  # which nobody gets

    async def ask_stream(self, asked: _AskBody, request: Request) -> Response:
        """The answer as it comes: events named text, citation, sentence, notice, replaced, and done at the end.

        The texts, joined, are the answer's text; `replaced` voids what came before it; `error` stands in place of
        `done` where an answer fails. A comment comes every 15 seconds when there is nothing else.
        """
        events = self._answering(asked, request, SECONDS_BETWEEN_BEATS)
        async for first in events:  # raises here what is told with a status of its own
            if first is not None:
                break
        return EventStream(_sent(events), headers={"Cache-Control": "no-store"})

    def _answering(
        self, asked: models.AskRequest, request: Request, beat: float
    ) -> AsyncGenerator[_Event | None, None]:
        workers = self._quoting if asked.quotations else self._asking
        return workers.each(partial(self._events, asked), beat, arrived(request.scope))

    def _events(self, asked: models.AskRequest) -> Generator[_Event, None, None]:
        opened = self._live.current()
        checked_question(asked.question)
        yield "", {}
        answer = opened.answers.stream(
            asked.question, history=asked.turns(), filters=asked.filters.filters(), quotations=asked.quotations
        )
        try:
            for event in answer:
                yield _event(event, opened)
        except NotInIndexError as error:
            raise StoreDamagedError(f"The index was built again while this was answered: {error} Ask again.") from error

    async def speeches(self, wanted: Annotated[SpeechesQuery, Query()], request: Request) -> Response:
        """The speeches that pass the filters, by file and place, a page at a time."""

        def listed() -> models.SpeechesResponse:
            index, filters = self._live.current().index, wanted.filters()
            everything = index.speeches()
            kept = kept_speeches(everything, filters)
            chosen = everything if kept is None else kept
            return models.SpeechesResponse(
                total=len(chosen),
                offset=wanted.offset,
                limit=wanted.limit,
                speeches=results.found_speeches(chosen[wanted.offset : wanted.offset + wanted.limit]),
                notices=list(map(public, (*index.notices, *filter_notices(everything, filters)))),
                generation=index.generation,
            )

        return await self._read(listed, request)

    async def speech(self, speech_id: _Id, request: Request) -> Response:
        """One speech with its outline, and with what is blanked out, missing or left out."""

        def found() -> models.SpeechResponse:
            index = self._live.current().index
            return results.speech_response(index.whole_speech(speech_id), index.generation)

        return await self._read(found, request)

    async def source_text(self, source_id: _Id, wanted: Annotated[TextQuery, Query()], request: Request) -> Response:
        """The characters of a source from `start` to `end`, as the spans of hits, citations and speeches count them."""

        def read() -> models.TextResponse:
            index = self._live.current().index
            source = index.source(source_id)
            start, end = _within(wanted, len(source.text))
            return results.text_response(source, start, end, index.generation)

        return await self._read(read, request)

    async def index(self, request: Request) -> Response:
        """Whether questions can be answered, from which index, and how much it holds."""
        return await self._read(self._state, request)

    def _state(self) -> models.IndexResponse:
        status = self._live.status_now()
        opened = self._live.current() if status.ready else None
        speeches = opened.index.speeches() if opened else []
        return models.IndexResponse(
            ready=status.ready,
            generation=status.generation,
            speeches=len(speeches),
            sources=len({speech.source_id for speech in speeches}),
            passages=opened.index.passage_count() if opened else 0,
            characters=sum(speech.characters for speech in speeches),
            chat_model=opened.answers.has_chat_model if opened else False,
            message=public(status.message),
            notices=list(map(public, status.notices)),
        )

    async def _read(self, work: Callable[[], BaseModel], request: Request) -> Json:
        return Json(await self._reading.call(lambda: work().model_dump(), visitor_of(request.scope)))


def _placed(index: Index, hits: Sequence[Hit]) -> list[models.HitFound]:
    """Hits as they are sent, with where they stand in their files."""
    sources = [index.source(hit.passage.source_id) for hit in hits]
    places = [locate(source.text, source.layout, hit.passage.spans) for source, hit in zip(sources, hits, strict=True)]
    return results.found_hits(zip(hits, places, strict=True))


def _event(event: AnswerEvent, opened: Opened) -> _Event:
    """An event of an answer as it is sent."""
    match event:
        case TextAdded(text):
            return "text", {"text": text}
        case CitationResolved(citation):
            return "citation", models.CitationGiven.model_validate(citation).model_dump()
        case SentenceChecked(number, sentence):
            given = models.SentenceGiven.model_validate(sentence).model_dump()
            return "sentence", {"index": number, "sentence": given}
        case Notice(text):
            return "notice", {"text": public(text)}
        case Replaced(text, reason):
            return "replaced", {"text": text, "reason": public(reason)}
        case Done(answer):
            index = opened.index
            return "done", results.answer_response(
                answer, _placed(index, answer.nearest), index.generation
            ).model_dump()


async def _sent(events: AsyncGenerator[_Event | None, None]) -> AsyncGenerator[bytes, None]:
    """Events as they are written; what fails on the way is the last of them."""
    async with aclosing(events):
        try:
            async for event in events:
                yield BEAT if event is None else _written(*event)
        except AskSpeechError as error:
            yield _written("error", error_content(error))
        except Exception as error:
            note_defect(error)
            yield _written("error", error_content(error))


def _written(name: str, content: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + Json(content).body + b"\n\n"


def _within(wanted: TextQuery, characters: int) -> tuple[int, int]:
    """The start and the end that are asked for, the end no further than the text goes."""
    end = wanted.start + models.LONGEST_TEXT if wanted.end is None else wanted.end
    if not wanted.start <= end <= wanted.start + models.LONGEST_TEXT or wanted.start > characters:
        raise InvalidRequestError(
            f"start is {wanted.start} and end is {end}; expected start at most {characters}, the length of the text, "
            f"and end up to {models.LONGEST_TEXT} after it. Correct them. 起止位置不对，每次最多读取两万字。"
        )
    return wanted.start, min(end, characters)
