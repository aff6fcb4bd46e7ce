"""Bytes to text: which encoding a text file is in, without ever losing or replacing a character."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from askspeech.bilingual import Bilingual
from askspeech.errors import ReadError

__all__ = ["Decoded", "common_share", "decode", "notices_of_damage"]

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BIG5 = ("cp950", "big5hkscs")
"""Big5 as Windows writes it, and with the extensions of ETEN and Hong Kong."""
_LEGACY: tuple[tuple[str, ...], ...] = (("gb18030",), _BIG5, ("utf-16-le",), ("utf-16-be",))
# What web pages call their encodings; a label stands for the whole family, as in browsers.
_LABELS = {
    **dict.fromkeys(
        ("gb2312", "gb_2312-80", "gbk", "gb18030", "cp936", "x-gbk", "chinese", "hz-gb-2312"), ("gb18030",)
    ),
    **dict.fromkeys(("big5", "big5-hkscs", "big5hkscs", "x-x-big5", "cn-big5", "cp950"), _BIG5),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be"), ("utf-16-le", "utf-16-be")),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252", "us-ascii", "ascii"), ("cp1252",)),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "windows-31j"), ("cp932",)),
    "euc-jp": ("euc_jp",),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), ("cp949",)),
}
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "gb18030": "GB18030"}
_LEAST_COMMON_SHARE = 0.7
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b]")
_WINDOWS, _WINDOW = 256, 64
_BEYOND_ASCII = re.compile(rf"[^\x00-\x7f]{{1,{_WINDOW}}}")
_WORDS_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]{3}")
# Four Chinese characters of UTF-8 in a row: in GB18030 or Big5 these would be six, most of them rare ones.
_UTF_8_WITHIN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef\xbc[\x81-\xbf]){4,64}")
_ENOUGH = 4
# Where Big5 as it is in use has ①, Python's cp950 has ヾ, and the other way round.
_KANA_OR_CYRILLIC = re.compile(r"[\u0401-\u0451\u3005\u3041-\u30fe]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a file, newlines and byte order mark untouched, and the encoding they came in."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode the bytes of a text file: byte order mark, else UTF-8, else the likeliest of GB18030, Big5 and UTF-16.

    `declared` is the encoding that the file itself claims ("gb2312" in a web page); it is one more candidate, believed
    only where its text reads no worse than that of the others. Encoding the text again gives the same bytes. Raises
    ReadError where no encoding does, with the place of the first byte that is none.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    text = _strict(data, "utf-8")
    if text is not None and not _binary(text):
        return Decoded(text, "utf-8")
    claimed = _LABELS.get((declared or "").strip().lower(), ())
    found = _likeliest(data, (claimed, *_LEGACY))
    if found is None and (found := _western(data, claimed)) is None:
        raise _controls() if text is not None else _no_text(data)
    if (place := _utf_8_within(data, found.encoding)) >= 0:
        raise _mixed(data, place, found.encoding, "UTF-8")
    return found


def common_share(text: str) -> float:
    """The share of characters, white space aside, that ordinary Chinese or English text is made of."""
    seen = [character for character in text if not character.isspace() and character != "\ufeff"]
    if not seen or _binary(text):
        return 0.0
    return sum(character in _common_characters() for character in seen) / len(seen)


def notices_of_damage(text: str) -> tuple[str, ...]:
    """What to tell of a text in which an earlier program has put U+FFFD in the place of characters."""
    count = text.count("\ufffd")
    if not count:
        return ()
    return (
        Bilingual(
            f"{count} characters had been lost before the file came here; it has the replacement character � in their "
            "place.",
            f"文件里有 {count} 个字在此之前已经丢失，原处只剩替代符 �。",
        ),
    )


def _marked(data: bytes, encoding: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = _NAMES[encoding]
        raise ReadError(
            f"its byte order mark says {name}, but byte {error.start + 1:,} of {len(data):,} is not {name} "
            f"({_shown(data, error.start)}). The file is damaged or was cut off: ask for another copy, or save it "
            "again as UTF-8 text.",
            f"文件开头的标记说是 {name}，但第 {error.start + 1:,} 个字节不是。"
            "文件已损坏或不完整，请换一份，或重新另存为 UTF-8 文本。",
        ) from error
    if _binary(text):
        raise _controls()
    return Decoded(text, encoding)


def _likeliest(data: bytes, families: tuple[tuple[str, ...], ...]) -> Decoded | None:
    """The text of the encoding whose characters are the commonest; of equals, the first."""
    best, highest = None, _LEAST_COMMON_SHARE
    for family in families:
        decoded = _lossless(data, family)
        share = _plausibility(decoded.text) if decoded else 0.0
        if share > highest or (best is None and share == highest):
            best, highest = decoded, share
    return best


def _lossless(data: bytes, family: tuple[str, ...]) -> Decoded | None:
    """The text in the first encoding of a family that gives the bytes back; of Big5, the one without alien letters."""
    texts = ((encoding, text) for encoding in family if (text := _strict(data, encoding)) is not None)
    found = (Decoded(text, encoding) for encoding, text in texts if _encoded(text, encoding) == data)
    first = next(found, None)
    if first is None or family != _BIG5 or not _KANA_OR_CYRILLIC.search(first.text):
        return first
    return min((*found, first), key=lambda one: len(_KANA_OR_CYRILLIC.findall(one.text)))


def _western(data: bytes, claimed: tuple[str, ...]) -> Decoded | None:
    """A page in a European language, where it says so itself and has no more than single letters beyond ASCII."""
    decoded = _lossless(data, claimed) if claimed == ("cp1252",) else None
    alien = decoded is None or _binary(decoded.text) or _WORDS_BEYOND_ASCII.search(decoded.text)
    return None if alien else decoded


def _plausibility(text: str) -> float:
    """The share of common ones among the characters beyond ASCII; markup and figures look the same in most encodings.

    Of a long text some thousand characters are looked at, taken from all over it.
    """
    if _binary(text):
        return 0.0
    sample = "".join(_sample(text))
    return common_share(sample or text[: _WINDOWS * _WINDOW])


def _sample(text: str) -> Iterator[str]:
    at, step = 0, max(len(text) // _WINDOWS, 1)
    for number in range(_WINDOWS):
        found = _BEYOND_ASCII.search(text, max(at, number * step))
        if found is None:
            return
        at = found.end()
        yield found[0]


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def _binary(text: str) -> bool:
    return _CONTROLS.search(text) is not None


def _controls() -> ReadError:
    return ReadError(
        "it holds control characters, so it is not a text file. Leave it out.",
        "文件含有控制字符，不是文本文件。请移除它。",
    )


def _utf_8_within(data: bytes, encoding: str) -> int:
    """Where a stretch of UTF-8 begins in a text in another encoding, -1 where there is none.

    Such bytes are characters of that encoding, too, but others than were written.
    """
    if not encoding.startswith("utf"):
        for found in _UTF_8_WITHIN.finditer(data):
            text = _strict(found[0], "utf-8")
            if text is not None and common_share(text) == 1.0:
                return found.start()
    return -1


def _no_text(data: bytes) -> ReadError:
    """Why the bytes are no text: what they are up to the first place that is something else."""
    places = [_first_fault(data, encoding) for encoding in ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")]
    place, encoding = max(places)
    if place < 0:
        return ReadError(
            "it is not text in UTF-8, UTF-16, GB18030 or Big5. Save it as UTF-8 text, or leave it out.",
            "它不是 UTF-8、UTF-16、GB18030 或 Big5 编码的文本。请另存为 UTF-8 文本，或移除它。",
        )
    if (within := _utf_8_within(data, encoding)) >= 0:
        return _mixed(data, within, encoding, "UTF-8")
    return _cut_off(data, place, encoding) if place >= len(data) - 3 else _mixed(data, place, encoding, "")


def _first_fault(data: bytes, encoding: str) -> tuple[int, str]:
    """Where the first byte is that the encoding does not know; -1 where what stands before does not read like text."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding)
        sample = "".join(_sample(before))
        if len(sample) >= _ENOUGH and common_share(sample) >= _LEAST_COMMON_SHARE:
            return error.start, encoding
    return -1, encoding


def _cut_off(data: bytes, place: int, encoding: str) -> ReadError:
    name = _name(encoding)
    return ReadError(
        f"it is {name} text, but it ends in the middle of a character (byte {place + 1:,} of {len(data):,}): it was "
        "cut off. Ask for a complete copy, or save it again as UTF-8 text.",
        f"文件是 {name} 文本，但结尾处（第 {place + 1:,} 个字节，共 {len(data):,} 个）只剩半个字，内容不完整。"
        "请换一份完整的，或检查后另存为 UTF-8 文本。",
    )


def _mixed(data: bytes, place: int, encoding: str, other: str) -> ReadError:
    name = _name(encoding)
    else_english, else_chinese = (f"are {other}", f"是 {other}") if other else (f"are not {name}", f"不是 {name}")
    return ReadError(
        f"it is {name} text, but the bytes from {place + 1:,} on (of {len(data):,}: {_shown(data, place)}) "
        f"{else_english}: texts in two encodings were joined, or it is damaged. UTF-8 text throughout is expected: "
        "open it in an editor, look at that place, and save it as UTF-8.",
        f"文件是 {name} 文本，但从第 {place + 1:,} 个字节起（共 {len(data):,} 个）{else_chinese}，"
        "可能是把两种编码的文字拼在了一起，或文件已损坏。请用编辑器检查该处，再另存为 UTF-8 文本。",
    )


def _shown(data: bytes, place: int) -> str:
    return data[place : place + 4].hex(" ")


def _name(encoding: str) -> str:
    return _NAMES.get(encoding, "Big5" if encoding in _BIG5 else encoding)


@cache
def _common_characters() -> frozenset[str]:
    """ASCII, the punctuation of Chinese text, and its frequent characters in both scripts.

    These are the 3,755 characters of GB 2312 level 1 and the 5,401 of Big5 level 1.
    """
    simplified = _table("gb2312", range(0xB0, 0xD8), (*range(0xA1, 0xFF),))
    traditional = _table("cp950", range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    punctuation = "，。、；：？！“”‘’（）《》〈〉【】—…·％＋－．～「」『』〔〕①②③④⑤⑥⑦⑧⑨⑩×Ⅰ"
    full_width = (chr(code) for code in range(0xFF01, 0xFF5F))
    ascii_characters = (chr(code) for code in range(0x20, 0x7F))
    return frozenset("".join((simplified, traditional, punctuation, *full_width, *ascii_characters)))


def _table(encoding: str, leads: range, trails: tuple[int, ...]) -> str:
    """The characters of a two-byte encoding whose first byte is one of the leads."""
    codes = (bytes((lead, trail)) for lead in leads for trail in trails)
    return "".join(text for code in codes if len(text := code.decode(encoding, "ignore")) == 1)
