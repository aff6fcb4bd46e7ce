"""Answers to paste: their words, the numbers of their notes, what these say, and nothing that nothing supports."""

import html
import json
from dataclasses import replace

from tests import fakes

from askspeech.answer_copy import copied_html, copied_text, copying
from askspeech.answer_rendering import AnswerView
from askspeech.datatypes import Sentence
from askspeech.exporting import one_line
from askspeech.texts import CHINESE, ENGLISH


def test_an_answer_is_copied_with_its_notes() -> None:
    copied = copied_text(AnswerView.of(fakes.DEBTS), CHINESE)
    said, _, notes = copied.rpartition("\n\n")
    assert said == fakes.DEBTS.text
    first, *others = notes.splitlines()
    title, file = fakes.FIRST_SPEECH.title, fakes.FIRST_SPEECH.file
    assert first == f"[1] 《{title}》，见 {file}，第 11 行：“{fakes.LEDGER.quote}”"
    assert len(others) == len(fakes.DEBTS.citations) - 1
    english = f"[1] “{title}”, {file}, line 11: “{fakes.LEDGER.quote}”"
    assert english in copied_text(AnswerView.of(fakes.DEBTS), ENGLISH)


def test_word_processors_get_paragraphs_and_raised_numbers() -> None:
    copied = copied_html(AnswerView.of(fakes.DEBTS), CHINESE)
    assert f"<p>{fakes.LEDGER.quote}<sup>[1]</sup></p>" in copied
    assert "<p><b>《在柳溪县优化营商环境大会上的讲话》提出三条要求：</b></p>" in copied
    said, _, notes = copied.partition("<hr>")
    assert said.count("<sup>") == notes.count("<p>") == 4


def test_a_comparison_is_copied_as_a_table() -> None:
    view = replace(AnswerView.of(fakes.DEBTS), kind="comparison")
    row = f"<tr><th>《{fakes.SECOND_SPEECH.title}》还提到</th><td><p>{fakes.HOTLINE.quote}<sup>[4]</sup></p></td></tr>"
    assert row in copied_html(view, CHINESE)
    assert f"《{fakes.SECOND_SPEECH.title}》还提到\n{fakes.HOTLINE.quote}[4]" in copied_text(view, CHINESE)


def test_what_nothing_supports_is_left_out() -> None:
    sentences = (
        Sentence("有依据。", (1,)),
        Sentence("没有依据。", (), "not_found"),
        Sentence("一半。", (1,), "partly"),
    )
    view = AnswerView("有依据。[1]\n没有依据。\n\n一半。[1]", (fakes.OFFICER,), sentences, state="done")
    assert copied_text(view, CHINESE).startswith("有依据。[1]\n一半。[1]（只找到部分依据）\n\n[1] ")
    assert "没有依据" not in copied_html(view, CHINESE)


def test_a_title_of_several_lines_is_one_line() -> None:
    view = AnswerView("话。[1]", (replace(fakes.OFFICER, speech_title="上\n下"),), state="stopped")
    assert copied_text(view, CHINESE).splitlines()[-1].startswith("[1] 《上 下》，")


def test_what_is_copied_is_data() -> None:
    _, answers = fakes.hostile()
    view = AnswerView.of(answers.answers[0])
    copying_value = copying(view, CHINESE)
    assert not set("<>&") & set(copying_value)
    forms = json.loads(copying_value)
    assert forms == {"text": copied_text(view, CHINESE), "html": copied_html(view, CHINESE)}
    for payload in fakes.HOSTILE:
        assert html.escape(one_line(payload)) in forms["html"]
        assert one_line(payload) in forms["text"]
