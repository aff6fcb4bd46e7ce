"""Bytes to text: the right encoding, and never a character lost or replaced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.decoding import common_share, decode
from askspeech.errors import ReadError

SENTENCE = "同志们：\r\n青禾县今年要办好十件实事，一件也不能少！\n"


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        pytest.param(SENTENCE.encode(), "utf-8", SENTENCE, id="utf-8"),
        pytest.param(SENTENCE.encode("utf-8-sig"), "utf-8", "\ufeff" + SENTENCE, id="utf-8 with mark"),
        pytest.param(SENTENCE.encode("gb18030"), "gb18030", SENTENCE, id="gb18030"),
        pytest.param(b"\xff\xfe" + SENTENCE.encode("utf-16-le"), "utf-16-le", "\ufeff" + SENTENCE, id="utf-16-le"),
        pytest.param(b"\xfe\xff" + SENTENCE.encode("utf-16-be"), "utf-16-be", "\ufeff" + SENTENCE, id="utf-16-be"),
        pytest.param(SENTENCE.encode("utf-16-le"), "utf-16-le", SENTENCE, id="utf-16-le without mark"),
        pytest.param(SENTENCE.encode("utf-16-be"), "utf-16-be", SENTENCE, id="utf-16-be without mark"),
        pytest.param("𠮷祥街".encode(), "utf-8", "𠮷祥街", id="astral"),
        pytest.param(
            "𠮷祥街的同志们辛苦了".encode("gb18030"), "gb18030", "𠮷祥街的同志们辛苦了", id="astral in gb18030"
        ),
        pytest.param("a\x0cb\x85c\u2028d".encode(), "utf-8", "a\x0cb\x85c\u2028d", id="odd line breaks"),
        pytest.param(b"", "utf-8", "", id="empty"),
    ],
)
def test_the_encoding_is_found_and_every_character_kept(data: bytes, encoding: str, text: str) -> None:
    decoded = decode(data)
    assert (decoded.encoding, decoded.text) == (encoding, text)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00", id="picture"),
        pytest.param(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", id="gzip"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(9), id="program"),
        pytest.param(b"\x00" * 20, id="zeros"),
        pytest.param("青禾\x00县".encode(), id="control character"),
        pytest.param(SENTENCE.encode("gb18030")[:-3] + b"\xc7", id="half a character at the end"),
        pytest.param(b"\xef\xbb\xbf" + SENTENCE.encode("gb18030"), id="mark of another encoding"),
        pytest.param(b"\xff\xfe" + SENTENCE.encode("utf-16-le")[:-1], id="odd length"),
        pytest.param(SENTENCE.encode() + SENTENCE.encode("gb18030"), id="two encodings"),
        pytest.param(bytes(range(128, 256)) * 4, id="bytes at random"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"UTF-8|control characters"):
        decode(data)


_TEXTS = any_texts().filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text))
_ENCODED = st.builds(
    str.encode, _TEXTS, st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"))
)
_CUT = st.builds(lambda data, at: data[: max(0, len(data) - at)], _ENCODED, st.integers(0, 3))


@given(st.one_of(_CUT, st.binary(max_size=200)))
def test_decoding_loses_nothing_or_refuses(data: bytes) -> None:
    try:
        decoded = decode(data)
    except ReadError:
        return
    assert decoded.text.encode(decoded.encoding) == data


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        pytest.param("青禾县的窗口服务，service 100%。", 1, 1, id="plain"),
        pytest.param("青 \n禾\ufeff", 1, 1, id="white space aside"),
        pytest.param("", 0, 0, id="nothing"),
        pytest.param("青禾\x00", 0, 0, id="control character"),
        pytest.param("ǅ" * 9 + "青", 0.1, 0.1, id="one in ten"),
    ],
)
def test_share_of_common_characters(text: str, least: float, most: float) -> None:
    assert least <= common_share(text) <= most
