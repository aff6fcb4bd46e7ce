"""What a request hears that is refused: as a page, as Gradio shows it, as programs read it, and how late."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

import pytest

from askspeech import refusals
from askspeech.bilingual import Bilingual
from askspeech.refusals import Refused, longer_than, told_refused, too_many

REFUSED = Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", Bilingual("Wait <a moment>.", "请稍候。"), 7)


def answer(path: str, refused: Refused = REFUSED, accept: str = "*/*") -> tuple[dict[str, str], str]:
    """Headers and body."""
    found = refused.answer({"type": "http", "path": path, "headers": [(b"accept", accept.encode())]})
    return dict(found.headers), bytes(found.body).decode()


def test_whoever_reads_pages_gets_one() -> None:
    headers, body = answer("/", accept="text/html,*/*")
    assert headers["retry-after"] == "7" and headers["cache-control"] == "no-store"
    assert "<p>Wait &lt;a moment&gt;.</p><p>请稍候。</p>" in body and "text/html" in headers["content-type"]


def test_scripts_and_programs_get_what_they_show() -> None:
    scripts, programs = (json.loads(answer(path)[1]) for path in ("/config", "/api/v1/ask"))
    assert scripts["message"] == scripts["detail"] == scripts["error"]["message"] == "Wait <a moment>. 请稍候。"
    assert programs == {"error": {"code": "too_many", "message": "Wait <a moment>. 请稍候。"}}
    assert answer("/gradio_api/upload")[1] == "Wait <a moment>. 请稍候。"
    agents = json.loads(answer("/mcp")[1])
    assert agents["jsonrpc"] == "2.0" and agents["id"] is None and agents["error"]["data"] == {"code": "too_many"}


def test_what_it_says() -> None:
    once, often = str(too_many("request", 5, 1).message), str(too_many("file", 6000, 12).message)
    assert once.startswith("Too many requests: at most 5 a minute. Try again in 1 second. 请求过于频繁")
    assert "Try again in 12 seconds." in often and "每分钟最多 6000 次" in often
    assert "16 KiB" in str(longer_than(16 * 1024).message) and "200 MiB" in str(longer_than(200 << 20).message)
    assert "retry-after" not in answer("/", longer_than(1024))[0]


@pytest.mark.parametrize(("kind", "late"), [("password", refusals.SECONDS_TO_REFUSE_A_PASSWORD), ("request", 0.0)])
def test_only_guesses_are_answered_late(monkeypatch: pytest.MonkeyPatch, kind: Any, late: float) -> None:
    slept, sent = [], list[Any]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("there is no body")

    monkeypatch.setattr(refusals.asyncio, "sleep", sleep)
    scope = {"type": "http", "path": "/sign-in", "method": "POST", "headers": []}
    asyncio.run(told_refused(too_many(kind, 60, 9), scope, receive, send))
    assert slept == [late] and sent[0]["status"] == 429
