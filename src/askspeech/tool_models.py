"""What the tools for language models take and give: their arguments, with limits, and their results. Pure.

The descriptions of the fields are written for a language model: they are all that it knows of the tools.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from askspeech.datatypes import Filters, Language, Outcome, Support, Turn, Unit
from askspeech.settings import MAX_QUESTION_CHARACTERS

__all__ = [
    "LARGEST_K",
    "LONGEST_READING",
    "AskArguments",
    "AskResult",
    "Cited",
    "Found",
    "Listed",
    "Locator",
    "ReadArguments",
    "ReadResult",
    "SearchArguments",
    "SearchResult",
    "Sentence",
    "SpeechesArguments",
    "SpeechesResult",
    "schema_of",
]

LARGEST_K = 50
LONGEST_READING = 20_000
LONGEST_CONTEXT = 2_000
MOST_SPEECHES = 200
MOST_TURNS = 20
MOST_VALUES = 20
LONGEST_VALUE = 500
LONGEST_ANSWER = 8_000
LARGEST_PLACE = 1_000_000_000


def _several(value: Any) -> Any:
    """A lone value as a list of one: language models write `"year": "2023"` as readily as `"year": ["2023"]`."""
    return [value] if isinstance(value, str | int) and not isinstance(value, bool) else value


_Value = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE)]
_Values = Annotated[list[_Value], Field(max_length=MOST_VALUES), BeforeValidator(_several)]
_Id = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE)]
_Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)]
_Place = Annotated[int, Field(ge=0, le=LARGEST_PLACE)]
_SpanOf = Annotated[list[int], Field(min_length=2, max_length=2)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        """Language models write null for what they leave out."""
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True)


class Filtering(_Arguments):
    """Which speeches to look in; values of one field are alternatives, fields narrow each other."""

    speech: _Values = Field(default=[], description="讲话: words of the title, or speech ids")
    file: _Values = Field(default=[], description="文件: whole file names, as the tools give them")
    level: _Values = Field(default=[], description="层级, e.g. 省, 市, 区, 县, 乡镇, 部门")
    place: _Values = Field(default=[], description="地点, e.g. 青禾县")
    year: _Values = Field(default=[], description="年份, e.g. 2023")
    kind: _Values = Field(default=[], description="类型 of the meeting or report, e.g. 座谈会")

    def filters(self) -> Filters:
        """The same as the search takes it."""
        return Filters(**{name: tuple(values) for name, values in self if values})


_NO_FILTERS = Filtering()
_Filters = Annotated[Filtering, Field(description="Narrow to some speeches (筛选). Leave out to look in all.")]


class EarlierTurn(_Arguments):
    """An earlier question of the same conversation, with its answer."""

    question: _Question
    answer: str | None = Field(default=None, max_length=LONGEST_ANSWER)


class SearchArguments(_Arguments):
    """The arguments of `search`."""

    question: _Question = Field(description="问题: a question or words to look for, in Chinese or English")
    k: int = Field(default=8, ge=1, le=LARGEST_K, description="How many passages, best first")
    filters: _Filters = _NO_FILTERS


class AskArguments(_Arguments):
    """The arguments of `ask`."""

    question: _Question = Field(description="问题: one question, in Chinese or English; the answer is in its language")
    filters: _Filters = _NO_FILTERS
    history: list[EarlierTurn] = Field(
        default=[],
        max_length=MOST_TURNS,
        description="Earlier turns, oldest first, where the question leans on them (第二条具体怎么做？)",
    )

    def turns(self) -> list[Turn]:
        """The history as the answers take it."""
        return [Turn(turn.question, turn.answer) for turn in self.history]


class SpeechesArguments(_Arguments):
    """The arguments of `speeches`."""

    filters: _Filters = _NO_FILTERS
    offset: _Place = Field(default=0, description="How many to skip; use next_offset of the call before")
    limit: int = Field(default=50, ge=1, le=MOST_SPEECHES, description="How many to list")


class ReadArguments(_Arguments):
    """The arguments of `read`."""

    speech_id: _Id | None = Field(
        default=None, description="A speech id (讲话), to read that speech; or give source_id"
    )
    source_id: _Id | None = Field(default=None, description="A source id (文件的全文), to read any part of that text")
    start: _Place | None = Field(
        default=None, description="First character, counted in the source; default: the beginning"
    )
    end: _Place | None = Field(default=None, description="Character after the last one, counted in the source")
    context: int = Field(
        default=0, ge=0, le=LONGEST_CONTEXT, description="How many characters around start and end to add"
    )


class Locator(_Result):
    """Where words stand for a person, counted from 1."""

    unit: Unit
    first: int
    last: int
    text: str = Field(description="The place in words, such as 第3页")


class Found(_Result):
    """A passage that was found; `text` is at `spans` of the source."""

    number: int
    title: str = Field(description="Title of the speech 讲话")
    file: str
    locator: Locator
    heading_path: list[str]
    text: str
    added: str = Field(description="Sentences beside it that it leans on, or other items of its list")
    found_by: list[str]
    score: float
    copies: int = Field(description="How many other passages say nearly the same")
    speech_id: str
    source_id: str
    spans: list[_SpanOf]


class Cited(_Result):
    """A citation; `quote` is exactly the source's characters at `spans`."""

    number: int
    title: str = Field(description="Title of the speech 讲话")
    file: str
    locator: Locator
    quote: str
    support: Support
    heading_path: list[str]
    speech_id: str
    source_id: str
    spans: list[_SpanOf]


class Sentence(_Result):
    """A sentence of the answer, the numbers of its citations, and whether they carry it."""

    text: str
    citations: list[int]
    support: Support


class Listed(_Result):
    """A speech: `span` is where it stands in its source."""

    speech_id: str
    title: str
    file: str
    source_id: str
    span: _SpanOf
    characters: int
    facts: dict[str, list[str]] = Field(description="What is known of it: level, place, year, kind, date, …")


class SearchResult(_Result):
    """What `search` gives."""

    question: str
    search_question: str = Field(description="What was looked for")
    passages: list[Found]
    notices: list[str]
    generation: str = Field(description="Name of the state of the index")


class AskResult(_Result):
    """What `ask` gives: `[n]` in `text` names the citation of that number."""

    question: str
    outcome: Outcome
    text: str
    sentences: list[Sentence]
    citations: list[Cited]
    nearest: list[Found] = Field(description="Passages near the question where nothing answers it; no answer")
    language: Language
    search_question: str
    notices: list[str]
    generation: str


class SpeechesResult(_Result):
    """What `speeches` gives."""

    total: int
    offset: int
    speeches: list[Listed]
    next_offset: int | None = Field(description="The offset of the next call; null where these are all")
    notices: list[str]
    generation: str


class ReadResult(_Result):
    """What `read` gives: `text` is the source's characters at `span`."""

    source_id: str
    file: str
    text: str
    span: _SpanOf
    whole: _SpanOf = Field(description="What was asked for")
    source_characters: int
    locator: Locator
    titles: list[str] = Field(description="Titles of the speeches that the text is of")
    next_start: int | None = Field(description="Read on with this start; null where all that was asked for was given")
    generation: str


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model without references and titles, which not every language model's host can follow."""
    schema = model.model_json_schema()
    inlined: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return inlined


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if name := schema.get("$ref", "").removeprefix("#/$defs/"):
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined(definitions[name] | beside, definitions)
    # A title is a string; a field of that name is a schema.
    noise = {"$defs"} | ({"title"} if isinstance(schema.get("title"), str) else set())
    return {key: _inlined(value, definitions) for key, value in schema.items() if key not in noise}
