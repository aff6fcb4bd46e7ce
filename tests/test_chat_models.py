"""Chat models: how they are loaded from settings, and what is said where they cannot be."""

import sys
from typing import Any

import httpx
import pytest
from tests.chat_server import KEY

from askspeech.chat_models import ChatModel, Spent, _Call, chat_model_of, limited
from askspeech.errors import ModelError
from askspeech.settings import ChatSettings


def loaded(**settings: Any) -> Any:
    return ChatModel(ChatSettings(**settings)).load()


def test_no_model_without_a_name() -> None:
    assert chat_model_of(ChatSettings()) is None
    assert limited(None) is None
    chat = chat_model_of(ChatSettings("openai:qwen3"))
    assert limited(chat) is chat


def test_a_server_of_ones_own_gets_no_key_that_was_meant_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = loaded(model="qwen3:8b", url="http://127.0.0.1:1/v1")
    assert type(model).__name__ == "ChatOpenAI"
    assert model.model_name == "qwen3:8b"
    assert model.openai_api_key.get_secret_value() != KEY
    assert model.max_retries == 0
    assert model.extra_body == {"max_tokens": 1024}


def test_the_providers_own_service_gets_the_providers_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    chat = ChatModel(ChatSettings("openai:gpt-4o-mini", output_tokens=99))
    model: Any = chat.load()
    assert model.openai_api_key.get_secret_value() == KEY
    assert model.max_tokens == 99
    assert KEY not in repr(chat) + repr(model)
    assert chat.load() is model


def test_ollama_reads_all_that_it_is_given() -> None:
    model = loaded(model="ollama:qwen3:8b", url="http://127.0.0.1:1", key=KEY, output_tokens=500, temperature=None)
    assert type(model).__name__ == "ChatOllama"
    assert (model.model, model.base_url, model.num_predict) == ("qwen3:8b", "http://127.0.0.1:1", 500)
    assert model.num_ctx >= 6000 + 500
    assert model.temperature is None
    assert model.client_kwargs["headers"] == {"Authorization": f"Bearer {KEY}", "Accept-Encoding": "identity"}


@pytest.mark.parametrize(
    "module, model, line",
    [
        ("langchain_openai", "openai:qwen3", 'pip install "askspeech[openai]"'),
        ("openai", "openai:qwen3", 'pip install "askspeech[openai]"'),
        ("langchain_ollama", "ollama:qwen3", 'pip install "askspeech[ollama]"'),
        ("langchain_anthropic", "anthropic:claude", 'pip install "langchain-anthropic"'),
    ],
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, module: str, model: str, line: str) -> None:
    from langchain.chat_models import base

    base._get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelError) as raised:
        loaded(model=model, key=KEY)
    assert line in str(raised.value)
    assert KEY not in repr(raised.value.__context__)


@pytest.mark.parametrize("settings", [{"model": "qwen3"}, {"model": "nosuch:qwen3"}, {"model": "openai:gpt-4o"}])
def test_settings_that_name_no_usable_model(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match=r"could not be set up .*ASKSPEECH_CHAT_MODEL"):
        loaded(**settings)


def test_what_was_spent_adds_up() -> None:
    spent = Spent()
    spent.add({"input_tokens": 10, "output_tokens": 3}, "asked", "written")
    assert (spent.input_tokens, spent.output_tokens, spent.estimated) == (10, 3, False)
    spent.add({}, "县财政局牵头建立台账", "four letter word")
    assert (spent.input_tokens, spent.output_tokens, spent.estimated) == (17, 7, True)


class Alive(httpx.SyncByteStream):
    """A body that never ends by itself."""

    closed = False

    def __iter__(self) -> Any:
        while not self.closed:
            yield b": still here\n\n"

    def close(self) -> None:
        self.closed = True


def test_a_response_that_comes_after_everybody_has_gone_is_closed() -> None:
    call, body = _Call(), Alive()
    call.abandon()
    with pytest.raises(TimeoutError):
        call.connected(httpx.Response(200, stream=body))
    assert body.closed, "its thread would else read on for ever"


def test_a_response_is_closed_when_nobody_waits_for_it_any_more() -> None:
    call, body = _Call(), Alive()
    call.connected(httpx.Response(200, stream=body))
    assert not body.closed
    call.abandon()
    assert body.closed
