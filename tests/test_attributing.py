"""What carries a claim: what it cites, else what else is offered, else nothing."""

from collections.abc import Sequence

from tests.test_prompting import SPEECH, hit

from askspeech.attributing import Attributed, Checks, attributed, checks_for
from askspeech.checking import Checked
from askspeech.prompting import Offered

LEDGER = "由县财政局牵头，六月底前建立政府拖欠企业账款台账。"
ENVOYS = "从县直单位选派一百名干部担任驻企联络员。"
THANKS = "谢谢大家！"
CHECKS = checks_for("zh")


def offer(*texts: str) -> list[Offered]:
    return [Offered(f"h{place}", hit(text, start=100 * place), 0, len(text)) for place, text in enumerate(texts)]


def sources(claim: str, cited: Sequence[int]) -> tuple[list[str], str]:
    offered = offer(LEDGER, ENVOYS, THANKS)
    found = attributed(claim, [offered[place] for place in cited], offered, CHECKS)
    return [one.text for one in found.sources], found.support


def test_what_it_cites_carries_it() -> None:
    assert sources("县财政局牵头建立台账。", [0]) == ([LEDGER], "supported")


def test_what_else_carries_it_takes_the_place_of_what_does_not() -> None:
    assert sources("县财政局牵头建立台账。", [1]) == ([LEDGER], "supported")
    assert sources("县财政局牵头建立台账。", []) == ([LEDGER], "supported")


def test_what_carries_nothing_of_it_is_dropped() -> None:
    assert sources("县财政局牵头建立台账。", [2, 0, 1]) == ([LEDGER], "supported")


def test_two_sources_carry_what_neither_does() -> None:
    claim = "县财政局牵头建立台账，县直单位选派一百名干部。"
    assert sources(claim, [0, 1]) == ([LEDGER, ENVOYS], "supported")
    assert sources(claim, []) == ([LEDGER, ENVOYS], "supported")


def test_nothing_carries_an_invention() -> None:
    assert sources("县财政局牵头建立三十本台账。", [0]) == ([], "not_found")
    assert sources("密语是芝麻开门。", [0, 1, 2]) == ([], "not_found")


def test_who_cites_everything_cites_nothing() -> None:
    offered = offer(*(f"第{number}件事已经办妥。" for number in range(20)), LEDGER)
    found = attributed("代号有。", offered, offered, CHECKS)
    assert (found.sources, found.support) == ((), "not_found")


def test_a_title_is_evidence_for_a_sentence_that_names_it() -> None:
    seen: list[Sequence[str]] = []

    def check(_: str, evidence: Sequence[str]) -> Checked:
        seen.append(evidence)
        return Checked("partly", "why")

    (one,) = offer(LEDGER)
    checks = Checks(check, lambda *_: ())
    assert attributed("《第一篇讲话》要求由县财政局牵头。", [one], [one], checks) == Attributed((one,), "partly", "why")
    assert seen == [[LEDGER, f"《{SPEECH.title}》"]]
