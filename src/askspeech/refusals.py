"""What a request hears that is refused for what has been asked before, or for its size."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any, Literal

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from askspeech.bilingual import Bilingual
from askspeech.gate import PROGRAMS, is_for_programs
from askspeech.limited_body import refuse

__all__ = [
    "JSON_RPC_ERROR", "LENGTH_REQUIRED", "MEBIBYTE", "SECONDS_TO_REFUSE_A_PASSWORD", "TOO_MANY_AT_ONCE",
    "TOO_MANY_STREAMS", "UPLOAD_PATH", "Kind", "Refused", "longer_than", "told_refused", "too_many",
]  # fmt: skip

Kind = Literal["request", "question", "upload", "page", "password", "file"]

MEBIBYTE = 1024 * 1024
UPLOAD_PATH = "/gradio_api/upload"
JSON_RPC_ERROR = -32603
"""JSON-RPC's code for what the server cannot do."""

# Whoever guesses on is answered late, as by login(1): a refused guess costs less than others notice, hundreds do not.
SECONDS_TO_REFUSE_A_PASSWORD = 5.0

_TOO_MANY: Mapping[Kind, tuple[str, str]] = {
    "request": ("requests", "请求"),
    "question": ("questions", "提问"),
    "upload": ("uploads", "上传"),
    "page": ("newly opened pages", "新打开的页面"),
    "password": ("tries to sign in", "登录尝试"),
    "file": ("files", "文件请求"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not handled, and in how many seconds it would be."""

    status: HTTPStatus
    code: str
    message: Bilingual
    wait: int = 0
    late: float = 0.0
    """After how many seconds it is said."""

    def answer(self, scope: Scope) -> Response:
        """The refusal as whoever asks can show it: a page, Gradio's words for an upload, JSON, or JSON-RPC's."""
        headers = {"Retry-After": str(self.wait)} if self.wait else {}
        headers["Cache-Control"] = "no-store"
        text = str(self.message)
        if scope["path"] == UPLOAD_PATH:
            return PlainTextResponse(text, self.status, headers)
        if scope["path"] == PROGRAMS[0]:
            # Of which question is not known here: JSON-RPC 2.0, section 5, has null for that.
            error = {"code": JSON_RPC_ERROR, "message": text, "data": {"code": self.code}}
            return JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, self.status, headers)
        if "text/html" in Headers(scope=scope).get("accept", ""):
            shown = "".join(f"<p>{escape(line)}</p>" for line in (self.message.english, self.message.chinese))
            page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>AskSpeech</title><body>{shown}</body>'
            return HTMLResponse(f"{page}</html>", self.status, headers)
        content: dict[str, Any] = {"error": {"code": self.code, "message": text}}
        if not is_for_programs(scope["path"]):
            # `message` is what the pages' scripts show, `detail` what Gradio does.
            content |= {"message": text, "detail": text}
        return JSONResponse(content, self.status, headers)


TOO_MANY_AT_ONCE = Refused(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too_many",
    Bilingual("Too many requests at once: wait for some of their answers.", "同时请求过多，请稍候。"),
    5,
)
TOO_MANY_STREAMS = Refused(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too_many",
    Bilingual("Too many open pages: close some of them.", "打开的页面过多，请关闭一些。"),
    5,
)
LENGTH_REQUIRED = Refused(
    HTTPStatus.LENGTH_REQUIRED,
    "length_required",
    Bilingual("A request says how long it is: send its length.", "请求须注明长度。"),
)


async def told_refused(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that is refused, late where that is to be."""
    await asyncio.sleep(refused.late)
    await refuse(refused.answer(scope), scope, receive, send)


def longer_than(longest: int) -> Refused:
    """The refusal of a body that is longer than so many bytes."""
    size = f"{longest // MEBIBYTE} MiB" if longest >= MEBIBYTE else f"{longest // 1024} KiB"
    message = Bilingual(
        f"This is more than the {size} that may be sent at once: send less, or in several parts.",
        f"一次最多发送 {size}，请减少内容或分批发送。",
    )
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)


def too_many(kind: Kind, per_minute: int, wait: int) -> Refused:
    """The refusal of what comes more often than so many times a minute, for so many seconds."""
    english, chinese = _TOO_MANY[kind]
    message = Bilingual(
        f"Too many {english}: at most {per_minute} a minute. Try again in {wait} second{'s' if wait > 1 else ''}.",
        f"{chinese}过于频繁：每分钟最多 {per_minute} 次。请 {wait} 秒后再试。",
    )
    late = SECONDS_TO_REFUSE_A_PASSWORD if kind == "password" else 0.0
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", message, wait, late)
