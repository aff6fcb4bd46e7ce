"""Dates in speeches and in the names of files."""

import pytest

from askspeech.dates import find_dates, find_dates_in_name


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2031年3月5日在大会上", ["2031-03-05"]),
        ("二〇三一年一月二十七日", ["2031-01-27"]),
        ("（2031年11月××日，副省长×××）", ["2031-11"]),
        ("（2031.3.5）", ["2031-03-05"]),
        ("在全市2031年招商大会上", ["2031"]),
        ("发布时间：2031年3月5日", []),
        ("2031年02月10日07时41分", []),
        ("2031-02-1009:30:00", []),
        ("2031—2035年规划", []),
        ("过去的2031年", []),
        ("2031年度总结表彰大会", []),
        ("xxxx年x月", []),
    ],
)
def test_dates_of_a_speech_are_read_and_those_of_a_page_or_a_plan_are_not(text: str, dates: list[str]) -> None:
    assert [date.iso for date in find_dates(text)] == dates


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("03云澜市推进会讲话（2031）", "2031"),
        ("讲话20310305", "2031-03-05"),
        ("2031-03-05县委讲话", "2031-03-05"),
        ("prefix-2031年江垣省政府工作报告", "2031"),
        ("2031年讲话2031.3", "2031-03"),
        ("讲话2000字", None),
        ("000_57c3a8cc05dc2031", None),
        ("scan_0917-001", None),
        ("2030年和2031年讲话", None),
        ("20310305123456", None),
    ],
)
def test_the_fullest_date_in_a_name_unless_it_names_several_years(name: str, date: str | None) -> None:
    found = find_dates_in_name(name)
    assert (found[0].iso if found else None) == date
