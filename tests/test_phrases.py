"""The fixed wording of answers."""

from collections.abc import Mapping
from typing import get_args

import pytest

from askspeech.datatypes import Language
from askspeech.phrases import ALSO_IN, BLANKED_OUT, MISSING, NOT_FOUND, PART_HIDDEN, heading

TITLE = "在{青禾}县的讲话"


@pytest.mark.parametrize("wording", [NOT_FOUND, BLANKED_OUT, PART_HIDDEN, MISSING, ALSO_IN])
def test_every_language_has_its_words(wording: Mapping[Language, str]) -> None:
    assert set(wording) == set(get_args(Language))
    assert len(set(wording.values())) == len(wording)


@pytest.mark.parametrize("wording", [BLANKED_OUT, PART_HIDDEN, ALSO_IN])
@pytest.mark.parametrize("language", get_args(Language))
def test_titles_are_put_in_as_they_are(wording: Mapping[Language, str], language: Language) -> None:
    assert TITLE in wording[language].format(TITLE)


def test_headings_name_the_speech() -> None:
    assert heading("在{青禾}县的讲话", "zh") == "《在{青禾}县的讲话》："
    assert heading("在青禾县的讲话", "en") == "“在青禾县的讲话” (quoted in Chinese):"


def test_headings_name_the_section_without_its_end() -> None:
    assert heading("讲话", "zh", "四、抓好四项帮扶：") == "《讲话》的“四、抓好四项帮扶”部分："
    assert heading("讲话", "en", "四、抓好四项帮扶。") == "“讲话”, section “四、抓好四项帮扶” (quoted in Chinese):"
