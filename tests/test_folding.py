"""Folding characters for searching: lengths stay, ordinary simplified text stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.folding import fold, simplified


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param("優化營商環境", "优化营商环境", id="traditional"),
        pytest.param("冋题査处増强", "问题查处增强", id="look-alikes"),
        pytest.param("优化营商环境，干部后勤里子", "优化营商环境，干部后勤里子", id="simplified stays"),
        pytest.param("GDP 3.5%", "GDP 3.5%", id="Latin stays"),
    ],
)
def test_fold(found: str, expected: str) -> None:
    assert fold(found) == expected


@given(st.text())
def test_folding_keeps_the_length_and_is_done_once(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(
    st.text(
        st.sampled_from(
            [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD8) for low in (0xA1, 0xC0, 0xE0)]
        )
    )
)
def test_no_character_of_ordinary_text_changes(text: str) -> None:
    assert fold(text) == text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param("第一條 同志們：講話", "第一条 同志们：讲话", id="traditional"),
        pytest.param("爲什麼沿着這條路走，關於徵收", "为什么沿着这条路走，关于征收", id="Hong Kong's and older forms"),
        pytest.param("為什麼沿著這條路走", "为什么沿着这条路走", id="Taiwan's forms"),
        pytest.param("他說：「要『快』。」", "他说：“要‘快’。”", id="quotation marks"),
        pytest.param("請\0講話\ud800", "请 讲话?", id="what OpenCC does not take"),
    ],
)
def test_a_traditional_text_is_simplified(found: str, expected: str) -> None:
    assert simplified(found) == expected


@pytest.mark.parametrize("text", ["", "优化「营商环境」，著名的冋题", "GDP 3.5%", "青禾县" * 30 + "陳"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert simplified(text) is text


@given(st.text())
def test_simplifying_keeps_the_length(text: str) -> None:
    assert len(simplified(text)) == len(text)
    assert len(simplified("請講" + text)) == len(text) + 2
