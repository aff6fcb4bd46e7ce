"""Whose each open page is: the id that a page makes up for itself opens what Gradio keeps under it to nobody else.

Gradio takes whoever sends that id for the page. It stands in addresses, and so in the logs of proxies.
"""

import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from askspeech.bilingual import Bilingual
from askspeech.gate import visit_of
from askspeech.limited_body import body_of, json_of, received_body, receiving_again, refuse
from askspeech.limits import DATA, EVENTS, HEARTBEAT
from askspeech.refusals import Refused

__all__ = ["OwnedPages", "PageOwners"]

MOST_OWNED = 20_000
# Nobody opens as many; what Gradio keeps of pages, of 2,000 of them, would be that of one user alone.
MOST_OF_ONE = 500
LONGEST_PAGE_ID = 100
ENDING = ("/gradio_api/cancel", "/gradio_api/reset")


class PageOwners:
    """Who was the first to use each page's id; used in the server's event loop alone.

    Args:
        forget: drops what is kept under a page's id; called before the id may be anybody's again.
        most: how many ids are remembered; the ones that were used last stay.
        of_one: how many of one user's; where nobody signs in there is no such limit.
    """

    def __init__(self, forget: Callable[[str], None], most: int = MOST_OWNED, of_one: int = MOST_OF_ONE) -> None:
        self._forget, self._most, self._of_one = forget, most, of_one
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._pages: dict[str, OrderedDict[str, None]] = {}

    def admits(self, page: str, who: str) -> bool:
        """Whether somebody may use a page's id, which is theirs from then on where it was nobody's."""
        if self._owners.setdefault(page, who) != who:
            return False
        self._owners.move_to_end(page)
        own = self._pages.setdefault(who, OrderedDict())
        own[page] = None
        own.move_to_end(page)
        if who and len(own) > self._of_one:
            self._drop(next(iter(own)))
        if len(self._owners) > self._most:
            self._drop(next(iter(self._owners)))
        return True

    def _drop(self, page: str) -> None:
        self._forget(page)
        who = self._owners.pop(page)
        del self._pages[who][page]
        if not self._pages[who]:
            del self._pages[who]


class OwnedPages:
    """The ASGI application that lets through to another what a page sends under an id of its own.

    Events that there are not are refused as well: Gradio answers them with a traceback.

    Args:
        app: what is behind.
        owners: whose the ids are.
        is_event: whether there is an event with a number.
        page_of_event: the id of the page that an event under way belongs to; None for an event that is not.
    """

    def __init__(
        self,
        app: ASGIApp,
        owners: PageOwners,
        is_event: Callable[[int], bool],
        page_of_event: Callable[[str], str | None],
    ) -> None:
        self._app, self._owners = app, owners
        self._is_event, self._page_of_event = is_event, page_of_event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path, refused = scope["path"] if scope["type"] == "http" else "", None
        if path.startswith(HEARTBEAT):
            refused = self._foreign([path.removeprefix(HEARTBEAT)], scope)
        elif path == DATA:
            refused = self._foreign(QueryParams(scope["query_string"]).getlist("session_hash"), scope)
        elif path in (*EVENTS, *ENDING) and scope["method"] == "POST":
            messages = await received_body(receive, sys.maxsize) or deque()  # what stands before limits it
            receive = receiving_again(messages, receive)
            refused = self._sent(json_of(body_of(messages)), scope)
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await refuse(refused.answer(scope), scope, receive, send)

    def _sent(self, found: Any, scope: Scope) -> Refused | None:
        """Why what a page sends is refused; what is no event at all, Gradio refuses itself."""
        if not isinstance(found, dict):
            return None
        page, number, event = found.get("session_hash"), found.get("fn_index"), found.get("event_id")
        if scope["path"] in EVENTS and not (type(number) is int and self._is_event(number)):
            return _NO_EVENT
        if scope["path"] in ENDING and isinstance(event, str) and self._page_of_event(event) not in (None, page):
            return _NOT_YOURS
        return self._foreign([page] if isinstance(page, str) else [], scope)

    def _foreign(self, pages: Iterable[str], scope: Scope) -> Refused | None:
        who = _who(scope)
        admitted = all(0 < len(page) <= LONGEST_PAGE_ID and self._owners.admits(page, who) for page in pages)
        return None if admitted else _NOT_YOURS


_NOT_YOURS = Refused(
    HTTPStatus.FORBIDDEN,
    "not_your_page",
    Bilingual("Somebody else opened this page: reload it.", "这个页面由其他用户打开，请刷新页面。"),
)
_NO_EVENT = Refused(
    HTTPStatus.NOT_FOUND,
    "no_such_event",
    Bilingual("This page is of another version of the server: reload it.", "页面版本已更新，请刷新页面。"),
)


def _who(scope: Scope) -> str:
    """What stands for whoever sends a request, and for no later user of the same name; where nobody signs in, anyone.

    Those are at this machine, all of them as its administrator.
    """
    visit = visit_of(Request(scope))
    return visit.user.owner if visit and visit.user else ""
