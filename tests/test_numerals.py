"""Chinese and Arabic numerals and the units that follow them."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chinese_numerals import in_chinese

from askspeech.numerals import NUMERAL, UNIT, UNITS, chinese_value


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", 10),
        ("二十三", 23),
        ("一百零三", 103),
        ("一千二百", 1200),
        ("三万二", 32_000),
        ("三万二千", 32_000),
        ("一百二", 120),
        ("两亿四千万", 240_000_000),
        ("百亿", 10_000_000_000),
        ("二〇二三", 2023),
        ("八点六", Fraction(86, 10)),
        ("1,234.5", Fraction(12345, 10)),
    ],
)
def test_numerals_have_their_value(numeral: str, value: Fraction) -> None:
    assert chinese_value(numeral) == value


@pytest.mark.parametrize("numeral", ["十四五", "三四", "一二三", "五一"])
def test_what_is_no_numeral_has_no_value(numeral: str) -> None:
    assert chinese_value(numeral) is None


@given(st.integers(0, 10**12 - 1))
def test_every_number_reads_the_same_in_chinese_and_arabic(number: int) -> None:
    assert chinese_value(in_chinese(number)) == chinese_value(str(number)) == number


@given(st.integers(0, 10**12 - 1))
def test_the_pattern_takes_a_whole_numeral(number: int) -> None:
    for said in (in_chinese(number), str(number), f"{number:,}"):
        found = re.match(NUMERAL, said)
        assert found is not None
        assert found[0] == said


def test_the_longest_unit_is_taken() -> None:
    for unit in UNITS:
        found = re.match(UNIT, unit)
        assert found is not None
        assert found[0] == unit


def test_the_unit_of_power_is_no_numeral() -> None:
    found = re.match(NUMERAL, "十万千瓦")
    assert found is not None
    assert found[0] == "十万"
