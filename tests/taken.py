"""Kept conversations as they are taken along: an answer of every kind, and what must not become markup."""

from dataclasses import replace

from tests import fakes, kept

from askspeech.datatypes import Sentence
from askspeech.keeping import KeptTurn, kept_turn

__all__ = ["COMPARISON", "CONVERSATION", "ENGLISH", "LIST", "MIXED", "hostile_turn"]

COMPARISON = replace(
    kept_turn(replace(fakes.DEBTS, question="两篇讲话各讲了什么？"), asked_at=1_700_000_180.0, generation="g"),
    kind="comparison",
    filtered_by=(("level", "县"), ("place", "柳溪县")),
)
"""An answer that is shown as a table, asked under filters."""

ENGLISH = KeptTurn(
    "What does a service officer do?",
    1_700_000_240.0,
    text=(
        "“在柳溪县服务企业座谈会上的讲话” (quoted in Chinese):\n"
        f"{fakes.OFFICER.quote}[1] (also in “在柳溪县优化营商环境大会上的讲话”[2])"
    ),
    sentences=(Sentence(fakes.OFFICER.quote, (1, 2)),),
    citations=(fakes.OFFICER, replace(fakes.LEDGER, number=2)),
    outcome="answered",
    language="en",
)

MIXED = KeptTurn(
    "欠款要怎么还？",
    1_700_000_300.0,
    text=(
        "清偿有三条规矩：\n"
        "1. 各部门先建台账。[1]\n"
        "2. 能还的立即还清，最迟不超过两年。[1][2]\n"
        "3. 逾期的一律罚款十万元。\n"
        "另外还要：\n"
        "每周开一次会。\n"
        "没有预算的不得开工[3]，先立台账。[1]"
    ),
    sentences=(
        Sentence("各部门先建台账。", (1,)),
        Sentence("能还的立即还清，最迟不超过两年。", (1, 2), "partly", "只有一部分"),
        Sentence("逾期的一律罚款十万元。", (), "not_found", "没有依据"),
        Sentence("每周开一次会。", (), "not_found", "没有依据"),
        Sentence("没有预算的不得开工[3]，先立台账。", (3, 1)),
    ),
    citations=(fakes.LEDGER, fakes.PAYING, fakes.BUDGET),
    outcome="answered",
)
"""A chat model's answer: a sentence with partial support, two with none, one cited in its middle, one cited twice."""

LIST = replace(
    MIXED,
    question="列出要求",
    text=f"要求有：\n- {fakes.LEDGER.quote}[1]\n- {fakes.PAYING.quote}[2]\n…",
    sentences=(Sentence(fakes.LEDGER.quote, (1,)), Sentence(fakes.PAYING.quote, (2,))),
)

CONVERSATION = (kept.DEBTS_TURN, COMPARISON, ENGLISH, kept.WEATHER_TURN, MIXED)


def hostile_turn() -> KeptTurn:
    """Every payload as a title, a file's name, a sentence, a quotation, a notice and a filter."""
    _, answers = fakes.hostile()
    turn = kept_turn(answers.answers[0], asked_at=1_700_000_000.0, generation="g")
    return replace(turn, filtered_by=tuple(("level", payload) for payload in fakes.HOSTILE), problem=fakes.HOSTILE[0])
