"""How often somebody may do something, by a clock that the tests set."""

from hypothesis import given
from hypothesis import strategies as st

from askspeech.rates import MOST_KNOWN, Rate


class Clock:
    """A time that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_all_at_once_then_at_an_even_pace() -> None:
    clock = Clock()
    rate = Rate(60, clock)
    assert [rate.wait("ann") for _ in range(61)] == [0] * 60 + [1]
    assert rate.wait("bob") == 0, "others are not affected"
    clock.now += 1
    assert [rate.wait("ann"), rate.wait("ann")] == [0, 1]
    clock.now += 600
    assert [rate.wait("ann") for _ in range(61)] == [0] * 60 + [1], "and no more after a long time"


def test_it_says_when_to_come_back() -> None:
    clock = Clock()
    rate = Rate(6, clock)
    assert [rate.wait("ann") for _ in range(7)] == [0] * 6 + [10]
    clock.now += 9
    assert rate.wait("ann") == 1
    clock.now += 1
    assert rate.wait("ann") == 0


def test_nought_is_any_number() -> None:
    rate = Rate(0, Clock())
    assert {rate.wait("ann") for _ in range(5000)} == {0}


@given(st.integers(1, 200), st.lists(st.floats(0, 30), min_size=1, max_size=300))
def test_never_more_than_twice_a_minute_and_never_fewer_than_may_be(per_minute: int, pauses: list[float]) -> None:
    clock, done = Clock(), list[float]()
    rate = Rate(per_minute, clock)
    for pause in pauses:
        clock.now += pause
        wait = rate.wait("ann")
        if not wait:
            done.append(clock.now)
        else:
            clock.now += wait
            assert rate.wait("ann") == 0, "it may be done when it said so"
            done.append(clock.now)
    for began in done:
        # Whatever was saved up, and what a minute adds to it.
        assert sum(began <= one < began + 60 for one in done) <= 2 * per_minute


def test_those_who_did_nothing_for_long_are_forgotten_and_nobody_fills_the_memory() -> None:
    clock = Clock()
    rate = Rate(1, clock)
    for number in range(MOST_KNOWN + 500):
        rate.wait(f"place {number}")
    assert len(rate._over) <= MOST_KNOWN
    clock.now += 61
    rate.wait("ann")
    assert list(rate._over) == ["ann"]
