"""The data types that every layer shares; nothing here imports anything of ours.

A span is `[start, end)` in Unicode code points of a source's canonical text. Everything that is shown, cited or indexed
is a concatenation of such slices, so it maps back to exact characters by construction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]
Outcome = Literal["answered", "partly", "blanked_out", "part_hidden", "not_found"]
Support = Literal["supported", "partly", "not_found"]
PassageKind = Literal["text", "outline"]
FactOrigin = Literal["text", "file_name", "derived"]
Unit = Literal["page", "paragraph", "line"]
Way = Literal["keyword", "dense", "late", "hybrid"]
QuestionKind = Literal["list", "figure", "person", "reason", "quotation", "speech", "comparison", "definition", "fact"]


class Span(NamedTuple):
    """A half-open range of characters of a source's canonical text."""

    start: int
    end: int


def slices(text: str, spans: Sequence[Span]) -> str:
    """The characters of text that the spans cover, in the order of the spans."""
    return "".join(text[start:end] for start, end in spans)


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a span is for a person: the first and last page, paragraph or line, counted from 1."""

    unit: Unit
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Drop:
    """A stretch of the source that no reading text contains, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a source's text lay in its file, as far as its reader could see.

    `starts` holds the character at which each page or paragraph begins, ascending; it is empty where the unit is the
    line, which the text itself shows. `furniture` is what belongs to the page and not to the speaker (running heads,
    page numbers, navigation), ascending and disjoint. `confidences` has a number from 0 to 1 for every page that was
    recognised from a picture, 1 for pages whose characters stand in the file; it is empty where all do.
    """

    unit: Unit = "line"
    starts: tuple[int, ...] = ()
    furniture: tuple[Drop, ...] = ()
    confidences: tuple[float, ...] = ()
    notices: tuple[str, ...] = ()
    """What whoever reads the file should know: "pages 3-5 hold pictures only", in English and Chinese."""


LINES = Layout()
"""The layout of plain text: nothing is known but its lines."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was read; identified by its canonical text."""

    id: str
    file: str
    text: str
    byte_hash: str
    reader: str
    reader_version: str
    encoding: str
    copies: tuple[str, ...] = ()
    """Other paths that hold the same canonical text."""
    layout: Layout = LINES


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where the source says that a part is missing; `characters` where it says how much."""

    span: Span
    characters: int | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """A figure or name that the source has blanked out."""

    span: Span
    kind: Literal["number", "place", "person", "date", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a speech (name: place, level, year, kind, occasion, …), and where it is known from."""

    name: str
    value: str
    origin: FactOrigin
    span: Span | None = None
    note: str = ""
    """The part of the file's name, or the rule, where the origin is not the text."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One speech in a source. `title_spans` is empty where the title was derived."""

    id: str
    source_id: str
    file: str
    title: str
    span: Span
    title_spans: tuple[Span, ...] = ()
    facts: tuple[Fact, ...] = ()
    characters: int = 0
    """Length of its reading text."""
    blanks: tuple[Blank, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def title_derived(self) -> bool:
        """Whether the title was made from the text because the speech has none."""
        return not self.title_spans

    def values(self, name: str) -> tuple[str, ...]:
        """The values of the facts of that name."""
        return tuple(fact.value for fact in self.facts if fact.name == name)


@dataclass(frozen=True, slots=True)
class Section:
    """A node of a speech's outline: a heading or an enumerated item, with what belongs to it.

    `parent_id` is None for the sections directly under the speech. `heading` is the item's marker and its leading
    sentence; `number` its ordinal among its siblings as the marker says it.
    """

    id: str
    speech_id: str
    parent_id: str | None
    marker: str
    number: int
    heading: str
    heading_spans: tuple[Span, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed: reading text, the spans it was taken from, its heading path, the blanks and gaps in it."""

    id: str
    source_id: str
    speech_id: str
    section_id: str | None
    file: str
    kind: PassageKind
    text: str
    spans: tuple[Span, ...]
    heading_path: tuple[str, ...] = ()
    blanks: tuple[Blank, ...] = ()
    gaps: tuple[Gap, ...] = ()
    items: int = 0
    """How many items the enumeration has that an outline passage shows; 0 for other passages."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source and everything that was understood of it."""

    source: Source
    drops: tuple[Drop, ...]
    gaps: tuple[Gap, ...]
    speeches: tuple[Speech, ...]
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which speeches to search; values of one field are alternatives, fields narrow each other."""

    speech: tuple[str, ...] = ()
    """Ids, or words of the title."""
    file: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is filtered."""
        return any((self.speech, self.file, self.level, self.place, self.year, self.kind))


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found; a higher score is better.

    `spans` are the passage's own, then the added ones; `added` are the added ones alone (siblings, headings,
    neighbouring sentences).
    """

    passage: Passage
    speech: Speech
    score: float
    added: tuple[Span, ...] = ()
    copies: tuple[str, ...] = ()
    """Ids of passages that say the same."""
    found_by: tuple[str, ...] = ()
    """What found it, in words: "keyword 1", "dense 4", "late interaction 2", "outline", "rerank 3"."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """The passage's spans, then the added ones."""
        return self.passage.spans + self.added


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found, and what was searched for."""

    hits: tuple[Hit, ...]
    speeches: tuple[Speech, ...]
    search_question: str
    filters: Filters
    notices: tuple[str, ...] = ()
    kind: QuestionKind = "fact"
    """What kind of thing the question was understood to ask for."""
    kept: int | None = None
    """How many speeches the filters kept; None where nothing was filtered."""

    def __iter__(self) -> Iterator[Hit]:
        """Iterate over the hits, best first."""
        return iter(self.hits)

    def __len__(self) -> int:
        """The number of hits."""
        return len(self.hits)


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered reference in an answer; `quote` is exactly the slices of the source at `spans`."""

    number: int
    source_id: str
    file: str
    speech_id: str
    speech_title: str
    passage_id: str
    spans: tuple[Span, ...]
    quote: str
    locator: Locator
    heading_path: tuple[str, ...] = ()
    support: Support = "supported"
    title_derived: bool = False
    """Whether the speech has no title of its own, so that this one was made from what it says or from its file."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or list item of an answer, with the numbers of the citations that carry it.

    `marked` are the figures or names in it that were asked for, as ranges of its text.
    """

    text: str
    citations: tuple[int, ...]
    support: Support = "supported"
    reason: str = ""
    marked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost: seconds, and tokens where a chat model wrote it."""

    seconds: float = 0.0
    seconds_to_first_word: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    """Whether the tokens are estimated from characters, because the model's server does not count them."""
    rewrite_seconds: float = 0.0
    """Of the seconds, those in which a chat model rewrote the question."""
    search_seconds: float = 0.0
    checking_seconds: float = 0.0
    """Of the seconds, those in which a chat model's sentences were checked against what they cite."""
    failure: str = ""
    """What went wrong with the chat model, by its `model_failures.FailureKind`; empty where nothing did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: Markdown-free text with `[n]` marks, its sentences, and the citations behind the numbers.

    `text` is what a person reads, in plain text: lines, list items starting with their own markers, `[n]` after each
    cited sentence. `nearest` are passages offered where nothing was found; they are no citations.
    """

    question: str
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    outcome: Outcome
    nearest: tuple[Hit, ...]
    search: SearchResult
    language: Language = "zh"
    notices: tuple[str, ...] = ()
    usage: Usage = Usage()
    removed: tuple[str, ...] = ()
    """What a chat model wrote that a reader is not shown: marks of places it was not given, links, markup."""

    @property
    def refused(self) -> bool:
        """Whether what was asked for is not in the corpus."""
        return self.outcome in ("blanked_out", "part_hidden", "not_found")


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation, with its answer where there is one."""

    question: str
    answer: str | None = None
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class TextAdded:
    """More of the answer's text; the texts of all these events, joined, are the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class CitationResolved:
    """A citation whose number may appear in the text from now on."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """A sentence whose text has been added, with its support."""

    index: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader should know: a filter ignored, a leg of the search that failed."""

    text: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """What has been streamed so far is void; the text of this event stands in its place."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The finished answer; always the last event."""

    answer: Answer


AnswerEvent = TextAdded | CitationResolved | SentenceChecked | Notice | Replaced | Done
