"""Which speeches a source holds."""

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.cleaning import clean
from askspeech.speeches import find_speeches, shown_title

BODY = "今天开会的目的是部署全年工作。" + "青禾县的窗口服务要再上一个台阶，企业的事要一件一件办好。" * 4
CLOSING = "谢谢大家！"


def titles(text: str) -> list[str]:
    return [draft.title for draft in find_speeches(clean(text).reading, "文件名")]


def lines(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"


def test_one_speech_with_its_title() -> None:
    text = lines("在青禾县优化营商环境大会上的讲话", "同志们：", BODY, CLOSING)
    (draft,) = find_speeches(clean(text).reading, "文件名")
    reading = clean(text).reading.text
    assert draft.title == "在青禾县优化营商环境大会上的讲话"
    assert draft.title_range is not None
    assert reading[slice(*draft.title_range)] == draft.title
    assert [reading[start:end] for start, end in draft.paragraphs] == ["同志们：", BODY, CLOSING]


def test_a_compilation_is_split_and_its_preface_is_no_speech() -> None:
    one = ("在青禾县优化营商环境大会上的讲话", "同志们：", BODY, CLOSING)
    other = ("在云陵市企业家座谈会上的讲话", "各位企业家：", BODY, CLOSING)
    third = ("在枫渡区总结会上的讲话", BODY)
    text = lines("营商环境讲话合集", "说明：本合集供会员学习。", *one, *other, *third)
    assert titles(text) == [one[0], other[0], third[0]]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("在全市 2022 年优化营商环境 和招商引资大会上的讲话", "在全市 2022 年优化营商环境和招商引资大会上的讲话"),
        ("讲　话 （ 2023年3月 ）", "讲话（2023年3月）"),
        ("凝心聚力　开拓创新\n——在全县大会上的讲话", "凝心聚力 开拓创新 ——在全县大会上的讲话"),
        ("在 xx 区 大会 上的讲话", "在 xx 区大会上的讲话"),
        ("A  speech\non  business 环境", "A speech on business 环境"),
    ],
)
def test_a_title_is_shown_as_prose_is_set(written: str, shown: str) -> None:
    assert shown_title(written) == shown


def test_a_title_without_its_stray_spaces_is_that_stretch_of_the_source() -> None:
    written = "在青禾县优化营商环境 和招商引资大会上的讲话"
    reading = clean(lines(written, "同志们：", BODY)).reading
    (draft,) = find_speeches(reading, "文件名")
    assert draft.title == "在青禾县优化营商环境和招商引资大会上的讲话" and draft.title_range is not None
    assert reading.text[slice(*draft.title_range)] == written


def test_a_speech_that_begins_with_a_salutation_gets_a_title_from_its_words() -> None:
    (title,) = titles(lines("同志们：", "今天召开全县大会，下面我就优化营商环境工作讲三点意见。" + BODY, CLOSING))
    assert title == "关于优化营商环境工作的讲话"


def test_a_speech_without_any_sign_is_called_by_its_file() -> None:
    assert titles("大家静一静。" * 20) == ["文件名"]


def test_a_second_salutation_in_the_same_speech_begins_nothing() -> None:
    text = lines("在青禾县优化营商环境大会上的讲话", "同志们：", BODY, "同志们：", BODY, CLOSING)
    assert len(titles(text)) == 1


def test_a_named_document_inside_a_speech_begins_nothing() -> None:
    text = lines("在青禾县优化营商环境大会上的讲话", "同志们：", BODY, "青禾县优化营商环境工作方案", BODY, CLOSING)
    assert len(titles(text)) == 1


@pytest.mark.parametrize("text", ["", "\n", "- 3 -\n", "\ufeff"])
def test_nothing_to_read_holds_no_speech(text: str) -> None:
    assert titles(text) == []


@given(any_texts())
def test_speeches_are_paragraphs_in_order(text: str) -> None:
    reading = clean(text).reading
    at = 0
    for draft in find_speeches(reading, "文件名"):
        assert at <= draft.start
        assert draft.start <= draft.paragraphs[0].start < draft.paragraphs[-1].end == draft.end
        assert set(draft.paragraphs) <= set(reading.paragraphs)
        assert draft.title
        assert draft.title == draft.title.strip()
        at = draft.end


def test_the_name_of_a_document_that_a_link_cuts_out_of_a_sentence_is_no_title() -> None:
    rest = "》要抓紧落实，" + BODY
    assert len(titles(lines("各位代表，现在作报告。", BODY * 3, "启动《", "青禾县卫生服务规划", rest))) == 1
    # However early it stands.
    assert titles(lines("会议听取了县长所作的", "政府工作报告", "。" + BODY)) == ["文件名"]


def test_a_title_repeated_below_the_end_begins_nothing() -> None:
    title = "青禾县2031年政府工作报告"
    text = lines(title, "各位代表：", BODY * 3, CLOSING, title, "各位代表：现在，我代表县人民政府报告工作。")
    assert titles(text) == [title]


def test_of_a_sites_heading_and_the_speechs_own_the_fuller_title_is_kept() -> None:
    own = ("政府工作报告", "——2031年1月9日在青禾县第八届人民代表大会第三次会议上", "各位代表：", BODY, CLOSING)
    assert titles(lines("2031年青禾县政府工作报告", *own)) == ["2031年青禾县政府工作报告"]
    assert titles(lines("2031年青禾县政府工作报告", "阅读量：", "小", "中", "大", *own)) == ["2031年青禾县政府工作报告"]
    assert titles(lines("政府工作报告", "首页", "2031年青禾县政府工作报告", *own[1:])) == ["2031年青禾县政府工作报告"]


def test_a_line_that_says_who_gives_the_report_is_no_title() -> None:
    title = "2031年江垣省政府工作报告"
    caption = "2031年1月9日在江垣省第八届人民代表大会第三次会议上江垣省省长张三作政府工作报告"
    assert titles(lines(title, caption, "各位代表：", BODY)) == [title]


def test_lines_above_a_subtitle_that_names_the_occasion_are_the_title_whatever_their_words() -> None:
    text = lines(
        "凝心聚力开新局", "为建设富裕美丽新青禾而奋斗", "——在青禾县第九次代表大会上的报告", "张三", "同志们：", BODY
    )
    (draft,) = find_speeches(clean(text).reading, "文件名")
    assert draft.title == "凝心聚力开新局 为建设富裕美丽新青禾而奋斗"
    assert draft.start == 0


def test_a_heading_right_below_the_greeting_is_no_title() -> None:
    text = lines("各位代表！", "我代表县人民政府报告工作，请予审议。", "过去五年工作的总结", BODY, BODY)
    (draft,) = find_speeches(clean(text).reading, "文件名")
    assert draft.start == 0
    assert draft.title_range is None


def test_two_speeches_of_one_title_are_two_speeches() -> None:
    speech = ("在青禾县优化营商环境大会上的讲话", "同志们：", BODY * 2, CLOSING)
    assert titles(lines(*speech, *speech)) == [speech[0]] * 2


def test_what_stands_above_a_speech_is_no_preface_where_it_has_an_outline() -> None:
    paragraphs = lines("第一条 为了办好会议，制定本规则。", "第二条 会议每月一次。", "各位代表：", "今天开会。" * 40)
    assert find_speeches(clean(paragraphs).reading, "文件")[0].start == 0


def test_a_title_that_was_made_is_written_as_the_speech_is() -> None:
    assert titles(lines("同志们：", "今天就抓好竹产业发展工作，我讲三点意见。", BODY)) == [
        "关于抓好竹产业发展工作的讲话"
    ]
    assert titles(lines("同志們：", "今天就抓好竹產業發展工作，我講三點意見。", BODY)) == [
        "關於抓好竹產業發展工作的講話"
    ]
