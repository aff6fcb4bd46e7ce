"""Requests as they come through the gate, for handlers that are called without a server; clients on this machine."""

from typing import Any

import gradio as gr
from fastapi import Request
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from askspeech.access import Role
from askspeech.callers import Caller
from askspeech.gate import Visit
from askspeech.users import LOCAL_USER, Standing, User

__all__ = ["asked_by", "local_client"]


class _Known:
    """Users of whom one is signed in, whatever the session."""

    def __init__(self, user: User | None) -> None:
        self._user = user

    def standing(self, _: str) -> Standing:
        """That user's."""
        return Standing(has_users=True, user=self._user)


def asked_by(role: Role | None, name: str = "ann", session_hash: str = "session", **headers: str) -> gr.Request:
    """A request of a user with that role; for None of whoever has been signed out since. `local` is LOCAL_USER."""
    user = User(name, role or "reader", name)
    caller = Caller("127.0.0.1", is_secure=False, is_local=True, is_foreign=False, is_from_elsewhere=False)
    users: Any = None if user == LOCAL_USER else _Known(user if role else None)
    raw = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    scope = {
        "type": "http", "method": "POST", "path": "/gradio_api/queue/join", "query_string": b"", "headers": raw,
        "client": ("127.0.0.1", 50000), "state": {"askspeech_visit": Visit(user, caller, "session", users)},
    }  # fmt: skip
    return gr.Request(Request(scope), username=user.name, session_hash=session_hash)


def local_client(application: ASGIApp, **more: Any) -> TestClient:
    """A client on this machine, under its own name."""
    return TestClient(application, base_url="http://localhost", client=("127.0.0.1", 50000), **more)
