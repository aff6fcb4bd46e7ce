"""The command `user` as it is typed: what it prints, where it takes passwords from, and what it never shows."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.kept import DEBTS_TURN

from askspeech.cli import main
from askspeech.conversations import Conversations
from askspeech.users import Users

PASSWORD, OTHER = "correct horse", "battery staple"

Run = Callable[..., int]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `askspeech user …` with what is piped in; gives the exit status."""

    def run_with(*words: str, piped: bytes = f"{PASSWORD}\n".encode()) -> int:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8"))
        return main(["user", *words, "--data", str(data)])

    return run_with


def signs_in(data: Path, name: str, password: str) -> bool:
    return Users(data).sign_in(name, password) is not None


def test_users_are_added_listed_changed_and_removed(run: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    assert "There are no users" in capsys.readouterr().out and not data.exists()
    assert run("add", "ann", "--role", "administrator") == 0
    assert "first administrator ann" in capsys.readouterr().out
    assert run("add", "王 芳", "--role", "reader") == 0
    assert run("role", "王 芳", "administrator") == 0
    assert run("password", "ann", piped=OTHER.encode()) == 0
    assert signs_in(data, "ANN", OTHER) and not signs_in(data, "ann", PASSWORD)
    capsys.readouterr()
    assert run("list") == 0
    shown = capsys.readouterr().out
    assert "王 芳" in shown and shown.count("administrator") == 2 and "never" in shown
    assert run("remove", "ann") == 0
    assert "last one" not in capsys.readouterr().out
    assert run("remove", "王 芳") == 0
    assert "last one" in capsys.readouterr().out
    assert not Users(data).exist()


def test_conversations_go_with_a_user_where_that_is_said(
    run: Run, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conversations, owners = Conversations(data), []
    for name, role in (("ann", "administrator"), ("bob", "reader"), ("cid", "reader")):
        assert run("add", name, "--role", role) == 0
        owners.append(Users(data).owner_of(name))
        conversations.append(owners[-1], conversations.create(owners[-1]), DEBTS_TURN)
    assert run("remove", "bob") == 0
    assert "Conversations deleted" not in capsys.readouterr().out
    assert run("remove", "CID", "--with-conversations") == 0
    assert "Conversations deleted 已删除对话: 1." in capsys.readouterr().out
    assert [len(conversations.list(owner)) for owner in owners] == [1, 1, 0]


@pytest.mark.parametrize(
    ("words", "piped", "said"),
    [
        (("add", "ann", "--role", "reader"), PASSWORD.encode(), "has to be an administrator"),
        (("add", "ann", "--role", "administrator"), b"short", "5 characters"),
        (("add", "ann", "--role", "administrator"), b"", "no password on stdin"),
        (("add", "ann", "--role", "administrator"), b"\n" + PASSWORD.encode(), "no password on stdin"),
        (("add", "ann", "--role", "administrator"), b"\xff\xfe not UTF-8", "not UTF-8"),
        (("add", " ", "--role", "administrator"), PASSWORD.encode(), "0 characters"),
        (("add", "local", "--role", "administrator"), PASSWORD.encode(), "not a user's name"),
        (("add", "\udcff", "--role", "administrator"), PASSWORD.encode(), "cannot be seen"),
        (("remove", "nobody"), b"", "There is no user"),
        (("role", "nobody", "reader"), b"", "There is no user"),
        (("password", "nobody"), PASSWORD.encode(), "There is no user"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, data: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], piped: bytes, said: str
) -> None:
    assert run(*words, piped=piped) == 2
    complaint = capsys.readouterr().err
    assert said in complaint and complaint.count("\n") == 1 and any("\u4e00" <= one <= "\u9fff" for one in complaint)
    assert not Users(data).exist()


def test_the_only_administrator_stays(run: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", "ann", "--role", "administrator") == run("add", "bob", "--role", "reader") == 0
    for words in (("remove", "ann"), ("role", "ann", "reader")):
        assert run(*words) == 2
        assert "only administrator" in capsys.readouterr().err
    assert {user.role for user in Users(data).all()} == {"administrator", "reader"}


def test_a_password_comes_from_a_file(run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\r\nnot this\n", encoding="utf-8-sig")
    assert run("add", "ann", "--role", "administrator", "--password-file", str(secret), piped=b"") == 0
    assert signs_in(data, "ann", PASSWORD)
    assert run("password", "ann", "--password-file", str(tmp_path / "none"), piped=b"") == 2
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_no_password_is_shown_or_an_argument(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("add", "ann", "--role", "administrator")
    run("password", "ann", piped=OTHER.encode())
    run("list")
    printed = capsys.readouterr()
    assert not any(secret in printed.out + printed.err for secret in (PASSWORD, OTHER))
    with pytest.raises(SystemExit):
        run("add", "bob", PASSWORD, "--role", "reader")


@pytest.mark.parametrize(("again", "status"), [(PASSWORD, 0), (OTHER, 2)])
def test_on_a_terminal_it_is_typed_twice_and_not_shown(data: Path, again: str, status: int) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "askspeech", "user", "add", "ann", "--role", "administrator", "--data", str(data)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509
    ) as process:  # fmt: skip
        os.close(theirs)
        heard = b""
        for typed in (PASSWORD, again):
            heard += _until(ours, "密码: " if typed is PASSWORD and not heard else "一次: ")
            os.write(ours, f"{typed}\n".encode())
        heard += _until(ours, "")
        assert process.wait(30) == status
    os.close(ours)
    assert PASSWORD.encode() not in heard and OTHER.encode() not in heard
    assert Users(data).exist() == (status == 0)


def _own_terminal() -> None:
    """Make the terminal on stdin the one of the child, which getpass opens."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def _until(terminal: int, words: str) -> bytes:
    """What stands on the terminal until those words, or until its end."""
    heard = b""
    while not words or words.encode() not in heard:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux says so where the other side is closed
            break
        if not part:
            break
        heard += part
    return heard


def test_serve_asks_for_an_administrator_before_other_machines_reach_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKSPEECH_DATA", str(tmp_path / "data"))
    for host in ("0.0.0.0", "::"):
        assert main(["serve", "--store", str(tmp_path / "store"), "--host", host, "--port", "0"]) == 2
        complaint = capsys.readouterr().err
        assert (
            "askspeech user add NAME --role administrator" in complaint and "ASKSPEECH_ADMIN_PASSWORD_FILE" in complaint
        )
    assert not (tmp_path / "data").exists()
