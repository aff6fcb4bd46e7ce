"""The meeting that a title or an opening names. Every place is invented; the texts are without white space."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.meetings import find_kind, find_meeting, find_opened_meeting, find_report, is_named

FRAGMENTS = (
    *("在", "上", "的", "讲话", "致辞", "关于", "今天", "在这里", "召开", "举行", "这次", "此次", "精神", "昨天", "已"),
    *("全县", "我市", "青禾县", "2031年", "优化营商环境", "企业家", "高规格的", "，", "。", "；", "、", "“", "”", "向"),
    *("动员大会", "座谈会", "推进会议", "开工仪式", "论坛", "培训班", "全会", "会议", "会", "第八届", "人民代表大会"),
    *("第三次会议", "报告工作", "政府工作报告", "决议", "（草案）", "我", "作", "是", "将", "县委", "决定", "社会"),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join), any_texts().map(lambda text: "".join(text.split()))
)


def words(finder: Callable[[str], tuple[int, int] | None], text: str) -> str | None:
    found = finder(text)
    return text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("title", "meeting"),
    [
        ("在云陵市民营企业家座谈会上的讲话", "云陵市民营企业家座谈会"),
        ("在全县优化营商环境动员部署会的讲话", "全县优化营商环境动员部署会"),
        ("县委书记张三在全县“三比一看”推进会上的发言", "全县“三比一看”推进会"),
        ("——在青禾县第九次代表大会上的报告", "青禾县第九次代表大会"),
        ("在青禾县第八届人民代表大会第三次会议上", "青禾县第八届人民代表大会第三次会议"),
        ("在“营商之夜”论坛上的演讲", "“营商之夜”论坛"),
        ("在银杏产业园开工仪式上的致辞", "银杏产业园开工仪式"),
        ("在全市青年干部培训班上的讲话", "全市青年干部培训班"),
        ("全县经济工作会议主持词", "全县经济工作会议"),
        ("2031年全市招商大会领导讲话", "2031年全市招商大会"),
        ("关于全县总结表彰大会的讲话", "全县总结表彰大会"),
        ("xx县总结表彰大会讲话", "xx县总结表彰大会"),
        ("在会员大会上的讲话", "会员大会"),
        ("在总商会成立大会上的讲话", "总商会成立大会"),
        ("在全市招商会上的讲话", "全市招商会"),
        ("在经济社会发展大会上的讲话", "经济社会发展大会"),
        ("在在职干部培训班上的讲话", "在职干部培训班"),
        ("全市在建项目推进会讲话", "全市在建项目推进会"),
    ],
)
def test_the_meeting_of_a_title(title: str, meeting: str) -> None:
    assert words(find_meeting, title) == meeting


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        *(("在大会上的讲话", "大会"), ("县委书记在大会上的讲话", "大会"), ("领导在大会上的讲话", "大会")),
        *(("县委书记在大会讲话", "大会"), ("在会议上的讲话", "会议"), ("在全会上的讲话", "全会")),
        *(("在今天的大会上的讲话", "大会"), ("张三同志在本次推进会上的讲话", "推进会")),
    ],
)
def test_a_title_that_says_only_the_kind_names_no_meeting(title: str, kind: str) -> None:
    assert words(find_meeting, title) == kind
    assert not is_named(kind)


@pytest.mark.parametrize(
    ("title", "meeting"),
    [
        ("县委书记张三在全县招商大会讲话", "全县招商大会"),
        ("×××同志在全市领导干部会议讲话", "全市领导干部会议"),
        ("关于在全县大会讲话", "全县大会"),
    ],
)
def test_who_spoke_is_no_part_of_the_meeting(title: str, meeting: str) -> None:
    assert words(find_meeting, title) == meeting


@pytest.mark.parametrize(
    "title",
    [
        *("书记在会上讲话", "在这次会上的讲话", "在全社会上下形成合力的讲话", "在全社会上形成合力的讲话"),
        *("抓住机会讲话", "在青年企业家协会上的讲话", "在形式上的讲话", "在大会上下功夫的讲话", "在会上的讲话"),
    ],
)
def test_words_that_end_as_a_meeting_does_are_none(title: str) -> None:
    assert find_meeting(title) is None


@pytest.mark.parametrize(
    "title",
    [
        *("政府工作报告", "关于优化营商环境的讲话", "在人民大会堂的讲话", "在会上的讲话", "全县招商大会", "", "讲话"),
        *("在青禾县的日子。会上的讲话", "凝心聚力开新局"),
    ],
)
def test_titles_that_name_no_meeting(title: str) -> None:
    assert find_meeting(title) is None


@pytest.mark.parametrize(
    ("opening", "meeting"),
    [
        ("今天召开全县招商引资动员大会，主要任务是总结经验。", "全县招商引资动员大会"),
        ("今天，县委、县政府在这里召开这次推进会，", "推进会"),
        ("今天我们隆重举行银杏产业园开工仪式。", "银杏产业园开工仪式"),
        ("县委决定召开这次全会，", "全会"),
        ("今天召开高规格、大规模的全县作风建设大会，", "全县作风建设大会"),
        ("今天召开的这次座谈会，是一次务实的会。", "座谈会"),
        ("今天在云陵市召开服务企业，促进发展大会。", "服务企业，促进发展大会"),
        ("昨天召开了全市会议。今天召开全县推进会。", "全县推进会"),
        ("此次观摩交流会开得很好。", "观摩交流会"),
        ("现在，我向青禾县第八届人民代表大会第三次会议报告工作", "青禾县第八届人民代表大会第三次会议"),
        ("我们中国共产党第九次代表大会，是在关键时期召开的。", "中国共产党第九次代表大会"),
    ],
)
def test_the_meeting_of_an_opening(opening: str, meeting: str) -> None:
    assert words(find_opened_meeting, opening) == meeting


@pytest.mark.parametrize(
    "opening",
    [
        *("今天，昨日召开的全市大会", "要落实这次会议精神。", "上周召开全市大会。", "县委决定召开全县大会。", ""),
        *("今天召开全市大会精神宣讲", "今天天气很好，大家来得很齐。", "今天我们学习前不久召开全市大会的情况。"),
    ],
)
def test_openings_that_name_no_meeting_of_today(opening: str) -> None:
    assert find_opened_meeting(opening) is None


def test_praise_in_front_of_a_meeting_is_left_out_only_where_there_is_any() -> None:
    assert words(find_opened_meeting, "今天召开别开生面的企业家恳谈会。") == "企业家恳谈会"
    assert words(find_opened_meeting, "今天召开企业家恳谈会。") == "企业家恳谈会"


@pytest.mark.parametrize(
    ("meeting", "kind"),
    [
        *(("全县优化营商环境动员部署大会", "动员部署大会"), ("企业家座谈会", "座谈会"), ("县委八届三次全会", "全会")),
        *(("会议", "会议"), ("青禾县第九次代表大会", "代表大会"), ("银杏论坛", "论坛"), ("项目签约仪式", "签约仪式")),
        *(("会", None), ("大会堂", None), ("", None), ("座谈会上", None)),
    ],
)
def test_the_kind_is_what_the_name_ends_with(meeting: str, kind: str | None) -> None:
    assert words(find_kind, meeting) == kind


@pytest.mark.parametrize(
    ("text", "spoken", "report"),
    [
        ("2031年青禾县政府工作报告", False, "政府工作报告"),
        ("政府工作报告（摘要）", False, "政府工作报告"),
        ("关于计划报告的决议(草案)", False, "决议"),
        ("学习政府工作报告心得", False, None),
        ("决议执行情况的讲话", False, None),
        ("现在，我代表县人民政府向大会作政府工作报告", True, "政府工作报告"),
        ("市长张三作政府工作报告。请予审议。", True, "政府工作报告"),
        ("县长讲话。后来有人作政府工作报告", True, None),
        ("2031年青禾县政府工作报告", True, None),
        ("关于计划报告的决议", True, None),
        ("", False, None),
        ("", True, None),
    ],
)
def test_a_report_is_named_at_the_end_or_given(text: str, spoken: bool, report: str | None) -> None:
    assert words(lambda said: find_report(said, spoken=spoken), text) == report


@pytest.mark.parametrize(
    ("meeting", "named"),
    [("会", False), ("全会", False), ("动员大会", False), ("会议", False), ("全县动员大会", True), ("青年论坛", True)],
)
def test_a_kind_alone_names_no_meeting(meeting: str, named: bool) -> None:
    assert is_named(meeting) is named


@given(TEXTS)
def test_what_is_found_are_words_of_the_text_within_one_sentence(text: str) -> None:
    for finder in (find_meeting, find_opened_meeting, find_report, lambda said: find_report(said, spoken=True)):
        found = finder(text)
        assert found is None or 0 <= found[0] < found[1] <= len(text)
        assert not re.search("[。！？；]", words(finder, text) or "")


@given(TEXTS)
def test_the_kind_of_a_meeting_is_its_end(text: str) -> None:
    opened = words(find_opened_meeting, text)
    assert opened is None or find_kind(opened) is not None
    for meeting in (opened, words(find_meeting, text), text):
        kind = find_kind(meeting or "")
        if meeting and kind:
            assert kind[1] == len(meeting)
            assert is_named(meeting) is (kind[0] > 0)


@given(TEXTS)
def test_what_was_said_before_hides_no_meeting_that_is_opened(text: str) -> None:
    found = words(find_opened_meeting, f"今天召开全县推进会。{text}")
    assert found == "全县推进会"
