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


TRADITIONAL = "同志們：\r\n青禾縣今年要辦好十件實事，一件也不能少！窗口服務要讓企業滿意，說到做到。\n"


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        pytest.param(TRADITIONAL.encode("big5"), "cp950", TRADITIONAL, id="big5"),
        pytest.param(TRADITIONAL.encode("gb18030"), "gb18030", TRADITIONAL, id="traditional in gb18030"),
        pytest.param(TRADITIONAL.encode(), "utf-8", TRADITIONAL, id="traditional in utf-8"),
        pytest.param(TRADITIONAL.encode("utf-16-be"), "utf-16-be", TRADITIONAL, id="traditional in utf-16"),
        pytest.param((TRADITIONAL + "墻裏嫺恒").encode("cp950"), "cp950", TRADITIONAL + "墻裏嫺恒", id="windows"),
        pytest.param(
            TRADITIONAL.encode("big5") + b"\xc6\xa1\xb6\x7d\xa9\x6c", "big5hkscs", TRADITIONAL + "①開始", id="circled"
        ),
        pytest.param(
            (TRADITIONAL + "深水埗嘅").encode("big5hkscs"), "big5hkscs", TRADITIONAL + "深水埗嘅", id="hong kong"
        ),
        pytest.param(
            "service centre 100%".encode("utf-16-le"), "utf-16-le", "service centre 100%", id="english utf-16"
        ),
    ],
)
def test_traditional_text_and_other_wide_encodings(data: bytes, encoding: str, text: str) -> None:
    decoded = decode(data)
    assert (decoded.encoding, decoded.text) == (encoding, text)


# Sentences without a break, so that a cut of them has no ASCII to go by.
_SIMPLIFIED_PROSE = (
    "营商环境好不好企业说了算，办事快不快群众最清楚。我们要把窗口前移到园区里，把服务送到车间里，让数据多跑路，"
    "让企业少跑腿。谁的问题谁来答复，什么时候解决要写在纸上、贴在墙上、记在账上，年底一件一件对账。"
)
_TRADITIONAL_PROSE = (
    "營商環境好不好企業說了算，辦事快不快群眾最清楚。我們要把窗口前移到園區裡，把服務送到車間裡，讓數據多跑路，"
    "讓企業少跑腿。誰的問題誰來答覆，什麼時候解決要寫在紙上、貼在牆上、記在賬上，年底一件一件對賬。"
)


@pytest.mark.parametrize(
    ("prose", "encoding"),
    [
        (_SIMPLIFIED_PROSE, "gb18030"),
        (_SIMPLIFIED_PROSE, "gb2312"),
        (_SIMPLIFIED_PROSE, "utf-8"),
        (_SIMPLIFIED_PROSE, "utf-16-le"),
        (_SIMPLIFIED_PROSE, "utf-16-be"),
        (_TRADITIONAL_PROSE, "big5"),
        (_TRADITIONAL_PROSE, "gb18030"),
        (_TRADITIONAL_PROSE, "utf-8"),
        (_TRADITIONAL_PROSE, "utf-16-le"),
    ],
)
def test_every_cut_of_twenty_characters_is_told_right(prose: str, encoding: str) -> None:
    cuts = [prose[start : start + 20] for start in range(len(prose) - 20)]
    assert [decode(cut.encode(encoding)).text for cut in cuts] == cuts


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        pytest.param("utf-8", SENTENCE.encode("gb18030"), SENTENCE, id="says utf-8, is gb18030"),
        pytest.param("big5", SENTENCE.encode("gb18030"), SENTENCE, id="says big5, is gb18030"),
        pytest.param("gb2312", SENTENCE.encode(), SENTENCE, id="says gb2312, is utf-8"),
        pytest.param(
            "gb2312", ("朱镕基、喆、㛃、𠮷" + SENTENCE).encode("gb18030"), "朱镕基、喆、㛃、𠮷" + SENTENCE, id="beyond"
        ),
        pytest.param("gb2312", TRADITIONAL.encode("big5"), TRADITIONAL, id="says gb2312, is big5"),
        pytest.param("iso-8859-1", SENTENCE.encode("gb18030"), SENTENCE, id="says latin, is gb18030"),
        pytest.param("unicode_escape", SENTENCE.encode("gb18030"), SENTENCE, id="a codec that is none"),
        pytest.param("x-user-defined", SENTENCE.encode("gb18030"), SENTENCE, id="unknown"),
        pytest.param("iso-8859-1", b"<p>Caf\xe9 society</p>", "<p>Café society</p>", id="latin it is"),
        pytest.param(" GBK ", "办".encode("gbk"), "办", id="one character"),
    ],
)
def test_a_declared_encoding_is_one_more_candidate(declared: str, data: bytes, text: str) -> None:
    assert decode(data, declared).text == text


LONG = SENTENCE * 3


@pytest.mark.parametrize(
    ("data", "place"),
    [
        pytest.param(LONG.encode("gb18030") + b"\xc7", "GB18030 text.*middle of a character", id="gb18030 cut off"),
        pytest.param(LONG.encode()[:-3], "UTF-8 text.*middle of a character", id="utf-8 cut off"),
        pytest.param(LONG.encode("utf-16-le")[:-1], "UTF-16 text.*middle of a character", id="odd utf-16"),
        pytest.param(
            LONG.encode() + "青禾".encode("gb18030"), rf"UTF-8 text.*from {len(LONG.encode()) + 1} on", id="utf-8, gb"
        ),
        pytest.param(
            LONG.encode("gb18030") + "青禾县优化营商环境".encode() + LONG.encode("gb18030"),
            rf"GB18030 text.*from {len(LONG.encode('gb18030')) + 1} on .*UTF-8",
            id="utf-8 within gb",
        ),
        pytest.param(b"\xef\xbb\xbf" + LONG.encode("gb18030"), "says UTF-8, but byte 8 of", id="wrong mark"),
        pytest.param(b"\xff\xfe" + LONG.encode("utf-16-le")[:-1], "says UTF-16, but byte", id="odd utf-16 with mark"),
        pytest.param(b"\xff" + LONG.encode("gb18030"), "not text in UTF-8", id="nothing before the fault"),
    ],
)
def test_where_a_text_stops_being_one_is_said(data: bytes, place: str) -> None:
    with pytest.raises(ReadError, match=place) as raised:
        decode(data)
    assert "请" in str(raised.value)


def test_a_long_line_is_judged_by_a_sample() -> None:
    text = _SIMPLIFIED_PROSE * 40_000
    assert decode(text.encode("gb18030")).text == text


def test_much_markup_does_not_hide_the_words() -> None:
    page = "<p>" + "QUJD" * 200_000 + "</p><p>青禾县优化营商环境</p>" + "x" * 200_000
    assert decode(page.encode("gb18030")).text == page


_LEGACY = st.sampled_from(("big5", "cp950", "big5hkscs", "gbk", "gb2312"))


@given(st.lists(st.sampled_from(_SIMPLIFIED_PROSE + _TRADITIONAL_PROSE + "①⑴ㄅぁ─€·Ａa\r\n"), max_size=60), _LEGACY)
def test_legacy_encodings_lose_nothing_or_are_refused(characters: list[str], encoding: str) -> None:
    data = "".join(characters).encode(encoding, "ignore")
    try:
        decoded = decode(data)
    except ReadError:
        return
    assert decoded.text.encode(decoded.encoding) == data


@given(
    st.binary(max_size=120), st.sampled_from(("gb2312", "big5", "utf-16", "iso-8859-1", "shift_jis", "euc-kr", "", "x"))
)
def test_whatever_is_declared_nothing_is_lost(data: bytes, declared: str) -> None:
    try:
        decoded = decode(data, declared)
    except ReadError:
        return
    assert decoded.text.encode(decoded.encoding) == data
    assert "\ufffd" not in decoded.text or "\ufffd".encode(decoded.encoding) in data
