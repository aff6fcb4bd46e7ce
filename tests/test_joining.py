"""Does a line go on in the next one?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.joining import Joiner

WRAPPED = "今年全县要把拖欠企业的账款一笔一笔清理干净不留尾"


@pytest.mark.parametrize(
    ("line", "following"),
    [
        pytest.param(WRAPPED, "巴，让企业放心。", id="word cut in two"),
        pytest.param("要建立台账，", "逐笔销号。", id="comma"),
        pytest.param("大家都说：我们要", "，一起干。", id="closing punctuation first"),
        pytest.param("他讲了一句“把企业的事", "当成自己的事”。", id="open quotation mark"),
        pytest.param("（二）切实解决融资难、融资贵的", "问题", id="heading with an unfinished end"),
        pytest.param("三、把“最后一公", "里”走完", id="heading with an open quotation mark"),
        pytest.param("年内启动《", "青禾县农村供水建设规划", id="a link's words behind an opening bracket"),
        pytest.param("他说：“这件事今天就要办好。", "”会后，大家分头去办。", id="a closing quotation mark alone"),
        pytest.param("一是", "把台账建起来。", id="a mark on a line of its own"),
        pytest.param("在全省工作会议上关于《青禾县优", "化营商环境规定》的讲话", id="a title cut within brackets"),
        pytest.param("在全县深化营商环境建设暨项目攻坚动", "员大会上的讲话", id="a title cut before its end"),
        pytest.param("在栎湾新区优化营商环境总结表彰大会上的讲", "话", id="a title cut before its last character"),
    ],
)
def test_a_sentence_goes_on(line: str, following: str) -> None:
    assert Joiner(line + following).joined(line, following, 0)


@pytest.mark.parametrize(
    ("line", "following"),
    [
        pytest.param(WRAPPED + "。", "下一段从这里开始。", id="full stop"),
        pytest.param("他说：“办好它。”", "下一段从这里开始。", id="full stop in quotation marks"),
        pytest.param("一、提高认识", "去年全县新登记企业三千户。", id="heading"),
        pytest.param(WRAPPED, "二、突出重点", id="marker follows"),
        pytest.param(WRAPPED, "（一）建台账", id="bracket follows"),
        pytest.param("在青禾县优化营商环境大会上的讲话", "今天开会的目的是部署工作。", id="title"),
        pytest.param("同志们：", "今天开会的目的是部署工作。", id="salutation"),
        pytest.param("（2023年2月6日）", "今天开会的目的是部署工作。", id="date"),
        pytest.param(WRAPPED, "在青禾县优化营商环境大会上的讲话", id="title follows"),
        pytest.param(
            "——2031年2月3日在青禾县第九届人民代表大会第四次会议上", "县长周大山", id="the occasion below a title"
        ),
        pytest.param("中共青禾县委办公室整理", "在全县工作会议上的讲话", id="a whole title below another line"),
        pytest.param("在青禾县第九次代表大会上", "2031年政府工作报告", id="a title below the occasion"),
        pytest.param("青禾县", "今天开会的目的是部署工作。", id="short line"),
        pytest.param("## 乡镇这一级能做什么事情呢大家想想", "有人讲，乡镇没有审批权。", id="Markdown heading"),
    ],
)
def test_a_paragraph_ends(line: str, following: str) -> None:
    assert not Joiner(line + "\n" + following).joined(line, following, 0)


def test_a_short_line_above_a_whole_paragraph_is_a_heading() -> None:
    paragraph = "过去一年，全县上下一条心，把企业的事当成自己的事来办。" * 4
    heading = "一、去年工作回顾"
    assert not Joiner("回顾过去，展望未来。" * 5).joined(heading, paragraph, 0)
    assert not Joiner(paragraph).joined("五年来窗口服务取得了新的进展", paragraph, 0, begins=True)
    assert Joiner(paragraph).joined("五年来窗口服务取得了新的进展", paragraph, 0)
    assert Joiner(paragraph).joined("我们盯住窗口服务这一件事一年接着一年地办过", paragraph, 0, begins=True)
    assert not Joiner(paragraph).joined("青政办发〔2031〕12号", paragraph, 0)


def test_an_indented_line_begins_a_paragraph() -> None:
    joiner = Joiner(WRAPPED)
    assert joiner.joined(WRAPPED, "这里接着讲下去", 0)
    assert not joiner.joined(WRAPPED, "这里接着讲下去", 4)


@given(any_texts(), st.integers(0, 8))
def test_any_two_lines_are_judged(text: str, indent: int) -> None:
    joiner = Joiner(text)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line, following in pairwise(lines):
        assert joiner.joined(line, following, indent) in (True, False)


def test_lines_that_end_inside_words_were_cut() -> None:
    cut = ["营商环境就是生产力，去年全县新登记企业三千多户，嫌办事慢、说", "法变来变去的有二十七家，这要改。"]
    other = ["窗口服务要再上台阶，降不下来的部门，请局长到市委常", "委会上说明原因，谁都不能例外。"]
    whole = ["全县企业家的代表都来了", "请各部门的负责人坐在后排", "会议结束以后大家再一起去看现场"]
    assert Joiner("\n".join(cut + other)).cut_inside_words([*cut, *other])
    assert not Joiner("\n".join(cut)).cut_inside_words(cut)  # one alone may be chance
    assert not Joiner("\n".join(whole)).cut_inside_words(whole)
