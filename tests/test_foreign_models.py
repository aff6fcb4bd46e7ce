"""Models of others: found by folder or name, and refused before anything in them runs; the hub is a local server."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests import tiny

from askspeech.embedder import KIND as EMBEDDER
from askspeech.errors import ModelError
from askspeech.foreign_models import ModelKind, files_digest, load_model
from askspeech.reranker import KIND as RERANKER

KINDS = pytest.mark.parametrize("kind", [EMBEDDER, RERANKER], ids=lambda kind: kind.noun)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each kind; not to be changed by a test."""
    place = tmp_path_factory.mktemp("models")
    return {"embedder": tiny.sentence_transformer(place), "reranker": tiny.cross_encoder(place)}


@pytest.fixture
def folder(made: dict[str, Path], tmp_path: Path, kind: ModelKind) -> Path:
    """A model of that kind that a test may change."""
    return Path(shutil.copytree(made[kind.noun], tmp_path / "model"))


def refusal(kind: ModelKind, name: str | Path, revision: str = "") -> str:
    """Why a model is refused; every refusal says which variable to set, and how to go on without."""
    with pytest.raises(ModelError) as caught:
        load_model(kind, str(name), revision)
    message = str(caught.value)
    assert "Traceback" not in message
    return message


# Folders.


@KINDS
def test_a_folder_of_that_kind_is_loaded(kind: ModelKind, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model, place = load_model(kind, str(folder))
    assert type(model).__name__ == kind.library_class
    assert place == folder
    assert capfd.readouterr().err == "", "no progress bars"


@KINDS
def test_a_model_of_the_other_kind_is_refused(kind: ModelKind, made: dict[str, Path]) -> None:
    other = RERANKER if kind is EMBEDDER else EMBEDDER
    message = refusal(kind, made[other.noun])
    assert f"is a {other.library_class}, expected a {kind.library_class}" in message
    assert kind.setting in message


@KINDS
def test_a_folder_with_remote_code_is_refused_before_it_runs(kind: ModelKind, folder: Path, tmp_path: Path) -> None:
    tiny.with_remote_code(folder, tmp_path / "marker")
    message = refusal(kind, folder)
    assert "needs code of its own (config.json names auto_map" in message
    assert kind.comparable in message
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("kind", [EMBEDDER], ids=["embedder"])
@pytest.mark.parametrize("file", ["modules.json", "router_config.json"])
def test_a_module_from_outside_the_library_is_refused_before_it_runs(
    kind: ModelKind, folder: Path, tmp_path: Path, file: str
) -> None:
    (folder / "stranger.py").write_text(f"open({str(tmp_path / 'marker')!r}, 'w').close()", encoding="utf-8")
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules[1]["type"] = "stranger.Stranger"
    routes = {"types": {one["name"]: one["type"] for one in modules}}
    (folder / file).write_text(json.dumps(modules if file == "modules.json" else routes), encoding="utf-8")
    assert f"needs code of its own ({file} names stranger.Stranger)" in refusal(kind, folder)
    assert not (tmp_path / "marker").exists()


@KINDS
def test_a_folder_with_pickled_weights_alone_is_refused(kind: ModelKind, folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    message = refusal(kind, folder)
    assert "has pickled weights (pytorch_model.bin)" in message
    assert f"has safetensors, such as {kind.comparable}" in message


@pytest.mark.parametrize("kind", [EMBEDDER], ids=["embedder"])
def test_pickles_that_are_no_weights_of_the_model_do_not_matter(kind: ModelKind, folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"beside safetensors")
    (folder / "openvino").mkdir()
    (folder / "openvino" / "openvino_model.bin").write_bytes(b"for another library")
    load_model(kind, str(folder))
    (folder / "1_Dense").mkdir()
    (folder / "1_Dense" / "pytorch_model.bin").write_bytes(b"a pickle of a module")
    assert "1_Dense/pytorch_model.bin" in refusal(kind, folder)


@KINDS
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda folder: (folder / "model.safetensors").write_bytes(b"none"), "cannot be loaded", id="bad"),
        pytest.param(lambda folder: (folder / "model.safetensors").unlink(), "cannot be loaded", id="no weights"),
        pytest.param(lambda folder: (folder / "tokenizer.json").write_text("{"), "cannot be loaded", id="tokenizer"),
        pytest.param(lambda folder: (folder / "config.json").write_text("{"), "cannot be read as JSON", id="config"),
        pytest.param(lambda folder: shutil.rmtree(folder) or folder.mkdir(), "holds no model", id="empty"),
    ],
)
def test_a_damaged_folder_is_refused(kind: ModelKind, folder: Path, damage, said: str) -> None:  # type: ignore[no-untyped-def]
    damage(folder)
    assert said in refusal(kind, folder)


@KINDS
@pytest.mark.parametrize(
    "name", ["", " ", "/nowhere/model", "./model", "a/b/c", "模型", "model?", "~/none", "~nobody/none"]
)
def test_what_is_neither_a_folder_nor_a_name_is_refused(kind: ModelKind, name: str) -> None:
    assert kind.setting in refusal(kind, name)


@KINDS
def test_a_folder_has_no_revision(kind: ModelKind, folder: Path) -> None:
    assert f"Unset {kind.setting}_REVISION" in refusal(kind, folder, "v1")


@KINDS
def test_a_folder_may_be_pinned_by_its_checksum(kind: ModelKind, folder: Path) -> None:
    (offered,) = re.findall(r"sha256:[0-9a-f]{64}", refusal(kind, folder, "sha256:0"))
    assert load_model(kind, str(folder), offered)[1] == folder
    assert offered in refusal(kind, folder, "main"), "the refusal of a revision offers it, too"
    with (folder / "tokenizer.json").open("ab") as changed:
        changed.write(b" ")
    assert f"expected {offered}" in refusal(kind, folder, offered)


@pytest.mark.parametrize("kind", [EMBEDDER], ids=["embedder"])
@pytest.mark.parametrize(
    "file", ["model.safetensors", "tokenizer.json", "config_sentence_transformers.json", "1_Pooling/config.json"]
)
def test_the_digest_sees_every_file_that_decides(kind: ModelKind, folder: Path, file: str) -> None:
    before = files_digest(folder)
    for name in ("README.md", ".cached.json", "stranger.py"):
        (folder / name).write_text("other", encoding="utf-8")
    assert files_digest(folder) == before
    with (folder / file).open("ab") as changed:
        changed.write(b" ")
    assert files_digest(folder) != before


# Names: the real client of the model hub, and a hub on this machine.


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as a download of a model needs; the repositories are folders."""

    repositories: dict[str, Path]
    fetched: list[str]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if found := re.fullmatch(r"/api/models/(\w+/[\w-]+)(?:/revision/main)?", path):
            self._send(self._information(found[1]))
        elif found := re.fullmatch(rf"/api/models/(\w+/[\w-]+)/tree/{COMMIT}", path):
            self._send(self._tree(found[1]))
        elif found := re.fullmatch(rf"/(\w+/[\w-]+)/resolve/{COMMIT}/(.+)", path):
            self._file(self.repositories[found[1]] / found[2])
        else:
            self._send(None)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _paths(self, name: str) -> list[str]:
        root = self.repositories[name]
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())

    def _information(self, name: str) -> object:
        if name not in self.repositories:
            return None
        return {"id": name, "sha": COMMIT, "siblings": [{"rfilename": path} for path in self._paths(name)]}

    def _tree(self, name: str) -> object:
        sizes = {path: (self.repositories[name] / path).stat().st_size for path in self._paths(name)}
        return [{"type": "file", "path": path, "size": size, "oid": path} for path, size in sizes.items()]

    def _file(self, path: Path) -> None:
        if self.command == "GET":
            self.fetched.append(path.name)
        content = path.read_bytes()
        self._send(content, ETag=f'"{hashlib.sha256(content).hexdigest()}"', **{"X-Repo-Commit": COMMIT})

    def _send(self, content: object, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content or {"error": "not found"}).encode()
        self.send_response(404 if content is None else 200)
        if content is None:
            headers["X-Error-Code"] = "RepoNotFound"
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture(scope="module")
def hub(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadingHTTPServer]:
    """A hub with a good model, one with code of its own, and one with pickled weights alone."""
    place = tmp_path_factory.mktemp("hub")
    Hub.repositories = {name: place / name for name in ("tiny/good", "tiny/code", "tiny/pickled")}
    Hub.fetched = []
    for folder in Hub.repositories.values():
        shutil.copytree(made["embedder"], folder)
        (folder / "onnx").mkdir()
        (folder / "onnx" / "model.onnx").write_bytes(b"not wanted")
    tiny.with_remote_code(place / "tiny/code", place / "marker")
    (place / "tiny/pickled/model.safetensors").rename(place / "tiny/pickled/pytorch_model.bin")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


PROGRAM = """
import sys, time
from askspeech import foreign_models
from askspeech.embedder import KIND
from askspeech.errors import ModelError
foreign_models.SECONDS_TO_ANSWER = 2.0
for named in sys.argv[1:]:
    name, _, revision = named.partition("@")
    began = time.monotonic()
    try:
        model, folder = foreign_models.load_model(KIND, name, revision)
        print(name, "loaded", sorted(path.name for path in folder.iterdir()))
    except ModelError as error:
        print(name, f"{time.monotonic() - began:.1f} s", error)
"""


def loaded(port: int, home: Path, *names: str) -> list[str]:
    """What a fresh process says of these names, with the hub at that port."""
    here = {"HF_ENDPOINT": f"http://127.0.0.1:{port}", "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
    proxies = {name for name in os.environ if name.lower().endswith("_proxy")}
    environment = {name: value for name, value in os.environ.items() if name not in proxies} | here
    command = [sys.executable, "-c", PROGRAM, *names]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the hub's client keeps what it has fetched."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def answers(hub: ThreadingHTTPServer, home: Path) -> list[str]:
    """What became of each of four names while the hub was there."""
    return loaded(hub.server_port, home, "tiny/good", "tiny/code", "tiny/pickled", "tiny/none")


def test_a_name_is_fetched_and_checked_before_its_weights_are(answers: list[str]) -> None:
    good, code, pickled, none = answers
    assert good.startswith("tiny/good loaded")
    assert "model.safetensors" in good and "onnx" not in good
    assert "needs code of its own" in code
    assert "has pickled weights (pytorch_model.bin)" in pickled
    assert "could not be fetched (RepositoryNotFoundError" in none
    assert Hub.fetched.count("model.safetensors") == 1
    assert not {"stranger.py", "pytorch_model.bin", "model.onnx"} & set(Hub.fetched)
    assert not (Hub.repositories["tiny/good"].parents[1] / "marker").exists()


def test_without_a_network_what_was_fetched_is_used_and_the_rest_refused_soon(answers: list[str], home: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        lines = loaded(unused.getsockname()[1], home, "tiny/good", f"tiny/good@{COMMIT}", "tiny/other")
    assert [line.split()[1] for line in lines[:2]] == ["loaded", "loaded"]
    assert float(lines[2].split()[1]) < 10
    assert "ASKSPEECH_EMBEDDER=/path/to/the/folder" in lines[2]


def test_a_hub_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (line,) = loaded(silent.getsockname()[1], tmp_path, "tiny/good@v2")
    assert float(line.split()[1]) < 10
    assert "tiny/good in the revision v2 is no folder here and could not be fetched" in line
    assert list(tmp_path.rglob("*.json")) == []


def test_offline_a_name_is_refused_at_once() -> None:
    began = time.monotonic()
    message = refusal(EMBEDDER, "nobody/none")
    assert time.monotonic() - began < 10
    assert "HF_HUB_OFFLINE" in message
