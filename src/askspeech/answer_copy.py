"""Answers to paste into a document: what they say with the numbers of their notes, and the notes below.

As plain text and as HTML, which word processors and mail programs take with its paragraphs and raised numbers.
"""

import html
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from askspeech.answer_rendering import AnswerView
from askspeech.exporting import Line, Piece, Reference, Said, Table, note_text, said
from askspeech.texts import PageTexts

__all__ = ["copied_html", "copied_text", "copying"]

# What the page's sanitizer would take for the end of something.
_IN_ATTRIBUTE = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&"})


def copying(view: AnswerView, texts: PageTexts) -> str:
    """Both forms of an answer as JSON that the page's script puts onto the clipboard."""
    answer = said(view, texts)
    forms = {"text": _text(answer, texts), "html": _html(answer, texts)}
    return json.dumps(forms, ensure_ascii=False, separators=(",", ":")).translate(_IN_ATTRIBUTE)


def copied_text(view: AnswerView, texts: PageTexts) -> str:
    """An answer with its notes as plain text; sentences that nothing supports are left out."""
    return _text(said(view, texts), texts)


def copied_html(view: AnswerView, texts: PageTexts) -> str:
    """An answer with its notes as HTML without attributes; everything in it is escaped."""
    return _html(said(view, texts), texts)


def _text(answer: Said, texts: PageTexts) -> str:
    said_lines = "\n".join(_text_lines(answer.blocks)).strip()
    notes = "\n".join(f"[{note.number}] {note_text(note, texts)}" for note in answer.notes)
    return "\n\n".join(part for part in (said_lines, notes) if part)


def _text_lines(blocks: Iterable[Line | Table]) -> Iterator[str]:
    """The lines with an empty one above what leads in to others."""
    for block in blocks:
        if isinstance(block, Table):
            for row in block.rows:
                yield f"\n{row.head}"
                yield from (_with_numbers(line.pieces, str, "[{}]") for line in row.lines)
        else:
            yield ("\n" if block.kind == "lead" else "") + _with_numbers(block.pieces, str, "[{}]")


def _html(answer: Said, texts: PageTexts) -> str:
    blocks = (_table_html(block) if isinstance(block, Table) else _line_html(block) for block in answer.blocks)
    notes = (f"<p>[{note.number}] {html.escape(note_text(note, texts))}</p>" for note in answer.notes)
    return "".join((*blocks, "<hr>" if answer.notes else "", *notes))


def _line_html(line: Line) -> str:
    shown = _with_numbers(line.pieces, html.escape, "<sup>[{}]</sup>")
    return f"<p><b>{shown}</b></p>" if line.kind == "lead" else f"<p>{shown}</p>"


def _table_html(table: Table) -> str:
    rows = (
        f"<tr><th>{html.escape(row.head)}</th><td>{''.join(map(_line_html, row.lines))}</td></tr>" for row in table.rows
    )
    return f"<table>{''.join(rows)}</table>"


def _with_numbers(pieces: Sequence[Piece], shown: Callable[[str], str], mark: str) -> str:
    return "".join(mark.format(piece.number) if isinstance(piece, Reference) else shown(piece.text) for piece in pieces)
