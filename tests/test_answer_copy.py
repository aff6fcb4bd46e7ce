"""Answers as text to paste: their words, their numbers, what they cite, and nothing that nothing supports."""

from dataclasses import replace

from tests import fakes

from askspeech.answer_copy import copied_text
from askspeech.answer_rendering import AnswerView
from askspeech.datatypes import Sentence
from askspeech.texts import CHINESE, ENGLISH


def test_an_answer_is_copied_with_its_numbers_and_its_sources() -> None:
    copied = copied_text(AnswerView.of(fakes.DEBTS), CHINESE)
    said, _, sources = copied.rpartition("\n\n")
    assert said == fakes.DEBTS.text
    assert sources.splitlines()[0] == f"[1] {fakes.FIRST_SPEECH.title} ({fakes.FIRST_SPEECH.file}, 第 11 行)"
    assert len(sources.splitlines()) == len(fakes.DEBTS.citations)
    assert "line 11" in copied_text(AnswerView.of(fakes.DEBTS), ENGLISH)


def test_what_nothing_supports_is_left_out() -> None:
    sentences = (
        Sentence("有依据。", (1,)),
        Sentence("没有依据。", (), "not_found"),
        Sentence("一半。", (1,), "partly"),
    )
    view = AnswerView("有依据。[1]\n没有依据。\n\n一半。[1]", (fakes.OFFICER,), sentences, state="done")
    assert copied_text(view, CHINESE).startswith("有依据。[1]\n\n一半。[1]\n\n[1] ")


def test_a_title_of_several_lines_is_one_line() -> None:
    view = AnswerView("话。[1]", (replace(fakes.OFFICER, speech_title="上\n下"),), state="stopped")
    assert copied_text(view, CHINESE).splitlines()[-1].startswith("[1] 上 下 (")
