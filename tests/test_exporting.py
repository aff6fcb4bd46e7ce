"""What is taken along of an answer: its paragraphs, the numbers of its notes, and what is left out of it."""

from dataclasses import replace

from hypothesis import given
from tests import fakes, kept, taken

from askspeech.datatypes import Sentence
from askspeech.exporting import Export, Line, Reference, Table, Words, clean, exported, note_text
from askspeech.keeping import KeptTurn
from askspeech.texts import CHINESE, ENGLISH


def shown(line: Line) -> str:
    """A line with its numbers in brackets, an asterisk behind those that repeat one."""
    return "".join(
        piece.text if isinstance(piece, Words) else f"[{piece.number}{'' if piece.first else '*'}]"
        for piece in line.pieces
    )


def lines(turn: KeptTurn, *, unsupported: bool = False) -> list[str]:
    (section,) = exported("", [turn], CHINESE, unsupported=unsupported).sections
    return [shown(block) for block in section.said.blocks if isinstance(block, Line)]


def remarks(turn: KeptTurn, *, unsupported: bool = False) -> tuple[str, ...]:
    return exported("", [turn], CHINESE, unsupported=unsupported).sections[0].remarks


def references(export: Export) -> list[Reference]:
    blocks = [block for section in export.sections for block in section.said.blocks]
    within = [line for block in blocks if isinstance(block, Table) for row in block.rows for line in row.lines]
    found = [*(block for block in blocks if isinstance(block, Line)), *within]
    return [piece for line in found for piece in line.pieces if isinstance(piece, Reference)]


def test_notes_name_speech_file_place_and_words() -> None:
    export = exported("", [kept.DEBTS_TURN], CHINESE)
    assert lines(kept.DEBTS_TURN)[1] == f"{fakes.LEDGER.quote}[1]"
    note = export.notes[1]
    title, file = fakes.FIRST_SPEECH.title, fakes.FIRST_SPEECH.file
    assert note_text(note, CHINESE) == f"《{title}》，见 {file}，第 13–14 行：“{fakes.PAYING.quote}”"
    english = exported("", [kept.DEBTS_TURN], ENGLISH).notes[1]
    assert note_text(english, ENGLISH) == f"“{title}”, {file}, line 13–14: “{fakes.PAYING.quote}”"


def test_the_title_of_a_whole_conversation_is_not_its_first_question_once_more() -> None:
    turns = [kept.DEBTS_TURN, kept.DEBTS_TURN]
    question = kept.DEBTS_TURN.question
    assert exported(question, turns, CHINESE).title == CHINESE.export_title.format(number=2)
    assert exported("关于欠款的对话", turns, CHINESE).title == "关于欠款的对话", "a name that somebody gave"
    assert exported(question, turns[:1], CHINESE).title == question


def test_a_title_that_nobody_gave_is_not_passed_off_as_one() -> None:
    note = replace(exported("", [kept.DEBTS_TURN], CHINESE).notes[1], title_derived=True)
    assert "》（原文无题，据内容或文件名拟），见 " in note_text(note, CHINESE)
    assert "” (untitled; named after its content or file), " in note_text(note, ENGLISH)
    cited = tuple(replace(one, title_derived=True) for one in kept.DEBTS_TURN.citations)
    notes = exported("", [replace(kept.DEBTS_TURN, citations=cited)], CHINESE).notes
    assert all(one.title_derived for one in notes)


def test_files_that_were_added_are_called_what_they_were_called() -> None:
    turn = replace(
        kept.DEBTS_TURN,
        citations=tuple(replace(one, file=f"uploads/{one.file}") for one in kept.DEBTS_TURN.citations),
        filtered_by=(("file", "uploads/a.txt"), ("place", "uploads/")),
    )
    export = exported("", [turn], CHINESE)
    assert [note.file for note in export.notes] == [
        note.file for note in exported("", [kept.DEBTS_TURN], CHINESE).notes
    ]
    details = export.sections[0].details
    assert "文件 a.txt" in details and "地点 uploads/" in details


def test_numbers_run_on_through_a_conversation() -> None:
    export = exported("", taken.CONVERSATION, CHINESE)
    assert [note.number for note in export.notes] == list(range(1, len(export.notes) + 1))
    assert [section.question for section in export.sections] == [turn.question for turn in taken.CONVERSATION]


def test_sentences_without_support_go_with_what_led_in_to_them() -> None:
    alone = replace(
        taken.MIXED,
        text="先说：\n每周开一次会。\n再说：\n各部门先建台账。[1]\n最后：\n- 逾期的一律罚款十万元。[2]",
        sentences=(
            Sentence("每周开一次会。", (), "not_found"),
            Sentence("各部门先建台账。", (1,)),
            Sentence("逾期的一律罚款十万元。", (2,), "not_found"),
        ),
    )
    assert lines(alone) == ["再说：", "各部门先建台账。[1]"]
    assert remarks(alone) == (CHINESE.export_left_out.format(number=2),)
    assert len(exported("", [alone], CHINESE).notes) == 1, "nothing refers to the other one"
    asked_for = lines(alone, unsupported=True)
    assert asked_for[1] == f"每周开一次会。{CHINESE.export_not_found}"
    assert asked_for[-1] == f"- 逾期的一律罚款十万元。[2]{CHINESE.export_not_found}"
    assert remarks(alone, unsupported=True) == ()


def test_doubts_stand_behind_the_numbers_and_numbers_repeat() -> None:
    assert lines(taken.MIXED) == [
        "清偿有三条规矩：",
        "1. 各部门先建台账。[1]",
        f"2. 能还的立即还清，最迟不超过两年。[1*][2]{CHINESE.export_partly}",
        "另外还要：",
        "没有预算的不得开工[3]，先立台账。[1*]",
    ]


def test_an_answer_of_which_nothing_is_left_says_so() -> None:
    turn = replace(taken.MIXED, text="每周开一次会。", sentences=(Sentence("每周开一次会。", (), "not_found"),))
    assert lines(turn) == []
    assert remarks(turn) == (CHINESE.export_left_out.format(number=1),)


def test_a_refusal_is_what_it_is() -> None:
    assert lines(kept.WEATHER_TURN) == [fakes.WEATHER.text]
    assert exported("", [kept.WEATHER_TURN], CHINESE).notes == ()


def test_a_comparison_is_a_table() -> None:
    (section,) = exported("", [taken.COMPARISON], CHINESE).sections
    (table,) = section.said.blocks
    assert isinstance(table, Table)
    assert [row.head for row in table.rows] == [
        f"《{fakes.FIRST_SPEECH.title}》提出三条要求",
        f"《{fakes.SECOND_SPEECH.title}》还提到",
    ]
    assert [len(row.lines) for row in table.rows] == [3, 1]
    assert section.details.endswith(" · 筛选：层级 县 · 地点 柳溪县")


def test_an_answer_that_was_not_finished_says_so() -> None:
    stopped = replace(kept.DEBTS_TURN, outcome=None, state="stopped", notices=("筛选无效。",))
    assert remarks(stopped) == (CHINESE.export_unfinished, "筛选无效。")
    assert remarks(replace(stopped, problem="模型没有回答。"))[0] == "模型没有回答。"


def test_a_mark_that_is_the_corpus_own_stays_text() -> None:
    turn = replace(kept.OFFICERS_TURN, text=f"见附件[1]和[7]。{fakes.OFFICER.quote}[1]")
    turn = replace(turn, sentences=(Sentence("见附件[1]和[7]。", ()), *turn.sentences))
    assert lines(turn) == [f"见附件[1]和[7]。{fakes.OFFICER.quote}[1]"]
    assert len(references(exported("", [turn], CHINESE))) == 1


@given(kept.turns)
def test_every_note_is_referred_to_and_all_text_fits_into_xml(turn: KeptTurn) -> None:
    export = exported(turn.question, [turn, turn], ENGLISH, unsupported=True)
    firsts = [one.number for one in references(export) if one.first]
    assert sorted(firsts) == [note.number for note in export.notes]
    said = [export.title, *(note_text(note, ENGLISH) for note in export.notes)]
    for section in export.sections:
        said += [section.question, section.details, *section.remarks]
        said += [shown(block) for block in section.said.blocks if isinstance(block, Line)]
    assert all(text == clean(text) and "\n" not in text for text in said)
