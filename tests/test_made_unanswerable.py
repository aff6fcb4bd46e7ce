"""The rules for questions that a corpus cannot answer."""

from random import Random

from tests.conftest import FORUM, TEXTS
from tests.spoken import material_of

from askspeech.made_rules import Draft, Rule
from askspeech.made_unanswerable import (
    UNANSWERABLE_RULES,
    blanked_figures,
    far_matters,
    far_places,
    missing_properties,
)


def drafts(rule: Rule, texts: dict[str, str]) -> list[Draft]:
    material = material_of(texts)
    return [draft for part in material.parts for draft in rule(material, part, Random(1))]


def test_none_has_evidence() -> None:
    found = [draft for rule in UNANSWERABLE_RULES for draft in drafts(rule, TEXTS)]
    assert {(draft.type, draft.evidence) for draft in found} == {("unanswerable", ())}


def test_a_blanked_figure_is_asked_for() -> None:
    assert [draft.text for draft in drafts(blanked_figures, TEXTS)] == ["对首次使用班列的企业给每箱多少元补贴？"]


def test_a_property_is_asked_for_only_where_no_file_has_the_word() -> None:
    (asked, *_) = [draft.text for draft in drafts(missing_properties, TEXTS) if "专窗" in draft.text]
    assert "“银杏帮办专窗”" in asked
    words = (
        "电话号码、邮箱、揭牌、外包、造价、停车位、门牌、午休、建筑面积、常住人口、平均气温、森林覆盖率、房价、地铁。"
    )
    assert drafts(missing_properties, {**TEXTS, "forum.txt": FORUM.replace("谢谢大家！", words)}) == []


def test_a_place_or_matter_that_some_file_names_is_not_asked_for() -> None:
    named = {**TEXTS, "forum.txt": FORUM.replace("谢谢大家！", "三沙和凭祥的大熊猫，谢谢大家！")}
    assert not [draft for draft in drafts(far_places, named) if "三沙" in draft.text or "凭祥" in draft.text]
    matters = [draft.text for draft in drafts(far_matters, named)]
    assert matters and not any("大熊猫" in text for text in matters)
