"""Handles: made anew, resolved in every style, and sentences that do not depend on how their stream was cut."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from askspeech.handles import Piece, SentenceStream, folded, new_handles, resolved

OFFERED = ("k7mp", "p3zq", "w9bd")


def pieces(text: str, *cuts: int) -> list[Piece]:
    stream, found, start = SentenceStream(OFFERED), [], 0
    for cut in (*sorted(cuts), len(text)):
        found += stream.feed(text[start:cut])
        start = max(start, cut)
    return found + stream.finish()


def test_handles_are_new_every_time_and_stand_in_no_text() -> None:
    first, second = new_handles(200, ""), new_handles(200, "")
    assert len(set(first)) == 200
    assert len(set(first) & set(second)) < 20
    assert all(re.fullmatch(r"[a-z]\d[a-z]{2}", handle) for handle in first)
    text = " ".join(new_handles(3000, "")).upper()
    assert not set(new_handles(500, text)) & set(folded(text).split())


@pytest.mark.parametrize(
    "mark",
    [
        "[k7mp]",
        "［k7mp］",
        "【k7mp】",
        "(k7mp)",
        "（k7mp）",
        "[K7MP]",
        "[ k7mp ]",
        "［ｋ７ｍｐ］",
        "[^k7mp]",
        "[k7mp】",
        "【见 k7mp】",
        "([k7mp])",
        " k7mp",
    ],
)
@pytest.mark.parametrize("sentence", ["由县财政局牵头{}。", "由县财政局牵头。{}", "{}由县财政局牵头。"])
def test_every_style_of_mark_is_resolved(mark: str, sentence: str) -> None:
    if mark == " k7mp" and sentence.startswith("{"):
        mark = "k7mp "
    assert pieces(sentence.format(mark)) == [Piece("由县财政局牵头。", ("k7mp",))]


@pytest.mark.parametrize(
    "marks",
    [
        "[k7mp, p3zq]",
        "[k7mp][p3zq]",
        "[k7mp、p3zq]",
        "【k7mp】【p3zq】",
        "[k7mp；p3zq]",
        "[k7mp] [p3zq]",
        "[k7mp]、[p3zq]",
        "（k7mp，p3zq）",
        "[k7mp和p3zq]",
        "[k7mp][k7mp][p3zq]",
        "[k7mp and p3zq]",
    ],
)
@pytest.mark.parametrize("sentence", ["由县财政局牵头{}。", "由县财政局牵头。{}"])
def test_several_handles_are_resolved(marks: str, sentence: str) -> None:
    assert pieces(sentence.format(marks)) == [Piece("由县财政局牵头。", ("k7mp", "p3zq"))]


def test_marks_go_with_the_sentence_before_them() -> None:
    text = "第一句。[k7mp]第二句[p3zq]。 [w9bd] 第三句！[k7mp][p3zq]\n"
    assert pieces(text) == [
        Piece("第一句。", ("k7mp",)),
        Piece("第二句。", ("p3zq", "w9bd")),
        Piece("第三句！", ("k7mp", "p3zq"), before=" "),
    ]


def test_what_names_nothing_is_removed_and_kept_apart() -> None:
    (piece,) = pieces("由县财政局牵头[b2cd][k7mp, z9zz][1][2, 3]【4†来源】。")
    assert piece.text == "由县财政局牵头。"
    assert piece.handles == ("k7mp",)
    assert piece.unknown == ("b2cd", "z9zz", "[1]", "[2, 3]", "[4†来源]")


@pytest.mark.parametrize(
    "text",
    [
        "设立“银杏帮办专窗”（见附件）。",
        "国发〔2023〕5号文件。",
        "按照［2023］5号文件办。",
        "推行B2B平台（B2B）。",
        "防控H5N1（H5N1）。",
        "分三类（1）用工（2）用地。",
        "【待定】的事项。",
        "G7峰会讨论了4G网络。",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert pieces(text) == [Piece(text)]


def test_only_the_mark_goes_from_brackets_with_more_in_them() -> None:
    assert resolved("县财政局（牵头单位 k7mp）负责。", OFFERED) == Piece("县财政局（牵头单位）负责。", ("k7mp",))


def test_lines_and_items_stay_lines() -> None:
    text = "主要有三条：\n- 帮办代办[k7mp]\n2. 清理欠款。[p3zq]\n\n（三）降低成本[w9bd]"
    assert [(piece.before, piece.text, piece.whole) for piece in pieces(text)] == [
        ("", "主要有三条：", True),
        ("\n", "- 帮办代办", True),
        ("\n", "2. 清理欠款。", True),
        ("\n\n", "（三）降低成本", False),
    ]


def test_english_sentences() -> None:
    text = "Growth was 12.5 percent [k7mp]. The county (No. 3) paid e.g. loans.[p3zq] It said “Pay! Now.” Done? "
    text += "Yes. [w9bd]"
    assert [(piece.text, piece.handles) for piece in pieces(text)] == [
        ("Growth was 12.5 percent.", ("k7mp",)),
        ("The county (No. 3) paid e.g. loans.", ("p3zq",)),
        ("It said “Pay! Now.” Done?", ()),
        ("Yes.", ("w9bd",)),
    ]


def test_a_quotation_is_not_cut() -> None:
    assert [piece.text for piece in pieces("他说：“要快！要准！”大家同意。好。")] == [
        "他说：“要快！要准！”大家同意。",
        "好。",
    ]


def test_an_address_stays_in_one_piece() -> None:
    text = "看![图](http://evil.example/a?b=secret&c=1.5)这里。"
    assert [piece.text for piece in pieces(text)] == [text]


def test_a_sentence_is_given_out_as_soon_as_no_mark_can_follow() -> None:
    stream = SentenceStream(OFFERED)
    assert stream.feed("第一句。") == []
    assert stream.feed("[k7") == []
    assert stream.feed("mp]") == []
    assert stream.feed("第") == [Piece("第一句。", ("k7mp",))]
    assert stream.feed("二句") == []
    assert stream.finish() == [Piece("第二句", whole=False)]


PARTS = st.sampled_from(
    [
        *"。！？；.!?\n 一二12ab“”（）()[]【】《》、，",
        "[k7mp]",
        "【p3zq】",
        "k7mp",
        "[b2cd]",
        "县财政局牵头",
        "e.g.",
        "3.5",
        "\n\n- ",
        "[1]",
    ]
)


@example(["一。", "[k7mp", "]", "二", "。"], [1, 2, 3])
@given(st.lists(PARTS, max_size=30), st.lists(st.integers(0, 120), max_size=12))
def test_how_the_stream_is_cut_changes_nothing(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    whole = pieces(text)
    assert pieces(text, *(cut for cut in cuts if cut < len(text))) == whole
    assert pieces(text, *range(len(text))) == whole


@given(st.lists(PARTS, max_size=30))
def test_no_mark_of_an_offered_sentence_is_left(parts: list[str]) -> None:
    for piece in pieces("".join(parts)):
        assert not re.search(r"(?<![a-z0-9])(?:k7mp|p3zq|w9bd)(?![a-z0-9])", folded(piece.text)), piece


@given(st.text(max_size=80))
def test_any_text_becomes_sentences(text: str) -> None:
    shown = "".join(piece.text for piece in pieces(text))
    assert set(shown) <= set(text)
