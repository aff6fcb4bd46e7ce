"""Conversations on the disk: each for its owner, exact, and whole after kills, full disks and damage."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests import kept
from tests.fakes import DEBTS
from tests.kept import DEBTS_TURN, OFFICERS_TURN, WEATHER_TURN

from askspeech import kept_records
from askspeech.conversations import CONVERSATIONS, LOCAL_OWNER, Conversations
from askspeech.errors import AskSpeechError, DataError, DiskError, NotKeptError
from askspeech.keeping import Judgement, KeptTurn, kept_turn
from askspeech.records import pack_text

ALICE, BOB = "alice", "bob"


@pytest.fixture
def conversations(tmp_path: Path) -> Conversations:
    return Conversations.open(tmp_path / "data")


def begun(conversations: Conversations, owner: str, *turns: KeptTurn) -> str:
    identity = conversations.create(owner)
    for turn in turns:
        conversations.append(owner, identity, turn)
    return identity


def titles(conversations: Conversations, owner: str = ALICE, search: str = "") -> list[str]:
    return [one.title for one in conversations.list(owner, search)]


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        checked = database.execute("PRAGMA integrity_check").fetchall()
        return checked == [("ok",)] and not database.execute("PRAGMA foreign_key_check").fetchall()


# Keeping.


def test_nothing_is_written_before_there_is_something_to_keep(tmp_path: Path) -> None:
    conversations = Conversations.open(tmp_path / "data")
    assert conversations.list(ALICE) == ()
    assert conversations.export_questions() == ()
    assert not conversations.delete(ALICE, "none")
    assert conversations.give_over(ALICE, BOB) == 0
    with pytest.raises(NotKeptError):
        conversations.get(ALICE, "none")
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_private(conversations: Conversations) -> None:
    begun(conversations, ALICE, DEBTS_TURN)
    assert stat.S_IMODE(conversations.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(conversations.path.stat().st_mode) == 0o600


def test_a_conversation_comes_back_as_it_was(conversations: Conversations) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN, WEATHER_TURN)
    again = Conversations.open(conversations.path.parent).get(ALICE, identity)
    assert again.turns == (DEBTS_TURN, WEATHER_TURN)
    assert (again.id, again.title, again.changed_at) == (identity, DEBTS.question, WEATHER_TURN.asked_at)
    assert again.judgements == ()


@settings(max_examples=60)
@given(kept.turns)
def test_any_turn_comes_back_exactly(turn: KeptTurn) -> None:
    with tempfile.TemporaryDirectory() as folder:
        conversations = Conversations.open(Path(folder))
        identity = begun(conversations, turn.question, turn)
        assert conversations.get(turn.question, identity).turns == (turn,)
        (summary,) = conversations.list(turn.question, turn.question)
        assert (summary.id, summary.turns) == (identity, 1)


def test_a_question_asked_again_takes_the_place_of_what_followed(conversations: Conversations) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN, OFFICERS_TURN, WEATHER_TURN)
    conversations.judge(ALICE, identity, Judgement(1, "bad"))
    assert conversations.append(ALICE, identity, WEATHER_TURN, at=1) == 1
    again = conversations.get(ALICE, identity)
    assert again.turns == (DEBTS_TURN, WEATHER_TURN) and again.judgements == ()
    assert conversations.append(ALICE, identity, OFFICERS_TURN, at=0) == 0
    assert titles(conversations) == [OFFICERS_TURN.question]
    for place in (-1, 2):
        with pytest.raises(NotKeptError, match="Load it again"):
            conversations.append(ALICE, identity, OFFICERS_TURN, at=place)


def test_a_stopped_answer_is_kept_too(conversations: Conversations) -> None:
    stopped = KeptTurn("问到一半？", 5.0, text="一要摸", state="stopped")
    identity = begun(conversations, ALICE, stopped)
    assert conversations.get(ALICE, identity).turns == (stopped,)


# Listing, searching, naming.


def test_the_latest_comes_first_and_pages_follow_each_other(conversations: Conversations) -> None:
    times = [5.0, 9.0, 9.0, 9.0, 1.0, 7.0]
    identities = [begun(conversations, ALICE, replace(DEBTS_TURN, asked_at=at)) for at in times]
    conversations.create(ALICE)
    whole = conversations.list(ALICE)
    assert [one.changed_at for one in whole] == sorted(times, reverse=True)
    assert {one.id for one in whole} == set(identities)
    assert {one.turns for one in whole} == {1}
    pages = [conversations.list(ALICE, limit=2)]
    while pages[-1]:
        pages.append(conversations.list(ALICE, limit=2, before=pages[-1][-1]))
    assert tuple(one for page in pages for one in page) == whole
    conversations.append(ALICE, identities[4], replace(WEATHER_TURN, asked_at=10.0))
    assert conversations.list(ALICE, limit=1)[0].id == identities[4]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["debts", "odd", "renamed"]),
        ("账", ["debts"]),
        ("賬款", ["debts"]),
        ("没有预算的项目", ["debts"]),
        ("热线 拖欠", ["debts"]),
        ("热线 天气", []),
        ("％", ["odd"]),
        ("100%_", ["odd"]),
        ("SERVICE", ["odd"]),
        ("'\"", ["odd"]),
        ("后面", ["odd"]),
        ("专员", ["renamed"]),
        ("会议", ["renamed"]),
        ("\x00", ["odd"]),
        (" ".join("账" * 999), ["debts"]),
    ],
)
def test_searching(search: str, found: list[str], conversations: Conversations) -> None:
    odd = KeptTurn("100%_的 Service？ '\"", 2.0, text="前面\x00后面")
    known = {
        begun(conversations, ALICE, DEBTS_TURN): "debts",
        begun(conversations, ALICE, odd): "odd",
        begun(conversations, ALICE, OFFICERS_TURN): "renamed",
    }
    conversations.rename(ALICE, next(one for one, name in known.items() if name == "renamed"), "会议准备")
    assert sorted(known[one.id] for one in conversations.list(ALICE, search)) == found


def test_a_title_stays_until_it_is_taken_back(conversations: Conversations) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN)
    assert conversations.rename(ALICE, identity, "  清欠\n材料 ") == "清欠 材料"
    conversations.append(ALICE, identity, OFFICERS_TURN, at=0)
    assert titles(conversations) == ["清欠 材料"]
    assert conversations.rename(ALICE, identity, " \n") == OFFICERS_TURN.question
    conversations.append(ALICE, identity, WEATHER_TURN, at=0)
    assert titles(conversations) == [WEATHER_TURN.question]
    assert len(conversations.rename(ALICE, identity, "长" * 10_000)) == 200


def test_what_is_deleted_is_not_in_the_file_any_more(conversations: Conversations) -> None:
    stays = begun(conversations, ALICE, DEBTS_TURN)
    goes = begun(conversations, ALICE, replace(OFFICERS_TURN, text="暗号玄武湖" * 500, question="暗号问"))
    conversations.judge(ALICE, goes, Judgement(0, "bad", "暗号评语"))
    assert "暗号" in conversations.path.read_bytes().decode(errors="ignore")
    assert conversations.delete(ALICE, goes)
    assert not conversations.delete(ALICE, goes)
    assert "暗号" not in conversations.path.read_bytes().decode(errors="ignore")
    assert [path.name for path in conversations.path.parent.iterdir()] == [CONVERSATIONS]
    assert [one.id for one in conversations.list(ALICE)] == [stays]
    with closing(sqlite3.connect(conversations.path)) as database:
        for table, rows in (("conversations", 1), ("turns", 1), ("words", 1), ("judgements", 0)):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (rows,)


# Owners.


def test_owners_are_apart(conversations: Conversations) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN)
    conversations.judge(ALICE, identity, Judgement(0, "good"))
    before = conversations.get(ALICE, identity)
    attempts: list[Callable[[], object]] = [
        lambda: conversations.get(BOB, identity),
        lambda: conversations.append(BOB, identity, WEATHER_TURN),
        lambda: conversations.rename(BOB, identity, "mine"),
        lambda: conversations.judge(BOB, identity, Judgement(0, "bad")),
    ]
    for attempt in attempts:
        with pytest.raises(NotKeptError, match="another user's"):
            attempt()
    assert not conversations.delete(BOB, identity)
    assert conversations.list(BOB) == conversations.list(BOB, "账") == ()
    assert conversations.export_questions(BOB) == ()
    assert conversations.get(ALICE, identity) == before


def test_the_first_administrator_takes_over_what_had_no_user(conversations: Conversations) -> None:
    mine = begun(conversations, ALICE, WEATHER_TURN)
    theirs = begun(conversations, LOCAL_OWNER, DEBTS_TURN)
    conversations.judge(LOCAL_OWNER, theirs, Judgement(0, "good"))
    assert conversations.give_over(LOCAL_OWNER, ALICE) == 1
    assert conversations.list(LOCAL_OWNER) == ()
    assert {one.id for one in conversations.list(ALICE)} == {mine, theirs}
    assert conversations.get(ALICE, theirs).judgement(0) is not None


@pytest.mark.parametrize("identity", ["", "none", "a\x00b", "\ud800", "' OR 1=1 --"])
def test_an_id_from_anywhere_is_not_kept(identity: str, conversations: Conversations) -> None:
    begun(conversations, ALICE, DEBTS_TURN)
    with pytest.raises(NotKeptError):
        conversations.get(ALICE, identity)
    assert not conversations.delete(ALICE, identity)


# Feedback.


def test_judgements_are_kept_changed_and_removed(conversations: Conversations) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN, OFFICERS_TURN)
    began = time.time()
    for judgement in (
        Judgement(0, "good"),
        Judgement(0, "wrong", "引的是另一处", 2),
        Judgement(0, "", "太长\ud800", 1),
        Judgement(1, "bad", "没有回答"),
        Judgement(0, "bad", "改主意了"),
    ):
        conversations.judge(ALICE, identity, judgement)
    found = conversations.get(ALICE, identity)
    assert [replace(one, given_at=0.0) for one in found.judgements] == [
        Judgement(0, "bad", "改主意了"),
        Judgement(0, "", "太长\ud800", 1),
        Judgement(0, "wrong", "引的是另一处", 2),
        Judgement(1, "bad", "没有回答"),
    ]
    assert all(began <= one.given_at <= time.time() for one in found.judgements)
    for place in ((0, 1), (0, 2), (0, None), (0, None)):
        conversations.judge(ALICE, identity, Judgement(place[0], citation=place[1]))
    assert [one.comment for one in conversations.get(ALICE, identity).judgements] == ["没有回答"]


@pytest.mark.parametrize(
    ("judgement", "error"),
    [
        (Judgement(2, "good"), NotKeptError),
        (Judgement(-1, "good"), NotKeptError),
        (Judgement(0, "right", citation=9), NotKeptError),
        (Judgement(0, "right", citation=0), NotKeptError),
        (Judgement(0, "right"), DataError),
        (Judgement(0, "good", citation=1), DataError),
        (Judgement(0, "excellent"), DataError),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_judged(judgement: Judgement, error: type[DataError], conversations: Conversations) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN, OFFICERS_TURN)
    with pytest.raises(error):
        conversations.judge(ALICE, identity, judgement)
    assert conversations.get(ALICE, identity).judgements == ()


def test_good_answers_are_exported_as_questions(conversations: Conversations) -> None:
    first = begun(conversations, ALICE, DEBTS_TURN, WEATHER_TURN)
    second = begun(conversations, BOB, OFFICERS_TURN)
    for owner, identity, judgement in (
        (ALICE, first, Judgement(1, "good")),
        (BOB, second, Judgement(0, "good")),
        (ALICE, first, Judgement(0, "good")),
    ):
        conversations.judge(owner, identity, judgement)
    assert [one.id for one in conversations.export_questions()] == [f"{first}-1", f"{first}-2", f"{second}-1"]
    assert [one.id for one in conversations.export_questions(BOB)] == [f"{second}-1"]


# Threads, processes, kills.

PROGRAM = """
import os, signal, sys
from pathlib import Path
from dataclasses import replace
from askspeech import kept_records
from askspeech.conversations import Conversations
from askspeech.errors import AskSpeechError
from askspeech.keeping import KeptTurn
conversations = Conversations.open(Path(sys.argv[1]))
owner, identity = sys.argv[2:4]
def turn(number, size=100):
    return KeptTurn(f"{owner} {number}", float(number), text=f"{number}" * size)
"""


def child(program: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + program, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        **options,  # type: ignore[call-overload]
    )


def test_processes_and_threads_write_at_once(conversations: Conversations) -> None:
    shared = conversations.create(LOCAL_OWNER)
    program = (
        "own = conversations.create(owner)\n"
        "for number in range(40):\n"
        "    conversations.append('local', identity, turn(number))\n"
        "    conversations.append(owner, own, turn(number))\n"
        "    conversations.list('local', '9')\n"
    )
    children = [child(program, conversations.path.parent, owner, shared) for owner in ("one", "two")]
    threads = [
        threading.Thread(target=lambda: [conversations.append(LOCAL_OWNER, shared, DEBTS_TURN) for _ in range(10)])
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in children:
        assert process.communicate()[1] is None and process.returncode == 0
    questions = [turn.question for turn in conversations.get(LOCAL_OWNER, shared).turns]
    assert len(questions) == 110
    for owner in ("one", "two"):
        expected = [f"{owner} {number}" for number in range(40)]
        assert [question for question in questions if question.startswith(owner)] == expected
        (summary,) = conversations.list(owner)
        assert summary.turns == 40
    assert sound(conversations.path)


def test_two_processes_begin_the_file_at_once(tmp_path: Path) -> None:
    program = "print(conversations.create(owner))\nconversations.append(owner, conversations.create(owner), turn(1))"
    children = [child(program, tmp_path / "new", f"owner {number}", "") for number in range(2)]
    assert [process.wait() for process in children if process.communicate()] == [0, 0]
    conversations = Conversations.open(tmp_path / "new")
    assert [len(conversations.list(f"owner {number}")) for number in range(2)] == [1, 1]


def test_a_kill_inside_a_turn_leaves_what_was_there(conversations: Conversations) -> None:
    identity = begun(conversations, LOCAL_OWNER, DEBTS_TURN, WEATHER_TURN)
    # When the words to search are made, the old turns have already been deleted in the transaction.
    program = (
        "kept_records.searchable = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "conversations.append(owner, identity, turn(1), at=0)\n"
    )
    process = child(program, conversations.path.parent, LOCAL_OWNER, identity)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert conversations.get(LOCAL_OWNER, identity).turns == (DEBTS_TURN, WEATHER_TURN)
    assert sound(conversations.path)


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_state(conversations: Conversations) -> None:
    program = (
        "print('ready', flush=True)\n"
        "for number in range(100000):\n"
        "    conversations.append(owner, identity, turn(number, 200000))\n"
        "    print(number, flush=True)\n"
    )
    for trial in range(6):
        identity = conversations.create(LOCAL_OWNER)
        process = child(program, conversations.path.parent, LOCAL_OWNER, identity)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.02 + 0.017 * trial)
        process.kill()
        told = [int(line) for line in process.communicate()[0].splitlines()]
        turns = conversations.get(LOCAL_OWNER, identity).turns
        # What was said to be kept is kept; one more may be, of which nothing could be said any more.
        assert len(told) <= len(turns) <= len(told) + 1
        assert [turn.text for turn in turns] == [f"{number}" * 200000 for number in range(len(turns))]
    assert sound(conversations.path)


# Disks.


def test_a_full_disk_is_a_disk_error_and_loses_nothing(conversations: Conversations) -> None:
    identity = begun(conversations, LOCAL_OWNER, DEBTS_TURN)
    program = (
        "import resource\n"
        f"limit = {conversations.path.stat().st_size}\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    conversations.append(owner, identity, turn(1, 100000))\n"
        "except AskSpeechError as error:\n"
        "    print(type(error).__name__, error.exit_status, error)\n"
        "print(len(conversations.get(owner, identity).turns))\n"
    )
    process = child(program, conversations.path.parent, LOCAL_OWNER, identity)
    said, turns = process.communicate()[0].splitlines()
    assert said.startswith(f"DiskError 74 Could not write the conversations in {conversations.path}: ")
    assert turns == "1"
    assert conversations.get(LOCAL_OWNER, identity).turns == (DEBTS_TURN,)
    conversations.append(LOCAL_OWNER, identity, WEATHER_TURN)


def test_a_folder_that_cannot_be_written_to_is_still_read(conversations: Conversations) -> None:
    identity = begun(conversations, LOCAL_OWNER, DEBTS_TURN)
    program = (
        "folder = Path(sys.argv[1])\n"
        "kept_records.searchable('账')  # loads what another user may not read\n"
        "if os.geteuid() == 0:\n"
        "    os.setegid(65534), os.seteuid(65534)\n"
        "print(len(conversations.get(owner, identity).turns), len(conversations.list(owner, '账款')))\n"
        "for conversations in (conversations, Conversations(folder / 'deeper')):\n"
        "    try:\n"
        "        conversations.create(owner)\n"
        "    except AskSpeechError as error:\n"
        "        print(type(error).__name__, error)\n"
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.joinpath(CONVERSATIONS).write_bytes(conversations.path.read_bytes())
        folder.joinpath(CONVERSATIONS).chmod(0o444)
        folder.chmod(0o555)
        process = child(program, folder, LOCAL_OWNER, identity)
        read, *errors = process.communicate()[0].splitlines()
        folder.chmod(0o755)
    assert read == "1 1"
    assert [error.split()[0] for error in errors] == ["DiskError", "DiskError"]
    assert all("ASKSPEECH_DATA" in error for error in errors)


def test_a_file_in_place_of_the_folder_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    conversations = Conversations.open(tmp_path / "file")
    assert conversations.list(ALICE) == ()
    with pytest.raises(DiskError, match="Could not write"):
        conversations.create(ALICE)


# Damage.


def spoilt_start(path: Path) -> None:
    path.write_bytes(b"no database" + path.read_bytes()[11:])


def spoilt_middle(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def changed(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(statement)

    return change


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(spoilt_start, "file is not a database", id="start"),
        pytest.param(spoilt_middle, "cannot be used", id="middle"),
        pytest.param(cut, "cannot be used", id="cut"),
        pytest.param(changed("PRAGMA user_version = 2"), "layout 2, expected 1 at most", id="newer"),
        pytest.param(changed("PRAGMA user_version = 0"), "layout 0, expected 1", id="older"),
        pytest.param(changed("PRAGMA application_id = 7"), "another program's database", id="foreign"),
        pytest.param(changed("DROP TABLE turns"), "no such table", id="table"),
        pytest.param(changed("UPDATE turns SET data = x'7b7d'"), "a turn in it cannot be read", id="turn"),
        pytest.param(changed("UPDATE turns SET data = x'5b'"), "a turn in it cannot be read", id="no JSON"),
        pytest.param(changed("UPDATE conversations SET title = x'ff'"), "a text in it cannot be read", id="title"),
    ],
)
def test_damage_is_said_and_nothing_is_lost(
    spoil: Callable[[Path], None], words: str, conversations: Conversations
) -> None:
    identity = begun(conversations, ALICE, DEBTS_TURN)
    spoil(conversations.path)
    before = conversations.path.read_bytes()
    calls: list[Callable[[], object]] = [
        lambda: Conversations.open(conversations.path.parent),
        lambda: conversations.list(ALICE),
        lambda: conversations.get(ALICE, identity),
        lambda: conversations.append(ALICE, identity, WEATHER_TURN),
    ]
    said = []
    # A damaged part does not keep others from being written to.
    for call in calls[:3] if "cannot be read" in words else calls:
        try:
            call()
        except AskSpeechError as error:
            assert isinstance(error, DataError)
            said.append(str(error))
    assert any(words in message for message in said), said
    assert all("left as they are" in message and str(conversations.path) in message for message in said)
    assert conversations.path.read_bytes() == before


def test_an_empty_file_is_as_good_as_none(conversations: Conversations) -> None:
    conversations.path.parent.mkdir()
    conversations.path.touch()
    assert conversations.list(ALICE) == ()
    begun(conversations, ALICE, DEBTS_TURN)
    assert titles(conversations) == [DEBTS.question]


def test_a_file_that_another_holds_is_said_to_be_busy(
    conversations: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(conversations, ALICE, DEBTS_TURN)
    monkeypatch.setattr(conversations._file, "_seconds", 0.05)
    with closing(sqlite3.connect(conversations.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert titles(conversations) == [DEBTS.question]
        with pytest.raises(DataError, match="Another program has held"):
            conversations.create(ALICE)
    conversations.create(ALICE)


# Speed.


def fill(conversations: Conversations, count: int) -> None:
    """Many conversations of three turns, written at once."""
    conversations.create(BOB)
    turn = kept_turn(DEBTS, asked_at=0.0, generation="g")
    data, words = kept_records.pack_turn(turn), kept_records.searchable(DEBTS.text * 2)
    owner, title = pack_text(ALICE), pack_text(DEBTS.question)
    rows = [(key, f"{key:032x}", owner, title, f"标题{key}", 0.0, float(key), 3) for key in range(100, 100 + count)]
    parts = [(row[0], position) for row in rows for position in range(3)]
    with closing(sqlite3.connect(conversations.path)) as database, database:
        database.executemany("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)", rows)
        database.executemany("INSERT INTO turns VALUES (?, ?, ?)", ((*part, data) for part in parts))
        database.executemany("INSERT INTO words VALUES (?, ?, ?)", ((*part, f"{words} {part[0]}") for part in parts))


def quickest(call: Callable[[], object]) -> float:
    times = []
    for _ in range(7):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times)


def test_five_thousand_conversations_are_listed_and_searched_about_as_fast_as_they_are_read(
    conversations: Conversations,
) -> None:
    fill(conversations, 5000)

    def read(statement: str) -> object:
        with closing(sqlite3.connect(conversations.path)) as database:
            return database.execute(statement).fetchall()

    reading = quickest(lambda: read("SELECT words FROM words"))
    everything = quickest(lambda: read("SELECT id, title, turns, created_at, changed_at FROM conversations"))
    assert len(conversations.list(ALICE)) == 50
    assert quickest(lambda: conversations.list(ALICE)) < everything
    for search, found in (("没有这样的话", 0), ("鑫", 0), ("标题4999", 1), ("账", 50)):
        assert len(conversations.list(ALICE, search)) == found, search
        # Every word of every turn is looked through where there is no more than one.
        assert quickest(lambda search=search: conversations.list(ALICE, search)) < 4 * reading  # type: ignore[misc]
