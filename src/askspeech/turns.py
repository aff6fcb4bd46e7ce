"""Who may ask now: a limit for the questions that are answered and wait at once, and a fair share of it for everybody.

Whichever way questions come, they take a place each; where none is left, whoever asks is told so at once. Nobody holds
more places than are left free: somebody alone gets half of them, and there is always one for whoever comes anew. What
waits is taken in turns, so that one visitor's many questions hold another's one up no longer than they must.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.types import Scope

from askspeech.access import PROGRAM
from askspeech.bilingual import Bilingual
from askspeech.gate import visit_of
from askspeech.metrics import Way

__all__ = [
    "AT_ONCE",
    "AT_ONCE_WITH_MODEL",
    "BUSY",
    "COMING",
    "MOST_KNOWN",
    "SECONDS_TO_RETRY",
    "BusyError",
    "Coming",
    "Enter",
    "Place",
    "Turns",
    "arrived",
    "in_turn",
    "visitor_of",
]

# More at once would not be answered sooner, as one thread computes at a time; and nothing else would get its turn.
AT_ONCE, AT_ONCE_WITH_MODEL = 2, 16
SECONDS_TO_RETRY = 2
MOST_KNOWN = 10_000
"""Of how many who asked the server remembers by what it knew them."""
COMING = "askspeech.coming"
"""Where a request holds that its question is on its way."""
BUSY = Bilingual("The server is busy: too many questions wait. Try again shortly.", "系统繁忙，请稍后再试。")

_USER, _TOKEN = _NAMED = ("user ", "token ")

T = TypeVar("T")


class BusyError(Exception):
    """As many are answered and wait as may, or as many of one visitor's."""


class Place:
    """One of the places, until it is left."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Give the place back; only once, however often this is called."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


class Coming(Place):
    """The place of a question that is on its way, until it is left or the question has arrived."""

    def __init__(self, leave: Callable[[], None], arrive: Callable[[str], None]) -> None:
        super().__init__(leave)
        self._arrive = arrive

    def arrive(self, visitor: str) -> None:
        """The question takes its own place now, and this is whose it is."""
        self._arrive(visitor)
        self.leave()


Enter = Callable[[str], Place]
"""Takes a place for a visitor; raises BusyError where there is none."""


class Turns:
    """The places; any number of threads take and leave them.

    Args:
        places: how many there are.
        refused: told of everyone who gets none, by the way they came.
        at_once: how many answers each way in makes at once, quotations aside where a chat model writes the others.
    """

    def __init__(self, places: int, refused: Callable[[Way], None] = lambda _: None, at_once: int = AT_ONCE) -> None:
        self._places, self._refused, self.at_once = places, refused, at_once
        self._held: Counter[str] = Counter()
        self._coming: Counter[str] = Counter()
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._changing = threading.Lock()

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._held.total()

    def entering(self, way: Way) -> Enter:
        """What takes a place for a question that comes that way."""

        def enter(visitor: str) -> Place:
            try:
                return self.enter(visitor)
            except BusyError:
                self._refused(way)
                raise

        return enter

    def enter(self, visitor: str = "") -> Place:
        """Take a place; an empty `visitor` is somebody unknown, with no share. Raises BusyError."""
        return self._taken(self._held, visitor, self._held)

    def coming(self, way: Way, address: str, shown: bytes = b"") -> Coming:
        """Note a question on its way to its place; where too many are, nobody looks at it. Raises BusyError.

        Hundreds that come at once are all on their way before the first of them takes a place.

        Args:
            way: which way it comes.
            address: where it comes from, which counts for whoever has not asked before: anybody may show anything.
            shown: what it shows to be known by, as a hash; who asked with the same before counts for themselves, so
                that of many behind one address one does not hold up the others.
        """
        with self._changing:
            who = self._known.get(shown, address)
        try:
            place = self._taken(self._coming, who, self._held, self._coming)
        except BusyError:
            self._refused(way)
            raise
        return Coming(place.leave, lambda visitor: self._remember(shown, visitor))

    def _remember(self, shown: bytes, visitor: str) -> None:
        if not shown or not visitor.startswith(_NAMED):
            return
        with self._changing:
            self._known[shown] = visitor
            self._known.move_to_end(shown)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def _taken(self, counts: Counter[str], visitor: str, *taken: Counter[str]) -> Place:
        with self._changing:
            free = self._places - sum(one.total() for one in taken)
            if free <= 0 or (visitor and counts[visitor] >= free):
                raise BusyError
            counts[visitor] += 1
        return Place(lambda: self._left(counts, visitor))

    def _left(self, counts: Counter[str], visitor: str) -> None:
        with self._changing:
            counts[visitor] -= 1
            if not counts[visitor]:
                del counts[visitor]


def in_turn(waiting: Sequence[T], visitor: Callable[[T], str], running: Mapping[str, int]) -> list[T]:
    """What waits, in the order in which it is taken: everybody's first, then everybody's second, and so on.

    Args:
        waiting: in the order in which it came.
        visitor: whose each is.
        running: how many of each visitor are being answered, which count as taken before.
    """
    rounds = Counter(running)
    numbered = []
    for one in waiting:
        numbered.append((rounds[visitor(one)], one))
        rounds[visitor(one)] += 1
    return [one for _, one in sorted(numbered, key=lambda pair: pair[0])]


def arrived(scope: Scope) -> str:
    """As `visitor_of`, for a question that takes its place now, and is no more on its way."""
    coming, visitor = scope.get(COMING), visitor_of(scope)
    if isinstance(coming, Coming):
        coming.arrive(visitor)
    return visitor


def visitor_of(scope: Scope) -> str:
    """Whose share a request counts towards: that of a user, of a token, or of the address; empty without a gate."""
    state = scope.get("state", {})
    if token := state.get(PROGRAM):
        return f"{_TOKEN}{token}"
    visit = visit_of(Request(scope))
    if visit is None:
        return ""
    return f"{_USER}{visit.user.name}" if visit.user and visit.session else f"place {visit.caller.network}"
