"""The address that answers are taken along from: `/export/{conversation}.docx` and `.md`, for whoever asked them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from askspeech.chat_keeping import Remembered, SourceTexts, turn_to_keep
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.datatypes import Citation
from askspeech.errors import AskSpeechError, NotKeptError
from askspeech.export_docx import word_file
from askspeech.export_markdown import markdown
from askspeech.exporting import Export, exported
from askspeech.keeping import KeptTurn, short_title
from askspeech.live_index import LiveIndex
from askspeech.telling import told
from askspeech.texts import PageTexts, language_of_reader, page_texts

__all__ = ["export_route"]

EXPORT_PATH = "/export/{conversation_id}.{kind}"
_LONGEST_NAME = 80
_NOT_IN_NAMES = frozenset('\\/:*?"<>|')


@dataclass(frozen=True, slots=True)
class _Kind:
    """A format: what it is called on the wire, and what makes it."""

    media_type: str
    made: Callable[[Export, PageTexts], str | bytes]


_KINDS = {
    "docx": _Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", word_file),
    "md": _Kind("text/markdown; charset=utf-8", markdown),
}


def export_route(kept: Conversations | None, remembered: Remembered, live: LiveIndex | None = None) -> Route:
    """The route, for the conversations that are kept or, where none is, for those that the server remembers.

    `turn` names one answer, counted from 1; without it the whole conversation is taken. `unsupported=1` also takes the
    sentences that nothing supports. With the index that is answered from, a file says which places are gone from it.
    """

    def export(request: Request) -> Response:
        """A conversation, or one answer of it, as a file."""
        texts = page_texts(language_of_reader(request.headers.get("accept-language"), request.headers.get("cookie")))
        user = getattr(request.state, "user", None)
        owner = user.owner if user else LOCAL_OWNER
        identity, kind = request.path_params["conversation_id"], _KINDS.get(request.path_params["kind"])
        try:
            title, turns = _turns(kept, remembered, owner, identity)
        except NotKeptError as error:
            return _problem(told(error, texts), 404)
        except AskSpeechError as error:
            return _problem(told(error, texts), 503)
        chosen = _chosen(turns, request.query_params.get("turn"))
        if kind is None or not chosen:
            return _problem(texts.export_no_answer.format(number=request.query_params.get("turn", 1)), 404)
        unsupported = request.query_params.get("unsupported") == "1"
        title = chosen[0].question if "turn" in request.query_params else title
        gone = SourceTexts(live).gone if live else _nothing
        made = exported(title, chosen, texts, unsupported=unsupported, gone=gone)
        return Response(
            kind.made(made, texts), media_type=kind.media_type, headers=_headers(title, request.path_params["kind"])
        )

    return Route(EXPORT_PATH, export)


def _nothing(_: tuple[Citation, ...]) -> frozenset[int]:
    return frozenset()


def _turns(
    kept: Conversations | None, remembered: Remembered, owner: str, identity: str
) -> tuple[str, Sequence[KeptTurn]]:
    """The title and the finished turns of a conversation; raises NotKeptError where its owner has none of this id."""
    if kept is not None:
        found = kept.get(owner, identity)
        return found.title, found.turns
    turns = tuple(turn_to_keep(one) for one in remembered.get(owner, identity).exchanges if not one.running)
    return short_title(turns[0].question) if turns else "", turns


def _chosen(turns: Sequence[KeptTurn], turn: str | None) -> Sequence[KeptTurn]:
    """All turns, or the one of that number; none where there is no such number."""
    if turn is None:
        return turns
    number = int(turn) if turn.isdecimal() and len(turn) < len(str(10**9)) else 0
    return turns[number - 1 : number] if number else ()


def _headers(title: str, kind: str) -> dict[str, str]:
    """What makes a browser save the file under its title (RFC 6266), and keep no other copy."""
    name = f"{_file_name(title)}.{kind}"
    return {
        "Content-Disposition": f"attachment; filename=\"askspeech.{kind}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
    }


def _file_name(title: str) -> str:
    """A title as a file's name on any system: nothing that means something to one, nothing that is not seen."""
    shown = "".join(" " if one in _NOT_IN_NAMES or category(one).startswith(("C", "Z")) else one for one in title)
    return " ".join(shown.split()).strip(". ")[:_LONGEST_NAME].rstrip(". ") or "askspeech"


def _problem(message: str, status: int) -> JSONResponse:
    return JSONResponse({"message": message}, status)
