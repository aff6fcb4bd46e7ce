"""What whoever runs the server asks it: whether it lives, whether it can answer, and its figures."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from askspeech.access import Access, Refusal
from askspeech.errors import AskSpeechError
from askspeech.gate import visit_of
from askspeech.live_index import LiveIndex
from askspeech.metrics import CONTENT_TYPE, Metrics
from askspeech.telling import told_to_callers

__all__ = ["LIVE_PATH", "METRICS_PATH", "READY_PATH", "health_routes"]

LIVE_PATH, READY_PATH, METRICS_PATH = "/health/live", "/health/ready", "/metrics"

_NO_STORE = {"Cache-Control": "no-store"}
_FOR_ADMINISTRATORS = (
    "The figures are for administrators: sign in as one, or make a token on the machine with `askspeech token add "
    "--role administrator` and send it as the header `Authorization: Bearer ask_…`. 只有管理员可以查看运行指标。"
)


def health_routes(live: LiveIndex, metrics: Metrics, access: Access | None) -> list[Route]:
    """The routes: two that everybody may ask, and one for administrators.

    Args:
        live: the index to answer from.
        metrics: the figures.
        access: the tokens, of which those of administrators show the figures; without it, a session alone does.
    """

    async def alive(_: Request) -> Response:
        return JSONResponse({"alive": True}, headers=_NO_STORE)

    def ready(_: Request) -> Response:
        is_ready = live.status_now().ready
        return JSONResponse({"ready": is_ready}, 200 if is_ready else 503, headers=_NO_STORE)

    async def figures(request: Request) -> Response:
        refusal = await run_in_threadpool(_refused, request, access)
        if refusal is not None:
            return refusal.response()
        return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE, headers=_NO_STORE)

    return [
        Route(LIVE_PATH, alive),
        Route(READY_PATH, _in_a_thread(ready)),
        Route(METRICS_PATH, figures),
    ]


def _in_a_thread(answer: Callable[[Request], Response]) -> Callable[[Request], object]:
    async def answered(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return answered


def _refused(request: Request, access: Access | None) -> Refusal | None:
    """Why the figures are not shown to whoever asks; None where they are."""
    visit = visit_of(request)
    if visit is None:  # no gate stands before this application, as in some tests
        return None
    user = visit.now()
    if user is not None and user.role == "administrator":
        return None
    try:
        role = access.role(request.scope) if access is not None else None
    except AskSpeechError as error:
        return Refusal(503, "access_unknown", told_to_callers(error))
    if role == "administrator":
        return None
    if user is not None or role is not None:
        return Refusal(403, "administrators_only", _FOR_ADMINISTRATORS)
    return Refusal(401, "unauthorized", _FOR_ADMINISTRATORS, {"WWW-Authenticate": 'Bearer realm="askspeech"'})
