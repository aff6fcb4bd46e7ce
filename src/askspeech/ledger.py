"""What answers cost, summed up as they are finished."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from askspeech.datatypes import Answer, AnswerEvent, Done, Replaced

__all__ = ["Ledger", "Totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    """What all answers of an Answerer cost together: seconds, and tokens where a chat model was asked.

    For `replaced` of them the chat model failed, and sentences of the speeches stood in.
    """

    answers: int = 0
    replaced: int = 0
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    """Whether some of the tokens are estimated."""


class Ledger:
    """The sums over all answers that were finished; any number of threads add to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals = Totals()

    @property
    def totals(self) -> Totals:
        """The sums until now."""
        return self._totals

    def counted(self, events: Iterable[AnswerEvent]) -> Iterator[AnswerEvent]:
        """The same events; the answer that the last of them carries is added."""
        failed = False
        for event in events:
            failed = failed or (isinstance(event, Replaced) and bool(event.reason))
            if isinstance(event, Done):
                self._add(event.answer, failed=failed)
            yield event

    def _add(self, answer: Answer, *, failed: bool) -> None:
        usage = answer.usage
        with self._lock:
            before = self._totals
            self._totals = Totals(
                answers=before.answers + 1,
                replaced=before.replaced + failed,
                seconds=before.seconds + usage.seconds,
                input_tokens=before.input_tokens + usage.input_tokens,
                output_tokens=before.output_tokens + usage.output_tokens,
                estimated=before.estimated or usage.estimated,
            )
