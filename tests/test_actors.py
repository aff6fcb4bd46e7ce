"""Who is said to do what: a sentence that gives one's deed to another is a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.actors import actor_faults
from askspeech.english_checking import english_statement
from askspeech.statements import Statement, statement

NEEDS = "用电的问题由李建明主任协调解决，用水的问题由王海涛局长协调解决。"
SERVICE = "云溪县把每月15日定为企业服务日，县领导现场接待。"
HELPERS = "石桥县组建了120人的帮办队伍，为企业跑腿。"


def faults(sentence: str, *evidence: str) -> list[str]:
    return [one.kind for one in actor_faults(statement(sentence), [statement(text) for text in evidence])]


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("王海涛局长负责协调解决用电问题。", [NEEDS]),
        ("李建明在会上要求协调解决用水问题。", [NEEDS]),
        ("石桥县把每月15日定为企业服务日。", [SERVICE, HELPERS]),
        ("云溪县组建了120人的帮办队伍。", [SERVICE, HELPERS]),
        ("市住建局负责企业用工招聘会。", ["企业用工招聘会由市人社局负责，住房保障由市住建局负责，各管一摊。"]),
        ("县法院成立了涉企案件快办专班。", ["县公安局成立了涉企案件快办专班，县法院派人参加审判。"]),
    ],
)
def test_the_deed_of_another_is_a_fault(sentence: str, evidence: list[str]) -> None:
    assert faults(sentence, *evidence) == ["name_elsewhere"]


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("李建明主任负责协调用电。", [NEEDS]),
        ("云溪县设立企业服务日，石桥县组建帮办队伍。", [SERVICE, HELPERS]),
        ("两县各有办法：云溪县设立企业服务日，石桥县组建帮办队伍。", [SERVICE, HELPERS]),
        ("帮办队伍为企业跑腿。", [SERVICE, HELPERS]),
        ("两县的企业都得到了服务。", [SERVICE, HELPERS]),
    ],
)
def test_ones_own_deeds_are_none(sentence: str, evidence: list[str]) -> None:
    assert faults(sentence, *evidence) == []


def test_an_english_bureau_is_told_from_another() -> None:
    evidence = [statement("市审计局要派专人上门，帮企业申报补贴；市财政局要把资金拨付到位。")]

    def found(sentence: Statement) -> list[str]:
        return [one.kind for one in actor_faults(sentence, evidence)]

    assert found(english_statement("The Municipal Finance Bureau will send staff to help firms apply for subsidies."))
    assert not found(english_statement("The Municipal Audit Bureau will send staff to help firms apply for subsidies."))


@given(st.lists(st.sampled_from([NEEDS, SERVICE, HELPERS, "窗口要早开门。"]), min_size=1, max_size=4).map("".join))
def test_a_text_says_of_its_own_what_it_says(text: str) -> None:
    assert faults(text, text) == []
