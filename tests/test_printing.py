"""Text of a corpus cannot steer the terminal."""

import pytest

from askspeech.printing import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("营商环境\n第一", "营商环境\n第一", id="plain"),
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="escape sequence"),
        pytest.param("a\u202eb\u200bc", "abc", id="invisible format characters"),
        pytest.param("\ud800", "\\ud800", id="lone surrogate"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
