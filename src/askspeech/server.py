"""The server: one ASGI application that holds the chat page, the speeches it opens, and its health.

Every response carries the content security policy; the page's script and style are files of our own.
"""

import contextlib
import socket
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
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
from askspeech.access_log import AccessLog, RouteNote
from askspeech.api import Handlers as RestHandlers
from askspeech.api_application import build_api
from askspeech.asking_queue import AskingQueue
from askspeech.bilingual import public
from askspeech.callers import Network, networks
from askspeech.connections import bounded
from askspeech.conversations import Conversations
from askspeech.corpus_files import LARGEST_FILE
from askspeech.early_scripts import EarlyScripts
from askspeech.errors import AskSpeechError, NotInIndexError, QuestionError
from askspeech.exports import export_route
from askspeech.followed import Followed, Follower, still_signed_in
from askspeech.founding import founded_from_settings, on_loopback, require_users
from askspeech.gate import Gate, visit_of
from askspeech.hosts import ANY_HOST, Hosts, hosts_of
from askspeech.incoming import upload_folder
from askspeech.inspection_route import inspection_route
from askspeech.late_refusals import LateRefusals
from askspeech.limits import UNLIMITED, Limited, Limits, PageRules
from askspeech.live_index import LiveIndex, Opened
from askspeech.mcp_server import MCP_PATH, McpEndpoint
from askspeech.opening import opener
from askspeech.operations import Operations
from askspeech.overflow import Overflow
from askspeech.page import EARLY_SCRIPTS, STATIC_PATH, build_page, page_head, page_i18n, page_theme
from askspeech.page_owners import OwnedPages, PageOwners
from askspeech.page_sessions import asking_events, forget, hold_few, is_new, page_of_event
from askspeech.process_memory import settling
from askspeech.reader_rendering import Place, parsed_places, reader_html
from askspeech.settings import ChatSettings, IndexSettings, LimitSettings, LogSettings, ServerSettings, data_folder
from askspeech.sign_in import sign_in_routes
from askspeech.site import PAGES, Site, Stock
from askspeech.stopping import SECONDS_TO_CLOSE, GracefulServer
from askspeech.telling import told
from askspeech.texts import PageTexts, language_of_reader, page_texts
from askspeech.turns import AT_ONCE, AT_ONCE_WITH_MODEL, Turns
from askspeech.users import LOCAL_USER, Users

__all__ = ["create_application", "serve"]

STATIC_FOLDER = Path(__file__).parent / "static"
BUILD_COMMAND = "askspeech build FOLDER"
LONGEST_NAME = 255  # of a file, in bytes, on every system; Gradio fails where it looks for a longer one

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Nothing to other sites; without it at all, browsers do not say where a form of ours comes from.
    "Referrer-Policy": "same-origin",
}


class Guard:
    """Puts the security headers on every response; what no file can be called is not found, and not looked for."""

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

        too_long = any(len(name.encode("utf-8", "replace")) > LONGEST_NAME for name in scope["path"].split("/"))
        answer = JSONResponse({"message": "Not found."}, 404) if too_long else self._app
        await answer(scope, receive, send_guarded)


def create_application(
    open_index: Callable[[], Opened],
    *,
    build_command: str = BUILD_COMMAND,
    kept: Conversations | None = None,
    access: Access | None = None,
    users: Users | None = None,
    proxies: Sequence[Network] = (),
    store: Path | None = None,
    logs: LogSettings | None = None,
    hosts: Hosts = ANY_HOST,
    limits: LimitSettings = UNLIMITED,
    model: bool = False,
    local_only: bool = False,
) -> FastAPI:
    """The ASGI application; nothing is opened before it is started.

    Args:
        open_index: opens the index and what answers from it; called until it raises no StoreMissingError.
        build_command: the command that builds an index, shown on the page where there is none.
        kept: where conversations are kept; without it none is.
        access: which programs are let in; without it agents that call this machine by a name of loopback alone.
        users: who may sign in; without them only whoever is at this machine is let in.
        proxies: whose word on where a request came from is believed.
        store: where the index is, to tell of its builds.
        logs: what the lines about questions and requests hold.
        hosts: the names under which it answers.
        limits: how much each may ask of it.
        model: whether a chat model writes the answers, so that more of them are made at once.
        local_only: whether it listens to this machine alone, which administrators are told.
    """
    live = LiveIndex(open_index)
    operations = Operations(live, access, store, logs)
    stock = Stock.of(store) if store else None
    site = Site(
        operations.watched("page"),
        build_command,
        kept,
        users=users,
        running=operations.running,
        stock=stock,
        local_only=local_only,
    )
    counts = Limits(limits)
    turns = Turns(limits.at_once, operations.metrics.question_turned_away, AT_ONCE_WITH_MODEL if model else AT_ONCE)
    mcp = McpEndpoint(operations.watched("mcp"), access, counts, turns)
    rest = RestHandlers(operations.watched("rest"), turns=turns)
    page = build_page(site)
    page._queue = AskingQueue(page, turns)
    application = FastAPI(
        title="askspeech", lifespan=_warming(live, mcp), docs_url=None, redoc_url=None, openapi_url=None
    )
    paths = frozenset({"/", *(f"/{name}" for name in PAGES[1:])})
    asks = asking_events(page).__contains__
    rules = PageRules(counts, asks, partial(is_new, page), paths)
    application.add_middleware(RouteNote)
    application.add_middleware(EarlyScripts, sources=EARLY_SCRIPTS, paths=paths)
    follower = Follower(users.folder if users else None)
    application.add_middleware(Followed, follower=follower, still=still_signed_in)
    _let_pages_be_owned(application, page)
    application.add_middleware(Limited, limits=counts, rule_of=rules, who=rules.who)
    application.add_middleware(Gate, users=users, pages=paths, proxies=proxies, hosts=hosts)
    application.add_middleware(Overflow, turns=turns, asks=asks, proxies=proxies)
    application.add_middleware(Guard)
    if limits.requests:
        application.add_middleware(LateRefusals, proxies=proxies)
    application.add_middleware(AccessLog, metrics=operations.metrics, with_users=bool(logs and logs.users))
    _add_routes(application, live)
    application.router.routes.extend(operations.routes())
    application.router.routes.extend(sign_in_routes(users, paths))
    if stock is not None:
        application.router.routes.append(inspection_route(stock.library))
    application.router.routes.append(export_route(kept, site.remembered, live))
    application.router.routes.append(Route(MCP_PATH, mcp))
    if access is not None:
        application.router.routes.append(build_api(live, access, rest, counts))
    operations.wait_for(page=page._queue.waiting, rest=rest.waiting, mcp=mcp.waiting)
    application.state.work = operations.work()
    _mount(application, page)
    return application


def _let_pages_be_owned(application: FastAPI, page: gr.Blocks) -> None:
    """What a page sends under its own id is looked at before it reaches Gradio."""
    application.add_middleware(
        OwnedPages,
        owners=PageOwners(partial(forget, page)),
        is_event=page.fns.__contains__,
        page_of_event=partial(page_of_event, page),
    )


def _mount(application: FastAPI, page: gr.Blocks) -> None:
    """Put Gradio's pages behind all other routes."""
    warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)  # which is not asked for
    gr.mount_gradio_app(
        application,
        page,
        path="/",
        theme=page_theme(),
        head=page_head(),
        i18n=page_i18n(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size=LARGEST_FILE,
        auth_dependency=_name_of_user,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    hold_few(application.routes)


def _name_of_user(request: Request) -> str | None:
    """For Gradio, which answers nobody without a name, and tells every event whose it is."""
    visit = visit_of(request)
    return visit.user.name if visit and visit.user else None


def _warming(live: LiveIndex, mcp: McpEndpoint) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    """A lifespan in which agents are answered and the process keeps little memory.

    The index is opened meanwhile, so that no first reader waits for it.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=live.status, name="open index", daemon=True).start()
        async with mcp.running(), settling(lambda: live.generation):
            yield

    return lifespan


def _add_routes(application: FastAPI, live: LiveIndex) -> None:
    application.mount(f"/{STATIC_PATH}", StaticFiles(directory=STATIC_FOLDER), name="askspeech-static")

    @application.get("/health")
    def health(request: Request) -> dict[str, Any]:
        """Whether the server runs; for whoever is let in, whether it can answer, and from which generation."""
        visit = visit_of(request)
        user = visit.user if visit else None
        if user is None:
            return {"alive": True}
        status, named = live.status_now(), {} if user == LOCAL_USER else {"user": user.name}
        return named | {
            "alive": True,
            "ready": status.ready,
            "generation": status.generation,
            "message": public(status.message),
            "notices": [public(notice) for notice in status.notices],
        }

    @application.get("/speech/{speech_id}")
    def speech(speech_id: str, request: Request, places: str = "[]") -> JSONResponse:
        """A speech as it is in its file, as HTML, with the places marked that an answer cites."""
        texts = page_texts(language_of_reader(request.headers.get("accept-language"), request.headers.get("cookie")))
        try:
            return JSONResponse(speech_json(live, speech_id, parsed_places(places), texts))
        except QuestionError as error:
            return JSONResponse({"message": told(error, texts)}, 400)
        except NotInIndexError as error:
            return JSONResponse({"message": told(error, texts)}, 404)
        except AskSpeechError as error:
            return JSONResponse({"message": told(error, texts)}, 503)


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

    Raises:
        SettingsError: other machines would reach it, and there is no user who could sign in; or no administrator can
            be made of the password in the file that the settings name.
        AskSpeechError: the users cannot be read.
    """
    command = f"{BUILD_COMMAND} --store {quote(_shortest(index_settings.store))}"
    folder = data_folder(index_settings, server_settings)
    users = Users(folder)
    if told := founded_from_settings(users, server_settings):
        sys.stderr.write(f"askspeech: {told}\n")
    require_users(users, server_settings)
    with upload_folder():
        application = create_application(
            opener(index_settings, chat_settings or ChatSettings()),
            build_command=command,
            kept=_conversations(folder),
            access=Access(folder),
            users=users,
            proxies=networks(server_settings.trusted_proxies),
            store=index_settings.store,
            logs=server_settings.logs,
            hosts=hosts_of(server_settings.allowed_hosts),
            local_only=on_loopback(server_settings),
            limits=server_settings.limits,
            model=bool(chat_settings and chat_settings.model),
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
        application,
        http=bounded(networks(settings.trusted_proxies)),
        # No page and no program opens a web socket.
        ws="none",
        log_level="warning",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        server_header=False,
        # The gate reads what proxies say, and only where they are trusted.
        proxy_headers=False,
    )
    with listener, contextlib.suppress(KeyboardInterrupt):
        GracefulServer(config, application.state.work, settings.seconds_to_finish, _announce).run(sockets=[listener])
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


def _announce(listeners: list[socket.socket]) -> None:
    """Say on stdout where the page is."""
    sys.stdout.write(f"{address_of(listeners[0])}\n")
    sys.stdout.flush()


def address_of(listener: socket.socket) -> str:
    """The address that a person opens in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
