"""Who may call the server from a program: the rule, the tokens and their file, and the command that makes them."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from askspeech.access import ACCESS, Access, RequiresToken
from askspeech.cli import main
from askspeech.errors import AskSpeechError, DataError

SENT = re.compile(r"ask_([0-9a-f]{8})_([0-9a-f]{64})")
LOCAL = ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1")
FOREIGN = ("192.168.1.7", "8.8.8.8", "::ffff:8.8.8.8", "fe80::1", "::", "0.0.0.0", "", "testclient", "localhost")
OWN_NAMES = ("localhost", "LOCALHOST", "localhost:7860", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:7860")
OTHER_NAMES = (
    "", "evil.example", "evil.example:7860", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:80:80",
    "0.0.0.0", "192.168.1.7:7860", "::1", "localhost,evil.example", "localhost:", "localhost:x", "127.1", "2130706433",
)  # fmt: skip
FORWARDED = ("Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Forwarded-Anything", "X-Real-IP", "Via")


def scope(host: str = "localhost:7860", client: str | None = "127.0.0.1", **headers: str) -> Scope:
    """A request as the server sees it; underscores in names of headers stand for hyphens."""
    sent = {"host": host} | {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return {
        "type": "http",
        "scheme": "http",
        "path": "/api/v1/index",
        "method": "GET",
        "client": None if client is None else (client, 50000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
    }


def bearer(sent: str) -> dict[str, str]:
    return {"authorization": f"Bearer {sent}"}


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(tmp_path / "data")


# Without a token


@pytest.mark.parametrize("client", LOCAL)
@pytest.mark.parametrize("host", OWN_NAMES)
def test_programs_on_this_machine_are_let_in_while_there_is_no_token(access: Access, client: str, host: str) -> None:
    assert access.allowed(scope(host, client)) is None


@pytest.mark.parametrize("host", OTHER_NAMES)
def test_another_name_of_this_machine_is_refused(access: Access, host: str) -> None:
    refusal = access.allowed(scope(host))
    assert refusal is not None
    assert refusal.status == 401


@pytest.mark.parametrize("client", FOREIGN)
def test_another_machine_is_refused(access: Access, client: str) -> None:
    refusal = access.allowed(scope(client=client))
    assert refusal is not None
    assert refusal.status == 401
    assert "askspeech token add --role reader" in refusal.message and "令牌" in refusal.message


def test_a_caller_without_an_address_is_refused(access: Access) -> None:
    assert access.allowed(scope(client=None)) is not None


@pytest.mark.parametrize("name", FORWARDED)
def test_what_comes_through_a_proxy_is_refused(access: Access, name: str) -> None:
    assert access.allowed(scope(**{name: "127.0.0.1"})) is not None


def test_two_names_or_none_are_refused(access: Access) -> None:
    none, two = scope(), scope()
    none["headers"] = []
    two["headers"] = [(b"host", b"localhost"), (b"host", b"localhost")]
    assert access.allowed(none) is not None and access.allowed(two) is not None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "strange"])
def test_what_a_browser_sends_for_another_site_is_refused(access: Access, site: str) -> None:
    refusal = access.allowed(scope(sec_fetch_site=site, sec_fetch_mode="no-cors"))
    assert refusal is not None
    assert refusal.status == 401
    assert access.allowed(scope(sec_fetch_site="same-origin")) is None


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost", "https://localhost:7860", ""])
def test_a_page_of_another_site_is_refused(access: Access, origin: str) -> None:
    assert access.allowed(scope(origin=origin)) is not None


def test_a_page_of_this_server_is_let_in(access: Access) -> None:
    assert access.allowed(scope(origin="http://localhost:7860")) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_odd_name_or_address_is_let_in(tmp_path_factory: pytest.TempPathFactory, host: str, client: str) -> None:
    asked = scope(client=client)
    asked["headers"] = [(b"host", host.encode("utf-8", "replace"))]
    known = host.strip().lower() in OWN_NAMES and client in LOCAL
    assert (Access(tmp_path_factory.getbasetemp() / "none").allowed(asked) is None) == known


def test_nothing_is_written_before_there_is_a_token(access: Access) -> None:
    access.allowed(scope())
    assert access.tokens() == () and not access.remove("none")
    assert not access.path.parent.exists()


# With tokens


def test_a_token_is_shown_once_and_kept_as_a_hash(access: Access) -> None:
    token, sent = access.add("reader", "  crawler\n二号 ")
    found = SENT.fullmatch(sent)
    assert found is not None
    assert (token.id, token.name, token.used_on) == (found[1], "crawler 二号", None)
    assert access.tokens() == (token,)
    assert found[2].encode() not in access.path.read_bytes()
    assert access.path.stat().st_mode & 0o777 == 0o600
    assert access.path.parent.stat().st_mode & 0o777 == 0o700


def test_from_the_first_token_on_every_request_needs_one(access: Access) -> None:
    _, sent = access.add("reader")
    refusal = access.allowed(scope())
    assert refusal is not None
    assert (refusal.status, refusal.code) == (401, "unauthorized")
    assert refusal.headers["WWW-Authenticate"].startswith("Bearer")
    assert access.allowed(scope(**bearer(sent))) is None
    assert access.allowed(scope("search.example", "8.8.8.8", x_forwarded_for="1.2.3.4", **bearer(sent))) is None


def test_only_the_very_token_opens(access: Access) -> None:
    (first, one), (_, two) = access.add("reader"), access.add("administrator")
    mixed = f"ask_{first.id}_{two.rpartition('_')[2]}"
    wrong = [
        mixed, one[:-1], f"{one}0", one.upper(), one.replace("ask", "as"), f"{one}_", f"{one[:13]}{'0' * 64}", "",
        f"ask_{first.id}_", "ask__", "ask_%_x", f"x {one}", "é" * 20,
    ]  # fmt: skip
    for sent in wrong:
        refusal = access.allowed(scope(**bearer(sent)))
        assert refusal is not None and refusal.status == 401, sent
    assert access.allowed(scope(authorization=one)) is not None
    assert access.allowed(scope(authorization=f"Basic {one}")) is not None
    assert access.allowed(scope(authorization=f"bearer {one}")) is None


def test_a_removed_token_opens_nothing(access: Access) -> None:
    (first, one), (second, two) = access.add("reader"), access.add("reader")
    assert access.remove(first.id)
    assert not access.remove(first.id)
    assert access.allowed(scope(**bearer(one))) is not None
    assert access.allowed(scope(**bearer(two))) is None
    assert access.remove(second.id)
    assert access.allowed(scope()) is None, "no token is left"


def test_the_day_of_the_last_use_is_kept(access: Access) -> None:
    token, sent = access.add("reader")
    access.allowed(scope())
    assert access.tokens()[0].used_on is None
    access.allowed(scope(**bearer(sent)))
    assert access.tokens()[0].used_on is not None
    assert access.tokens()[0].used_on >= token.created_on


def test_a_day_that_cannot_be_written_keeps_nobody_out(access: Access) -> None:
    _, sent = access.add("reader")
    other = sqlite3.connect(access.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert access.allowed(scope(**bearer(sent))) is None
    other.execute("ROLLBACK")
    other.close()
    assert access.tokens()[0].used_on is None


def test_another_process_makes_and_removes_tokens(access: Access) -> None:
    assert access.allowed(scope()) is None
    program = "import sys; from askspeech.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def command(*words: str) -> str:
        words = ("token", *words, "--data", str(access.path.parent))
        return subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, encoding="utf-8", check=True, env=environment
        ).stdout

    sent = command("add", "--role", "reader").split()[0]
    assert access.allowed(scope()) is not None
    assert access.allowed(scope(**bearer(sent))) is None
    command("remove", sent.split("_")[1])
    assert access.allowed(scope()) is None


def test_any_number_of_threads_ask_and_write_at_once(access: Access) -> None:
    _, sent = access.add("reader")
    wrong: list[object] = []

    def work() -> None:
        for _ in range(4):
            wrong.append(access.allowed(scope(**bearer(sent))))
            token, _ = access.add("reader")
            access.remove(token.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [None] * 16
    assert len(access.tokens()) == 1


# The file


@pytest.mark.parametrize(
    "content", [b"not a database, but a text that is long enough to be one" * 9, b"SQLite format 3\0"]
)
def test_nobody_is_let_in_where_the_file_is_damaged(
    access: Access, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    _, sent = access.add("reader")
    access.path.write_bytes(content)
    for asked in (scope(), scope(**bearer(sent))):
        refusal = access.allowed(asked)
        assert refusal is not None
        assert (refusal.status, refusal.code) == (503, "access_unknown")
        assert str(access.path) not in refusal.message and "用户的数据" in refusal.message
    assert str(access.path) in caplog.text, "for whoever runs the server"
    with pytest.raises(DataError):
        access.tokens()


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 5", "PRAGMA application_id = 7"])
def test_a_file_of_another_program_or_version_is_left_alone(access: Access, statement: str) -> None:
    access.add("reader")
    with sqlite3.connect(access.path) as database:
        database.execute(statement)
    database.close()
    before = access.path.read_bytes()
    with pytest.raises(DataError):
        access.add("reader")
    assert access.path.read_bytes() == before
    refusal = access.allowed(scope())
    assert refusal is not None and refusal.status == 503


@pytest.mark.parametrize("change", ["role = 'king'", "name = x'00'", "created_on = 'today'", "used_on = 3"])
def test_a_row_that_cannot_be_read_is_named(access: Access, change: str) -> None:
    token, _ = access.add("reader")
    with sqlite3.connect(access.path) as database:
        database.execute(f"UPDATE tokens SET {change}")
    database.close()
    with pytest.raises(DataError, match=token.id):
        access.tokens()


def test_a_token_without_a_hash_opens_nothing(access: Access) -> None:
    _, sent = access.add("reader")
    for hashed in ("'text'", "7", "x''", f"'{sent}'"):
        with sqlite3.connect(access.path) as database:
            database.execute(f"UPDATE tokens SET hash = {hashed}")
        database.close()
        refusal = access.allowed(scope(**bearer(sent)))
        assert refusal is not None and refusal.status in (401, 503)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Access, str, bytes]:
    access = Access(tmp_path_factory.mktemp("changed"))
    _, sent = access.add("reader", "name")
    return access, sent, access.path.read_bytes()


@given(st.integers(0), st.integers(0, 255))
def test_a_changed_byte_is_an_error_of_ours_or_none(sound: tuple[Access, str, bytes], place: int, value: int) -> None:
    access, sent, content = sound
    changed = bytearray(content)
    changed[place % len(changed)] = value
    access.path.write_bytes(changed)
    assert access.allowed(scope("evil.example", "8.8.8.8")) is not None, "a stranger gets in by no damage"
    access.allowed(scope(**bearer(sent)))
    try:
        access.tokens()
    except AskSpeechError as error:
        assert str(access.path) in str(error)


def test_a_busy_file_is_one_sentence(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    access.add("reader")
    monkeypatch.setattr(access._file, "_seconds", 0.05)
    other = sqlite3.connect(access.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refusal = access.allowed(scope())
    other.execute("ROLLBACK")
    other.close()
    assert refusal is not None
    assert refusal.status == 503 and "Try again" in refusal.message


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(AskSpeechError, match="data"):
        Access(tmp_path / "data").add("reader")


# The layer


@pytest.fixture
def guarded(access: Access) -> TestClient:
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    routes = [Route("/", lambda _: PlainTextResponse("in")), WebSocketRoute("/socket", socket)]
    inner = Starlette(routes=routes)
    return TestClient(RequiresToken(inner, access), base_url="http://localhost", client=("127.0.0.1", 50000))


def test_the_layer_lets_through_or_says_why_not(guarded: TestClient, access: Access) -> None:
    assert guarded.get("/").text == "in"
    with guarded.websocket_connect("ws://localhost/socket"):
        pass
    _, sent = access.add("reader")
    refused = guarded.get("/")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer realm="askspeech"'
    assert refused.json()["error"]["code"] == "unauthorized"
    assert set(refused.json()["error"]) == {"code", "message"}
    with pytest.raises(WebSocketDisconnect), guarded.websocket_connect("ws://localhost/socket"):
        pass
    assert guarded.get("/", headers=bearer(sent)).text == "in"


# The command


def test_the_command_makes_lists_and_removes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["token", "list", *data]) == 0
    assert "no token" in capsys.readouterr().out
    assert main(["token", "add", "--role", "administrator", "--name", "审计\x1b[31m", *data]) == 0
    out = capsys.readouterr().out
    sent = out.splitlines()[0]
    assert SENT.fullmatch(sent) and "Authorization: Bearer" in out and out.count(sent[-64:]) == 1
    assert main(["token", "list", *data]) == 0
    listed = capsys.readouterr().out
    assert sent.split("_")[1] in listed and "审计" in listed and "\x1b" not in listed and sent[-64:] not in listed
    assert main(["token", "remove", sent.split("_")[1], *data]) == 0
    assert "last one" in capsys.readouterr().out
    assert main(["token", "remove", "none", *data]) != 0
    assert "There is no token 'none'" in capsys.readouterr().err


def test_tokens_are_beside_the_store_unless_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", "add", "--role", "reader", "--store", str(tmp_path / "store")]) == 0
    assert (tmp_path / "data" / ACCESS).exists()
    monkeypatch.setenv("ASKSPEECH_DATA", str(tmp_path / "elsewhere"))
    assert main(["token", "add", "--role", "reader"]) == 0
    assert (tmp_path / "elsewhere" / ACCESS).exists()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "words", [["token"], ["token", "add"], ["token", "add", "--role", "king"], ["token", "remove"]]
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err
