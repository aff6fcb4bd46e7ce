"""The benchmark on refusing: its pairs, what becomes of a report, and a run over invented reports."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from benchmarks import refusing
from benchmarks.refusing import (
    PAIRS,
    Judged,
    Pair,
    cites,
    group_of,
    half,
    measured,
    read_pairs,
    report_text,
    shares,
    table,
    without_answers,
    write_corpora,
)
from hypothesis import given
from hypothesis import strategies as st

from askspeech.datatypes import Answer, Citation, Filters, Locator, SearchResult, Span

FIRST, SECOND = "provincial-2031年栗川省政府工作报告.txt", "national-2030.txt"
REPORT = """栗川省政府工作报告

各位代表：

一、去年工作回顾

去年全省新登记个体工商户四十二万户，窗口办件满意率达到百分之九十六点五。全省建成企业夜校三百所，培训工人八万人次。

二、今年工作安排

“三色督办”就是对按期办结的事项亮绿牌，对临近超期的事项亮黄牌，对超期未办的事项亮红牌。用水报装的流程压减为登记、勘验、通水三步，全程由专人代办。
"""
OTHER = """苇塘国政府工作报告

各位代表：

今年要推行阳光评标，评标过程全程录像，评标结果当天公示。货运班列全年开行一千二百列，运费下降百分之十五。
"""


def pair(
    words: str, operation: str, *, question: str = "新登记个体工商户多少户？", file: str = FIRST, text: str = REPORT
) -> Pair:
    """A pair about the words of a report."""
    at = text.index(words)
    span = Span(at, at + len(words))
    return Pair(f"{operation}-{at}", question, "figure", file, (span,), (span,), operation)


MADE = [
    pair("四十二万", "blank", question="去年栗川省新登记个体工商户多少万户？"),
    pair("登记、勘验、通水三步，", "delete", question="用水报装的流程压减为哪三步？"),
    pair("一千二百", "blank", question="货运班列全年开行多少列？", file=SECOND, text=OTHER),
]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, text in ((FIRST, REPORT), (SECOND, OTHER)):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def written(pairs: list[Pair], path: Path) -> Path:
    """The pairs in a file, as they are kept."""
    rows = [{name: getattr(one, name) for name in one.__slots__} for one in pairs]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_every_pair_that_is_kept_is_sound() -> None:
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert len(read_pairs()) == len(rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({(row["question"], row["file"]) for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == {"id", "question", "asks", "file", "evidence", "spans", "operation"}
        assert row["question"].strip()
        assert row["operation"] in ("blank", "delete", "hide")
        assert Path(row["file"]).name == row["file"]


def test_the_places_of_every_pair_ascend_and_no_words_of_a_report_are_kept() -> None:
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for places in (row["evidence"], row["spans"]):
            assert places
            assert all(isinstance(edge, int) for place in places for edge in place)
            assert all(0 <= start < end for start, end in places)
            assert all(one[1] <= other[0] for one, other in pairwise(places))
        beside = [any(a < end and start < b for a, b in row["evidence"]) for start, end in row["spans"]]
        assert all(beside), row["id"]


def test_pairs_are_read_as_they_are_written(tmp_path: Path) -> None:
    assert read_pairs(written(MADE, tmp_path / "pairs.jsonl")) == MADE


def test_every_other_pair_is_for_tuning() -> None:
    assert half(MADE, "tune") == [MADE[0], MADE[2]]
    assert half(MADE, "judge") == [MADE[1]]
    assert half(MADE, "all") == MADE


@pytest.mark.parametrize(
    ("operation", "left"),
    [("blank", "工商户xx户"), ("delete", "工商户户"), ("hide", "工商户---此处隐藏4字,下载后查看---户")],
)
def test_a_report_loses_the_answer(operation: str, left: str) -> None:
    text = without_answers(REPORT, [pair("四十二万", operation)])
    assert left in text
    assert text.replace(left, "工商户四十二万户") == REPORT


def test_of_overlapping_places_the_first_is_done() -> None:
    pairs = [pair("新登记个体", "delete"), pair("个体工商户", "blank"), pair("满意率", "blank")]
    assert without_answers("去年新登记个体工商户，满意率高", []) == "去年新登记个体工商户，满意率高"
    assert "去年全省工商户四十二万户，窗口办件xx达到" in without_answers(REPORT, pairs)


@given(
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(1, 30), st.sampled_from(["blank", "delete", "hide"])), max_size=6
    )
)
def test_what_is_not_cut_out_stays_in_its_order(drawn: list[tuple[int, int, str]]) -> None:
    spans = [(Span(at, min(at + length, len(REPORT))), operation) for at, length, operation in drawn]
    pairs = [Pair("p", "？", "figure", FIRST, (), (span,), operation) for span, operation in spans]
    covered = {at for span, _ in spans for at in range(*span)}
    left = iter(without_answers(REPORT, pairs))
    assert all(any(character == other for other in left) for at, character in enumerate(REPORT) if at not in covered)


def test_reports_of_one_kind_and_year_belong_together() -> None:
    assert group_of(FIRST) == "provincial-2031"
    assert group_of(SECOND) == "national"
    assert group_of("provincial-无年份.txt") == "provincial"


def test_the_corpora_are_the_reports_with_and_without_the_answers(reports: Path, tmp_path: Path) -> None:
    corpora = write_corpora(reports, MADE, tmp_path / "made")
    assert set(corpora) == {"provincial-2031", "national"}
    whole, without = corpora["national"]
    assert report_text(whole / SECOND) == OTHER
    assert report_text(without / SECOND) == OTHER.replace("一千二百", "xx")
    assert [path.name for path in whole.iterdir()] == [SECOND]


def test_line_ends_stay_and_a_mark_of_the_encoding_is_no_character(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeff甲\r\n乙".encode())
    assert report_text(tmp_path / "a.txt") == "甲\r\n乙"


def answer(*places: tuple[str, int, int]) -> Answer:
    citations = tuple(
        Citation(1, "s", file, "s", "讲话", "p", (Span(start, end),), "", Locator("line", 1, 1))
        for file, start, end in places
    )
    return Answer("？", "", (), citations, "answered", (), SearchResult((), (), "？", Filters()))


def test_evidence_is_cited_where_a_citation_touches_it() -> None:
    (start, end), *_ = MADE[0].evidence
    assert cites(answer((FIRST, 0, 3), (FIRST, end - 1, end + 9)), MADE[0])
    assert not cites(answer((SECOND, start, end), (FIRST, end, end + 9), (FIRST, 0, start)), MADE[0])
    assert not cites(answer(), MADE[0])


JUDGED = [
    Judged(MADE[0], "answered", True, "blanked_out"),
    Judged(MADE[1], "partly", False, "answered"),
    Judged(MADE[2], "not_found", False, "not_found"),
    Judged(MADE[2], "answered", True, "part_hidden"),
]


def test_shares_of_what_is_refused_rightly_and_wrongly() -> None:
    assert shares(JUDGED) == {"refused_right": 0.75, "refused_wrong": 0.25, "evidence cited": 0.5}
    assert set(shares([]).values()) == {0}


def test_the_table_has_a_row_for_each_kind_and_operation_and_all_at_the_end() -> None:
    lines = table(JUDGED).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["figure", "blank", "delete", "all"]
    assert [cell.strip() for cell in lines[-1].split("|")[2:-1]] == ["4", "0.75", "0.25", "0.50"]


def test_a_run_over_reports(reports: Path, tmp_path: Path) -> None:
    found = {one.pair.id: one for one in measured(reports, MADE, MADE, tmp_path / "run")}
    assert set(found) == {one.id for one in MADE}
    assert all(one.cited and not one.refused_wrong for one in found.values())
    assert all(found[one.id].refused_right for one in MADE if one.operation == "blank")


def test_the_command_prints_a_table_and_writes_every_result(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(refusing, "read_pairs", lambda: MADE)
    results = tmp_path / "results.json"
    assert refusing.main(["--reports", str(reports), "--half", "judge", "--json", str(results), "--show"]) == 0
    assert "| all" in capsys.readouterr().out
    (row,) = json.loads(results.read_text(encoding="utf-8"))
    assert row["pair"]["id"] == MADE[1].id


def test_an_index_that_cannot_be_built_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(refusing, "read_pairs", lambda: MADE)
    (tmp_path / SECOND).write_text(" \n", encoding="utf-8")
    assert refusing.main(["--reports", str(tmp_path)]) == 1
    assert capsys.readouterr().err.strip()
