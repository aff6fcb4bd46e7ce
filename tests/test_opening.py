"""An index whose opening begins before whatever serves it is there: askspeech.opening."""

import threading

import pytest

from askspeech.errors import StoreMissingError
from askspeech.live_index import LiveIndex, Opened
from askspeech.opening import begun

SECONDS = 10


class Opening:
    """Opens nothing; notes each call, and raises what it is told to."""

    def __init__(self, *errors: Exception | None) -> None:
        self.called = threading.Semaphore(0)
        self.calls = 0
        self._errors = iter(errors)

    def __call__(self) -> Opened:
        self.calls += 1
        self.called.release()
        if (error := next(self._errors, None)) is not None:
            raise error
        return Opened(None, None)  # type: ignore[arg-type]


def test_it_begins_before_anybody_asks() -> None:
    opening = Opening()
    opened = begun(opening)
    assert opening.called.acquire(timeout=SECONDS)
    assert opened() is not None
    assert opening.calls == 1


def test_whoever_asks_again_opens_anew() -> None:
    opening = Opening()
    opened = begun(opening)
    assert opened() is not opened()
    assert opening.calls == 2


def test_the_first_who_asks_is_told_why_there_is_none_and_the_next_opens_it() -> None:
    opening = Opening(StoreMissingError("There is no index."))
    live = LiveIndex(begun(opening))
    with pytest.raises(StoreMissingError, match="There is no index"):
        live.current()
    assert live.current() is not None
    assert opening.calls == 2
