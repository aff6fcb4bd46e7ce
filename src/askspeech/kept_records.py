"""Tables and rows of the conversations that are kept: turns as JSON bytes and back, exactly, and the words searched.

Turns are JSON objects by the names of their fields: a field that a later version adds takes its default in older rows.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from askspeech.bilingual import packed
from askspeech.data_files import FileKind
from askspeech.datatypes import Citation, Filters, Locator, Sentence, Span, Usage
from askspeech.folding import fold
from askspeech.keeping import KeptPassage, KeptTurn
from askspeech.records import pack, unpack

# Of `judgements`, the one with the citation 0 is of the answer.
_TABLES = (
    "CREATE TABLE conversations (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner BLOB NOT NULL,"
    " title BLOB NOT NULL, title_words TEXT NOT NULL, renamed INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL,"
    " changed_at REAL NOT NULL, turns INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX conversations_of_owner ON conversations (owner, changed_at, id)",
    "CREATE TABLE turns (conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,"
    " position INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (conversation, position))",
    "CREATE TABLE words (conversation INTEGER NOT NULL, position INTEGER NOT NULL, words TEXT NOT NULL,"
    " PRIMARY KEY (conversation, position),"
    " FOREIGN KEY (conversation, position) REFERENCES turns (conversation, position) ON DELETE CASCADE)",
    "CREATE TABLE judgements (conversation INTEGER NOT NULL, position INTEGER NOT NULL, citation INTEGER NOT NULL,"
    " verdict TEXT NOT NULL, comment BLOB NOT NULL, given_at REAL NOT NULL,"
    " PRIMARY KEY (conversation, position, citation),"
    " FOREIGN KEY (conversation, position) REFERENCES turns (conversation, position) ON DELETE CASCADE)",
)
KIND = FileKind(
    application=0x41736B53,
    layout=1,
    tables=_TABLES,
    things="conversations",
    remedy="They are left as they are: put a copy of that file back, or move it away to begin anew.",
    unreadable_zh="无法读写对话记录，请检查磁盘。",
    damaged_zh="对话记录损坏，请恢复备份或移走该文件。",
    # What is deleted leaves no trace in the file; what is kept is on the disk when it is said to be.
    connecting=("PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON", "PRAGMA synchronous = EXTRA"),
)

SUMMARY = "SELECT id, title, turns, created_at, changed_at FROM conversations"
HELD = (
    "(instr(title_words, ?) OR EXISTS (SELECT 1 FROM words"
    " WHERE words.conversation = conversations.key AND instr(words.words, ?)))"
)
JUDGEMENTS = (
    "SELECT position, verdict, comment, citation, given_at FROM judgements WHERE conversation = ?"
    " ORDER BY position, citation"
)
JUDGED_GOOD = (
    "SELECT DISTINCT conversations.owner, conversations.id FROM conversations"
    " JOIN judgements ON judgements.conversation = conversations.key"
    " WHERE judgements.citation = 0 AND judgements.verdict = 'good'"
    " ORDER BY conversations.created_at, conversations.key"
)

# NUL ends a text for some of SQLite's functions, and lone surrogates are no UTF-8.
_UNSEARCHABLE = re.compile(r"[\x00\ud800-\udfff]")


def searchable(text: str) -> str:
    """Text as it is compared when searching: without differences of width, case or traditional form."""
    return fold(unicodedata.normalize("NFKC", _UNSEARCHABLE.sub("\ufffd", text)).casefold())


def pack_turn(turn: KeptTurn) -> bytes:
    """A turn as JSON bytes."""
    return pack(packed(asdict(turn)))


def unpack_turn(data: bytes) -> KeptTurn:
    """The turn that `pack_turn` packed; raises ValueError, KeyError or TypeError for anything else."""
    return _turn(unpack(data))


def _turn(record: Mapping[str, Any]) -> KeptTurn:
    values = _known(KeptTurn, record)
    values["filters"] = Filters(**_tuples(_known(Filters, record["filters"])))
    values["filtered_by"] = tuple((name, value) for name, value in record["filtered_by"])
    values["sentences"] = tuple(_sentence(one) for one in record["sentences"])
    values["citations"] = tuple(_citation(one) for one in record["citations"])
    values["nearest"] = tuple(_passage(one) for one in record["nearest"])
    values["usage"] = Usage(**_known(Usage, record["usage"]))
    return KeptTurn(**_tuples(values))


def _sentence(record: Mapping[str, Any]) -> Sentence:
    return Sentence(**_tuples(_known(Sentence, record) | {"marked": _spans(record["marked"])}))


def _citation(record: Mapping[str, Any]) -> Citation:
    places = {"spans": _spans(record["spans"]), "locator": Locator(**_known(Locator, record["locator"]))}
    return Citation(**_tuples(_known(Citation, record) | places))


def _passage(record: Mapping[str, Any]) -> KeptPassage:
    return KeptPassage(**_tuples(_known(KeptPassage, record) | {"spans": _spans(record["spans"])}))


def _spans(record: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in record)


def _known(kind: type, record: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields that this version knows."""
    return {one.name: record[one.name] for one in fields(kind) if one.name in record}


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with tuples for JSON's lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
