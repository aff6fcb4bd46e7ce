"""What exchanges that are over look like on a page, made once: of a long conversation only the latest one changes."""

import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from askspeech.chat import Exchange

__all__ = ["ShownExchanges"]


@dataclass(frozen=True, slots=True)
class _Shown:
    exchange: weakref.ReferenceType[Exchange]
    way: Hashable
    html: str


class ShownExchanges:
    """The HTML of exchanges, each in the way that it was shown last, for as long as anybody has the exchange.

    Found by identity: comparing two exchanges takes longer than most of them take to be made. Any number of threads.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Shown] = {}

    def html(self, exchange: Exchange, way: Hashable, make: Callable[[], str]) -> str:
        """What an exchange looks like when it is shown in a way; made where that is not known."""
        key = id(exchange)
        known = self._known.get(key)
        if known is not None and known.exchange() is exchange and known.way == way:
            return known.html
        html = make()
        # The callback comes before anything else can be given the same identity.
        self._known[key] = _Shown(weakref.ref(exchange, lambda _: self._known.pop(key, None)), way, html)
        return html

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)
