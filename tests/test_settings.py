"""Settings from an environment: defaults, values, and what cannot be used."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.errors import SettingsError
from askspeech.settings import IndexSettings, ServerSettings, from_environment


def test_an_empty_environment_gives_the_defaults() -> None:
    assert from_environment({}) == (IndexSettings(), ServerSettings())
    assert from_environment({"ASKSPEECH_STORE": "", "ASKSPEECH_PORT": ""}) == (IndexSettings(), ServerSettings())


def test_the_variables_are_taken() -> None:
    index, server = from_environment(
        {
            "ASKSPEECH_STORE": "云陵/store",
            "ASKSPEECH_EMBEDDER": "model",
            "ASKSPEECH_EMBEDDER_REVISION": "abc",
            "ASKSPEECH_RERANKER": "judge",
            "ASKSPEECH_RERANKER_REVISION": "def",
            "ASKSPEECH_BATCH_SIZE": "8",
            "ASKSPEECH_HOST": "0.0.0.0",
            "ASKSPEECH_PORT": "8080",
            "STORE": "not ours",
        }
    )
    assert (index.store, index.embedder, index.embedder_revision) == (Path("云陵/store"), "model", "abc")
    assert (index.reranker, index.reranker_revision, index.batch_size) == ("judge", "def", 8)
    assert (server.host, server.port) == ("0.0.0.0", 8080)


@pytest.mark.parametrize("port", ["-1", "65536", "80.0", "web", " 80", "８０", "0x50", "9" * 5000])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_PORT"):
        from_environment({"ASKSPEECH_PORT": port})


@pytest.mark.parametrize("size", ["0", "-1", "4097", "32.0", "all", "９", "9" * 5000])
def test_a_batch_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_BATCH_SIZE"):
        from_environment({"ASKSPEECH_BATCH_SIZE": size})


@given(st.text())
def test_any_port_is_a_port_or_a_typed_error(port: str) -> None:
    try:
        _, server = from_environment({"ASKSPEECH_PORT": port})
    except SettingsError:
        return
    assert 0 <= server.port <= 65535


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ServerSettings().port = 1  # type: ignore[misc]
