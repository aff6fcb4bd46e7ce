"""The fixed wording of answers."""

from typing import get_args

from askspeech.datatypes import Language
from askspeech.phrases import NOT_FOUND, heading


def test_every_language_has_its_words() -> None:
    assert set(NOT_FOUND) == set(get_args(Language))
    assert len(set(NOT_FOUND.values())) == len(NOT_FOUND)


def test_headings_name_the_speech() -> None:
    assert heading("在{青禾}县的讲话", "zh") == "《在{青禾}县的讲话》："
    assert heading("在青禾县的讲话", "en") == "“在青禾县的讲话”:"
