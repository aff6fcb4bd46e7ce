"""The route by which the page opens a file's cleaning report, the HTML that `askspeech inspect` makes."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from askspeech.errors import AskSpeechError, NotInIndexError
from askspeech.library import Library
from askspeech.telling import told
from askspeech.texts import language_of_reader, page_texts

__all__ = ["INSPECTION_PATH", "inspection_route"]

INSPECTION_PATH = "/inspection"


def inspection_route(library: Library) -> Route:
    """`/inspection?file=…`: what a file of the index was read as, and what was dropped, in the reader's language."""

    async def inspection(request: Request) -> Response:
        headers = request.headers
        language = language_of_reader(headers.get("accept-language"), headers.get("cookie"))
        texts = page_texts(language)
        texts = page_texts(language)
        try:
            page = await run_in_threadpool(library.inspection, request.query_params.get("file", ""), language)
        except NotInIndexError as error:
            return JSONResponse({"message": told(error, texts)}, 404)
        except AskSpeechError as error:
            return JSONResponse({"message": told(error, texts)}, 503)
        return HTMLResponse(page)

    return Route(INSPECTION_PATH, inspection, methods=["GET"])
