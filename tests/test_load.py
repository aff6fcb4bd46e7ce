"""The load benchmark: users on real server processes that share one store."""

from pathlib import Path

import pytest
from benchmarks import load
from benchmarks.load import measured, servers

from askspeech import build_index


def test_users_are_answered_by_several_processes_on_one_store(samples: Path, tmp_path: Path) -> None:
    build_index([samples], store=tmp_path / "store")
    with servers(tmp_path / "store", 2) as addresses:
        taken, errors = measured(addresses, ["市里年初定的五场硬仗是哪五场？", "谁来督办？"], users=4, seconds=1.0)
    assert len(set(addresses)) == 2
    assert len(taken) >= 4
    assert errors == 0


def test_a_server_that_cannot_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SECONDS_TO_START", 0.5)
    with pytest.raises(TimeoutError, match="could not answer"), servers(tmp_path / "nothing", 1):
        pass


def test_failures_are_counted() -> None:
    assert measured(["http://127.0.0.1:9"], ["谁来督办？"], users=1, seconds=0.05)[1] > 0
