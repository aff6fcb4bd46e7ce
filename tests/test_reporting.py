"""What the terminal shows: tables, answers, progress."""

import io
import json
from dataclasses import replace
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech import reporting
from askspeech.build_report import BuildReport, FileReport, SkippedFile
from askspeech.datatypes import (
    Answer,
    Citation,
    Fact,
    Filters,
    Hit,
    Locator,
    Passage,
    SearchResult,
    Span,
    Speech,
)
from askspeech.reporting import (
    ProgressDisplay,
    answer_json,
    answer_text,
    as_json,
    build_text,
    printable,
    search_json,
    search_text,
    speeches_text,
    verification_text,
)
from askspeech.verification import Verification

SPEECH = Speech("s", "c", "a.txt", "讲话[一]", Span(0, 9), facts=(Fact("year", "2024", "file_name"),), characters=1234)
HIT = Hit(Passage("p", "c", "s", None, "a.txt", "text", "原文\n原文", (Span(0, 5),), ("一、认识",)), SPEECH, 1.0)
SEARCH = SearchResult((HIT,), (SPEECH,), "问", Filters())
CITATION = Citation(
    1, "c", "a.txt", "s", "讲话[一]", "p", (Span(0, 5),), "原文原文", Locator("line", 3, 4), ("一、认识",)
)


PLACE = Locator("line", 3, 4)


def test_a_hit_says_where_it_stands_what_found_it_and_where_else_it_is() -> None:
    found = replace(SEARCH, hits=(replace(HIT, found_by=("keyword 1", "dense 2"), copies=("p2", "p3")),))
    assert search_text(" 问 ", found, [PLACE]).splitlines() == [
        "1. 讲话[一] › 一、认识",
        "    a.txt, line 3–4 第3–4行",
        "    found by 找到它的: keyword 1, dense 2",
        "    near copies in other places 别处的相似段落: 2",
        "    原文",
        "    原文",
    ]
    ((hit,), rest) = (json.loads(search_json("问", found, [PLACE]))[name] for name in ("hits", "notices"))
    assert (hit["rank"], hit["locator"], hit["spans"], rest) == (
        1,
        {"unit": "line", "first": 3, "last": 4},
        [[0, 5]],
        [],
    )


def test_a_search_without_hits_says_so_and_why() -> None:
    nothing = replace(SEARCH, hits=(), search_question="贷款", notices=("没有\x1b讲话",))
    assert search_text("loans", nothing, []) == (
        "Searched for 检索: 贷款\n\nNo passage was found. 没有找到段落。\n\n没有\\x1b讲话"
    )


def report(*skipped: SkippedFile) -> BuildReport:
    files = (
        FileReport("a\x1b[2J.txt", 6, 140, 59_000, (("line break", 1200), ("watermark", 40)), ("copy.txt",)),
        FileReport("b[red].txt", 1, 12, 4_000, (("line break", 7),)),
    )
    return BuildReport("store", "G1", files, skipped, 7, 152, 152, "hash", 3.21)


def test_build_table_has_a_row_per_file_and_the_totals() -> None:
    lines = build_text(report()).splitlines()
    assert lines[2].split() == ["a\\x1b[2J.txt", "6", "140", "59,000", "line", "break", "1,200,", "watermark", "40"]
    assert lines[3].startswith("b[red].txt")
    assert "63,000   line break 1,207, watermark 40" in build_text(report())
    assert "a\\x1b[2J.txt = " not in build_text(report()) and "copy.txt = a\\x1b[2J.txt" in build_text(report())
    assert lines[-1].startswith("Speeches 讲话: 7;")
    assert "Skipped" not in build_text(report())


def test_skipped_files_are_listed_with_reasons() -> None:
    text = build_text(report(SkippedFile("bad\n.txt", "not text")))
    assert "Skipped files 跳过的文件: 1" in text
    assert "bad\\n.txt: not text" in text


def test_files_that_were_removed_are_named_apart_from_skipped_ones() -> None:
    text = build_text(replace(report(), excluded=("uploads/a\n.txt",)))
    assert "已移除，未收入: 1\n  uploads/a\\n.txt" in text and "Skipped" not in text
    assert "已移除" not in build_text(report())


@pytest.mark.parametrize("width", [40, 80, 200])
def test_table_fits_the_terminal(width: int) -> None:
    from rich.cells import cell_len

    table = build_text(report(), width).split("\n\n")[0]
    assert max(cell_len(line) for line in table.splitlines()) <= width


def test_speeches_show_what_is_known_of_them() -> None:
    assert "讲话[一]" in speeches_text([SPEECH])
    assert "1,234   2024" in speeches_text([SPEECH])


def test_answer_shows_sources_with_their_place() -> None:
    answer = Answer("问", "原文原文[1]", (), (CITATION,), "answered", (), SEARCH, notices=("读作一",))
    text = answer_text(answer)
    assert text.startswith("原文原文[1]\n\n读作一\n\nSources")
    assert "[1] 讲话[一] › 一、认识\n    a.txt, line 3–4 第3–4行\n    “原文原文”" in text
    assert "Passages found" not in text
    assert "1. 讲话[一] › 一、认识\n    a.txt\n    “原文 原文”" in answer_text(answer, [HIT])


def test_refusal_shows_the_nearest_passages_apart() -> None:
    answer = Answer("问", "没有找到。", (), (), "not_found", (HIT,), SEARCH)
    assert "Nearest passages" in answer_text(answer)
    record = json.loads(answer_json(answer, [HIT]))
    assert (record["refused"], record["passages"][0]["spans"]) == (True, [[0, 5]])


def test_damaged_generation_says_what_to_do() -> None:
    assert "is sound" in verification_text(Verification(()), "G1")
    assert "askspeech build" in verification_text(Verification(("Gone.",)), "G1")


@given(st.text())
def test_printable_text_cannot_steer_a_terminal(text: str) -> None:
    shown = printable(text)
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\r", "\u202e", "\ufeff"}
    shown.encode("utf-8")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def run_stages(stream: TextIO) -> None:
    with ProgressDisplay(stream) as progress:
        progress("reading", 0, 5)
        progress("reading", 5, 5)
        progress("embedding [all]", 0, 10)
        progress("embedding [all]", 4, 10)
        progress("verifying", 0, 0)


def test_short_stages_leave_no_line() -> None:
    log = io.StringIO()
    run_stages(log)
    assert log.getvalue() == ""


def test_long_stages_are_plain_lines_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "SHORT_STAGE_SECONDS", 0.0)
    log = io.StringIO()
    run_stages(log)
    assert [line.split(",")[0] for line in log.getvalue().splitlines()] == [
        "reading: 5/5",
        "embedding [all]: 4/10",
        "verifying: 0",
    ]


def test_very_long_stages_speak_up_before_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "PLAIN_LINE_SECONDS", 0.0)
    log = io.StringIO()
    run_stages(log)
    assert "embedding [all]: 4/10" in log.getvalue()


def test_terminal_shows_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "SHORT_STAGE_SECONDS", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    terminal = Terminal()
    run_stages(terminal)
    shown = terminal.getvalue()
    assert "embedding [all]" in shown and "4/10" in shown and "━" in shown
    # The cursor that rich hides is shown again at the end.
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_json_steers_no_terminal() -> None:
    text = "讲话\x9b31m\u202e倒\u2028行\u200b"
    made = as_json({"text": text})
    assert json.loads(made) == {"text": text} and "讲话\\u009b31m\\u202e倒\\u2028行\\u200b" in made
