"""What is taken along as Markdown with footnotes (`[^1]`), as GitHub, Pandoc and most editors know them.

Nothing of a corpus, a question or a model can become markup: every mark that could is escaped, so that CommonMark
renders exactly the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from askspeech.exporting import Export, Line, Note, Piece, Reference, Section, Table, Words, note_text, one_line
from askspeech.texts import PageTexts

__all__ = ["escaped", "markdown"]

# Marks of CommonMark and of what is widely built on it: tables, notes, formulas, attributes, mentions, addresses.
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#~|$^@&="})
_MARKER = re.compile(r"([-+]|\d{1,9}[.)])(?=\s|$)|-(?=[\s-]*$)")
_ADDRESS = re.compile(r"\b(www)\.", re.IGNORECASE)
_DOUBLED = re.compile(r"([-%])(?=\1)|(?<=-)-|(?<=%)%")
"""Dashes make a line or a heading; what stands between doubled percent signs is a comment to some programs."""
_COLON = re.compile(r"^:|:(?=[!-/:-~])")
_BULLET = re.compile(r"[-•·]\s+")
_PARENTHESIS = "&#40;"
"""One right behind a number would make a link of both."""


def markdown(export: Export, texts: PageTexts) -> str:
    """Questions and answers as a Markdown file: headings, paragraphs, comparisons as tables, the notes at its end."""
    blocks = [f"# {escaped(export.title)}"]
    for section in export.sections:
        blocks += _section(section, texts, titled=export.has_headings)
    blocks += [f"[^{note.number}]: {note_text(_escaped_note(note), texts)}" for note in export.notes]
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Text in one line that CommonMark renders as exactly this text, wherever it stands in a paragraph."""
    line = one_line(text).translate(_MARKS)
    for found, harmless in ((_ADDRESS, r"\1\."), (_DOUBLED, r"\\\g<0>"), (_COLON, r"\:")):
        line = found.sub(harmless, line)
    return _MARKER.sub(_disarmed, line, count=1) if _MARKER.match(line) else line


def _disarmed(marker: re.Match[str]) -> str:
    return f"{marker[0][:-1]}\\{marker[0][-1]}"


def _section(section: Section, texts: PageTexts, *, titled: bool) -> Iterator[str]:
    if titled:
        yield f"## {escaped(section.question)}"
    yield f"*{escaped(section.details)}*"
    items: list[str] = []
    for block in section.said.blocks:
        item = _item(block)
        if item:
            items.append(item)
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield _table(block, texts) if isinstance(block, Table) else _paragraph(block)
    if items:
        yield "\n".join(items)
    yield from (f"*{escaped(remark)}*" for remark in section.remarks)


def _item(block: Line | Table) -> str:
    """An item of a list that has a bullet of its own; numbers are kept as they are written, in paragraphs."""
    if isinstance(block, Table) or not isinstance(block.pieces[0], Words):
        return ""
    bullet = _BULLET.match(block.pieces[0].text)
    if bullet is None:
        return ""
    return "- " + _pieces((Words(block.pieces[0].text[bullet.end() :]), *block.pieces[1:]))


def _paragraph(line: Line) -> str:
    return f"**{_pieces(line.pieces)}**" if line.kind == "lead" else _pieces(line.pieces)


def _pieces(pieces: Sequence[Piece]) -> str:
    """Words and the numbers of notes; two numbers side by side are parted by a space, or they would read as one."""
    shown = ""
    for before, piece in pairwise([None, *pieces]):
        behind_number = isinstance(before, Reference)
        if isinstance(piece, Reference):
            shown += f" [^{piece.number}]" if behind_number else f"[^{piece.number}]"
        elif piece is not None:
            shown += _words(piece.text, behind_number=behind_number)
    return shown.strip()


def _words(text: str, *, behind_number: bool) -> str:
    """Words within a line, with a space at their ends where they have one."""
    start, end = (" " if text[place : place + 1 or None].isspace() else "" for place in (0, -1))
    words = escaped(text)
    if behind_number and not start and words.startswith("("):
        words = _PARENTHESIS + words[1:]
    return f"{start}{words}{end}"


def _table(table: Table, texts: PageTexts) -> str:
    """A table as GitHub has it; the paragraphs of a cell are parted by line breaks."""
    rows = [(escaped(row.head), "<br>".join(_pieces(line.pieces) for line in row.lines)) for row in table.rows]
    head = (escaped(texts.export_speech), escaped(texts.export_says))
    return "\n".join(f"| {left} | {right} |" for left, right in (head, ("---", "---"), *rows))


def _escaped_note(note: Note) -> Note:
    return replace(
        note, title=escaped(note.title), file=escaped(note.file), place=escaped(note.place), quote=escaped(note.quote)
    )
