"""Folding characters for searching: lengths stay, ordinary simplified text stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.folding import fold


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
