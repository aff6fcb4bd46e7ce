"""Users and their sessions: names, roles, how sessions begin and end, and the file of a version without users."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from tests.clock import Clock
from tests.kept import DEBTS_TURN

from askspeech.access import ACCESS, Access
from askspeech.access_records import _TOKENS, access_file
from askspeech.conversations import Conversations
from askspeech.errors import AccountError, AskSpeechError, DataError
from askspeech.passwords import Passwords
from askspeech.users import IDLE_SECONDS, LONGEST_SESSION, User, Users, user_key

PASSWORD, OTHER = "correct horse", "battery staple"
WEAK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
STRONGER = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def empty(tmp_path: Path, clock: Clock) -> Users:
    return Users(tmp_path / "data", WEAK, clock)


@pytest.fixture
def users(empty: Users) -> Users:
    empty.add("Ann", PASSWORD, "administrator", first=True)
    empty.add("bob", PASSWORD, "reader")
    return empty


def session(users: Users, name: str = "bob", password: str = PASSWORD) -> str:
    began = users.sign_in(name, password)
    assert began is not None
    return began[1]


def names(users: Users) -> list[str]:
    return [user.name for user in users.all()]


# Users


def test_nothing_is_written_before_there_is_a_user(empty: Users) -> None:
    assert not empty.exist() and empty.all() == () and empty.sign_in("ann", PASSWORD) is None
    assert not empty.standing("x").has_users and not empty.remove("ann")
    empty.end_session("x")
    empty.end_sessions("ann")
    for change in (lambda: empty.set_role("ann", "reader"), lambda: empty.set_password("ann", PASSWORD)):
        with pytest.raises(AccountError, match="no user 'ann'"):
            change()
    assert not empty.folder.exists()


def test_the_first_user_is_an_administrator(empty: Users) -> None:
    with pytest.raises(AccountError, match="has to be an administrator"):
        empty.add("bob", PASSWORD, "reader")
    assert not empty.folder.exists()
    assert empty.add("bob", PASSWORD, "administrator", first=True) == User("bob", "administrator")
    with pytest.raises(AccountError, match="There are users already"):
        empty.add("eve", PASSWORD, "administrator", first=True)
    assert names(empty) == ["bob"]


def test_two_who_would_be_first_at_once_are_one(empty: Users) -> None:
    def add(number: int) -> str:
        try:
            return Users(empty.folder, WEAK).add(f"user {number}", PASSWORD, "administrator", first=True).name
        except AccountError:
            return ""

    with ThreadPoolExecutor(6) as pool:
        added = [name for name in pool.map(add, range(6)) if name]
    assert len(added) == 1 and names(empty) == added


@pytest.mark.parametrize("name", ["ANN", "ａｎｎ", " ann ", "Ａnn\t"])
def test_a_name_is_taken_however_it_is_written(users: Users, name: str) -> None:
    with pytest.raises(AccountError, match="already"):
        users.add(name, PASSWORD, "reader")
    assert user_key(name) == user_key("Ann")
    assert session(users, name)


BAD_NAMES = (
    "", " ", "\u3000", "x" * 41, "\ufdfa" * 3, "a\0b", "a\u200bb", "a\u202eb", "a\ud800", "a\ue000", "local", "LOCAL",
    "ｌｏｃａｌ", "a\x1bb", "ann\ufe0f", "\u3164", "an\u034fn", "a\u2800b", "ann\U000e0100",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_is_no_name(empty: Users, name: str) -> None:
    with pytest.raises(AccountError, match=r"[\u4e00-\u9fff]"):
        empty.add(name, PASSWORD, "administrator")
    assert not empty.folder.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("台账", "台账"),
        ("x" * 40, "x" * 40),
        (" 王 \n 五 ", "王 五"),
        ("Ｗang", "Wang"),
        ("<b>&'\"", "<b>&'\""),
        ("👩", "👩"),
    ],
)
def test_what_is_a_name(empty: Users, name: str, shown: str) -> None:
    assert empty.add(name, PASSWORD, "administrator").name == shown
    assert names(empty) == [shown] and session(empty, name)


@given(st.text(max_size=60))
def test_a_key_is_the_same_for_itself(name: str) -> None:
    key = user_key(name)
    assert "\0" not in key.encode().decode()
    assert user_key(key) == key or "\0" in name or len(key) >= 160


def test_the_last_administrator_stays_one(users: Users) -> None:
    with pytest.raises(AccountError, match="only administrator"):
        users.remove("ann")
    with pytest.raises(AccountError, match="only administrator"):
        users.set_role("ANN", "reader")
    users.set_role("Ann", "administrator")
    users.set_role("bob", "administrator")
    users.set_role("ann", "reader")
    assert users.remove("Ann") and not users.remove("Ann")
    assert users.remove("bob"), "the last user of all may go"
    assert not users.exist() and users.all() == ()
    assert users.add("eve", PASSWORD, "administrator", first=True)


def test_two_administrators_who_remove_each_other_leave_one(users: Users) -> None:
    users.add("cid", PASSWORD, "administrator")
    refused, both = [], threading.Barrier(2)

    def remove(name: str) -> None:
        both.wait()
        try:
            Users(users.folder, WEAK).remove(name)
        except AccountError:
            refused.append(name)

    threads = [threading.Thread(target=remove, args=(name,)) for name in ("ann", "cid")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1 and len(users.all()) == 2


def test_whoever_is_not_there_cannot_be_changed(users: Users) -> None:
    for name in ("eve", "", "\0", "\ud800"):
        with pytest.raises(AccountError, match="no user"):
            users.set_role(name, "reader")
        with pytest.raises(AccountError, match="no user"):
            users.set_password(name, PASSWORD)
        assert not users.remove(name)


def test_a_bad_password_changes_nothing(users: Users) -> None:
    identity = session(users)
    for password in ("short", "x" * 201):
        with pytest.raises(AccountError, match="8 to 200"):
            users.set_password("bob", password)
    assert users.standing(identity).user == User("bob", "reader")


# Signing in


def test_signing_in_begins_a_session(users: Users, clock: Clock) -> None:
    began = users.sign_in("ＢＯＢ", PASSWORD)
    assert began is not None and began[0] == User("bob", "reader")
    assert len(began[1]) >= 43 and session(users) != began[1]
    kept = users.all()[1]
    assert (kept.signed_in_at, kept.sessions, kept.user) == (clock.now, 2, User("bob", "reader"))


@pytest.mark.parametrize(
    ("name", "password"), [("bob", OTHER), ("bob", ""), ("eve", PASSWORD), ("", ""), ("bob", " " + PASSWORD)]
)
def test_anything_else_begins_none(users: Users, name: str, password: str) -> None:
    assert users.sign_in(name, password) is None
    assert users.all()[1].sessions == 0 and users.all()[1].signed_in_at is None


def test_neither_a_password_nor_a_session_is_kept_as_it_is(users: Users) -> None:
    identity = session(users)
    kept = (users.folder / ACCESS).read_bytes()
    assert PASSWORD.encode() not in kept and identity.encode() not in kept
    assert (users.folder / ACCESS).stat().st_mode & 0o777 == 0o600 and users.folder.stat().st_mode & 0o777 == 0o700


def test_an_outdated_hash_is_made_anew_at_signing_in(users: Users, clock: Clock) -> None:
    def kept() -> str:
        with access_file(users.folder).reading() as database:
            assert database
            return str(database.execute("SELECT hash FROM users WHERE key = 'bob'").fetchone()[0])

    later, before = Users(users.folder, STRONGER, clock), kept()
    assert later.sign_in("bob", OTHER) is None and kept() == before
    assert session(later) and "t=2" in kept() and session(later)


def test_a_password_that_changes_meanwhile_opens_nothing(users: Users) -> None:
    class Slow(Passwords):
        def fits(self, known: str | None, password: str) -> bool:
            found = WEAK.fits(known, password)
            users.set_password("bob", OTHER)
            return found

    assert (
        Users(users.folder, Slow(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))).sign_in("bob", PASSWORD)
        is None
    )
    assert users.all()[1].sessions == 0


# Sessions


@pytest.mark.parametrize("identity", ["", "x", "x" * 100_000, "\0", "\ud800", "' OR 1=1 --"])
def test_no_other_id_is_a_session(users: Users, identity: str) -> None:
    session(users)
    standing = users.standing(identity)
    assert standing.has_users and standing.user is None


def test_a_session_ends_twelve_hours_after_its_last_use(users: Users, clock: Clock) -> None:
    identity = session(users)
    for _ in range(3):
        clock.now += IDLE_SECONDS - 1
        assert users.standing(identity).user
    clock.now += IDLE_SECONDS
    assert users.standing(identity).user is None and users.all()[1].sessions == 0
    clock.now -= 1
    assert users.standing(identity).user, "it was only too old"


def test_a_session_ends_after_seven_days_however_it_is_used(users: Users, clock: Clock) -> None:
    identity, began = session(users), clock.now
    while clock.now + 3600 < began + LONGEST_SESSION:
        clock.now += 3600
        assert users.standing(identity).user
    clock.now = began + LONGEST_SESSION
    assert users.standing(identity).user is None


def test_signing_out_ends_one_session_or_all(users: Users) -> None:
    one, two, other = session(users), session(users), session(users, "ann")
    users.end_session(one)
    assert users.standing(one).user is None and users.standing(two).user
    users.end_sessions("BOB")
    assert users.standing(two).user is None and users.standing(other).user == User("Ann", "administrator")


@pytest.mark.parametrize("change", ["password", "role", "same role", "removal"])
def test_a_change_ends_all_sessions_of_that_user_alone(users: Users, change: str) -> None:
    mine, other = [session(users), session(users)], session(users, "ann")
    if change == "password":
        users.set_password("bob", OTHER)
        assert users.sign_in("bob", PASSWORD) is None and session(users, "bob", OTHER)
    elif change == "removal":
        users.remove("bob")
        users.add("bob", PASSWORD, "administrator")
    else:
        users.set_role("bob", "administrator" if change == "role" else "reader")
    assert [users.standing(one).user for one in mine] == [None, None]
    assert users.standing(other).user


def test_old_sessions_do_not_pile_up(users: Users, clock: Clock) -> None:
    for _ in range(5):
        session(users)
        clock.now += IDLE_SECONDS + 1
    with sqlite3.connect(users.folder / ACCESS) as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1


def test_a_disk_that_cannot_be_written_keeps_nobody_out_who_is_signed_in(users: Users, clock: Clock) -> None:
    identity = session(users)
    clock.now += 3600
    with Lock(users.folder / ACCESS):
        assert users.standing(identity).user == User("bob", "reader")


class Lock:
    """Another program that is about to write."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)

    def __enter__(self) -> None:
        """Hold it."""
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self._database.close()


# The file


@pytest.fixture
def of_layout_1(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A file as a version without users wrote it, with a token."""
    folder = tmp_path / "older"
    folder.mkdir()
    _, sent = Access(tmp_path / "new").add("reader", "nightly")
    with sqlite3.connect(tmp_path / "new" / ACCESS) as new:
        row = new.execute("SELECT * FROM tokens").fetchone()
    with sqlite3.connect(folder / ACCESS) as old:
        old.execute(_TOKENS)
        old.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", row)
        old.execute("PRAGMA application_id = 1098083137")
        old.execute("PRAGMA user_version = 1")
    old.close()
    yield folder, sent


def scope(sent: str) -> dict[str, object]:
    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {sent}".encode())]
    return {"type": "http", "scheme": "http", "path": "/", "client": ("9.9.9.9", 1), "headers": headers}


def layout(folder: Path) -> int:
    with sqlite3.connect(folder / ACCESS) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def test_a_file_without_users_is_read_as_it_is_and_brought_up_to_date_in_place(of_layout_1: tuple[Path, str]) -> None:
    folder, sent = of_layout_1
    before = (folder / ACCESS).read_bytes()
    users, access = Users(folder, WEAK), Access(folder)
    assert not users.exist() and users.all() == () and users.sign_in("ann", PASSWORD) is None
    assert [token.name for token in access.tokens()] == ["nightly"]
    assert (folder / ACCESS).read_bytes() == before and layout(folder) == 1
    users.add("ann", PASSWORD, "administrator", first=True)
    assert layout(folder) == 4 and session(users, "ann")
    assert [token.name for token in access.tokens()] == ["nightly"] and access.allowed(scope(sent)) is None


def test_a_token_that_is_used_brings_an_older_file_up_to_date(of_layout_1: tuple[Path, str]) -> None:
    folder, sent = of_layout_1
    assert Access(folder).allowed(scope(sent)) is None
    assert layout(folder) == 4 and Access(folder).allowed(scope(sent)) is None and not Users(folder).exist()


@pytest.fixture
def of_layout_2(users: Users) -> Users:
    """Two users as a version wrote them that kept conversations under their names."""
    with closing(sqlite3.connect(users.folder / ACCESS)) as older:
        older.execute("ALTER TABLE users DROP COLUMN owner")
        older.execute("DROP TABLE devices")
        older.execute("PRAGMA user_version = 2")
    return users


def test_users_of_a_version_before_keep_what_they_asked(of_layout_2: Users) -> None:
    before = (of_layout_2.folder / ACCESS).read_bytes()
    assert [user.owner for user in of_layout_2.all()] == ["Ann", "bob"] and of_layout_2.owner_of("BOB") == "bob"
    assert (of_layout_2.folder / ACCESS).read_bytes() == before, "looking changes nothing"
    identity = session(of_layout_2)
    user = of_layout_2.standing(identity).user
    assert user is not None and user.owner == "bob" and layout(of_layout_2.folder) == 4
    assert of_layout_2.remove("bob")
    assert len(of_layout_2.add("bob", PASSWORD, "reader").owner) == 32


def test_no_later_user_of_a_name_owns_what_an_earlier_one_did(users: Users) -> None:
    conversations, first = Conversations(users.folder), users.owner_of("bob")
    conversations.append(first, conversations.create(first), DEBTS_TURN)
    assert users.remove("bob")
    later = users.add("BOB", PASSWORD, "reader")
    signed_in = users.standing(session(users)).user
    assert signed_in is not None and signed_in.owner == later.owner == users.owner_of("bob") != first
    assert conversations.list(later.owner) == conversations.list("bob") == () and len(conversations.list(first)) == 1
    assert users.owner_of("nobody") == ""


def test_many_at_once_bring_it_up_to_date_once(of_layout_1: tuple[Path, str]) -> None:
    folder, _ = of_layout_1
    Users(folder, WEAK).add("ann", PASSWORD, "administrator")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: Users(folder, WEAK).add(f"user {number}", PASSWORD, "reader"), range(6)))
    assert len(Users(folder).all()) == 7


def test_a_user_makes_programs_need_tokens(users: Users) -> None:
    refusal = Access(users.folder).allowed(
        {
            "type": "http",
            "scheme": "http",
            "path": "/",
            "client": ("127.0.0.1", 1),
            "headers": [(b"host", b"localhost")],
        }
    )
    assert refusal is not None and refusal.status == 401


DAMAGES = (
    "UPDATE users SET role = 'king'", "UPDATE users SET role = x'00'", "UPDATE users SET name = x'ff'",
    "UPDATE users SET created_at = 'x'", "UPDATE users SET name = CAST(x'ff' AS TEXT)", "DROP TABLE sessions",
    "UPDATE users SET hash = x'ff'", "PRAGMA user_version = 3", "PRAGMA user_version = -1", "PRAGMA application_id = 7",
    "UPDATE users SET signed_in_at = x'00'", "UPDATE sessions SET used_at = 'soon'", "UPDATE sessions SET user = 'eve'",
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_lets_nobody_be_more_than_before(users: Users, damage: str) -> None:
    identity = session(users)
    with sqlite3.connect(users.folder / ACCESS) as database:
        database.execute(damage)
    database.close()
    for do in (users.all, lambda: users.standing(identity), lambda: users.sign_in("bob", PASSWORD)):
        try:
            found = do()
        except AskSpeechError as error:
            assert isinstance(error, DataError) and "access.db" in str(error)
            continue
        assert "king" not in str(found)
