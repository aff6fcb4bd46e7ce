"""The first administrator: from the page or the settings, and where the server may listen without one."""

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.kept import DEBTS_TURN

from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.errors import AccountError, SettingsError
from askspeech.founding import first_line, found, founded_from_settings, require_users
from askspeech.passwords import Passwords
from askspeech.settings import ServerSettings
from askspeech.users import Users

PASSWORD = "correct horse"
WEAK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "data", WEAK)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n", encoding="utf-8")
    return path


def keep(folder: Path, owner: str) -> None:
    conversations = Conversations(folder)
    conversations.append(owner, conversations.create(owner), DEBTS_TURN)


def test_the_first_administrator_takes_over_what_was_kept(users: Users) -> None:
    keep(users.folder, LOCAL_OWNER)
    keep(users.folder, "bob")
    user, problem = found(users, " Ａnn ", PASSWORD)
    assert (user.name, user.role, problem) == ("Ann", "administrator", "")
    kept = Conversations(users.folder)
    assert [len(kept.list(owner)) for owner in (user.owner, "bob", LOCAL_OWNER, "Ann")] == [1, 1, 0, 0]


def test_conversations_that_cannot_be_read_do_not_keep_the_administrator_out(users: Users) -> None:
    keep(users.folder, LOCAL_OWNER)
    Conversations(users.folder).path.write_bytes(b"damaged" * 99)
    user, problem = found(users, "ann", PASSWORD)
    assert user.name == "ann" and "without the conversations" in problem and users.sign_in("ann", PASSWORD)


def test_the_second_takes_over_nothing(users: Users) -> None:
    found(users, "ann", PASSWORD)
    keep(users.folder, LOCAL_OWNER)
    with pytest.raises(AccountError, match="There are users already"):
        found(users, "eve", PASSWORD)
    assert len(Conversations(users.folder).list(LOCAL_OWNER)) == 1


def test_the_settings_name_the_first_administrator_once(users: Users, secret: Path) -> None:
    settings = ServerSettings(admin_password_file=secret)
    assert "admin" in founded_from_settings(users, settings)
    assert [(user.name, user.role) for user in users.all()] == [("admin", "administrator")]
    users.set_password("admin", "battery staple")
    assert founded_from_settings(users, settings) == ""
    assert users.sign_in("admin", PASSWORD) is None and users.sign_in("admin", "battery staple")
    secret.unlink()
    assert founded_from_settings(users, settings) == "", "it is read no more"


def test_without_the_setting_nobody_is_added(users: Users) -> None:
    assert founded_from_settings(users, ServerSettings()) == "" and not users.folder.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"short\n", b"x" * 5000, b"\xff\xfe\xff\xff\xff\xff\xff\xff", b"\ncorrect horse"]
)
def test_a_file_without_a_password_stops_the_start(users: Users, secret: Path, content: bytes) -> None:
    secret.write_bytes(content)
    with pytest.raises(SettingsError, match="password") as caught:
        founded_from_settings(users, ServerSettings(admin_password_file=secret))
    assert content[:8].decode("latin-1") not in str(caught.value) or len(content) < 2
    assert not users.exist()


@pytest.mark.parametrize("name", ["local", "x" * 41, "\u200b"])
def test_a_name_that_cannot_be_one_stops_the_start(users: Users, secret: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_ADMIN_NAME"):
        founded_from_settings(users, ServerSettings(admin_password_file=secret, admin_name=name))


def test_a_file_that_is_not_there_stops_the_start(users: Users, tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            founded_from_settings(users, ServerSettings(admin_password_file=path))


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbfp\xc3\xa4ss wort", b"p\xc3\xa4ss wort\r\nmore", b"p\xc3\xa4ss wort\n" + "台账".encode() * 2000],
)
def test_the_first_line_of_a_file_is_the_password(secret: Path, content: bytes) -> None:
    secret.write_bytes(content)
    assert first_line(secret) == "päss wort"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53", "::ffff:127.0.0.1", "none.invalid"])
def test_this_machine_alone_needs_no_users(users: Users, host: str) -> None:
    require_users(users, ServerSettings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "0"])
def test_other_machines_need_users(users: Users, host: str) -> None:
    with pytest.raises(SettingsError, match="askspeech user add NAME --role administrator"):
        require_users(users, ServerSettings(host=host))
    users.add("ann", PASSWORD, "administrator")
    require_users(users, ServerSettings(host=host))
