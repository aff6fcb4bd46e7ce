"""What is taken along as Markdown: CommonMark renders the very text, and nothing becomes markup."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests import fakes, kept, taken

from askspeech.export_markdown import escaped, markdown
from askspeech.exporting import exported, one_line
from askspeech.keeping import KeptTurn
from askspeech.texts import CHINESE, ENGLISH

ODD = (
    "- x", "-", "+ y", "1. x", "1.", "12)  y", "---", "***", "===", "    code", "-- a", "- - -", "a\\", "#", ": a",
    "a:b http://x.y/z www.a.b a@b.cc :smile:", "[^1]: x", "(x)", "$a$", "~~x~~", "| a |", "&amp;", "-\u3000x", "> q",
    *fakes.HOSTILE,
)  # fmt: skip
COMMONMARK = MarkdownIt("commonmark").enable("table")
pieces = st.lists(st.one_of(st.sampled_from(ODD), st.text("-+*_#.()[]!`<>&|~=:1a 中\\")), max_size=4).map("".join)


def text_of(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", rendered)).strip()


@pytest.mark.parametrize("text", ODD)
def test_odd_text_is_rendered_as_it_is(text: str) -> None:
    rendered = COMMONMARK.render(escaped(text))
    assert re.fullmatch(r"<p>[^<>]*</p>\n", rendered)
    assert text_of(rendered) == one_line(text)


@given(pieces)
def test_any_text_is_rendered_as_it_is(text: str) -> None:
    rendered = COMMONMARK.render(escaped(text))
    assert text_of(rendered) == one_line(text)
    assert re.fullmatch(r"(<p>[^<>]*</p>\n)?", rendered)


def test_a_conversation_has_headings_lists_tables_and_notes_at_its_end() -> None:
    made = markdown(exported("关于欠款", (*taken.CONVERSATION, taken.LIST), CHINESE), CHINESE)
    blocks = made.split("\n\n")
    assert blocks[0] == "# 关于欠款"
    assert "## What does a service officer do?" in blocks
    assert f"**《{fakes.FIRST_SPEECH.title}》提出三条要求：**" in blocks
    assert f"| 《{fakes.SECOND_SPEECH.title}》还提到 | {fakes.HOTLINE.quote}[^8] |" in made
    assert f"- {fakes.LEDGER.quote}[^14]\n- {fakes.PAYING.quote}[^15]" in blocks
    assert f"2\\. 能还的立即还清，最迟不超过两年。[^11] [^12]{CHINESE.export_partly}" in blocks
    first_note = next(at for at, block in enumerate(blocks) if block.startswith("[^1]: "))
    assert all(block.startswith("[^") for block in blocks[first_note:])
    assert len(set(re.findall(r"^\[\^(\d+)\]: ", made, re.MULTILINE))) == 15


def test_one_answer_has_its_question_as_the_title_alone() -> None:
    question = kept.DEBTS_TURN.question
    assert markdown(exported(question, [kept.DEBTS_TURN], CHINESE), CHINESE).count(question) == 1
    assert f"## {question}" in markdown(exported("别的名称", [kept.DEBTS_TURN], CHINESE), CHINESE)


def test_a_parenthesis_behind_a_number_makes_no_link() -> None:
    made = markdown(exported("", [taken.ENGLISH], ENGLISH), ENGLISH)
    assert "[^1] (also in" in made
    rendered = COMMONMARK.render("x[^1]" + markdown(exported("", [bracketed()], CHINESE), CHINESE))
    assert "<a" not in rendered


def bracketed() -> KeptTurn:
    text = f"{fakes.OFFICER.quote}[1](http://evil.example)"
    return KeptTurn("问", 0.0, text=text, citations=(fakes.OFFICER,), outcome="answered")


def test_what_is_hostile_is_text() -> None:
    made = markdown(exported(fakes.HOSTILE[0], [taken.hostile_turn()], CHINESE), CHINESE)
    rendered = COMMONMARK.render(made)
    elements = set(re.findall(r"<(\w+)", rendered))
    assert elements <= {"h1", "h2", "p", "em", "strong"}
    shown = " ".join(text_of(rendered).split())
    assert all(" ".join(one_line(payload).split()) in shown for payload in fakes.HOSTILE)


def test_no_words_are_a_comment_to_a_program_for_notes() -> None:
    assert escaped("合格率%%95%%，提高5%。") == "合格率\\%\\%95\\%\\%，提高5%。"
    assert COMMONMARK.renderInline(escaped("%%c%% 100%%% 5%")) == "%%c%% 100%%% 5%"
