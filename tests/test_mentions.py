"""What a text names, and when another text names it too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.mentions import Mention, find_mentions, is_named
from askspeech.statements import statement


def names(text: str, *kinds: str) -> list[str]:
    return [one.value for one in find_mentions(statement(text)) if not kinds or one.kind in kinds]


def missing(text: str, evidence: str) -> list[str]:
    return [one.value for one in find_mentions(statement(text)) if not is_named(one, statement(evidence))]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("落实《岚川市优化营商环境条例》", "title", "岚川市优化营商环境条例"),
        ("推行“一窗通办”", "quote", "一窗通办"),
        ("我们学习长汐市的做法", "place", "长汐"),
        ("由麦川县承办", "place", "麦川"),
        ("陆怀安同志带着干部", "person", "陆怀安"),
        ("由常务副县长任组长", "office", "|常务副|县长"),
        ("由县财政局牵头", "organ", "县|财政|局"),
        ("报县纪委监委", "organ", "县|纪委|"),
        ("全省第一个", "whole", "省"),
        ("3项国家级试点", "rank", "国家"),
        ("去年受理", "year", "去年"),
        ("上半年", "part", "上半年"),
        ("出台前必须听取", "order", "前"),
        ("排前三名", "standing", "前列"),
        ("六月底", "edge", "底"),
    ],
)
def test_kinds(text: str, kind: str, value: str) -> None:
    assert value in names(text, kind)


@pytest.mark.parametrize("text", ["每年可节省成本", "台账须于六月底前由县里建好", "不过跨省通办", "办公室放在县里"])
def test_no_places(text: str) -> None:
    assert names(text, "place") == []


@pytest.mark.parametrize("text", ["在各部门里", "权限全部下放", "进驻大厅", "不推给科室", "为了企业"])
def test_no_organs(text: str) -> None:
    assert names(text, "organ") == []


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("发改委牵头", "由发展和改革委员会牵头"),
        ("县住建局", "县住房和城乡建设局"),
        ("市场监督管理局", "市场监管局"),
        ("财政局", "县财政局"),
        ("书记", "县委书记"),
        ("一把手作检查", "主要负责同志作检查"),
        ("《优化营商环境条例》", "要落实《岚川市优化营商环境条例》"),
        ("“一窗通办”", "推行一窗通办"),
    ],
)
def test_short_forms_are_named(text: str, evidence: str) -> None:
    assert missing(text, evidence) == []


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("审计局", "县财政局"),
        ("市财政局", "县财政局"),
        ("镇长", "镇党委书记"),
        ("副县长", "县长"),
        ("县长", "常务副县长"),
        ("分管负责人", "主要负责人"),
        ("县人大", "县委、县政府"),
        ("省委", "省政府"),
        ("全国", "全省"),
        ("《优化营商环境办法》", "《优化营商环境条例》"),
        ("“一网通办”", "“一窗通办”"),
        ("陆怀远同志", "陆怀安同志"),
        ("东屿市", "长汐市"),
    ],
)
def test_others_are_not(text: str, evidence: str) -> None:
    assert missing(text, evidence)


@given(st.text(max_size=60))
def test_any_text_names_itself(text: str) -> None:
    of = statement(text)
    for mention in find_mentions(of):
        assert isinstance(mention, Mention)
        assert 0 <= mention.start < mention.end <= len(of.text)
        if mention.kind in ("title", "quote", "person"):
            assert is_named(mention, of)
