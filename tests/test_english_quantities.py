"""Numbers of English text, compared with the Chinese ones that say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.english_quantities import find_english_quantities
from askspeech.quantities import Quantity, find_quantities, same_quantity
from askspeech.tokens import search_key


def found(text: str) -> list[Quantity]:
    return find_english_quantities(search_key(text))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("24,000 market entities", "2.4万户"),
        ("thirty percent", "三成"),
        ("70 per cent", "70%"),
        ("3 million", "300万"),
        ("350 million yuan", "3.5亿元"),
        ("12 billion yuan", "120亿元"),
        ("US$4.2 billion", "42亿美元"),
        ("20 working days", "20个工作日"),
        ("a hundred thousand jobs", "十万个"),
        ("twenty-five officials", "25名"),
        ("three thousand five hundred", "3500个"),
        ("half of them", "一半"),
        ("two thirds of firms", "三分之二"),
        ("exports doubled", "翻一番"),
        ("twice", "两次"),
        ("300,000 square metres", "30万平方米"),
        ("in 2023", "2023年"),
        ("end of June", "6月底"),
        ("every month", "每月"),
        ("the third quarter", "三季度"),
        ("ranked 3rd", "第三"),
        ("Thursday", "星期四"),
        ("five percentage points", "5个百分点"),
    ],
)
def test_english_numbers_equal_chinese_ones(english: str, chinese: str) -> None:
    ours, theirs = found(english), find_quantities(search_key(chinese))
    assert len(ours) == len(theirs) == 1, (ours, theirs)
    assert same_quantity(ours[0], theirs[0])


def test_a_day_of_the_month_is_a_day() -> None:
    assert [one.family for one in found("by the 5th of every month")] == ["minute", "month"]
    assert [one.value for one in found("March 5, 2024")] == [3, 5 * 1440, 2024]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("at least 60 job fairs", "least"),
        ("no fewer than 60 job fairs", "least"),
        ("no more than three days", "most"),
        ("must not exceed two", "most"),
        ("more than 95 percent", "least"),
        ("within 3 days", "most"),
        ("about 40 firms", "about"),
        ("40 firms or more", "least"),
        ("40 firms", ""),
    ],
)
def test_bounds(text: str, bound: str) -> None:
    assert [one.bound for one in found(text)] == [bound]


@pytest.mark.parametrize(
    "text", ["COVID-19 control", "may be done", "one window", "first half of the year", "second-hand"]
)
def test_these_are_no_numbers(text: str) -> None:
    assert found(text) == []


@given(st.integers(2, 10**9))
def test_thousands_may_be_parted(number: int) -> None:
    assert [one.value for one in found(f"{number:,} firms")] == [number]


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    key = search_key(text)
    for quantity in find_english_quantities(key):
        assert 0 <= quantity.start < quantity.end <= len(key)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("from 300 million to 500 million yuan", "由3亿元到5亿元"),
        ("from 20 to 8 working days", "由20个工作日到8个工作日"),
        ("between 3 and 5 months", "3个月到5个月"),
    ],
)
def test_the_first_of_two_has_the_unit_of_the_second(english: str, chinese: str) -> None:
    pairs = list(zip(found(english), find_quantities(chinese), strict=True))
    assert len(pairs) == 2 and all(same_quantity(one, other) for one, other in pairs)
