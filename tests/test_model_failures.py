"""What goes wrong with a model becomes one sentence without a key."""

import json
import re
import socket
from typing import get_args

import pytest
from tests.chat_server import KEY

from askspeech.model_failures import Failure, FailureKind, failure_of, sentence_of


class StatusError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}: Bearer {KEY}")
        self.status_code = status


def caused(outer: Exception, inner: BaseException) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    "error, kind",
    [
        (StatusError(401), "key"),
        (StatusError(403), "forbidden"),
        (StatusError(404), "missing"),
        (StatusError(429), "busy"),
        (StatusError(418), "rejected"),
        (StatusError(502), "server"),
        (caused(RuntimeError("wrapped"), StatusError(401)), "key"),
        (caused(RuntimeError("connection"), ConnectionRefusedError(111, "refused")), "refused"),
        (caused(RuntimeError("connection"), socket.gaierror(-2, "unknown")), "unknown_host"),
        (TimeoutError(), "slow"),
        (ConnectionResetError(), "cut"),
        (OSError("no route"), "unreachable"),
        (json.JSONDecodeError("no JSON", "x", 0), "nonsense"),
        (KeyError("choices"), "nonsense"),
        (RecursionError("maximum recursion depth exceeded while decoding a JSON array"), "nonsense"),
        (RuntimeError("anything"), "unknown"),
    ],
)
def test_exceptions_of_libraries_are_understood(error: Exception, kind: str) -> None:
    assert failure_of(error).kind == kind


@pytest.mark.parametrize("secret", [KEY, "short", "plain words with spaces"])
def test_no_secret_is_said(secret: str) -> None:
    detail = f"you sent {secret} as Bearer {secret}; <a href='http://evil.example/{secret}'>"
    said = sentence_of(Failure("rejected", 400, detail), "openai:m", "host", {secret})
    assert secret not in said
    assert "evil.example" not in said
    assert "400" in said


def test_what_looks_like_a_key_is_not_said_either() -> None:
    for key in (KEY, "sk-abc***xyz", "a" * 40):
        assert key not in sentence_of(Failure("unknown", detail=f"Incorrect key: {key}."), "m", "host", ())


def test_long_details_are_cut() -> None:
    assert len(sentence_of(Failure("unknown", detail="很长的话。" * 500), "m", "host", ())) < 400


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_a_reader_is_told_in_her_language(kind: FailureKind) -> None:
    said = sentence_of(Failure(kind, 500, "so", 3.0), "openai:m", "host:1", ())
    assert not re.search("[\u4e00-\u9fff]", said.english) and "openai:m" in said.english
    assert said.chinese.endswith("请管理员检查对话模型的设置和日志。") and "ASKSPEECH" not in said.chinese
    assert said.chinese.partition("。")[0] in said, "the same words as in the one string of both"
