"""Conversations and what was thought of their answers, kept in one SQLite file, each for its owner."""

import sqlite3
import time
import uuid
from pathlib import Path
from typing import Any

from askspeech import kept_records
from askspeech.data_files import DataFile
from askspeech.errors import DataError, NotKeptError
from askspeech.keeping import (
    Judgement,
    KeptConversation,
    KeptSummary,
    KeptTurn,
    Verdict,
    judged_questions,
    short_title,
)
from askspeech.records import pack_text, unpack_text
from askspeech.scoring import Question

__all__ = ["CONVERSATIONS", "LOCAL_OWNER", "Conversations"]

CONVERSATIONS = "conversations.db"
LOCAL_OWNER = "local"
"""Who owns what is kept until there are users."""

_SECONDS_TO_WAIT = 10.0
_LONGEST_TITLE = 200
_MOST_SEARCHED_FOR = 16


class Conversations:
    """The conversations in one folder; nothing is written before there is something to keep.

    Every call is for an owner, and finds nothing of another's. Every method raises DiskError where the disk is full,
    read-only or failing, and DataError where the file is damaged, of a newer version, or held by others for too long;
    what is in it is then left as it is. NotKeptError says that the owner has no such conversation.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / CONVERSATIONS
        self._file = DataFile(self.path, kept_records.KIND, _SECONDS_TO_WAIT)

    @classmethod
    def open(cls, folder: Path) -> "Conversations":
        """The conversations in a folder, whose file is looked at now; the folder need not exist."""
        conversations = cls(folder)
        with conversations._file.reading():
            return conversations

    def require_writable(self) -> None:
        """Raise DiskError where nothing could be kept; nothing is written."""
        self._file.require_writable()

    # Conversations

    def create(self, owner: str) -> str:
        """Begin a conversation and give its id; it is in no list before its first turn."""
        identity, now = uuid.uuid4().hex, time.time()
        with self._file.writing() as database:
            database.execute(
                "INSERT INTO conversations (id, owner, title, title_words, created_at, changed_at)"
                " VALUES (?, ?, x'', '', ?, ?)",
                (identity, pack_text(owner), now, now),
            )
        return identity

    def append(self, owner: str, conversation_id: str, turn: KeptTurn, *, at: int | None = None) -> int:
        """Keep a turn at the end of a conversation, and give its place, counted from 0.

        With `at`, it takes that place, and what was kept there and after it goes: a question asked again or edited.
        """
        with self._file.writing() as database:
            key, turns = self._own(database, owner, conversation_id, "key, turns")
            position = turns if at is None else at
            if not 0 <= position <= turns:
                raise NotKeptError(f"A turn cannot be kept at {at}: the conversation has {turns}. Load it again.")
            database.execute("DELETE FROM turns WHERE conversation = ? AND position >= ?", (key, position))
            words = kept_records.searchable(f"{turn.question}\n{turn.text}")
            database.execute("INSERT INTO turns VALUES (?, ?, ?)", (key, position, kept_records.pack_turn(turn)))
            database.execute("INSERT INTO words VALUES (?, ?, ?)", (key, position, words))
            database.execute(
                "UPDATE conversations SET turns = ?, changed_at = ? WHERE key = ?", (position + 1, turn.asked_at, key)
            )
            if position == 0:
                _set_title(database, key, short_title(turn.question), "AND NOT renamed")
        return position

    def list(
        self, owner: str, search: str = "", *, limit: int = 50, before: KeptSummary | None = None
    ) -> tuple[KeptSummary, ...]:
        """The owner's conversations, those with the latest question first.

        Args:
            owner: whose.
            search: words parted by spaces, each of which stands in the title, a question or an answer.
            limit: how many at most.
            before: the last one of the list that this one goes on from.
        """
        conditions = ["owner = ?", "turns > 0"]
        values: Any = [pack_text(owner)]
        for word in kept_records.searchable(search).split()[:_MOST_SEARCHED_FOR]:
            conditions.append(kept_records.HELD)
            values += [word, word]
        if before is not None:
            conditions.append("(changed_at, id) < (?, ?)")
            values += [before.changed_at, before.id]
        statement = f"{kept_records.SUMMARY} WHERE {' AND '.join(conditions)} ORDER BY changed_at DESC, id DESC LIMIT ?"
        with self._file.reading() as database:
            rows = database.execute(statement, (*values, limit)).fetchall() if database else ()
        return tuple(KeptSummary(row[0], self._text(row[1]), *row[2:]) for row in rows)

    def get(self, owner: str, conversation_id: str) -> KeptConversation:
        """A whole conversation with what was thought of its answers."""
        with self._file.reading() as database:
            if database is None:
                raise _not_kept(conversation_id)
            return self._conversation(database, owner, conversation_id)

    def rename(self, owner: str, conversation_id: str, title: str) -> str:
        """Give a conversation a title and say which it has; an empty one gives it that of its first question again."""
        with self._file.writing() as database:
            (key,) = self._own(database, owner, conversation_id, "key")
            chosen = short_title(title, _LONGEST_TITLE)
            shown = chosen or self._first_question(database, key)
            _set_title(database, key, shown)
            database.execute("UPDATE conversations SET renamed = ? WHERE key = ?", (bool(chosen), key))
        return shown

    def delete(self, owner: str, conversation_id: str) -> bool:
        """Delete a conversation with all that was thought of it, from the disk too; False where there is none."""
        if not self._file.exists():
            return False
        with self._file.writing() as database:
            statement = "DELETE FROM conversations WHERE owner = ? AND id = ?"
            return database.execute(statement, (pack_text(owner), _plain(conversation_id))).rowcount > 0

    def give_over(self, from_owner: str, to_owner: str) -> int:
        """Make all conversations of one owner another's, and say how many: the first administrator takes them over."""
        if not self._file.exists():
            return 0
        with self._file.writing() as database:
            owners = (pack_text(to_owner), pack_text(from_owner))
            return database.execute("UPDATE conversations SET owner = ? WHERE owner = ?", owners).rowcount

    def delete_all(self, owner: str) -> int:
        """Delete all conversations of an owner with all that was thought of them, and say how many there were."""
        if not self._file.exists():
            return 0
        with self._file.writing() as database:
            return database.execute("DELETE FROM conversations WHERE owner = ?", (pack_text(owner),)).rowcount

    # Feedback

    def judge(self, owner: str, conversation_id: str, judgement: Judgement) -> None:
        """Keep what is thought of an answer or a citation, in place of what was; an empty judgement removes that."""
        if not judgement.allowed:
            raise DataError(
                f"{judgement.verdict!r} is no verdict: an answer is good or bad, a citation right or wrong."
            )
        with self._file.writing() as database:
            key, turns = self._own(database, owner, conversation_id, "key, turns")
            if not 0 <= judgement.turn < turns:
                raise NotKeptError(f"There is no answer {judgement.turn} among the {turns} of this conversation.")
            place = (key, judgement.turn, judgement.citation or 0)
            if judgement.citation is not None:
                self._require_citation(database, key, judgement)
            database.execute("DELETE FROM judgements WHERE conversation = ? AND position = ? AND citation = ?", place)
            if judgement.verdict or judgement.comment:
                values = (judgement.verdict, pack_text(judgement.comment), time.time())
                database.execute("INSERT INTO judgements VALUES (?, ?, ?, ?, ?, ?)", (*place, *values))

    def judgements(self, owner: str, conversation_id: str) -> tuple[Judgement, ...]:
        """All that is thought of a conversation's answers and citations, in their order."""
        with self._file.reading() as database:
            if database is None:
                raise _not_kept(conversation_id)
            (key,) = self._own(database, owner, conversation_id, "key")
            return self._judgements(database, key)

    def export_questions(self, owner: str | None = None) -> tuple[Question, ...]:
        """The questions whose answers were judged good, to evaluate with; of all owners where none is named."""
        with self._file.reading() as database:
            found = database.execute(kept_records.JUDGED_GOOD).fetchall() if database else []
            chosen = [(self._text(packed), identity) for packed, identity in found]
            conversations = [
                self._conversation(database, one, identity)
                for one, identity in chosen
                if database and owner in (None, one)
            ]
        return tuple(question for conversation in conversations for question in judged_questions(conversation))

    # The file

    def _own(self, database: sqlite3.Connection, owner: str, conversation_id: str, columns: str) -> tuple[Any, ...]:
        statement = f"SELECT {columns} FROM conversations WHERE owner = ? AND id = ?"
        row = database.execute(statement, (pack_text(owner), _plain(conversation_id))).fetchone()
        if row is None:
            raise _not_kept(conversation_id)
        return tuple(row)

    def _conversation(self, database: sqlite3.Connection, owner: str, conversation_id: str) -> KeptConversation:
        key, identity, title, created_at, changed_at = self._own(
            database, owner, conversation_id, "key, id, title, created_at, changed_at"
        )
        rows = database.execute("SELECT data FROM turns WHERE conversation = ? ORDER BY position", (key,)).fetchall()
        turns = tuple(self._unpacked(data) for (data,) in rows)
        judgements = self._judgements(database, key)
        return KeptConversation(identity, self._text(title), created_at, changed_at, turns, judgements)

    def _judgements(self, database: sqlite3.Connection, key: int) -> tuple[Judgement, ...]:
        return tuple(self._judgement(*row) for row in database.execute(kept_records.JUDGEMENTS, (key,)))

    def _turn(self, database: sqlite3.Connection, key: int, position: int) -> KeptTurn | None:
        row = database.execute(
            "SELECT data FROM turns WHERE conversation = ? AND position = ?", (key, position)
        ).fetchone()
        return None if row is None else self._unpacked(row[0])

    def _first_question(self, database: sqlite3.Connection, key: int) -> str:
        first = self._turn(database, key, 0)
        return short_title(first.question) if first else ""

    def _require_citation(self, database: sqlite3.Connection, key: int, judgement: Judgement) -> None:
        turn = self._turn(database, key, judgement.turn)
        if turn is None or judgement.citation not in [citation.number for citation in turn.citations]:
            raise NotKeptError(f"There is no citation {judgement.citation} in the answer {judgement.turn}.")

    def _unpacked(self, data: bytes) -> KeptTurn:
        try:
            return kept_records.unpack_turn(data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._file.damaged(f"a turn in it cannot be read ({type(error).__name__}: {error})") from error

    def _judgement(self, position: int, verdict: Verdict, comment: bytes, citation: int, given_at: float) -> Judgement:
        return Judgement(position, verdict, self._text(comment), citation or None, given_at)

    def _text(self, packed: bytes) -> str:
        try:
            return unpack_text(packed)
        except (ValueError, AttributeError) as error:
            raise self._file.damaged(f"a text in it cannot be read ({error})") from error


def _set_title(database: sqlite3.Connection, key: int, title: str, condition: str = "") -> None:
    database.execute(
        f"UPDATE conversations SET title = ?, title_words = ? WHERE key = ? {condition}",
        (pack_text(title), kept_records.searchable(title), key),
    )


def _plain(identity: str) -> str:
    """An id that SQLite can compare, whatever a browser sent as one."""
    return identity.encode(errors="replace").decode()


def _not_kept(conversation_id: str) -> NotKeptError:
    return NotKeptError(
        f"There is no conversation {conversation_id!r}: it may have been deleted meanwhile, or be another user's. "
        "Choose one from the list.",
        "没有这个对话：它可能已被删除，或者属于其他用户。请从列表中选择。",
    )
