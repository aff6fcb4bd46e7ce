"""What programs send to the server and get back: the shapes of the REST interface. Pure.

A span is `[start, end)` in Unicode code points of a source's text, as everywhere in askspeech.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from askspeech.datatypes import (
    FactOrigin,
    Filters,
    Language,
    Outcome,
    PassageKind,
    QuestionKind,
    Support,
    Turn,
    Unit,
)
from askspeech.settings import MAX_FILTER_VALUES, MAX_QUESTION_CHARACTERS

LARGEST_K = 50
LONGEST_TEXT = 20_000
LONGEST_ANSWER = 20_000
MOST_TURNS = 20
MOST_SPEECHES = 200
MOST_VALUES_IN_ADDRESS = 10
LONGEST_VALUE = 200
LARGEST_PLACE = 2**31 - 1

_Value = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE)]
Values = Annotated[list[_Value], Field(max_length=MAX_FILTER_VALUES)]
ValuesInAddress = Annotated[list[_Value], Field(max_length=MOST_VALUES_IN_ADDRESS)]
_Span = Annotated[list[int], Field(min_length=2, max_length=2, description="start and end, in code points")]
_Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


# What is sent


class FilterValues(_Request):
    """Which speeches to look in: values of one field are alternatives, fields narrow each other."""

    speech: Values = Field(default=[], description="ids, or words of the title 讲话")
    file: Values = Field(default=[], description="files, as `GET /speeches` gives them 文件")
    level: Values = Field(default=[], description="such as 市 or 县 层级")
    place: Values = Field(default=[], description="地点")
    year: Values = Field(default=[], description="年份")
    kind: Values = Field(default=[], description="of meeting or report, such as 座谈会 类型")

    def filters(self) -> Filters:
        """The same as the search takes it."""
        return Filters(**{name: tuple(values) for name, values in self})


class EarlierTurn(_Request):
    """An earlier question of the conversation, with its answer where there is one."""

    question: _Question
    answer: str | None = Field(default=None, max_length=LONGEST_ANSWER)


class _Asked(_Request):
    question: _Question = Field(description="in Chinese or English 问题")
    filters: FilterValues = FilterValues()
    history: list[EarlierTurn] = Field(
        default=[],
        max_length=MOST_TURNS,
        description="what was asked before, for questions that lean on it; latest last",
    )

    def turns(self) -> tuple[Turn, ...]:
        """The history as the answers take it."""
        return tuple(Turn(turn.question, turn.answer) for turn in self.history)


class SearchRequest(_Asked):
    """What to search for."""

    k: int = Field(default=8, ge=1, le=LARGEST_K, description="how many passages")


class AskRequest(_Asked):
    """What to answer."""

    quotations: bool = Field(
        default=False, description="answer with the speeches' own sentences, without the chat model"
    )


# What comes back


class Place(_Result):
    """Where words stand for a person: the first and last page, paragraph or line of the file, counted from 1."""

    unit: Unit
    first: int
    last: int


class FactFound(_Result):
    """Something known of a speech, and whether its text, its file's name or a rule says so."""

    name: str
    value: str
    origin: FactOrigin


class SpeechFound(_Result):
    """One speech; `span` is where it stands in its source."""

    id: str
    title: str
    title_derived: bool = Field(description="whether the title was made from the text because the speech has none")
    source_id: str
    file: str
    span: _Span
    characters: int
    facts: list[FactFound]


class HitFound(_Result):
    """A passage found: `text` is what the source says at `spans`, `added` what belongs to it beside that."""

    rank: int
    score: float = Field(description="higher is better; comparable within one search alone")
    text: str
    kind: PassageKind
    spans: list[_Span]
    added: list[_Span]
    locator: Place
    heading_path: list[str]
    file: str
    source_id: str
    passage_id: str
    speech_id: str
    speech_title: str
    found_by: list[str] = Field(description="what found it, in words")
    copies: list[str] = Field(description="ids of passages that say the same")


class FiltersUsed(_Result):
    """The filters as they were understood."""

    speech: list[str]
    file: list[str]
    level: list[str]
    place: list[str]
    year: list[str]
    kind: list[str]


class SearchResponse(_Result):
    """What was found, best first."""

    question: str
    search_question: str = Field(description="what was searched for: the question, completed where it leans on others")
    kind: QuestionKind
    filters: FiltersUsed
    hits: list[HitFound]
    notices: list[str] = Field(description="what whoever reads the result should know")
    generation: str = Field(description="the name of the index")


class CitationGiven(_Result):
    """A numbered reference; `quote` is exactly what the source says at `spans`."""

    number: int
    quote: str
    spans: list[_Span]
    locator: Place
    heading_path: list[str]
    file: str
    source_id: str
    passage_id: str
    speech_id: str
    speech_title: str
    support: Support


class SentenceGiven(_Result):
    """A sentence or list item of an answer, and the numbers of the citations that carry it."""

    text: str
    citations: list[int]
    support: Support
    reason: str
    marked: list[_Span] = Field(description="figures or names that were asked for, as ranges of the sentence")


class UsageCounted(_Result):
    """What an answer cost."""

    seconds: float
    seconds_to_first_word: float | None
    input_tokens: int
    output_tokens: int
    estimated: bool


class AnswerResponse(_Result):
    """An answer: plain text with `[n]` marks, its sentences, and the citations behind the numbers."""

    question: str
    text: str
    outcome: Outcome
    refused: bool = Field(description="whether what was asked for is not in the speeches")
    language: Language
    sentences: list[SentenceGiven]
    citations: list[CitationGiven]
    nearest: list[HitFound] = Field(description="passages near the question where nothing answers it; no citations")
    search_question: str
    kind: QuestionKind
    filters: FiltersUsed
    notices: list[str]
    removed: list[str] = Field(description="what a chat model wrote that is not shown")
    usage: UsageCounted
    generation: str


class SectionFound(_Result):
    """A heading or item of a speech's outline; `parent_id` is null directly under the speech."""

    id: str
    parent_id: str | None
    marker: str
    number: int
    heading: str
    heading_spans: list[_Span]
    span: _Span


class PartMarked(_Result):
    """A stretch of a speech that is no plain text: `why` says what it is."""

    span: _Span
    why: str


class SpeechResponse(SpeechFound):
    """One speech with its outline, parents before their children; read its text with `GET /sources/{id}/text`."""

    outline: list[SectionFound]
    blanks: list[PartMarked] = Field(description="figures and names that the source has blanked out")
    gaps: list[PartMarked] = Field(description="places where the source says that a part is missing")
    left_out: list[PartMarked] = Field(description="what is in no passage")
    generation: str


class SpeechesResponse(_Result):
    """A page of the speeches that pass the filters, by file and place."""

    total: int
    offset: int
    limit: int
    speeches: list[SpeechFound]
    notices: list[str]
    generation: str


class TextResponse(_Result):
    """What a source says from `start` to `end`; `characters` is the length of all of it."""

    source_id: str
    file: str
    start: int
    end: int
    characters: int
    text: str
    locator: Place | None = Field(description="null where the text is empty")
    generation: str


class IndexResponse(_Result):
    """Whether questions can be answered, and from what; `message` says why not."""

    ready: bool
    generation: str | None
    speeches: int
    sources: int
    passages: int
    characters: int
    chat_model: bool = Field(description="whether a chat model writes the answers")
    message: str
    notices: list[str]


class ErrorFound(_Result):
    """What went wrong, and what to do."""

    code: str = Field(description="stays the same; the message may change")
    message: str = Field(description="in English and Chinese")


class ErrorResponse(_Result):
    """Every error has this shape."""

    error: ErrorFound
