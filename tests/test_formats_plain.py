"""Plain text: the characters of the file, and nothing taken away."""

import pytest

from askspeech.errors import ReadError
from askspeech.formats.plain import read

SPEECH = "在全市优化营商环境大会上的讲话\r\n\r\n同志们：\r\n　　今年要办好十件实事，一件也不能少！\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
def test_the_text_is_what_stands_in_the_file(encoding: str) -> None:
    extracted = read(SPEECH.encode(encoding))
    assert extracted.text.removeprefix("\ufeff") == SPEECH
    assert extracted.layout.unit == "line"
    assert (extracted.layout.starts, extracted.layout.furniture, extracted.layout.notices) == ((), (), ())


def test_what_was_lost_before_is_told() -> None:
    notices = read("同志们：今年要办好\ufffd\ufffd件实事。".encode()).layout.notices
    assert [notice[:12] for notice in notices] == ["2 characters"]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ReadError, match="请"):
        read(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
