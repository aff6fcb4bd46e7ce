"""Questions that an index can surely answer."""

import pytest
from tests import made

from askspeech.datatypes import Section
from askspeech.suggestions import example_questions

COUNTY, CITY = made.speech("在青禾县大会上的讲话"), made.speech("在云陵市座谈会上的讲话")


def with_items(heading: str) -> list[Section]:
    parent = made.section("一、", heading)
    return [parent, *(made.section(marker, "短", parent) for marker in ("（一）", "（二）", "（三）"))]


def test_a_section_with_items_is_asked_for_its_items() -> None:
    assert example_questions({COUNTY: with_items("清理拖欠账款")}, 3) == ["“清理拖欠账款”讲了哪几条？"]


def test_a_section_without_items_is_asked_for_what_it_says() -> None:
    assert example_questions({COUNTY: [made.section("二、", "优化窗口服务")]}, 3) == ["“优化窗口服务”具体是怎么说的？"]


def test_speeches_take_turns_and_no_more_come_than_asked_for() -> None:
    one = [made.section("一、", "清理拖欠账款"), made.section("二、", "优化窗口服务")]
    questions = example_questions({COUNTY: one, CITY: [made.section("一、", "破解融资难题")]}, 2)
    assert questions == ["“清理拖欠账款”具体是怎么说的？", "“破解融资难题”具体是怎么说的？"]
    assert example_questions({COUNTY: one, CITY: one}, 9) == [
        "“清理拖欠账款”具体是怎么说的？",
        "“优化窗口服务”具体是怎么说的？",
    ]


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("清欠", id="too short"),
        pytest.param("青禾" * 20, id="too long"),
        pytest.param("税收达到xx亿元", id="blank"),
        pytest.param("有人问：怎么办", id="punctuation"),
        pytest.param("推行“银杏”专窗", id="quotation marks"),
        pytest.param("", id="nothing"),
    ],
)
def test_other_headings_make_no_question(heading: str) -> None:
    assert example_questions({COUNTY: [made.section("一、", heading)]}, 3) == []


def test_without_speeches_there_are_none() -> None:
    assert example_questions({}, 3) == []
