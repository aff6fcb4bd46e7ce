"""The fixed wording of answers."""

from collections.abc import Mapping
from typing import get_args

import pytest

from askspeech.datatypes import Language
from askspeech.phrases import (
    ALSO_IN,
    BLANKED_OUT,
    MISSING,
    NOT_FOUND,
    PART_HIDDEN,
    Wording,
    also_in,
    heading,
    not_found,
)

TITLE = "在{青禾}县的讲话"


@pytest.mark.parametrize("wording", [NOT_FOUND, BLANKED_OUT, PART_HIDDEN, MISSING, *ALSO_IN.values()])
def test_every_language_has_its_words(wording: Mapping[Language, str]) -> None:
    assert set(wording) == set(get_args(Language))
    assert len(set(wording.values())) == len(wording)


@pytest.mark.parametrize("wording", [BLANKED_OUT, PART_HIDDEN, *ALSO_IN.values()])
@pytest.mark.parametrize("language", get_args(Language))
def test_titles_are_put_in_as_they_are(wording: Mapping[Language, str], language: Language) -> None:
    assert TITLE in wording[language].format(TITLE)


def test_who_else_says_it_is_told_by_how() -> None:
    named: list[tuple[Wording, str]] = [("near", "《甲》[2]"), ("same", "《乙》[3]"), ("same", "《丙》[4]")]
    assert also_in(named, "zh") == "（同样的话另见《乙》[3]、《丙》[4]；相近的话另见《甲》[2]）"
    assert also_in(named[:1], "en") == " (in nearly the same words in 《甲》[2])" and also_in([], "zh") == ""


def test_a_refusal_speaks_of_what_was_searched() -> None:
    assert not_found("zh") == NOT_FOUND["zh"] and not_found("en") == NOT_FOUND["en"]
    assert not_found("zh", 3) == "在筛选出的 3 篇讲话中没有找到这个问题的答案。"
    assert "3 speeches that pass the filters" in not_found("en", 3)
    for language in get_args(Language):
        assert len({not_found(language, kept) for kept in (None, 0, 1, 2)}) == 4


def test_headings_name_the_speech() -> None:
    assert heading("在{青禾}县的讲话", "zh") == "《在{青禾}县的讲话》："
    assert heading("在青禾县的讲话", "en") == "“在青禾县的讲话” (quoted in Chinese):"


def test_headings_name_the_section_without_its_end() -> None:
    assert heading("讲话", "zh", "四、抓好四项帮扶：") == "《讲话》的“四、抓好四项帮扶”部分："
    assert heading("讲话", "en", "四、抓好四项帮扶。") == "“讲话”, section “四、抓好四项帮扶” (quoted in Chinese):"
