"""Logs: one line for each event, in text or JSON, and no secret in any of them, whatever says it."""

import contextlib
import io
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chat_server import KEY

from askspeech.logs import LONGEST, Logs, event, request_id
from askspeech.redaction import redactor
from askspeech.settings import LogSettings, from_environment

PASSWORD = "correct horse battery"
TOKEN = "ask_0a1b2c3d_" + "5e" * 32
SESSION = "Zk3v9QmT7xLw2RbN8sYd4HfJ6gPc1AeUoKiVtX5nMq0"
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"
CANARIES = (KEY, TOKEN, SESSION, HASH, PASSWORD)
SAID = (
    f"Incorrect API key provided: {KEY}.",
    f"headers: {{'authorization': 'Bearer {KEY}', 'x': 1}}",
    f"Authorization: Basic {SESSION}",
    f"[(b'cookie', b'askspeech_session={SESSION}; a=b')]",
    f"Cookie: a=b; askspeech_session={SESSION}",
    f"a=b; __Host-askspeech_session={SESSION}",
    f"Set-Cookie: askspeech_session={SESSION}; HttpOnly",
    f"a=b; __Host-askspeech_device={SESSION}",
    f"token {TOKEN} was refused",
    f'{{"password": "{PASSWORD}"}}',
    f"password='{PASSWORD}'",
    f"POST /sign-in name=ann&password={SESSION}",
    f"ASKSPEECH_CHAT_KEY={KEY} ASKSPEECH_CHROMA_TOKEN={SESSION}",
    f"http://user:{KEY}@127.0.0.1:8000/v1",
    f"the row is ('ann', '{HASH}')",
    f"令牌：{SESSION}",
    f"x-chroma-token: {SESSION}",
    SESSION,
    KEY,
)
HARMLESS = (
    "The index is being opened.",
    "generation=20260101T000000000000Z-0a1b2c",
    "There is no speech 'b1946ac92492d2347c6235b4d2611184'.",
    "ASKSPEECH_CHAT_KEY is not set: name a key.",
    "一要摸清底数。各部门在九月底前建立拖欠账款台账。",
    '  File "/opt/askspeech/chat_models.py", line 12, in _client_that_can_be_closed',
    "test_a_token_that_is_removed_opens_nothing_from_then_on_at_all",
)


@contextlib.contextmanager
def written(form: Any = "json", level: str = "", secrets: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """The lines that are written while the block lasts; they are there after it."""
    stream, lines = io.StringIO(), list[str]()
    with Logs(LogSettings(form, level, secrets=frozenset(secrets)), stream).everywhere():
        yield lines
    lines += stream.getvalue().splitlines()


def fail(words: str) -> None:
    raise ValueError(words)


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("words", SAID)
def test_no_secret_is_written_whoever_says_it(form: str, words: str) -> None:
    log = logging.getLogger("askspeech.test")
    with written(form) as lines:
        log.warning("%s", words)
        logging.getLogger("httpx").error("sent " + words)
        event(log, "an event", of=words)
        warnings.warn(words, UserWarning, stacklevel=1)
        sys.stderr.write(f"{words}\n")
        thread = threading.Thread(target=fail, args=(words,))
        thread.start()
        thread.join()
        try:
            try:
                fail(words)
            except ValueError as error:
                raise RuntimeError(f"while {words}") from error
        except RuntimeError as error:
            log.error("failed", exc_info=error)
    text = "\n".join(lines)
    assert text.count("Traceback") >= 2 and "stderr" in text and "UserWarning" in text, "all of it is there"
    for canary in CANARIES:
        assert canary not in text
        assert json.dumps(canary)[1:-1] not in text


@pytest.mark.parametrize("words", HARMLESS)
def test_what_is_no_secret_stays(words: str) -> None:
    assert redactor([KEY])(words) == words


@pytest.mark.parametrize(
    "piece",
    ["a-", "-a", "sk-", "pk-", "sk-a", "xoxb-", "-----BEGIN", "password", "password=", "password='", 'token "', "://",
     "://a:", "bearer ", "cookie: ", "ask_", "eyJ", "a.", "密码：", "a1-", "$argon2$", "set-cookie", " \t", "x-token"],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    def seconds(length: int) -> float:
        text, took = (piece * length)[:length], []
        for _ in range(3):
            began = time.process_time()
            redactor([KEY])(text)
            took.append(time.process_time() - began)
        return min(took)

    assert seconds(80_000) < max(20 * seconds(10_000), 0.1), "eight times the length, eight times the time"


def test_a_long_text_is_cut_and_no_secret_shows_at_the_cuts() -> None:
    log = logging.getLogger("askspeech.test")
    secret = "sk-" + "k1" * 30
    with written("json") as lines:
        for before in range(3 * LONGEST // 2 - 70, 3 * LONGEST // 2 + 10, 7):
            log.warning("%s%s%s", "a " * (before // 2), secret, " z" * 90_000 + " the end")
    assert len(lines) == 12 and all(len(line) < 2 * LONGEST and "the end" in line for line in lines)
    assert "k1k1" not in "".join(lines) and "characters" in lines[0]


def test_half_a_secret_does_not_show_where_the_rest_of_a_long_text_was_secret_as_well() -> None:
    log, hidden = logging.getLogger("askspeech.test"), f"password={'x' * 500} " * LONGEST
    with written(secrets=(KEY,)) as lines:
        for before in range(len(KEY)):
            log.warning("%s %s%s the end", hidden[: 3 * LONGEST // 2 - before - 1], KEY, " z" * 90_000)
    assert len(lines) == len(KEY) and all("the end" in line for line in lines)
    assert not any(KEY[:6] in line or KEY[-6:] in line for line in lines)


@given(st.text(alphabet="abcXYZ019-_+/=.!密", min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_known_secrets_never_stay(secret: str, before: str, after: str) -> None:
    assert secret not in redactor([secret])(f"{before}{secret}{after}").replace("…", "")


def test_secrets_of_the_environment_are_known() -> None:
    environment = {
        "OPENAI_API_KEY": "qwertyuiop",
        "MY_PASSWORD": "asdfgh",
        "ASKSPEECH_CHROMA_TOKEN": "zxcvbn",
        "A": "b",
    }
    _, server, _ = from_environment(environment)
    assert server.logs.secrets == {"qwertyuiop", "asdfgh", "zxcvbn"}
    assert "qwertyuiop" not in repr(server)
    with written(secrets=tuple(server.logs.secrets)) as lines:
        logging.getLogger("askspeech.test").warning("qwertyuiop as asdfgh%2F and zxcvbn")
    assert json.loads(lines[0])["message"] == "… as …%2F and …"


def test_json_is_one_object_on_a_line() -> None:
    log = logging.getLogger("askspeech.test")
    with written() as lines:
        event(log, "question", way="rest", outcome="answered", refused=False, whole_ms=1.5, text=None)
        request_id.set("abc")
        log.warning("line\nbreak\x1b[31m 讲话 \ud800")
        request_id.set("")
    first, second = map(json.loads, lines)
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "info", "logger": "askspeech.test", "message": "question",
        "way": "rest", "outcome": "answered", "refused": False, "whole_ms": 1.5,
    }  # fmt: skip
    assert (second["request"], second["message"]) == ("abc", "line\nbreak\x1b[31m 讲话 \ud800")


def test_text_cannot_be_made_to_look_like_another_line() -> None:
    log = logging.getLogger("askspeech.test")
    with written("text") as lines:
        event(log, "request", route="a b\n2026-01-01T00:00:00.000Z error x: forged", user='"')
        log.warning("one\n2026-01-01T00:00:00.000Z error x: forged\x1b[2J")
    assert len(lines) == 2
    assert lines[0].endswith('route="a b\\\\n2026-01-01T00:00:00.000Z error x: forged" user="\\""')
    assert "\x1b" not in "".join(lines)


def test_levels() -> None:
    def said(level: str) -> list[str]:
        with written(level=level) as lines:
            for name in ("askspeech.test", "httpx"):
                logging.getLogger(name).debug("debug")
                logging.getLogger(name).info("info")
                logging.getLogger(name).error("error")
        return [f"{one['logger']} {one['message']}" for one in map(json.loads, lines)]

    assert said("debug") == ["askspeech.test debug", "askspeech.test info", "askspeech.test error", "httpx error"]
    assert said("") == ["askspeech.test info", "askspeech.test error", "httpx error"]
    assert said("error") == ["askspeech.test error", "httpx error"]


def test_everything_is_as_before_afterwards() -> None:
    def state() -> tuple[Any, ...]:
        root = logging.getLogger()
        return root.handlers[:], root.level, sys.stderr, threading.excepthook, logging.getLogger("askspeech").level

    before = state()
    with written() as lines:
        sys.stderr.write("no end of line")
        assert state() != before
    assert state() == before
    assert json.loads(lines[0])["message"] == "no end of line"


def test_a_broken_stream_stops_nothing() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    with Logs(LogSettings(), Full()).loggers():
        logging.getLogger("askspeech.test").warning("nobody hears this")
