import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.errors import ReadError
from askspeech.formats.rtf import read

FONTS = (
    r"{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\fswiss\fcharset0 Arial;}{\f2\fnil\fcharset2 Wingdings;}"
    r"{\f3\froman\fcharset136 MingLiU;}{\f4\fnil\fcharset2 Symbol{\*\falt \'cb\'ce};}}"
)
STYLES = r"{\stylesheet{\s0 Normal;}{\s15\sbasedon0 toc 1;}{\*\cs10 Default;}}"


def rtf(content: str, head: str = r"\ansi\ansicpg936\deff0") -> bytes:
    return (r"{\rtf1" + head + FONTS + STYLES + r"\pard\plain " + content + "}").encode("latin-1")


def hexed(text: str, encoding: str = "gb18030") -> str:
    return "".join(rf"\'{byte:02x}" for byte in text.encode(encoding))


def escaped(text: str) -> str:
    units = text.encode("utf-16-le")
    codes = (int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2))
    return "".join(rf"\u{code}?" for code in codes)


def body(content: str, head: str = r"\ansi\ansicpg936\deff0") -> list[str]:
    return read(rtf(content, head)).text.splitlines()


def test_chinese_in_all_the_ways_of_writers() -> None:
    assert body(hexed("优化营商环境。") + r"\par " + escaped("持续发力。") + r"\par\par 2024") == [
        "优化营商环境。",
        "持续发力。",
        "",
        "2024",
    ]
    assert body(r"\f0 " + hexed("朱镕基"), r"\ansi\ansicpg1252\deff1") == ["朱镕基"]
    assert body(r"\f1\'93quoted\'94 caf\'e9", r"\ansi\ansicpg936") == ["“quoted” café"]
    assert body(r"\f3 " + hexed("優化營商環境", "big5")) == ["優化營商環境"]
    assert body(r"\uc2\u20248\'d3\'c5\u21270\'bb\'af ok") == ["优化 ok"]
    assert body(r"\'d3\'c5" + "\r\n" + r"\'bb" + "\r\n" + r"\'af") == ["优化"]
    assert body("\u00d3\u00c5\u00bb\u00af") == ["优化"]  # the bytes themselves
    assert body(r"\'e9F") == ["镕"]  # the second byte of a character as a letter
    assert body(r"\f1\dbch\af0\loch " + hexed("优化"), r"\ansi\ansicpg1252") == ["优化"]
    assert body(r"\f1 " + hexed("优化")) == ["优化"]  # Chinese set in a font that calls itself Western


def test_characters_beyond_the_first_plane() -> None:
    assert body(escaped("𠮷林🨂")) == ["𠮷林🨂"]
    extracted = read(rtf(r"\u-10178?\u20248?\u-8702?"))
    assert extracted.text == "优\n"
    assert extracted.layout.notices[0].startswith("2 signs without a character")


def test_fallbacks_are_passed_over_by_bytes_and_not_beyond_the_group() -> None:
    assert body(r"{\uc0\u20248\u21270}{\uc1 \u33829}x\u21830\bullet y\u29615\par z") == ["优化营x商y环", "z"]


def test_bytes_that_are_no_character_are_refused() -> None:
    with pytest.raises(ReadError, match=r"no characters of the encoding.*gb18030.*文件里有字节"):
        read(rtf(r"\'d3x\'ff\'ff"))


def test_signs_and_symbols() -> None:
    assert body(r"a\tab b\line c\~d\_e\-f\emdash\ldblquote g\rdblquote \{\}\\" + "\\\n" + "h") == [
        "a\tb",
        "c\u00a0d-ef—“g”{}\\",
        "h",
    ]
    assert body(r"{\f2\'fc}{\f4\'b7}\u-3844?{\f2\u-3844?}") == ["✓•\uf0fc✓"]
    assert body(r"a\page b\page\par\page c") == ["a", "b", "c"]


def test_numbers_that_the_program_wrote_beside_the_text() -> None:
    content = (
        r"{\listtext\pard\plain " + hexed("一、") + r"\tab}\ls1 " + hexed("提高认识") + r"\par {\pntext 1.\tab}x\par"
        r"{\listtext\f4\'b7\tab}\ls1 y\par\pard\ls2\u26080?\par\pard z"
    )
    extracted = read(rtf(content))
    assert extracted.text.splitlines() == ["一、提高认识", "1. x", "• y", "无", "z"]
    assert "automatic numbers of 1 paragraph." in extracted.layout.notices[0]


def test_tables() -> None:
    cells = r"\trowd\cellx1\cellx2\pard\intbl "
    content = (
        cells + r"a\cell b\cell\row" + cells + r"c\cell\cell\row" + cells + r"d\par e\cell f\cell\row"
        r"\pard after\par"
        + cells
        + r"out\par\pard\intbl\itap2 in1\nestcell in2\nestcell{\*\nesttableprops\trowd\nestrow}"
        r"{\nonesttables\par}\pard\intbl\cell\row\pard end"
    )
    assert body(content) == ["a\tb", "c", "d", "e", "f", "after", "out", "in1\tin2", "", "end"]


def test_stories_beside_the_body() -> None:
    content = (
        r"{\header\pard " + hexed("市政府办公室") + r"\par}{\footer - {\field{\*\fldinst PAGE}{\fldrslt 3}} -\par}"
        r"a{\super\chftn}{\footnote\pard\chftn  note one\par two\par}b\par "
        r"c{\shp{\*\shpinst\shpleft1{\sp{\sn shapeType}{\sv 202}}{\shptxt box\par}}{\shprslt{\*\do old}}}d\par"
        r"{\*\do{\dptxbxtext\pard old box\par}}e{\*\atnid x}{\*\annotation comment\par}\par "
        r"{\pict\pngblip 89504e47}{\object\objemb{\*\objdata 0105}{\result shown}}"
        r"{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv art}}}}"
    )
    extracted = read(rtf(content))
    assert extracted.text.splitlines() == [
        "市政府办公室", "ab", "cd", "box", "e", "old box", "shown", "art", "note one", "two", "- 3 -",
    ]  # fmt: skip
    dropped = [(extracted.text[slice(*drop.span)], drop.reason) for drop in extracted.layout.furniture]
    assert dropped == [("市政府办公室", "running head"), ("- 3 -", "page number")]
    assert [notice.split(".")[0] for notice in extracted.layout.notices] == [
        "1 comment left out",
        "Words in 1 picture were not read",
    ]


def test_binary_data_is_passed_over() -> None:
    assert read(rtf(r"a{\pict\bin4 }}{{}b")).text == "ab\n"


def test_fields_and_contents() -> None:
    content = (
        r'{\field{\*\fldinst{ HYPERLINK "http://x" }}{\fldrslt{link}}} '
        r"{\field{\*\fldinst EQ \\o\\ac(\u9675?,2)}{\fldrslt}}"
        r"{\field{\*\fldinst LISTNUM}}\par "
        r"{\field{\*\fldinst TOC \\o}{\fldrslt one\tab 1\par two{\field{\*\fldinst PAGEREF x}{\fldrslt 2}}\par}}"
        r"\pard\s15 three\par\pard body"
    )
    extracted = read(rtf(content))
    assert extracted.text.splitlines() == ["link ②", "one\t1", "two2", "three", "body"]
    dropped = [extracted.text[slice(*drop.span)] for drop in extracted.layout.furniture]
    assert dropped == ["one\t1", "two2", "three"]
    assert "1 field" in extracted.layout.notices[0]


def test_hidden_and_deleted_text() -> None:
    extracted = read(rtf(r"a{\v secret\v0 b}c{\deleted gone\par}{\revised new}\v x\plain d"))
    assert extracted.text == "abcnewd\n"
    assert [notice.split(".")[0] for notice in extracted.layout.notices] == [
        "Tracked changes: 4 deleted characters left out, insertions taken",
        "7 hidden characters left out",
    ]


def test_unicode_is_taken_where_both_forms_are_given() -> None:
    assert body(r"{\upr{\*\bkmkstart x}{ansi}{\*\ud{\u20248?}}}x{\*\unknown y}") == ["优x"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no RTF file inside"),
        ("优化营商环境".encode(), "no RTF file inside"),
        (b"PK\x03\x04", "no RTF file inside"),
        (rb"{\rtf1 a", "cut off before its end"),
        (rb"{\rtf1 a{\b b}\'d", "cut off before its end"),
        (rb"{\rtf1 {\pict\bin99999999 a}}", "cut off before its end"),
        (rb"{\rtf1 " + b"{" * 20_000 + b"}" * 20_001, "nested more than 10,000"),
    ],
)
def test_bad_files(data: bytes, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read(data)


def test_what_follows_the_document_is_nothing() -> None:
    assert read(b"\xef\xbb\xbf{\\rtf1 a}\0\0}}{b").text == "a\n"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\u0085"), max_size=30))
def test_any_text_comes_back(text: str) -> None:
    assert read(rtf(escaped(text) + r"\par")).text == f"{text}\n"


@given(st.binary(max_size=200))
def test_whatever_the_bytes_there_is_text_or_a_read_error(data: bytes) -> None:
    try:
        assert read(rb"{\rtf1" + data + b"}").text is not None
    except ReadError as error:
        assert "。" in str(error)


def test_five_megabytes_in_time() -> None:
    data = rtf((r"{\rtlch\fcs1 \af0\loch\f1 " + escaped("优化营商环境") + r"}\par ") * 60_000)
    began = time.process_time()
    assert len(read(data).text) == 7 * 60_000
    assert time.process_time() - began < 10
