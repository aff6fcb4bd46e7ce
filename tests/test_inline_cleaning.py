"""What is dropped inside a line."""

import pytest

from askspeech.inline_cleaning import (
    HIDDEN,
    has_blank_asterisks,
    hidden_characters,
    inline_drops,
    without_block_mark,
)


def kept(line: str, *, bold: bool = True, watermarks: tuple[str, ...] = ()) -> str:
    """What of a line stays."""
    left, at = [], 0
    for drop in inline_drops(line, 0, len(line), bold=bold, watermarks=watermarks):
        left.append(line[at : drop.span.start])
        at = drop.span.end
    return "".join([*left, line[at:]])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("## 一、抓审批", "一、抓审批", id="heading"),
        pytest.param("> 要**马上办**，不能拖", "要马上办，不能拖", id="quotation and bold"),
        pytest.param("要用`一张网`办成事", "要用一张网办成事", id="code"),
        pytest.param("企业的事 要马上办，不能拖到明天再说。", "企业的事要马上办，不能拖到明天再说。", id="space"),
        pytest.param("在全县环境建设 暨攻坚大会上的讲话", "在全县环境建设 暨攻坚大会上的讲话", id="space in a title"),
        pytest.param("投入 12 亿元，GDP 增长 5%", "投入 12 亿元，GDP 增长 5%", id="spaces around figures"),
        pytest.param("# 不是标题", "不是标题", id="one hash"),
    ],
)  # fmt: skip
def test_marks_and_spaces_are_dropped_words_are_not(line: str, words: str) -> None:
    assert kept(line) == words


def test_asterisks_that_stand_for_figures_are_no_markdown() -> None:
    line = "实现**亿元，同比增长*%，引进项目**个。"
    assert has_blank_asterisks(line)
    assert not has_blank_asterisks("要**马上办**。")
    assert kept(line, bold=False) == line


def test_a_known_watermark_parted_by_spaces_is_dropped() -> None:
    assert kept("要把企业的事 白石文库 办好。", watermarks=("白石文库",)) == "要把企业的事办好。"
    assert kept("白石文库的建设要加快。", watermarks=("白石文库",)) == "白石文库的建设要加快。"


def test_a_block_mark_alone_stays() -> None:
    assert without_block_mark("## ") == "## "
    assert without_block_mark("- 一是抓审批") == "一是抓审批"


@pytest.mark.parametrize(
    ("note", "characters"),
    [
        ("---此处隐藏1260字,下载后查看---", 1260),
        ("--以下省略约80字--", 80),
        ("（此处隐藏300字）", 300),
        ("【中间略去12字，略】", 12),
        ("(以下已省略了7字)", 7),
        ("（此处应有掌声）", None),
        ("此处隐藏300字", None),
        ("——此处隐藏300字——", None),
    ],
)
def test_notes_of_hidden_parts(note: str, characters: int | None) -> None:
    line = f"先在窗口登记。{note}最后现场验收。"
    assert hidden_characters(note) == characters
    drops = [drop for drop in inline_drops(line, 0, len(line), bold=True, watermarks=()) if drop.reason == HIDDEN]
    assert [line[drop.span.start : drop.span.end] for drop in drops] == ([] if characters is None else [note])


def test_what_the_speaker_hides_is_no_note() -> None:
    line = "不能隐藏300字的附件，更不能（把问题）隐藏起来。"
    assert kept(line) == line
