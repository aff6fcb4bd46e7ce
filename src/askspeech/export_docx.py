"""What is taken along as a Word file with real footnotes, set in the fonts of Chinese documents.

python-docx makes the package, the paragraphs and the tables; the styles are in `export_styles.xml`. Of this machine and
its user the file says nothing, and the same answer makes the same file.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.shared import Mm
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from askspeech.export_footnotes import element, field_runs, footnotes, reference_runs, run, settings
from askspeech.exporting import Export, Line, Piece, Reference, Section, Table, Words, note_text
from askspeech.keeping import short_title
from askspeech.texts import PageTexts

__all__ = ["word_file"]

_STYLES = "export_styles.xml"
_KEPT_PARTS = (RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.SETTINGS)
_KEPT_OUTSIDE = (RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES)
_PAGE = {
    "page_width": Mm(210), "page_height": Mm(297), "footer_distance": Mm(20),
    "top_margin": Mm(30), "bottom_margin": Mm(30), "left_margin": Mm(28), "right_margin": Mm(26),
}  # fmt: skip
_COLUMNS = (Mm(42), Mm(114))
_GREY = "595959"
_LONGEST_TITLE = 200
"""Of the file's properties; python-docx takes 255 characters."""
_TIME = (1980, 1, 1, 0, 0, 0)


def word_file(export: Export, texts: PageTexts) -> bytes:
    """Questions and answers as a docx file: headings, paragraphs, comparisons as tables, the notes as footnotes."""
    document = _empty()
    document.add_paragraph(style="Title")._p.append(run(export.title))
    for section in export.sections:
        _add_section(document, section, texts, titled=export.has_headings)
    _add_notes(document, export, texts)
    _describe(document, export)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _empty() -> Document:
    """An empty document in our styles; what else python-docx's own has in it goes."""
    document = docx.Document()
    for part, kept in ((document.part, _KEPT_PARTS), (document.part.package, _KEPT_OUTSIDE)):
        for key in [key for key, one in part.rels.items() if one.reltype not in kept]:
            del part.rels[key]
    styles = parse_xml(files("askspeech").joinpath(_STYLES).read_bytes())
    for root, content in ((document.styles.element, list(styles)), (document.settings.element, settings())):
        root[:] = content
    section = document.sections[0]
    for name, length in _PAGE.items():
        setattr(section, name, length)
    footer = section.footer.paragraphs[0]
    footer._p.extend(field_runs(" PAGE ", "1"))
    return document


def _add_section(document: Document, section: Section, texts: PageTexts, *, titled: bool) -> None:
    if titled:
        document.add_paragraph(style="Heading 1")._p.append(run(section.question))
    details = document.add_paragraph(style="Subtitle")
    details._p.append(run(section.details))
    details.paragraph_format.keep_with_next = True
    for block in section.said.blocks:
        if isinstance(block, Table):
            _add_table(document, block, texts)
        else:
            _fill(document.add_paragraph(), block, indented=section.language == "zh")
    for remark in section.remarks:
        document.add_paragraph(style="Subtitle")._p.append(run(remark))


def _add_table(document: Document, table: Table, texts: PageTexts) -> None:
    """A row for each speech below a row of headings, which is repeated on every page."""
    made = document.add_table(rows=0, cols=len(_COLUMNS), style="Table Grid")
    made.autofit = False
    for column, width in zip(made.columns, _COLUMNS, strict=True):
        column.width = width
    head = Line((Words(texts.export_speech),)), (Line((Words(texts.export_says),)),)
    for title, lines in (head, *((Line((Words(row.head),)), row.lines) for row in table.rows)):
        left, right = made.add_row().cells
        _fill_cell(left, [title])
        _fill_cell(right, lines)
    for row in made.rows:
        row._tr.get_or_add_trPr().append(element("cantSplit"))
    made.rows[0]._tr.get_or_add_trPr().append(element("tblHeader"))
    document.add_paragraph()  # or what follows would touch the table


def _fill_cell(cell: _Cell, lines: Sequence[Line]) -> None:
    for place, line in enumerate(lines):
        paragraph = cell.add_paragraph() if place else cell.paragraphs[0]
        paragraph.style = "Table Text"
        _fill(paragraph, line)


def _fill(paragraph: Paragraph, line: Line, *, indented: bool = False) -> None:
    """Put a line into an empty paragraph; two numbers side by side are parted by a comma, or they would read as one."""
    if indented:
        paragraph._p.get_or_add_pPr().append(element("ind", firstLineChars=200, firstLine=560))
    if line.kind == "lead":
        paragraph.paragraph_format.keep_with_next = True
    for before, piece in pairwise([None, *line.pieces]):
        if piece is not None:
            paragraph._p.extend(_runs(piece, behind_number=isinstance(before, Reference)))


def _runs(piece: Piece, *, behind_number: bool) -> Iterable[object]:
    if not isinstance(piece, Reference):
        return [run(piece.text, color=_GREY if piece.doubt else "")]
    comma = [run(",", style="FootnoteReference")] if behind_number else []
    return [*comma, *reference_runs(piece.number, first=piece.first)]


def _add_notes(document: Document, export: Export, texts: PageTexts) -> None:
    blob = footnotes({note.number: note_text(note, texts) for note in export.notes})
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _describe(document: Document, export: Export) -> None:
    """The file's properties: its title, and the time of the latest question; no author, for nobody is known."""
    properties = document.core_properties
    properties.title = short_title(export.title, _LONGEST_TITLE)
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = datetime.fromtimestamp(export.asked_at, UTC)


def _without_times(archive: bytes) -> bytes:
    """A zip file whose members carry no time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as made, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in made.namelist():
            packed.writestr(zipfile.ZipInfo(name, _TIME), made.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
