"""Wording made questions as a person would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import CLAUSES

from askspeech.made_wording import (
    asking,
    clauses,
    is_askable,
    is_whole,
    plain,
    shortened,
    telling_clause,
    trimmed,
    without_marker,
)


@pytest.mark.parametrize(
    ("heading", "bare"),
    [
        ("（二）坚决整治政府拖欠", "坚决整治政府拖欠"),
        ("一要推行帮办代办", "推行帮办代办"),
        ("三是 没扫码的不准进", "没扫码的不准进"),
        ("第四，构建亲清政商关系", "构建亲清政商关系"),
        ("一、（一）两层标号", "两层标号"),
        ("一体化办理", "一体化办理"),
    ],
)
def test_marks_of_a_series_are_left_out(heading: str, bare: str) -> None:
    assert without_marker(heading) == bare


@pytest.mark.parametrize(
    ("clause", "left"),
    [
        ("今年以来，我们要大力推行帮办代办，", "推行帮办代办"),
        ("我市新增企业", "市里新增企业"),
        ("并联审批率", "并联审批率"),
        ("切实解决用地问题；", "解决用地问题"),
    ],
)
def test_ornament_is_left_out(clause: str, left: str) -> None:
    assert trimmed(clause) == left


def test_words_are_changed_for_plainer_ones_but_not_in_quotation_marks() -> None:
    assert plain("为群众设立“群众服务”专窗") == "为老百姓设“群众服务”专窗"
    assert plain("完成台账的建立") == "完成台账的建立"


def test_the_clause_that_weighs_most_is_taken() -> None:
    heading = "二、解放思想、更新观念，建好帮办代办专窗"
    assert telling_clause(heading, lambda clause: "帮办" in clause) == "建好帮办代办专窗"
    assert telling_clause("一、好", len) is None


@pytest.mark.parametrize(
    "clause",
    [
        pytest.param("给企业xx万元补贴", id="blank"),
        pytest.param("办好“帮办专窗", id="half a quotation"),
        pytest.param("解放思想、更新观念", id="slogans"),
        pytest.param("这件事要抓好", id="leans on what was said"),
        pytest.param("企业反映最多的", id="not ended"),
        pytest.param("太短", id="short"),
        pytest.param("企" * 23, id="long"),
    ],
)
def test_what_cannot_be_asked_about(clause: str) -> None:
    assert not is_askable(clause)


def test_shortened_from_the_left_while_it_tells_as_much() -> None:
    assert shortened("开通城区便民服务热线", lambda rest: "城区" in rest) == "城区便民服务热线"
    assert shortened("开通城区便民服务热线", lambda rest: False) == "开通城区便民服务热线"
    assert shortened("把廉洁规定视为警戒线", lambda rest: True) == "把廉洁规定视为警戒线"


def test_a_rough_figure_is_asked_for_as_a_figure() -> None:
    assert asking("有效施工期不到多少个月") == "有效施工期多少个月"


@given(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=4).map("，".join))
def test_clauses_hold_the_whole_sentence(sentence: str) -> None:
    assert "".join("".join(clauses(sentence)).split()) == "".join(sentence.split())


@given(st.text(alphabet="“”企业《》群众设立建立（）把、", max_size=20))
def test_a_shortened_phrase_is_an_end_of_the_phrase(phrase: str) -> None:
    rest = shortened(phrase, lambda part: True)
    assert phrase.endswith(rest) and len(rest) * 2 >= len(phrase)
    assert rest == phrase or is_whole(rest)
