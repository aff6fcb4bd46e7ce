"""The server: one ASGI application that holds the chat page, the speeches it opens, and its health.

Every response carries the content security policy; the page's script and style are files of our own.
"""

import contextlib
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askspeech.access import Access
from askspeech.api_application import build_api
from askspeech.conversations import Conversations
from askspeech.early_script import EarlyScript
from askspeech.errors import AskSpeechError, NotInIndexError, QuestionError
from askspeech.live_index import LiveIndex, Opened
from askspeech.mcp_server import MCP_PATH, McpEndpoint
from askspeech.opening import opener
from askspeech.page import STATIC_PATH, build_page, page_head, page_i18n, page_theme
from askspeech.reader_rendering import Place, parsed_places, reader_html
from askspeech.settings import ChatSettings, IndexSettings, ServerSettings, data_folder
from askspeech.texts import PageTexts, language_of_reader, page_texts

__all__ = ["create_application", "serve"]

STATIC_FOLDER = Path(__file__).parent / "static"
BUILD_COMMAND = "askspeech build FOLDER"
SECONDS_TO_FINISH = 2

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# What Gradio would serve but the page has no use for: fetching any address on the web (`file=http…`), a proxy, uploads.
CLOSED_PATHS = ("/gradio_api/file", "/gradio_api/proxy", "/gradio_api/upload", "/gradio_api/stream", "/proxy=", "/file")


class Guard:
    """Puts the security headers on every response, and answers 404 for what is closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        closed = scope["path"].startswith(CLOSED_PATHS)
        answer = JSONResponse({"message": "Not found."}, 404) if closed else self._app
        await answer(scope, receive, send_guarded)


def create_application(
    open_index: Callable[[], Opened],
    *,
    build_command: str = BUILD_COMMAND,
    kept: Conversations | None = None,
    access: Access | None = None,
) -> FastAPI:
    """The ASGI application; nothing is opened before it is started.

    Args:
        open_index: opens the index and what answers from it; called until it raises no StoreMissingError.
        build_command: the command that builds an index, shown on the page where there is none.
        kept: where conversations are kept; without it none is.
        access: which programs are let in; without it agents that call this machine by a name of loopback alone.
    """
    live = LiveIndex(open_index)
    mcp = McpEndpoint(live, access)
    application = FastAPI(
        title="askspeech", lifespan=_warming(live, mcp), docs_url=None, redoc_url=None, openapi_url=None
    )
    application.add_middleware(EarlyScript, source=f"{STATIC_PATH}/language.js")
    application.add_middleware(Guard)
    _add_routes(application, live)
    application.router.routes.append(Route(MCP_PATH, mcp))
    if access is not None:
        application.router.routes.append(build_api(live, access))
    gr.mount_gradio_app(
        application,
        build_page(live, build_command, kept),
        path="/",
        theme=page_theme(),
        head=page_head(),
        i18n=page_i18n(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size=1,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return application


def _warming(live: LiveIndex, mcp: McpEndpoint) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    """A lifespan in which agents are answered; the index is opened meanwhile, so that no first reader waits for it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=live.status, name="open index", daemon=True).start()
        async with mcp.running():
            yield

    return lifespan


def _add_routes(application: FastAPI, live: LiveIndex) -> None:
    application.mount(f"/{STATIC_PATH}", StaticFiles(directory=STATIC_FOLDER), name="askspeech-static")

    @application.get("/health")
    def health() -> dict[str, Any]:
        """Whether the server runs, whether it can answer, and from which generation."""
        status = live.status_now()
        return {
            "alive": True,
            "ready": status.ready,
            "generation": status.generation,
            "message": status.message,
            "notices": status.notices,
        }

    @application.get("/speech/{speech_id}")
    def speech(speech_id: str, request: Request, places: str = "[]") -> JSONResponse:
        """A speech as it is in its file, as HTML, with the places marked that an answer cites."""
        try:
            texts = page_texts(
                language_of_reader(request.headers.get("accept-language"), request.headers.get("cookie"))
            )
            return JSONResponse(speech_json(live, speech_id, parsed_places(places), texts))
        except QuestionError as error:
            return JSONResponse({"message": str(error)}, 400)
        except NotInIndexError as error:
            return JSONResponse({"message": str(error)}, 404)
        except AskSpeechError as error:
            return JSONResponse({"message": str(error)}, 503)


def speech_json(live: LiveIndex, speech_id: str, places: Sequence[Place], texts: PageTexts) -> dict[str, Any]:
    """What the reader shows of a speech; raises NotInIndexError where there is none with this id."""
    whole = live.current().index.whole_speech(speech_id)
    return {"id": speech_id, "title": whole.speech.title, "html": reader_html(whole, places, texts)}


def serve(
    index_settings: IndexSettings, server_settings: ServerSettings, chat_settings: ChatSettings | None = None
) -> int:
    """Serve the chat page until interrupted; returns the exit status, 1 where the address cannot be used.

    The chat model that the settings name writes the answers; one that cannot be used is named on stderr and in the
    answers, which the speeches' own sentences then make; a folder where no conversation can be kept, on stderr.
    """
    command = f"{BUILD_COMMAND} --store {quote(_shortest(index_settings.store))}"
    folder = data_folder(index_settings, server_settings)
    application = create_application(
        opener(index_settings, chat_settings or ChatSettings()),
        build_command=command,
        kept=_conversations(folder),
        access=Access(folder),
    )
    return run_application(application, server_settings)


def _conversations(folder: Path) -> Conversations | None:
    """The conversations in a folder; None, which stderr explains, where they cannot be read or written."""
    try:
        conversations = Conversations.open(folder)
        conversations.require_writable()
    except AskSpeechError as error:
        sys.stderr.write(f"askspeech: {error} The page works without keeping conversations. 本次不保存对话。\n")
        return None
    return conversations


def _shortest(path: Path) -> str:
    """The path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def run_application(application: FastAPI, settings: ServerSettings) -> int:
    """Run an application until interrupted; returns the exit status, 1 where the address cannot be used."""
    try:
        listener = _listener(settings)
    except OSError as error:
        sys.stderr.write(
            f"askspeech: {settings.host}:{settings.port} cannot be used ({error.strerror or error}). "
            "Stop what uses it, or choose another port with --port or ASKSPEECH_PORT. 端口不可用，请换一个端口。\n"
        )
        return 1
    config = uvicorn.Config(
        application, log_level="warning", timeout_graceful_shutdown=SECONDS_TO_FINISH, server_header=False
    )
    with listener, contextlib.suppress(KeyboardInterrupt):
        AnnouncingServer(config).run(sockets=[listener])
    return 0


def _listener(settings: ServerSettings) -> socket.socket:
    """A socket that listens at the address of the settings; raises OSError where it cannot."""
    family, kind, protocol, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


class AnnouncingServer(uvicorn.Server):
    """Says on stdout where the page is, once it answers; hangs up at its end."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce the address."""
        await super().startup(sockets)
        if self.started and sockets:
            sys.stdout.write(f"{address_of(sockets[0])}\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; every open page holds a stream that would never end by itself, so those are closed first."""
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.close()
        await super().shutdown(sockets)


def address_of(listener: socket.socket) -> str:
    """The address that a person opens in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
