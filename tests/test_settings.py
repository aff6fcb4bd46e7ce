"""Settings from an environment: defaults, values, and what cannot be used."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.errors import SettingsError
from askspeech.settings import ChatSettings, IndexSettings, LimitSettings, ServerSettings, data_folder, from_environment


def test_an_empty_environment_gives_the_defaults() -> None:
    defaults = (IndexSettings(), ServerSettings(), ChatSettings())
    assert from_environment({}) == defaults
    assert from_environment({"ASKSPEECH_STORE": "", "ASKSPEECH_PORT": "", "ASKSPEECH_CHAT_URL": ""}) == defaults


def test_the_variables_are_taken() -> None:
    index, server, _ = from_environment(
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


def test_engines_are_named_and_workers_counted() -> None:
    index, _, _ = from_environment({"ASKSPEECH_ENGINE": " Ray ", "ASKSPEECH_WORKERS": "3"})
    assert (index.engine, index.workers) == ("ray", 3)
    for name, value in (("ASKSPEECH_ENGINE", "spark"), ("ASKSPEECH_WORKERS", "two"), ("ASKSPEECH_WORKERS", "99999")):
        with pytest.raises(SettingsError, match=name):
            from_environment({name: value})


@given(st.text())
def test_any_port_is_a_port_or_a_typed_error(port: str) -> None:
    try:
        _, server, _ = from_environment({"ASKSPEECH_PORT": port})
    except SettingsError:
        return
    assert 0 <= server.port <= 65535


def test_conversations_are_kept_beside_the_store_or_where_it_is_said() -> None:
    index, server, _ = from_environment({"ASKSPEECH_STORE": "云陵/store", "ASKSPEECH_DATA": ""})
    assert data_folder(index, server) == Path("云陵/data")
    index, server, _ = from_environment({"ASKSPEECH_STORE": "云陵/store", "ASKSPEECH_DATA": "keep/对话"})
    assert data_folder(index, server) == server.data == Path("keep/对话")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ServerSettings().port = 1  # type: ignore[misc]


def test_the_variables_of_the_chat_model_are_taken() -> None:
    _, _, chat = from_environment(
        {
            "ASKSPEECH_CHAT_MODEL": "openai:qwen3",
            "ASKSPEECH_CHAT_URL": "http://127.0.0.1:8000/v1",
            "ASKSPEECH_CHAT_KEY": "canary",
            "ASKSPEECH_CHAT_FIRST_WORD_SECONDS": "2.5",
            "ASKSPEECH_CHAT_SECONDS": "20",
            "ASKSPEECH_CHAT_REWRITE_SECONDS": "3",
            "ASKSPEECH_CHAT_OUTPUT_TOKENS": "256",
            "ASKSPEECH_CHAT_TEMPERATURE": "none",
            "ASKSPEECH_CHAT_CONTEXT_CHARACTERS": "3000",
        }
    )
    assert (chat.model, chat.url, chat.key) == ("openai:qwen3", "http://127.0.0.1:8000/v1", "canary")
    assert (chat.seconds_to_first_word, chat.seconds, chat.rewrite_seconds) == (2.5, 20, 3)
    assert (chat.output_tokens, chat.temperature, chat.context_characters) == (256, None, 3000)
    assert "canary" not in repr(chat)


@pytest.mark.parametrize(
    "name, value",
    [
        ("ASKSPEECH_CHAT_SECONDS", "soon"),
        ("ASKSPEECH_CHAT_SECONDS", "0"),
        ("ASKSPEECH_CHAT_FIRST_WORD_SECONDS", "nan"),
        ("ASKSPEECH_CHAT_REWRITE_SECONDS", "inf"),
        ("ASKSPEECH_CHAT_OUTPUT_TOKENS", "0"),
        ("ASKSPEECH_CHAT_CONTEXT_CHARACTERS", "1e3"),
        ("ASKSPEECH_CHAT_TEMPERATURE", "-1"),
        ("ASKSPEECH_CHAT_TEMPERATURE", "９"),
    ],
)
def test_a_limit_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_environment({"ASKSPEECH_CHAT_MODEL": "openai:qwen3", name: value})


def test_an_address_without_a_model_is_refused() -> None:
    with pytest.raises(SettingsError, match="ASKSPEECH_CHAT_MODEL"):
        from_environment({"ASKSPEECH_CHAT_URL": "http://127.0.0.1:8000/v1"})


def test_the_variables_of_the_limits_are_taken() -> None:
    server = from_environment(
        {
            "ASKSPEECH_ALLOWED_HOSTS": "speeches.example.org",
            "ASKSPEECH_QUESTIONS_PER_MINUTE": "0",
            "ASKSPEECH_REQUESTS_PER_MINUTE": "5000",
            "ASKSPEECH_UPLOADS_PER_MINUTE": "3",
            "ASKSPEECH_UPLOAD_MEGABYTES": "64",
            "ASKSPEECH_QUESTIONS_AT_ONCE": "8",
        }
    )[1]
    assert server.allowed_hosts == "speeches.example.org"
    assert server.limits == LimitSettings(questions=0, requests=5000, uploads=3, upload_megabytes=64, at_once=8)
    assert from_environment({})[1].limits == LimitSettings()


@pytest.mark.parametrize(
    ("name", "value"), [("QUESTIONS_PER_MINUTE", "-1"), ("REQUESTS_PER_MINUTE", "1.5"), ("UPLOADS_PER_MINUTE", "many"),
                        ("UPLOAD_MEGABYTES", "0"), ("UPLOAD_MEGABYTES", "1000000"), ("QUESTIONS_AT_ONCE", "0")],
)  # fmt: skip
def test_a_limit_of_use_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ASKSPEECH_{name}"):
        from_environment({f"ASKSPEECH_{name}": value})
