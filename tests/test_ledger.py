"""The ledger sums up finished answers, and passes their events on."""

from dataclasses import replace
from threading import Thread

from tests.fakes import DEBTS

from askspeech.datatypes import Done, Replaced, TextAdded, Usage
from askspeech.ledger import Ledger, Totals

ANSWER = replace(DEBTS, usage=Usage(0.5, 0.25, 10, 3))


def test_events_pass_and_answers_are_summed_up() -> None:
    ledger = Ledger()
    events = [TextAdded("一"), Done(ANSWER)]
    assert list(ledger.counted(events)) == events
    list(ledger.counted([Replaced("二", "why"), Done(replace(ANSWER, usage=Usage(1, estimated=True)))]))
    list(ledger.counted([TextAdded("stopped")]))
    assert ledger.totals == Totals(2, 1, 1.5, 10, 3, estimated=True)


def test_threads_lose_nothing() -> None:
    ledger = Ledger()
    threads = [Thread(target=lambda: [list(ledger.counted([Done(ANSWER)])) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.totals.output_tokens == 2400
