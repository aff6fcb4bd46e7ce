"""How faults are weighed and said."""

import re
from typing import get_args

from askspeech.faults import Fault, FaultKind, reason_of, support_of


def test_without_faults_all_is_well() -> None:
    assert support_of([]) == "supported"
    assert reason_of([], "zh") == "" == reason_of([], "en")


def test_one_grave_fault_outweighs_the_rest() -> None:
    assert support_of([Fault("scope", "全部")]) == "partly"
    assert support_of([Fault("scope", "全部"), Fault("number", "5家")]) == "not_found"


def test_the_gravest_is_said_first_and_once() -> None:
    faults = [Fault("scope", "全部"), Fault("number", "5家"), Fault("number", "5家")]
    assert reason_of(faults, "zh") == "引文中没有数字“5家”；引文没有说“全部”。"
    assert reason_of(faults, "en").startswith("The quoted text does not have the number “5家”; ")


def test_every_kind_can_be_said_in_both_languages() -> None:
    for kind in get_args(FaultKind):
        chinese, english = reason_of([Fault(kind, "甲")], "zh"), reason_of([Fault(kind, "甲")], "en")
        assert chinese.endswith("。")
        assert english.endswith(".")
        assert not re.search("[a-z]", chinese)
        assert not re.search("[一-鿿]", english.replace("甲", ""))
