"""Numbers, names and directions that the evidence lacks or says of something else."""

import pytest

from askspeech.binding import agent_faults, direction_faults, name_faults, number_faults, proper_name_faults
from askspeech.statements import statement


def faults(sentence: str, *evidence: str) -> list[str]:
    ours, theirs = statement(sentence), [statement(text) for text in evidence]
    rules = (number_faults, name_faults, proper_name_faults, agent_faults, direction_faults)
    return [fault.kind for rule in rules for fault in rule(ours, theirs)]


@pytest.mark.parametrize(
    ("sentence", "evidence", "kind"),
    [
        ("新登记经营主体1.5万户", "新登记经营主体1.2万户", "number"),
        ("累计发放首贷320户", "累计发放首贷xx户", "blank"),
        ("减税2780万元，发放补贴3.6亿元", "为企业减税3.6亿元，发放补贴2780万元", "number_elsewhere"),
        ("由20天压缩到45天", "由45天压缩到20天", "number_elsewhere"),
        ("分别下降12.1%、18.6%", "起数、死亡人数分别下降18.6%、12.1%", "number_elsewhere"),
        ("办结率高于90%的通报", "办结率低于90%的通报", "bound"),
        ("每季度至多上门一次", "每季度至少上门一次", "bound"),
        ("由财政局起草", "由工信局起草", "name"),
        ("细则由司法局起草，工信局审核", "细则由工信局起草，司法局审核", "name_elsewhere"),
        ("县委书记任组长", "由县长任组长", "office"),
        ("去年利用外资5亿美元", "去年利用外资4亿美元，今年的目标是5亿美元", "number_elsewhere"),
        ("前年受理2184件", "去年受理2184件", "time"),
        ("出让后做完评估", "土地出让前做完评估", "direction"),
        ("外贸进出口下降7%", "外贸进出口增长7%", "direction"),
        ("移入名单", "移出名单", "direction"),
        ("费用由企业承担", "费用由财政承担", "name"),
        ("临川港超过百万标箱", "洛川港超过百万标箱", "name"),
    ],
)
def test_faults(sentence: str, evidence: str, kind: str) -> None:
    assert kind in faults(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("发放补贴2780万元，减税3.6亿元", "为企业减税3.6亿元，发放补贴2780万元"),
        ("8名公职人员受处理，3人移送", "处理公职人员8人，移送司法机关3人"),
        ("比前年少了3家", "去年只有4家，前年还有7家"),
        ("一个项目", "项目要快"),
        ("组长是县长", "由县长任组长，常务副县长任副组长"),
        ("今年的目标是5亿美元", "去年利用外资4亿美元，今年的目标是5亿美元"),
        ("三成企业不收取保证金", "三成企业免收保证金"),
        ("由财政局牵头", "财政局牵头"),
        ("包联三到五家", "每位包联3至5家"),
    ],
)
def test_no_faults(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []


def test_several_texts_carry_together() -> None:
    assert faults("贷款48.7亿元，中长期只占两成", "新增贷款48.7亿元。", "中长期贷款只有两成。") == []


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("今年一季度新开工41个", "一季度新开工41个，去年同期是29个"),
        ("减税突破十亿元", "累计减税10.4亿元"),
        ("今后检查要备案", "从下个月起，检查要备案"),
    ],
)
def test_what_is_only_measured_by_is_no_rival(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) == []


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("由纪检部门提出意见", "由组织部门提出意见"),
        ("青川市工商联组织了调查", "调查是省工商联组织的，青川市参加了"),
        ("国家发改委表扬了我市", "省发改委表扬了我市"),
        ("县司法局设立了服务中心", "县人民法院设立了服务中心"),
        ("企业负担加重", "企业负担减轻"),
        ("放宽了对失信企业的限制", "对失信企业作了更严格的限制"),
        ("权限由乡镇上收到县里", "权限由县里下放到乡镇"),
    ],
)
def test_another_body_or_direction_is_a_fault(sentence: str, evidence: str) -> None:
    assert faults(sentence, evidence) != []
