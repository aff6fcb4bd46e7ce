"""The outline of a speech as a tree."""

from itertools import pairwise

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.datatypes import Span
from askspeech.outline import Node, outline


def spans(text: str) -> list[Span]:
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Span(start, start + len(line)))
        start += len(line) + 1
    return found


def tree(text: str, node: Node | None = None) -> list[object]:
    """The outline as nested lists: the marker of an item, then its children."""
    root = node or outline(text, spans(text))
    found: list[object] = []
    for child in root.children:
        assert child.marker is not None
        found.append(text[child.marker.start : child.marker.end].strip())
        if child.children:
            found.append(tree(text, child))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("一、甲\n内容。\n二、乙\n内容。", ["一、", "二、"], id="headings"),
        pytest.param(
            "第一章 甲\n一、乙\n（一）丙\n1. 丁\n（1）戊\n2. 己\n（二）庚\n二、辛\n第二章 壬",
            ["第一章", ["一、", ["（一）", ["1.", ["（1）"], "2."], "（二）"], "二、"], "第二章"],
            id="all ranks",
        ),
        pytest.param("讲三点：一是甲；二是乙；三是丙。", ["一是", "二是", "三是"], id="inside a paragraph"),
        pytest.param(
            "一、甲\n一要乙。二要丙。\n二、丁\n一要戊。二要己。",
            ["一、", ["一要", "二要"], "二、", ["一要", "二要"]],
            id="items under headings",
        ),
        pytest.param("第一，甲。\n第二，乙。\n一是丙。二是丁。", ["第一，", "第二，", ["一是", "二是"]], id="ordinals"),
        pytest.param("一是甲。\n说到这里要强调。\n二是乙。", ["一是", "二是"], id="a paragraph in between"),
        pytest.param("统一是好事。\n只有一是不够的。", [], id="no second item"),
        pytest.param("一、甲\n同志们，收尾的话。", ["一、"], id="closing words"),
        pytest.param("七、甲\n八、乙", ["七、", "八、"], id="later headings"),
        pytest.param(
            "三、若干问题\n（一）基建\n第一，规模。\n钱从哪里来：\n一、税收。\n二、利润。\n三、公债。\n四、储蓄。\n"
            "够用了。\n第二，比重。\n再说比重。\n（二）生产\n四、奋斗",
            ["三、", ["（一）", ["第一，", ["一、", "二、", "三、", "四、"], "第二，"], "（二）"], "四、"],
            id="a list of the headings' style below a heading",
        ),
        pytest.param(
            "一、回顾\n各位代表！去年不容易。\n（一）甲。\n乙。\n各位代表！再说一点。\n（二）丙。\n二、打算",
            ["一、", ["（一）", "（二）"], "二、"],
            id="words to the audience between headings",
        ),
        pytest.param(
            "讲两点。一是甲。\n接着说甲。二是乙。", ["一是", "二是"], id="the second item inside the next paragraph"
        ),
        pytest.param("1. 甲。\n2. 乙。\n4. 丁。\n5. 戊。", ["1.", "2.", "4.", "5."], id="one number is missing"),
        pytest.param("要做三样。首先，甲。其次，乙。第三，丙。", ["首先，", "其次，", "第三，"], id="adverbs"),
        pytest.param(
            "首先是内部资源，其次是外部资源；首先是内部市场，其次是外部市场。",
            ["首先是", "其次是", "首先是", "其次是"],
            id="two series of one kind in a paragraph",
        ),
        pytest.param("第一，要紧的是人。\n首先要选好人。\n第二，钱。", ["第一，", "第二，"], id="an adverb alone"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_trees(text: str, expected: list[object]) -> None:
    assert tree(text) == expected


def texts_of(text: str) -> list[str]:
    return [text[child.start : child.end] for child in outline(text, spans(text)).children]


def test_an_item_inside_a_paragraph_ends_with_it() -> None:
    assert texts_of("讲两点：一是甲。二是乙。\n下一段讲别的。") == ["一是甲。", "二是乙。"]


def test_a_heading_reaches_to_the_next_one_and_closing_words_belong_to_none() -> None:
    assert texts_of("一、甲\n乙。\n丙。\n二、丁\n戊。\n同志们，散会！") == ["一、甲\n乙。\n丙。", "二、丁\n戊。"]


def test_the_last_item_has_one_paragraph_where_the_others_have_one() -> None:
    text = "讲两点：\n一是甲。\n二是乙。\n这些都要抓紧。\n另外再说一事。"
    assert texts_of(text) == ["一是甲。", "二是乙。"]
    longer = "讲两点：\n一是甲。\n接着说甲。\n二是乙。\n接着说乙。"
    assert texts_of(longer)[1] == "二是乙。\n接着说乙。"


def test_items_of_two_kinds_do_not_hold_each_other_open() -> None:
    text = "一要甲。\n二要乙。\n下面说节能。\n一是丙。\n二是丁。\n三是戊。"
    assert texts_of(text) == ["一要甲。", "二要乙。", "一是丙。", "二是丁。", "三是戊。"]


def test_a_look_back_belongs_to_no_item_and_keeps_the_heading_open() -> None:
    text = "一、回顾\n（一）甲。\n乙。\n（二）丙。\n丁。\n在肯定成绩的同时，也有不足。\n二、打算\n戊。"
    first, _ = outline(text, spans(text)).children
    assert text[first.start : first.end].endswith("也有不足。")
    assert [text[node.start : node.end] for node in first.children] == ["（一）甲。\n乙。", "（二）丙。\n丁。"]


def test_clauses_parted_by_semicolons_end_with_their_sentence() -> None:
    assert texts_of("办三件事：一是修路；二是架桥；三是通水。各部门要抓紧。")[-1] == "三是通水。"


def test_end_matter_belongs_to_no_heading() -> None:
    text = "一、甲\n乙。\n二、丙\n丁。\n附件1\n一、路。\n二、桥。"
    assert texts_of(text) == ["一、甲\n乙。", "二、丙\n丁。", "一、路。", "二、桥。"]


def test_the_heading_is_the_leading_sentence() -> None:
    text = "一、清理欠款\n一是摸底。先查台账。二是清偿。再付利息。"
    headings = [text[node.start : node.heading_end] for node in outline(text, spans(text)).walk()]
    assert headings == ["一、清理欠款", "一是摸底。", "二是清偿。"]


def test_a_series_after_a_hidden_part_may_begin_late() -> None:
    text = "前面的话。\n（九）甲。\n（十）乙。"
    assert outline(text, spans(text)).children == []
    assert len(outline(text, spans(text), gaps=[6]).children) == 2


def test_series_are_parted_where_the_number_falls_or_the_style_changes() -> None:
    text = "一是甲。二是乙。第一，丙。第二，丁。"
    assert [len(series) for series in outline(text, spans(text)).series()] in ([2, 2], [2])


def test_an_item_that_goes_on_in_the_next_paragraph_lies_inside_its_parent() -> None:
    text = "导语。一是甲。（1）乙。\n（2）丙。二是丁。"
    assert_is_tree(text, outline(text, spans(text)))


def test_a_list_repeated_without_end_does_not_nest_without_end() -> None:
    text = "导语。" + "一是甲。二是乙。" * 2000

    def depth(node: Node) -> int:
        return 1 + max((depth(child) for child in node.children), default=0)

    assert depth(outline(text, spans(text))) <= 10


def assert_is_tree(text: str, node: Node) -> None:
    assert node.start <= node.heading_end <= node.end
    assert all(first.end <= second.start for first, second in pairwise(node.children))
    assert [child for series in node.series() for child in series] == node.children
    for child in node.children:
        assert child.marker is not None
        assert node.start <= child.start == child.marker.start < child.end <= node.end
        assert not text[child.end - 1].isspace()
        assert_is_tree(text, child)


@given(any_texts())
def test_children_lie_inside_their_parents_one_after_another(text: str) -> None:
    root = outline(text, spans(text))
    assert_is_tree(text, root)
