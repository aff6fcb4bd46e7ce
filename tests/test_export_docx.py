"""What is taken along as a Word file: real footnotes, nothing of this machine, nothing that becomes more than text."""

import io
import re
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from lxml import etree
from tests import fakes, kept, taken

from askspeech.export_docx import word_file
from askspeech.exporting import exported, note_text, one_line
from askspeech.formats import docx as reader
from askspeech.formats import office
from askspeech.keeping import KeptTurn
from askspeech.texts import CHINESE

SOFFICE = office.find_office()


def made(*turns: KeptTurn, title: str = "关于欠款的对话", unsupported: bool = False) -> bytes:
    return word_file(exported(title, turns, CHINESE, unsupported=unsupported), CHINESE)


def part(file: bytes, name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return etree.fromstring(archive.read(name))


def read_back(file: bytes) -> list[str]:
    """The lines that our own reader finds, the page number aside."""
    return [line for line in reader.read(file).text.splitlines() if line.strip()][:-1]


def notes_of(*turns: KeptTurn) -> list[str]:
    return [note_text(note, CHINESE) for note in exported("", turns, CHINESE).notes]


def test_our_own_reader_finds_the_answers_and_their_notes() -> None:
    lines = read_back(made(*taken.CONVERSATION))
    notes = notes_of(*taken.CONVERSATION)
    assert lines[-len(notes) :] == notes
    assert lines[0] == "关于欠款的对话"
    assert [line for line in lines if line in [turn.question for turn in taken.CONVERSATION]] == [
        turn.question for turn in taken.CONVERSATION
    ]
    assert fakes.LEDGER.quote in lines and fakes.WEATHER.text in lines


def test_every_note_belongs_to_one_reference_and_the_others_repeat_its_number() -> None:
    file = made(taken.MIXED)
    document, notes = part(file, "word/document.xml"), part(file, "word/footnotes.xml")
    ids = [note.get(qn("w:id")) for note in notes]
    assert ids == ["-1", "0", "1", "2", "3"]
    assert [note.get(qn("w:type")) for note in notes][:3] == ["separator", "continuationSeparator", None]
    assert [one.get(qn("w:id")) for one in document.iter(qn("w:footnoteReference"))] == ["1", "2", "3"]
    fields = [one.text for one in document.iter(qn("w:instrText"))]
    assert fields == [r" NOTEREF _RefNote1 \f \h "] * 2
    bookmarks = {one.get(qn("w:name")) for one in document.iter(qn("w:bookmarkStart"))}
    assert bookmarks == {"_RefNote1", "_RefNote2", "_RefNote3"}
    raised = [run for run in document.iter(qn("w:r")) if run.find(".//" + qn("w:rStyle")) is not None]
    assert "".join(text.text for run in raised for text in run.iter(qn("w:t"))) == "1,1", "1,2 side by side"


def test_the_package_is_whole_and_says_nothing_of_this_machine() -> None:
    file = made(*taken.CONVERSATION)
    assert file == made(*taken.CONVERSATION), "the same on every day"
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        names = set(archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in names:
            assert etree.fromstring(archive.read(name)) is not None
    assert names == {
        "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/document.xml", "word/footer1.xml",
        "word/footnotes.xml", "word/settings.xml", "word/styles.xml", "word/_rels/document.xml.rels",
    }  # fmt: skip
    types = {one.get("PartName"): one.get("ContentType") for one in part(file, "[Content_Types].xml")}
    assert types["/word/footnotes.xml"].endswith("wordprocessingml.footnotes+xml")
    related = {one.get("Target") for one in part(file, "word/_rels/document.xml.rels")}
    assert related == {"footnotes.xml", "footer1.xml", "settings.xml", "styles.xml"}
    properties = docx.Document(io.BytesIO(file)).core_properties
    assert (properties.title, properties.author, properties.last_modified_by) == ("关于欠款的对话", "", "")
    assert properties.comments == "" and properties.created.timestamp() == int(taken.MIXED.asked_at)


def test_every_style_that_is_used_is_there_and_the_settings_name_the_lines_above_notes() -> None:
    file = made(*taken.CONVERSATION)
    styles = part(file, "word/styles.xml")
    there = {style.get(qn("w:styleId")) for style in styles.iter(qn("w:style"))}
    kinds = [qn(f"w:{name}") for name in ("pStyle", "rStyle", "tblStyle", "basedOn", "next")]
    for name in ("word/document.xml", "word/footnotes.xml", "word/footer1.xml", "word/styles.xml"):
        assert {one.get(qn("w:val")) for one in part(file, name).iter(*kinds)} <= there
    named = {style.find(qn("w:name")).get(qn("w:val")) for style in styles.iter(qn("w:style"))}
    assert {"footnote text", "footnote reference"} <= named, "as Word calls them"
    lines = part(file, "word/settings.xml").find(qn("w:footnotePr"))
    assert [one.get(qn("w:id")) for one in lines] == ["-1", "0"]
    fonts = {one.get(qn("w:eastAsia")) for one in styles.iter(qn("w:rFonts"))}
    assert fonts == {"仿宋", "宋体", "黑体"}


# The order that the schema of ECMA-376 wants, of what these files use; Word mends, or refuses, what breaks it.
ORDERS = {
    "pPr": "pStyle keepNext keepLines snapToGrid spacing ind jc outlineLvl",
    "rPr": "rStyle rFonts color kern sz szCs vertAlign lang",
    "style": "name basedOn next uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
    "settings": "zoom defaultTabStop characterSpacingControl footnotePr compat themeFontLang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders tblLayout tblCellMar tblLook",
    "trPr": "cantSplit tblHeader",
    "tc": "tcPr p",
}


def test_elements_stand_in_the_order_of_the_schema() -> None:
    file = made(*taken.CONVERSATION, unsupported=True)
    seen = set()
    for name in ("document", "footnotes", "footer1", "styles", "settings"):
        for one in part(file, f"word/{name}.xml").iter(*(qn(f"w:{kind}") for kind in ORDERS)):
            kind = etree.QName(one).localname
            order = ORDERS[kind].split()
            places = [order.index(etree.QName(child).localname) for child in one]
            assert places == sorted(places), (name, kind, etree.tostring(one))
            seen.add(kind)
    assert seen == set(ORDERS)


def test_a_comparison_is_a_table_with_notes() -> None:
    (table,) = docx.Document(io.BytesIO(made(taken.COMPARISON))).tables
    assert [cell.text for cell in table.rows[0].cells] == [CHINESE.export_speech, CHINESE.export_says]
    assert table.rows[2].cells[1].text == fakes.HOTLINE.quote
    assert len(list(table._tbl.iter(qn("w:footnoteReference")))) == 4


def test_marks_and_remarks() -> None:
    left_out = read_back(made(taken.MIXED))
    assert CHINESE.export_left_out.format(number=2) in left_out
    assert not any(f"{CHINESE.export_not_found}" in line for line in left_out)
    asked_for = read_back(made(taken.MIXED, unsupported=True))
    assert f"每周开一次会。{CHINESE.export_not_found}" in asked_for
    assert any(line.endswith(f"{CHINESE.export_partly}") for line in asked_for)


def test_what_is_hostile_is_text() -> None:
    turn = taken.hostile_turn()
    file = made(turn, title=fakes.HOSTILE[0])
    notes = part(file, "word/footnotes.xml")
    texts = ["".join(text.text for text in note.iter(qn("w:t"))) for note in notes][2:]
    assert [text.strip() for text in texts] == notes_of(turn)
    assert all(one_line(payload) in text for payload, text in zip(fakes.HOSTILE, texts, strict=True))
    elements = {one.tag for name in ("document", "footnotes") for one in part(file, f"word/{name}.xml").iter()}
    assert elements.isdisjoint({qn("w:hyperlink"), qn("w:instrText"), qn("w:fldSimple"), qn("w:object")})
    assert reader.read(file).text.count("javascript:alert(1)")


def test_a_title_of_any_length_can_be_exported() -> None:
    file = made(replace(kept.DEBTS_TURN, question="长" * 2000), title="长" * 2000)
    assert len(docx.Document(io.BytesIO(file)).core_properties.title) == 200


@settings(max_examples=20)
@given(kept.turns)
def test_any_turn_makes_a_file_that_can_be_opened(turn: KeptTurn) -> None:
    file = made(turn, title=turn.question, unsupported=True)
    assert docx.Document(io.BytesIO(file)).paragraphs


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The pages of a conversation, as LibreOffice prints the Word file."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed (Debian, Ubuntu: sudo make system)")
    folder = tmp_path_factory.mktemp("printed")
    file = folder / "taken.docx"
    file.write_bytes(made(*taken.CONVERSATION))
    return printed(file)


def printed(file: Path) -> list[str]:
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with pypdfium2.PdfDocument(file.with_suffix(".pdf")) as pdf:
        return [pdf[number].get_textpage().get_text_bounded() for number in range(len(pdf))]


def lines_of(page: str) -> list[str]:
    return [line.strip() for line in page.splitlines() if line.strip()]


def plain(text: str) -> str:
    """A text without what a printed page breaks: white space, and the widths of punctuation."""
    return re.sub(r"\s", "", text)


def test_printed_notes_stand_at_the_foot_of_the_page_that_refers_to_them(pages: Sequence[str]) -> None:
    first = plain(pages[0])
    words = plain(fakes.LEDGER.quote)
    note = plain(notes_of(kept.DEBTS_TURN)[0])
    assert first.index(words) < first.index(note), "the answer stands above its note"
    behind = first[first.index(note) :]
    assert plain(taken.COMPARISON.question) not in behind, "the text of the page goes on above the notes"
    assert lines_of(pages[0])[-1] == "1" and lines_of(pages[1])[-1] == "2"


def test_printed_notes_are_all_there_in_their_order(pages: Sequence[str]) -> None:
    whole = plain("".join(pages))
    found = [f"{number}{plain(text)}" for number, text in enumerate(notes_of(*taken.CONVERSATION), 1)]
    assert all(one in whole for one in found)
    places = [whole.index(one) for one in found]
    assert all(one < other for one, other in pairwise(places))
    assert plain(fakes.WEATHER.text) in whole and plain("What does a service officer do?") in whole
