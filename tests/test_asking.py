"""`askspeech ask` with a chat model on loopback: the settings are used, the cost is shown, a failure is a notice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.chat_server import KEY, Asked, serving

from askspeech.cli import main

QUESTION = "拖欠企业账款的台账由哪个部门牵头建？"


def script(asked: Asked) -> str:
    return f"由县财政局牵头，六月底前建立台账[{asked.handle('县财政局牵头')}]。欠款共计三千万元。"


def asked(arguments: list[str], store: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["ask", QUESTION, "--store", str(store), *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert KEY not in printed.out
    return printed.out


def test_the_model_of_the_settings_answers(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(script) as server:
        monkeypatch.setenv("ASKSPEECH_CHAT_MODEL", "openai:qwen3")
        monkeypatch.setenv("ASKSPEECH_CHAT_URL", server.url)
        monkeypatch.setenv("ASKSPEECH_CHAT_KEY", KEY)
        text = asked([], store, capsys)
        assert text.startswith("由县财政局牵头，六月底前建立台账。[1]欠款共计三千万元。（没有找到依据）")
        record = json.loads(asked(["--json"], store, capsys))
        assert (record["usage"]["input_tokens"], record["usage"]["output_tokens"]) == (321, 45)
        assert record["totals"] == {
            "answers": 1, "replaced": 0, "seconds": record["usage"]["seconds"],
            "input_tokens": 321, "output_tokens": 45, "estimated": False,
        }  # fmt: skip
        assert len(server.requests) == 2
        without = asked(["--no-model"], store, capsys)
        assert "三千万" not in without
        assert len(server.requests) == 2


def test_a_model_that_cannot_be_used_is_a_notice(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = asked([], store, capsys)
    monkeypatch.setenv("ASKSPEECH_CHAT_MODEL", "nosuch:model")
    monkeypatch.setenv("ASKSPEECH_CHAT_KEY", KEY)
    text = asked([], store, capsys)
    assert "ASKSPEECH_CHAT_MODEL" in text
    assert text.splitlines()[0] == plain.splitlines()[0]
    assert "县财政局牵头" in text


def test_an_address_without_a_model_is_wrong_usage(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASKSPEECH_CHAT_URL", "http://127.0.0.1:1/v1")
    assert main(["ask", QUESTION, "--store", str(store)]) == 2
    assert "ASKSPEECH_CHAT_MODEL" in capsys.readouterr().err


def test_serving_says_at_once_that_a_model_cannot_be_used(store: Path, repository: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(repository / "src"),
        "ASKSPEECH_CHAT_MODEL": "nosuch:model",
        "ASKSPEECH_CHAT_KEY": KEY,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "askspeech", "serve", "--store", str(store), "--port", "0"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        complaint = process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert "could not be set up" in complaint
    assert KEY not in complaint
