"""Whatever goes wrong for a program, as it is told: one shape, one sentence in English and one in Chinese."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.errors import AskSpeechError, ModelError, NotInIndexError, QuestionError, StoreMissingError
from askspeech.telling import told_to_callers
from askspeech.turns import BUSY, SECONDS_TO_RETRY, BusyError

__all__ = ["InvalidRequestError", "Json", "error_content", "error_response", "handle_errors", "note_defect"]

_log = logging.getLogger(__name__)

_MOST_NAMED = 5
_LONGEST_NAMED = 200
_CHECK = "See /api/v1/openapi.json."
_BY_STATUS: Mapping[int, tuple[str, str]] = {
    404: ("not_found", f"There is nothing at this address. {_CHECK} 没有这个地址，请对照接口说明。"),
    405: ("method_not_allowed", f"This address does not take that method. {_CHECK} 不支持这种请求方法。"),
    413: ("too_large", "The request is longer than 64 KiB: send less, such as fewer earlier turns. 请求过大，请缩短。"),
}
_INVALID = ("invalid_request", f"The request cannot be read. {_CHECK} 无法读取请求，请对照接口说明。")
_DEFECT = (
    "internal",
    "This should not have happened. Please report it with what the server wrote on stderr. 服务器内部错误，请报告。",
)


class InvalidRequestError(Exception):
    """A request has the right shape, but asks for what cannot be; its message is for whoever sent it."""


class _ToldDefects:
    """Tells of what no handler knows, as of any other error; its traceback is for the server's log alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            if started:
                raise
            note_defect(error)
            await error_response(error)(scope, receive, send)


class Json(JSONResponse):
    """JSON that can hold any text: a file's name that is no valid Unicode has its odd characters escaped."""

    def render(self, content: Any) -> bytes:
        """The bytes of the content."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # What UTF-8 cannot hold are lone surrogates, whose `\\ud800` is how JSON writes them too.
        return text.encode("utf-8", "backslashreplace")


def error_content(error: Exception) -> dict[str, Any]:
    """The error as programs get it."""
    _, code, message, _ = _told(error)
    return _content(code, message)


def error_response(error: Exception) -> Json:
    """The response that tells of an error."""
    status, code, message, headers = _told(error)
    return Json(_content(code, message), status, headers=headers)


def handle_errors(application: FastAPI) -> None:
    """Make an application tell of every error in this way."""

    async def told(_: Request, error: Exception) -> Json:
        return error_response(error)

    for kind in (AskSpeechError, BusyError, InvalidRequestError, RequestValidationError, HTTPException):
        application.add_exception_handler(kind, told)
    application.add_middleware(_ToldDefects)


def note_defect(error: Exception) -> None:
    """Write a defect of ours to the log, with its traceback, for whoever is to mend it."""
    _log.error("A request failed: this should not have happened.", exc_info=error)


def _content(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _told(error: Exception) -> tuple[int, str, str, dict[str, str]]:
    """Status, code, message and headers."""
    match error:
        case RequestValidationError():
            return 400, "invalid_request", _invalid(error.errors()), {}
        case HTTPException():
            code, message = _BY_STATUS.get(error.status_code, _INVALID)
            return error.status_code, code, message, dict(error.headers or {})
        case InvalidRequestError():
            return 400, "invalid_request", str(error), {}
        case BusyError():
            return 503, "busy", BUSY, {"Retry-After": str(SECONDS_TO_RETRY)}
        case QuestionError():
            return 400, "question_refused", str(error), {}
        case NotInIndexError():
            return 404, "not_found", f"{error} 索引中没有这一项，请重新检索。", {}
        case StoreMissingError():
            return 503, "index_missing", told_to_callers(error), {}
        case ModelError():
            return 503, "model_failed", told_to_callers(error), {}
        case AskSpeechError():
            return 503, "index_unusable", told_to_callers(error), {}
    return 500, *_DEFECT, {}


def _invalid(errors: Sequence[Any]) -> str:
    """What is wrong with a request, by place."""
    if any(tuple(one["loc"]) == ("body",) for one in errors):
        expected = "a JSON object with the header Content-Type: application/json"
        return f"The body is not {expected}. {_CHECK} 请求体应为 JSON 对象，并带上 Content-Type 请求头。"
    named = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}"[:_LONGEST_NAMED] for one in errors[:_MOST_NAMED]]
    return f"The request is not as expected: {'; '.join(named)}. {_CHECK} 请求的格式不对，请对照接口说明。"
