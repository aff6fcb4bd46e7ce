"""The REST interface as an application within the server: its addresses, its description, and who may use it."""

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Security
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from askspeech import api_examples as examples
from askspeech import api_models as models
from askspeech.access import Access, RequiresToken
from askspeech.api import EventStream, Handlers
from askspeech.api_errors import error_response, handle_errors
from askspeech.followed import Followed, Follower, still_admitted
from askspeech.limited_body import LimitedBody
from askspeech.limits import Limited, Limits, program_of, rest_rule
from askspeech.live_index import LiveIndex

__all__ = ["API_PATH", "build_api"]

API_PATH = "/api/v1"
LARGEST_BODY = 64 * 1024

_DESCRIPTION = """Search speeches, ask them, and read them. 检索讲话、提问、读原文。

Every hit and citation names its source and the spans `[start, end)` of its words there, in Unicode code points (as
Python counts; JavaScript counts UTF-16 units), and the page, paragraph or line for people.

Until the server has a token, programs on the same machine need none. Make one with
`askspeech token add --role reader`; from then on every request sends it as `Authorization: Bearer ask_…`.

Every error is `{"error": {"code": "…", "message": "… 中文。"}}`.
"""
_ERRORS: Mapping[int, str] = MappingProxyType(
    {
        400: "The request, or the question, cannot be used.",
        401: "A token is needed, or another one.",
        404: "The index holds nothing with this id.",
        413: f"The body is longer than {LARGEST_BODY // 1024} KiB.",
        429: "More than may be asked a minute; `Retry-After` says in how many seconds it may.",
        503: "There is no index, it cannot be used, or too many requests wait.",
    }
)
_EVENTS = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["text", "citation", "sentence", "notice", "replaced", "done", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
_EXAMPLES: Mapping[str, BaseModel] = MappingProxyType(
    {
        "search": examples.SEARCH,
        "ask": examples.ANSWER,
        "list_speeches": examples.SPEECHES,
        "read_speech": examples.SPEECH,
        "read_text": examples.TEXT,
        "index": examples.INDEX,
    }
)
_STREAMED = (
    'event: citation\ndata: {"number": 1, "quote": "由县财政局牵头…", …}\n\n'
    'event: text\ndata: {"text": "由县财政局牵头，六月底前建立政府拖欠企业账款台账。[1]"}\n\n'
    'event: done\ndata: {"question": "…", "text": "…", …}\n\n'
)


def build_api(live: LiveIndex, access: Access, handlers: Handlers | None = None, limits: Limits | None = None) -> Mount:
    """The REST interface, to be put among the routes of the server.

    Args:
        live: the index to answer from.
        access: the tokens that open it.
        handlers: what each address does, in place of the usual.
        limits: how much each program may ask.
    """
    application = FastAPI(
        title="askspeech",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Security(HTTPBearer(auto_error=False, description="a token of `askspeech token add`"))],
    )
    _add_routes(application, handlers or Handlers(live))
    handle_errors(application)
    described: dict[str, Any] = {}

    def description() -> dict[str, Any]:
        if not described:
            described.update(_description(application))
        return described

    application.openapi = description  # type: ignore[method-assign]
    followed = Followed(application, Follower(access.path.parent), partial(still_admitted, access))
    counted = Limited(followed, limits or Limits(), rest_rule, program_of)
    limited = LimitedBody(counted, LARGEST_BODY, error_response(HTTPException(413)))
    mount = Mount(API_PATH, RequiresToken(limited, access), name="askspeech-api")
    # Starlette's own pattern passes over an address that holds a line break: another application would answer it.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _add_routes(application: FastAPI, handlers: Handlers) -> None:
    def add(path: str, handler: Any, name: str, *statuses: int, method: str = "GET") -> None:
        application.add_api_route(
            path,
            handler,
            methods=[method],
            operation_id=name,
            response_model=type(_EXAMPLES[name]) if name in _EXAMPLES else None,
            response_class=JSONResponse if name in _EXAMPLES else EventStream,
            responses=_errors((*statuses, 401, 413, 429, 503)),
        )

    add("/search", handlers.search, "search", 400, method="POST")
    add("/ask", handlers.ask, "ask", 400, method="POST")
    add("/ask/stream", handlers.ask_stream, "ask_stream", 400, method="POST")
    add("/speeches", handlers.speeches, "list_speeches", 400)
    add("/speeches/{speech_id}", handlers.speech, "read_speech", 400, 404)
    add("/sources/{source_id}/text", handlers.source_text, "read_text", 400, 404)
    add("/index", handlers.index, "index")


def _described(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """What an operation gives, with an example; added here, as FastAPI leaves out what is null in examples."""
    if name not in _EXAMPLES:
        return {"text/event-stream": {"itemSchema": _EVENTS, "example": _STREAMED}}
    return {"application/json": content["application/json"] | {"example": _EXAMPLES[name].model_dump()}}


def _errors(statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": models.ErrorResponse, "description": _ERRORS[status]} for status in statuses}


def _description(application: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with errors as they are: in one shape, always as JSON, and never with the status 422."""
    document = get_openapi(
        title="askspeech",
        version=application.version,
        description=_DESCRIPTION,
        routes=application.routes,
        servers=[{"url": API_PATH}],
    )
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            responses.pop("422", None)
            for status, response in responses.items():
                if status != "200":
                    response["content"] = {"application/json": next(iter(response["content"].values()))}
            responses["200"]["content"] = _described(operation["operationId"], responses["200"]["content"])
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document
