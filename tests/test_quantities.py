"""Numbers of Chinese text: values, units, dates, ranges, bounds, and what looks like a number and is none."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chinese_numerals import in_chinese

from askspeech.quantities import Quantity, find_quantities, same_quantity
from askspeech.tokens import search_key


def found(text: str) -> list[Quantity]:
    return find_quantities(search_key(text))


def one(text: str) -> Quantity:
    quantities = found(text)
    assert len(quantities) == 1, quantities
    return quantities[0]


@pytest.mark.parametrize(
    ("said", "otherwise"),
    [
        ("1.2万户", "12000户"),
        ("１２０００户", "一万两千户"),
        ("3.6亿元", "36000万元"),
        ("百分之三十", "30%"),
        ("三成", "30％"),
        ("三成五", "35%"),
        ("一半", "50%"),
        ("三分之一", "33.3%"),
        ("翻了一番", "增长了一倍"),
        ("翻一番", "2倍"),
        ("六月底", "6月底"),
        ("2023年", "二〇二三年"),
        ("半年", "6个月"),
        ("半个月", "15天"),
        ("24小时", "一天"),
        ("两周", "14天"),
        ("每季度", "三个月"),
        ("一年半", "18个月"),
        ("一个半月", "1.5个月"),
        ("三个工作日", "3个工作日"),
        ("第三", "第3"),
        ("首个", "第一个"),
        ("周四", "星期四"),
        ("俩", "两个"),
        ("126名", "一百二十六个"),
        ("四十多家", "46家"),
        ("近五十家", "48家"),
        ("8000多万元", "8600万元"),
    ],
)
def test_the_same_number_in_other_words(said: str, otherwise: str) -> None:
    if said == "俩":
        said = "俩人"
    assert same_quantity(one(said), one(otherwise))
    assert same_quantity(one(otherwise), one(said))


@pytest.mark.parametrize(
    ("said", "otherwise"),
    [
        ("5个工作日", "5个月"),
        ("5个工作日", "5天"),
        ("5万人", "5万人次"),
        ("3月", "3个月"),
        ("3.6亿元", "3.6万元"),
        ("4.2亿美元", "4.2亿元"),
        ("7个百分点", "7%"),
        ("四十多家", "52家"),
        ("近五十家", "30家"),
        ("5.5%左右", "5.7%左右"),
        ("5700多亿元", "5703多亿元"),
        ("第三", "3个"),
        ("2023年", "3年"),
    ],
)
def test_other_numbers(said: str, otherwise: str) -> None:
    assert not same_quantity(one(said), one(otherwise))


@pytest.mark.parametrize(
    "text",
    [
        "一律不得收费",
        "进一步优化",
        "十分重要",
        "第一，要抓落实",
        "一是要抓早",
        "千方百计保用工",
        "十四五规划",
        "xx家",
        "**%",
        "老百姓",
        "一些干部",
        "千万不要拖",
    ],
)
def test_these_are_no_numbers(text: str) -> None:
    assert found(text) == []


def test_ranges_have_both_ends() -> None:
    assert [(int(one.value), one.family) for one in found("包联3至5家")] == [(3, "count"), (5, "count")]
    assert [one.value for one in found("三到五万元")] == [30_000, 50_000]
    assert [one.value for one in found("七八十家")] == [70, 80]
    assert [one.value for one in found("每月1日到25日")] == [1, 1440, 25 * 1440]


def test_dates_have_month_and_day() -> None:
    dates = [("year", 2023), ("date", 3), ("minute", 5 * 1440)]
    assert [(one.family, int(one.value)) for one in found("2023年3月5日")] == dates


@pytest.mark.parametrize(
    ("text", "bound", "firm"),
    [
        ("不得超过两次", "most", True),
        ("最多跑一次", "most", True),
        ("至少上门一次", "least", True),
        ("不少于60场", "least", True),
        ("低于90%", "most", True),
        ("三天以内", "most", False),
        ("五十亿元以上", "least", True),
        ("五万余人", "least", False),
        ("投资过亿元", "least", True),
        ("约20家", "about", False),
        ("走过三天", "", False),
        ("20家", "", False),
    ],
)
def test_bounds(text: str, bound: str, firm: bool) -> None:
    quantity = one(text)
    assert (quantity.bound, quantity.firm) == (bound, firm)


def test_a_bound_belongs_to_its_own_number() -> None:
    assert [one.bound for one in found("订单不足停产的5家")] == [""]
    assert [one.bound for one in found("引进15个亿元以上的项目")] == ["", "least"]


def test_numbers_have_their_place() -> None:
    text = "选派126名干部，任期一年"
    assert [text[one.start : one.end] for one in found(text)] == ["126名", "一年"]


@given(st.integers(2, 10**11), st.sampled_from(["户", "元", "个工作日", "%", "吨", "个月", "人次"]))
def test_chinese_and_arabic_numerals_are_equal(number: int, unit: str) -> None:
    chinese, arabic = one(f"共{in_chinese(number)}{unit}"), one(f"共{number}{unit}")
    assert same_quantity(chinese, arabic)
    assert chinese.family == arabic.family


@given(st.integers(1, 99), st.integers(0, 9))
def test_ten_thousands_are_multiplied_out(whole: int, tenth: int) -> None:
    assert one(f"{whole}.{tenth}万户").value == Fraction(10 * whole + tenth, 10) * 10_000


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    key = search_key(text)
    for quantity in find_quantities(key):
        assert 0 <= quantity.start < quantity.end <= len(key)
