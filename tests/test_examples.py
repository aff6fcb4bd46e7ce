"""The examples, each as a process of its own, as whoever copies one runs it."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.chat_server import serving

from askspeech.access import Access

QUESTION = "市里年初定的五场硬仗是哪五场？"
NOWHERE = "http://127.0.0.1:9"


def environment(root: Path, **more: str) -> dict[str, str]:
    """That of this process, with nothing reachable but this machine: an example that downloads something fails."""
    closed = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    return {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONUTF8": "1", **closed, **local, **more}


def output_of(root: Path, folder: Path, example: str, *arguments: str, **more: str) -> str:
    """What an example prints; it must end well and leave nothing behind."""
    done = subprocess.run(
        [sys.executable, str(root / "examples" / example), *arguments],
        cwd=folder, env=environment(root, **more), capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    return done.stdout


@contextmanager
def served(root: Path, store: Path, data: Path) -> Iterator[str]:
    """The address of a server over that store."""
    process = subprocess.Popen(
        [sys.executable, "-m", "askspeech", "serve", "--port", "0", "--store", str(store), "--data", str(data)],
        env=environment(root), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_langchain(repository: Path, samples_store: Path, tmp_path: Path) -> None:
    with serving("五场硬仗见[1]。") as model:
        printed = output_of(
            repository, tmp_path, "langchain_chain.py", QUESTION, "--store", str(samples_store),
            "--model", "openai:any", "--url", model.url, OPENAI_API_KEY="none",
        )  # fmt: skip
    assert "硬仗" in model.last.user and QUESTION in model.last.user
    answer, sources = printed.split("出处：")
    assert answer.strip() == "五场硬仗见[1]。"
    assert sources.strip().startswith("[1] ") and "行" in sources


@pytest.mark.skipif(importlib.util.find_spec("llama_index") is None, reason="llama-index-core is not installed")
def test_llamaindex(repository: Path, samples_store: Path, tmp_path: Path) -> None:
    printed = output_of(repository, tmp_path, "llamaindex_engine.py", QUESTION, "--store", str(samples_store))
    prompt, sources = printed.split("出处：")
    assert "硬仗" in prompt and f"Query: {QUESTION}" in prompt
    assert "spans" not in prompt, "a model is not shown what only programs need"
    assert sources.strip().startswith("[1] ") and "score" in sources


def test_mcp_over_stdio(repository: Path, samples_store: Path, tmp_path: Path) -> None:
    printed = output_of(repository, tmp_path, "mcp_client.py", QUESTION, "--store", str(samples_store))
    check_mcp(printed)


def test_mcp_over_http(repository: Path, samples_store: Path, tmp_path: Path) -> None:
    here, data = tmp_path / "here", tmp_path / "data"
    here.mkdir()
    with served(repository, samples_store, data) as address:
        check_mcp(output_of(repository, here, "mcp_client.py", QUESTION, "--url", f"{address}/mcp"))


def test_plain_http(repository: Path, samples_store: Path, tmp_path: Path) -> None:
    here, data = tmp_path / "here", tmp_path / "data"
    here.mkdir()
    with served(repository, samples_store, data) as address:
        streamed = output_of(repository, here, "plain_http.py", QUESTION, "--url", address)
        whole = output_of(repository, here, "plain_http.py", QUESTION, "--url", address, "--whole")
        assert streamed == whole
        _, sent = Access(data).add("reader")
        refused = failure_of(repository, here, "plain_http.py", QUESTION, "--url", address)
        assert refused.startswith("unauthorized: This server asks programs for a token.")
        filtered = ["--url", address, "--year", "1066"]
        nothing = output_of(repository, here, "plain_http.py", QUESTION, *filtered, ASKSPEECH_TOKEN=sent)
    assert f"问题：{QUESTION}" in whole and "[1]" in whole
    answer, citations = whole.split("出处：")
    assert "硬仗" in answer and citations.strip().startswith("[1] 在") and "行）：“" in citations
    assert "1066" in nothing and not nothing.split("出处：")[1].strip()
    assert "Is the server running?" in failure_of(repository, here, "plain_http.py", QUESTION, "--url", NOWHERE)


def failure_of(root: Path, folder: Path, example: str, *arguments: str) -> str:
    """What an example says that ends with status 1."""
    done = subprocess.run(
        [sys.executable, str(root / "examples" / example), *arguments],
        cwd=folder, env=environment(root), capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return done.stderr


def check_mcp(printed: str) -> None:
    assert printed.startswith("Tools 工具: search, ask, speeches, read\n")
    assert "[1]" in printed and "原文一致" in printed
    assert "不一致" not in printed


def test_mcp_says_what_is_missing(repository: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(repository / "examples" / "mcp_client.py"), "问题", "--store", str(tmp_path / "none")],
        cwd=tmp_path, env=environment(repository), capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("index_missing: There is no index yet")
