"""What the lines of a speech begin with."""

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.markers import (
    chinese_number,
    inline_markers,
    is_collection,
    is_salutation,
    is_title,
    marker_at,
)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        *(("一", 1), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("三十五", 35), ("一百零八", 108), ("百", 100)),
        *(("7", 7), ("12", 12), ("①", 1), ("⑳", 20), ("〇", 0), ("千", -1), ("甲", -1)),
    ],
)
def test_numbers(numeral: str, value: int) -> None:
    assert chinese_number(numeral) == value


@pytest.mark.parametrize(
    ("paragraph", "style", "number"),
    [
        ("第一章 立规矩的由头", "part", 1),
        ("第三部分 下一步工作", "part", 3),
        ("第十二条 政策送上门", "article", 12),
        ("一、提高认识", "comma", 1),
        ("十一、从严问责", "comma", 11),
        ("　　（二）抓好清欠", "bracket", 2),
        ("(三)强化服务", "bracket", 3),
        ("（4）四张清单", "digit_bracket", 4),
        ("1. 窗口服务", "digit", 1),
        ("2．执法办案", "digit", 2),
        ("3．10种特色农产品", "digit", 3),
        ("首先，要选好人", "ordinal", 1),
        ("1. 2023年工作回顾", "digit", 1),
        ("3、检验检测", "digit", 3),
        ("②建台账", "circled", 2),
        ("第一，坚定信心。", "ordinal", 1),
        ("第二是守住底线", "ordinal", 2),
        ("第三个方面，改进作风", "ordinal", 3),
        ("一是清理欠款。", "counting", 1),
        ("二要压实责任。", "counting", 2),
    ],
)
def test_a_paragraph_begins_with_a_marker(paragraph: str, style: str, number: int) -> None:
    marker = marker_at(paragraph)
    assert marker is not None
    assert (marker.style, marker.number) == (style, number)
    assert paragraph[: marker.start].strip() == ""


@pytest.mark.parametrize(
    "paragraph",
    [
        *(
            "第一书记要带头",
            "一是一、二是二，不能含糊",
            "12.5亿元的投资",
            "1. 5亿元",
            "3.2万家企业",
            "2023年是关键一年",
        ),
        *("一季度开门红", "两个大局", "十分重要", "第二天就办好了", "（青禾县）", "1个台账", "", "   ", "同志们："),
    ],
)
def test_ordinary_words_are_no_marker(paragraph: str) -> None:
    assert marker_at(paragraph) is None


@pytest.mark.parametrize(
    ("paragraph", "found"),
    [
        pytest.param("要求有三：一是快，二是准；三是稳。", ["一是", "二是", "三是"], id="counting"),
        pytest.param("第一，摸底。第二，清偿。", ["第二，"], id="not the leading one"),
        pytest.param("抓两头：（1）原料；（2）销路。", ["（1）", "（2）"], id="brackets"),
        pytest.param("有人说“要钱，一要人，二要枪”。", [], id="inside quotation marks"),
        pytest.param("有人说“等。”一是不能等，二是不能靠。", ["二是"], id="after quotation marks"),
        pytest.param("统一是好事，专一要坚持。", [], id="inside words"),
    ],
)
def test_markers_inside_a_paragraph(paragraph: str, found: list[str]) -> None:
    assert [paragraph[marker.start : marker.end] for marker in inline_markers(paragraph)] == found


@given(any_texts())
def test_markers_are_ranges_of_the_paragraph_in_order(text: str) -> None:
    markers = inline_markers(text)
    leading = marker_at(text)
    for marker in [*markers, *([leading] if leading else [])]:
        assert 0 <= marker.start < marker.end <= len(text)
        assert marker.number >= 0
    starts = [marker.start for marker in markers]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("同志们：", True), ("各位企业家、同志们：", True), ("尊敬的各位来宾，女士们、先生们：", True)),
        *(("各位代表：", True), ("同志们，", False), ("同志们辛苦了。", False), ("主要任务是：", False)),
        ("今天来的各位企业家" + "讲得很好，县里要一条一条记下来，" * 4 + "记在心里：", False),
    ],
)
def test_salutations(line: str, expected: bool) -> None:
    assert is_salutation(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("在青禾县优化营商环境大会上的讲话", True), ("《在云陵市座谈会上的发言》", True)),
        *(("在云陵市推进会上的讲话（录音整理）", True), ("关于青禾县窗口服务的报告", True)),
        *(("在大会上的讲话。", False), ("一、认真学习讲话", False), ("讲话", False)),
        *(("青禾县领导讲话汇编", False), ("同志们：", False), ("青" * 80 + "讲话", False)),
    ],
)
def test_titles(line: str, expected: bool) -> None:
    assert is_title(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("青禾县领导讲话汇编", True), ("营商环境讲话合集", True), ("讲话范文8篇", True), ("目 录", True)),
        *(("在青禾县大会上的讲话", False), ("把经验做法汇编。", False)),
    ],
)
def test_collections(line: str, expected: bool) -> None:
    assert is_collection(line) is expected


@given(any_texts())
def test_a_line_is_not_both_a_title_and_a_collection(text: str) -> None:
    for line in text.splitlines():
        assert not (is_title(line) and is_collection(line))
