"""The security rows in their short forms, each within seconds; `make torture ROW=S1` and so on run the long ones.

S9 in its short form is tests/test_injection.py. What the rows do and what they count stands in tests/torture.
"""

import logging
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.torture import documents_rows, event_files, paths_rows, secrets_rows, supply_rows
from tests.torture.rows import Row, SkippedError, Trial
from tests.torture.security_rows import SECURITY_ROWS
from tests.torture.security_world import Server, canary, program

from askspeech import egress
from askspeech.embedder import KIND
from askspeech.errors import ModelError
from askspeech.foreign_models import load_model
from askspeech.options import settings_of
from askspeech.sent_files import names_an_address


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the rows work on: a small store, secrets beside it, models."""
    folder = tmp_path_factory.mktemp("security")
    paths_rows.prepare_secrets(folder)
    return folder


@pytest.fixture(scope="module")
def server(scratch: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The program over that store."""
    with program(scratch / "store", tmp_path_factory.mktemp("served")) as running:
        yield running


def trial_of(kind: str, scratch: Path, folder: Path) -> Trial:
    return Trial(folder, scratch, random.Random(kind), kind)


def tried(row: Row, kind: str, scratch: Path, folder: Path) -> None:
    """One trial; skipped, visibly, where this machine cannot do it."""
    try:
        row.trial(trial_of(kind, scratch, folder))
    except SkippedError as reason:
        pytest.skip(str(reason))


def test_no_path_leads_out_of_what_is_served(server: Server, scratch: Path) -> None:
    forms = paths_rows.path_forms(scratch / "secret.txt")
    assert len(set(forms)) >= 60
    routes = [route for route in paths_rows.ROUTES if route != paths_rows.WAITING]
    targets = [route.encode() + form for number, route in enumerate(routes) for form in forms[number % 9 :: 9]]
    paths_rows.asked(server, targets)
    paths_rows.asked(server, [form for form in forms[::8] if form.isascii()], mcp=True)


def test_no_name_of_an_upload_leads_out_of_its_folder(scratch: Path, tmp_path: Path) -> None:
    paths_rows.upload_names(trial_of(paths_rows.UPLOADING, scratch, tmp_path))


def test_no_address_is_fetched(server: Server) -> None:
    with canary() as bird:
        forms = list(paths_rows.address_forms(bird.port))
        for number, route in enumerate(paths_rows.FETCHING):
            paths_rows.by_route(server, bird, forms[number % 5 :: 5], route)
        paths_rows.rebound(server, bird, [], "")
        assert bird.reached == []


def test_no_event_takes_a_file_by_its_address_or_path(scratch: Path, tmp_path: Path) -> None:
    event_files.joined(trial_of(event_files.JOINING, scratch, tmp_path), every=8)


@pytest.mark.parametrize(
    "values", [[[{"path": "http://x/y"}]], {"a": {"path": " HTTPS://x", "meta": {}}}, [1, {"path": "a:/b"}]]
)
def test_an_address_is_found_however_deep(values: object) -> None:
    assert names_an_address(values)
    assert not names_an_address([{"path": "/tmp/gradio/x.txt", "orig_name": "http://x"}, "http://x", None, 3])


@pytest.mark.parametrize("way", ["the watch itself", "asking from Python", "other programs' settings"])
def test_nothing_leaves_the_machine(way: str, scratch: Path, tmp_path: Path) -> None:
    tried(SECURITY_ROWS["S3"], way, scratch, tmp_path)


@pytest.mark.browser
@pytest.mark.parametrize("place", documents_rows.PLACES)
def test_texts_are_only_texts(place: str, scratch: Path, tmp_path: Path) -> None:
    try:
        documents_rows.only_text(trial_of(place, scratch, tmp_path), every=14)
    except SkippedError as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("use", ["a model that sends the key back", "signing in"])
def test_no_secret_is_told(use: str, scratch: Path, tmp_path: Path) -> None:
    tried(secrets_rows.SECRETS_ROWS["S11"], use, scratch, tmp_path)


@pytest.mark.parametrize("kind", [kind for kind in supply_rows.STATIC if kind != "advisories"])
def test_code_and_packages(kind: str, scratch: Path, tmp_path: Path) -> None:
    tried(SECURITY_ROWS["S12"], kind, scratch, tmp_path)


def test_models_that_were_tampered_with_are_refused(scratch: Path, tmp_path: Path) -> None:
    supply_rows.prepare_models(scratch)
    for number, kind in enumerate(supply_rows.tampered_kinds(scratch)):
        folder = tmp_path / str(number)
        folder.mkdir()
        supply_rows.refused(trial_of(kind, scratch, folder))


# --- egress: what the faces and the Python API tell the libraries


def test_libraries_go_online_only_for_a_model_that_is_named(tmp_path: Path) -> None:
    assert egress.silenced()["HF_HUB_OFFLINE"] == egress.silenced(["", str(tmp_path)])["TRANSFORMERS_OFFLINE"] == "1"
    online = egress.silenced(["", "BAAI/bge-reranker-v2-m3"])
    assert "HF_HUB_OFFLINE" not in online and "TRANSFORMERS_OFFLINE" not in online
    assert online["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_every_command_is_silenced_before_it_imports_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import argparse
    import os

    for name in egress.silenced():
        monkeypatch.setenv(name, "")
    settings_of(argparse.Namespace(default_store=tmp_path, store=None))
    assert {name: os.environ[name] for name in egress.silenced()} == egress.silenced()
    program = "import askspeech, os; print([name for name in os.environ if name in ('HF_HUB_OFFLINE', 'DO_NOT_TRACK')])"
    quiet = {name: value for name, value in os.environ.items() if name not in egress.silenced()}
    done = subprocess.run([sys.executable, "-c", program], env=quiet, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", "importing changes nothing"


def test_traces_are_sent_only_where_a_program_says_so() -> None:
    from langsmith.run_helpers import get_tracing_context, tracing_context

    with egress.untraced():
        assert get_tracing_context()["enabled"] is False
    with tracing_context(enabled=True), egress.untraced():
        assert get_tracing_context()["enabled"] is True
    assert get_tracing_context()["enabled"] is None


def test_what_is_fetched_from_where_is_said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused, caplog.at_level(logging.WARNING, "askspeech"):
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr("askspeech.foreign_models.SECONDS_TO_ANSWER", 0.2)
        with pytest.raises(ModelError):
            load_model(KIND, "nobody/none")
    (line,) = [record.getMessage() for record in caplog.records]
    assert (
        line.startswith("Asking http") and "the embedder nobody/none" in line and "ASKSPEECH_EMBEDDER names it" in line
    )
