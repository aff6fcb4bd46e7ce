"""The rules for questions that a corpus answers: what each makes of the test corpus."""

from collections.abc import Mapping
from random import Random

import pytest
from tests.conftest import FORUM, TEXTS
from tests.spoken import material_of

from askspeech.made_rules import (
    Draft,
    Rule,
    leaders,
    lists,
    manners,
    numbers,
    outlines,
    reasons,
    speeches,
    terms,
)


def drafts(rule: Rule, texts: Mapping[str, str] = TEXTS) -> list[Draft]:
    material = material_of(texts)
    return [draft for part in material.parts for draft in rule(material, part, Random(1))]


def spoken(text: str) -> dict[str, str]:
    return {"a.txt": f"在青禾县优化营商环境大会上的讲话\n\n同志们：\n\n{text}\n", "b.txt": FORUM}


def test_a_list_is_asked_for_by_its_heading_and_quotes_every_item() -> None:
    texts = spoken(
        "一、抓好三件实事\n\n一要推行帮办代办。抓紧办。\n\n二要清理拖欠账款。抓紧清。\n\n三要选派联络员。抓紧派。\n"
    )
    (draft, *_) = [draft for draft in drafts(lists, texts) if "三件" in draft.text]
    assert draft.text == "抓好三件实事，具体是哪三件？"
    assert [quote.text.rstrip("。") for quote in draft.evidence] == [
        "一要推行帮办代办",
        "二要清理拖欠账款",
        "三要选派联络员",
    ]
    assert draft.points == ("推行帮办代办", "清理拖欠账款", "选派联络员")


def test_a_list_with_a_blank_or_a_missing_item_is_not_asked_for() -> None:
    blank = spoken("一、抓好三件实事\n\n一要修xx公里路。好。\n\n二要清理拖欠账款。好。\n\n三要选派联络员。好。\n")
    assert not [draft for draft in drafts(lists, blank) if draft.evidence[0].file == "a.txt"]


@pytest.mark.parametrize(
    ("sentence", "asked", "figure"),
    [
        ("去年全县新登记市场主体3260户，成绩来之不易。", "县里新登记市场主体多少户？", "3260户"),
        ("从县直单位选派一百名干部担任驻企联络员。", "从县直单位派多少名干部当驻企联络员？", "一百名"),
        ("小微企业贷款余额同比增长12.5%。", "小微企业贷款余额同比涨了百分之多少？", "12.5%"),
    ],
)
def test_a_figure_is_asked_for_in_place(sentence: str, asked: str, figure: str) -> None:
    found = [draft for draft in drafts(numbers, spoken(sentence)) if draft.points == (figure,)]
    assert [draft.text for draft in found] == [asked]
    assert found[0].evidence[0].text == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("这72个问题由各部门认领并且限期整改。", id="known from before"),
        pytest.param("全县排在全市第12名，企业意见仍然很大。", id="a rank"),
        pytest.param("落实好省委“十二条禁令”，从严管好队伍。", id="part of a name"),
        pytest.param("项目投资3亿元以上的都要由领导包联。", id="a range"),
        pytest.param("2023年全县大力推进招商引资工作。", id="a year"),
    ],
)
def test_what_is_no_figure_to_ask_for(sentence: str) -> None:
    assert not [draft for draft in drafts(numbers, spoken(sentence)) if draft.evidence[0].file == "a.txt"]


def test_manner_leader_term_and_reason() -> None:
    texts = spoken(
        "一要清理拖欠账款。由县财政局牵头，六月底前建立拖欠企业账款台账，写明每一笔欠款的金额。\n\n"
        "二要办好窗口。推行“银杏帮办”制度，抽调二十名骨干免费为企业跑手续。\n\n"
        "三要改好作风。由于各个部门的数据互不相通，导致窗口办事来回重复提交材料。"
    )
    manner = next(draft for draft in drafts(manners, texts) if "账款" in draft.text)
    assert manner.type == "fact" and manner.evidence[0].text.startswith("由县财政局牵头")
    (leader,) = (draft for draft in drafts(leaders, texts) if draft.evidence[0].file == "a.txt")
    assert leader.points == ("县财政局",) and "牵头" in leader.text and "县财政局" not in leader.text
    (term,) = (draft for draft in drafts(terms, texts) if draft.evidence[0].file == "a.txt")
    assert "“银杏帮办”制度" in term.text
    (reason,) = drafts(reasons, texts)
    assert reason.text.startswith("为什么") and "数据" not in reason.text


def test_a_speech_is_asked_for_only_where_there_is_another() -> None:
    found = drafts(speeches)
    assert found and {draft.points for draft in found} == {
        ("在青禾县优化营商环境动员大会上的讲话",),
        ("在云陵市民营企业家座谈会上的讲话",),
    }
    assert drafts(speeches, {"forum.txt": FORUM}) == []


def test_the_parts_of_a_speech_are_asked_for_by_its_title() -> None:
    whole, one = (draft for draft in drafts(outlines) if "云陵" in draft.text)
    assert [quote.text[:2] for quote in whole.evidence] == ["第一", "第二", "第三", "第四"]
    assert one.evidence[0] in whole.evidence and one.text.startswith("在云陵市民营企业家座谈会上的讲话，第")
    assert drafts(outlines, {"a.txt": FORUM, "b.txt": FORUM + "再一次谢谢大家！\n"}) == []
