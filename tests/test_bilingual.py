"""Messages in two languages: a reader is told hers, everybody else both, and no page names a place on this machine."""

import copy
import json
import logging
import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import askspeech
from askspeech import errors
from askspeech.bilingual import Bilingual, packed, public, said_in, unpacked
from askspeech.errors import AskSpeechError, ReadError, StoreDamagedError
from askspeech.formats.table import FORMATS
from askspeech.reading_pool import ReadingPool
from askspeech.telling import told, told_to_callers
from askspeech.texts import CHINESE, ENGLISH

BOTH = Bilingual("It is empty.", "文件是空的。")
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AskSpeechError)]


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_a_reader_is_told_her_part_and_everybody_else_the_whole() -> None:
    assert BOTH == "It is empty. 文件是空的。" and isinstance(BOTH, str)
    assert (said_in(BOTH, "zh"), said_in(BOTH, "en")) == ("文件是空的。", "It is empty.")
    assert said_in("plain", "zh") == "plain" and said_in(Bilingual("English alone."), "zh") == "English alone."
    hidden = Bilingual("It is damaged.", "已损坏。", "/srv/store is damaged. 已损坏。")
    assert str(hidden).startswith("/srv") and public(hidden) == "It is damaged. 已损坏。" and public("plain") == "plain"


@dataclass(frozen=True)
class _Held:
    reason: str
    others: tuple[str, ...]


@given(st.text(), st.text(), st.text())
def test_the_parts_survive_json_copies_and_pickles(english: str, chinese: str, whole: str) -> None:
    one = Bilingual(english, chinese, whole)
    back = json.loads(json.dumps(packed({"a": [one, "plain", 3], "b": {"c": one}})), object_hook=unpacked)
    for other in (back["a"][0], back["b"]["c"], copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert isinstance(other, Bilingual)
        assert (other, other.english, other.chinese) == (one, english, chinese)
    assert back["a"][1:] == ["plain", 3]


def test_an_object_that_is_no_message_stays_one() -> None:
    for text in ('{"en": 1, "zh": "", "whole": ""}', '{"en": "", "zh": ""}', "{}"):
        assert json.loads(text, object_hook=unpacked) == json.loads(text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_has_words_for_readers(kind: type[AskSpeechError]) -> None:
    error = kind("The file /srv/store/catalog.db is damaged. Run askspeech build --store /srv/store")
    for language in ("zh", "en"):
        assert "/srv" not in error.told(language) and "askspeech" not in error.told(language)
        assert has_chinese(error.told(language)) == (language == "zh")
    assert str(error).startswith("The file /srv") and error.words == str(error)
    assert "/srv" not in error.public and has_chinese(error.public) and not error.is_for_readers


def test_an_error_in_both_languages_is_told_as_it_is() -> None:
    error = ReadError("it is empty. Ask for another copy.", "文件是空的。请换一份。")
    assert str(error) == "it is empty. Ask for another copy. 文件是空的。请换一份。" == error.public
    assert (error.told("en"), error.told("zh")) == ("it is empty. Ask for another copy.", "文件是空的。请换一份。")
    assert error.is_for_readers and str(ReadError(error.words)) == str(error) == str(pickle.loads(pickle.dumps(error)))


def test_what_readers_are_not_told_is_in_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "askspeech")
    damaged = StoreDamagedError(f"{id(caplog)}: the file /srv/store/chroma is damaged.")
    for _ in range(3):
        assert "/srv" not in told(damaged, CHINESE) + told(damaged, ENGLISH) + told_to_callers(damaged)
    assert [record.getMessage() for record in caplog.records] in (
        [str(damaged)],
        [str(damaged)] * 2,
    )  # a minute went by
    told(ReadError("it is empty.", "文件是空的。"), CHINESE)
    assert "it is empty" not in caplog.text


def test_no_raised_message_hides_chinese_in_its_english() -> None:
    """Whatever is read out of files and refused is said in two parts: a page could not tell them apart."""
    folder = Path(askspeech.__file__).parent / "formats"
    for path in (*folder.glob("*.py"), folder.parent / "archives.py", folder.parent / "decoding.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert ". 文件" not in line and ". 这" not in line and ". 请" not in line, f"{path.name}: {line}"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("docx", b"PK\x03\x04 no"),
        ("pdf", b"%PDF-1.4 no"),
        ("rtf", b"no"),
        ("html", b"<html><script>x</script></html>"),
        ("epub", b"PK\x03\x04 no"),
        ("odt", b"PK\x03\x04 no"),
        ("text", b"\x00\x01\x02"),
    ],
)
def test_what_a_child_says_of_a_file_comes_in_both_languages(name: str, data: bytes) -> None:
    with ReadingPool(1) as pool, pytest.raises(ReadError) as refused:
        pool.read(FORMATS[name], data)
    words = refused.value.words
    assert words.english and has_chinese(words.chinese) and not has_chinese(words.english)
    assert words == f"{words.english} {words.chinese}"
