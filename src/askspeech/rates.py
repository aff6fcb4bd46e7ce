"""How often somebody may do something: so many times a minute, all or some at once or spread, then at an even pace.

Counted in the process's memory, by a clock that nobody sets. Libraries for it count in windows by the time of day, keep
an entry for each request, and have no limit for the number of those whom they count.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Rate"]

SECONDS = 60.0
MOST_KNOWN = 10_000


class Rate:
    """At most so many times a minute for each; the generic cell rate algorithm, which keeps one number for each.

    Args:
        per_minute: how many times; 0 for any number.
        clock: the time in seconds, from wherever.
        at_once: how many times at once; as often as in a minute where it is not said.
    """

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, at_once: int | None = None
    ) -> None:
        self.per_minute, self._at_once = per_minute, per_minute if at_once is None else at_once
        self._clock = clock
        # When what each has done will have been forgotten; whoever did something last is at the end.
        self._over: OrderedDict[str, float] = OrderedDict()

    def wait(self, who: str) -> int:
        """0 where it may be done now, which is then counted; else in how many seconds it may."""
        if not self.per_minute:
            return 0
        now, pace = self._clock(), SECONDS / self.per_minute
        over = max(self._over.get(who, now), now) + pace
        late = over - now - pace * self._at_once
        if late > pace / 1000:
            return max(1, math.ceil(late))
        self._over[who] = over
        self._over.move_to_end(who)
        self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        while self._over:
            oldest = next(iter(self._over))
            if self._over[oldest] > now and len(self._over) <= MOST_KNOWN:
                return
            del self._over[oldest]
