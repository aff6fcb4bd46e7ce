"""What the tools for agents do, whatever protocol calls them, and what they say where they cannot."""

import sys
from collections.abc import Generator
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from askspeech.bilingual import public
from askspeech.datatypes import Done, Span
from askspeech.errors import AskSpeechError, ModelError, NotInIndexError, QuestionError, StoreMissingError
from askspeech.filtering import filter_notices, kept_speeches
from askspeech.live_index import LiveIndex
from askspeech.tool_models import AskArguments, ReadArguments, SearchArguments, SpeechesArguments
from askspeech.tool_results import (
    ask_result,
    ask_text,
    read_result,
    read_text,
    search_result,
    search_text,
    speeches_result,
    speeches_text,
)
from askspeech.turns import BUSY, BusyError

__all__ = ["Given", "Giving", "Problem", "SpeechTools", "problem_of"]

MOST_NAMED, LONGEST_NAMED = 5, 200
"""How many wrong arguments an agent is told of, and how much of each."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a tool gives: for programs, and for whoever reads."""

    result: BaseModel
    text: str


Giving = Generator[Given | None, None, None]
"""What a tool gives, at its end; None whenever it may be left before."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a tool gives nothing, by a word for programs and in English and Chinese; what the log is told beside."""

    code: str
    message: str
    logged: str = ""


class SpeechTools:
    """The tools over an index; any number of threads may call them at once.

    What each does, it does as its result is iterated over; that raises AskSpeechError for what it cannot do.
    """

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def search(self, arguments: SearchArguments) -> Giving:
        """Passages that a question finds."""
        try:
            yield self._found(arguments)
        except NotInIndexError:  # a newer index came between the search and the places of what it found
            yield self._found(arguments)

    def _found(self, arguments: SearchArguments) -> Given:
        index = self._live.current().index
        found = index.search(arguments.question, k=arguments.k, filters=arguments.filters.filters())
        sources = [index.source(hit.passage.source_id) for hit in found.hits]
        result = search_result(arguments.question, found, sources, index.generation)
        return Given(result, search_text(result))

    def ask(self, arguments: AskArguments) -> Giving:
        """An answer with its citations."""
        opened = self._live.current()
        filters, history = arguments.filters.filters(), arguments.turns()
        for event in opened.answers.stream(arguments.question, history=history, filters=filters):
            if isinstance(event, Done):
                sources = [opened.index.source(hit.passage.source_id) for hit in event.answer.nearest]
                result = ask_result(event.answer, sources, opened.index.generation)
                yield Given(result, ask_text(result))
            else:
                yield None

    def speeches(self, arguments: SpeechesArguments) -> Giving:
        """The speeches that there are."""
        index, filters = self._live.current().index, arguments.filters.filters()
        held = index.speeches()
        kept = kept_speeches(held, filters)
        notices = tuple(map(public, (*index.notices, *filter_notices(held, filters))))
        speeches = held if kept is None else kept
        result = speeches_result(speeches, notices, index.generation, arguments.offset, arguments.limit)
        yield Given(result, speeches_text(result))

    def read(self, arguments: ReadArguments) -> Giving:
        """A speech, or any part of a source."""
        index = self._live.current().index
        source_id, whole = arguments.source_id, Span(0, sys.maxsize)
        if arguments.speech_id is not None:
            speech = index.speech(arguments.speech_id)
            if source_id not in (None, speech.source_id):
                raise QuestionError(
                    "speech_id and source_id are of different texts: give one.", "请只给出其中一个编号。"
                )
            source_id, whole = speech.source_id, speech.span
        if source_id is None:
            raise QuestionError("Neither speech_id nor source_id is given: give one.", "请给出讲话或文件的编号。")
        whole = Span(
            whole.start if arguments.start is None else arguments.start,
            whole.end if arguments.end is None else arguments.end,
        )
        speeches = [one for one in index.speeches() if one.source_id == source_id]
        source, generation = index.source(source_id), index.generation
        result = read_result(source, whole, speeches, generation, context=arguments.context)
        yield Given(result, read_text(result))


def problem_of(error: Exception, tool: str) -> Problem:
    """What an agent is told of an error, by the codes of REST; no place on this machine, which some errors name."""
    if isinstance(error, ValidationError):
        return Problem("invalid_request", _wrong(error))
    if isinstance(error, QuestionError):
        return Problem("question_refused", str(error))
    if isinstance(error, NotInIndexError):
        return Problem(
            "not_found",
            "The index holds nothing with this id; ids come from search, ask and speeches. It may have been built "
            "again since: search once more. 索引里没有这个编号，请重新检索。",
        )
    if isinstance(error, StoreMissingError):
        return Problem(
            "index_missing",
            "There is no index yet: whoever runs the server builds one with `askspeech build FOLDER`. "
            "还没有索引，请先建立索引。",
        )
    if isinstance(error, BusyError):
        return Problem(
            "busy",
            BUSY,
        )
    if isinstance(error, ModelError):
        return Problem(
            "model_failed",
            "A model that the search or the answers need does not work; the server's log says why. "
            "模型无法使用，请看服务端日志。",
            str(error),
        )
    if isinstance(error, AskSpeechError):
        return Problem(
            "index_unusable",
            "The index cannot be used at present; the server's log says why. Try again later. "
            "索引暂时无法使用，请稍后再试。",
            str(error),
        )
    return Problem(
        "internal",
        "This should not have happened; the server's log says what did. 内部错误，请看服务端日志。",
        f"the tool {tool} failed ({type(error).__name__}: {error})",
    )


def _wrong(error: ValidationError) -> str:
    """What is wrong with arguments, field by field."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    named = [f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in problems[:MOST_NAMED]]
    more = [f"and {len(problems) - MOST_NAMED} more"] if problems[MOST_NAMED:] else []
    found = "; ".join([one[:LONGEST_NAMED] for one in named] + more)
    return f"The arguments are not what the tool takes 参数有误: {found}. Correct them by the tool's input schema."
