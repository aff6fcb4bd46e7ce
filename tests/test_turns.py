"""Places for questions: how many there are, whose they may be, and in whose turn what waits is taken."""

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.callers import Caller
from askspeech.gate import Visit
from askspeech.turns import COMING, MOST_KNOWN, BusyError, Place, Turns, arrived, in_turn, visitor_of
from askspeech.users import User

VISITORS = st.sampled_from(["a", "b", "c"])


def entered(turns: Turns, visitor: str) -> Place | None:
    try:
        return turns.enter(visitor)
    except BusyError:
        return None


def test_somebody_alone_gets_half_and_whoever_comes_anew_gets_one() -> None:
    turns = Turns(64)
    assert sum(entered(turns, "flood") is not None for _ in range(200)) == 32
    assert entered(turns, "another") is not None
    assert turns.taken == 33


def test_many_visitors_fill_all_places_and_no_more() -> None:
    turns = Turns(64)
    taken = [entered(turns, f"visitor {number}") for number in range(200)]
    assert sum(place is not None for place in taken) == 64
    for place in taken:
        if place is not None:
            place.leave()
            place.leave()  # once is enough
    assert turns.taken == 0


@given(st.integers(1, 20), st.lists(st.tuples(VISITORS, st.booleans()), max_size=60))
def test_there_is_a_place_for_whoever_has_none_while_one_is_left(places: int, steps: list[tuple[str, bool]]) -> None:
    turns, held = Turns(places), Counter[str]()
    open_ones: list[tuple[str, Place]] = []
    for visitor, comes in steps:
        if comes:
            free = places - held.total()
            place = entered(turns, visitor)
            assert (place is not None) == (free > 0 and held[visitor] < free)
            if place is not None:
                held[visitor] += 1
                open_ones.append((visitor, place))
        elif open_ones:
            whose, place = open_ones.pop(0)
            place.leave()
            held[whose] -= 1
        assert turns.taken == held.total() <= places


def test_places_are_counted_whatever_threads_take_and_leave_them() -> None:
    turns = Turns(1000)

    def come_and_go(name: str) -> None:
        for _ in range(500):
            turns.enter(name).leave()

    threads = [threading.Thread(target=come_and_go, args=(f"{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turns.taken == 0


def test_questions_on_their_way_count_until_they_have_arrived() -> None:
    away: list[str] = []
    turns = Turns(4, away.append)
    first = turns.coming("page", "192.0.2.1")
    second = turns.coming("page", "192.0.2.1")
    with pytest.raises(BusyError):
        turns.coming("page", "192.0.2.1")  # as many from there as are left
    scope = {"type": "http", "headers": [], "state": {}, COMING: first}
    turns.enter(arrived(scope))
    turns.enter("another")
    with pytest.raises(BusyError):
        turns.coming("mcp", "192.0.2.2") and turns.coming("mcp", "192.0.2.3")
    second.leave()
    assert away == ["page", "mcp"]
    assert turns.coming("rest", "192.0.2.3")


def test_who_asked_before_comes_as_themselves_and_all_others_by_their_address() -> None:
    turns = Turns(8)
    for name in ("ann", "bob"):
        state = {"askspeech_visit": Visit(User(name=name, role="reader"), caller("192.0.2.1"), "session")}
        coming = turns.coming("page", "192.0.2.1", name.encode())
        assert arrived({"type": "http", "headers": [], "state": state, COMING: coming}) == f"user {name}"
    unnamed = turns.coming("page", "192.0.2.1", b"unknown")
    assert arrived({"type": "http", "headers": [], "state": {}, COMING: unnamed}) == ""
    for _ in range(4):
        turns.coming("page", "192.0.2.1", b"ann")
    with pytest.raises(BusyError):
        turns.coming("page", "192.0.2.9", b"ann")
    assert turns.coming("page", "192.0.2.1", b"bob") and turns.coming("page", "192.0.2.1", b"unknown")
    with pytest.raises(BusyError):
        turns.coming("page", "192.0.2.1", b"made up") and turns.coming("page", "192.0.2.1", b"another")


def test_of_those_who_asked_the_latest_are_remembered() -> None:
    turns = Turns(4)
    for number in range(MOST_KNOWN + 1):
        turns.coming("rest", "192.0.2.1", b"%d" % number).arrive(f"token {number}")
    for number, known in ((0, False), (1, True), (MOST_KNOWN, True)):
        first = turns.coming("rest", "192.0.2.1", b"another"), turns.coming("rest", "192.0.2.1")
        if known:
            turns.coming("rest", "192.0.2.1", b"%d" % number).leave()
        else:
            with pytest.raises(BusyError):
                turns.coming("rest", "192.0.2.1", b"%d" % number)
        for one in first:
            one.leave()


def test_whoever_is_turned_away_is_counted_by_way() -> None:
    away: list[str] = []
    enter = Turns(1, away.append).entering("rest")
    enter("a")
    with pytest.raises(BusyError):
        enter("b")
    assert away == ["rest"]


def test_one_visitors_many_questions_wait_behind_anothers_first() -> None:
    waiting = ["a1", "a2", "a3", "b1", "c1", "b2"]
    assert in_turn(waiting, lambda one: one[0], {}) == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert in_turn(waiting, lambda one: one[0], {"a": 2}) == ["b1", "c1", "b2", "a1", "a2", "a3"]


@given(st.lists(VISITORS), st.dictionaries(VISITORS, st.integers(1, 5)))
def test_turns_lose_nothing_and_keep_the_order_of_each(names: list[str], running: dict[str, int]) -> None:
    waiting = list(enumerate(names))
    ordered = in_turn(waiting, lambda one: one[1], running)
    assert sorted(ordered) == waiting
    for name in names:
        mine = [number for number, one in ordered if one == name]
        assert mine == sorted(mine)


def caller(address: str) -> Caller:
    return Caller(address=address, is_secure=False, is_local=False, is_foreign=False, is_from_elsewhere=False)


def test_a_visitor_is_a_token_a_user_or_a_place() -> None:
    user = User(name="王芳", role="reader")
    visits = {
        "user 王芳": {"askspeech_visit": Visit(user, caller("192.0.2.1"), "session")},
        "place 192.0.2.1": {"askspeech_visit": Visit(None, caller("192.0.2.1"))},
        "place 2001:db8::/64": {"askspeech_visit": Visit(None, caller("2001:db8::7"))},
        "token 1234": {"askspeech_program": "1234", "askspeech_visit": Visit(None, caller("192.0.2.1"))},
        "": {},
    }
    for expected, state in visits.items():
        assert visitor_of({"type": "http", "state": state, "headers": []}) == expected
