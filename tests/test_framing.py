"""Lead-ins and headings say nothing; claims do, however they are dressed."""

import pytest

from askspeech.framing import bare_claim, claims_nothing

TITLES = {"在青禾县优化营商环境动员大会上的讲话"}


@pytest.mark.parametrize(
    "text, question",
    [
        ("主要有三条：", ""),
        ("根据讲话，具体包括以下四个方面：", ""),
        ("要抓好的四件实事如下：", "要抓好哪四件实事？"),
        ("《在青禾县优化营商环境动员大会上的讲话》提出：", ""),
        ("《在青禾县优化营商环境动员大会上的讲话》", ""),
        ("一、降低物流成本", "怎样降低物流成本？"),
        ("The speech lists three measures:", ""),
        ("- ", ""),
        ("具体如下。", ""),
    ],
)
def test_lead_ins_claim_nothing(text: str, question: str) -> None:
    assert claims_nothing(text, question, TITLES)


@pytest.mark.parametrize(
    "text, question",
    [
        ("县长贪污了五百万元：", "县长怎么了？"),
        ("主要有三条，由财政局负责：", ""),
        ("台账由县财政局牵头。", "台账由县财政局牵头吗？"),
        ("没有要求：", ""),
        ("不包括以下内容：", ""),
        ("《在云陵市民营企业家座谈会上的讲话》提出：", ""),
        ("总额有三亿：", ""),
        ("The speech was never given:", "Was the speech given?"),
    ],
)
def test_claims_are_claims(text: str, question: str) -> None:
    assert not claims_nothing(text, question, TITLES)


@pytest.mark.parametrize(
    "text, claim",
    [
        ("1. 推行帮办代办", "推行帮办代办"),
        ("- 推行帮办代办", "推行帮办代办"),
        ("（三）降低成本", "降低成本"),
        ("一是推行帮办代办", "推行帮办代办"),
        ("12.5%的企业受益。", "12.5%的企业受益。"),
        ("三亿元已经到位。", "三亿元已经到位。"),
    ],
)
def test_what_stands_in_front_of_an_item_is_no_part_of_its_claim(text: str, claim: str) -> None:
    assert bare_claim(text) == claim
