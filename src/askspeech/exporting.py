"""Answers as they are taken along: paragraphs with numbered notes that name speech, file, place and the quoted words.

Pure, and the same for every format: what a copied answer, a Word file and a Markdown file say is decided here.
Sentences without support are left out unless they are asked for, and then carry their mark; notes are numbered in the
order in which they are first referred to. All text is without characters that XML forbids.
"""

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from askspeech.answer_rendering import AnswerView, LineKind, line_kind
from askspeech.datatypes import Citation, Language
from askspeech.keeping import KeptTurn, short_title
from askspeech.marks import cited_marks, placed_sentences
from askspeech.rendering import locator_text, shown_file
from askspeech.rendering import said as said_to
from askspeech.texts import PageTexts

__all__ = [
    "Export",
    "Line",
    "Note",
    "Reference",
    "Row",
    "Said",
    "Section",
    "Table",
    "Words",
    "clean",
    "exported",
    "note_text",
    "one_line",
    "said",
]

_ITEM_MARK = re.compile(
    r"\s*(?:[-•·*]|\d{1,2}[.．、)]|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、)\s*"
)
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\n]+")
_SEPARATOR = " · "
_COLONS = "：: "


@dataclass(frozen=True, slots=True)
class Words:
    """Words of an answer, or, as `doubt`, the mark behind a sentence that is not fully supported."""

    text: str
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A note's number in the text; `first` where the note was not referred to before."""

    number: int
    first: bool = True


Piece = Words | Reference


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of an answer."""

    pieces: tuple[Piece, ...]
    kind: LineKind = "line"


@dataclass(frozen=True, slots=True)
class Row:
    """What one speech says in a comparison."""

    head: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison: a row for each speech."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a number refers to: the speech, its file, the place in it, and the words quoted from there."""

    number: int
    title: str
    file: str
    place: str
    quote: str
    title_derived: bool = False
    """Whether the speech has no title of its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: its paragraphs, its notes, and how many of its sentences were left out for lack of support."""

    blocks: tuple[Line | Table, ...]
    notes: tuple[Note, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A question with its answer; `details` say when it was asked and of which speeches, `remarks` what it lacks."""

    question: str
    details: str
    said: Said
    remarks: tuple[str, ...] = ()
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Export:
    """What is taken along; `asked_at` is when its latest question was asked, in seconds since 1970 (UTC)."""

    title: str
    sections: tuple[Section, ...]
    asked_at: float = 0.0

    @property
    def has_headings(self) -> bool:
        """Whether questions stand above their answers; that of a single one may be the title already."""
        return [section.question for section in self.sections] != [self.title]

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes of all answers, by number."""
        return tuple(note for section in self.sections for note in section.said.notes)


def exported(
    title: str,
    turns: Sequence[KeptTurn],
    texts: PageTexts,
    *,
    unsupported: bool = False,
    gone: Callable[[tuple[Citation, ...]], Collection[int]] = lambda _: (),
) -> Export:
    """Questions and answers to take along, with their notes numbered through.

    Args:
        title: what stands above them.
        turns: as they are kept, in their order.
        texts: the words around them, in the reader's language.
        unsupported: whether sentences without support are taken along, with their mark.
        gone: gives the numbers of those citations whose places the index no longer holds.
    """
    sections: list[Section] = []
    for turn in turns:
        first = 1 + sum(len(section.said.notes) for section in sections)
        made = _section(turn, texts, first, unsupported=unsupported)
        lost = len(gone(turn.citations))
        remark = (texts.places_gone.format(number=lost),) if lost else ()
        sections.append(replace(made, remarks=(*made.remarks, *remark)))
    asked_at = max((turn.asked_at for turn in turns), default=0.0)
    if len(turns) > 1 and title == short_title(turns[0].question):  # which stands right below it as a heading
        title = texts.export_title.format(number=len(turns))
    return Export(one_line(title), tuple(sections), asked_at)


def said(view: AnswerView, texts: PageTexts, *, first_number: int = 1, unsupported: bool = False) -> Said:
    """One answer with its notes, numbered from `first_number` in the order in which they are referred to."""
    tokens = list(_tokens(view, texts, unsupported=unsupported))
    cited = list(dict.fromkeys(token.citation.number for token in tokens if isinstance(token, _Cited)))
    numbers = {number: place for place, number in enumerate(cited, first_number)}
    lines = list(_lines(_numbered(tokens, numbers)))
    known = {citation.number: citation for citation in view.citations}
    notes = tuple(_note(numbers[number], known[number], texts) for number in cited)
    table = view.kind == "comparison" and not view.nearest
    left_out = sum(isinstance(token, _LeftOut) for token in tokens)
    return Said(tuple(_with_table(lines) if table else lines), notes, left_out)


def note_text(note: Note, texts: PageTexts) -> str:
    """A note in one line; the parts may be those of a note whose parts were escaped before."""
    untitled = texts.export_untitled if note.title_derived else ""
    untitled = f" {untitled}" if untitled.isascii() and untitled else untitled
    return texts.export_note.format(
        title=note.title, untitled=untitled, file=note.file, place=note.place, quote=note.quote
    )


def clean(text: str) -> str:
    """Text with plain line breaks, and a mark in place of every character that no file of XML can hold."""
    return _FORBIDDEN.sub("\ufffd", _LINE_BREAK.sub("\n", text))


def one_line(text: str) -> str:
    """Clean text as one line."""
    return _SPACES.sub(" ", clean(text)).strip()


def _section(turn: KeptTurn, texts: PageTexts, first: int, *, unsupported: bool) -> Section:
    view = AnswerView(
        text=turn.text,
        citations=turn.citations,
        sentences=turn.sentences,
        outcome=turn.outcome or "",
        state=turn.state,
        language=turn.language,
        kind=turn.kind,
    )
    answer = said(view, texts, first_number=first, unsupported=unsupported)
    remarks = tuple(one_line(remark) for remark in _remarks(turn, answer, texts))
    return Section(one_line(turn.question), _details(turn, texts), answer, remarks, turn.language)


def _details(turn: KeptTurn, texts: PageTexts) -> str:
    """When a question was asked, in the time of this machine, and the filters that it was asked under."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(turn.asked_at))
    names = {
        "speech": texts.filter_speech,
        "level": texts.filter_level,
        "place": texts.filter_place,
        "year": texts.filter_year,
        "kind": texts.filter_kind,
        "file": texts.filter_file,
    }
    filters = [
        f"{names.get(name, name)} {shown_file(value) if name == 'file' else value}" for name, value in turn.filtered_by
    ]
    parts = [when, texts.export_filtered.format(filters=_SEPARATOR.join(filters))] if filters else [when]
    return one_line(_SEPARATOR.join(parts))


def _remarks(turn: KeptTurn, answer: Said, texts: PageTexts) -> Iterator[str]:
    if turn.problem:
        yield said_to(turn.problem, texts)
    elif turn.state != "done":
        yield texts.export_unfinished
    yield from (said_to(notice, texts) for notice in turn.notices)
    if answer.left_out:
        yield texts.export_left_out.format(number=answer.left_out)


def _note(number: int, citation: Citation, texts: PageTexts) -> Note:
    title, file, quote = (one_line(text) for text in (citation.speech_title, shown_file(citation.file), citation.quote))
    return Note(number, title, file, locator_text(citation.locator, texts), quote, citation.title_derived)


# The text of an answer, cut where something begins or ends.


class _Cited(NamedTuple):
    citation: Citation


class _LeftOut(NamedTuple):
    """Where a sentence stood that nothing supports."""


_Token = Words | _Cited | _LeftOut


class _Replaced(NamedTuple):
    """What stands in place of the characters `[start, end)` of an answer."""

    start: int
    end: int
    token: _Token


def _tokens(view: AnswerView, texts: PageTexts, *, unsupported: bool) -> Iterator[_Token]:
    marks = [
        _Replaced(*span, _Cited(citation)) for span, citation in cited_marks(view.text, view.sentences, view.citations)
    ]
    position = 0
    # A sentence that is left out goes with the numbers behind it.
    for start, end, token in sorted([*marks, *_doubtful(view, marks, texts, unsupported=unsupported)], key=_place):
        if start < position:
            continue
        yield Words(clean(view.text[position:start]))
        yield token
        position = end
    yield Words(clean(view.text[position:]))


def _place(one: _Replaced) -> tuple[int, int]:
    return one.start, one.end


def _doubtful(
    view: AnswerView, marks: Iterable[_Replaced], texts: PageTexts, *, unsupported: bool
) -> Iterator[_Replaced]:
    """What becomes of the sentences without full support: left out, or marked behind their numbers."""
    ends = {mark.start: mark.end for mark in marks}
    for span, sentence in placed_sentences(view.text, view.sentences):
        end = span.end
        while end in ends:
            end = ends[end]
        if sentence.support == "not_found" and not unsupported:
            yield _Replaced(span.start, end, _LeftOut())
        elif sentence.support != "supported":
            words = texts.export_partly if sentence.support == "partly" else texts.export_not_found
            yield _Replaced(end, end, Words(f" {words}" if words.isascii() else words, doubt=True))


def _numbered(tokens: Iterable[_Token], numbers: dict[int, int]) -> Iterator[Piece | _LeftOut]:
    """The tokens with the numbers of their notes; one citation twice in a row is one reference."""
    seen: set[int] = set()
    before: Piece | _LeftOut | None = None
    for token in tokens:
        piece: Piece | _LeftOut
        if isinstance(token, _Cited):
            number = numbers[token.citation.number]
            piece = Reference(number, first=number not in seen)
            seen.add(number)
            if isinstance(before, Reference) and before.number == number:
                continue
        else:
            piece = token
        if not isinstance(piece, Words) or piece.text:
            before = piece
            yield piece


def _lines(pieces: Iterable[Piece | _LeftOut]) -> Iterator[Line]:
    """The lines that say something; what only leads in to sentences that were left out goes with them."""
    lead: Line | None = None
    lost = False
    for cut in _split(pieces):
        words = "".join(piece.text for piece in cut if isinstance(piece, Words))
        kept = tuple(piece for piece in cut if not isinstance(piece, _LeftOut))
        if len(kept) < len(cut) and not _says(kept, words):
            lost = True
        elif words.strip() or any(isinstance(piece, Reference) for piece in kept):
            line = Line(_trimmed(kept), _kind(kept, words))
            if lead and not (lost and line.kind == "lead"):
                yield lead
            lead, lost = (line if line.kind == "lead" else None), False
            if lead is None:
                yield line
    if lead and not lost:
        yield lead


def _says(pieces: Sequence[Piece], words: str) -> bool:
    """Whether anything but the marker of an item is left of a line."""
    rest = _ITEM_MARK.sub("", words, count=1)
    return any(map(str.isalnum, rest)) or any(isinstance(piece, Reference) for piece in pieces)


def _kind(pieces: Sequence[Piece], words: str) -> LineKind:
    kind = line_kind(words)
    return "line" if kind == "lead" and any(isinstance(piece, Reference) for piece in pieces) else kind


def _split(pieces: Iterable[Piece | _LeftOut]) -> Iterator[tuple[Piece | _LeftOut, ...]]:
    line: list[Piece | _LeftOut] = []
    for piece in pieces:
        if not isinstance(piece, Words) or piece.doubt:
            line.append(piece)
            continue
        first, *others = piece.text.split("\n")
        line.append(Words(first))
        for other in others:
            yield tuple(line)
            line = [Words(other)]
    yield tuple(line)


def _trimmed(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces of a line without spaces at its ends."""
    trimmed = list(pieces)
    if isinstance(trimmed[0], Words):
        trimmed[0] = replace(trimmed[0], text=trimmed[0].text.lstrip(" \t"))
    if isinstance(trimmed[-1], Words):
        trimmed[-1] = replace(trimmed[-1], text=trimmed[-1].text.rstrip(" \t"))
    return tuple(piece for piece in trimmed if isinstance(piece, Reference) or piece.text)


def _with_table(lines: Sequence[Line]) -> Iterator[Line | Table]:
    """What stands above the first speech, then a row for each speech, under its title."""
    rows: list[Row] = []
    for line in lines:
        if line.kind == "lead":
            title = "".join(piece.text for piece in line.pieces if isinstance(piece, Words))
            rows.append(Row(title.rstrip(_COLONS), ()))
        elif rows:
            rows[-1] = replace(rows[-1], lines=(*rows[-1].lines, line))
        else:
            yield line
    if rows:
        yield Table(tuple(rows))
